"""What a value of a column must be: how its text is read, and the rules it keeps.

Both ways through a table, the fast one and the one that names every broken line, take their rules
from here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from .. import registry
from ..ground import economies
from .dates import is_date

NUMBER = r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?"


_NUMBERS = ("year", "integer", "number")


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


def rules(column: registry.Column) -> dict[str, Callable[[Any], Any]]:
    """What a value must be by the registry: a test by the words of a fault, of numbers also of many
    at once.
    """
    codes, low, high = economies.codes(), column.min, column.max
    tests: dict[str, Callable[[Any], Any]] = {}
    match column.type:
        case "economy":
            tests["unknown country or aggregate code"] = codes.__contains__
        case "economies":
            words = "unknown country or aggregate code in the list"
            tests[words] = lambda listed: codes.issuperset(listed.split(";"))
        case "source":
            words = "unknown source: neither in registry/sources.csv nor added"
            tests[words] = registry.sources().__contains__
        case "date":
            tests["must be an ISO 8601 date (may be partial or an interval a/b)"] = is_date
    if column.values:
        tests[f"must be one of {', '.join(column.values)}"] = column.values.__contains__
    if form := column.form:
        tests[f"must match {form} ({column.meaning})"] = re.compile(form).match
    if low is not None:
        why = "must not be negative" if low == 0 else f"must be at least {low:g}"
        tests[f"{why} ({column.reason})"] = lambda value: value >= low
    if high is not None:
        tests[f"must be at most {high:g} ({column.reason})"] = lambda value: value <= high
    return tests


def broken(values: pd.Series, column: registry.Column) -> Iterator[tuple[pd.Series, str]]:
    """For each rule that some typed values break a mask of these, and its words; an empty value
    breaks none.
    """
    present = values.dropna()
    for words, test in rules(column).items():
        holds = test(present) if column.type in _NUMBERS else present.map(test)
        if len(wrong := present[~holds.astype(bool)]):
            yield pd.Series(values.index.isin(wrong.index), values.index), words


def judged(
    words: pd.Series, column: registry.Column
) -> tuple[pd.Series, list[tuple[pd.Series, str]]]:
    """Typed values of words, and for each rule that some break a mask of these, and its words."""
    faults = []
    empty = words.isna() if words.dtype == float else words.eq("")
    if empty.any():
        words = words.where(~empty)
        if not column.nullable:
            faults.append((empty, "must not be empty"))
    values, good, rule = _typed(words, column)
    if not (good | empty).all():
        faults.append((~(good | empty), rule))
    return values, [*faults, *broken(values, column)]
