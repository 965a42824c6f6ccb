"""UNESCO Institute for Statistics: the files of its bulk download, with or without labels, and the
answer of its API.
"""

from __future__ import annotations

import re

from ..ground.errors import UsageError
from ..registry import Table
from . import names
from .mapping import Field, Map, Only
from .parts import Headed, with_columns
from .worldbank import unit

_FROM = re.compile(
    r"(?:inbound )?internationally mobile students from (?:the )?(.+?)"
    r"(?:, (?:both sexes|total).*)?(?: \(number\))?",
    re.I,
)


def origin(label: str) -> str | None:
    """The economy whose students an indicator counts; None where it counts something else.

    Examples
    --------
    >>> origin("Inbound internationally mobile students from Kazakhstan, both sexes (number)")
    'KAZ'
    """
    hit = _FROM.fullmatch(label.strip())
    return names.code(hit[1]) if hit else None


def adjusted(file: Headed, mapped: Map, table: Table) -> Map:
    """Students by origin, where the labels of indicators say it; else national aggregates."""
    label = file.name("INDICATOR_LABEL_EN", "INDICATOR_NAME", "INDICATOR_LABEL")
    called, code = _named(file), file.needs("INDICATOR_ID", "indicatorId")
    if table.table == "macro":
        units = {c: unit(called.get(c, "")) for c in file.distinct(code)}
        return with_columns(mapped, unit=Field(column=code, words=units))
    if label is None and not called:
        raise UsageError(
            "the file says the numbers of indicators and not what they count",
            where=file.given.name,
            hint="join the labels: a column INDICATOR_LABEL_EN, from the file of labels beside it",
        )
    told = label or code
    origins = {v: home for v in file.distinct(told) if (home := origin(called.get(v, v)))}
    why = "other indicators than students by origin"
    only = [Only(column=told, among=tuple(origins) or ("students by origin",), why=why)]
    if (flag := mapped.columns.get("flag")) is not None:
        among = ("", *flag.words)
        only.append(Only(column=str(flag.column), among=among, why="flags that say no figure"))
    mapped = with_columns(mapped, origin=Field(column=told, words=origins))
    return mapped.model_copy(update={"only": (*mapped.only, *only)})


def _named(file: Headed) -> dict[str, str]:
    """Names of indicators by code, where the API gave them in a list of their own."""
    lists = (s for s in file.given.sheets if s.name == "indicatorMetadata")
    return next((Headed(file.given, s, 0).pairs("indicatorCode", "name") for s in lists), {})
