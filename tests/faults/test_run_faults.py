"""Runs that go wrong: each ends with a clear message and whole files, and the next one is good.

Tiny notebooks in a project of their own, on the kernels that are the default here; what a kernel
has a part in, in the long tests on ordinary ones too.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import nbformat
import psutil
import pytest
from tests.cases import cases
from tests.commands import python
from tests.small_runs import BRIEF, executed, notebook, small_project, text
from tests.warm import COLD, NEEDED, asked, gone, of_run, private_runtime, within

from ca_research import kernels
from ca_research.ground.errors import WriteError

KINDS = [kernels.ORDINARY, pytest.param(kernels.NAME, marks=NEEDED)]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A project and a runtime folder for all tests: both are part of what names a server, so the
    tests share one.
    """
    folder = small_project(tmp_path_factory.mktemp("faults") / "project")
    with private_runtime(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("CA_RESEARCH_HOME", str(folder))
        yield folder


@pytest.fixture
def home(place, store):
    shutil.rmtree(place / "notebooks")
    (place / "notebooks").mkdir()
    kernels.say.cache_clear()
    return place


def four(home, first="print(n)", last=""):
    """Runs r0 to r3; the last two may do something else."""
    sources = [first, first, last or first, last or first]
    return [notebook(home, f"r{i}", source) for i, source in enumerate(sources)]


def server():
    return {} if COLD else asked(of_run()) or {}


def no_kernel_stays():
    """Neither of the server's kernels nor of those that this process has started."""

    def ordinary():
        below = [p for p in psutil.Process().children(recursive=True) if not gone(p.pid)]
        return [p for p in below if "ipykernel" in p.name() + " ".join(p.cmdline())]

    return within(60, lambda: not server().get("kernels") and not ordinary())


def whole(out):
    """Names of the executed notebooks, each read and checked."""
    pages = sorted((out / "notebooks").glob("r*.ipynb"))
    for page in pages:
        nbformat.validate(nbformat.read(page, as_version=4))
    return [page.name.split("-")[0] for page in pages]


LIMITED = cases(__file__, "limits")


@pytest.mark.parametrize("kernel", KINDS)
@pytest.mark.parametrize("name", LIMITED)
def test_a_limit_ends_the_run_with_one_clear_line_and_no_kernel_stays(home, out, name, kernel):
    source, limits, words = LIMITED[name].values()
    run = notebook(home, name.replace(" ", "_"), "print('before')", source, "print('after')")
    started = time.monotonic()
    (result,) = executed(out, run, kernel=kernel, limits=tuple(limits.items()))
    assert words in result.error and "\n" not in result.error
    assert result.where == f"notebooks/{run.notebook.name}"
    assert time.monotonic() - started < 120 and no_kernel_stays()
    if "notebook_seconds" not in limits:  # its time may have passed before the first cell was run
        assert "before" in text(out, run), "whole, with what came before"
    assert (out / "notebooks" / f"{run.run_id}.ipynb").stat().st_size < 20 * 1024**2


def test_a_failed_run_is_never_stored_and_a_good_one_is(home, tmp_path, out):
    bad, good = notebook(home, "bad", "1 / 0", "2"), notebook(home, "good", "print(n)")
    book = nbformat.read(bad.notebook, 4)
    book.cells[-1].outputs = [nbformat.v4.new_output("stream", text="of an earlier run")]
    nbformat.write(book, bad.notebook)
    for folder, stored in ((out, False), (tmp_path / "other", True)):
        first, second = executed(folder, bad, good, jobs=2)
        assert (first.ok, first.stored, second.ok, second.stored) == (False, False, True, stored)
        assert first.error.startswith("ZeroDivisionError") and first.where.endswith(", cell 3")
        assert text(folder, bad) == "", "nor does it show what was in the file"
    name = f"notebooks/{good.run_id}.ipynb"
    assert (out / name).read_bytes() == (tmp_path / "other" / name).read_bytes()
    after_a_failure = executed(out, bad, good, fail_fast=True, use_store=False)
    assert [r.name for r in after_a_failure] == ["bad"], "nothing more is started"


def test_a_run_that_imports_code_from_elsewhere_is_never_stored_and_says_so(
    home, tmp_path, out, monkeypatch, capsys
):
    """No key covers it: an edit of a helper left the old page standing, without a word."""
    helper = tmp_path / "lib" / "helper.py"
    helper.parent.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(helper.parent), prepend=os.pathsep)
    run = notebook(home, "scaled", "import helper\nprint(n * helper.SCALE)")
    for scale in (1, 1000):
        helper.write_text(f"SCALE = {scale}  #{' ' * scale}")
        (result,) = executed(out, run)
        assert (result.ok, result.stored, result.outside) == (True, False, (str(helper),)), result
        assert text(out, run) == str(scale)
    assert capsys.readouterr().err.count("from outside of the project") == 1


@pytest.mark.parametrize("kernel", KINDS)
def test_what_lies_in_the_folder_of_the_command_is_no_input_of_a_run(
    home, tmp_path, out, monkeypatch, kernel
):
    """No key covers it; a run starts in its notebook's folder."""
    (tmp_path / "yaml.py").write_text("who = 'the one beside'")
    (tmp_path / "matplotlibrc").write_text("figure.figsize: 1, 1")
    (tmp_path / "project").symlink_to(home)
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "helper.py").write_text("who = 'helper'")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CA_RESEARCH_HOME", "project")
    monkeypatch.setenv("PYTHONPATH", "more", prepend=os.pathsep)
    code = "import os, yaml, helper; from ca_research import paths; import matplotlib\n"
    code += "print(hasattr(yaml, 'who'), helper.who, os.listdir(), paths.registry_dir().is_dir())\n"
    run = notebook(home, "where", code, "print(matplotlib.rcParams['figure.figsize'])")
    (result,) = executed(out, run, kernel=kernel)
    assert result.ok and text(out, run) == "False helper ['where.ipynb'] True\n[6.4, 4.8]"


UNSTORED = """
import sys
from pathlib import Path
from ca_research import runs
notebook, out = map(Path, sys.argv[1:])
run = runs.Run("stands", notebook, {"n": 1, "as_of": "latest"})
assert not runs.execute([run], out)[0].stored
"""


def test_a_package_of_the_same_size_and_second_is_run_as_it_is(home, tmp_path, out, monkeypatch):
    """As two unpacked archives have it: compiled code of the one ran under the key of the other."""
    package = tmp_path / "lib" / "ca_research"
    shutil.copytree(kernels.PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    run = notebook(home, "stands", "from ca_research import stands\nprint(stands.N)")
    monkeypatch.setenv("PYTHONPATH", str(package.parent))
    for number in (1, 2):
        (package / "stands.py").write_text(f"N = {number}")
        os.utime(package / "stands.py", (10**9, 10**9))
        python("-c", UNSTORED, run.notebook, out)
        assert text(out, run) == str(number)


# --- what is killed
# --------------------------------------------------------------------------------------


@NEEDED
def test_a_killed_fork_server_takes_no_run_with_it_and_the_next_runs_have_another(
    home, tmp_path, out, capfd
):
    flag = tmp_path / "flag"
    tell = f"import os, pathlib, time\nprint(os.getppid()); flag = pathlib.Path({str(flag)!r})\n"
    kills = notebook(home, "kills", tell + "os.kill(os.getppid(), 9); flag.touch()", "print('on')")
    # else the last of them may begin before the first run has come to its cell
    wait = tell + "while not flag.exists(): time.sleep(0.05)"
    *later, last = four(home, wait)
    assert all(result.ok for result in executed(out, kills, *later, last, jobs=2))
    first, went_on = text(out, kills).split("\n")
    assert went_on == "on" and text(out, last) == str(server()["pid"]) != first
    assert "ordinary" not in capfd.readouterr().err and no_kernel_stays()


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

# a job in a shell's background has it ignored
signal.signal(signal.SIGINT, signal.default_int_handler)
if when == "half":
    files.os = type("os", (), {**vars(os), "fdopen": Half})
runs.execute(planned, out, Options(1), on_done=lambda r: print(r.name, r.stored, flush=True))
"""


@pytest.fixture
def script(home, tmp_path, out, monkeypatch):
    """Runs notebooks r0 to r3 in a process of its own: `script("half")` dies while it writes r2."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))

    @contextmanager
    def started(when="never"):
        words = [sys.executable, "-c", SCRIPT, str(home), str(out), when]
        with subprocess.Popen(
            words, stdout=subprocess.PIPE, text=True, start_new_session=True
        ) as process:
            try:
                yield process
            finally:
                process.kill()  # where a test has failed, nothing else ends it

    return started


def told(process):
    """What a script says of its runs: whether each was stored."""
    return dict(line.split() for line in process.communicate(timeout=120)[0].splitlines())


STORED = {"r0": "True", "r1": "True", "r2": "False", "r3": "False"}


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_command_leaves_whole_files_and_the_next_does_only_what_is_missing(
    home, tmp_path, out, script, how
):
    """Ctrl-C, or -9: then it can clean up nothing, and files with the keys of kernels stayed."""
    flag, tmp = tmp_path / "flag", tmp_path / "tmp"
    wait = f"import pathlib, time; pathlib.Path({str(flag)!r}).touch(); time.sleep(600)"
    four(home, last=wait)
    with script() as first:
        assert [first.stdout.readline().split()[0] for _ in range(2)] == ["r0", "r1"]
        assert within(60, flag.exists), "the third is at its cell"
        keys = list(tmp.rglob("kernel*.json"))
        assert [key.stat().st_mode & 0o77 for key in (*keys, keys[0].parent)] == [0, 0]
        first.send_signal(how)
        assert first.wait(60) != 0
    assert no_kernel_stays() and within(30, lambda: not list(tmp.rglob("kernel*.json")))
    assert whole(out) == ["r0", "r1"]
    four(home)
    with script() as second:
        assert told(second) == STORED
    assert [*out.rglob(".*"), *tmp.iterdir()] == [], "swept by the next run"


def test_a_command_killed_while_it_writes_leaves_the_file_out_and_the_next_writes_it(
    home, out, script
):
    four(home)
    with script("half") as first:
        assert list(told(first)) == ["r0", "r1"] and first.returncode == -signal.SIGKILL
    assert no_kernel_stays() and whole(out) == ["r0", "r1"]
    (scratch,) = (out / "notebooks").glob(".*")
    os.utime(scratch, (time.time() - 7200,) * 2)
    with script() as second:
        assert told(second) == STORED
    assert whole(out) == list(STORED) and not scratch.exists()


def test_two_commands_at_once_both_end_well(home, out, script):
    four(home)
    with script() as one, script() as other:
        assert [list(told(process)) for process in (one, other)] == [list(STORED)] * 2
        assert [one.returncode, other.returncode] == [0, 0]
    assert whole(out) == list(STORED) and len(list((out / "notebooks").iterdir())) == 4
    for page in (out / "notebooks").iterdir():
        assert json.loads(page.read_text())["metadata"]["ca_research"]["run"]["error"] == ""


# --- disks
# -----------------------------------------------------------------------------------------------


@pytest.fixture
def refusing(monkeypatch):
    """Has the system refuse every file that would be begun in a folder: `refusing(folder, 28)`."""

    @contextmanager
    def refuse(folder, number):
        real = tempfile.mkstemp

        def mkstemp(*args, dir=None, **more):
            if Path(dir or "/").is_relative_to(folder):
                raise OSError(number, os.strerror(number))
            return real(*args, dir=dir, **more)

        with monkeypatch.context() as patch:
            patch.setattr(tempfile, "mkstemp", mkstemp)
            yield

    return refuse


FULL, READ_ONLY = 28, 30


@pytest.mark.parametrize("number", [FULL, READ_ONLY])
def test_reports_that_cannot_be_written_are_said_and_the_next_run_is_good(
    home, out, refusing, number
):
    (out / "notebooks").mkdir(parents=True)
    (old := out / "notebooks" / "r0-as-of-latest-n-1.ipynb").write_text("of an earlier run")
    planned = four(home)
    with refusing(out, number):
        with pytest.raises(WriteError) as error:
            executed(out, *planned, jobs=2)
        assert error.value.errno == number and "/notebooks/r" in error.value.where
        assert no_kernel_stays() and old.read_text() == "of an earlier run"
    assert all(result.ok for result in executed(out, *planned, jobs=2))
    assert whole(out) == list(STORED)


def test_a_store_that_cannot_be_written_is_read_and_costs_no_result(home, out, store, refusing):
    known, new = notebook(home, "known", "print(n)"), notebook(home, "new", "print(n)")
    executed(out, known)
    there = sorted(store.rglob("*"))
    with refusing(store, FULL):
        for _ in range(2):
            results = executed(out, known, new)
            assert [(r.error, r.stored) for r in results] == [("", True), ("", False)]
    assert sorted(store.rglob("*.json")) == [f for f in there if f.suffix == ".json"]
    assert [executed(out, new)[0].stored for _ in range(2)] == [False, True]


# --- what lies in the folder of a report
# -------------------------------------------------------------------------------


def test_what_reads_the_others_is_refused_where_there_are_none(built, out, command):
    """It printed where the report is, and then failed; nor could the report be zipped any more."""
    notebook(built.home, "overview", "print(1)", parameters='as_of: str = "latest"', after=True)
    code, told, _ = command("run", "overview", "--out", str(out))
    assert (code, told) == (1, "") and not [*out.rglob("*.*")]


def test_files_of_others_in_the_folder_of_a_report_stay(built, tmp_path, command, store):
    """`--out .` took the project's own notebooks away, and any page that lay there; of the
    pages the index alone was looked at.
    """
    notebook(built.home, "brief", "print(1)", parameters=BRIEF)
    words = ("run", "--kernel", kernels.ORDINARY, "--out")
    code, told, said = command(*words, os.path.relpath(built.home))
    assert (code, told) == (2, "") and "brief.ipynb" in said
    assert not (built.home / "index.html").exists()
    page = "brief-as-of-latest"
    for name in ("index.html", "references.bib", f"{page}.html"):
        (theirs := tmp_path / name / name).parent.mkdir(parents=True)
        theirs.write_text("mine")
        code, told, said = command(*words, str(tmp_path / name))
        assert (code, told) == (2, "")
        assert [f.read_text() for f in (tmp_path / name).rglob("*.*") if f.is_file()] == ["mine"]
    web = tmp_path / "web"
    (web / "share").mkdir(parents=True)
    mine = web / "home.html", web / "share" / "photo.png"
    for file in mine:
        file.write_text("mine")
    for again in (False, True):
        code, told, said = command(*words, str(web))
        assert code == 0 and again == ("nothing has changed" in told), said
        assert {file.read_text() for file in mine} == {"mine"}
    (web / "manifest.json").write_text("no manifest any more")
    (web / "index.html").unlink()  # as after a run that was killed: the rest is still a report's
    assert "(2 files put back from the store)" in command(*words, str(web))[1]
    (web / "index.html").write_text("mine too")
    for more in ((), ("--fresh",)):
        assert command(*words, str(web), *more)[0] == 2
    assert (web / "index.html").read_text() == "mine too"


def test_what_a_fresh_run_finds_stays_found_and_is_put_back(built, tmp_path, out, command, store):
    """The next run put the older result of the store back over it."""
    number = tmp_path / "number.txt"
    source = f"import os\nprint(os.popen('cat {number}').read())"  # which no key knows of
    notebook(built.home, "brief", source, parameters=BRIEF)

    def said(*more):
        assert command("run", "--kernel", kernels.ORDINARY, "--out", str(out), *more)[0] == 0
        books = [book.read_text() for book in (out / "notebooks").glob("brief*.ipynb")]
        (number,) = {"two" if '"two\\n' in book else "one" for book in books}
        return number

    number.write_text("one")
    assert said() == "one"
    number.write_text("two")
    assert [said(), said("--fresh"), said()] == ["one", "two", "two"]
    shutil.rmtree(out)
    assert said() == "two"


# --- the store
# -----------------------------------------------------------------------------


def test_corrupt_entries_of_the_store_are_run_anew_and_mended(home, tmp_path, out, store):
    planned = four(home)
    (mine := tmp_path / "mine.txt").write_text("not of the store")
    executed(out, *planned, jobs=2)
    cut, empty, of_a_file_elsewhere, sound = (store / "runs").iterdir()
    cut.write_bytes(cut.read_bytes()[:10])
    empty.write_text("")
    of_a_file_elsewhere.write_text(json.dumps({"file": str(mine), "seconds": 1, "read": {}}))
    (file,) = (store / "blobs").rglob(json.loads(sound.read_bytes())["file"])
    file.write_bytes(file.read_bytes().replace(b"print(n)", b"print(m)"))
    for stored in (False, True):
        results = executed(out, *planned, jobs=2)
        assert [(r.error, r.stored) for r in results] == [("", stored)] * 4
    assert {text(out, run) for run in planned} == {"1"} and mine.read_text() == "not of the store"
