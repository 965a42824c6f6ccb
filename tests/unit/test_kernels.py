"""Warm kernels without a kernel: the socket, the private folder, and which server serves whom."""

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from tests.warm import NEEDED

from ca_research.ground import paths
from ca_research.kernels import place, protocol, provisioner, stack
from ca_research.kernels.place import Unavailable

pytestmark = NEEDED


@pytest.fixture
def runtime(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    tmp_path.chmod(0o700)
    return tmp_path / "ca-research"


# the socket


def test_the_first_server_has_the_socket_and_a_killed_one_leaves_none(tmp_path):
    path = tmp_path / "a.sock"
    with protocol.listen(path) as listener:
        assert protocol.listen(path) is None
        with protocol.connect(path) as client, listener.accept()[0] as server:
            protocol.send(client, {"a": 1}, (1,))
            (packet, (file,)) = protocol.receive(server)
            os.close(file)
            assert packet == {"a": 1}
        assert protocol.receive(listener_of(path, listener)) == ({}, []), "the end"
    assert [p.name for p in tmp_path.iterdir()] == ["a.sock"]
    assert protocol.connect(path) is None and not path.exists()


def listener_of(path, listener):
    """The server's end of a connection whose client is gone."""
    protocol.connect(path).close()
    return listener.accept()[0]


# the folder


def test_the_folder_is_made_for_the_user_alone(runtime):
    before = os.umask(0)
    assert place.folder() == runtime and stat.S_IMODE(runtime.stat().st_mode) == 0o700
    os.umask(before)


def a_link(path):
    (path.parent / "elsewhere").mkdir(mode=0o700)
    path.symlink_to(path.parent / "elsewhere")


def readable_by_others(path):
    path.mkdir()
    path.chmod(0o755)


@pytest.mark.parametrize("make", [a_link, readable_by_others, Path.touch])
def test_a_folder_that_is_not_the_users_alone_is_refused(runtime, make):
    make(runtime)
    with pytest.raises(Unavailable):
        place.folder()


# which server serves whom

SHARES = """
    PWD=/elsewhere JPY_SESSION_NAME=a.ipynb MPLBACKEND=agg CA_RESEARCH_REPORTS=/out
    OMP_NUM_THREADS=1 PATH=/bin XDG_SESSION_ID=7 KMP_INIT_AT_FORK=FALSE
"""
APART = """
    HOME=/home/b PYTHONPATH=/lib PYTHONHASHSEED=0 TZ=Asia/Almaty LC_ALL=C CA_RESEARCH_HOME=/project
    MPLCONFIGDIR=/config LD_PRELOAD=a.so
"""


def test_what_an_import_may_read_has_a_server_of_its_own_and_nothing_else(runtime):
    base = {"HOME": "/home/a", "LANG": "C.UTF-8"}
    for pair in [*SHARES.split(), *APART.split()]:
        env = base | dict([pair.split("=")])
        apart = pair in APART
        assert (place.place(env) != place.place(base)) == apart, pair
        if apart:
            assert env.items() <= {**stack.environment(env), **base, **env}.items()
    quiet = stack.environment(base | {"OMP_NUM_THREADS": "8"})
    assert all(quiet[name] == "1" for name in place.THREADS), "a server runs on one thread"


READ = """
    site/a-1.0.dist-info/RECORD site/b-2.0.dist-info/RECORD site/a.pth site/sitecustomize.py
    pkg/stats/trend.py pkg/stats/new.py home/registry/economies.csv
    .config/matplotlib/matplotlibrc
"""


def test_what_an_import_reads_has_a_server_of_its_own(tmp_path, monkeypatch, runtime):
    """An invented environment, of which one file after the other is written."""
    for name in READ.split():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    monkeypatch.setattr(place.site, "getsitepackages", lambda: [str(tmp_path / "site")])
    monkeypatch.setattr(place.site, "getusersitepackages", lambda: str(tmp_path / "none"))
    monkeypatch.setattr(place, "PACKAGE", tmp_path / "pkg")
    monkeypatch.setattr(paths, "home", lambda: tmp_path / "home")
    env = {"HOME": str(tmp_path)}
    seen = [place.place(env)]
    for name in ("pkg/stats/notes.txt", "site/b.dist"):
        (tmp_path / name).write_text("no module, no package")
        assert place.place(env) == seen[0]
    for name in READ.split():
        for text in ("1", "2"):  # at the same second, as in two archives
            (tmp_path / name).write_text(text)
            os.utime(tmp_path / name, (10**9, 10**9))
            seen.append(place.place(env))
    (tmp_path / "site/b-2.0.dist-info/RECORD").unlink()
    seen.append(place.place(env))
    assert len(set(seen)) == len(seen)


# where an ordinary kernel starts instead


def test_what_a_forked_kernel_cannot_do_is_refused(tmp_path, monkeypatch):
    place.refuse({"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": ""}, tmp_path)
    (tmp_path / "matplotlibrc").touch()
    with pytest.raises(Unavailable):
        place.refuse({}, tmp_path)
    for platform in ("darwin", "win32"):
        monkeypatch.setattr(place.sys, "platform", platform)
        assert platform in place.why_not()
        with pytest.raises(Unavailable):
            place.refuse({}, Path.cwd())


def test_no_socket_is_of_a_network():
    for file in place.PACKAGE.joinpath("kernels").glob("*.py"):
        assert not re.search("AF_INET|create_connection", file.read_text()), file.name


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
    assert found.load() is provisioner.WarmProvisioner
    assert spec["argv"][1:] == ["-m", "ipykernel_launcher", "-f", "{connection_file}"]
