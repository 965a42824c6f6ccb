"""UN Comtrade: the download of the web site, today's and yesterday's, and the answer of its API."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ..registry import Table
from .layouts import Layout
from .mapping import Field, Map, Only
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

_HS = re.compile(r"H(S|\d).*", re.I)
_YEAR = re.compile(r"\d{4}")


def classified(file: Headed, products: Iterable[str], *headings: str) -> tuple[Only, ...]:
    """Rows of HS by the column of the classification, since 27 is another thing in SITC and BEC;
    a total is the same in all classifications of goods, where nothing else is read.
    """
    if set(products) <= {"TOTAL"}:
        return file.only("services", lambda v: not v.upper().startswith("EB"), *headings)
    return file.only("other classifications than HS", lambda v: bool(_HS.fullmatch(v)), *headings)


def mapping(given: Given, sheet: Sheet, place: int, table: Table) -> Map:
    """Totals and HS chapters by partner and year; exports at fob, imports at cif."""
    file = Headed(sheet, place)
    flow = file.needs("flowCode", "Trade Flow Code", "flowDesc", "Trade Flow")
    product = file.needs("cmdCode", "Commodity Code")
    pattern = re.compile(table.columns["product"].pattern or ".*")
    counts = [v for v in file.distinct(product) if pattern.match(v)]
    is_whole = among(("0", "C00", "TOTAL CPC", "All MOTs", "W00", ""))
    # a year is month 52; asked only where nothing plainer says so
    whole_years = file.only("months, not years", among(("52", "0", "")), "refMonth")
    only = (
        *file.only("months, not years", among(("A",)), "freqCode"),
        *file.only("months, not years", lambda v: bool(_YEAR.fullmatch(v)), "period"),
        *(() if file.name("freqCode", "period") else whole_years),
        *file.only("services", among(("C",)), "typeCode"),
        *classified(
            file, counts, "classificationCode", "classificationSearchCode", "Classification"
        ),
        *file.only("re-exports and other flows", _FLOWS.__contains__, flow),
        *file.only("finer than HS chapters", among(counts), product),
        *file.only("by customs procedure", is_whole, "customsCode", "Customs Proc. Code"),
        *file.only("by means of transport", is_whole, "motCode", "Mode of Transport Code"),
        *file.only("by mode of supply", is_whole, "mosCode"),
        *file.only("by second partner", is_whole, "partner2Code", "2nd Partner Code"),
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
