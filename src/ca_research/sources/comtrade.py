"""UN Comtrade: the download of the web site, today's and yesterday's, and the answer of its API."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ..registry import Table
from . import cells
from .layouts import LOOK, Layout
from .mapping import Field, Map, Only
from .parts import Headed, among
from .sheets import Cell, Given, NotStreamed, Sheet, shown

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

_HS = re.compile(r"H(S|\d).*", re.I)
_YEAR = re.compile(r"\d{4}")

_VALUATION = "valuation (of cifvalue, fobvalue)"
_AMOUNTS = ("cifvalue", "fobvalue", "primaryValue")
_SAY = ("flowCode", *_AMOUNTS)


def valued(sheet: Sheet) -> Sheet:
    """The sheet with a column that says at which border each figure is, where imports are at the
    exporter's: some reporters have no value of them but fob. Any other sheet as it is.
    """
    heads = [[shown(cell).casefold() for cell in row] for row in sheet.rows[:LOOK]]
    named = (n for n, row in enumerate(heads) if all(row.count(h.casefold()) == 1 for h in _SAY))
    if (place := next(named, None)) is None:
        return sheet
    there = heads[place]
    at = [there.index(name.casefold()) for name in _SAY]
    told = [_valuation(*(row[n] if n < len(row) else None for n in at)) for row in sheet.rows]
    flows = (shown(row[at[0]]) if at[0] < len(row) else "" for row in sheet.rows)
    if all(one == _VALUED.get(flow, "") for one, flow in zip(told, flows, strict=True)):
        return sheet
    rows = [_put(row, len(there), word) for row, word in zip(sheet.rows, told, strict=True)]
    rows[place] = _put(sheet.rows[place], len(there), _VALUATION)
    return replace(sheet, rows=rows)


def _valuation(flow: Cell, cif: Cell, fob: Cell, value: Cell) -> str:
    """At which border a figure is; nothing for other flows."""
    told = _VALUED.get(shown(flow), "")
    ends = told == "cif" and not _amount(cif) and _amount(fob) and _amount(fob) == _amount(value)
    return "fob" if ends else told


def _amount(cell: Cell) -> float | None:
    found = "" if cells.missing(cell) else cells.number(cell)
    return found if isinstance(found, float) else None


def _put(row: list[Cell], width: int, cell: Cell) -> list[Cell]:
    """A row with one more cell behind those under headings."""
    return [*row[:width], *[None] * (width - len(row)), cell, *row[width:]]


def _border(file: Headed, flow: str, name: str) -> Field:
    """Where the valuation of a figure is said: by its flow, unless a column knows better."""
    if (said := file.name(_VALUATION)) is not None:
        return Field(column=said)
    says = {h.casefold() for h in _SAY} <= {h.casefold() for h in file.headings}
    rows = file.together(*_SAY) if says else ()
    if any(_valuation(*row) != _VALUED.get(shown(row[0]), "") for row in rows):
        raise NotStreamed(
            "imports at the value of the exporter's border (fobvalue) among others, which are told "
            "apart in small files only",
            where=name,
        )
    return Field(column=flow, words=_VALUED)


def classified(file: Headed, products: Iterable[str], *headings: str) -> tuple[Only, ...]:
    """Rows of HS by the column of the classification, since 27 is another thing in SITC and BEC;
    a total is the same in all classifications of goods, where nothing else is read.
    """
    if set(products) <= {"TOTAL"}:
        return file.only("services", lambda v: not v.upper().startswith("EB"), *headings)
    return file.only("other classifications than HS", lambda v: bool(_HS.fullmatch(v)), *headings)


def mapping(given: Given, sheet: Sheet, place: int, table: Table) -> Map:
    """Totals and HS chapters by partner and year; exports at fob, imports at cif, or at fob where
    their reporter has no other value.
    """
    file = Headed(sheet, place)
    flow = file.needs("flowCode", "Trade Flow Code", "flowDesc", "Trade Flow")
    product = file.needs("cmdCode", "Commodity Code")
    pattern = re.compile(table.columns["product"].pattern or ".*")
    counts = [v for v in file.distinct(product) if pattern.match(v)]
    reporter = file.needs("reporterISO", "Reporter ISO", "reporterCode", "Reporter Code")
    partner = file.needs("partnerISO", "Partner ISO", "partnerCode", "Partner Code")
    areas = {k: v for k, v in _AREAS.items() if k in file.whole(partner)}
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
        *file.economies(reporter),
        *file.economies(partner, own=areas),
    )
    return Map(
        sheet=sheet.name,
        header=sheet.lines[place],
        only=only,
        keeps_to_the_years=True,
        columns={
            "reporter": Field(column=reporter),
            "partner": Field(column=partner, words=areas),
            "year": Field(column=file.needs("refYear", "Year", "period")),
            "flow": Field(column=flow, words=_FLOWS),
            "product": Field(column=product),
            "value_usd": Field(column=file.needs("primaryValue", "Trade Value (US$)")),
            "valuation": _border(file, flow, given.name),
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
        words=("flowCode",),
        amounts=_AMOUNTS,
        **_ABOUT,
    ),
    Layout(
        "comtrade until 2022", ("Trade Flow Code", "Reporter Code", "Trade Value (US$)"), **_ABOUT
    ),
)
