"""Eurostat: mobile students by origin, as SDMX-CSV and TSV. Its trade is in euros: refused."""

from __future__ import annotations

import re
from typing import Any

from ..registry import Table
from .layouts import Layout
from .mapping import Field, Map
from .parts import Headed, among
from .sheets import Given, Sheet, shown

_FLAGGED = re.compile(r"(\d[\d.]*|:)\s+[a-z]{1,4}")


def unpacked(sheet: Sheet) -> Sheet:
    """The sheet of a TSV with its packed first column (`sex,geo\\TIME_PERIOD`) as columns, and
    without the flags behind figures; any other sheet as it is.
    """
    packed = shown(sheet.rows[0][0]) if sheet.rows[0] else ""
    if not packed.endswith("\\TIME_PERIOD"):
        return sheet
    names = packed.removesuffix("\\TIME_PERIOD").split(",")
    rows = [[*names, *map(shown, sheet.rows[0][1:])]]
    for row in sheet.rows[1:]:
        keys = [*shown(row[0]).split(","), *[""] * len(names)][: len(names)]
        rows.append([*keys, *(_FLAGGED.sub(r"\1", shown(cell)) for cell in row[1:])])
    return Sheet(sheet.name, rows, sheet.lines)


def students(given: Given, sheet: Sheet, place: int, table: Table) -> Map:
    """Students enrolled for a degree by origin and country of study, both sexes, all levels."""
    file = Headed(sheet, place)
    origin, host = file.needs("partner"), file.needs("geo")
    figures: dict[str, Any] = {"across": file.years(), "fills": "students"}
    columns = (
        {}
        if figures["across"]
        else {
            "year": Field(column=file.needs("TIME_PERIOD")),
            "students": Field(column=file.needs("OBS_VALUE")),
        }
    )
    return Map(
        sheet=sheet.name,
        header=sheet.lines[place],
        only=(
            *file.only("one sex", among(("T",)), "sex"),
            *file.only("one level of education", among(("ED5-8",)), "isced11"),
            *file.only("shares, not numbers", among(("NR",)), "unit"),
            *file.economies(origin),
            *file.economies(host),
        ),
        keeps_to_the_years=True,
        **(figures if figures["across"] else {}),
        columns={
            "origin": Field(column=origin),
            "destination": Field(column=host),
            **columns,
            "level": Field(constant="degree"),
            "precision": Field(constant="exact"),
            "statistic": Field(constant="enrolled"),
        },
    )


LAYOUTS = tuple(
    Layout(
        f"eurostat, mobile students{form}",
        headings,
        tables=("students",),
        mapping=students,
        publisher="Eurostat",
        licence="CC BY 4.0",
        address="https://ec.europa.eu/eurostat",
        origin="EUROSTAT",
    )
    for form, headings in (
        ("", ("isced11", "partner", "geo", "TIME_PERIOD", "OBS_VALUE")),
        (" (TSV)", ("freq", "isced11", "partner", "geo")),
    )
)
