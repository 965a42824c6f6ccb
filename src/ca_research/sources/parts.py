"""What the modules of publishers share: columns of a sheet by heading, and rows that count."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

import pandas as pd

from ..ground.errors import UsageError
from . import cells
from .mapping import Across, Map, Only
from .sheets import Given, Sheet, shown


class Headed:
    """A sheet of a file below its heading, by names without case; of a large file, which is not
    held, cells are asked of its stream.
    """

    def __init__(self, given: Given, sheet: Sheet, place: int) -> None:
        self.given, self.sheet, self.place = given, sheet, place
        self.headings = [" ".join(shown(c).split()) for c in sheet.rows[place]]
        self._at = {h.casefold(): i for i, h in reversed(list(enumerate(self.headings))) if h}

    def map(self, **parts: Any) -> Map:
        """A map of the sheet."""
        header = self.sheet.lines[self.place]
        return Map(sheet=self.sheet.name, header=header, keeps_to_the_years=True, **parts)

    def name(self, *wanted: str) -> str | None:
        """The first of the headings that is there and has a value, as the file writes it."""
        there = (self._at[h.casefold()] for h in wanted if h.casefold() in self._at)
        filled = (at for at in there if self.sheet.filled(at, self.place + 1))
        return next((self.headings[at] for at in filled), None)

    def needs(self, *wanted: str) -> str:
        """As `name`; raises UsageError where none is there."""
        found = self.name(*wanted)
        if found is None:
            raise UsageError(
                f"no column {' or '.join(wanted)} with values",
                where=self.given.name,
                hint=f"columns: {', '.join(filter(None, self.headings))}",
            )
        return found

    def distinct(self, heading: str) -> list[str]:
        """Different cells of a column."""
        return self.sheet.distinct(self._at[heading.casefold()], self.place + 1)

    def pairs(self, one: str, other: str) -> dict[str, str]:
        """Cells of a column with those that stand beside them in another."""
        frames = list(self.frames(one, other))
        told = pd.concat([frame.drop_duplicates() for frame in frames]).itertuples(index=False)
        return {shown(key): shown(value) for key, value in told}

    def frames(self, *headings: str) -> Iterator[pd.DataFrame]:
        """Cells of several columns, as they stand in the rows of the file, in parts."""
        places = [self._at[h.casefold()] for h in headings]
        return (f.drop(columns="_line") for _, f in self.sheet.parts(places, self.place + 1))

    def only(
        self, why: str, *wanted: str, among: Collection[str] = (), matches: str = ""
    ) -> tuple[Only, ...]:
        """Rows that count by a column, where the file has it."""
        heading = self.name(*wanted)
        if heading is None:
            return ()
        return (Only(column=heading, among=tuple(among), matches=matches, why=why),)

    def economies(
        self, heading: str, but: Collection[str] = (), own: Collection[str] = ()
    ) -> tuple[Only, ...]:
        """Rows of economies and groups that the project knows, or the publisher's `own` words for
        them.
        """
        return (
            Only(
                column=heading,
                economies=True,
                among=tuple(own),
                but=tuple(but),
                why=f"{heading} that is no economy here",
            ),
        )

    def years(self) -> tuple[Across, ...]:
        """Headings that are years."""
        return tuple(
            Across(column=h, gives={"year": re.split(r" \[", h)[0]})
            for h in self.headings
            if h and cells.is_year(h)
        )
