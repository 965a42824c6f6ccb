"""Who trades most with an economy, on one basis at a time.

Partners are compared on the same basis only: what the economy itself reports (`reporter`), what its
partners report (`mirror`), the range that both leave (`interval`), or what one source made of both
(`reconciled`). A figure that China reports is never set against one that Kazakhstan reports of
Russia.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import partial
from typing import Any, Literal

import pandas as pd

from ..estimates.frame import Estimate, estimate_row, estimates
from ..estimates.once import once
from ..ground import economies as eco
from ..ground.arguments import several, whole_numbers
from ..ground.errors import AggregateError, CoverageError, UsageError
from ..registry.words import value_words
from ..stats.contract import Economies, Year, takes
from ..stats.frames import refuse_named, refuse_named_aggregates, require, years
from ..stats.measured import measured
from . import pushed
from .mirror import KEYS, perspective
from .standings import Ranking, Reports, ranking

Basis = Literal["reporter", "mirror", "interval", "reconciled"]
Flow = Literal["turnover", "exports", "imports"]
OwnSource = Literal["office_first", "compiled"]
Eu = Literal["apart", "one"]

BASES = ("reporter", "mirror", "interval")
"""Whose reports count. A fourth basis, RECONCILED, holds nobody's and is asked for by name."""
RECONCILED = "reconciled"
FLOWS = {"turnover": ("export", "import"), "exports": ("export",), "imports": ("import",)}
"""Names of a choice of flow, and the directions that it adds up."""
OWN_SOURCES = {"office_first": ("office", "compilation"), "compiled": ("compilation",)}
"""Own reports: the national office where it publishes by partner, else compilations of the same
customs data.
"""

_RANKED = {
    "economy": "str",
    "year": "int64",
    "basis": "str",
    "flow": "str",
    "partner": "str",
    "low": "float64",
    "high": "float64",
    "rank": "Int64",
    "partners": "int64",
    "sources": "object",
}
"""Columns of a frame of ranks, and their types."""


@once
def reports(trade: pd.DataFrame, *, economies: Sequence[str]) -> Reports:
    """Figures that a rank may rest on: `perspective` without panels, by economy and year."""
    bare = require(trade, ()).copy(deep=False)
    bare.attrs = {}  # pandas copies them at every step, which would take longer than the steps
    seen = perspective(bare, economies, panels=False, reconciled=True)
    refuse_named_aggregates(seen["other"].unique(), "partner")
    return Reports(seen[seen["economy"] != seen["other"]])  # nobody is a partner of their own


def ranking_of(
    seen: Reports,
    economy: str,
    year: int,
    *,
    basis: str,
    flow: str,
    source: str,
    among: Collection[str] | None,
    eu: str,
    needed: Collection[str],
) -> Ranking:
    """Partners of one economy and year; raises MixedUnitsError where one report values them in
    several ways.
    """
    own = basis == "reporter"
    choices = (
        None if among is None else frozenset(among),
        eu == "one",
        frozenset(needed if own else ()),
    )

    def made() -> Ranking:
        order = seen.order(economy, year, OWN_SOURCES[source]) if own else ()
        found = ranking(seen.of(economy, year), basis, FLOWS[flow], order, *choices)
        if own and found.mixed:
            seen.refuse_mixed(economy, year, (place for place, _ in found.used))
        return found

    return seen.once(economy, year, (basis, flow, source if own else "", *choices), made)


@takes()
def rank(
    trade: pd.DataFrame | pushed.Relation,
    *,
    economy: Economies | None = None,
    partner: str | Sequence[str] | None = None,
    year: int | Sequence[int] | None = None,
    basis: Basis | Sequence[Basis] = "reporter",
    flow: Flow = "turnover",
    source: OwnSource = "office_first",
    among: Collection[str] | None = None,
    eu: Eu = "apart",
    needed: Collection[str] | None = None,
) -> pd.DataFrame:
    """Rank of the partners in an economy's goods trade, each basis for itself.

    Parameters
    ----------
    trade : pandas.DataFrame or duckdb.DuckDBPyRelation
        Like table `trade`; rows of product TOTAL count. A relation is read a year at a time.
    economy : str or sequence of str, optional
        Whose trade: codes or names. Every reporter in the frame that is no aggregate, if not given.
    partner : str or sequence of str, optional
        Whose rank: codes or names. All partners are ranked and these are returned; all, if not
        given.
    year : int or sequence of int, optional
        Every year in the frame, if not given.
    basis : {'reporter', 'mirror', 'interval', 'reconciled'} or sequence of them
        Whose reports count, one of BASES or several: 'reporter' (the economy's own), 'mirror' (its
        partners') or 'interval' (the range of both, of partners on which both report each flow);
        or 'reconciled' (one figure made of both).
    flow : {'turnover', 'exports', 'imports'}
        One of FLOWS. A partner without all of its directions is left
        out: missing is not zero.
    source : {'office_first', 'compiled'}
        Who speaks for the economy on the basis 'reporter' (OWN_SOURCES): 'office_first' (its
        national office, else compilations) or 'compiled' (compilations alone). With the first, so
        does a source that the register does not know, where it is the only one.
    among : collection of str, optional
        Codes or names of those that take part; every single economy that is listed, if not given.
        With ``eu="one"`` the EU27 takes part beside them, named or not. The economy itself never
        does.
    eu : {'apart', 'one'}
        'apart' (member states count singly) or 'one' (the EU27 is a partner, its members are not).
    needed : collection of str, optional
        Codes or names that one source must list to speak for the economy on the basis 'reporter';
        those of `partner`, if not given. A source that lacks one of them is passed over.

    Returns
    -------
    pandas.DataFrame
        One row per economy, year, basis and partner, the largest first: economy, year, basis,
        flow, partner, low and high (USD; equal on a basis with one figure), rank by low (1 is the
        largest; equal values share a rank), partners (how many are ranked), sources, price_basis
        where `trade` has it. No row where nothing can be compared. Its ``plot()`` draws the ``top``
        partners of one economy, basis and flow: places over the years, or trade in one year.

    Raises
    ------
    CaResearchError
        For what :doc:`/refusals` lists.

    Notes
    -----
    low and high are the sums over directions of the least and the largest report. A figure of one
    side is never set against one of the other, except within a range.

    Examples
    --------
    >>> import ca_research as ca
    >>> t = ca.load("trade", product="TOTAL", source="KAZ_BNS")
    >>> found = ca.trade.rank(t, partner=["Russia", "China"], year=2022)
    >>> found[["economy", "partner", "rank", "partners"]].to_dict("records")[0]
    {'economy': 'KAZ', 'partner': 'RUS', 'rank': 1, 'partners': 50}
    """
    bases = list(dict.fromkeys(several(basis)))
    asked = None if year is None else whole_numbers("year", year)
    wanted = None if partner is None else _partners(partner, eu)
    among = None if among is None else _partners(among, eu)
    _take_part(wanted or (), among, eu)
    listed = (wanted or []) if needed is None else _partners(needed, eu)
    choices = {"flow": flow, "source": source, "among": among, "eu": eu, "needed": listed}
    relation = pushed.is_relation(trade)
    if relation:
        trade, sides = pushed.of_years(trade, asked)
    else:
        sides = require(trade, ("value_usd",), keys=KEYS)
        years(trade)
        trade = sides = sides if asked is None else sides[sides["year"].isin(asked)]
    if economy is None:
        reporters = sides["reporter"].unique()
        refuse_named(reporters, "reporter")
        economy = sorted(c for c in reporters if not eco.is_aggregate(c))
    parts = pushed.parts(trade, economy, sides) if relation else [trade]
    ranks = [_ranks(part, economy, bases, wanted, **choices) for part in parts]
    place = {code: n for n, code in enumerate(economy)}
    found = pd.concat(ranks, ignore_index=True).sort_values(
        "economy", key=lambda codes: codes.map(place), kind="stable", ignore_index=True
    )
    if (
        wanted
        and among is None
        and {*zip(found["basis"], found["partners"], strict=True)} == {("reporter", 1)}
    ):
        raise UsageError(
            "the frame lists one partner, which is first of one",
            hint="load the trade with all partners, and choose here: rank(..., partner='China')",
        )
    own = set(sides.loc[sides["reporter"].isin(economy), "partner"]) & {*(wanted or ())}
    if (
        needed is None
        and own
        and len(wanted or ()) > 1
        and "reporter" in {*bases} - {*found["basis"]}
    ):
        raise CoverageError(
            f"no source lists {flow} with all of {eco.joined(map(eco.in_prose, wanted or ()))}",
            hint=f"say who must be there: needed={sorted(own)[:1]}",
        )
    return measured(found, "rank")


def _ranks(
    trade: pd.DataFrame,
    codes: Sequence[str],
    bases: Sequence[str],
    wanted: Collection[str] | None,
    **choices: Any,
) -> pd.DataFrame:
    """The rows of `rank`; every choice is to be named."""
    seen = reports(trade, economies=codes)
    rows = [
        (code, when, one, choices["flow"], s.partner, s.low, s.high, place, many, s.sources)
        for code in codes
        for when in seen.years()
        for one in bases
        for found in [ranking_of(seen, code, int(when), basis=one, **choices)]
        for many in [len(found.standings)]
        for s, place in zip(found.standings, found.ranks(), strict=True)
        if wanted is None or s.partner in wanted
    ]
    found = pd.DataFrame(rows, columns=list(_RANKED)).astype(_RANKED)
    if "price_basis" in seen.rows:
        found["price_basis"] = next(iter(seen.rows["price_basis"]), None)
    return found


def _partners(names: str | Collection[str], eu: str) -> list[str]:
    """Codes of those that can be ranked: single economies, and the EU27 where it is one."""
    found = eco.resolve_all(names)
    if groups := [c for c in found if eco.is_aggregate(c) and (c, eu) != ("EU27", "one")]:
        raise AggregateError(
            f"{eco.name_of(groups[0])} is an aggregate and cannot stand among its members",
            hint="name single economies; of the EU27 as one partner eu='one' has the rank",
        )
    return found


def _take_part(codes: Iterable[str], among: Collection[str] | None, eu: str) -> None:
    """Raise UsageError where one that is asked about is not among those that take part."""
    if among is None:
        return
    if outside := sorted(set(codes) - _all_needed(among, eu)):
        raise UsageError(
            f"{', '.join(outside)} is asked about and not among those compared: "
            f"{', '.join(sorted(among))}",
            hint=f"name it too: among=[..., {outside[0]!r}]",
        )


@takes()
def rank_years(
    trade: pd.DataFrame,
    *,
    economy: Economies,
    needed: Collection[str],
    basis: Basis = "reporter",
    flow: Flow = "turnover",
    source: OwnSource = "office_first",
    eu: Eu = "apart",
) -> pd.DataFrame:
    """Years in which certain partners can be ranked, and in how many economies.

    Parameters
    ----------
    trade : pandas.DataFrame
        Like table `trade`; rows of product TOTAL count.
    economy : str or sequence of str
        Codes or names.
    needed : collection of str
        Codes or names of the partners that must all be observed; with ``eu="one"`` the EU27 as
        well.
    basis, flow, source, eu : str
        As in `rank`; one basis.

    Returns
    -------
    pandas.DataFrame
        year, economies (in how many of those asked for all of `needed` are observed); a row for
        every year with a report, in agreement with `rank`.

    Raises
    ------
    CaResearchError
        For what :doc:`/refusals` lists.

    Examples
    --------
    >>> import ca_research as ca
    >>> t = ca.load("trade", product="TOTAL", source="KAZ_BNS")
    >>> able = rank_years(t, economy="KAZ", needed=["TUR", "RUS"]).query("economies > 0")
    >>> int(able["year"].max())
    2023
    """
    needed, seen = _partners(needed, eu), reports(trade, economies=economy)
    choices: dict[str, Any] = {"basis": basis, "flow": flow, "source": source, "eu": eu}
    counts = [_observed(seen, economy, year, needed=needed, **choices) for year in seen.years()]
    return pd.DataFrame({"year": seen.years(), "economies": counts}, dtype="int64")


def _all_needed(needed: Collection[str], eu: str) -> set[str]:
    return {*needed, "EU27"} if eu == "one" else set(needed)


def _observed(
    seen: Reports,
    economies: Sequence[str],
    year: int,
    *,
    needed: Collection[str],
    eu: str,
    **choices: str,
) -> int:
    """In how many of the economies the needed partners can be ranked in a year."""
    wanted, basis, flow = _all_needed(needed, eu), choices["basis"], FLOWS[choices["flow"]]
    single = set(needed) - ({"EU27"} if eu == "one" else set())  # its members may stand for it
    able = (code for code in economies if seen.speak_of(code, year, single, basis, flow))
    found = (
        ranking_of(seen, code, year, among=None, eu=eu, needed=needed, **choices) for code in able
    )
    return sum(wanted <= one.partners for one in found)


def newest_year(
    seen: Reports,
    economies: Sequence[str],
    *,
    needed: Collection[str],
    basis: str,
    eu: str = "apart",
    source: str = "office_first",
    since: int,
    at_least: int,
) -> int:
    """The newest year in which turnover with the needed partners can be ranked for so many of the
    economies (for all, if fewer are asked for).

    Raises CoverageError where there is none since `since`, or no economy is named.
    """
    if not len(economies):
        raise CoverageError("no economy to rank for", hint="name one at least")
    least = min(at_least, len(economies))
    choices = {"basis": basis, "flow": "turnover", "source": source, "eu": eu}
    for year in reversed([y for y in seen.years() if y >= since]):
        if _observed(seen, economies, year, needed=needed, **choices) >= least:
            return year
    names = eco.joined(eco.in_prose(c) for c in sorted(_all_needed(needed, eu)))
    many = f" for {least} of {len(economies)} countries" if len(economies) > 1 else ""
    raise CoverageError(
        f"no year since {since} has turnover with {names}{many} ({value_words(basis)})",
        hint="choose another basis or flow",
    )


@takes()
def lead(
    trade: pd.DataFrame,
    *,
    economies: Economies,
    partner: str,
    year: Year,
    basis: Basis = "reporter",
    flow: Flow = "turnover",
    source: OwnSource = "office_first",
    among: Collection[str] | None = None,
    eu: Eu = "apart",
    needed: Collection[str] = (),
) -> pd.DataFrame:
    """A partner's trade with each economy over that of its largest rival.

    Parameters
    ----------
    trade : pandas.DataFrame
        Like table `trade`; rows of product TOTAL count.
    economies : sequence of str
        Codes or names.
    partner : str
        Whose lead: code or name.
    year : int
        The year compared.
    basis, flow, source : str
        As in `rank`; one basis.
    among : collection of str, optional
        As in `rank`.
    eu : str
        As in `rank`.
    needed : collection of str
        Partners without which nothing is said, beside `partner` itself; with ``eu="one"`` the EU27
        as well. All of them must be in `among`, where that is given.

    Returns
    -------
    pandas.DataFrame
        An estimates frame, one row per economy: a ratio (above one, the partner ranks first), with
        the largest rival in `about`. On the basis 'interval' there is no estimate, only low (the
        partner's lowest report over the rival's highest) and high; a rank is certain only where
        both are on one side of one. Where a needed partner or a rival is not observed, `missing`
        says so.

    Raises
    ------
    CaResearchError
        For what :doc:`/refusals` lists.

    Notes
    -----
    x_p / max_j x_j over the partners j other than p.

    Examples
    --------
    >>> import ca_research as ca
    >>> t = ca.load("trade", product="TOTAL", source="KAZ_BNS")
    >>> found = lead(t, economies=["KAZ"], partner="RUS", year=2022)
    >>> bool(found["estimate"].item() > 1)
    True
    """
    (own,), needed = _partners([partner], eu), _partners(needed, eu)
    others = None if among is None else _partners(among, eu)
    _take_part([own, *needed], others, eu)
    seen = reports(trade, economies=economies)
    choices = {"basis": basis, "flow": flow, "source": source, "among": others, "eu": eu}
    return estimates(lead_rows(seen, economies, own, year, needed=needed, **choices))


def lead_rows(
    seen: Reports,
    codes: Sequence[str],
    partner: str,
    year: int,
    *,
    needed: Collection[str],
    **choices: Any,
) -> list[Estimate]:
    """The rows of `lead`, for who asks in thousands of ways; every choice is to be named."""
    choices["needed"] = frozenset({partner, *needed})
    if choices["among"] is not None:
        choices["among"] = frozenset(choices["among"])
    asked = (partner, *sorted(choices.items()))
    return [
        seen.once(code, year, asked, partial(_lead, seen, code, year, partner, **choices))
        for code in codes
    ]


def _lead(seen: Reports, economy: str, year: int, partner: str, **choices: Any) -> Estimate:
    """The row of one economy in `lead`."""
    found = ranking_of(seen, economy, year, **choices)
    basis, flow = choices["basis"], choices["flow"]
    if absent := sorted(_all_needed(choices["needed"], choices["eu"]) - found.partners):
        names = eco.joined(eco.in_prose(a) for a in absent)
        return estimate_row(
            economy=economy, missing=f"no {flow} with {names} in {year} ({value_words(basis)})"
        )
    (own,) = (s for s in found.standings if s.partner == partner)
    rivals = [s for s in found.standings if s.partner != partner]
    if not rivals:
        return estimate_row(
            economy=economy, missing=f"no rival of {eco.name_of(partner)} in {year}"
        )
    least, most = max(s.low for s in rivals), max(s.high for s in rivals)
    if not least > 0:
        return estimate_row(economy=economy, missing=f"{flow} with every rival is zero in {year}")
    about = {"rival": max(rivals, key=lambda s: s.high).partner}
    rows = seen.at(economy, year, (place for place, _ in found.used), cells=True)
    if basis == "interval":
        low, high = own.low / most, own.high / least
        interval = "range of both sides' reports"
        return estimate_row(
            rows, economy=economy, low=low, high=high, interval=interval, about=about
        )
    return estimate_row(rows, economy=economy, estimate=own.low / least, about=about)
