"""Whether China leads Russia, the EU and the United States as an investor or as an official lender,
on one concept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ...estimates.frame import estimate_row, estimates
from ...ground import economies as eco
from ...ground.errors import UnknownNameError, UsageError
from ...stats.frames import require
from ...stats.leading import leading
from .trade import RIVALS

CONCEPTS = {
    "stock": ("fdi_stock",),
    "inflow": ("fdi_flow", "fdi_flow_gross", "fdi_flow_partial_year"),
}
"""Measures that answer the question; figures are compared within one measure, source and year
only.
"""
FINANCE = ("official_loan", "official_grant")


def _known(investment: pd.DataFrame, measures: Sequence[str]) -> pd.DataFrame:
    """Rows of these measures with a figure."""
    require(
        investment,
        ("value_usd", "price_basis"),
        keys=("investor", "host", "year", "measure", "source_id"),
    )
    return investment[investment["measure"].isin(list(measures)) & investment["value_usd"].notna()]


def _comparable(known: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows with the group in which they may be compared, and their sums by host, group, year and
    unit, as `leading` takes them.
    """
    # where several sources speak of a measure and year, the one that names most investors is one
    # concept
    named = known.groupby(["host", "measure", "year", "source_id"])["investor"].transform("nunique")
    most = named.groupby([known["host"], known["measure"], known["year"]]).transform("max")
    rows = known[(named == most) & known["investor"].isin(["CHN", "RUS", *RIVALS])]
    kinds = [c for c in ("measure", "price_basis", "stage", "year_basis", "source_id") if c in rows]
    cell = ["host", *(c for c in ("investor", "year", "instrument", "sector", *kinds) if c in rows)]
    if rows.duplicated(cell).any():
        twice = rows[rows.duplicated(cell)].iloc[0]
        raise UsageError(
            f"two figures of {twice['investor']} in {twice['host']}, {twice['year']}: "
            f"{twice['measure']}",
            hint="keep one revision: load(..., revision=...)",
        )
    group = [" / ".join(map(str, row)) for row in rows[kinds].itertuples(index=False)]
    rows = rows.assign(
        group=pd.Series(group, index=rows.index, dtype=object), unit=rows["investor"]
    )
    # the instruments of one measure add up (concessional and other loans)
    summed = rows.groupby(["host", "group", "year", "unit"], as_index=False)["value_usd"].sum()
    summed = summed[
        summed["value_usd"] >= 0
    ]  # a negative stock or net flow has no place in a ratio
    return rows, summed.assign(low=summed["value_usd"], high=summed["value_usd"])


def _leads(
    known: pd.DataFrame, economies: Sequence[str], since: int, what: str
) -> list[dict[str, Any]]:
    """Of each economy China over its largest rival, as a row with values, leader and place."""
    rows, figures = _comparable(known[known["host"].isin(list(economies))])
    return [_lead(rows, figures, economy, since, what) for economy in economies]


def _lead(
    rows: pd.DataFrame, figures: pd.DataFrame, economy: str, since: int, what: str
) -> dict[str, Any]:
    mine = figures[figures["host"] == economy]
    found = leading(mine, "CHN", needed=("RUS",), any_of=RIVALS, since=since)
    if isinstance(found, str):
        return estimate_row(economy=economy, missing=f"{what}: {found}") | {
            "values": "",
            "leader": "",
            "place": None,
        }
    used = rows[
        (rows["host"] == economy) & (rows["group"] == found.group) & (rows["year"] == found.year)
    ]
    shown = found.compared(lambda dollars: f"{dollars / 1e9:.3g}")
    trace = used[["investor", "host", "year", "measure", "instrument", "source_id"]]
    return estimate_row(trace, economy=economy, estimate=found.low) | {
        "values": f"{shown} bn USD",
        "leader": found.leader,
        "place": found.place,
    }


def investor_lead(
    investment: pd.DataFrame,
    *,
    economies: Sequence[str],
    investment_concept: str = "stock",
    since: int = 2013,
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
    known = _known(investment, CONCEPTS[investment_concept])
    what = f"{investment_concept} of direct investment"
    rows = _leads(known, [eco.resolve(e) for e in economies], since, what)
    return estimates(rows).assign(
        **{k: [r[k] for r in rows] for k in ("values", "leader", "place")}
    )


def finance_lead(
    investment: pd.DataFrame, *, economies: Sequence[str], since: int = 2013
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
    codes = [eco.resolve(e) for e in economies]
    kinds = [
        _leads(_known(investment, (m,)), codes, since, m.replace("_", " ") + "s") for m in FINANCE
    ]
    rows = []
    for tried in zip(*kinds, strict=True):
        row = next((r for r in tried if not r["missing"]), tried[0])
        rows.append(
            row if not row["missing"] else row | {"missing": "; ".join(r["missing"] for r in tried)}
        )
    return estimates(rows).assign(
        **{k: [r[k] for r in rows] for k in ("values", "leader", "place")}
    )
