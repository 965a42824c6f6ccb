"""What a measure says of an argument whose words are cells of a table."""

from __future__ import annotations

from dataclasses import dataclass

from .. import registry
from .measures import Measure, arguments_of


@dataclass(frozen=True)
class CellsOf:
    """Marks an argument of a measure whose words, joined by ';', are cells of a column.

    The register does not list them, rows do: ``ca-research claims check`` tells words of a claim
    that no row has.

    Parameters
    ----------
    table, column : str
        Where the words stand.
    beside : tuple of str
        Further arguments whose one word must stand in the column of their name, in the same row.

    Examples
    --------
    >>> from typing import Annotated
    >>> def dated(events, *, kinds: Annotated[str, CellsOf("events", "kind")] = ""):
    ...     return []
    >>> cells_of(dated)["kinds"].column
    'kind'
    """

    table: str
    column: str
    beside: tuple[str, ...] = ()


def cells_of(function: Measure) -> dict[str, CellsOf]:
    """The arguments of a measure that are marked, by name. Of a generic measure also those that are
    columns of its table for which the register lists no values.
    """
    hints = {name: argument.annotation for name, argument in arguments_of(function).items()}
    marks = {
        name: mark
        for name, hint in hints.items()
        for mark in getattr(hint, "__metadata__", ())
        if isinstance(mark, CellsOf)
    }
    if table := getattr(function, "table", ""):
        columns = registry.table(table).columns.items()
        free = [name for name, c in columns if c.type == "string" and not c.values]
        marks |= {name: CellsOf(table, name) for name in free if hints.get(name) is str}
    return marks
