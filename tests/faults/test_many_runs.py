"""Two hundred runs in a row leave nothing behind: no process, no open file or socket, no thread, no
temporary file.
"""

import gc
import os
import tempfile
import threading
from pathlib import Path

import psutil
import pytest
from tests.cases import one_in_short
from tests.leaks import kinds, more, open_files
from tests.small_runs import executed, notebook, small_project
from tests.warm import COLD, asked, gone, of_run, private_runtime, within

RUNS, AT_ONCE = 200, 50


@pytest.fixture
def home(tmp_path, store, monkeypatch):
    """A project with folders of its own for sockets and for temporary files."""
    folder = small_project(tmp_path / "project")
    (tmp_path / "tmp").mkdir()
    with private_runtime():
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
        monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
        monkeypatch.setenv("CA_RESEARCH_HOME", str(folder))
        yield folder


def left():
    """All that a leak would add to."""
    gc.collect()  # what only waits for the collector is no leak
    about = {} if COLD else asked(of_run()) or {}
    runtime = Path(os.environ["XDG_RUNTIME_DIR"])
    below = psutil.Process().children(recursive=True)
    return {
        "threads": [t.name for t in threading.enumerate()],
        "processes": [p.pid for p in below if not gone(p.pid)],
        "kernels": about.get("kernels", []),
        "server": [about.get("pid")],
        "temporary files": [p.name for p in Path(tempfile.gettempdir()).rglob("*")],
        "runtime folder": [p.name for p in runtime.rglob("*") if "history" not in p.name],
        "files": kinds(open_files()),
        "files of the server": kinds(open_files(about.get("pid", os.getpid()))),
    }


@pytest.mark.parametrize("count", one_in_short([6, RUNS]))
def test_many_runs_leave_nothing_behind(home, out, count):
    def execute(numbers):
        planned = [notebook(home, "small", "print(n)", n=n) for n in numbers]
        results = executed(out, *planned, jobs=2)
        assert [(r.error, r.stored) for r in results] == [("", False)] * len(numbers)

    execute(range(2))
    before = left()
    for first in range(2, count + 2, AT_ONCE):
        execute(range(first, min(first + AT_ONCE, count + 2)))
    assert within(60, lambda: not more(before, left())), more(before, left())
    made = {p.name for p in (out / "notebooks").iterdir()}
    assert made == {f"small-as-of-latest-n-{n}.ipynb" for n in range(count + 2)}
