"""World Bank's WITS: the table of a country's partners, and the result of its advanced query."""

from __future__ import annotations

import re
from typing import Any

from ..registry import Table
from .comtrade import classified
from .layouts import Layout
from .mapping import Field, Map
from .parts import Headed

_FLOWS = {"Export": "export", "Import": "import", "Gross Exp.": "export", "Gross Imp.": "import"}
_FLOWS |= {"Export (US$ Thousand)": "export", "Import (US$ Thousand)": "import"}
_VALUED = {word: "fob" if flow == "export" else "cif" for word, flow in _FLOWS.items()}


def by_country(file: Headed, table: Table) -> Map:
    """A row for each partner, product group and indicator, a column for each year."""
    reporter, partner = file.needs("Reporter Name"), file.needs("Partner Name")
    indicator, group = file.needs("Indicator"), file.needs("Product categories", "Product")
    return file.map(
        only=(
            *file.only("shares and counts, not values", "Indicator", among=_FLOWS),
            *file.only("groups of products", group, among=("All Products", "Total")),
            *file.economies(partner),
        ),
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


def query(file: Headed, table: Table) -> Map:
    """A row for each reporter, partner, product and year, in thousand dollars."""
    flow, product = file.needs("TradeFlowName"), file.needs("ProductCode")
    pattern = str(table.columns["product"].pattern)
    partner = file.needs("PartnerISO3", "PartnerName")
    totals = {"Total": "TOTAL", "999999": "TOTAL", "All": "TOTAL"}
    counts = [v for v in file.distinct(product) if v in totals or re.match(pattern, v)]
    return file.map(
        only=(
            *file.only("re-exports and other flows", flow, among=_FLOWS),
            *classified(file, [totals.get(v, v) for v in counts], "Nomenclature"),
            *file.only("finer than HS chapters", product, among=totals, matches=pattern),
            *file.economies(partner),
        ),
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
