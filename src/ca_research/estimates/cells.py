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


def cells_of(function: Measure) -> dict[str, CellsOf]:
    """The arguments of a measure that are marked, by name. Of a generic measure also those that are
    columns of its table for which the register lists no values.
    """
    table = getattr(function, "table", "")
    columns = registry.table(table).columns if table else {}
    marks: dict[str, CellsOf] = {}
    for name, argument in arguments_of(function).items():
        for mark in getattr(argument.annotation, "__metadata__", ()):
            marks |= {name: mark} if isinstance(mark, CellsOf) else {}
        if name in columns and columns[name].type == "string" and not columns[name].values:
            marks[name] = CellsOf(table, name)
    return marks
