"""World Bank: wide CSV and Excel of its web site, DataBank's extract, and the answer of its API."""

from __future__ import annotations

import re

from ..ground.errors import UsageError
from ..registry import Table
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


def wide(file: Headed, mapped: Map, table: Table) -> Map:
    """A row for each country and indicator, a column for each year; of debt by counterpart those of
    all counterparts together.
    """
    code, country = str(mapped.columns["indicator"].column), mapped.columns["economy"].column
    name = file.needs("Indicator Name", "Series Name")
    # of others' codes AU is Austria, and of the IMF's numbers 156 is Canada and not China
    others = [c for c in file.distinct(str(country)) if not re.fullmatch("([A-Z]{3})?", c)]
    if others or file.name("Attribute"):
        raise UsageError(
            "headings of the World Bank, and rows that are not of its form",
            where=file.given.name,
            hint="a bulk file of the IMF? say in the map how it is meant: header: 1, and "
            "`economy: Country Name` among its columns",
        )
    counterparts = sorted(h for h in file.headings if h.casefold().startswith("counterpart"))
    if (column := file.name(*counterparts)) is not None:
        whole = Only(column=column, matches=_ALL, why="by counterpart, not of all together")
        mapped = mapped.model_copy(update={"only": (*mapped.only, whole)})
    return _with_units(file, mapped, code, name)


def api(file: Headed, mapped: Map, table: Table) -> Map:
    """A record for each country, indicator and year."""
    return _with_units(file, mapped, "indicator.id", "indicator.value")


def _with_units(file: Headed, mapped: Map, code: str, name: str) -> Map:
    """A map with the units of indicators, which stand in their names."""
    units = {one: unit(called) for one, called in file.pairs(code, name).items() if one}
    return with_columns(mapped, unit=Field(column=code, words=units))
