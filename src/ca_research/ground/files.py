"""Files and folders, as every room of the project finds, writes and sweeps them. Imports nothing
heavy.

A folder is walked through symbolic links, a file is written whole or not at all, and what a killed
process left in the temporary directory goes with the next one.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import stat
import tempfile
import time
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from . import paths
from .errors import WriteError

STALE_SECONDS = 3600
"""A scratch file that is younger may still be written."""

SCRATCH = "ca-research-"
"""How the names of scratch folders begin."""

_HELD, _MARK = ".held", ".mark"


def walk(folder: Path, *suffixes: str) -> list[Path]:
    """All files of a folder and of those in it, sorted; links are followed, also to folders.

    What is hidden, and what Python compiles, is left out. `Path.rglob` does not follow links to
    folders, so an edit behind one would not be seen.

    Parameters
    ----------
    folder
        Where to begin. Where it does not exist there are no files.
    *suffixes
        Only files with one of these endings, for example ".yaml".

    Examples
    --------
    >>> from ca_research import paths
    >>> "trade.yaml" in [file.name for file in walk(paths.registry_dir() / "tables", ".yaml")]
    True
    """
    paths: list[Path] = []
    for here, folders, files in os.walk(folder, followlinks=True):
        folders[:] = [f for f in folders if not f.startswith(".") and f != "__pycache__"]
        paths += [Path(here, f) for f in files if not f.startswith(".")]
    return sorted(f for f in paths if not suffixes or f.suffix in suffixes)


def stamps(files: Iterable[Path]) -> dict[str, tuple[int, ...]]:
    """For each file a mark that any write to it changes, also one that is taken back: no file is
    read.
    """
    marks: dict[str, tuple[int, ...]] = {}
    for file in files:
        try:
            about = file.stat()
        except OSError:
            marks[str(file)] = ()
        else:
            marks[str(file)] = (about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns)
    return marks


def changed(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    """Which of two sets of marks differ, by the names that a user knows."""
    names = sorted(n for n in before.keys() | after.keys() if before.get(n) != after.get(n))
    return [paths.shown(Path(n)) for n in names]


# --- writing
# -----------------------------------------------------------------------------------------------


def write_whole(file: Path, content: bytes | str, *, folders: bool = True) -> None:
    """Write a file as a whole or not at all: under a scratch name beside it, then renamed.

    Parameters
    ----------
    file
        What to write. Of a link, what it leads to is written; a pipe or a device (`/dev/stdout`)
        cannot be replaced and is written to.
    content
        Bytes, or text that is written as UTF-8.
    folders
        Whether folders above it are made; else it is an error that they are not there.

    Raises
    ------
    WriteError
        It could not be written. What stood there before still does.
    """
    encoded = content.encode() if isinstance(content, str) else content
    try:
        if folders:
            file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists() and not file.is_file():
            file.write_bytes(encoded)
        else:
            _replace(Path(os.path.realpath(file)), encoded)
    except OSError as problem:
        raise WriteError(file, problem) from problem


@contextmanager
def lock(
    file: Path, *, hint: str = "the project has to be writable; a copy of it can stand elsewhere"
) -> Iterator[None]:
    """Hold a lock that is a file; another process waits. Raises WriteError where it cannot be
    made.
    """
    from filelock import FileLock

    held = FileLock(file)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        held.acquire()
    except OSError as problem:
        raise WriteError(file, problem, hint=hint) from problem
    try:
        yield
    finally:
        held.release()


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip of these files by their names in it, in their order; the same give the same bytes.

    Examples
    --------
    >>> zipped({"a": b"1", "b": b"2"}) == zipped({"a": b"1", "b": b"2"})
    True
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name, content in files.items():
            about = zipfile.ZipInfo(name)  # dated 1980: when it was zipped tells nothing
            about.compress_type, about.create_system = zipfile.ZIP_DEFLATED, 3
            about.external_attr = 0o644 << 16
            packed.writestr(about, content, compresslevel=9)
    return buffer.getvalue()


def _replace(file: Path, content: bytes) -> None:
    handle, scratch = tempfile.mkstemp(prefix=f".{file.name[:40]}-", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
        Path(scratch).chmod(stat.S_IMODE(file.stat().st_mode) if file.exists() else 0o644)
        Path(scratch).replace(file)
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        raise


def sweep(folder: Path) -> None:
    """Remove scratch files that writers left in a folder when they were killed."""
    for file in folder.glob(".*-*"):
        with contextlib.suppress(OSError):
            if file.is_file() and time.time() - file.stat().st_mtime > STALE_SECONDS:
                file.unlink()


# --- scratch folders
# ---------------------------------------------------------------------------------------


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder in the temporary directory for as long as it is needed; those of killed processes
    are swept away first.

    It can hold a kernel's connection file, which has the key that lets others execute code there.
    """
    from filelock import FileLock

    sweep_scratch()
    with (
        tempfile.TemporaryDirectory(prefix=SCRATCH, ignore_cleanup_errors=True) as folder,
        FileLock(
            Path(folder, _HELD)
        ),  # the system lets go of it when its process ends, however that ends
    ):
        Path(folder, _MARK).touch()  # a lock that is just being taken looks like one let go of
        yield Path(folder)


def sweep_scratch() -> None:
    """Remove scratch folders of this user whose process has ended."""
    from filelock import FileLock, Timeout

    owner = os.geteuid() if hasattr(os, "geteuid") else 0  # Windows knows no owners here
    for folder in Path(tempfile.gettempdir()).glob(f"{SCRATCH}*"):
        with contextlib.suppress(OSError, Timeout):
            about = folder.lstat()
            if not stat.S_ISDIR(about.st_mode) or about.st_uid != owner:
                continue
            if Path(folder, _MARK).exists():
                with FileLock(Path(folder, _HELD), timeout=0):
                    pass
            elif time.time() - about.st_mtime < STALE_SECONDS:  # just made, or not one of these
                continue
            shutil.rmtree(folder, ignore_errors=True)
