"""Commands on what publishers' services give: data fetch, vintages, diff."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..ground.errors import EmptyAnswerError, UsageError
from . import console
from .claim_commands import economy_of
from .data_commands import Lag, Preference, Redistribution, Role, SkipBad, Yes, agreed, told_next

if TYPE_CHECKING:
    from ..claims.offers import Offer
    from ..tables import Fetched


Several = list[str] | None
ASKED = (
    *("indicator", "economy", "reporter", "partner", "flow", "product", "origin", "destination"),
    *("year", "since", "until"),
)
"""Options that say what is asked of a service."""
HOW = ("lag", "role", "preference", "redistribution", "skip_bad", "dry_run")
"""And how what comes is taken in."""


def fetch(
    provider: Annotated[
        str,
        typer.Argument(
            help="worldbank, comtrade, imf, eurostat or unesco; or a source that was fetched "
            "before, to ask the same again; or the word wanted, and a claim."
        ),
    ],
    claim: Annotated[
        str | None, typer.Argument(help="After wanted: whose missing figures to ask for.")
    ] = None,
    indicator: Annotated[
        Several, typer.Option(help="worldbank, unesco: its code, NY.GDP.MKTP.CD")
    ] = None,
    economy: Annotated[Several, typer.Option(help="worldbank, unesco: of which economies.")] = None,
    reporter: Annotated[Several, typer.Option(help="comtrade, imf: whose statistics.")] = None,
    partner: Annotated[
        Several, typer.Option(help="comtrade, imf: trade with whom; else with all.")
    ] = None,
    flow: Annotated[
        Several, typer.Option(help="comtrade, imf: export or import; else both.")
    ] = None,
    product: Annotated[
        Several, typer.Option(help="comtrade: HS chapters of two digits; else TOTAL.")
    ] = None,
    origin: Annotated[Several, typer.Option(help="eurostat: where students come from.")] = None,
    destination: Annotated[
        Several, typer.Option(help="eurostat: where they study; else anywhere.")
    ] = None,
    year: Annotated[Several, typer.Option(help="Single years.")] = None,
    since: Annotated[int | None, typer.Option(help="All years from this one on.")] = None,
    until: Annotated[int | None, typer.Option(help="And up to this one.")] = None,
    param: console.Parameters = None,
    table: Annotated[
        str | None, typer.Option(help="The table, where the provider fills several.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="An id for the source; else one is made.")
    ] = None,
    lag: Lag = None,
    role: Role = None,
    preference: Preference = None,
    redistribution: Redistribution = None,
    skip_bad: SkipBad = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Fetch, check and compare; add nothing.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Ask a publisher's service for figures and add them; what came is kept as a vintage.

    Options that name something may be given several times, or with commas. A key for comtrade is
    read from COMTRADE_API_KEY or the system's keyring (service ca-research, user comtrade).
    """
    given = locals()
    if not (sys.stdin.isatty() or yes or dry_run):
        raise UsageError(
            "nobody can be asked here whether to add what is fetched",
            hint="look at it with --dry-run, then the same with --yes",
        )
    how = {name: given[name] for name in HOW}
    asked = {name: given[name] for name in ASKED if given[name] is not None}
    asks = not (yes or dry_run)
    if provider == "wanted":
        if claim is None or asked or source or table:
            raise UsageError(
                "wanted is asked by a claim alone",
                hint="ca-research data fetch wanted C33 [-p economy=TJK]",
            )
        added = _wanted(claim, economy_of(claim, console.pairs(param)), how, asks)
    elif claim is not None or param:
        raise UsageError("a claim comes after wanted", hint="ca-research data fetch wanted C33")
    else:
        added = [_fetched(provider, asks, **how, table=table, source=source, **asked)]
    if any(one.kept for one in added):
        told_next()


def _fetched(provider: str, asks: bool, **more: Any) -> Fetched:
    """Fetch, show, and on a terminal ask."""
    from ..tables import fetch as fetched

    def progress(request: str) -> None:
        print(f"  {request}", file=sys.stderr, flush=True)

    found = fetched(provider, confirm=agreed if asks else None, progress=progress, **more)
    typer.echo(str(found).splitlines()[-1] if asks else str(found))
    return found


def _wanted(claim: str, economy: str | None, how: dict[str, Any], asks: bool) -> list[Fetched]:
    """Ask for each want that some service holds; say who holds the others."""
    from .. import registry
    from ..claims.offers import offers

    found = []
    for offer in offers(claim, economy=economy):
        typer.echo(f"{offer.what} ({offer.figures} figures of table {offer.table})")
        if offer.provider is None:
            typer.echo(f"  no service to ask; {_holders(offer)}")
            continue
        try:
            found.append(_fetched(offer.provider, asks, **how, source=offer.source, **offer.asked))
        except EmptyAnswerError as error:
            asked = registry.provider(offer.provider).publisher
            typer.echo(f"  {error.what}; {_holders(offer, but=asked)}")
        else:
            came = len(found[-1].rows)
            if came < offer.figures:
                typer.echo(f"  {came} of {offer.figures} came; {_holders(offer)}")
    return found


def _holders(offer: Offer, but: str = "") -> str:
    named = [f"{h.publisher} ({h.address})" for h in offer.holders if h.publisher != but]
    who = "nobody else" if but else "nobody"
    return "published by " + ", ".join(named) if named else f"{who} is known to publish it"


def vintages(
    source: Annotated[str | None, typer.Argument(help="Only those of a source.")] = None,
    format: console.Format = "table",
) -> None:
    """The fetches that were kept; the newest of a source is what the tables hold."""
    from ..tables import vintages as listed

    found = listed(source)
    if format == "table":
        found = found.assign(
            sha256=found["sha256"].str[:12],
            in_tables=found["in_tables"].map({True: "yes", False: ""}),
        )
    console.frame(found, format)


def diff(
    source: Annotated[str, typer.Argument(help="A source that was fetched more than once.")],
    old: Annotated[
        str | None, typer.Argument(help="A vintage, or the beginning of it; else the last but one.")
    ] = None,
    new: Annotated[str | None, typer.Argument(help="A later one; else the last.")] = None,
    format: console.Format = "table",
) -> None:
    """What a publisher changed between two fetches: which cell, from what to what, since when."""
    from ..tables import diff as compared

    found = compared(source, old, new)
    if found.empty and format == "table":
        typer.echo("nothing was changed")
    else:
        console.frame(found, format)
