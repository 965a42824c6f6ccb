"""`add`: a user's file becomes rows of a table, with a source of its own, or nothing does."""

from __future__ import annotations

import datetime as dt
import functools
import math
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb
import pandas as pd
from pydantic import ValidationError

from .. import registry
from ..ground import sql
from ..ground.errors import (
    Fault,
    MissingTableError,
    StaleTablesError,
    UsageError,
    known_name,
)
from ..ground.files import scratch_folder
from ..ground.numbers import counted, first_few
from ..ground.periods import today
from ..ground.templates import filled
from ..ground.textfiles import Unreadable, read_yaml
from . import added, large, vintage
from .build import build
from .compared import FEW, compare
from .database import connect
from .dates import bounds
from .query import standing
from .reading import Read, Reading, listed

if TYPE_CHECKING:
    from ..sources import Map
    from ..sources.layouts import Layout

SHOWN = 5
"""Rows that a proposal shows as they were understood."""
UNIT = 0.15
"""How near, in powers of ten, figures may come to those that stand in another unit."""

_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]{1,59}")
_KINDS = {"office": "official", "compilation": "compiled", "excerpt": "compiled"}
_KINDS |= {"panel": "compiled", "estimated": "derived", "reconciled": "derived"}
_KINDS |= {"derived": "derived", "stated": "document"}


@dataclass(frozen=True)
class Addition:
    """What was added, or with `dry_run` would be.

    Attributes
    ----------
    entry : registry.Added
        Its register entry; `entry.mapping` is how the file was understood.
    rows : pandas.DataFrame
        The rows in the table's own form; of a large source the first thousand.
    compared : pandas.DataFrame
        The first thousand rows that repeat or contradict a figure that stood, beside it.
    said : mapping of str to int
        How many rows are new, repeat or contradict.
    left_out : mapping of str to int
        Rows and cells of the file that are no figures of the table, by reason.
    skipped : tuple of Fault
        Faulty rows that were left out because the caller said so.
    kept : bool
        Whether it was added.

    Examples
    --------
    `add` gives one; printed it says what was understood, left out and compared.

    >>> import inspect
    >>> inspect.signature(add).return_annotation
    'Addition'
    """

    entry: registry.Added
    rows: pd.DataFrame
    compared: pd.DataFrame
    said: Mapping[str, int]
    left_out: Mapping[str, int]
    skipped: tuple[Fault, ...]
    kept: bool

    def count(self, said: str) -> int:
        """How many rows are new, repeat or contradict what stood.

        Parameters
        ----------
        said : {'new', 'repeats', 'contradicts'}
            Which.

        Returns
        -------
        int
            Their number.
        """
        return int(self.said.get(said, 0))

    def __str__(self) -> str:
        return _printed(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # as the last line of a cell
        printer.text(str(self))


A = TypeVar("A", bound=Addition)


def add(
    file: str | Path | Sequence[str | Path],
    *,
    table: str,
    source: str,
    published: str | dt.date | None = None,
    title: str | None = None,
    publisher: str | None = None,
    licence: str | None = None,
    address: str | None = None,
    redistribution: str = "figures",
    invented: bool | None = None,
    map: Mapping[str, Any] | str | Path | None = None,
    times: float | str | None = None,
    level: int | None = None,
    role: str | None = None,
    preference: int | None = None,
    lag: int | None = None,
    origin: str | None = None,
    skip_bad: bool = False,
    dry_run: bool = False,
    confirm: Callable[[Addition], bool] | None = None,
) -> Addition:
    """Add the figures of a file, or of several, to a table, under a source of their own.

    The file is read by its publisher's layout or by a guess, its rows are checked like those of the
    snapshot, and all of it is added or nothing. The snapshot stays as it is; `remove` takes
    everything back.

    Parameters
    ----------
    file : path or sequence of path
        CSV, TSV, Excel, Stata, Parquet, or JSON of a provider. Several files of one form, or a
        folder of them, are one source. What is large is read in bounded memory, and its rows stay
        beside the tables (docs/large-tables.md).
    table : str
        The table that its rows belong to.
    source : str
        An id for the source; one that no other source has.
    published : str or date
        When the file was published. Its figures are known from that day, unless `lag` is given;
        none of them can be of a later year.
    title, publisher, licence, address : str
        What a reader has to know of the source. All but the address has to be said, also of a file
        in the form of a known publisher, for what has its form need not be its own; one of that
        publisher has the address, the role and the origin of its layout.
    redistribution : {'figures', 'yes', 'no'}
        What the licence allows: of a source with `no` an archive (``ca-research replicate``) holds
        no row.
    invented : bool, optional
        Whether nobody counted the figures: all that is made of them says so then. By default what
        title, publisher and licence say ('invented', 'an example').
    map : mapping or path, optional
        How the file is to be understood, as far as it does not say itself: a heading for a column
        (`{"year": "Period"}`), or one value for all rows (`{"level": {"is": "degree"}}`).
    times : float or {'ones', 'thousands', 'millions', 'billions'}, optional
        What money is multiplied by. It has to be said of a file of no known layout, unless its
        heading is the name of the table's own column; no title or heading is trusted with it.
    level : {2, 4}, optional
        Add products up to codes of so many digits. By default they stay as the file has them.
    role, preference : str, int
        How the source speaks for a reporter, and before which others: the lower first, without one
        last.
    lag : int, optional
        Days after the end of a year at which the figures of that year were out, for a series of
        which this file is an edition. Without it all rows are known from `published`.
    origin : str, optional
        A source, or a group of them, that its figures go back to: they are then one figure, told
        twice, and no second source. By default what a publisher's layout says; else the origin of
        a source that was added from the same file, or that says all that its rows say; else its
        own, which its own id names.
    skip_bad : bool
        Leave out faulty rows, and keep the list of them.
    dry_run : bool
        Read, check and compare, and add nothing.
    confirm : callable, optional
        Asked with what would be added; unless it says yes nothing is.

    Returns
    -------
    Addition
        What was added, and what it says of cells on which others spoke before.

    Raises
    ------
    FileError
        The file cannot be read, or is refused.
    DataError
        With every faulty cell: sheet, row, column, value and rule.
    UsageError
        Something that is needed is not said, the source exists, or `published` cannot be: a day to
        come, or before the figures.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp(), "students.csv")
    >>> _ = file.write_text("origin,destination,year,students\\nKAZ,CHN,2022,15000\\n")
    >>> said = {"level": "all", "precision": "exact", "statistic": "enrolled"}
    >>> found = add(
    ...     file, table="students", source="EXAMPLE", published="2023-01-01", title="Students",
    ...     publisher="An office", licence="not stated", dry_run=True,
    ...     map={column: {"is": value} for column, value in said.items()})
    >>> found.count("new"), found.kept
    (1, False)
    """
    from ..sources import sheets, stream
    from ..sources.mapping import of_user

    spec, files = registry.table(table), stream.files_of(file)
    added.refuse_located(spec)
    choices = {"times": times, "digits": level}
    raw_map = {**read_map(map), **{k: v for k, v in choices.items() if v is not None}}
    user_map = of_user(raw_map, spec, str(map) if isinstance(map, (str, Path)) else "")
    valid_id(source)
    added.refuse_known(source)
    if published is not None and bounds(str(published))[0] > today():
        raise UsageError(
            f"source {source!r} is published on a day in the future: {published}",
            hint=f"a day up to {today().isoformat()}",
        )
    about = {
        "published": None if published is None else str(published),
        "title": title,
        "publisher": publisher,
        "licence": licence,
        "address": address,
        "redistribution": redistribution,
        "invented": invented,
        "role": role,
        "preference": preference,
        "lag": lag,
        "origin": origin,
    }
    consent = (lambda _: False) if dry_run else confirm
    how = spec, files, user_map, source, about, skip_bad, consent
    if stream.streams(files):
        try:
            return _add(*how, streamed=True)
        except stream.NotStreamed:
            if len(files) > 1 or files[0].stat().st_size > sheets.MAX_BYTES:
                raise
    return _add(*how, streamed=False)


def _add(
    spec: registry.Table,
    files: Sequence[Path],
    user_map: Map,
    source: str,
    about: Mapping[str, Any],
    skip_bad: bool,
    consent: Callable[[Addition], bool] | None,
    *,
    streamed: bool,
) -> Addition:
    """As `add`; nobody waits for whom it asks, and nothing is kept without consent."""
    from .. import sources
    from ..sources.stream import Stream

    with added.room(source), scratch_folder() as work, ExitStack() as opened:
        if streamed:
            stream = opened.enter_context(closing(Stream(files, work)))
            connection, content = stream.connection, stream.given()
        else:
            connection, content = opened.enter_context(connect()), sources.read(files[0])
        mapped, layout = sources.understand(content, spec, user_map)
        known = source_entry(source, about, layout, content.name)  # said before all is read
        reader = sources.Reader(content, mapped, spec)
        reading = Reading(connection, reader, source, skip_bad, work)
        figures = reading.found(content, layout, FEW if streamed else None)
        entry = entry_of(figures, known, spec)
        follows = about["origin"] is None and not (layout and layout.is_of(about))
        proposal = compared(connection, entry, figures, follows)
        if consent is not None and not consent(proposal):
            return proposal
        write = functools.partial(added.write, proposal.entry, figures.rows)
        if streamed:
            write = functools.partial(large.write, reading, proposal.entry.source)
        return keep(proposal, functools.partial(added.refuse_known, source), write)


def keep(
    proposal: A,
    check: Callable[[], None],
    write: Callable[[Path], None],
    within: AbstractContextManager[None] = nullcontext(),  # noqa: B008
) -> A:
    """What was proposed, added and built; whoever else adds or removes waits meanwhile.

    check: refuses what was added since it was proposed. write: puts the rows into a folder.
    within: what is undone with it.
    """
    with added.alone():
        check()
        with within, added.scratch(proposal.entry.source.source_id) as folder:
            write(folder)
            entry = added.publish(proposal.entry, folder, listed(proposal.skipped))
        build()
        return replace(proposal, entry=entry, kept=True)


def valid_id(source: str) -> None:
    """Raise UsageError where a text is no id of a source."""
    if not _ID.fullmatch(source):
        raise UsageError(
            f"no id of a source: {source!r}",
            hint="letters, digits and underscores, a letter first: COMTRADE_TJK_2022",
        )


def entry_of(figures: Read, source: registry.Source, table: registry.Table) -> registry.Added:
    """The register entry of what was read; raises UsageError where figures are of a year after that
    in which they were published: nobody knew them then.
    """
    year = table.columns.get("year")
    # an academic year that is named by its end may have begun in that of the publication
    last = (figures.last or 0) - (year is not None and year.span == "last")
    if year and year.type == "year" and last > bounds(str(source.edition))[1].year:
        raise UsageError(
            f"figures of {figures.last} in a source that was published on {source.edition}: nobody "
            "knew them then",
            where=f"source {source.source_id!r}",
            hint="give the day of the edition that has them: --published; forecasts are no figures "
            "of a table: leave them out by `only` in the map",
        )
    return registry.Added(
        source=source,
        table=table.table,
        rows=figures.count,
        rows_sha256="0" * 64,
        file=figures.given.name,
        file_sha256=figures.given.sha256,
        layout=figures.map.layout,
        mapping=figures.map.model_dump(exclude_defaults=True, mode="json"),
        left_out=dict(figures.left_out),
        skipped=len(figures.skipped),
        added=today().isoformat(),
    )


def compared(
    connection: duckdb.DuckDBPyConnection, entry: registry.Added, figures: Read, follows: bool
) -> Addition:
    """What would be added of the rows of relation `good`, compared with what others said; with
    `follows` a copy of theirs is of their origin.

    Raises UsageError where figures stand to those of the same cells as ones to thousands: half of
    them differ by about a power of ten that a unit could be.
    """
    stood = _standing(entry.table, entry.source.source_id)
    counts, rows, copied, ratio = compare(connection, registry.table(entry.table), stood)
    power = abs(math.log10(ratio)) if 0 < ratio < math.inf else 0.0
    if any(abs(power - of_a_unit) < UNIT for of_a_unit in (3, 6, 9)):
        raise UsageError(
            f"figures are {ratio:,.4g} times those that stand for the same cells: in another unit?",
            where=figures.given.name,
            hint="--times ones, thousands, millions or billions",
        )
    of_file = [s for s, e in registry.added().items() if e.file_sha256 == entry.file_sha256]
    if follows and (twins := [*of_file, *copied]):  # twice told is not confirmed
        group = registry.origin_groups()[twins[0]]
        source = entry.source.model_copy(update={"origin_group": group})
        entry = entry.model_copy(update={"source": source})
    return Addition(entry, figures.rows, rows, counts, entry.left_out, figures.skipped, False)


def remove(source: str) -> registry.Added:
    """Take back a source that was added or fetched, with its vintages.

    A report is then what it was before.

    Parameters
    ----------
    source : str
        Its id.

    Returns
    -------
    registry.Added
        Its register entry, as it was.

    Raises
    ------
    UnknownNameError
        Nothing was added under this id.

    Examples
    --------
    >>> remove("NOBODYS")
    Traceback (most recent call last):
        ...
    ca_research.ground.errors.UnknownNameError: unknown added source 'NOBODYS'...
    """
    with added.alone():  # whoever adds or removes meanwhile would change what is built
        gone = added.remove(source)
        vintage.forget(source)
        build()
    return gone


def read_map(map_or_file: Mapping[str, Any] | str | Path | None) -> Mapping[str, Any]:
    """What a map says; of a file, what is written there."""
    if map_or_file is None or isinstance(map_or_file, Mapping):
        return map_or_file or {}
    try:
        mapping = read_yaml(Path(map_or_file).read_bytes())
        if not isinstance(mapping, Mapping):
            raise Unreadable("it is no mapping")
    except (OSError, Unreadable) as fault:
        file = str(map_or_file)
        raise UsageError(
            f"the map cannot be read: {fault}",
            where=fault.place(file) if isinstance(fault, Unreadable) else file,
            hint="columns: {year: Year}",
        ) from None
    return mapping


def source_entry(
    source: str, about: Mapping[str, Any], layout: Layout | None, file: str
) -> registry.Source:
    """The register entry; raises UsageError that names everything that is not said of a file.

    about: what is said of a source beside its figures, as `add` takes it.
    """
    said = {"role": "compilation", "redistribution": "figures"}
    said["found_in"] = f"a file added by a user: {file}"
    own = layout if layout and layout.is_of(about) else None
    if own:
        said |= {"address": own.address, "role": own.role}
    said |= {name: value for name, value in about.items() if value is not None}
    needed = ("title", "publisher", "licence", "published")
    if lacking := [name for name in needed if not said.get(name)]:
        known = vars(layout) if layout else {}
        hint = " ".join(f"--{name} {shlex.quote(known.get(name, '...'))}" for name in lacking)
        if layout:
            hint += " (of the publisher's own file; of another say what it is)"
        raise UsageError(
            f"not said of source {source!r}: {', '.join(lacking)}", where=file, hint=hint
        )
    day, lag = said.pop("published"), said.pop("lag", None)
    what = "day of publication" if lag is None else "lag of the series"
    entry = {
        "source_id": source,
        "original": said.pop("address", None),
        "origin_group": _origin_group(said.pop("origin", None), source, own),
        "citation": f"{said['publisher']}. {said['title']}. {day[:4]}.",
        "accessed": today().isoformat(),
        "kind": _KINDS[known_name("role", said["role"], _KINDS)],
        "published": day if lag is None else None,
        "edition": day,
        "release_lag_days": lag,
        "release_basis": "stated" if lag is None else "assumed",
        "release_reason": f"the {what}, as said when the file was added",
    }
    try:
        bounds(day)
        return registry.Source.model_validate(said | entry)
    except ValidationError as error:
        raise UsageError(
            f"source {source!r}: {registry.explain(error)}",
            hint="a date is 2024, 2024-05 or 2024-05-01; an address begins with https://; "
            "a preference and a lag are whole numbers from 0",
        ) from None


def _origin_group(origin: str | None, source: str, layout: Layout | None) -> str:
    """The group of sources of one origin to which a source belongs."""
    from ..sources.layouts import all_layouts

    if origin is None:
        return layout.origin if layout else source
    groups = registry.origin_groups()
    known = {one: one for one in (source, *groups.values(), *(one.origin for one in all_layouts()))}
    known |= groups
    return known[known_name("origin", origin, known)]


def _standing(table: str, source: str) -> str:
    """SQL of the rows of a table that stand, but for those of a source. What others added or
    removed who ended before they built is built.
    """
    for _ in range(2):
        try:
            return f"select * from ({standing(table)}) where source_id <> {sql.text(source)}"
        except (MissingTableError, StaleTablesError):
            build()
    return "select * from good where false"  # the first rows of the table


def _printed(addition: Addition) -> str:
    """An addition in words, those of addition.j2."""
    mapping, source = addition.entry.mapping, addition.entry.source
    contradictions = addition.compared[addition.compared["said"].eq("contradicts")]
    vintage = getattr(addition, "vintage", None)
    rows = addition.rows.drop(columns="source_id").head(SHOWN)
    words: dict[str, Any] = {
        "mapping": mapping,
        "unread": [
            f"{head or 'no heading'} ({', '.join(few)})"
            for head, few in mapping.get("unread", {}).items()
        ],
        "rows": rows.to_string(
            index=False, na_rep="", max_colwidth=30, float_format="{:.12g}".format
        ),
        "alike": [
            other
            for other, group in registry.origin_groups().items()
            if group == source.origin_group and other != source.source_id
        ],
        "contradictions": [
            (", ".join(map(str, cell)), value, stood, by)
            for *cell, _, value, stood, by in contradictions.head(SHOWN).itertuples(index=False)
        ],
        "vintage": vintage,
        "remarks": {r: None for a in vintage.answers for r in a.remarks} if vintage else (),
    }
    file = Path(__file__).with_name("addition.j2")
    words |= {"addition": addition, "most": SHOWN, "counted": counted, "first_few": first_few}
    return filled(file, **words).rstrip("\n")
