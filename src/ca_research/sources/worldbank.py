"""World Bank: wide CSV and Excel of its web site, DataBank's extract, and the answer of its API."""

from __future__ import annotations

import re

from ..ground.errors import UsageError
from ..registry import Table
from . import names
from .mapping import Field, Map, Only
from .parts import Headed, with_columns

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
    inside = [phrase for phrase in re.findall(r"\(([^()]*)\)", name) if not _NO_UNIT.search(phrase)]
    if inside:
        label = inside[-1].replace("US$", "USD").strip()
        share = "%" in label or "per capita" in label.casefold()  # of whom, or that it is a share
        return label if share or "per capita" not in name.casefold() else f"{label} per head"
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
        fault = f"{code} {unlike[0]} beside {called[unlike[0]]}" if unlike else "a column Attribute"
        raise UsageError(
            f"headings of the World Bank, and rows that are not of its form: {fault}",
            where=file.given.name,
            hint="a bulk file of the IMF? say in the map how it is meant: header: 1, and "
            "`economy: Country Name` among its columns",
        )


def wide(file: Headed, mapped: Map, table: Table) -> Map:
    """A row for each country and indicator, a column for each year; of debt by counterpart those of
    all counterparts together.
    """
    code, country = mapped.columns["indicator"].column, str(mapped.columns["economy"].column)
    name = file.needs("Indicator Name", "Series Name")
    _refuse_others(file, country)
    counterparts = sorted(h for h in file.headings if h.casefold().startswith("counterpart"))
    if (column := file.name(*counterparts)) is not None:
        whole = Only(column=column, matches=_ALL, why="by counterpart, not of all together")
        mapped = mapped.model_copy(update={"only": (*mapped.only, whole)})
    return _with_units(file, mapped, str(code), name)


def api(file: Headed, mapped: Map, table: Table) -> Map:
    """A record for each country, indicator and year."""
    return _with_units(file, mapped, "indicator.id", "indicator.value")


def _with_units(file: Headed, mapped: Map, code: str, name: str) -> Map:
    """A map with the units of indicators, which stand in their names."""
    units = {one: unit(called) for one, called in file.pairs(code, name).items() if one}
    return with_columns(mapped, unit=Field(column=code, words=units))
