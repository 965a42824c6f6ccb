"""Many runs: what is stored is served, the rest is executed some at a time, and nothing is lost on
the way.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .. import kernels
from ..ground import paths
from ..ground.errors import RunError
from ..ground.files import changed, scratch_folder, sweep, write_whole
from ..ground.numbers import first_few
from . import inputs, worker
from .fingerprint import key, marks
from .planning import Run
from .store import Store, open_store

EXECUTED = "notebooks"
"""Folder within the reports folder that holds executed notebooks; the site reads them and nothing
else.
"""


@dataclass(frozen=True)
class Result:
    """What became of a run. `error` is empty where all went well; `stored` says that it was served
    from the store.

    inputs: what it was made from (`inputs.portable`).
    moved: somebody wrote to its inputs while it ran, so it has to run again.
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
    moved: bool = False
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


class Workers:
    """Executes notebooks, `jobs` at a time: their kernels are the processes, one thread here talks
    to all of them.
    """

    def __init__(self, jobs: int, scratch: str) -> None:
        self.jobs, self.scratch = jobs, scratch
        self._loop: asyncio.AbstractEventLoop | None = None

    def begin(self) -> asyncio.AbstractEventLoop:
        """Start the thread."""
        if self._loop is None:
            worker.imports()  # not in the thread: modules that two import at a time come in parts
            self._loop, self._ended = asyncio.SelectorEventLoop(), asyncio.Event()
            self._thread = threading.Thread(target=self._serve, args=(self._loop,), daemon=True)
            self._thread.start()
        return self._loop

    def _serve(self, loop: asyncio.AbstractEventLoop) -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:  # cancels what is left
            runner.run(self._ended.wait())

    def run(self, task: worker.Task) -> Future[worker.Outcome]:
        """Have a notebook executed."""
        return asyncio.run_coroutine_threadsafe(worker.run(task), self.begin())

    def end(self) -> None:
        """End kernels that still run."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._ended.set)
            self._thread.join()
            self._loop = None


@contextlib.contextmanager
def workers(options: Options, most: int) -> Iterator[Workers]:
    """Means for at most so many runs at a time, for as long as the block lasts."""
    with scratch_folder() as scratch:
        jobs = max(1, min(options.jobs or os.cpu_count() or 1, most))
        at_work = Workers(jobs, str(scratch))
        try:
            yield at_work
        finally:
            at_work.end()


def execute(
    runs: Sequence[Run],
    out: Path,
    options: Options = Options(),
    *,
    at_work: Workers | None = None,
    on_start: Callable[[Run], None] = lambda run: None,
    on_done: Callable[[Result], None] = lambda result: None,
) -> list[Result]:
    """Run notebooks into `out`/notebooks; results in the order of `runs`.

    A notebook that fails is a Result with its error; its page is still written. Each finished one
    is stored at once, so that a run that was killed goes on with what is missing. With fail_fast
    nothing new starts after a failure and what did not run is left out of the results. Raises
    MissingTableError or StaleTablesError before any kernel starts where the tables have not been
    built, or not since figures were added or removed.

    at_work: means that are there already; without them some are begun, and ended.
    """
    from ..tables.build import up_to_date

    store, verdicts = open_store(), out / "verdicts.json"
    about = inputs.Inputs(up_to_date(), kernels.described(options.kernel))
    sweep(out / EXECUTED)
    files = {run.run_id: about.files(run, verdicts) for run in runs}
    begun = marks({file for covered in files.values() for file in covered})
    manifests = {run.run_id: about.of(run, verdicts) for run in runs}
    keys = {run_id: key(manifest) for run_id, manifest in manifests.items()}
    allowed = {run.run_id: inputs.limits(run) for run in runs}
    done: dict[str, Result] = {}

    def finish(run: Run, outcome: worker.Outcome, stored: inputs.Manifest | None = None) -> None:
        """stored: what it had read, where it comes from the store."""
        mine, now = keys[run.run_id], marks(files[run.run_id])
        record = outcome.read or {"files": {}, "names": []}
        read = about.read(run, record, allowed[run.run_id], out)
        outside = read.outside if outcome.read is not None or stored is not None else _UNKNOWN
        moved = [*changed({name: begun[name] for name in now}, now), *read.edited]
        if moved:
            error = f"its inputs changed while it ran: {', '.join(moved[:3])}"
            outcome = worker.Outcome("", outcome.seconds, error, paths.shown(run.notebook))
        elif outside and not outcome.error:
            kernels.say(_unseen(run, outside))
        _write_page(out / EXECUTED / f"{run.run_id}.ipynb", run, mine, outcome)
        if stored is None and outcome.notebook and not outcome.error and not outside:
            _keep(store, mine, outcome, read.hashes)
        hashes = read.hashes if stored is None else stored
        opened = {n.removeprefix(inputs.OPENED): h for n, h in hashes.items()}
        done[run.run_id] = Result(
            run.run_id,
            run.name,
            paths.shown(run.notebook),
            run.params,
            run.command,
            mine,
            outcome.seconds,
            stored is not None,
            outcome.error,
            outcome.where,
            {} if moved else inputs.portable(manifests[run.run_id] | hashes, run),
            bool(moved),
            {str(run.root / n): h for n, h in opened.items() if inputs.OPENED + n in hashes},
            outside,
        )
        on_done(done[run.run_id])

    due = []
    for run in runs:
        kept = _stored(store, keys[run.run_id], about, run) if options.use_store else None
        if kept:
            finish(run, *kept)
        else:
            due.append(run)
    if due:
        reports = str(out.resolve())
        tasks = {
            run.run_id: worker.Task(
                run,
                keys[run.run_id],
                allowed[run.run_id],
                dict(options.limits),
                options.kernel,
                reports,
            )
            for run in due
        }
        if options.cluster and not due[0].after:  # what reads the stored verdicts stays here
            from .cluster import on_cluster

            work = [(run, tasks[run.run_id]) for run in due]
            on_cluster(options.cluster, work, on_start, finish, options.fail_fast)
        else:
            with nullcontext(at_work) if at_work else workers(options, len(due)) as here:
                _in_processes(here, due, tasks, options, on_start, finish)
        with contextlib.suppress(OSError):
            store.trim()
    return [done[run.run_id] for run in runs if run.run_id in done]


_UNKNOWN = ("files that its kernel does not tell of",)


def _unseen(run: Run, outside: Sequence[str]) -> str:
    return (
        f"ca-research: {paths.shown(run.notebook)} reads {first_few(outside, 3)}, from outside of "
        "the project; a change there would not be seen, so it is not stored and runs each time"
    )


def _write_page(file: Path, run: Run, key: str, outcome: worker.Outcome) -> None:
    """The executed notebook; where none came about, the notebook as it is with the error, so that
    no older page stands.
    """
    content = outcome.notebook
    if not content:
        try:
            content = worker.unexecuted(run, key, outcome.error, outcome.where)
        except Exception:  # not a notebook any more: the error is told where all errors are
            file.unlink(missing_ok=True)
            return
    write_whole(file, content)


def _stored(
    store: Store, key: str, about: inputs.Inputs, run: Run
) -> tuple[worker.Outcome, inputs.Manifest] | None:
    """A finished run, where what it read besides the inputs of its key is still the same."""
    record = store.recall("runs", key)
    if not record or any(about.hash(n, run.root) != h for n, h in record["read"].items()):
        return None
    content = store.get(record["file"])
    if content is None:
        return None
    return worker.Outcome(content.decode(), float(record["seconds"])), record["read"]


def _keep(store: Store, key: str, outcome: worker.Outcome, read: inputs.Manifest) -> None:
    try:
        file = store.put(outcome.notebook.encode())
        store.remember("runs", key, {"file": file, "seconds": outcome.seconds, "read": read})
    except OSError:  # a full or read-only disk takes the store away, not the result
        return


def _in_processes(
    at_work: Workers,
    due: Sequence[Run],
    tasks: Mapping[str, worker.Task],
    options: Options,
    on_start: Callable[[Run], None],
    finish: Callable[[Run, worker.Outcome], None],
) -> None:
    """Execute what is due; the next one is begun before the last is written."""
    at_work.begin()
    kernels.by_content(kernels.PACKAGE)
    kernel = _kernel(options.kernel)
    waiting, stop = list(due), False
    under_way, ended = dict[Future[worker.Outcome], Run](), list[tuple[Run, worker.Outcome]]()
    while under_way or ended or (waiting and not stop):
        while waiting and len(under_way) < at_work.jobs and not stop:
            run = waiting.pop(0)
            on_start(run)
            task = replace(tasks[run.run_id], kernel=kernel, scratch=at_work.scratch)
            under_way[at_work.run(task)] = run
        while ended:
            finish(*ended.pop(0))
        for future in wait(under_way, return_when=FIRST_COMPLETED).done:
            ended.append((under_way.pop(future), outcome := future.result()))
            if outcome.note:  # what could not be had now is not waited for again by every run
                kernel = kernels.ORDINARY
            stop = stop or (options.fail_fast and bool(outcome.error))


def warm_up(options: Options) -> None:
    """Begin to start the server of warm kernels, which takes longer than all that comes before the
    first run. Where it cannot be started, that is told when it is needed.
    """

    def start() -> None:
        with contextlib.suppress(Exception):
            kernels.warm({**os.environ, **worker.settings()})

    if not (options.kernel or options.cluster):
        threading.Thread(target=start, name="warm-up", daemon=True).start()


def _kernel(wanted: str) -> str:
    """Name of the kernelspec for all runs; the server of warm ones is started here, so that one
    line tells where it cannot.
    """
    if wanted:
        return wanted
    name, reason = kernels.default()
    if kernels.described(name):
        raise RunError(
            f"the default kernel {name} is not of this environment, so its results would be "
            "taken for this one's",
            hint=f"remove that kernelspec (jupyter kernelspec list), or name it: --kernel {name}",
        )
    if name == kernels.NAME:
        try:
            kernels.warm({**os.environ, **worker.settings()})
        except Exception as problem:  # whatever it is, notebooks can still be run
            name, reason = kernels.ORDINARY, kernels.one_line(problem)
    if reason:
        kernels.say(f"ca-research: ordinary kernels instead of warm ones: {reason}")
    return name


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
