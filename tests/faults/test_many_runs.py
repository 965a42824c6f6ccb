"""Two hundred runs in a row leave nothing behind: no process, no open file or socket, no thread, no
temporary file.
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from tests.leaks import kinds, more, open_files

from ca_research import kernels, runs
from ca_research.ground import paths
from ca_research.runs import Options, Run

RUNS, AT_ONCE = 200, 50


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A project of one small notebook, with folders of its own for sockets and for temporary
    files.
    """
    folder, scratch = tmp_path / "project", tmp_path / "tmp"
    shutil.copytree(paths.registry_dir(), folder / "registry")
    for name in ("notebooks", "data/processed/build-tiny", "data/raw"):
        (folder / name).mkdir(parents=True)
    (folder / "data" / "processed" / "CURRENT").write_text("build-tiny")
    cells = [
        nbformat.v4.new_code_cell(
            'n: int = 0\nas_of: str = "latest"', metadata={"tags": ["parameters"]}, id="p"
        )
    ]
    cells += [nbformat.v4.new_code_cell("print(n)", id="c")]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book = nbformat.v4.new_notebook(
        cells=cells, metadata={"kernelspec": spec, "ca_research": {"tables": []}}
    )
    nbformat.write(book, folder / "notebooks" / "small.ipynb")
    scratch.mkdir()
    with tempfile.TemporaryDirectory(prefix="ca-") as runtime:  # a socket's name must be short
        monkeypatch.setattr(tempfile, "tempdir", str(scratch))
        own = {
            "TMPDIR": scratch,
            "CA_RESEARCH_HOME": folder,
            "CA_RESEARCH_CACHE": tmp_path / "cache",
        }
        own |= {
            "XDG_RUNTIME_DIR": runtime,
            "JUPYTER_RUNTIME_DIR": runtime,
            "IPYTHONDIR": tmp_path / "ipython",
        }
        for name, value in own.items():
            monkeypatch.setenv(name, str(value))
        yield folder
        if server():
            kernels.stop(environment())


def environment() -> dict[str, str]:
    """What names the server of a run's kernels."""
    return {**os.environ, "PYTHONHASHSEED": "0"}


def server() -> dict:
    return {} if kernels.why_not() else kernels.status(environment()) or {}


def left() -> dict[str, list[Any]]:
    """All that a leak would add to."""
    gc.collect()  # what only waits for the collector is no leak
    about = server()
    found: dict[str, list[Any]] = {
        "threads": [t.name for t in threading.enumerate()],
        "processes": [p.pid for p in psutil.Process().children(recursive=True) if not ended(p)],
        "kernels": about.get("kernels", []),
        "server": [about.get("pid")],
        "temporary files": [p.name for p in Path(tempfile.gettempdir()).rglob("*")],
        "files of the runtime folder": [
            p.name for p in Path(os.environ["XDG_RUNTIME_DIR"]).rglob("*")
        ],
    }
    for who, pid in (("this process", os.getpid()), ("the server", about.get("pid"))):
        if pid:
            found[f"files of {who}"] = kinds(open_files(pid))
    return found


def ended(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.long
def test_two_hundred_runs_leave_nothing_behind(home, tmp_path):
    def execute(numbers: range) -> None:
        planned = [
            Run("small", home / "notebooks" / "small.ipynb", {"n": n, "as_of": "latest"})
            for n in numbers
        ]
        results = runs.execute(planned, tmp_path / "out", Options(2))
        assert [(r.error, r.stored) for r in results] == [("", False)] * len(numbers)

    execute(range(2))
    before = left()
    for first in range(2, RUNS + 2, AT_ONCE):
        execute(range(first, first + AT_ONCE))
    until = time.monotonic() + 60
    while (added := more(before, left())) and time.monotonic() < until:
        time.sleep(0.2)
    assert not added
    made = {p.name for p in (tmp_path / "out" / "notebooks").iterdir()}
    assert made == {f"small-as-of-latest-n-{n}.ipynb" for n in range(RUNS + 2)}
