"""Runs that go wrong: each ends with a clear message and whole files, and the next one is good.

Tiny notebooks in a project of their own, on the ordinary kernel.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import nbformat
import psutil
import pytest

from ca_research import paths, runs
from ca_research.runs import Options, Run

CELL = 'n: int = 3\nas_of: str = "latest"'


def notebook(home: Path, name: str, *sources: str) -> Run:
    cells = [nbformat.v4.new_code_cell(CELL, metadata={"tags": ["parameters"]}, id="p")]
    cells += [nbformat.v4.new_code_cell(s, id=f"c{i}") for i, s in enumerate(sources)]
    book = nbformat.v4.new_notebook(cells=cells)
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book.metadata["ca_research"] = {"tables": []}
    file = home / "notebooks" / f"{name}.ipynb"
    nbformat.write(book, file)
    return Run(name, file, {"n": 1, "as_of": "latest"})


@pytest.fixture
def home(tmp_path, monkeypatch):
    folder = tmp_path / "project"
    shutil.copytree(paths.registry_dir(), folder / "registry")
    for name in ("notebooks", "data/processed/build-tiny", "data/raw"):
        (folder / name).mkdir(parents=True)
    (folder / "data" / "processed" / "CURRENT").write_text("build-tiny")
    monkeypatch.setenv("CA_RESEARCH_HOME", str(folder))
    monkeypatch.setenv("CA_RESEARCH_CACHE", str(tmp_path / "cache"))
    return folder


def kernels() -> set[int]:
    """Kernels that this test's processes have started."""
    found = set()
    for process in psutil.Process().children(recursive=True):
        try:
            if any("ipykernel" in word for word in process.cmdline()):
                found.add(process.pid)
        except psutil.Error:
            continue
    return found


LIMITED = {
    "endless": ("while True: pass", {"notebook_seconds": 4}, "took longer than 4 s"),
    "slow_cell": ("import time; time.sleep(600)", {"cell_seconds": 3}, "a cell took longer than 3 s"),
    "greedy": (
        "import time\nhoard = bytearray(700 * 1024**2)\nhoard[::4096] = b'x' * len(hoard[::4096])\ntime.sleep(60)",
        {"memory_bytes": 400 * 1024**2},
        "used more than 0.391 GiB",
    ),
    "talkative": (
        "for _ in range(200): print('x' * 1024**2)",
        {"output_bytes": 5 * 1024**2},
        "put out more than 5 MB",
    ),
    "leaves": ("import os; os._exit(7)", {}, "the kernel died"),
    "killed": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", {}, "the kernel died"),
}


@pytest.mark.parametrize("name", LIMITED)
def test_a_limit_ends_the_run_with_one_clear_line_and_no_kernel_stays(home, tmp_path, name):
    source, limits, words = LIMITED[name]
    run = notebook(home, name, "print('before')", source, "print('after')")
    started = time.monotonic()
    (result,) = runs.execute([run], tmp_path / "out", Options(1, limits=tuple(limits.items())))
    assert words in result.error, result
    assert "\n" not in result.error
    assert result.where == f"notebooks/{name}.ipynb"
    assert time.monotonic() - started < 60
    assert kernels() == set()
    page = tmp_path / "out" / "notebooks" / f"{run.run_id}.ipynb"
    book = nbformat.read(page, as_version=4)  # whole, with what came before
    assert "before" in json.dumps(book)
    assert page.stat().st_size < 20 * 1024**2


def test_a_notebook_that_forks_ends_well_and_leaves_no_process(home, tmp_path):
    source = "import os, time\nchild = os.fork()\nif child == 0:\n    time.sleep(0.2)\n    os._exit(0)\nprint(os.waitpid(child, 0)[1])"
    (result,) = runs.execute([notebook(home, "forks", source)], tmp_path / "out", Options(1))
    assert result.ok, result.error
    assert kernels() == set()


def test_a_failed_run_is_never_stored_and_a_good_one_is(home, tmp_path):
    bad, good = notebook(home, "bad", "1 / 0"), notebook(home, "good", "print(n)")
    first = runs.execute([bad, good], tmp_path / "out", Options(2))
    again = runs.execute([bad, good], tmp_path / "other", Options(2))
    assert [(r.ok, r.stored) for r in first] == [(False, False), (True, False)]
    assert [(r.ok, r.stored) for r in again] == [(False, False), (True, True)]
    name = f"notebooks/{good.run_id}.ipynb"
    assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_fail_fast_starts_nothing_more(home, tmp_path):
    planned = [notebook(home, "bad", "1 / 0"), *(notebook(home, f"good{i}", "print(n)") for i in range(3))]
    results = runs.execute(planned, tmp_path / "out", Options(1, fail_fast=True))
    assert [r.claim for r in results] == ["bad"]


def test_a_killed_worker_takes_no_run_with_it(home, tmp_path):
    """The process that runs a notebook is killed while it does; the run is tried again and ends well."""
    flag = tmp_path / "flag"
    slow = f"import pathlib, time\nflag = pathlib.Path({str(flag)!r})\nif not flag.exists():\n    flag.touch()\n    time.sleep(60)"
    planned = [notebook(home, "slow", slow), notebook(home, "quick", "print(n)")]

    def kill() -> None:
        while not flag.exists():
            time.sleep(0.05)
        kernel = psutil.Process(next(iter(kernels_running(flag))))
        kernel.parent().kill()  # the worker, not the kernel

    threading.Thread(target=kill, daemon=True).start()
    results = runs.execute(planned, tmp_path / "out", Options(1))
    assert [(r.claim, r.error) for r in results] == [("slow", ""), ("quick", "")]


def kernels_running(flag: Path) -> set[int]:
    while not (found := kernels()):
        time.sleep(0.05)
    return found


def test_a_run_whose_worker_dies_every_time_says_so_and_the_others_go_on(home, tmp_path):
    deadly = "import os, signal, psutil\nos.kill(psutil.Process().ppid(), signal.SIGKILL)\nimport time; time.sleep(30)"
    results = runs.execute(
        [notebook(home, "deadly", deadly), notebook(home, "good", "print(n)")], tmp_path / "out", Options(1)
    )
    assert [(r.claim, r.error) for r in results] == [
        ("deadly", "the process that ran it was killed, twice"),
        ("good", ""),
    ]


SCRIPT = """
import sys
from pathlib import Path
from ca_research import runs
from ca_research.runs import Options, Run
home = Path(sys.argv[1])
planned = [Run(f"r{i}", home / "notebooks" / f"r{i}.ipynb", {"n": 1, "as_of": "latest"}) for i in range(4)]
if __name__ == "__main__":
    runs.execute(planned, Path(sys.argv[2]), Options(1), on_done=lambda r: print(r.claim, r.stored, flush=True))
"""


def test_a_killed_parent_leaves_whole_files_and_the_next_run_does_only_what_is_missing(home, tmp_path):
    for i in range(4):
        notebook(home, f"r{i}", f"import time; time.sleep({0 if i < 2 else 0.5}); print(n)")
    script, out = tmp_path / "script.py", tmp_path / "out"
    script.write_text(SCRIPT)
    command = [sys.executable, str(script), str(home), str(out)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ, start_new_session=True) as first:
        assert first.stdout.readline().split()[0] == "r0"
        assert first.stdout.readline().split()[0] == "r1"
        first.kill()  # -9: it can clean up nothing
    for page in (out / "notebooks").glob("*.ipynb"):
        nbformat.validate(nbformat.read(page, as_version=4))
    second = subprocess.run(command, capture_output=True, text=True, env=os.environ, check=True)
    told = dict(line.split() for line in second.stdout.splitlines())
    assert told["r0"] == told["r1"] == "True"  # finished before the kill: served from the store
    assert told["r3"] == "False"
    assert [p.name for p in out.rglob(".*")] == []


def test_ctrl_c_ends_children_and_leaves_whole_files(home, tmp_path):
    for i in range(4):
        notebook(home, f"r{i}", f"import time; time.sleep({0 if i == 0 else 60})")
    script, out = tmp_path / "script.py", tmp_path / "out"
    script.write_text(SCRIPT)
    command = [sys.executable, str(script), str(home), str(out)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ, start_new_session=True) as parent:  # fmt: skip
        assert parent.stdout.readline().split()[0] == "r0"
        time.sleep(2)
        children = psutil.Process(parent.pid).children(recursive=True)
        assert children
        parent.send_signal(signal.SIGINT)
        assert parent.wait(20) != 0
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []
    assert [p.name for p in (out / "notebooks").iterdir()] == ["r0-as-of-latest-n-1.ipynb"]


def test_a_reports_folder_that_cannot_be_written_is_said(home, tmp_path):
    blocked = tmp_path / "out"
    blocked.write_text("a file where the folder should be")
    with pytest.raises(OSError):
        runs.execute([notebook(home, "good", "print(n)")], blocked, Options(1))
    assert kernels() == set()
    assert blocked.read_text() == "a file where the folder should be"


def test_a_store_that_cannot_be_written_costs_the_store_and_not_the_result(home, tmp_path, monkeypatch):
    cache = tmp_path / "cache"
    cache.write_text("a file where the store should be")
    (result,) = runs.execute([notebook(home, "good", "print(n)")], tmp_path / "out", Options(1))
    assert result.ok
    assert (tmp_path / "out" / "notebooks").is_dir()


def test_two_commands_at_once_both_end_well(home, tmp_path):
    for i in range(4):
        notebook(home, f"r{i}", "print(n)")
    script, out = tmp_path / "script.py", tmp_path / "out"
    script.write_text(SCRIPT)
    command = [sys.executable, str(script), str(home), str(out)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) for _ in range(2)]
    assert [p.wait(120) for p in both] == [0, 0]
    for p in both:
        assert len(p.stdout.read().splitlines()) == 4
        p.stdout.close()
    for page in sorted((out / "notebooks").glob("*.ipynb")):
        assert json.loads(page.read_text())["metadata"]["ca_research"]["run"]["error"] == ""
    assert len(list((out / "notebooks").iterdir())) == 4
