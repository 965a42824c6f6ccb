"""Dates that may be partial or an interval, and when a figure became known."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import pandas as pd

from .. import registry
from ..ground.errors import UsageError

_ONE = r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?"
_RE = re.compile(rf"{_ONE}(/{_ONE})?")
_ALWAYS = pd.Timestamp("1970-01-01")


@lru_cache(maxsize=1 << 14)
def bounds(text: str) -> tuple[dt.date, dt.date]:
    """First and last day that a partial date or interval can mean: '2013-09' is 1 to 30 September
    2013.
    """
    first, _, last = text.partition("/")
    try:
        start, end = _edge(first, end=False), _edge(last or first, end=True)
        if _RE.fullmatch(text) and start <= end:
            return start, end
    except ValueError:  # 31 February
        pass
    raise UsageError(
        f"not a date: {text!r}",
        hint="write ISO 8601: 2023, 2023-05, 2023-05-19 or an interval a/b, the earlier end first",
    )


def is_date(text: object) -> bool:
    """Whether `bounds` can read it."""
    try:
        bounds(str(text))
    except UsageError:
        return False
    return True


def _edge(text: str, *, end: bool) -> dt.date:
    """The first or the last day that a partial date can mean."""
    year, *rest = map(int, text.split("-"))
    month = rest[0] if rest else 12 if end else 1
    day = rest[1] if rest[1:] else calendar.monthrange(year, month)[1] if end else 1
    return dt.date(year, month, day)


def known_on(
    frame: pd.DataFrame,
    table: registry.Table,
    sources: Mapping[str, registry.Source] | None = None,
) -> pd.Series:
    """The day each row became known. sources: those of its rows; else the register's.

    A source that is one publication (`stated`) makes its rows known on its date; a series at year
    end plus release lag; a dated event on its (last possible) day. A figure without a year in a
    series is timeless (a distance, a border) and known throughout. Null where nothing is known:
    such a row is dropped by any `as_of`, and counted.
    """
    sources = registry.sources() if sources is None else sources
    ids = frame["source_id"].astype("category")
    row_sources = {s: sources[s] for s in ids.cat.categories if s in sources}
    published = {
        s: bounds(v.published)[1]
        for s, v in row_sources.items()
        if v.release_basis == "stated" and v.published
    }
    lag = {s: v.release_lag_days for s, v in row_sources.items() if v.release_lag_days is not None}
    by_publication = _days(ids, published)
    if table.known == "date":
        dates = frame["date"].astype("category")
        last = {date: bounds(date)[1] for date in dates.cat.categories}
        return _days(dates, last).fillna(by_publication)
    if table.known == "year":
        years = frame["year"].astype("float64").to_numpy()
        after = np.datetime64("1971", "Y") + np.nan_to_num(years - 1970).astype("timedelta64[Y]")
        year_end = pd.Series(after.astype("datetime64[s]"), frame.index) - pd.Timedelta(days=1)
        by_lag = year_end + pd.to_timedelta(ids.map(lag).astype("float64"), unit="D")
        series, timeless = ids.isin(list(lag)), frame["year"].isna()
        return by_publication.fillna(by_lag.mask(timeless).mask(timeless & series, _ALWAYS))
    return by_publication.mask(ids.isin(list(lag)), _ALWAYS)


def _days(words: pd.Series, days: Mapping[str, dt.date]) -> pd.Series:
    """The day of each word of a categorical column; null where it has none."""
    known = np.array([days.get(word) for word in [*words.cat.categories, None]], "datetime64[s]")
    return pd.Series(known[words.cat.codes], words.index)
