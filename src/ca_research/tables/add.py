"""`add`: a user's file becomes rows of a table, with a source of its own, or nothing does."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pandas as pd
from pydantic import ValidationError

from .. import registry
from ..ground.errors import DataError, Fault, MissingTableError, UsageError, known_name
from ..ground.textfiles import Unreadable, read_yaml
from ..registry.tables import Role
from . import added
from .build import build
from .dates import bounds
from .load import load
from .query import standing
from .validate import checked_rows

if TYPE_CHECKING:
    from .. import sources
    from ..sources.layouts import Layout

SHOWN = 5
"""Rows that a proposal shows as they were understood."""

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
    map: Mapping[str, Any] | str | Path | None = None,
    role: str | None = None,
    preference: int | None = None,
    lag: int | None = None,
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
        When the file was published. Its figures are known from that day, unless `lag` is given.
    title, publisher, licence, address : str
        What a reader has to know of the source. Of a publisher whose layout is known, only what
        differs.
    map : mapping or path, optional
        How the file is to be understood, as far as it does not say itself: a heading for a column
        (`{"year": "Period"}`), or one value for all rows (`{"level": {"is": "degree"}}`).
    role, preference : str, int
        How the source speaks for a reporter, and before which others: the lower first, without one
        last.
    lag : int, optional
        Days after the end of a year at which the figures of that year were out, for a series of
        which this file is an edition. Without it all rows are known from `published`.
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
        Something that is needed is not said, or the source exists.

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
    from .. import sources  # names of the world's economies take a tenth of a second to import
    from ..sources import stream
    from ..sources.mapping import of_user

    spec, files = registry.table(table), stream.files_of(file)
    if spec.known == "source" and not spec.files:
        raise UsageError(f"table {table!r} is made of the register", hint="choose another table")
    said = of_user(_map(map), spec)
    if not _ID.fullmatch(source):
        raise UsageError(
            f"no id of a source: {source!r}",
            hint="letters, digits and underscores, a letter first: COMTRADE_TJK_2022",
        )
    added.refuse_known(source)
    about = {"title": title, "publisher": publisher, "licence": licence, "address": address}

    def register(layout: Layout | None, name: str) -> registry.Source:
        return _source(source, name, layout, about, published, role, preference, lag)

    asked = (lambda _: False) if dry_run else confirm
    if stream.streams(files):
        return _add_large(spec, files, said, source, register, skip_bad, asked)
    given = sources.read(files[0])
    mapped, layout = sources.understand(given, spec, said)
    entry_of = register(layout, given.name)
    understood = sources.apply(given, mapped, spec)
    rows, skipped = _checked(spec, understood, source, skip_bad)
    entry = _entry(spec, entry_of, given, mapped, len(rows), understood.left_out, skipped)
    if asked is None:
        with added.alone():
            return _keep(spec, entry, rows, skipped)
    compared = added.against(spec, rows, _standing(spec, rows))
    proposal = Addition(entry, rows, compared, _said(compared), entry.left_out, skipped, False)
    if not asked(proposal):
        return proposal
    with added.alone():
        return _keep(spec, entry, rows, skipped)


def _add_large(
    spec: registry.Table,
    files: Sequence[Path],
    said: Mapping[str, Any],
    source: str,
    register: Callable[[Layout | None, str], registry.Source],
    skip_bad: bool,
    asked: Callable[[Addition], bool] | None,
) -> Addition:
    """As `add`, by a stream; whoever else adds waits until this is done, or refused."""
    from .. import sources
    from ..sources.stream import Stream
    from .large import FEW, Reading

    with added.alone(), added.scratch(source) as folder:
        work = folder / "work"
        work.mkdir()
        with closing(Stream(files, work)) as stream:
            given = stream.given()
            mapped, layout = sources.understand(given, spec, said)
            entry_of = register(layout, stream.name)
            reading = Reading(stream, mapped, spec, entry_of)
            skipped = reading.settle(skip_bad=skip_bad)
            left_out, count = reading.left_out(), reading.count()
            if not count:
                raise _none_left(skipped) if skipped else _no_row(spec, left_out)
            given = replace(given, name=stream.name)
            entry = _entry(spec, entry_of, given, mapped, count, left_out, skipped)
            counts, compared = reading.against(_built(spec))
            rows = reading.first(FEW)
            proposal = Addition(entry, rows, compared, counts, left_out, skipped, False)
            if asked is not None and not asked(proposal):
                return proposal
            reading.write(folder / added.PARTS)
        entry = added.publish(entry, folder, _listed(skipped))
        build()
        return replace(proposal, entry=entry, kept=True)


def _built(spec: registry.Table) -> str:
    """SQL of the rows of a table that stand."""
    try:
        return standing(spec.table)
    except MissingTableError:
        build()
    return standing(spec.table)


def _said(compared: pd.DataFrame) -> dict[str, int]:
    return {str(said): int(n) for said, n in compared["said"].value_counts().items()}


def _listed(skipped: Sequence[Fault]) -> pd.DataFrame:
    return pd.DataFrame([vars(fault) for fault in skipped])


def _entry(
    spec: registry.Table,
    source: registry.Source,
    given: sources.Given,
    mapped: sources.Map,
    rows: int,
    left_out: Mapping[str, int],
    skipped: Sequence[Fault],
) -> registry.Added:
    return registry.Added(
        source=source,
        table=spec.table,
        rows=rows,
        rows_sha256="0" * 64,
        file=given.name,
        file_sha256=given.sha256,
        layout=mapped.layout,
        mapping=mapped.model_dump(exclude_defaults=True, mode="json"),
        left_out=dict(left_out),
        skipped=len(skipped),
        added=dt.date.today().isoformat(),
    )


def _keep(
    spec: registry.Table, entry: registry.Added, rows: pd.DataFrame, skipped: tuple[Fault, ...]
) -> Addition:
    """Compare with what stands and keep; nobody else adds meanwhile."""
    compared = added.against(spec, rows, _standing(spec, rows))
    kept = added.keep(entry, rows, _listed(skipped))
    build()
    return Addition(kept, rows, compared, _said(compared), kept.left_out, skipped, True)


def remove(source: str) -> registry.Added:
    """Take back a source that was added: a report is then what it was before.

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
    gone = added.remove(source)
    build()
    return gone


def _map(said: Mapping[str, Any] | str | Path | None) -> Mapping[str, Any]:
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


def _source(
    source: str,
    name: str,
    layout: Layout | None,
    about: Mapping[str, str | None],
    published: str | dt.date | None,
    role: str | None,
    preference: int | None,
    lag: int | None,
) -> registry.Source:
    """The register entry; raises UsageError that names everything that is not said."""
    found = dict(about)
    if layout is not None:
        known = {"publisher": layout.publisher, "licence": layout.licence}
        known |= {"address": layout.address, "title": f"{layout.publisher}: {name}"}
        found = {k: v or known[k] for k, v in found.items()}
        role = role or layout.role
    day = str(published) if published is not None else None
    lacking = [k for k in ("title", "publisher", "licence") if not found[k]]
    lacking += ["published"] if day is None else []
    if lacking:
        raise UsageError(
            f"not said of source {source!r}: {', '.join(lacking)}",
            where=name,
            hint=" ".join(
                f'--{k} "..."' if k != "published" else "--published 2024-05-01" for k in lacking
            ),
        )
    role = known_name("role", role or "compilation", get_args(Role))
    try:
        bounds(str(day))
        return registry.Source(
            source_id=source,
            title=str(found["title"]),
            publisher=found["publisher"],
            licence=found["licence"],
            redistribution="figures",
            original=found["address"],
            found_in=f"a file added by a user: {name}",
            citation=f"{found['publisher']}. {found['title']}. {str(day)[:4]}.",
            accessed=dt.date.today().isoformat(),
            origin_group=layout.origin if layout else source,
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
            hint="a date is 2024, 2024-05 or 2024-05-01; an address begins with https://",
        ) from None


def _checked(
    spec: registry.Table, understood: sources.Understood, source: str, skip_bad: bool
) -> tuple[pd.DataFrame, tuple[Fault, ...]]:
    """Typed rows in key order, and the faulty ones that may be skipped."""
    raw = understood.rows
    if not len(raw) and not understood.faults:
        raise _no_row(spec, understood.left_out)
    for name, column in spec.columns.items():
        if column.type == "source":
            raw = raw.assign(**{name: source})
        elif column.numbered and (name not in raw or raw[name].fillna("").eq("").all()):
            raw = raw.assign(**{name: [f"{source}-{n}" for n in range(1, len(raw) + 1)]})
    frame, found = checked_rows(spec, raw, source)
    faults = [*understood.faults, *(fault for fault, _ in found)]
    if faults and not skip_bad:
        raise DataError(
            sorted(set(faults), key=lambda f: (f.file, f.line, f.column)),
            outcome="nothing was added",
            hint="mend the cells named above, say by --map how they are meant, or leave these rows "
            "out: --skip-bad",
        )
    good = ~frame.index.isin([at for _, at in found])
    frame = frame[good].sort_values(list(spec.key), kind="stable", ignore_index=True)
    if not len(frame):
        raise _none_left(faults)
    return frame, tuple(dict.fromkeys(faults))


def _none_left(faults: Sequence[Fault]) -> DataError:
    return DataError(faults, outcome="no row is left, and nothing was added", hint="see above")


def _no_row(spec: registry.Table, left_out: Mapping[str, int]) -> UsageError:
    return UsageError(
        f"no row of the file is one of table {spec.table!r}",
        where="; ".join(f"{k}: {n}" for k, n in left_out.items()),
        hint="say by --map which column is what; ca-research data add ... --dry-run shows it",
    )


def _standing(spec: registry.Table, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of the table as they stand, of the economies and years of the new ones."""
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
    yield f"{entry.file}, read as: {entry.layout}"
    for name, field in entry.mapping.get("columns", {}).items():
        if name != entry.mapping.get("fills"):
            yield f"  {name}: {_field(field)}"
    if across := entry.mapping.get("across"):
        heads = [one["column"] for one in across]
        few = ", ".join(heads[:3]) + (f" ... {heads[-1]}" if len(heads) > 3 else "")
        fills = entry.mapping["fills"]
        times = entry.mapping["columns"].get(fills, {}).get("times", 1)
        by = f", times {times:g}" if times != 1 else ""
        yield f"  {fills}: under {len(heads)} headings, {few}{by}"
    yield f"the first of {entry.rows:,} rows, as understood:"
    shown = found.rows.drop(columns="source_id").head(SHOWN)
    yield shown.to_string(
        index=False, na_rep="", max_colwidth=30, float_format=lambda value: f"{value:.12g}"
    )
    for reason, count in found.left_out.items():
        yield f"left out: {count:,} ({reason})"
    if found.skipped:
        yield f"skipped: {len(found.skipped):,} faults, the first: {found.skipped[0]}"
    yield (
        f"{found.count('new'):,} rows new, {found.count('repeats'):,} repeat and "
        f"{found.count('contradicts'):,} contradict what stood (both stay)"
    )
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
