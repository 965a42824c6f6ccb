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
from .parts import Headed
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


def mapping(file: Headed, table: Table) -> Map:
    """Students by origin, where the labels of indicators say it; else national aggregates."""
    country = file.needs("COUNTRY_ID", "geoUnit")
    year, value = file.needs("YEAR"), file.needs("VALUE")
    label = file.name("INDICATOR_LABEL_EN", "INDICATOR_NAME", "INDICATOR_LABEL")
    called = _named(file)
    code = file.needs("INDICATOR_ID", "indicatorId")
    only = (
        *file.economies(country),
        *file.only(
            "nothing or not applicable, by its magnitude",
            "MAGNITUDE",
            matches=r"(?!(?-i:NIL|NA|nil|na|a|m)$).*",
        ),
    )
    if table.table == "macro":
        units = {c: unit(called.get(c, "")) for c in file.distinct(code)}
        return file.map(
            only=only,
            columns={
                "economy": Field(column=country),
                "indicator": Field(column=code),
                "year": Field(column=year),
                "value": Field(column=value),
                "unit": Field(column=code, words=units),
            },
        )
    if label is None and not called:
        raise UsageError(
            "the file says the numbers of indicators and not what they count",
            where=file.given.name,
            hint="join the labels: a column INDICATOR_LABEL_EN, from the file of labels beside it",
        )
    told = label or code
    origins = {v: home for v in file.distinct(told) if (home := origin(called.get(v, v)))}
    flag = file.name("QUALIFIER")
    flags = {"flag": Field(column=flag, words=_FLAGS)} if flag else {}
    return file.map(
        only=(
            *only,
            Only(
                column=told,
                among=tuple(origins) or ("students by origin",),
                why="other indicators than students by origin",
            ),
            *file.only("flags that say no figure", "QUALIFIER", among=("", *_FLAGS)),
        ),
        columns={
            "origin": Field(column=told, words=origins),
            "destination": Field(column=country),
            "year": Field(column=year),
            "students": Field(column=value),
            "level": Field(constant="degree"),
            "precision": Field(constant="exact"),
            "statistic": Field(constant="enrolled"),
            **flags,
        },
    )


def _named(file: Headed) -> dict[str, str]:
    """Names of indicators by code, where the API gave them in a list of their own."""
    lists = (s for s in file.given.sheets if s.name == "indicatorMetadata")
    return next((Headed(file.given, s, 0).pairs("indicatorCode", "name") for s in lists), {})


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
