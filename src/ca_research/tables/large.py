"""A large file becomes rows of a table in bounded memory, by the rules of a small one.

Every distinct cell goes through the code that reads small files, and every rule looks at it once;
DuckDB then puts values in the place of cells, adds up, compares and sorts. Rows in which anything
is wrong are read again by the way of small files, which names their faults.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from .. import registry
from ..ground import sql
from ..ground.errors import DataError, Fault
from ..sources import apply, cells
from ..sources.mapping import (
    Field,
    Map,
    Reader,
    Understood,
    complete,
    in_words,
    refuse_parts_of_years,
    repeated,
)
from ..sources.sheets import shown
from ..sources.stream import NotStreamed, Stream
from .added import ACCOUNTS
from .database import write_rows
from .rules import judged
from .validate import checked_rows, duplicates, schema

FAULTS = 20_000
"""Faulty rows that are named. Where there are more, the map is wrong and not the rows, unless the
user says that faulty rows be left out."""
_PLAIN = {
    ".": r"[-+]?\d+(\.\d*)?([eE][-+]?\d+)?|[-+]?\.\d+",
    ",": r"[-+]?\d+|[-+]?\d*,\d+",
    None: r"[-+]?\d+",
}
"""Numbers that DuckDB reads as Python does, by the decimal mark; None where it is not known."""
_READ = "left_out is null and not wrong"
_EITHER = r"[-+]?[1-9]\d{0,2}\.\d{3}"
_NUMBERS = ("INT", "DOUBLE", "FLOAT", "DECIMAL")


class Reading:
    """Rows of a table in a stream of cells, as SQL.

    Parameters
    ----------
    stream : Stream
        The cells; it follows the map.
    mapped : Map
        Where the columns of the table come from.
    table : Table
        The table.
    source : Source
        The source that the rows will have.

    Raises
    ------
    NotStreamed
        What the map or the table asks for is read from small files only.
    """

    def __init__(
        self, stream: Stream, mapped: Map, table: registry.Table, source: registry.Source
    ) -> None:
        self.stream, self.mapped, self.table, self.source = stream, mapped, table, source
        stream.follow(mapped)
        complete(mapped, table, stream.headings, stream.name)
        self.reader = Reader(table, mapped, stream.name, Understood(mapped, pd.DataFrame()))
        if not self.reader.figure():
            raise NotStreamed(f"table {table.table!r} holds no figures", where=stream.name)
        self.values: dict[str, str] = {}
        self.marks: set[Any] = set()
        self._looks: dict[tuple[int, str], dict[str, Any]] = {}
        self._steps: list[tuple[str, str]] = []  # why a row is left out, or faulty, in order
        self._bad: list[tuple[str, str]] = []  # the column, and SQL of what it must not be
        self._understand()
        self._told()
        self._refuse_parts_of_years()

    # --- cells become values

    def _understand(self) -> None:
        for only in self.mapped.only:
            at = self._at(only.column)
            key, raw = self._look(at)
            told, why = only.split(map(shown, raw))
            keep = [told[shown(cell)] for cell in raw]
            form = f"case when not {{}} then {sql.text(why)} end"
            self._steps.append(("left", self._column(key, form, keep)))
        figure = self.reader.figure()
        for name, column in self.table.columns.items():
            if column.type == "source":
                self.values[name] = sql.text(self.source.source_id)
                continue
            field = self.mapped.columns.get(name)
            if column.numbered and field is None:
                raise NotStreamed(
                    f"rows of table {self.table.table!r} are numbered as they are added",
                    where=self.stream.name,
                )
            if field is None or field.constant is not None:
                self._constant(name, column, field)
            elif column.type in ("number", "integer"):
                self._number(name, column, field, name == figure and not column.nullable)
            else:
                self._words(name, column, field)

    def _at(self, heading: str | None) -> int:
        return self.stream.headings.index(str(heading))

    def _look(self, at: int, where: str = "") -> tuple[tuple[int, str], list[Any]]:
        """A table of the distinct cells of a column, to which what they mean is added."""
        key = (at, where)
        if key not in self._looks:
            self._looks[key] = {"raw": self.stream.distinct(at, where or "true")}
        return key, self._looks[key]["raw"].to_pylist()

    def _column(self, key: tuple[int, str], form: str, values: Iterable[Any]) -> str:
        """SQL that gives what the cell of a row means, in a form."""
        columns = self._looks[key]
        name = f"v{len(columns)}"
        columns[name] = pa.array(values, from_pandas=True)
        return form.format(f"look{list(self._looks).index(key)}.{name}")

    def _constant(self, name: str, column: registry.Column, field: Field | None) -> None:
        """One value for all rows."""
        cell = pd.Series([field.constant if field else ""], dtype=object)
        if field is None:
            text, why, left = cell.astype("str"), None, None
        else:
            text, why, left = self.reader.column(cell, column, field)
            self._step(_flag(left[0] != "", left[0]), _flag(why[0] != "", "wrong"))
        values, broken = judged(text, column)
        self.values[name] = _literal(values[0])
        self._bad += [(name, "true")] if broken else []

    def _words(self, name: str, column: registry.Column, field: Field) -> None:
        """Words, codes and years: every distinct cell is looked at."""
        key, raw = self._look(self._at(field.column))
        cell = pd.Series(raw, dtype=object)
        text, why, left = self.reader.column(cell, column, field)
        values, broken = judged(text, column)
        self.values[name] = self._column(key, "{}", values)
        self._say(key, why, left)
        self._bad += [(name, self._column(key, "{}", mask)) for mask, _ in broken]

    def _number(self, name: str, column: registry.Column, field: Field, needed: bool) -> None:
        """Numbers: those that are plainly one are read at once, other cells looked at."""
        if column.values or column.pattern:
            raise NotStreamed(
                f"column {name!r} has a list of numbers or a pattern", where=self.stream.name
            )
        at = self._at(field.column)
        mark, examples = self._mark(at, field)
        self.marks.add(mark)
        cell, plain = f"c{at}", self._plain(at, mark, field)
        key, raw = self._look(at, f"not coalesce({plain}, false)")
        value = f"{cell}::double" if mark != "," else f"replace({cell}, ',', '.')::double"
        if field.times != 1:
            value = f"round({value} * {field.times!r}, 6)"
        if raw:
            odd = pd.Series([*raw, *examples], dtype=object)
            text, why, left = self.reader.column(odd, column, field)
            text, why, left = text[: len(raw)], why[: len(raw)], left[: len(raw)]
            found = self._column(key, "{}", [float(t) if t else None for t in text])
            value = f"case when coalesce({plain}, false) then {value} else {found} end"
            if needed:
                missing = list(map(cells.missing, in_words(odd[: len(raw)], field)))
                form = "case when {} then 'no figure in the cell' end"
                self._steps.insert(
                    len(self.mapped.only), ("left", self._column(key, form, missing))
                )
            self._say(key, why, left)
        limits = _limits(column, value)
        if column.type == "integer":
            value = f"try_cast({value} as bigint)"
        self.values[name] = value
        if not (self.mapped.sums and name == self.reader.figure()):
            self._bad += [(name, limit) for limit in limits]

    def _plain(self, at: int, mark: str | None, field: Field) -> str:
        """SQL of whether a cell is plainly a number, and none to which a map gives a meaning."""
        if any(map(str.isdigit, "".join(field.words))):
            return "false"
        kind = self.stream.type_of(at)
        if kind == "VARCHAR":
            return f"regexp_full_match(c{at}, {sql.text(_PLAIN[mark])})"
        return f"not isnan(c{at}::double)" if any(n in kind for n in _NUMBERS) else "false"

    def _mark(self, at: int, field: Field) -> tuple[str | None, list[str]]:
        """The decimal mark of a column, and cells that tell it beside those that are no numbers."""
        if self.stream.type_of(at) != "VARCHAR":
            return ".", []
        cell = f"c{at}"
        plain = self._plain(at, ".", field)
        pointed = f"contains({cell}, '.') and not regexp_full_match({cell}, {sql.text(_EITHER)})"
        ((example,),) = self.stream.run(
            f"select min({cell}) from {self.stream.cells} where {plain} and {pointed}"
        ).fetchall()
        examples = [] if example is None else [example]
        if self.mapped.decimal:
            return self.mapped.decimal, examples
        odd = self.stream.run(
            f"select distinct {cell} from {self.stream.cells} where not coalesce({plain}, false) "
            "limit 10000"
        ).fetchall()
        told = in_words(pd.Series([*(c for (c,) in odd), *examples], dtype=object), field)
        mark, _ = cells.decimal_mark(told)
        return mark, examples

    def _say(self, key: tuple[int, str], why: pd.Series, left: pd.Series) -> None:
        gone = self._column(key, "{}", [w or None for w in left]) if left.ne("").any() else ""
        form = "case when {} then 'wrong' end"
        self._step(gone, self._column(key, form, why.ne("")) if why.ne("").any() else "")

    def _step(self, left: str, why: str) -> None:
        self._steps += [("left", left)] if left else []
        self._steps += [("why", why)] if why else []

    def _told(self) -> None:
        """The view `told`: a row for each row of the file, with its values and what is wrong."""
        joins = []
        for n, ((at, _), columns) in enumerate(self._looks.items()):
            if len(columns) > 1:
                self.stream.connection.register(f"look{n}", pa.table(columns))
                joins.append(f"left join look{n} on c{at} is not distinct from look{n}.raw")
        left = [test for kind, test in self._steps if kind == "left"]
        whens = [
            f"when ({test}) is not null then {'true' if kind == 'why' else 'false'}"
            for kind, test in self._steps
        ]
        fault = f"case {' '.join(whens)} else false end" if whens else "false"
        wrong = [f"({test}) is not null" for kind, test in self._steps if kind == "why"]
        values = ", ".join(f"{value} as {sql.name(name)}" for name, value in self.values.items())
        self.stream.connection.execute(
            f"create or replace temp view told as select f, n, {values}, "
            f"coalesce({', '.join([*left, 'null'])}) as left_out, {fault} as fault, "
            f"{_or(wrong)} as wrong, {_or(self._broken())} as bad, "
            f"{_or(self._broken(but=self.mapped.totals))} as bad_total "
            f"from {self.stream.cells} {' '.join(joins)}"
        )

    def _refuse_parts_of_years(self) -> None:
        """As in small files, of the rows that count."""
        for name, column in self.table.columns.items():
            field = self.mapped.columns.get(name)
            if column.type == "year" and field and (head := field.column):
                found = self.stream.run(
                    f"select distinct c{self._at(head)} from {self.stream.cells} semi join "
                    "(select f, n from told where left_out is null) using (f, n) order by 1"
                ).fetchall()
                left = pd.Series([cell for (cell,) in found], dtype=object)
                refuse_parts_of_years(in_words(left, field), self.stream.name, head)

    def _broken(self, but: Collection[str] = ()) -> Iterator[str]:
        return (f"coalesce({test}, false)" for name, test in self._bad if name not in but)

    # --- values become rows

    def settle(self, *, skip_bad: bool) -> tuple[Fault, ...]:
        """Make the rows; the faults of those that are left out.

        Raises DataError with every fault, unless faulty rows may be left out.
        """
        if self.mapped.once:
            self._refuse_repeats()
        places = [self.stream.folder / f"rows-{n}.parquet" for n in range(len(self.stream.files))]
        for number, place in enumerate(places):
            self._copy(self._rows(number), place)
        self.stream.connection.execute(
            f"create or replace temp view typed as from {sql.parquet(places)}"
        )
        twice = f"select {self._key} from typed group by all having count(*) > 1"
        self.stream.connection.execute(f"create or replace temp table twice as {twice}")
        faults = self._faults(skip_bad=skip_bad)
        if faults and not skip_bad:
            raise DataError(
                faults,
                outcome="nothing was added",
                hint="mend the cells named above, say by --map how they are meant, or leave these "
                "rows out: --skip-bad",
            )
        self.stream.connection.execute(
            f"create or replace temp view good as from typed anti join twice using ({self._key}) "
            "where not bad"
        )
        return tuple(dict.fromkeys(faults))

    @property
    def _key(self) -> str:
        return ", ".join(sql.name(n) for n in self.table.key)

    def _copy(self, query: str, to: Path) -> None:
        self.stream.run(f"copy ({query}) to {sql.text(to)} (format parquet, compression lz4)")

    def _refuse_repeats(self) -> None:
        """Raise FileError where rows that are to be of one cell each are not."""
        told = self.reader.once()
        keys = [
            f"lpad(c{at}::varchar, greatest({wide}, length(c{at}::varchar))::integer, '0')"
            for at, wide in ((self._at(head), wide) for head, wide in told.items())
        ]
        listed = ", ".join(keys)
        several = f"select f, {listed} from {self.stream.cells} group by all having count(*) > 1"
        if not self.stream.run(f"{several} limit 1").fetchall():
            return
        read = f"{self.stream.cells} semi join (select f, n from told where {_READ}) using (f, n)"
        found = self.stream.run(
            f"select {listed}, f from {read} group by f, {listed} having count(*) > 1 "
            "order by f, min(n) limit 1"
        ).fetchall()
        for *row, file in found:
            raise repeated(dict(zip(told, row, strict=True)), self.stream.files[file].name)

    def _rows(self, file: int) -> str:
        """SQL of the rows of a file, faulty cells left out."""
        columns = sql.names(self.values)
        rows = f"select f, n, {columns}, bad, bad_total from told where f = {file} and {_READ}"
        if not self.mapped.sums:
            return rows
        figure = self.reader.figure()
        times = (self.mapped.columns[figure].times if figure in self.mapped.columns else 1) != 1
        exact = f"{sql.name(figure)}::decimal(38, 6)" if times else sql.name(figure)
        add = f"{'sum' if times else 'fsum'}({exact})::double"  # in any order the same
        limits = _limits(self.table.columns[figure], sql.name(figure))
        keys = [n for n in self.values if n != figure]
        totals = {n: sql.text(self.mapped.totals[n]) for n in keys if n in self.mapped.totals}
        told = ", ".join(
            add + f" as {sql.name(n)}" if n == figure else sql.name(n) for n in self.values
        )
        bad = "bool_or(bad) as bad, bool_or(bad_total) as bad_total"
        sums = f"select f, min(n) as n, {told}, {bad} from ({rows}) group by all"
        if totals:
            put = ", ".join(f"{total} as {sql.name(n)}" for n, total in totals.items())
            whole = f"select * replace ({put}, bad_total as bad) from sums"
            sums = (
                f"with sums as ({sums}) from sums union all "
                f"select f, min(n) as n, {told}, {bad} from ({whole}) group by all"
            )
        return f"select * replace (bad or {_or(limits)} as bad) from ({sums})"

    def _faults(self, *, skip_bad: bool) -> list[Fault]:
        """Every fault, named by the way of small files; of very many that may be left out, the
        first, and how many rows there are more.
        """
        twice = f"select f, n from typed semi join twice using ({self._key})"
        broken = "select f, n from typed where bad"
        if self.mapped.sums:  # the rows behind a sum, and behind the total it is part of
            key = ", ".join(sql.name(n) for n in self.table.key if n not in self.mapped.totals)
            behind = "select f, n from told semi join ({}) using ({}) where " + _READ
            broken = behind.format("from typed where bad", f"f, {key}")
            twice = behind.format("from twice", key)
        places, more = self._places(
            f"select f, n from told where fault union {broken} union {twice}", skip_bad
        )
        rule = "so many more faulty rows were left out"
        unnamed = [Fault(self.stream.name, 0, "(rows)", f"{more:,}", rule)] if more else []
        return [*self._named(places), *unnamed]

    def _places(self, query: str, skip_bad: bool) -> tuple[list[tuple[int, int]], int]:
        """The first faulty rows in order, and how many more there are that may be skipped."""
        found = self.stream.run(f"from ({query}) order by f, n limit {FAULTS + 1}").fetchall()
        if len(found) > FAULTS and skip_bad:
            ((count,),) = self.stream.run(f"select count(*) from ({query})").fetchall()
            return found[:FAULTS], count - FAULTS
        if len(found) > FAULTS:
            raise DataError(
                self._named(found[:100]),
                outcome=f"more than {FAULTS:,} rows are like these, and nothing was added",
                hint="say by --map how the file is meant: so many faults are one; or leave these "
                "rows out: --skip-bad",
            )
        return found, 0

    def _named(self, places: list[tuple[int, int]]) -> list[Fault]:
        """The faults of some rows, read by the way of small files."""
        (mark,) = self.marks if len(self.marks) == 1 else (None,)
        mapped = self.mapped.model_copy(update={"decimal": mark} if mark else {})
        again = [apply(given, mapped, self.table) for given in self.stream.rows_at(places)]
        faults = {fault for one in again for fault in one.faults}
        if rows := [one.rows for one in again if len(one.rows)]:
            raw = pd.concat(rows, ignore_index=True)
            frame, found = checked_rows(self.table, raw, self.source.source_id)
            found += duplicates(self.table, raw.assign(source_id=self.source.source_id), frame)
            faults |= {fault for fault, _ in found}
        return sorted(faults, key=lambda f: (f.file, f.line, f.column))

    # --- what they are

    def left_out(self) -> Counter[str]:
        """How many rows of the files are no figures of the table, by reason."""
        query = "select left_out, count(*) from told where left_out is not null group by all"
        return Counter(dict(self.stream.run(query).fetchall()))

    def count(self) -> int:
        ((rows,),) = self.stream.run("select count(*) from good").fetchall()
        return int(rows)

    def last_year(self) -> int | None:
        """The year of the latest row; None where the rows have none."""
        if "year" not in self.table.columns:
            return None
        ((year,),) = self.stream.run("select max(year) from good").fetchall()
        return None if year is None else int(year)

    def first(self, rows: int) -> pd.DataFrame:
        """The first rows in key order."""
        columns = sql.names(self.table.columns)
        found = self.stream.run(f"select {columns} from good order by {self._key} limit {rows}")
        return found.to_arrow_table().cast(schema(self.table)).to_pandas()

    def write(self, folder: Path) -> list[Path]:
        """The rows in key order: a file for each year, and one for sums over all products."""
        folder.mkdir()
        files = []
        for name, where in self._parts():
            files.append(folder / f"{name}.parquet")
            rows, sources = f"good where {where}", {self.source.source_id: self.source}
            write_rows(self.stream.connection, self.table, rows, files[-1], sources=sources)
        self._add_up(files, folder.with_name(ACCOUNTS))
        return files

    def _add_up(self, files: list[Path], to: Path) -> None:
        """What the figures of an account, of all counterparts together, come to.

        Groups among them would be counted beside their members, so of rows with a group there are
        no sums.
        """
        columns = self.table.columns
        roles = {column.role: name for name, column in columns.items()}
        if not {"counterpart", "value"} <= roles.keys() or self.table.known == "date":
            return
        rows, value = sql.parquet(files), roles["value"]
        if not self.table.of_type("economy") or columns[value].nullable:
            return
        if self.stream.run(f"from {rows} where is_aggregate limit 1").fetchall():
            return
        account = ", ".join(sql.name(n) for n in self.table.key if n != roles["counterpart"])
        terms = ", ".join(sql.name(n) for n, c in columns.items() if c.role == "basis")
        alike = f"min(hash({terms})) = max(hash({terms}))" if terms else "true"
        figure = f"{sql.name(value)}::double"
        self.stream.run(
            f"copy (select {account}, any_value(known_on) as known_on, count(*) as figures, "
            f"fsum({figure}) as total, fsum({figure} * {figure}) as squares, "
            f"max({figure}) as largest, {alike} as alike from {rows} group by {account} "
            f"order by {account}) to {sql.text(to)} (format parquet, compression zstd)"
        )

    def _parts(self) -> list[tuple[str, str]]:
        """Names of the files and the rows of each."""
        totals = " and ".join(
            f"{sql.name(n)} = {sql.text(v)}" for n, v in self.mapped.totals.items()
        )
        rest = f"not ({totals})" if totals else "true"
        found = [("totals", totals)] if totals else []
        time = next((n for n in self.table.key if self.table.columns[n].role == "time"), None)
        if time is None:
            return [*found, ("rows", rest)]
        query = f"select distinct {sql.name(time)} from good where {rest} order by 1"
        times = [when for (when,) in self.stream.run(query).fetchall()]
        return [*found, *((str(t), f"{rest} and {sql.name(time)} = {_literal(t)}") for t in times)]


def _limits(column: registry.Column, value: str) -> list[str]:
    """SQL of what a number must not be."""
    found = [f"not isfinite({value})"]
    found += [] if column.nullable else [f"({value}) is null"]
    found += [] if column.min is None else [f"({value}) < {column.min!r}"]
    found += [] if column.max is None else [f"({value}) > {column.max!r}"]
    return found + ([f"({value}) % 1 <> 0"] if column.type == "integer" else [])


def _or(conditions: Iterable[str]) -> str:
    return f"({' or '.join(conditions) or 'false'})"


def _flag(holds: bool, word: str) -> str:
    return sql.text(word) if holds else ""


def _literal(value: Any) -> str:
    """A value of a table as SQL."""
    if pd.isna(value):
        return "null"
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value)).lower()
    if isinstance(value, pd.Timestamp):
        return f"timestamp '{value}'"
    return sql.text(value) if isinstance(value, str) else str(value)
