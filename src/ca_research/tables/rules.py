"""What a value of a column must be: how its text is read, and the rules it keeps.

Both ways through a table, the fast one and the one that names every broken line, take their rules
from here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from .. import registry
from ..ground import economies
from .dates import is_date

NUMBER = r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?"


class Rule(NamedTuple):
    """What values must be, in the words of a fault, and a test of values of which none is empty."""

    words: str
    holds: Callable[[pd.Series], pd.Series]

    def broken(self, values: pd.Series) -> pd.Series:
        """A mask of the values that break the rule; an empty one breaks none."""
        present = values.dropna()
        broken = present[~self.holds(present).astype(bool)]
        return pd.Series(values.index.isin(broken.index), index=values.index)


def dtype(column: registry.Column) -> str:
    """Type of a column in pandas: whole numbers and truth may be missing without changing
    theirs.
    """
    types = {"year": "Int64", "integer": "Int64", "number": "float64", "boolean": "boolean"}
    return types.get(column.type, "str")


def _typed(words: pd.Series, column: registry.Column) -> tuple[pd.Series, pd.Series, str]:
    """Values of words of which an empty one is missing, a mask of those that are read, and the rule
    that the others break.
    """
    match column.type:
        case "year" | "integer":
            values = numbers(words)
            good = values % 1 == 0
            what = "a whole number" if column.type == "integer" else "a year"
            return values.where(good).astype("Int64"), good, f"must be {what}"
        case "number":
            values = numbers(words)
            return values, np.isfinite(values), "must be a number"
        case "boolean":
            values = words.str.lower().map({"true": True, "false": False}).astype("boolean")
            return values, values.notna(), "must be true or false"
        case _:
            return words, words.notna(), ""


def numbers(text: pd.Series) -> pd.Series:
    """Numbers of words that are plainly one: without spaces, words (`nan`, `inf`) or digits of
    other scripts.
    """
    if text.dtype == float:
        return text
    try:  # in most columns all are, which Arrow tells many times faster
        values = pa.array(text, pa.string()).cast(pa.float64())
        return pd.Series(values.to_pandas().array, text.index)
    except pa.ArrowInvalid:
        return text.where(text.str.fullmatch(NUMBER)).astype("float64")


def rules(column: registry.Column) -> list[Rule]:
    """The rules that the registry sets for the typed values of a column."""
    return [*_vocabulary(column), *_bounds(column)]


def judged(
    words: pd.Series, column: registry.Column
) -> tuple[pd.Series, list[tuple[pd.Series, str]]]:
    """Typed values of words, and for each rule that some break a mask of these, and its words."""
    broken = []
    empty = words.isna() if words.dtype == float else words.eq("")
    if empty.any():
        words = words.where(~empty)
        if not column.nullable:
            broken.append((empty, "must not be empty"))
    values, good, rule = _typed(words, column)
    if not (good | empty).all():
        broken.append((~(good | empty), rule))
    present = values.dropna()
    for one in rules(column):
        if not one.holds(present).all():
            broken.append((one.broken(values), one.words))
    return values, broken


def _vocabulary(column: registry.Column) -> list[Rule]:
    rules = []
    match column.type:
        case "economy":
            rules.append(Rule("unknown country or aggregate code", _among(economies.codes())))
        case "economies":
            codes = economies.codes()
            rules.append(
                Rule(
                    "unknown country or aggregate code in the list",
                    lambda v: v.map(lambda listed: set(listed.split(";")) <= codes),
                )
            )
        case "source":
            known = _among(registry.sources())
            rules.append(Rule("unknown source: neither in registry/sources.csv nor added", known))
        case "date":
            rules.append(
                Rule(
                    "must be an ISO 8601 date (may be partial or an interval a/b)",
                    lambda v: v.map(is_date),
                )
            )
    if values := column.values:
        rules.append(Rule(f"must be one of {', '.join(values)}", _among(values)))
    if pattern := column.pattern:
        words = f"must match {pattern} ({column.meaning})"
        rules.append(Rule(words, lambda v: v.str.match(pattern)))
    return rules


def _among(known: Collection[str]) -> Callable[[pd.Series], pd.Series]:
    return lambda values: values.map(known.__contains__)


def _bounds(column: registry.Column) -> list[Rule]:
    rules, low, high = [], column.min, column.max
    if low is not None:
        why = "must not be negative" if low == 0 else f"must be at least {low:g}"
        rules.append(Rule(f"{why} ({column.reason})", lambda v: v >= low))
    if high is not None:
        rules.append(Rule(f"must be at most {high:g} ({column.reason})", lambda v: v <= high))
    return rules
