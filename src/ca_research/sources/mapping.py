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
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import BeforeValidator, ValidationError, model_validator
from pydantic import Field as Bounded

from ..ground import economies
from ..ground.errors import Fault, FileError, UsageError
from ..registry import Column, Table, explain
from ..registry.base import Model
from . import cells, names
from .sheets import Given, Sheet, shown

_A_YEAR = re.compile(r"(?<!\d)(18|19|20)\d\d(?!\d)")


def _as_shown(said: Any) -> Any:
    """Of numbers and days, which YAML makes of `2021`, the text that a cell of them shows."""
    told = isinstance(said, (int, float, dt.date)) and not isinstance(said, bool)
    return shown(said) if told else said


Text = Annotated[str, BeforeValidator(_as_shown)]
"""What stands in a file: a heading, a cell, the name of a sheet."""

TIMES = {"ones": 1.0, "thousands": 1e3, "millions": 1e6, "billions": 1e9}
Times = Annotated[float, BeforeValidator(lambda said: TIMES.get(str(said), said))]
"""What figures are multiplied by: a number, or a word of `TIMES`."""


class Field(Model):
    """Where a column of the table comes from.

    column: a heading of the file. constant: one value for all rows. words: what cells of the file
    mean in the table. times: what figures are multiplied by. span: which year of a range counts.
    width, first: a code is filled with zeros at its left, and its first characters count.
    """

    column: Text | None = None
    constant: Text | None = None
    words: dict[Text, Text] = {}  # noqa: RUF012
    times: Times = 1.0
    span: Literal["first", "last"] | None = None
    width: int | None = Bounded(default=None, ge=1, le=20)
    first: int | None = Bounded(default=None, ge=1, le=20)

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
        told = {cell: self.counts(cell) for cell in dict.fromkeys(column)}
        if not any(told):
            return dict.fromkeys(told, True), ""
        lost = sorted(cell or "empty" for cell, counts in told.items() if not counts)
        few = ", ".join(lost[:8]) + (", ..." if len(lost) > 8 else "")
        return told, f"{self.why} ({few})" if self.economies else self.why


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
    sums, totals
        Whether rows of one key are added up, and once more with these values in columns of the
        key: `{"product": "TOTAL"}`.
    once
        Headings whose cells together stand in one row: a file that has them twice is refused.
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
    totals: dict[str, Text] = {}  # noqa: RUF012
    once: tuple[Text, ...] = ()
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


def of_user(said: Mapping[str, Any], table: Table, where: str = "") -> dict[str, Any]:
    """A map as users write it: a word for a column is its heading, `{is: KAZ}` a constant.

    where: the file of the map. Raises UsageError with the field that is wrong.

    Examples
    --------
    >>> from ca_research import registry
    >>> of_user({"columns": {"year": "Year", "flow": {"is": "import"}}}, registry.table("trade"))
    {'columns': {'year': {'column': 'Year'}, 'flow': {'constant': 'import'}}}
    """
    named = said.get("columns") or {} if isinstance(said, Mapping) else None
    if not isinstance(named, Mapping) or said.keys() & FOUND_OUT:
        raise UsageError(
            f"a map is a mapping, without {' and '.join(FOUND_OUT)}, which are found out",
            where=where,
            hint="columns: {year: Year}",
        )
    rest = {k: v for k, v in said.items() if k in Map.model_fields and k != "columns"}
    columns = {k: v for k, v in said.items() if k not in Map.model_fields} | dict(named)
    fields = {name: _as_field(value) for name, value in columns.items()}
    try:
        found = Map.model_validate({**rest, "columns": fields})
    except ValidationError as error:
        raise UsageError(
            f"the map: {explain(error)}", where=where, hint="see docs/adding-figures.md"
        ) from None
    filled = [*columns, *found.totals, *(name for one in found.across for name in one.gives)]
    _refuse_unknown([*filled, *([found.fills] if found.fills else [])], table, where)
    return found.model_dump(exclude_unset=True)


def _as_field(value: Any) -> Any:
    """A column of the table, as a user writes it."""
    if not isinstance(value, Mapping):
        return {"column": value}
    field = {("constant" if k == "is" else k): v for k, v in value.items()}
    return field | ({"constant": str(field["constant"])} if "constant" in field else {})


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
    across: tuple[Across, ...], fills: str, said: Mapping[str, Field], table: Table, where: str
) -> tuple[Across, ...]:
    """The headings that are values, as far as they agree with the values that the user says of all
    rows; none where the user names a column of what they tell, or says all that they would.

    Raises UsageError where the user's words leave none.
    """
    both = {name for one in across for name in one.gives} & said.keys()
    whole = fills in said and all(one.gives.keys() <= said.keys() for one in across)
    if whole or (fills in said and said[fills].column is None) or any(said[n].column for n in both):
        return ()
    for name in sorted(both):
        column, constant = table.columns[name], str(said[name].constant)
        span = said[name].span or column.span or "last"
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


@dataclass
class Understood:
    """Rows of a file in the table's columns, as text, and what became of the rest.

    rows: the table's columns without `source_id`, `_file` and `_line`. left_out: how many rows or
    cells are no figures of the table, by reason. faults: cells that cannot be read.
    """

    map: Map
    rows: pd.DataFrame
    left_out: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)


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
    seen: Counter[str] = Counter()
    found = []
    for name in joined:
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found, place + mapped.header_rows


def sheet_of(given: Given, mapped: Map) -> Sheet:
    """The sheet that a map speaks of; the first where it names none."""
    for sheet in given.sheets:
        if mapped.sheet in ("", sheet.name):
            return sheet
    raise UsageError(
        f"no sheet {mapped.sheet!r}",
        where=given.name,
        hint=f"sheets: {', '.join(s.name for s in given.sheets)}",
    )


def apply(given: Given, mapped: Map, table: Table) -> Understood:
    """Read a sheet by a map.

    Raises
    ------
    UsageError
        Where the map names a heading that is not there, or leaves a column of the table without a
        value.
    """
    sheet = sheet_of(given, mapped)
    heads, start = heading(sheet, mapped)
    complete(mapped, table, heads, given.name)
    width = len(heads)
    file = given.name + (f", sheet {sheet.name}" if sheet.name else "")
    out = Understood(mapped, pd.DataFrame(columns=["_file", "_line"]))
    body = []
    for row, line in zip(sheet.rows[start:], sheet.lines[start:], strict=True):
        if any(map(shown, row[width:])):
            rule = f"more cells than the {width} headings: a separator within a number or a text?"
            out.faults.append(Fault(file, line, "", " | ".join(map(shown, row[-3:])), rule))
        elif any(cell not in (None, "") for cell in row):
            body.append([*(row + [None] * width)[:width], line])
    frame = pd.DataFrame(body, columns=[*heads, "_line"], dtype=object)
    others = [s.name for s in given.sheets if s is not sheet and s.rows and not s.hidden]
    wide = any("year" in a.gives for a in mapped.across)
    read = {a.column for a in mapped.across} | {f.column for f in mapped.columns.values()}
    unread = [h for h in heads if wide and h not in read and _A_YEAR.search(h)]
    for what, left in (("sheets", others), ("columns", unread)):
        if left:
            more = ", ..." if len(left) > 8 else ""
            out.left_out[f"{what} not read: {', '.join(left[:8])}{more}"] += len(left)
    if wide:
        refuse_parts_of_years(heads, file, "a heading")
    out.rows = Reader(table, mapped, file, out).rows(_long(_counted(frame, mapped, out), mapped))
    return out


def refuse_parts_of_years(column: Iterable[Any], file: str, head: str) -> None:
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
    used = [f.column for f in mapped.columns.values() if f.column is not None]
    used += [a.column for a in mapped.across] + [o.column for o in mapped.only]
    used += mapped.once
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
    lacking = {
        n: ", ".join(c.values or ()) or c.meaning
        for n, c in table.columns.items()
        if n not in filled and not (c.nullable or c.numbered) and c.type != "source"
    }
    if lacking:
        ways = (f"--set {n}=VALUE ({v}), or --map with {n}: HEADING" for n, v in lacking.items())
        raise UsageError(
            f"nothing says what {', '.join(lacking)} is", where=name, hint="; ".join(ways)
        )


def _counted(frame: pd.DataFrame, mapped: Map, out: Understood) -> pd.DataFrame:
    """The rows that count, by `only`."""
    whole = frame
    for only in mapped.only:
        told, why = only.split(whole[only.column].map(shown))
        keep = frame[only.column].map(shown).map(told).astype(bool)
        if lost := int((~keep).sum()):
            out.left_out[why] += lost
        frame = frame[keep]
    return frame


def _long(frame: pd.DataFrame, mapped: Map) -> pd.DataFrame:
    """One row for each figure: what stands across goes down."""
    if not mapped.across:
        return frame
    across = [a.column for a in mapped.across]
    kept = frame.drop(columns=across)
    parts = []
    for one in mapped.across:
        gives = {f"={k}": v for k, v in one.gives.items()}
        parts.append(kept.assign(**gives, **{"=": frame[one.column], "=heading": one.column}))
    return pd.concat(parts).sort_values("_line", kind="stable", ignore_index=True)


_AS_HEADED = Field(column="=")
"""How values in headings are read of which a map says no more."""


class Reader:
    """Reads the columns of the table from long rows; notes what cannot be read."""

    def __init__(self, table: Table, mapped: Map, file: str, out: Understood) -> None:
        self.table, self.mapped, self.file, self.out = table, mapped, file, out

    def rows(self, long: pd.DataFrame) -> pd.DataFrame:
        long = self._with_figures(long.reset_index(drop=True))
        bad = pd.Series(False, index=long.index)
        quiet = pd.Series(False, index=long.index)  # left out, and no fault
        found: dict[str, Any] = {}
        for name, column in self.table.columns.items():
            if column.type == "source":
                continue
            found[name] = ""
            if (told := self._cells(long, name)) is None:
                continue
            cell, field_, head = told
            if column.type == "year":
                refuse_parts_of_years(
                    in_words(cell, field_).unique(), self.file, head.iloc[:1].sum()
                )
            found[name], why, left = self.column(cell, column, field_)
            for reason, count in left[~quiet & left.ne("")].value_counts().items():
                self.out.left_out[str(reason)] += int(count)
            quiet |= left.ne("")
            faulty = why.ne("") & ~quiet
            rows = zip(long["_line"], head, cell, why, strict=True)
            self.out.faults += (
                Fault(self.file, int(line), heading_ or name, shown(one), f"{name}: {rule}")
                for (line, heading_, one, rule), wrong in zip(rows, faulty, strict=True)
                if wrong
            )
            bad |= faulty
        keep = ~bad & ~quiet
        rows_ = pd.DataFrame(found, index=long.index, dtype="str")[keep]
        rows_ = rows_.assign(_file=self.file, _line=long.loc[keep, "_line"])
        self._refuse_repeats(long[keep])
        return self._added_up(rows_) if self.mapped.sums else rows_.reset_index(drop=True)

    def _refuse_repeats(self, long: pd.DataFrame) -> None:
        """Raise FileError where rows that are to be of one cell each are not."""
        told = self.once()
        keys = {head: long[head].map(shown).str.zfill(wide) for head, wide in told.items()}
        frame = pd.DataFrame(keys, dtype="str")
        for row in frame[frame.duplicated(keep=False)].itertuples(index=False, name=None):
            raise repeated(dict(zip(told, row, strict=True)), self.file)

    def once(self) -> dict[str, int]:
        """Headings whose cells stand in one row, and the width to which zeros fill their codes."""
        widths = {f.column: f.width or 0 for f in self.mapped.columns.values()}
        return {head: widths.get(head, 0) for head in self.mapped.once}

    def _added_up(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Sums of rows that differ in their figure alone, and their totals."""
        value = self.figure()
        parts = [rows, *([rows.assign(**self.mapped.totals)] if self.mapped.totals else [])]
        whole = pd.concat(parts).assign(**{value: lambda f: f[value].astype("float64")})
        keys = [c for c in rows if c not in (value, "_line")]
        added = whole.groupby(keys, as_index=False, sort=False).agg({value: "sum", "_line": "min"})
        return added.assign(**{value: [_written(v) for v in added[value]]})

    def figure(self) -> str:
        """The column that holds the figure."""
        columns = self.table.columns.items()
        by_role = (n for n, c in columns if c.role == "value")
        return self.mapped.fills or next(
            by_role, next((n for n, c in columns if c.type == "number"), "")
        )

    def _with_figures(self, long: pd.DataFrame) -> pd.DataFrame:
        """Rows that have a figure; the others are counted."""
        value = self.figure()
        if value and self.table.columns[value].nullable:
            return long
        told = self._cells(long, value) if value else None
        if told is None or told[1].constant is not None:
            return long
        empty = in_words(*told[:2]).map(cells.missing)
        empty = empty.astype(bool)  # of no cell at all it is of no type
        if lost := int(empty.sum()):
            self.out.left_out["no figure in the cell"] += lost
        return long[~empty].reset_index(drop=True)

    def _cells(self, long: pd.DataFrame, name: str) -> tuple[pd.Series, Field, pd.Series] | None:
        """The cells of a column of the table, how they are to be read, and their headings."""
        field_ = self.mapped.columns.get(name, _AS_HEADED)
        if name == self.mapped.fills:
            return long["="], field_, long["=heading"]
        if f"={name}" in long:
            return long[f"={name}"], field_, long["=heading"]
        if field_ is _AS_HEADED:
            return None
        alike = functools.partial(pd.Series, index=long.index, dtype=object)
        if field_.constant is not None:
            return alike(field_.constant), field_, alike("(constant)")
        return long[field_.column], field_, alike(field_.column)

    def column(
        self, cell: pd.Series, column: Column, field_: Field
    ) -> tuple[pd.Series, pd.Series, pd.Series]:
        """Values as text; why a cell cannot be read; why it is no figure of the table."""
        words = {k.casefold(): v for k, v in field_.words.items()}
        read: Callable[[Any], tuple[str, str, str]]
        if column.type in ("number", "integer", "year"):
            cell = in_words(cell, field_)
        if column.type in ("number", "integer"):
            mark, doubt = self.mapped.decimal, ""
            if mark is None:
                mark, doubt = cells.decimal_mark(cell)
            read = functools.partial(
                _number, mark=mark, doubt=doubt, times=field_.times, nullable=column.nullable
            )
        elif column.type == "year":
            read = functools.partial(self._year, span=field_.span or column.span, column=column)
        elif column.type == "economy":
            read = functools.partial(_economy, words=words)
        else:
            cut = (field_.width, field_.first)
            read = functools.partial(_word, column=column, words=words, cut=cut)
        known: dict[Any, tuple[str, str, str]] = {}
        for one in cell:
            if (key := _key(one)) not in known:
                known[key] = read(one)
        got = [known[_key(one)] for one in cell]
        text, why, left = (pd.Series([g[i] for g in got], cell.index, "str") for i in range(3))
        return text, why, left

    def _year(self, cell: Any, span: str | None, column: Column) -> tuple[str, str, str]:
        if column.nullable and cells.missing(cell):
            return "", "", ""
        low, high, found = column.min, column.max, cells.year(cell, span)
        if isinstance(found, str):
            return "", found, ""
        outside = (low is not None and found < low) or (high is not None and found > high)
        if outside and self.mapped.keeps_to_the_years:
            return "", "", f"outside the years of the table ({low:g} to {high:g})"
        return str(found), "", ""


def _economy(cell: Any, words: Mapping[str, str]) -> tuple[str, str, str]:
    text = cells.bare(shown(cell))
    if found := words.get(text.casefold()) or names.code(text):
        return found, "", ""
    if left_out := economies.no_economy(text):
        return "", "", left_out
    return "", "no economy of the project's list goes by this name or code", ""


def in_words(cell: pd.Series, field_: Field) -> pd.Series:
    """Cells of figures or years, those of which a map says what they mean in its words."""
    if field_.constant is not None:
        cell = cell.map(_as_told)
    if not field_.words:
        return cell
    words = {k.casefold(): _as_told(v) for k, v in field_.words.items()}
    meant = [words.get(shown(one).casefold(), one) for one in cell]
    return pd.Series(meant, cell.index, dtype=object)


def _as_told(word: str) -> float | str:
    """A word of a map, which has its numbers with a point, whatever the mark of the file is."""
    return float(word) if cells.PLAIN.fullmatch(word) else word


def repeated(row: Mapping[str, str], where: str) -> FileError:
    """What is said of a row that would count twice."""
    told = ", ".join(f"{head} {cell}" for head, cell in row.items())
    return FileError(
        f"a row stands in the file more than once: {told}",
        where=where,
        hint="leave each row once in the file, or take the publisher's own",
    )


def _key(cell: Any) -> Any:
    """What tells cells apart: 1 and True are equal, and not the same."""
    return (type(cell), cell) if isinstance(cell, (bool, int, float)) else cell


def _number(
    cell: Any, mark: cells.Mark | None, doubt: str, times: float, nullable: bool
) -> tuple[str, str, str]:
    if nullable and cells.missing(cell):
        return "", "", ""
    if mark is None and not isinstance(cell, (int, float)) and re.search(r"[.,]", str(cell)):
        return "", doubt, ""
    found = cells.number(cell, mark or ".")
    if isinstance(found, str):
        return "", found, ""
    return _written(round(found * times, 6) if times != 1 else found), "", ""


def _written(number: float) -> str:
    """A number as text that is read as the same number."""
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(float(number))


def _word(
    cell: Any, column: Column, words: Mapping[str, str], cut: tuple[int | None, int | None]
) -> tuple[str, str, str]:
    width, first = cut
    text = shown(cell).zfill(width or 0)[:first]
    if text.casefold() in words:
        return words[text.casefold()], "", ""
    if column.values and text not in column.values:
        folded = {v.casefold(): v for v in column.values}
        if text.casefold() in folded:
            return folded[text.casefold()], "", ""
        if not text and column.nullable:
            return "", "", ""
        return "", f"must be one of {', '.join(column.values)}, or have its meaning in the map", ""
    return text, "", ""


__all__ = ["Across", "Field", "Map", "Only", "Understood", "apply", "heading"]
