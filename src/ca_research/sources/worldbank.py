"""World Bank: wide CSV and Excel of its web site, DataBank's extract, and the answer of its API."""

from __future__ import annotations

import re
from typing import Any

from ..ground.errors import UsageError
from ..registry import Table
from . import names
from .layouts import Layout
from .mapping import Field, Map
from .parts import Headed

_GROUPS = frozenset(
    re.findall(
        r"\w+",
        "AFE AFW ARB CEB CHI CSS EAP EAR EAS ECA ECS EMU EUU FCS HIC HPC IBD IBT IDA IDB IDX INX "
        "LAC LCN LDC LIC LMC LMY LTE MEA MIC MNA NAC OED OSS PRE PSS PST SAS SSA SSF SST TEA TEC "
        "TLA TMN TSA TSS UMC",
    )
)
"""Codes of the Bank's regions and groups of income, which are no economies."""
_ALL = "WLD|World"
"""All counterparts together."""
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
    return "persons" if name.startswith("Population") else "as its name says"


def _refuse_others(file: Headed, code: str) -> None:
    """Refuse a file of the same headings whose codes are not the Bank's: the IMF's bulk files have
    its own numbers, of which 156 is Canada and not China.
    """
    called = file.pairs(code, file.name("Country Name") or code)
    known = {c: (names.code(c), names.code(called[c])) for c in called}
    unlike = [
        c for c, (one, other) in known.items() if c.isdigit() or (one and other and one != other)
    ]
    if unlike or "attribute" in (h.casefold() for h in file.headings):
        told = f"{code} {unlike[0]} beside {called[unlike[0]]}" if unlike else "a column Attribute"
        raise UsageError(
            f"headings of the World Bank, and rows that are not of its form: {told}",
            where=file.given.name,
            hint="a bulk file of the IMF? say in the map how it is meant: header: 1, and "
            "`economy: Country Name` among its columns",
        )


def wide(file: Headed, table: Table) -> Map:
    """A row for each country and indicator, a column for each year; of debt by counterpart those of
    all counterparts together.
    """
    code = file.needs("Indicator Code", "Series Code")
    name = file.needs("Indicator Name", "Series Name")
    country = file.needs("Country Code")
    _refuse_others(file, country)
    counterparts = sorted(h for h in file.headings if h.casefold().startswith("counterpart"))
    return file.map(
        only=(
            *file.economies(country, but=(*_GROUPS, "")),
            *file.only("notes below the table", code, matches=".+"),
            *file.only("by counterpart, not of all together", *counterparts, matches=_ALL),
        ),
        across=file.years(),
        fills="value",
        columns={
            "economy": Field(column=country),
            "indicator": Field(column=code),
            "unit": Field(column=code, words=_units(file, code, name)),
        },
    )


def _units(file: Headed, code: str, name: str) -> dict[str, str]:
    """Units of indicators by code, which stand in their names."""
    return {code: unit(called) for code, called in file.pairs(code, name).items() if code}


def api(file: Headed, table: Table) -> Map:
    """A record for each country, indicator and year."""
    country = file.needs("countryiso3code", "country.id")
    return file.map(
        only=file.economies(country, but=_GROUPS),
        columns={
            "economy": Field(column=country),
            "indicator": Field(column="indicator.id"),
            "year": Field(column="date"),
            "value": Field(column="value"),
            "unit": Field(
                column="indicator.id", words=_units(file, "indicator.id", "indicator.value")
            ),
        },
    )


_ABOUT: dict[str, Any] = {
    "tables": ("macro",),
    "publisher": "World Bank",
    "licence": "CC BY 4.0",
    "address": "https://data.worldbank.org",
    "origin": "WDI",
}
LAYOUTS = (
    Layout(
        "world bank, wide",
        ("Country Name", "Country Code", "Indicator Name", "Indicator Code"),
        mapping=wide,
        **_ABOUT,
    ),
    Layout(
        "world bank, databank",
        ("Country Name", "Country Code", "Series Name", "Series Code"),
        mapping=wide,
        **_ABOUT,
    ),
    Layout(
        "world bank, api",
        ("indicator.id", "countryiso3code", "date", "value"),
        mapping=api,
        **_ABOUT,
    ),
)
