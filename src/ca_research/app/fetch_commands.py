"""Commands on what publishers' services give: data fetch, vintages, diff."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ..ground.errors import EmptyAnswerError, UsageError
from . import console
from .claim_commands import economy_of
from .options import Format, Number, Several, Word

if TYPE_CHECKING:
    from ..claims.offers import Offer

HOW = {"lag", "role", "preference", "redistribution", "skip_bad", "dry_run", "yes"}
"""Options that say how what comes is taken in; the others say what is asked of a service."""


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
        comtrade: HS chapters of two digits; else TOTAL.
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
    given = {name: value for name, value in locals().items() if value is not None}
    from .. import registry
    from ..claims.offers import offers
    from ..tables import fetch as fetched

    for name in ("provider", "claim", "param"):
        given.pop(name, None)
    ask = partial(console.taken_in, fetched, progress=console.step)
    if provider != "wanted":
        if claim or param:
            raise UsageError("a claim comes after wanted", hint="ca-research data fetch wanted C33")
        ask(provider, **given)
        return
    if not claim or given.keys() - HOW:
        raise UsageError(
            "wanted is asked by a claim alone",
            hint="ca-research data fetch wanted C33 [-p economy=TJK]",
        )
    for offer in offers(claim, economy=economy_of(claim, console.pairs(param))):
        print(f"{offer.what} ({offer.figures} figures of table {offer.table})")
        if offer.provider is None:
            print(f"  no service to ask; {_holders(offer)}")
            continue
        try:
            came = len(ask(offer.provider, source=offer.source, **offer.asked, **given).rows)
        except EmptyAnswerError as error:
            publisher = registry.provider(offer.provider).publisher
            print(f"  {error.what}; {_holders(offer, but=publisher)}")
        else:
            if came < offer.figures:
                print(f"  {came} of {offer.figures} came; {_holders(offer)}")


def _holders(offer: Offer, but: str = "") -> str:
    """Who publishes what is wanted, beside the service that was asked."""
    named = [f"{h.publisher} ({h.address})" for h in offer.holders if h.publisher != but]
    who = "nobody else" if but else "nobody"
    return f"published by {', '.join(named)}" if named else f"{who} is known to publish it"


def vintages(source: Word = None, *, format: Format = "table") -> None:
    """The fetches that were kept; the newest of a source is what the tables hold.

    Parameters
    ----------
    source
        Only those of a source.
    """
    from ..tables import vintages as listed

    found = listed(source)
    if format == "table":
        found["sha256"] = found["sha256"].str[:12]
    console.frame(found, format)


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

    found = compared(source, old, new)
    if found.empty and format == "table":
        print("nothing was changed")
    else:
        console.frame(found, format)
