"""A large file becomes rows of a table in bounded memory, by the rules of a small one.

Every distinct cell goes through the code that reads small files, and every rule looks at it once;
DuckDB then puts values in the place of cells, adds up, compares and sorts. Rows in which anything
is wrong are read again by the way of small files, which names their faults.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from .. import registry
from ..ground import economies
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
from .added import ACCOUNTS, CLOSE, parts_sql, stands_in
from .dates import known_on
from .rules import parse, rules
from .validate import checked_rows, schema

FAULTS = 20_000
"""Faulty rows that are named. Where there are more, the map is wrong and not the rows, unless the
user says that faulty rows be left out."""
FEW = 1_000
"""Rows of a large source that are shown one by one."""
GROUP = 100_000
"""Rows of a row group: what a reader with a filter skips or reads at once."""
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
            form = f"case when not {{}} then {_text(why)} end"
            self._steps.append(("left", self._column(key, form, keep)))
        figure = self.reader.figure()
        for name, column in self.table.columns.items():
            if column.type == "source":
                self.values[name] = _text(self.source.source_id)
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
            text, why, left = self.reader.column(cell, column, field, "(constant)")
            self._step(_flag(left[0] != "", left[0]), _flag(why[0] != "", "wrong"))
        values, bad = _typed(text, column)
        self.values[name] = _literal(values[0])
        self._bad += [(name, "true")] if bad[0] else []

    def _words(self, name: str, column: registry.Column, field: Field) -> None:
        """Words, codes and years: every distinct cell is looked at."""
        key, raw = self._look(self._at(field.column))
        cell = pd.Series(raw, dtype=object)
        text, why, left = self.reader.column(cell, column, field, str(field.column))
        values, bad = _typed(text, column)
        self.values[name] = self._column(key, "{}", values)
        self._say(key, why, left)
        if bad.any():
            self._bad.append((name, self._column(key, "{}", bad)))

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
            text, why, left = self.reader.column(odd, column, field, str(field.column))
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
            return f"regexp_full_match(c{at}, {_text(_PLAIN[mark])})"
        return f"not isnan(c{at}::double)" if any(n in kind for n in _NUMBERS) else "false"

    def _mark(self, at: int, field: Field) -> tuple[str | None, list[str]]:
        """The decimal mark of a column, and cells that tell it beside those that are no numbers."""
        if self.stream.type_of(at) != "VARCHAR":
            return ".", []
        cell = f"c{at}"
        plain = self._plain(at, ".", field)
        pointed = f"contains({cell}, '.') and not regexp_full_match({cell}, {_text(_EITHER)})"
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
        left = [sql for kind, sql in self._steps if kind == "left"]
        whens = [
            f"when ({sql}) is not null then {'true' if kind == 'why' else 'false'}"
            for kind, sql in self._steps
        ]
        fault = f"case {' '.join(whens)} else false end" if whens else "false"
        wrong = [f"({sql}) is not null" for kind, sql in self._steps if kind == "why"]
        values = ", ".join(f"{sql} as {_name(name)}" for name, sql in self.values.items())
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
            head = field.column if field else None
            if column.type != "year" or head is None:
                continue
            _, raw = self._look(at := self._at(head))
            if cells.part_beside_years(in_words(pd.Series(raw, dtype=object), field)) is not None:
                found = self.stream.run(
                    f"select distinct c{at} from {self.stream.cells} semi join "
                    "(select f, n from told where left_out is null) using (f, n) order by 1"
                ).fetchall()
                left = pd.Series([cell for (cell,) in found], dtype=object)
                refuse_parts_of_years(in_words(left, field), self.stream.name, head)

    def _broken(self, but: Collection[str] = ()) -> Iterator[str]:
        return (f"coalesce({sql}, false)" for name, sql in self._bad if name not in but)

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
            f"create or replace temp view typed as from {parts_sql(places)}"
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
        return ", ".join(_name(n) for n in self.table.key)

    def _copy(self, query: str, to: Path) -> None:
        self.stream.run(f"copy ({query}) to '{_escaped(to)}' (format parquet, compression lz4)")

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
        columns = ", ".join(map(_name, self.values))
        rows = f"select f, n, {columns}, bad, bad_total from told where f = {file} and {_READ}"
        if not self.mapped.sums:
            return rows
        figure = self.reader.figure()
        times = (self.mapped.columns[figure].times if figure in self.mapped.columns else 1) != 1
        exact = f"{_name(figure)}::decimal(38, 6)" if times else _name(figure)
        add = f"{'sum' if times else 'fsum'}({exact})::double"  # in any order the same
        limits = _limits(self.table.columns[figure], _name(figure))
        keys = [n for n in self.values if n != figure]
        totals = {n: _text(self.mapped.totals[n]) for n in keys if n in self.mapped.totals}
        told = ", ".join(add + f" as {_name(n)}" if n == figure else _name(n) for n in self.values)
        bad = "bool_or(bad) as bad, bool_or(bad_total) as bad_total"
        sums = f"select f, min(n) as n, {told}, {bad} from ({rows}) group by all"
        if totals:
            put = ", ".join(f"{sql} as {_name(n)}" for n, sql in totals.items())
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
            key = ", ".join(_name(n) for n in self.table.key if n not in self.mapped.totals)
            behind = "select f, n from told semi join ({}) using ({}) where " + _READ
            broken = behind.format("from typed where bad", f"f, {key}")
            twice = behind.format("from twice", key)
        of_cells, of_rows = "select f, n from told where fault", f"{broken} union {twice}"
        if self.mapped.sums:
            cells_, more = self._places(of_cells, skip_bad)
            rows, more_rows = self._places(of_rows, skip_bad)
            found = [f for u in self._again(cells_) for f in u.faults]
            found += self._judged(self._again(rows))
            more += more_rows
        else:
            places, more = self._places(f"{of_cells} union {of_rows}", skip_bad)
            again = self._again(places)
            found = [*(f for u in again for f in u.faults), *self._judged(again)]
        rule = "so many more faulty rows were left out"
        unnamed = [Fault(self.stream.name, 0, "(rows)", f"{more:,}", rule)] if more else []
        return [*_in_order(found), *unnamed]

    def _places(self, query: str, skip_bad: bool) -> tuple[list[tuple[int, int]], int]:
        """The first faulty rows in order, and how many more there are that may be skipped."""
        found = self.stream.run(f"from ({query}) order by f, n limit {FAULTS + 1}").fetchall()
        if len(found) > FAULTS and skip_bad:
            ((count,),) = self.stream.run(f"select count(*) from ({query})").fetchall()
            return found[:FAULTS], count - FAULTS
        if len(found) > FAULTS:
            given = [f for u in self._again(found[:100]) for f in (*u.faults, *self._judged([u]))]
            raise DataError(
                _in_order(given),
                outcome=f"more than {FAULTS:,} rows are like these, and nothing was added",
                hint="say by --map how the file is meant: so many faults are one; or leave these "
                "rows out: --skip-bad",
            )
        return found, 0

    def _again(self, places: list[tuple[int, int]]) -> list[Understood]:
        """Some rows, read by the way of small files."""
        (mark,) = self.marks if len(self.marks) == 1 else (None,)
        mapped = self.mapped.model_copy(update={"decimal": mark} if mark else {})
        return [apply(given, mapped, self.table) for given in self.stream.rows_at(places)]

    def _judged(self, understood: list[Understood]) -> list[Fault]:
        rows = [u.rows for u in understood if len(u.rows)]
        if not rows:
            return []
        raw = pd.concat(rows, ignore_index=True)
        sources = [n for n, c in self.table.columns.items() if c.type == "source"]
        raw = raw.assign(**dict.fromkeys(sources, self.source.source_id))
        return [fault for fault, _ in checked_rows(self.table, raw, self.source.source_id)[1]]

    # --- what they are

    def left_out(self) -> Counter[str]:
        """How many rows of the files are no figures of the table, by reason."""
        query = "select left_out, count(*) from told where left_out is not null group by all"
        return Counter(dict(self.stream.run(query).fetchall()))

    def count(self) -> int:
        ((rows,),) = self.stream.run("select count(*) from good").fetchall()
        return int(rows)

    def last(self, column: str) -> Any:
        """The largest value of a column; None where there is no row."""
        ((value,),) = self.stream.run(f"select max({_name(column)}) from good").fetchall()
        return value

    def first(self, rows: int) -> pd.DataFrame:
        """The first rows in key order."""
        columns = ", ".join(map(_name, self.table.columns))
        found = self.stream.run(f"select {columns} from good order by {self._key} limit {rows}")
        return found.to_arrow_table().cast(schema(self.table)).to_pandas()

    def against(self, standing: str) -> tuple[dict[str, int], pd.DataFrame]:
        """What the rows say of cells on which others spoke before: as `added.against`, in numbers,
        and the first that repeat or contradict one by one. standing: SQL of the rows that stand.
        """
        cell = [n for n in self.table.key if n != "source_id"]
        key = ", ".join(map(_name, cell))
        self.stream.connection.execute(
            f"create or replace temp table told_before as select {key}, "
            f"any_value(g_value) as value, min(gap) as gap, arg_min(s_value, gap) as stood, "
            f"arg_min(s_source, gap) as stood_source from ({self._pairs(standing)}) "
            f"where gap is not null group by {key}"
        )
        said = f"case when gap <= {CLOSE} then 'repeats' else 'contradicts' end as said"
        counts = self.stream.run(
            f"select {said}, count(*) from told_before group by all"
        ).fetchall()
        found = {"repeats": 0, "contradicts": 0} | dict(counts)
        columns = ", ".join(map(_name, cell))
        few = self.stream.run(
            f"select {columns}, {said}, value, stood, stood_source from told_before "
            f"order by said, {columns} limit {FEW}"
        )
        return {"new": self.count() - sum(found.values()), **found}, few.df()

    def copied(self, standing: str, said: Mapping[str, int]) -> list[str]:
        """The sources that say all that the rows say, as `added.copied`. said: as `against`."""
        if said["new"] or said["contradicts"]:
            return []
        found = self.stream.run(
            f"select s_source from ({self._pairs(standing)}) where gap <= {CLOSE} "
            f"group by s_source having count(*) = {said['repeats']} order by s_source"
        )
        return [source for (source,) in found.fetchall()]

    def _pairs(self, standing: str) -> str:
        """SQL of the rows beside those that stand for their cells, as `added.against` pairs them:
        `g_value`, `s_value`, `s_source` and the `gap` between them.
        """
        basis = [n for n, c in self.table.columns.items() if c.role == "basis"]
        same = dict.fromkeys([*(n for n in self.table.key if n != "source_id"), *basis])
        on = " and ".join(f"g.{_name(n)} is not distinct from s.{_name(n)}" for n in same)
        new, old = (
            f"coalesce({', '.join(f'{side}.{_name(n)}' for n in stands_in(self.table))})"
            for side in "gs"
        )
        apart, size = f"abs({new} - {old})", f"greatest(abs({new}), abs({old}))"
        return (
            f"select g.*, {new} as g_value, {old} as s_value, s.source_id as s_source, "
            f"case when {size} is null then 0 when {size} > 0 then {apart} / {size} "
            f"else {apart} end as gap from good g join ({standing}) s on {on}"
        )

    def write(self, folder: Path) -> list[Path]:
        """The rows in key order: a file for each year, and one for sums over all products."""
        folder.mkdir()
        aggregates = ", ".join(map(_text, economies.AGGREGATES))
        parties = [f"{_name(p)} in ({aggregates})" for p in self.table.of_type("economy")]
        more = f", coalesce({' or '.join(parties)}, false) as is_aggregate" if parties else ""
        columns = ", ".join(f"good.{_name(n)}" for n in self.table.columns)
        known, join = self._known()
        files = []
        for name, where in self._parts():
            files.append(folder / f"{name}.parquet")
            self.stream.run(
                f"copy (select {columns}{more}, {known}::timestamp as known_on from good {join} "
                f"where {where} order by {self._key}) to '{_escaped(files[-1])}' "
                f"(format parquet, compression zstd, row_group_size {GROUP})"
            )
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
        rows, value = parts_sql(files), roles["value"]
        if not self.table.of_type("economy") or columns[value].nullable:
            return
        if self.stream.run(f"from {rows} where is_aggregate limit 1").fetchall():
            return
        account = ", ".join(_name(n) for n in self.table.key if n != roles["counterpart"])
        terms = ", ".join(_name(n) for n, c in columns.items() if c.role == "basis")
        alike = f"min(hash({terms})) = max(hash({terms}))" if terms else "true"
        figure = f"{_name(value)}::double"
        self.stream.run(
            f"copy (select {account}, any_value(known_on) as known_on, count(*) as figures, "
            f"fsum({figure}) as total, fsum({figure} * {figure}) as squares, "
            f"max({figure}) as largest, {alike} as alike from {rows} group by {account} "
            f"order by {account}) to '{_escaped(to)}' (format parquet, compression zstd)"
        )

    def _known(self) -> tuple[str, str]:
        """SQL of the day from which a row could be known, and the join that it needs."""
        by = {"year": "year", "date": "date"}.get(self.table.known)
        sources = {self.source.source_id: self.source}
        told = self.stream.run(f"select distinct {by or 0} as key from good").to_arrow_table()
        frame = told.to_pandas().rename(columns={"key": by or "key"})
        days = known_on(frame.assign(source_id=self.source.source_id), self.table, sources)
        if by is None:
            return _literal(days[0]), ""
        self.stream.connection.register("known", told.append_column("day", pa.array(days)))
        return "known.day", f"left join known on good.{by} is not distinct from known.key"

    def _parts(self) -> list[tuple[str, str]]:
        """Names of the files and the rows of each."""
        totals = " and ".join(f"{_name(n)} = {_text(v)}" for n, v in self.mapped.totals.items())
        rest = f"not ({totals})" if totals else "true"
        found = [("totals", totals)] if totals else []
        time = next((n for n in self.table.key if self.table.columns[n].role == "time"), None)
        if time is None:
            return [*found, ("rows", rest)]
        query = f"select distinct {_name(time)} from good where {rest} order by 1"
        times = [when for (when,) in self.stream.run(query).fetchall()]
        return [*found, *((str(t), f"{rest} and {_name(time)} = {_literal(t)}") for t in times)]


def _typed(text: pd.Series, column: registry.Column) -> tuple[pd.Series, pd.Series]:
    """Values of words, and a mask of those that break a rule."""
    values, bad, _ = parse(text, column)
    bad = bad.astype(bool)
    if not column.nullable:
        bad |= text.eq("")
    for rule in rules(column) if column.type != "source" else ():
        bad |= rule.broken(values)
    return values, bad


def _limits(column: registry.Column, value: str) -> list[str]:
    """SQL of what a number must not be."""
    found = [f"not isfinite({value})"]
    found += [] if column.nullable else [f"({value}) is null"]
    found += [] if column.min is None else [f"({value}) < {column.min!r}"]
    found += [] if column.max is None else [f"({value}) > {column.max!r}"]
    return found + ([f"({value}) % 1 <> 0"] if column.type == "integer" else [])


def _in_order(faults: Iterable[Fault]) -> list[Fault]:
    return sorted(set(faults), key=lambda f: (f.file, f.line, f.column))


def _or(conditions: Iterable[str]) -> str:
    return f"({' or '.join(conditions) or 'false'})"


def _flag(holds: bool, word: str) -> str:
    return _text(word) if holds else ""


def _text(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _escaped(path: Path) -> str:
    return str(path).replace("'", "''")


def _literal(value: Any) -> str:
    """A value of a table as SQL."""
    if pd.isna(value):
        return "null"
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value)).lower()
    if isinstance(value, pd.Timestamp):
        return f"timestamp '{value}'"
    return _text(value) if isinstance(value, str) else str(value)
