"""Manufacturing in output, and the joint list of industrial projects of Kazakhstan and China."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from ...estimates.frame import Estimate, estimate_row
from ...estimates.measures import measure, tells
from ...estimates.series import Answer, each_economy, pick
from ...ground.numbers import fixed
from ...ground.periods import window_years
from ..settings import settings


@measure("economy.manufacturing_change", kind="change", unit="per cent")
@tells("share")
def manufacturing_change(
    macro: pd.DataFrame,
    *,
    economies: Sequence[str],
    window: str = "2019-2022",
    before: str = "2010-2013",
) -> list[Estimate]:
    """Change of manufacturing's share of output between two windows, in per cent of its share
    before.

    macro: table `macro` (economy, year, indicator, value, unit, source_id) with NV.IND.MANF.ZS in
        per cent of GDP.
    window, before: years ('2019-2022', '2010-2013', or one year).
    Returns an estimates frame, one row per economy, without an interval, which tells the `share`
    before and after. A window counts where at least half of its years are reported, else the reason
    is in `missing`; the means are over the years that are.
    Formula: 100 (mean of `window` / mean of `before` - 1).
    """
    indicator = settings().industry.manufacturing
    rows = pick(macro, unit="% of GDP", indicator=indicator).dropna(subset="value")

    def rise(mine: pd.DataFrame) -> Answer:
        spans = [window_years(before), window_years(window)]
        parts = [pick(mine, year=years) for years in spans]
        for years, part in zip(spans, parts, strict=True):
            if 2 * part["year"].nunique() < len(years):
                span = "-".join(map(str, sorted({years[0], years[-1]})))
                last = f"; the last year reported is {int(mine['year'].max())}" if len(mine) else ""
                return f"manufacturing is not reported for half of {span}{last}"
        start, end = (float(part["value"].astype(float).mean()) for part in parts)
        used = pd.concat(parts)
        about = {"share": f"{fixed(start)} to {fixed(end)}%"}
        return {"used": used, "estimate": 100 * (end / start - 1), "about": about}

    return each_economy(economies, rows, rise, "economy")


def project_list(facts: pd.DataFrame) -> pd.DataFrame:
    """Counts of the joint list of industrial projects of Kazakhstan and China, oldest first.

    facts: rows `joint_projects_with_CHN_launched` and `_listed` (count).
    The length of the list is that of the same source where it has a row of its own, else the number
    in the note ('of 51'); sums of money stand in the notes only ('$21.1bn'). Returns period, year,
    listed, at_work, listed_bn, at_work_bn (billion US dollars), source_id; null where a source does
    not say.
    """
    known = settings().industry
    at_work = pick(facts, subject="KAZ", attribute=known.projects_launched).sort_values("period")
    listed = pick(facts, subject="KAZ", attribute=known.projects_listed)
    listed = listed.drop_duplicates("source_id")
    both = at_work.merge(listed, on="source_id", how="left", suffixes=("", "_listed"))
    billions, number = r"\$([\d.]+)bn", both["note"].str.extract(r"\bof (\d+)")[0]
    money = both["note"].str.extract(billions)[0]
    counts = {
        "listed": both["value_listed"].fillna(number.astype(float)),
        "at_work": both["value"],
        "listed_bn": both["note_listed"].str.extract(billions)[0],
        # elsewhere the sum in the note is that of the list
        "at_work_bn": money.where(both["value_listed"].notna()),
    }
    counts = {name: column.astype(float) for name, column in counts.items()}
    return both.assign(**counts)[["period", "year", *counts, "source_id"]]


@measure("economy.projects_at_work", kind="share", unit="per cent")
def projects_at_work(
    facts: pd.DataFrame, *, weight: Literal["number", "value"] = "number"
) -> list[Estimate]:
    """Projects of the joint list that are at work, in per cent of the list at its newest count.

    facts: as in `project_list`.
    weight: 'number' of projects, or 'value' (US dollars), where the newest count gives both.
    Returns an estimates frame of one row, without an interval; a newest count that lacks either
    side by this weight is recorded in `missing`.
    """
    counts = project_list(facts).tail(1)
    unit = {"number": "", "value": "_bn"}[weight]
    share = (100 * counts[f"at_work{unit}"] / counts[f"listed{unit}"]).dropna()
    if share.empty:
        why = f"the newest count of the list does not give both sides by {weight}"
        return [estimate_row(missing=why)]
    lists = settings().industry
    both = [lists.projects_listed, lists.projects_launched]
    rows = pick(facts, subject="KAZ", attribute=both, source_id=counts["source_id"])
    return [estimate_row(rows, estimate=float(share.iloc[0]))]
