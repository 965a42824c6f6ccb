"""Columns that no file has: whether a row is of a group, and since when it is known."""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from .. import registry
from ..ground import economies
from .dates import known_on
from .validate import schema

IS_AGGREGATE, KNOWN_ON = "is_aggregate", "known_on"


def read_for(table: registry.Table) -> dict[str, list[str]]:
    """The derived columns of a table, and those that each is made of."""
    parties = table.of_type("economy")
    dating = [c for c in ("source_id", table.known) if c in table.columns]
    return {**({IS_AGGREGATE: parties} if parties else {}), KNOWN_ON: dating}


def form(table: registry.Table) -> pa.Schema:
    """Types of all columns of a table, the derived ones among them."""
    types = {IS_AGGREGATE: "bool", KNOWN_ON: "datetime64[ms]"}  # Parquet knows no seconds
    return schema(table, **{name: types[name] for name in read_for(table)})


def finished(
    table: registry.Table,
    rows: pa.Table,
    sources: Mapping[str, registry.Source] | None = None,
    only: Collection[str] = (IS_AGGREGATE, KNOWN_ON),
) -> pa.Table:
    """Rows of a table with its derived columns. sources: theirs; else the register's."""
    made_of, types = read_for(table), form(table)
    if IS_AGGREGATE in made_of and IS_AGGREGATE in only:
        groups = pa.array(list(economies.AGGREGATES))
        inside = [pc.is_in(rows[party], value_set=groups) for party in made_of[IS_AGGREGATE]]
        rows = rows.append_column(IS_AGGREGATE, functools.reduce(pc.or_, inside))
    if KNOWN_ON in only:
        dating = rows.select(made_of[KNOWN_ON]).to_pandas()
        rows = rows.append_column(KNOWN_ON, pa.array(known_on(dating, table, sources)))
    fields = pa.schema([types.field(name) for name in rows.column_names])
    return rows.cast(types if fields.names == types.names else fields)
