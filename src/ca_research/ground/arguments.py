"""What a caller gives, checked for its type: a value of another type is refused in words, never
turned into one that fits.
"""

from __future__ import annotations

import datetime as dt
import numbers
import reprlib
from collections.abc import Iterable
from typing import Any, NoReturn

from .errors import UsageError

_LARGEST = 2**53
"""Up to here every whole number is one in floating point too."""


def number(name: str, value: Any, example: str = "2022") -> float:
    """A finite number, whatever library made it; raises UsageError for anything else."""
    real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not real or not -_LARGEST < value < _LARGEST:
        refuse(name, "a number", value, example)
    return float(value)


def whole_number(name: str, value: Any, example: str = "2022") -> int:
    """A whole number, whatever library made it; raises UsageError for anything else.

    Examples
    --------
    >>> whole_number("since", 2013)
    2013
    """
    if not number(name, value, example).is_integer():
        refuse(name, "a whole number", value, example)
    return int(value)


def how_many(name: str, value: Any) -> int:
    """A whole number from one up; raises UsageError for anything else."""
    if (many := whole_number(name, value, "20")) < 1:
        refuse(name, "a whole number above 0", value, "20")
    return many


def several(values: Any) -> list[Any]:
    """What an argument of one or several holds; a text is one, and so is what holds nothing.

    Examples
    --------
    >>> several("KAZ"), several(("KAZ", "UZB")), several(5)
    (['KAZ'], ['KAZ', 'UZB'], [5])
    """
    one = isinstance(values, str) or not isinstance(values, Iterable)
    return [values] if one else list(values)


def whole_numbers(name: str, values: Any, example: str = "2022") -> list[int]:
    """One whole number or several, each once; raises UsageError for anything else.

    Examples
    --------
    >>> whole_numbers("year", 2013), whole_numbers("year", [2022, 2013, 2022])
    ([2013], [2022, 2013])
    """
    return list(dict.fromkeys(whole_number(name, value, example) for value in several(values)))


def year_span(since: Any, until: Any) -> tuple[int, int]:
    """First and last year of a period whose ends may be left open; raises UsageError for what is no
    year, and for ends in the wrong order.

    Examples
    --------
    >>> year_span(2013, None)
    (2013, 9999)
    """
    first = 0 if since is None else whole_number("since", since)
    last = 9999 if until is None else whole_number("until", until)
    if first > last:
        raise UsageError(
            f"since={since} is after until={until}", hint="the first year, then the last"
        )
    return first, last


def day(name: str, value: Any) -> dt.date:
    """A day; raises UsageError for anything else."""
    if not isinstance(value, dt.date) or value != value:  # pandas' NaT is a date, and no day
        refuse(name, "a date", value, "2023-05-19")
    return value.date() if isinstance(value, dt.datetime) else value


def refuse_index(frame: Any, column: str) -> None:
    """Raise UsageError for a column that is looked for and stands in the index of a frame."""
    if column in frame.index.names:
        raise UsageError(
            f"{column!r} is in the index of the frame and no column",
            hint="frame.reset_index() makes columns of the index",
        )


def refuse(name: str, wanted: str, value: Any, example: str) -> NoReturn:
    """Raise UsageError: what was wanted, what was given, how it is written."""
    raise UsageError(
        f"{name} must be {wanted}, got {reprlib.repr(value)}", hint=f"for example {name}={example}"
    )
