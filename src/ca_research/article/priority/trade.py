"""Who leads in an economy's goods trade, on one basis and in one year; and whether China does."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from ...estimates.frame import Estimate, Figures
from ...estimates.measures import parts
from ...ground import economies as eco
from ...ground.errors import UnknownNameError
from ...stats.frames import numbers, require
from ...stats.leading import Leading
from ...trade.rank import reports
from ...trade.standings import Reports
from ..trade_priority import NEEDED, Powers, order_of
from .leads import POWERS, framed, lead, no_lead

MAIN = (*NEEDED, "EU27")
"""Who could lead: where one of them is not observed, whoever leads does so among the others
only.
"""
TRADE_BASES = {
    "own": ("reporter",),
    "partners": ("mirror",),
    "own_else_partners": ("reporter", "mirror"),
}


@parts(seen=reports, powers=Powers)
def partner_lead(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    trade_basis: str = "own_else_partners",
    since: int = 2018,
    seen: Reports | None = None,
    powers: Powers | None = None,
) -> pd.DataFrame:
    """China's turnover over that of its largest rival among Russia, the EU as one, and the United
    States.

    trade: like table `trade`; rows of product TOTAL count. economies: codes or names. since: no
        year before this one.
    trade_basis: 'own' (the economy's reports), 'partners' (theirs), 'own_else_partners' (theirs
        where it has none).
    The year is the newest that observes Russia and the EU; where none does, the newest in which a
    bound says whether China leads (`trade_priority.order_of`).
    seen, powers: what `rank.reports` and `Powers` make of trade (made here if not given).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy, with the
    columns `values` (what was compared, in billion USD) `leader` (the code of who leads) and
    `place` (the best and the worst place of China). The
    estimate is a ratio; where a bound stands for a rival, low and high instead. Where nothing can
    be said, the reason is in `missing`.
    Raises UnknownNameError for an unknown basis, and what `rank` raises.
    """
    if trade_basis not in TRADE_BASES:
        raise UnknownNameError("trade_basis", trade_basis, TRADE_BASES)
    codes = [eco.resolve(e) for e in economies]
    seen = reports(trade, economies=codes) if seen is None else seen
    powers = Powers(trade, economies=codes) if powers is None else powers
    rows = []
    for code in codes:
        row: dict[str, Any] = {}
        for basis in TRADE_BASES[trade_basis]:
            row = on_basis(seen, powers, code, basis, since)
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


def on_basis(seen: Reports, powers: Powers, economy: str, basis: str, since: int) -> Estimate:
    """The row of an economy by the reports of one side, its own ('reporter') or its partners'
    ('mirror'); see `partner_lead`.
    """
    side = "own report" if basis == "reporter" else "partners' reports"
    asked: dict[str, Any] = {"basis": basis, "eu": "one", "taking_part": frozenset(POWERS)}
    bounded = None
    for year in reversed([y for y in seen.years() if y >= since]):
        found = order_of(seen, powers, economy, year, **asked)
        if found and not found[0].bounds:
            break
        if found and found[0].decided and bounded is None:
            bounded = year, found
    else:  # no year observes all: the newest in which a bound answers for one that is silent
        if bounded is None:
            why = f"turnover by {side} never shows whether China is before Russia and the EU"
            return no_lead("trade", economy, why)
        year, found = bounded
    assert found is not None
    order, rows = found
    values = {code: order.ends[code] for code in POWERS if code in order.ends}
    high = math.inf if order.high is None else order.high
    place = Leading(basis, year, order.low, high, values)
    shown = place.compared(lambda dollars: f"{dollars / 1e9:.3g}")
    behind = Figures(rows).behind() | {"first_year": year, "last_year": year}
    kind = "silent partners at nought, and at the most of any year and source"
    return lead("trade", economy, place, behind, f"{shown} billion dollars by {side}", kind)
