"""A figure in a sentence by its kind: where it stands, what was asked of it, on which side of the
bar it lies. A fall is said as a fall, a place as a place, a day as a day.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from ..ground.numbers import count_range, in_words, ordinal
from ..ground.periods import day_in_words
from ..registry import Criterion
from ..registry.claims import COMPARE
from .verdict import Cell
from .words import one, said, spread

BOUNDS = {">": "more than", ">=": "at least", "<": "less than", "<=": "at most", "==": "exactly"}
_NAMELESS = {"number", "(unit not stated)", "yes or no"}
_UNITS_SAID = {"level", "length", "count", "points", "days", "months", "years", "slope", "change"}
Period = tuple[int | None, int | None]
"""Since when, of a change, and of when or until when a figure is."""
_LAST_YEAR = 9999
"""Greater numbers of a date are days, by their ordinals."""


class _Ways(NamedTuple):
    """What goes up or down, later or earlier: `{}` is by how much."""

    up: str
    down: str
    same: str
    not_up: str
    not_down: str
    by: str = " "
    """What stands before the amount."""


_CHANGE = _Ways("grew{}", "fell{}", "did not change", "did not grow", "did not fall", " by ")
_UP_OR_DOWN = _Ways("up{}", "down{}", "unchanged", "not up", "not down")
_DAYS = _Ways(
    "came{} later", "came{} earlier", "came on the same day", "did not come later",
    "did not come earlier",
)  # fmt: skip
_WAYS = {
    "change": (_CHANGE, _UP_OR_DOWN),
    "change a year": (_CHANGE, _UP_OR_DOWN),
    "days between": (_DAYS, _Ways("{} later", "{} earlier", "the same day", "not later", "")),
}
"""Of kinds with a direction: in a sentence, and in a list of countries."""


def nth(place: float) -> str:
    """A place, up to the ninth as a word."""
    words = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"]
    return words[int(place) - 1] if place <= len(words) else ordinal(int(place))


def date_words(number: float, *, on: bool = True) -> str:
    """A year, or a day by its ordinal.

    Examples
    --------
    >>> date_words(2013.0), date_words(dt.date(2013, 9, 7).toordinal(), on=False)
    ('in 2013', '7 September 2013')
    """
    year = number <= _LAST_YEAR
    words = str(int(number)) if year else day_in_words(dt.date.fromordinal(int(number)))
    return f"{'in' if year else 'on'} {words}" if on else words


@dataclass(frozen=True)
class Sayer:
    """How the figures of one criterion are said: by the kind of its measure and of its numbers."""

    kind: str
    criterion: Criterion

    @property
    def bar(self) -> float:
        return self._shown(self.criterion.threshold)

    @property
    def least_first(self) -> bool:
        """Whether countries with small figures come first: of places, of days, and where less is
        asked for.
        """
        return self.kind in ("rank", "date") or "<" in self.criterion.comparison

    @property
    def number_kind(self) -> str:
        return "ratio" if self.criterion.kind == "log_points" else self.criterion.kind

    @property
    def unit(self) -> str:
        """What stands behind a number: of a share or a per cent what it is of, of a change of such
        nothing.
        """
        kind, unit = self.criterion.kind, self.criterion.unit
        if self.kind == "days outside":
            return "days"
        if kind in ("share", "percent") and self.kind in ("share", "level"):
            return unit.removeprefix("per cent").removeprefix("share").strip()
        named = kind in _UNITS_SAID and unit not in _NAMELESS and self.kind != "ratio"
        return unit if named and kind != "change" else ""

    def period(self, cell: Cell) -> Period:
        """The year of a figure; of a change also the year that it begins with, which is a setting,
        or else the first year of its rows.
        """
        since = self.criterion.settings.get("since")
        if self.kind.startswith("change"):
            begin = int(since) if isinstance(since, int) else cell.since
            return (begin if begin != cell.year else None), cell.year
        counted = self.kind == "years in which" and isinstance(since, int)
        return (int(since) if counted else None), cell.year  # type: ignore[arg-type]

    def ends(self, cell: Cell) -> tuple[float | None, float | None]:
        """The figure of a cell twice, or the ends of its range."""
        ends = (cell.low, cell.high) if cell.estimate is None else (cell.estimate,) * 2
        low, high = (None if end is None else self._shown(end) for end in ends)
        return low, high

    def _shown(self, value: float) -> float:
        return math.exp(value) if self.criterion.kind == "log_points" else value

    def amount(self, value: float, *, unit: bool = True) -> str:
        """One number with its unit."""
        text = said(value, self.number_kind, self.bar)
        return self._with_unit(text) if unit else text

    def _with_unit(self, text: str) -> str:
        single = text in ("1", "one") or text.endswith(" one")
        return f"{text} {one(self.unit) if single else self.unit}".strip()

    def _range(self, low: float | None, high: float | None, *, unit: bool) -> str:
        text = spread(low, high, self.number_kind, self.bar)
        return self._with_unit(text) if unit else text

    def figure(self, cell: Cell, *, listed: bool = False, years: int = 0) -> str:
        """The figure of a cell; listed: beside others, without its unit. years: of how many years
        it is a part.
        """
        low, high = self.ends(cell)
        if low is None and high is None:
            return ""
        if self.kind in _WAYS:
            by = self._by(unit=not listed)
            return _directed(_WAYS[self.kind][listed], low, high, by)
        match self.kind:
            case "rank":
                return _between(low, high, nth, "or better", "or lower")
            case "date" if low is not None and high is not None and low != high and not listed:
                return f"between {date_words(low, on=False)} and {date_words(high, on=False)}"
            case "date":
                say = partial(date_words, on=not listed)
                return _between(low, high, say, "or earlier", "or later")
            case "yes or no":
                return "yes or no" if low != high else "yes" if low else "no"
            case "days outside":
                missed = self._range(low, high, unit=True)
                if listed:
                    return missed
                return "do not miss it" if low == high == 0 else f"miss it by {missed}"
            case "years in which" if years and low is not None and high is not None:
                scale = years if self.criterion.kind == "share" else years / 100
                return count_range(round(low * scale), round(high * scale))
        return self._range(low, high, unit=not listed)

    def _by(self, *, unit: bool = True) -> Callable[[float, float], str]:
        """A size or a range of sizes, of whichever direction."""
        return lambda low, high: self._range(*sorted((abs(low), abs(high))), unit=unit)

    def asked(self) -> str:
        """What the criterion asks of a figure, as it stands in a sentence."""
        comparison, bar = self.criterion.comparison, self.bar
        word = BOUNDS[comparison]
        low = bar if comparison in (">", ">=", "==") else None
        high = bar if comparison in ("<", "<=", "==") else None
        if self.kind in _WAYS:
            strict = ("more than", "less than") if comparison in "<>" else ("at least", "at most")
            amount = self._by()
            size = (lambda a, b: f"exactly {amount(a, b)}") if comparison == "==" else amount
            return _directed(_WAYS[self.kind][0], low, high, size, strict)
        match self.kind:
            case "rank":
                return self._place()
            case "date" if comparison in "<>":
                return f"{'after' if comparison == '>' else 'before'} {date_words(bar, on=False)}"
            case "date":
                return _between(low, high, date_words, "or earlier", "or later")
            case "yes or no":
                return "yes" if COMPARE[comparison](1, bar) else "no"
            case "days outside":
                if bar == 0:
                    return "miss it" if comparison == ">" else "do not miss it"
                return f"miss it by {word} {self.amount(bar)}"
            case "years in which":
                return (
                    "all"
                    if self._all_years and comparison != "<"
                    else f"{word} {said(bar, self.number_kind)}"
                )
        return f"{word} {self.amount(bar)}"

    @property
    def _all_years(self) -> bool:
        return self.bar == (1 if self.criterion.kind == "share" else 100)

    def _place(self, met: bool = True) -> str:
        """The places that are asked for, or those that are not."""
        comparison = self.criterion.comparison
        last = self.bar - (comparison in ("<", ">="))
        among = last == 1 or comparison == "=="
        words = nth(last) if among else f"among the first {in_words(last)}"
        return words if met != (">" in comparison) else f"not {words}"

    def side(self, cell: Cell) -> str:
        """On which side of the bar a figure lies, as the end of a sentence; '' where the figure
        itself says it.
        """
        (low, high), bar = self.ends(cell), self.bar
        if self.kind == "rank":
            place = self._place(cell.met is not False)
            if cell.met is None:
                return f", which leaves open whether it was {place}"
            return "" if low == high and place == nth(low or 0) else f", {place}"
        if self.kind == "yes or no":
            return "" if cell.met else f", where {self.asked()} was asked for"
        if self.kind in (*_WAYS, "days outside") and bar == 0:
            return ""
        if self.kind == "years in which" and self._all_years and low == bar:
            return ""
        text = self._bar_words()
        if cell.met is None:
            return f", with {text} within that range"
        if low == high == bar or cell.estimate == self.criterion.threshold:
            word = {">": "not above", "<": "not below"}.get(self.criterion.comparison, "exactly")
            return f", {word} {text}"
        over = low is not None and low >= bar
        if self.kind in ("change", "change a year") and bar < 0 and high is not None and high < 0:
            return f", a {'smaller' if over else 'larger'} fall than the bar of {self._size(bar)}"
        if self.kind == "date":
            return f", {'after' if over else 'before'} {text}"
        return f", {'above' if over else 'below'} {text}"

    def _size(self, bar: float) -> str:
        return said(abs(bar), self.number_kind) if bar else "0"

    def _bar_words(self) -> str:
        bar = self.bar
        if self.kind == "date":
            return f"the bar of {date_words(bar, on=False)}"
        if self.kind == "years in which" and self._all_years:
            return "the bar of all years"
        if self.kind in _WAYS and bar < 0:
            size = self._size(bar)
            fall = f"{size} earlier" if self.kind == "days between" else f"a fall by {size}"
            return f"the bar of {fall}"
        return f"the bar of {said(bar, self.number_kind) if bar else '0'}"


def _between(
    low: float | None, high: float | None, say: Callable[[float], str], better: str, worse: str
) -> str:
    """A range of places or days; of one known end what lies beyond it."""
    if low is None:
        assert high is not None
        return f"{say(high)} {better}"
    if high is None:
        return f"{say(low)} {worse}"
    return say(low) if low == high else f"{say(low)} to {say(high)}"


def _directed(
    ways: _Ways,
    low: float | None,
    high: float | None,
    size: Callable[[float, float], str],
    bounds: tuple[str, str] = ("at least", "at most"),
) -> str:
    """Between which ends a thing went up or down.

    Examples
    --------
    >>> whole = lambda low, high: f"{abs(low):g}"
    >>> _directed(_CHANGE, -6, -6, whole), _directed(_CHANGE, -2, None, whole)
    ('fell by 6', 'fell by at most 2 or grew')
    """
    least, most = bounds
    strict = least == "more than"

    def way(form: str, words: str = "") -> str:
        return form.format(f"{ways.by}{words}" if words else "").strip()

    if low is None and high is not None:
        if high < 0:
            return way(ways.down, f"{least} {size(high, high)}")
        if high == 0:
            return way(ways.down) if strict else ways.not_up
        return f"{way(ways.up, f'{most} {size(high, high)}')} or {way(ways.down)}"
    assert low is not None
    if high is None:
        if low > 0:
            return way(ways.up, f"{least} {size(low, low)}")
        if low == 0:
            return way(ways.up) if strict else ways.not_down
        return f"{way(ways.down, f'{most} {size(low, low)}')} or {way(ways.up)}"
    if low == high == 0:
        return ways.same
    if low >= 0 or high <= 0:
        return way(ways.up if high > 0 else ways.down, size(low, high))
    down, up = size(low, low), size(high, high)
    return f"{way(ways.down, f'at most {down}')} or {way(ways.up, f'at most {up}')}"
