"""DuckDB over the processed tables: one read-only SELECT at a time."""

from __future__ import annotations

import duckdb
import pandas as pd

from .. import paths, reads
from ..errors import MissingTableError, UsageError
from .build import current, names


def sql(query: str) -> pd.DataFrame:
    """Result of one SELECT over views named like the tables, as a frame.

    query: SQL in DuckDB's dialect. Nothing can be written and no file outside the build can be read.
    Raises UsageError with DuckDB's own words (or for more than one statement), MissingTableError where the tables have
    not been built.
    """
    folder = current()
    with duckdb.connect(
        config={"allow_community_extensions": "false", "autoinstall_known_extensions": "false"}
    ) as connection:
        connection.execute("set temp_directory = ''")  # it would count among the allowed folders
        readable = [n for n in names() if reads.declared("table") is None or n in (reads.declared("table") or ())]
        for name in readable:
            file = folder / f"{name}.parquet"
            if not file.is_file():
                raise MissingTableError(name, where=paths.shown(folder))
            connection.execute(f"create view {name} as select * from read_parquet('{_quote(file)}')")
        allowed = ", ".join(f"'{_quote(folder / f'{name}.parquet')}'" for name in readable)
        connection.execute(f"set allowed_paths = [{allowed}]")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        try:
            statements = connection.extract_statements(query)
            if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
                raise UsageError("only one SELECT at a time is answered", hint=f"tables: {', '.join(readable)}")
            return connection.execute(statements[0]).df()
        except duckdb.Error as error:
            first = str(error).strip().splitlines()
            raise UsageError(
                first[0],
                where=" ".join(line.strip() for line in first[1:3]).strip(),
                hint=f"tables: {', '.join(readable)}",
            ) from None


def _quote(path: object) -> str:
    return str(path).replace("'", "''")
