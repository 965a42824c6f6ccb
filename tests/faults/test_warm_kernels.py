"""Warm kernels when something breaks: each ends with a clear message, nothing left over, and a good
next kernel.
"""

import asyncio
import ctypes
import gc
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from jupyter_client.connect import LocalPortCache
from jupyter_client.manager import start_new_kernel
from tests.leaks import kinds, more, open_files

from ca_research import kernels
from ca_research.kernels import launch, place, protocol, provisioner
from ca_research.kernels.launch import WarmProcess
from ca_research.kernels.place import Unavailable

pytestmark = pytest.mark.skipif(bool(kernels.why_not()), reason=kernels.why_not())

SECONDS = 60
"""How long a loaded machine may take for what an idle one does at once; half of what a server waits
before it ends by itself."""
LONG = pytest.mark.long
"""Of several ways to one end, and of servers that take their time to end, the short tests have
one."""
ORDINARY_LINE = "ca-research: an ordinary kernel instead of a warm one: "


@pytest.fixture(scope="module")
def shared():
    """A runtime folder for the tests that leave the server alone, so that they share one."""
    with private_runtime() as folder:
        kernels.warm()
        yield folder


@pytest.fixture
def runtime(shared, monkeypatch):
    for name in ("XDG_RUNTIME_DIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(shared))
    kernels.warm()  # after a while without kernels it has ended
    return shared


@pytest.fixture
def own():
    """A runtime folder without a server, for a test that breaks one."""
    with private_runtime() as folder:
        yield folder


@contextmanager
def private_runtime():
    with tempfile.TemporaryDirectory(prefix="ca-") as folder, pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_RUNTIME_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
            patch.setenv(name, folder)
        yield Path(folder)
        patch.setenv("XDG_RUNTIME_DIR", folder)
        pid = (kernels.status() or {}).get("pid")
        kernels.stop()
        assert pid is None or within(SECONDS, lambda: gone(pid)), (
            "the server outlives its last kernel"
        )
        assert within(SECONDS, lambda: not servers(folder)), servers(folder)


def gone(pid):
    """Whether a process has ended; one that waits to be reaped has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def leads(pid):
    """Whether a process leads a session; None where it has just ended."""
    try:
        return os.getsid(pid) == pid
    except ProcessLookupError:
        return None


def within(seconds, condition):
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def servers(folder):
    """Process ids of the servers, and of the kernels forked from them, that were started for a
    runtime folder.
    """
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"ca_research.kernels.server" in words and any(
                os.fsencode(folder) in word for word in words
            ):
                found += [] if gone(int(entry.name)) else [int(entry.name)]
    return found


def start(**options):
    manager, client = start_new_kernel(
        **{"kernel_name": kernels.NAME, "startup_timeout": SECONDS, **options}
    )
    return manager, client


@contextmanager
def kernel(warm=True, **options):
    manager, client = start(**options)
    try:
        assert isinstance(manager.provisioner.process, WarmProcess) == warm
        yield manager, client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def run(client, code):
    out = []
    reply = client.execute_interactive(code, timeout=SECONDS, output_hook=out.append)["content"]
    assert reply["status"] == "ok", reply
    return "".join(
        m["content"]["text"] for m in out if m["content"].get("name") == "stdout"
    ).strip()


def works():
    """A next kernel, warm, computes."""
    with kernel() as (_, client):
        return run(client, "print(6 * 7)") == "42"


def execute(*cells, **options):
    from nbclient import NotebookClient

    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    client = NotebookClient(book, kernel_name=kernels.NAME, **{"timeout": SECONDS, **options})
    client.execute()
    return book


def status():
    """What the server says of itself; one that is too busy to answer is asked again."""
    said = []
    assert within(SECONDS, lambda: said.append(kernels.status()) or said[-1])
    return said[-1]


def kernels_left():
    """Of a server that is too busy to answer nothing is known yet."""
    return (kernels.status() or {"kernels": ["unknown"]})["kernels"]


# the kernel


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -9),
        pytest.param("import os; os._exit(3)", 3, marks=LONG),
        pytest.param("import ctypes; ctypes.string_at(0)", -11, marks=LONG),
    ],
)
def test_a_kernel_that_dies_in_mid_cell_is_seen_as_dead(runtime, monkeypatch, cell, code):
    from nbclient.exceptions import DeadKernelError

    seen = []
    real = launch._return_code
    monkeypatch.setattr(
        launch, "_return_code", lambda connection: seen.append(real(connection)) or seen[-1]
    )
    with pytest.raises(DeadKernelError):
        execute(cell)
    assert seen == [code]
    assert within(SECONDS, lambda: not kernels_left()) and works()


def test_a_kernel_killed_from_outside_is_seen_as_dead(runtime):
    with kernel() as (manager, client):
        client.execute("import time; time.sleep(600)")
        os.kill(manager.provisioner.process.pid, signal.SIGKILL)
        assert within(SECONDS, lambda: not manager.is_alive())
        assert manager.provisioner.process.returncode == -9
    assert works()


def test_a_cell_that_never_returns_is_timed_out(runtime):
    from nbclient.exceptions import CellTimeoutError

    with pytest.raises(CellTimeoutError):
        execute("while True: pass", timeout=1)
    assert within(SECONDS, lambda: not kernels_left()) and works()


def test_a_cell_that_never_returns_can_be_interrupted_and_gone_on_with(runtime):
    from nbclient import NotebookClient

    cells = ["while True: pass", "print('after')"]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(
        book,
        kernel_name=kernels.NAME,
        timeout_func=lambda cell: 2 if "while" in cell.source else SECONDS,
        interrupt_on_timeout=True,
        allow_errors=True,
    ).execute()
    assert book.cells[0].outputs[0]["ename"] == "KeyboardInterrupt"
    assert book.cells[1].outputs[0]["text"] == "after\n"


def test_what_a_notebook_forks_ends_with_it(runtime):
    book = execute(
        "import os, time\npid = os.fork()\nif pid == 0:\n    time.sleep(600)\n    "
        "os._exit(0)\nprint(pid)",
        "import subprocess\nprint(subprocess.Popen(['sleep', '600']).pid)",
    )
    pids = [int(cell.outputs[0]["text"]) for cell in book.cells]
    assert within(SECONDS, lambda: all(gone(pid) for pid in pids))
    assert within(SECONDS, lambda: not kernels_left())
    assert works()


def test_a_fork_that_outlives_its_kernel_does_not_hold_the_client_up(runtime):
    """It has the kernel's open files; the end of the kernel must be seen all the same."""
    with kernel() as (manager, client):
        code = (
            "import os, time\npid = os.fork()\nif pid == 0:\n    os.setsid(); "
            "time.sleep(600)\nprint(pid)"
        )
        child = int(run(client, code))
        os.kill(manager.provisioner.process.pid, signal.SIGKILL)
        try:
            assert (
                within(SECONDS, lambda: not manager.is_alive())
                and manager.provisioner.process.returncode == -9
            )
        finally:
            os.kill(child, signal.SIGKILL)


# the client


CLIENT = """
import sys, time
from jupyter_client.connect import LocalPortCache
from jupyter_client.manager import start_new_kernel
from ca_research.kernels.launch import WarmProcess
manager, client = start_new_kernel(kernel_name="ca-research", startup_timeout=60)
assert isinstance(manager.provisioner.process, WarmProcess)
client.execute({code!r})
time.sleep({pause})
print(manager.provisioner.process.pid, flush=True)
time.sleep(600)
"""


def client_with_kernel(code="pass", pause=0):
    process = subprocess.Popen(
        [sys.executable, "-c", CLIENT.format(code=code, pause=pause)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    return process, int(process.stdout.readline())


def kill(process):
    process.kill()
    process.wait()
    process.stdout.close()  # its kernel may hold the other end


def test_a_kernel_does_not_outlive_its_client(runtime):
    process, pid = client_with_kernel()
    assert not gone(pid)
    kill(process)
    assert within(SECONDS, lambda: gone(pid)), (
        "it watches its client, since its parent is the server"
    )
    assert within(SECONDS, lambda: not kernels_left()) and not Path(f"/proc/{pid}").exists(), (
        "and is reaped"
    )


@LONG
def test_nor_where_its_server_is_gone_too(own):
    process, pid = client_with_kernel()
    os.kill(status()["pid"], signal.SIGKILL)
    time.sleep(0.5)
    assert not gone(pid), "the kernel goes on without its server"
    kill(process)
    assert within(SECONDS, lambda: gone(pid))


@LONG
def test_nor_where_a_cell_holds_the_interpreter(runtime):
    process, pid = client_with_kernel("import ctypes; ctypes.PyDLL(None).sleep(600)", pause=2)
    kill(process)
    assert within(SECONDS, lambda: gone(pid)), "its own thread cannot run: the server ends it"


# the server


def test_kernels_go_on_when_the_server_is_killed_and_the_next_start_brings_another(own):
    with kernel() as (manager, client):
        run(client, "kept = 5")
        first = status()["pid"]
        os.kill(first, signal.SIGKILL)
        assert within(SECONDS, lambda: gone(first))
        assert place.place(os.environ).socket.exists() and kernels.status() is None, (
            "a stale socket is left"
        )
        assert run(client, "print(kept)") == "5" and manager.is_alive()
        assert works()
        assert status()["pid"] != first
        process = manager.provisioner.process
        manager.shutdown_kernel()
        assert process.returncode == launch.LOST, "nobody is left who could say how it ended"


@pytest.mark.parametrize(
    "left",
    ["socket", *(pytest.param(other, marks=LONG) for other in ("file", "link to nowhere"))],
)
def test_what_lies_where_the_socket_should_be_is_replaced(own, left):
    path = place.place(os.environ).socket
    if left == "socket":
        protocol.listen(path).close()
    elif left == "file":
        path.write_text("left over")
    else:
        path.symlink_to(own / "nowhere")
    assert works()


STARTER = """
import sys
from jupyter_client.connect import LocalPortCache
from jupyter_client.manager import start_new_kernel
for again in (True, True, False):
    try:
        manager, client = start_new_kernel(kernel_name="ca-research", startup_timeout=60)
        break
    except RuntimeError:
        if not again:
            raise
client.execute_interactive("import os; print(os.getppid())", timeout=60)
client.stop_channels(); manager.shutdown_kernel(now=True)
"""
"""A client of its own. Jupyter finds free ports and lets go of them before the kernel takes them,
so that of clients that start at once one may find its ports taken; it begins again.
"""


def test_clients_that_start_at_once_on_a_cold_machine_share_one_server(own):
    started = [
        subprocess.Popen([sys.executable, "-c", STARTER], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    parents = {process.communicate(timeout=180)[0].split()[-1] for process in started}
    assert parents == {str(status()["pid"])}
    assert servers(own) == [status()["pid"]]


@LONG
def test_a_client_that_dies_while_it_starts_the_server_holds_nobody_up(own):
    first = subprocess.Popen([sys.executable, "-c", STARTER], stdout=subprocess.DEVNULL)
    lock = place.place(os.environ).lock
    assert within(SECONDS, lambda: len(servers(own)) == 1 and lock.exists())
    first.kill()
    first.wait()
    assert within(SECONDS, lambda: [leads(p) for p in servers(own)] == [False]), (
        "its first process has left"
    )
    (server,) = servers(own)
    assert works()
    assert servers(own) == [server] == [status()["pid"]], (
        "the next client has waited for the same server"
    )


@LONG
def test_a_server_of_other_versions_is_replaced_and_stays_for_its_kernels(own, monkeypatch):
    with kernel() as (manager, client):
        first = status()
        monkeypatch.setattr(launch, "fingerprint", lambda env: "other")
        with kernel() as (_, other):
            second = status()
            assert second["pid"] != first["pid"] and second["fingerprint"] == "other"
            assert run(other, "import os; print(os.getppid())") == str(second["pid"])
            assert run(client, "print(1)") == "1" and not gone(first["pid"])
            os.kill(manager.provisioner.process.pid, signal.SIGKILL)
            assert (
                within(SECONDS, lambda: not manager.is_alive())
                and manager.provisioner.process.returncode == -9
            )
        assert within(SECONDS, lambda: gone(first["pid"])), "its last kernel has ended"
    assert place.place(os.environ).socket.exists(), (
        "the old server leaves the new one's socket alone"
    )


@LONG
def test_an_idle_server_ends_by_itself_and_takes_its_socket_along(own, monkeypatch):
    monkeypatch.setenv("CA_RESEARCH_KERNEL_IDLE", "1")
    with kernel() as (_, client):
        pid = status()["pid"]
        time.sleep(3)
        assert run(client, "print(1)") == "1" and not gone(pid), "not while a kernel runs"
    assert within(SECONDS, lambda: gone(pid))
    assert [p.suffix for p in place.folder().iterdir()] == [".lock"]
    assert works()


@LONG
def test_a_server_whose_folder_is_taken_away_ends(own):
    kernels.warm()
    pid = status()["pid"]
    place.place(os.environ).socket.unlink()
    assert within(SECONDS, lambda: gone(pid))
    assert works()


@LONG
def test_a_server_whose_socket_is_anothers_ends_and_leaves_it_alone(own):
    kernels.warm()
    pid, path = status()["pid"], place.place(os.environ).socket
    with protocol.listen(path):
        assert within(SECONDS, lambda: gone(pid))
        assert path.is_socket()
    path.unlink()


@LONG
def test_a_terminated_server_ends_after_its_kernels(own):
    with kernel() as (_, client):
        pid = status()["pid"]
        os.kill(pid, signal.SIGTERM)
        assert within(SECONDS, lambda: kernels.status() is None) and run(client, "print(1)") == "1"
    assert within(SECONDS, lambda: gone(pid))


def test_clients_that_break_the_rules_do_not_hold_up_others(runtime):
    path, before = place.place(os.environ).socket, status()
    silent = [protocol.connect(path, SECONDS) for _ in range(5)]
    silent[0].send(b"no packet")
    protocol.send(silent[1], "nonsense")
    protocol.send(
        silent[2], "start", fingerprint=before["fingerprint"]
    )  # says nothing about the kernel
    assert protocol.receive(silent[1])[0]["op"] == "refused"
    assert protocol.receive(silent[2])[0]["op"] == "failed"
    assert works() and status()["pid"] == before["pid"]
    for connection in silent:
        connection.close()
    assert within(SECONDS, lambda: (kernels.status() or {}) | {"idle": 0} == before | {"idle": 0})


FORKED = """
import multiprocessing, sys
import nbformat
from nbclient import NotebookClient

def one(n):
    cell = nbformat.v4.new_code_cell(f"import os; print({n}, os.getppid())")
    book = nbformat.v4.new_notebook(cells=[cell])
    NotebookClient(book, kernel_name="ca-research", timeout=60).execute()
    return book.cells[0].outputs[0]["text"].split()

if __name__ == "__main__":
    found = [one(0)]
    with multiprocessing.get_context("fork").Pool(2) as pool:
        found += pool.map(one, range(1, 5))
    print([int(n) for n, _ in found], len({server for _, server in found}))
"""


@LONG
def test_a_forked_worker_whose_parent_has_started_a_kernel_starts_its_own(own):
    """It inherits an executor whose thread has died in the fork, and waited for it for ever."""
    words, pipe = [sys.executable, "-c", FORKED], subprocess.PIPE
    process = subprocess.Popen(words, stdout=pipe, stderr=pipe, text=True, start_new_session=True)
    try:
        out, said = process.communicate(timeout=120)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise
    assert (process.returncode, out.strip()) == (0, "[0, 1, 2, 3, 4] 1"), said
    assert ORDINARY_LINE not in said


@LONG
def test_a_stopped_server_costs_two_seconds(own, capfd, caplog):
    """It cost 61: a client waited for its answer as long as for a kernel on its way up."""
    kernels.warm()
    pid = status()["pid"]
    with kernel(warm=False, kernel_name=kernels.ORDINARY):  # whatever a first kernel has to import
        pass
    os.kill(pid, signal.SIGSTOP)
    try:
        started = time.monotonic()
        with kernel(warm=False) as (_, client):
            seconds = time.monotonic() - started
            assert run(client, "print(42)") == "42"
        assert (
            ORDINARY_LINE + f"the server (process {pid}) is stopped"
            in caplog.text + capfd.readouterr().err
        )
        assert 2 <= seconds < 45, "two seconds, and an ordinary kernel"
        started = time.monotonic()
        assert kernels.status() is None and time.monotonic() - started < 30
    finally:
        os.kill(pid, signal.SIGCONT)
    assert works() and within(SECONDS, lambda: not kernels_left())


@LONG
@pytest.mark.parametrize("ordinary", ["has ended", "still runs"])
def test_a_start_that_takes_too_long_gets_an_ordinary_kernel(
    runtime, monkeypatch, capfd, caplog, ordinary
):
    """Whatever holds it up: the client's loop waits for no thread longer than this.

    The kernel that comes too late is killed; where the ordinary one still has its ports, it does
    not come up at all.
    """
    monkeypatch.setattr(provisioner, "LAUNCH_SECONDS", 0.5)
    real, late, go = launch.start, [], threading.Event()

    def slow(*given):
        assert go.wait(SECONDS)
        try:
            late.append(real(*given))
        except launch.Unavailable as problem:
            late.append(problem)
            raise
        return late[0]

    monkeypatch.setattr(launch, "start", slow)
    with kernel(warm=False) as (_, client):
        assert run(client, "print(42)") == "42"
        if ordinary == "still runs":
            go.set()
            assert within(SECONDS, lambda: late) and "Address already in use" in str(late[0])
    go.set()
    assert ORDINARY_LINE + "none was up after 0.5 s" in caplog.text + capfd.readouterr().err
    assert within(SECONDS, lambda: late), "a start ends, one way or the other"
    if ordinary == "has ended":
        assert within(SECONDS, lambda: gone(late[0].pid)), (
            "the kernel that came too late is not left behind"
        )
    assert within(SECONDS, lambda: not kernels_left())


# many in a row


def leftovers(folder, temporary):
    """What a leak would add to: open files of client and server, processes, files of the run."""
    gc.collect()  # what only waits for the collector is no leak either
    return {
        "files of the server": kinds(open_files(status()["pid"])),
        "processes": sorted(servers(folder)),
        "files of the run": sorted(
            p.name
            for p in folder.rglob("*")
            if "history" not in p.name and "profile" not in p.parts
        ),
        "temporary": sorted(p.name for p in temporary.iterdir()),
        "open files of the client": kinds(open_files()),
    }


@pytest.mark.parametrize(
    ("count", "now"),
    [(6, True), pytest.param(20, True, marks=LONG), pytest.param(20, False, marks=LONG)],
)
def test_kernels_in_a_row_leave_nothing_behind(runtime, tmp_path, monkeypatch, count, now):
    temporary = tmp_path / "temporary"  # other tests' kernels write to the common one meanwhile
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)

    def one():
        manager, client = start()
        process = manager.provisioner.process
        assert isinstance(process, WarmProcess)
        client.stop_channels()
        manager.shutdown_wait_time = 16  # after half of it a signal follows
        manager.shutdown_kernel(now=now)
        assert process.returncode == (-9 if now else 0)
        return process.pid

    one()
    assert within(SECONDS, lambda: not kernels_left())
    before = leftovers(runtime, temporary)
    pids = [one() for _ in range(count)]
    assert len(set(pids)) == count and within(SECONDS, lambda: not kernels_left())
    assert all(not Path(f"/proc/{pid}").exists() for pid in pids), "ended and reaped"
    assert within(SECONDS, lambda: not more(before, leftovers(runtime, temporary))), more(
        before, leftovers(runtime, temporary)
    )


def test_a_port_that_another_client_got_too_is_changed_for_another(runtime, monkeypatch, capfd):
    found = LocalPortCache.find_available_port
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = [other.getsockname()[1]]
        monkeypatch.setattr(
            LocalPortCache,
            "find_available_port",
            lambda self, ip: taken.pop() if taken else found(self, ip),
        )
        with kernel() as (manager, client):
            assert run(client, "print(42)") == "42"
            said = json.loads(Path(manager.connection_file).read_text(encoding="utf-8"))
            assert said["shell_port"] == manager.shell_port != other.getsockname()[1]
    assert not taken and "ordinary kernel" not in capfd.readouterr().err


# where a fork fails


def said(caplog, capfd):
    return [
        line
        for line in (caplog.text + capfd.readouterr().err).splitlines()
        if ORDINARY_LINE in line
    ]


def test_more_threads_than_a_fork_has_get_an_ordinary_kernel(runtime, monkeypatch, caplog, capfd):
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    with kernel(warm=False) as (_, client):
        assert run(client, "import os; print(os.environ['OMP_NUM_THREADS'])") == "2"
    (line,) = said(caplog, capfd)
    assert line.endswith("OMP_NUM_THREADS=2 asks for more threads than a forked process can have")


@pytest.mark.parametrize("platform", ["darwin", pytest.param("win32", marks=LONG)])
def test_other_systems_get_an_ordinary_kernel(runtime, monkeypatch, caplog, capfd, platform):
    reason = f"cannot be forked on {platform}"
    monkeypatch.setattr(provisioner, "why_not", lambda: reason)
    with kernel(warm=False) as (_, client):
        assert run(client, "print(42)") == "42"
    (line,) = said(caplog, capfd)
    assert line.endswith(reason)


def test_a_stack_that_cannot_be_imported_gets_an_ordinary_kernel(
    own, tmp_path, monkeypatch, caplog, capfd
):
    (tmp_path / "seaborn.py").write_text("raise ImportError('a broken seaborn')")
    monkeypatch.setenv(
        "PYTHONPATH",
        os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep),
    )
    with kernel(warm=False) as (_, client):
        assert run(client, "print(42)") == "42"
    (line,) = said(caplog, capfd)
    assert line.endswith("the server could not start: ImportError: a broken seaborn")
    assert within(SECONDS, lambda: servers(own) == [])


@LONG
def test_a_library_that_starts_a_thread_gets_an_ordinary_kernel(
    own, tmp_path, monkeypatch, caplog, capfd
):
    (tmp_path / "seaborn.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(600,), "
        "daemon=True).start()"
    )
    monkeypatch.setenv(
        "PYTHONPATH",
        os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep),
    )
    with kernel(warm=False):
        pass
    (line,) = said(caplog, capfd)
    assert line.endswith("2 threads run after the imports")


SHADOWS = {
    "a module": ("seaborn.py", "who = 'the one beside'"),
    "a package": ("seaborn/__init__.py", "who = 'the one beside'"),
}


@pytest.mark.parametrize("what", ["a module", pytest.param("a package", marks=LONG)])
def test_a_module_beside_a_notebook_is_seen_as_by_an_ordinary_kernel(
    runtime, tmp_path, caplog, capfd, what
):
    """A warm kernel had the installed one already, and used that without a word."""
    name, text = SHADOWS[what]
    file, module = tmp_path / name, name.partition("/")[0].removesuffix(".py")
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    with kernel(warm=False, cwd=str(tmp_path)) as (_, client):
        assert run(client, f"import {module}; print({module}.who)") == "the one beside"
    (line,) = said(caplog, capfd)
    assert line.endswith(f"{file} is imported instead of the installed {module}")


def test_what_is_beside_a_notebook_and_shadows_nothing_leaves_it_warm(runtime, tmp_path):
    (tmp_path / "helper.py").write_text("who = 'helper'")
    (
        tmp_path / "seaborn"
    ).mkdir()  # a folder without a module in it: Python takes the installed one
    (tmp_path / "pandas.csv").write_text("a,b")
    with kernel(cwd=str(tmp_path)) as (_, client):
        code = "import helper, seaborn; print(helper.who, seaborn.__file__ is not None)"
        assert run(client, code) == "helper True"


def test_the_folder_that_a_package_is_loaded_from_shadows_nothing(runtime):
    with kernel(cwd=str(Path(kernels.__file__).parents[2])) as (_, client):
        assert run(client, "import ca_research; print(ca_research.__name__)") == "ca_research"


HASH = "print(hash('a'))"


@LONG
def test_a_seed_of_hashes_that_the_user_has_set_is_respected(own, monkeypatch, caplog, capfd):
    """Without one, kernels of one server share their server's: a process cannot change its own."""
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    with kernel() as (_, warm), kernel(warm=False, kernel_name=kernels.ORDINARY) as (_, ordinary):
        assert run(warm, HASH) == run(ordinary, HASH)
    kernels.stop()
    assert within(SECONDS, lambda: servers(own) == [])
    monkeypatch.setenv("PYTHONHASHSEED", "random")
    with kernel(warm=False) as (_, one), kernel(warm=False) as (_, other):
        assert run(one, HASH) != run(other, HASH)
    lines = said(caplog, capfd)
    assert len(lines) == 2 and lines[0].endswith(
        "PYTHONHASHSEED=random asks for another seed in each kernel"
    )


@LONG
def test_a_project_named_by_a_relative_path_has_a_server(own, tmp_path, monkeypatch):
    """The server starts in its own folder and looked for the project there."""
    from ca_research.ground import paths

    (tmp_path / "project").symlink_to(paths.home())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CA_RESEARCH_HOME", "project")
    code = (
        "import os; from ca_research import paths; print(os.environ['CA_RESEARCH_HOME'], "
        "paths.home())"
    )
    with kernel() as (_, client):
        assert run(client, code) == f"project {paths.home()}"
    kernels.stop()
    assert within(SECONDS, lambda: servers(own) == [])


def test_why_a_server_could_not_start_is_its_error_and_not_the_hint_below_it(
    own, tmp_path, monkeypatch, caplog, capfd
):
    (tmp_path / "registry").mkdir()
    monkeypatch.setenv("CA_RESEARCH_HOME", str(tmp_path))

    def gone_meanwhile(env):
        (tmp_path / "registry").rmdir()
        return "fingerprint"

    monkeypatch.setattr(launch, "fingerprint", gone_meanwhile)
    with kernel(warm=False):
        pass
    (line,) = said(caplog, capfd)
    assert line.endswith(
        "the server could not start: CA_RESEARCH_HOME does not hold a project (no registry/ in it)"
    )


# what runs, and how to end it


def test_the_servers_that_run_are_listed_and_can_be_stopped(own, capsys, monkeypatch):
    assert kernels.servers() == []
    with kernel() as (manager, _):
        (one,) = kernels.servers()
        assert (
            one["kernels"] == [manager.provisioner.process.pid]
            and one["idle"] == 0
            and one["answers"]
        )
        assert one["pid"] == status()["pid"] and one["python"] == sys.prefix
        assert 50 < one["megabytes"] < 2000 and one["ends_after"] == launch.IDLE_SECONDS <= 120
    assert within(SECONDS, lambda: kernels.servers()[0]["kernels"] == [])
    time.sleep(1.1)
    assert 1 <= kernels.servers()[0]["idle"] < 60

    monkeypatch.setattr(sys, "argv", ["ca-research", "kernels", "--format", "json"])
    with pytest.raises(SystemExit):
        __import__("ca_research.app.cli").app.cli.main()
    assert f'"pid": {one["pid"]}' in capsys.readouterr().out
    assert [s["pid"] for s in kernels.stop_all()] == [one["pid"]]
    assert within(SECONDS, lambda: gone(one["pid"])) and kernels.servers() == []


@LONG
def test_a_stopped_server_is_listed_as_one_that_does_not_answer_and_can_be_ended(own):
    kernels.warm()
    pid = status()["pid"]
    os.kill(pid, signal.SIGSTOP)
    (one,) = kernels.servers()
    assert (one["pid"], one["answers"]) == (pid, False)
    kernels.stop_all()
    assert within(SECONDS, lambda: gone(pid)) and kernels.servers() == []


def test_options_that_a_fork_cannot_have_get_an_ordinary_kernel(runtime, caplog, capfd):
    with kernel(warm=False, stdout=subprocess.PIPE):
        pass
    (line,) = said(caplog, capfd)
    assert "stdout" in line


def test_a_runtime_folder_that_is_no_folder_gets_an_ordinary_kernel(
    runtime, tmp_path, monkeypatch, caplog, capfd
):
    (tmp_path / "run").mkdir(mode=0o700)
    (tmp_path / "run" / "ca-research").write_text("")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    with kernel(warm=False):
        pass
    (line,) = said(caplog, capfd)
    assert "folder" in line


def test_a_start_that_fails_is_told_with_its_traceback_and_leaves_nothing(runtime):
    asked = launch.request(["-f", str(runtime / "c.json")], runtime / "missing", os.environ)
    with pytest.raises(Unavailable, match="did not come up: FileNotFoundError") as told:
        launch.start(asked, 1, 2)
    assert "new_process" in told.value.where
    asked = launch.request(
        ["--IPKernelApp.transport=pigeon", "-f", str(runtime / "c.json")], runtime, os.environ
    )
    with pytest.raises(Unavailable, match="did not come up: "):
        launch.start(asked, 1, 2)
    assert within(SECONDS, lambda: not kernels_left())


@LONG
def test_a_limit_that_cannot_be_raised_again_gets_an_ordinary_kernel(own, caplog, capfd):
    """The server was started under a lower one than the client has; whoever may raise it gets a
    warm kernel.
    """
    limit = resource.getrlimit(resource.RLIMIT_NPROC)
    lower = 9000 if limit[1] == resource.RLIM_INFINITY else limit[1] - 1
    code = (
        f"import resource; resource.setrlimit(resource.RLIMIT_NPROC, ({lower}, {lower})); from "
        "ca_research import kernels; kernels.warm()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    manager, client = start()
    warm = isinstance(manager.provisioner.process, WarmProcess)
    assert run(client, "import resource; print(resource.getrlimit(resource.RLIMIT_NPROC))") == str(
        limit
    )
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    lines = said(caplog, capfd)
    assert lines == [] if warm else lines[0].endswith("not allowed to raise maximum limit")


def test_a_cancelled_start_leaves_no_kernel(runtime):
    from jupyter_client.manager import AsyncKernelManager

    server = status()["pid"]

    async def cancelled():
        manager = AsyncKernelManager(kernel_name=kernels.NAME)
        os.kill(server, signal.SIGSTOP)  # so that the start takes its time
        starting = asyncio.ensure_future(manager.start_kernel())
        await asyncio.sleep(0.5)
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
        os.kill(server, signal.SIGCONT)

    asyncio.run(cancelled())
    assert within(SECONDS, lambda: not kernels_left()) and works()


def test_the_library_that_holds_the_interpreter_is_there():
    """`ctypes.PyDLL` keeps the interpreter while it sleeps; else the test of it above would show
    nothing.
    """
    assert ctypes.PyDLL(None).sleep
