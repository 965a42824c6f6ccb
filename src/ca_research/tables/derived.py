"""Columns that no file has: whether a row is of a group, and since when it is known."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from .. import registry
from ..ground import economies
from .dates import known_on
from .validate import schema

IS_AGGREGATE, KNOWN_ON = "is_aggregate", "known_on"


def form(table: registry.Table) -> pa.Schema:
    """Types of all columns of a table, the derived ones among them."""
    groups = {IS_AGGREGATE: "bool"} if table.of_type("economy") else {}
    return schema(table, **groups, **{KNOWN_ON: "datetime64[ms]"})  # Parquet knows no seconds


def finished(
    table: registry.Table,
    rows: pa.Table,
    sources: Mapping[str, registry.Source] | None = None,
) -> pa.Table:
    """Rows of a table with its derived columns. sources: theirs; else the register's."""
    if parties := table.of_type("economy"):
        groups = pa.array(list(economies.AGGREGATES))
        inside = [pc.is_in(rows[party], value_set=groups) for party in parties]
        rows = rows.append_column(IS_AGGREGATE, functools.reduce(pc.or_, inside))
    dating = rows.select([c for c in ("source_id", table.known) if c in table.columns])
    days = pa.array(known_on(dating.to_pandas(), table, sources))
    return rows.append_column(KNOWN_ON, days).cast(form(table))
