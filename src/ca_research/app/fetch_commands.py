"""Commands on what publishers' services give: data fetch, vintages, diff."""

from __future__ import annotations

from functools import partial

from ..ground.errors import EmptyAnswerError, UsageError
from . import console
from .claim_commands import economy_of
from .options import Format, Number, Several, Word

WHOM = {"provider", "claim", "param"}
HOW = {"lag", "role", "preference", "redistribution", "skip_bad", "dry_run", "yes"}
"""What says who is asked, and how what comes is taken in; the others say what is asked for."""


OFFERED = "{0.what} ({0.figures} figures of table {0.table}), published by {holders}"
HELD = "{0.publisher} ({0.address})"


def fetch(
    provider: str,
    claim: Word = None,
    *,
    indicator: Several = None,
    economy: Several = None,
    reporter: Several = None,
    partner: Several = None,
    flow: Several = None,
    product: Several = None,
    origin: Several = None,
    destination: Several = None,
    year: Several = None,
    since: Number = None,
    until: Number = None,
    param: Several = None,
    table: Word = None,
    source: Word = None,
    lag: Number = None,
    role: Word = None,
    preference: Number = None,
    redistribution: Word = None,
    skip_bad: bool = False,
    dry_run: bool = False,
    yes: bool = False,
) -> None:
    """Ask a publisher's service for figures and add them; what came is kept as a vintage.

    Options that name something may be given several times, or with commas. A key for comtrade is
    read from COMTRADE_API_KEY or the system's keyring (service ca-research, user comtrade).

    Parameters
    ----------
    provider
        worldbank, comtrade, imf, eurostat or unesco; or a source that was fetched before, to ask
        the same again; or the word wanted, and a claim.
    claim
        After wanted: whose missing figures to ask for.
    indicator
        worldbank, unesco: its code, NY.GDP.MKTP.CD
    economy
        worldbank, unesco: of which economies.
    reporter
        comtrade, imf: whose statistics.
    partner
        comtrade, imf: trade with whom; else with all.
    flow
        comtrade, imf: export or import; else both.
    product
        comtrade: codes of the HS, of two, four or six digits; else TOTAL.
    origin
        eurostat: where students come from.
    destination
        eurostat: where they study; else anywhere.
    year
        Single years.
    since
        All years from this one on.
    until
        And up to this one.
    table
        The table, where the provider fills several.
    source
        An id for the source; else one is made.
    dry_run
        Fetch, check and compare; add nothing.
    """
    options = {k: v for k, v in locals().items() if v is not None and k not in WHOM}
    from ..claims.offers import offers
    from ..tables import fetch as fetched

    ask = partial(console.taken_in, fetched, progress=console.step)
    if provider != "wanted" and not (claim or param):
        ask(provider, **options)
        return
    if provider != "wanted" or not claim or options.keys() - HOW:
        raise UsageError(
            "what is wanted is asked for by a claim, and nothing beside it",
            hint="ca-research data fetch wanted C33 [-p economy=TJK]",
        )
    for offer in offers(claim, economy=economy_of(claim, console.pairs(param))):
        holders = ", ".join(map(HELD.format, offer.holders)) or "nobody that is known"
        print(OFFERED.format(offer, holders=holders))
        if offer.provider is None:
            print("  no service to ask")
            continue
        try:
            ask(offer.provider, source=offer.source, **offer.asked, **options)
        except EmptyAnswerError as error:
            print(f"  {error.what}")


def vintages(source: Word = None, *, format: Format = "table") -> None:
    """The fetches that were kept; the newest of a source is what the tables hold.

    Parameters
    ----------
    source
        Only those of a source.
    """
    from ..tables import vintages as listed

    console.frame(listed(source), format)


def diff(source: str, old: Word = None, new: Word = None, *, format: Format = "table") -> None:
    """What a publisher changed between two fetches: which cell, from what to what, since when.

    Parameters
    ----------
    source
        A source that was fetched more than once.
    old
        A vintage, or the beginning of it; else the last but one.
    new
        A later one; else the last.
    """
    from ..tables import diff as compared

    revisions = compared(source, old, new)
    if revisions.empty and format == "table":
        print("nothing was changed")
    else:
        console.frame(revisions, format)
