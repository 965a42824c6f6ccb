"""A file of figures, or the answers of a fetch, as checked rows of a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from .. import registry
from ..ground import sql
from ..ground.errors import DataError, Fault, NothingToAddError, UsageError
from . import levels
from .database import connect
from .rules import broken
from .validate import checked_rows, duplicates, schema

if TYPE_CHECKING:
    from .. import sources
    from ..sources.layouts import Layout

FAULTS = 20_000
"""Faults that are named. Where there are more, the map is wrong and not the rows, unless the user
says that faulty rows be left out."""


@dataclass(frozen=True)
class Read:
    """What was read: the file, how it was understood, its rows in the table's own form (of a large
    file the first), faulty ones that were left out, how many rows there are, and their last year.
    """

    given: sources.Given
    layout: Layout | None
    map: sources.Map
    left_out: Mapping[str, int]
    rows: pd.DataFrame
    skipped: tuple[Fault, ...]
    count: int
    last: int | None


def read(
    path: Path, spec: registry.Table, source: str, skip_bad: bool, user: sources.Map | None = None
) -> Read:
    """Read, understand and check a file for a table.

    user: the user's map, as `sources.mapping.of_user` gives it.

    Raises
    ------
    FileError, DataError, UsageError
        As `add`.
    """
    from .. import sources  # names of the world's economies take a tenth of a second to import

    content = sources.read(path)
    mapped, layout = sources.understand(content, spec, user or sources.Map())
    with connect() as connection:
        reader = Reading(connection, sources.Reader(content, mapped, spec), source, skip_bad)
        return reader.found(content, layout)


class Reading:
    """Rows of a file become relation `good` of a connection: those of the table, checked.

    folder: where rows of a large file are put; in memory without one.

    Raises
    ------
    DataError
        With every fault, unless faulty rows may be left out.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        reader: sources.Reader,
        source: str,
        skip_bad: bool,
        folder: Path | None = None,
    ) -> None:
        self.connection, self.reader, self.source = connection, reader, source
        self.spec, self.mapped, self.skip_bad = reader.table, reader.mapped, skip_bad
        self.faults, self.more, self.number = dict[Fault, None](), 0, 0
        places = list(self._take(folder))
        self._read_rows(f"from {sql.parquet(places)}" if folder else "from _typed")
        self._refuse_twice()
        self._add_up()
        if self.faults and not skip_bad:
            raise self._refusal(list(self.faults))

    def _take(self, folder: Path | None) -> Iterator[Path]:
        """Check the rows of the file part by part; the files in which they are."""
        held = []
        for n, raw in enumerate(self.reader.parts()):
            for name, column in self.spec.columns.items():
                if column.numbered and raw[name].fillna("").eq("").all():
                    first = self.number + 1
                    numbers = [f"{self.source}-{first + at}" for at in range(len(raw))]
                    raw = raw.assign(**{name: numbers})
            self.number += len(raw)
            frame, found = checked_rows(self.spec, raw, self.source)
            self._note([*self.reader.faults, *(fault for fault, _ in found)])
            self.reader.faults.clear()
            bad = frame.index.isin([at for _, at in found])
            unread = [at for fault, at in found if fault.column in self.spec.key]
            places = {"_file": raw["_file"], "_line": raw["_line"], "_bad": bad}
            frame = frame.assign(**places).drop(index=unread)
            form = schema(self.spec, _file="str", _line="Int64", _bad="boolean")
            rows = pa.Table.from_pandas(frame, form, preserve_index=False)
            if folder is None:
                held.append(rows)
            else:
                yield folder / f"rows-{n}.parquet"
                pq.write_table(rows, folder / f"rows-{n}.parquet", compression="lz4")
        if folder is None:
            self.connection.register("_typed", pa.concat_tables(held))

    def _note(self, faults: Iterable[Fault]) -> None:
        """Keep faults in the order of the file, or count those beyond the most that are named."""
        for fault in sorted(set(faults), key=lambda f: (f.file, f.line, f.column)):
            if len(self.faults) < FAULTS:
                self.faults[fault] = None
            elif not self.skip_bad:
                raise self._refusal(list(self.faults)[:100], f"more than {FAULTS:,} rows are like")
            else:
                self.more += 1

    def _refusal(self, faults: list[Fault], many: str = "") -> DataError:
        return DataError(
            faults,
            outcome=f"{many} these, and nothing was added" if many else "nothing was added",
            hint="mend the cells named above, say by --map how they are meant, or leave these rows "
            "out: --skip-bad",
        )

    @property
    def _key(self) -> str:
        return sql.names(self.spec.key)

    def _read_rows(self, typed: str) -> None:
        """The relation `whole`: rows, in which a value stands only beside those that its column
        names.
        """
        columns = [*self.spec.columns, "_file", "_line", "_bad"]
        rows = f"select {sql.names(columns)} from ({typed})"
        for name, column in self.spec.columns.items():
            for other, pattern in column.within.items():
                beside = f"regexp_full_match({sql.name(other)}, {sql.text(pattern)})"
                value = f"case when {beside} then {sql.name(name)} end as {sql.name(name)}"
                rows = f"select * replace ({value}) from ({rows})"
        self.connection.execute(f"create temp view whole as {rows}")

    def _add_up(self) -> None:
        """The relation `good`: rows whose key no other has, or the sums of their products; beside
        them the totals.
        """
        columns, totals = self.spec.columns, self.mapped.totals
        good = f"select {sql.names(columns)} from whole anti join twice using ({self._key}) "
        good += "where not _bad"
        if digits := self.mapped.digits:
            product = sql.name(self.spec.levelled())
            is_code = f"regexp_full_match({product}, '[0-9]+')"
            lengths = f"select distinct length({product}) from ({good}) where {is_code} order by 1"
            match [length for (length,) in self.connection.sql(lengths).fetchall()]:
                case [length] if length > digits:
                    short = f"case when {is_code} then left({product}, {digits}) else {product} end"
                case held:
                    raise UsageError(
                        f"products of {held} digits are not added up to {digits}",
                        where=self.reader.file,
                        hint="keep those of one level that is finer: `only` in the map",
                    )
            good = self._kept("added", good, f"{short} as {product}")
        if totals:
            put = [f"{sql.text(v)} as {sql.name(n)}" for n, v in totals.items()]
            beside = (n for n, c in columns.items() if c.within.keys() & totals.keys())
            put += [f"null::varchar as {sql.name(n)}" for n in beside]
            good += f" union all by name {self._kept('totals', good, ', '.join(put))}"
        self.connection.execute(f"create temp view good as {good}")

    def _kept(self, name: str, rows: str, put: str) -> str:
        """SQL of a new table with the sums of rows in which some columns are replaced."""
        amounts = {n: unit for n, c in self.spec.columns.items() for unit in c.within if c.unit}
        replaced, figure = f"select * replace ({put}) from ({rows})", self.reader.figure
        sums = levels.sums(replaced, self.spec.columns, figure, amounts)
        self.connection.execute(f"create temp table {name} as {sums}")
        self._refuse_sums(name)
        return f"from {name}"

    def _refuse_sums(self, sums: str) -> None:
        """Raise DataError where a sum is beyond the bounds of its column."""
        name = self.reader.figure
        query = f"select unnest([min({sql.name(name)}), max({sql.name(name)})]) as v from {sums}"
        ends = self.connection.sql(query).df()["v"]
        for mask, words in broken(ends, self.spec.columns[name]):
            (value, *_) = ends[mask]
            raise self._refusal([Fault(self.reader.file, 0, name, f"{value:g}", words)])

    def _refuse_twice(self) -> None:
        """Note rows whose key another has, and keep their keys as `twice`."""
        keys = f"select {self._key} from whole group by all having count(*) > 1"
        self.connection.execute(f"create temp table twice as {keys}")
        rows = f"select {self._key}, _file, _line from whole semi join twice using ({self._key})"
        rows += f" order by _file, _line limit {FAULTS}"
        self._note(duplicates(self.spec, self.connection.sql(rows).df()))

    # --- what they are

    def found(self, given: sources.Given, layout: Layout | None, most: int | None = None) -> Read:
        """The rows, or the first of them, with what became of the rest of the file.

        Raises an error where there are none.
        """
        skipped = list(self.faults)
        if self.more:
            rule = "so many more faulty rows were left out"
            skipped.append(Fault(given.name, 0, "(rows)", f"{self.more:,}", rule))
        ((count,),) = self.connection.sql("select count(*) from good").fetchall()
        if not count and not skipped:
            raise NothingToAddError(
                f"no row of the file is one of table {self.spec.table!r}",
                where="; ".join(f"{k}: {n}" for k, n in self.reader.left_out.items()),
                hint="say by --map which column is what: ca-research data add ... --dry-run",
            )
        if not count:
            what = "no row is left, and nothing was added"
            raise DataError(skipped, outcome=what, hint="see above")
        ordered = self.connection.sql(
            f"select {sql.names(self.spec.columns)} from good order by {self._key} "
            f"limit {count if most is None else most}"
        )
        rows = ordered.to_arrow_table().cast(schema(self.spec)).to_pandas()
        last = None
        if "year" in self.spec.columns:
            ((last,),) = self.connection.sql("select max(year) from good").fetchall()
        return Read(
            given, layout, self.mapped, self.reader.left_out, rows, tuple(skipped), count, last
        )


def listed(skipped: Sequence[Fault]) -> pd.DataFrame:
    """Faults that were left out, as the list that is kept of them."""
    return pd.DataFrame([vars(fault) for fault in skipped])
