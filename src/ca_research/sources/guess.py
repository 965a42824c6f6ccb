"""A map for a file of no known layout: from its headings, its cells and the table's columns.

It is a proposal that the user sees before anything is added. What the file does not say is left
open and asked for; the unit of figures is never read out of its words, but told by the user.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ..ground import economies
from ..ground.errors import UsageError
from ..registry import Column, Table
from . import cells, names
from .mapping import Across, Field, Map, as_said, figure, heading, sheet_of
from .sheets import SHOWN_AS, Given, Sheet, shown

_NAMELESS = re.compile(r"(unnamed: \d+)?( \(\d+\))?", re.I)
"""No heading, as it is kept here and as pandas writes it."""
_LOOK = 40
"""Lines at the top in which a heading is looked for."""
_FIRST = 3
"""Cells that are shown of each column that is not read."""
_MOST_TEXTS = 20
"""Texts outside of the columns read that are shown."""
_NUMBERS = ("number", "integer")

WORDS: dict[str, str] = {
    "reporter": r"reporter|reporting (economy|country)|declarant|отчитывающ\w+|страна-отчет\w*|"
    r"报告国|报告方",
    "partner": r"partner|counterpart|страна-партнер|партнер\w*|контрагент|伙伴|贸易伙伴|国别",
    "origin": r"origin|home country|country of origin|nationality|citizenship|откуда|гражданство|"
    r"страна происхождения|来源国|生源国",
    "destination": r"destination|host|study country|страна обучения|куда|目的国|留学国|目的地",
    "economy": r"econom\w+|country|country name|territory|region|ref.?area|страна|государство|"
    r"国家|国家或地区",
    "investor": r"investor|source country|investing \w+|инвестор|投资国|投资来源",
    "host": r"host|recipient|destination|реципиент|东道国",
    "year": r"year|period|time|time.?period|date|ref.?year|academic year|год|период|учебный год|"
    r"年|年份|年度",
    "flow": r"flow|trade flow|direction|flow.?(desc|code)|поток|направление|流向|进出口",
    "product": r"product|commodity|hs|hs.?code|cmd.?code|commodity.?code|товар|код тн вэд|商品",
    "value_usd": r"(trade |primary )?value.*|amount.*|usd.*|us\$.*|стоимость.*|сумма.*|объем.*|"
    r"(thousand|million|mln|bn).*(usd|dollar|us\$).*|(тыс|млн|млрд).*(долл|usd).*|金额.*|总额.*|"
    r".*美元.*",
    "value": r"(obs.?)?value.*|figure|amount.*|значение.*|показатель|数值|值",
    "students": r"(number of )?students.*|enrol\w*.*|count|obs.?value|value|студент\w*.*|"
    r"численность.*|количество.*|(留)?学生(人)?数?|人数",
    "level": r"level|education level|isced.*|уровень.*|层次|学历",
    "indicator": r"indicator( code)?|series( code)?|индикатор|показатель|指标",
    "unit": r"unit.*|единица.*|ед\. ?изм.*|单位",
}
"""Headings by the name of a column, in the languages of the region's offices."""

MEANINGS: dict[str, dict[str, str]] = {
    "flow": {
        "export": r"exports?( \(fob\))?|exp\.?|x|вывоз|экспорт|эк|(?<!进)出口",
        "import": r"imports?( \(cif\))?|imp\.?|m|ввоз|импорт|им|进口",
    },
}
"""What words of files mean in a column of the table. 1 and 2 are told by no office alike."""

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


def meant(name: str, column: Column, word: str) -> str | None:
    """The table's own word for one of a file; None where it has none."""
    for value, pattern in MEANINGS.get(name, {}).items():
        if value in (column.values or ()) and re.fullmatch(pattern, word.strip(), re.I):
            return value
    return word if word in (column.values or ()) else None


def propose(content: Given, table: Table, user_map: Map) -> Map:
    """A map for a file, around what the user has said of it.

    Raises UsageError where several columns could be one of the table, or where nothing says in
    which unit money is counted.
    """
    return _Proposal(content, table, user_map).map()


class _Proposal:
    """What is made of a sheet, step by step: headings, columns of the table, what is left."""

    def __init__(self, content: Given, table: Table, user_map: Map) -> None:
        self.given, self.table, self.asked = content, table, user_map
        visible = [s for s in content.sheets if not s.hidden] or content.sheets
        named = bool(user_map.sheet)
        self.sheet = sheet_of(content, user_map) if named else max(visible, key=_filled)
        header, lines = self.heading_place()
        place = {"sheet": self.sheet.name, "header": header, "header_rows": lines}
        self.base = user_map.model_copy(update=place)
        self.heads, self.start = heading(self.sheet, self.base)
        self.above = self.sheet.rows[: self.start - lines]
        if not named:
            self.refuse_others_of_its_form(_form(self.sheet.rows[self.start - lines]))
        self.columns = dict(self.asked.columns)
        self.across, self.fills = self.asked.across, self.asked.fills

    def map(self) -> Map:
        for name, column in self.table.columns.items():
            unknown = column.type != "source" and name not in self.columns
            if unknown and (at := self.place_of(name, column)) is not None:
                self.columns[name] = self.field(name, column, at)
        self.add_economy_by_cells()
        self.spread()
        self.add_defaults()
        read = {f.column or "" for f in self.columns.values()} | {a.column for a in self.across}
        heads = enumerate(self.heads)
        unread = {at: head for at, head in heads if head not in read and self.cells(at)}
        chosen = {one.column for one in self.asked.only}
        beside = {at: head for at, head in unread.items() if head not in chosen}
        self.refuse_several_units(beside)
        self.refuse_told_otherwise(beside)
        self.refuse_split()
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

    def distinct(self, at: int) -> list[str]:
        """As `cells`, each once, of all rows."""
        return [c for c in self.sheet.distinct(at, self.start) if not cells.missing(c)]

    def few(self, at: int) -> tuple[str, ...]:
        """The first cells of a column that is not read, cut short."""
        values = list(dict.fromkeys(shown(cell)[:40] for cell in self.cells(at)))
        return (*values[:_FIRST], *["..."][: len(values) > _FIRST])

    def refusal(self, what: str, hint: str) -> UsageError:
        return UsageError(what, where=self.given.name, hint=hint)

    # --- the heading

    def heading_place(self) -> tuple[int, int]:
        """The line of the heading in the file, and how many lines it has."""
        said = self.asked.model_fields_set
        if "header" in said:
            return self.asked.header, self.asked.header_rows
        rows = self.sheet.rows
        scores = list(map(self.score, rows[:_LOOK]))
        place = scores.index(max(scores))
        line, below = self.sheet.lines[place], rows[place + 1 : place + 2]
        if "header_rows" in said or not below:
            return line, self.asked.header_rows
        years = any(map(cells.is_year, rows[place]))
        return line, 2 if self.words_only(below[0]) and (years or self.score(below[0])) else 1

    def score(self, row: list[Any]) -> int:
        """How much of a row are headings: names of columns, those that the user names, years."""
        texts = [" ".join(shown(c).split()) for c in row]
        wanted = {field.column for field in self.asked.columns.values()}
        hits = sum(_names(name, text) for text in texts for name in self.table.columns if text)
        years = sum(cells.is_year(c) for c in row if c is not None)
        return hits + 3 * sum(t in wanted for t in texts) + (years if years > 1 else 0)

    def words_only(self, row: list[Any]) -> bool:
        """Whether a row below a heading still says what columns are: words, and no figure."""
        texts, columns = [shown(c) for c in row if shown(c)], self.table.columns.items()
        known = [t for t in texts if any(meant(n, c, t) for n, c in columns if c.values)]
        return len(known) >= 2 and not any(isinstance(cells.number(t), float) for t in texts)

    def refuse_others_of_its_form(self, form: str) -> None:
        """Refuse a workbook of which other sheets have the same headings, maybe of other years."""
        others = [
            s.name
            for s in self.given.sheets
            if not s.hidden and s is not self.sheet and form in map(_form, s.rows[:_LOOK])
        ]
        if others:
            raise self.refusal(
                f"sheets have the same headings, and one is read: {', '.join(others)}",
                "name one by `sheet` in the map, or lay them under one heading in one sheet",
            )

    # --- columns of the table

    def place_of(self, name: str, column: Column) -> int | None:
        """The heading whose words are those of the column and whose cells could be its values;
        refuses several of figures or economies of which none is the plain one.
        """
        taken = {f.column for f in self.columns.values()}
        fitting = [
            at
            for at, head in enumerate(self.heads)
            if head not in taken
            and (_names(name, head) or _names(name, head.split(" | ")[-1]))
            and (sample := self.cells(at, 400))
            and (head.casefold() == name or _could_be(column, sample))
        ]
        fitting = [at for at in fitting if self.heads[at].casefold() == name] or fitting
        if len(fitting) > 1 and column.type in ("number", "economy"):
            dollars = "USD" in (column.unit or "")
            in_dollars = [at for at in fitting if dollars and _DOLLARS.search(self.heads[at])]
            plain = [at for at in fitting if _names(name, self.heads[at], plain=True)]
            lone = next((few for few in (in_dollars, plain) if len(few) == 1), None)
            fitting = lone or self.alike(name, column, fitting)
        return fitting[0] if fitting else None

    def alike(self, name: str, column: Column, places: list[int]) -> list[int]:
        """Refuse columns that could each be the one of the table, where they do not say the same;
        of economies one may leave cells empty, or tell what is none ('World' without a code).
        """
        read = names.code if column.type == "economy" else str
        for row in self.sheet.rows[self.start :][:400]:
            values = {read(shown(row[at]) if at < len(row) else "") for at in places} - {None}
            if len(values) > 1:
                heads = [self.heads[at] for at in places[:6]]
                raise self.refusal(
                    f"several columns could be {name}: {', '.join(heads)}",
                    f"say in the map which, {name}: {heads[0]}",
                )
        return places

    def field(self, name: str, column: Column, at: int) -> Field:
        texts = dict.fromkeys(map(shown, self.cells(at, 400))) if column.values else ()
        words = {t: word for t in texts if (word := meant(name, column, t)) not in (None, t)}
        return Field(column=self.heads[at], words=words)

    def add_economy_by_cells(self) -> None:
        """One economy of the table still open, and a column of the file that holds economies."""
        lacking = [n for n in self.table.of_type("economy") if n not in self.columns]
        taken = {f.column for f in self.columns.values()}
        like = [
            at
            for at, head in enumerate(self.heads)
            if head not in taken and _share(_single(self.cells(at, 400)), _is_named) >= 0.6
        ]
        if len(lacking) == 1 and like:
            self.alike(lacking[0], self.table.columns[lacking[0]], like)
            self.columns[lacking[0]] = Field(column=self.heads[like[0]])

    def spread(self) -> None:
        """Headings that are years, or years and words of a category, and what stands below them."""
        if not self.across:
            self.across, self.fills = self.values_in_headings()
        fixed = self.asked.columns
        self.across = as_said(self.across, self.fills, fixed, self.table, self.given.name)
        if not self.across:
            self.fills = ""
            return
        for name in {self.fills, *(k for a in self.across for k in a.gives)} - fixed.keys():
            self.columns.pop(name, None)
        self.columns.setdefault(self.fills, Field(column=self.across[0].column))

    def values_in_headings(self) -> tuple[tuple[Across, ...], str]:
        """Headings that are values, and the column of the table that their cells fill."""
        value = figure(self.table)
        across = [Across(column=h, gives=g) for h in self.heads if (g := self.gives(h))]
        of_years = [one for one in across if "year" in one.gives]
        down = "year" in self.columns and self.columns["year"].constant is None
        of_words = [one for one in across if len(one.gives) == 1 and one not in of_years]
        kinds = {name for one in of_words for name in one.gives}
        if value and of_years and not down:
            return tuple(of_years), value
        if value and len(kinds) == 1 and len(of_words) >= 2 and not kinds & self.columns.keys():
            return tuple(of_words), value
        return (), ""

    def gives(self, head: str) -> dict[str, str]:
        """What the parts of a heading are in the table: {'year': '2019', 'flow': 'export'}."""
        gives = {}
        for part in head.split(" | "):
            year = cells.year(part, "last")
            if "year" in self.table.columns and year not in ("must be a year", cells.A_RATIO):
                gives["year"] = part
                continue
            closed = [(n, c) for n, c in self.table.columns.items() if c.values]
            matches = ((n, word) for n, c in closed if (word := meant(n, c, part)))
            name, word = next(matches, ("", ""))
            if not name:
                return {}
            gives[name] = word
        return gives

    def add_defaults(self) -> None:
        """Columns of which the file says nothing and for which the table has a word for that."""
        filled = {*self.columns, *(k for a in self.across for k in a.gives)}
        for name, column in self.table.columns.items():
            words = {"unspecified", "unknown"} & {*(column.values or ())}
            if words and name not in filled:
                self.columns[name] = Field(constant=words.pop())

    # --- what is not read

    def figures(self) -> list[int]:
        """Where figures stand."""
        columns = self.table.columns
        numbers = {f.column for n, f in self.columns.items() if columns[n].type in _NUMBERS}
        read = numbers | {a.column for a in self.across}
        return [at for at, head in enumerate(self.heads) if head in read]

    def texts(self) -> tuple[str, ...]:
        """Titles, labels, and notes in rows without a figure: what may tell of units and parts."""
        figures = self.figures()
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

    def refuse_split(self) -> None:
        """Refuse figures of a text whose decimals may stand in a column without a heading behind
        them: of `4,5` without quotes the 4 alone came in.
        """
        for at in self.figures():
            if at + 1 == len(self.heads) or not _NAMELESS.fullmatch(self.heads[at + 1]):
                continue
            texts = (c for c in self.sheet.column(at + 1, self.start) if isinstance(c, str))
            if split := next((c for c in texts if re.fullmatch(r"\s*-?\d+\s*", c)), None):
                raise self.refusal(
                    f"figures in a column without a heading, behind {self.heads[at]!r}: {split}",
                    "are they the decimals of the column before? put such numbers in quotes, or "
                    "export the file with another separator; else give the column a heading",
                )

    def refuse_several_units(self, beside: dict[int, str]) -> None:
        """Refuse figures whose units, in a column that nothing reads, differ from row to row."""
        for at, head in beside.items():
            if _UNIT_HEADS.fullmatch(head) and len(units := self.distinct(at)) > 1:
                raise self.refusal(
                    f"figures of several units: {', '.join(units[:4])}",
                    "make them one unit in the file, or say in the map which rows count: "
                    f"only: [{{column: {head}, among: [{units[0]}], why: other units}}]",
                )

    def refuse_told_otherwise(self, beside: dict[int, str]) -> None:
        """Refuse one value for all rows where a column that has the name of it tells another."""
        for name, field in self.asked.columns.items():
            column, constant = self.table.columns[name], field.constant
            for at, head in beside.items():
                if constant is None or column.type == "number" or not _names(name, head):
                    continue
                for cell in self.distinct(at):
                    if not _same(name, column, cell, constant):
                        raise self.refusal(
                            f"{name} is always {constant}, and column {head!r} says {cell}",
                            f"say nothing of {name}, or which rows count: "
                            f"only: [{{column: {head}, among: [...], why: ...}}]",
                        )

    # --- units of figures

    def tell_times(self, texts: tuple[str, ...]) -> float | None:
        """What money is multiplied by, which is put into its columns; 1 where each says its own.

        Raises UsageError where nobody says it, or where a heading is of other money. Of persons it
        has to be said only where a text speaks of thousands or shares.
        """
        user_map, money = self.asked, False
        shown_as = [text for text in texts if text.startswith(SHOWN_AS)]
        for name, field in self.columns.items():
            unit = self.unit(name)
            if unit is None or not field.column or not (unit or user_map.times):
                continue
            money = money or bool(unit)
            heads = [field.column]
            if name == self.fills and name not in user_map.columns:
                heads = [a.column for a in self.across]
            other = next(filter(_of_other_money, (*heads, *shown_as)), None)
            if unit == "USD" and other:
                raise self.refusal(
                    f"figures of {name} in other money than US dollars: {other}",
                    "convert them in the file, and call the column USD",
                )
            if "times" in field.model_fields_set:
                continue
            doubtful = next(filter(_SCALES.search, (*heads, *texts)), "")
            if user_map.times is None and (doubtful or (unit == "USD" and field.column != name)):
                raise self.refusal(
                    f"nothing says in which unit {name} is counted: {doubtful or heads[0]}",
                    "--times ones, thousands, millions or billions; in a map times: 1000",
                )
            self.columns[name] = field.model_copy(update={"times": user_map.times or 1.0})
        return 1.0 if money and user_map.times is None else user_map.times

    def unit(self, name: str) -> str | None:
        """'USD' or 'PERSONS' where figures of a column are such, by the table or by the unit that
        is said of all rows; else '', and None of a column without figures.
        """
        column, unit = self.table.columns[name], ""
        if column.type not in _NUMBERS:
            return None
        if "unit" in self.columns and column.role == "value":
            unit = self.columns["unit"].constant or ""
        unit = "USD" if _DOLLARS.search(unit) else (column.unit or "").upper()
        return "USD" if unit.startswith("USD") else unit if unit == "PERSONS" else ""


def _of_other_money(head: str) -> bool:
    return bool(_OTHER_MONEY.search(head)) and not _DOLLARS.search(head)


def _same(name: str, column: Column, cell: str, constant: str) -> bool:
    """Whether a cell tells the value that is said of all rows."""
    if column.type == "economy":
        return names.code(cell) == names.code(constant)
    if column.type == "year":
        ends = (cells.year(cell, "first"), cells.year(cell, "last"))
        return cells.year(constant, "last") in ends
    closed = column.values or cell.isdigit() or re.match(column.form or "$", cell)
    return not closed or (meant(name, column, cell) or cell).casefold() == constant.casefold()


def _filled(sheet: Sheet) -> int:
    return sum(cell not in (None, "") for row in sheet.rows[:200] for cell in row)


def _form(head: list[Any]) -> str:
    """Headings without case and spaces; years that follow each other are one sign."""
    signs = ("#" if cells.is_year(c) else " ".join(shown(c).split()).casefold() for c in head)
    return re.sub(r"#[#|]*", "#", "|".join(signs)).rstrip("|")


def _names(name: str, text: str, *, plain: bool = False) -> bool:
    """Whether a heading is of a column; a plain one says nothing more than its name."""
    pattern = WORDS.get(name, "")
    pattern = re.sub(r"\.\*|\\w\*", "", pattern) if plain else pattern
    words = re.sub(r"[_\s]+", " ", text).strip()
    same = words.casefold() == name.replace("_", " ").casefold()
    return same or bool(pattern and re.fullmatch(pattern, words, re.I))


def _could_be(column: Column, sample: list[Any]) -> bool:
    if column.type == "economy":
        return _share(_single(sample), lambda c: names.code(shown(c))) >= 0.4
    if column.type == "year":
        return _share(sample, lambda c: cells.year(c, "last") != "must be a year") >= 0.6
    if column.type in _NUMBERS:
        return _share(sample, lambda c: re.search(r"\d", shown(c))) >= 0.5
    return True


def _share(sample: list[Any], holds: Callable[[Any], Any]) -> float:
    return sum(bool(holds(c)) for c in sample) / max(len(sample), 1)


def _is_named(cell: Any) -> bool:
    """Whether a cell is the name or the letters of an economy, and no number of one."""
    return not shown(cell).isdigit() and names.code(shown(cell)) is not None


def _single(sample: list[Any]) -> list[Any]:
    """Cells without totals and groups, which stand among economies and are none."""
    return [c for c in sample if names.code(shown(c)) or not economies.no_economy(shown(c))]
