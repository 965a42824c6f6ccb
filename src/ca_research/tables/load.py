"""`load`: tidy frames from the processed tables, filtered by key, without any silent choice between
sources.
"""

from __future__ import annotations

import datetime as dt
import functools
import operator
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import dataset

from .. import registry
from ..ground import economies
from ..ground.arguments import number, several, whole_number, year_span
from ..ground.errors import AggregateError, UnknownNameError, UsageError, known_name
from ..ground.periods import parse_as_of, today
from .added import large
from .build import table_file
from .dates import bounds
from .levels import of_level
from .preference import in_order, preferred_rows, role

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
        A filter of the wrong type, a vintage of no or several sources, ``source`` beside
        ``source_id``, a preferred source of a table whose sources have no role, a day that is none,
        years in the wrong order or for a table without them,
        ``aggregates`` for one without economies; more rows than a frame may have.
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
    table = registry.table(name)
    file = table_file(name)
    chosen = asks_for_preferred(filters)
    if vintage is not None:
        file = file_of_vintage(table, vintage, filters)
    day = parse_as_of(as_of)
    asked = wanted(table, file, filters, since, until, aggregates, members)
    condition = _condition(asked)
    parts = large(name)
    if parts or table.location:
        _refuse_too_many(table, [file, *parts], condition)
    data = pq.read_table(file, filters=condition)
    if parts:
        more = dataset.dataset(parts, format="parquet").to_table(data.schema.names, condition)
        if len(more):
            data = pa.concat_tables([data, more.cast(data.schema)]).sort_by(
                [(column, "ascending") for column in table.key]
            )
    for column in table.of_type("economy"):
        if groups := {*filter(economies.is_aggregate, asked.values.get(column, ()))}:
            lacking = groups - {*data[column].unique().to_pylist()}
            _refuse_groups_without_rows(table, column, lacking, " that these filters leave")
    if asked.members and not len(data):
        raise AggregateError(
            f"no row of table {name!r} that these filters leave has a member of the group",
            hint="ca.coverage(...) says what there is",
        )
    dropped = 0
    if day is not None and "known_on" in data.column_names:
        known = pc.fill_null(
            pc.less_equal(
                data["known_on"],
                pa.scalar(dt.datetime.combine(day, dt.time()), data.schema.field("known_on").type),
            ),
            False,
        )
        dropped = len(data) - (pc.sum(known).as_py() or 0)
        data = data.filter(known)
    # rows are taken several times faster from one chunk than from the two that a read leaves
    frame = data.combine_chunks().to_pandas()
    if chosen:
        frame = _preferred(table, frame)
    if vintage is not None:
        frame["vintage"] = file.parent.name  # by which `cite` knows the day of these figures
    frame.attrs = {
        "table": name,
        "as_of": day.isoformat() if day else "latest",
        "dropped": dropped,
        "revised_sources": revised_sources(frame, day),
    }
    return frame


def asks_for_preferred(filters: dict[str, Any]) -> bool:
    """Whether filters ask for the preferred source, which then is no filter any more."""
    source = filters.get("source")
    if chosen := isinstance(source, str) and source == PREFERRED:
        del filters["source"]
    return chosen


def _preferred(table: registry.Table, rows: pd.DataFrame) -> pd.DataFrame:
    """Of each cell of the table the rows of one source."""
    if rows.empty:
        return rows
    cell = spoken_within(table, rows["source_id"].unique())
    return preferred_rows(rows, cell).reset_index(drop=True)


def spoken_within(table: registry.Table, sources: Collection[str]) -> list[str]:
    """Columns within which one of the sources is to speak: over all counterparts, but for those
    that count themselves, of which the sources of one say nothing of another.
    """
    if not all(role(source) for source in sources):
        raise UsageError(
            f"not every source of table {table.table!r} has a role that says for whom it speaks",
            hint=f"name one: {', '.join(map(repr, in_order(sources)[:3]))}",
        )
    among = {"source_id"} | {
        name for name, c in table.columns.items() if c.role == "counterpart" and not c.speaks
    }
    return [column for column in table.key if column not in among]


def file_of_vintage(table: registry.Table, vintage: str, filters: Mapping[str, Any]) -> Path:
    """The rows of the one source of filters at an earlier fetch, as a file like that of the
    table.
    """
    from . import vintage as vintages

    source = filters.get("source", filters.get("source_id"))
    if not isinstance(source, str):
        raise UsageError("a vintage is one of a source", hint='for example source="COMTRADE_TJK"')
    return vintages.table_file(table, source, vintage)


def _refuse_too_many(
    table: registry.Table, files: list[Path], condition: pc.Expression | None
) -> None:
    """Raise UsageError where more rows are asked for than a frame may have."""
    count = sum(dataset.dataset(f, format="parquet").count_rows(filter=condition) for f in files)
    if count > ROWS:
        raise UsageError(
            f"{count:,} rows are more than the {ROWS:,} that a frame may have",
            where=f"table {table.table!r}",
            hint="filter (year=, reporter=, source=, since=), add up with ca.sql(...), or give "
            f"ca.relation({table.table!r}) to a measure",
        )


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


class Wanted(NamedTuple):
    """Rows that are asked for: the values of columns, in the form of the table, and years; members
    of groups, each with the first and the last year in which it was one.
    """

    values: dict[str, list[Any]]
    years: tuple[int, int] | None
    members: dict[str, dict[tuple[int, int], list[str]]]


_WORDS = {"unit": "reporter", "counterpart": "partner"}
"""What a column of economies that has a role is called in every table."""


def wanted(
    table: registry.Table,
    file: Path,
    filters: dict[str, Any],
    since: int | None,
    until: int | None,
    aggregates: bool = True,
    members: bool = False,
) -> Wanted:
    """What filters ask for; raises UsageError, UnknownNameError and AggregateError."""
    of_economies = table.of_type("economy")
    words = {_WORDS.get(table.columns[name].role or "", name): name for name in of_economies}
    for word, column in {"source": "source_id", **words}.items():
        if word in filters and word != column:
            if column in filters:
                raise UsageError(
                    f"`{word}` and `{column}` are the same filter", hint="give one of them"
                )
            filters[column] = filters.pop(word)
    for name, flag in {"aggregates": aggregates, "members": members}.items():
        if flag not in (True, False):  # 'no' would be true
            raise UsageError(f"{name} must be True or False, got {flag!r}", hint=f"{name}=False")
    level = None if "level" in table.columns else filters.pop("level", None)
    values, spans = {}, {}
    _refuse_without(table, "members", not members or "year" in table.columns, "column `year`")
    for column, value in filters.items():
        known_name(f"column of table {table.table!r}", column, table.columns)
        asked = several(value)
        if members and column in of_economies:
            groups = [name for name in asked if economies.is_aggregate(name)]
            spans[column] = _members(groups)
            asked = [name for name in asked if name not in groups]
        values[column] = _values(table, file, column, asked)
    if level is not None:
        column = table.levelled()
        codes = values.get(column) or _known_values(table, file, column)
        values[column] = of_level(table, level, codes)
    if not aggregates:
        _refuse_without(table, "aggregates", bool(of_economies), "economies")
        values["is_aggregate"] = [False]
    years = None if since is until is None else year_span(since, until)
    _refuse_without(table, "since", years is None or "year" in table.columns, "column `year`")
    return Wanted(values, years, spans)


def _refuse_without(table: registry.Table, option: str, fits: bool, what: str) -> None:
    if not fits:
        raise UsageError(
            f"table {table.table!r} has no {what}, so `{option}` cannot be used",
            hint="filter by another column",
        )


def _condition(rows: Wanted) -> pc.Expression | None:
    parts = [_between(*rows.years)] if rows.years else []
    for column, known in rows.values.items():
        isin, spans = pc.field(column).isin, rows.members.get(column, {})
        either = [isin(known) if known else pc.scalar(False)]  # an empty list matches nothing
        either += [isin(codes) & _between(*span) for span, codes in spans.items()]
        parts.append(functools.reduce(operator.or_, either))
    return functools.reduce(operator.and_, parts) if parts else None


def _between(first: int, last: int) -> pc.Expression:
    return (pc.field("year") >= first) & (pc.field("year") <= last)


def _values(table: registry.Table, file: Path, column: str, values: list[Any]) -> list[Any]:
    """Values in the form the table holds them; an unknown one is refused with suggestions."""
    kind = table.columns[column].type
    if kind == "number":
        return [number(column, v) for v in values]
    if kind in ("year", "integer"):
        return [whole_number(column, v) for v in values]
    if kind == "economy":
        codes = [economies.resolve(v) for v in values]
        if groups := {code for code in codes if economies.is_aggregate(code)}:
            _refuse_groups_without_rows(table, column, groups - _known_values(table, file, column))
        return codes
    known = _known_values(table, file, column)
    words = sorted(map(str, known))
    if kind == "economies":  # cells (`KAZ;UZB`) that name all of a value's
        parties = [set(map(economies.resolve, v.split(";"))) for v in values]
        cells = {cell for cell in known for each in parties if each <= set(cell.split(";"))}
        if values and not cells:
            raise UnknownNameError(f"{column} of table {table.table!r}", values, words)
        return sorted(cells)
    if kind == "boolean":
        words, known = ["False", "True"], frozenset({False, True})
    for value in values:
        try:
            near = value in known
        except TypeError:  # a list in the place of a word
            near = False
        if not near:
            raise UnknownNameError(f"{column} of table {table.table!r}", value, words)
    return values


def _refuse_groups_without_rows(
    table: registry.Table, column: str, groups: set[str], left: str = ""
) -> None:
    """Refuse groups that no row of the table has: their members may well have rows."""
    for code in sorted(groups):
        inside = ", ".join(map(repr, economies.members(code, today().year)))
        raise AggregateError(
            f"no row of table {table.table!r}{left} has the group {code} as its {column}",
            hint=f"take its members, of each year: members=True; or some: {column}=[{inside}]"
            if inside
            else "name single economies: its members are not listed",
        )


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


@functools.lru_cache(maxsize=256)
def _distinct(file: Path, column: str) -> frozenset[Any]:
    cells = pq.read_table(file, columns=[column], read_dictionary=[column])[column]
    return frozenset(cells.unique().to_pylist()) - {None}


def values(name: str, column: str) -> list[Any]:
    """What a column of a table holds, each once and in order; of economies their codes."""
    table = registry.table(name)
    known_name(f"column of table {name!r}", column, table.columns)
    return sorted(_known_values(table, table_file(name), column))


def _known_values(table: registry.Table, file: Path, column: str) -> frozenset[Any]:
    return frozenset().union(*(_distinct(one, column) for one in (file, *large(table.table))))
