"""UN Comtrade: the download of the web site, today's and yesterday's, and the answer of its API."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pandas as pd

from ..registry import Table
from .layouts import LOOK, Layout
from .mapping import Field, Map, Only
from .parts import Headed
from .sheets import NotStreamed, Sheet, shown

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

_AREAS = {"490": "S19", "899": "_X"}
"""Areas by number, as the register knows them: the rest of Asia, and what is not specified."""

_WHOLE = ("0", "C00", "TOTAL CPC", "All MOTs", "W00", "")
"""Codes of all procedures, means of transport, modes and second partners together."""

_VALUATION = "valuation (of cifvalue, fobvalue)"
_SAY = ("flowCode", "cifvalue", "fobvalue", "primaryValue")


def valued(sheet: Sheet) -> Sheet:
    """The sheet with a column that says at which border each figure is, where imports are at the
    exporter's: some reporters have no value of them but fob. Any other sheet as it is.
    """
    heads = [[shown(cell).casefold() for cell in row] for row in sheet.rows[:LOOK]]
    named = (n for n, row in enumerate(heads) if all(row.count(h.casefold()) == 1 for h in _SAY))
    if (place := next(named, None)) is None:
        return sheet
    width = len(heads[place])
    at = [heads[place].index(name.casefold()) for name in _SAY]
    frame = pd.DataFrame({n: list(sheet.column(n, 0)) for n in at}, dtype=object)
    if not (of_exporters := _at_exporters(frame)).any():
        return sheet
    told = frame[at[0]].map(shown).map(_VALUED).fillna("").mask(of_exporters, "fob")
    told[place] = _VALUATION
    rows = [(row + [None] * width)[:width] for row in sheet.rows]
    return replace(sheet, rows=[[*row, word] for row, word in zip(rows, told, strict=True)])


def _at_exporters(frame: pd.DataFrame) -> pd.Series:
    """Whether figures are imports at the exporter's border, as their columns in `_SAY` tell."""
    flow, *amounts = frame
    borders = {word: _VALUED.get(shown(word)) for word in frame[flow].unique()}
    imports = frame[frame[flow].map(borders).eq("cif")]
    cif, fob, value = (
        pd.to_numeric(imports[column], errors="coerce").fillna(0) for column in amounts
    )
    found = cif.eq(0) & fob.ne(0) & fob.eq(value)
    return found.reindex(frame.index, fill_value=False)


def _border(file: Headed, flow: str) -> Field:
    """Where the valuation of a figure is said: by its flow, unless a column knows better."""
    if (said := file.name(_VALUATION)) is not None:
        return Field(column=said)
    says = {h.casefold() for h in _SAY} <= {h.casefold() for h in file.headings}
    if says and any(_at_exporters(frame).any() for frame in file.frames(*_SAY)):
        raise NotStreamed(
            "imports at the value of the exporter's border (fobvalue) among others, which are told "
            "apart in small files only",
            where=file.given.name,
        )
    return Field(column=flow, words=_VALUED)


def classified(file: Headed, products: Iterable[str], *headings: str) -> tuple[Only, ...]:
    """Rows of HS by the column of the classification, since 27 is another thing in SITC and BEC;
    a total is the same in all classifications of goods, where nothing else is read.
    """
    if set(products) <= {"TOTAL"}:
        return file.only("services", *headings, matches="(?!EB).*")
    return file.only("other classifications than HS", *headings, matches=r"H(S|\d).*")


def mapping(file: Headed, table: Table) -> Map:
    """Totals and HS chapters by partner and year; exports at fob, imports at cif, or at fob where
    their reporter has no other value.
    """
    flow = file.needs("flowCode", "Trade Flow Code", "flowDesc", "Trade Flow")
    product = file.needs("cmdCode", "Commodity Code")
    pattern = str(table.columns["product"].pattern)
    counts = [v for v in file.distinct(product) if re.match(pattern, v)]
    reporter = file.needs("reporterISO", "Reporter ISO", "reporterCode", "Reporter Code")
    partner = file.needs("partnerISO", "Partner ISO", "partnerCode", "Partner Code")
    classes = ("classificationCode", "classificationSearchCode", "Classification")
    months = "months, not years"
    wholes = {
        "by customs procedure": ("customsCode", "Customs Proc. Code"),
        "by means of transport": ("motCode", "Mode of Transport Code"),
        "by mode of supply": ("mosCode",),
        "by second partner": ("partner2Code", "2nd Partner Code"),
    }
    return file.map(
        only=(
            *file.only(months, "freqCode", among=("A",)),
            *file.only(months, "period", matches=r"\d{4}"),
            # a year is month 52; asked only where nothing plainer says so
            *(
                ()
                if file.name("freqCode", "period")
                else file.only(months, "refMonth", among=("52", "0", ""))
            ),
            *file.only("services", "typeCode", among=("C",)),
            *classified(file, counts, *classes),
            *file.only("re-exports and other flows", flow, among=_FLOWS),
            *file.only("finer than HS chapters", product, matches=pattern),
            *(one for why, heads in wholes.items() for one in file.only(why, *heads, among=_WHOLE)),
            *file.economies(reporter),
            *file.economies(partner, own=_AREAS),
        ),
        columns={
            "reporter": Field(column=reporter),
            "partner": Field(column=partner, words=_AREAS),
            "year": Field(column=file.needs("refYear", "Year", "period")),
            "flow": Field(column=flow, words=_FLOWS),
            "product": Field(column=product),
            "value_usd": Field(column=file.needs("primaryValue", "Trade Value (US$)")),
            "valuation": _border(file, flow),
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
    Layout(
        "comtrade",
        ("reporterCode", "partnerCode", "flowCode", "primaryValue"),
        **_ABOUT,
    ),
    Layout(
        "comtrade until 2022", ("Trade Flow Code", "Reporter Code", "Trade Value (US$)"), **_ABOUT
    ),
)
