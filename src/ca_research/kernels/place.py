"""Which server serves whom: a private folder, and a socket for each environment.

Two kernels may come from one server only where an ordinary start would give both the same
interpreter, environment at import, limits, control group and namespaces, and where it would import
the same: all of these name the socket.
"""

from __future__ import annotations

import json
import os
import re
import site
import stat
import sys
import warnings
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import blake2b
from pathlib import Path

from ..ground import paths
from ..ground.errors import CaResearchError, RunError
from ..ground.files import stamps, walk

THREADS = tuple(f"{name}_NUM_THREADS" for name in ("OMP", "OPENBLAS", "MKL", "BLIS", "NUMEXPR"))

_AT_IMPORT = """
    PYTHON LD_ LC_ MALLOC_ GLIBC_ ARROW_ JE_ NPY_ NUMPY_ PANDAS_ DUCKDB_ MKL_ OPENBLAS_ OMP_ KMP_
    SCIPY_ JOBLIB_ TQDM_ XDG_CONFIG_ XDG_CACHE_ XDG_DATA_
    HOME LANG TZ MATPLOTLIBRC MPLCONFIGDIR JUPYTER_PLATFORM_DIRS CA_RESEARCH_HOME
"""
"""How the names of variables begin that may be read when Python starts or the stack is imported."""

_FOLDERS = ("PYTHONPATH", "CA_RESEARCH_HOME")
_OF_STATUS = "(?m)^(?:Uid|Gid|Groups|Umask|Cpus_allowed):.*$"
_BY_IMPORT = "KMP_INIT_AT_FORK"
"""What joblib sets when it is imported: whether a client has done so makes no other kernel."""


class Unavailable(RunError):
    """There is no warm kernel to be had; `what` says why in one line. An ordinary kernel starts
    instead.
    """


def one_line(problem: BaseException) -> str:
    """What happened, in one line."""
    if isinstance(problem, CaResearchError):
        return problem.what
    return " ".join(f"{type(problem).__name__}: {problem}".split())


@cache
def say(line: str) -> None:
    """A line on stderr, once in the life of this process."""
    print(line, file=sys.stderr, flush=True)


def why_not() -> str:
    """Why this machine has no warm kernels; empty where it has."""
    if sys.platform == "linux":
        return ""
    return f"a process with the stack loaded cannot be forked safely on {sys.platform}"


def refuse(env: Mapping[str, str], cwd: Path) -> None:
    """Raise Unavailable where an ordinary kernel would do what a forked one cannot."""
    if reason := why_not():
        raise Unavailable(reason)
    for name in THREADS:
        if env.get(name, "1") not in ("", "1"):
            raise Unavailable(
                f"{name}={env[name]} asks for more threads than a forked process can have"
            )
    if env.get("MATPLOTLIBRC") or (cwd / "matplotlibrc").is_file():
        raise Unavailable("a matplotlibrc of its own is read when matplotlib is first imported")


def folder() -> Path:
    """The user's own folder for sockets, made where it is missing. Raises Unavailable where it is
    not private.
    """
    from platformdirs import user_runtime_path

    try:
        with warnings.catch_warnings():  # XDG_RUNTIME_DIR may be unset: what is found is checked
            warnings.simplefilter("ignore")
            path = user_runtime_path("ca-research", appauthor=False)
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        about = path.lstat()
    except OSError as problem:
        raise Unavailable(f"no runtime folder: {problem}") from problem
    owned = stat.S_ISDIR(about.st_mode) and about.st_uid == os.geteuid()
    if not owned or about.st_mode & 0o077:
        raise Unavailable(f"{path} is not a folder of this user alone")
    return path


def place(env: Mapping[str, str]) -> Path:
    """The socket of the server for kernels with this environment.

    Its name is a hash of what must be equal for two kernels to come from one server: a kernel gets
    it from the server, which has it from the client that started it. Raises Unavailable.
    """
    process = Path("/proc/self")
    traits = [
        sys.prefix,
        {k: v for k, v in env.items() if at_import(k)},
        [str(link.readlink()) for link in sorted((process / "ns").iterdir())],
        [(process / name).read_text(encoding="utf-8") for name in ("cgroup", "limits")],
        re.findall(_OF_STATUS, (process / "status").read_text(encoding="utf-8")),
        os.getpriority(os.PRIO_PROCESS, 0),
        sorted((str(file), mark) for file, mark in stamps(files(env)).items() if mark),
    ]
    name = blake2b(json.dumps(traits, sort_keys=True).encode(), digest_size=10).hexdigest()
    return folder() / f"{name}.sock"


def absolute(env: Mapping[str, str], cwd: Path) -> dict[str, str]:
    """The environment with its folders absolute, as a process started in `cwd` would take them; for
    a server, which starts in another folder.
    """
    full = dict(env)
    for name in filter(env.get, _FOLDERS):
        folders = (cwd / Path(part).expanduser() for part in env[name].split(os.pathsep))
        full[name] = os.pathsep.join(map(str, folders))
    return full


def at_import(name: str) -> bool:
    """Whether an environment variable may be read when Python starts or a library of the stack is
    imported.
    """
    return name not in (*THREADS, _BY_IMPORT) and name.startswith(tuple(_AT_IMPORT.split()))


PACKAGE = Path(__file__).resolve().parents[1]


def files(env: Mapping[str, str]) -> Iterator[Path]:
    """What an import would read, or would not be there to be read."""
    yield Path(sys.executable).resolve()
    for installed in (*site.getsitepackages(), site.getusersitepackages()):
        for kind in ("dist-info", "egg-info", "pth", "py"):
            for entry in Path(installed).glob(f"*.{kind}"):
                yield from (entry, entry / "RECORD")
    yield from walk(PACKAGE, ".py")
    yield paths.home() / "registry" / "economies.csv"  # the package reads it when it is imported
    config = Path(env.get("XDG_CONFIG_HOME") or Path(env.get("HOME", ""), ".config"))
    settings = Path(env.get("MPLCONFIGDIR") or config / "matplotlib")
    yield from (settings / "matplotlibrc", settings / "stylelib")
