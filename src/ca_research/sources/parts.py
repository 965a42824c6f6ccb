"""What the modules of publishers share: columns of a sheet by heading, and rows that count."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pandas as pd

from ..ground.errors import UsageError
from . import cells
from .mapping import Across, Field, Map
from .sheets import Given, Sheet, shown, worded

LOOK = 12
"""Lines at the top in which a publisher's heading stands."""


def listed(said: str | list[str]) -> list[str]:
    """Headings, of which one may be written alone."""
    return [said] if isinstance(said, str) else said


def with_columns(mapped: Map, **columns: Field) -> Map:
    """A map with some of its columns said otherwise."""
    return mapped.model_copy(update={"columns": mapped.columns | columns})


class Headed:
    """A sheet of a file below its heading, by names without case; of a large file, which is not
    held, cells are asked of its stream.
    """

    def __init__(self, content: Given, sheet: Sheet, place: int) -> None:
        self.given, self.sheet, self.place = content, sheet, place
        self.headings = list(map(worded, sheet.rows[place]))
        self._at = {h.casefold(): i for i, h in reversed(list(enumerate(self.headings))) if h}

    def map(self, **parts: Any) -> Map:
        """A map of the sheet."""
        header = self.sheet.lines[self.place]
        return Map(sheet=self.sheet.name, header=header, keeps_to_the_years=True, **parts)

    def name(self, *wanted: str, needed: bool = False) -> str | None:
        """The first of the headings that is there and has a value, as the file writes it; one that
        is needed is, or UsageError is raised.
        """
        there = (self._at[h.casefold()] for h in wanted if h.casefold() in self._at)
        for at in there:
            if self.sheet.filled(at, self.place + 1):
                return self.headings[at]
        if needed:
            raise UsageError(
                f"no column {' or '.join(wanted)} with values",
                where=self.given.name,
                hint=f"columns: {', '.join(filter(None, self.headings))}",
            )
        return None

    def needs(self, *wanted: str) -> str:
        """As `name`, of which one is needed."""
        return str(self.name(*wanted, needed=True))

    def distinct(self, heading: str) -> list[str]:
        """Different cells of a column."""
        return self.sheet.distinct(self._at[heading.casefold()], self.place + 1)

    def pairs(self, one: str, other: str) -> dict[str, str]:
        """Cells of a column with those that stand beside them in another."""
        frames = list(self.frames(one, other))
        rows = pd.concat([frame.drop_duplicates() for frame in frames]).itertuples(index=False)
        return {shown(key): shown(value) for key, value in rows}

    def frames(self, *headings: str) -> Iterator[pd.DataFrame]:
        """Cells of several columns, as they stand in the rows of the file, in parts."""
        places = [self._at[h.casefold()] for h in headings]
        return (f.drop(columns="_line") for _, f in self.sheet.parts(places, self.place + 1))

    def years(self) -> tuple[Across, ...]:
        """Headings that are years."""
        return tuple(
            Across(column=h, gives={"year": re.split(r" \[", h)[0]})
            for h in self.headings
            if h and cells.is_year(h)
        )
