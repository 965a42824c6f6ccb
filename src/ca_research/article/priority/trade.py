"""Who leads in an economy's goods trade, on one basis and in one year; and whether China does."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from ...estimates.frame import Estimate
from ...stats.frames import numbers, require
from ...stats.leading import Leading
from ...trade.standings import Reports
from ..trade_priority import NEEDED, Ever, Ordered, order_of
from .fields import POWERS, dollars, no_lead, row_of_lead

MAIN = (*NEEDED, "EU27")
"""Who could lead: where one of them is not observed, whoever leads does so among the others
only.
"""


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
    for key, cell in ranks.groupby(["economy", "basis", "year"], sort=False):
        contenders = _able(cell)
        only = contenders[0] if len(contenders) == 1 else ""
        next_ones = _able(cell[cell["partner"] != only]) if only else ()
        second = next_ones[0] if len(next_ones) == 1 else ""
        absent = tuple(p for p in MAIN if p not in set(cell["partner"]))
        rows.append((*key, only, second, contenders, len(cell), absent))
    columns = ["economy", "basis", "year", "leader", "second"]
    return pd.DataFrame(rows, columns=[*columns, "contenders", "partners", "unobserved"])


def _able(cell: pd.DataFrame) -> tuple[str, ...]:
    """Partners of which each may be first, the one with the highest figure before the others."""
    able = cell[cell["high"] >= cell["low"].max()].sort_values("high", ascending=False)
    return tuple(able["partner"])


def on_basis(seen: Reports, ever: Ever, economy: str, basis: str, since: int) -> Estimate:
    """China's turnover over that of its largest rival among Russia, the EU as one and the United
    States, by the reports of an economy ('reporter') or its partners' ('mirror').

    The year is the newest that observes Russia and the EU; where none does, the newest in which a
    bound says whether China leads (`trade_priority.order_of`).
    """
    side = "own report" if basis == "reporter" else "partners' reports"
    asked: dict[str, Any] = {"basis": basis, "eu": "one", "taking_part": frozenset(POWERS)}
    newest: tuple[int, Ordered] | None = None
    for year in reversed([year for year in seen.years() if year >= since]):
        found = order_of(seen, ever, economy, year, **asked)
        if found and (not found[0].bounds or (found[0].decided and not newest)):
            newest = year, found
        if found and not found[0].bounds:
            break
    if not newest:
        why = f"turnover by {side} never shows whether China is before Russia and the EU"
        return no_lead(economy, why)
    year, (order, used) = newest
    values = {code: order.ends[code] for code in POWERS if code in order.ends}
    high = math.inf if order.high is None else order.high
    place = Leading(basis, year, order.low, high, values)
    kind = "silent partners at nought, and at the most of any year and source"
    row = row_of_lead(economy, place, used(), f"{dollars(place)} by {side}", kind)
    return row | {"first_year": year, "last_year": year}
