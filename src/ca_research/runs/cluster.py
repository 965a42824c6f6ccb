"""The same runs on a Dask cluster: Dask hands them out and takes a lost worker's runs elsewhere;
this only translates.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from .. import kernels
from ..ground import paths
from ..ground.errors import RunError
from ..ground.extras import needed
from ..ground.tracebacks import plain
from . import inputs, worker
from .planning import Run

_RETRIES = 1
_ANSWER_SECONDS = 10


def on_cluster(
    address: str,
    work: Sequence[worker.Task],
    on_start: Callable[[Run], None],
    finish: Callable[[worker.Task, worker.Outcome], None],
    fail_fast: bool,
) -> None:
    """Hand tasks to the scheduler at `address` ('tcp://host:port') and finish each as its outcome
    comes back.

    Workers need the package in the same version with the tables built; one that differs says so
    instead of running.
    Raises MissingPackageError where dask is not installed, OSError where the scheduler does not
    answer.
    """
    with needed():
        from dask.distributed import Client, as_completed
    client = Client(address, timeout=_ANSWER_SECONDS, set_as_default=False)
    with client:
        futures = {}
        for task in work:
            shown, name = paths.shown(task.run.notebook), task.run.run_id
            # pure=False: a run is never answered from a result that the scheduler still holds
            future = client.submit(remote, task, shown, pure=False, retries=_RETRIES, key=name)
            futures[future] = task
            on_start(task.run)
        for future in as_completed(list(futures), loop=client.loop):
            task = futures[future]
            try:
                outcome = future.result()
            except Exception as problem:  # it refuses, or the workers that had it are gone
                error = plain(f"{type(problem).__name__}: {problem}")
                outcome = worker.Outcome("", 0.0, error, paths.shown(task.run.notebook))
            finish(task, outcome)
            if fail_fast and outcome.error:
                return  # what nobody waits for any more is not begun


def remote(task: worker.Task, notebook: str) -> worker.Outcome:
    """Runs on a worker: the task with the worker's own notebook; raises RunError unless all that
    its key covers is the same there.
    """
    from ..tables.build import current

    run = replace(task.run, notebook=paths.home() / notebook)
    if inputs.Inputs(current()).of(run) != task.manifest:
        raise RunError(
            f"the worker's project, {paths.home()}, its package, tables or environment differ",
            hint="start it in the project's folder, or with CA_RESEARCH_HOME",
        )
    kernels.by_content(kernels.PACKAGE)
    return asyncio.run(worker.run(replace(task, run=run)))
