"""A report becomes the new baseline, and the reason goes into the changelog of verdicts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from .. import registry
from ..ground import paths
from ..ground.errors import BaselineError, UsageError
from ..ground.files import write_whole
from ..ground.numbers import first_few
from ..ground.templates import filled
from ..runs import plan
from .comparison import Comparison, compare, outdated, shown
from .state import FILE, State, read_baseline, write_baseline

CHANGELOG = "CHANGELOG.md"
_HEAD = "# Changelog of verdicts\n\nWritten by `ca-research verify --accept`, newest first.\n"


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
    if paths.bundled():
        raise BaselineError(
            "an installed package keeps its baseline",
            hint="accept in a checkout, or set CA_RESEARCH_HOME",
        )
    for why, names, hint in (*unfit(report), *_silent(report)):
        raise BaselineError(f"the report {why}: {first_few(names, 5)}", hint=hint)
    first = not (folder / FILE).is_file()
    found = compare(State({}) if first else read_baseline(folder), report)
    if not first and found.same and not found.inputs and not found.unknown:
        raise BaselineError(
            "nothing differs from the baseline, so there is nothing to accept",
            where=paths.shown(folder),
            hint="ca-research verify shows what differs",
        )
    content = write_baseline(report)
    log = folder / CHANGELOG
    before = log.read_bytes() if log.is_file() else None
    head, mark, rest = (before.decode() if before else _HEAD).partition("\n## ")
    new = filled(
        Path(__file__).with_name("changelog.j2"),
        today=dt.date.today(),
        reason=reason,
        first=first,
        found=found,
        shown=shown,
    )
    write_whole(log, f"{head.rstrip()}\n\n{new}{mark}{rest}".encode())
    try:
        write_whole(folder / FILE, content)
    except BaseException:  # what was not accepted is not in the changelog either
        log.unlink() if before is None else write_whole(log, before)
        raise
    return found


EVERYTHING = "ca-research run, without naming claims"
"""What gives a report of all that is planned, and of nothing else."""


def unfit(report: State) -> Iterator[tuple[str, list[str], str]]:
    """Why a report is not one of everything as it is now: in words, what is meant by name, and what
    mends it. Nothing where it is.
    """
    planned, made = {run.run_id for run in plan()}, {run["run_id"] for run in report.runs}
    failed = sorted({run["run_id"] for run in report.failed})
    # where an input was edited during a run, nobody knows from which state it was made
    unknown = [run["run_id"] for run in report.runs if not run.get("inputs")]
    again = "ca-research run"
    for why, names, hint in (
        ("has runs that failed", failed, f"mend them, then: {again}"),
        ("does not hold all that is planned", sorted(planned - made), EVERYTHING),
        ("holds runs that the register does not declare", sorted(made - planned), EVERYTHING),
        ("does not say from which inputs it was made", unknown, f"{again}, and change nothing"),
        ("was made before the latest change of", [*map(str, outdated(report))], again),
    ):
        if names:
            yield why, names, hint


def _silent(report: State) -> Iterator[tuple[str, list[str], str]]:
    """Runs of claims that gave no verdict."""
    gave = {run["run_id"] for one in report.entries.values() if (run := report.run_of(one))}
    due = {run.run_id for run in plan() if run.name in registry.claims()}
    if due - gave:
        yield "has runs without a verdict", sorted(due - gave), "ca-research run; its pages say why"
