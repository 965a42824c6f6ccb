"""A map for a file of no known layout: from its headings, its cells and the table's columns.

It is a proposal that the user sees before anything is added. What the file does not say is left
open and asked for; the unit of figures is never read out of its words, but told by the user.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

import yaml

from ..ground import economies
from ..ground.errors import UsageError
from ..registry import Column, Table
from . import cells, names
from .mapping import Across, Field, Map, as_said, figure, heading, heads_of_figures, sheet_of
from .sheets import SHOWN_AS, Given, only_one, shown, worded

_LOOK = 40
"""Lines at the top in which a heading is looked for."""
_FIRST = 3
"""Cells that are shown of each column that is not read."""
_MOST_TEXTS = 20
"""Texts outside of the columns read that are shown."""

_DOLLARS = re.compile(r"USD|US ?\$|\$|dollar|долл|美元", re.I)
_OTHER_MONEY = re.compile(
    r"(?-i:\b(EUR|RU[BR]|KZT|KGS|TJS|TMT|UZS|CNY|RMB|GBP|JPY|CHF|TRY|KRW|INR)\b)|[€£¥₽₸₺₹₩₴]|"
    r"\b(euros?|rou?bles?|tenge|yuan|евро|руб|тенге|сом|сум|юан)|(?<!美)元",
    re.I,
)
_SCALES = re.compile(
    r"\b(thousand|million|billion|mln|bn|тыс|млн|млрд)|'000|\b000s?\b|[千万亿]|%|percent|процент",
    re.I,
)
_UNIT_HEADS = re.compile(
    r"((value |obs.?)?units?|currency|scale|multiplier)\b.*|unit.?mult.*|power.?code.*|"
    r"единица.*|ед\. ?изм.*|валюта|множитель|单位|货币",
    re.I,
)


@functools.cache
def _known() -> dict[str, dict[str, Any]]:
    """Headings by the name of a column, and what words of files mean in a column of the table."""
    known: dict[str, dict[str, Any]] = yaml.safe_load(
        Path(__file__).with_suffix(".yaml").read_text("utf-8")
    )
    return known


def meant(name: str, column: Column, word: str) -> str | None:
    """The table's own word for one of a file; None where it has none."""
    for value, pattern in _known()["meanings"].get(name, {}).items():
        if value in (column.values or ()) and re.fullmatch(pattern, word.strip(), re.I):
            return value
    return word if word in (column.values or ()) else None


class Proposal:
    """A map for a file, around what the user has said of it, step by step: headings, columns of the
    table, what is left.

    Raises UsageError where several columns could be one of the table, or where nothing says in
    which unit money is counted.
    """

    def __init__(self, content: Given, table: Table, user_map: Map) -> None:
        self.given, self.table, self.asked = content, table, user_map
        visible = [s for s in content.sheets if not s.hidden] or content.sheets
        best = functools.partial(max, key=lambda sheet: max(map(self.score, sheet.rows[:_LOOK])))
        self.sheet = sheet_of(content, user_map) if user_map.sheet else best(visible)
        header, lines = self.heading_place()
        place = {"sheet": self.sheet.name, "header": header, "header_rows": lines}
        self.base = user_map.model_copy(update=place)
        self.heads, self.start = heading(self.sheet, self.base)
        self.above = self.sheet.rows[: self.start - lines]
        if not user_map.sheet:
            form = _form(self.sheet.rows[self.start - lines])  # maybe of other years
            only_one(content, [s.name for s in visible if form in map(_form, s.rows[:_LOOK])])
        self.columns = dict(self.asked.columns)
        self.across, self.fills = self.asked.across, self.asked.fills

    def map(self) -> Map:
        for name, column in self.table.columns.items():
            if column.type != "source" and name not in self.columns:
                self.add(name, self.places(name))
        lacking = [n for n in self.table.of_type("economy") if n not in self.columns]
        if len(lacking) == 1:  # a column of economies whose heading says nothing known
            self.add(lacking[0], self.places_of_economies())
        self.spread()
        filled = {*self.columns, *(k for a in self.across for k in a.gives)}
        for name, column in self.table.columns.items():  # some have a word for what nobody says
            if name not in filled and (
                words := {"unspecified", "unknown"} & {*(column.values or ())}
            ):
                self.columns[name] = Field(constant=words.pop())
        read = {f.column or "" for f in self.columns.values()} | {a.column for a in self.across}
        heads = enumerate(self.heads)
        unread = {at: head for at, head in heads if head not in read and self.cells(at)}
        self.refuse_beside(unread)
        texts = self.texts()
        fields = {
            "times": self.tell_times(texts),
            "columns": self.columns,
            "across": self.across,
            "fills": self.fills,
            "unread": {head: self.few(at) for at, head in unread.items()},
            "texts": texts,
        }
        return self.base.model_copy(update=fields)

    def cells(self, at: int, most: int | None = None) -> list[Any]:
        """Cells of a column that hold something, of the rows at hand."""
        rows = self.sheet.rows[self.start :][:most]
        return [row[at] for row in rows if at < len(row) and not cells.missing(row[at])]

    def few(self, at: int) -> tuple[str, ...]:
        """The first cells of a column that is not read, cut short."""
        values = list(dict.fromkeys(shown(cell)[:40] for cell in self.cells(at)))
        return (*values[:_FIRST], *["..."][: len(values) > _FIRST])

    def refusal(self, what: str, hint: str) -> UsageError:
        return UsageError(what, where=self.given.name, hint=hint)

    # --- the heading

    def heading_place(self) -> tuple[int, int]:
        """The line of the heading in the file, and how many lines it has: two where words of a
        category stand below years.
        """
        said, lines = self.asked.model_fields_set, self.asked.header_rows
        if "header" in said:
            return self.asked.header, lines
        rows = self.sheet.rows
        scores = list(map(self.score, rows[:_LOOK]))
        place = scores.index(max(scores))
        if "header_rows" not in said and any(map(cells.is_year, rows[place])):
            lines += any(map(self.words_only, rows[place + 1 : place + 2]))
        return self.sheet.lines[place], lines

    def score(self, row: list[Any]) -> int:
        """How much of a row are headings: names of columns, those that the user names, years."""
        texts = list(map(worded, row))
        wanted = {field.column for field in self.asked.columns.values()}
        hits = sum(_names(name, text) for text in texts for name in self.table.columns if text)
        years = sum(cells.is_year(c) for c in row if c is not None)
        return hits + 3 * sum(t in wanted for t in texts) + (years if years > 1 else 0)

    def words_only(self, row: list[Any]) -> bool:
        """Whether a row below a heading still says what columns are: words, and no figure."""
        texts = [shown(c) for c in row if shown(c)]
        return sum(bool(self.category(t)) for t in texts) > 1 and not any(
            isinstance(cells.number(t), float) for t in texts
        )

    # --- columns of the table

    def free(self) -> list[int]:
        """The places of headings that are no column yet, with cells below them."""
        taken = {f.column for f in self.columns.values()}
        return [at for at, h in enumerate(self.heads) if h not in taken and self.cells(at, 400)]

    def places(self, name: str) -> list[int]:
        """The headings that are called as a column, else those whose words are its."""
        hits = [
            at
            for at in self.free()
            if any(_names(name, h) for h in (self.heads[at], self.heads[at].split(" | ")[-1]))
        ]
        return [at for at in hits if self.heads[at].casefold() == name] or hits

    def places_of_economies(self) -> list[int]:
        """Headings below most of whose cells stand names or letters of economies, beside totals
        and groups.
        """

        def holds(at: int) -> bool:
            texts = [t for t in map(shown, self.cells(at, 400)) if not economies.no_economy(t)]
            named = [t for t in texts if not t.isdigit() and names.code(t)]
            return len(named) > len(texts) / 2

        return list(filter(holds, self.free()))

    def add(self, name: str, places: list[int]) -> None:
        """Let a column of the table be the first of those that it could be.

        Refuses several that do not say the same; one of economies may leave cells empty, or tell
        what is none ('World' without a code).
        """
        column, heads = self.table.columns[name], [self.heads[at] for at in places[:6]]
        if not places:
            return
        read = names.code if column.type == "economy" else str
        for row in self.sheet.rows[self.start :][:400]:
            values = {read(shown(row[at]) if at < len(row) else "") for at in places} - {None}
            if len(values) > 1:
                raise self.refusal(
                    f"several columns could be {name}: {', '.join(heads)}",
                    f"say in the map which, {name}: {heads[0]}",
                )
        texts = dict.fromkeys(map(shown, self.cells(places[0], 400))) if column.values else ()
        words = {t: word for t in texts if (word := meant(name, column, t)) not in (None, t)}
        self.columns[name] = Field(column=heads[0], words=words)

    def spread(self) -> None:
        """Headings that are values, and what stands below them."""
        fixed = self.asked.columns
        if not self.across and (fills := figure(self.table)):
            heads = self.values_in_headings()
            self.across = as_said(heads, fills, fixed, self.table, self.given.name)
            self.fills = fills if self.across else ""
        if self.across:
            for name in {self.fills, *(k for a in self.across for k in a.gives)} - fixed.keys():
                self.columns.pop(name, None)
            self.columns.setdefault(self.fills, Field(column=self.across[0].column))

    def values_in_headings(self) -> tuple[Across, ...]:
        """Headings that are years, or else at least two words of one category, such as exports and
        imports.
        """
        across = [Across(column=h, gives=g) for h in self.heads if (g := self.gives(h))]
        of_years, down = [one for one in across if "year" in one.gives], self.columns.get("year")
        if of_years and not (down and down.column):
            return tuple(of_years)
        words = [one for one in across if len(one.gives) == 1 and one not in of_years]
        kinds = {name for one in words for name in one.gives}
        one_kind = len(kinds) == 1 and len(words) > 1 and not kinds & self.columns.keys()
        return tuple(words) if one_kind else ()

    def gives(self, head: str) -> dict[str, str]:
        """What the parts of a heading are in the table: {'year': '2019', 'flow': 'export'}."""
        gives = {}
        for part in head.split(" | "):
            year = cells.year(part, "last")
            if "year" in self.table.columns and year not in ("must be a year", cells.A_RANGE):
                gives["year"] = part
            elif found := self.category(part):
                gives |= found
            else:
                return {}
        return gives

    def category(self, text: str) -> dict[str, str]:
        """The column of the table of whose words a text is one, with the word; else nothing."""
        closed = ((n, c) for n, c in self.table.columns.items() if c.values)
        return next(({n: word} for n, c in closed if (word := meant(n, c, text))), {})

    # --- what is not read

    def texts(self) -> tuple[str, ...]:
        """Titles, labels, and notes in rows without a figure: what may tell of units and parts."""
        of_figures = heads_of_figures(self.columns, self.across, self.table)
        figures = [at for at, head in enumerate(self.heads) if head in of_figures]
        notes = [
            row
            for row in self.sheet.rows[self.start :]
            if not any(re.search(r"\d", shown(row[at])) for at in figures if at < len(row))
        ]
        cell_texts = (shown(c) for row in (*self.above, *notes) for c in row)
        worded = (t for t in cell_texts if re.search(r"[^\W\d_]", t) and not cells.missing(t))
        kept = [t[:100] for t in worded if names.code(t) is None and not economies.no_economy(t)]
        remarks = list(dict.fromkeys([*self.sheet.told, *kept]))
        more = len(remarks) - _MOST_TEXTS
        return (*remarks[:_MOST_TEXTS], *([f"... and {more} more"] if more > 0 else []))

    def refuse_beside(self, unread: dict[int, str]) -> None:
        """Refuse what columns that nothing reads say otherwise: figures of several units, or one
        value for all rows where a column that has its name tells another.
        """
        chosen = {one.column for one in self.asked.only}
        constants = {n: f.constant for n, f in self.asked.columns.items() if f.constant is not None}
        for at, head in unread.items():
            if head in chosen:
                continue
            there = [c for c in self.sheet.distinct(at, self.start) if not cells.missing(c)]
            what = ""
            if _UNIT_HEADS.fullmatch(head) and len(there) > 1:
                what = f"figures of several units: {', '.join(there[:4])}"
            for name, constant in constants.items():
                column = self.table.columns[name]
                if column.type != "number" and _names(name, head):
                    other = (c for c in there if not _same(name, column, c, constant))
                    what = next((f"{name} is {constant} in all rows, and {c}" for c in other), what)
            if what:
                raise self.refusal(
                    f"{what} in column {head!r}",
                    "make the file say one thing, or say in the map which rows count: "
                    f"only: [{{column: {head}, among: [{there[0]}], why: others}}]",
                )

    # --- units of figures

    def tell_times(self, texts: tuple[str, ...]) -> float | None:
        """What money is multiplied by, which is put into its columns; 1 where each says its own.

        Raises UsageError where nobody says it, or where a heading is of other money. Of persons it
        has to be said only where a text speaks of thousands or shares.
        """
        times = self.asked.times
        fields = self.columns.items()
        units = {n: unit for n, f in fields if f.column and (unit := self.unit(n)) is not None}
        of_figures = heads_of_figures(self.columns, self.across, self.table)
        heads = [head for head in self.heads if head in of_figures]
        formats = (text for text in texts if text.startswith(SHOWN_AS))
        other = next(filter(_of_other_money, (*heads, *formats)), None)
        doubtful = next(filter(_SCALES.search, (*heads, *texts)), "")
        for name, unit in units.items():
            field = self.columns[name]
            if unit == "USD" and other:
                raise self.refusal(
                    f"figures of {name} in other money than US dollars: {other}",
                    "convert them in the file, and call the column USD",
                )
            if "times" in field.model_fields_set:
                continue
            if times is None and unit and (doubtful or (unit == "USD" and field.column != name)):
                raise self.refusal(
                    f"nothing says in which unit {name} is counted: {doubtful or field.column}",
                    "--times ones, thousands, millions or billions; in a map times: 1000",
                )
            self.columns[name] = field.model_copy(update={"times": times or 1.0})
        return 1.0 if times is None and "USD" in units.values() else times

    def unit(self, name: str) -> str | None:
        """'USD' or 'PERSONS' where figures of a column are such, by the table or by the unit that
        is said of all rows; '' of the table's other figures, None of what has a unit of its own.
        """
        unit, of_all = self.table.columns[name].unit or "", self.columns.get("unit")
        if name == figure(self.table) and of_all and _DOLLARS.search(of_all.constant or ""):
            return "USD"
        if unit.startswith("USD"):
            return "USD"
        return "PERSONS" if unit == "persons" else "" if name == figure(self.table) else None


def _of_other_money(head: str) -> bool:
    return bool(_OTHER_MONEY.search(head)) and not _DOLLARS.search(head)


def _same(name: str, column: Column, cell: str, constant: str) -> bool:
    """Whether a cell tells the value that is said of all rows; any does that is no word of the
    column.
    """
    if column.type == "economy":
        return names.code(cell) == names.code(constant)
    if column.type == "year":
        return cells.year(constant, "last") in (cells.year(cell, "first"), cells.year(cell, "last"))
    closed = column.values or cell.isdigit() or re.match(column.form or "$", cell)
    return not closed or (meant(name, column, cell) or cell).casefold() == constant.casefold()


def _form(head: list[Any]) -> str:
    """Headings without case and spaces; years that follow each other are one sign."""
    signs = ("#" if cells.is_year(c) else worded(c).casefold() for c in head)
    return re.sub(r"#[#|]*", "#", "|".join(signs)).rstrip("|")


def _names(name: str, text: str) -> bool:
    """Whether a heading is of a column."""
    pattern = _known()["headings"].get(name, "")
    words = re.sub(r"[_\s]+", " ", text).strip()
    same = words.casefold() == name.replace("_", " ").casefold()
    return same or bool(pattern and re.fullmatch(pattern, words, re.I))
