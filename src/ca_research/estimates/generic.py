"""Share, rank, change, ratio and count of the figures of any table: measures for claims that need
no code of their own.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from functools import update_wrapper
from typing import Any, Literal

import pandas as pd

from ..ground import economies as eco
from ..ground.arguments import how_many
from ..ground.errors import AggregateError, UsageError
from ..stats.frames import ROUNDING
from .frame import Estimate
from .kinds import TABLE_UNIT, Chosen
from .measures import measure
from .series import pick
from .voices import Answer, Question, Terms, Voice, answers

OF_TABLE = (
    "base",
    "table",
    "part",
    "parts",
    "roles",
    "each_speaks",
    "mirrored",
    "over",
    "level",
    "for_each",
    "per",
    "lacking",
)
"""Arguments that say how a table is read, which a declaration sets and a claim does not."""


def _general(ask: Callable[..., Question]) -> Callable[..., list[Estimate]]:
    """What asks a question of any table: its own arguments, those of `Terms`, and the year.

    figures: a table, or rows like it. economies: codes or names of those whose figures they are; []
    of a table of none, where there is one row. base: the table that `per` divides by. year:
    'newest' (in which the figure is there), 'newest-1' (the one before it) and so on, or a year.
    """
    terms = inspect.signature(Terms, eval_str=True).parameters

    def answer(
        figures: pd.DataFrame,
        *,
        base: pd.DataFrame | None = None,
        economies: Sequence[str],
        year: str | int = "newest",
        **chosen: Any,
    ) -> list[Estimate]:
        table = Terms(**{name: chosen.pop(name) for name in terms.keys() & chosen.keys()})
        of_economies = table.column("unit") and not table.over
        for name in {"counterpart", "to"} & chosen.keys() if of_economies else ():
            chosen[name] = ";".join(eco.resolve_all(filter(None, chosen[name].split(";"))))
        question = ask(**chosen)
        groups = eco.AGGREGATES if question.compares and table.bloc == "listed" else ()
        for code in filter(groups.__contains__, question.of):
            raise AggregateError(
                f"{eco.name_of(code)} is an aggregate and cannot stand among its members",
                hint="name a single economy, or bloc: members",
            )
        return answers(figures, base, table, economies, year, question)

    alone = inspect.Parameter.KEYWORD_ONLY
    *mine, when, _ = inspect.signature(answer, eval_str=True).parameters.values()
    asked = inspect.signature(ask, eval_str=True).parameters
    choices = (choice.replace(kind=alone) for choice in (*asked.values(), *terms.values()))
    signature = inspect.Signature([*mine, *choices, when])
    update_wrapper(answer, ask)
    answer.__doc__ = f"{inspect.getdoc(ask)}\n\n{inspect.getdoc(Terms)}"
    vars(answer).update(__signature__=signature, question=ask.__name__, of_table=OF_TABLE)
    return answer


@measure("series.level", kind="level", unit=TABLE_UNIT)
@_general
def level(counterpart: str) -> Question:
    """The figure itself, in the unit of the table; '' of a table without counterparts."""
    return _figure(counterpart)


def _figure(of: str) -> Question:
    return Question((of,), _of_listed(lambda listed: listed[of]), in_unit=True)


def _of_listed(answer: Callable[[pd.Series], float | None]) -> Answer:
    """An answer by what is listed in the year alone."""
    return lambda voice, year: answer(voice.listed(year))


@measure("series.share", kind="share", unit="share")
@_general
def share(counterpart: str, *, whole: Literal["listed", "world"] = "listed") -> Question:
    """The share in the figures of all that are listed, or of the world as the source gives it.

    Formula: x_i / sum_j x_j, or x_i / x_world.
    """
    if whole == "listed":
        return _share(counterpart)

    def inside(listed: pd.Series) -> float | None:
        fraction = _part(listed[counterpart], listed["WLD"])
        if fraction is not None and fraction > 1 + ROUNDING:
            raise UsageError(
                f"a part is {fraction:.4g} times the total that it is a share of",
                hint="the total and its parts are not of one account: choose another source",
            )
        return fraction

    return Question((counterpart, "WLD"), _of_listed(inside))


def _share(of: str) -> Question:
    among = _of_listed(lambda listed: _part(listed[of], listed.sum()))
    return Question((of,), among, compares=True)


def _part(part: float, whole: float) -> float | None:
    """A share; of nothing, or of less, there is none."""
    return part / whole if whole > 0 else None


@measure("series.rank", kind="rank")
@_general
def rank(counterpart: str) -> Question:
    """The rank among all single ones that are listed, 1 being the largest.

    Formula: 1 + the number of j with x_j > x_i.
    """
    place = _of_listed(lambda listed: float(1 + (listed > listed[counterpart]).sum()))
    return Question((counterpart,), place, compares=True)


@measure("series.years", kind="years in which", unit="share")
@_general
def years(counterpart: str, *, since: int, places: int = 1, to: str = "") -> Question:
    """Share of the years since one in which it was first of all single ones that are listed, or
    ahead of one of them.

    since: the first of the years, each of which has to be listed. places: 2 where it may also be
    second, and so on. to: the one that it has to be ahead of; '' for all.
    """

    def answer(voice: Voice, year: int) -> float | None:
        every = [voice.listed(y) for y in range(since, year + 1)]
        if to:
            first = [listed[counterpart] > listed[to] for listed in every]
        else:
            first = [(listed > listed[counterpart]).sum() < places for listed in every]
        return sum(first) / len(every)

    of = (counterpart, to) if to else (counterpart,)
    return Question(of, answer, lambda year: (range(since, year + 1),), compares=not to)


@measure("series.ratio", kind="ratio")
@_general
def ratio(counterpart: str, *, to: str) -> Question:
    """The figure over that of another, both by one source. to: the other. Formula: x_i / x_j."""
    over = _of_listed(lambda listed: listed[counterpart] / listed[to] if listed[to] else None)
    return Question((counterpart, to), over)


def _kind_of_change(chosen: Chosen) -> str:
    return "change a year" if chosen["by"] == "per_year" else "change"


def _unit_of_change(chosen: Chosen) -> str:
    if chosen["by"] != "difference":
        return "per cent"
    return "share" if chosen["of"] == "share" else TABLE_UNIT


@measure("series.change", kind=_kind_of_change, unit=_unit_of_change)
@_general
def change(
    counterpart: str,
    *,
    since: int,
    window: int = 1,
    of: Literal["value", "share"] = "value",
    by: Literal["percent", "per_year", "difference"] = "percent",
) -> Question:
    """How the figure, or its share among those listed, has changed since a year.

    since: the year compared with. window: years over which both ends are averaged, each the last of
    its window. by: 'percent', 'per_year' (compound, in per cent) or 'difference' (in the unit; of a
    share, parts of one). Both ends are of one source.
    Formula: 100 (b - a) / a in per cent, 100 ((b / a)^(1 / n) - 1) over n years, or b - a as a
    difference; a and b are the means over the `window` years that end in `since` and in the year
    asked for.
    """
    how_many("window", window)
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
        if not before > 0 or (by == "per_year" and after < 0):
            return None
        if by == "per_year":
            return 100 * float((after / before) ** (1 / (year - since)) - 1)
        return 100 * (after - before) / before

    in_unit = each.in_unit and by == "difference"
    return Question((counterpart,), answer, spans, each.compares, since, in_unit=in_unit)


@measure("series.count", kind="count")
@_general
def count(*, above: float = 0) -> Question:
    """How many single counterparts have a figure above a bound, in the unit of the table.

    Those of which a part alone is listed, as exports without imports, may be above it too: they
    leave a range. A source that lists no figure of a part counts nothing.
    """

    def most(voice: Voice, year: int) -> float:
        return float((voice.listed(year) > above).sum() + (voice.floors(year) <= above).sum())

    least = _of_listed(lambda listed: float((listed > above).sum()))
    return Question((), least, compares=True, most=most)


@measure("series.concentration", kind="share", unit="share")
@_general
def concentration() -> Question:
    """How concentrated the figures are on few of those listed: the index of Herfindahl and
    Hirschman.

    Formula: sum_i (x_i / sum_j x_j)^2. Hirschman (1964), American Economic Review 54(5).
    """
    index = _of_listed(lambda x: _part(float((x**2).sum()), float(x.sum()) ** 2))
    return Question((), index, compares=True)


@measure("series.overlap", kind="share", unit="share")
@_general
def overlap() -> Question:
    """How far two parts of the figures offset each other, as exports and imports of the same
    products do: the index of Grubel and Lloyd.

    Formula: 1 - sum_i |x_i - m_i| / sum_i (x_i + m_i). Grubel and Lloyd (1975), Intra-Industry
    Trade, eq. 2.10.
    """

    def answer(voice: Voice, year: int) -> float | None:
        rows = pick(voice.rows, year=year)
        sides = rows.pivot(index="other", columns="part", values="amount").fillna(0)
        apart = sides.diff(axis=1).abs().to_numpy()[:, 1].sum()
        share = _part(float(apart), float(rows["amount"].sum()))
        return None if share is None else 1 - share

    return Question((), answer, compares=True)
