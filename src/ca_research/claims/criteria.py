"""From the estimates of a criterion to its state, over all the ways to compute it.

A criterion *holds* if it is true in the main specification and in at least 80 % of the distinct
ones, *fails* if it is false in the main specification and in at least 80 % of the distinct ones, is
*undecided* where the main specification has no answer, and is *mixed* otherwise (docs/decisions.md
says why the two ends are symmetric).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from ..estimates import estimate_row
from ..registry import Criterion, Over
from ..stats import collapse, distinct
from .evidence import EvidenceRows, counted, has_figures
from .logic import FAILS, HOLDS, MIXED, UNDECIDED, Truth, count_rule, decide, number
from .verdict import Cell, CriterionResult
from .words import in_words

SHARE = 0.80
"""Share of distinct specifications in which a criterion must be true (or false)."""

_NOBODY = "none of the economies that it counts is judged here"
_ENDS = ("low", "high")
_FIGURES = ("value", *_ENDS)
_UNSAID = "bounds from what is not reported"
"""What kind of range it is where the measure does not say."""


def scaled(over: Over, economies_judged: int) -> int:
    """'At least k of n', carried to another number of economies: the same share, rounded up (3 of 5
    is 3 of 4, 1 of 1).
    """
    return max(1, math.ceil(over.at_least * economies_judged / len(over.economies)))


def _cell(criterion: Criterion, code: str, row: Mapping[str, Any]) -> Cell:
    """What a row of evidence says of one economy, or of none."""
    estimate, low, high, since, year = (
        number(row[name]) for name in ("estimate", "low", "high", "first_year", "last_year")
    )
    met = decide(estimate, low, high, criterion.comparison, criterion.threshold)
    interval = "" if low is None and high is None else row["interval"]
    since, year = (None if one is None else int(one) for one in (since, year))
    about = row["about"] or {}
    return Cell(code, estimate, low, high, met, year, row["missing"], about, interval, since)


def _ways(
    criterion: Criterion, rows: EvidenceRows, codes: list[str]
) -> dict[Any, tuple[list[Cell], Truth]]:
    """Of each specification its cells, and whether the criterion is true there, under its bars.

    One that failed as a whole says why for all of its economies. A count over no economy decides
    nothing.
    """
    specs: dict[Any, dict[str, Mapping[str, Any]]] = defaultdict(dict)
    for row in rows:
        specs[row["spec"]][row["economy"]] = row
    ways = {}
    for spec, by_code in specs.items():
        barred = criterion.at(next(iter(by_code.values())))
        failed = estimate_row(missing=by_code.get("", {}).get("missing") or "no figures")
        cells = [_cell(barred, code, by_code.get(code, failed)) for code in codes]
        met = cells[0].met if cells else None
        if cells and barred.over:
            met = count_rule([c.met for c in cells], scaled(barred.over, len(cells)))
        ways[spec] = cells, met
    return ways


def curve(criterion: Criterion, rows: EvidenceRows, judged: list[str]) -> pd.DataFrame:
    """Every specification of a criterion: spec, is_main, value, low, high, met (true, false, null),
    and its choices.

    For a count over several economies value is how many meet the comparison and high adds those
    that are undecided; for one economy, or a figure of none in particular, it is the measure
    itself.
    """
    firsts = {row["spec"]: row for row in reversed(rows)}
    codes = counted(criterion, judged) if criterion.over else [""]
    lines = []
    for spec, (cells, met) in sorted(_ways(criterion, rows, codes).items()):
        mets = [cell.met for cell in cells]
        held, open_ = mets.count(True), mets.count(None)
        line: dict[str, Any] = {"met": met, "value": held, "low": held, "high": held + open_}
        if len(cells) == 1:
            line |= {"value": cells[0].estimate, "low": cells[0].low, "high": cells[0].high}
        elif open_ == len(cells):
            line = {"met": met}
        lines.append({**firsts[spec], "value": None, "low": None, "high": None, **line})
    columns = ["spec", "is_main", *_FIGURES, "met", *criterion.every_axis]
    types = dict.fromkeys(criterion.every_axis, "object") | dict.fromkeys(_FIGURES, "float64")
    return pd.DataFrame(lines, columns=columns).astype(types)


def ways_of(
    criterion: Criterion, rows: EvidenceRows, methods: list[str]
) -> tuple[Any, Any, dict[Any, Any]]:
    """The distinct specifications of a criterion, the main one, and which stands for each."""
    own_methods = [m for m in methods if m in criterion.every_axis]
    # a specification without any data is a recorded failure; it says nothing for or against
    chosen, stands_for = distinct(rows, own_methods), collapse(rows, own_methods)
    # with the main specification's sources left out, the first one declared that still has data
    # takes its place
    mains = [row["spec"] for row in rows if row["is_main"]]
    return chosen, stands_for[mains[0]] if mains else next(iter(chosen), None), stands_for


def state_of(main_met: Truth, agreeing: int, ways: int) -> str:
    """The state of a criterion by what its main specification says, with how many of all."""
    if main_met is None:
        return UNDECIDED
    return (HOLDS if main_met else FAILS) if agreeing / ways >= SHARE else MIXED


def judge_criterion(
    criterion: Criterion,
    rows: EvidenceRows,
    methods: list[str],
    judged: list[str],
) -> CriterionResult:
    """One criterion over all its specifications. `rows`: the evidence of this criterion; `judged`:
    economies counted over.
    """
    chosen, main, stands_for = ways_of(criterion, rows, methods)
    codes = counted(criterion, judged) if criterion.over else [""]
    ways = _ways(criterion, [row for row in rows if row["spec"] in {*chosen, main}], codes)
    truths = [ways[spec][1] for spec in chosen]
    cells, main_met = ways.get(main, ([], None))
    main_met = main_met if main in chosen else None
    agreeing = truths.count(main_met) if main_met is not None else 0
    state = state_of(main_met, agreeing, len(chosen))
    over, with_data = criterion.over, {row["spec"] for row in rows if has_figures(row)}
    cells = cells or [_cell(criterion, "", estimate_row(missing=_NOBODY))]
    mets = [cell.met for cell in cells]
    held, open_ = float(mets.count(True)), mets.count(None)
    low, high, interval = _interval(cells[0], [ways[spec][0][0] for spec in chosen if not over])
    if over:
        low, high = held, held + open_
        interval = "undecided economies counted for and against" if open_ else "exact count"
    shared = ("name", "label", "statement", "counted", "why", "measure", "kind", "unit")
    return CriterionResult(
        **{name: getattr(criterion, name) for name in shared},
        estimate=held if over else cells[0].estimate,
        low=low,
        high=high,
        interval=interval,
        state=state,
        main_met=main_met,
        agreeing=agreeing,
        share_of_specifications=truths.count(True) / len(chosen) if main in chosen else None,
        specifications=len(chosen),
        run=len(stands_for),
        failed=len(stands_for.keys() - with_data),
        n=int(sum(row["n"] for row in rows if row["spec"] == main)),
        threshold=float(scaled(over, len(cells))) if over else criterion.threshold,
        comparison=">=" if over else criterion.comparison,
        cell_threshold=criterion.threshold if over else None,
        cell_comparison=criterion.comparison if over else None,
        cells=tuple(cells),
    )


def _interval(main: Cell, ways: Iterable[Cell]) -> tuple[float | None, float | None, str]:
    """Low, high, and what kind of interval they are: the bounds that the main specification has
    itself, or else the range over all ways to calculate it, each with its bounds. An end that any
    of them leaves open is open.
    """
    cells = [main] if main.ranged else [c for c in ways if c.ranged or c.estimate is not None]
    if not cells:
        return None, None, ""
    if len(cells) == 1 and cells[0].ranged:
        return cells[0].low, cells[0].high, cells[0].interval or _UNSAID
    lows, highs = ([getattr(c, end if c.ranged else "estimate") for c in cells] for end in _ENDS)
    low, high = None if None in lows else min(lows), None if None in highs else max(highs)
    many, number = len(cells), in_words(len(cells))
    if low is None or low != high:
        return low, high, f"range across {number} ways to calculate it"
    every = "both" if many == 2 else f"all {number}"
    return low, high, "one figure" if many == 1 else f"the same in {every} ways"
