"""From evidence to verdict: criteria over their universes, the rule over the criteria, fragility by leaving out.

A criterion *holds* if it is true in the main specification and in at least 80 % of the distinct ones, *fails* if it
is false in the main specification and in at least 80 % of the distinct ones, is *undecided* where the main
specification has no answer, and is *mixed* otherwise (docs/decisions.md says why the two ends are symmetric).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from typing import Any

import pandas as pd

from .. import economies
from ..registry import ClaimSpec, Criterion, Over, Reading
from ..stats import collapse, distinct
from .evidence import Evidence, counted
from .logic import FAILS, HOLDS, MIXED, UNDECIDED, Truth, count_rule, decide, evaluate
from .verdict import Cell, CriterionResult, Verdict

SHARE = 0.80
"""Share of distinct specifications in which a criterion must be true (or false)."""


def scaled(over: Over, economies_judged: int) -> int:
    """'At least k of n', carried to another number of economies: the same share, rounded up (3 of 5 is 3 of 4, 1 of 1)."""
    return max(1, math.ceil(over.at_least * economies_judged / len(over.economies)))


def _cells(criterion: Criterion, rows: pd.DataFrame, judged: Iterable[str]) -> list[Cell]:
    by_economy = {r.economy: r for r in rows.itertuples()}
    failed = by_economy.get("")  # a specification that failed as a whole says why for all of its economies
    cells = []
    for code in judged:
        row = by_economy.get(code)
        if row is None:
            why = failed.missing if failed is not None and isinstance(failed.missing, str) else "no figures"
            cells.append(Cell(code, None, None, None, None, None, why))
            continue
        value, low, high = (None if pd.isna(v) else float(v) for v in (row.estimate, row.low, row.high))
        met = decide(value, low, high, criterion.comparison, criterion.threshold)
        year = None if pd.isna(row.last_year) else int(row.last_year)
        cells.append(Cell(code, value, low, high, met, year, row.missing if isinstance(row.missing, str) else ""))
    return cells


def _truth(criterion: Criterion, cells: list[Cell]) -> Truth:
    if criterion.over is None:
        return cells[0].met if cells else None
    return count_rule((c.met for c in cells), scaled(criterion.over, len(cells)))


def specification_truths(criterion: Criterion, rows: pd.DataFrame, judged: list[str]) -> pd.DataFrame:
    """Every specification of a criterion: spec, is_main, value, low, high and met (true, false, null).

    For a count over several economies value is how many meet the comparison and high adds those that are undecided;
    for one economy, or a figure of none in particular, it is the measure itself.
    """
    codes = counted(criterion, judged) if criterion.over else [""]
    records = []
    for spec, part in rows.groupby("spec"):
        cells = _cells(criterion, part, codes)
        if len(codes) > 1:
            held, open_ = sum(c.met is True for c in cells), sum(c.met is None for c in cells)
            value, low, high = (
                (float(held), float(held), float(held + open_)) if open_ < len(cells) else (None, None, None)
            )
        else:
            value, low, high = cells[0].estimate, cells[0].low, cells[0].high
        records.append(
            {
                "spec": spec,
                "is_main": bool(part["is_main"].iloc[0]),
                "value": value,
                "low": low,
                "high": high,
                "met": _truth(criterion, cells),
            }
        )
    table = pd.DataFrame(records, columns=["spec", "is_main", "value", "low", "high", "met"])
    return table.astype({"value": "float64", "low": "float64", "high": "float64"})


def judge_criterion(criterion: Criterion, rows: pd.DataFrame, methods: list[str], judged: list[str]) -> CriterionResult:
    """One criterion over all its specifications. `rows`: evidence of this criterion; `judged`: economies counted over."""
    codes = counted(criterion, judged) if criterion.over else [""]
    used_methods = [m for m in methods if m in criterion.axes]
    stands_for = collapse(rows, used_methods)
    # a specification without any data is a recorded failure; it says nothing for or against
    chosen = distinct(rows, used_methods)
    cells = {spec: _cells(criterion, rows[rows["spec"] == spec], codes) for spec in chosen}
    truths = {spec: _truth(criterion, cells[spec]) for spec in chosen}

    mains = rows.loc[rows["is_main"], "spec"].unique()
    # with the main specification's sources left out, the first one declared that still has data takes its place
    main = stands_for[mains[0]] if len(mains) else (chosen[0] if chosen else None)
    if main not in chosen:
        found = _cells(criterion, rows[rows["spec"] == main], codes)
        state, share, main_met = UNDECIDED, None, None
        main_cells = found or [Cell("", None, None, None, None, None, "no figures")]
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

    decided = [c for c in main_cells if c.met is not None]
    common: dict[str, Any] = {
        "name": criterion.name,
        "label": criterion.label,
        "statement": criterion.statement,
        "state": state,
        "main_met": main_met,
        "counted": criterion.counted,
        "share_of_specifications": share,
        "specifications": len(chosen),
        "run": int(rows["spec"].nunique()),
        "failed": int((rows["path"].fillna("").groupby(rows["spec"]).max() == "").sum()),
        "n": int(rows.loc[rows["spec"] == main, "n"].fillna(0).sum()) if main is not None else 0,
        "why": criterion.why,
        "measure": criterion.measure,
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
    low, high, interval = only.low, only.high, ""
    if low is None and high is None:
        values = [c[0].estimate for c in cells.values() if c and c[0].estimate is not None]
        if values:
            low, high = min(values), max(values)
            interval = "exact as published" if low == high else f"range across {len(values)} specifications"
    else:
        interval = "bounds from what is not reported"
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


def apply_rule(reading: Reading, states: dict[str, str], mains: dict[str, Truth]) -> tuple[str, str]:
    """Verdict that a reading's rule gives for the states of its criteria, and the reason in words.

    mains: whether each criterion is true in its main specification. Where the rule leaves "partly supported", something
    must be: a reading of which nothing is true in the declared way is not supported in part.
    """
    if reading.not_testable:
        return "not testable", reading.not_testable
    assert reading.rule is not None
    supported, contradicted = evaluate(reading.rule.supported, states), evaluate(reading.rule.contradicted, states)
    listed = "; ".join(f"{name} {state}" for name, state in states.items())
    if supported:
        return "supported", listed
    if contradicted:
        return "contradicted", listed
    if supported is None or contradicted is None:
        missing = ", ".join(name for name, state in states.items() if state == UNDECIDED)
        return "not enough evidence", f"{listed}; what is undecided ({missing}) could settle it either way"
    if reading.rule.otherwise == "partly supported" and not any(mains.values()):
        return "not enough evidence", f"{listed}; nothing is true in the main specification"
    return reading.rule.otherwise, listed


def _answer(reading: Reading, results: dict[str, CriterionResult]) -> tuple[str, str]:
    return apply_rule(reading, {k: r.state for k, r in results.items()}, {k: r.main_met for k, r in results.items()})


def _states(reading: Reading, frame: pd.DataFrame, methods: list[str], judged: list[str]) -> dict[str, CriterionResult]:
    return {c.name: judge_criterion(c, frame[frame["criterion"] == c.name], methods, judged) for c in reading.criteria}


def _without_source(rows: pd.DataFrame, source: str) -> pd.DataFrame:
    """Rows as they would be without a source: recomputed where the measure says how (`left_out`), else dropped."""
    touched = rows["sources"].map(lambda cell: source in cell)
    records = []
    for row in rows[touched].to_dict("records") if "left_out" in rows else []:
        again = row["left_out"].get(source) if isinstance(row["left_out"], dict) else None
        if again is not None:
            gone = all(again[k] is None for k in ("estimate", "low", "high"))
            records.append({**row, **again, "path": "" if gone else row["path"]})
    if not records:
        return rows[~touched]
    kept = pd.DataFrame(records, columns=rows.columns).astype({k: "float64" for k in ("estimate", "low", "high")})
    return pd.concat([rows[~touched], kept], ignore_index=True)


def _leave_out(
    reading: Reading, frame: pd.DataFrame, methods: list[str], judged: list[str], verdict: str
) -> tuple[list[str], list[str]]:
    """Removals that flip the verdict, and sources without which nothing is left to judge by."""
    flips, sole = [], []

    def again(rows: pd.DataFrame, codes: list[str]) -> str:
        return _answer(reading, _states(reading, rows, methods, codes))[0]

    names = [c.name for c in reading.criteria]
    whole = frame[frame["criterion"].isin(names)]
    mine = whole[whole["without"] == ""]
    for removed in sorted(set(whole["without"]) - {""}):
        rows = whole[whole["without"] == removed]
        other = again(pd.concat([rows, mine[~mine["criterion"].isin(rows["criterion"])]]), judged)
        if other != verdict:
            flips.append(f"without the {_named(removed)}: {other}")
    for source in sorted({s for cell in mine["sources"] for s in cell}):
        rest = _without_source(mine, source)
        with_data = {c for c in names if (mine.loc[mine["criterion"] == c, "path"].fillna("") != "").any()}
        still = {c for c in names if (rest.loc[rest["criterion"] == c, "path"].fillna("") != "").any()}
        if with_data - still:
            lost = mine[mine["criterion"].isin(with_data - still) & (mine["path"].fillna("") != "")]
            if all(cell == (source,) for cell in lost["sources"]):  # one of several in a figure is not its only source
                sole.append(source)
            continue
        other = again(rest, judged)
        if other != verdict:
            flips.append(f"without the source {source}: {other}")
    if any(c.over and len(counted(c, judged)) > 1 for c in reading.criteria):
        for code in judged:
            other = again(mine[mine["economy"] != code], [c for c in judged if c != code])
            if other != verdict:
                flips.append(f"without {economies.name_of(code)}: {other}")
    return flips, sole


def _named(removed: str) -> str:
    """'country: KAZ' as 'country Kazakhstan'."""
    axis, _, value = removed.partition(": ")
    known = value in economies.codes()
    return f"{axis.replace('_', ' ')} {economies.name_of(value) if known else value.replace('_', ' ')}"


def _coverage(frame: pd.DataFrame, results: Iterable[CriterionResult]) -> dict[str, object]:
    used = frame[frame["is_main"]]
    first, last = used["first_year"].dropna(), used["last_year"].dropna()
    missing = [
        f"{economies.name_of(c.economy) + ': ' if c.economy else ''}{r.label}: {c.missing or 'its range spans the threshold'}"
        for r in results
        for c in r.cells
        if c.met is None
    ]
    return {
        "from": int(first.min()) if len(first) else None,
        "to": int(last.max()) if len(last) else None,
        "missing": missing,
    }


def judge(spec: ClaimSpec, evidence: Evidence, params: dict[str, object]) -> Verdict:
    """The verdict of the headline reading, with those of the other readings in `beside`."""
    methods = [a.name for a in spec.grid.axes if a.kind == "method"]
    frame, verdicts = evidence.frame, []
    for reading in spec.readings:
        mine = evidence.standing[evidence.standing["criterion"].isin([c.name for c in reading.criteria])]
        judged = list(evidence.economies)
        results = _states(reading, mine, methods, judged)
        word, reason = _answer(reading, results)
        flips, sole = _leave_out(reading, frame, methods, judged, word) if reading.criteria else ([], [])
        used = sorted({s for cell in mine["sources"] for s in cell})
        verdicts.append(
            Verdict(
                claim=spec.id,
                reading=reading.name,
                title=reading.title,
                statement=reading.statement,
                headline=reading is spec.readings[0],
                params=dict(params),
                as_of=evidence.as_of,
                pseudo_as_of=bool(set(used) & set(evidence.revised_sources)),
                verdict=word,
                reason=reason,
                fragile=bool(flips),
                fragility=tuple(flips),
                sole_sources=tuple(sole),
                blind=spec.blind,
                expected=spec.expected,
                guess=reading.guess,
                part=reading.part,
                criteria=tuple(results.values()),
                coverage=_coverage(mine, results.values()),
                sources=tuple(used),
                rule=reading.rule.words if reading.rule else "",
                rule_sha256=spec.rule_sha256,
                declared_on=spec.declared_on.isoformat(),
                notebook=f"notebooks/{spec.notebook}",
                amended=bool(spec.amendments),
                against=reading.against,
                would_change=reading.would_change,
                dropped_as_of=evidence.dropped,
            )
        )
    return dataclasses.replace(verdicts[0], beside=tuple(verdicts[1:]), traces=evidence.traces)
