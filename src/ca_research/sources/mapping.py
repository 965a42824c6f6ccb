"""How a file is understood, as data: which column says what, in which words and which unit.

Every publisher's layout and every guess is such a map, a user may write one, and one function reads
a sheet by it.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
from pydantic import BeforeValidator, ValidationError, model_validator
from pydantic import Field as Bounded

from ..ground import economies
from ..ground.errors import Fault, UsageError
from ..ground.numbers import first_few
from ..registry import Column, Table, explain
from ..registry.base import Model
from . import cells, names
from .sheets import Given, Sheet, shown

_A_YEAR = re.compile(r"(?<!\d)(18|19|20)\d\d(?!\d)")


def _as_shown(value: Any) -> Any:
    """Of numbers and days, which YAML makes of `2021`, the text that a cell of them shows."""
    parsed = isinstance(value, (int, float, dt.date)) and not isinstance(value, bool)
    return shown(value) if parsed else value


Text = Annotated[str, BeforeValidator(_as_shown)]
"""What stands in a file: a heading, a cell, the name of a sheet."""

TIMES = {"ones": 1.0, "thousands": 1e3, "millions": 1e6, "billions": 1e9}
Times = Annotated[float, BeforeValidator(lambda said: TIMES.get(str(said), said))]
"""What figures are multiplied by: a number, or a word of `TIMES`."""


class Field(Model):
    """Where a column of the table comes from.

    column: a heading of the file. constant: one value for all rows. words: what cells of the file
    mean in the table. times: what figures are multiplied by. span: which year of a range counts.
    width: a code is filled with zeros at its left.
    """

    column: Text | None = None
    constant: Text | None = None
    words: dict[Text, Text] = {}  # noqa: RUF012
    times: Times = 1.0
    span: Literal["first", "last"] | None = None
    width: int | None = Bounded(default=None, ge=1, le=20)

    @model_validator(mode="before")
    @classmethod
    def _as_written(cls, value: Any) -> Any:
        """As users write it: a word is a heading, `{is: KAZ}` a constant."""
        if isinstance(value, Field):
            return value
        if not isinstance(value, Mapping):
            return {"column": value}
        constant = {"constant": str(value["is"])} if "is" in value else {}
        return {k: v for k, v in value.items() if k != "is"} | constant

    @model_validator(mode="after")
    def _one(self) -> Field:
        if (self.column is None) == (self.constant is None):
            raise ValueError("give `column`, a heading of the file, or `constant`, one value")
        return self


class Across(Model):
    """A heading under which figures stand that is itself a value: `2019`, or `2019 | export`."""

    column: Text
    gives: dict[str, Text]


class Only(Model):
    """Rows that count by a column; others are left out as `why`.

    among: cells that count. matches: a pattern of others that do. economies: whether names and
    codes of economies count, but for those in `but`.
    """

    column: Text
    among: tuple[Text, ...] = ()
    matches: str = ""
    economies: bool = False
    but: tuple[Text, ...] = ()
    why: str

    @model_validator(mode="after")
    def _some(self) -> Only:
        if not (self.among or self.matches or self.economies):
            raise ValueError("give `among`, the cells that count")
        return self

    def counts(self, cell: str) -> bool:
        """Whether a row with this cell counts."""
        if cell in self.among or (self.matches and re.fullmatch(self.matches, cell, re.I)):
            return True
        known = self.economies and (not cell or names.code(cell) is not None)
        return known and cell not in self.but

    def split(self, column: Iterable[str]) -> tuple[dict[str, bool], str]:
        """Of each different cell whether it counts, and why others are left out; a column without
        any cell tells nothing.
        """
        included = {cell: self.counts(cell) for cell in dict.fromkeys(column)}
        if not any(included):
            return dict.fromkeys(included, True), ""
        lost = sorted(cell or "empty" for cell, counts in included.items() if not counts)
        return included, self.why + (f" ({first_few(lost, 8)})" if self.economies else "")


class Map(Model):
    """How a sheet is understood.

    Attributes
    ----------
    layout
        A publisher's layout, or 'guess'.
    sheet
        Of a workbook.
    header, header_rows
        The line of the heading in the file, and how many lines it has.
    columns
        For each column of the table, where it comes from.
    across
        Headings that are values (a wide table), and the column of the table that their cells fill.
    fills
        The column of the table that cells under `across` fill.
    only
        Rows that count.
    decimal
        The decimal mark; found out where it is not said.
    keeps_to_the_years
        Whether figures of years beyond the table's are left out and not faults: for long series.
    sums, digits, totals
        Whether rows of one key are added up; to how many digits codes of products are; and whether
        all are once more, with these values in columns of the key: `{"product": "TOTAL"}`.
    times
        What money is multiplied by, where its columns do not say.
    unread
        Headings that a guess takes nothing from, with their first cells.
    texts
        Titles and notes outside of the columns read.
    """

    layout: str = "guess"
    sheet: Text = ""
    header: int = Bounded(default=1, ge=1)
    header_rows: int = Bounded(default=1, ge=1, le=3)
    columns: dict[str, Field] = {}  # noqa: RUF012
    across: tuple[Across, ...] = ()
    fills: str = ""
    only: tuple[Only, ...] = ()
    decimal: Literal[".", ","] | None = None
    keeps_to_the_years: bool = False
    sums: bool = False
    digits: Literal[2, 4] | None = None
    totals: dict[str, Text] = {}  # noqa: RUF012
    times: Times | None = None
    unread: dict[str, tuple[str, ...]] = {}  # noqa: RUF012
    texts: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Map:
        if bool(self.across) != bool(self.fills):
            raise ValueError("`across` and `fills` say together what headings are")
        return self


FOUND_OUT = ("layout", "unread", "texts")
"""Fields of a map that no user says."""


def of_user(raw_map: Mapping[str, Any], table: Table, where: str = "") -> Map:
    """A map as users write it: a word for a column is its heading, `{is: KAZ}` a constant.

    where: the file of the map. Raises UsageError with the field that is wrong.

    Examples
    --------
    >>> from ca_research import registry
    >>> said = {"columns": {"year": "Year", "flow": {"is": "import"}}}
    >>> user_map = of_user(said, registry.table("trade"))
    >>> user_map.columns["year"].column, user_map.columns["flow"].constant
    ('Year', 'import')
    """
    named = raw_map.get("columns") or {}
    if not isinstance(named, Mapping) or raw_map.keys() & FOUND_OUT:
        raise UsageError(
            f"a map is a mapping, without {' and '.join(FOUND_OUT)}, which are found out",
            where=where,
            hint="columns: {year: Year}",
        )
    rest = {k: v for k, v in raw_map.items() if k in Map.model_fields and k != "columns"}
    columns = {k: v for k, v in raw_map.items() if k not in Map.model_fields} | dict(named)
    try:
        mapped = Map.model_validate({**rest, "columns": columns})
    except ValidationError as error:
        raise UsageError(
            f"the map: {explain(error)}", where=where, hint="see docs/adding-figures.md"
        ) from None
    filled = [*columns, *mapped.totals, *(name for one in mapped.across for name in one.gives)]
    _refuse_unknown([*filled, *([mapped.fills] if mapped.fills else [])], table, where)
    if mapped.digits:
        table.levelled()
    return mapped


def _refuse_unknown(named: Iterable[Any], table: Table, where: str) -> None:
    """Refuse names that are no columns of the table."""
    fillable = [name for name in table.columns if name != "source_id"]
    if unknown := [name for name in named if name not in fillable]:
        raise UsageError(
            f"{unknown[0]!r} is no column of table {table.table!r} that a file could fill",
            where=where,
            hint=f"columns: {', '.join(fillable)}",
        )


def as_said(
    across: tuple[Across, ...],
    fills: str,
    user_columns: Mapping[str, Field],
    table: Table,
    where: str,
) -> tuple[Across, ...]:
    """The headings that are values, as far as they agree with the values that the user says of all
    rows; none where the user names a column of what they tell, or says all that they would.

    Raises UsageError where the user's words leave none.
    """
    both = {name for one in across for name in one.gives} & user_columns.keys()
    filling = user_columns.get(fills)
    all_told = all(one.gives.keys() <= user_columns.keys() for one in across)
    if filling and (filling.column is None or all_told):
        return ()
    if any(user_columns[name].column for name in both):
        return ()
    for name in sorted(both):
        column, constant = table.columns[name], str(user_columns[name].constant)
        span = user_columns[name].span or column.span or "last"
        across = tuple(
            one
            for one in across
            if _of_a_heading(column, one.gives.get(name, constant), span)
            == _of_a_heading(column, constant, span)
        )
        if not across:
            raise UsageError(
                f"no heading is of {name} {constant}",
                where=where,
                hint=f"leave out what is said of {name}, or name its heading in a map",
            )
    return across


def _of_a_heading(column: Column, text: str, span: str) -> int | str:
    return cells.year(text, span) if column.type == "year" else text.casefold()


def figure(table: Table) -> str:
    """The column that holds the figure of a table: by its role, else the first number; '' where
    none does.
    """
    columns = table.columns.items()
    number = next((name for name, column in columns if column.type == "number"), "")
    return next((name for name, column in columns if column.role == "value"), number)


def heading(sheet: Sheet, mapped: Map) -> tuple[list[str], int]:
    """The headings of a sheet, each once, and the place of the first row below them.

    A heading of several lines is joined by ' | ', a merged cell standing for all it covers.
    """
    place = next((i for i, line in enumerate(sheet.lines) if line >= mapped.header), None)
    if place is None or place + mapped.header_rows > len(sheet.rows):
        raise UsageError(f"there is no line {mapped.header}", where=sheet.name, hint="see `header`")
    lines = [
        [" ".join(shown(cell).split()) for cell in row]
        for row in sheet.rows[place : place + mapped.header_rows]
    ]
    columns = [list(parts) for parts in itertools.zip_longest(*lines, fillvalue="")]
    for before, column in itertools.pairwise(columns):
        for number in range(len(lines) - 1):  # a merged cell says its word once, at its left
            if any(column[number + 1 :]):
                column[number] = column[number] or before[number]
    joined = [" | ".join(filter(None, column)) for column in columns]
    twice = [joined[:at].count(name) for at, name in enumerate(joined)]
    headings = [f"{name} ({n + 1})" if n else name for name, n in zip(joined, twice, strict=True)]
    return headings, place + mapped.header_rows


def sheet_of(content: Given, mapped: Map) -> Sheet:
    """The sheet that a map speaks of; the first where it names none."""
    for sheet in content.sheets:
        if mapped.sheet in ("", sheet.name):
            return sheet
    raise UsageError(
        f"no sheet {mapped.sheet!r}",
        where=content.name,
        hint=f"sheets: {', '.join(s.name for s in content.sheets)}",
    )


def _refuse_parts_of_years(column: Iterable[Any], file: str, head: str) -> None:
    """Refuse quarters and months of which one would stand for its year, were the others left out
    as faulty.
    """
    if part := cells.part_beside_years(column):
        raise UsageError(
            f"parts of years beside what would pass for years: {head} {part}",
            where=file,
            hint="give figures of whole years; where they are, write in each cell the year alone",
        )


def complete(mapped: Map, table: Table, there: list[str], name: str) -> None:
    """Refuse a map that names no heading of a file, or leaves a column of the table open."""
    used = [f.column for f in mapped.columns.values() if f.column is not None]
    used += [a.column for a in mapped.across] + [o.column for o in mapped.only]
    for column in used:
        if column not in there:
            raise UsageError(
                f"no heading {column!r} in line {mapped.header}",
                where=name,
                hint=f"headings: {', '.join(filter(None, there[:30]))}",
            )
        if column and f"{column} (2)" in there:
            raise UsageError(
                f"two columns are headed {column!r}, and nothing says which counts",
                where=name,
                hint="rename one of them in the file",
            )
    filled = {*mapped.columns, mapped.fills, *(k for a in mapped.across for k in a.gives)}
    columns = table.columns.items()
    needed = {other for name, c in columns if name in filled for other in c.within}
    for name, c in columns:
        if not (c.nullable or c.numbered or c.type == "source"):
            needed.add(name)
    lacking = [name for name in table.columns if name in needed - filled]
    if lacking:
        raise UsageError(
            f"nothing says what {', '.join(lacking)} is",
            where=name,
            hint="; ".join(f"--set {n}=VALUE, or --map with {n}: HEADING" for n in lacking)
            + f" (ca-research data show {table.table})",
        )


_AS_HEADED = Field(column="=")
"""How values in headings are read of which a map says no more."""


class _Unread(str):
    """Why a cell cannot be read."""


class _Beside(str):
    """Why a row with such a cell is none of the table."""


class Reader:
    """Reads rows of a table from a sheet, part by part.

    Attributes
    ----------
    left_out : Counter
        How many rows or cells are no figures of the table, by reason.
    faults : list of Fault
        Cells that cannot be read.

    Raises
    ------
    UsageError
        Where the map names a heading that is not there, or leaves a column of the table without a
        value.
    """

    def __init__(self, given: Given, mapped: Map, table: Table) -> None:
        self.table, self.mapped = table, mapped
        self.left_out, self.faults = Counter[str](), list[Fault]()
        self.sheet = sheet = sheet_of(given, mapped)
        self.heads, self.start = heading(sheet, mapped)
        complete(mapped, table, self.heads, given.name)
        self.file = given.name + (f", sheet {sheet.name}" if sheet.name else "")
        self.read = {f.column for f in mapped.columns.values()} | {a.column for a in mapped.across}
        self._note_unread(given)
        self.counting = [
            (o.column, *o.split(sheet.distinct(self._at(o.column), self.start)))
            for o in mapped.only
        ]
        self.figure = mapped.fills or figure(table)
        self.years: dict[str, set[Any]] = {}  # cells of years by their heading
        self.marks: dict[str, tuple[cells.Mark | None, str]] = {}

    def _at(self, head: str) -> int:
        return self.heads.index(head)

    def _note_unread(self, given: Given) -> None:
        """Note other sheets, and columns of years that the map does not name."""
        others = [s.name for s in given.sheets if s is not self.sheet and s.rows and not s.hidden]
        wide = any("year" in a.gives for a in self.mapped.across)
        unread = [h for h in self.heads if wide and h not in self.read and _A_YEAR.search(h)]
        for what, left in (("sheets", others), ("columns", unread)):
            if left:
                self.left_out[f"{what} not read: {first_few(left, 8)}"] += len(left)
        if wide:
            _refuse_parts_of_years(self.heads, self.file, "a heading")

    def parts(self) -> Iterator[pd.DataFrame]:
        """Rows of the table; of a large file several frames, in the order of the file."""
        width, whole = len(self.heads), self.sheet.width(self.start)
        used = {*self.read, *(one.column for one in self.mapped.only)}
        places = [at for at, head in enumerate(self.heads) if whole > width or head in used]
        for file, frame in self.sheet.parts([*places, *range(width, whole)], self.start):
            self.file = file or self.file
            if whole > width:
                frame = self._within(frame, width)
            frame = frame.rename(columns=dict(enumerate(self.heads)))
            yield self.rows(self._long(self._counted(frame)))
        for head, different in self.years.items():
            _refuse_parts_of_years(different, self.file, head)

    def _within(self, frame: pd.DataFrame, width: int) -> pd.DataFrame:
        """Rows without those that have more cells than there are headings."""
        beyond = [at for at in frame if at != "_line" and at >= width]
        frame = frame.astype(object).where(frame.notna(), None)
        longer = frame[beyond].map(shown).ne("").any(axis=1)
        rule = f"more cells than the {width} headings: a separator within a number or a text?"
        for *row, line in frame[longer].itertuples(index=False):
            last = " | ".join(list(filter(None, map(shown, row)))[-3:])
            self.faults.append(Fault(self.file, int(line), "", last, rule))
        return frame[~longer]

    def _counted(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows that count, by `only`."""
        for column, told, why in self.counting:
            codes, different = _different(frame[column])
            keep = np.array([told.get(shown(c), False) for c in different], bool)[codes]
            if lost := int((~keep).sum()):
                self.left_out[why] += lost
                frame = frame[keep]
        return frame

    def _long(self, frame: pd.DataFrame) -> pd.DataFrame:
        """One row for each figure: what stands across goes down."""
        if not (across := self.mapped.across):
            return frame.reset_index(drop=True)
        kept = frame.drop(columns=[a.column for a in across])
        parts = []
        for one in across:
            gives = {f"={k}": v for k, v in one.gives.items()}
            cells_of = {"=": frame[one.column], "=heading": one.column}
            parts.append(kept.assign(**gives, **cells_of))
        return pd.concat(parts).sort_values("_line", kind="stable", ignore_index=True)

    def rows(self, long: pd.DataFrame) -> pd.DataFrame:
        """Rows of the table; what a row beside it holds is no fault."""
        names = [n for n, column in self.table.columns.items() if column.type != "source"]
        columns: dict[str, Any] = dict.fromkeys(names, "")
        read, beside, bad = {}, np.zeros(len(long), bool), np.zeros(len(long), bool)
        for name in sorted(names, key=lambda n: n != self.figure):
            if (parts := self._cells(long, name)) is None:
                continue
            cell, field_, head = parts
            codes, different = _different(cell)
            meant, values = self.column(name, different, field_)
            left = _such(values, _Beside)[codes] & ~beside
            for at, count in zip(*np.unique(codes[left], return_counts=True), strict=True):
                self.left_out[str(values[at])] += int(count)
            beside |= left
            read[name] = codes, different, meant, values, head
        for name in filter(read.get, names):
            codes, different, meant, values, head = read[name]
            if self.table.columns[name].type == "year" and len(long):
                of = head if isinstance(head, str) else head.iloc[0]
                self.years.setdefault(of, set()).update(meant[c] for c in np.unique(codes[~beside]))
            unread = _such(values, _Unread)[codes] & ~beside
            for at in unread.nonzero()[0]:
                said = (head if isinstance(head, str) else head[at]) or name
                one, rule = shown(different[codes[at]]), f"{name}: {values[codes[at]]}"
                self.faults.append(Fault(self.file, int(long["_line"].iat[at]), said, one, rule))
            bad |= unread
            columns[name] = _taken(values, codes)
        rows = pd.DataFrame(columns | {"_line": long["_line"]}, index=long.index)
        keep = ~bad & ~beside
        rows = rows if keep.all() else rows[keep].reset_index(drop=True)
        return rows.assign(_file=self.file)

    def _cells(self, long: pd.DataFrame, name: str) -> tuple[pd.Series, Field, Any] | None:
        """The cells of a column of the table, how they are to be read, and their headings."""
        field_ = self.mapped.columns.get(name, _AS_HEADED)
        if name == self.mapped.fills:
            return long["="], field_, long["=heading"]
        if f"={name}" in long:
            return long[f"={name}"], field_, long["=heading"]
        if field_ is _AS_HEADED:
            return None
        if field_.constant is not None:
            alike = pd.Categorical.from_codes(np.zeros(len(long), "int8"), [field_.constant])
            return pd.Series(alike, long.index), field_, "(constant)"
        return long[field_.column], field_, field_.column

    def column(
        self, name: str, different: list[Any], field_: Field
    ) -> tuple[list[Any], Sequence[Any] | np.ndarray]:
        """Different cells in the words of the map, and their values: numbers, or texts; or why
        there is none.
        """
        column = self.table.columns[name]
        words = {k.casefold(): v for k, v in field_.words.items()}
        if column.type == "economy":
            return different, [_economy(cell, words) for cell in different]
        if column.type not in ("number", "integer", "year"):
            return different, [_word(cell, column, words, field_) for cell in different]
        different = in_words(different, field_)
        if column.type == "year":
            span = field_.span or column.span
            return different, [self._year(cell, span, column) for cell in different]
        mark, doubt = self._mark(name, different, field_)
        plainly = re.compile(cells.PLAINLY[mark]).fullmatch
        missing: Any = _Beside("no figure in the cell")
        if column.nullable:
            missing = np.nan
        elif name != self.figure or field_.constant is not None:
            missing = _Unread("must be a number")

        def number(cell: Any) -> Any:
            if isinstance(cell, str) and plainly(cell):
                return float(cell.replace(",", "."))
            if cells.missing(cell):
                return missing
            if mark is None and isinstance(cell, str) and re.search("[.,]", cell):
                return _Unread(doubt)
            value = cells.number(cell, mark or ".")
            return _Unread(value) if isinstance(value, str) else value

        values = _plain_numbers(different) if mark == "." else None
        values = list(map(number, different)) if values is None else values
        if field_.times != 1:
            values = [v if isinstance(v, str) else round(v * field_.times, 6) for v in values]
        return different, values if _such(values, str).any() else np.array(values, "float64")

    def _mark(
        self, name: str, different: Sequence[Any], field_: Field
    ) -> tuple[cells.Mark | None, str]:
        """The decimal mark of a column, which all its cells tell, and why it is in doubt."""
        if self.mapped.decimal is not None:
            return self.mapped.decimal, ""
        across = [a.column for a in self.mapped.across] if name == self.mapped.fills else []
        heads = across or ([] if field_.column is None else [field_.column])
        if not heads:
            return cells.decimal_mark(different)
        if name not in self.marks:
            shapes = (c for h in heads for c in self.sheet.shapes(self._at(h), self.start))
            self.marks[name] = cells.decimal_mark(in_words(shapes, field_))
        return self.marks[name]

    def _year(self, cell: Any, span: str | None, column: Column) -> str:
        if column.nullable and cells.missing(cell):
            return ""
        low, high, year = column.min, column.max, cells.year(cell, span)
        if isinstance(year, str):
            return _Unread(year)
        outside = (low is not None and year < low) or (high is not None and year > high)
        if outside and self.mapped.keeps_to_the_years:
            return _Beside(f"outside the years of the table ({low:g} to {high:g})")
        return str(year)


def _different(cell: pd.Series) -> tuple[np.ndarray, list[Any]]:
    """Different cells, and which of them each is."""
    if isinstance(cell.dtype, pd.CategoricalDtype):  # the code of none, -1, is the last
        cell = cell.cat.remove_unused_categories()
        codes = cell.cat.codes.to_numpy()
        return codes, [*cell.cat.categories.to_numpy(object), *[None] * bool((codes < 0).any())]
    codes, different = pd.factorize(cell.astype(object), use_na_sentinel=False)
    return codes, [None if one != one else one for one in different]


def _plain_numbers(different: list[Any]) -> list[float] | None:
    """Numbers of cells that all are plainly one, which Arrow tells many times faster."""
    try:
        numbers = pa.array(different, pa.string()).cast(pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowException:
        return None
    return numbers.tolist() if np.isfinite(numbers).all() else None


def _such(values: Sequence[Any] | np.ndarray, kind: type) -> np.ndarray:
    """Which values are of a kind of text; no number is."""
    if isinstance(values, np.ndarray):
        return np.zeros(len(values), bool)
    return np.array([isinstance(value, kind) for value in values], bool)


def _taken(values: Sequence[Any] | np.ndarray, codes: np.ndarray) -> Any:
    """The value of each cell, of few different ones: words as categories."""
    if isinstance(values, np.ndarray):
        return values[codes]
    plain = ["" if isinstance(v, (_Unread, _Beside)) else v for v in values]
    if not all(isinstance(v, str) for v in plain):  # numbers, and cells without one
        return pd.to_numeric(pd.Series(plain, dtype=object), errors="coerce").to_numpy()[codes]
    kinds, words = pd.factorize(pd.Series(plain, dtype=object))
    return pd.Categorical.from_codes(kinds[codes], pd.Index(words, dtype="str"))


def _economy(cell: Any, words: Mapping[str, str]) -> str:
    text = cells.bare(shown(cell))
    if code := words.get(text.casefold()) or names.code(text):
        return code
    if left_out := economies.no_economy(text):
        return _Beside(left_out)
    return _Unread("no economy of the project's list goes by this name or code")


def in_words(different: Iterable[Any], field_: Field) -> list[Any]:
    """Cells of figures or years, those of which a map says what they mean in its words."""
    if field_.constant is not None:
        return list(map(_parsed_word, different))
    words = {k.casefold(): _parsed_word(v) for k, v in field_.words.items()}
    return [words.get(shown(one).casefold(), one) if words else one for one in different]


def _parsed_word(word: str) -> float | str:
    """A word of a map, which has its numbers with a point, whatever the mark of the file is."""
    return float(word) if cells.PLAIN.fullmatch(word) else word


def _word(cell: Any, column: Column, words: Mapping[str, str], field_: Field) -> str:
    text = shown(cell).zfill(field_.width or 0)
    if text.casefold() in words:
        return words[text.casefold()]
    if not column.values or text in column.values or (column.nullable and not text):
        return text
    folded = {value.casefold(): value for value in column.values}
    rule = f"must be one of {', '.join(column.values)}, or have its meaning in the map"
    return folded.get(text.casefold()) or _Unread(rule)


__all__ = ["Across", "Field", "Map", "Only", "Reader", "heading"]
