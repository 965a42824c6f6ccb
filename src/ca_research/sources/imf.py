"""International Monetary Fund: trade by partner (IMTS, before 2024 DOTS) as SDMX-CSV."""

from __future__ import annotations

from ..ground.errors import UsageError
from ..registry import Table
from .mapping import Field, Map
from .parts import Headed, with_columns

_SCALES = {"UNITS": 1, "THOUSANDS": 1e3, "MILLIONS": 1e6, "BILLIONS": 1e9}


def adjusted(file: Headed, mapped: Map, table: Table) -> Map:
    """Figures in dollars, whatever the scale in which they are printed."""
    value = mapped.columns["value_usd"].column
    return with_columns(mapped, value_usd=Field(column=value, times=_scale(file)))


def _scale(file: Headed) -> float:
    """By what figures are multiplied: the file says it in a column, as a power of ten or a word.

    Answers of the IMF's service, which name their data set in each row, hold dollars whatever
    SCALE says: there it is how the IMF prints them. Of files of its portal, which name it under
    DATASET, that is not known.
    """
    of = file.name("DATAFLOW", "STRUCTURE_ID")
    if of and all(v.startswith("IMF.STA:") for v in file.distinct(of) if v):
        return 1.0
    heading = file.name("UNIT_MULT", "SCALE")
    units = {v.upper() for v in file.distinct(heading) if v} if heading else set()
    of_portal = file.name("DATASET") and not of and heading == "SCALE" and units - {"UNITS", "0"}
    scales = {_SCALES.get(v) or (10.0 ** int(v) if v.isdigit() else None) for v in units}
    if of_portal or len(scales) != 1 or None in scales:
        raise UsageError(
            f"not clear in which unit figures are: {', '.join(sorted(units)) or 'nothing says it'}",
            where=file.given.name,
            hint="export each unit apart, with the column UNIT_MULT: 0 for dollars, 6 for millions;"
            " SCALE may be how the portal prints them: compare one with its page",
        )
    return float(scales.pop() or 1)
