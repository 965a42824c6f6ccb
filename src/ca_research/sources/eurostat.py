"""Eurostat: mobile students by origin, as SDMX-CSV and TSV. Its trade is in euros: refused."""

from __future__ import annotations

import re

from ..ground.errors import UsageError
from ..registry import Table
from .mapping import Field, Map
from .parts import Headed, with_columns
from .sheets import Sheet, shown

_DATA = "EDUC_UOE_MOBS02"
"""Mobile students enrolled; data sets of the same columns hold graduates, or shares."""
_CALLED = re.compile(r"educ_uoe_[a-z]+\d+", re.I)
"""How Eurostat calls its files, of which a TSV says nowhere else what it counts."""


def unpacked(sheet: Sheet) -> Sheet:
    """The sheet of a TSV with its packed first column (`sex,geo\\TIME_PERIOD`) as columns, and each
    figure with its year and its flag in a row; any other sheet as it is.
    """
    packed, *years = map(shown, sheet.rows[0] or [""])
    if not packed.endswith("\\TIME_PERIOD"):
        return sheet
    names = packed.removesuffix("\\TIME_PERIOD").split(",")
    rows, lines = [[*names, "TIME_PERIOD", "OBS_VALUE", "OBS_FLAG"]], sheet.lines[:1]
    for (key, *cells), line in zip(sheet.rows[1:], sheet.lines[1:], strict=True):
        for year, cell in zip(years, cells, strict=False):
            figure, _, flag = shown(cell).partition(" ")
            rows.append([*shown(key).split(","), year, figure, flag.strip()])
            lines.append(line)
    return Sheet(sheet.name, rows, lines)


def _estimated(flag: str) -> bool:
    """Whether a flag says estimated (e), or estimated by Eurostat (s)."""
    return bool(set(flag.split(":")[0].strip()) & {"e", "s"})


def adjusted(file: Headed, mapped: Map, table: Table) -> Map:
    """Students enrolled for a degree; which numbers are estimated their flags say."""
    _refuse_others(file)
    if (flag := file.name("OBS_FLAG")) is None:
        return mapped
    words = {v: "estimated" if _estimated(v) else "exact" for v in ("", *file.distinct(flag))}
    return with_columns(mapped, precision=Field(column=flag, words=words))


def _refuse_others(file: Headed) -> None:
    """Refuse data sets of the same columns that count others than the enrolled."""
    heading = file.name("DATAFLOW", "STRUCTURE_ID")
    datasets = filter(None, file.distinct(heading)) if heading else _CALLED.findall(file.given.name)
    if other := next((v for v in datasets if _DATA not in v.upper()), ""):
        raise UsageError(
            f"a data set of Eurostat that does not count the enrolled by origin: {other}",
            where=file.given.name,
            hint=f"take {_DATA.lower()}, mobile students from abroad enrolled",
        )
