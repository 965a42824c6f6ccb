"""A report from beginning to end: what is unchanged is served, the rest is run, and the pages are written over both."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import RunError

if TYPE_CHECKING:
    from .runs import Options, Result, Run


def unchanged(words: Sequence[str], out: Path, everything: bool) -> bool:
    """Whether the report that a command asks for is there, whole and current; what is missing of it is put back.

    everything: the command runs all there is. Else pages of other runs stay beside its own, and count as an input.
    Imports nothing heavy: this is what makes a repeated command cost a fraction of a second.
    """
    from .runs import fingerprint
    from .runs.store import open_store, serve_report

    executed = None if everything else out / "notebooks"
    with alone(out):
        return serve_report(open_store(), fingerprint.whole(words, executed), out)


def make(
    words: Sequence[str],
    chosen: Sequence[Run],
    out: Path,
    options: Options,
    *,
    everything: bool,
    on_start: Callable[[Run], None],
    on_done: Callable[[Result], None],
) -> Report:
    """Run what was chosen into `out` and write all pages. Failed runs are in the result; their pages show the failure."""
    from . import runs
    from .runs import fingerprint
    from .runs.store import open_store, remember_report
    from .site import write_site, write_verdicts

    started, complaint = time.perf_counter(), None
    results: list[Result] = []
    if everything:  # a run of everything leaves no page of an earlier one behind
        keep = {f"{r.run_id}.ipynb" for r in chosen}
        for stale in (out / runs.EXECUTED).glob("*.ipynb"):
            if stale.name not in keep:
                stale.unlink()
    for after in (False, True):  # the overview reads what the claims' runs have stored
        due = [r for r in chosen if r.after == after]
        if due and not (options.fail_fast and runs.failed(results)):
            results += runs.execute(due, out, options, on_start=on_start, on_done=on_done)
            with alone(out):
                write_verdicts(out)
    with alone(out):
        runs.write_manifest(out, results, time.perf_counter() - started)
        try:
            write_site(out)
        except RunError as error:
            complaint = error
        complaint = runs.failed(results) or complaint
        if options.use_store and not complaint and len(results) == len(chosen):
            executed = None if everything else out / runs.EXECUTED
            remember_report(open_store(), fingerprint.whole(words, executed), out)
    return Report(out / "index.html", results, complaint)


@dataclass(frozen=True)
class Report:
    """The index of a report, what became of its runs, and the error to end with, if any."""

    index: Path
    results: list[Result]
    error: RunError | None


@contextmanager
def alone(out: Path) -> Iterator[None]:
    """One command at a time writes the pages of a folder; another waits."""
    from filelock import FileLock

    from .runs.store import store_dir

    locks = store_dir() / "locks"
    locks.mkdir(parents=True, exist_ok=True)
    with FileLock(locks / sha256(str(out.resolve()).encode()).hexdigest()[:16]):
        yield
