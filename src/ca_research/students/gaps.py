"""Years without a count: listed, and never bridged in silence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from ..ground.arguments import year_span
from ..stats.contract import Frame, Year, takes

WHERE = {
    (True, True): "inside",
    (False, True): "start",
    (True, False): "end",
    (False, False): "whole",
}
"""Where a gap is, by whether there are counts before it and after it."""
SERIES = ("origin", "destination", "level", "source_id")
"""What makes one series of counts; `statistic` (enrolled or intake) keeps two more apart where the
column is there.
"""
COUNTS = Frame(cell=("year",), tells=("statistic",), value="students", gaps="kept")


def missing_years(
    observed: Iterable[int], *, since: int | None = None, until: int | None = None
) -> list[int]:
    """Years of [since, until] that are not observed; without bounds, those between the first and
    the last observed.
    """
    years = {int(y) for y in observed}
    if not years and (since is None or until is None):
        return []
    first = min(years) if since is None else since
    last = max(years) if until is None else until
    return [y for y in range(first, last + 1) if y not in years]


@takes(students=COUNTS)
def gaps(
    students: pd.DataFrame,
    *,
    by: Sequence[str] = SERIES,
    since: Year | None = None,
    until: Year | None = None,
) -> pd.DataFrame:
    """Runs of years in which a series has no count.

    Parameters
    ----------
    students : pandas.DataFrame
        Table `students`, any number of series. A row whose count is null is no count.
    by : sequence of str
        Columns that make a series.
    since, until : int, optional
        Years a series should cover; without them only holes between its first and last count are
        gaps.

    Returns
    -------
    pandas.DataFrame
        One row per gap: `by`, first_missing, last_missing, years (number of), before, after (the
        counts on either side, null at an open end), where: 'inside', 'start' or 'end' ('whole'
        where nothing is observed).

    Raises
    ------
    CaResearchError
        For what :doc:`/refusals` lists.

    Examples
    --------
    >>> rows = pd.DataFrame({"year": [2015, 2018], "students": [10.0, 30.0]})
    >>> rows = rows.assign(origin="KAZ", destination="CHN", level="all", source_id="S")
    >>> gaps(rows)[["first_missing", "last_missing", "where"]].astype(str).iloc[0].tolist()
    ['2016', '2017', 'inside']
    """
    year_span(since, until)
    keys = [*by, *(c for c in COUNTS.tells if c in students and c not in by)]
    rows = []
    for key, part in students.groupby(keys, sort=True):
        series = part.dropna(subset=["students"])
        counts = series.set_index(series["year"].astype(int))["students"]
        lacking = pd.Series(missing_years(counts.index, since=since, until=until))
        for _, span in lacking.groupby(lacking - lacking.index):
            start, end = span.iloc[0], span.iloc[-1]
            before, after = counts.get(start - 1), counts.get(end + 1)
            where = WHERE[before is not None, after is not None]
            rows.append((*key, start, end, len(span), before, after, where))
    columns = [*keys, "first_missing", "last_missing", "years", "before", "after", "where"]
    return pd.DataFrame(rows, columns=columns).astype({"before": "float64", "after": "float64"})
