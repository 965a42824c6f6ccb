"""Share, rank, change, ratio and count of the figures of any table: measures for claims that need
no code of their own.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pandas as pd

from .. import registry
from ..ground import economies as eco
from ..ground.arguments import number, whole_number
from ..ground.errors import (
    AggregateError,
    CaResearchError,
    UnknownNameError,
    UsageError,
    known_name,
)
from ..ground.periods import years_back
from ..registry.claims import either_way
from ..stats.frames import ROUNDING
from .measures import Measure, by_economy, measure
from .voices import SOURCES, Question, Terms, Voice, answers


def share(of: str, whole: str) -> Question:
    """The share of one counterpart in the figure of `whole`, or in the sum of all listed.

    Formula: x_i / x_whole, or x_i / sum_j x_j without `whole`.
    """
    _single(of)
    if whole:
        return Question((of, whole), lambda v, y: _inside(v.figure(of, y), v.figure(whole, y)))
    return Question(
        (of,), lambda v, y: _part(v.figure(of, y), float(v.listed(y).sum())), compares=True
    )


def rank(of: str) -> Question:
    """The rank of one counterpart among all that are listed, 1 being the largest.

    Formula: 1 + the number of j with x_j > x_i.
    """
    _single(of)

    def answer(voice: Voice, year: int) -> float | None:
        own = voice.figure(of, year)
        return None if own is None else float(1 + (voice.listed(year).drop(of) > own).sum())

    return Question((of,), answer, compares=True)


def ratio(of: str, to: str) -> Question:
    """One counterpart's figure over another's. Formula: x_i / x_j."""
    return Question((of, to), lambda v, y: _ratio(v.figure(of, y), v.figure(to, y)))


def change(of: Question, since: int, window: int, by: str) -> Question:
    """How the answer to a question has changed between two ends, each the mean over a window.

    Formula: 100 (b - a) / a in per cent, or b - a as a difference; a and b are the means over the
    `window` years that end in `since` and in the year asked for.
    """
    base = range(since - window + 1, since + 1)

    def spans(year: int) -> tuple[range, range]:
        return base, range(year - window + 1, year + 1)

    def answer(voice: Voice, year: int) -> float | None:
        ends = [[of.answer(voice, y) for y in span] for span in spans(year)]
        if any(value is None for end in ends for value in end):
            return None
        before, after = (math.fsum(end) / window for end in ends)  # type: ignore[arg-type]
        if by == "difference":
            return after - before
        return None if not before > 0 else 100 * (after - before) / before

    return Question(of.of, answer, spans, of.compares, since)


def value(of: str) -> Question:
    """One counterpart's figure itself."""
    return Question((of,), lambda v, y: v.figure(of, y))


def count(above: float) -> Question:
    """How many single counterparts have a figure above a bound.

    Of one whose figure lacks a part the least is known: below the bound, it may be above it.
    """

    def least(voice: Voice, year: int) -> float:
        return float((voice.listed(year) > above).sum())

    def most(voice: Voice, year: int) -> float:
        return least(voice, year) + float((voice.floors(year) <= above).sum())

    return Question((), least, compares=True, most=most)


def _ratio(part: float | None, whole: float | None) -> float | None:
    return part / whole if part is not None and whole else None


def _part(part: float | None, whole: float | None) -> float | None:
    """A share; of nothing, or of less, there is none."""
    return part / whole if part is not None and whole is not None and whole > 0 else None


def _inside(part: float | None, whole: float | None) -> float | None:
    """As `_part`, of a whole that a source gives: a part above it is of another account."""
    share = _part(part, whole)
    if share is not None and share > 1 + ROUNDING:
        raise UsageError(
            f"a part of {part:.4g} is above the {whole:.4g} it is a share of",
            hint="the total and its parts are not of one account: choose another source",
        )
    return share


def _single(code: str) -> None:
    if code in eco.AGGREGATES:
        raise AggregateError(
            f"{eco.name_of(code)} is an aggregate and cannot stand among its members",
            hint="name a single economy, or ask for the ratio of the two",
        )


Ask = Callable[..., Question]


def _share(counterpart: str, *, whole: Literal["listed", "world"] = "listed") -> Question:
    """The share in the figures of all that are listed, or of the world as the source gives it."""
    return share(counterpart, "WLD" if whole == "world" else "")


def _rank(counterpart: str) -> Question:
    """The rank among all single ones that are listed, 1 being the largest."""
    return rank(counterpart)


def _change(
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
    """
    return change(
        share(counterpart, "") if of == "share" else value(counterpart), since, window, by
    )


def _over(counterpart: str, *, to: str) -> Question:
    """The figure over that of another, both by one source. to: the other."""
    return ratio(counterpart, to)


def _count(*, above: float = 0) -> Question:
    """How many have a figure above a bound, in the unit of the table.

    Those of which a part alone is listed, as exports without imports, may be above it too: they
    leave a range. A source that lists no figure of a part counts nothing.
    """
    return count(above)


QUESTIONS: dict[str, Ask] = {
    "share": _share,
    "rank": _rank,
    "change": _change,
    "ratio": _over,
    "count": _count,
}
"""The generic measures of every table, by the last part of their names."""


SORTS: dict[str, tuple[str, float, float]] = {
    "share": ("share", 0, 1),
    "rank": ("rank", 1, math.inf),
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


def measures(
    table: str, counterpart: str, terms: Callable[..., Terms], *, of_economies: bool = True
) -> tuple[Measure, ...]:
    """The five measures of a table, named `table.share`, `table.rank` and so on.

    Parameters
    ----------
    table : str
        Its name in the registry, and that of the first argument of each measure.
    counterpart : str
        Name of the argument that says whose figure is asked for, for example 'partner'.
    terms : callable
        Makes the terms from the choices of the table, which are its arguments by name; its
        documentation says what they mean.
    of_economies : bool
        Whether a figure is of an economy with another; else it is of a subject, and of none.

    Returns
    -------
    tuple of Measure
        In the order of `QUESTIONS`.
    """
    return tuple(_measure(table, counterpart, terms, kind, of_economies) for kind in QUESTIONS)


def _measure(
    table: str, counterpart: str, terms: Callable[..., Terms], kind: str, of_economies: bool
) -> Measure:
    ask = QUESTIONS[kind]
    own, choices = (dict(inspect.signature(f).parameters) for f in (ask, terms))
    if kind == "ratio":
        choices.pop("listed", None)  # two figures are compared, however many others there are
    hints = get_type_hints(ask) | get_type_hints(terms) | {"return": pd.DataFrame}
    keyword = inspect.Parameter.KEYWORD_ONLY
    named = {
        name: p.replace(annotation=hints[name], kind=keyword) for name, p in (own | choices).items()
    }
    if "counterpart" in named:
        named["counterpart"] = named["counterpart"].replace(name=counterpart)
    year = inspect.Parameter("year", keyword, default="newest", annotation=str | int)
    units = inspect.Parameter("economies", keyword, annotation=Sequence[str])
    frame = inspect.Parameter(
        table, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=pd.DataFrame
    )
    signature = inspect.Signature(
        [frame, *([units] if of_economies else []), *named.values(), year],
        return_annotation=pd.DataFrame,
    )

    def answer(*args: Any, **kwargs: Any) -> pd.DataFrame:
        given = signature.bind(*args, **kwargs)
        given.apply_defaults()
        chosen = given.arguments
        for name, value in chosen.items():
            chosen[name] = _chosen(name, value, hints.get(name))
        asked = {name: chosen[counterpart if name == "counterpart" else name] for name in own}
        if of_economies:
            asked |= {k: eco.resolve(v) for k, v in asked.items() if k in ("counterpart", "to")}
        return answers(
            chosen[table],
            terms(**{name: chosen[name] for name in choices}),
            chosen.get("economies", ()),
            chosen["year"],
            ask(**asked),
        )

    answer.__name__ = answer.__qualname__ = kind
    answer.__doc__ = f"{inspect.getdoc(ask)}\n\n{inspect.getdoc(terms)}"
    answer.__annotations__ = {p.name: p.annotation for p in signature.parameters.values()}
    answer.__signature__ = signature  # type: ignore[attr-defined]
    answer.__wrapped__ = terms  # type: ignore[attr-defined]  # where it is told to be
    answer.table = table  # type: ignore[attr-defined]
    marked = measure(f"{table}.{kind}")(answer)
    return by_economy(marked) if of_economies else marked


def _chosen(name: str, value: Any, hint: Any) -> Any:
    """A choice as its type says; another word or type is refused, never taken for the default."""
    if get_origin(hint) is Literal:
        return known_name(name, value, get_args(hint))
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
    question = name.rpartition(".")[2]
    if not hasattr(function, "table"):
        return
    if question == "change":
        yield from _mistaken_change(name, criterion)
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
    hint = inspect.signature(function).parameters[name].annotation
    own_words = get_origin(hint) is Literal
    column = table.columns.get(name)
    if name == "to":  # another of those that the measure speaks of
        column = next(c for c in table.columns.values() if c.role == "counterpart")
    try:
        if name == "source":
            known = [*SOURCES, *registry.sources()]
            if chosen not in known:
                raise UnknownNameError("source", chosen, known)
        elif column is not None and column.type == "economy":
            eco.resolve(chosen)
        elif name == "year" and isinstance(chosen, str):
            years_back(chosen)
        elif name == "window":
            _chosen(name, chosen, int)
        elif own_words or not chosen or not column or not column.values:
            pass
        elif chosen not in column.values:
            raise UnknownNameError(f"{name} of table {table.table}:", chosen, column.values)
    except CaResearchError as error:
        yield "; ".join(filter(None, (error.what, error.hint)))
