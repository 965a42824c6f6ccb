"""Measures of the project's own."""

import pandas as pd

from ca_research.estimates import estimate_row, measure


@measure("asean.joined", kind="yes or no")
def joined(events, *, economies, kind: str):
    """Whether each has joined: yes where it is dated, no where a source says that it declined."""
    rows = []
    for code in economies:
        mine = events[events["actor"] == code].copy()
        mine["year"] = mine["date"].str[:4].astype("Int64")
        yes, no = mine[mine["kind"] == kind], mine[mine["kind"] == f"not_{kind}"]
        if yes.empty and no.empty:
            rows.append(estimate_row(economy=code, missing="no source says whether it has joined"))
        else:
            used = no if yes.empty else yes
            rows.append(estimate_row(used, economy=code, estimate=float(not yes.empty)))
    return rows


@measure("asean.first_year", kind="date")
def first_year(macro, *, economies, indicator: str, above: float):
    """The first year in which an indicator lies above a bound."""
    rows = []
    for code in economies:
        mine = macro[(macro["economy"] == code) & (macro["indicator"] == indicator)]
        passed = mine[mine["value"] > above].nsmallest(1, "year")
        year = float(passed["year"].item()) if len(passed) else None
        missing = "" if len(passed) else f"no year above {above:g} is on record"
        rows.append(estimate_row(passed, economy=code, estimate=year, missing=missing))
    return rows


@measure("asean.swing", kind="change", unit="percentage points")
def swing(macro, *, economies, indicator: str):
    """How an indicator in per cent has changed from its first year to its last."""
    rows = []
    for code in economies:
        mine = macro[(macro["economy"] == code) & (macro["indicator"] == indicator)]
        ends = mine.sort_values("year").iloc[[0, -1]] if len(mine) > 1 else pd.DataFrame()
        if ends.empty:
            rows.append(estimate_row(economy=code, missing="fewer than two years are on record"))
        else:
            rows.append(
                estimate_row(ends, economy=code, estimate=float(ends["value"].diff().iloc[1]))
            )
    return rows
