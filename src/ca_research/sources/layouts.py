"""The layouts of publishers that are known by their headings, and which of them a file has."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..ground.errors import UsageError
from ..registry import Table
from . import answers, guess, sheets
from .mapping import Map, as_said
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
    figure, told twice. role: how it speaks for a reporter (registry).
    """

    name: str
    headings: tuple[str, ...]
    tables: tuple[str, ...]
    mapping: Callable[[Headed, Table], Map]
    publisher: str
    licence: str
    address: str
    origin: str
    role: str = "compilation"


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

    Headings are compared without case. Sheets that a workbook hides do not count. Raises
    UsageError where several sheets have one layout.
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
    wanted = {heading.casefold() for heading in layout.headings}
    for place, row in enumerate(sheet.rows[:LOOK]):
        if wanted <= {shown(cell).casefold() for cell in row}:
            return place
    return None


def understand(given: Given, table: Table, said: Mapping[str, Any]) -> tuple[Map, Layout | None]:
    """The map of a file: its publisher's, else a guess; what the user says goes before either.

    A table of the project's own, or a map that says where the heading is, leaves a publisher's
    layout aside. Raises UsageError where the file is of a publisher whose figures are of another
    table.
    """
    known = recognise(given) if "header" not in said and "sheet" not in said else None
    own = known is not None and all(table.table not in one.tables for one in all_layouts())
    if known is None or own:
        return guess.propose(given, table, dict(said)), None
    layout, sheet, place = known
    if table.table not in layout.tables:
        raise UsageError(
            f"a file of {layout.publisher} ({layout.name}) is no file for table {table.table!r}",
            where=given.name,
            hint=f"--table {' or '.join(layout.tables)}",
        )
    found = layout.mapping(Headed(given, sheet, place), table)
    user = Map.model_validate(said)
    _refuse_constants(found, user, given.name)
    columns = {**found.columns, **user.columns}
    if user.times is not None:
        for name, field in found.columns.items():
            if table.columns[name].type == "number" and name not in user.columns:
                columns[name] = field.model_copy(update={"times": user.times})
    across = as_said(found.across, found.fills, user.columns, table, given.name)
    across = user.across or (() if found.fills in user.columns else across)
    merged = {name: getattr(user if name in said else found, name) for name in Map.model_fields}
    merged |= {
        "columns": columns,
        "only": (*found.only, *(one for one in user.only if one not in found.only)),
        "across": across,
        "fills": user.fills or (found.fills if across else ""),
        "layout": layout.name,
    }
    return Map(**merged), layout


def _refuse_constants(found: Map, user: Map, where: str) -> None:
    """Refuse one value for all rows of what a publisher's column tells."""
    for name, field in user.columns.items():
        told = found.columns.get(name)
        if field.constant is not None and told and told.column and name != found.fills:
            raise UsageError(
                f"{name} is said to be always {field.constant}: column {told.column!r} tells it",
                where=where,
                hint=f"say nothing of {name}; what cells mean in {name}: {{column: {told.column}, "
                "words: {...}}, which rows count in `only`; or leave the layout aside: header: 1",
            )
