"""One run, in a process of its own or on another machine: the notebook through papermill, its
outcome handed back.
"""

from __future__ import annotations

import contextlib
import logging
import os
import platform
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import __version__, kernels
from ..ground import garbage, paths, reads
from ..ground.tracebacks import plain
from . import lean
from .planning import Run

if TYPE_CHECKING:
    from nbformat import NotebookNode

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


@dataclass(frozen=True)
class Task:
    """What a worker needs: the run, its key, what it may read, how it is limited, which kernel it
    gets.

    scratch: folder for what must not outlive the run; empty for one of the worker's own.
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

    note: the line that says why the kernel was not a warm one, where one was asked for and not to
        be had.
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
    """What a worker sets for the kernels of all its runs: the seed of hashes, one thread for BLAS.

    A kernel starts in a folder of its own, so what is relative to this one is said in full, and
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


def environment(task: Task) -> dict[str, str]:
    """What it sets for the kernel of one run: the limits of its reads and the folder of the report
    as well.
    """
    reports = {"CA_RESEARCH_REPORTS": task.reports} if task.reports else {}
    return settings() | {reads.VARIABLE: task.allowed} | reports


def begin(scratch: str) -> None:
    """First thing in a worker process. Ctrl-C belongs to the parent, and where that is killed the
    worker ends too.

    Without the watch it would wait for ever for a next run, and its kernel with it.
    """
    from multiprocessing import connection, parent_process

    garbage.seldom()
    garbage.not_at_the_end()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        connection.wait([parent.sentinel])
        shutil.rmtree(scratch, ignore_errors=True)
        os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def imports() -> None:
    """What a first run would import."""
    lean.imports()
    import papermill  # noqa: F401

    from . import engine  # noqa: F401


class _Notes(logging.Handler):
    """Takes up what Jupyter's parts log, so that many workers do not each print it."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.note = ""

    def emit(self, record: logging.LogRecord) -> None:
        if "instead of a warm one" in record.getMessage():
            self.note = record.getMessage()


def execute(task: Task) -> Outcome:
    """Execute one notebook. Never raises for what the notebook does; nothing is written but in a
    scratch folder.
    """
    with _environment_of(task):
        outcome = _attempt(task)
        # two kernels that start at once can be given one port: one dies before its first cell
        return _attempt(task) if any(words in outcome.error for words in _UNBORN) else outcome


@contextlib.contextmanager
def _environment_of(task: Task) -> Iterator[None]:
    """The environment for a task, and only for it: the limits of its reads are nobody else's."""
    before = dict(os.environ)
    os.environ |= environment(task)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ |= before


_QUIET = ("--IPKernelApp.log_level=CRITICAL", "--HistoryManager.enabled=False")
"""What a cell raises comes back as a message, not as a log; what a run executes is no history of
the user's.
"""
_UNBORN = ("Kernel died before replying", "Address already in use")


def _attempt(task: Task) -> Outcome:
    imports()
    import papermill
    from papermill.exceptions import PapermillExecutionError

    from .engine import NAME, Limits

    warnings.filterwarnings("ignore", module="papermill|nbclient|jupyter_client|traitlets")
    logging.getLogger("papermill").setLevel(logging.ERROR)
    started, error, where, notes = time.perf_counter(), "", "", _Notes()
    made, read, content = list[Any](), list[Mapping[str, Any]](), ""
    logger = logging.getLogger("traitlets")  # where a kernel's provisioner writes to
    logger.addHandler(notes)
    with tempfile.TemporaryDirectory(prefix="ca-research-", dir=task.scratch or None) as folder:
        os.environ["JUPYTER_RUNTIME_DIR"] = (
            folder  # a killed worker leaves no connection file among the user's
        )
        try:
            papermill.execute_notebook(
                str(task.run.notebook),
                None,
                task.run.params,
                engine_name=NAME,
                limits=Limits(**task.limits),
                made=made,
                read=read,
                kernel_name=task.kernel or kernels.default()[0],
                language=_language(task.run.notebook),
                cwd=str(task.run.notebook.parent),
                progress_bar=False,
                log_output=False,
                extra_arguments=list(_QUIET),
            )
        except PapermillExecutionError as problem:
            error = f"{problem.ename}: {plain(problem.evalue)}"
            where = f"{paths.shown(task.run.notebook)}, cell {problem.exec_count}"
        except Exception as problem:  # the kernel died or never started, or a limit was passed
            kind = "" if type(problem).__name__ == "RunError" else f"{type(problem).__name__}: "
            error, where = kind + plain(str(problem)), paths.shown(task.run.notebook)
        finally:
            logger.removeHandler(notes)
        seconds = round(time.perf_counter() - started, 2)
        if made:
            content = stamped(made[0], task, error, where)
    return Outcome(content, seconds, error, where, notes.note, read[0] if read else None)


def _language(notebook: Path) -> str | None:
    """What papermill takes a notebook for that does not say its language; None where it does."""
    import nbformat

    about = nbformat.read(notebook, as_version=4).metadata
    says = about.get("kernelspec", {}).get("language") or about.get("language_info", {}).get("name")
    return None if says else "python"


def stamped(notebook: NotebookNode, task: Task, error: str, where: str) -> str:
    """The text of an executed notebook with the record of its run, without anything that is of this
    machine or this moment.
    """
    import nbformat

    notebook.metadata.pop("papermill", None)  # holds absolute paths
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
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = "injected-parameters"  # papermill draws one at random
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


if (
    __name__ == "__main__"
):  # a task on stdin, its outcome into the file named: for a worker of a cluster
    import pickle

    from ca_research.runs import worker

    answer = worker.execute(pickle.load(sys.stdin.buffer))
    Path(sys.argv[1]).write_bytes(pickle.dumps(answer))
