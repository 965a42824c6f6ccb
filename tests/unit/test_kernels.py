"""Warm kernels without a kernel: packets, the private folder, which server serves whom, and the
process as a client sees it.
"""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.leaks import more, open_files
from tornado.ioloop import IOLoop

from ca_research import kernels
from ca_research.ground import paths
from ca_research.kernels import child, launch, place, protocol, provisioner, stack
from ca_research.kernels.place import Unavailable

pytestmark = pytest.mark.skipif(bool(kernels.why_not()), reason=kernels.why_not())


@pytest.fixture
def pair():
    left, right = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with left, right:
        yield left, right


@pytest.fixture
def runtime(tmp_path, monkeypatch):
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder


def files():
    return {"files": open_files()}


def closed(file):
    try:
        os.fstat(file)
    except OSError:
        return True
    return False


# packets


def test_packets_stay_whole_and_bring_open_files(pair, tmp_path):
    left, right = pair
    (tmp_path / "note").write_text("hello")
    with (tmp_path / "note").open() as note:
        protocol.send(left, "first", files=[note.fileno()], name="\udc80 as in an environment")
        protocol.send(left, "second", size="x" * 100_000)
    packet, (file,) = protocol.receive(right)
    assert packet == {"op": "first", "name": "\udc80 as in an environment"}
    assert not os.get_inheritable(file), "a program that the server starts would inherit it"
    assert os.read(file, 10) == b"hello"
    os.close(file)
    packet, files = protocol.receive(right)
    assert (packet["op"], len(packet["size"]), files) == ("second", 100_000, [])
    left.close()
    assert protocol.receive(right) is None


@pytest.mark.parametrize(
    "data", [b"no json", b"[]", b"{}", b'{"op": 1}', b"\xff", b'{"op": "start"']
)
def test_what_is_no_packet_is_refused_and_its_files_closed(pair, data):
    left, right = pair
    with Path(os.devnull).open() as file:
        socket.send_fds(left, [data], [file.fileno()])
    before = files()
    with pytest.raises(protocol.ProtocolError):
        protocol.receive(right)
    assert not more(before, files())


def test_more_files_than_a_packet_has_are_refused_and_closed(pair):
    left, right = pair
    with Path(os.devnull).open() as file:
        socket.send_fds(left, [b'{"op": "start"}'], [file.fileno()] * 9)
    before = files()
    with pytest.raises(protocol.ProtocolError):
        protocol.receive(right)
    assert not more(before, files())


def test_the_socket_is_the_users_alone_whatever_the_umask(tmp_path):
    path = tmp_path / "a.sock"
    path.write_text("left over")
    before = os.umask(0)
    try:
        listener = protocol.listen(path)
    finally:
        os.umask(before)
    with listener:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert [p.name for p in tmp_path.iterdir()] == ["a.sock"], (
            "bound under a scratch name, then renamed"
        )
        assert protocol.accept(listener) is None
        with protocol.connect(path, 1) as client, protocol.accept(listener) as server:
            assert protocol.peer(server) == protocol.peer(client) == os.getpid()
            protocol.send(client, "status")
            assert protocol.receive(server) == ({"op": "status"}, [])


def test_nobody_listens_at_a_stale_socket_or_at_a_file(tmp_path):
    protocol.listen(tmp_path / "stale.sock").close()
    (tmp_path / "file.sock").write_text("")
    before = files()
    assert [
        protocol.connect(tmp_path / f"{name}.sock", 1) for name in ("stale", "file", "missing")
    ] == [None] * 3
    assert not more(before, files())


def test_another_users_process_is_not_talked_to(tmp_path, monkeypatch):
    with protocol.listen(tmp_path / "a.sock") as listener:
        own = os.geteuid()
        with protocol.connect(tmp_path / "a.sock", 1):
            monkeypatch.setattr(os, "geteuid", lambda: own + 1)
            before = files()
            assert protocol.accept(listener) is None, "the server drops it"
            with pytest.raises(protocol.ProtocolError, match=f"user {own}"):
                protocol.connect(tmp_path / "a.sock", 1)
            assert not more(before, files())


# the folder


def test_the_folder_is_made_for_the_user_alone(runtime):
    before = os.umask(0)
    try:
        folder = place.folder()
    finally:
        os.umask(before)
    assert folder == runtime / "ca-research"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_of_ours_that_others_could_read_is_closed(runtime):
    (runtime / "ca-research").mkdir()
    (runtime / "ca-research").chmod(0o755)
    assert stat.S_IMODE(place.folder().stat().st_mode) == 0o700


@pytest.mark.parametrize("kind", ["link", "file", "another user's", "writable by others"])
def test_a_folder_that_is_not_ours_is_refused(runtime, monkeypatch, kind):
    path = runtime / "ca-research"
    if kind == "link":
        (runtime / "elsewhere").mkdir(mode=0o700)
        path.symlink_to(runtime / "elsewhere")
    elif kind == "file":
        path.write_text("")
    elif kind == "writable by others":
        path.mkdir()
        path.chmod(0o777)
    else:
        path.mkdir(mode=0o700)
        found = SimpleNamespace(st_mode=path.lstat().st_mode, st_uid=os.geteuid() + 1)
        monkeypatch.setattr(Path, "lstat", lambda self: found)
    with pytest.raises(Unavailable, match=r"runtime folder|not a folder of this user alone"):
        place.folder()


def test_a_name_too_long_for_a_socket_is_refused(tmp_path, monkeypatch):
    long = tmp_path / ("x" * 90)
    long.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(long))
    with pytest.raises(Unavailable, match="too long a name"):
        place.place(os.environ)


# which server serves whom

BASE = {"HOME": "/home/a", "LANG": "C.UTF-8"}


@pytest.mark.parametrize(
    "more",
    [
        {"PWD": "/elsewhere"},
        {"JPY_SESSION_NAME": "a.ipynb"},
        {"MPLBACKEND": "agg"},
        {"CA_RESEARCH_REPORTS": "/out"},
        {"OMP_NUM_THREADS": "1"},
        {"PATH": "/bin"},
        {"XDG_SESSION_ID": "7"},
    ],
)
def test_what_no_import_reads_shares_a_server(more):
    assert place.identity(BASE | more) == place.identity(BASE)
    assert not more.keys() & stack.environment(BASE | more).keys() - set(place.THREADS)


@pytest.mark.parametrize(
    "more",
    [
        {"HOME": "/home/b"},
        {"PYTHONPATH": "/lib"},
        {"PYTHONHASHSEED": "0"},
        {"TZ": "Asia/Almaty"},
        {"LC_ALL": "C"},
        {"CA_RESEARCH_HOME": "/project"},
        {"MPLCONFIGDIR": "/config"},
        {"LD_PRELOAD": "a.so"},
    ],
)
def test_what_an_import_may_read_has_a_server_of_its_own(more):
    assert place.identity(BASE | more) != place.identity(BASE)
    assert more.items() <= stack.environment(BASE | more).items()


def test_a_client_that_has_imported_the_stack_asks_the_same_server():
    code = (
        "import os\nfrom ca_research.kernels import place, stack\nbefore, names = "
        "place.identity(os.environ), set(os.environ)\n"
        "stack.load()\nassert set(os.environ) > names and place.identity(os.environ) == before\n"
        "os.environ['KMP_INIT_AT_FORK'] = 'TRUE'\nassert place.identity(os.environ) != before"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **stack.QUIET},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_relative_search_path_is_of_the_folder_a_kernel_starts_in(tmp_path):
    given = BASE | {"PYTHONPATH": f"src{os.pathsep}{os.pathsep}/lib"}
    code = "import sys; print(sys.path[1:4])"
    done = subprocess.run(
        [sys.executable, "-c", code], env=given, cwd=tmp_path, capture_output=True, text=True
    )
    assert place.absolute(given, tmp_path)["PYTHONPATH"].split(os.pathsep) == eval(done.stdout)
    assert place.absolute(BASE, tmp_path) == BASE
    unset = BASE | {"XDG_CACHE_HOME": ""}
    assert place.absolute(unset, tmp_path) == unset


@pytest.mark.parametrize("what", ["executable", "prefix", "version"])
def test_another_python_has_a_server_of_its_own(monkeypatch, what):
    before = place.identity(BASE)
    monkeypatch.setattr(sys, what, getattr(sys, what) + "x")
    assert place.identity(BASE) != before


def test_the_server_runs_on_one_thread_whatever_the_client_says():
    env = stack.environment(
        BASE | {"OMP_NUM_THREADS": "8", "JE_ARROW_MALLOC_CONF": "background_thread:true"}
    )
    assert all(env[name] == "1" for name in place.THREADS)
    assert "background_thread:false" in env["JE_ARROW_MALLOC_CONF"]


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """An invented environment: one package, this package with one module, a project, settings of
    matplotlib.
    """
    for name in (
        "site/a-1.0.dist-info/RECORD",
        "site/a.pth",
        "pkg/kernels/place.py",
        "pkg/stats/trend.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")
    (tmp_path / "home" / "registry").mkdir(parents=True)
    (tmp_path / "home" / "registry" / "economies.csv").write_text("1")
    monkeypatch.setattr(place.site, "getsitepackages", lambda: [str(tmp_path / "site")])
    monkeypatch.setattr(place.site, "ENABLE_USER_SITE", False)
    monkeypatch.setattr(place, "__file__", str(tmp_path / "pkg" / "kernels" / "place.py"))
    monkeypatch.setattr(paths, "home", lambda: tmp_path / "home")
    return tmp_path


def test_an_untouched_environment_keeps_its_fingerprint(installed):
    env = {"HOME": str(installed)}
    before = place.fingerprint(env)
    (installed / "pkg" / "stats" / "notes.txt").write_text("no module")
    (installed / "site" / "b.dist").write_text("no package")
    (installed / ".config" / "matplotlib").mkdir(
        parents=True
    )  # matplotlib makes it when it is imported
    assert place.fingerprint(env) == before


@pytest.mark.parametrize(
    "changed",
    [
        "site/a-1.0.dist-info/RECORD",
        "site/b-2.0.dist-info/RECORD",
        "site/a.pth",
        "site/sitecustomize.py",
        "pkg/stats/trend.py",
        "pkg/stats/new.py",
        "home/registry/economies.csv",
        ".config/matplotlib/matplotlibrc",
    ],
)
def test_what_an_import_reads_is_in_the_fingerprint(installed, changed):
    env = {"HOME": str(installed)}
    before = place.fingerprint(env)
    file = installed / changed
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("2")
    os.utime(file, ns=(10**18, 10**18))
    assert place.fingerprint(env) != before


def test_a_removed_package_changes_the_fingerprint(installed):
    before = place.fingerprint({})
    (installed / "site" / "a-1.0.dist-info" / "RECORD").unlink()
    (installed / "site" / "a-1.0.dist-info").rmdir()
    assert place.fingerprint({}) != before


# where an ordinary kernel starts instead


@pytest.mark.parametrize("platform", ["darwin", "win32", "freebsd14"])
def test_other_systems_say_why_they_have_no_warm_kernels(monkeypatch, platform):
    monkeypatch.setattr(place.sys, "platform", platform)
    assert platform in place.why_not()
    with pytest.raises(Unavailable, match=platform):
        place.refuse({}, Path.cwd())


def test_an_old_linux_says_why_it_has_no_warm_kernels(monkeypatch):
    def missing(pid):
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(os, "pidfd_open", missing)
    assert place.why_not() == "pidfd_open: Function not implemented"


def test_what_a_forked_kernel_cannot_do_is_refused(tmp_path):
    place.refuse({"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": ""}, tmp_path)
    with pytest.raises(Unavailable, match="OMP_NUM_THREADS=4 asks for more threads"):
        place.refuse({"OMP_NUM_THREADS": "4"}, tmp_path)
    (tmp_path / "matplotlibrc").write_text("")
    with pytest.raises(Unavailable, match="matplotlibrc is read when matplotlib is first imported"):
        place.refuse({}, tmp_path)


def test_jupyter_loads_the_provisioner_without_the_stack():
    code = (
        "import sys, json, ca_research.kernels.provisioner; print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert "jupyter_client.provisioning" in loaded
    assert not loaded & {
        "pandas",
        "numpy",
        "pyarrow",
        "duckdb",
        "matplotlib",
        "IPython",
        "ipykernel",
        "pydantic",
    }


def test_files_for_the_kernel_are_taken_as_popen_takes_them(tmp_path):
    with (tmp_path / "log").open("w") as log:
        with provisioner._open({"stdout": None, "stderr": log}) as numbers:
            assert numbers == [1, log.fileno()]
        assert not log.closed
    with provisioner._open({"stdout": subprocess.DEVNULL, "stderr": 2}) as (out, err):
        assert str(Path(f"/proc/self/fd/{out}").readlink()) == os.devnull and err == 2
    for pipe in (subprocess.PIPE, subprocess.STDOUT):
        with (
            pytest.raises(Unavailable, match="stderr"),
            provisioner._open({"stdout": 1, "stderr": pipe}),
        ):
            pass


# the process as its client sees it


@pytest.fixture
def sleeper(pair):
    """A process with the client's and the server's end of its connection."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    warm = launch.WarmProcess(process.pid, os.pidfd_open(process.pid), pair[0])
    yield process, warm, pair[1]
    process.kill()
    process.wait()


def test_a_process_runs_until_its_server_says_how_it_ended(sleeper):
    process, warm, server = sleeper
    assert warm.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        warm.wait(0.05)
    held = warm._pidfd, warm._connection.fileno()
    assert not any(map(closed, held))
    warm.terminate()
    protocol.send(server, "exit", code=-signal.SIGTERM)
    assert warm.wait(60) == warm.poll() == warm.returncode == -signal.SIGTERM
    assert all(map(closed, held)), "pidfd and connection"
    assert process.wait() == -signal.SIGTERM
    warm.kill()  # a process id that may by now be another's is not touched


def test_a_process_whose_server_has_gone_has_ended_with_an_unknown_code(sleeper):
    process, warm, server = sleeper
    server.close()
    assert warm.poll() is None, "the end of the server is not the end of the kernel"
    process.kill()
    assert warm.wait(60) == launch.LOST


def test_why_a_kernel_did_not_come_up_is_told_also_where_its_end_is_not(
    pair, tmp_path, monkeypatch
):
    """A busy server says the end late; without the reason no other ports were tried."""
    monkeypatch.setattr(launch, "ANSWER_SECONDS", 0.1)
    protocol.send(pair[1], "failed", reason="Address already in use", traceback="")
    with pytest.raises(Unavailable, match="Address already in use"):
        launch._ask(pair[0], launch.request([], tmp_path, BASE), "fingerprint", (1, 2))


def test_a_forgotten_process_leaves_no_open_file(pair):
    held = os.pidfd_open(os.getpid()), pair[0].fileno()
    warm = launch.WarmProcess(os.getpid(), held[0], pair[0])
    assert not any(map(closed, held))
    del warm
    assert all(map(closed, held))


def test_the_kernelspec_names_the_registered_provisioner():
    from importlib.metadata import entry_points

    spec = json.loads((paths.home() / "kernelspec" / "kernel.json").read_text(encoding="utf-8"))
    named = spec["metadata"]["kernel_provisioner"]["provisioner_name"]
    (found,) = entry_points(group="jupyter_client.kernel_provisioners", name=named)
    assert named == kernels.PROVISIONER and found.load() is provisioner.WarmProvisioner
    assert spec["argv"][1:] == ["-m", "ipykernel_launcher", "-f", "{connection_file}"], (
        "without it, an ordinary kernel"
    )


class Control(threading.Thread):
    """A control thread of a kernel: a loop that stops once it has handled what it is at."""

    def __init__(self, seconds, stops):
        super().__init__(daemon=True)
        self.io_loop = IOLoop(make_current=False)
        self.handled = False
        self.io_loop.add_callback(self.handle, seconds, stops)

    def handle(self, seconds, stops):
        if stops:
            self.io_loop.add_callback(self.io_loop.stop)
        time.sleep(seconds)
        self.handled = True

    def run(self):
        self.io_loop.start()


@pytest.mark.parametrize("stops", [True, False])
def test_a_kernel_that_leaves_lets_its_control_thread_answer_first(stops):
    """Else the client, told nothing for two seconds, would send it a signal."""
    control = Control(0.2, stops)
    control.start()
    child._let_control_finish(SimpleNamespace(control_thread=control), seconds=60)
    assert control.handled


def test_a_control_thread_that_never_ends_does_not_keep_a_kernel():
    control = Control(60, stops=False)
    control.start()
    child._let_control_finish(SimpleNamespace(control_thread=control), seconds=0.1)
    assert not control.handled
