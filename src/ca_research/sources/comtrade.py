"""UN Comtrade: the download of the web site, today's and yesterday's, and the answer of its API."""

from __future__ import annotations

import re
from typing import Any

from ..registry import Table
from .layouts import Layout
from .mapping import Field, Map
from .parts import Headed, among
from .sheets import Given, Sheet

_FLOWS = {
    "X": "export",
    "M": "import",
    "Export": "export",
    "Import": "import",
    "Exports": "export",
    "Imports": "import",
    "1": "import",
    "2": "export",
}
_VALUED = {word: "fob" if flow == "export" else "cif" for word, flow in _FLOWS.items()}


def mapping(given: Given, sheet: Sheet, place: int, table: Table) -> Map:
    """Totals and HS chapters by partner and year; exports at fob, imports at cif."""
    file = Headed(sheet, place)
    flow = file.needs("flowCode", "Trade Flow Code", "flowDesc", "Trade Flow")
    product = file.needs("cmdCode", "Commodity Code")
    pattern = re.compile(table.columns["product"].pattern or ".*")
    is_whole = among(("0", "C00", "TOTAL CPC", "All MOTs", "W00", ""))
    only = (
        *file.only("months, not years", among(("A",)), "freqCode"),
        *file.only("re-exports and other flows", _FLOWS.__contains__, flow),
        *file.only("finer than HS chapters", lambda v: bool(pattern.match(v)), product),
        *file.only("by customs procedure", is_whole, "customsCode"),
        *file.only("by means of transport", is_whole, "motCode"),
        *file.only("by mode of supply", is_whole, "mosCode"),
        *file.only("by second partner", is_whole, "partner2Code"),
    )
    reporter = file.needs("reporterISO", "Reporter ISO", "reporterCode", "Reporter Code")
    partner = file.needs("partnerISO", "Partner ISO", "partnerCode", "Partner Code")
    return Map(
        sheet=sheet.name,
        header=sheet.lines[place],
        only=only,
        keeps_to_the_years=True,
        columns={
            "reporter": Field(column=reporter),
            "partner": Field(column=partner),
            "year": Field(column=file.needs("refYear", "Year", "period")),
            "flow": Field(column=flow, words=_FLOWS),
            "product": Field(column=product),
            "value_usd": Field(column=file.needs("primaryValue", "Trade Value (US$)")),
            "valuation": Field(column=flow, words=_VALUED),
            "scope": Field(constant="goods"),
        },
    )


_ABOUT: dict[str, Any] = {
    "tables": ("trade",),
    "mapping": mapping,
    "publisher": "UN Comtrade",
    "licence": "UN Comtrade terms (reuse with attribution; no redistribution in bulk)",
    "address": "https://comtradeplus.un.org",
    "origin": "COMTRADE",
}
LAYOUTS = (
    Layout("comtrade", ("reporterCode", "partnerCode", "flowCode", "primaryValue"), **_ABOUT),
    Layout(
        "comtrade until 2022", ("Trade Flow Code", "Reporter Code", "Trade Value (US$)"), **_ABOUT
    ),
)
