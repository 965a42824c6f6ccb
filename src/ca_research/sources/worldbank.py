"""World Bank: wide CSV and Excel of its web site, DataBank's extract, and the answer of its API."""

from __future__ import annotations

import re
from typing import Any

from ..ground.errors import UsageError
from ..registry import Table
from . import names
from .layouts import Layout
from .mapping import Across, Field, Map, Only
from .parts import Headed
from .sheets import Given, Sheet, shown

_GROUPS = frozenset(
    re.findall(
        r"\w+",
        "AFE AFW ARB CEB CHI CSS EAP EAR EAS ECA ECS EMU EUU FCS HIC HPC IBD IBT IDA IDB IDX INX "
        "LAC LCN LDC LIC LMC LMY LTE MEA MIC MNA NAC OED OSS PRE PSS PST SAS SSA SSF SST TEA TEC "
        "TLA TMN TSA TSS UMC",
    )
)
"""Codes of the Bank's regions and groups of income, which are no economies."""
UNSAID = "as its name says"
"""The unit of an indicator whose name ends in none."""
_NO_UNIT = re.compile(r"^base year\b|\bestimate$", re.I)
"""What stands in brackets behind an indicator's name and is no unit."""


def unit(name: str) -> str:
    """The unit of an indicator, which stands in its name.

    Examples
    --------
    >>> unit("GDP (current US$)"), unit("Population, total"), unit("Trade (% of GDP)")
    ('current USD', 'persons', '% of GDP')
    >>> unit("GDP per capita (constant 2015 US$)"), unit("GDP per capita growth (annual %)")
    ('constant 2015 USD per head', 'annual %')
    >>> unit("Unemployment (% of labor force) (modeled ILO estimate)")
    '% of labor force'
    """
    inside = [told for told in re.findall(r"\(([^()]*)\)", name) if not _NO_UNIT.search(told)]
    if inside:
        found = inside[-1].replace("US$", "USD").strip()
        said = "%" in found or "per capita" in found.casefold()  # of whom, or that it is a share
        return found if said or "per capita" not in name.casefold() else f"{found} per head"
    return "persons" if name.startswith("Population") else UNSAID


def _refuse_others(file: Headed, code: str, where: str) -> None:
    """Refuse a file of the same headings whose codes are not the Bank's: the IMF's bulk files have
    its own numbers, of which 156 is Canada and not China.
    """
    called = file.name("Country Name")
    pairs = dict.fromkeys((shown(c), shown(n)) for c, n in file.together(code, called or code))
    unlike = [f"{c} beside {n}" for c, n in pairs if _unlike(names.code(c), names.code(n))]
    unlike += [c for c in file.distinct(code) if c.isdigit()]
    if unlike or "attribute" in (h.casefold() for h in file.headings):
        told = f": {code} {unlike[0]}" if unlike else ": there is a column Attribute"
        raise UsageError(
            f"headings of the World Bank, and rows that are not of its form{told}",
            where=where,
            hint="a bulk file of the IMF? say in the map how it is meant: header: 1, and "
            "`economy: Country Name` among its columns",
        )


def _unlike(one: str | None, other: str | None) -> bool:
    return bool(one and other) and one != other


def _of_all(file: Headed) -> tuple[Only, ...]:
    """Of debt by counterpart the rows of all counterparts together."""
    counterparts = [h for h in file.headings if h.casefold().startswith("counterpart")]
    why = "by counterpart, not of all together"
    return file.only(why, lambda v: names.code(v) == "WLD", *sorted(counterparts))


def wide(given: Given, sheet: Sheet, place: int, table: Table) -> Map:
    """A row for each country and indicator, a column for each year."""
    file = Headed(sheet, place)
    code = file.needs("Indicator Code", "Series Code")
    name = file.needs("Indicator Name", "Series Name")
    country = file.needs("Country Code")
    _refuse_others(file, country, given.name)
    named = zip(file.column(code), file.column(name), strict=True)
    units = {shown(c): unit(shown(n)) for c, n in named if shown(c)}
    return Map(
        sheet=sheet.name,
        header=sheet.lines[place],
        only=(
            *file.economies(country, but=_GROUPS | {""}),
            *file.only("notes below the table", bool, code),
            *_of_all(file),
        ),
        keeps_to_the_years=True,
        across=tuple(
            Across(column=a.column, gives={"year": a.column.split(" ")[0]}) for a in file.years()
        ),
        fills="value",
        columns={
            "economy": Field(column=country),
            "indicator": Field(column=code),
            "unit": Field(column=code, words=units),
        },
    )


def api(given: Given, sheet: Sheet, place: int, table: Table) -> Map:
    """A record for each country, indicator and year."""
    file = Headed(sheet, place)
    named = zip(file.column("indicator.id"), file.column("indicator.value"), strict=True)
    units = {shown(c): unit(shown(n)) for c, n in named}
    country = file.needs("countryiso3code", "country.id")
    return Map(
        sheet=sheet.name,
        header=sheet.lines[place],
        only=file.economies(country, but=_GROUPS),
        keeps_to_the_years=True,
        columns={
            "economy": Field(column=country),
            "indicator": Field(column="indicator.id"),
            "year": Field(column="date"),
            "value": Field(column="value"),
            "unit": Field(column="indicator.id", words=units),
        },
    )


_ABOUT: dict[str, Any] = {
    "tables": ("macro",),
    "publisher": "World Bank",
    "licence": "CC BY 4.0",
    "address": "https://data.worldbank.org",
    "origin": "WDI",
    "unsaid": (UNSAID,),
}
LAYOUTS = (
    Layout(
        "world bank, wide",
        ("Country Name", "Country Code", "Indicator Name", "Indicator Code"),
        mapping=wide,
        words=("Country Name", "Country Code"),
        **_ABOUT,
    ),
    Layout(
        "world bank, databank",
        ("Country Name", "Country Code", "Series Name", "Series Code"),
        mapping=wide,
        words=("Country Name", "Country Code"),
        **_ABOUT,
    ),
    Layout(
        "world bank, api",
        ("indicator.id", "countryiso3code", "date", "value"),
        mapping=api,
        **_ABOUT,
    ),
)
