"""Tables whose rows live elsewhere, read as if they were here.

A build looks at the place once and keeps what its state is known by; whoever reads the rows gets
those of that state, or an error. So a table means the same for as long as a build stands, and the
keys of runs, which cover the build, tell the truth.

Columns and filters go to the place. Every batch that comes is held against the rules of the table.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import dataset

from .. import registry
from ..ground import paths
from ..ground.errors import (
    CaResearchError,
    ContractError,
    DataError,
    Fault,
    IntegrityError,
    MissingTableError,
    RegistryError,
    UsageError,
)
from ..sources import elsewhere
from ..sources.elsewhere.place import KINDS
from .derived import KNOWN_ON, finished, form, read_for
from .raw import CONTROL
from .rules import rules

SUFFIX = ".location.json"
"""Of the file of a build that says in which state the rows of a table were seen."""
MEMORY = "600MB"
"""What a connection to DuckDB may hold."""
_SHOWN = 20
"""Faulty values that an error names."""
_said: deque[CaResearchError] = deque(maxlen=8)
"""Errors of late: DuckDB, through which rows pass, keeps no more of one than its words."""


def look(table: registry.Table) -> dict[str, Any]:
    """The state in which a place is, and how many rows it has, in all and of each source.

    Raises ContractError where its columns are not those of the table.
    """
    place = elsewhere.place(table)
    if added := [s for s, entry in registry.added().items() if entry.table == table.table]:
        raise RegistryError(
            f"table {table.table!r} lives elsewhere, and figures were added to it here",
            where=f"registry/tables/{table.table}.yaml, data/added/{added[0]}",
            hint=f"ca-research data remove {added[0]}, or take `location` out of the table",
        )
    found = place.look()
    for name, column in table.columns.items():
        told = f"column {name!r} of table {table.table!r}"
        wanted = KINDS.get(column.type, ("text",))
        if name not in found.fields:
            raise _contract(table, place, f"{told} is missing")
        kind, unit = found.fields[name]
        if kind not in wanted:
            raise _contract(
                table, place, f"{told} holds {kind}, and the registry says {column.type}"
            )
        if unit is not None and unit.strip() != column.unit:
            raise _contract(
                table, place, f"{told} is in {unit.strip()!r}, and the registry says {column.unit}"
            )
    state = {"rows": found.rows, "sources": found.sources, "state": found.state}
    return {"place": place.shown, **state}


def _contract(table: registry.Table, place: elsewhere.Place, what: str) -> ContractError:
    return ContractError(
        what,
        where=place.shown,
        hint=f"mend it there, or registry/tables/{table.table}.yaml, then: ca-research data build",
    )


def seen_file(table: str, folder: Path) -> Path:
    """The file of a build that says what it has seen of a place."""
    return folder / f"{table}{SUFFIX}"


def seen(table: str, folder: Path) -> dict[str, Any]:
    """What a build has seen of a place."""
    try:
        found: dict[str, Any] = json.loads(seen_file(table, folder).read_bytes())
    except (OSError, ValueError):
        raise MissingTableError(table, where=paths.shown(folder)) from None
    return found


class Located(dataset.InMemoryDataset):
    """Rows that live elsewhere, as a dataset: pyarrow and DuckDB say which columns and rows they
    want, and nothing is asked for before.

    Parameters
    ----------
    table : Table
        Its table.
    state : dict
        The state in which the rows must be.
    """

    def __init__(self, table: registry.Table, state: dict[str, str]) -> None:
        types = form(table)  # DuckDB's own moments are of microseconds, as in what it reads itself
        day = types.get_field_index(KNOWN_ON)
        types = types.set(day, types.field(day).with_type(pa.timestamp("us")))
        super().__init__(types.empty_table())
        self.table, self.state = table, state

    def scanner(
        self,
        columns: Sequence[str] | None = None,
        filter: pc.Expression | None = None,
        **_: Any,
    ) -> dataset.Scanner:
        """The rows of a filter; the place may give more, and they are sorted out here."""
        whole, made_of = self.schema, read_for(self.table)
        columns = list(whole.names if columns is None else columns)
        read = elsewhere.fields_of(filter)
        wanted = {*columns, *(whole.names if read is None else read)}
        raw = {*wanted, *(c for n in made_of if n in wanted for c in made_of[n])} - {*made_of}
        raw |= {self.table.key[0]} if not raw else set()
        there = self.table.columns
        asked = elsewhere.only(elsewhere.conditions(filter), lambda one: one.column in there)
        kept = pa.schema([f for f in whole if f.name in raw | wanted])
        batches = self._batches([n for n in self.table.columns if n in raw], asked, kept)
        reader = pa.RecordBatchReader.from_batches(kept, batches)
        return dataset.Scanner.from_batches(reader, columns=columns, filter=filter)

    def _batches(
        self,
        columns: list[str],
        asked: list[elsewhere.Condition | elsewhere.Either],
        kept: pa.Schema,
    ) -> Iterator[pa.RecordBatch]:
        place = elsewhere.place(self.table)
        try:
            for batch in place.batches(columns, asked, self.state):
                types = pa.schema([self.schema.field(name) for name in columns])
                rows = _typed(pa.Table.from_batches([batch]), types, self.table, place)
                _check(rows, self.table, place)
                whole = finished(self.table, rows, only=kept.names).select(kept.names)
                yield from whole.cast(kept).to_batches()
        except CaResearchError as error:
            _said.append(error)
            raise


def located(table: registry.Table, folder: Path) -> Located:
    """The rows of a table as a build has seen them; nothing is read yet."""
    before = seen(table.table, folder)
    if before["place"] != elsewhere.place(table).shown:
        raise MissingTableError(table.table, where=paths.shown(folder))
    return Located(table, before["state"])


def check(table: registry.Table) -> int:
    """Read all rows of a place and hold them against every rule; their number."""
    place = Located(table, look(table)["state"])
    count = sum(len(batch) for batch in place.scanner().to_reader())
    key = ", ".join(f'"{name}"' for name in table.key)
    bounds: dict[str, Any] = {
        "memory_limit": MEMORY,
        "temp_directory": str(paths.processed_dir() / ".spill"),
    }
    with duckdb.connect(config=bounds) as connection, told():
        connection.register("located", place)
        twice = f"select {key} from located group by all having count(*) > 1 limit 1"
        for first in connection.sql(twice).to_arrow_table().to_pylist():
            raise _twice(first, table)
    return count


@contextmanager
def told() -> Iterator[None]:
    """Around work of DuckDB: an error of a place that passes through it keeps its type."""
    try:
        yield
    except duckdb.Error as error:
        words = str(error)
        for one in reversed(_said):
            if one.what.splitlines()[0] in words:
                raise one from None
        raise


def _typed(
    rows: pa.Table, types: pa.Schema, table: registry.Table, place: elsewhere.Place
) -> pa.Table:
    """Rows in the types of the table."""
    try:
        return rows.cast(types)
    except pa.ArrowInvalid as error:
        raise _contract(
            table, place, f"table {table.table!r} holds a value of no such type: {error}"
        ) from None


def _check(rows: pa.Table, table: registry.Table, place: elsewhere.Place) -> None:
    """Raise DataError where values break the rules of their columns; the distinct words and the
    extremes of numbers are looked at first.
    """
    faults: list[Fault] = []
    where = f"table {table.table!r} at {place.shown}"
    for name in rows.column_names:
        column = table.columns[name]
        if not column.nullable and rows[name].null_count:
            faults.append(Fault(where, 0, name, "", "must not be empty"))
        values = rows[name].drop_null()
        if pa.types.is_floating(values.type):
            finite = pc.is_finite(values)
            odd = pc.unique(values.filter(pc.invert(finite)))
            faults += [Fault(where, 0, name, str(v), "must be a number") for v in odd.to_pylist()]
            values = values.filter(finite)
        if pa.types.is_floating(values.type) or pa.types.is_integer(values.type):
            ends = pc.min_max(values).as_py() if len(values) else {}
            values = pa.array(ends.values(), values.type)
        else:
            values = pc.unique(values)
        if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
            faults += _unreadable(where, name, values)
        frame = pd.Series(values.to_pandas())
        for rule in rules(column):
            bad = frame[rule.broken(frame)] if len(frame) else frame
            faults += [Fault(where, 0, name, str(v), rule.words) for v in bad[: _SHOWN + 1]]
    if faults:
        raise DataError(
            faults,
            shown=_SHOWN,
            outcome="nothing was read",
            hint=f"mend the rows there, or the rules of registry/tables/{table.table}.yaml",
        )


def _unreadable(where: str, name: str, values: pa.Array) -> list[Fault]:
    odd = [v for v in values.to_pylist() if v == "" or CONTROL.search(v)]
    rule = "must be null where it is empty, and hold no control signs"
    return [Fault(where, 0, name, repr(v)[1:-1], rule) for v in odd]


def refuse_located(table: registry.Table) -> None:
    """Raise UsageError for a table that lives elsewhere, to which nothing is added here."""
    if table.location:
        raise UsageError(
            f"the rows of table {table.table!r} live elsewhere, so none are added to it here",
            where=elsewhere.place(table).shown,
            hint="add them there, or make a table of your own: registry/tables",
        )


def refuse_twice(rows: pa.Table, table: registry.Table) -> None:
    """Raise IntegrityError where two rows share a key."""
    keys = rows.group_by(list(table.key)).aggregate([([], "count_all")])
    if len(keys) == len(rows):
        return
    raise _twice(keys.filter(pc.field("count_all") > 1).slice(0, 1).to_pylist()[0], table)


def _twice(first: dict[str, Any], table: registry.Table) -> IntegrityError:
    key = ", ".join(f"{name} {first[name]}" for name in table.key)
    return IntegrityError(
        f"rows of table {table.table!r} share a key: {key}",
        where=elsewhere.place(table).shown,
        hint=f"keep one of them there, or mend `key` in registry/tables/{table.table}.yaml",
    )
