"""Students from the five in China: changes of their number and of China's share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

import pandas as pd

from ..estimates.measures import by_parts, measure, parts, tells
from ..ground import economies as eco
from ..ground.economies import joined
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
@tells("numbers", "last_year")
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
    Returns an estimates frame, one row per economy. Each tells the `numbers` of all of them
    together at both ends, and by how much whose number fell in the `last_year`, where one did.
    Raises what `flows.window_change` raises.
    """
    seen = flows.Counts(students) if seen is None else seen
    found = flows.window_change(
        students,
        economies=economies,
        destination="CHN",
        level=level,
        window=window,
        statistic=statistic,
        seen=seen,
    )
    counted = found.dropna(subset=["first_year", "last_year"])
    if counted.empty or counted[["first_year", "last_year"]].nunique().ne(1).any():
        return found
    first, last = (int(counted[end].iloc[0]) for end in ("first_year", "last_year"))
    told = _numbers({e: seen.of(e, "CHN", level=level) for e in counted["economy"]}, first, last)
    found["about"] = [told if year == last else None for year in found["last_year"].fillna(0)]
    return found


def _numbers(rows: Mapping[str, pd.DataFrame], first: int, last: int) -> dict[str, str]:
    """The sum of some counts in two years, and those that fell in the last of them."""
    counts = {e: r.set_index("year")["students"].astype(float) for e, r in rows.items()}
    before, after = (sum(series[year] for series in counts.values()) for year in (first, last))
    fell = {e: 1 - s[last] / s[last - 1] for e, s in counts.items() if s.get(last - 1, 0) > s[last]}
    return {
        "numbers": f"{before:,.0f} in {first} to {after:,.0f} in {last}",
        "last_year": joined(f"{100 * by:.0f}% from {eco.in_prose(e)}" for e, by in fell.items()),
    }


@measure("students.change_since")
def change_since(
    students: pd.DataFrame,
    *,
    economies: Sequence[str],
    level: Level = "all",
    start: int = 2019,
    end: int = 2021,
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
