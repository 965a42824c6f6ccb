"""Runs notebooks through papermill, in processes of their own, and keeps what they did, whole or not at all."""

from __future__ import annotations

import json
import logging
import os
import platform
import re
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from .. import __version__, paths
from ..errors import RunError
from .plan import Run

EXECUTED = "notebooks"
"""Folder within the reports folder that holds executed notebooks; the site reads them and nothing else."""

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


@dataclass(frozen=True)
class Result:
    """What became of a run. `error` is empty where all went well."""

    run_id: str
    claim: str
    params: dict[str, Any]
    command: str
    seconds: float
    error: str = ""
    where: str = ""

    @property
    def ok(self) -> bool:
        return not self.error


def _execute(run: Run, folder: Path, table_key: str) -> Result:
    """One run, in a worker process. The executed notebook is written under a scratch name and then renamed."""
    import nbformat
    import papermill
    from papermill.exceptions import PapermillExecutionError

    warnings.filterwarnings("ignore", module="papermill|nbclient|jupyter_client|traitlets")
    logging.getLogger("papermill").setLevel(logging.ERROR)
    target = folder / f"{run.run_id}.ipynb"
    scratch = folder / f".{run.run_id}-{os.getpid()}.ipynb"
    started, error, where = time.perf_counter(), "", ""
    try:
        papermill.execute_notebook(
            str(run.notebook),
            str(scratch),
            run.params,
            kernel_name="python3",
            progress_bar=False,
            log_output=False,
            extra_arguments=[
                "--IPKernelApp.log_level=CRITICAL"
            ],  # what a cell raises comes back as a message, not as a log
        )
    except PapermillExecutionError as problem:
        error, where = (
            f"{problem.ename}: {_plain(problem.evalue)}",
            f"{paths.shown(run.notebook)}, cell {problem.exec_count}",
        )
    except Exception as problem:  # the kernel died or never started
        error, where = f"{type(problem).__name__}: {_plain(str(problem))}", paths.shown(run.notebook)
    seconds = time.perf_counter() - started
    if scratch.is_file():
        notebook = nbformat.read(scratch, as_version=4)
        notebook.metadata.pop("papermill", None)  # holds absolute paths
        notebook.metadata["ca_research"] = {
            **notebook.metadata.get("ca_research", {}),
            "run": {
                "run_id": run.run_id,
                "claim": run.claim,
                "params": run.params,
                "notebook": f"notebooks/{run.notebook.name}",
                "command": run.command,
                "error": error,
                "where": where,
                "tables": table_key,
            },
        }
        for cell in notebook.cells:
            cell.metadata.pop("papermill", None)
            cell.metadata.pop("execution", None)
        scratch.write_text(_without_paths(nbformat.writes(notebook)), encoding="utf-8")
        scratch.replace(target)
    return Result(run.run_id, run.claim, run.params, run.command, round(seconds, 2), error, where)


def _plain(text: str) -> str:
    """First lines of a message without terminal colours."""
    lines = [line for line in re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines() if line.strip()]
    return " ".join(lines[:3])


def _without_paths(text: str) -> str:
    """Executed notebooks leave the machine: folders of the project, the package, Python and the user are not in them."""
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
    return re.sub(re.escape(json.dumps(gettempdir())[1:-1]) + r"/ipykernel_\d+/", "", text)


def execute(
    runs: Sequence[Run],
    out: Path,
    *,
    jobs: int | None = None,
    on_done: Callable[[Result], None] = lambda result: None,
) -> list[Result]:
    """Run notebooks, `jobs` at a time (default: cores); results in the order of `runs`.

    A notebook that fails is a Result with its error; its page is still written. Raises MissingTableError before any
    kernel starts where the tables have not been built.
    """
    from ..tables.build import current

    table_key = current().name
    folder = out / EXECUTED
    folder.mkdir(parents=True, exist_ok=True)
    before = os.environ.get("CA_RESEARCH_REPORTS")
    os.environ["CA_RESEARCH_REPORTS"] = str(out)  # where a notebook finds the verdicts stored so far
    os.environ.setdefault("CA_RESEARCH_STRICT", "1")
    for name in _THREADS:
        os.environ.setdefault(name, "1")
    jobs = max(1, min(jobs or os.cpu_count() or 1, len(runs)))
    done: dict[str, Result] = {}
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(_execute, run, folder, table_key): run for run in runs}
        try:
            for future in as_completed(waiting):
                run = waiting[future]
                try:
                    result = future.result()
                except Exception as problem:  # a worker that died takes its run with it, not the others
                    result = Result(
                        run.run_id,
                        run.claim,
                        run.params,
                        run.command,
                        0.0,
                        f"{type(problem).__name__}: {_plain(str(problem))}",
                        paths.shown(run.notebook),
                    )
                done[result.run_id] = result
                on_done(result)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        finally:
            os.environ.pop("CA_RESEARCH_REPORTS")
            if before is not None:
                os.environ["CA_RESEARCH_REPORTS"] = before
    return [done[run.run_id] for run in runs]


def write_manifest(out: Path, results: Sequence[Result]) -> None:
    """Write manifest.json: what ran, how long, on which versions and tables, and what failed."""
    from ..tables.build import current

    content = {
        "ca_research": __version__,
        "python": platform.python_version(),
        "packages": {name: version(name) for name in ("pandas", "numpy", "statsmodels", "matplotlib", "papermill")},
        "tables": current().name,
        "runs": [asdict(r) for r in results],
    }
    scratch = out / f".manifest-{os.getpid()}.json"
    scratch.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
    scratch.replace(out / "manifest.json")


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


__all__ = ["EXECUTED", "Result", "execute", "failed", "write_manifest"]
