"""What kind of figure a measure gives: it decides the sentence, the way a number is said, and which
comparisons can fail.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..ground.errors import MeasureError
from ..registry import Criterion
from ..registry.claims import either_way

TABLE_UNIT = "unit of the table"
"""The unit of a measure that gives figures as its table has them."""

KINDS = {
    "level": "level length percent points count share days months years slope log_points change",
    "share": "share percent",
    "change": "growth percent points change share level count length days months years",
    "change a year": "growth percent points change share level count",
    "ratio": "ratio",
    "rank": "rank",
    "count": "count",
    "years in which": "share percent",
    "date": "date",
    "days between": "days months years",
    "days outside": "days",
    "yes or no": "yes_no",
    "p": "p",
}
"""The kinds of figures, each with the kinds of numbers (`registry.claims.Kind`) that it may be
said as; the first is written into a new claim.

level: how much there is. share: a part of a whole. change: from one year to another. years in
which: the part of some years in which a thing was so. date: a year, or a day by its ordinal
(`datetime.date.toordinal`). days between: from one event to another, below nought where the second
came first. days outside: how far dates miss a window. yes or no: one or nought.
"""

_NUMBERS_OF = {"share": {"share", "change"}, "per cent": {"percent", "growth"}}
_NUMBERS_OF |= {"percentage points": {"points"}, "days": {"days"}, "years": {"years"}}
_NO_UNIT = {"share", "growth"}
"""Kinds of numbers that no figure in the unit of a table is."""
_ENDS = {"share": (0.0, 1.0), "yes_no": (0.0, 1.0), "rank": (1.0, math.inf), "p": (0.0, 1.0)}
_BELOW_NOUGHT = {"level", "change", "change a year", "days between", "date"}

Chosen = Mapping[str, Any]
Stated = str | Callable[[Chosen], str]
"""A word, or what gives it for the settings of a measure."""


@dataclass(frozen=True)
class Figure:
    """The kind of a measure's figure and its unit, '' where the measure knows none.

    Examples
    --------
    >>> Figure("change", "per cent").numbers
    ['growth', 'percent']
    """

    kind: str
    unit: str = ""

    @property
    def numbers(self) -> list[str]:
        """The kinds of numbers that it may be said as."""
        every = KINDS[self.kind].split()
        if self.unit == TABLE_UNIT:
            return [number for number in every if number not in _NO_UNIT]
        return [n for n in every if n in _NUMBERS_OF.get(self.unit, every)]


def known_kind(kind: Stated, measure: str) -> Stated:
    """A kind as it is declared; raises MeasureError for none, or one that does not exist."""
    if kind in KINDS or callable(kind):
        return kind
    fault = f"and {kind!r} is none" if kind else "for example a level or a change"
    raise MeasureError(
        f"{measure} does not say what kind of figure it gives, {fault}",
        hint=f'@measure("{measure}", kind="..."), one of: {", ".join(KINDS)}',
    )


def figure_of(function: Callable[..., Any], chosen: Chosen) -> Figure:
    """What a measure gives under some settings.

    Parameters
    ----------
    function : callable
        A measure.
    chosen : mapping of str to Any
        Its settings; those that are left out have their defaults.

    Returns
    -------
    Figure
        Its kind and unit.

    Raises
    ------
    MeasureError
        The measure gives another kind than there are.

    Examples
    --------
    >>> from ca_research.claims.measures import find
    >>> figure_of(find("trade.change"), {"by": "per_year"})
    Figure(kind='change a year', unit='per cent')
    """
    taken = inspect.signature(function).parameters.values()
    settings = {p.name: p.default for p in taken if p.default is not p.empty} | {**chosen}
    kind, unit = (
        stated(settings) if callable(stated := getattr(function, name)) else stated
        for name in ("kind", "unit")
    )
    known_kind(kind, getattr(function, "name", ""))
    return Figure(kind, unit)


def misdeclared(function: Callable[..., Any], criterion: Criterion) -> Iterator[str]:
    """What a criterion says of its measure and is not so, in words: the kind of its numbers, and a
    comparison that every figure meets, or none.
    """
    chosen = criterion.settings
    of_units = {"by", *(["of"] if chosen.get("by") == "difference" else [])}
    mixing = of_units & {*criterion.axes} if getattr(function, "question", "") == "change" else ()
    if mixing:
        yield f"axes: along {min(mixing)!r} units differ, and one threshold is for all"
        return
    figure = figure_of(function, chosen)
    if criterion.kind not in figure.numbers:
        what, numbers = criterion.measure, " or ".join(figure.numbers)
        yield f"kind: {what} gives a {figure.kind}, said as {numbers}, and no {criterion.kind}"
        return
    least = -math.inf if figure.kind in _BELOW_NOUGHT else 0.0
    ends = (least, math.inf) if least else _ENDS.get(criterion.kind, (0.0, math.inf))
    if not either_way(criterion.comparison, criterion.threshold, *ends):
        bar = f"{criterion.comparison} {criterion.threshold:g}"
        yield f"threshold: {figure.kind} is from {ends[0]:g} to {ends[1]:g}, so {bar} says nothing"
