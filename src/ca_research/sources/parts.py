"""What the modules of publishers share: columns of a sheet by heading, and rows that count."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from ..ground.errors import UsageError
from . import cells, names
from .mapping import Across, Only
from .sheets import Cell, NotStreamed, Sheet, shown


class Headed:
    """A sheet below its heading, by names without case."""

    def __init__(self, sheet: Sheet, place: int) -> None:
        self.sheet, self.place = sheet, place
        self.headings = [" ".join(shown(c).split()) for c in sheet.rows[place]]
        self._at = {h.casefold(): i for i, h in reversed(list(enumerate(self.headings))) if h}

    def name(self, *wanted: str) -> str | None:
        """The first of the headings that is there and has a value, as the file writes it."""
        for heading in wanted:
            at = self._at.get(heading.casefold())
            if at is not None and any(self.distinct(self.headings[at])):
                return self.headings[at]
        return None

    def needs(self, *wanted: str) -> str:
        """As `name`; raises UsageError where none is there."""
        found = self.name(*wanted)
        if found is None:
            raise UsageError(
                f"no column {' or '.join(wanted)} with values",
                hint=f"columns: {', '.join(filter(None, self.headings))}",
            )
        return found

    def column(self, heading: str) -> list[Cell]:
        at = self._at[heading.casefold()]
        rows = self.sheet.rows[self.place + 1 :]
        return [row[at] if at < len(row) else None for row in rows]

    def together(self, *headings: str) -> list[tuple[Cell, ...]]:
        """Cells of several columns, as they stand in a row of the file; of a large file a row of
        each kind that its layout compares.
        """
        end = self.sheet.whole
        there = slice(None if end is None else max(end - self.place - 1, 0))
        return list(zip(*(self.column(heading)[there] for heading in headings), strict=True))

    def distinct(self, heading: str) -> list[str]:
        return list(dict.fromkeys(shown(c) for c in self.column(heading)))

    def whole(self, heading: str) -> list[str]:
        """As `distinct`; raises NotStreamed where a large file does not give every cell."""
        if self._at[heading.casefold()] in self.sheet.cut:
            raise NotStreamed(
                f"too many different cells under {heading!r} to look at each", where=self.sheet.name
            )
        return self.distinct(heading)

    def only(self, why: str, keep: Callable[[str], bool], *wanted: str) -> tuple[Only, ...]:
        """Rows that count by a column, where the file has it; one without any is not looked at."""
        heading = self.name(*wanted)
        if heading is None:
            return ()
        among = tuple(v for v in self.whole(heading) if keep(v))
        return (Only(column=heading, among=among, why=why),)

    def economies(
        self, heading: str, but: Collection[str] = (), own: Collection[str] = ()
    ) -> tuple[Only, ...]:
        """Rows of economies and groups that the project knows, or the publisher's `own` words for
        them; the rest is named in the reason.
        """
        codes = self.whole(heading)
        known = {c for c in codes if not c or c in own or names.code(c) is not None}
        lost = sorted(c for c in codes if c in but or c not in known)
        if not lost:
            return ()
        told = ", ".join(c or "empty" for c in lost[:8]) + (", ..." if len(lost) > 8 else "")
        kept = tuple(c for c in codes if c not in lost)
        return (
            Only(column=heading, among=kept, why=f"{heading} that is no economy here ({told})"),
        )

    def years(self) -> tuple[Across, ...]:
        """Headings that are years."""
        return tuple(
            Across(column=h, gives={"year": h}) for h in self.headings if h and cells.is_year(h)
        )


def among(values: Sequence[str]) -> Callable[[str], bool]:
    return lambda value: value in values
