"""Students from the five in China: changes of their number and of China's share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import pandas as pd

from ..estimates.measures import by_parts, measure, parts
from ..students import flows
from ..students.flows import Counts, Window
from ..tables import preferred_rows

Level = Literal["all", "degree", "scholarship"]
Edition = Literal["uis_outbound_peijin", "uis_api_nemuulen_outbound"]
UIS_OUTBOUND = get_args(Edition)
"""Students abroad by origin as UNESCO counts them from its hosts' reports; China is not among these
hosts.
"""


@measure("students.window_change")
@by_parts
@parts(seen=Counts)
def window_change(
    students: pd.DataFrame,
    *,
    economies: Sequence[str],
    level: Level = "all",
    window: Window = "five_years",
    statistic: Literal["end_to_end", "sen_slope", "log_slope"] = "end_to_end",
    seen: Counts | None = None,
) -> pd.DataFrame:
    """Change of the number of students in China over the last counted years.

    Only its sign decides; see `flows.window_change`.

    students, economies, seen: as there. level: 'all', 'degree' or 'scholarship'.
    window: 'five_years', 'four_years' or 'whole'.
    statistic: 'end_to_end' (persons), 'sen_slope' (persons a year) or 'log_slope' (rate a year).
    Returns an estimates frame, one row per economy. Raises what `flows.window_change` raises.
    """
    return flows.window_change(
        students,
        economies=economies,
        destination="CHN",
        level=level,
        window=window,
        statistic=statistic,
        seen=seen,
    )


@measure("students.change_since")
def change_since(
    students: pd.DataFrame,
    *,
    economies: Sequence[str],
    level: Level = "all",
    start: int = 2019,
    end: int = 2022,
) -> pd.DataFrame:
    """Change of the number of students in China between two years, in persons.

    See `flows.change_since`.

    students, economies: as there. level: 'all', 'degree' or 'scholarship'. start, end: the two
    years.
    Returns an estimates frame, one row per economy. Raises what `flows.change_since` raises.
    """
    return flows.change_since(
        students,
        economies=economies,
        destination="CHN",
        start=start,
        end=end,
        level=level,
    )


@measure("students.share_change")
@by_parts
@parts(seen=Counts)
def share_change(
    students: pd.DataFrame,
    *,
    economies: Sequence[str],
    window: Window = "five_years",
    uis: Edition = UIS_OUTBOUND[0],
    seen: Counts | None = None,
) -> pd.DataFrame:
    """Change of China's share of an economy's students abroad, as bounds, in percentage points.

    China does not report to UNESCO; see `flows.share_change`.

    students, economies, seen: as there. window: 'five_years', 'four_years' or 'whole'.
    uis: the edition of UNESCO's totals abroad, one of UIS_OUTBOUND.
    Returns an estimates frame, one row per economy. Raises what `flows.share_change` raises.
    """
    return flows.share_change(
        students, economies=economies, destination="CHN", total_source=uis, window=window, seen=seen
    )


def with_later_counts(in_china: pd.DataFrame, series: pd.DataFrame) -> pd.DataFrame:
    """A series and what others counted of all students since: figures come in later than the
    series that speaks.

    in_china: rows of table `students` of one destination. series: `tables.preferred_rows` of them
        by origin and level.
    Returns rows of `in_china`: those of `series`, then exact counts of level 'all' of later years.
    """
    last = series[series["level"] == "all"].groupby("origin")["year"].max()
    others = in_china[(in_china["level"] == "all") & (in_china["precision"] == "exact")]
    later = others[others["year"] > others["origin"].map(last)]
    return pd.concat([series, preferred_rows(later, ["origin", "level", "year"])])
