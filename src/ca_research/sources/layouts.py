"""The layouts of publishers that are known by their headings, and which of them a file has."""

from __future__ import annotations

import functools
import pkgutil
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from ..ground.errors import UsageError
from ..registry import Table, says_invented
from . import answers, guess, sheets
from .comtrade import valued
from .eurostat import unpacked
from .mapping import Field, Map, Only, as_said
from .parts import LOOK, Headed, listed, with_columns
from .sheets import Given, Sheet, only_one, shown


@dataclass(frozen=True)
class Layout:
    """How a publisher lays out its files, and what is known of it as a source: layouts.yaml.

    headings: names that stand in one line, all of them. tables: those that its files fill.
    origin: figures of one origin are one figure, told twice. role: how it speaks for a reporter
    (registry). adjust: a function that completes the map of a file. map: more fields of it.
    """

    name: str
    headings: list[str]
    tables: list[str]
    publisher: str
    licence: str
    address: str
    origin: str
    columns: dict[str, Any]
    only: list[dict[str, Any]]
    role: str = "compilation"
    adjust: str = ""
    across: str = ""
    map: dict[str, Any] = field(default_factory=dict)

    def is_of(self, about: Mapping[str, Any]) -> bool:
        """Whether a source is this publisher's own, by what is said of it: others use its form."""
        return about.get("publisher") == self.publisher and not says_invented(about)

    def mapping(self, file: Headed, table: Table) -> Map:
        """The map of a file, for a table."""
        across = file.years() if self.across else ()
        columns = {}
        for name, told in self.columns.items():
            told = {"optional": False, **(told if isinstance(told, dict) else {"column": told})}
            optional = told.pop("optional")
            if name not in table.columns:
                continue
            if told.get("column") == "{year}":
                told["column"] = across[0].column
            elif "column" in told:
                told["column"] = file.name(*listed(told["column"]), needed=not optional)
            if told.get("column", "") is not None:
                columns[name] = Field.model_validate(told)
        columns = {n: f for n, f in columns.items() if columns.keys() >= {*table.columns[n].within}}
        only = tuple(one for told in self.only if (one := _only(told, file, table)))
        mapped = file.map(only=only, columns=columns, across=across, **self.map)
        if not self.adjust:
            return mapped
        adjusted: Map = pkgutil.resolve_name(f"{__package__}.{self.adjust}")(file, mapped, table)
        return adjusted


def _only(told: Mapping[str, Any], file: Headed, table: Table) -> Only | None:
    """Rows that count by a column; None where the file does not have it, or a plainer one."""
    fields = {"unless": (), **told}
    heading = file.name(*listed(fields.pop("column")), needed="economies" in told)
    if heading is None or file.name(*fields.pop("unless")):
        return None
    if told.get("matches") == "{product}":
        fields["matches"] = table.columns["product"].form
    return Only(column=heading, **fields)


def sectors(file: Headed, mapped: Map, table: Table) -> Map:
    """A map whose sectors are written as words, not in capitals."""
    heading = str(mapped.columns["sector"].column)
    words = {v: v.capitalize() for v in file.distinct(heading)}
    return with_columns(mapped, sector=Field(column=heading, words=words))


def revised(file: Headed, mapped: Map, table: Table) -> Map:
    """A map with the revision of the HS that the files' names tell: BACI_HS17_Y2022.csv."""
    named = [one.name for one in getattr(file.sheet, "files", ())] or [file.given.name]
    years = sorted({year for name in named for year in re.findall(r"HS(\d\d)(?!\d)", name)})
    if len(years) > 1:
        raise UsageError(
            f"files of several revisions of the HS: {', '.join(years)}",
            where=file.given.name,
            hint="add those of each revision under an id of their own",
        )
    if not years:
        return mapped
    revision = f"HS{19 if years[0] > '90' else 20}{years[0]}"
    return with_columns(mapped, revision=Field(constant=revision))


@functools.cache
def all_layouts() -> list[Layout]:
    """Every layout that is known, the narrower ones first."""
    told = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text("utf-8"))
    layouts = [Layout(name, **about) for name, about in told.items()]
    return sorted(layouts, key=lambda layout: -len(layout.headings))


def read(file: Path) -> Given:
    """All sheets of a file of figures, as `sheets.read`, or of all answers of a fetch; columns that
    a publisher packs into one stand apart, and what only several say together has one of its own.
    """
    fetched = (file / answers.RECORD).is_file()
    content = answers.read(file) if fetched else sheets.read(file)
    return replace(content, sheets=[valued(unpacked(sheet)) for sheet in content.sheets])


def recognise(file: Given) -> tuple[Layout, Sheet, int] | None:
    """The layout of a file, with the sheet and the place of its heading; None where it has none.

    Headings are compared without case. Sheets that a workbook hides do not count. Raises
    UsageError where several sheets have one layout.
    """
    tops = [
        (sheet, place, {shown(cell).casefold() for cell in row})
        for sheet in file.sheets
        for place, row in enumerate(sheet.rows[:LOOK])
        if not sheet.hidden
    ]
    for layout in all_layouts():
        wanted = {heading.casefold() for heading in layout.headings}
        hits = [(sheet, place) for sheet, place, headings in tops if wanted <= headings]
        only_one(file, dict.fromkeys(sheet.name for sheet, _ in hits))
        if hits:
            return layout, *hits[0]
    return None


def understand(content: Given, table: Table, user: Map) -> tuple[Map, Layout | None]:
    """The map of a file: its publisher's, else a guess; what the user says goes before either.

    A table of the project's own, or a map that says where the heading is, leaves a publisher's
    layout aside. Raises UsageError where the file is of a publisher whose figures are of another
    table.
    """
    known = None if user.model_fields_set & {"header", "sheet"} else recognise(content)
    if known is None or table.table not in {t for one in all_layouts() for t in one.tables}:
        return guess.Proposal(content, table, user).map(), None
    layout, sheet, place = known
    if table.table not in layout.tables:
        raise UsageError(
            f"a file of {layout.publisher} ({layout.name}) is no file for table {table.table!r}",
            where=content.name,
            hint=f"--table {' or '.join(layout.tables)}",
        )
    preset = layout.mapping(Headed(content, sheet, place), table)
    columns = {**preset.columns, **user.columns}
    for name, entry in preset.columns.items():
        told = columns[name]
        if told.constant is not None and entry.column and name != preset.fills:
            raise UsageError(
                f"{name} is said to be always {told.constant}: column {entry.column!r} tells it",
                where=content.name,
                hint=f"say nothing of {name}; what cells mean in {name}: {{column: {entry.column}, "
                "words: {...}}, which rows count in `only`; or leave the layout aside: header: 1",
            )
        if table.columns[name].type == "number" and user.times is not None and told is entry:
            columns[name] = entry.model_copy(update={"times": user.times})
    across = user.across or as_said(preset.across, preset.fills, user.columns, table, content.name)
    update = {name: getattr(user, name) for name in user.model_fields_set} | {
        "columns": columns,
        "only": tuple(dict.fromkeys((*preset.only, *user.only))),
        "across": across,
        "fills": user.fills or (preset.fills if across else ""),
        "layout": layout.name,
    }
    return preset.model_copy(update=update), layout
