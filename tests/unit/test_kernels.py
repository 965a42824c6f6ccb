"""Warm kernels without a kernel: packets, the private folder, which server serves whom, and code
that is believed for its content.
"""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from tests.leaks import more, open_files
from tests.warm import NEEDED, SECONDS, within

from ca_research import kernels
from ca_research.ground import paths
from ca_research.kernels import launch, place, protocol, provisioner, stack
from ca_research.kernels.place import Unavailable

pytestmark = NEEDED


@pytest.fixture
def pair():
    left, right = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with left, right:
        yield left, right


@pytest.fixture
def runtime(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    tmp_path.chmod(0o700)
    return tmp_path / "ca-research"


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


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
    with os.fdopen(file) as note:
        assert note.read() == "hello"
    packet, files = protocol.receive(right)
    assert (packet["op"], len(packet["size"]), files) == ("second", 100_000, [])
    left.close()
    assert protocol.receive(right) is None


WHOLE = b'{"op": "start"}'


@pytest.mark.parametrize(
    ("data", "files"),
    [(b"no json", 1), (b"[]", 1), (b'{"op": 1}', 1), (b"\xff", 1), (WHOLE[:-1], 1), (WHOLE, 9)],
)
def test_what_is_no_packet_is_refused_and_its_files_closed(pair, data, files):
    left, right = pair
    with Path(os.devnull).open() as file:
        socket.send_fds(left, [data], [file.fileno()] * files)
    before = {"files": open_files()}
    with pytest.raises(protocol.ProtocolError):
        protocol.receive(right)
    assert not more(before, {"files": open_files()})


def test_the_socket_is_the_users_alone_and_another_user_is_not_talked_to(tmp_path, monkeypatch):
    path, own = tmp_path / "a.sock", os.geteuid()
    path.write_text("left over")
    before = os.umask(0)
    listener = protocol.listen(path)
    os.umask(before)
    with listener:
        assert mode(path) == 0o600
        assert [p.name for p in tmp_path.iterdir()] == ["a.sock"], "bound apart, then renamed"
        assert protocol.accept(listener) is None
        with protocol.connect(path, 1) as client, protocol.accept(listener) as server:
            assert protocol.peer(server) == protocol.peer(client) == os.getpid()
        with protocol.connect(path, 1):
            monkeypatch.setattr(os, "geteuid", lambda: own + 1)
            assert protocol.accept(listener) is None, "the server drops it"
            with pytest.raises(protocol.ProtocolError):
                protocol.connect(path, 1)
    assert protocol.connect(path, 1) is None, "nobody listens there any more"


# the folder


def test_the_folder_is_made_for_the_user_alone_and_closed_where_others_could_read(runtime):
    before = os.umask(0)
    assert place.folder() == runtime and mode(runtime) == 0o700
    os.umask(before)
    runtime.chmod(0o755)
    assert mode(place.folder()) == 0o700


def a_link(path):
    (path.parent / "elsewhere").mkdir(mode=0o700)
    path.symlink_to(path.parent / "elsewhere")


def writable_by_others(path):
    path.mkdir()
    path.chmod(0o777)


@pytest.mark.parametrize("make", [a_link, writable_by_others, Path.touch])
def test_a_folder_that_is_not_the_users_alone_is_refused(runtime, make):
    make(runtime)
    with pytest.raises(Unavailable):
        place.folder()


def test_a_name_too_long_for_a_socket_is_refused(tmp_path, monkeypatch):
    (long := tmp_path / ("x" * 90)).mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(long))
    with pytest.raises(Unavailable):
        place.place(os.environ)


# which server serves whom

SHARES = """
    PWD=/elsewhere JPY_SESSION_NAME=a.ipynb MPLBACKEND=agg CA_RESEARCH_REPORTS=/out
    OMP_NUM_THREADS=1 PATH=/bin XDG_SESSION_ID=7 KMP_INIT_AT_FORK=FALSE
"""
APART = """
    HOME=/home/b PYTHONPATH=/lib PYTHONHASHSEED=0 TZ=Asia/Almaty LC_ALL=C CA_RESEARCH_HOME=/project
    MPLCONFIGDIR=/config LD_PRELOAD=a.so
"""


def test_what_an_import_may_read_has_a_server_of_its_own_and_nothing_else():
    base = {"HOME": "/home/a", "LANG": "C.UTF-8"}
    for pair in [*SHARES.split(), *APART.split()]:
        env = base | dict([pair.split("=")])
        apart = pair in APART
        assert (place.identity(env) != place.identity(base)) == apart, pair
        if apart:
            assert env.items() <= {**stack.environment(env), **base, **env}.items()
    quiet = stack.environment(base | {"OMP_NUM_THREADS": "8"})
    assert all(quiet[name] == "1" for name in place.THREADS), "a server runs on one thread"


IDENTITY = "import os; from ca_research.kernels import place; print(place.identity(os.environ))"


def test_a_client_with_other_limits_has_another_server():
    """A server begun under `ulimit -f` was handed to later clients, whose files were cut."""
    own = f'{sys.executable} -c "{IDENTITY}"'
    limited = [f"ulimit -f 4000; {own}", f"ulimit -n 500; {own}", f"umask 027; {own}"]
    limited += [f"nice -n 3 {own}", f"taskset -c 0 {own}"][: len(os.sched_getaffinity(0))]
    told = [subprocess.check_output(["bash", "-c", one]) for one in (own, own, *limited)]
    assert told[0] == told[1] and len(set(told)) == len(told) - 1


def test_relative_folders_are_of_the_folder_a_kernel_starts_in(tmp_path):
    given = {"HOME": "/home/a", "PYTHONPATH": f"src{os.pathsep}{os.pathsep}/lib"}
    done = subprocess.check_output(
        [sys.executable, "-c", "import sys; print(sys.path[1:4])"], env=given, cwd=tmp_path
    )
    full = place.absolute(given | {"CA_RESEARCH_HOME": "project", "XDG_CACHE_HOME": ""}, tmp_path)
    assert full["PYTHONPATH"].split(os.pathsep) == eval(done)
    assert full["CA_RESEARCH_HOME"] == str(tmp_path / "project")
    assert (full["HOME"], full["XDG_CACHE_HOME"]) == ("/home/a", "")


READ = """
    site/a-1.0.dist-info/RECORD site/b-2.0.dist-info/RECORD site/a.pth site/sitecustomize.py
    pkg/stats/trend.py pkg/stats/new.py home/registry/economies.csv
    .config/matplotlib/matplotlibrc
"""


def test_what_an_import_reads_is_in_the_fingerprint(tmp_path, monkeypatch):
    """An invented environment, of which one file after the other is written."""
    for name in READ.split():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    monkeypatch.setattr(place.site, "getsitepackages", lambda: [str(tmp_path / "site")])
    monkeypatch.setattr(place.site, "getusersitepackages", lambda: str(tmp_path / "none"))
    monkeypatch.setattr(place, "PACKAGE", tmp_path / "pkg")
    monkeypatch.setattr(paths, "home", lambda: tmp_path / "home")
    env = {"HOME": str(tmp_path)}
    seen = [place.fingerprint(env)]
    for name in ("pkg/stats/notes.txt", "site/b.dist"):
        (tmp_path / name).write_text("no module, no package")
        assert place.fingerprint(env) == seen[0]
    for name in READ.split():
        for text in ("1", "2"):  # at the same second, as in two archives
            (tmp_path / name).write_text(text)
            os.utime(tmp_path / name, (10**9, 10**9))
            seen.append(place.fingerprint(env))
    (tmp_path / "site/b-2.0.dist-info/RECORD").unlink()
    seen.append(place.fingerprint(env))
    assert len(set(seen)) == len(seen)


# where an ordinary kernel starts instead


def test_what_a_forked_kernel_cannot_do_is_refused(tmp_path, monkeypatch):
    place.refuse({"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": ""}, tmp_path)
    for env in ({"OMP_NUM_THREADS": "4"}, {"PYTHONHASHSEED": "random"}):
        with pytest.raises(Unavailable):
            place.refuse(env, tmp_path)
    (tmp_path / "matplotlibrc").touch()
    with pytest.raises(Unavailable):
        place.refuse({}, tmp_path)
    for platform in ("darwin", "win32"):
        monkeypatch.setattr(place.sys, "platform", platform)
        assert platform in place.why_not()
        with pytest.raises(Unavailable):
            place.refuse({}, Path.cwd())


def test_jupyter_loads_the_provisioner_without_the_stack():
    code = "import sys, ca_research.kernels.provisioner; print(*sys.modules)"
    loaded = set(subprocess.check_output([sys.executable, "-c", code], text=True).split())
    assert "jupyter_client.provisioning" in loaded
    assert not loaded & {"pandas", "numpy", "matplotlib", "IPython", "ipykernel", "pydantic"}


def test_the_kernelspec_names_the_registered_provisioner():
    from importlib.metadata import entry_points

    spec = json.loads((paths.home() / "kernelspec" / "kernel.json").read_text(encoding="utf-8"))
    named = spec["metadata"]["kernel_provisioner"]["provisioner_name"]
    (found,) = entry_points(group="jupyter_client.kernel_provisioners", name=named)
    assert named == kernels.PROVISIONER and found.load() is provisioner.WarmProvisioner
    assert spec["argv"][1:] == ["-m", "ipykernel_launcher", "-f", "{connection_file}"]
    assert kernels.default() == (kernels.NAME, "")


# the process as its client sees it


@pytest.mark.parametrize("server_lives", [True, False])
def test_a_process_runs_until_its_end_which_the_server_tells(pair, server_lives):
    process = subprocess.Popen(["sleep", "600"])
    warm = launch.WarmProcess(process.pid, os.pidfd_open(process.pid), pair[0])
    with pytest.raises(subprocess.TimeoutExpired):
        warm.wait(0.05)
    if not server_lives:
        pair[1].close()
        assert warm.poll() is None, "the end of the server is not the end of the kernel"
    before = len(open_files())
    warm.terminate()
    if server_lives:
        protocol.send(pair[1], "exit", code=-signal.SIGTERM)
    code = -signal.SIGTERM if server_lives else launch.LOST
    assert warm.wait(SECONDS) == warm.poll() == warm.returncode == code
    assert within(1, lambda: len(open_files()) == before - 2), "pidfd and connection are closed"
    assert process.wait() == -signal.SIGTERM
    warm.kill()  # a process id that may by now be another's is not touched


# compiled code


def test_compiled_code_of_another_source_of_the_same_size_and_second_is_not_run(tmp_path):
    """As two unpacked archives have them: the old code ran under the new key."""
    module = tmp_path / "package" / "stands.py"
    module.parent.mkdir()

    def answer():
        words = [sys.executable, "-c", "import stands; print(stands.N)"]
        return int(subprocess.check_output(words, cwd=module.parent))

    told = []
    for number in (1, 2, 3):
        module.write_text(f"N = {number}")
        os.utime(module, (10**9, 10**9))
        kernels.by_content(module.parent)
        told.append(answer())
        module.write_text("N = 9")  # Python alone looks at contents from then on
        os.utime(module, (10**9, 10**9))
        if number > 1:
            assert answer() == 9
    assert told == [1, 2, 3]
    (compiled,) = module.parent.glob("__pycache__/*")
    os.utime(compiled, (10**9, 10**9))
    kernels.by_content(module.parent)
    assert compiled.stat().st_mtime == 10**9, "what is compared already is left"


def test_what_cannot_be_compiled_is_left(tmp_path):
    (tmp_path / "broken.py").write_text("def")
    compiled = tmp_path / "__pycache__" / f"broken.{sys.implementation.cache_tag}.pyc"
    compiled.parent.mkdir()
    with closing(compiled.open("wb")) as file:
        file.write(bytes(16))
    kernels.by_content(tmp_path, tmp_path / "nowhere")
    assert compiled.read_bytes() == bytes(16)
