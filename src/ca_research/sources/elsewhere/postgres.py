"""Tables of a PostgreSQL database, read in batches within one snapshot of it.

What is asked for goes to the server as bound parameters. A cursor of the server gives the rows, for
a result with parameters would come whole otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import quote

import pyarrow as pa

from ...ground.errors import (
    AccessKeyError,
    AnswerError,
    CaResearchError,
    ServiceError,
    UnreachableError,
)
from ...ground.extras import needed
from .conditions import COMPARES, Condition, Either, only
from .place import KINDS, SOURCE, Field, Look, Place

ROWS = 50_000
"""Rows of a batch."""
CONNECT, SILENCE = 10, 60
"""Seconds for a connection, and for one step of a query."""
_TYPES = {
    "text": ("text", "character varying", "character", "name"),
    "whole": ("smallint", "integer", "bigint"),
    "number": ("real", "double precision", "numeric"),
    "truth": ("boolean",),
    "day": ("date",),
}
_CASTS = {"year": "int8", "integer": "int8", "number": "float8", "boolean": "bool"}
_BOUND = {bool: "bool", int: "int8", float: "float8", str: "text"}
_COLUMNS = (
    "select attname::text, format_type(atttypid, null)::text, "
    "substring(col_description(attrelid, attnum) from 'unit: *([^;,.\\n]+)') "
    "from pg_attribute where attrelid = to_regclass($1::text) and attnum > 0 and not attisdropped "
    "order by attnum"
)
_STORED = (
    "select relkind in ('r', 'm', 'p') and has_table_privilege(oid, 'select') as stored "
    "from pg_class where oid = to_regclass($1::text)"
)
"""Whether the rows of a name are stored, and this user may see the transactions that wrote them."""


class PostgresPlace(Place):
    """A table or view of a database."""

    @property
    def shown(self) -> str:
        return f"{self.location.postgresql}, {self.location.name}"

    def look(self) -> Look:
        with self._asking() as ask:
            told = ask(_COLUMNS, [self._name]).to_pylist()
            fields = {name: Field(_kind(kind), unit) for name, kind, unit in _tuples(told)}
            if not fields:
                raise ServiceError(
                    f"the database has no table {self.location.name!r} that may be read",
                    where=self.shown,
                    hint=f"mend `location` in registry/tables/{self.table.table}.yaml",
                )
            state = self._state(ask)
            counts = f"select {SOURCE}::text, count(*) from {self._name} group by 1"
            sources = _tuples(ask(counts).to_pylist()) if SOURCE in fields else []
            rows = int(json.loads(state)[0])
            return Look(fields, rows, {s: n for s, n in sources if s}, {self.shown: state})

    def batches(
        self, columns: Sequence[str], asked: Sequence[Condition | Either], state: dict[str, str]
    ) -> Iterator[pa.RecordBatch]:
        told = ", ".join(f"{_name(c)}::{self._cast(c)} as {_name(c)}" for c in columns)
        where, values = self._where(asked)
        with self._asking() as ask:
            if {self.shown: self._state(ask)} != state:
                raise self.moved()
            rows = f"select {told} from {self._name}{where}"
            ask(f"declare ca_rows no scroll cursor for {rows}", values)
            while len(found := ask(f"fetch {ROWS} from ca_rows")):
                yield from found.to_batches()

    @property
    def _name(self) -> str:
        return ".".join(map(_name, str(self.location.name).split(".")))

    def _cast(self, column: str) -> str:
        return _CASTS.get(self.table.columns[column].type, "text")

    def _where(self, asked: Sequence[Condition | Either]) -> tuple[str, list[Any]]:
        """Conditions as SQL, with the values apart."""
        values: list[Any] = []

        def told(one: Condition | Either) -> str:
            if isinstance(one, Either):
                return "(" + " or ".join(" and ".join(map(told, way)) for way in one.ways) + ")"
            column, marks = _name(one.column), list[str]()
            for value in one.values:
                values.append(value)
                marks.append(f"${len(values)}::{_BOUND[type(value)]}")
            if one.compares in ("in", "not in"):
                none = "false" if one.compares == "in" else "true"
                return f"{column} {one.compares} ({', '.join(marks)})" if marks else none
            assert one.compares in (*COMPARES.values(), "is null", "is not null")
            return " ".join([column, one.compares, *marks])

        parts = [told(one) for one in only(asked, self._comparable)]
        return f" where {' and '.join(parts)}" if parts else "", values

    def _comparable(self, one: Condition) -> bool:
        """Whether the server compares as DuckDB does: its order of words may be another, and where
        there should be words it may have days.
        """
        kind = self.table.columns[one.column].type
        ordered = one.compares in ("<", "<=", ">", ">=")
        return not (ordered and "text" in KINDS.get(kind, ("text",))) and not (
            kind == "date" and one.values
        )

    def _state(self, ask: Any) -> str:
        """The number of rows, and what changes with any of them.

        A table tells which transactions wrote its rows: whoever writes one does so under a number
        that no row had before. What has no such numbers (a view) gives the largest values of the
        columns that `state` names, or a hash of all rows.
        """
        marks = [f"max({_name(c)})" for c in self.location.state]
        if ask(_STORED, [self._name])["stored"].to_pylist() == [True]:
            marks.append("sum(hashint8extended(xmin::text::int8, 0)::numeric)")
        elif not marks:
            whole = ", ".join(map(_name, self.table.columns))
            marks.append(f"sum(hashtextextended(row({whole})::text, 0)::numeric)")
        told = "".join(f", {mark}::text" for mark in marks)
        (row,) = _tuples(ask(f"select count(*){told} from {self._name}").to_pylist())
        return json.dumps(row)

    @contextmanager
    def _asking(self) -> Iterator[Any]:
        """A way to ask within one snapshot, read-only; what fails is told without the server's own
        words, which may name the user.
        """
        with needed():
            from adbc_driver_postgresql import dbapi

        more = {
            "connect_timeout": CONNECT,
            "application_name": "ca-research",
            "tcp_user_timeout": SILENCE * 1000,
            "keepalives_idle": 30,
            "options": f"-c statement_timeout={SILENCE}s -c datestyle=ISO",
        }
        asked = "&".join(f"{k}={quote(str(v))}" for k, v in more.items())
        try:
            with (
                closing(dbapi.connect(f"{self.location.postgresql}?{asked}")) as connection,
                closing(
                    connection.cursor(adbc_stmt_kwargs={"adbc.postgresql.use_copy": "false"})
                ) as cursor,
            ):

                def ask(query: str, values: Sequence[Any] = ()) -> pa.Table:
                    cursor.execute(query, list(values) or None)
                    return cursor.fetch_arrow_table()

                cursor.execute("set transaction isolation level repeatable read read only")
                yield ask
        except dbapi.Error as error:
            raise self._fault(error) from None

    def _fault(self, error: Any) -> CaResearchError:
        """What an error of the driver means."""
        code, said = str(error.sqlstate or ""), str(error).lower()
        spec = f"registry/tables/{self.table.table}.yaml"
        table = f"the database of table {self.table.table!r}"
        refused = ("authentication", "password", "role ", "pg_hba")
        if code.startswith("28") or code == "42501" or any(word in said for word in refused):
            return AccessKeyError(
                f"{table} does not let this user read it",
                where=self.shown,
                hint="say who asks by PGUSER and PGPASSWORD, or by ~/.pgpass",
            )
        if code == "57014" or "statement timeout" in said:
            return UnreachableError(
                f"{table} does not answer within {SILENCE} s",
                where=self.shown,
                hint="ask for less, or add an index on what is filtered",
            )
        if code.startswith(("42", "22")):
            return AnswerError(
                f"{table} cannot answer what was asked (SQLSTATE {code})",
                where=self.shown,
                hint=f"see that its columns and `state` are those of {spec}: "
                "ca-research data build",
            )
        if "does not exist" in said:
            return ServiceError(f"{table} does not exist", where=self.shown, hint=f"mend {spec}")
        return UnreachableError(
            f"{table} cannot be reached, or does not answer in time",
            where=self.shown,
            hint=f"see that the server runs and that {spec} names it rightly, then try again",
        )


def _kind(name: str) -> str:
    return next((kind for kind, names in _TYPES.items() if name in names), name)


def _tuples(rows: list[dict[str, Any]]) -> list[list[Any]]:
    return [list(row.values()) for row in rows]


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
