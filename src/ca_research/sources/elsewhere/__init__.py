"""Tables that live elsewhere: Parquet behind HTTP or on a path, and tables of PostgreSQL.

A place says what it holds, by which its state is known, and gives the rows that are asked for, in
batches. What a table must be, `tables` knows.
"""

from ... import registry
from .conditions import Condition, Either, conditions, fields_of, only
from .parquet import ParquetPlace
from .place import Field, Look, Place
from .postgres import PostgresPlace


def place(table: registry.Table) -> Place:
    """Where the rows of a table live."""
    location = table.location
    assert location is not None
    if location.parquet is not None:
        return ParquetPlace(table, location)
    return PostgresPlace(table, location)


__all__ = ["Condition", "Either", "Field", "Look", "Place", "conditions", "fields_of", "only"]
__all__ += ["place"]
