"""International Monetary Fund: trade by partner (IMTS, before 2024 DOTS) as SDMX-CSV."""

from __future__ import annotations

import re

from ..ground.errors import UsageError
from ..registry import Table
from .mapping import Field, Map, Only
from .parts import Headed, with_columns

_INDICATOR = re.compile(r"T?(X|M)G_(FOB|CIF)(_USD)?")
_DOLLARS = r"USD|US\$|U\.?S\.? ?dollars?( \(USD\))?"
_SCALES = {"UNITS": 1, "THOUSANDS": 1e3, "MILLIONS": 1e6, "BILLIONS": 1e9}


def adjusted(file: Headed, mapped: Map, table: Table) -> Map:
    """Exports and imports in dollars, in the valuation that was reported."""
    known = {v: hit for v in file.distinct("INDICATOR") if (hit := _INDICATOR.fullmatch(v))}
    words = {
        "flow": {v: "export" if hit[1] == "X" else "import" for v, hit in known.items()},
        "valuation": {v: hit[2].lower() for v, hit in known.items()},
    }
    indicator, value = (str(mapped.columns[name].column) for name in ("flow", "value_usd"))
    columns = {name: Field(column=indicator, words=words[name]) for name in words}
    found = with_columns(mapped, **columns, value_usd=Field(column=value, times=_scale(file)))
    # in dollars, by the column of the unit and by the name of the indicator
    unit = file.name("UNIT", "UNIT_MEASURE", "CURRENCY")
    if unit is None:
        in_dollars = Only(
            column=indicator,
            matches=r"(?!T?[XM]G_(FOB|CIF)$).*",
            why="indicators that do not say that they are in US dollars",
        )
    else:
        empty = "" if any(hit[3] is None for hit in known.values()) else "|"
        why = "other money than US dollars"
        in_dollars = Only(column=unit, matches=_DOLLARS + empty, why=why)
    return found.model_copy(update={"only": (*mapped.only[:-2], in_dollars, *mapped.only[-2:])})


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
