"""Warm kernels when something breaks: each ends with a clear message, nothing left over, and a good
next kernel.
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from jupyter_client.connect import LocalPortCache
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from tests.cases import cases, one_in_short
from tests.commands import python
from tests.small_runs import book
from tests.warm import (
    NEEDED,
    SECONDS,
    asked,
    ends,
    gone,
    kernel,
    no_kernel_left,
    private_runtime,
    servers,
    status,
    within,
    works,
)

from ca_research import kernels
from ca_research.kernels import launch, place, protocol, provisioner

CASES = cases(__file__, "warm")
pytestmark = NEEDED
"""Of several ways to one end, and of servers that take their time to end, the short tests have
one."""


@pytest.fixture(scope="module")
def shared():
    """A runtime folder for the tests that leave the server alone, so that they share one."""
    with private_runtime() as folder:
        yield folder


@pytest.fixture
def runtime(shared, monkeypatch):
    for name in ("XDG_RUNTIME_DIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(shared))
    kernels.warm()
    return shared


@pytest.fixture
def own():
    """A runtime folder without a server, for a test that breaks one."""
    with private_runtime() as folder:
        yield folder


@pytest.fixture
def said(monkeypatch, capfd):
    """The lines that say why a kernel is an ordinary one."""
    kernels.say.cache_clear()

    def lines():
        head = "ca-research: an ordinary kernel instead of a warm one: "
        told = capfd.readouterr().err.splitlines()
        return [line.removeprefix(head) for line in told if line.startswith(head)]

    return lines


def execute(*cells, **options):
    options = {"kernel_name": kernels.NAME, "timeout": SECONDS, **options}
    return NotebookClient(book(*cells), **options).execute()


# the kernel

ENDS, BREAKS = CASES["ends"], CASES["breaks"]


@pytest.mark.parametrize("code", one_in_short(ENDS))
def test_a_kernel_that_dies_in_mid_cell_is_seen_as_dead(runtime, code):
    with pytest.raises(DeadKernelError):
        execute(ENDS[code])
    with kernel() as one:
        one.client.execute(ENDS[code])
        assert one.dies()
        assert one.process.returncode == provisioner.LOST
    assert no_kernel_left() and works()


FORKS = "import os, time\npid = os.fork()\nif pid == 0:\n    {}time.sleep(600)\nprint(pid)"


def test_what_a_notebook_forks_ends_with_it(runtime):
    program = "import subprocess\nprint(subprocess.Popen(['sleep', '600']).pid)"
    book = execute(FORKS.format(""), program)
    pids = [int(cell.outputs[0]["text"]) for cell in book.cells]
    assert within(SECONDS, lambda: all(map(gone, pids))) and no_kernel_left()


def test_a_fork_that_outlives_its_kernel_does_not_hold_the_client_up(runtime):
    """It has the kernel's open files; the end of the kernel must be seen all the same."""
    with kernel() as one:
        child = int(one.run(FORKS.format("os.setsid(); ")))
        os.kill(one.process.pid, signal.SIGKILL)
        try:
            assert one.dies()
        finally:
            os.kill(child, signal.SIGKILL)


# the client

CLIENT = """
import sys, time
from jupyter_client.manager import start_new_kernel
for again in (True, True, False):  # another client may get a port that Jupyter has found free
    try:
        manager, client = start_new_kernel(kernel_name="ca-research", startup_timeout=60)
        break
    except RuntimeError:
        if not again:
            raise
client.execute_interactive("import os; print(os.getppid())", timeout=60)
print(manager.provisioner.process.pid, flush=True)
client.execute(sys.argv[1])
time.sleep(600 if len(sys.argv) > 2 else 0)
manager.shutdown_kernel(now=True)
"""


@contextmanager
def client(*words, **env):
    command = [sys.executable, "-c", CLIENT, *words]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, env={**os.environ, **env}, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()
            process.stdout.close()  # its kernel may hold the other end


@pytest.mark.parametrize("server", one_in_short(["runs", "killed"]))
def test_a_kernel_does_not_outlive_its_client_and_leaves_no_key(request, tmp_path, server):
    """Its parent is the server. The file with its key stayed in the temporary folder."""
    request.getfixturevalue("runtime" if server == "runs" else "own")
    with client("pass", "stays", TMPDIR=str(tmp_path)) as process:
        pid = [int(process.stdout.readline()) for _ in range(2)][1]
        assert not gone(pid) and list(tmp_path.glob("*.json"))
        time.sleep(1)
        if server == "killed":
            os.kill(status()["pid"], signal.SIGKILL)
            time.sleep(0.5)
            assert not gone(pid), "the kernel goes on without its server"
        process.kill()
        assert ends(pid)
    assert within(SECONDS, lambda: not list(tmp_path.glob("*.json")))
    if server == "runs":
        assert no_kernel_left() and not Path(f"/proc/{pid}").exists(), "it is reaped"


# the server


def test_kernels_go_on_when_the_server_is_killed_and_the_next_start_brings_another(own):
    with kernel() as one:
        one.run("kept = 5")
        first = status()["pid"]
        os.kill(first, signal.SIGKILL)
        assert place.place(os.environ).exists(), "a stale socket is left"
        assert ends(first) and asked() is None
        assert one.run("print(kept)") == "5" and one.manager.is_alive()
        assert works() and status()["pid"] != first
        process = one.process
        one.manager.shutdown_kernel()
        assert process.returncode == provisioner.LOST


def test_clients_that_start_at_once_on_a_cold_machine_share_one_server(own):
    with client("pass") as one, client("pass") as two, client("pass") as three:
        told = {process.communicate(timeout=180)[0].split()[0] for process in (one, two, three)}
    assert told == {str(status()["pid"])} and servers(own) == [status()["pid"]]


def test_a_client_that_dies_while_it_starts_the_server_holds_nobody_up(own):
    with client("pass") as first:
        assert within(SECONDS, lambda: len(servers(own)) == 1)
        first.kill()
    assert works() and servers(own) == [status()["pid"]], "the next one has waited for the same"


def test_a_server_that_is_told_to_stop_stays_for_its_kernels(own):
    with kernel() as one:
        first = status()["pid"]
        place.place(os.environ).unlink()
        with kernel() as two:
            second = status()["pid"]
            assert two.run("import os; print(os.getppid())") == str(second) != str(first)
            assert one.run("print(1)") == "1" and not gone(first)
            os.kill(one.process.pid, signal.SIGKILL)
            assert one.dies()
        assert ends(first) and place.place(os.environ).exists()


def test_an_idle_server_ends_by_itself_and_takes_its_socket_along(own, monkeypatch):
    monkeypatch.setattr(launch, "IDLE_SECONDS", 1)
    with kernel() as one:
        pid = status()["pid"]
        time.sleep(3)
        assert one.run("print(1)") == "1" and not gone(pid), "not while a kernel runs"
    assert ends(pid)
    assert [*place.folder().iterdir()] == []


def test_few_servers_take_kernels_and_they_are_listed_and_stopped(own, command, monkeypatch):
    """Four projects kept four servers of 365 MB."""
    monkeypatch.setattr(launch, "MOST", 2)
    envs = [{**os.environ, "PYTHONHASHSEED": seed} for seed in ("1", "2")]
    kernels.warm(envs[0])
    with kernel() as one:
        kernels.warm(envs[1])
        assert within(SECONDS, lambda: asked(envs[1]))
        assert asked(envs[0]) is None, "needed longest ago"
        assert within(SECONDS, lambda: len(servers(own)) == 3)  # and a kernel
        listed = kernels.servers()
        (busy,) = [server for server in listed if server["kernels"]]
        assert busy["kernels"] == [one.process.pid] and busy["python"] == sys.prefix
        assert 50 < busy["megabytes"] < 2000 and busy["ends_after"] == launch.IDLE_SECONDS
    assert no_kernel_left()
    code, told, _ = command("kernels", "--format", "json")
    assert code == 0 and {s["pid"] for s in json.loads(told)} == {s["pid"] for s in listed}
    code, told, _ = command("kernels", "stop")
    assert code == 0 and told.startswith("2 stopped")
    assert within(SECONDS, lambda: servers(own) == []) and kernels.servers() == []


def test_clients_that_break_the_rules_do_not_hold_up_others(runtime):
    before = status()
    silent = [protocol.connect(place.place(os.environ)) for _ in range(4)]
    silent[0].send(b"no packet")
    protocol.send(silent[1], {"argv": []})  # of which kernel?
    assert "ValueError" in protocol.receive(silent[1])[0]["reason"]
    assert works() and status()["pid"] == before["pid"]
    for connection in silent:
        connection.close()
    assert no_kernel_left()


FORKED = """
import multiprocessing, sys
import nbformat
from nbclient import NotebookClient

def one(n):
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(f"print({n})")])
    NotebookClient(book, kernel_name="ca-research", timeout=60).execute()
    return book.cells[0].outputs[0]["text"]

if __name__ == "__main__":
    found = [one(0)]
    with multiprocessing.get_context("fork").Pool(2) as pool:
        print(*found, *pool.map(one, range(1, 5)), sep="")
"""


def test_a_forked_worker_whose_parent_has_started_a_kernel_starts_its_own(own):
    """It inherits an executor whose thread has died in the fork, and waited for it for ever."""
    done = python("-c", FORKED, timeout=120)
    assert done.stdout.split() == list("01234") and "ordinary" not in done.stderr


def test_a_cancelled_start_leaves_no_kernel(runtime):
    from jupyter_client.manager import AsyncKernelManager

    server = status()["pid"]

    async def cancelled():
        os.kill(server, signal.SIGSTOP)  # so that the start takes its time
        starting = asyncio.ensure_future(
            AsyncKernelManager(kernel_name=kernels.NAME).start_kernel()
        )
        await asyncio.sleep(0.5)
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
        os.kill(server, signal.SIGCONT)

    asyncio.run(cancelled())
    assert no_kernel_left() and works()


# where an ordinary kernel starts instead


@pytest.mark.parametrize("reason", one_in_short(BREAKS))
def test_a_stack_that_cannot_be_forked_gets_an_ordinary_kernel(
    own, tmp_path, monkeypatch, said, reason
):
    (tmp_path / "seaborn.py").write_text(BREAKS[reason])
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    with kernel(warm=False) as one:
        assert one.run("print(42)") == "42"
    (line,) = said()
    assert "the server could not start" in line and reason in line
    assert within(SECONDS, lambda: servers(own) == [])


def test_what_a_fork_cannot_have_gets_an_ordinary_kernel_and_is_said(
    runtime, tmp_path, monkeypatch, said
):
    with monkeypatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "2")
        with kernel(warm=False) as one:
            assert one.run("import os; print(os.environ['OMP_NUM_THREADS'])") == "2"
        assert "OMP_NUM_THREADS=2" in said()[0]
    (tmp_path / "ca-research").touch()
    tmp_path.chmod(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with kernel(warm=False):
        assert "folder" in said()[0]


@pytest.mark.parametrize("name", one_in_short(["seaborn.py", "seaborn/__init__.py"]))
def test_a_module_beside_a_notebook_is_seen_as_by_an_ordinary_kernel(runtime, tmp_path, said, name):
    """A warm kernel had the installed one already, and used that without a word."""
    (tmp_path / "helper.py").write_text("who = 'helper'")
    (tmp_path / "pandas").mkdir()  # without a module in it: Python takes the installed one
    with kernel(cwd=str(tmp_path)) as one:
        assert one.run("import helper, pandas; print(helper.who, pandas.NA)") == "helper <NA>"
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("who = 'the one beside'")
    with kernel(warm=False, cwd=str(tmp_path)) as one:
        assert one.run("import seaborn; print(seaborn.who)") == "the one beside"
    assert str(tmp_path / name) in said()[0]
    with kernel(cwd=str(place.PACKAGE.parent)):  # the folder that a package is loaded from
        assert said() == []


def test_a_port_that_another_client_got_too_is_changed_for_another(runtime, monkeypatch, said):
    found = LocalPortCache.find_available_port
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = [port := other.getsockname()[1]]

        def find(cache, ip):
            return taken.pop() if taken else found(cache, ip)

        monkeypatch.setattr(LocalPortCache, "find_available_port", find)
        with kernel() as one:
            assert one.run("print(42)") == "42"
            told = json.loads(Path(one.manager.connection_file).read_text(encoding="utf-8"))
            assert told["shell_port"] == one.manager.shell_port != port
    assert not taken and said() == []


def test_a_start_that_takes_too_long_gets_an_ordinary_kernel(runtime, monkeypatch, said):
    """The kernel that comes too late ends."""
    server = status()["pid"]
    monkeypatch.setattr(provisioner, "LAUNCH_SECONDS", 0.5)
    os.kill(server, signal.SIGSTOP)
    with kernel(warm=False) as one:
        os.kill(server, signal.SIGCONT)
        assert one.run("print(42)") == "42"
    assert len(said()) == 1 and no_kernel_left()
