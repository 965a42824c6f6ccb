"""Tables in files of Parquet, behind HTTP or on a path."""

from __future__ import annotations

import functools
import operator
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import dataset

from ...ground import paths
from ...ground.errors import AnswerError, ContractError, FileError
from ...ground.files import walk
from ..fetch.keys import found
from .conditions import COMPARES, Condition, Either
from .place import SOURCE, Field, Look, Place
from .ranges import Changed, RemoteFile

_FORMAT = dataset.ParquetFileFormat()
_AHEAD = {"batch_readahead": 4, "fragment_readahead": 2}
"""Batches and files that are read before they are asked for: each costs memory."""
_COMPARE = {sign: getattr(pc, name) for name, sign in COMPARES.items()}


class ParquetPlace(Place):
    """Files of Parquet that are a table together."""

    @property
    def shown(self) -> str:
        first, *more = self.location.parquet or ("",)
        return first + (f" and {len(more)} more" if more else "")

    def look(self) -> Look:
        with self._opened({}) as (rows, state):
            if rows is None:
                raise FileError(
                    "there is no Parquet in the folder",
                    where=self.shown,
                    hint="name the folder that holds the .parquet files",
                )
            fields = {f.name: Field(_kind(f.type), _unit(f)) for f in rows.schema}
            return Look(fields, rows.count_rows(), _sources(rows), state)

    def batches(
        self, columns: Sequence[str], asked: Sequence[Condition | Either], state: dict[str, str]
    ) -> Iterator[pa.RecordBatch]:
        with self._opened(state) as (rows, found):
            if found != state or rows is None:
                raise self.moved()
            condition = _all(asked, rows.schema)
            yield from rows.scanner(columns=list(columns), filter=condition, **_AHEAD).to_batches()

    @contextmanager
    def _opened(
        self, state: dict[str, str]
    ) -> Iterator[tuple[dataset.FileSystemDataset | None, dict[str, str]]]:
        """The files as a dataset, and their state; of those whose state is told no other is read.

        What is wrong with them is told in the words of the library.
        """
        with ExitStack() as stack:
            try:
                fragments, told = [], {}
                for name, there in self._files():
                    if isinstance(there, Path):
                        file, told[name] = str(there), _stamp(there)
                        fragments.append(_FORMAT.make_fragment(file, pa.fs.LocalFileSystem()))
                        continue
                    token = found(self.location.key, self.location.key) if there else None
                    remote = RemoteFile(self.table.table, name, token, state.get(name))
                    stack.enter_context(remote)
                    told[name] = str(remote.state)
                    fragments.append(_FORMAT.make_fragment(remote))
                yield (self._dataset(fragments) if fragments else None), told
            except Changed:
                raise self.moved() from None
            except (pa.ArrowException, OSError) as error:
                raise AnswerError(
                    f"table {self.table.table!r} cannot be read where it lives: "
                    f"{str(error).splitlines()[0]}",
                    where=self.shown,
                    hint="see that its files are whole, then: ca-research data build",
                ) from None

    def _dataset(self, fragments: Sequence[dataset.Fragment]) -> dataset.FileSystemDataset:
        first, *others = fragments
        schema = first.physical_schema
        for other in others:
            if not other.physical_schema.equals(schema):
                raise ContractError(
                    f"the files of table {self.table.table!r} are not of one form",
                    where=self.shown,
                    hint="write them anew with the same columns and types",
                )
        return dataset.FileSystemDataset(fragments, schema, _FORMAT)

    def _files(self) -> Iterator[tuple[str, Path | bool]]:
        """The files by name: the path of one that lies here, or whether a token is sent."""
        for name in self.location.parquet or ():
            if name.startswith(("https://", "http://")):
                yield name, self.location.key is not None
                continue
            there = paths.home() / name
            if not there.exists():
                raise FileError(
                    f"table {self.table.table!r} is not where the registry says",
                    where=name,
                    hint=f"put it there, or mend `location` in registry/tables/{self.table.table}"
                    ".yaml",
                )
            for file in walk(there, ".parquet") if there.is_dir() else [there]:
                inside = file.relative_to(there).as_posix() if there.is_dir() else ""
                yield f"{name.rstrip('/')}/{inside}" if inside else name, file


def _sources(rows: dataset.Dataset) -> dict[str, int]:
    """How many rows each source has."""
    found: Counter[str] = Counter()
    if SOURCE in rows.schema.names:
        for batch in rows.scanner(columns=[SOURCE], **_AHEAD).to_batches():
            counts = pc.value_counts(batch[SOURCE].cast(pa.string())).to_pylist()
            found.update({one["values"]: one["counts"] for one in counts if one["values"]})
    return dict(found)


def _stamp(file: Path) -> str:
    stat = file.stat()
    return f"{stat.st_mtime_ns} {stat.st_size}"


def _kind(kind: pa.DataType) -> str:
    """What a type is to the registry; its own name where it is nothing."""
    if pa.types.is_dictionary(kind):
        return _kind(kind.value_type)
    tests = {
        "text": (pa.types.is_string, pa.types.is_large_string),
        "truth": (pa.types.is_boolean,),
        "whole": (pa.types.is_integer,),
        "number": (pa.types.is_floating, pa.types.is_decimal),
        "day": (pa.types.is_date32,),
    }
    return next((name for name, of in tests.items() if any(t(kind) for t in of)), str(kind))


def _unit(field: pa.Field) -> str | None:
    unit = (field.metadata or {}).get(b"unit")
    return None if unit is None else unit.decode("utf-8", "replace")


def _all(asked: Sequence[Condition | Either], schema: pa.Schema) -> pc.Expression | None:
    """Conditions together, as far as the files can compare their columns."""
    parts = [e for one in asked if (e := _part(one, schema)) is not None]
    return functools.reduce(operator.and_, parts) if parts else None


def _part(one: Condition | Either, schema: pa.Schema) -> pc.Expression | None:
    if isinstance(one, Condition):
        return _expression(one, schema)
    ways = [e for way in one.ways if (e := _all(way, schema)) is not None]
    return functools.reduce(operator.or_, ways) if len(ways) == len(one.ways) else None


def _expression(one: Condition, schema: pa.Schema) -> pc.Expression | None:
    """A condition as the files have its column; None where they cannot compare it."""
    field, kind = pc.field(one.column), schema.field(one.column).type
    if one.compares == "is null":
        return field.is_null()
    if one.compares == "is not null":
        return field.is_valid()
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    if _kind(kind) == "day" or pa.types.is_decimal(kind):
        return None
    given = pa.array(one.values) if one.values else pa.array([], kind)
    try:
        values = given.cast(kind)
        if not values.cast(given.type).equals(given):  # half as exact a number is another one
            return None
    except pa.ArrowException:
        return None
    if one.compares == "in":
        return field.isin(values)
    if one.compares == "not in":
        return ~field.isin(values)
    return _COMPARE[one.compares](field, values[0])
