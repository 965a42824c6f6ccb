"""Criteria and their numbers as a reader should see them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from .. import registry
from ..ground import economies
from ..ground.numbers import between, fixed, in_words, number, of_logs, with_unit
from ..ground.remember import by_files
from ..registry.words import publisher

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


def _figures(c: Stored) -> Stored:
    """A criterion with the figures of its only country, where it counts over one."""
    only = c["cell_threshold"] is not None and len(c["cells"]) == 1
    return {**c, **c["cells"][0]} if only else c


def bounds(c: Stored) -> str:
    """The interval of a criterion in the unit in which its number is said, and what kind of
    interval it is.
    """
    kind = c["kind"] if c["cell_threshold"] is None or len(c["cells"]) == 1 else "count"
    c = _figures(c)
    low, high = c["low"], c["high"]
    if low is None and high is None:
        return "none"
    if low == high:
        return str(c["interval"])
    if kind == "log_points":
        return f"{spread(low, high, kind)} ({c['interval']})"
    times = 100 if kind == "share" else 1
    low, high = (None if end is None else times * end for end in (low, high))
    return f"{between(low, high)}{'%' if kind == 'share' else ''} ({c['interval']})"


_IN_UNIT = {"rank": "rank {0}", "p": "{1} = {0}", "ratio": "{0} ({1})", "change": "{0} ({1})"}
"""How figures are said whose unit is what is measured, rather than in what."""


def criterion_number(c: Stored) -> str:
    """What a criterion comes to in the main specification, for a reader."""
    if len(c["cells"]) > 1:
        open_ = int((c["high"] or 0) - (c["low"] or 0))
        noun = "countries" if c["counted"] == "economies" else c["counted"]
        unsaid = f" ({open_} cannot be said)" if open_ else ""
        return f"{number(c['estimate'])} of {len(c['cells'])} {noun}{unsaid}"
    kind, unit, own = c["kind"], c["unit"], _figures(c)
    values = [own["estimate"]] * 2 if own["estimate"] is not None else [own["low"], own["high"]]
    if values == [None, None]:
        return "nothing on record"
    single = values == [1, 1]
    if kind in ("log_points", "points", *_PERCENT):
        near = c["threshold"] if c["cell_threshold"] is None else c["cell_threshold"]
        rest = re.sub(r"^(per cent|log points)\b ?", "", unit)
        if kind == "share":  # 0.12 share of cells is 12% of cells, and of imports 12% of imports
            rest = unit.removeprefix("share").removeprefix(" of ")
            rest, single = rest and f"of {rest}", False  # of a share one is all
        figure = spread(values[0], values[1], kind, near)
        return with_unit(figure, one(rest) if single else rest).strip()
    unit, figure = re.sub(r"^per cent\b", "%", unit), between(*values)
    if kind == "days" and values == [0, 0]:
        return no_days(unit)
    if kind == "ratio" and unit == "ratio":
        return f"{figure} times"
    if kind in _IN_UNIT:
        return _IN_UNIT[kind].format(figure, unit)
    return with_unit(figure, one(unit) if single else unit)


def no_days(unit: str) -> str:
    """What no days of some kind are.

    Examples
    --------
    >>> no_days("days outside the month"), no_days("days of difference"), no_days("days")
    ('inside the month', 'no difference', 'no days')
    """
    said = re.sub(r"^days outside\b", "inside", re.sub(r"^days of\b", "no", unit))
    return said if said != unit else f"no {unit}"


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
    return name if year in name else f"{name}, {year}"


_INVENTED = re.compile(r"\b(?:invented|made[- ]up|fictitious)\b", re.I)


def invented(source_ids: Iterable[str]) -> str:
    """That figures are invented, as their source says of itself; '' where none is.

    Examples
    --------
    >>> invented(["FBK"])
    ''
    """
    known = [source for one in source_ids if (source := registry.sources().get(one))]
    made = [bool(_INVENTED.search(f"{s.title} {s.publisher} {s.licence}")) for s in known]
    return "" if not any(made) else f"{'Its' if all(made) else 'Some of its'} figures are invented."
