"""Figures that a user has added: kept beside the snapshot, which never changes.

A source is a folder `data/added/SOURCE`: its register entry, its rows as Parquet in the table's own
form, and the rows that were skipped. It comes and goes in one rename, so that whoever is killed in
the middle leaves the old state. Rows of a large source stay in its folder `parts`, where `load` and
`sql` read what they need of them; others become part of the processed table.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from .. import registry
from ..ground import paths, sql
from ..ground.errors import (
    CaResearchError,
    IntegrityError,
    UsageError,
    WriteError,
    known_name,
)
from ..ground.files import lock
from .database import broken_values, connect
from .derived import form
from .raw import sha256
from .validate import arrow, schema

ROWS, ENTRY, SKIPPED, PARTS = "rows.parquet", "source.yaml", "skipped.csv", "parts"
_PLACE = ("sheet", "header", "header_rows")


@contextmanager
def alone() -> Iterator[Path]:
    """The folder of added figures, for one process at a time; another waits."""
    folder = paths.added_dir()
    with lock(folder / ".lock"):
        registry.forget()  # whoever held the lock may have changed what was read
        for left in folder.glob(".new-*"):  # by a process that was killed: nobody else adds now
            shutil.rmtree(left, ignore_errors=True)
        for source_id, entry in registry.added().items():  # files of rows that gave way
            for file in (folder / source_id).glob("[rs]*[.-]*") if entry.stamp else ():
                if file.name not in (ENTRY, _named(ROWS, entry), _named(SKIPPED, entry)):
                    file.unlink(missing_ok=True)
        yield folder


def _named(file: str, entry: registry.Added) -> str:
    """A file of a fetch or an amendment carries its stamp, so that the entry decides in one step
    which of two counts.
    """
    stem, _, suffix = file.partition(".")
    return f"{stem}-{entry.stamp}.{suffix}" if entry.stamp else file


@contextmanager
def scratch(source_id: str) -> Iterator[Path]:
    """A folder that becomes that of a source by `publish`, or is gone. Within `alone`."""
    folder = paths.added_dir() / f".new-{source_id}-{os.getpid()}"
    try:
        with room(source_id):
            folder.mkdir()
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def room(source_id: str) -> Iterator[None]:
    """Say what the disk or the memory refuses while a source is read or written."""
    try:
        yield
    except WriteError:
        raise
    except OSError as error:
        raise WriteError(paths.added_dir() / source_id, error) from error
    except duckdb.Error as error:  # no room on the disk, or less memory than a step needs
        raise CaResearchError(
            f"nothing was added: {str(error).splitlines()[0]}",
            where=f"data/added/{source_id}",
            hint="make room on the disk, or cut the file into parts",
        ) from error


def write(entry: registry.Added, frame: pd.DataFrame, folder: Path) -> None:
    """Write the rows of a source to its scratch folder."""
    rows = arrow(registry.table(entry.table), frame)
    pq.write_table(rows, folder / _named(ROWS, entry), compression="zstd")


def publish(entry: registry.Added, folder: Path, skipped: pd.DataFrame) -> registry.Added:
    """Make a scratch folder that holds the rows that of a source: one of a fetch takes the place of
    an earlier one. The entry gets their hash, that of a large one its parts too.
    """
    parts = sorted((folder / PARTS).glob("*"))
    hashed = _sha256_of(parts) if parts else sha256(folder / _named(ROWS, entry))
    about = {"parts": tuple(part.name for part in parts), "rows_sha256": hashed}
    entry = entry.model_copy(update=about)
    text = yaml.safe_dump(
        entry.model_dump(mode="json"), allow_unicode=True, sort_keys=False, width=100
    )
    (folder / ENTRY).write_text(text, encoding="utf-8")
    if len(skipped):
        skipped.to_csv(folder / _named(SKIPPED, entry), index=False, lineterminator="\n")
    target = paths.added_dir() / entry.source.source_id
    if not target.exists():
        folder.rename(target)
    else:  # beside what stands; once the entry is there, the new rows count
        for file in sorted(folder.iterdir(), key=lambda f: f.name == ENTRY):
            file.replace(target / file.name)
    registry.forget()
    return entry


def _sha256_of(files: Sequence[Path]) -> str:
    """One hash of several files and their names."""
    listing = "".join(f"{file.name} {sha256(file)}\n" for file in files)
    return hashlib.sha256(listing.encode()).hexdigest()


def refuse_known(source_id: str) -> None:
    """Raise UsageError where a source of this id is in the register or was added."""
    if source_id in registry.listed_sources() or (paths.added_dir() / source_id).exists():
        raise UsageError(
            f"source {source_id!r} is in the register, or was added",
            hint="give another id: --source ID, or take back what was added: ca-research data "
            "remove",
        )


def refuse_located(table: registry.Table) -> None:
    """Raise UsageError for a table to which nothing is added here."""
    if table.location or (table.known == "source" and not table.files):
        raise UsageError(
            f"the rows of table {table.table!r} live elsewhere, so none are added to it here",
            hint="add them there, or make a table of your own: registry/tables",
        )


def remove(source_id: str) -> registry.Added:
    """Take back a source that was added, with all its rows. Call it within `alone`.

    Returns its entry. Raises UnknownNameError for a source that was not added.
    """
    folder, known = paths.added_dir(), registry.added()
    known_name("added source", source_id, known)
    gone = folder / f".new-{source_id}-{os.getpid()}"
    (folder / source_id).rename(gone)
    shutil.rmtree(gone, ignore_errors=True)
    registry.forget()
    return known[source_id]


def rows(entry: registry.Added) -> pa.Table | None:
    """The rows of a source as they were kept; None for a large one, whose rows stay where they are.

    Raises IntegrityError where they are not those of its entry, or where the table's rules have
    changed since and no longer allow them.
    """
    refuse_altered(entry)
    files = rows_files(entry)
    if not _fits(entry, files):
        raise _unfit(entry, f"added figures no longer keep the rules of table {entry.table!r}")
    return None if entry.parts else pq.read_table(files[0])


def refuse_altered(entry: registry.Added) -> None:
    """Raise IntegrityError where the rows of a source are not those of its entry."""
    files = rows_files(entry)
    there = all(file.is_file() for file in files)
    hashed = (_sha256_of(files) if entry.parts else sha256(files[0])) if there else ""
    if hashed != entry.rows_sha256:
        raise _unfit(entry, "added figures are not those that were added")


def rows_files(entry: registry.Added) -> list[Path]:
    """The files of the rows of a source, of which its entry has the hash."""
    folder = paths.added_dir() / entry.source.source_id
    return [folder / PARTS / name for name in entry.parts] or [folder / _named(ROWS, entry)]


def skipped(entry: registry.Added) -> pd.DataFrame:
    """The faulty rows of a source that were left out, as they were listed."""
    file = paths.added_dir() / entry.source.source_id / _named(SKIPPED, entry)
    return pd.read_csv(file, dtype=str) if file.is_file() else pd.DataFrame()


def map_of(entry: registry.Added) -> dict[str, Any]:
    """How the file of a source was understood, as a map that reads another like it. Where its
    layout is known the place of the headings would hide that.
    """
    from ..sources.mapping import FOUND_OUT

    without = FOUND_OUT if entry.layout == "guess" else (*FOUND_OUT, *_PLACE)
    return {name: value for name, value in entry.mapping.items() if name not in without}


def _unfit(entry: registry.Added, what: str) -> IntegrityError:
    source_id = entry.source.source_id
    return IntegrityError(
        what,
        where=f"data/added/{source_id}" + ("" if entry.parts else f"/{_named(ROWS, entry)}"),
        hint=f"ca-research data remove {source_id}, then add the file again",
    )


def _fits(entry: registry.Added, files: Sequence[Path]) -> bool:
    """Whether rows keep the rules of their table, by their distinct words and largest figures."""
    table, rows = registry.table(entry.table), sql.parquet(files)
    there, wanted = pq.read_schema(files[0]), form(table) if entry.parts else schema(table)
    if there.names != wanted.names or not (entry.parts or there.equals(wanted)):
        return False
    with connect() as connection:
        return not any(broken_values(connection, table, rows))


def large(table: str) -> list[Path]:
    """The files in which rows of a table stay that were added as large sources."""
    return [
        paths.added_dir() / source_id / PARTS / name
        for source_id, entry in registry.added().items()
        if entry.table == table
        for name in entry.parts
    ]


def with_added(table: registry.Table, base: pa.Table | None) -> pa.Table:
    """Rows of a table with those that were added to it, in key order; those of large sources are
    looked at and stay where they are. base: None for a table without files.
    """
    entries = [e for e in registry.added().values() if e.table == table.table]
    parts = [part for entry in entries if (part := rows(entry)) is not None]
    if base is not None and not parts:
        return base
    parts.insert(0, schema(table).empty_table() if base is None else base.cast(schema(table)))
    return pa.concat_tables(parts).sort_by([(name, "ascending") for name in table.key])
