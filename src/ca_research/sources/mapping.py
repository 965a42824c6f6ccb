"""How a file is understood, as data: which column says what, in which words and which unit.

Every publisher's layout and every guess is such a map, a user may write one, and one function reads
a sheet by it.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from pydantic import BeforeValidator, ValidationError, model_validator
from pydantic import Field as Bounded

from ..ground import economies
from ..ground.errors import Fault, UsageError, known_name
from ..ground.numbers import first_few
from ..registry import Column, Table, explain
from ..registry.base import Model
from . import cells, names
from .sheets import Given, Sheet, shown, worded

_NAMELESS = re.compile(r"(unnamed: \d+)?( \(\d+\))?", re.I)
"""No heading, as it is kept here and as pandas writes it."""
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
    words: dict[Text, Text] = {}
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

    @functools.cached_property
    def _words(self) -> dict[str, str]:
        return {word.casefold(): meant for word, meant in self.words.items()}

    def meant(self, text: str) -> str | None:
        """What a cell means in the table by the words of the map; None where they do not say."""
        return self._words.get(text.casefold())


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
    why: str = ""

    @model_validator(mode="after")
    def _some(self) -> Only:
        if not (self.economies or (self.why and (self.among or self.matches))):
            raise ValueError("give `among`, the cells that count, and `why` others do not")
        return self

    def counts(self, cell: str) -> bool:
        """Whether a row with this cell counts."""
        if cell in self.among or (self.matches and re.fullmatch(self.matches, cell, re.I)):
            return True
        known = self.economies and (not cell or names.code(cell) is not None)
        return known and cell not in self.but

    def split(self, column: Iterable[str]) -> tuple[dict[str, bool], str]:
        """Of each different cell whether it counts, and why others are left out."""
        included = {cell: self.counts(cell) for cell in dict.fromkeys(column)}
        lost = sorted(cell or "empty" for cell, counts in included.items() if not counts)
        of_economies = f"{self.column} that is no economy here ({first_few(lost, 8)})"
        return included, self.why or of_economies


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
    digits, totals
        To how many digits codes of products are added up, and whether all rows are once more, with
        these values in columns of the key: `{"product": "TOTAL"}`.
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
    columns: dict[str, Field] = {}
    across: tuple[Across, ...] = ()
    fills: str = ""
    only: tuple[Only, ...] = ()
    decimal: Literal[".", ","] | None = None
    keeps_to_the_years: bool = False
    digits: Literal[2, 4] | None = None
    totals: dict[str, Text] = {}
    times: Times | None = None
    unread: dict[str, tuple[str, ...]] = {}
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
    known = Map.model_fields.keys() - FOUND_OUT
    fields = {name: value for name, value in raw_map.items() if name in known}
    columns = {name: value for name, value in raw_map.items() if name not in known}
    if columns:
        fields["columns"] = columns | dict(fields.get("columns") or {})
    try:
        mapped = Map.model_validate(fields)
    except ValidationError as error:
        raise UsageError(
            f"the map: {explain(error)}", where=where, hint="see docs/adding-figures.md"
        ) from None
    gives = {name for one in mapped.across for name in one.gives}
    fillable = [name for name in table.columns if name != "source_id"]
    for name in ({*mapped.columns, *mapped.totals, mapped.fills} | gives) - {""}:
        known_name("column of the table", name, fillable, where=where)
    if mapped.digits:
        table.levelled()
    return mapped


def as_said(
    across: tuple[Across, ...],
    fills: str,
    user_columns: Mapping[str, Field],
    table: Table,
    where: str,
) -> tuple[Across, ...]:
    """The headings that are values, as far as they agree with the values that the user says of all
    rows; none where the user names a column of what they tell, or of the figures below them.

    Raises UsageError where the user's words leave none.
    """
    both = {name for one in across for name in one.gives} & user_columns.keys()
    if fills in user_columns or any(user_columns[name].column for name in both):
        return ()

    def agrees(name: str, text: str) -> bool:
        said, column = user_columns[name], table.columns[name]
        values: Iterable[Any] = (text, said.constant)
        if column.type == "year":
            values = [cells.year(v, said.span or column.span or "last") for v in values]
        return len({str(value).casefold() for value in values}) == 1

    kept = [one for one in across if all(agrees(n, one.gives[n]) for n in both & one.gives.keys())]
    if across and not kept:
        raise UsageError(
            f"no heading agrees with what is said of {', '.join(sorted(both))}",
            where=where,
            hint="leave it out, or name its heading in a map",
        )
    return tuple(kept)


def figure(table: Table) -> str:
    """The column that holds the figure of a table: by its role, else the first number; '' where
    none does.
    """
    columns = table.columns.items()
    number = next((name for name, column in columns if column.type == "number"), "")
    return next((name for name, column in columns if column.role == "value"), number)


def heads_of_figures(
    columns: Mapping[str, Field], across: Iterable[Across], table: Table
) -> set[str | None]:
    """Headings below which figures stand."""
    numbers = {n for n, column in table.columns.items() if column.type in ("number", "integer")}
    heads = {field.column for n, field in columns.items() if n in numbers}
    return heads | {one.column for one in across}


def heading(sheet: Sheet, mapped: Map) -> tuple[list[str], int]:
    """The headings of a sheet, each once, and the place of the first row below them.

    A heading of several lines is joined by ' | ', a merged cell standing for all it covers.
    """
    place = next((i for i, line in enumerate(sheet.lines) if line >= mapped.header), None)
    if place is None or place + mapped.header_rows > len(sheet.rows):
        raise UsageError(f"there is no line {mapped.header}", where=sheet.name, hint="see `header`")
    rows = sheet.rows[place : place + mapped.header_rows]
    texts = (list(map(worded, row)) for row in rows)
    columns = list(map(list, itertools.zip_longest(*texts, fillvalue="")))
    for before, column in itertools.pairwise(columns):
        for number in range(len(rows) - 1):  # a merged cell says its word once, at its left
            if any(column[number + 1 :]):
                column[number] = column[number] or before[number]
    joined, times = [" | ".join(filter(None, column)) for column in columns], Counter[str]()
    headings = []
    for name in joined:
        times[name] += 1
        headings.append(f"{name} ({times[name]})" if times[name] > 1 else name)
    return headings, place + mapped.header_rows


def sheet_of(content: Given, mapped: Map) -> Sheet:
    """The sheet that a map speaks of; the first where it names none."""
    sheets = {sheet.name: sheet for sheet in reversed(content.sheets)}
    if not mapped.sheet:
        return content.sheets[0]
    return sheets[known_name("sheet", mapped.sheet, sheets, where=content.name)]


def complete(mapped: Map, table: Table, there: list[str], name: str) -> None:
    """Refuse a map that names no heading of a file, or leaves a column of the table open."""
    named: list[Any] = [*mapped.columns.values(), *mapped.across, *mapped.only]
    for column in (one.column for one in named if one.column is not None):
        twice = column and f"{column} (2)" in there
        if twice or column not in there:
            raise UsageError(
                f"{'two columns are' if twice else 'no column is'} headed {column!r}",
                where=f"{name}, line {mapped.header}",
                hint=f"a heading that stands once, of {', '.join(filter(None, there[:30]))}",
            )
    filled = {*mapped.columns, mapped.fills, *(k for a in mapped.across for k in a.gives)}
    needed = {n for of in filled & table.columns.keys() for n in table.columns[of].within}
    lacking = [
        n
        for n, c in table.columns.items()
        if n not in filled and (n in needed or not (c.nullable or c.numbered or c.type == "source"))
    ]
    if lacking:
        raise UsageError(
            f"nothing says what {', '.join(lacking)} is",
            where=name,
            hint="; ".join(f"--set {n}=VALUE, or --map with {n}: HEADING" for n in lacking)
            + f" (ca-research data show {table.table})",
        )


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
        self.figure = mapped.fills or figure(table)
        fields = mapped.columns.values()
        self.read = {f.column for f in fields if f.column is not None}
        self.read |= {one.column for one in mapped.across}
        self.wide = any("year" in one.gives for one in mapped.across)
        self.years: dict[Any, None] = dict.fromkeys(self.heads if self.wide else ())
        self._note_unread(given)
        self.counting = [
            (o.column, *o.split(sheet.distinct(self._at(o.column), self.start)))
            for o in mapped.only
        ]
        self.marks: dict[str, tuple[cells.Mark | None, str]] = {}

    def _at(self, head: str) -> int:
        return self.heads.index(head)

    def _note_unread(self, given: Given) -> None:
        """Note other sheets, and columns of years that the map does not name."""
        others = [s.name for s in given.sheets if s is not self.sheet and s.rows and not s.hidden]
        heads = self.heads if self.wide else ()
        unread = [h for h in heads if h not in self.read and _A_YEAR.search(h)]
        for what, left in (("sheets", others), ("columns", unread)):
            if left:
                self.left_out[f"{what} not read: {first_few(left, 8)}"] += len(left)

    def parts(self) -> Iterator[pd.DataFrame]:
        """Rows of the table; of a large file several frames, in the order of the file.

        Raises UsageError for quarters and months of which one would stand for its year, were the
        others left out as faulty.
        """
        used = {self._at(h) for h in (*self.read, *(one.column for one in self.mapped.only))}
        loose = self._loose()
        for file, frame in self.sheet.parts(sorted(used | loose.keys()), self.start):
            self.file = file or self.file
            if loose:
                frame = self._within(frame, loose)
            frame = frame.rename(columns=dict(enumerate(self.heads)))
            yield self.rows(self._by_column(self._counted(frame)))
        if part := cells.part_beside_years(self.years):
            raise UsageError(
                f"parts of years beside what would pass for years: {part}",
                where=self.file,
                hint="give figures of whole years; where they are, write in each cell the year",
            )

    def _loose(self) -> dict[int, str]:
        """Columns in which only what a mark split off can stand, with its form: beyond the
        headings, and those without one behind a column of figures.
        """
        width, mapped = len(self.heads), self.mapped
        figures = heads_of_figures(mapped.columns, mapped.across, self.table)
        behind = (at for at, head in enumerate(self.heads[:-1], 1) if head in figures)
        loose = {at: r"-?\d+" for at in behind if _NAMELESS.fullmatch(self.heads[at])}
        return loose | dict.fromkeys(range(width, self.sheet.width(self.start)), ".+")

    def _within(self, frame: pd.DataFrame, loose: dict[int, str]) -> pd.DataFrame:
        """Rows without those that go on where no heading stands."""
        longer = np.zeros(len(frame), bool)
        for at, form in loose.items():
            texts = frame[at].astype(object).map(lambda c: c.strip() if isinstance(c, str) else "")
            longer |= texts.str.fullmatch(form).to_numpy(bool)
        rule = f"more cells than the {len(self.heads)} headings: a separator within a number?"
        for *row, line in frame[longer].astype(object).itertuples(index=False):
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

    def _by_column(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Cells by the column of the table that they fill, with the heading of those that stand
        across, which go down: one row for each figure.
        """
        fields = self.mapped.columns.items()
        constants = {n: f.constant for n, f in fields if f.column is None}
        named = {n: frame[f.column] for n, f in fields if f.column is not None}
        plain = pd.DataFrame(named | {"_line": frame["_line"]}).assign(**constants)
        across = [
            plain.assign(**one.gives, **{self.figure: frame[one.column], "_heading": one.column})
            for one in self.mapped.across
        ]
        long = pd.concat(across) if across else plain
        return long.sort_values("_line", kind="stable", ignore_index=True)

    def rows(self, long: pd.DataFrame) -> pd.DataFrame:
        """Rows of the table; what a row beside it holds is no fault."""
        names = [n for n, column in self.table.columns.items() if column.type != "source"]
        columns: dict[str, Any] = dict.fromkeys(names, "")
        read, beside, bad = {}, np.zeros(len(long), bool), np.zeros(len(long), bool)
        for name in sorted({*names} & {*long}, key=lambda n: n != self.figure):
            codes, different = _different(long[name])
            meant, values = self.column(name, different)
            kinds = np.array([*map(type, values)], object)[codes]
            left = (kinds == _Beside) & ~beside
            self.left_out.update(str(values[at]) for at in codes[left])
            beside |= left
            read[name] = codes, different, meant, values, kinds
        for name, (codes, different, meant, values, kinds) in read.items():
            column = self.table.columns[name]
            if column.type == "year":
                self.years |= dict.fromkeys(meant[at] for at in np.unique(codes[~beside]))
            unread = (kinds == _Unread) & ~beside
            for at in unread.nonzero()[0]:
                cell, rule = shown(different[codes[at]]), f"{name}: {values[codes[at]]}"
                line, head = int(long["_line"].iat[at]), self._head(long, name, at)
                self.faults.append(Fault(self.file, line, head, cell, rule))
            bad |= unread
            columns[name] = _taken(values, codes, column)
        rows = pd.DataFrame(columns | {"_line": long["_line"]}, index=long.index)
        return rows[~bad & ~beside].reset_index(drop=True).assign(_file=self.file)

    def _head(self, long: pd.DataFrame, name: str, at: Any) -> str:
        """The heading under which a cell stands."""
        field_ = self.mapped.columns.get(name, Field(column=""))
        if "_heading" in long and (name == self.figure or field_.column == ""):
            return str(long["_heading"].iat[at])
        return "(constant)" if field_.column is None else field_.column or name

    def column(self, name: str, different: list[Any]) -> tuple[list[Any], list[Any]]:
        """Different cells in the words of the map, and their values: numbers, or texts; or why
        there is none.
        """
        column, field_ = self.table.columns[name], self.mapped.columns.get(name, Field(column=""))
        if column.type in ("number", "integer", "year"):
            different = in_words(different, field_)
        parse: Callable[[Any], Any]
        if column.type == "economy":
            parse = functools.partial(_economy, field_)
        elif column.type == "year":
            parse = functools.partial(self._year, column, field_.span or column.span)
        elif column.type in ("number", "integer"):
            parse = functools.partial(self._number, name, field_, *self._mark(name, field_))
        else:
            parse = functools.partial(_word, column, field_)
        return different, list(map(parse, different))

    def _mark(self, name: str, field_: Field) -> tuple[cells.Mark | None, str]:
        """The decimal mark of a column, which all its cells tell, and why it is in doubt."""
        if field_.column is None:
            return ".", ""
        if self.mapped.decimal is not None:
            return self.mapped.decimal, ""
        if name not in self.marks:
            across = [one.column for one in self.mapped.across if name == self.mapped.fills]
            heads = map(self._at, across or [field_.column])
            shapes = itertools.chain.from_iterable(self.sheet.shapes(h, self.start) for h in heads)
            self.marks[name] = cells.decimal_mark(in_words(shapes, field_))
        return self.marks[name]

    def _number(
        self, name: str, field_: Field, mark: cells.Mark | None, doubt: str, cell: Any
    ) -> Any:
        if mark == "." and isinstance(cell, str) and cells.PLAIN.fullmatch(cell):
            value: Any = float(cell)
        elif cells.missing(cell):
            if self.table.columns[name].nullable:
                return np.nan
            beside = name == self.figure and field_.constant is None
            return _Beside("no figure in the cell") if beside else _Unread("must be a number")
        elif mark is None and isinstance(cell, str) and re.search("[.,]", cell):
            return _Unread(doubt)
        else:
            value = cells.number(cell, mark or ".")
        if isinstance(value, str):
            return _Unread(value)
        return value if field_.times == 1 else round(value * field_.times, 6)

    def _year(self, column: Column, span: str | None, cell: Any) -> str:
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
    """Different cells, the last of them none, and which of them each is."""
    known = cell.astype("category").cat.remove_unused_categories().cat
    return known.codes.to_numpy(), [*known.categories, None]


def _taken(values: list[Any], codes: np.ndarray, column: Column) -> Any:
    """The value of each cell, of few different ones: words as categories."""
    number = column.type in ("number", "integer")
    none, odd = np.nan if number else "", (_Unread, _Beside)
    plain = pd.Series([none if isinstance(v, odd) else v for v in values])
    if number:
        return plain.to_numpy("float64")[codes]
    return pd.Categorical(plain.astype("str")).take(codes)


def _economy(field_: Field, cell: Any) -> str:
    text = cells.bare(shown(cell))
    if code := field_.meant(text) or names.code(text):
        return code
    if left_out := economies.no_economy(text):
        return _Beside(left_out)
    return _Unread("no economy of the project's list goes by this name or code")


def in_words(different: Iterable[Any], field_: Field) -> list[Any]:
    """Cells of figures or years, those of which a map says what they mean in its words: these have
    their numbers with a point, whatever the mark of the file is.
    """
    if not field_.words:
        return list(different)
    meant = ((one, field_.meant(shown(one))) for one in different)
    return [
        one if word is None else float(word) if cells.PLAIN.fullmatch(word) else word
        for one, word in meant
    ]


def _word(column: Column, field_: Field, cell: Any) -> str:
    text = shown(cell).zfill(field_.width or 0)
    if (meant := field_.meant(text)) is not None:
        return meant
    if not column.values or text in column.values or (column.nullable and not text):
        return text
    folded = {value.casefold(): value for value in column.values}
    rule = f"must be one of {', '.join(column.values)}, or have its meaning in the map"
    return folded.get(text.casefold()) or _Unread(rule)
