"""Years without a count: listed, and never bridged in silence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from ..ground.arguments import whole_number
from ..ground.errors import UsageError
from ..stats.frames import keys_of, numbers, refuse_two_labels, require, years

SERIES = ("origin", "destination", "level", "source_id")
"""What makes one series of counts; `statistic` (enrolled or intake) keeps two more apart where the
column is there.
"""


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


def gaps(
    students: pd.DataFrame,
    *,
    by: Sequence[str] = SERIES,
    since: int | None = None,
    until: int | None = None,
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
    UsageError
        Where since is after until, two counts stand for a year of a series, or a count is no number
        of persons.

    Examples
    --------
    >>> rows = pd.DataFrame({"year": [2015, 2018], "students": [10.0, 30.0]})
    >>> rows = rows.assign(origin="KAZ", destination="CHN", level="all", source_id="S")
    >>> gaps(rows)[["first_missing", "last_missing", "where"]].astype(str).iloc[0].tolist()
    ['2016', '2017', 'inside']
    """
    own = keys_of(by, ("year", "students"))
    since, until = (
        None if year is None else whole_number(name, year)
        for name, year in (("since", since), ("until", until))
    )
    keys = [*own, *(["statistic"] if "statistic" in students and "statistic" not in own else [])]
    students = require(students, ("students",), keys=("year", *keys))
    for column in (c for c in ("origin", "destination") if c in own):
        refuse_two_labels(students[column].unique(), column)
    years(students, text=True)
    if since is not None and until is not None and since > until:
        raise UsageError(f"since {since} is after until {until}", hint="the earlier year first")
    numbers(students.dropna(subset=["students"]), "students")
    if students.duplicated([*keys, "year"]).any():
        raise UsageError(
            "two counts for one year of a series",
            hint="filter by `precision`, or add a column to `by`",
        )
    rows = []
    for key, part in students.groupby(keys, sort=True):
        series = part.dropna(subset=["students"])
        counts = pd.Series(
            series["students"].to_numpy(dtype=float), index=series["year"].astype(int)
        )
        lacking = missing_years(counts.index, since=since, until=until)
        starts = [y for y in lacking if y - 1 not in lacking]
        ends = [y for y in lacking if y + 1 not in lacking]
        for first, last in zip(starts, ends, strict=True):
            before, after = counts[counts.index < first], counts[counts.index > last]
            where = (
                ("whole" if after.empty else "start")
                if before.empty
                else ("end" if after.empty else "inside")
            )
            rows.append(
                {
                    **dict(zip(keys, key, strict=True)),
                    "first_missing": first,
                    "last_missing": last,
                    "years": last - first + 1,
                    "before": counts[first - 1] if first - 1 in counts.index else None,
                    "after": counts[last + 1] if last + 1 in counts.index else None,
                    "where": where,
                }
            )
    columns = [*keys, "first_missing", "last_missing", "years", "before", "after", "where"]
    return pd.DataFrame(rows, columns=columns).astype({"before": "float64", "after": "float64"})
