"""`add`: a user's file becomes rows of a table, with a source of its own, or nothing does."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import pandas as pd
from pydantic import ValidationError

from .. import registry
from ..ground.errors import (
    Fault,
    MissingTableError,
    StaleTablesError,
    UsageError,
    known_name,
)
from ..ground.periods import today
from ..ground.textfiles import Unreadable, read_yaml
from ..registry.tables import Redistribution, Role
from . import added, vintage
from .build import build, up_to_date
from .dates import bounds
from .load import load
from .query import standing
from .reading import Read, listed, no_row, none_left, read

if TYPE_CHECKING:
    from ..sources.layouts import Layout

SHOWN = 5
"""Rows that a proposal shows as they were understood."""
UNIT = 0.15
"""How near, in powers of ten, figures may come to those that stand in another unit."""

A = TypeVar("A", bound="Addition")
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
        For each row whether it is new, repeats or contradicts a figure that stood (`against`); of a
        large source the first thousand that are not new.
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
        return "\n".join(_told(self))

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # as the last line of a cell
        printer.text(str(self))


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
    map: Mapping[str, Any] | str | Path | None = None,
    times: float | str | None = None,
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
        What a reader has to know of the source. Of a publisher whose layout is known, only what
        differs.
    redistribution : {'figures', 'yes', 'no'}
        What the licence allows: of a source with `no` an archive (``ca-research replicate``) holds
        no row.
    map : mapping or path, optional
        How the file is to be understood, as far as it does not say itself: a heading for a column
        (`{"year": "Period"}`), or one value for all rows (`{"level": {"is": "degree"}}`).
    times : float or {'ones', 'thousands', 'millions', 'billions'}, optional
        What money is multiplied by. It has to be said of a file of no known layout, unless its
        heading is the name of the table's own column; no title or heading is trusted with it.
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
    if spec.known == "source" and not spec.files:
        raise UsageError(f"table {table!r} is made of the register", hint="choose another table")
    added.refuse_located(spec)
    told = {**read_map(map), **({} if times is None else {"times": times})}
    said = of_user(told, spec, str(map) if isinstance(map, (str, Path)) else "")
    valid_id(source)
    added.refuse_known(source)
    if published is not None and bounds(str(published))[0] > today():
        raise UsageError(
            f"source {source!r} is published on a day in the future: {published}",
            hint=f"a day up to {today().isoformat()}",
        )
    about = {"title": title, "publisher": publisher, "licence": licence, "address": address}

    def register(layout: Layout | None, name: str) -> registry.Source:
        whole = about | ({"title": title or f"{layout.publisher}: {name}"} if layout else {})
        place = f"a file added by a user: {name}"
        return source_entry(
            source,
            place,
            layout,
            whole,
            published,
            role,
            preference,
            lag,
            redistribution,
            file=name,
            origin=origin,
        )

    asked = (lambda _: False) if dry_run else confirm
    if stream.streams(files):
        try:
            return _add_large(spec, files, said, source, register, origin is None, skip_bad, asked)
        except stream.NotStreamed:
            if len(files) > 1 or files[0].stat().st_size > sheets.MAX_BYTES:
                raise
    found = read(files[0], spec, said, source, skip_bad)
    entry = entry_of(found, register(found.layout, found.given.name), table)
    follows = origin is None and found.layout is None
    if asked is not None:
        proposal = proposed(entry, found, follows)
        if not asked(proposal):
            return proposal
    with added.alone():
        return settled(proposed(entry, found, follows), added.keep)


def _add_large(
    spec: registry.Table,
    files: Sequence[Path],
    said: Mapping[str, Any],
    source: str,
    register: Callable[[Layout | None, str], registry.Source],
    follows: bool,
    skip_bad: bool,
    asked: Callable[[Addition], bool] | None,
) -> Addition:
    """As `add`, by a stream; whoever else adds waits until this is done, or refused."""
    from .. import sources
    from ..sources.stream import Stream
    from .large import FEW, Reading

    with added.alone(), added.scratch(source) as folder:
        added.refuse_known(source)
        work = folder / "work"
        work.mkdir()
        with closing(Stream(files, work)) as stream:
            given = stream.given()
            mapped, layout = sources.understand(given, spec, said)
            told = register(layout, stream.name)
            reading = Reading(stream, mapped, spec, told)
            skipped = reading.settle(skip_bad=skip_bad)
            understood = sources.Understood(mapped, reading.first(FEW), reading.left_out())
            count = reading.count()
            if not count:
                raise none_left(skipped) if skipped else no_row(spec, understood.left_out)
            found = Read(
                replace(given, name=stream.name), layout, understood, understood.rows, skipped
            )
            entry = entry_of(found, told, spec.table).model_copy(update={"rows": count})
            refuse_years_ahead(told, spec, reading.last("year") if _dated(spec) else None)
            counts, compared = reading.against(stood := _built(spec))
            refuse_powers(compared, stream.name)
            if follows and layout is None:
                entry = of_one_origin(entry, reading.copied(stood, counts))
            proposal = Addition(entry, found.rows, compared, counts, entry.left_out, skipped, False)
            if asked is not None and not asked(proposal):
                return proposal
            reading.write(folder / added.PARTS)
        entry = added.publish(entry, folder, listed(skipped))
        build()
        return replace(proposal, entry=entry, kept=True)


def _built(spec: registry.Table) -> str:
    """SQL of the rows of a table that stand."""
    _catch_up()
    try:
        return standing(spec.table)
    except MissingTableError:
        build()
    return standing(spec.table)


def _catch_up() -> None:
    """Build what others added or removed who ended before they built."""
    try:
        up_to_date()
    except StaleTablesError:
        build()
    except MissingTableError:
        pass


def valid_id(source: str) -> None:
    """Raise UsageError where a text is no id of a source."""
    if not _ID.fullmatch(source):
        raise UsageError(
            f"no id of a source: {source!r}",
            hint="letters, digits and underscores, a letter first: COMTRADE_TJK_2022",
        )


def entry_of(found: Read, source: registry.Source, table: str) -> registry.Added:
    """The register entry of what was read; raises UsageError where its day cannot be."""
    spec = registry.table(table)
    refuse_years_ahead(source, spec, found.rows["year"].max() if _dated(spec) else None)
    return registry.Added(
        source=source,
        table=table,
        rows=len(found.rows),
        rows_sha256="0" * 64,
        file=found.given.name,
        file_sha256=found.given.sha256,
        layout=found.understood.map.layout,
        mapping=found.understood.map.model_dump(exclude_defaults=True, mode="json"),
        left_out=dict(found.understood.left_out),
        skipped=len(found.skipped),
        added=today().isoformat(),
    )


def _dated(spec: registry.Table) -> bool:
    """Whether rows are of the year that they name; facts may name one to come."""
    return "year" in spec.columns and spec.columns["year"].type == "year"


def refuse_years_ahead(source: registry.Source, spec: registry.Table, last: int | None) -> None:
    """Raise UsageError where figures are of a year after that in which they were published: nobody
    knew them then. An academic year that is named by its end may have begun in it.
    """
    if last is None:
        return
    year = bounds(str(source.edition))[1].year
    if last > year + (spec.columns["year"].span == "last"):
        raise UsageError(
            f"figures of {last} in a source that was published on {source.edition}: nobody knew "
            "them then",
            where=f"source {source.source_id!r}",
            hint="give the day of the edition that has them: --published; forecasts are no figures "
            "of a table: leave them out by `only` in the map",
        )


def of_one_origin(entry: registry.Added, copied: Sequence[str]) -> registry.Added:
    """An entry with the origin of what it is a copy of: a source of the same file, or one that
    says all of it; else as it is. Twice told is not confirmed.
    """
    of_file = [s for s, e in registry.added().items() if e.file_sha256 == entry.file_sha256]
    if not (twins := [*of_file, *copied]):
        return entry
    group = registry.origin_groups()[twins[0]]
    source = entry.source.model_copy(update={"origin_group": group})
    return entry.model_copy(update={"source": source})


def proposed(entry: registry.Added, found: Read, follows: bool = False) -> Addition:
    """What would be added, compared with what others said; with `follows` a copy of theirs is of
    their origin.
    """
    spec = registry.table(entry.table)
    others = _standing(spec, found.rows)
    others = others[others["source_id"] != entry.source.source_id]
    compared = added.against(spec, found.rows, others)
    refuse_powers(compared, found.given.name)
    if follows:
        entry = of_one_origin(entry, added.copied(spec, found.rows, others))
    said = {str(said): int(n) for said, n in compared["said"].value_counts().items()}
    return Addition(entry, found.rows, compared, said, entry.left_out, found.skipped, False)


def refuse_powers(compared: pd.DataFrame, where: str) -> None:
    """Raise UsageError where figures stand to those of the same cells as ones to thousands: half of
    them differ by about a power of ten that a unit could be.
    """
    known = compared[compared["said"].ne("new")]
    if not len(known) or "stood" not in known:
        return
    ratio = (known["value"].astype("float64") / known["stood"].astype("float64")).median()
    power = math.log10(ratio) if 0 < ratio < math.inf else 0.0
    if any(abs(abs(power) - of_a_unit) < UNIT for of_a_unit in (3, 6, 9)):
        raise UsageError(
            f"figures are {ratio:,.4g} times those that stand for the same cells: in another unit?",
            where=where,
            hint="--times ones, thousands, millions or billions",
        )


def settled(proposal: A, keep: Callable[..., registry.Added]) -> A:
    """Keep what was proposed and build the tables. Call it within `added.alone`."""
    kept = keep(proposal.entry, proposal.rows, listed(proposal.skipped))
    build()
    return replace(proposal, entry=kept, kept=True)


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


def read_map(said: Mapping[str, Any] | str | Path | None) -> Mapping[str, Any]:
    """What a map says; of a file, what is written there."""
    if said is None or isinstance(said, Mapping):
        return said or {}
    try:
        found = read_yaml(Path(said).read_bytes())
    except OSError as error:
        raise UsageError(
            f"the map cannot be read: {error.strerror}", where=str(said), hint="--map FILE.yaml"
        ) from None
    except Unreadable as fault:
        raise UsageError(fault.what, where=fault.place(Path(said).name), hint="mend it") from None
    if not isinstance(found, Mapping):
        raise UsageError("a map is a mapping", where=str(said), hint="columns: {year: Year}")
    return found


def source_entry(
    source: str,
    found_in: str,
    layout: Layout | None,
    about: Mapping[str, str | None],
    published: str | dt.date | None,
    role: str | None,
    preference: int | None,
    lag: int | None,
    redistribution: str,
    file: str = "",
    origin: str | None = None,
) -> registry.Source:
    """The register entry; raises UsageError that names everything that is not said of a file."""
    found = dict(about)
    if layout is not None:
        known = {"publisher": layout.publisher, "licence": layout.licence}
        known["address"] = layout.address
        found = {k: v or known.get(k) for k, v in found.items()}
        role = role or layout.role
    day = str(published) if published is not None else None
    lacking = [k for k in ("title", "publisher", "licence") if not found[k]]
    lacking += ["published"] if day is None else []
    if lacking:
        raise UsageError(
            f"not said of source {source!r}: {', '.join(lacking)}",
            where=file,
            hint=" ".join(
                f'--{k} "..."' if k != "published" else "--published 2024-05-01" for k in lacking
            ),
        )
    role = known_name("role", role or "compilation", get_args(Role))
    allowed = known_name("redistribution", redistribution, get_args(Redistribution))
    try:
        bounds(str(day))
        return registry.Source(
            source_id=source,
            title=str(found["title"]),
            publisher=found["publisher"],
            licence=found["licence"],
            redistribution=allowed,  # type: ignore[arg-type]
            original=found["address"],
            found_in=found_in,
            citation=f"{found['publisher']}. {found['title']}. {str(day)[:4]}.",
            accessed=today().isoformat(),
            origin_group=_origin_group(origin, source, layout),
            kind=_KINDS[role],  # type: ignore[arg-type]
            role=role,  # type: ignore[arg-type]
            preference=preference,
            published=None if lag is not None else day,
            edition=day,
            release_lag_days=lag,
            release_basis="stated" if lag is None else "assumed",
            release_reason="the day of publication, as said when the file was added"
            if lag is None
            else "the lag of the series, as said when the file was added",
        )
    except ValidationError as error:
        raise UsageError(
            f"source {source!r}: {registry.explain(error)}",
            hint="a date is 2024, 2024-05 or 2024-05-01; an address begins with https://; "
            "a preference and a lag are whole numbers from 0",
        ) from None


def _origin_group(said: str | None, source: str, layout: Layout | None) -> str:
    """The group of sources of one origin to which a source belongs."""
    from ..sources.layouts import all_layouts

    if said is None:
        return layout.origin if layout else source
    groups = registry.origin_groups()
    known = {source, *groups.values(), *(known.origin for known in all_layouts())}
    return groups.get(said) or known_name("origin", said, {*groups, *known})


def _standing(spec: registry.Table, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of the table as they stand, of the economies and years of the new ones."""
    _catch_up()
    try:
        old = load(spec.table)
    except MissingTableError:
        if not spec.files:
            return rows.iloc[:0]
        build()
        old = load(spec.table)
    for name in spec.key:
        if spec.columns[name].type in ("economy", "year", "category"):
            old = old[old[name].isin(rows[name].unique())]
    return old


def _told(found: Addition) -> Iterator[str]:
    """An addition in words."""
    entry = found.entry
    how = "read by its headings" if entry.layout == "guess" else f"read as: {entry.layout}"
    sheet = f", sheet {entry.mapping['sheet']!r}" if entry.mapping.get("sheet") else ""
    yield f"{entry.file}{sheet}, {how}"
    for name, field in entry.mapping.get("columns", {}).items():
        if name != entry.mapping.get("fills"):
            yield f"  {name}: {_field(field)}"
    if across := entry.mapping.get("across"):
        heads = [one["column"] for one in across]
        few = ", ".join(heads[:3]) + (f" ... {heads[-1]}" if len(heads) > 3 else "")
        fills = entry.mapping["fills"]
        times = entry.mapping["columns"].get(fills, {}).get("times", 1)
        by = f", times {times:g}" if times != 1 else ""
        yield f"  {fills}: under {len(heads)} heading{'s'[: len(heads) != 1]}, {few}{by}"
    if unread := entry.mapping.get("unread"):
        told = [f"{head or 'no heading'} ({', '.join(few)})" for head, few in unread.items()]
        rest = f"; and {len(told) - 12} more" if len(told) > 12 else ""
        yield f"  not read: {'; '.join(told[:12])}{rest}"
    if texts := entry.mapping.get("texts"):
        yield f"  beside the columns: {'; '.join(texts)}"
    more = f"the first of {entry.rows:,} rows" if entry.rows > SHOWN else "all rows"
    yield f"{more}, as understood:"
    shown = found.rows.drop(columns="source_id").head(SHOWN)
    yield shown.to_string(
        index=False, na_rep="", max_colwidth=30, float_format=lambda value: f"{value:.12g}"
    )
    for reason, count in found.left_out.items():
        yield f"left out: {count:,} ({reason})"
    if found.skipped:
        yield f"skipped: {len(found.skipped):,} faults, the first: {found.skipped[0]}"
    new = found.count("new")
    yield (
        f"{new:,} row{'s'[: new != 1]} new, {found.count('repeats'):,} repeat and "
        f"{found.count('contradicts'):,} contradict what stood (both stay)"
    )
    source_id, groups = entry.source.source_id, registry.origin_groups()
    alike = [s for s, g in groups.items() if g == entry.source.origin_group and s != source_id]
    if alike:
        few = ", ".join(alike[:SHOWN]) + (", ..." if len(alike) > SHOWN else "")
        yield f"of one origin with {few}: no second source (if it is one: --origin {source_id})"
    apart = found.compared[found.compared["said"].eq("contradicts")]
    for row in apart.head(SHOWN).to_dict("records"):
        cell = ", ".join(
            str(v) for k, v in row.items() if k not in ("said", "value", "stood", "stood_source")
        )
        yield f"  {cell}: {row['value']:,.6g} here, {row['stood']:,.6g} by {row['stood_source']}"
    if found.kept:
        yield f"added to {entry.table} as {entry.source.source_id}"
    else:
        yield "nothing was added"


def _field(field: Mapping[str, Any]) -> str:
    if "constant" in field:
        return f"always {field['constant']}"
    times = f", times {field['times']:g}" if "times" in field else ""
    words = ", ".join(f"{k} = {v}" for k, v in list(field.get("words", {}).items())[:4])
    return f"column {field['column']!r}{times}" + (f" ({words})" if words else "")
