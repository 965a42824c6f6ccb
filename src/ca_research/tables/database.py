"""DuckDB in bounded memory: rows that no frame can hold are held against the rules of a table, and
written as those of a build.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from .. import registry
from ..ground import paths, sql
from ..ground.errors import IntegrityError
from .derived import finished, form
from .raw import CONTROL
from .rules import broken, rules
from .validate import schema, twice

MEMORY = "600MB"
"""What a connection may hold; what is more goes to the disk."""
GROUP = 100_000
"""Rows of a row group: what a reader with a filter skips or reads at once."""
_SHOWN = 20
"""Faulty values of a column that are named."""


def connect() -> duckdb.DuckDBPyConnection:
    """A connection of its own, which fetches no extension."""
    bounds: dict[str, Any] = {
        "memory_limit": MEMORY,
        "temp_directory": str(paths.processed_dir() / ".spill"),
        "allow_community_extensions": False,
        "autoinstall_known_extensions": False,
    }
    return duckdb.connect(config=bounds)


def broken_values(
    connection: duckdb.DuckDBPyConnection, table: registry.Table, rows: str
) -> Iterator[tuple[str, Any, str]]:
    """Columns, values in them that break a rule, and the rule: by distinct words and the ends of
    numbers. rows: what SQL selects from.
    """
    for name, column in table.columns.items():
        cell, number = sql.name(name), column.type in ("number", "integer")
        odd = {"must not be empty": "false" if column.nullable else f"{cell} is null"}
        if number:
            odd["must be a number"] = f"not isfinite({cell})"
        elif column.type not in ("year", "boolean"):
            odd["must be null where it is empty, and hold no control signs"] = (
                f"{cell} = '' or regexp_matches({cell}, '{CONTROL}')"
            )
        for words, test in odd.items():
            query = f"select distinct {cell} from {rows} where {test} limit {_SHOWN}"
            yield from ((name, value, words) for (value,) in connection.sql(query).fetchall())
        ends = number and not column.values
        expression = f"unnest([min({cell}), max({cell})])" if ends else f"distinct {cell}"
        if rules(column):
            values = connection.sql(f"select {expression} as v from {rows}").df()["v"]
            for mask, words in broken(values, column):
                yield from ((name, value, words) for value in values[mask][:_SHOWN])


def write_rows(
    connection: duckdb.DuckDBPyConnection,
    table: registry.Table,
    rows: str,
    to: Path,
    *,
    where: str = "",
    sources: Mapping[str, registry.Source] | None = None,
) -> None:
    """Write rows of a table to a file as a build does: in key order, with the columns that no file
    has. Two of one key, which then lie side by side, are refused.

    rows: what SQL selects from. where: their place in a message. sources: theirs; else the
    register's.
    """
    key, types = list(table.key), schema(table)
    before = types.empty_table()
    columns = sql.names(table.columns)
    ordered = connection.sql(f"select {columns} from {rows} order by {sql.names(key)}")
    with pq.ParquetWriter(to, form(table), compression="zstd") as file:
        for batch in ordered.to_arrow_reader(GROUP):
            part = pa.Table.from_batches([batch]).cast(types)
            for row in twice(pa.concat_tables([before, part]), key)[:1].to_pylist():
                raise IntegrityError(
                    f"rows of table {table.table!r} share a key: "
                    + ", ".join(f"{name} {value}" for name, value in row.items()),
                    where=where,
                    hint=f"keep one of them, or mend `key` in registry/tables/{table.table}.yaml",
                )
            file.write_table(finished(table, part, sources))
            before = part[-1:]
