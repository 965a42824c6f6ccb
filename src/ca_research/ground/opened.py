"""What this process has read since a run began: files by path, tables and parts of the registry by
name.

Files come from Python's audit events, so a reader that opens them in compiled code by itself
(DuckDB, Polars, pyarrow's own file systems) is not seen; those of pandas are. Left out is what the
content key of a run covers anyway, and what belongs to the system or hides among a user's settings.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from . import paths, reads
from .files import SCRATCH

Stamp = tuple[int, ...]

_SYSTEM = ("/proc", "/sys", "/dev", "/etc", "/usr", "/lib", "/bin", "/sbin", "/run", "/var/cache")
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
NETWORK = "the network"

_files: dict[str, Stamp] = {}
_own: set[str] = set()
_listens = False


def stamp(path: str | Path) -> Stamp:
    """Size and moment of the last write; empty where there is no such file."""
    try:
        about = os.stat(path)  # noqa: PTH116 - within an audit hook
    except OSError:
        return ()
    return about.st_size, about.st_mtime_ns


def begin() -> None:
    """From here on note what is read; what was read before is forgotten.

    Examples
    --------
    >>> begin()
    >>> sorted(listing())
    ['files', 'names', 'prefix']
    """
    global _listens
    _files.clear()
    _own.clear()
    reads.noted.clear()
    if not _listens:
        _listens = True
        sys.addaudithook(_heard)


def _heard(event: str, args: tuple[Any, ...]) -> None:
    if event == "open":
        _note(args[0], args[2] or 0)
    elif event == "sqlite3.connect":
        _note(args[0], 0)
    elif event == "socket.connect" and isinstance(args[1], tuple):
        host = str(args[1][0])
        if not (host.startswith("127.") or host in ("::1", "localhost")):
            _files.setdefault(NETWORK, ())


def _note(path: Any, flags: int) -> None:
    """A file at its first opening; one that the process itself made is no input of it."""
    if not isinstance(path, (str, bytes, os.PathLike)):  # a number: it was opened before
        return
    name = os.path.abspath(os.fsdecode(path))  # noqa: PTH100
    if name in _files or name in _own:
        return
    about = stamp(name)
    if flags & os.O_TRUNC or (flags & _WRITES and not about):
        _own.add(name)
    else:
        _files[name] = about


def listing() -> dict[str, Any]:
    """What was read since `begin`.

    Returns
    -------
    dict
        ``files``: path to stamp (empty where it was looked for in vain), modules among them;
        ``names``: `data/TABLE` and `register/PATTERN`, both sorted; ``prefix``: the Python.
    """
    modules = (getattr(m, "__file__", None) for m in list(sys.modules.values()))
    files = {os.path.abspath(f): stamp(f) for f in modules if f} | _files  # noqa: PTH100
    known = _known()
    kept = {name: about for name, about in sorted(files.items()) if _counts(name, known)}
    return {"files": kept, "names": sorted(reads.noted), "prefix": sys.prefix}


def _known() -> tuple[str, ...]:
    """Folders whose content a key covers, or that are the system's."""
    project = [paths.registry_dir(), paths.measures_dir(), paths.processed_dir()]
    project += [paths.added_dir(), Path(__file__).parents[1]]
    # cells have names of files that are none; a traceback looks for them
    prefixes = [f"{tempfile.gettempdir()}{os.sep}{begins}" for begins in (SCRATCH, "ipykernel_")]
    prefixes += [str(paths.of_package() / "registry" / "measures.yaml")]
    folders = [sys.prefix, sys.base_prefix, *_SYSTEM, *map(str, project)]
    both = {*folders, *map(os.path.realpath, folders)}
    return tuple([f"{folder}{os.sep}" for folder in both] + prefixes)


def _counts(name: str, known: tuple[str, ...]) -> bool:
    if name == NETWORK:
        return True
    home = str(Path.home())
    hidden = name.startswith(f"{home}{os.sep}.")
    parts = Path(name).parts
    compiled = "__pycache__" in parts  # the source stands among the modules
    installed = "site-packages" in parts or "dist-packages" in parts
    if hidden or compiled or installed or name.startswith(known):
        return False
    return not os.path.realpath(name).startswith(known) and not Path(name).is_dir()
