"""Manufacturing in output, and the joint list of industrial projects of Kazakhstan and China."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import pandas as pd

from ...estimates.frame import Estimate, estimate_row
from ...estimates.measures import measure, tells
from ...ground.errors import UnknownNameError
from ...ground.numbers import fixed
from ...ground.periods import window_years
from ..settings import settings

BEFORE = "2010-2013"


@measure("economy.manufacturing_change")
@tells("share")
def manufacturing_change(
    macro: pd.DataFrame,
    *,
    economies: Sequence[str],
    window: str = "2019-2022",
    before: str = BEFORE,
) -> list[Estimate]:
    """Change of manufacturing's share of output between two windows, in per cent of its share
    before.

    macro: table `macro` (economy, year, indicator, value, unit, source_id) with NV.IND.MANF.ZS in
        per cent of GDP.
    economies: codes.
    window, before: years ('2019-2022', '2010-2013', or one year).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy, without
    an interval, which tells the `share` before and after. A window counts where at least half of
    its years are reported, else the reason is in `missing`; the means are over the years that are.
    Raises UsageError for a window that is none.
    Formula: 100 (mean of `window` / mean of `before` - 1).
    """
    rows = macro[
        (macro["indicator"] == settings().industry.manufacturing) & (macro["unit"] == "% of GDP")
    ].dropna(subset=["value"])
    out = []
    for economy in economies:
        mine = rows[rows["economy"] == economy]
        means, used, missing = [], [], ""
        for years in (window_years(before), window_years(window)):
            part = mine[mine["year"].isin(years)]
            if 2 * part["year"].nunique() < len(years):
                span = f"{years[0]}-{years[-1]}" if len(years) > 1 else str(years[0])
                last = f"; the last year reported is {int(mine['year'].max())}" if len(mine) else ""
                missing = f"manufacturing is not reported for half of {span}{last}"
                break
            means.append(float(part["value"].astype(float).mean()))
            used.append(part)
        if missing:
            out.append(estimate_row(economy=economy, missing=missing))
        else:
            share = f"{fixed(means[0])} to {fixed(means[1])}%"
            rise = 100 * (means[1] / means[0] - 1)
            about = {"share": share}
            out.append(estimate_row(pd.concat(used), economy=economy, estimate=rise, about=about))
    return out


def project_list(facts: pd.DataFrame, *, economy: str = "KAZ") -> pd.DataFrame:
    """Counts of the joint list of industrial projects, oldest first.

    economy: the subject of the rows.
    facts: rows `joint_projects_with_CHN_launched` and `_listed` (count). The length of the list is
    that of the same source where it has a row of its own, else the number in the note ('of 51',
    'list of 55 projects'); sums of money stand in the notes only ('$21.1bn'). Returns period, year,
    listed, at_work, listed_bn, at_work_bn (billion US dollars), source_id; null where a source does
    not say.
    """
    known = settings().industry
    mine = facts[facts["subject"] == economy]
    listed = mine[mine["attribute"] == known.projects_listed]
    rows = []
    for row in (
        mine[mine["attribute"] == known.projects_launched].sort_values("period").itertuples()
    ):
        whole = listed[listed["source_id"] == row.source_id]
        note = row.note if isinstance(row.note, str) else ""
        length = float(whole["value"].iloc[0]) if len(whole) else _number(r"\bof (\d+)", note)
        rows.append(
            {
                "period": row.period,
                "year": row.year,
                "listed": length,
                "at_work": float(row.value),
                "listed_bn": _billions(whole["note"].iloc[0]) if len(whole) else None,
                "at_work_bn": _billions(note)
                if len(whole)
                else None,  # elsewhere the sum in the note is that of the list
                "source_id": row.source_id,
            }
        )
    columns = ["period", "year", "listed", "at_work", "listed_bn", "at_work_bn", "source_id"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.astype({c: "float64" for c in columns[2:6]})


def _number(pattern: str, text: object) -> float | None:
    hit = re.search(pattern, text) if isinstance(text, str) else None
    return float(hit[1]) if hit else None


def _billions(text: object) -> float | None:
    return _number(r"\$([\d.]+)bn", text)


@measure("economy.projects_at_work")
def projects_at_work(
    facts: pd.DataFrame, *, weight: Literal["number", "value"] = "number", economy: str = "KAZ"
) -> list[Estimate]:
    """Projects of the joint list that are at work, in per cent of the list at its newest count.

    facts, economy: as in `project_list`.
    weight: 'number' of projects, or 'value' (US dollars), where the newest count gives both.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`) of one row, without an interval; a
    newest count that lacks either side by this weight is recorded in `missing`.
    Raises UnknownNameError for another weight.
    """
    known = {"number": ("at_work", "listed"), "value": ("at_work_bn", "listed_bn")}
    if weight not in known:
        raise UnknownNameError("weight", weight, known)
    counts = project_list(facts, economy=economy)
    above, below = known[weight]
    if counts.empty or counts[[above, below]].iloc[-1].isna().any():
        return [
            estimate_row(
                missing=f"the newest count of the list does not give both sides by {weight}"
            )
        ]
    newest, lists = counts.iloc[-1], settings().industry
    used = facts[
        (facts["subject"] == economy)
        & (facts["source_id"] == newest["source_id"])
        & facts["attribute"].isin([lists.projects_listed, lists.projects_launched])
    ]
    return [estimate_row(used, estimate=100 * float(newest[above] / newest[below]))]
