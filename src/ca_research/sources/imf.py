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
    flows = {v: "export" if hit[1] == "X" else "import" for v, hit in known.items()}
    borders = {v: hit[2].lower() for v, hit in known.items()}
    found = with_columns(
        mapped,
        flow=Field(column=mapped.columns["flow"].column, words=flows),
        valuation=Field(column=mapped.columns["flow"].column, words=borders),
        value_usd=Field(column=mapped.columns["value_usd"].column, times=_scale(file)),
    )
    # in dollars, by the column of the unit and by the name of the indicator
    unit = file.name("UNIT", "UNIT_MEASURE", "CURRENCY")
    if unit is None:
        in_dollars = Only(
            column=str(mapped.columns["flow"].column),
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
    if heading is None:
        raise UsageError(
            "the file does not say in which unit its figures are",
            where=file.given.name,
            hint="export it with the column UNIT_MULT or SCALE",
        )
    units = {v.upper() for v in file.distinct(heading) if v}
    if file.name("DATASET") and not of and heading.upper() == "SCALE" and units - {"UNITS", "0"}:
        raise UsageError(
            f"it is not clear whether figures are in dollars, or in {', '.join(sorted(units))}: "
            "SCALE is how the IMF prints them, or what they are",
            where=file.given.name,
            hint="compare one with the portal's page; then call the column UNIT_MULT, and put 0 "
            "for dollars or 6 for millions",
        )
    scales = {_SCALES.get(v) or (10.0 ** int(v) if v.isdigit() else None) for v in units}
    if len(scales) != 1 or None in scales:
        raise UsageError(
            f"figures in several units in one file: {', '.join(sorted(units))}",
            where=file.given.name,
            hint="export each unit apart",
        )
    return float(scales.pop() or 1)
