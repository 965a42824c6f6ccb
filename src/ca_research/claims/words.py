"""Criteria and their numbers as a reader should see them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from .. import registry
from ..ground import economies
from ..ground.numbers import between, fixed, in_words, number, of_logs, with_unit
from ..ground.remember import by_files
from ..ground.templates import filled, template
from ..registry.words import marked, publisher

Stored = Mapping[str, Any]
"""An entry of verdicts.json, or a criterion within one."""

_PLURALS = re.compile(
    r"\b(source|origin|day|month|year|wave|document|route|meeting|case|contract|act|loan|text|unit"
    r"|point|project|institute)s\b"
)

_PERCENT = ("share", "percent", "growth")
_FROM_NOTHING = ("count", "share", "percent")
"""Kinds of numbers that are never below nought."""

STATE_WORDS = {
    "holds": "yes",
    "fails": "no",
    "mixed": "depends on the method",
    "undecided": "cannot be said",
    "met": "yes",
    "not met": "no",
    "open": "cannot be said",
}
"""What a reader is told of the state of a criterion, and of a country within one."""


def text_of(template: str, **values: Any) -> str:
    """One of this room's templates (`*.j2`), filled in."""
    return filled(Path(__file__).with_name(template), **values)


def phrase(name: str, *given: Any) -> str:
    """A half sentence of phrases.j2."""
    return one_line(getattr(_phrases(), name)(*given))


@cache
def _phrases() -> Any:
    file = Path(__file__).with_name("phrases.j2")
    said = (between, in_words, no_days, number, one, spread, with_unit)
    return template(file).make_module({function.__name__: function for function in said})


def one_line(text: str) -> str:
    """A text without breaks, in which a comma or a colon stands after no space."""
    return re.sub(r" (?=[,.:;](?: |$))", "", " ".join(text.split()))


def said(value: float | None, kind: str, near: float | None = None, *, whole: bool = False) -> str:
    """A figure of some kind in a sentence; nothing where there is none.

    near: a bound that a rounded figure must not seem to reach. whole: small percentages without
    decimals, beside others that have none.

    Examples
    --------
    >>> said(0.0667, "share"), said(22.85, "percent"), said(6, "count")
    ('6.7%', '23%', 'six')
    """
    if value is None:
        return ""
    if kind == "log_points":
        return of_logs(value)
    if kind == "count" and value >= 0:
        return in_words(value)
    scale, sign = 100.0 if kind == "share" else 1.0, "%" if kind in _PERCENT else ""
    value *= scale
    if not sign and kind != "points":
        return number(value)
    bars = (0, None if near is None else near * scale)
    digits = 0 if abs(value) >= 10 or whole else 1
    while digits < 4 and round(value, digits) in bars and value not in bars:
        digits += 1
    return f"{fixed(value, digits if value % 1 else 0)}{sign}"


def spread(low: float | None, high: float | None, kind: str, near: float | None = None) -> str:
    """A range in a sentence; of one with a single known end, or from nothing on, only that.

    Examples
    --------
    >>> spread(7.1, 28.6, "percent"), spread(None, 90.4, "percent"), spread(0.0, 1.1, "percent")
    ('7 to 29%', 'at most 90%', 'at most 1.1%')
    """
    whole = high is not None and abs(high) * (100 if kind == "share" else 1) >= 10
    below, above = said(low, kind, near, whole=whole), said(high, kind, near)
    if below == above:
        return below
    if not above:
        return f"at least {below}"
    if not below or (low == 0 and high and kind in _FROM_NOTHING):
        return f"at most {above}"
    return f"{below.removesuffix('%')} to {above}"


def one(unit: str) -> str:
    """A unit as it is read after the number one.

    Examples
    --------
    >>> one("independent inquiries"), one("loans")
    ('independent inquiry', 'loan')
    """
    return _PLURALS.sub(r"\1", re.sub(r"\b(inquir|countr|bod)ies\b", r"\1y", unit))


def bounds(c: Stored) -> str:
    """The interval of a criterion in the unit in which its number is said, and what kind of
    interval it is.
    """
    return phrase("bounds", c)


def criterion_number(c: Stored) -> str:
    """What a criterion comes to in the main specification, for a reader."""
    return phrase("criterion_number", c)


def no_days(unit: str) -> str:
    """What no days of some kind are.

    Examples
    --------
    >>> no_days("days outside the month"), no_days("days of difference"), no_days("days")
    ('inside the month', 'no difference', 'no days')
    """
    text = re.sub(r"^days outside\b", "inside", re.sub(r"^days of\b", "no", unit))
    return text if text != unit else f"no {unit}"


def judged_alone(params: Stored) -> str:
    """Whom alone a run with these parameters judges, where its claim speaks of all; else ''.

    Examples
    --------
    >>> judged_alone({"economy": "KAZ,USA"}), judged_alone({"economy": "CA5"})
    ('Kazakhstan and the United States', '')
    """
    codes = str(params.get("economy", "CA5"))
    return "" if codes == "CA5" else economies.joined(map(economies.in_prose, codes.split(",")))


@by_files("sources.csv", added=True)
def source_words(source_id: str) -> str:
    """A source by its publisher and year, of publication or else of its edition.

    Where no publisher is known its title stands.
    """
    source = registry.sources()[source_id]
    name = publisher(source) or source.title
    year = (source.published or source.edition or "")[:4]
    return marked(source, name if year in name else f"{name}, {year}")


def invented(source_ids: Iterable[str]) -> str:
    """That figures are invented, as is declared of their sources; '' where none is.

    Examples
    --------
    >>> invented(["FBK"])
    ''
    """
    flags = [source.invented for one in source_ids if (source := registry.sources().get(one))]
    which = "Its" if all(flags) else "Some of its"
    return f"{which} figures are invented." if any(flags) else ""
