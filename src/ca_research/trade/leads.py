"""Whether China leads Russia, the EU and the United States in an economy's goods trade, on one basis and in one year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from .. import economies as eco
from ..errors import UnknownNameError
from ..stats.leading import leading
from ..tables.provenance import estimate_row, estimates
from .rank import compare

RIVALS = ("EU27", "USA")
"""Beside Russia, at least one of these must be observed."""
TRADE_BASES = {"own": ("reporter",), "partners": ("mirror",), "own_else_partners": ("reporter", "mirror")}


def partner_lead(
    trade: pd.DataFrame, *, economies: Sequence[str], trade_basis: str = "own_else_partners", since: str | int = 2013
) -> pd.DataFrame:
    """China's turnover over that of its largest rival among Russia, the EU as one, and the United States.

    trade: like table `trade`; rows of product TOTAL count. economies: codes or names. since: no year before this one.
    trade_basis: 'own' (the economy's reports), 'partners' (theirs), 'own_else_partners' (theirs where it has none).
    The year is the newest that observes most of the rivals.
    Returns an estimates frame (`tables.provenance.ESTIMATE_COLUMNS`), one row per economy, with the columns `values`
    (what was compared, in billion USD) and `leader` (the code of who leads). The estimate is a ratio; where reports
    differ, low and high instead. Rivals that are not observed are recorded in `missing`.
    Raises UnknownNameError for an unknown basis, and what `compare` raises.
    """
    if trade_basis not in TRADE_BASES:
        raise UnknownNameError("trade_basis", trade_basis, TRADE_BASES)
    total = trade[(trade["product"] == "TOTAL") & (trade["year"] >= int(since))]
    rows = []
    for code in (eco.resolve(e) for e in economies):
        near = total[(total["reporter"] == code) | (total["partner"] == code)]
        row: dict[str, Any] = {}
        for basis in TRADE_BASES[trade_basis]:
            row = _on_basis(near, code, basis)
            if not row["missing"]:
                break
        rows.append(row)
    return estimates(rows).assign(**{k: [r[k] for r in rows] for k in ("values", "leader")})


def _on_basis(trade: pd.DataFrame, economy: str, basis: str) -> dict[str, Any]:
    side = "own report" if basis == "reporter" else "partners' reports"
    own = trade["reporter"].eq(economy)
    seen = trade[own] if basis == "reporter" else trade[~own]
    other = seen["partner" if basis == "reporter" else "reporter"]
    years = sorted(set(seen.loc[other == "CHN", "year"]) & set(seen.loc[other == "RUS", "year"]), reverse=True)
    parts, used = [], {}
    for year in years:
        table, rows = compare(trade[trade["year"] == year], economy, int(year), basis=basis, partners="named", eu="one")
        parts.append(table.assign(year=int(year), group=basis, unit=table["partner"]))
        used[int(year)] = rows
        if {"CHN", "RUS", *RIVALS} <= set(table["partner"]):
            break  # no older year can observe more of the rivals
    figures = pd.concat(parts) if parts else pd.DataFrame(columns=["group", "year", "unit", "low", "high"])
    figures = figures[figures["unit"].isin(("CHN", "RUS", *RIVALS))]
    found = leading(figures, "CHN", needed=("RUS",), any_of=RIVALS)
    if isinstance(found, str):
        return estimate_row(economy=economy, missing=f"turnover by {side}: {found}") | {"values": "", "leader": ""}
    of_year = used[found.year]
    trace = of_year[of_year["other"].isin(("CHN", "RUS", *RIVALS)) | of_year["other"].isin(eco.members("EU27", 2020))]
    trace = trace[["reporter", "partner", "year", "flow", "product", "source_id"]]
    shown = ", ".join(f"{u} {(a + b) / 2e9:.3g}" for u, (a, b) in found.values.items())
    one = found.low == found.high
    return estimate_row(
        trace,
        economy=economy,
        estimate=found.low if one else None,
        low=None if one else found.low,
        high=None if one else found.high,
        interval="" if one else "range of the reports on this basis",
    ) | {"values": f"{shown} bn USD by {side}", "leader": found.leader}
