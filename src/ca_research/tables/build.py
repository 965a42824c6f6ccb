"""raw -> validated -> processed, whole or not at all.

A build goes to a folder named after its content (`build-<key>`); one small file, CURRENT, points at
it and is replaced in one step. A reader therefore sees the old build or the new one, never half of
either.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from filelock import FileLock

from .. import registry
from ..ground import economies, paths, reads
from ..ground.errors import (
    CaResearchError,
    DataError,
    IntegrityError,
    MissingTableError,
    WriteError,
)
from ..ground.files import changed, stamps, walk, write_whole
from .added import with_added
from .dates import known_on
from .raw import check_files
from .validate import schema, validated

CURRENT = "CURRENT"
_FORMAT = "1"  # raise when the layout of the processed tables changes


@dataclass(frozen=True)
class Built:
    """What a build did: rows per table, and whether anything had to be written."""

    folder: Path
    rows: dict[str, int]
    fresh: bool


def content_key() -> str:
    """Hash of everything a build depends on.

    It covers the registry of sources, economies and tables, and the code of this room; raw files
    stand in it through their declared sha256. Two builds of one key hold the same figures.

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
    return digest.hexdigest()[:16]


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


def current() -> Path:
    """Folder of the current build; raises MissingTableError where there is none."""
    pointer = paths.processed_dir() / CURRENT
    if pointer.is_file():
        folder = paths.processed_dir() / pointer.read_text(encoding="utf-8").strip()
        if folder.is_dir():
            return folder
    raise MissingTableError("(all)", where=paths.shown(paths.processed_dir()))


def table_file(name: str) -> Path:
    """Parquet file of a table in the current build."""
    registry.table(name)
    reads.check("table", name)
    try:
        file = current() / f"{name}.parquet"
    except MissingTableError:
        raise MissingTableError(name, where=paths.shown(paths.processed_dir())) from None
    if not file.is_file():
        raise MissingTableError(name, where=paths.shown(file.parent))
    return file


def names() -> list[str]:
    """Declared tables that hold data, `sources` first."""
    more = {entry.table for entry in registry.added().values()}
    return ["sources", *(n for n, t in registry.tables().items() if t.files or n in more)]


def processed(name: str) -> pa.Table:
    """The processed form of a table whose raw files are the declared ones: its columns,
    `is_aggregate` and `known_on`.
    """
    if name == "sources":
        sources = [s.model_dump() for s in registry.sources().values()]
        return pa.Table.from_pandas(pd.DataFrame(sources), preserve_index=False)
    table = registry.table(name)
    return finished(table, with_added(table, validated(table) if table.files else None))


def finished(
    table: registry.Table, rows: pa.Table, sources: Mapping[str, registry.Source] | None = None
) -> pa.Table:
    """Rows of a table with `is_aggregate` and `known_on`. sources: theirs; else the register's."""
    more = {}
    if parties := table.of_type("economy"):
        groups = pa.array(list(economies.AGGREGATES))
        inside = [pc.is_in(rows[party], value_set=groups) for party in parties]
        rows = rows.append_column("is_aggregate", functools.reduce(pc.or_, inside))
        more["is_aggregate"] = "bool"
    dating = rows.select([c for c in ("source_id", table.known) if c in table.columns]).to_pandas()
    rows = rows.append_column("known_on", pa.array(known_on(dating, table, sources)))
    return rows.cast(schema(table, **more, known_on="datetime64[s]"))


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
    return {name: len(frame) + _elsewhere(name) for name, frame in _all(names(), progress)}


def _elsewhere(name: str) -> int:
    """Rows of a table that stay with the large sources that were added."""
    return sum(e.rows for e in registry.added().values() if e.table == name and e.parts)


def _all(wanted: Iterable[str], progress: Callable[[str], None]) -> list[tuple[str, pa.Table]]:
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
    home = paths.processed_dir()
    home.mkdir(parents=True, exist_ok=True)
    with FileLock(home / ".lock"):
        for left in home.glob(".build-*"):  # by a process that was killed: nobody else builds now
            shutil.rmtree(left, ignore_errors=True)
        begun = _state()
        target = home / f"build-{content_key()}"
        pointer = home / CURRENT
        whole = all((target / f"{n}.parquet").is_file() for n in names())
        if (
            not force
            and whole
            and pointer.is_file()
            and pointer.read_text(encoding="utf-8") == target.name
        ):
            for name in names()[1:]:
                check_files(registry.table(name))
            return Built(
                target,
                {
                    n: pq.read_metadata(target / f"{n}.parquet").num_rows + _elsewhere(n)
                    for n in names()
                },
                fresh=False,
            )
        registry.forget()  # what was read of it may be older than the key
        frames = _all(names(), progress)
        scratch = home / f".{target.name}-{os.getpid()}"
        scratch.mkdir()
        try:
            for name, frame in frames:
                pq.write_table(frame, scratch / f"{name}.parquet", compression="zstd")
            if moved := changed(begun, _state()):
                raise IntegrityError(
                    f"{', '.join(moved[:3])} changed while the tables were built; nothing was "
                    "built",
                    hint="ca-research data build",
                )
            old = pointer.read_text(encoding="utf-8") if pointer.is_file() else ""
            if (
                target.is_dir()
            ):  # the same content: file by file, so that no reader finds the folder gone
                for file in scratch.iterdir():
                    file.replace(target / file.name)
            else:
                scratch.rename(target)
            write_whole(pointer, target.name)
        except WriteError:
            raise
        except OSError as error:
            raise CaResearchError(
                f"the tables could not be written: {error.strerror or error}",
                where=paths.shown(home),
                hint="check space and permissions, then: ca-research data build",
            ) from error
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        for stale in home.glob(
            "build-*"
        ):  # the build before stays for readers that have just opened it
            if stale.name not in (target.name, old):
                shutil.rmtree(stale, ignore_errors=True)
        return Built(target, {n: len(f) + _elsewhere(n) for n, f in frames}, fresh=True)
