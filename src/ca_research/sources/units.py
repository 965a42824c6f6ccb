"""In which unit the figures of a file stand: from headings, columns of units, titles and notes.

What is not in the unit of the table is refused, and so is what says of its unit something unknown.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..ground.errors import UsageError
from ..registry import Column, Table
from . import cells, money, titles
from .mapping import Field, Map, heading, sheet_of
from .sheets import Given, Sheet, Styled, said_by, shown

_PARTS = re.compile(r"%|percent|per cent|процент", re.I)
_PARTS_IN_A_TITLE = re.compile(
    r"(?<!\d)(?<!\d\s)(%|percent(?!ile)|per cent|процент)|\d{4}\s*=\s*100\b|"
    r"(?<!to )(?<!to the )\b(index|indices)\b|индекс\w*|指数|"
    r"^\W*(shares? (of|in)|growth rates?|дол[яи]|удельн\w+ вес|"
    r"темпы? (роста|прироста))\b",
    re.I,
)
_NUMBER_OF = re.compile(r"\b(number|persons?|people|headcount)\b|чел|численност|人数|人$", re.I)
_GOODS = (
    r"(?:metric |short |long )?(?:tonn?e?s?|тонн\w*|т|kg|kilograms?|кг|lit(?:er|re)s?|литр\w*|"
    r"barrels?|баррел\w*|m3|м3|kWh|pieces|шт\w*|persons|people|чел\w*)\.?|万?吨|公斤|千克"
)
_IN_GOODS = re.compile(
    rf"[,(:（，：]\s*(?:in\s+|в\s+)?§?\s*(?:of\s+)?(?:{_GOODS})\s*(?=$|[,;)），。])|"
    rf"\b(?:in|в)\s+(?:§\s*)?(?:of\s+)?(?:{_GOODS})\s*(?=$|[,;)])|^\s*§?\s*(?:{_GOODS})\s*$",
    re.I,
)
_GOODS_ALONE = re.compile(rf"\s*{cells.SCALE}?\s*(?:{_GOODS})\s*", re.I)
_PERSONS = re.compile(r"person|people|student|number|head|чел|студент|人|名", re.I)
_SCALES = re.compile(
    r"(units?|ones|thousands?|millions?|billions?|mln|bn|тыс\.?|млн\.?|млрд\.?)", re.I
)
_UNIT_HEADS = re.compile(
    r"(value |obs.?)?units?([ _](name|code|label|measure|of measure\w*))?|currency( code)?|"
    r"единица.*|ед\. ?изм.*|валюта|单位|货币",
    re.I,
)
_SCALE_HEADS = re.compile(
    r"unit.?mult(iplier)?( code)?|scale( code)?|power.?code( code)?|multiplier|множитель", re.I
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


_ABOUT_UNITS = re.compile(
    r"\W*(notes?|units?|all|figures?|values?|data|примеч\w*|единиц\w*|ед\.|все|данные|注|单位)\b",
    re.I,
)
_FOOTNOTE = re.compile(r"\s*(\*|†|‡|[¹²³⁴-⁹①-⑳]|\[?\d\]?[ )])")
_WORDS = {"USD": "US dollars", "PERSONS": "persons"}


def kind_of(column: Column) -> str:
    """'USD' or 'PERSONS', where figures of a column are such; else ''."""
    unit = (column.unit or "").upper()
    return "USD" if unit.startswith("USD") else unit if unit == "PERSONS" else ""


def _figure(table: Table) -> str:
    """The column of figures, also where another column says their unit."""
    of_role = next((n for n, c in table.columns.items() if c.role == "value"), "")
    return of_role or ("value" if {"value", "unit"} <= table.columns.keys() else "")


def _told_unit(columns: Mapping[str, Field]) -> str:
    """The unit that was said for all rows of a table with a column of units."""
    return (columns["unit"].constant or "") if "unit" in columns else ""


def _kind(name: str, table: Table, columns: Mapping[str, Field]) -> str:
    """As `kind_of`, of a table with a column of units what was said for all rows."""
    if (kind := kind_of(table.columns[name])) or name != _figure(table):
        return kind
    unit = _told_unit(columns)
    if money.dollars(unit):
        return "USD"
    return "PERSONS" if re.search(r"^(persons|people|students)$", unit, re.I) else ""


def in_current_dollars(table: Table, columns: Mapping[str, Field]) -> bool:
    """Whether figures of a table are in current US dollars."""
    real = in_constant_prices(_told_unit(columns))
    return not real and any(_kind(name, table, columns) == "USD" for name in columns)


def in_constant_prices(text: str) -> bool:
    return bool(_CONSTANT.search(text))


def of_goods(text: str) -> bool:
    """Whether a text is a unit of goods and nothing else.

    Examples
    --------
    >>> of_goods("thousand tonnes"), of_goods("tonnes of wheat")
    (True, False)
    """
    return bool(_GOODS_ALONE.fullmatch(cells.without_scales(money.plain(text))[0]))


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
    found: Map,
    table: Table,
    fixed: dict[str, Field],
) -> None:
    """The unit of figures, where their heading says none: in a column of units, above the table, or
    in labels; it is put into the map. Units that differ from row to row are refused, and so is a
    scale of something unknown.
    """
    name, columns, place = _figure(table), found.columns, _place(sheet, found)
    field = columns.get(name)
    if _says_times(fixed.get(name)) or field is None or not field.column:
        return
    unit = _kind(name, table, columns)
    if not unit and "unit" not in table.columns:
        return
    times = headed = cells.factor(field.column)
    if "unit" not in table.columns and (rows := _units(sheet, place, columns)):
        scales = {_scale(given, row, unit) for row in rows}
        if len(scales) > 1:
            several = ", ".join(" ".join(filter(None, row)) for row in rows[:4])
            raise _unclear(given, f"figures of several units: {several}", name, field)
        times = scales.pop() if times == 1 else times
    if times == 1:
        above = [shown(c) for row in sheet.rows[:place] for c in row if shown(c)]
        texts = [*above, *_labels(sheet, found, name)]
        times = _above(given, texts, unit, name, field)
    if times == 1 and headed == 1 and field.times != 1:
        times = _in_a_corner(sheet, place, unit)
    if "unit" in table.columns:
        times = _of_its_unit(given, sheet, place, times, unit, name, columns)
    columns[name] = field.model_copy(update={"times": times})


def _labels(sheet: Sheet, found: Map, name: str) -> list[str]:
    """What a file says of a column of figures beside its heading, in labels and metadata."""
    return [text for head in ("", *_heads_of(found, name)) for text in sheet.told.get(head, ())]


def _above(given: Given, texts: list[str], unit: str, name: str, field: Field) -> float:
    """The scale that titles say; refused where they say several, or one that is not understood."""
    scales = set[float]()
    for text in texts:
        said = titles.said(text, unit)
        if said.unclear:
            raise _unclear(
                given, f"a title or label speaks of the unit: {text[:80]!r}", name, field
            )
        scales |= said.times
    if len(scales) > 1:
        told = ", ".join(f"{times:,.0f}" for times in sorted(scales))
        raise _unclear(given, f"titles say several scales: {told}", name, field)
    return scales.pop() if scales else 1.0


def _in_a_corner(sheet: Sheet, place: int, unit: str) -> float:
    """The scale that a heading beside those of a wide table says."""
    heads = (shown(c) for row in sheet.rows[place : place + 2] for c in row if shown(c))
    return next((t for h in heads for t in titles.said(h, unit).times), 1.0)


def _of_its_unit(
    given: Given,
    sheet: Sheet,
    place: int,
    times: float,
    unit: str,
    name: str,
    columns: dict[str, Field],
) -> float:
    """The factor of figures whose unit stands in a column: none where that unit has the scale."""
    said, field = columns.get("unit"), columns[name]
    if times == 1 or said is None:
        return 1.0
    found = {said.constant or ""}
    if said.column:
        heads = [" ".join(shown(c).split()) for c in sheet.rows[place]]
        at = heads.index(said.column) if said.column in heads else 0
        found = {shown(row[at]) for row in sheet.rows[place + 1 :] if at < len(row)} - {""}
    scales = {cells.factor(text) for text in found}
    if scales == {times}:
        return 1.0
    if unit and scales == {1.0}:
        return times
    what = f"a scale of {times:,.0f} is told, and the unit of the table says none"
    raise _unclear(given, what if unit else what.replace("says none", "is none known"), name, field)


def _units(sheet: Sheet, place: int, columns: dict[str, Field]) -> list[tuple[str, ...]]:
    """What the columns say in which units and scales of units stand, row by row."""
    of_dollars = any(money.dollars(f.column) for f in columns.values() if f.column)
    heads = [" ".join(shown(c).split()) for c in sheet.rows[place]]
    below = sheet.rows[place + 1 :]
    read = {f.column for f in columns.values()}
    places = [
        at
        for at, head in enumerate(heads)
        if _UNIT_HEADS.fullmatch(head)
        or _SCALE_HEADS.fullmatch(head)
        or (
            head not in read and _all_units((row[at] for row in below if at < len(row)), of_dollars)
        )
    ]
    found = {tuple(shown(row[at]) if at < len(row) else "" for at in places) for row in below}
    return sorted(row for row in found if any(row))


def _all_units(column: Iterable[Any], of_dollars: bool) -> bool:
    """Whether all that stands in a column that nothing reads names money, or a scale of a unit;
    beside figures that are headed as dollars another currency is that of a country.
    """
    found = set[str]()
    for cell in column:
        if not isinstance(cell, str) and cell is not None:
            return False
        if cells.missing(cell) or (text := str(cell).strip()) in found:
            continue
        if not _names_a_unit(text) or (of_dollars and money.other_money(text)):
            return False
        found.add(text)
    return bool(found)


def _names_a_unit(text: str) -> bool:
    rest, scales = cells.without_scales(text)
    if len(text) > 60 or any(c.isdigit() for c in rest):
        return False
    said = titles.said(text, "USD")
    return money.dollars(text) or bool(money.other_money(text) or (scales and said.times))


def _scale(given: Given, row: tuple[str, ...], unit: str) -> float:
    """By what figures of a unit are to be multiplied; UsageError where it is another unit."""
    powers = {_power(given, text) for text in row if isinstance(cells.number(text), float)}
    words = " ".join(t for t in row if t and not isinstance(cells.number(t), float))
    if not words:
        return math.prod(powers)
    own = money.dollars(words) if unit == "USD" else _PERSONS.search(words)
    other = not (own or _SCALES.fullmatch(words)) or (unit == "USD" and money.doubt(words))
    if other and (unit == "USD" or _PARTS.search(words)):
        raise UsageError(
            f"figures in another unit than {'US dollars' if unit == 'USD' else 'persons'}: "
            f"{words[:60]}",
            where=given.name,
            hint="convert them in the file, or leave out those rows",
        )
    in_words = cells.factor(words)
    if powers and in_words != 1 and powers != {in_words}:
        raise UsageError(
            f"a unit and its multiplier say two scales: {' '.join(row)[:60]}",
            where=given.name,
            hint="say in the map what figures are multiplied by: times: 1000",
        )
    return math.prod(powers) if powers else in_words


def _power(given: Given, text: str) -> float:
    """The factor of a multiplier, as `titles.power`."""
    number = cells.number(text)
    assert isinstance(number, float)
    if (factor := titles.power(number)) is not None:
        return factor
    raise UsageError(
        f"a multiplier of figures that is not understood: {text}",
        where=given.name,
        hint="say in the map what figures are multiplied by: times: 1000",
    )


def _unclear(given: Given, what: str, name: str, field: Field) -> UsageError:
    return UsageError(
        what,
        where=given.name,
        hint=f"make them one unit in the file, or say it in the map: {name}: "
        f"{{column: {field.column}, times: 1000}}",
    )


def refuse_others(given: Given, found: Map, table: Table, fixed: dict[str, Field]) -> None:
    """Refuse figures in another unit than the table's dollars or persons, unless the user says the
    factor.
    """
    if "flow" in table.columns:
        _refuse_parts_of_flows(given, found, table)
    for name, field in found.columns.items():
        kind = _kind(name, table, found.columns)
        if not kind or not field.column or (name in fixed and fixed[name].times != 1):
            continue
        if _PARTS.search(field.column):
            raise UsageError(
                f"shares, and no figures in {_WORDS[kind]}: {field.column}",
                where=given.name,
                hint="give a file of values",
            )
        corners = _corners(given, found)
        above = [*titles_above(given, found), *_labels(sheet_of(given, found), found, name)]
        notes = _notes(given, found, name)
        if kind == "USD":
            real = name == _figure(table) and bool(_CONSTANT.search(_told_unit(found.columns)))
            for text in (field.column, *corners, *above):
                _refuse_other_money(given, text, real)
            _refuse_parts_of_years(given, found, field.column, above, notes)
        if _says_times(fixed.get(name)):
            continue
        if kind == "USD":
            for head in (field.column, *corners):
                _refuse_doubt(given, name, head)
        if name != _figure(table) and _above(given, above, kind, name, field) not in (
            1.0,
            field.times,
        ):
            raise _unclear(given, f"a title or a label says how many {_WORDS[kind]}", name, field)
        if "unit" not in table.columns:
            _refuse_shares_and_goods(given, kind, found, [field.column, *corners, *above])
        _refuse_notes_of_units(given, kind, notes, name, field)
        _refuse_forms(given, found, name, field)


def _refuse_other_money(given: Given, text: str, real: bool) -> None:
    if not real and _CONSTANT.search(text):
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


def _refuse_shares_and_goods(given: Given, kind: str, found: Map, texts: list[str]) -> None:
    """Refuse titles of shares, indices and tonnes, where nothing else says the table's own unit."""
    sheet = sheet_of(given, found)
    place = _place(sheet, found)
    rows = _units(sheet, place, found.columns)
    texts = [*texts, *(" ".join(row) for row in rows)]
    own = money.dollars if kind == "USD" else _NUMBER_OF.search
    if any(own(text) for text in texts):
        return
    for text in texts:
        plain, _ = cells.without_scales(money.plain(text))
        plain = plain.replace(cells.SCALE, "§ ")
        if _PARTS_IN_A_TITLE.search(text) or (kind == "USD" and _IN_GOODS.search(plain)):
            raise UsageError(
                f"a title speaks of another unit than {_WORDS[kind]}: {text[:80]!r}",
                where=given.name,
                hint="give a file of values; where these are such, say the unit in the heading",
            )


def _refuse_parts_of_flows(given: Given, found: Map, table: Table) -> None:
    """Refuse re-exports and the like, which are not all exports of an economy."""
    heads = [field.column or "" for field in found.columns.values()]
    if found.across and not any("flow" in a.gives for a in found.across):
        heads += heading(sheet_of(given, found), found)[0]  # a corner speaks for the whole table
    name = _figure(table)
    labels = _labels(sheet_of(given, found), found, name) if name in found.columns else []
    for text in (*heads, found.sheet, *titles_above(given, found), *labels):
        if part := money.part_of_flow(text):
            raise UsageError(
                f"figures of a part of exports or imports: {part}",
                where=f"{given.name}: {text[:80]}",
                hint="give figures of all exports or imports; where they are, take these words out "
                "of the file",
            )


def _refuse_parts_of_years(
    given: Given, found: Map, head: str, above: list[str], notes: list[str]
) -> None:
    years = _years(given, found)
    parts = [money.part_of_year(head), *map(money.part_of_year_in_title, above)]
    parts += [money.month_of(text, years) for text in above]
    for text in notes:
        named = set(map(int, re.findall(r"(?<!\d)(?:18|19|20)\d\d(?!\d)", text)))
        of_figures = _FOOTNOTE.match(text) or _ABOUT_UNITS.match(text)
        if named & years or (of_figures and not named):
            parts.append(money.part_of_year_in_title(text))
    if part := next(filter(None, parts), None):
        raise UsageError(
            f"figures of a part of a year: {part}",
            where=given.name,
            hint="give figures of whole years; where they are, take these words out of the file",
        )


def _years(given: Given, found: Map) -> set[int]:
    """The years of which a table has figures."""
    told = found.columns.get("year")
    texts: set[Any] = {a.gives.get("year", "") for a in found.across}
    if told and told.constant:
        texts.add(told.constant)
    elif told:
        heads, start = heading(sheet := sheet_of(given, found), found)
        at = heads.index(told.column) if told.column in heads else len(heads)
        texts |= {shown(row[at]) for row in sheet.rows[start:] if at < len(row)}
    return {year for text in texts if isinstance(year := cells.year(text, "last"), int)}


def _refuse_notes_of_units(
    given: Given, kind: str, notes: list[str], name: str, field: Field
) -> None:
    """Refuse notes that say of the unit something else than heading and titles do."""
    for text in notes:
        said = titles.said(text, kind)
        other = said.unclear or (said.times and said.times != {field.times})
        about = _ABOUT_UNITS.match(text) or len(text.split(", ")) == 1
        if about and field.times == 1 and _IN_UNITS.search(text):
            other = True
        if about and kind == "USD" and _IN_MONEY.search(text) and money.other_money(text):
            other = True
        if other:
            raise _unclear(given, f"a note speaks of the unit: {text[:80]!r}", name, field)


def _notes(given: Given, found: Map, name: str) -> list[str]:
    """Texts of the rows below a heading that have no figure."""
    heads, start = heading(sheet := sheet_of(given, found), found)
    places = _places_of_figures(found, name, heads)
    texts = {
        ", ".join(t for cell in row if _is_worded(t := shown(cell)))
        for row in sheet.rows[start:]
        if not any(at < len(row) and _is_a_figure(shown(row[at])) for at in places)
    }
    return sorted(filter(None, texts))


def _is_a_figure(cell: str) -> bool:
    """Whether a cell counts something; `'000 USD` does not."""
    return any(map(str.isdigit, cell)) and not (_is_worded(cell) and _names_a_unit(cell))


def _is_worded(text: str) -> bool:
    return any(c.isalpha() or c == "$" for c in text)


def _places_of_figures(found: Map, name: str, heads: list[str]) -> list[int]:
    read = _heads_of(found, name)
    return [at for at, head in enumerate(heads) if head in read]


def _heads_of(found: Map, name: str) -> list[str]:
    """The headings under which the figures of a column stand."""
    if name == found.fills:
        return [a.column for a in found.across]
    return [found.columns[name].column or ""]


def _refuse_forms(given: Given, found: Map, name: str, field: Field) -> None:
    """Refuse figures that a workbook shows in another unit than the one they are taken in."""
    heads, start = heading(sheet := sheet_of(given, found), found)
    places = _places_of_figures(found, name, heads)
    numbers = (row[at] for row in sheet.rows[start:] for at in places if at < len(row))
    for form in sorted({cell.form for cell in numbers if isinstance(cell, Styled)}):
        thousands, words, sign = said_by(form)
        scale = cells.factor(words)
        meant = scale / thousands if scale != 1 or thousands == 1 else 1.0
        other = sign and not money.dollars(sign)
        if (
            other
            or money.other_money(words)
            or (meant != field.times and (meant != 1 or thousands > 1))
        ):
            raise _unclear(given, f"cells are shown in a unit of their own: {form}", name, field)


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


def titles_above(given: Given, mapped: Map) -> list[str]:
    """Texts above the heading, in which a unit, a currency or a flow may stand."""
    sheet = next((s for s in given.sheets if s.name == mapped.sheet), given.sheets[0])
    above = [
        shown(c)
        for row in sheet.rows[: _place(sheet, mapped)]
        for c in row
        if isinstance(c, str) and c.strip()
    ]
    return above[:20]


def _place(sheet: Sheet, mapped: Map) -> int:
    """The place of the first line of a heading."""
    return next((i for i, n in enumerate(sheet.lines) if n >= mapped.header), 0)


def filled(row: list[Any]) -> int:
    return sum(c is not None and c != "" for c in row)
