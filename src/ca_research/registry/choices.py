"""Typed values of settings and of the axes of a grid, and the labels by which a reader knows
them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Strict, StrictBool, StrictFloat, StrictInt, StrictStr, model_validator

from .base import Model, Name, Text, must, once

Value = StrictBool | StrictInt | StrictFloat | Annotated[dt.date, Strict()] | StrictStr
"""A value in the type in which its measure takes it: 2013 is a number, '2013' a text."""


class Labelled(Model):
    """A value of an axis with its label, where the words that all claims share do not do."""

    value: Value
    label: Text


class GridAxis(Model):
    """One choice of the specification universe; choices of data on one data path collapse, choices
    of method do not.

    A `removal` is no alternative specification: its other values leave something out, to see
    whether the verdict flips.
    `label` names the axis, and labels its values, for a reader; they decide nothing. Of a removal
    they say what is left out.
    """

    name: Name
    label: str = ""
    meaning: str
    kind: Literal["data", "method", "removal"] = "data"
    values: tuple[Value | Labelled, ...]
    main: Value

    @model_validator(mode="after")
    def _whole(self) -> GridAxis:
        must(among(self.main, self.choices), f"main value {self.main!r} is not among the values")
        once("values", map(canonical, self.choices))
        once("labels", (v.label for v in self.values if isinstance(v, Labelled)))
        return self

    @property
    def choices(self) -> tuple[Value, ...]:
        """The values without their labels: what a measure is given."""
        return tuple(v.value if isinstance(v, Labelled) else v for v in self.values)

    def label_of(self, value: object) -> str:
        """The label of a value, as it is or as read back from JSON; '' where it has none."""
        for one in self.values:
            if isinstance(one, Labelled) and canonical(one.value) == canonical(value):
                return one.label
        return ""


def canonical(value: object) -> str:
    """The one text of a value: the form in which it is hashed, and compared with what JSON keeps.

    Examples
    --------
    >>> canonical(2013), canonical(True), canonical(dt.date(2023, 5, 19))
    ('2013', 'true', '2023-05-19')
    """
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def among(value: Value, values: Iterable[Value]) -> bool:
    """Whether a value is one of several, in its type: 1 is neither True nor '1'."""
    return any(type(value) is type(one) and value == one for one in values)
