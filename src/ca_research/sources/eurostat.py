"""Eurostat: mobile students by origin, as SDMX-CSV and TSV. Its trade is in euros: refused."""

from __future__ import annotations

import itertools
import re

from ..ground.errors import UsageError
from ..registry import Table
from .layouts import Layout
from .mapping import Field, Map
from .parts import Headed
from .sheets import Sheet, shown

_FLAGGED = re.compile(r"(\d[\d.]*|:)\s+([a-z]{1,4})")
_DATA = "EDUC_UOE_MOBS02"
"""Mobile students enrolled; data sets of the same columns hold graduates, or shares."""
_CALLED = re.compile(r"educ_uoe_[a-z]+\d+", re.I)
"""How Eurostat calls its files, of which a TSV says nowhere else what it counts."""
_LONG = ("TIME_PERIOD", "OBS_VALUE", "OBS_FLAG")


def unpacked(sheet: Sheet) -> Sheet:
    """The sheet of a TSV with its packed first column (`sex,geo\\TIME_PERIOD`) as columns, and
    without the flags behind figures; of students some of whom are estimated each figure with its
    flag in a row; any other sheet as it is.
    """
    packed = shown(sheet.rows[0][0]) if sheet.rows[0] else ""
    if not packed.endswith("\\TIME_PERIOD"):
        return sheet
    names = packed.removesuffix("\\TIME_PERIOD").split(",")
    years = list(map(shown, sheet.rows[0][1:]))
    keys = [[*shown(row[0]).split(","), *[""] * len(names)][: len(names)] for row in sheet.rows[1:]]
    cells = [[_parted(shown(cell)) for cell in row[1:]] for row in sheet.rows[1:]]
    estimates = any(_estimated(flag) for row in cells for _, flag in row)
    if estimates and {"isced11", "partner", "geo"} <= set(names):
        found = [
            (line, [*key, year, *cell])
            for line, key, row in zip(sheet.lines[1:], keys, cells, strict=True)
            for year, cell in itertools.zip_longest(years, row, fillvalue="")
        ]
        lines = [sheet.lines[0], *(line for line, _ in found)]
        return Sheet(sheet.name, [[*names, *_LONG], *(row for _, row in found)], lines)
    plain = [[*key, *(f for f, _ in row)] for key, row in zip(keys, cells, strict=True)]
    return Sheet(sheet.name, [[*names, *years], *plain], sheet.lines)


def _parted(cell: str) -> tuple[str, str]:
    """A figure and its flag."""
    hit = _FLAGGED.fullmatch(cell)
    return (hit[1], hit[2]) if hit else (cell, "")


def _estimated(flag: str) -> bool:
    """Whether a flag says estimated (e), or estimated by Eurostat (s)."""
    return bool(set(flag.split(":")[0].strip()) & {"e", "s"})


def students(file: Headed, table: Table) -> Map:
    """Students enrolled for a degree by origin and country of study, both sexes, all levels."""
    _refuse_others(file)
    origin, host = file.needs("partner"), file.needs("geo")
    flag = file.name("OBS_FLAG")
    flags = ("", *(file.distinct(flag) if flag else ()))
    precision = {v: "estimated" if _estimated(v) else "exact" for v in flags}
    across = file.years()
    figures = {} if across else {"year": "TIME_PERIOD", "students": "OBS_VALUE"}
    return file.map(
        only=(
            *file.only("one sex", "sex", among=("T",)),
            *file.only("one level of education", "isced11", among=("ED5-8",)),
            *file.only("shares, not numbers", "unit", among=("NR",)),
            *file.economies(origin),
            *file.economies(host),
        ),
        across=across,
        fills="students" if across else "",
        columns={
            "origin": Field(column=origin),
            "destination": Field(column=host),
            **{name: Field(column=file.needs(head)) for name, head in figures.items()},
            "level": Field(constant="degree"),
            "precision": Field(column=flag, words=precision) if flag else Field(constant="exact"),
            "statistic": Field(constant="enrolled"),
        },
    )


def _refuse_others(file: Headed) -> None:
    """Refuse data sets of the same columns that count others than the enrolled."""
    heading = file.name("DATAFLOW", "STRUCTURE_ID")
    told = filter(None, file.distinct(heading)) if heading else _CALLED.findall(file.given.name)
    if other := next((v for v in told if _DATA not in v.upper()), ""):
        raise UsageError(
            f"a data set of Eurostat that does not count the enrolled by origin: {other}",
            where=file.given.name,
            hint=f"take {_DATA.lower()}, mobile students from abroad enrolled",
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
