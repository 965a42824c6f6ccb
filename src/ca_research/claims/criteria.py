"""From the estimates of a criterion to its state, over all the ways to compute it.

A criterion *holds* if it is true in the main specification and in at least 80 % of the distinct
ones, *fails* if it is false in the main specification and in at least 80 % of the distinct ones, is
*undecided* where the main specification has no answer, and is *mixed* otherwise (docs/decisions.md
says why the two ends are symmetric).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import pandas as pd

from ..registry import Criterion, Over, Reading
from ..stats import collapse, distinct
from .evidence import EvidenceRows, counted, has_figures, rows_of
from .logic import FAILS, HOLDS, MIXED, UNDECIDED, Truth, count_rule, decide, number
from .verdict import Cell, CriterionResult
from .words import in_words

SHARE = 0.80
"""Share of distinct specifications in which a criterion must be true (or false)."""

_UNSAID = "bounds from what is not reported"
"""What kind of range it is where the measure does not say."""


def scaled(over: Over, economies_judged: int) -> int:
    """'At least k of n', carried to another number of economies: the same share, rounded up (3 of 5
    is 3 of 4, 1 of 1).
    """
    return max(1, math.ceil(over.at_least * economies_judged / len(over.economies)))


class _Answer(NamedTuple):
    """What a measure says of one economy (or of none) in one specification."""

    estimate: float | None
    low: float | None
    high: float | None
    year: int | None
    missing: str
    about: Mapping[str, str]
    interval: str


def _answers(rows: EvidenceRows) -> dict[Any, dict[str, _Answer]]:
    """Answers of each specification by economy."""
    found: dict[Any, dict[str, _Answer]] = {}
    for row in rows:
        estimate, low, high, year = (
            number(row.get(name)) for name in ("estimate", "low", "high", "last_year")
        )
        missing, about, interval = (row.get(name) for name in ("missing", "about", "interval"))
        ranged = low is not None or high is not None
        found.setdefault(row["spec"], {})[row.get("economy") or ""] = _Answer(
            estimate,
            low,
            high,
            None if year is None else int(year),
            missing if isinstance(missing, str) else "",
            about if isinstance(about, dict) else {},
            interval if isinstance(interval, str) and ranged else "",
        )
    return found


def _cells(
    criterion: Criterion, answers: Mapping[str, _Answer], judged: Iterable[str]
) -> list[Cell]:
    failed = answers.get(
        ""
    )  # a specification that failed as a whole says why for all of its economies
    why = (failed.missing if failed else "") or "no figures"
    cells = []
    for code in judged:
        if (found := answers.get(code)) is None:
            cells.append(Cell(code, None, None, None, None, None, why))
            continue
        met = decide(
            found.estimate, found.low, found.high, criterion.comparison, criterion.threshold
        )
        cells.append(
            Cell(code, *found[:3], met, found.year, found.missing, found.about, found.interval)
        )
    return cells


def _truth(criterion: Criterion, cells: list[Cell]) -> Truth:
    if not cells:
        return None  # a count over no economy decides nothing
    if criterion.over is None:
        return cells[0].met
    return count_rule((c.met for c in cells), scaled(criterion.over, len(cells)))


def _bars(criterion: Criterion, rows: EvidenceRows) -> dict[Any, Criterion]:
    """The criterion under the bars of each specification."""
    return {row["spec"]: criterion.at(row) for row in rows}


def specification_truths(
    criterion: Criterion, rows: pd.DataFrame, judged: list[str]
) -> pd.DataFrame:
    """Every specification of a criterion: spec, is_main, value, low, high and met (true, false,
    null).

    For a count over several economies value is how many meet the comparison and high adds those
    that are undecided; for one economy, or a figure of none in particular, it is the measure
    itself.
    """
    codes = counted(criterion, judged) if criterion.over else [""]
    truths = []
    told = rows_of(rows)
    mains, bars = {row["spec"] for row in told if row["is_main"]}, _bars(criterion, told)
    for spec, answers in sorted(_answers(told).items()):
        cells = _cells(bars[spec], answers, codes)
        if len(codes) != 1:
            held, open_ = sum(c.met is True for c in cells), sum(c.met is None for c in cells)
            value, low, high = (
                (float(held), float(held), float(held + open_))
                if open_ < len(cells)
                else (None, None, None)
            )
        else:
            value, low, high = cells[0].estimate, cells[0].low, cells[0].high
        truths.append(
            {
                "spec": spec,
                "is_main": spec in mains,
                "value": value,
                "low": low,
                "high": high,
                "met": _truth(bars[spec], cells),
            }
        )
    table = pd.DataFrame(truths, columns=["spec", "is_main", "value", "low", "high", "met"])
    return table.astype({"value": "float64", "low": "float64", "high": "float64"})


def judge_criterion(
    criterion: Criterion,
    evidence: pd.DataFrame | EvidenceRows,
    methods: list[str],
    judged: list[str],
) -> CriterionResult:
    """One criterion over all its specifications. `evidence`: of this criterion, as a frame or as
    its rows; `judged`: economies counted over.
    """
    rows = rows_of(evidence)
    codes = counted(criterion, judged) if criterion.over else [""]
    used_methods = [m for m in methods if m in criterion.every_axis]
    stands_for = collapse(rows, used_methods)
    # a specification without any data is a recorded failure; it says nothing for or against
    chosen = distinct(rows, used_methods)
    answers, bars = _answers(rows), _bars(criterion, rows)
    cells = {spec: _cells(bars[spec], answers[spec], codes) for spec in chosen}
    truths = {spec: _truth(bars[spec], cells[spec]) for spec in chosen}

    mains = [row["spec"] for row in rows if row["is_main"]]
    # with the main specification's sources left out, the first one declared that still has data
    # takes its place
    main = stands_for[mains[0]] if len(mains) else (chosen[0] if chosen else None)
    if main not in chosen:
        state, share, main_met = UNDECIDED, None, None
        main_cells = _cells(criterion, answers.get(main, {}), codes)
    else:
        main_cells = cells[main]
        share_true = sum(t is True for t in truths.values()) / len(chosen)
        share_false = sum(t is False for t in truths.values()) / len(chosen)
        share = share_true
        main_met = truths[main]
        if truths[main] is None:
            state = UNDECIDED
        elif truths[main] and share_true >= SHARE:
            state = HOLDS
        elif not truths[main] and share_false >= SHARE:
            state = FAILS
        else:
            state = MIXED

    if not main_cells:
        why = (
            "none of the economies that it counts is judged here"
            if criterion.over
            else "no figures"
        )
        main_cells = [Cell("", None, None, None, None, None, why)]
    decided = [c for c in main_cells if c.met is not None]
    common: dict[str, Any] = {
        "name": criterion.name,
        "label": criterion.label,
        "statement": criterion.statement,
        "state": state,
        "main_met": main_met,
        "agreeing": sum(t is main_met for t in truths.values()) if main_met is not None else 0,
        "counted": criterion.counted,
        "share_of_specifications": share,
        "specifications": len(chosen),
        "run": len({row["spec"] for row in rows}),
        "failed": len({row["spec"] for row in rows} - {r["spec"] for r in rows if has_figures(r)}),
        "n": int(sum(number(row.get("n")) or 0 for row in rows if row["spec"] == main)),
        "why": criterion.why,
        "measure": criterion.measure,
        "kind": criterion.kind,
        "unit": criterion.unit,
    }
    if criterion.over:
        held = sum(c.met is True for c in main_cells)
        open_ = len(main_cells) - len(decided)
        return CriterionResult(
            **common,
            estimate=float(held),
            low=float(held),
            high=float(held + open_),
            interval="undecided economies counted for and against" if open_ else "exact count",
            threshold=float(scaled(criterion.over, len(main_cells))),
            comparison=">=",
            cell_threshold=criterion.threshold,
            cell_comparison=criterion.comparison,
            cells=tuple(main_cells),
        )
    only = main_cells[0]
    low, high, interval = _interval(only, [own[0] for own in cells.values() if own])
    return CriterionResult(
        **common,
        estimate=only.estimate,
        low=low,
        high=high,
        interval=interval,
        threshold=criterion.threshold,
        comparison=criterion.comparison,
        cells=(only,),
    )


def _interval(main: Cell, ways: Iterable[Cell]) -> tuple[float | None, float | None, str]:
    """Low, high, and what kind of interval they are: the bounds that the main specification has
    itself, or else the range over all ways to calculate it, each with its bounds. An end that any
    of them leaves open is open.
    """
    told = [main] if main.ranged else [c for c in ways if c.ranged or c.estimate is not None]
    if not told:
        return None, None, ""
    if len(told) == 1 and told[0].ranged:
        return told[0].low, told[0].high, told[0].interval or _UNSAID
    lows = [c.low if c.ranged else c.estimate for c in told]
    highs = [c.high if c.ranged else c.estimate for c in told]
    low, high = _end(min, lows), _end(max, highs)
    number = in_words(len(told))
    if low is None or low != high:
        return low, high, f"range across {number} ways to calculate it"
    every = "both" if len(told) == 2 else f"all {number}"
    return low, high, "one figure" if len(told) == 1 else f"the same in {every} ways"


def _end(farthest: Callable[..., float], ends: list[float | None]) -> float | None:
    """The farthest of some ends of ranges; None where one is open."""
    known = [end for end in ends if end is not None]
    return farthest(known) if len(known) == len(ends) else None


def judge_criteria(
    reading: Reading,
    evidence: pd.DataFrame | EvidenceRows,
    methods: list[str],
    judged: list[str],
) -> dict[str, CriterionResult]:
    """Every criterion of a reading, judged by its rows of an estimates frame."""
    rows: dict[str, list[dict[str, Any]]] = {c.name: [] for c in reading.criteria}
    for row in rows_of(evidence):
        if row["criterion"] in rows:
            rows[row["criterion"]].append(row)
    return {c.name: judge_criterion(c, rows[c.name], methods, judged) for c in reading.criteria}
