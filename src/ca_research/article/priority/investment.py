"""Whether China leads Russia, the EU and the United States as an investor or as an official lender,
on one concept.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from typing import Any

import pandas as pd

from ...estimates.frame import Estimate, Figures
from ...ground import economies as eco
from ...ground.errors import UnknownNameError, UsageError
from ...stats.frames import require
from ...stats.leading import Figure, leading
from ...stats.pieces import Pieces
from .leads import POWERS, RIVALS, framed, lead, no_lead

CONCEPTS = {
    "stock": ("fdi_stock",),
    "inflow": ("fdi_flow", "fdi_flow_gross", "fdi_flow_partial_year"),
}
"""Measures that answer the question; figures are compared within one measure, source and year
only.
"""
FINANCE = ("official_loan", "official_grant")


KINDS: dict[str, dict[str, tuple[str, ...]]] = {
    **{c: {f"{c} of direct investment": measures} for c, measures in CONCEPTS.items()},
    "net": {f"{measure.replace('_', ' ')}s": (measure,) for measure in FINANCE},
}
"""What is compared: by concept of direct investment, or one kind of official finance else the other
('net'); in words, with its measures.
"""
_APART = ("measure", "price_basis", "stage", "year_basis", "source_id")
_TRACE = ["investor", "host", "year", "measure", "instrument", "source_id"]


def by_kind(investment: pd.DataFrame, *, economies: Sequence[str]) -> Pieces:
    """Rows with a figure, by what they are compared as (KINDS) and host."""
    require(
        investment,
        ("value_usd", "price_basis"),
        keys=("investor", "host", "year", "measure", "source_id"),
    )
    kinds = {m: k for k, tried in KINDS.items() for measures in tried.values() for m in measures}
    rows = investment[
        investment["measure"].isin(list(kinds))
        & investment["host"].isin([eco.resolve(e) for e in economies])
        & investment["value_usd"].notna()
    ]
    of = map(kinds.get, rows["measure"].tolist())
    return Pieces(rows, zip(of, rows["host"].tolist(), strict=True))


class Compared:
    """Rows of one host that may be compared as one kind: the figures, and the places of the rows
    behind them by group and year.
    """

    def __init__(self, rows: pd.DataFrame) -> None:
        self.rows = rows
        told = ("investor", "host", "year", "instrument", "sector", *_APART)
        column: dict[str, list[Any]] = {
            name: [None if pd.isna(value) else value for value in rows[name].tolist()]
            for name in told
            if name in rows
        }
        spoken = list(zip(column["measure"], column["year"], column["source_id"], strict=True))
        named: dict[tuple[Any, ...], set[str]] = {}
        for cell, investor in zip(spoken, column["investor"], strict=True):
            named.setdefault(cell, set()).add(investor)
        most: dict[tuple[Any, ...], int] = {}
        for (measure, year, _), investors in named.items():
            most[measure, year] = max(most.get((measure, year), 0), len(investors))
        self.places: dict[tuple[str, int], list[int]] = {}
        added: dict[tuple[str, int, str], list[float]] = {}
        seen: set[tuple[Any, ...]] = set()
        cells = zip(*column.values(), strict=True)
        of_rows = zip(spoken, column["investor"], cells, rows["value_usd"].tolist(), strict=True)
        for place, (of, investor, cell, value) in enumerate(of_rows):
            # where several sources speak of a measure and year, the one that names most investors
            # is one concept
            if len(named[of]) < most[of[:2]] or investor not in POWERS:
                continue
            if cell in seen:
                raise UsageError(
                    f"two figures of {investor} in {cell[1]}, {of[1]}: {of[0]}",
                    hint="keep one revision: load(..., revision=...)",
                )
            seen.add(cell)
            group = " / ".join(str(column[name][place]) for name in _APART if name in column)
            self.places.setdefault((group, of[1]), []).append(place)
            # the instruments of one measure add up (concessional and other loans)
            added.setdefault((group, of[1], investor), []).append(value)
        sums = {key: math.fsum(values) for key, values in added.items()}
        # a negative stock or net flow has no place in a ratio
        self.figures: list[Figure] = [(*key, v, v) for key, v in sums.items() if v >= 0]

    @cached_property
    def traced(self) -> Figures:
        """What the rows tell of which figure they are."""
        return Figures(self.rows[_TRACE])


def compared(rows: pd.DataFrame, kind: str) -> dict[str, Compared]:
    """Rows of one kind and host `by_kind`, each by what is tried, in words."""
    return {
        what: Compared(rows[rows["measure"].isin(measures)])
        for what, measures in KINDS[kind].items()
    }


def of_kind(tried: Mapping[str, Compared], economy: str, since: int) -> Estimate:
    """The row of an economy by the first of what is tried that can be compared."""
    dimension = "finance" if len(tried) > 1 else "investment"
    reasons = []
    for what, rows in tried.items():
        found = leading(rows.figures, "CHN", needed=("RUS",), any_of=RIVALS, since=since)
        if not isinstance(found, str):
            behind = rows.traced.behind(rows.places[str(found.group), found.year])
            shown = found.compared(lambda dollars: f"{dollars / 1e9:.3g}")
            return lead(dimension, economy, found, behind, f"{shown} billion dollars")
        reasons.append(f"{what}: {found}")
    return no_lead(dimension, economy, "; ".join(reasons))


def _leads(
    investment: pd.DataFrame, kind: str, economies: Sequence[str], since: int
) -> pd.DataFrame:
    codes = [eco.resolve(e) for e in economies]
    known, tell = by_kind(investment, economies=codes), partial(compared, kind=kind)
    tried = [known.once((kind, code), "compared", tell) for code in codes]
    return framed(map(partial(of_kind, since=since), tried, codes))


def investor_lead(
    investment: pd.DataFrame,
    *,
    economies: Sequence[str],
    investment_concept: str = "stock",
    since: int = 2018,
) -> pd.DataFrame:
    """China's direct investment over that of its largest rival among Russia, the EU27 and the
    United States.

    investment: table `investment` (investor, host, year, measure, price_basis, value_usd in USD,
        source_id).
    economies: codes or names of hosts. investment_concept: 'stock' or 'inflow' (see CONCEPTS).
    since: no year before this one.
    One measure, stage, kind of year, source and year; members of the EU do not stand for it,
    because much of what the Netherlands hold is owned from elsewhere.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy, with the
    columns `values` (what was compared, in billion USD) `leader` (the code of who leads) and
    `place` (the best and the worst place of China); the
    estimate is a ratio, without an interval. Rivals that no one source and year holds are recorded
    in `missing`.
    Raises UnknownNameError for another concept, an unknown economy or a missing column, UsageError
    for two figures of one cell.
    """
    if investment_concept not in CONCEPTS:
        raise UnknownNameError("investment_concept", investment_concept, CONCEPTS)
    return _leads(investment, investment_concept, economies, since)


def finance_lead(
    investment: pd.DataFrame, *, economies: Sequence[str], since: int = 2018
) -> pd.DataFrame:
    """China's net official finance over that of its largest rival, for loans or for grants, on one
    source and year.

    investment, economies, since: as in `investor_lead`; measures official_loan and official_grant.
    Loans and grants are not added: for China only loans are at hand, for the EU and the United
    States only grants, and a sum of unlike parts would rank what is published, not what is given.
    Returns as `investor_lead`, an estimates frame (`estimates.ESTIMATE_COLUMNS`) with `values`,
    `leader` and `place`; where neither kind can be compared, `missing` gives both reasons. Raises
    UnknownNameError for an unknown economy or a missing column, UsageError for two figures of one
    cell.
    """
    return _leads(investment, "net", economies, since)
