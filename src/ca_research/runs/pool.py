"""Many runs: what is stored is served, the rest is executed some at a time, and nothing is lost on
the way.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .. import kernels
from ..ground import paths, reads
from ..ground.errors import RunError, known_name
from ..ground.files import changed, sweep, write_whole
from ..ground.numbers import first_few
from . import inputs, worker
from .fingerprint import marks
from .planning import Run
from .store import open_store

EXECUTED = "notebooks"
"""Folder within the reports folder that holds executed notebooks; the site reads them and nothing
else.
"""


@dataclass(frozen=True)
class Result:
    """What became of a run. `error` is empty where all went well; `stored` says that it was served
    from the store.

    inputs: what it was made from (`inputs.portable`).
    read: hashes of the files that it opened, by path.
    outside: what it read where no key looks: it is not stored, and runs each time.
    """

    run_id: str
    name: str
    notebook: str
    params: dict[str, Any]
    command: str
    key: str
    seconds: float
    stored: bool = False
    error: str = ""
    where: str = ""
    inputs: dict[str, str] = field(default_factory=dict)
    read: dict[str, str] = field(default_factory=dict)
    outside: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.error


@dataclass(frozen=True)
class Options:
    """How to run: notebooks at a time, whether to stop at the first failure, the kernel, the
    limits, whether to take what the store has (it gets what was run in any case).

    kernel: name of a kernelspec; empty for the warm one, or the ordinary one where that is not to
        be had.
    cluster: address of a Dask scheduler that gets the runs.
    """

    jobs: int | None = None
    fail_fast: bool = False
    kernel: str = ""
    limits: tuple[tuple[str, int], ...] = ()
    use_store: bool = True
    cluster: str = ""


def execute(
    runs: Sequence[Run],
    out: Path,
    options: Options = Options(),
    *,
    on_start: Callable[[Run], None] = lambda run: None,
    on_done: Callable[[Result], None] = lambda result: None,
) -> list[Result]:
    """Run notebooks into `out`/notebooks; results in the order of `runs`.

    A notebook that fails is a Result with its error; its page is still written. Each finished one
    is stored at once, so that a run that was killed goes on with what is missing. With fail_fast
    nothing new starts after a failure and what did not run is left out of the results. Raises
    MissingTableError or StaleTablesError before any kernel starts where the tables have not been
    built, or not since figures were added or removed.
    """
    batch = _Batch(runs, out, options, on_done)
    here = not options.cluster or any(run.after for run in runs)  # which reads stored verdicts
    env = {"CA_RESEARCH_REPORTS": str(out.resolve())} if here else {}
    tasks = [
        worker.Task(
            run,
            batch.about.of(run, batch.verdicts),
            {reads.VARIABLE: inputs.limits(run), **env},
            dict(options.limits),
            options.kernel,
        )
        for run in runs
    ]
    due = [task for task in tasks if not (options.use_store and batch.serve(task))]
    if due and here:
        kernels.by_content(kernels.PACKAGE)
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            runner.run(_in_kernels(due, options, on_start, batch.finish))
    elif due:
        from .cluster import on_cluster

        on_cluster(options.cluster, due, on_start, batch.finish, options.fail_fast)
    if due:
        with contextlib.suppress(OSError):
            batch.store.trim()
    return [batch.done[run.run_id] for run in runs if run.run_id in batch.done]


class _Batch:
    """Runs on their way into a folder: what each depends on, and what becomes of it."""

    def __init__(
        self, runs: Sequence[Run], out: Path, options: Options, on_done: Callable[[Result], None]
    ) -> None:
        from ..tables.build import up_to_date

        self.out, self.on_done, self.store = out, on_done, open_store()
        self.done: dict[str, Result] = {}
        self.own = options.kernel in kernels.OWN
        self.about, self.verdicts = inputs.Inputs(up_to_date()), out / "verdicts.json"
        sweep(out / EXECUTED)
        self.files = {run.run_id: self.about.files(run) for run in runs}
        self.begun = marks({file for covered in self.files.values() for file in covered})

    def serve(self, task: worker.Task) -> bool:
        """Whether the store has a run, and what it read besides the inputs of its key is still the
        same: then its page is written.
        """
        record = self.store.recall("runs", task.key) if self.own else None
        content = self.store.get(record["file"]) if record else None
        if not record or content is None:
            return False
        if any(self.about.hash(n, task.run.root) != h for n, h in record["read"].items()):
            return False
        outcome = worker.Outcome(content.decode(), record["seconds"])
        self._write_page(task, outcome)
        self._tell(task, outcome, record["read"], stored=True)
        return True

    def finish(self, task: worker.Task, outcome: worker.Outcome) -> None:
        """Keep and tell what came of a run, unless somebody wrote to its inputs meanwhile."""
        run, now = task.run, marks(self.files[task.run.run_id])
        read = self.about.read(run, outcome.read, task.env[reads.VARIABLE], self.out)
        moved = [*changed({name: self.begun[name] for name in now}, now), *read.edited]
        if moved:
            error = f"its inputs changed while it ran: {', '.join(moved[:3])}"
            outcome = worker.Outcome("", outcome.seconds, error, paths.shown(run.notebook))
        self._write_page(task, outcome)
        if not outcome.error and read.outside:
            kernels.say(
                f"ca-research: {paths.shown(run.notebook)} reads {first_few(read.outside, 3)}, "
                "from outside of the project; a change there would not be seen, so it is not "
                "stored and runs each time"
            )
        elif not outcome.error:
            with contextlib.suppress(OSError):  # a full or read-only disk takes no result away
                file = self.store.put(outcome.notebook.encode())
                record = {"file": file, "seconds": outcome.seconds, "read": read.hashes}
                self.store.remember("runs", task.key, record)
        self._tell(task, outcome, read.hashes, outside=read.outside)

    def _write_page(self, task: worker.Task, outcome: worker.Outcome) -> None:
        """Write the executed notebook; where none came about, the notebook as it is with the error,
        or nothing, so that no older one stands for this run.
        """
        file = self.out / EXECUTED / f"{task.run.run_id}.ipynb"
        try:
            content = outcome.notebook or worker.unexecuted(task, outcome)
        except Exception:  # not a notebook any more: the error is told where all errors are
            file.unlink(missing_ok=True)
        else:
            write_whole(file, content)

    def _tell(
        self, task: worker.Task, outcome: worker.Outcome, read: inputs.Manifest, **more: Any
    ) -> None:
        run = task.run
        opened = {n.removeprefix(inputs.OPENED): h for n, h in read.items() if inputs.OPENED in n}
        self.done[run.run_id] = Result(
            **run.about,
            key=task.key,
            seconds=outcome.seconds,
            error=outcome.error,
            where=outcome.where,
            inputs=inputs.portable(task.manifest | read, run),
            read={str(run.root / name): hashed for name, hashed in opened.items()},
            **more,
        )
        self.on_done(self.done[run.run_id])


async def _in_kernels(
    due: list[worker.Task],
    options: Options,
    on_start: Callable[[Run], None],
    finish: Callable[[worker.Task, worker.Outcome], None],
) -> None:
    """Execute what is due, some at a time: their kernels are the processes."""
    from jupyter_client.kernelspec import find_kernel_specs

    kernel = known_name("kernel", options.kernel or kernels.NAME, find_kernel_specs())

    async def one_after_the_other() -> None:
        nonlocal kernel
        while due:
            task = due.pop(0)
            on_start(task.run)
            outcome = await worker.run(replace(task, kernel=kernel))
            finish(task, outcome)
            if outcome.note:  # what could not be had now is not waited for again by every run
                kernel = kernels.ORDINARY
            if outcome.error and options.fail_fast:
                due.clear()

    jobs = min(options.jobs or os.cpu_count() or 1, len(due))
    await asyncio.gather(*(one_after_the_other() for _ in range(jobs)))


def warm_up(options: Options) -> None:
    """Begin to start the server of warm kernels, which takes longer than all that comes before the
    first run. Where it cannot be started, that is told when it is needed.
    """
    if not (options.kernel or options.cluster):
        with contextlib.suppress(Exception):
            kernels.warm(worker.environment())


def failed(results: Sequence[Result]) -> RunError | None:
    """One error that names every failed run, or None."""
    broken = [r for r in results if not r.ok]
    if not broken:
        return None
    lines = "\n".join(f"  {r.run_id}: {r.error} ({r.where})" for r in broken)
    return RunError(
        f"{len(broken)} of {len(results)} notebooks could not be run to their end\n{lines}",
        hint="the pages show the failed cell; run one alone: " + broken[0].command,
    )
