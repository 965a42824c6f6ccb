"""The same runs on a Dask cluster: Dask hands them out and takes a lost worker's runs elsewhere;
this only translates.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from .. import kernels
from ..ground import paths
from ..ground.errors import RunError
from ..ground.extras import needed
from ..ground.files import changed, scratch_folder
from ..ground.tracebacks import plain
from . import inputs, worker
from .fingerprint import key, marks
from .planning import Run

_RETRIES = 1
_ANSWER_SECONDS = 10


def on_cluster(
    address: str,
    work: Sequence[tuple[Run, worker.Task]],
    on_start: Callable[[Run], None],
    finish: Callable[[Run, worker.Outcome], None],
    fail_fast: bool = False,
) -> None:
    """Hand tasks to the scheduler at `address` ('tcp://host:port') and finish each as its outcome
    comes back.

    Workers need the package in the same version with the tables built; one that differs says so
    instead of running.
    Raises MissingPackageError where dask is not installed, RunError where the scheduler does not
    answer.
    """
    with needed():
        from dask.distributed import Client, as_completed
    try:
        client = Client(address, timeout=_ANSWER_SECONDS, set_as_default=False)
    except (OSError, ValueError) as problem:
        raise RunError(
            f"no scheduler answers: {plain(str(problem))}",
            where=address,
            hint="start one: dask scheduler",
        ) from None
    with client:
        futures = {}
        for run, task in work:
            # pure=False: a run is never answered from a result that the scheduler still holds
            future = client.submit(
                remote,
                task,
                paths.shown(run.notebook),
                pure=False,
                retries=_RETRIES,
                key=run.run_id,
            )
            futures[future] = run
            on_start(run)
        for future in as_completed(list(futures), loop=client.loop):
            run = futures[future]
            try:
                outcome = future.result()
            except Exception as problem:  # the workers that had it are gone
                error = f"{type(problem).__name__}: {plain(str(problem))}"
                outcome = _refused(error, paths.shown(run.notebook))
            finish(run, outcome)
            if fail_fast and outcome.error:
                client.cancel([f for f in futures if not f.done()])
                return


def remote(task: worker.Task, notebook: str) -> worker.Outcome:
    """Runs on a worker: the task with the worker's own notebook, if all that its key covers is the
    same there.
    """
    from ..tables.build import current

    run = replace(task.run, notebook=paths.home() / notebook)
    if not run.notebook.is_file():
        return _refused(
            f"the worker's project, {paths.home()}, has no {notebook}: start the worker in the "
            "project's folder, or with CA_RESEARCH_HOME",
            notebook,
        )
    about = inputs.Inputs(current(), kernels.described(task.kernel))
    files = about.files(run)
    before = marks(files)
    if key(about.of(run)) != task.key and not run.after:
        return _refused("the worker's package, tables, registry or environment differ", notebook)
    kernels.by_content(kernels.PACKAGE)
    with scratch_folder() as folder:
        outcome = worker.execute(replace(task, run=run, reports="", scratch=str(folder)))
    if moved := changed(before, marks(files)):
        return _refused(f"the worker's {', '.join(moved[:3])} changed meanwhile", notebook)
    return outcome


def _refused(error: str, where: str) -> worker.Outcome:
    return worker.Outcome("", 0.0, error, where)
