"""In which unit the figures of a file stand: from headings, columns of units, titles and notes.

What is not in the unit of the table is refused, and so is what says of its unit something unknown.
"""

from __future__ import annotations

import re
from typing import Any

from ..ground.errors import UsageError
from ..registry import Column, Table
from . import cells, money
from .mapping import Field, Map, heading, sheet_of
from .sheets import Given, Sheet, shown

_PARTS = re.compile(r"%|percent|per cent|процент", re.I)
_PERSONS = re.compile(r"person|people|student|number|head|чел|студент|人|名", re.I)
_SCALES = re.compile(
    r"(units?|ones|thousands?|millions?|billions?|mln|bn|тыс\.?|млн\.?|млрд\.?)", re.I
)
_UNIT_HEADS = re.compile(
    r"units?( of measure\w*)?|unit.?mult(iplier)?|scale|power.?code|multiplier|currency|"
    r"единица.*|ед\. ?изм.*|валюта|单位|货币",
    re.I,
)
_CONSTANT = re.compile(
    r"constant|real terms|in prices of|(19|20)\d\d (prices|USD|US\$)|(сопоставим|постоянн)\w* цен",
    re.I,
)
_IN_UNITS = re.compile(
    r"\b(in|в)\s+(US\$ |USD )?(thousands?|millions?|billions?|mln|bn|тыс\w*|млн|млрд|миллион\w*)\b"
    r"|[x×*]\s?1[ ,]?000\b|\b10(\^|\*\*)[369]\b|10[³⁶⁹]",
    re.I,
)
_IN_MONEY = re.compile(r"\b(figures|values|in|units?|currency|в|единиц\w*|валюта)\b", re.I)


def kind_of(column: Column) -> str:
    """'USD' or 'PERSONS', where figures of a column are such; else ''."""
    unit = (column.unit or "").upper()
    return "USD" if unit.startswith("USD") else unit if unit == "PERSONS" else ""


def _says_times(field: Field | None) -> bool:
    """Whether the user has said what figures are multiplied by."""
    return field is not None and "times" in field.model_fields_set


def as_headed(field: Field, column: Column) -> Field:
    """What the user said of a column, with the scale of its heading where they said none."""
    if not field.column or _says_times(field) or not kind_of(column):
        return field
    return field.model_copy(update={"times": cells.factor(field.column)})


def scaled(
    given: Given,
    sheet: Sheet,
    place: int,
    columns: dict[str, Field],
    table: Table,
    fixed: dict[str, Field],
) -> None:
    """The unit of figures, where their heading says none: in a column of units, or above the table.
    A note below it, or units that differ from row to row, are refused.
    """
    name = next((n for n, c in table.columns.items() if c.role == "value"), "")
    field = columns.get(name)
    if _says_times(fixed.get(name)) or field is None or not field.column:
        return
    unit = kind_of(table.columns[name])
    if not unit:
        return
    times = field.times
    if "unit" not in table.columns and (said := _units(sheet, place)):
        scales = {_scale(given, text, unit) for text in said}
        if len(scales) > 1:
            raise _unclear(given, f"figures of several units: {', '.join(said[:4])}", name, field)
        times = scales.pop() if times == 1 else times
    above = [shown(c) for row in sheet.rows[:place] for c in row if shown(c)]
    if times == 1:
        times = next((t for text in above if (t := cells.factor(text)) != 1), 1.0)
    for row in sheet.rows[place + 1 :]:
        text = " ".join(filter(None, map(shown, row)))
        if filled(row) != 1:
            continue
        in_other = unit == "USD" and _IN_MONEY.search(text) and money.other_money(text)
        if in_other or (times == 1 and _IN_UNITS.search(text)):
            raise _unclear(given, f"a note speaks of the unit: {text[:80]!r}", name, field)
    columns[name] = field.model_copy(update={"times": times})


def _units(sheet: Sheet, place: int) -> list[str]:
    """What the columns say in which units and scales of units stand; together, row by row."""
    heads = [shown(c) for c in sheet.rows[place]]
    places = [at for at, head in enumerate(heads) if _UNIT_HEADS.fullmatch(head.strip())]
    found = {
        " ".join(filter(None, (shown(row[at]) for at in places if at < len(row))))
        for row in sheet.rows[place + 1 :]
    }
    return sorted(filter(None, found))


def _scale(given: Given, text: str, unit: str) -> float:
    """By what figures of a unit are to be multiplied; UsageError where it is another unit."""
    power = re.search(r"(?<!\S)[0369](?!\S)", text)  # SDMX: UNIT_MULT
    words = text.replace(power[0], " ").strip() if power else text
    if power and not words:
        return float(10 ** int(power[0]))
    own = money.dollars(words) if unit == "USD" else _PERSONS.search(words)
    other = not (own or _SCALES.fullmatch(words)) or (unit == "USD" and money.doubt(words))
    if other and (unit == "USD" or _PARTS.search(text)):
        raise UsageError(
            f"figures in another unit than {'US dollars' if unit == 'USD' else 'persons'}: "
            f"{text[:60]}",
            where=given.name,
            hint="convert them in the file, or leave out those rows",
        )
    return float(10 ** int(power[0])) if power else cells.factor(text)


def _unclear(given: Given, what: str, name: str, field: Field) -> UsageError:
    return UsageError(
        what,
        where=given.name,
        hint=f"make them one unit in the file, or say it in the map: {name}: "
        f"{{column: {field.column}, times: 1000}}",
    )


def refuse_others(given: Given, found: Map, table: Table, fixed: dict[str, Field]) -> None:
    """Refuse figures in another unit than the table's dollars, unless the user says the factor."""
    for name, field in found.columns.items():
        if kind_of(table.columns[name]) != "USD" or not field.column:
            continue
        if name in fixed and fixed[name].times != 1:
            continue
        if _PARTS.search(field.column):
            raise UsageError(
                f"shares, and no figures in US dollars: {field.column}",
                where=given.name,
                hint="give a file of values",
            )
        corners, titles = _corners(given, found), _titles(given, found)
        for text in (field.column, *corners, *titles):
            _refuse_other_money(given, text)
        _refuse_parts_of_years(given, field.column, titles)
        if not _says_times(fixed.get(name)):
            for head in (field.column, *corners):
                _refuse_doubt(given, name, head)


def _refuse_other_money(given: Given, text: str) -> None:
    if _CONSTANT.search(text):
        raise UsageError(
            f"figures in constant prices, and not in current US dollars: {text[:80]}",
            where=given.name,
            hint="give a file of values in current prices",
        )
    if other := money.other_money(text):
        raise UsageError(
            f"figures in another currency than US dollars: {other}",
            where=f"{given.name}: {text[:80]}",
            hint="convert them in the file; rates of exchange are no part of the map",
        )


def _refuse_parts_of_years(given: Given, head: str, titles: list[str]) -> None:
    parts = [money.part_of_year(head), *map(money.part_of_year_in_title, titles)]
    if part := next(filter(None, parts), None):
        raise UsageError(
            f"figures of a part of a year: {part}",
            where=given.name,
            hint="give figures of whole years; where they are, take these words out of the file",
        )


def _refuse_doubt(given: Given, name: str, head: str) -> None:
    """Refuse a heading that says of its unit what is not understood."""
    if words := money.doubt(head):
        raise UsageError(
            f"nothing says that these are US dollars, or how many: {words}",
            where=f"{given.name}: {head[:80]}",
            hint=f"of dollars say in the map how many one is, {name}: {{column: {head!r}, "
            "times: 1000}, or times: 1; convert other units in the file",
        )


def _corners(given: Given, found: Map) -> list[str]:
    """Headings beside those of a wide table that speak of a unit for all of them."""
    if not found.across:
        return []
    across = {a.column for a in found.across}
    heads, _ = heading(sheet_of(given, found), found)
    return [
        h
        for h in heads
        if h not in across and (money.dollars(h) or cells.factor(h) != 1 or money.other_money(h))
    ]


def _titles(given: Given, mapped: Map) -> list[str]:
    """Texts above the heading and headings themselves, in which a unit or a currency may stand."""
    sheet = next((s for s in given.sheets if s.name == mapped.sheet), given.sheets[0])
    place = next((i for i, n in enumerate(sheet.lines) if n >= mapped.header), 0)
    above = [
        shown(c) for row in sheet.rows[:place] for c in row if isinstance(c, str) and c.strip()
    ]
    return above[:20]


def filled(row: list[Any]) -> int:
    return sum(c is not None and c != "" for c in row)
