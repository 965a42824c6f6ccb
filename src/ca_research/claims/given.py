"""What a claim may be judged by: whole rows of tables, one day of knowledge, economies that the
claim speaks of.

A frame that has lost its columns, its rows' keys or its day would end in "not enough evidence",
which is an answer about the world and not about the call. So it is refused here, with what to do.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from .. import registry
from ..estimates.documents import of_claim
from ..ground import economies as eco
from ..ground import reads
from ..ground.errors import MissingTableError, UsageError, known_name
from ..ground.periods import parse_as_of
from ..registry import ClaimSpec
from ..stats.frames import require
from ..tables.dates import known_on
from ..tables.load import load, revised_sources
from .measures import find, place, signature_faults, taken_by


@dataclass(frozen=True)
class Knowledge:
    """The day of knowledge of the frames given, rows not yet known then (None: not counted),
    sources revised since.
    """

    as_of: str = "latest"
    dropped: int | None = 0
    revised: tuple[str, ...] = ()

    @property
    def year(self) -> int:
        """The year of that day; of everything known, that of the newest publication, or of the
        article where no source has a date.
        """
        newest = self.as_of if self.as_of != "latest" else registry.newest_publication()
        return int(newest[:4]) if newest else registry.article().date.year


def economies_of(spec: ClaimSpec) -> tuple[str, ...]:
    """The economies that a claim speaks of: those that its criteria count over, else the five."""
    counted = [code for c in spec.criteria().values() if c.over for code in c.over.economies]
    return tuple(dict.fromkeys(counted)) or eco.CA5.codes


def judged_economies(spec: ClaimSpec, names: str | Iterable[str] | None) -> tuple[str, ...]:
    """Codes of the economies to judge; raises UsageError for none, and for some where the claim
    asks of all together, UnknownNameError for one of which the claim is not. By default all that
    the claim speaks of.
    """
    known = economies_of(spec)
    codes = known if names is None else tuple(eco.resolve_all(names))
    if not codes:
        raise UsageError("no economy to judge", hint="leave `economies` out, or name one at least")
    for code in codes:
        known_name(f"economy of {spec.id}", code, known)
    if len(codes) < len(known) and (together := of_all_together(spec)):
        raise UsageError(
            f"{spec.id} asks of {len(known)} economies together, not of each",
            where=f"criterion {together[0]}, which counts over none",
            hint="leave `economies` out",
        )
    return codes


def of_all_together(spec: ClaimSpec) -> list[str]:
    """Names of the criteria that ask of the economies together: a claim that has one cannot be
    judged for some of them.
    """
    criteria = spec.criteria().values()
    return [c.name for c in criteria if not c.over and "economies" in taken_by(c)]


def tables_of(spec: ClaimSpec) -> list[str]:
    """The tables of a claim that its measures take."""
    taken = {name for c in spec.criteria().values() for name in taken_by(c)}
    return sorted(taken.intersection(spec.data))


def all_used(spec: ClaimSpec, names: Collection[str]) -> None:
    """Raise an error of `signature_faults` where a criterion has one, UsageError where a measure
    lacks what it needs, or where something else was given than tables that the measures take.
    """
    for criterion in spec.criteria().values():
        where = f"{spec.id}, criterion {criterion.name}"
        for fault in signature_faults(criterion, spec.axes_of(criterion), spec.data, names):
            hint = f"claim.gather(...) with it, or mend {place(find(criterion.measure))}"
            raise type(fault)(fault.what, where=where, hint=hint)
    if strange := sorted({*names}.difference(tables_of(spec))):
        given = ", ".join([*tables_of(spec), "economies"])
        raise UsageError(
            f"{spec.id} is not judged by {', '.join(strange)}",
            hint=f"it is given {given}; the rule declares every choice",
        )


DOCUMENTS = "evidence"
"""The table of documents on claims."""


def documents_on(
    claim: str, frames: Mapping[str, pd.DataFrame], as_of: str, gone: Collection[str] = ()
) -> pd.DataFrame:
    """The documents on a claim that were known on a day: of the frames, or else of the project's
    table, also where no criterion counts them; none where a notebook may not read it.

    gone: sources that are left out.
    """
    table = frames.get(DOCUMENTS)
    if table is None:
        limits = reads.declared("table")
        if DOCUMENTS not in registry.tables() or (limits is not None and DOCUMENTS not in limits):
            return pd.DataFrame()
        try:
            table = load(DOCUMENTS, as_of=as_of)
        except MissingTableError:
            return pd.DataFrame()
    rows = of_claim(table, claim)
    return rows[~rows["source_id"].isin(gone)].reset_index(drop=True)


def knowledge(frames: Mapping[str, pd.DataFrame], as_of: str | dt.date | None) -> Knowledge:
    """The one day on which all of the frames were known; every table among them is checked to be
    whole.

    as_of: the day, for frames that no longer carry it. Raises UsageError where frames differ in
    their day, carry none, or hold rows that were not known on it; and what `check_table` raises.
    """
    said = None if as_of is None else str(parse_as_of(as_of) or "latest")
    days = {frame.attrs.get("as_of", said) for frame in frames.values()} | {said} - {None}
    if len(days) > 1 or None in days:
        named = ", ".join(sorted(day or "not known" for day in days))
        raise UsageError(
            f"the frames are not all of one day: {named}",
            hint="load all with the same as_of; of merged ones say it: gather(..., as_of='latest')",
        )
    known_on = str(next(iter(days), "latest"))
    day = parse_as_of(known_on)
    tables = {name: frame for name, frame in frames.items() if name in registry.tables()}
    for name, frame in tables.items():
        check_table(name, frame, day)
    counts = [frame.attrs.get("dropped") for frame in tables.values()]
    revised = {s for frame in tables.values() for s in revised_sources(frame, day)}
    dropped = None if None in counts else sum(counts)
    return Knowledge(known_on, dropped, tuple(sorted(revised)))


def check_table(name: str, frame: pd.DataFrame, day: dt.date | None) -> None:
    """Raise UnknownNameError for a column of the table that is not there or a source that the
    register does not know, UsageError for rows without a value that they must have, or that were
    not known on `day`."""
    table = registry.table(name)
    # a raw file may leave out columns that need no value
    require(frame, (), keys=[n for n, column in table.columns.items() if not column.nullable])
    for source in frame["source_id"].unique():
        known_name("source", source, registry.sources(), where=name)
    if day is not None:
        known = frame["known_on"] if "known_on" in frame else known_on(frame, table)
        if later := int((~(known <= pd.Timestamp(day))).sum()):
            hint = f"ca.load({name!r}, as_of={day.isoformat()!r})"
            raise UsageError(f"{later} row(s) of {name} were not known on {day}", hint=hint)
