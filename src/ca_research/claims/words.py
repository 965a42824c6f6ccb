"""Criteria and their numbers as a reader should see them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .. import registry
from ..ground.numbers import between, number, with_unit

_PLURALS = re.compile(
    r"\b(source|origin|day|month|year|wave|document|route|meeting|case|contract|act|loan|text|unit"
    r"|point)s\b"
)

STATE_WORDS = {
    "holds": "yes",
    "fails": "no",
    "mixed": "depends on the method",
    "undecided": "cannot be said",
    "met": "yes",
    "not met": "no",
    "open": "cannot be said",
}
"""What a reader is told of the state of a criterion, and of a country within one."""


def one(unit: str) -> str:
    """A unit as it is read after the number one.

    Examples
    --------
    >>> one("independent inquiries"), one("loans")
    ('independent inquiry', 'loan')
    """
    return _PLURALS.sub(r"\1", re.sub(r"\b(inquir|countr|bod)ies\b", r"\1y", unit))


def bounds(c: Mapping[str, Any]) -> str:
    """The interval of a criterion in the unit in which its number is said, and what kind of
    interval it is.
    """
    if c["low"] is None and c["high"] is None:
        return "none"
    if c["low"] == c["high"]:
        return str(c["interval"])
    times = 100 if c["kind"] == "share" else 1
    low, high = (None if c[end] is None else times * c[end] for end in ("low", "high"))
    return f"{between(low, high)}{'%' if times == 100 else ''} ({c['interval']})"


def criterion_number(c: Mapping[str, Any]) -> str:
    """What a criterion comes to in the main specification, for a reader."""
    if len(c["cells"]) > 1:
        open_ = int((c["high"] or 0) - (c["low"] or 0))
        noun = "countries" if c["counted"] == "economies" else c["counted"]
        return f"{number(c['estimate'])} of {len(c['cells'])} {noun}" + (
            f" ({open_} cannot be said)" if open_ else ""
        )
    where = c["cells"][0] if c["cell_threshold"] is not None else c
    unit, values = c["unit"], [where["estimate"]] * 2
    if where["estimate"] is None:
        values = [where["low"], where["high"]]
        if values == [None, None]:
            return "not observed"
    kind = c["kind"]
    if kind == "share":  # 0.12 share of cells is 12% of cells
        values, unit = (
            [None if v is None else 100 * v for v in values],
            "% of " + unit.removeprefix("share of "),
        )
    unit = re.sub(r"^per cent\b", "%", unit)
    said = "no" if kind == "days" and values == [0, 0] else between(*values)
    if kind == "rank":
        return f"rank {said}"
    if kind == "p":
        return f"{unit} = {said}"
    if kind in ("ratio", "change"):  # the unit is what is measured, rather than in what
        return f"{said} ({unit})"
    return with_unit(said, one(unit) if values == [1, 1] else unit)


def source_words(source_id: str) -> str:
    """A source by its publisher and year, of publication or else of its edition.

    Where no publisher is known its title stands.
    """
    source = registry.sources()[source_id]
    name = re.split(r"[;,(]", source.publisher)[0].strip() if source.publisher else source.title
    year = (source.published or source.edition or "")[:4]
    return name if not year or year in name else f"{name}, {year}"
