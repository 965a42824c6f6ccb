"""Dates that may be partial or an interval, and when a figure became known."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import pandas as pd

from .. import registry
from ..ground.errors import UsageError

_ONE = r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?"
_RE = re.compile(rf"{_ONE}(/{_ONE})?")
_ALWAYS = dt.date(1970, 1, 1)


@lru_cache(maxsize=1 << 14)
def bounds(text: str) -> tuple[dt.date, dt.date]:
    """First and last day that a partial date or interval can mean: '2013-09' is 1 to 30 September
    2013.
    """
    first, _, last = text.partition("/")
    try:
        if _RE.fullmatch(text):
            start, end = _edge(first, "S"), _edge(last or first, "E")
            if start <= end:
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


def _edge(text: str, end: Literal["S", "E"]) -> dt.date:
    """The first or the last day that a partial date can mean."""
    day = pd.Period(text).asfreq("D", end)
    return dt.date(day.year, day.month, day.day)


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

    def day(source: str, when: Any = None) -> dt.date | None:
        entry, dated = sources.get(source), not pd.isna(when)
        if table.known == "date" and dated:
            return bounds(when)[1]
        if entry and entry.release_basis == "stated" and entry.published:
            return bounds(entry.published)[1]
        if entry is None or entry.release_lag_days is None or table.known == "date":
            return None
        if table.known == "year" and dated:
            return dt.date(int(when), 12, 31) + dt.timedelta(entry.release_lag_days)
        return _ALWAYS

    cells = frame[[c for c in ("source_id", table.known) if c in frame]]
    group = cells.groupby([*cells], dropna=False, sort=False, observed=True).ngroup()
    rows = cells.drop_duplicates().astype(object).itertuples(index=False)
    days = np.array([day(*row) for row in rows], "datetime64[s]")
    return pd.Series(days[group.to_numpy()], frame.index)
