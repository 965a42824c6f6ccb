"""DuckDB in bounded memory, and the rules of a table held against rows that no frame can hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb

from .. import registry
from ..ground import paths, sql
from .rules import rules

MEMORY = "600MB"
"""What a connection may hold; what is more goes to the disk."""
_SHOWN = 20
"""Faulty values of a column that are named."""
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"


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
                f"{cell} = '' or regexp_matches({cell}, '{_CONTROL}')"
            )
        for words, test in odd.items():
            query = f"select distinct {cell} from {rows} where {test} limit {_SHOWN}"
            yield from ((name, value, words) for (value,) in connection.sql(query).fetchall())
        ends = number and not column.values
        asked = f"unnest([min({cell}), max({cell})])" if ends else f"distinct {cell}"
        if kept := rules(column):
            values = connection.sql(f"select {asked} as v from {rows}").df()["v"]
            for rule in kept:
                yield from ((name, v, rule.words) for v in values[rule.broken(values)][:_SHOWN])
