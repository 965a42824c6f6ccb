"""One run: the notebook with its parameters in a kernel of its own, its outcome handed back."""

from __future__ import annotations

import asyncio
import os
import platform
import re
import sys
import tempfile
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import __version__, kernels
from ..ground import paths, reads
from ..ground.errors import RunError
from ..ground.tracebacks import plain
from . import lean
from .planning import Run

if TYPE_CHECKING:
    from nbformat import NotebookNode

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
_PARAMETERS = "injected-parameters"


@dataclass(frozen=True)
class Task:
    """What is needed: the run, its key, what it may read, how it is limited, which kernel it gets.

    scratch: folder for what must not outlive the run; empty for the temporary one.
    """

    run: Run
    key: str
    allowed: str
    limits: dict[str, int] = field(default_factory=dict)
    kernel: str = ""
    reports: str = ""
    scratch: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of a run: the executed notebook (empty where none came about), seconds, and the
    error with its place.

    note: why the kernel was not a warm one, where one was asked for and not to be had.
    read: what it opened besides its declared inputs (`opened.listing`); None where the kernel
        cannot say.
    """

    notebook: str
    seconds: float
    error: str = ""
    where: str = ""
    note: str = ""
    read: Mapping[str, Any] | None = None


def settings() -> dict[str, str]:
    """What is set for the kernels of all runs: the seed of hashes, one thread for BLAS.

    A kernel starts in its notebook's folder, so what is relative to this one is said in full, and
    which project this folder lies in.
    """
    full = kernels.absolute(os.environ, Path.cwd())
    found = {name: value for name, value in full.items() if os.environ[name] != value}
    if "CA_RESEARCH_HOME" not in os.environ and paths.home() != paths.of_package():
        found["CA_RESEARCH_HOME"] = str(paths.home())
    return found | {
        "CA_RESEARCH_STRICT": "1",
        "PYTHONHASHSEED": "0",
        **dict.fromkeys(_THREADS, "1"),
    }


def imports() -> None:
    """What a first run would import."""
    lean.imports()
    import papermill  # noqa: F401

    from . import engine  # noqa: F401


def execute(task: Task) -> Outcome:
    """Execute one notebook, and wait for it."""
    return asyncio.run(run(task))


_QUIET = ("--IPKernelApp.log_level=CRITICAL", "--HistoryManager.enabled=False")
"""What a cell raises comes back as a message, not as a log; what a run executes is no history of
the user's.
"""
_UNBORN = ("Kernel died before replying", "Address already in use")


async def run(task: Task) -> Outcome:
    """Execute one notebook. Never raises for what the notebook does; nothing is written but in a
    scratch folder.
    """
    outcome = await _attempt(task)
    # two kernels that start at once can be given one port: one dies before its first cell
    return await _attempt(task) if any(words in outcome.error for words in _UNBORN) else outcome


async def _attempt(task: Task) -> Outcome:
    imports()
    from nbclient.exceptions import CellExecutionError

    from .engine import Client, Limits

    started, error, where, content = time.perf_counter(), "", paths.shown(task.run.notebook), ""
    notebook: Any = None
    client: Client | None = None
    with tempfile.TemporaryDirectory(
        prefix="ca-research-", dir=task.scratch or None, ignore_cleanup_errors=True
    ) as folder:
        more = {reads.VARIABLE: task.allowed, "JUPYTER_RUNTIME_DIR": folder}
        if task.reports:
            more["CA_RESEARCH_REPORTS"] = task.reports
        try:
            notebook = prepared(task.run)
            client = Client(
                notebook,
                Limits(**task.limits),
                kernel_name=task.kernel or kernels.default()[0],
                resources={"metadata": {"path": str(task.run.notebook.parent)}},
                extra_arguments=list(_QUIET),
            )
            await client.run(Path(folder, "kernel.json"), os.environ | settings() | more)
        except CellExecutionError as problem:
            error = f"{problem.ename}: {plain(problem.evalue)}"
            counts = [cell.get("execution_count") or 0 for cell in notebook.cells]
            where += f", cell {max(counts)}"
        except RunError as problem:  # the kernel died, or a limit was passed
            error = plain(problem.what)
        except Exception as problem:  # it is no notebook, or the kernel never started
            error = f"{type(problem).__name__}: {plain(str(problem))}"
    seconds = round(time.perf_counter() - started, 2)
    if notebook:
        content = stamped(notebook, task, error, where if error else "")
    note, read = (client.ordinary, client.read) if client else ("", None)
    return Outcome(content, seconds, error, where if error else "", note, read)


def prepared(run: Run) -> NotebookNode:
    """A run's notebook with its parameters in a cell, as papermill does it, and without outputs."""
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of older formats
        notebook = load_notebook_node(str(run.notebook))
        if run.params:
            notebook = parameterize_notebook(
                notebook, run.params, kernel_name=kernels.ORDINARY, language="python"
            )
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        if _PARAMETERS in cell.metadata.get("tags", []):
            cell["id"] = _PARAMETERS  # papermill draws one at random
    return notebook


def stamped(notebook: NotebookNode, task: Task, error: str, where: str) -> str:
    """The text of an executed notebook with the record of its run, without anything that is of this
    machine or this moment.
    """
    import nbformat

    for part in (notebook, *notebook.cells):
        part.metadata.pop("papermill", None)
    run: dict[str, Any] = {
        "run_id": task.run.run_id,
        "name": task.run.name,
        "params": task.run.params,
        "notebook": paths.shown(task.run.notebook),
        "command": task.run.command,
        "key": task.key,
        "versions": versions(),
        "error": error,
        "where": where,
    }
    notebook.metadata["ca_research"] = {**notebook.metadata.get("ca_research", {}), "run": run}
    # which kernel served it is of the machine: a warm one and an ordinary one give the same page
    notebook.metadata["kernelspec"] = {
        "display_name": "Python 3",
        "language": "python",
        "name": kernels.ORDINARY,
    }
    notebook.metadata["language_info"] = {"name": "python"}
    return without_paths(str(nbformat.writes(notebook)) + "\n")


def unexecuted(run: Run, key: str, error: str, where: str) -> str:
    """The notebook of a run that came to nothing, with the record of it."""
    import nbformat

    return stamped(nbformat.read(run.notebook, as_version=4), Task(run, key, ""), error, where)


@cache
def versions() -> dict[str, str]:
    """Versions of Python and of the packages that a number may depend on; a process keeps those it
    has begun with.
    """
    from importlib.metadata import version

    names = ("pandas", "numpy", "statsmodels", "pyfixest", "matplotlib", "papermill")
    return {"Python": platform.python_version(), "ca-research": __version__} | {
        name: version(name) for name in names
    }


def without_paths(text: str) -> str:
    """Executed notebooks leave the machine: folders of the project, the package, Python and the
    user are not in them.
    """
    import json

    package = Path(__file__).resolve().parents[1]
    folders = {
        str(paths.home()): ".",
        str(package): package.name,
        f"{sys.prefix}/lib": "python/lib",
        f"{sys.base_prefix}/lib": "python/lib",
        f"{Path.home()}/": "~/",
    }
    if package.is_relative_to(paths.home()):  # a checkout: './src/ca_research' says more
        del folders[str(package)]
    for folder in sorted(folders, key=len, reverse=True):
        text = text.replace(json.dumps(folder)[1:-1], folders[folder])
    return re.sub(re.escape(json.dumps(tempfile.gettempdir())[1:-1]) + r"/ipykernel_\d+/", "", text)
