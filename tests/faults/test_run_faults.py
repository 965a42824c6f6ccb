"""Runs that go wrong: each ends with a clear message and whole files, and the next one is good.

Tiny notebooks in a project of their own, on the kernels that are the default here; what a kernel
has a part in, in the long tests on ordinary ones too.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import nbformat
import psutil
import pytest

from ca_research import kernels, runs
from ca_research.ground import files as files_module
from ca_research.ground import paths
from ca_research.ground.errors import WriteError
from ca_research.runs import Options, Run, pool

CELL = 'n: int = 3\nas_of: str = "latest"'
COLD = bool(kernels.why_not())  # then ordinary kernels are the default
KINDS = [
    pytest.param(kernels.ORDINARY, marks=[] if COLD else pytest.mark.long),
    pytest.param(kernels.NAME, marks=pytest.mark.skipif(COLD, reason=kernels.why_not())),
]


def notebook(home: Path, name: str, *sources: str, parameters: str = CELL) -> Run:
    cells = [nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}, id="p")]
    cells += [nbformat.v4.new_code_cell(s, id=f"c{i}") for i, s in enumerate(sources)]
    book = nbformat.v4.new_notebook(cells=cells)
    book.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    book.metadata["ca_research"] = {"tables": []}
    file = home / "notebooks" / f"{name}.ipynb"
    nbformat.write(book, file)
    return Run(name, file, {"n": 1, "as_of": "latest"})


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A project and a runtime folder for all tests: both are part of what names a server, so the
    tests share one.
    """
    folder = tmp_path_factory.mktemp("faults") / "project"
    shutil.copytree(paths.registry_dir(), folder / "registry")
    for name in ("data/processed/build-tiny", "data/raw"):
        (folder / name).mkdir(parents=True)
    (folder / "data" / "processed" / "CURRENT").write_text("build-tiny")
    with (
        tempfile.TemporaryDirectory(prefix="ca-") as runtime,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name in ("XDG_RUNTIME_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
            patch.setenv(name, runtime)
        patch.setenv("CA_RESEARCH_HOME", str(folder))
        yield folder
        if server():
            kernels.stop(environment())


@pytest.fixture
def home(place, tmp_path, monkeypatch):
    shutil.rmtree(place / "notebooks", ignore_errors=True)
    (place / "notebooks").mkdir()
    monkeypatch.setenv("CA_RESEARCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(pool, "_told", set())
    return place


def environment() -> dict[str, str]:
    """What names the server of a run's kernels."""
    return {**os.environ, "PYTHONHASHSEED": "0"}


def server() -> dict:
    return {} if kernels.why_not() else kernels.status(environment()) or {}


def ours() -> set[int]:
    """Kernels of both kinds that this test's runs have started."""
    found = set(server().get("kernels", ()))
    for process in psutil.Process().children(recursive=True):
        try:
            if any("ipykernel" in word for word in process.cmdline()):
                found.add(process.pid)
        except psutil.Error:
            continue
    return found


def within(seconds: float, condition) -> bool:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def gone(pid: int) -> bool:
    """Whether a process has ended; one that waits to be reaped has."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def no_kernel_stays() -> bool:
    return within(60, lambda: ours() == set())


def text(out: Path, run: Run) -> str:
    """What an executed notebook printed."""
    book = nbformat.read(out / "notebooks" / f"{run.run_id}.ipynb", as_version=4)
    return "".join(o.get("text", "") for cell in book.cells for o in cell.outputs)


LIMITED = {
    "endless": ("while True: pass", {"notebook_seconds": 2}, "took longer than 2 s"),
    "slow_cell": (  # more than the cell before it takes on a loaded machine
        "import time; time.sleep(600)",
        {"cell_seconds": 4},
        "a cell took longer than 4 s",
    ),
    "greedy": (
        "import time\nhoard = bytearray(1200 * 1024**2)\nhoard[::4096] = b'x' * "
        "len(hoard[::4096])\ntime.sleep(60)",
        {"memory_bytes": 900 * 1024**2},
        "used more than 0.879 GiB",
    ),
    "talkative": (
        "for _ in range(40): print('x' * 1024**2)",
        {"output_bytes": 5 * 1024**2},
        "put out more than 5 MB",
    ),
    "carries": (  # an error that holds a whole answer or frame
        "raise ValueError('x' * 6 * 1024**2)",
        {"output_bytes": 5 * 1024**2},
        "put out more than 5 MB",
    ),
    "leaves": ("import os; os._exit(7)", {}, "the kernel died"),
    "killed": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", {}, "the kernel died"),
}


@pytest.mark.parametrize("kernel", KINDS)
@pytest.mark.parametrize("name", LIMITED)
def test_a_limit_ends_the_run_with_one_clear_line_and_no_kernel_stays(home, tmp_path, name, kernel):
    source, limits, words = LIMITED[name]
    run = notebook(home, name, "print('before')", source, "print('after')")
    started = time.monotonic()
    (result,) = runs.execute(
        [run], tmp_path / "out", Options(1, kernel=kernel, limits=tuple(limits.items()))
    )
    assert words in result.error, result
    assert "\n" not in result.error
    assert result.where == f"notebooks/{name}.ipynb"
    assert time.monotonic() - started < 120
    assert no_kernel_stays()
    page = tmp_path / "out" / "notebooks" / f"{run.run_id}.ipynb"
    if name != "endless":  # its time may have passed before the first cell was run
        assert "before" in text(tmp_path / "out", run)  # whole, with what came before
    assert page.stat().st_size < 20 * 1024**2


@pytest.mark.parametrize("kernel", KINDS)
def test_a_kernel_that_comes_up_after_its_time_is_stopped_all_the_same(home, tmp_path, kernel):
    """The time of a notebook had passed while there was no kernel to stop, and the notebook ran on
    without a limit.
    """
    run = notebook(home, "late", "import time; time.sleep(600)")
    (result,) = runs.execute(
        [run], tmp_path / "out", Options(1, kernel=kernel, limits=(("notebook_seconds", 0),))
    )
    assert result.error == "it took longer than 0 s"
    assert no_kernel_stays()


FORKS = {
    "waits for its child": """
import os, time
child = os.fork()
if child == 0:
    time.sleep(0.2)
    os._exit(0)
print(os.waitpid(child, 0)[1])""",
    "leaves its child asleep": """
import os, time
child = os.fork()
if child == 0:
    time.sleep(600)
    os._exit(0)
print(f'child={child}.')""",
    "starts a program and goes": """
import subprocess
child = subprocess.Popen(['sleep', '600']).pid
print(f'child={child}.')""",
}


@pytest.mark.parametrize("kernel", KINDS)
@pytest.mark.long
def test_notebooks_that_fork_end_well_and_leave_no_process(home, tmp_path, kernel):
    planned = [notebook(home, way.replace(" ", "_"), code) for way, code in FORKS.items()]
    for result in runs.execute(planned, tmp_path / "out", Options(1, kernel=kernel)):
        assert result.ok, result.error
    assert no_kernel_stays()
    told = [text(tmp_path / "out", run) for run in planned]
    children = [int(t.split("child=")[1].split(".")[0]) for t in told if "child=" in t]
    assert len(children) == 2
    assert within(60, lambda: all(gone(child) for child in children))


def test_a_failed_run_is_never_stored_and_a_good_one_is(home, tmp_path):
    bad, good = notebook(home, "bad", "1 / 0"), notebook(home, "good", "print(n)")
    first = runs.execute([bad, good], tmp_path / "out", Options(2))
    again = runs.execute([bad, good], tmp_path / "other", Options(2))
    assert [(r.ok, r.stored) for r in first] == [(False, False), (True, False)]
    assert [(r.ok, r.stored) for r in again] == [(False, False), (True, True)]
    name = f"notebooks/{good.run_id}.ipynb"
    assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_a_run_that_imports_code_from_elsewhere_is_never_stored_and_says_so(
    home, tmp_path, monkeypatch, capsys
):
    """No key covers it: an edit of a helper left the old page standing, without a word."""
    helper = tmp_path / "lib" / "helper.py"
    helper.parent.mkdir()
    monkeypatch.syspath_prepend(helper.parent)
    given = [str(helper.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(given))
    monkeypatch.setattr(pool, "_told", set())
    run = notebook(home, "scaled", "import helper\nprint(n * helper.SCALE)")
    for scale in (1, 1000):
        helper.write_text(f"SCALE = {scale}  #{' ' * scale}")
        (result,) = runs.execute([run], tmp_path / "out", Options(1))
        assert (result.ok, result.stored, result.outside) == (True, False, ("helper",)), result
        assert text(tmp_path / "out", run).strip() == str(scale)
    assert capsys.readouterr().err.count("notebooks/scaled.ipynb imports helper from outside") == 1


def test_fail_fast_starts_nothing_more(home, tmp_path):
    planned = [
        notebook(home, "bad", "1 / 0"),
        *(notebook(home, f"good{i}", "print(n)") for i in range(3)),
    ]
    results = runs.execute(planned, tmp_path / "out", Options(1, fail_fast=True))
    assert [r.claim for r in results] == ["bad"]


@pytest.mark.parametrize("kernel", KINDS)
@pytest.mark.long
def test_what_lies_in_the_folder_of_the_command_is_no_input_of_a_run(
    home, tmp_path, monkeypatch, kernel
):
    """No key covers it; a run starts in an empty folder of its own."""
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "yaml.py").write_text("who = 'the one beside'")
    (tmp_path / "here" / "matplotlibrc").write_text("figure.figsize: 1, 1")
    (tmp_path / "here" / "project").symlink_to(home)
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("CA_RESEARCH_HOME", "project")
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join(["more", *filter(None, [os.environ.get("PYTHONPATH")])])
    )
    (tmp_path / "here" / "more").mkdir()
    (tmp_path / "here" / "more" / "helper.py").write_text("who = 'helper'")
    code = "import os, yaml, helper; from ca_research import paths; import matplotlib\n"
    code += (
        "print(hasattr(yaml, 'who'), helper.who, os.listdir(), paths.registry_dir().is_dir(), "
        "matplotlib.rcParams['figure.figsize'])"
    )
    run = notebook(home, "where", code)
    (result,) = runs.execute([run], tmp_path / "out", Options(1, kernel=kernel))
    assert result.ok, result
    assert text(tmp_path / "out", run).strip() == "False helper [] True [6.4, 4.8]"


# --- what is killed
# --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kernel", KINDS)
def test_a_killed_worker_takes_no_run_with_it(home, tmp_path, kernel):
    """The process that runs a notebook is killed while it does; the run is tried again and ends
    well.
    """
    flag = tmp_path / "flag"
    slow = (
        f"import os, pathlib, time\nflag = pathlib.Path({str(flag)!r})\n"
        'if not flag.exists():\n    flag.write_text(f"{os.getpid()} '
        "{os.environ['JPY_PARENT_PID']}\")\n    time.sleep(600)"
    )
    planned = [notebook(home, "slow", slow), notebook(home, "quick", "print(n)")]
    killed = []

    def kill() -> None:
        assert within(60, lambda: flag.exists() and flag.read_text().count(" "))
        killed.extend(map(int, flag.read_text().split()))
        psutil.Process(killed[1]).kill()  # the worker, not the kernel

    killer = threading.Thread(target=kill)
    killer.start()
    results = runs.execute(planned, tmp_path / "out", Options(1, kernel=kernel))
    killer.join()
    assert [(r.claim, r.error) for r in results] == [("slow", ""), ("quick", "")]
    assert within(60, lambda: gone(killed[0])), "its kernel has ended with it"
    assert no_kernel_stays()
    assert list(Path(os.environ["JUPYTER_RUNTIME_DIR"]).glob("kernel-*")) == [], (
        "no connection file is left"
    )


@pytest.mark.parametrize("kernel", KINDS)
@pytest.mark.long
def test_a_run_whose_worker_dies_every_time_says_so_and_the_others_go_on(home, tmp_path, kernel):
    deadly = (
        "import os, signal, time\nos.kill(int(os.environ['JPY_PARENT_PID']), "
        "signal.SIGKILL)\ntime.sleep(600)"
    )
    planned = [notebook(home, "deadly", deadly), notebook(home, "good", "print(n)")]
    results = runs.execute(planned, tmp_path / "out", Options(1, kernel=kernel))
    assert [(r.claim, r.error) for r in results] == [
        ("deadly", "the process that ran it was killed, twice"),
        ("good", ""),
    ]
    assert results[0].where == "notebooks/deadly.ipynb"
    assert no_kernel_stays()


@pytest.mark.long
def test_a_worker_killed_while_it_waits_costs_nothing(home, tmp_path):
    planned = [notebook(home, f"r{i}", "print(n)") for i in range(3)]
    workers = set()

    def kill(result) -> None:
        for child in psutil.Process().children():
            with suppress(psutil.NoSuchProcess):  # what an earlier test has left may just end
                if "spawn_main" in " ".join(child.cmdline()) and child.pid not in workers:
                    workers.add(child.pid)
                    child.kill()
                    child.wait(10)
        time.sleep(0.5)

    results = runs.execute(planned, tmp_path / "out", Options(1), on_done=kill)
    assert workers
    assert [(r.claim, r.error) for r in results] == [("r0", ""), ("r1", ""), ("r2", "")]


def test_the_end_of_a_pool_leaves_its_processes_to_multiprocessing():
    """They were waited for past it, so that it took them for alive: now and then a command never
    ended, at full speed.
    """
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    for _ in range(3):
        executor = ProcessPoolExecutor(2, mp_context=get_context("spawn"))
        futures = [executor.submit(time.sleep, 600) for _ in range(2)]
        assert within(60, lambda: all(f.running() for f in futures))  # noqa: B023
        workers = list(executor._processes.values())
        pool.end(executor)
        # the executor's own thread waits for them as well: whichever comes first knows the code
        killed = [-signal.SIGKILL] * 2
        assert within(30, lambda: [w.exitcode for w in workers] == killed)  # noqa: B023
        assert not any(worker.is_alive() for worker in workers)


def test_processes_that_nobody_needed_end_with_their_block():
    """They import for half a second; a command whose runs are all stored is over sooner."""
    with pool.workers(Options(2), 2) as at_work:
        executor = at_work.begin()
        executor.submit(time.sleep, 600)
        begun = list(executor._processes.values())
    assert len(begun) == 2
    assert within(30, lambda: not any(process.is_alive() for process in begun))


@pytest.mark.skipif(COLD, reason=kernels.why_not())
def test_a_killed_fork_server_takes_no_run_with_it_and_the_next_runs_have_another(
    home, tmp_path, capfd
):
    flag = tmp_path / "flag"
    tell = "import os, pathlib, signal, time\nprint(f'server={os.getppid()}.')\n"
    kill = f"os.kill(os.getppid(), signal.SIGKILL); pathlib.Path({str(flag)!r}).touch()"
    planned = [notebook(home, "kills", tell + kill, "print('went on')")]
    # else the last of them may begin before the first run has come to its cell
    wait = f"while not pathlib.Path({str(flag)!r}).exists(): time.sleep(0.05)"
    planned += [notebook(home, f"later{i}", tell + wait) for i in range(3)]
    out = tmp_path / "out"
    results = runs.execute(planned, out, Options(2))
    assert [r.error for r in results] == [""] * 4
    assert "went on" in text(out, planned[0])
    first, *_, last = (int(text(out, run).split("server=")[1].split(".")[0]) for run in planned)
    assert last == server()["pid"] != first, "a warm kernel again"
    assert "ordinary" not in capfd.readouterr().err
    assert no_kernel_stays()


@pytest.mark.skipif(COLD, reason=kernels.why_not())
@pytest.mark.parametrize(
    "when", ["from the start", pytest.param("later on", marks=pytest.mark.long)]
)
def test_where_warm_kernels_cannot_be_had_one_line_says_so_and_all_is_run(
    home, tmp_path, monkeypatch, capfd, when
):
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    (folder / "ca-research").write_text("a file where the folder of sockets should be")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    if when == "later on":  # when the first kernel is asked for
        monkeypatch.setattr(kernels, "warm", lambda env: None)
    planned = [notebook(home, f"r{i}", "print(n)") for i in range(4)]
    results = runs.execute(planned, tmp_path / "out", Options(1))
    results += runs.execute(planned[:2], tmp_path / "second", Options(1, use_store=False))
    assert [r.error for r in results] == [""] * 6
    said = (
        capfd.readouterr().err
    )  # an ordinary kernel may end with a line of libzmq's own, which is not ours to count
    lines = [line for line in said.splitlines() if line.startswith("ca-research:")]
    assert len(lines) == 1 and "ordinary kernel" in lines[0] and "no runtime folder" in lines[0], (
        said
    )


SCRIPT = """
import os, signal, sys
from pathlib import Path
from ca_research import runs
from ca_research.ground import files
from ca_research.runs import Options, Run
home, out, when = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
planned = [
    Run(f"r{i}", home / "notebooks" / f"r{i}.ipynb", {"n": 1, "as_of": "latest"}) for i in range(4)
]

def die():
    os.kill(os.getpid(), signal.SIGKILL)

class Half:
    def __init__(self, handle, mode):
        self.file = open(handle, mode)
    def __enter__(self):
        return self
    def __exit__(self, *_):
        self.file.close()
    def write(self, content):
        self.file.write(content[:len(content) // 2])
        self.file.flush()
        if b'"run_id": "r2' in content:
            die()
        self.file.write(content[len(content) // 2:])

if __name__ == "__main__":
    # a job in a shell's background has it ignored
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if when == "half":
        files.os = type("os", (), {**vars(os), "fdopen": Half})
    elif when == "whole":
        real = Path.replace
        Path.replace = lambda self, to: die() if Path(to).name.startswith("r2-") else real(self, to)
    runs.execute(planned, out, Options(1), on_done=lambda r: print(r.claim, r.stored, flush=True))
"""


@pytest.fixture
def script(home, tmp_path, monkeypatch):
    """Runs notebooks r0 to r3 in a process of its own; the words of its command, to which one says
    when it dies.
    """
    file = tmp_path / "script.py"
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    file.write_text(SCRIPT)
    return [sys.executable, str(file), str(home), str(tmp_path / "out")]


@contextmanager
def started(words):
    options = {
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
        "text": True,
        "start_new_session": True,
    }
    with subprocess.Popen(words, **options) as process:
        try:
            yield process
        finally:
            process.kill()  # where a test has failed, nothing else ends it


def whole(out: Path) -> list[str]:
    """Names of the executed notebooks, each read and checked."""
    for page in (out / "notebooks").glob("*.ipynb"):
        if not page.name.startswith("."):
            nbformat.validate(nbformat.read(page, as_version=4))
    return sorted(p.name.split("-")[0] for p in (out / "notebooks").glob("r*.ipynb"))


def test_a_killed_parent_leaves_whole_files_and_the_next_run_does_only_what_is_missing(
    home, tmp_path, script
):
    flag = tmp_path / "flag"
    for i in range(2):
        notebook(home, f"r{i}", "print(n)")
    for i in (2, 3):
        wait = f"import pathlib, time; pathlib.Path({str(flag)!r}).touch(); time.sleep(600)"
        notebook(home, f"r{i}", wait)
    with started([*script, "never"]) as first:
        assert first.stdout.readline().split()[0] == "r0"
        assert first.stdout.readline().split()[0] == "r1"
        assert within(60, flag.exists), "the third is at its cell"
        children = psutil.Process(first.pid).children(recursive=True)
        assert children
        first.kill()  # -9: it can clean up nothing
    _, alive = psutil.wait_procs(children, timeout=60)
    assert alive == [], "its workers end without it"
    assert no_kernel_stays()
    assert within(30, lambda: not list((tmp_path / "tmp").glob("ca-research-*"))), (
        "and take their scratch folder along"
    )
    assert whole(tmp_path / "out") == ["r0", "r1"]
    for i in (2, 3):
        notebook(home, f"r{i}", "print(n)")
    second = subprocess.run([*script, "never"], capture_output=True, text=True, check=True)
    told = dict(line.split() for line in second.stdout.splitlines())
    assert told == {"r0": "True", "r1": "True", "r2": "False", "r3": "False"}
    assert [p.name for p in (tmp_path / "out").rglob(".*")] == []


@pytest.mark.long
@pytest.mark.parametrize("when", ["half", "whole"])
def test_a_parent_killed_while_it_writes_leaves_the_file_out_and_the_next_run_writes_it(
    home, tmp_path, script, when
):
    """Half the file is there, or all of it, under its scratch name."""
    for i in range(4):
        notebook(home, f"r{i}", "print(n)")
    with started([*script, when]) as first:
        assert [line.split()[0] for line in first.stdout] == ["r0", "r1"]
    assert first.returncode == -signal.SIGKILL
    assert no_kernel_stays()
    assert whole(tmp_path / "out") == ["r0", "r1"]
    (scratch,) = (tmp_path / "out" / "notebooks").glob(".*")
    os.utime(scratch, (time.time() - 7200,) * 2)
    second = subprocess.run([*script, "never"], capture_output=True, text=True, check=True)
    assert [line.split()[1] for line in second.stdout.splitlines()] == [
        "True",
        "True",
        "False",
        "False",
    ]
    assert whole(tmp_path / "out") == ["r0", "r1", "r2", "r3"]
    assert not scratch.exists(), "what nobody writes any more is swept away"


def test_ctrl_c_ends_children_and_leaves_whole_files(home, tmp_path, script):
    for i in range(4):
        notebook(home, f"r{i}", f"import time; time.sleep({0 if i == 0 else 600})")
    with started([*script, "never"]) as parent:
        assert parent.stdout.readline().split()[0] == "r0"
        time.sleep(2)
        children = psutil.Process(parent.pid).children(recursive=True)
        assert children
        parent.send_signal(signal.SIGINT)
        assert parent.wait(60) != 0
    _, alive = psutil.wait_procs(children, timeout=60)
    assert alive == []
    assert no_kernel_stays()
    assert [p.name for p in (tmp_path / "out" / "notebooks").iterdir()] == [
        "r0-as-of-latest-n-1.ipynb"
    ]


def test_two_commands_at_once_both_end_well(home, tmp_path, script):
    for i in range(4):
        notebook(home, f"r{i}", "print(n)")
    both = [
        subprocess.Popen([*script, "never"], stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    assert [p.wait(120) for p in both] == [0, 0]
    for p in both:
        assert len(p.stdout.read().splitlines()) == 4
        p.stdout.close()
    assert whole(tmp_path / "out") == ["r0", "r1", "r2", "r3"]
    for page in sorted((tmp_path / "out" / "notebooks").glob("*.ipynb")):
        assert json.loads(page.read_text())["metadata"]["ca_research"]["run"]["error"] == ""
    assert len(list((tmp_path / "out" / "notebooks").iterdir())) == 4


# --- disks
# -----------------------------------------------------------------------------------------------


def mount(folder: Path, options: str) -> bool:
    words = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    return (
        bool(shutil.which("mount")) and subprocess.run(words, capture_output=True).returncode == 0
    )


def can_mount() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        if mounted := mount(Path(folder), "size=64k"):
            subprocess.run(["umount", folder], check=True)
    return mounted


MOUNTS = can_mount()
FULL = "tmpfs" if MOUNTS else "a write that fails, for nothing can be mounted here"
READ_ONLY = "tmpfs" if MOUNTS else "a file in its place, for nothing can be mounted here"


class Disk:
    """A folder on a disk of 300 kB. Where none can be mounted, every write of more than a kilobyte
    fails.
    """

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, full):
        folder.mkdir(exist_ok=True)
        self.folder, self.patch, self.full = folder, patch, full
        if MOUNTS:
            assert mount(folder, "size=300k")

    def fill(self) -> None:
        if MOUNTS:
            with pytest.raises(OSError, match="No space"):
                (self.folder / "ballast").write_bytes(b"x" * 400 * 1024)
            return

        real = files_module.os
        fake = type(
            "os",
            (),
            {
                **vars(os),
                "fdopen": lambda handle, mode: (
                    self.full(handle, mode)
                    if str(self.folder) in real.readlink(f"/proc/self/fd/{handle}")
                    else real.fdopen(handle, mode)
                ),
            },
        )
        self.patch.setattr(files_module, "os", fake)

    def empty(self) -> None:
        if MOUNTS:
            (self.folder / "ballast").unlink()
        else:
            self.patch.undo()

    def only_read(self) -> None:
        if MOUNTS:
            subprocess.run(["mount", "-o", "remount,ro", str(self.folder)], check=True)
        else:
            self.folder.rmdir()
            self.folder.write_text("a file where the folder should be")

    def written_again(self) -> None:
        if MOUNTS:
            subprocess.run(["mount", "-o", "remount,rw", str(self.folder)], check=True)
        else:
            self.folder.unlink()

    def leave(self) -> None:
        if MOUNTS:
            subprocess.run(["umount", str(self.folder)], check=True)


@pytest.fixture
def disk(tmp_path, full_disk):
    """Makes disks of 300 kB; all are unmounted at the end."""
    made: list[Disk] = []
    with pytest.MonkeyPatch.context() as patch:

        def make(name: str) -> Disk:
            made.append(Disk(tmp_path / name, patch, full_disk))
            return made[-1]

        yield make
    for one in made:
        one.leave()


@pytest.mark.parametrize("how", [FULL])
def test_a_full_disk_under_the_reports_is_said_and_the_next_run_is_good(home, tmp_path, disk, how):
    out = disk("out")
    (out.folder / "notebooks").mkdir()
    (out.folder / "notebooks" / "r0-as-of-latest-n-1.ipynb").write_text("of an earlier run")
    planned = [notebook(home, f"r{i}", "print('x' * 20_000)") for i in range(3)]
    out.fill()
    with pytest.raises(
        WriteError,
        match=r"(?s)No space left on device: .*/out/notebooks/r\d-as-of-latest-n-1\.ipynb\n",
    ):
        runs.execute(planned, out.folder, Options(2))
    assert no_kernel_stays()
    assert [p.read_text() for p in (out.folder / "notebooks").iterdir()] == [
        "of an earlier run"
    ] or not MOUNTS
    assert list((out.folder / "notebooks").glob(".*")) == []
    out.empty()
    os.environ["CA_RESEARCH_CACHE"] = str(tmp_path / "cache")
    assert [r.error for r in runs.execute(planned, out.folder, Options(2))] == [""] * 3
    assert whole(out.folder) == ["r0", "r1", "r2"]


@pytest.mark.parametrize("how", [FULL])
def test_a_full_disk_under_the_store_costs_the_store_and_not_the_result(
    home, tmp_path, monkeypatch, disk, how
):
    cache = disk("small")
    monkeypatch.setenv("CA_RESEARCH_CACHE", str(cache.folder))
    run = notebook(home, "good", "print('x' * 20_000)")
    cache.fill()
    for _ in range(2):
        (result,) = runs.execute([run], tmp_path / "out", Options(1))
        assert result.ok and not result.stored
    assert [p for p in cache.folder.rglob("*") if p.is_file() and p.name != "ballast"] == [], (
        "nothing half-written"
    )
    cache.empty()
    monkeypatch.setenv("CA_RESEARCH_CACHE", str(cache.folder))
    assert [
        r.stored for _ in range(2) for r in runs.execute([run], tmp_path / "out", Options(1))
    ] == [False, True]


@pytest.mark.parametrize("how", [READ_ONLY])
def test_a_reports_folder_that_cannot_be_written_is_said_and_the_next_run_is_good(home, disk, how):
    out, run = disk("out"), notebook(home, "r0", "print(n)")
    out.only_read()
    with pytest.raises(WriteError, match="out/notebooks"):
        runs.execute([run], out.folder, Options(1))
    assert no_kernel_stays()
    out.written_again()
    assert [r.error for r in runs.execute([run], out.folder, Options(1))] == [""]
    assert whole(out.folder) == ["r0"]


@pytest.mark.parametrize("how", [READ_ONLY])
@pytest.mark.long
def test_a_store_that_cannot_be_written_is_still_read(home, tmp_path, monkeypatch, disk, how):
    cache = disk("small")
    monkeypatch.setenv("CA_RESEARCH_CACHE", str(cache.folder))
    known, new = notebook(home, "known", "print(n)"), notebook(home, "new", "print(n)")
    if MOUNTS:
        runs.execute([known], tmp_path / "out", Options(1))
    cache.only_read()
    results = runs.execute([known, new], tmp_path / "other", Options(1))
    assert [(r.error, r.stored) for r in results] == [("", MOUNTS), ("", False)]
    cache.written_again()


def test_the_command_names_the_file_that_a_full_disk_would_not_take(
    project, tmp_path, command, disk, monkeypatch
):
    """`ca-research run` from beginning to end."""
    monkeypatch.setenv("CA_RESEARCH_CACHE", str(tmp_path / "cache"))
    economy = 'economy: str = "KAZ"\nas_of: str = "latest"'
    notebook(project.home, "country_brief", "print('x' * 20_000)", parameters=economy)
    out = disk("out")
    out.fill()
    words = (
        "run",
        "brief",
        "-p",
        "economy=UZB",
        "--as-of",
        "latest",
        "--kernel",
        kernels.ORDINARY,
        "--out",
        str(out.folder),
    )
    code, _, said = command(*words)
    what, where, hint = said.splitlines()[-3:]
    assert code == 1 and what == "error: No space left on device: a file could not be written"
    assert (
        where.endswith("/out/notebooks/brief-as-of-latest-economy-uzb.ipynb")
        and "Traceback" not in said
    )
    assert hint.startswith("  next:  make room")
    out.empty()
    monkeypatch.setenv("CA_RESEARCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CA_RESEARCH_HOME", str(project.home))
    code, told, said = command(*words)
    assert code == 0, said
    assert (out.folder / "index.html").is_file() and "index.html" in told


def test_the_overview_of_a_folder_without_verdicts_is_refused_before_anything_starts(
    built, tmp_path, command
):
    """It printed where the report is, and then failed."""
    notebook(built.home, "overview", "print(1)", parameters='as_of: str = "latest"')
    code, told, said = command("run", "overview", "--out", str(tmp_path / "new"))
    assert (code, told) == (1, "") and len(said.splitlines()) == 3, said
    assert said.startswith("error: there is no report yet that the overview could read")
    assert not (tmp_path / "new").exists()


def test_the_overview_of_runs_with_parameters_alone_is_refused_before_anything_starts(
    built, tmp_path, command
):
    """It failed in a picture of nothing, and the report could not be zipped any more."""
    notebook(built.home, "overview", "print(1)", parameters='as_of: str = "latest"')
    stored = [{"leads": True, "as_of": "latest", "params": {"economy": "KAZ"}}]
    (tmp_path / "verdicts.json").write_text(json.dumps(stored))
    (tmp_path / "index.html").write_text('<span id="address">index.html</span>')  # a report's own
    code, told, said = command("run", "overview", "--out", str(tmp_path))
    assert (code, told) == (1, "") and len(said.splitlines()) == 3, said
    assert said.startswith("error: there is no report yet that the overview could read")
    there = {file.name for file in tmp_path.iterdir() if file.is_file()}
    assert there == {"index.html", "verdicts.json"}


@pytest.mark.long
def test_a_report_that_is_put_back_from_the_store_is_said_so(built, tmp_path, command, monkeypatch):
    """In a fresh clone with a filled store `nothing has changed` stood over a folder that had been
    empty.
    """
    monkeypatch.setenv("CA_RESEARCH_CACHE", str(tmp_path / "cache"))
    notebook(
        built.home,
        "country_brief",
        "print(1)",
        parameters='economy: str = "KAZ"\nas_of: str = "latest"',
    )
    words = ("run", "--kernel", kernels.ORDINARY, "--out")
    assert command(*words, str(tmp_path / "out"))[0] == 0
    assert "(nothing has changed)" in command(*words, str(tmp_path / "out"))[1]
    (tmp_path / "out" / "index.html").unlink()
    assert "(1 file put back from the store)" in command(*words, str(tmp_path / "out"))[1]
    shutil.rmtree(tmp_path / "out")
    assert "files put back from the store)" in command(*words, str(tmp_path / "out"))[1]


BRIEF = 'economy: str = "KAZ"\nas_of: str = "latest"'


def test_files_of_others_in_the_folder_of_a_report_stay(built, tmp_path, command, monkeypatch):
    """`--out .` took the project's own notebooks away, and any page or card that lay there."""
    monkeypatch.setenv("CA_RESEARCH_CACHE", str(tmp_path / "cache"))
    notebook(built.home, "country_brief", "print(1)", parameters=BRIEF)
    words = ("run", "--kernel", kernels.ORDINARY, "--out")
    for place in (str(built.home), os.path.relpath(built.home)):
        code, told, said = command(*words, place)
        assert (code, told) == (2, "") and len(said.splitlines()) == 3, said
        assert "the folder holds what no report has made" in said and "country_brief.ipynb" in said
    assert (built.home / "notebooks" / "country_brief.ipynb").is_file()
    assert not (built.home / "index.html").exists()
    web = tmp_path / "web"
    (web / "share").mkdir(parents=True)
    for name in ("home.html", "share/photo.png"):
        (web / name).write_text("mine")
    for turn in range(2):
        code, told, said = command(*words, str(web))
        assert code == 0 and (turn == 0) == ("nothing has changed" not in told), said
        for name in ("home.html", "share/photo.png"):
            assert (web / name).read_text() == "mine"
    (web / "manifest.json").write_text("no manifest any more")
    (web / "index.html").unlink()  # as after a run that was killed: the rest is still a report's
    assert "(2 files put back from the store)" in command(*words, str(web))[1]
    (web / "index.html").write_text("mine too")
    for more in ((), ("--fresh",)):
        assert command(*words, str(web), *more)[0] == 2
    assert (web / "index.html").read_text() == "mine too"


THEIRS = (
    "index.html",
    "methods.html",
    "references.bib",
    "manifest.json",
    "brief-as-of-latest-economy-kaz.html",
    "share/brief-as-of-latest-economy-kaz.png",
)


def test_nothing_of_others_is_written_over(built, tmp_path, command, monkeypatch):
    """Of the pages the index alone was looked at; what lies beside them went without a word."""
    monkeypatch.setenv("CA_RESEARCH_CACHE", str(tmp_path / "cache"))
    notebook(built.home, "country_brief", "print(1)", parameters=BRIEF)
    words = ("run", "--kernel", kernels.ORDINARY, "--out")
    for name in THEIRS:
        folder = tmp_path / Path(name).name
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text("mine")
        code, told, said = command(*words, str(folder))
        assert (code, told) == (2, "") and f"no report has made: {folder.name}" in said
        assert [f.read_text() for f in folder.rglob("*.*")] == ["mine"]


def test_what_a_fresh_run_finds_stays_found(built, tmp_path, command, monkeypatch):
    """The next run put the older result of the store back over it."""
    monkeypatch.setenv("CA_RESEARCH_CACHE", str(tmp_path / "cache"))
    number = tmp_path / "number.txt"
    number.write_text("one")
    source = f"print(open({str(number)!r}).read())"  # which no key knows of
    notebook(built.home, "country_brief", source, parameters=BRIEF)
    words = ("run", "--kernel", kernels.ORDINARY, "--out", str(tmp_path / "out"))

    def said() -> bool:
        books = (tmp_path / "out" / "notebooks").glob("brief*.ipynb")
        return all('"two\\n"' in book.read_text() for book in books)

    assert command(*words)[0] == 0 and not said()
    number.write_text("two")
    assert command(*words)[0] == 0 and not said()
    assert command(*words, "--fresh")[0] == 0 and said()
    assert command(*words)[0] == 0 and said()
    shutil.rmtree(tmp_path / "out")
    assert command(*words)[0] == 0 and said()


def test_where_the_store_cannot_be_written_another_place_is_named(
    built, tmp_path, command, monkeypatch
):
    (tmp_path / "cache").write_text("a file where the folder should be")
    monkeypatch.setenv("CA_RESEARCH_CACHE", str(tmp_path / "cache"))
    code, _, said = command("run", "--out", str(tmp_path / "out"))
    what, where, hint = said.splitlines()
    assert code == 1 and what.startswith("error: ") and "cache/locks" in where
    assert "CA_RESEARCH_CACHE=FOLDER" in hint


# --- the store and the clock
# -----------------------------------------------------------------------------


def test_corrupt_entries_of_the_store_are_run_anew_and_mended(home, tmp_path):
    planned = [notebook(home, f"good{i}", "print(n)") for i in range(4)]
    mine = tmp_path / "mine.txt"
    mine.write_text("not of the store")
    runs.execute(planned, tmp_path / "out", Options(2))
    cut, of_another_kind, of_a_file_elsewhere, sound = (tmp_path / "cache" / "runs").iterdir()
    cut.write_bytes(cut.read_bytes()[:10])
    of_another_kind.write_text("[1, 2]")
    of_a_file_elsewhere.write_text(json.dumps({"file": str(mine), "seconds": 1}))
    blob = json.loads(sound.read_bytes())["file"]
    (file,) = (tmp_path / "cache" / "blobs").rglob(blob)
    file.write_bytes(file.read_bytes().replace(b"print(n)", b"print(m)"))
    for stored in (False, True):
        results = runs.execute(planned, tmp_path / "out", Options(2))
        assert [(r.error, r.stored) for r in results] == [("", stored)] * 4
    assert [text(tmp_path / "out", run) for run in planned] == ["1\n"] * 4
    assert mine.read_text() == "not of the store"


@pytest.mark.long
def test_a_clock_that_goes_back_loses_nothing(home, tmp_path, monkeypatch):
    """What was stored in a time to come is served, what is new is run and stored, and seconds are
    never negative.
    """
    old, new = notebook(home, "old", "print(n)"), notebook(home, "new", "print(n)")
    runs.execute([old], tmp_path / "out", Options(1))
    for file in [*(tmp_path / "cache").rglob("*"), *(tmp_path / "out").rglob("*")]:
        os.utime(file, (2**32, 2**32))
    clock = iter(range(10**9, 0, -1000))
    monkeypatch.setattr(time, "time", lambda: float(next(clock)))
    results = runs.execute([old, new], tmp_path / "out", Options(1))
    again = runs.execute([old, new], tmp_path / "out", Options(1))
    assert [(r.error, r.stored) for r in results] == [("", True), ("", False)]
    assert [(r.error, r.stored) for r in again] == [("", True), ("", True)]
    assert all(r.seconds >= 0 for r in results)
    assert len(list((tmp_path / "out" / "notebooks").glob("*.ipynb"))) == 2
