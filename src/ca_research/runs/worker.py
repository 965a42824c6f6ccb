"""One run: the notebook with its parameters in a kernel of its own, its outcome handed back."""

from __future__ import annotations

import os
import platform
import re
import sys
import tempfile
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import __version__, kernels
from ..ground import paths
from ..ground.files import scratch_folder
from ..ground.tracebacks import plain
from . import lean
from .fingerprint import Manifest, key
from .planning import Run

if TYPE_CHECKING:
    from nbformat import NotebookNode

_PARAMETERS = "injected-parameters"


@dataclass(frozen=True)
class Task:
    """What is needed: the run, what it depends on, what its kernel is told by its environment, how
    it is limited, which kernel it gets.
    """

    run: Run
    manifest: Manifest
    env: dict[str, str]
    limits: dict[str, int] = field(default_factory=dict)
    kernel: str = ""

    @property
    def key(self) -> str:
        return key(self.manifest)


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


def environment() -> dict[str, str]:
    """What the kernels of all runs find: the seed of hashes, one thread for BLAS.

    A kernel starts in its notebook's folder, so what is relative to this one is said in full, and
    which project this folder lies in.
    """
    full = kernels.absolute(os.environ, Path.cwd())
    if "CA_RESEARCH_HOME" not in full and paths.home() != paths.of_package():
        full["CA_RESEARCH_HOME"] = str(paths.home())
    set_for_all = {"CA_RESEARCH_STRICT": "1", "PYTHONHASHSEED": "0"}
    return full | set_for_all | dict.fromkeys(kernels.THREADS, "1")


_QUIET = ("--IPKernelApp.log_level=CRITICAL", "--HistoryManager.enabled=False")
"""What a cell raises comes back as a message, not as a log; what a run executes is no history of
the user's.
"""


async def run(task: Task) -> Outcome:
    """Execute one notebook. Never raises for what the notebook does; nothing is written but in a
    scratch folder.
    """
    outcome = await _attempt(task)
    # two kernels that start at once can be given one port: one dies before its first cell
    return await _attempt(task) if "Kernel died before replying" in outcome.error else outcome


async def _attempt(task: Task) -> Outcome:
    lean.imports()
    from .engine import Client, Limits

    started, where = time.perf_counter(), paths.shown(task.run.notebook)
    try:
        notebook = prepared(task.run)
    except Exception as problem:  # it is no notebook
        return Outcome("", 0.0, plain(f"{type(problem).__name__}: {problem}"), where)
    client = Client(
        notebook,
        Limits(**task.limits),
        kernel_name=task.kernel or kernels.NAME,
        resources={"metadata": {"path": str(task.run.notebook.parent)}},
        extra_arguments=list(_QUIET),
    )
    with scratch_folder() as folder:
        env = environment() | task.env | {"JUPYTER_RUNTIME_DIR": str(folder)}
        error = await client.run(folder / "kernel.json", env)
    if client.failed:
        where += f", cell {client.failed}"
    seconds = round(time.perf_counter() - started, 2)
    outcome = Outcome("", seconds, error, where if error else "", client.ordinary, client.read)
    return replace(outcome, notebook=stamped(notebook, task, outcome))


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


def stamped(notebook: NotebookNode, task: Task, outcome: Outcome) -> str:
    """The text of an executed notebook with the record of its run, without anything that is of this
    machine or this moment.
    """
    import nbformat

    for part in (notebook, *notebook.cells):
        part.metadata.pop("papermill", None)
    run = {**task.run.about, "key": task.key, "versions": versions()}
    run |= {"error": outcome.error, "where": outcome.where}
    notebook.metadata["ca_research"] = {**notebook.metadata.get("ca_research", {}), "run": run}
    # which kernel served it is of the machine: a warm one and an ordinary one give the same page
    notebook.metadata["kernelspec"] = {
        "display_name": "Python 3",
        "language": "python",
        "name": kernels.ORDINARY,
    }
    notebook.metadata["language_info"] = {"name": "python"}
    return without_paths(str(nbformat.writes(notebook)) + "\n")


def unexecuted(task: Task, outcome: Outcome) -> str:
    """The notebook of a run that came to nothing, with the record of it."""
    import nbformat

    return stamped(nbformat.read(task.run.notebook, as_version=4), task, outcome)


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
    for folder in sorted(folders, key=len, reverse=True):
        text = text.replace(json.dumps(folder)[1:-1], folders[folder])
    return re.sub(re.escape(json.dumps(tempfile.gettempdir())[1:-1]) + r"/ipykernel_\d+/", "", text)
