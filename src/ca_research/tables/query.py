"""DuckDB over the processed tables: one read-only SELECT at a time."""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pandas as pd
import pyarrow as pa

from ..ground import reads
from ..ground.arguments import number
from ..ground.errors import TimeLimitError, UsageError
from ..ground.periods import parse_as_of
from ..ground.sql import parquet as parts_sql
from ..ground.sql import text
from .added import large
from .build import names, table_file, up_to_date
from .database import connect
from .load import ask

_AS_IT_IS = re.compile("U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|BOOLEAN|VARCHAR")
"""Types of DuckDB that Python has too, without loss; others are put in DuckDB's own words."""

_WORDS = re.compile(r'"(?:[^"\\]|\\.)*"|-?Infinity|NaN')
"""Strings of a JSON text, which stay as they are, and what is no JSON."""


SECONDS = 60.0
"""How long a query may take unless told otherwise: the heaviest of the guides takes one."""


class Answer(NamedTuple):
    """Names of the columns of a result, each once, and its rows."""

    names: list[str]
    rows: list[tuple[Any, ...]]


def sql(query: str, *, seconds: float | None = SECONDS) -> pd.DataFrame:
    """Result of one SELECT over views named like the tables, as a frame.

    Parameters
    ----------
    query : str
        SQL in DuckDB's dialect. Nothing can be written and no file outside the build can be read.
    seconds : float, optional
        How long it may take; None for as long as it needs.

    Returns
    -------
    pandas.DataFrame
        The columns of the query, in its order of rows.

    Raises
    ------
    UsageError
        With DuckDB's own words, or for more than one statement.
    TimeLimitError
        It took longer than `seconds`, and was stopped.
    MissingTableError, StaleTablesError
        The tables have not been built, or not since figures were added or removed.

    Examples
    --------
    >>> sql("select count(*) as rows from trade where reporter = 'KAZ'").columns.tolist()
    ['rows']
    """
    with _answer(query, seconds) as result:
        return result.df()


def relation(
    name: str,
    *,
    since: int | None = None,
    until: int | None = None,
    as_of: str | dt.date | None = None,
    vintage: str | None = None,
    aggregates: bool = True,
    members: bool = False,
    **filters: Any,
) -> duckdb.DuckDBPyRelation:
    """Rows of a table as a relation of DuckDB: nothing is read before something is asked of it.

    It is the way to tables that no frame can hold. Of `ca.trade` `partner_shares`, `hhi`, `growth`,
    `rank`, `product_shares`, `revealed_comparative_advantage`, `grubel_lloyd`, `add_up` and
    `unit_values` take it in the place of a frame.

    Parameters
    ----------
    name : str
        A table of the registry.
    since, until : int, optional
        First and last year, both included.
    as_of : str or date, optional
        Keep what was known on that day.
    vintage : str, optional
        An earlier fetch of the one source that ``source`` names, as for `load`.
    aggregates : bool
        Whether rows of groups come too.
    members : bool
        Whether a group stands for its members, as for `load`.
    **filters : Any
        As for `load`. Of ``source="preferred"`` it is read at once which sources there are.

    Returns
    -------
    duckdb.DuckDBPyRelation
        The columns that `load` gives, in no order. It has a connection of its own, which may hold
        600 MB and keeps on the disk what is more.

    Raises
    ------
    UnknownNameError, UsageError, AggregateError, MissingTableError, UndeclaredReadError
        As `load`.

    Examples
    --------
    >>> import ca_research as ca
    >>> rows = ca.relation("trade", source="KAZ_BNS", product="TOTAL", flow="export", year=2022)
    >>> rows.filter("partner in ('CHN', 'RUS')").aggregate("count(*) as rows").fetchall()
    [(2,)]
    """
    day, connection = parse_as_of(as_of), connect()
    asked = ask(connection, name, since, until, vintage, aggregates, members, filters)
    return connection.sql(asked.chosen(connection, asked.known(day)))


def arrow(query: str, seconds: float | None = SECONDS) -> pa.Table:
    """As `sql`, as an Arrow table: every type as wide as DuckDB has it."""
    with _answer(query, seconds) as result:
        return result.to_arrow_table()


def words(query: str, seconds: float | None = SECONDS) -> Answer:
    """As `sql`, for a reader: numbers and words as they are, any other type in DuckDB's own words.

    A sum of whole numbers stays whole, however large; a blob, an interval or a list is text.
    """
    with _answer(query, seconds) as result:
        types = enumerate(result.types, start=1)
        cells = [
            f"#{n}" if _AS_IT_IS.fullmatch(str(kind)) else f"#{n}::varchar" for n, kind in types
        ]
        names = list(result.limit(0).df().columns)  # of which none stands twice: a, a_1
        return Answer(names, result.project(", ".join(cells)).fetchall())


def json_rows(query: str, seconds: float | None = SECONDS) -> Iterator[str]:
    """As `sql`, each row as the text of a JSON object, exact for every type.

    JSON has no word for what is not a finite number: it stands as "NaN", "Infinity" or "-Infinity".
    """
    with _answer(query, seconds) as result:
        for (row,) in result.set_alias("result").project("to_json(result)::varchar").fetchall():
            # DuckDB writes NaN and Infinity bare
            yield _WORDS.sub(lambda hit: hit[0] if hit[0][0] == '"' else f'"{hit[0]}"', row)


@contextmanager
def _answer(query: str, seconds: float | None) -> Iterator[duckdb.DuckDBPyRelation]:
    """The result of one SELECT, not yet fetched; what goes wrong until it is fetched is a
    UsageError.
    """
    seconds = None if seconds is None else number("seconds", seconds, "60")
    folder = up_to_date()
    with duckdb.connect(
        config={"allow_community_extensions": "false", "autoinstall_known_extensions": "false"}
    ) as connection:
        declared = reads.declared("table")
        readable = [name for name in names() if declared is None or name in declared]
        hint = f"tables: {', '.join(readable)}"
        try:
            _views(connection, readable)
            _one_select(connection, query, hint)
            with _limit(connection, seconds):
                yield connection.sql(query)
        except duckdb.Error as error:
            what, *more = _without_paths(str(error), folder).strip().splitlines() or ["no answer"]
            where = " ".join(line.strip() for line in more[:2]).strip()
            raise UsageError(what, where=where, hint=hint) from None


@contextmanager
def _limit(connection: duckdb.DuckDBPyConnection, seconds: float | None) -> Iterator[None]:
    """Stop what the connection is at after so many seconds."""
    done = threading.Event()

    def watch() -> None:
        wait = seconds
        while not done.wait(wait):
            connection.interrupt()
            wait = 0.1  # an interrupt between two steps of a query is lost

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    except duckdb.InterruptException:
        if seconds is None:
            raise
        raise TimeLimitError(
            f"the query took longer than {seconds:g} s and was stopped",
            hint="narrow it with `where`, or give it more time: `seconds=` of sql, --seconds of "
            "ca-research sql",
        ) from None
    finally:
        done.set()
        watcher.join()


def _views(connection: duckdb.DuckDBPyConnection, readable: list[str]) -> None:
    """A view for each table, and from then on no other file and no other setting."""
    connection.execute("set python_enable_replacements = false")  # variables are no tables
    connection.execute("set temp_directory = ''")  # it would count among the allowed folders
    files = {name: [table_file(name), *large(name)] for name in readable}
    for name, mine in files.items():
        connection.execute(f"create view {name} as select * from {parts_sql(mine)}")
    allowed = ", ".join(text(file) for mine in files.values() for file in mine)
    connection.execute(f"set allowed_paths = [{allowed}]")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")


def standing(name: str) -> str:
    """SQL of all rows of a table that is built, for a connection that may read files."""
    return f"select * from {parts_sql([table_file(name), *large(name)])}"


def _one_select(connection: duckdb.DuckDBPyConnection, query: str, hint: str) -> None:
    try:
        kinds = [s.type for s in connection.extract_statements(query)]
    except (TypeError, ValueError):  # no text, or a statement of which Python has no name
        kinds = []
    if kinds != [duckdb.StatementType.SELECT]:
        raise UsageError("only one SELECT at a time is answered", hint=hint)


def _without_paths(text: str, folder: Path) -> str:
    """A message without the places of this machine: tables by their file's name, the user's folder
    as ~.
    """
    return text.replace(f"{folder}/", "").replace(str(Path.home()), "~")
