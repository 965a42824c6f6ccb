"""Tables of a PostgreSQL database, copied within one snapshot of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pyarrow as pa
import pyarrow.parquet as pq

from ... import registry
from ...ground import sql
from ...ground.errors import AccessKeyError, CaResearchError, ServiceError, UnreachableError
from ...ground.extras import needed

CONNECT = 10
"""Seconds for a connection."""
_COLUMNS = (
    "select attname::text, format_type(atttypid, null) = 'numeric', "
    "substring(col_description(attrelid, attnum) from 'unit: *([^;,.\\n]+)') "
    "from pg_attribute where attrelid = to_regclass($1::text) and attnum > 0 and not attisdropped "
    "order by attnum"
)
_STORED = (
    "select relkind in ('r', 'm', 'p') and has_table_privilege(oid, 'select') as stored "
    "from pg_class where oid = to_regclass($1::text)"
)
"""Whether the rows of a name are stored, and this user may see the transactions that wrote them."""

_FAULTS: tuple[tuple[str, type[CaResearchError], str], ...] = (
    (
        r"^(28|42501)|authentication|password|role |pg_hba",
        AccessKeyError,
        "does not let this user (PGUSER, ~/.pgpass) read it",
    ),
    (r"^(42|22)|does not exist", ServiceError, "has no such table, or no such column"),
    ("", UnreachableError, "cannot be reached, or does not answer in time"),
)
"""What an error of the driver means, by its SQLSTATE and its words."""


@dataclass(frozen=True)
class PostgresPlace:
    """A table or view of a database."""

    table: registry.Table
    location: registry.Location

    @property
    def shown(self) -> str:
        """The place in a message."""
        return f"{self.location.postgresql}, {self.location.name}"

    def mark(self) -> str:
        """The number of rows, and what changes with any of them; '' of a view that tells nothing.

        A table tells which transactions wrote its rows: whoever writes one does so under a number
        that no row had before. A view gives the largest values of the columns that `state` names.
        """
        with self._asking() as cursor:
            marks = [f"max({sql.name(column)})" for column in self.location.state]
            cursor.execute(_STORED, [self._name])
            if cursor.fetchall() == [(True,)]:
                marks.append("sum(hashint8extended(xmin::text::int8, 0)::numeric)")
            if not marks:
                return ""
            columns = "".join(f", {mark}::text" for mark in marks)
            cursor.execute(f"select count(*){columns} from {self._name}")
            return str(cursor.fetchone())

    def files(self, folder: Path) -> list[Path]:
        """The rows as a file in a folder; a unit that a comment states is told of its column."""
        copy = folder / "rows.parquet"
        with self._asking() as cursor:
            cursor.execute(_COLUMNS, [self._name])
            there = {name: more for name, *more in cursor.fetchall() if name in self.table.columns}
            columns = [
                sql.name(name) + ("::float8" if numeric else "")
                for name, (numeric, _) in there.items()
            ]
            cursor.execute(f"select {', '.join(columns)} from {self._name}")
            with cursor.fetch_record_batch() as batches:
                fields = [
                    pa.field(name, field.type, metadata={"unit": unit} if unit else None)
                    for (name, (_, unit)), field in zip(there.items(), batches.schema, strict=True)
                ]
                with pq.ParquetWriter(copy, form := pa.schema(fields)) as file:
                    for batch in batches:
                        file.write_batch(pa.record_batch(batch.columns, schema=form))
        return [copy]

    @property
    def _name(self) -> str:
        return ".".join(map(sql.name, str(self.location.name).split(".")))

    @contextmanager
    def _asking(self) -> Iterator[Any]:
        """A cursor within one snapshot, read-only; what fails is told without the server's own
        words, which may name the user.
        """
        with needed():
            from adbc_driver_postgresql import dbapi

        more = {
            "connect_timeout": CONNECT,
            "application_name": "ca-research",
            "tcp_user_timeout": 60_000,
            "keepalives_idle": 30,
        }
        try:
            with (
                closing(
                    dbapi.connect(f"{self.location.postgresql}?{urlencode(more)}")
                ) as connection,
                closing(connection.cursor()) as cursor,
            ):
                cursor.execute("set transaction isolation level repeatable read read only")
                yield cursor
        except dbapi.Error as error:
            raise self._fault(error) from None

    def _fault(self, error: Any) -> CaResearchError:
        """What an error of the driver means."""
        message = f"{error.sqlstate or ''} {error}".lower()
        meanings = ((kind, what) for form, kind, what in _FAULTS if re.search(form, message))
        kind, what = next(meanings)
        return kind(
            f"the database of table {self.table.table!r} {what}",
            where=self.shown,
            hint=f"mend registry/tables/{self.table.table}.yaml, or see that the server runs",
        )
