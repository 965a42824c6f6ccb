"""What all places have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pyarrow as pa

from ... import registry
from ...ground.errors import IntegrityError
from .conditions import Condition, Either


class Field(NamedTuple):
    """A column that a place has: its kind (text, day, year and so on, or the place's own word for
    one that no table can hold), and its unit where the place says one.
    """

    kind: str
    unit: str | None = None


class Look(NamedTuple):
    """What a place holds: its columns, how many rows, how many of each source, and marks by which
    its state is known.
    """

    fields: dict[str, Field]
    rows: int
    sources: dict[str, int]
    state: dict[str, str]


KINDS = {
    "year": ("whole",),
    "integer": ("whole",),
    "number": ("whole", "number"),
    "boolean": ("truth",),
    "date": ("text", "day"),
}
"""What a column of the registry may be in a place; others are text."""


SOURCE = "source_id"
"""The column that says who speaks."""


class Place(ABC):
    """Where the rows of a table live.

    Parameters
    ----------
    table : Table
        The table.
    location : Location
        What the registry says of its place.
    """

    def __init__(self, table: registry.Table, location: registry.Location) -> None:
        self.table, self.location = table, location

    @property
    @abstractmethod
    def shown(self) -> str:
        """The place in a message."""

    @abstractmethod
    def look(self) -> Look:
        """What the place holds now."""

    @abstractmethod
    def batches(
        self, columns: Sequence[str], asked: Sequence[Condition | Either], state: dict[str, str]
    ) -> Iterator[pa.RecordBatch]:
        """Rows that may fulfil conditions, of this state and of no other."""

    def moved(self) -> IntegrityError:
        """What to raise where the place is no longer in the state that was built on."""
        return IntegrityError(
            f"table {self.table.table!r} has changed where it lives since the tables were built",
            where=self.shown,
            hint="ca-research data build",
        )
