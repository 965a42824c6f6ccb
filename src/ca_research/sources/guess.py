"""A map for a file of no known layout: from its headings, its cells and the table's columns.

It is a proposal that the user sees before anything is added; what the file does not say is left
open and asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..ground import economies
from ..ground.errors import UsageError
from ..registry import Column, Table
from . import cells, money, names, units, unread
from .mapping import Across, Field, Map, as_said, heading
from .sheets import Given, Sheet, shown

_NAMELESS = re.compile(r"(unnamed: \d+)?( \(\d+\))?", re.I)
"""No heading, as it is kept here and as pandas writes it."""
_CHINESE = r"\u4e00-\u9fff"
_WORDS_OF_A_KIND = 6
"""Words in a cell beyond which it is a remark, and names no kind of figures."""
_LOOK = 40
"""Lines at the top in which a heading is looked for."""

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


def meant(name: str, column: Column, word: str) -> str | None:
    """The table's own word for one of a file; None where it has none."""
    for value, pattern in MEANINGS.get(name, {}).items():
        if value in (column.values or ()) and re.fullmatch(pattern, word.strip(), re.I):
            return value
    return word if word in (column.values or ()) else None


def _told(name: str, column: Column, text: str) -> list[tuple[int, str]]:
    """Where words of a category begin in a text, and the table's own word for each; a few letters
    alone are none, for they stand for much else.
    """
    return [
        (hit.start(), value)
        for value, pattern in MEANINGS.get(name, {}).items()
        for hit in re.finditer(rf"(?<![^\W{_CHINESE}])(?:{pattern})", text, re.I)
        if value in (column.values or ()) and re.search(rf"\w{{4}}|[{_CHINESE}]", hit[0])
    ]


def propose(given: Given, table: Table, said: dict[str, Any]) -> Map:
    """A map for a file, around what the user has said of it."""
    asked = Map.model_validate(said)
    sheet = _best_sheet(given, said.get("sheet", ""))
    place, lines = _heading_place(sheet, table, said)
    if "sheet" not in said and len(given.sheets) > 1:
        _one_of_its_form(given, sheet, sheet.rows[place])
    base = Map(sheet=sheet.name, header=sheet.lines[place], header_rows=lines)
    heads, start = heading(sheet, base)
    body = sheet.rows[start : start + 400]
    fixed = asked.columns
    taken = {f.column for f in fixed.values() if f.column}
    columns = {name: units.as_headed(field, table.columns[name]) for name, field in fixed.items()}
    for name, column in table.columns.items():
        if column.type != "source" and name not in columns:
            at = _place_of(given, name, column, heads, body, taken)
            if at is not None:
                columns[name] = _field(name, column, heads[at], _column(body, at), table)
                taken.add(heads[at])
    _economies_by_cells(given, table, columns, heads, body, taken)
    across, fills = asked.across, asked.fills
    if not across:
        across, fills = _across(table, columns, heads, body)
    across = as_said(across, fills, fixed, table, given.name)
    fills = fills if across else ""
    if fills and fills in columns and fills not in fixed:
        del columns[fills]
    for name in {k for a in across for k in a.gives} - fixed.keys():
        columns.pop(name, None)
    if fills and fills not in columns:
        times = _times(sheet, place, heads, across)
        columns[fills] = Field(column=across[0].column, times=times)
    _one_choice(table, columns, across)
    _by_name_alone(table, columns, across, heads, body)
    found = base.model_copy(update={"columns": columns, "across": across, "fills": fills})
    units.scaled(given, sheet, found, table, fixed)
    read = {field.column for field in columns.values()}
    read |= {one.column for one in across} | {one.column for one in asked.only}
    beside = unread.columns(heads, sheet.rows[start:], read)
    unread.refuse(beside, given.name, table, columns)
    _refuse_other_words(beside, given.name, table, fixed)
    _refuse_split(given, heads, sheet.rows[start:], columns, across, table)
    units.refuse_others(given, found, table, fixed)
    _refuse_other_titles(given, found, table, fixed)
    rest = said.keys() - {"columns", "across", "fills"}
    left = {"unread": unread.first(beside)}
    return found.model_copy(update=left | {k: getattr(asked, k) for k in rest})


def _refuse_other_words(
    beside: dict[str, tuple[str, ...]], where: str, table: Table, fixed: dict[str, Field]
) -> None:
    """Refuse columns that tell what the user says of all rows, and tell something else: those whose
    cells are words of a category, and those whose heading is that of an economy, a year or a code.
    """
    for name, field in fixed.items():
        column = table.columns[name]
        if field.constant is None:
            continue
        said = field.constant.casefold()
        for head, told in beside.items():
            if not column.values and _names(name, head):
                own = Field(column=head)
                unread.refuse_other_values(name, field, own, told, table, where)
            if column.values and (other := _other_word(name, column, said, told)):
                what = f"{name} is said to be always {field.constant}, and cells say {other}"
                raise unread.refused(what, head, where, f"read it of its column, {name}: {head}")


def _other_word(name: str, column: Column, said: str, told: tuple[str, ...]) -> str | None:
    """A cell that is a word of another category than the one that is said, where all are words; or
    begins with one and does not speak of both: `Exports of goods` beside `Balance`.
    """
    own = {one: meant(name, column, one) for one in told}
    if any(unread.is_whole(one) or not value for one, value in own.items()):
        few = [one for one in told if len(one.split()) <= _WORDS_OF_A_KIND]
        own = {one: _first_told(name, column, said, one) for one in few if len(told) <= unread.MANY}
    return min((one for one, value in own.items() if value not in ("", said)), default=None)


def _first_told(name: str, column: Column, said: str, text: str) -> str:
    """The category with whose word a text begins; what is said where it speaks of that too."""
    told = _told(name, column, text)
    first = next((value for at, value in told if at == 0), "")
    return said if said in (value for _, value in told) else first


def _refuse_other_titles(given: Given, found: Map, table: Table, fixed: dict[str, Field]) -> None:
    """Refuse a sheet, a title or a heading of figures that speaks of another category than the one
    that is said.
    """
    numbers = (n for n, c in table.columns.items() if c.type in ("number", "integer"))
    heads = (found.columns[n].column or "" for n in numbers if n in found.columns)
    texts = (found.sheet, *units.titles_above(given, found), *heads)
    for name, field in fixed.items():
        for text in texts if field.constant else ():
            told = {value for _, value in _told(name, table.columns[name], text)}
            if told and str(field.constant).casefold() not in told:
                raise UsageError(
                    f"{name} is said to be always {field.constant}, and a title says {text[:80]}",
                    where=given.name,
                    hint=f"--set {name}={min(told)}, or take these words out of the file",
                )


def _refuse_split(
    given: Given,
    heads: list[str],
    body: list[list[Any]],
    columns: dict[str, Field],
    across: tuple[Across, ...],
    table: Table,
) -> None:
    """Refuse whole numbers of a text whose decimals may stand in a column without a heading behind
    them: of `4,5` without quotes the 4 alone came in.
    """
    numbers = (n for n, c in table.columns.items() if c.type in ("number", "integer"))
    figures = {columns[n].column for n in numbers if n in columns} | {a.column for a in across}
    for at, head in enumerate(heads[1:], start=1):
        if heads[at - 1] not in figures or not _NAMELESS.fullmatch(head):
            continue
        pairs = (row[at - 1 : at + 1] for row in body if at < len(row))
        if split := next((p for p in pairs if all(map(_whole_number, p))), None):
            raise UsageError(
                f"figures in a column without a heading, behind {heads[at - 1]!r}: {split[1]}",
                where=given.name,
                hint="are they the decimals of the column before? put such numbers in quotes, or "
                "export the file with another separator; else give the column a heading",
            )


def _whole_number(cell: Any) -> bool:
    return isinstance(cell, str) and bool(re.fullmatch(r"\s*-?\d+\s*", cell))


def _best_sheet(given: Given, wanted: str) -> Sheet:
    named = [s for s in given.sheets if s.name == wanted]
    seen = [s for s in given.sheets if not s.hidden] or given.sheets
    return named[0] if named else max(seen, key=lambda s: sum(map(units.filled, s.rows[:200])))


def _one_of_its_form(given: Given, sheet: Sheet, head: list[Any]) -> None:
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
    years = [sum(cells.is_year(c) for c in row if c is not None) for row in sheet.rows[:_LOOK]]
    if (
        place + 1 < len(sheet.rows)
        and _words_only(sheet.rows[place + 1], table)
        and (years[place] or _score(sheet.rows[place + 1], table, wanted))
    ):
        return place, 2
    return place, 1


def _words_only(row: list[Any], table: Table) -> bool:
    """Whether a row below a heading still says what columns are: words of a category, no figure."""
    texts = [shown(c) for c in row if shown(c)]
    if not texts:
        return False
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
        and _could_be(column, _column(body, at))
    ]
    same = [at for at in fitting if heads[at].casefold() == name.casefold()]
    fitting = same or fitting
    if len(fitting) < 2 or column.type not in ("number", "economy"):
        return fitting[0] if fitting else None
    in_dollars = [
        at for at in fitting if units.kind_of(column) == "USD" and money.dollars(heads[at])
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

    def told(row: list[Any], at: int) -> str | None:
        text = shown(row[at]) if at < len(row) else ""
        return names.code(text) if column.type == "economy" else text

    rows = ({told(row, at) for at in places} - {None} for row in body)
    if any(len(row) > 1 for row in rows):
        raise UsageError(
            f"several columns could be {name}: {', '.join(heads[at] for at in places[:6])}",
            where=given.name,
            hint=f"say in the map which, {name}: {heads[places[0]]}",
        )


def _could_be(column: Column, found: list[Any]) -> bool:
    if not found:
        return False
    if column.type == "economy":
        return _share(_single(found), lambda c: names.code(shown(c)) is not None) >= 0.4
    if column.type == "year":
        return _share(found, lambda c: cells.year(c, "last") != "must be a year") >= 0.6
    if column.type in ("number", "integer"):
        return _share(found, lambda c: any(ch.isdigit() for ch in shown(c))) >= 0.5
    return True


def _by_name_alone(
    table: Table,
    columns: dict[str, Field],
    across: tuple[Across, ...],
    heads: list[str],
    body: list[list[Any]],
) -> None:
    """Years and economies still open whose heading is there: what is amiss with its cells is told
    of each of them.
    """
    given = {*columns, *(k for a in across for k in a.gives)}
    taken = {f.column for f in columns.values()}
    for name, column in table.columns.items():
        if column.type in ("year", "economy") and name not in given:
            named = (
                head
                for at, head in enumerate(heads)
                if head not in taken and _names(name, head) and _column(body, at)
            )
            if head := next(named, ""):
                columns[name] = Field(column=head)


def _share(found: list[Any], holds: Any) -> float:
    return sum(bool(holds(c)) for c in found) / len(found) if found else 0.0


def _single(found: list[Any]) -> list[Any]:
    """Cells without totals and groups, which stand among economies and are none."""
    return [c for c in found if names.code(shown(c)) or not economies.no_economy(shown(c))]


def _field(name: str, column: Column, head: str, found: list[Any], table: Table) -> Field:
    words = {}
    if column.values:
        for text in dict.fromkeys(shown(c) for c in found):
            own = meant(name, column, text)
            if own and own != text:
                words[text] = own
    times = 1.0
    if column.type in ("number", "integer") and units.kind_of(column):
        times = cells.factor(head)
    return Field(column=head, words=words, times=times)


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
        and (found := _column(body, at))
        and _share(_single(found), lambda c: not shown(c).isdigit() and names.code(shown(c))) >= 0.6
    ]
    if len(open_) == 1 and len(like) >= 1:
        _refuse_several(given, open_[0], table.columns[open_[0]], like, heads, body)
        columns[open_[0]] = Field(column=heads[like[0]] or "")
        taken.add(heads[like[0]])


def _across(
    table: Table, columns: dict[str, Field], heads: list[str], body: list[list[Any]]
) -> tuple[tuple[Across, ...], str]:
    """Headings that are years, or years and words of a category, and the column that they fill."""
    value = next((n for n, c in table.columns.items() if c.role == "value"), "") or next(
        (n for n, c in table.columns.items() if c.type == "number"), ""
    )
    found = [(head, gives) for head in heads if (gives := _gives(head, table))]
    with_year = [(h, g) for h, g in found if "year" in g]
    down = "year" in columns and columns["year"].constant is None
    if down or not with_year or not value:
        words = [(h, g) for h, g in found if "year" not in g and len(g) == 1]
        kinds = {next(iter(g)) for _, g in words}
        if len(kinds) == 1 and len(words) >= 2 and not kinds & columns.keys() and value:
            return tuple(Across(column=h, gives=g) for h, g in words), value
        return (), ""
    return tuple(Across(column=h, gives=g) for h, g in with_year), value


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


def _times(sheet: Sheet, place: int, heads: list[str], across: tuple[Across, ...]) -> float:
    """The unit of a wide table stands above it or in the corner."""
    titles = [shown(c) for row in sheet.rows[:place] for c in row if shown(c)]
    used = {a.column for a in across}
    return next(
        (t for h in [*titles, *(h for h in heads if h not in used)] if (t := cells.factor(h)) != 1),
        1.0,
    )


def _one_choice(table: Table, columns: dict[str, Field], across: tuple[Across, ...]) -> None:
    """Columns of which the file says nothing and for which the table has a word for just that."""
    given = {*columns, *(k for a in across for k in a.gives)}
    for name, value in _defaults(table):
        if name not in given:
            columns[name] = Field(constant=value)


def _defaults(table: Table) -> Iterator[tuple[str, str]]:
    for name, column in table.columns.items():
        for word in ("unspecified", "unknown"):
            if column.values and word in column.values:
                yield name, word
