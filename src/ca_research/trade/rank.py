"""Who trades most with an economy, on one basis at a time.

Partners are compared on the same basis only: what the economy itself reports (`reporter`), what its
partners report (`mirror`), the range that both leave (`interval`), or what one source made of both
(`reconciled`). A figure that China reports is never set against one that Kazakhstan reports of
Russia.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import Any, Literal

import pandas as pd

from ..estimates.frame import Estimate, estimate_row, estimates
from ..estimates.once import once
from ..ground import economies as eco
from ..ground.arguments import several, whole_numbers
from ..ground.errors import UsageError
from ..registry.words import value_words
from ..stats.contract import KINDS, Economies, Year, one_figure_per_cell, takes
from ..stats.frames import (
    alike,
    cited,
    own_groups,
    refuse_labels,
    require,
    require_some,
    years,
)
from ..tables.preference import of_role, ranked
from . import pushed
from .mirror import KEYS, perspective

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

MOST_MEMBERS = 25
"""Members of the EU27 that a source must list for their sum to stand for the union (it may list no
trade with one or two).
"""

_SIDES = {"interval": ("reporter", "mirror")}
"""Who must report on a basis; on another one the side of its name alone. A range of both sides is
none where one of them is silent.
"""
_YEAR = ["economy", "year"]
_PARTNER = [*_YEAR, "counted_as"]
_REPORT = ["direction", "side", "source_id"]


@partial(once, by_row=True)
def both_reports(trade: pd.DataFrame, *, economies: Sequence[str]) -> pd.DataFrame:
    """Figures of `perspective`, with panels and what was made of both sides."""
    bare = require(trade, ()).filter([*KEYS, "value_usd", "is_aggregate", *KINDS])
    bare.attrs = {}  # pandas copies them at every step, which would take longer than the steps
    rows = perspective(bare, economies, reconciled=True)
    texts = dict.fromkeys(rows.select_dtypes(["str", "category"]), object)
    return rows.astype(texts | {"year": "int64"})


@once
def reports(trade: pd.DataFrame, *, economies: Sequence[str]) -> pd.DataFrame:
    """Figures that a rank may rest on: `both_reports` without panels, by economy and year."""
    rows = both_reports(trade, economies=economies)
    rows = rows[~rows["source_id"].isin(of_role(rows["source_id"].unique(), "panel"))]
    refuse_labels(rows["other"].unique(), "partner", single=True)
    rows = rows[rows["economy"] != rows["other"]]  # nobody is a partner of their own
    return rows.reset_index(drop=True)


@once
def _reports_of(seen: pd.DataFrame, year: int | None) -> pd.DataFrame:
    """Reports of a year, or of all, one figure each, and whether `other` is a `group`."""
    rows = seen if year is None else seen[seen["year"] == year]
    one_figure_per_cell(rows, [*_YEAR, "other", *_REPORT])
    groups = rows["other"].isin(list(eco.AGGREGATES)) | own_groups(rows, ("reporter", "partner"))
    return rows.assign(group=groups)


@once
def compared(
    seen: pd.DataFrame,
    year: int | None = None,
    *,
    basis: str,
    flow: str,
    source: str,
    among: Collection[str] | None,
    eu: str,
    needed: Collection[str],
) -> pd.DataFrame:
    """Reports of partners with all the flows asked for, each by all the sides that the basis needs;
    `counted_as` is the partner that a report stands for, the EU27 for its members where it is one.

    Raises MixedUnitsError where one report values partners in several ways.
    """
    every = _reports_of(seen, year)
    ways, sides = FLOWS[flow], _SIDES.get(basis, (basis,))
    rows = every[every["direction"].isin(ways) & every["side"].isin(sides)]
    if basis == "reporter":
        rows = _spoken(rows, every, OWN_SOURCES[source], {*needed})
    single = rows[~rows["group"] & (rows["other"].isin(among) if among is not None else True)]
    single = single.assign(counted_as=single["other"])
    if eu == "one":
        members = set(eco.members("EU27", 2020))
        inside = members if basis == "reporter" else members | {"GBR"}
        union = _european_union(rows, members).assign(counted_as="EU27")
        single = pd.concat([single[~single["other"].isin(inside)], union])
    told = single["direction"] + single["side"]
    whole = told.groupby([single[c] for c in _PARTNER]).transform("nunique")
    used = single[whole == len(ways) * len(sides)]
    if basis == "reporter":
        alike(used, KINDS, [*_YEAR, "direction"])
    return used


def _spoken(
    rows: pd.DataFrame, every: pd.DataFrame, roles: Sequence[str], needed: set[str]
) -> pd.DataFrame:
    """Reports of the preferred own source that lists the needed partners, of each direction:
    partners share one source.
    """
    own = every[every["side"] == "reporter"].groupby(_YEAR)["source_id"].agg(frozenset)
    order = {sources: ranked(sources, roles) for sources in set(own)}
    place = {(*key, one): n for key, all_ in own.items() for n, one in enumerate(order[all_])}
    cell = [rows[c] for c in (*_YEAR, "direction")]
    listed = rows["other"].where(rows["other"].isin(needed))
    listed = listed.groupby([*cell, rows["source_id"]]).transform("nunique")
    at = [place.get(key) for key in zip(*cell[:2], rows["source_id"], strict=True)]
    able = pd.Series(at, rows.index, dtype="float64").where(listed == len(needed))
    return rows[able == able.groupby(cell).transform("min")]


def _european_union(rows: pd.DataFrame, members: set[str]) -> pd.DataFrame:
    """Reports of the EU27 as one partner: its own row, else its members by one source, else the EU
    of the year by a compilation; an office's EU is a changing set of members.
    """
    rows = rows[rows["other"].isin({*members, "EU27", "EU"})]
    own, inside = rows["other"] == "EU27", rows["other"].isin(members)
    report = [rows[c] for c in (*_YEAR, *_REPORT)]
    many = rows["other"].where(inside).groupby(report).transform("nunique") >= MOST_MEMBERS
    compiled = rows["source_id"].isin(of_role(rows["source_id"].unique(), "compilation"))
    other = ~own.groupby(report).transform("any")
    return rows[own | (other & many & inside) | (other & ~many & ~inside & compiled)]


@once
def standings(used: pd.DataFrame) -> pd.DataFrame:
    """Of each economy and year the partners `compared`, the largest first: low and high, the sums
    over flows of the least and the largest report, rank by low, and how many partners there are.
    """
    totals = used.groupby([*_PARTNER, *_REPORT])["value_usd"].sum()
    ends = totals.groupby(level=[*_PARTNER, "direction"]).agg(["min", "max"])
    table = ends.groupby(level=_PARTNER).sum().set_axis(["low", "high"], axis=1).reset_index()
    low = table.groupby(_YEAR)["low"]
    table["rank"] = low.rank(ascending=False, method="min").astype("Int64")
    table["partners"] = low.transform("size")
    return table.sort_values([*_YEAR, "rank", "counted_as"], ignore_index=True)


_NEEDED = "say who must be there: needed=['CHN']"
_RANKED = {
    **{"economy": "str", "year": "int64", "basis": "str", "flow": "str", "partner": "str"},
    **{"low": "float64", "high": "float64", "rank": "Int64", "partners": "int64"},
    "sources": "object",
}
"""Columns of a frame of ranks, and their types."""


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
        Like table `trade`; rows of product TOTAL count.
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
        Who is asked about takes part too, and with ``eu="one"`` the EU27. The economy itself never
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
    chosen_years = None if year is None else whole_numbers("year", year)
    wanted = None if partner is None else _partners(partner, eu)
    among = None if among is None else _partners([*several(among), *(wanted or ())], eu)
    listed = (wanted or []) if needed is None else _partners(needed, eu)
    if pushed.is_relation(trade):
        trade = pushed.totals(trade, chosen_years, economy)
    trade = require(trade, ("value_usd",), keys=KEYS)
    years(trade)
    trade = trade if chosen_years is None else trade[trade["year"].isin(chosen_years)]
    if economy is None:
        reporters = trade["reporter"].unique()
        refuse_labels(reporters, "reporter", eco.codes())
        economy = sorted(c for c in reporters if not eco.is_aggregate(c))
    seen, parts = reports(trade, economies=economy), []
    for n, one in enumerate(bases):
        used = compared(
            seen, basis=one, flow=flow, source=source, among=among, eu=eu, needed=listed
        )
        parts.append(cited(standings(used), used, _PARTNER).assign(basis=one, flow=flow, at=n))
    place = {code: n for n, code in enumerate(economy)}
    table = pd.concat(parts).rename(columns={"counted_as": "partner"})
    table = table.assign(of=table["economy"].map(place)).sort_values(
        ["of", "year", "at"], kind="stable", ignore_index=True
    )
    if wanted is not None:
        table = table[table["partner"].isin(wanted)].reset_index(drop=True)
    columns = [*_RANKED, *(["price_basis"] if "price_basis" in seen else [])]
    table = table.reindex(columns=columns).astype(_RANKED)
    alone = {*table["partners"]} == {1} and {*table["basis"]} == {"reporter"}
    if wanted and among is None and alone:
        raise UsageError(
            "the frame lists one partner, which is first of one",
            hint="load the trade with all partners, and choose here: rank(..., partner='China')",
        )
    silent = "reporter" in {*bases} - {*table["basis"]} and needed is None and len(listed) > 1
    if silent and trade["partner"][trade["reporter"].isin(economy)].isin(listed).any():
        require_some(listed[:0], f"source that lists {flow} with {eco.joined(listed)}", _NEEDED)
    return table


def _partners(names: str | Collection[str], eu: str) -> list[str]:
    """Codes of those that can be ranked: single economies, and the EU27 where it is one."""
    return eco.single_economies(names, ["EU27"] if eu == "one" else ())


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
    needed, figures = _partners(needed, eu), reports(trade, economies=economy)
    wanted = _all_needed(needed, eu)
    used = compared(
        figures, basis=basis, flow=flow, source=source, among=None, eu=eu, needed=needed
    )
    listed = used[used["counted_as"].isin(wanted)].groupby(_YEAR)["counted_as"].nunique()
    able = listed[listed == len(wanted)].groupby(level="year").size()
    every = sorted(figures["year"].unique())
    return pd.DataFrame(
        {"year": every, "economies": able.reindex(every, fill_value=0).to_list()}, dtype="int64"
    )


def _all_needed(needed: Collection[str], eu: str) -> set[str]:
    return {*needed, "EU27"} if eu == "one" else set(needed)


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
        as well.

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
    (code,), needed = _partners([partner], eu), _partners(needed, eu)
    others = None if among is None else _partners([*several(among), code, *needed], eu)
    wanted, seen = {code, *needed}, reports(trade, economies=economies)
    used = compared(
        seen, year, basis=basis, flow=flow, source=source, among=others, eu=eu, needed=wanted
    )
    ends = standings(used).set_index("counted_as")

    def row(economy: str) -> Estimate:
        mine = ends[ends["economy"] == economy]
        rivals, why = mine.drop(index=code, errors="ignore"), ""
        least, most = rivals["low"].max(), rivals["high"].max()
        if absent := sorted(_all_needed(wanted, eu) - {*mine.index}):
            names = eco.joined(map(eco.in_prose, absent))
            why = f"no {flow} with {names} in {year} ({value_words(basis)})"
        elif rivals.empty:
            why = f"no rival of {eco.name_of(code)} in {year}"
        elif not least > 0:
            why = f"{flow} with every rival is zero in {year}"
        if why:
            return estimate_row(economy=economy, missing=why)
        low, high = mine.loc[code, ["low", "high"]]
        figures: dict[str, Any] = {"estimate": low / least}
        if basis == "interval":
            figures = {"low": low / most, "high": high / least}
            figures["interval"] = "range of both sides' reports"
        rows = used.loc[used["economy"] == economy, [*KEYS]]
        about = {"rival": rivals["high"].idxmax()}
        return estimate_row(rows, economy=economy, about=about, **figures)

    return estimates(map(row, economies))
