"""Who leads in an economy's goods trade, on one basis and in one year; and whether China does."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import pandas as pd

from ...estimates.frame import Estimate, Figures
from ...estimates.measures import parts
from ...ground import economies as eco
from ...ground.errors import UnknownNameError
from ...stats.frames import numbers, require
from ...stats.leading import Figure, leading
from ...trade.rank import BASES, ranking_of, reports
from ...trade.standings import Ranking, Reports
from ..trade_priority import NEEDED, SINCE, among
from .leads import RIVALS, framed, lead, no_lead

MAIN = (*NEEDED, "EU27")
"""Who could lead: where one of them is not observed, whoever leads does so among the others
only.
"""
TRADE_BASES = {
    "own": ("reporter",),
    "partners": ("mirror",),
    "own_else_partners": ("reporter", "mirror"),
}


@parts(seen=reports)
def partner_lead(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    trade_basis: str = "own_else_partners",
    since: int = 2013,
    seen: Reports | None = None,
) -> pd.DataFrame:
    """China's turnover over that of its largest rival among Russia, the EU as one, and the United
    States.

    trade: like table `trade`; rows of product TOTAL count. economies: codes or names. since: no
        year before this one.
    trade_basis: 'own' (the economy's reports), 'partners' (theirs), 'own_else_partners' (theirs
        where it has none).
    The year is the newest that observes most of the rivals.
    seen: what `rank.reports` makes of trade (made here if not given).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy, with the
    columns `values` (what was compared, in billion USD) `leader` (the code of who leads) and
    `place` (the best and the worst place of China). The
    estimate is a ratio; where reports differ, low and high instead. Rivals that are not observed
    are recorded in `missing`.
    Raises UnknownNameError for an unknown basis, and what `rank` raises.
    """
    if trade_basis not in TRADE_BASES:
        raise UnknownNameError("trade_basis", trade_basis, TRADE_BASES)
    codes = [eco.resolve(e) for e in economies]
    seen = reports(trade, economies=codes) if seen is None else seen
    rows = []
    for code in codes:
        row: dict[str, Any] = {}
        for basis in TRADE_BASES[trade_basis]:
            row = on_basis(seen, code, basis, since)
            if not row["missing"]:
                break
        rows.append(row)
    return framed(rows)


def leaders(ranks: pd.DataFrame) -> pd.DataFrame:
    """Who leads in each economy, basis and year of a frame of ranks, among the partners that stand
    in it.

    Parameters
    ----------
    ranks : pandas.DataFrame
        Like `trade.rank` with ``eu="one"``: economy, basis, year, partner, low, high (USD).

    Returns
    -------
    pandas.DataFrame
        economy, basis, year; leader: the partner whose lowest figure exceeds every other's highest,
        '' where there is none; second: the partner that comes next in the same sense, '' without
        a leader or where others may be; contenders: the partners of which each may be first (one
        where there is a leader); partners: how many were compared; unobserved: those of MAIN that
        were not.

    Raises
    ------
    UnknownNameError
        For a missing column.
    CoverageError
        For a row without a figure.
    """
    require(ranks, ("low", "high"), keys=("economy", "basis", "year", "partner"))
    for end in ("low", "high"):
        numbers(ranks, end)
    rows = []
    for (economy, basis, year), cell in ranks.groupby(["economy", "basis", "year"], sort=False):
        reach = cell[cell["high"] >= cell["low"].max()].sort_values("high", ascending=False)
        contenders = tuple(reach["partner"])
        rows.append(
            {
                "economy": economy,
                "basis": basis,
                "year": int(year),
                "leader": contenders[0] if len(contenders) == 1 else "",
                "second": _next(cell, contenders),
                "contenders": contenders,
                "partners": len(cell),
                "unobserved": tuple(p for p in MAIN if p not in set(cell["partner"])),
            }
        )
    columns = [
        "economy",
        "basis",
        "year",
        "leader",
        "second",
        "contenders",
        "partners",
        "unobserved",
    ]
    return pd.DataFrame(rows, columns=columns)


def _next(cell: pd.DataFrame, contenders: Sequence[str]) -> str:
    """Who comes after one leader; '' without one, or where several may."""
    rest = cell[~cell["partner"].isin(contenders)]
    if len(contenders) > 1 or rest.empty:
        return ""
    reach = rest.loc[rest["high"] >= rest["low"].max(), "partner"]
    return str(reach.iloc[0]) if len(reach) == 1 else ""


def first_partners(trade: pd.DataFrame, economy: str) -> pd.DataFrame:
    """Who comes first in an economy's trade, on each basis, in the newest year that can say so.

    That is the newest year since SINCE in which all of MAIN are observed, and, where a newer one
    lacks the EU, that one as well.

    Parameters
    ----------
    trade : pandas.DataFrame
        Like table `trade`; rows of product TOTAL count.
    economy : str
        Its code or name.

    Returns
    -------
    pandas.DataFrame
        As of `leaders`, in the order of BASES, the year with the EU first; no row for a basis
        without such a year.

    Raises
    ------
    UnknownNameError
        For an unknown economy, and what `rank` raises.
    """
    economy = eco.resolve(economy)
    require(
        trade, ("value_usd",), keys=("reporter", "partner", "year", "flow", "product", "source_id")
    )
    total = trade[(trade["product"] == "TOTAL") & (trade["year"] >= SINCE)]
    near = total[(total["reporter"] == economy) | (total["partner"] == economy)]
    seen, found = reports(near, economies=[economy]), []
    for basis in BASES:
        chosen: list[list[_Row]] = []
        for year in sorted(near["year"].unique(), reverse=True):
            rows = _compared(seen, economy, int(year), basis)
            observed = {row.partner for row in rows}
            whole = set(MAIN) <= observed
            if whole or (not chosen and set(NEEDED) <= observed):
                chosen.insert(0, rows)
            if whole:
                break
        found += [row for rows in chosen for row in rows]
    return leaders(pd.DataFrame(found, columns=_Row._fields))


class _Row(NamedTuple):
    """A partner in one year by one basis, as `rank` gives it."""

    economy: str
    basis: str
    year: int
    partner: str
    low: float
    high: float


def _compared(seen: Reports, economy: str, year: int, basis: str) -> list[_Row]:
    """Every partner, the EU as one."""
    choices: dict[str, Any] = {"flow": "turnover", "source": "office_first", "eu": "one"}
    choices |= {"among": None, "needed": NEEDED}
    return [
        _Row(economy, basis, year, standing.partner, standing.low, standing.high)
        for standing in ranking_of(seen, economy, year, basis=basis, **choices).standings
    ]


def on_basis(seen: Reports, economy: str, basis: str, since: int) -> Estimate:
    """The row of an economy by the reports of one side, its own ('reporter') or its partners'
    ('mirror'); see `partner_lead`.
    """
    side = "own report" if basis == "reporter" else "partners' reports"
    choices: dict[str, Any] = {
        "flow": "turnover",
        "source": "office_first",
        "among": among("named"),
        "eu": "one",
        "needed": NEEDED,
    }
    powers = {*NEEDED, *RIVALS}
    compared: list[Figure] = []
    used: dict[int, Ranking] = {}
    for year in reversed([y for y in seen.years() if y >= since]):
        told = partial(_partners, seen, economy, year, basis)
        if not set(NEEDED) <= seen.once(economy, year, ("partners", basis), told):
            continue
        used[year] = ranked = ranking_of(seen, economy, year, basis=basis, **choices)
        standings = [s for s in ranked.standings if s.partner in powers]
        compared += [(basis, year, s.partner, s.low, s.high) for s in standings]
        if powers <= ranked.partners:
            break  # no older year can observe more of the rivals
    found = leading(compared, "CHN", needed=("RUS",), any_of=RIVALS)
    if isinstance(found, str):
        return no_lead("trade", economy, f"turnover by {side}: {found}")

    def behind() -> dict[str, Any]:
        places = [place for place, partner in used[found.year].used if partner in powers]
        return Figures(seen.at(economy, found.year, places, cells=True)).behind()

    shown = found.compared(lambda dollars: f"{dollars / 1e9:.3g}")
    return lead(
        "trade",
        economy,
        found,
        seen.once(economy, found.year, ("behind the lead", basis), behind),
        f"{shown} billion dollars by {side}",
        "range of the reports on this basis",
    )


def _partners(seen: Reports, economy: str, year: int, basis: str) -> set[str]:
    """Partners of whom there is any report on one side."""
    return {report.other for report in seen.of(economy, year) if report.side == basis}
