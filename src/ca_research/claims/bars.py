"""A criterion asked at other bars: at which values its answer turns, on figures that are measured
already.

The answer changes only at figures themselves. Of each specification two of them matter: the one up
to which it says yes, and the one from which it says no; of a count over economies those of the
economy that completes the count.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd

from ..ground.numbers import number as number_words
from ..registry import Criterion
from .criteria import judge_criterion, scaled, state_of, ways_of
from .evidence import EvidenceRows, counted
from .logic import number
from .rule import Judged, apply_rule
from .words import STATE_WORDS, in_words, said

THRESHOLD, AT_LEAST = "threshold", "at_least"
COLUMNS = ["bar", "low", "high", "closed", "state", "main_met", "is_declared"]
"""Columns of `turning_points`."""
_DIGITS = 10
_CLOSED = {">": "left", "<=": "left", ">=": "right", "<": "right"}
"""At which end the ranges of bars that give one answer have their own figure, by the comparison."""


def turning_points(
    criterion: Criterion, rows: EvidenceRows, methods: list[str], judged: list[str]
) -> pd.DataFrame:
    """The ranges of its bars in which a criterion has one answer.

    Parameters
    ----------
    criterion : Criterion
        As it is declared.
    rows : list of dict
        The evidence of this criterion, all specifications.
    methods : list of str
        Axes of the claim that are methods.
    judged : list of str
        Economies that are counted over.

    Returns
    -------
    pandas.DataFrame
        One row for each range, in order: ``bar`` ('threshold', and 'at_least' for a count over
        several economies), ``low`` and ``high`` (infinite at the ends of a threshold), ``closed``
        ('left', 'right' or 'both': which ends belong to it), ``state``, ``main_met`` (what the main
        specification says), ``is_declared`` (whether the declared bar lies in it). All
        specifications have the same threshold. That of '==' is not moved.
    """
    parts = list[tuple[Any, ...]]()
    if criterion.comparison in _CLOSED and rows:
        others = {bar: axis for bar, axis in criterion.bars.items() if bar != THRESHOLD}
        parts += _thresholds(criterion.model_copy(update={"bars": others}), rows, methods, judged)
    codes = counted(criterion, judged) if criterion.over else []
    if len(codes) > 1 and rows:
        parts += _numbers(criterion, rows, methods, codes)
    return pd.DataFrame(parts, columns=COLUMNS)


def _thresholds(
    criterion: Criterion, rows: EvidenceRows, methods: list[str], judged: list[str]
) -> list[tuple[Any, ...]]:
    chosen, main, _ = ways_of(criterion, rows, methods)
    sign, codes = 1 if criterion.comparison[0] == ">" else -1, counted(criterion, judged)
    yes, no = _ends(criterion, rows, codes if criterion.over else [""], sign)
    until, since = np.sort([yes[s] for s in chosen]), np.sort([no[s] for s in chosen])
    figures = np.unique([*until, *since])
    figures = figures[np.isfinite(figures)]
    strict = criterion.comparison in (">", "<")  # a figure that is the bar does not meet it
    outside = -math.inf if strict else math.inf
    at = np.array(sorted([*figures, outside]))
    met = len(until) - np.searchsorted(until, at, "right" if strict else "left")
    missed = np.searchsorted(since, at, "right" if strict else "left")
    answers = list[tuple[str, bool | None]]()
    for bar, true, false in zip(at, met, missed, strict=True):
        main_met = None
        if main in chosen:
            says_no = no[main] <= bar if strict else no[main] < bar
            says_yes = yes[main] > bar if strict else yes[main] >= bar
            main_met = True if says_yes else False if says_no else None
        agreeing = 0 if main_met is None else int(true if main_met else false)
        answers.append((state_of(main_met, agreeing, len(chosen)), main_met))
    edges = [*at, math.inf] if strict else [-math.inf, *at]
    spans = list(zip(edges, edges[1:], answers, strict=False))
    if sign < 0:
        spans = [(-high or 0.0, -low or 0.0, answer) for low, high, answer in reversed(spans)]
    closed, declared = _CLOSED[criterion.comparison], _rounded(criterion.threshold)
    parts = []
    for (state, main_met), group in groupby(spans, key=lambda span: span[2]):
        of = list(group)
        low, high = float(of[0][0]), float(of[-1][1])
        inside = low <= declared < high if closed == "left" else low < declared <= high
        parts.append((THRESHOLD, low, high, closed, state, main_met, inside))
    return parts


def _ends(
    criterion: Criterion, rows: EvidenceRows, codes: list[str], sign: int
) -> tuple[dict[Any, float], dict[Any, float]]:
    """Of each specification the figure up to which a bar is met for sure, and the one from which it
    is missed for sure; sign: -1 for a comparison with '<', whose figures are turned round.
    """
    least: dict[Any, dict[str, float]] = {}
    most: dict[Any, dict[str, float]] = {}
    needed: dict[Any, int] = {}
    for row in rows:
        spec, low, high = row["spec"], number(row["low"]), number(row["high"])
        if low is None and high is None:
            low = high = number(row["estimate"])
        ends = sorted(
            sign * _rounded(unknown if end is None else end)
            for end, unknown in ((low, -math.inf), (high, math.inf))
        )
        least.setdefault(spec, {})[row["economy"]] = ends[0]
        most.setdefault(spec, {})[row["economy"]] = ends[1]
        over = criterion.at(row).over
        needed.setdefault(spec, scaled(over, len(codes)) if over and codes else 1)

    def completing(of: Mapping[str, float], unknown: float, least: int) -> float:
        figures = sorted((of.get(code, unknown) for code in codes), reverse=True)
        return figures[least - 1] if figures else unknown

    return (
        {spec: completing(of, -math.inf, needed[spec]) for spec, of in least.items()},
        {spec: completing(of, math.inf, needed[spec]) for spec, of in most.items()},
    )


def _rounded(value: float) -> float:
    """A figure without the noise of floating point."""
    return float(f"{value:.{_DIGITS}g}")


def _numbers(
    criterion: Criterion, rows: EvidenceRows, methods: list[str], codes: list[str]
) -> list[tuple[Any, ...]]:
    """The same for how many economies are needed."""
    assert criterion.over is not None
    bars = {bar: axis for bar, axis in criterion.bars.items() if bar != AT_LEAST}
    answers = []
    for least in range(1, len(codes) + 1):
        over = criterion.over.model_copy(update={"economies": tuple(codes), "at_least": least})
        moved = criterion.model_copy(update={"bars": bars, "over": over})
        result = judge_criterion(moved, rows, methods, codes)
        answers.append((least, (result.state, result.main_met)))
    declared = scaled(criterion.over, len(codes))
    parts = []
    for (state, main_met), group in groupby(answers, key=lambda answer: answer[1]):
        of = [least for least, _ in group]
        inside = declared in of
        parts.append((AT_LEAST, of[0], of[-1], "both", state, main_met, inside))
    return parts


def with_verdicts(ranges: pd.DataFrame, judged: Judged, name: str) -> pd.DataFrame:
    """The ranges of a criterion with the ``verdict`` of a reading in each, all else as it is.

    ranges: as from `turning_points`. judged: the reading. name: of the criterion.
    """
    mains = {one: result.main_met for one, result in judged.results.items()}
    words = [
        apply_rule(judged.reading, {**judged.states, name: state}, {**mains, name: met})[0]
        for state, met in zip(ranges["state"], ranges["main_met"], strict=True)
    ]
    return ranges.assign(verdict=words)


def bar_sentences(criterion: Criterion, ranges: pd.DataFrame) -> list[str]:
    """What a criterion would come to at other bars, a sentence for each bar that can be moved.

    ranges: as from `with_verdicts`.
    """
    heads = {
        THRESHOLD: "At other thresholds",
        AT_LEAST: f"Asked of other numbers of {_noun(criterion)}",
    }
    return [
        f"{head}: {_in_words(criterion, ranges[ranges['bar'] == bar])}"
        for bar, head in heads.items()
        if (ranges["bar"] == bar).any()
    ]


def _noun(criterion: Criterion) -> str:
    return "countries" if criterion.counted == "economies" else criterion.counted


def _in_words(criterion: Criterion, ranges: pd.DataFrame) -> str:
    """The answers at all bars that a figure could reach, in order."""
    rows = reached(criterion, ranges)
    alike = [(row.state, row.verdict) for row in rows]
    if len({*alike}) == 1:
        return f"{STATE_WORDS[rows[0].state]} at every one of them."
    turns = len({verdict for _, verdict in alike}) > 1
    parts = [
        f"{STATE_WORDS[row.state]} {span_words(criterion, row)}" + f" ({row.verdict})" * turns
        for row in rows
    ]
    stays = "" if turns else f" The verdict stays “{rows[0].verdict}”."
    return f"{', '.join(parts)}.{stays}"


def reached(criterion: Criterion, ranges: pd.DataFrame) -> list[Any]:
    """The ranges as rows, joined where answer and verdict are the same, without those in which no
    figure could lie.
    """
    least, most = criterion.bounds or (-math.inf, math.inf)
    within = [
        row
        for row in ranges.itertuples()
        if row.bar == AT_LEAST or (row.low < most and row.high > least)
    ]
    groups = (list(g) for _, g in groupby(within, key=lambda row: (row.state, row.verdict)))
    return [group[0]._replace(high=group[-1].high) for group in groups]


def span_words(criterion: Criterion, row: Any) -> str:
    """A range of bars in words: 'below 24%', 'for three to five'."""
    if row.bar == AT_LEAST:
        low, high = in_words(int(row.low)), in_words(int(row.high))
        return f"for {low}" if low == high else f"for {low} to {high}"
    low, high = (_figure(criterion, end) for end in (row.low, row.high))
    forms = _SPANS[row.closed]
    form = forms[0] if not low else forms[1] if not high else forms[2]
    return form.format(low=low, high=high)


_SPANS = {
    "left": ("below {high}", "from {low} on", "from {low} to below {high}"),
    "right": ("up to {high}", "above {low}", "above {low} up to {high}"),
}


def _figure(criterion: Criterion, end: float) -> str:
    """An end of a range as its criterion says figures, counts in digits; '' for one without end."""
    if math.isinf(end):
        return ""
    kind = criterion.kind
    return number_words(end) if kind == "count" else said(end, kind, criterion.threshold)


def answers_by_bar(
    judged: Iterable[Judged], ranges: Mapping[str, pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    """The ranges of each criterion with the verdicts of the first reading that asks it."""
    first: dict[str, Judged] = {}
    for one in judged:
        for name in one.results:
            first.setdefault(name, one)
    return {name: with_verdicts(ranges[name], one, name) for name, one in first.items()}
