"""Students from the five in China: the counts that came in later than the series that speaks."""

from __future__ import annotations

import pandas as pd

from ..estimates.series import pick
from ..tables import preferred_rows


def with_later_counts(in_china: pd.DataFrame, series: pd.DataFrame) -> pd.DataFrame:
    """A series and what others counted of all students since.

    in_china: rows of table `students` of one destination. series: `tables.preferred_rows` of them
        by origin and level.
    Returns rows of `in_china`: those of `series`, then exact counts of level 'all' of later years.
    """
    last = pick(series, level="all").groupby("origin")["year"].max()
    others = pick(in_china, level="all", precision="exact")
    later = others[others["year"] > others["origin"].map(last)]
    return pd.concat([series, preferred_rows(later, ["origin", "level", "year"])])
