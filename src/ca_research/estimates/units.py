"""Units of the columns of a frame: those of its table, or of what the measure gave."""

from __future__ import annotations

from typing import Any

import pandas as pd

from .. import registry
from ..ground.source_columns import source_columns
from ..registry.words import column_words, unit_words
from ..stats.measured import measure_of
from ..tables.unchanged import unchanged

PERCENT = "%"
"""Begins the unit of a column of fractions in what a measure gives; tables have per cent."""
DOLLARS = "US dollars"

REMARKS = frozenset(
    [
        "concept",
        "deflator",
        "gap",
        "interval",
        "lacking",
        "missing",
        "path",
        "price_basis",
        "unit",
        "where",
    ]
)
"""Columns of words that tell no figure apart."""


def table_of(frame: pd.DataFrame) -> str:
    """The table that a frame was loaded from; '' where none is known. A reader's own frame may say
    anything as its `table`.
    """
    name = frame.attrs.get("table")
    return name if isinstance(name, str) and name in registry.tables() else ""


def is_fraction(frame: pd.DataFrame, unit: str) -> bool:
    """Whether figures of this unit in a frame are fractions of one."""
    return unit.startswith(PERCENT) and bool(measure_of(frame)[0])


def tells_apart(column: pd.Series) -> bool:
    """Whether a column says of what a figure is: words, and no remark of its table."""
    name = str(column.name)
    held = [t for t in registry.tables().values() if name in t.columns]
    remark = name in REMARKS or name.endswith("_source") or bool(source_columns([name]))
    if remark or (held and name != "direction" and not any(name in t.key for t in held)):
        return False
    return bool(column.map(lambda cell: isinstance(cell, str)).all())


def raw(frame: pd.DataFrame) -> str:
    """The table of which rows still have the whole key; '' where they have not."""
    name = table_of(frame)
    return name if name and set(registry.table(name).key) <= set(frame) else ""


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
    held = [c for c in shown.columns if c in declared and frame[c].notna().any()]
    columns = [c for c in held if unchanged(table, shown, c)]
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
    """The unit of money in a frame: dollars, in the prices that it states.

    Examples
    --------
    >>> dollars(pd.DataFrame({"low": [2.4], "price_basis": "constant 2018 USD"}))
    'constant 2018 US dollars'
    """
    bases = frame["price_basis"].unique() if "price_basis" in frame else []
    basis = str(bases[0]) if len(bases) == 1 else ""
    return basis.replace("USD", name) if basis.endswith(" USD") else name


def millions(unit: str) -> str:
    """What a million of a unit is called; nobody reads 'million million'.

    Examples
    --------
    >>> millions("US dollars"), millions("thousand tonnes")
    ('million US dollars', 'billion tonnes')
    """
    first, _, rest = unit.partition(" ")
    word = {"thousand": "billion", "million": "trillion"}.get(first)
    return f"{word} {rest}" if word and rest else f"million {unit}"


def head(column: str) -> str:
    """The head of a column, without the unit that stands beside it.

    Examples
    --------
    >>> head("value_usd"), head("growth"), head("amount_share")
    ('value', 'growth', 'completed')
    """
    return column_words(column).partition(" (")[0]


def upper(words: str) -> str:
    """Words as the head of a column, or a title, begins."""
    return words[:1].upper() + words[1:]


def heading(column: str) -> str:
    """The head of a column as it stands in a table; the name of a reader's own stays as it is.

    Examples
    --------
    >>> heading("value_usd"), heading("share"), heading("x")
    ('Value', 'Share', 'x')
    """
    known = (column in table.columns for table in registry.tables().values())
    ours = head(column) != column or column in unit_words("") or any(known)
    return upper(head(column)) if ours else column
