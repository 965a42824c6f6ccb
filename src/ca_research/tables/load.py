"""`load`: tidy frames from the processed tables, filtered by key, without any silent choice between
sources.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pandas as pd
import pyarrow.parquet as pq

from .. import registry
from ..ground import economies, sql
from ..ground.arguments import number, refuse, several, whole_number, year_span
from ..ground.errors import AggregateError, UsageError, known_name
from ..ground.periods import parse_as_of, today
from .added import large
from .build import table_file
from .database import connect
from .dates import bounds
from .preference import ranked

ROWS = 5_000_000
"""Rows that a frame may have: one of table `trade` then takes somewhat less than a gigabyte."""
PREFERRED = "preferred"
"""In the place of a source's id: that which speaks first for its reporter."""


def load(
    name: str,
    *,
    since: int | None = None,
    until: int | None = None,
    as_of: str | dt.date | None = None,
    vintage: str | None = None,
    aggregates: bool = True,
    members: bool = False,
    **filters: Any,
) -> pd.DataFrame:
    """Rows of a table as a tidy frame, from every source that matches.

    Choosing between sources is a specification, made by the caller: nothing here does it in
    silence. ``source="preferred"`` says that the register may choose.

    Parameters
    ----------
    name : str
        A table of the registry: 'trade', 'investment', 'students', 'debt', 'macro' and so on.
    since, until : int, optional
        First and last year, both included; for tables with a column ``year``.
    as_of : str or date, optional
        Keep what was known on that day, for example '2023-05-19'; by default, and for 'latest',
        all.
    vintage : str, optional
        An earlier fetch of the one source that ``source`` names, by its stamp or the beginning of
        it ('2026-11-27'): what the source said then.
    aggregates : bool
        Whether rows of groups (the EU, the World) come too.
    members : bool
        Whether a group that is asked for stands for its members, each in the years in which it was
        one, and not for rows of the group itself.
    **filters : Any
        Any column of the table, a value or a list of values; economies by ISO code or name
        ('Kazakhstan', 'Türkiye', 'EU'), where a cell names several any that names all of a value
        ('KAZ', 'KAZ;UZB'); ``source`` as a short form of ``source_id``; ``reporter`` and
        ``partner`` as in 'trade', of any table: of students the origin and the destination, of
        investment the host and the investor, of debt who owes and who lent; of 'trade' ``level``
        ('total', 2, 4, 6 or 'SITC'), the products of one level. An empty list matches nothing.
        ``source="preferred"``, of 'trade' and 'students', keeps one source of what each economy
        reports in a year (of students: from each origin): the first, by role and preference in the
        register, that has any of the rows asked for; figures that are nobody's own report are left
        out.

    Returns
    -------
    pandas.DataFrame
        One row per published figure: the columns that the registry declares for the table, in its
        units, with ``is_aggregate`` (tables of economies) and ``known_on``, the day from which a
        figure could be known; of an earlier fetch also ``vintage``, its stamp. `attrs` holds
        ``table``, ``as_of``, ``dropped`` (rows not yet known on that day) and ``revised_sources``
        (those of which only a later edition survives, so that their figures may be revised ones).

    Raises
    ------
    UnknownNameError
        A table, column, economy, value or vintage is not known; with suggestions.
    AggregateError
        A group of economies is asked for that no row has, of the table or of what the filters
        leave; with its members. Members are asked for of a group of which none are listed.
    UsageError
        A filter of the wrong type, a level that no row left by the filters has, a day that is none,
        years in the wrong order or for a table without them, ``aggregates`` for one without
        economies; more rows than a frame may have.
    RegistryError
        A preferred source of a table whose sources have no role.
    MissingTableError, StaleTablesError
        The tables have not been built, or not since figures were added or removed; or the project
        has no figures for this one.
    UndeclaredReadError
        A notebook that runs reads a table that its metadata does not declare.

    Examples
    --------
    What Kazakhstan's own statistics say of exports to two partners, in billions of dollars:

    >>> import ca_research as ca
    >>> rows = ca.load("trade", reporter="Kazakhstan", partner=["China", "Russia"], year=2023,
    ...                product="TOTAL", flow="export", source="KAZ_BNS")
    >>> (rows.set_index("partner")["value_usd"] / 1e9).round(1).to_dict()
    {'CHN': 14.7, 'RUS': 10.2}

    The members of a union in each year, here without the United Kingdom from 2020:

    >>> rows = ca.load("trade", reporter="KAZ", partner="European Union", members=True,
    ...                product="TOTAL", flow="export", source="KAZ_BNS", since=2019, until=2020)
    >>> rows.groupby("year")["partner"].nunique().tolist()
    [28, 27]

    One source for each year, its own office where that has counted:

    >>> rows = ca.load("trade", reporter="KAZ", product="TOTAL", source="preferred", since=2022)
    >>> rows.drop_duplicates("year").set_index("year")["source_id"].tolist()
    ['KAZ_BNS', 'KAZ_BNS', 'KAZ_WITS_BNS_PANEL', 'KAZ_WITS_BNS_PANEL']
    """
    day = parse_as_of(as_of)
    with connect() as connection:
        asked = ask(connection, name, since, until, vintage, aggregates, members, filters)
        if len(asked.files) > 1 or asked.table.location:
            count = _count(connection, asked.query)
            if count > ROWS:
                raise UsageError(
                    f"{count:,} rows are more than the {ROWS:,} that a frame may have",
                    where=f"table {name!r}",
                    hint="filter (year=, reporter=, source=, since=), add up with ca.sql(...), or "
                    f"give ca.relation({name!r}) to a measure",
                )
        query, dropped = asked.known(day), 0
        if query != asked.query:
            dropped = _count(connection, asked.query) - _count(connection, query)
        rows = connection.sql(asked.chosen(connection, query))
        if asked.preferred or len(asked.files) > 1:  # one file is in order
            rows = rows.order(sql.names(asked.table.key))
        data = rows.to_arrow_table().cast(pq.read_schema(asked.files[0]))
    frame = data.to_pandas()
    frame.attrs = {
        "table": name,
        "as_of": day.isoformat() if day else "latest",
        "dropped": dropped,
        "revised_sources": revised_sources(frame, day),
    }
    return frame


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    ((count,),) = connection.sql(f"select count(*) from ({query})").fetchall()
    return int(count)


def revised_sources(frame: pd.DataFrame, day: dt.date | None) -> list[str]:
    """Sources whose surviving edition is later than `day`, or of unknown date: their figures may be
    revised ones.

    A row of events or documents is known from its own date, though the publication that tells of it
    may be later.
    """
    if day is None or "source_id" not in frame:
        return []
    ids = []
    for source_id in sorted(frame["source_id"].unique()):
        source = registry.sources()[source_id]
        # one publication tells of earlier days too; of others each edition may revise
        last = source.published if source.release_basis == "stated" else source.edition or "9999"
        if last and bounds(last)[1] > day:
            ids.append(source_id)
    return ids


class Asked(NamedTuple):
    """Rows that are asked for: as SQL, of any day and any source, and in which files they are."""

    table: registry.Table
    files: list[Path]
    query: str
    preferred: bool

    def known(self, day: dt.date | None) -> str:
        """SQL of those that were known on a day."""
        if day is None or "known_on" not in pq.read_schema(self.files[0]).names:
            return self.query
        return f"select * from ({self.query}) where known_on <= timestamp '{day.isoformat()}'"

    def chosen(self, connection: duckdb.DuckDBPyConnection, query: str) -> str:
        """SQL of those rows of a query that are of the preferred source, where it was asked for."""
        if not self.preferred:
            return query
        there = connection.sql(f"select distinct source_id from ({query})").fetchall()
        sources = [source for (source,) in there]
        # over all counterparts, but for those that count themselves, of which the sources of one
        # say nothing of another
        columns = self.table.columns.items()
        among = {n for n, c in columns if c.role == "counterpart" and not c.speaks}
        cell = sql.names(n for n in self.table.key if n not in {"source_id", *among})
        order = f"[{', '.join(map(sql.text, ranked(sources)))}]::varchar[]"
        place = f"nullif(list_position({order}, source_id), 0)"  # none where it does not speak
        first = f"select {cell}, arg_min(source_id, {place}) as source_id from ({query})"
        return f"from ({query}) semi join ({first} group by all) using ({cell}, source_id)"


_WORDS = {"unit": "reporter", "counterpart": "partner"}
"""What a column of economies that has a role is called in every table."""


def ask(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    since: int | None,
    until: int | None,
    vintage: str | None,
    aggregates: bool,
    members: bool,
    filters: dict[str, Any],
) -> Asked:
    """What filters ask for; raises UsageError, UnknownNameError and AggregateError."""
    table, files = registry.table(name), [table_file(name), *large(name)]
    of_economies, source = table.of_type("economy"), filters.get("source")
    if preferred := isinstance(source, str) and source == PREFERRED:
        del filters["source"]
    words = {_WORDS.get(table.columns[c].role or "", c): c for c in of_economies}
    words |= {"source": "source_id"}
    for flag, value in {"aggregates": aggregates, "members": members}.items():
        if value not in (True, False):  # 'no' would be true
            refuse(flag, "True or False", value, "False")
    if vintage is not None:
        from .vintage import table_file as file_of_vintage

        files = [file_of_vintage(table, source or filters.get("source_id"), vintage)]
    level = None if "level" in table.columns else filters.pop("level", None)
    years = None if since is until is None else year_span(since, until)
    needs = {
        "members": (members, "year" in table.columns, "column `year`"),
        "since": (years, "year" in table.columns, "column `year`"),
        "aggregates": (not aggregates, of_economies, "economies"),
    }
    for option, (used, fits, what) in needs.items():
        if used and not fits:
            raise UsageError(
                f"table {name!r} has no {what}, so `{option}` cannot be used",
                hint="filter by another column",
            )
    tests = [_between(*years)] if years else []
    tests += [] if aggregates else ["not is_aggregate"]
    groups: dict[str, list[str]] = {}
    for word, value in filters.items():
        column = words.get(word, word)
        known_name(f"column of table {name!r}", column, table.columns)
        values, either = several(value), list[str]()
        if members and column in of_economies:
            blocs = [one for one in values if economies.is_aggregate(one)]
            values = [one for one in values if one not in blocs]
            spans = _members(blocs).items()
            either = [f"{_within(column, codes)} and {_between(*span)}" for span, codes in spans]
        values = _values(table, files, column, values)
        if column in of_economies:
            groups[column] = [*groups.get(column, ()), *filter(economies.is_aggregate, values)]
        tests.append(f"({' or '.join([_within(column, values), *either])})")
    query = f"select * from {sql.parquet(files)} where {' and '.join(tests) or 'true'}"
    asked = Asked(table, files, query, preferred)
    _refuse_absent(connection, asked, groups, members)
    return asked if level is None else _of_level(connection, asked, str(level))


def _refuse_absent(
    connection: duckdb.DuckDBPyConnection,
    asked: Asked,
    groups: Mapping[str, list[str]],
    members: bool,
) -> None:
    """Refuse groups that no row has: their members may well have rows; and members that have
    none.
    """
    left = f"no row of table {asked.table.table!r} that these filters leave has"
    for column, codes in groups.items():
        query = f"select distinct {sql.name(column)} from ({asked.query})"
        there = {*connection.sql(query).fetchall()} if codes else set()
        for code in (code for code in sorted(codes) if (code,) not in there):
            inside = ", ".join(map(repr, economies.members(code, today().year)))
            raise AggregateError(
                f"{left} the group {code} as its {column}",
                hint=f"take its members, of each year: members=True; or some: {column}=[{inside}]"
                if inside
                else "name single economies: its members are not listed",
            )
    if members and not _any(connection, asked.query):
        raise AggregateError(
            f"{left} a member of the group", hint="ca.coverage(...) says what there is"
        )


def _of_level(connection: duckdb.DuckDBPyConnection, asked: Asked, level: str) -> Asked:
    """The rows whose products are of a level; UsageError where others are, and none of it."""
    column = asked.table.levelled()
    queries = {
        one: f"select * from ({asked.query}) "
        f"where regexp_full_match({sql.name(column)}, {sql.text(form)})"
        for one, form in asked.table.columns[column].levels.items()
    }
    query = queries[known_name("level", level, queries)]
    held = (one for one, rows in queries.items() if _any(connection, rows))
    if not _any(connection, query) and (there := [*held]):
        raise UsageError(
            f"no row of table {asked.table.table!r} that these filters leave is of level {level}",
            hint=f"there are: {', '.join(there)}",
        )
    return asked._replace(query=query)


def _any(connection: duckdb.DuckDBPyConnection, query: str) -> bool:
    return bool(connection.sql(query).limit(1).fetchall())


def _within(column: str, values: Collection[Any]) -> str:
    listed = ", ".join(sql.text(v) if isinstance(v, str) else str(v) for v in values)
    return f"{sql.name(column)} in ({listed})" if values else "false"


def _between(first: int, last: int) -> str:
    return f"year between {first} and {last}"


def _values(
    table: registry.Table, files: Collection[Path], column: str, values: list[Any]
) -> list[Any]:
    """Values in the form the table holds them; an unknown one is refused with suggestions."""
    kind, what = table.columns[column].type, f"{column} of table {table.table!r}"
    if kind == "number":
        return [number(column, v) for v in values]
    if kind in ("year", "integer"):
        return [whole_number(column, v) for v in values]
    if kind == "economy":
        return [economies.resolve(v) for v in values]
    known: list[Any] = [False, True] if kind == "boolean" else _distinct(files, column)
    if kind == "economies":  # cells (`KAZ;UZB`) that name all of a value's
        parties = [set(map(economies.resolve, v.split(";"))) for v in values]
        cells = [cell for cell in known if any(each <= set(cell.split(";")) for each in parties)]
        return cells or [known_name(what, v, known) for v in values]
    return [known_name(what, v, known) for v in values]


def _members(groups: list[str]) -> dict[tuple[int, int], list[str]]:
    """Members of groups by the first and the last year of their membership."""
    spans: dict[tuple[int, int], list[str]] = {}
    for name in groups:
        if not (members := economies.AGGREGATES[economies.resolve(name)].members):
            raise AggregateError(
                f"the members of {name} are not listed",
                hint="name single economies, or leave members=True out",
            )
        for member, (first, last) in members.items():
            spans.setdefault((first, last or 9999), []).append(member)
    return spans


def _distinct(files: Collection[Path], column: str) -> list[Any]:
    """What a column holds, each once and in order."""
    return sorted(frozenset().union(*(_words_of(file, column) for file in files)))


@functools.lru_cache(maxsize=256)
def _words_of(file: Path, column: str) -> frozenset[Any]:
    cells = pq.read_table(file, columns=[column], read_dictionary=[column])[column]
    return frozenset(cells.unique().to_pylist()) - {None}


def values(name: str, column: str) -> list[Any]:
    """What a column of a table holds, each once and in order; of economies their codes."""
    known_name(f"column of table {name!r}", column, registry.table(name).columns)
    return _distinct([table_file(name), *large(name)], column)
