"""Share, rank, change, ratio and count of the figures of any table: measures for claims that need
no code of their own.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, get_type_hints

import pandas as pd

from .. import registry
from ..ground import economies as eco
from ..ground.arguments import number, whole_number
from ..ground.errors import (
    AggregateError,
    CaResearchError,
    UnknownNameError,
    UsageError,
)
from ..ground.periods import years_back
from ..registry.claims import either_way
from ..stats.frames import ROUNDING
from .measures import Measure, by_economy, measure
from .voices import SOURCES, Question, Terms, Voice, answers

OF_TABLE = ("table", "part", "parts", "roles", "each_speaks", "mirrored", "unlike")
"""Arguments that say how a table is read, which a declaration sets and a claim does not."""


def _general(ask: Callable[..., Question]) -> Callable[..., pd.DataFrame]:
    """What asks a question of any table: its own arguments, those of `Terms`, and the year.

    figures: a table, or rows like it. economies: codes or names of those whose figures they are; []
    of a table of none, where there is one row. year: 'newest' (in which the figure is there),
    'newest-1' (the one before it) and so on, or a year.
    """
    one, own, terms = inspect.Parameter, *(inspect.signature(f).parameters for f in (ask, Terms))
    hints = get_type_hints(ask) | get_type_hints(Terms)
    hints |= {"figures": pd.DataFrame, "economies": Sequence[str], "year": str | int}
    choices = [one("economies", one.KEYWORD_ONLY), *own.values(), *terms.values()]
    choices += [one("year", one.KEYWORD_ONLY, default="newest")]
    every = [one("figures", one.POSITIONAL_OR_KEYWORD)]
    every += [choice.replace(kind=one.KEYWORD_ONLY) for choice in choices]
    signature = inspect.Signature([p.replace(annotation=hints[p.name]) for p in every])

    def answer(figures: pd.DataFrame, **chosen: Any) -> pd.DataFrame:
        given = signature.bind(figures, **chosen)
        given.apply_defaults()
        chosen = {n: _chosen(n, v, hints.get(n)) for n, v in given.arguments.items()}
        table = Terms(**{n: chosen[n] for n in terms})
        asked = {n: chosen[n] for n in own}
        if table.column("unit"):
            sides = {n: v.split(";") for n, v in asked.items() if n in ("counterpart", "to") and v}
            asked |= {n: ";".join(eco.resolve_all(names)) for n, names in sides.items()}
        return answers(figures, table, chosen["economies"], chosen["year"], ask(**asked))

    answer.__name__, answer.__qualname__ = ask.__name__, ask.__qualname__
    answer.__doc__ = f"{inspect.getdoc(ask)}\n\n{inspect.getdoc(Terms)}"
    answer.__module__ = ask.__module__
    answer.__annotations__ = {p.name: p.annotation for p in signature.parameters.values()}
    answer.__signature__ = signature  # type: ignore[attr-defined]
    answer.__wrapped__ = ask  # type: ignore[attr-defined]  # where it is told to be
    answer.question = ask.__name__  # type: ignore[attr-defined]
    answer.of_table = OF_TABLE  # type: ignore[attr-defined]
    return answer


@by_economy
@measure("series.level")
@_general
def level(counterpart: str) -> Question:
    """The figure itself, in the unit of the table; '' of a table without counterparts."""
    return _figure(counterpart)


def _figure(of: str) -> Question:
    return Question((of,), lambda v, y: v.figure(of, y))


@by_economy
@measure("series.share")
@_general
def share(counterpart: str, *, whole: Literal["listed", "world"] = "listed") -> Question:
    """The share in the figures of all that are listed, or of the world as the source gives it.

    Formula: x_i / sum_j x_j, or x_i / x_world.
    """
    _single(counterpart)
    if whole == "listed":
        return _share(counterpart)

    def inside(voice: Voice, year: int) -> float | None:
        part, world = voice.figure(counterpart, year), voice.figure("WLD", year)
        found = _part(part, world)
        if found is not None and found > 1 + ROUNDING:
            raise UsageError(
                f"a part of {part:.4g} is above the {world:.4g} it is a share of",
                hint="the total and its parts are not of one account: choose another source",
            )
        return found

    return Question((counterpart, "WLD"), inside)


def _share(of: str) -> Question:
    return Question(
        (of,), lambda v, y: _part(v.figure(of, y), float(v.listed(y).sum())), compares=True
    )


def _part(part: float | None, whole: float | None) -> float | None:
    """A share; of nothing, or of less, there is none."""
    return part / whole if part is not None and whole is not None and whole > 0 else None


@by_economy
@measure("series.rank")
@_general
def rank(counterpart: str) -> Question:
    """The rank among all single ones that are listed, 1 being the largest.

    Formula: 1 + the number of j with x_j > x_i.
    """
    _single(counterpart)

    def answer(voice: Voice, year: int) -> float | None:
        own = voice.figure(counterpart, year)
        others = voice.listed(year).drop(counterpart, errors="ignore")
        return None if own is None else float(1 + (others > own).sum())

    return Question((counterpart,), answer, compares=True)


@by_economy
@measure("series.years")
@_general
def years(counterpart: str, *, since: int, places: int = 1) -> Question:
    """Share of the years since one in which it was first of all single ones that are listed.

    since: the first of the years, each of which has to be listed. places: 2 where it may also be
    second, and so on.
    """
    _single(counterpart)

    def answer(voice: Voice, year: int) -> float | None:
        span = range(since, year + 1)
        own = [voice.figure(counterpart, y) for y in span]
        before = [(voice.listed(y) > x).sum() for y, x in zip(span, own, strict=True)]
        return float(sum(n < places for n in before) / len(span))

    return Question((counterpart,), answer, lambda year: (range(since, year + 1),), compares=True)


@by_economy
@measure("series.ratio")
@_general
def ratio(counterpart: str, *, to: str) -> Question:
    """The figure over that of another, both by one source. to: the other. Formula: x_i / x_j."""

    def over(voice: Voice, year: int) -> float | None:
        part, other = voice.figure(counterpart, year), voice.figure(to, year)
        return part / other if part is not None and other else None

    return Question((counterpart, to), over)


@by_economy
@measure("series.change")
@_general
def change(
    counterpart: str,
    *,
    since: int,
    window: int = 1,
    of: Literal["value", "share"] = "value",
    by: Literal["percent", "difference"] = "percent",
) -> Question:
    """How the figure, or its share among those listed, has changed since a year.

    since: the year compared with. window: years over which both ends are averaged, each the last of
    its window. by: 'percent' or 'difference' (in the unit; of a share, parts of one). Both ends are
    of one source.
    Formula: 100 (b - a) / a in per cent, or b - a as a difference; a and b are the means over the
    `window` years that end in `since` and in the year asked for.
    """
    if of == "share":
        _single(counterpart)
    each = _share(counterpart) if of == "share" else _figure(counterpart)

    def spans(year: int) -> tuple[range, range]:
        return range(since - window + 1, since + 1), range(year - window + 1, year + 1)

    def answer(voice: Voice, year: int) -> float | None:
        ends = [[each.answer(voice, y) for y in span] for span in spans(year)]
        if any(value is None for end in ends for value in end):
            return None
        before, after = (math.fsum(end) / window for end in ends)  # type: ignore[arg-type]
        if by == "difference":
            return after - before
        return None if not before > 0 else 100 * (after - before) / before

    return Question((counterpart,), answer, spans, each.compares, since)


@by_economy
@measure("series.count")
@_general
def count(*, above: float = 0) -> Question:
    """How many single counterparts have a figure above a bound, in the unit of the table.

    Those of which a part alone is listed, as exports without imports, may be above it too: they
    leave a range. A source that lists no figure of a part counts nothing.
    """

    def least(voice: Voice, year: int) -> float:
        return float((voice.listed(year) > above).sum())

    def most(voice: Voice, year: int) -> float:
        return least(voice, year) + float((voice.floors(year) <= above).sum())

    return Question((), least, compares=True, most=most)


def _single(code: str) -> None:
    if code in eco.AGGREGATES:
        raise AggregateError(
            f"{eco.name_of(code)} is an aggregate and cannot stand among its members",
            hint="name a single economy, or ask for the ratio of the two",
        )


SORTS: dict[str, tuple[str, float, float]] = {  # of a level it is the table's own
    "share": ("share", 0, 1),
    "rank": ("rank", 1, math.inf),
    "years": ("share", 0, 1),
    "ratio": ("ratio", 0, math.inf),
    "count": ("count", 0, math.inf),
}
"""Of each generic measure the kind of its figures and the range that they lie in. A change is in
per cent or in the unit of the table, as it is asked for.
"""

_IN_PERCENT = ("growth", "percent")
_IN_UNITS = ("change", "points", "level", "count", "length", "days", "months", "years")
CHANGES: dict[tuple[str, str], tuple[str, ...]] = {
    ("percent", "value"): _IN_PERCENT,
    ("percent", "share"): _IN_PERCENT,
    ("difference", "value"): _IN_UNITS,
    ("difference", "share"): ("change", "share"),  # of one
}
"""The kinds that a change may have, by its choices `by` and `of`."""


def _chosen(name: str, value: Any, hint: Any) -> Any:
    """A number as its type says; another type is refused, never taken for the default."""
    if hint is float:
        return number(name, value, "1e6")
    if hint is not int:
        return value
    value = whole_number(name, value, "2022" if name == "since" else "3")
    if name == "window" and value < 1:
        raise UsageError(f"a window of {value} years", hint="1 or more")
    return value


def misdeclared(function: Measure, criterion: registry.Criterion) -> Iterator[str]:
    """What a criterion says of a generic measure and is not so, in words: the kind of its figures,
    and a comparison that every figure meets, or none.
    """
    name = function.name  # type: ignore[attr-defined]
    question = getattr(function, "question", "")
    if question == "change":
        yield from _mistaken_change(name, criterion)
    if question not in SORTS:
        return
    given, least, most = SORTS[question]
    comparison, threshold = criterion.comparison, criterion.threshold
    if criterion.kind != given:
        yield f"kind: {name} gives a {given}, and no {criterion.kind}"
    whole = question in ("rank", "count")
    never = comparison == "==" and whole and not threshold.is_integer()
    if never or not either_way(comparison, threshold, least, most):
        reach = f"from {least:g} to {most:g}" if most < math.inf else f"of {least:g} or more"
        yield (
            f"threshold: a {given} is a {'whole ' if whole else ''}number {reach}, so "
            f"{comparison} {threshold:g} is always true of it, or never"
        )


def _mistaken_change(name: str, criterion: registry.Criterion) -> Iterator[str]:
    """As `misdeclared`, of a change, whose unit follows from `by` and `of`."""
    chosen = {"by": "percent", "of": "value"} | criterion.settings
    by, of = str(chosen["by"]), str(chosen["of"])
    unlike = ("by", "of") if by == "difference" else ("by",)
    if mixing := [axis for axis in criterion.axes if axis in unlike]:
        yield (
            f"axes: along {mixing[0]!r} {name} gives figures of unlike units, and one threshold is "
            "for all; declare a criterion for each"
        )
        return
    kinds = CHANGES.get((by, of), (criterion.kind,))  # other words are refused as choices
    if criterion.kind not in kinds:
        told = f"{', '.join(kinds[:-1])} or {kinds[-1]}"
        yield f"kind: {name} by {by} of {of} gives {told}, and no {criterion.kind}"


def faults(function: Measure, name: str, chosen: Any) -> Iterator[str]:
    """What is wrong with a value that a claim gives to a generic measure, in words.

    A column of the table takes its declared values, unless the choice of that name has words of its
    own; an economy is one of those known, a year in words is 'newest' or so many before it.
    """
    table = registry.table(function.table)  # type: ignore[attr-defined]
    column = table.columns.get(name)
    if name == "to":  # another of those that the measure speaks of
        column = next(c for c in table.columns.values() if c.role == "counterpart")
    try:
        if name == "source" and chosen not in (known := [*SOURCES, *registry.sources()]):
            raise UnknownNameError("source", chosen, known)
        elif column is not None and column.type == "economy":
            eco.resolve_all(str(chosen).split(";"))
        elif name == "year" and isinstance(chosen, str):
            years_back(chosen)
        elif name == "window":
            _chosen(name, chosen, int)
        elif chosen and column and column.values and chosen not in column.values:
            raise UnknownNameError(f"{name} of table {table.table}:", chosen, column.values)
    except CaResearchError as error:
        yield "; ".join(filter(None, (error.what, error.hint)))
