"""The layouts of publishers that are known by their headings, and which of them a file has."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..ground.errors import UsageError
from ..registry import Table
from . import answers, guess, sheets, unread
from .mapping import Field, Map, as_said
from .parts import Headed
from .sheets import Given, Sheet, shown

LOOK = 12
"""Lines at the top in which a publisher's heading stands."""

MODULES = ("comtrade", "worldbank", "unesco", "wits", "eurostat", "imf", "baci", "aiddata")
"""One module for each publisher, with its layouts in `LAYOUTS`."""


@dataclass(frozen=True)
class Layout:
    """How a publisher lays out its files, and what is known of it as a source.

    headings: names that stand in one line, all of them. tables: those that its files fill.
    mapping: the map of a file that has them, for a table. origin: figures of one origin are one
    figure, told twice. role: how it speaks for a reporter (registry). words, amounts: headings
    whose cells `mapping` compares within a row. unsaid: what `mapping` writes where a file does not
    say a thing.
    """

    name: str
    headings: tuple[str, ...]
    tables: tuple[str, ...]
    mapping: Callable[[Given, Sheet, int, Table], Map]
    publisher: str
    licence: str
    address: str
    origin: str
    role: str = "compilation"
    words: tuple[str, ...] = ()
    amounts: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()


def all_layouts() -> list[Layout]:
    """Every layout that is known, the narrower ones first."""
    found: list[Layout] = []
    for name in MODULES:
        found += importlib.import_module(f".{name}", __package__).LAYOUTS
    return sorted(found, key=lambda layout: -len(layout.headings))


def read(file: Path) -> Given:
    """All sheets of a file of figures, as `sheets.read`, or of all answers of a fetch; columns that
    a publisher packs into one stand apart, and what only several say together has one of its own.
    """
    fetched = (file / answers.RECORD).is_file()
    given = answers.read(file) if fetched else sheets.read(file)
    unpacked = importlib.import_module(".eurostat", __package__).unpacked
    valued = importlib.import_module(".comtrade", __package__).valued
    return replace(given, sheets=[valued(unpacked(sheet)) for sheet in given.sheets])


def recognise(given: Given) -> tuple[Layout, Sheet, int] | None:
    """The layout of a file, with the sheet and the place of its heading; None where it has none.

    Headings are compared without case; `~` begins one that only contains the word. Sheets that a
    workbook hides do not count. Raises UsageError where several sheets have one layout.
    """
    for layout in all_layouts():
        found = [
            (sheet, place)
            for sheet in given.sheets
            if not sheet.hidden and (place := _place(layout, sheet)) is not None
        ]
        if len(found) > 1:
            raise UsageError(
                f"{len(found)} sheets are in the layout of {layout.publisher}, and one is read",
                where=f"{given.name}: {', '.join(sheet.name or 'the first' for sheet, _ in found)}",
                hint="lay their rows under one heading in one sheet, or give each as a file",
            )
        if found:
            return layout, *found[0]
    return None


def _place(layout: Layout, sheet: Sheet) -> int | None:
    """The place of a layout's heading in a sheet; None where it has none."""
    for place, row in enumerate(sheet.rows[:LOOK]):
        there = [shown(cell).casefold() for cell in row]
        if all(_stands(heading.casefold(), there) for heading in layout.headings):
            return place
    return None


def _stands(heading: str, there: list[str]) -> bool:
    if heading.startswith("~"):
        return any(heading[1:] in cell for cell in there)
    return heading in there


def understand(given: Given, table: Table, said: Mapping[str, Any]) -> tuple[Map, Layout | None]:
    """The map of a file: its publisher's, else a guess; what the user says goes before either.

    Raises UsageError where the file is of a publisher whose figures are of another table.
    """
    known = recognise(given) if "header" not in said and "sheet" not in said else None
    if known is None:
        return guess.propose(given, table, dict(said)), None
    layout, sheet, place = known
    if table.table not in layout.tables:
        raise UsageError(
            f"a file of {layout.publisher} ({layout.name}) is no file for table {table.table!r}",
            where=given.name,
            hint=f"--table {' or '.join(layout.tables)}",
        )
    found = layout.mapping(given, sheet, place, table)
    fields = {k: Field.model_validate(v) for k, v in said.get("columns", {}).items()}
    rest = {k: v for k, v in said.items() if k != "columns"}
    own = Map.model_validate(rest)
    merged = found.model_dump() | own.model_dump(include=set(rest))
    merged["columns"] = {**found.columns, **fields}
    merged["only"] = (*found.only, *(one for one in own.only if one not in found.only))
    merged["layout"] = layout.name
    if found.fills in fields:
        merged |= {"across": (), "fills": ""}
    elif "across" not in rest:
        merged["across"] = as_said(found.across, found.fills, fields, table, given.name)
    whole = Map.model_validate(merged)
    _refuse_other_values(found, whole, Headed(sheet, place), layout, table, given.name)
    return whole, layout


def _refuse_other_values(
    found: Map, whole: Map, file: Headed, layout: Layout, table: Table, where: str
) -> None:
    """Refuse what the user says of all rows where cells that count in the layout say otherwise."""
    for name, field in found.columns.items():
        said = whole.columns[name]
        if said.constant is None or field.column is None or name == found.fills:
            continue
        counted = [set(one.among) for one in whole.only if one.column == field.column]
        told = [
            cell
            for cell in file.whole(field.column)
            if cell
            and all(cell in among for among in counted)
            and field.words.get(cell) not in layout.unsaid
        ]
        unread.refuse_other_values(name, said, field, told, table, where)
