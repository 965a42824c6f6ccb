"""Numbers as a reader should see them: the one place where they become text."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

NOTHING = "–"
"""What stands where there is no number: missing is not zero."""

LEAST = 1e-9
"""Below this a number is told as nearly nought: nobody counts so many zeros."""


def number(value: Any) -> str:
    """A number for a reader: thousands apart, a true minus, no digits that carry nothing and no
    exponent.

    Examples
    --------
    >>> number(1234567.0), number(0.04494), number(-4.012), number(None)
    ('1,234,567', '0.0449', '−4.01', '–')
    >>> number(0.00000123), number(1e-12)
    ('0.00000123', 'nearly 0')
    """
    if value is None:
        return NOTHING
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    if float(value).is_integer() or abs(value) >= 100:
        return _true_minus(f"{value or 0:,.0f}")  # -0.0 has no minus
    text = f"{value:,.3g}"
    if "e" in text:
        if abs(value) < LEAST:
            return "nearly 0"
        text = f"{value:.{2 - math.floor(math.log10(abs(value)))}f}".rstrip("0")
    return _true_minus(text)


def between(low: float | None, high: float | None) -> str:
    """A range for a reader; of a range with one known end only that end: what is not known is not
    zero.

    Examples
    --------
    >>> between(1, 2.5), between(None, 3), between(4, 4)
    ('1 to 2.5', 'at most 3', '4')
    """
    if low is None and high is None:
        return NOTHING
    if low is None:
        return f"at most {number(high)}"
    if high is None:
        return f"at least {number(low)}"
    return number(low) if low == high else f"{number(low)} to {number(high)}"


def percent(fraction: float | None, digits: int = 0) -> str:
    """A part of one in per cent, whole unless digits are asked for; neither nought nor all of it
    where rounding alone says so.

    Examples
    --------
    >>> percent(0.123), percent(1 / 300), percent(299 / 300), percent(0.0), percent(1.0)
    ('12%', '0.3%', '99.7%', '0%', '100%')
    >>> percent(0.00004), percent(0.99999), percent(None)
    ('less than 0.1%', 'more than 99.9%', '–')
    """
    if fraction is None:
        return NOTHING
    value = 100 * float(fraction)
    exact = math.isclose(value, round(value), abs_tol=1e-9) if math.isfinite(value) else True
    if not exact and round(value, digits) in (0, 100):
        digits = max(digits, 1)
        least = 10.0**-digits
        if 0 < value < least:
            return f"less than {fixed(least, digits)}%"
        if 0 < 100 - value < least:
            return f"more than {fixed(100 - least, digits)}%"
    return f"{fixed(value, digits)}%"


def small_percent(fraction: float) -> str:
    """A part of one that may be small: whole per cent from ten up, one decimal below, and never
    nought for what is more than nothing.

    Examples
    --------
    >>> small_percent(0.123), small_percent(0.0123), small_percent(0.0001)
    ('12%', '1.2%', 'less than 0.1%')
    """
    value = 100 * float(fraction)
    if 0 < value < 0.1:
        return "less than 0.1%"
    return percent(fraction) if value >= 10 or value == 0 else f"{value:.1f}%"


def of_logs(value: float) -> str:
    """A difference of logarithms as a reader says it: per cent, or times from a doubling on.

    Examples
    --------
    >>> of_logs(0.446), of_logs(-0.254), of_logs(1.95), of_logs(0.0), of_logs(5.59)
    ('56% above', '22% below', '7 times', 'no more than', '268 times')
    """
    times = math.exp(value)
    if times >= 2:
        return f"{times:.2g} times" if times < 10 else f"{times:,.0f} times"
    percent = small_percent(abs(times - 1))
    return "no more than" if percent == "0%" else f"{percent} {'above' if times > 1 else 'below'}"


def with_unit(amount: str, unit: str) -> str:
    """A number and its unit, apart by a space but for the sign of per cent.

    Examples
    --------
    >>> with_unit("12", "% of trains"), with_unit("12", "months")
    ('12% of trains', '12 months')
    """
    return f"{amount}{unit}" if unit.startswith("%") else f"{amount} {unit}"


def first_few(names: Iterable[str], most: int) -> str:
    """So many names, and how many more there are.

    Examples
    --------
    >>> first_few(["a", "b", "c"], 2), first_few(["a", "b"], 2)
    ('a, b and 1 more', 'a, b')
    """
    listed = list(names)
    more = len(listed) - most
    return ", ".join(listed[:most]) + (f" and {more} more" if more > 0 else "")


def fixed(value: float, digits: int = 0) -> str:
    """A number with so many decimals, thousands apart and a true minus; none before a nought.

    Examples
    --------
    >>> fixed(-1234.5, 1), fixed(-0.2)
    ('−1,234.5', '0')
    """
    return _true_minus(f"{round(value, digits) + 0.0:,.{digits}f}")


def amount(value: float) -> str:
    """An amount beside its mark: one decimal, none from a hundred up, and never nought for what is
    something.

    Examples
    --------
    >>> amount(1234.5), amount(12.34), amount(0.0412), amount(-0.000047), amount(0)
    ('1,234', '12.3', '0.041', '−0.000047', '0')
    """
    if abs(value) >= 0.05:
        return fixed(value, 1 if abs(value) < 100 else 0)
    if value == 0:
        return "0"
    digits = 1 - math.floor(math.log10(abs(value)))
    return _true_minus(f"{value:.{digits}f}".rstrip("0"))


def ordinal(place: int) -> str:
    """A place as a reader says it.

    Examples
    --------
    >>> ordinal(1), ordinal(2), ordinal(3), ordinal(12), ordinal(21)
    ('1st', '2nd', '3rd', '12th', '21st')
    """
    ending = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10)
    return f"{place}{ending or 'th'}"


def decimals(value: float, digits: int = 3) -> str:
    """A number for a printed table: so many decimals, or as many significant digits where these
    would show zero; amounts, thousands apart, and years need none.

    Examples
    --------
    >>> decimals(0.5), decimals(0.00012345), decimals(2023.0), decimals(1.01e10), decimals(9.6, 0)
    ('0.500', '0.000123', '2023', '10,100,000,000', '10')
    """
    if value is None or math.isnan(value):
        return "--"
    if abs(value) >= 1e6:
        return f"{value:,.0f}"
    if abs(value) >= 1000 and value == round(value):
        return f"{value:.0f}"
    small = 0 < abs(value) < (10.0 ** (1 - digits) if digits else 0.5)
    return f"{value:.{digits}g}" if small else f"{value or 0:.{digits}f}"


_MINUS = re.compile(r"(?<![\w.,)-])-(?=\d)")


def minus_in_prose(text: str) -> str:
    """A text with true minus signs before its numbers; its other hyphens stay.

    Examples
    --------
    >>> minus_in_prose("from -0.89 to -0.73 in 2014-2018")
    'from −0.89 to −0.73 in 2014-2018'
    """
    return _MINUS.sub("\u2212", text)


def _true_minus(text: str) -> str:
    return text.replace("-", "−")


def counted(number: int, noun: str) -> str:
    """A number of things.

    Examples
    --------
    >>> counted(1, "row"), counted(2400, "row")
    ('1 row', '2,400 rows')
    """
    return f"{number:,} {noun}{'s' * (number != 1)}"


_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def in_words(n: float) -> str:
    """A small whole number as a word.

    Examples
    --------
    >>> in_words(3), in_words(12), in_words(0)
    ('three', '12', 'no')
    """
    return _WORDS[int(n)] if float(n).is_integer() and 0 <= n <= 10 else number(n)


def count_range(low: int, high: int) -> str:
    """A number of things that is known within bounds.

    Examples
    --------
    >>> count_range(2, 3), count_range(2, 2), count_range(0, 2)
    ('two to three', 'two', 'at most two')
    """
    if low == high:
        return in_words(low)
    return f"{in_words(low)} to {in_words(high)}" if low else f"at most {in_words(high)}"
