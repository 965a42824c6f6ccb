"""Units of the columns of a frame: those of its table, or of what the measure gave."""

from __future__ import annotations

from typing import Any

import pandas as pd

from .. import registry
from ..registry.words import column_words, unit_words
from ..stats.measured import measure_of
from ..tables.unchanged import unchanged

PERCENT = "%"
"""Begins the unit of a column of fractions."""
DOLLARS = "US dollars"


def table_of(frame: pd.DataFrame) -> str:
    """The table that a frame was loaded from; '' where none is known. A reader's own frame may say
    anything as its `table`.
    """
    name = frame.attrs.get("table")
    return name if isinstance(name, str) and name in registry.tables() else ""


def column_units(
    frame: pd.DataFrame, shown: pd.DataFrame, *, name: str = DOLLARS
) -> dict[Any, str]:
    """Units of the columns whose figures are, in the rows shown, still those of the table, as the
    registry declares them, or of the measure: what is computed from dollars need not be dollars.

    name: of dollars, whose year is added where prices are constant.
    """
    if not shown.columns.is_unique:
        return {}
    measure, original = measure_of(frame)
    if measure:
        units = unit_words(measure)
        held = [c for c in shown.columns if c in units and c in original]
        same = [c for c in held if _among(shown[c], original[c])]
        return {c: units[c].replace("USD", dollars(frame, name)) for c in same}
    if not (table := table_of(frame)):
        return {}
    declared = {c: u for c, one in registry.table(table).columns.items() if (u := one.unit)}
    columns = [c for c in shown.columns if c in declared and unchanged(table, shown, c)]
    return {c: _unit(declared[c], frame).replace("USD", name) for c in columns}


def _among(shown: pd.Series, original: pd.Series) -> bool:
    return shown.dtype.kind == original.dtype.kind and bool(shown.dropna().isin(original).all())


def _unit(declared: str, frame: pd.DataFrame) -> str:
    """A unit in words; of one that a column says, what it says in all rows."""
    alone, see, column = declared.partition("see column ")
    if not see:
        return declared
    if column not in frame:
        return alone.rstrip("; ")
    units = frame[column].dropna().unique()
    return str(units[0]) if len(units) == 1 else declared


def dollars(frame: pd.DataFrame, name: str = DOLLARS) -> str:
    """The unit of money in a frame: dollars, with their year where the prices are constant.

    Examples
    --------
    >>> dollars(pd.DataFrame({"low": [2.4], "price_basis": "constant 2018 USD"}))
    'constant 2018 US dollars'
    """
    bases = frame["price_basis"].unique() if "price_basis" in frame else []
    basis = str(bases[0]) if len(bases) == 1 else ""
    return basis.replace("USD", name) if basis.startswith("constant") else name


def head(column: str) -> str:
    """The head of a column, without the unit that stands beside it.

    Examples
    --------
    >>> head("value_usd"), head("growth"), head("amount_share")
    ('value', 'growth', 'completed')
    """
    return column_words(column).partition(" (")[0]
