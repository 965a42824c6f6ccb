"""World Bank's WITS: the table of a country's partners, and the result of its advanced query."""

from __future__ import annotations

import re
from typing import Any

from ..registry import Table
from .comtrade import classified
from .layouts import Layout
from .mapping import Field, Map
from .parts import Headed, among
from .sheets import Given, Sheet

_FLOWS = {"Export": "export", "Import": "import", "Gross Exp.": "export", "Gross Imp.": "import"}
_FLOWS |= {"Export (US$ Thousand)": "export", "Import (US$ Thousand)": "import"}
_VALUED = {word: "fob" if flow == "export" else "cif" for word, flow in _FLOWS.items()}


def by_country(given: Given, sheet: Sheet, place: int, table: Table) -> Map:
    """A row for each partner, product group and indicator, a column for each year."""
    file = Headed(sheet, place)
    reporter, partner = file.needs("Reporter Name"), file.needs("Partner Name")
    indicator, group = file.needs("Indicator"), file.needs("Product categories", "Product")
    return Map(
        sheet=sheet.name,
        header=sheet.lines[place],
        only=(
            *file.only("shares and counts, not values", _FLOWS.__contains__, "Indicator"),
            *file.only("groups of products", lambda v: v in ("All Products", "Total"), group),
            *file.economies(partner),
        ),
        keeps_to_the_years=True,
        across=file.years(),
        fills="value_usd",
        columns={
            "reporter": Field(column=reporter),
            "partner": Field(column=partner),
            "flow": Field(column=indicator, words=_FLOWS),
            "product": Field(constant="TOTAL"),
            "value_usd": Field(column=file.years()[0].column, times=1000),
            "valuation": Field(column=indicator, words=_VALUED),
            "scope": Field(constant="goods"),
        },
    )


def query(given: Given, sheet: Sheet, place: int, table: Table) -> Map:
    """A row for each reporter, partner, product and year, in thousand dollars."""
    file = Headed(sheet, place)
    flow, product = file.needs("TradeFlowName"), file.needs("ProductCode")
    pattern = re.compile(table.columns["product"].pattern or ".*")
    partner = file.needs("PartnerISO3", "PartnerName")
    totals = {"Total": "TOTAL", "999999": "TOTAL", "All": "TOTAL"}
    counts = [v for v in file.distinct(product) if v in totals or pattern.match(v)]
    return Map(
        sheet=sheet.name,
        header=sheet.lines[place],
        only=(
            *file.only("re-exports and other flows", _FLOWS.__contains__, flow),
            *classified(file, [totals.get(v, v) for v in counts], "Nomenclature"),
            *file.only("finer than HS chapters", among(counts), product),
            *file.economies(partner),
        ),
        keeps_to_the_years=True,
        columns={
            "reporter": Field(column=file.needs("ReporterISO3", "ReporterName")),
            "partner": Field(column=partner),
            "year": Field(column=file.needs("Year")),
            "flow": Field(column=flow, words=_FLOWS),
            "product": Field(column=product, words=totals),
            "value_usd": Field(column=file.needs("TradeValue in 1000 USD"), times=1000),
            "valuation": Field(column=flow, words=_VALUED),
            "scope": Field(constant="goods"),
        },
    )


_ABOUT: dict[str, Any] = {
    "tables": ("trade",),
    "publisher": "World Bank, World Integrated Trade Solution",
    "licence": "WITS terms of use (figures of UN Comtrade, reuse with attribution)",
    "address": "https://wits.worldbank.org",
    "origin": "COMTRADE",
}
LAYOUTS = (
    Layout(
        "wits, by country",
        ("Reporter Name", "Partner Name", "Indicator Type", "Indicator"),
        mapping=by_country,
        **_ABOUT,
    ),
    Layout(
        "wits, advanced query",
        ("TradeFlowName", "ProductCode", "Year", "TradeValue in 1000 USD"),
        mapping=query,
        **_ABOUT,
    ),
)
