"""Periods as users name them: years relative to the newest one at hand, so that no year is typed
into a rule, and the day whose knowledge is used.
"""

from __future__ import annotations

import calendar
import contextlib
import datetime as dt
import re
from collections.abc import Iterable

from . import arguments
from .errors import UsageError


def years_back(name: str) -> int:
    """How many years (editions, waves) before the newest: 0 for 'newest', 1 for 'newest-1' and so
    on.

    name: such a word. Raises UsageError for anything else.
    """
    hit = re.fullmatch(r"newest(?:-(\d+))?", str(name))
    if not hit:
        hint = "'newest', 'newest-1' ..., or a year as a number"
        raise UsageError(f"not a relative year: {name!r}", hint=hint)
    return int(hit[1] or 0)


def today() -> dt.date:
    """The day by the clock of this machine."""
    return dt.date.today()


def newest_day() -> dt.date:
    """The day where it is latest on earth (UTC+14): what bears that day, written there, is not of
    the future here.
    """
    return dt.datetime.now(dt.timezone(dt.timedelta(hours=14))).date()


def parse_as_of(as_of: str | dt.date | None) -> dt.date | None:
    """`None` and 'latest' mean everything at hand; else a full ISO date that has begun somewhere:
    nobody knows what will be published until a later one, and figures would seem older than they
    are.
    """
    if as_of is None or (isinstance(as_of, str) and as_of == "latest"):
        return None
    with contextlib.suppress(ValueError, TypeError):  # a day, or what is none
        as_of = dt.date.fromisoformat(as_of)  # type: ignore[arg-type]
    day = arguments.day("as_of", as_of)
    if day > newest_day():
        raise UsageError(
            f"as_of is a day in the future: {day.isoformat()}",
            hint=f"a day up to {newest_day().isoformat()}, or 'latest' for everything known now",
        )
    return day


def is_after(as_of: str, other: str) -> bool:
    """Whether one day of knowledge comes after another; 'latest' comes after each that is a day.

    Examples
    --------
    >>> is_after("latest", "2023-05-19"), is_after("2020-01-01", "2023-05-19")
    (True, False)
    """
    return other != "latest" and (as_of == "latest" or as_of > other)


def spans(years: Iterable[int]) -> str:
    """Years as text: '2011, 2014-2016'; '' where there is none."""
    ranges: list[list[int]] = []
    for year in sorted({int(y) for y in years}):
        if ranges and year == ranges[-1][1] + 1:
            ranges[-1][1] = year
        else:
            ranges.append([year, year])
    return ", ".join(f"{a}-{b}" if a < b else str(a) for a, b in ranges)


def window_years(window: str) -> list[int]:
    """The years of a window: '2010-2012' or '2018'; raises UsageError for anything else."""
    hit = re.fullmatch(r"(\d{4})(?:-(\d{4}))?", window)
    if not hit or int(hit[2] or hit[1]) < int(hit[1]):
        raise UsageError(f"not a window of years: {window!r}", hint="'2010-2012' or '2018'")
    return list(range(int(hit[1]), int(hit[2] or hit[1]) + 1))


def day_in_words(day: dt.date) -> str:
    """A day as a reader should see it.

    Examples
    --------
    >>> day_in_words(dt.date(2023, 5, 19))
    '19 May 2023'
    """
    return f"{day.day} {day:%B %Y}"


_MONTHS = dict(zip(calendar.month_abbr[1:], calendar.month_name[1:], strict=True))
_MONTH = "|".join(_MONTHS)


def date_in_words(date: str) -> str:
    """A date of a table as a reader should see it: a day, a month, a year, or a span of them; what
    is no date stays as it is.

    Examples
    --------
    >>> date_in_words("2023-05-19"), date_in_words("1992-12"), date_in_words("2006/2018-01")
    ('19 May 2023', 'December 1992', '2006 to January 2018')
    >>> date_in_words("2023 Jan-Oct"), date_in_words("before 2020-10-15")
    ('January to October 2023', 'before 15 October 2020')
    """
    if date.startswith("before "):
        return f"before {date_in_words(date.removeprefix('before '))}"
    if hit := re.fullmatch(rf"(\d{{4}}) ({_MONTH})-({_MONTH})", date):
        first, last = (_MONTHS[month] for month in hit.group(2, 3))
        return f"{first} to {last} {hit[1]}"
    return " to ".join(_point_in_words(part.strip()) for part in re.split(r"/| to ", date))


def date_in_short(date: str) -> str:
    """A date of a table where there is little room, as beside a mark; a span within one month names
    it once.

    Examples
    --------
    >>> date_in_short("2013-09-07"), date_in_short("2023-04-22/2023-04-27")
    ('7 Sep 2013', '22 to 27 Apr 2023')
    """
    text = re.sub(r"[A-Z][a-z]{3,}", lambda month: month[0][:3], date_in_words(date))
    return re.sub(r"^(\d+) (\w+ \d+) to (\d+ \2)$", r"\1 to \3", text)


def _point_in_words(point: str) -> str:
    if not (hit := re.fullmatch(r"(\d{4})-(\d{2})(?:-(\d{2}))?", point)):
        return point
    try:
        day = dt.date(int(hit[1]), int(hit[2]), int(hit[3] or 1))
    except ValueError:  # 31 February
        return point
    return day_in_words(day) if hit[3] else f"{day:%B %Y}"
