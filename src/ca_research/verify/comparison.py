"""What differs between the accepted verdicts and those of a report, and which inputs changed in
between.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from pydantic import BaseModel, Field

from ..runs import Run, inputs, plan_with
from .state import Entry, Made, State

RELATIVE = 1e-6
"""Numbers may differ by this part of the larger: they are stored with ten digits, and what an
iterative fit, another BLAS or another pandas changes lies beyond the eighth. A source figure that
was revised changes the fourth, and one specification that turns a share by more than 0.0001."""

ABSOLUTE = 1e-9
"""The same for numbers around zero, of which no part can be taken."""

TOLERANCES = f"numbers: {RELATIVE:g} of the larger, or {ABSOLUTE:g}; words and counts: exact"


class Difference(BaseModel):
    """One value that moved; what: 'verdict', or 'criterion: estimate'."""

    what: str
    old: Any
    new: Any


class Row(BaseModel):
    """What became of a verdict (`entry`), or of a run that failed.

    kind: same, changed, new (not in the baseline), gone (not in the report), not compared (of a run
        of which the baseline has no verdict, so that nothing can have moved) or failed.
    because: names of the inputs that changed. why: the reason in words.
    """

    kind: str
    name: str
    entry: Entry | None = None
    differences: list[Difference] = []
    because: list[str] = []
    why: str


class Comparison(BaseModel):
    """What became of all verdicts of both sides, and of runs that failed: with one of these, or a
    row that is changed, new or gone, the report is not the same as the baseline.

    counts: rows by kind. changes: rows that are not the same.
    inputs_changed: of the inputs of all verdicts, whether or not one moved.
    report_older_than: inputs at hand that are no longer those of the report.
    """

    same: bool
    counts: Counter[str]
    changes: list[Row]
    inputs_changed: list[str]
    report_older_than: list[str]
    tolerances: str = TOLERANCES
    rows: list[Row] = Field(exclude=True)


def named(inputs: Iterable[str]) -> str:
    """Inputs for a reader: 'data (debt, trade); notebook (notebooks/c07.ipynb)'."""
    kinds = groupby(sorted(inputs), key=lambda name: name.partition("/")[0])
    return "; ".join(
        f"{kind} ({', '.join(name.partition('/')[2] for name in names)})" for kind, names in kinds
    )


def compare(baseline: State, report: State, outdated: Iterable[str] = ()) -> Comparison:
    """Every verdict of both sides beside the other. To a baseline without a verdict every one is
    new: it knows no run at all.
    """
    before, after = baseline.by_key, report.by_key
    known = {entry.run for entry in baseline.verdicts}
    recorded = {run.run_id: run.inputs for run in report.runs}
    rows = []
    for key in sorted(before | after):
        old, new = before.get(key), after.get(key)
        if old and new:
            rows.append(_beside(old, new, baseline.inputs, recorded.get(new.run, {})))
        elif old and old.run in recorded:
            rows.append(_alone(old, "gone", "its run failed, or gives no such reading any more"))
        elif old:
            rows.append(_alone(old, "gone", "its run is not in the report"))
        elif new and known and new.run not in known:
            rows.append(_alone(new, "not compared", "the baseline does not know its run"))
        elif new:
            rows.append(_alone(new, "new", "the baseline has no such verdict"))
    rows += [Row(kind="failed", name=r.run_id, why=r.error) for r in report.runs if r.error]
    counts = Counter(row.kind for row in rows)
    return Comparison(
        same=not counts.keys() - {"same", "not compared"},
        counts=counts,
        changes=[row for row in rows if row.kind != "same"],
        inputs_changed=sorted({name for row in rows for name in row.because}),
        report_older_than=sorted(outdated),
        rows=rows,
    )


def _alone(entry: Entry, kind: str, why: str) -> Row:
    """An entry that only one side has."""
    return Row(kind=kind, name=entry.name, entry=entry, why=why)


def _beside(
    old: Entry, new: Entry, accepted: Mapping[str, str], recorded: Mapping[str, str]
) -> Row:
    """An entry of both sides, with the inputs that changed in between."""
    because = [f"rule/{new.claim}"] * (old.rule_sha256 != new.rule_sha256)
    because += dict(recorded.items() - accepted.items())
    before, after = old.values, new.values
    differences = [
        Difference(what=what, old=before.get(what), new=after.get(what))
        for what in before | after
        if not _equal(before.get(what), after.get(what))
    ]
    no_cause = (
        "none of the recorded inputs: the result is not reproducible on this machine"
        if recorded
        else "unknown: the report does not record its inputs"
    )
    return Row(
        kind="changed" if differences else "same",
        name=new.name,
        entry=new,
        differences=differences,
        because=sorted(because),
        why=named(because) or no_cause,
    )


def _equal(old: Any, new: Any) -> bool:
    if isinstance(old, float) and isinstance(new, float):
        return math.isclose(old, new, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    return bool(old == new)


def stale(runs: Iterable[Made]) -> Iterator[tuple[Run, bool, set[str]]]:
    """The runs of a report and all that are planned, whether it holds one, and the inputs at hand
    that are no longer those that it was made from.
    """
    about, recorded = inputs.Inputs(None), {run.run_id: run.inputs for run in runs}
    for run in plan_with([run.model_dump() for run in runs]):
        digests = recorded.get(run.run_id, {})
        yield (
            run,
            bool(digests),
            {name for name, _ in about.again(run, digests).items() - digests.items()},
        )


def outdated(report: State) -> list[str]:
    """Inputs at hand that are no longer those a report was made from; the environment, which may be
    another's, aside. Runs that nobody planned count as well.
    """
    moved = {name for _, held, names in stale(report.runs) if held for name in names}
    return sorted(name for name in moved if not name.startswith("environment/"))


def shown(value: Any) -> str:
    """A value for a reader."""
    if isinstance(value, float):
        return f"{value:.10g}"
    return {"None": "none", "True": "yes", "False": "no"}.get(str(value), str(value))
