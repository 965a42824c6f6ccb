"""A map for a file of no known layout: from its headings, its cells and the table's columns.

It is a proposal that the user sees before anything is added. What the file does not say is left
open and asked for; the unit of figures is never read out of its words, but told by the user.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from ..ground.errors import UsageError
from ..registry import Column, Table
from . import cells, names
from .mapping import Across, Field, Map, as_said, heading
from .sheets import SHOWN_AS, Given, Sheet, shown

_NAMELESS = re.compile(r"(unnamed: \d+)?( \(\d+\))?", re.I)
"""No heading, as it is kept here and as pandas writes it."""
_LOOK = 40
"""Lines at the top in which a heading is looked for."""
_FIRST = 3
"""Cells that are shown of each column that is not read."""
_MOST_TEXTS = 20
"""Texts outside of the columns read that are shown."""

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


def propose(given: Given, table: Table, said: dict[str, Any]) -> Map:
    """A map for a file, around what the user has said of it.

    Raises UsageError where several columns could be one of the table, or where nothing says in
    which unit money is counted.
    """
    asked = Map.model_validate(said)
    sheet = _best_sheet(given, asked.sheet)
    place, lines = _heading_place(sheet, table, said)
    if "sheet" not in said and len(given.sheets) > 1:
        _refuse_others_of_its_form(given, sheet, sheet.rows[place])
    base = Map(sheet=sheet.name, header=sheet.lines[place], header_rows=lines)
    heads, start = heading(sheet, base)
    body = sheet.rows[start : start + 400]
    fixed = asked.columns
    columns = dict(fixed)
    taken = {f.column for f in fixed.values() if f.column}
    for name, column in table.columns.items():
        if column.type != "source" and name not in columns:
            at = _place_of(given, name, column, heads, body, taken)
            if at is not None:
                columns[name] = _field(name, column, heads[at], _column(body, at))
                taken.add(heads[at])
    _economies_by_cells(given, table, columns, heads, body, taken)
    across, fills = asked.across, asked.fills
    if not across:
        across, fills = _across(table, columns, heads)
    across = as_said(across, fills, fixed, table, given.name)
    for name in {fills, *(k for a in across for k in a.gives)} - fixed.keys() if across else ():
        columns.pop(name, None)
    if across and fills not in columns:
        columns[fills] = Field(column=across[0].column)
    _one_choice(table, columns, across)
    read = {f.column or "" for f in columns.values()} | {a.column for a in across}
    unread = {
        head: list(dict.fromkeys(shown(c) for c in _column(sheet.rows[start:], at)))
        for at, head in enumerate(heads)
        if head not in read and _column(sheet.rows[start:], at)
    }
    read |= {one.column for one in asked.only}
    beside = {at: head for at, head in enumerate(heads) if head in unread and head not in read}
    _refuse_several_units(given, sheet, start, beside)
    _refuse_told_otherwise(given, sheet, start, beside, table, fixed)
    figures = [heads.index(h) for h in read & set(heads) if _is_figure(h, columns, across, table)]
    _refuse_split(given, sheet, start, heads, figures)
    texts = _texts(sheet, place, start, figures)
    times = _times(given, asked, table, columns, across, texts)
    rest = said.keys() - {"columns", "across", "fills", "times"}
    return base.model_copy(
        update={
            "columns": columns,
            "across": across,
            "fills": fills if across else "",
            "times": times,
            "unread": {head: _few(told) for head, told in unread.items()},
            "texts": texts,
        }
        | {k: getattr(asked, k) for k in rest}
    )


# --- units of figures


def _times(
    given: Given,
    asked: Map,
    table: Table,
    columns: dict[str, Field],
    across: tuple[Across, ...],
    texts: Collection[str],
) -> float | None:
    """What money is multiplied by, which is put into its columns; 1 where each column says its own.

    Raises UsageError where nobody says it, or where a heading is of other money. Of persons it has
    to be said only where a text speaks of thousands or shares.
    """
    for name, field in columns.items():
        unit = _unit(name, table, columns)
        number = table.columns[name].type in ("number", "integer")
        if not number or not field.column or not (unit or asked.times):
            continue
        heads = [a.column for a in across] if name not in asked.columns and across else []
        heads = heads or [field.column]
        shown_as = (text for text in texts if text.startswith(SHOWN_AS))
        if unit == "USD" and (other := next(filter(_of_other_money, (*heads, *shown_as)), None)):
            raise UsageError(
                f"figures of {name} in other money than US dollars: {other}",
                where=given.name,
                hint="convert them in the file, and call the column USD",
            )
        if "times" in field.model_fields_set:
            continue
        doubtful = next(filter(_SCALES.search, (*heads, *texts)), "") if unit else ""
        if asked.times is None and (doubtful or (unit == "USD" and field.column != name)):
            raise UsageError(
                f"nothing says in which unit {name} is counted: {doubtful or heads[0]}",
                where=given.name,
                hint="--times ones, thousands, millions or billions; in a map times: 1000",
            )
        columns[name] = field.model_copy(update={"times": asked.times or 1.0})
    money = any(_unit(name, table, columns) and columns[name].column for name in columns)
    return 1.0 if money and asked.times is None else asked.times


def _unit(name: str, table: Table, columns: Mapping[str, Field]) -> str:
    """'USD' or 'PERSONS' where figures of a column are such, by the table or by the unit that is
    said of all rows; else ''.
    """
    column = table.columns[name]
    if column.type not in ("number", "integer"):
        return ""
    unit = (column.unit or "").upper()
    if "unit" in columns and column.role == "value":
        unit = "USD" if _DOLLARS.search(columns["unit"].constant or "") else unit
    return "USD" if unit.startswith("USD") else unit if unit == "PERSONS" else ""


def _of_other_money(head: str) -> bool:
    return bool(_OTHER_MONEY.search(head)) and not _DOLLARS.search(head)


def _refuse_several_units(
    given: Given, sheet: Sheet, start: int, beside: Mapping[int, str]
) -> None:
    """Refuse figures whose units, in a column that nothing reads, differ from row to row."""
    for at, head in beside.items():
        if _UNIT_HEADS.fullmatch(head):
            units = [u for u in sheet.distinct(at, start) if not cells.missing(u)]
            if len(units) > 1:
                raise UsageError(
                    f"figures of several units: {', '.join(units[:4])}",
                    where=f"{given.name}: column {head!r}",
                    hint="make them one unit in the file, or say in the map which rows count: "
                    f"only: [{{column: {head}, among: [{units[0]}], why: other units}}]",
                )


def _refuse_told_otherwise(
    given: Given,
    sheet: Sheet,
    start: int,
    beside: Mapping[int, str],
    table: Table,
    fixed: Mapping[str, Field],
) -> None:
    """Refuse one value for all rows where a column that has the name of it tells another."""
    for name, field in fixed.items():
        column, constant = table.columns[name], field.constant
        for at, head in beside.items():
            if constant is None or not _names(name, head) or column.type in ("number", "integer"):
                continue
            told = [c for c in sheet.distinct(at, start) if not cells.missing(c)]
            if other := next((c for c in told if not _same(name, column, c, constant)), None):
                raise UsageError(
                    f"{name} is said to be always {constant}, and column {head!r} says {other}",
                    where=given.name,
                    hint=f"say nothing of {name}, or which rows count: "
                    f"only: [{{column: {head}, among: [...], why: ...}}]",
                )


def _same(name: str, column: Column, cell: str, constant: str) -> bool:
    """Whether a cell tells the value that is said of all rows."""
    if column.type == "economy":
        return names.code(cell) == names.code(constant)
    if column.type == "year":
        return cells.year(constant, "last") in (cells.year(cell, "first"), cells.year(cell, "last"))
    closed = column.values or cell.isdigit() or re.match(column.pattern or "$", cell)
    return not closed or (meant(name, column, cell) or cell).casefold() == constant.casefold()


# --- what is not read


def _few(told: list[str]) -> tuple[str, ...]:
    return (*(one[:40] for one in told[:_FIRST]), *(["..."] if len(told) > _FIRST else []))


def _is_figure(
    head: str, columns: Mapping[str, Field], across: tuple[Across, ...], table: Table
) -> bool:
    """Whether figures stand under a heading."""
    return any(head == a.column for a in across) or any(
        field.column == head and table.columns[name].type in ("number", "integer")
        for name, field in columns.items()
    )


def _texts(sheet: Sheet, place: int, start: int, figures: list[int]) -> tuple[str, ...]:
    """Titles, labels, and notes in rows without a figure: what may tell of units and of parts."""
    rows = [
        row
        for row in sheet.rows[start:]
        if not any(at < len(row) and re.search(r"\d", shown(row[at])) for at in figures)
    ]
    found = (shown(c) for row in (*sheet.rows[:place], *rows) for c in row)
    worded = (t for t in found if re.search(r"[^\W\d_]", t) and not cells.missing(t))
    kept = [t[:100] for t in worded if names.code(t) is None and not names.no_economy(t)]
    told = list(dict.fromkeys([*sheet.told, *kept]))
    more = [f"... and {len(told) - _MOST_TEXTS} more"] if len(told) > _MOST_TEXTS else []
    return (*told[:_MOST_TEXTS], *more)


def _refuse_split(
    given: Given, sheet: Sheet, start: int, heads: list[str], figures: list[int]
) -> None:
    """Refuse figures of a text whose decimals may stand in a column without a heading behind them:
    of `4,5` without quotes the 4 alone came in.
    """
    for at in (n + 1 for n in figures if n + 1 < len(heads) and _NAMELESS.fullmatch(heads[n + 1])):
        cells_ = (c for c in sheet.column(at, start) if isinstance(c, str))
        if split := next((c for c in cells_ if re.fullmatch(r"\s*-?\d+\s*", c)), None):
            raise UsageError(
                f"figures in a column without a heading, behind {heads[at - 1]!r}: {split}",
                where=given.name,
                hint="are they the decimals of the column before? put such numbers in quotes, or "
                "export the file with another separator; else give the column a heading",
            )


# --- sheets and headings


def _best_sheet(given: Given, wanted: str) -> Sheet:
    named = [s for s in given.sheets if wanted and s.name == wanted]
    visible = [s for s in given.sheets if not s.hidden] or given.sheets
    return named[0] if named else max(visible, key=_filled)


def _filled(sheet: Sheet) -> int:
    return sum(cell not in (None, "") for row in sheet.rows[:200] for cell in row)


def _refuse_others_of_its_form(given: Given, sheet: Sheet, head: list[Any]) -> None:
    """Refuse a workbook of which other sheets have the same headings, maybe of other years."""
    form = _form(head)
    others = [
        s.name
        for s in given.sheets
        if not s.hidden and any(_form(row) == form for row in s.rows[:_LOOK])
    ]
    if others != [sheet.name]:
        raise UsageError(
            f"{len(others)} sheets have the same headings, and one is read at a time",
            where=f"{given.name}: {', '.join(others)}",
            hint="name one by `sheet` in the map, or lay them under one heading in one sheet",
        )


def _form(head: list[Any]) -> str:
    """Headings without case and spaces; years that follow each other are one sign."""
    signs = ("#" if cells.is_year(c) else " ".join(shown(c).split()).casefold() for c in head)
    return re.sub(r"#[#|]*", "#", "|".join(signs)).rstrip("|")


def _heading_place(sheet: Sheet, table: Table, said: dict[str, Any]) -> tuple[int, int]:
    """Where the heading begins and how many lines it has."""
    if "header" in said:
        place = next((i for i, n in enumerate(sheet.lines) if n >= said["header"]), 0)
        return place, said.get("header_rows", 1)
    wanted = {f["column"] for f in said.get("columns", {}).values() if "column" in f}
    scores = [_score(row, table, wanted) for row in sheet.rows[:_LOOK]]
    place = max(range(len(scores)), key=lambda i: (scores[i], -i))
    if "header_rows" in said:
        return place, said["header_rows"]
    below = sheet.rows[place + 1 : place + 2]
    years = any(cells.is_year(c) for c in sheet.rows[place])
    second = below and _words_only(below[0], table) and (years or _score(below[0], table, wanted))
    return place, 2 if second else 1


def _words_only(row: list[Any], table: Table) -> bool:
    """Whether a row below a heading still says what columns are: words of a category, no figure."""
    texts = [shown(c) for c in row if shown(c)]
    known = [t for t in texts if any(meant(n, c, t) for n, c in table.columns.items() if c.values)]
    return len(known) >= 2 and not any(isinstance(cells.number(t), float) for t in texts)


def _score(row: list[Any], table: Table, wanted: set[str]) -> int:
    texts = [" ".join(shown(c).split()) for c in row]
    hits = sum(_names(name, text) for text in texts for name in table.columns if text)
    years = sum(cells.is_year(c) for c in row if c is not None)
    return hits + 3 * sum(t in wanted for t in texts) + (years if years > 1 else 0)


def _names(name: str, text: str, *, plain: bool = False) -> bool:
    """Whether a heading is of a column; a plain one says nothing more than its name."""
    pattern = WORDS.get(name, "")
    pattern = re.sub(r"\.\*|\\w\*", "", pattern) if plain else pattern
    words = re.sub(r"[_\s]+", " ", text).strip()
    same = words.casefold() == name.replace("_", " ").casefold()
    return same or bool(pattern and re.fullmatch(pattern, words, re.I))


# --- columns


def _column(body: list[list[Any]], at: int) -> list[Any]:
    return [row[at] for row in body if at < len(row) and not cells.missing(row[at])]


def _place_of(
    given: Given,
    name: str,
    column: Column,
    heads: list[str],
    body: list[list[Any]],
    taken: set[str],
) -> int | None:
    """The heading whose words are those of the column and whose cells could be its values; refuses
    several of figures or economies of which none is the plain one.
    """
    fitting = [
        at
        for at, head in enumerate(heads)
        if head not in taken
        and (_names(name, head) or _names(name, head.split(" | ")[-1]))
        and (found := _column(body, at))
        and (head.casefold() == name or _could_be(column, found))
    ]
    same = [at for at in fitting if heads[at].casefold() == name.casefold()]
    fitting = same or fitting
    if len(fitting) < 2 or column.type not in ("number", "economy"):
        return fitting[0] if fitting else None
    in_dollars = [
        at for at in fitting if "USD" in (column.unit or "") and _DOLLARS.search(heads[at])
    ]
    plain = [at for at in fitting if _names(name, heads[at], plain=True)]
    for fewer in (in_dollars, plain):
        if len(fewer) == 1:
            return fewer[0]
    _refuse_several(given, name, column, fitting, heads, body)
    return fitting[0]


def _refuse_several(
    given: Given,
    name: str,
    column: Column,
    places: list[int],
    heads: list[str],
    body: list[list[Any]],
) -> None:
    """Refuse columns that could each be the one of the table, where they do not say the same; of
    economies one may leave cells empty, or tell what is none ('World' without a code).
    """
    read = names.code if column.type == "economy" else str
    for row in body:
        told = {read(shown(row[at]) if at < len(row) else "") for at in places} - {None}
        if len(told) > 1:
            raise UsageError(
                f"several columns could be {name}: {', '.join(heads[at] for at in places[:6])}",
                where=given.name,
                hint=f"say in the map which, {name}: {heads[places[0]]}",
            )


def _could_be(column: Column, found: list[Any]) -> bool:
    if column.type == "economy":
        return _share(_single(found), lambda c: names.code(shown(c))) >= 0.4
    if column.type == "year":
        return _share(found, lambda c: cells.year(c, "last") != "must be a year") >= 0.6
    if column.type in ("number", "integer"):
        return _share(found, lambda c: re.search(r"\d", shown(c))) >= 0.5
    return bool(found)


def _share(found: list[Any], holds: Callable[[Any], Any]) -> float:
    return sum(bool(holds(c)) for c in found) / max(len(found), 1)


def _single(found: list[Any]) -> list[Any]:
    """Cells without totals and groups, which stand among economies and are none."""
    return [c for c in found if names.code(shown(c)) or not names.no_economy(shown(c))]


def _field(name: str, column: Column, head: str, found: list[Any]) -> Field:
    texts = dict.fromkeys(shown(c) for c in found) if column.values else ()
    words = {t: own for t in texts if (own := meant(name, column, t)) and own != t}
    return Field(column=head, words=words)


def _economies_by_cells(
    given: Given,
    table: Table,
    columns: dict[str, Field],
    heads: list[str],
    body: list[list[Any]],
    taken: set[str],
) -> None:
    """One economy of the table still open, and one column of the file whose cells are economies."""
    open_ = [n for n in table.of_type("economy") if n not in columns]
    like = [
        at
        for at in range(len(heads))
        if heads[at] not in taken
        and _share(
            _single(_column(body, at)), lambda c: not shown(c).isdigit() and names.code(shown(c))
        )
        >= 0.6
    ]
    if len(open_) == 1 and like:
        _refuse_several(given, open_[0], table.columns[open_[0]], like, heads, body)
        columns[open_[0]] = Field(column=heads[like[0]])
        taken.add(heads[like[0]])


def _across(
    table: Table, columns: dict[str, Field], heads: list[str]
) -> tuple[tuple[Across, ...], str]:
    """Headings that are years, or years and words of a category, and the column that they fill."""
    value = next((n for n, c in table.columns.items() if c.role == "value"), "") or next(
        (n for n, c in table.columns.items() if c.type == "number"), ""
    )
    found = [Across(column=head, gives=g) for head in heads if value and (g := _gives(head, table))]
    of_years = [one for one in found if "year" in one.gives]
    if of_years and not ("year" in columns and columns["year"].constant is None):
        return tuple(of_years), value
    of_words = [one for one in found if "year" not in one.gives and len(one.gives) == 1]
    kinds = {name for one in of_words for name in one.gives}
    if len(kinds) == 1 and len(of_words) >= 2 and not kinds & columns.keys():
        return tuple(of_words), value
    return (), ""


def _gives(head: str, table: Table) -> dict[str, str]:
    """What the parts of a heading are in the table: {'year': '2019', 'flow': 'export'}."""
    gives = {}
    for part in head.split(" | "):
        year = cells.year(part, "last")
        if "year" in table.columns and year not in ("must be a year", cells.A_RATIO):
            gives["year"] = part
            continue
        for name, column in table.columns.items():
            if column.values and (own := meant(name, column, part)):
                gives[name] = own
                break
        else:
            return {}
    return gives


def _one_choice(table: Table, columns: dict[str, Field], across: tuple[Across, ...]) -> None:
    """Columns of which the file says nothing and for which the table has a word for just that."""
    for name, value in _defaults(table):
        if name not in {*columns, *(k for a in across for k in a.gives)}:
            columns[name] = Field(constant=value)


def _defaults(table: Table) -> Iterator[tuple[str, str]]:
    for name, column in table.columns.items():
        for word in ("unspecified", "unknown"):
            if column.values and word in column.values:
                yield name, word
