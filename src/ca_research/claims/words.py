"""Criteria and their numbers as a reader should see them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from .. import registry
from ..ground import economies
from ..ground.numbers import between, fixed, in_words, number, of_logs, with_unit
from ..ground.remember import by_files

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
    scale, sign = (100.0 if kind == "share" else 1.0), "%" if kind in _PERCENT else ""
    value = value * scale
    near = None if near is None else near * scale
    if kind == "count" and value >= 0:
        return in_words(value)
    if kind in ("percent", "share", "growth", "points"):
        digits = 0 if abs(value) >= 10 or whole else 1
        while digits < 4 and round(value, digits) in (near, 0) and value not in (near, 0):
            digits += 1
        return f"{fixed(value, digits if value % 1 else 0)}{sign}"
    return f"{number(value)}{sign}"


def spread(low: float | None, high: float | None, kind: str, near: float | None = None) -> str:
    """A range in a sentence; of one with a single known end, or from nothing on, only that.

    Examples
    --------
    >>> spread(7.1, 28.6, "percent"), spread(None, 90.4, "percent"), spread(0.0, 1.1, "percent")
    ('7 to 29%', 'at most 90%', 'at most 1.1%')
    """
    whole = high is not None and abs(high) * (100 if kind == "share" else 1) >= 10
    below, above = said(low, kind, near, whole=whole), said(high, kind, near)
    if low == 0 and high and kind in _FROM_NOTHING:
        below = ""
    if not below or not above:
        return f"at most {above}" if above else f"at least {below}" if below else ""
    return below if below == above else f"{below.removesuffix('%')} to {above}"


def one(unit: str) -> str:
    """A unit as it is read after the number one.

    Examples
    --------
    >>> one("independent inquiries"), one("loans")
    ('independent inquiry', 'loan')
    """
    return _PLURALS.sub(r"\1", re.sub(r"\b(inquir|countr|bod)ies\b", r"\1y", unit))


def bounds(c: Mapping[str, Any]) -> str:
    """The interval of a criterion in the unit in which its number is said, and what kind of
    interval it is.
    """
    if c["cell_threshold"] is not None:  # of countries, or of the only one its own
        only = c["cells"][0] if len(c["cells"]) == 1 else {"kind": "count"}
        c = {**c, **only}
    if c["low"] is None and c["high"] is None:
        return "none"
    if c["low"] == c["high"]:
        return str(c["interval"])
    if c["kind"] == "log_points":
        return f"{spread(c['low'], c['high'], 'log_points')} ({c['interval']})"
    times = 100 if c["kind"] == "share" else 1
    low, high = (None if c[end] is None else times * c[end] for end in ("low", "high"))
    return f"{between(low, high)}{'%' if times == 100 else ''} ({c['interval']})"


def criterion_number(c: Mapping[str, Any]) -> str:
    """What a criterion comes to in the main specification, for a reader."""
    if len(c["cells"]) > 1:
        open_ = int((c["high"] or 0) - (c["low"] or 0))
        noun = "countries" if c["counted"] == "economies" else c["counted"]
        return f"{number(c['estimate'])} of {len(c['cells'])} {noun}" + (
            f" ({open_} cannot be said)" if open_ else ""
        )
    where = c["cells"][0] if c["cell_threshold"] is not None else c
    unit, values = c["unit"], [where["estimate"]] * 2
    if where["estimate"] is None:
        values = [where["low"], where["high"]]
        if values == [None, None]:
            return "nothing on record"
    kind = c["kind"]
    if kind == "log_points" or kind in _PERCENT or kind == "points":
        near = c["threshold"] if c["cell_threshold"] is None else c["cell_threshold"]
        figure = spread(values[0], values[1], kind, near)
        rest = re.sub(r"^(per cent|log points)\b ?", "", unit)
        if kind == "share":  # 0.12 share of cells is 12% of cells, and of imports 12% of imports
            rest = unit.removeprefix("share").removeprefix(" of ")
            rest = f"of {rest}" if rest else ""
        single = values == [1, 1] and kind != "share"  # of a share one is all
        return with_unit(figure, one(rest) if single else rest).strip()
    unit = re.sub(r"^per cent\b", "%", unit)
    if kind == "days" and values == [0, 0]:
        return no_days(unit)
    figure = between(*values)
    if kind == "rank":
        return f"rank {figure}"
    if kind == "p":
        return f"{unit} = {figure}"
    if kind == "ratio" and unit == "ratio":
        return f"{figure} times"
    if kind in ("ratio", "change"):  # the unit is what is measured, rather than in what
        return f"{figure} ({unit})"
    return with_unit(figure, one(unit) if values == [1, 1] else unit)


def no_days(unit: str) -> str:
    """What no days of some kind are.

    Examples
    --------
    >>> no_days("days outside the month"), no_days("days of difference"), no_days("days")
    ('inside the month', 'no difference', 'no days')
    """
    said = re.sub(r"^days outside\b", "inside", re.sub(r"^days of\b", "no", unit))
    return said if said != unit else f"no {unit}"


def judged_alone(params: Mapping[str, Any]) -> str:
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
    name = re.split(r"[;,(]", source.publisher)[0].strip() if source.publisher else source.title
    year = (source.published or source.edition or "")[:4]
    return name if not year or year in name else f"{name}, {year}"


_INVENTED = re.compile(r"\b(?:invented|made[- ]up|fictitious)\b", re.I)


def invented(source_ids: Iterable[str]) -> str:
    """That figures are invented, as their source says of itself; '' where none is.

    Examples
    --------
    >>> invented(["FBK"])
    ''
    """
    sources = [registry.sources()[one] for one in source_ids if one in registry.sources()]
    told = [f"{s.title} {s.publisher} {s.licence}" for s in sources]
    made = [bool(_INVENTED.search(text)) for text in told]
    return "" if not any(made) else f"{'Its' if all(made) else 'Some of its'} figures are invented."
