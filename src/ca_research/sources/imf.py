"""International Monetary Fund: trade by partner (IMTS, before 2024 DOTS) as SDMX-CSV."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..ground.errors import UsageError
from ..registry import Table
from .layouts import Layout
from .mapping import Field, Map, Only
from .parts import Headed

_INDICATOR = re.compile(r"T?(X|M)G_(FOB|CIF)(_USD)?")
_DOLLARS = r"USD|US\$|U\.?S\.? ?dollars?( \(USD\))?"
_SCALES = {"UNITS": 1, "THOUSANDS": 1e3, "MILLIONS": 1e6, "BILLIONS": 1e9}


def mapping(file: Headed, table: Table) -> Map:
    """Exports and imports by partner and year, in dollars, in the valuation that was reported."""
    indicator = file.needs("INDICATOR")
    known = {v: hit for v in file.distinct(indicator) if (hit := _INDICATOR.fullmatch(v))}
    partner = file.needs("COUNTERPART_AREA", "COUNTERPART_COUNTRY")
    reporter = file.needs("REF_AREA", "COUNTRY")
    return file.map(
        only=(
            *file.only(
                "months or quarters, not years", "FREQ", "FREQUENCY", among=("A", "Annual", "")
            ),
            *file.only(
                "other indicators than trade in goods", indicator, matches=_INDICATOR.pattern
            ),
            *_in_dollars(file, indicator, known),
            *file.economies(reporter),
            *file.economies(partner),
        ),
        columns={
            "reporter": Field(column=reporter),
            "partner": Field(column=partner),
            "year": Field(column=file.needs("TIME_PERIOD")),
            "flow": Field(
                column=indicator,
                words={v: "export" if hit[1] == "X" else "import" for v, hit in known.items()},
            ),
            "product": Field(constant="TOTAL"),
            "value_usd": Field(column=file.needs("OBS_VALUE"), times=_scale(file)),
            "valuation": Field(
                column=indicator, words={v: hit[2].lower() for v, hit in known.items()}
            ),
            "scope": Field(constant="goods"),
        },
    )


def _in_dollars(
    file: Headed, indicator: str, known: Mapping[str, re.Match[str]]
) -> tuple[Only, ...]:
    """Rows in dollars, by the name of the indicator and by the column of the unit."""
    unnamed = any(hit[3] is None for hit in known.values())
    unit = file.name("UNIT", "UNIT_MEASURE", "CURRENCY")
    if unit is None:
        why = "indicators that do not say that they are in US dollars"
        return file.only(why, indicator, matches=r"(?!T?[XM]G_(FOB|CIF)$).*")
    empty = "" if unnamed else "|"
    return file.only("other money than US dollars", unit, matches=_DOLLARS + empty)


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
    said = {v.upper() for v in file.distinct(heading) if v}
    if file.name("DATASET") and not of and heading.upper() == "SCALE" and said - {"UNITS", "0"}:
        raise UsageError(
            f"it is not clear whether figures are in dollars, or in {', '.join(sorted(said))}: "
            "SCALE is how the IMF prints them, or what they are",
            where=file.given.name,
            hint="compare one with the portal's page; then call the column UNIT_MULT, and put 0 "
            "for dollars or 6 for millions",
        )
    scales = {_SCALES.get(v) or (10.0 ** int(v) if v.isdigit() else None) for v in said}
    if len(scales) != 1 or None in scales:
        raise UsageError(
            f"figures in several units in one file: {', '.join(sorted(said))}",
            where=file.given.name,
            hint="export each unit apart",
        )
    return float(scales.pop() or 1)


LAYOUTS = tuple(
    Layout(
        f"imf {name}",
        headings,
        tables=("trade",),
        mapping=mapping,
        publisher="International Monetary Fund, International Trade in Goods Statistics",
        licence="IMF terms (reuse with attribution)",
        address="https://data.imf.org",
        origin="IMF_IMTS",
    )
    for name, headings in (
        ("dots", ("REF_AREA", "INDICATOR", "COUNTERPART_AREA", "TIME_PERIOD", "OBS_VALUE")),
        ("imts", ("COUNTRY", "INDICATOR", "COUNTERPART_COUNTRY", "TIME_PERIOD", "OBS_VALUE")),
    )
)
