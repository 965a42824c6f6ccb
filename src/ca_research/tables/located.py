"""Tables whose rows live elsewhere: a build copies them, and whoever reads them reads the copy.

What stands on a table depends on the hash of its copy. A later build copies again only where the
place says by its mark that it is in another state, or says nothing.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from .. import registry
from ..ground import sql
from ..ground.errors import (
    AnswerError,
    ContractError,
    DataError,
    Fault,
    RegistryError,
)
from ..sources import elsewhere
from .database import broken_values, connect, write_rows
from .raw import sha256

SUFFIX = ".location.json"
"""Of the file of a build that says what was copied: rows, in all and of each source, and a hash."""
_TYPES = {
    "year": ("bigint", r"u?int\d+"),
    "integer": ("bigint", r"u?int\d+"),
    "number": ("double", r"u?int\d+|double|(half)?float|decimal.+"),
    "boolean": ("boolean", "bool"),
    "date": ("varchar", r"(large_)?string|date32.+"),
}
"""Columns by what the registry says of them: their type in SQL, and what they may be in a place."""
_WORDS = ("varchar", "(large_)?string")


def copy(table: registry.Table, to: Path) -> dict[str, Any]:
    """Copy the rows of a table to a file, in the form of a table that is built.

    Returns
    -------
    dict
        ``rows``, ``sources`` (rows of each) and ``sha256`` of the file.

    Raises
    ------
    FetchError, FileError
        The place does not give its rows.
    ContractError
        Its columns are not those of the table.
    DataError, IntegrityError
        Rows break a rule; two rows have one key.
    """
    place = elsewhere.place(table)
    if added := [s for s, entry in registry.added().items() if entry.table == table.table]:
        raise RegistryError(
            f"table {table.table!r} lives elsewhere, and figures were added to it here",
            where=f"registry/tables/{table.table}.yaml, data/added/{added[0]}",
            hint=f"ca-research data remove {added[0]}, or take `location` out of the table",
        )
    with tempfile.TemporaryDirectory(dir=to.parent) as work, connect() as connection:
        try:
            files = place.files(Path(work))
            for file in files:
                _check_schema(table, pq.read_schema(file), place.shown)
            columns = ", ".join(
                f"{sql.name(name)}::{_TYPES.get(column.type, _WORDS)[0]} as {sql.name(name)}"
                for name, column in table.columns.items()
            )
            connection.execute(f"create view rows as select {columns} from {sql.parquet(files)}")
            faults = [
                Fault(f"table {table.table!r} at {place.shown}", 0, name, str(value), words)
                for name, value, words in broken_values(connection, table, "rows")
            ]
            if faults:
                hint = f"mend the rows there, or the rules of registry/tables/{table.table}.yaml"
                raise DataError(faults, hint=hint)
            write_rows(connection, table, "rows", to, where=place.shown)
            query = f"select source_id, count(*) from {sql.parquet([to])} group by 1 order by 1"
            sources = dict(connection.sql(query).fetchall())
        except (pa.ArrowException, duckdb.Error) as error:
            raise AnswerError(
                f"table {table.table!r} cannot be copied from where it lives: "
                f"{str(error).splitlines()[0]}",
                where=place.shown,
                hint="see that its files are whole, then: ca-research data build",
            ) from None
    return {"rows": sum(sources.values()), "sources": sources, "sha256": sha256(to)}


def _check_schema(table: registry.Table, there: pa.Schema, where: str) -> None:
    """Raise ContractError where columns are missing, or are of another type or unit."""
    for name, column in table.columns.items():
        at = there.get_field_index(name)
        if at < 0:
            what = "is missing"
        else:
            kind, metadata = there.field(at).type, there.field(at).metadata or {}
            unit = metadata.get(b"unit", str(column.unit).encode()).decode("utf-8", "replace")
            kind = kind.value_type if pa.types.is_dictionary(kind) else kind
            if not re.fullmatch(f"null|{_TYPES.get(column.type, _WORDS)[1]}", str(kind)):
                what = f"holds {kind}, and the registry says {column.type}"
            elif unit.strip() != str(column.unit):
                what = f"is in {unit.strip()!r}, and the registry says {column.unit}"
            else:
                continue
        raise ContractError(
            f"column {name!r} of table {table.table!r} {what}",
            where=where,
            hint=f"mend it there, or registry/tables/{table.table}.yaml",
        )
