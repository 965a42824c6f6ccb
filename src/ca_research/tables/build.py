"""raw -> validated -> processed, whole or not at all.

A build goes to a folder named after its content (`build-<key>`); one small file, CURRENT, points at
it and is replaced in one step. A reader therefore sees the old build or the new one, never half of
either.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from .. import registry
from ..ground import economies, paths, reads
from ..ground.errors import (
    DataError,
    IntegrityError,
    MissingTableError,
    StaleTablesError,
    WriteError,
)
from ..ground.files import changed, lock, stamps, walk, write_whole
from ..ground.remember import by_files
from ..sources import elsewhere
from . import added, located
from .derived import finished
from .raw import check_files, sha256
from .validate import validated

CURRENT, STATE = "CURRENT", "STATE"
_FORMAT = "1"  # raise when the layout of the processed tables changes


@dataclass(frozen=True)
class Built:
    """What a build did: rows per table, and whether anything had to be written."""

    folder: Path
    rows: dict[str, int]
    fresh: bool


def content_key(copies: Mapping[str, Any] | None = None) -> str:
    """Hash of everything a build depends on.

    It covers the registry of sources, economies and tables, and the code of this room; raw files
    stand in it through their declared sha256. Two builds of one key hold the same figures.

    Parameters
    ----------
    copies : mapping, optional
        What was copied of each table that lives elsewhere; by default what the current build holds.

    Returns
    -------
    str
        16 hexadecimal digits.

    Examples
    --------
    >>> len(content_key())
    16
    """
    digest = hashlib.sha256(_FORMAT.encode())
    for file in _declarations():
        digest.update(file.name.encode() + file.read_bytes())
    digest.update(json.dumps(registry.others_documents()).encode())
    if copies := _copies() if copies is None else copies:
        hashes = {name: about["sha256"] for name, about in copies.items()}
        digest.update(json.dumps(hashes, sort_keys=True).encode())
    return digest.hexdigest()[:16]


def _away() -> dict[str, registry.Table]:
    """The tables that live elsewhere."""
    return {name: table for name, table in registry.tables().items() if table.location}


def _copies() -> dict[str, Any]:
    """What the current build holds of each of them."""
    folder = _pointed()
    files = {name: folder / f"{name}{located.SUFFIX}" for name in _away()} if folder else {}
    return {name: json.loads(file.read_text()) for name, file in files.items() if file.is_file()}


def _noted(folder: Path | None) -> dict[str, Any]:
    """What a build noted of the figures that it was made of; nothing of none, or of one by an
    earlier version.
    """
    file = folder / STATE if folder else Path()
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def _marks() -> dict[str, str]:
    """Of each what changes with the state of its place and with the rules by which it is read; ''
    where the place does not say in which state it is.
    """
    marks = {}
    for name, table in _away().items():
        files = [f for f in _declarations() if f.suffix != ".yaml" or f.stem == name]
        mark = elsewhere.place(table).mark().encode()
        content = b"".join([mark, *(file.read_bytes() for file in files)])
        marks[name] = hashlib.sha256(content).hexdigest() if mark else ""
    return marks


def rows_of(name: str) -> dict[str, int]:
    """Rows of a table by source.

    Of one that lives elsewhere they are those of the current build, and none where there is none.

    Parameters
    ----------
    name : str
        A table of the registry.

    Returns
    -------
    dict of str to int
        Rows by id of the source; none for `sources` itself.

    Raises
    ------
    UnknownNameError
        The table is not known.

    Examples
    --------
    >>> rows_of("trade")["KAZ_BNS"] > 100
    True
    """
    if registry.table(name).location:
        counts: dict[str, int] = _copies().get(name, {}).get("sources", {})
        return counts
    return registry.rows_of(name)


def _declarations() -> list[Path]:
    folder = paths.registry_dir()
    return [
        folder / "sources.csv",
        folder / "economies.csv",
        *walk(folder / "tables", ".yaml"),
        *sorted(Path(__file__).parent.glob("*.py")),
        Path(economies.__file__),  # declares the aggregates
        *paths.added_entries(),  # each holds the hash of its rows
    ]


def _state() -> dict[str, tuple[int, ...]]:
    """Marks of all that a build reads."""
    return stamps([*_declarations(), *walk(paths.raw_dir()), *walk(paths.added_dir())])


def _pointed() -> Path | None:
    """Folder of the current build, where there is one."""
    pointer = paths.processed_dir() / CURRENT
    folder = pointer.with_name(pointer.read_text("utf-8").strip()) if pointer.is_file() else None
    return folder if folder and folder.is_dir() else None


def current() -> Path:
    """Folder of the current build; raises MissingTableError where there is none."""
    if folder := _pointed():
        return folder
    raise MissingTableError("(all)", where=paths.shown(paths.processed_dir()))


def up_to_date() -> Path:
    """As `current`; raises StaleTablesError where figures were added or removed since, by a process
    that ended before it built, or by hand: sources and rows would not be of one state;
    IntegrityError where rows of theirs or raw files were edited.

    A run does not ask: its inputs are compared before and after it.
    """
    folder = current()
    if reads.declared("table") is None:
        _refuse_stale(folder)
    return folder


@by_files("tables/*.yaml", added=True, rows=True, raw=True)
def _refuse_stale(folder: Path) -> None:
    """Raise an error where figures are not those of a build; nothing is known of one without
    notes.
    """
    if not (noted := _noted(folder)):
        return
    if noted.get("figures") != _figures():
        raise StaleTablesError(
            "the tables were built before figures were added, removed or declared anew",
            where=paths.shown(folder),
            hint="ca-research data build",
        )
    _refuse_altered(folder)


def _figures() -> dict[str, Any]:
    """The hash of each raw file, as it is declared, and of each entry of added figures."""
    tables = registry.tables().items()
    return {
        "raw": {n: {file: f.sha256 for file, f in t.files.items()} for n, t in tables},
        "added": {file.parent.name: sha256(file) for file in paths.added_entries()},
    }


def _refuse_altered(folder: Path) -> None:
    """Raise IntegrityError where raw files are not the declared ones, or added rows not those of
    their entries: of files that nobody has written to since a build looked at all, none is read.
    """
    built, raw = (folder / STATE).stat().st_mtime_ns, paths.raw_dir()

    def written(files: Iterable[Path]) -> bool:
        return any(not mark or max(mark[-2:]) >= built for mark in stamps(files).values())

    for name, table in registry.tables().items():
        if written([*map(raw.joinpath, table.files), *walk(raw / name)]):
            check_files(table)
    for entry in registry.added().values():
        if written(added.rows_files(entry)):
            added.refuse_altered(entry)


def table_file(name: str) -> Path:
    """Parquet file of a table in the current build."""
    registry.table(name)
    reads.check("table", name)
    file = up_to_date() / f"{name}.parquet"
    if not file.is_file():
        raise MissingTableError(name, paths.shown(file.parent), empty=name not in names())
    return file


def names() -> list[str]:
    """Declared tables that hold data, `sources` first."""
    more = {entry.table for entry in registry.added().values()}
    tables = registry.tables().items()
    return ["sources", *(n for n, t in tables if t.files or t.location or n in more)]


def processed(name: str) -> pa.Table:
    """The processed form of a table whose raw files are the declared ones: its columns,
    `is_aggregate` and `known_on`.
    """
    if name == "sources":
        sources = [s.model_dump() for s in registry.sources().values()]
        columns = list(registry.Source.model_fields)  # a project may have none yet
        return pa.Table.from_pandas(pd.DataFrame(sources, columns=columns), preserve_index=False)
    table = registry.table(name)
    return finished(table, added.with_added(table, validated(table) if table.files else None))


def check(progress: Callable[[str], None] = lambda name: None) -> dict[str, int]:
    """Validate all raw data and build nothing.

    Parameters
    ----------
    progress : callable
        Called with the name of each table before it is read.

    Returns
    -------
    dict of str to int
        Rows per table, ``sources`` first.

    Raises
    ------
    IntegrityError
        A raw file is not the one that the registry declares.
    DataError
        Rows break the rules of their table; it holds all faults of all tables in `faults`.
    RegistryError
        A file of the registry does not say what it must.

    Examples
    --------
    >>> check()["trade"] > 100_000
    True
    """
    counts = {name: len(frame) + _in_parts(name) for name, frame in _all(progress)}
    paths.processed_dir().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=paths.processed_dir(), prefix=".build-") as folder:
        for name, table in _away().items():
            progress(name)
            counts[name] = located.copy(table, Path(folder, f"{name}.parquet"))["rows"]
    return counts


def _in_parts(name: str) -> int:
    """Rows of a table that stay with the large sources that were added."""
    return sum(e.rows for e in registry.added().values() if e.table == name and e.parts)


def _all(progress: Callable[[str], None]) -> list[tuple[str, pa.Table]]:
    """Every table whose rows lie here."""
    wanted = [name for name in names() if name not in _away()]
    for name in wanted:  # cheap and decisive: a changed byte stops everything before any parsing
        if name != "sources":
            check_files(registry.table(name))
    frames, faults = [], []
    for name in wanted:
        progress(name)
        try:
            frames.append((name, processed(name)))
        except DataError as error:
            faults += error.faults
    if faults:
        raise DataError(faults)
    return frames


def build(*, force: bool = False, progress: Callable[[str], None] = lambda name: None) -> Built:
    """Validate raw and write every table as Parquet.

    It does nothing where the current build is of this content. The build before stays as it was
    until the new one is whole.

    Parameters
    ----------
    force : bool
        Write anyway.
    progress : callable
        Called with the name of each table before it is read.

    Returns
    -------
    Built
        ``folder``, ``rows`` (per table) and ``fresh``, whether anything was written.

    Raises
    ------
    IntegrityError
        A raw file is not the one that the registry declares, or is edited meanwhile.
    DataError
        Rows break the rules of their table; it holds all faults of all tables in `faults`.
    RegistryError
        A file of the registry does not say what it must.
    CaResearchError
        The disk refuses.

    Examples
    --------
    >>> built = build()
    >>> built.rows["trade"] > 100_000
    True
    """
    try:
        with lock(paths.processed_dir() / ".lock"):
            return _build(force, progress)
    except WriteError:
        if not force and (standing := _standing(_marks())):
            return standing  # in a project that can only be read nothing has to be written
        raise


def _standing(marks: Mapping[str, str]) -> Built | None:
    """The current build, where it is whole and of the content at hand."""
    target = _pointed()
    if (
        target is None
        or target.name != f"build-{content_key()}"
        or not all((target / f"{name}.parquet").is_file() for name in names())
        or "" in marks.values()
        or marks != _noted(target).get("marks")
    ):
        return None
    looked = time.time() - 1  # a disk's clock may be behind
    _refuse_altered(target)
    with contextlib.suppress(OSError):
        os.utime(target / STATE, (looked, looked))
    rows = {n: pq.read_metadata(target / f"{n}.parquet").num_rows + _in_parts(n) for n in names()}
    return Built(target, rows, fresh=False)


def _build(force: bool, progress: Callable[[str], None]) -> Built:
    """As `build`; nobody else builds meanwhile."""
    home = paths.processed_dir()
    for left in home.glob(".build-*"):  # by a process that was killed
        shutil.rmtree(left, ignore_errors=True)
    begun, marks, pointer = _state(), _marks(), home / CURRENT
    if not force and (standing := _standing(marks)):
        return standing
    registry.forget()  # what was read of it may be older than the key
    frames = _all(progress)
    old = _pointed()
    scratch = home / f".build-{os.getpid()}"
    scratch.mkdir()
    try:
        held, copies = {} if force else _noted(old).get("marks", {}), _copies()
        for name, mark in marks.items():
            progress(name)
            copy = scratch / f"{name}.parquet"
            if old and mark and held.get(name) == mark:
                shutil.copyfile(old / copy.name, copy)
            else:
                copies[name] = located.copy(registry.table(name), copy)
            copy.with_suffix(located.SUFFIX).write_text(json.dumps(copies[name]))
        target = home / f"build-{content_key(copies)}"
        with ThreadPoolExecutor(2) as pool:  # most of it is compression, outside of Python
            written = [
                pool.submit(pq.write_table, frame, scratch / f"{name}.parquet", compression="zstd")
                for name, frame in sorted(frames, key=lambda f: -len(f[1]))
            ]
        for one in written:
            one.result()
        (scratch / STATE).write_text(json.dumps({"figures": _figures(), "marks": marks}))
        if moved := changed(begun, _state()):
            raise IntegrityError(
                f"{', '.join(moved[:3])} changed while the tables were built; nothing was built",
                hint="ca-research data build",
            )
        if target.is_dir():  # the same content: file by file, so that no reader finds it gone
            for file in scratch.iterdir():
                file.replace(target / file.name)
        else:
            scratch.rename(target)
        write_whole(pointer, target.name)
    except WriteError:
        raise
    except OSError as error:
        raise WriteError(Path(paths.shown(home)), error) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    for stale in home.glob("build-*"):  # the one before stays for whoever has just opened it
        if stale not in (target, old):
            shutil.rmtree(stale, ignore_errors=True)
    rows = {n: len(f) + _in_parts(n) for n, f in frames}
    return Built(target, rows | {n: about["rows"] for n, about in copies.items()}, fresh=True)
