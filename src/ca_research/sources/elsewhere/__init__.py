"""Tables that live elsewhere: Parquet behind HTTP or on a path, and tables of PostgreSQL.

A place says by a mark in which state it is, and gives its rows as files of Parquet on this machine.
What a table must be, `tables` knows.
"""

from ... import registry
from .parquet import ParquetPlace
from .postgres import PostgresPlace


def place(table: registry.Table) -> ParquetPlace | PostgresPlace:
    """Where the rows of a table live."""
    location = table.location
    assert location is not None
    kind = PostgresPlace if location.parquet is None else ParquetPlace
    return kind(table, location)


__all__ = ["place"]
