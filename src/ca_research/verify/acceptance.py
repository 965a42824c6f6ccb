"""A report becomes the new baseline, and the reason goes into the changelog of verdicts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from .. import registry
from ..ground import paths
from ..ground.errors import BaselineError, UsageError
from ..ground.files import write_whole
from ..ground.numbers import first_few
from ..ground.templates import filled
from ..runs import plan
from .comparison import Comparison, compare, named, outdated, shown
from .state import FILE, State, read_baseline, write_baseline

CHANGELOG = "CHANGELOG.md"
_HEAD = "# Changelog of verdicts\n\nWritten by `ca-research verify --accept`, newest first.\n"
AGAIN = "mend what failed, change nothing meanwhile, and: ca-research run, without naming claims"
"""What gives a report of all that is planned as it is now, and of nothing else."""


def accept(report: State, folder: Path, reason: str) -> Comparison:
    """Write `folder`/verdicts.json from a report, and what changed and why into
    `folder`/CHANGELOG.md.

    Returns the comparison with what was accepted before (with nothing, for the first baseline).
    Raises UsageError without a reason, BaselineError where nothing differs or the report is not one
    of everything as it is now.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise UsageError(
            "a baseline is accepted for a reason", hint='--accept --reason "why the verdicts moved"'
        )
    paths.own_home()
    for why, names in unfit(report).items():
        raise BaselineError(f"the report {why}: {first_few(names, 5)}", hint=AGAIN)
    first = not (folder / FILE).is_file()
    comparison = compare(State(verdicts=[]) if first else read_baseline(folder), report)
    if not (comparison.changes or comparison.inputs_changed):
        raise BaselineError(
            "nothing differs from the baseline, so there is nothing to accept",
            where=paths.shown(folder),
            hint="ca-research verify shows what differs",
        )
    content, log = write_baseline(report), folder / CHANGELOG
    before = log.read_text(encoding="utf-8") if log.is_file() else _HEAD
    head, mark, rest = before.partition("\n## ")
    new = filled(
        Path(__file__).with_name("changelog.j2"),
        today=dt.date.today(),
        reason=reason,
        first=first,
        found=comparison,
        named=named,
        shown=shown,
    )
    write_whole(folder / FILE, content)
    write_whole(log, f"{head.rstrip()}\n\n{new}{mark}{rest}")
    return comparison


def unfit(report: State) -> dict[str, list[str]]:
    """Why a report is not one of everything as it is now: in words, and what is meant by name.
    Empty where it is.
    """
    planned = {run.run_id: run.name for run in plan()}
    judged, claims = {verdict.run for verdict in report.verdicts}, registry.claims()
    by_id = {run.run_id: run for run in report.runs}
    faults = {
        "has runs that failed": [run_id for run_id, run in by_id.items() if run.error],
        "does not hold all that is planned": planned.keys() - by_id.keys(),
        "holds runs that the register does not declare": by_id.keys() - planned.keys(),
        "does not say from which inputs it was made": [
            r for r, run in by_id.items() if not run.inputs
        ],
        "was made before the latest change of": outdated(report),
        "has runs without a verdict": {r for r, name in planned.items() if name in claims} - judged,
    }
    return {why: sorted(names) for why, names in faults.items() if names}
