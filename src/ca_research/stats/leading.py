"""Whether one unit exceeds its rivals, in the newest group of comparable figures that observes most
of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from . import frames

Span = tuple[float, float]
"""The least and the most that a figure can be."""


@dataclass(frozen=True, kw_only=True)
class Leading:
    """A unit beside its rivals: the ends of each, of the unit `of` too."""

    of: str
    values: Mapping[str, Span]
    group: Hashable = ""
    year: int = 0

    @property
    def rivals(self) -> dict[str, Span]:
        return {unit: span for unit, span in self.values.items() if unit != self.of}

    @property
    def low(self) -> float:
        """The least that the unit can be over its largest rival."""
        return _over(self.values[self.of][0], max(high for _, high in self.rivals.values()))

    @property
    def high(self) -> float:
        """The most that it can be."""
        return _over(self.values[self.of][1], max(low for low, _ in self.rivals.values()))

    def compared(self, form: Callable[[float], str]) -> str:
        """What was compared, for a reader: 'CHN 3, RUS 1 to 2'. form: a figure as text; a range
        shows both its ends.
        """
        ends = {unit: list(dict.fromkeys(map(form, span))) for unit, span in self.values.items()}
        return ", ".join(f"{unit} {' to '.join(texts)}" for unit, texts in ends.items())

    @property
    def place(self) -> tuple[int, int]:
        """The best and the worst place that the unit can have, 1 the first."""
        (low, high), rivals = self.values[self.of], self.rivals.values()
        return 1 + sum(r > high for r, _ in rivals), 1 + sum(r >= low for _, r in rivals)

    @property
    def contenders(self) -> tuple[str, ...]:
        """Units that may be first, the largest first."""
        least = max(low for low, _ in self.values.values())
        able = sorted((-high, unit) for unit, (_, high) in self.values.items() if high >= least)
        return tuple(unit for _, unit in able)

    @property
    def leader(self) -> str:
        """The one unit that can be first; '' where several can."""
        return self.contenders[0] if len(self.contenders) == 1 else ""


def _over(part: float, whole: float) -> float:
    return part / whole if whole > 0 else math.inf if part > 0 else 1.0


def leading(
    figures: pd.DataFrame, of: str, *, needed: Sequence[str], any_of: Sequence[str]
) -> Leading | str:
    """One unit over its largest rival, among figures of one concept and year; or the reason why
    there is none.

    figures: group (what makes figures comparable: concept, source ...), year, unit, low, high
        (equal for one figure).
    needed: rivals that must be observed beside `of`; any_of: rivals of which at least one must be,
        too. The group and year taken is the one that observes most of `any_of`, and among those the
        newest (then the first by name).
    low = of.low / max(rivals.high), high = of.high / max(rivals.low).
    Raises CoverageError or UsageError for figures that are none or negative.
    """
    for column in ("low", "high"):
        figures = frames.figures(figures, column)
    spans: dict[tuple[Any, int], dict[str, Span]] = {}
    columns = figures[["group", "year", "unit", "low", "high"]].dropna()
    for group, year, unit, low, high in columns.itertuples(index=False):
        cell = spans.setdefault((group, int(year)), {})
        least, most = cell.get(unit, (low, high))
        cell[unit] = min(least, low), max(most, high)
    able = [
        (len(cell.keys() & {*any_of}), year, group)
        for (group, year), cell in sorted(spans.items())
        if {of, *needed} <= cell.keys() and cell.keys() & {*any_of}
    ]
    if not able:
        every = {*figures["unit"]}
        if absent := [u for u in (of, *needed) if u not in every]:
            return f"no figure of {' and '.join(absent)}"
        if every.isdisjoint(any_of):
            return f"no figure of {' or '.join(any_of)}"
        return "never observed on one concept in one year"
    _, year, group = max(able, key=lambda cell: cell[:2])  # of equal ones the first by name
    cell = spans[group, year]
    values = {unit: cell[unit] for unit in (of, *needed, *any_of) if unit in cell}
    return Leading(of=of, values=values, group=group, year=year)
