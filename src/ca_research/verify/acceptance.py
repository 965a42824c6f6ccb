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
from ..runs import plan
from .comparison import Change, Comparison, compare, outdated
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
    _whole(report)
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
    write_whole(log, _logged(before.decode() if before else _HEAD, found, reason, first).encode())
    try:
        write_whole(folder / FILE, content)
    except BaseException:  # what was not accepted is not in the changelog either
        log.unlink() if before is None else write_whole(log, before)
        raise
    return found


def _whole(report: State) -> None:
    """Only a report of everything, in which all went well and which is up to date, can become the
    baseline.
    """
    if report.failed:
        failed = {r["run_id"] for r in report.failed}
        raise BaselineError(
            f"{len(failed)} runs of the report failed: {first_few(sorted(failed), 5)}",
            hint="mend them, then: ca-research run",
        )
    for what in unlike_plan(report):
        raise BaselineError(what, hint=EVERYTHING)
    planned = {r.run_id: r for r in plan()}
    gave = {r["run_id"] for entry in report.entries.values() if (r := report.run_of(entry))}
    silent = {run_id for run_id, run in planned.items() if run.name in registry.claims()} - gave
    if silent:
        raise BaselineError(
            f"runs without a verdict: {first_few(sorted(silent), 5)}",
            hint="ca-research run; its pages say why",
        )
    if changed := outdated(report):
        raise BaselineError(
            f"the report was made before the latest change of {'; '.join(map(str, changed))}",
            hint="ca-research run",
        )


EVERYTHING = "ca-research run, without naming claims"
"""What gives a report of all that is planned, and of nothing else."""


def unlike_plan(report: State) -> Iterator[str]:
    """In words: the planned runs that a report lacks, and its runs that nobody planned."""
    planned, made = {r.run_id for r in plan()}, {r["run_id"] for r in report.runs}
    for what, names in (
        ("does not hold", planned - made),
        ("holds runs that the register does not declare:", made - planned),
    ):
        if names:
            yield f"the report {what} {first_few(sorted(names), 5)}"


def _logged(before: str, found: Comparison, reason: str, first: bool) -> str:
    head, mark, rest = before.partition("\n## ")
    lines = [f"## {dt.date.today().isoformat()}", "", f"Reason: {reason}", ""]
    if first:
        lines += [f"- {len(found.changes)} verdicts, none before them"]
    else:
        lines += (
            [f"Inputs that changed: {'; '.join(map(str, found.inputs)) or 'none'}", ""]
            if found.inputs
            else []
        )
        changes = [*found.changes, *(Change("new", entry) for entry in found.unknown)]
        lines += [_line(change) for change in changes] or ["- no verdict and no number moved"]
    return head.rstrip("\n") + "\n\n" + "\n".join(lines) + "\n" + (mark + rest if mark else "")


def _line(change: Change) -> str:
    from .formats import shown

    if change.kind == "new":
        return f"- {change.entry.name}: new, {change.entry.verdict}"
    if change.kind == "gone":
        return f"- {change.entry.name}: gone ({change.entry.verdict} before), {change.why}"
    moved = ", ".join(f"{d.what} {shown(d.old)} became {shown(d.new)}" for d in change.differences)
    return f"- {change.entry.name}: {moved}; because of {'; '.join(map(str, change.because))}"
