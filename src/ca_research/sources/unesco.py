"""UNESCO Institute for Statistics: the files of its bulk download, with or without labels, and the
answer of its API.
"""

from __future__ import annotations

import re

from ..ground.errors import UsageError
from ..registry import Table
from . import names
from .layouts import Layout
from .mapping import Field, Map, Only
from .parts import Headed, among
from .sheets import Given, Sheet, shown
from .worldbank import unit

_FROM = re.compile(
    r"(?:inbound )?internationally mobile students from (?:the )?(.+?)"
    r"(?:, (?:both sexes|total).*)?(?: \(number\))?",
    re.I,
)
_FLAGS = {"UIS Estimation": "UIS_EST", "National Estimation": "NAT_EST", "+": "NAT_EST"}
_FLAGS |= {"UIS_EST": "UIS_EST", "NAT_EST": "NAT_EST", "‡": "UIS_EST", "**": "UIS_EST"}


def origin(label: str) -> str | None:
    """The economy whose students an indicator counts; None where it counts something else.

    Examples
    --------
    >>> origin("Inbound internationally mobile students from Kazakhstan, both sexes (number)")
    'KAZ'
    """
    hit = _FROM.fullmatch(label.strip())
    return names.code(hit[1]) if hit else None


def mapping(given: Given, sheet: Sheet, place: int, table: Table) -> Map:
    """Students by origin, where the labels of indicators say it; else national aggregates."""
    file = Headed(sheet, place)
    country = file.needs("COUNTRY_ID", "geoUnit")
    year, value = file.needs("YEAR"), file.needs("VALUE")
    none = ("NIL", "NA", "nil", "na", "a", "m")
    only = (
        *file.economies(country),
        *file.only(
            "nothing or not applicable, by its magnitude", lambda v: v not in none, "MAGNITUDE"
        ),
    )
    label = file.name("INDICATOR_LABEL_EN", "INDICATOR_NAME", "INDICATOR_LABEL")
    named = _named(given)
    code = file.needs("INDICATOR_ID", "indicatorId")
    if table.table == "macro":
        units = {c: unit(named.get(c, "")) for c in file.distinct(code)}
        return Map(
            sheet=sheet.name,
            header=sheet.lines[place],
            only=only,
            keeps_to_the_years=True,
            columns={
                "economy": Field(column=country),
                "indicator": Field(column=code),
                "year": Field(column=year),
                "value": Field(column=value),
                "unit": Field(column=code, words=units),
            },
        )
    if label is None and not named:
        raise UsageError(
            "the file says the numbers of indicators and not what they count",
            where=given.name,
            hint="join the labels: a column INDICATOR_LABEL_EN, from the file of labels beside it",
        )
    told = label or code
    origins = {v: home for v in file.distinct(told) if (home := origin(named.get(v, v)))}
    flag = file.name("QUALIFIER")
    columns = {
        "origin": Field(column=told, words=origins),
        "destination": Field(column=country),
        "year": Field(column=year),
        "students": Field(column=value),
        "level": Field(constant="degree"),
        "precision": Field(constant="exact"),
        "statistic": Field(constant="enrolled"),
    }
    if flag:
        columns["flag"] = Field(column=flag, words=_FLAGS)
    counts = Only(column=told, among=tuple(origins), why="other indicators than students by origin")
    return Map(
        sheet=sheet.name,
        header=sheet.lines[place],
        only=(*only, counts, *file.only("flags that say no figure", _has_figure, "QUALIFIER")),
        keeps_to_the_years=True,
        columns=columns,
    )


def _named(given: Given) -> dict[str, str]:
    """Names of indicators by code, where the API gave them in a list of their own."""
    for sheet in given.sheets:
        if sheet.name == "indicatorMetadata":
            file = Headed(sheet, 0)
            pairs = zip(
                file.column(file.needs("indicatorCode")),
                file.column(file.needs("name")),
                strict=True,
            )
            return {shown(code): shown(name) for code, name in pairs}
    return {}


def _has_figure(flag: str) -> bool:
    return not flag or flag in _FLAGS or among(("",))(flag)


LAYOUTS = tuple(
    Layout(
        f"unesco {form}",
        headings,
        tables=("students", "macro"),
        mapping=mapping,
        publisher="UNESCO Institute for Statistics",
        licence="CC BY-SA 3.0 IGO",
        address="https://databrowser.uis.unesco.org",
        origin="UIS",
    )
    for form, headings in (
        ("bulk", ("INDICATOR_ID", "COUNTRY_ID", "YEAR", "VALUE", "MAGNITUDE")),
        ("api", ("indicatorId", "geoUnit", "year", "value")),
    )
)
