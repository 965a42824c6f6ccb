"""Which server serves whom: a private folder, a socket per environment, a fingerprint of what a
server has imported.

Two kernels may come from one server only where an ordinary start would give both the same
interpreter, environment at import, control group and namespaces: these name the socket. What is
installed and the package's sources are the fingerprint: a server that has another one is replaced.
"""

from __future__ import annotations

import json
import os
import site
import stat
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from ..ground import paths
from ..ground.errors import CaResearchError, RunError
from ..ground.files import walk

PROTOCOL = 2
"""Part of the socket's name: servers and clients of different protocols never meet."""

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")

_AT_IMPORT = (
    *(
        "PYTHON",
        "LD_",
        "LC_",
        "MALLOC_",
        "GLIBC_",
        "ARROW_",
        "JE_",
        "NPY_",
        "NUMPY_",
        "PANDAS_",
        "DUCKDB_",
    ),
    *(
        "MKL_",
        "OPENBLAS_",
        "OMP_",
        "KMP_",
        "SCIPY_",
        "JOBLIB_",
        "TQDM_",
        "XDG_CONFIG_",
        "XDG_CACHE_",
        "XDG_DATA_",
    ),
)
_AT_IMPORT_NAMES = frozenset(
    {
        "HOME",
        "LANG",
        "LANGUAGE",
        "TZ",
        "MATPLOTLIBRC",
        "MPLCONFIGDIR",
        "JUPYTER_PLATFORM_DIRS",
        "CA_RESEARCH_HOME",
    }
)
_FOLDERS = (
    "CA_RESEARCH_HOME",
    "HOME",
    "MPLCONFIGDIR",
    "MATPLOTLIBRC",
    "XDG_CONFIG_HOME",
    "XDG_CACHE_HOME",
    "XDG_DATA_HOME",
)
_BY_IMPORT = {("KMP_INIT_AT_FORK", "FALSE")}
"""What joblib sets when it is imported: whether a client has done so makes no other kernel."""

_NAMESPACES = ("cgroup", "ipc", "mnt", "net", "pid", "user", "uts")
_SOCKET_NAME = 107
"""Longest name of a Unix socket on Linux, in bytes."""


class Unavailable(RunError):
    """There is no warm kernel to be had; `what` says why in one line. An ordinary kernel starts
    instead.
    """


def one_line(problem: BaseException) -> str:
    """What happened, in one line."""
    if isinstance(problem, CaResearchError):
        return problem.what
    return " ".join(f"{type(problem).__name__}: {problem}".split())


@dataclass(frozen=True)
class Place:
    """Where the server for an environment listens, and the lock that whoever starts it holds."""

    socket: Path
    lock: Path


def why_not() -> str:
    """Why this machine has no warm kernels; empty where it has."""
    if sys.platform != "linux":
        return f"a process with the stack loaded cannot be forked safely on {sys.platform}"
    if not hasattr(os, "pidfd_open"):
        return "this Python has no os.pidfd_open"
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError as problem:
        return f"pidfd_open: {problem.strerror}"
    return ""


def refuse(env: Mapping[str, str], cwd: Path) -> None:
    """Raise Unavailable where an ordinary kernel would do what a forked one cannot."""
    if reason := why_not():
        raise Unavailable(reason)
    for name in THREADS:
        if env.get(name, "1") not in ("", "1"):
            raise Unavailable(
                f"{name}={env[name]} asks for more threads than a forked process can have"
            )
    if env.get("PYTHONHASHSEED") == "random":
        raise Unavailable("PYTHONHASHSEED=random asks for another seed in each kernel")
    if (cwd / "matplotlibrc").is_file():
        raise Unavailable(f"{cwd / 'matplotlibrc'} is read when matplotlib is first imported")


def folder() -> Path:
    """The user's own folder for sockets, made where it is missing. Raises Unavailable where it is
    not private.
    """
    from platformdirs import user_runtime_path

    try:
        with (
            warnings.catch_warnings()
        ):  # that XDG_RUNTIME_DIR is not set concerns nobody: what is found is checked below
            warnings.simplefilter("ignore")
            path = user_runtime_path("ca-research", appauthor=False, ensure_exists=True)
        path.mkdir(mode=0o700, exist_ok=True)
        found = path.lstat()
        if (
            stat.S_ISDIR(found.st_mode)
            and found.st_uid == os.geteuid()
            and not found.st_mode & 0o022
        ):
            path.chmod(0o700)  # older platformdirs make it with the umask
            found = path.lstat()
    except OSError as problem:
        raise Unavailable(f"no runtime folder: {problem}") from problem
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise Unavailable(f"{path} is not a folder of this user alone")
    return path


def place(env: Mapping[str, str]) -> Place:
    """Where the server for kernels with this environment listens. Raises Unavailable."""
    name = f"{PROTOCOL}-{identity(env)}"
    private = folder()
    at = Place(private / f"{name}.sock", private / f"{name}.lock")
    if len(os.fsencode(at.socket)) + 10 > _SOCKET_NAME:  # its scratch name ends in a process id
        raise Unavailable(f"{at.socket} is too long a name for a socket")
    return at


def identity(env: Mapping[str, str]) -> str:
    """Hash of what must be equal for two kernels to come from one server."""
    namespaces = [
        str(link.readlink()) for n in _NAMESPACES if (link := Path("/proc/self/ns", n)).is_symlink()
    ]
    groups = Path("/proc/self/cgroup")
    return _digest(
        {
            "python": [sys.executable, sys.prefix, sys.version],
            "user": [os.geteuid(), os.getegid(), sorted(os.getgroups())],
            "env": {
                k: v for k, v in sorted(env.items()) if at_import(k) and (k, v) not in _BY_IMPORT
            },
            "namespaces": namespaces,
            "root": Path("/").stat().st_ino,
            "groups": groups.read_text(encoding="utf-8") if groups.exists() else "",
        }
    )


def absolute(env: Mapping[str, str], cwd: Path) -> dict[str, str]:
    """The environment with its folders as a process started in `cwd` would take them: a server
    starts elsewhere.
    """
    full = {name: str(cwd / env[name]) for name in _FOLDERS if (env.get(name) or "~")[0] != "~"}
    if given := env.get("PYTHONPATH"):
        full["PYTHONPATH"] = os.pathsep.join(str(cwd / entry) for entry in given.split(os.pathsep))
    return {**env, **full}


def at_import(name: str) -> bool:
    """Whether an environment variable may be read when Python starts or a library of the stack is
    imported.
    """
    return name not in THREADS and (name in _AT_IMPORT_NAMES or name.startswith(_AT_IMPORT))


def fingerprint(env: Mapping[str, str]) -> str:
    """Hash of names, sizes and times of what an import would read: what is installed, the package,
    its settings.

    Taken by the client before it starts a server, so a change during the imports shows at the next
    kernel.
    """
    return _digest(sorted(_facts(_files(env))))


def _files(env: Mapping[str, str]) -> Iterator[Path]:
    yield Path(sys.executable).resolve()
    for folder_ in {
        *site.getsitepackages(),
        *([site.getusersitepackages()] if site.ENABLE_USER_SITE else []),
    }:
        for entry in _scan(Path(folder_)):
            if entry.name.endswith((".dist-info", ".egg-info")):
                yield Path(entry.path)
                yield Path(entry.path, "RECORD")
            elif entry.name.endswith((".pth", ".py")):
                yield Path(entry.path)
    yield from walk(Path(__file__).resolve().parents[1], ".py")
    yield paths.home() / "registry" / "economies.csv"  # the package reads it when it is imported
    config = Path(env.get("XDG_CONFIG_HOME") or Path(env.get("HOME", ""), ".config"))
    settings = Path(env.get("MPLCONFIGDIR") or config / "matplotlib")
    yield from (settings / "matplotlibrc", settings / "stylelib")
    if named := env.get("MATPLOTLIBRC"):
        yield from (Path(named), Path(named, "matplotlibrc"))


def _scan(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def _facts(files: Iterable[Path]) -> Iterator[list[object]]:
    for file in files:
        try:
            found = file.stat()
        except OSError:
            continue
        yield [str(file), found.st_size, found.st_mtime_ns]


def _digest(content: object) -> str:
    return blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=10).hexdigest()
