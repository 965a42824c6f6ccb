"""`amend`: figures of a source that was added are corrected in place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from .. import registry
from ..ground.errors import UsageError, known_name
from ..ground.numbers import NOTHING, counted
from ..ground.templates import filled
from . import added
from .build import build
from .reading import read

SHOWN = 20
"""Changes that are shown one by one."""


@dataclass(frozen=True)
class Amendment:
    """What a file corrects of a source.

    Attributes
    ----------
    entry : registry.Added
        The register entry of the source.
    changes : pandas.DataFrame
        One row per cell that changes: ``figure`` (which row, in words), ``column``, ``before`` and
        ``after``.
    rows : pandas.DataFrame
        All rows of the source as they are afterwards.
    kept : bool
        Whether it was done.

    Examples
    --------
    >>> heads = ["figure", "column", "before", "after"]
    >>> changes = pd.DataFrame([["economy KAZ, year 2023", "value", 5.0, 6.0]], columns=heads)
    >>> Amendment(registry.Added, changes, changes.head(0)).kept
    False
    """

    entry: registry.Added
    changes: pd.DataFrame
    rows: pd.DataFrame
    kept: bool = False

    def __str__(self) -> str:
        about: dict[str, Any] = {"one": self, "most": SHOWN, "counted": counted, "nothing": NOTHING}
        return filled(Path(__file__).with_name("amendment.j2"), **about).rstrip("\n")


def amend(
    source: str,
    file: str | Path,
    *,
    dry_run: bool = False,
    confirm: Callable[[Amendment], bool] | None = None,
) -> Amendment:
    """Correct figures of a source that was added; all of its other rows stay as they are.

    Parameters
    ----------
    source : str
        A source that was added from a file.
    file : path
        In the form of that file, and understood like it: the rows that change, or all rows.
    dry_run : bool
        Show what changes, and change nothing.
    confirm : callable, optional
        Asked with what would change; unless it says yes nothing does.

    Returns
    -------
    Amendment
        What changed. Its text shows each cell before and after.

    Raises
    ------
    UnknownNameError
        Nothing was added under this id.
    FileError, DataError
        As `add`.
    UsageError
        The source was fetched or is large, has no such row, or says all of it already.

    Examples
    --------
    >>> amend("NOBODYS", "corrected.csv")
    Traceback (most recent call last):
        ...
    ca_research.ground.errors.UnknownNameError: unknown added source 'NOBODYS'...
    """
    from ..sources.mapping import of_user

    entry = registry.added()[known_name("added source", source, registry.added())]
    if entry.vintage or entry.parts:
        raise UsageError(
            f"source {source!r} {'was fetched' if entry.vintage else 'is large'}, so no single "
            "figure of it is corrected here",
            hint="fetch it again" if entry.vintage else "remove it, and add the corrected file",
        )
    spec = registry.table(entry.table)
    given = read(Path(file), spec, source, False, of_user(added.map_of(entry), spec)).rows
    stood = added.rows(entry)
    assert stood is not None  # no large source
    rows = stood.to_pandas()
    changes = _changes(spec, rows, given, Path(file).name)
    for place, column, _, after in changes.itertuples(index=False):
        rows.loc[place, column] = after
    shown = changes.assign(figure=[_words(spec, rows.loc[at]) for at in changes["at"]])
    later = entry.model_copy(update={"amended": (*entry.amended, Path(file).name)})
    proposal = Amendment(later, shown[["figure", "column", "before", "after"]], rows)
    if dry_run or (confirm is not None and not confirm(proposal)):
        return proposal
    with added.alone():
        if registry.added().get(source) != entry:
            raise UsageError(f"source {source!r} was changed meanwhile", hint="the same again")
        skipped = added.skipped(entry)
        with added.scratch(source) as folder:
            added.write(later, rows, folder)
            later = added.publish(later, folder, skipped)
        build()
    return replace(proposal, entry=later, kept=True)


def _identity(spec: registry.Table) -> list[str]:
    """Columns that tell the rows of one source apart; where rows are numbered, all but the figure
    and what is remarked on it.
    """
    key = [spec.columns[name] for name in spec.key]
    apart = spec.key
    if any(column.numbered for column in key):
        apart = tuple(n for n, c in spec.columns.items() if c.role != "value" and n != "note")
    columns = {name: spec.columns[name] for name in apart}
    return [n for n, c in columns.items() if not c.numbered and c.type != "source"]


def _changes(
    spec: registry.Table, rows: pd.DataFrame, given: pd.DataFrame, file: str
) -> pd.DataFrame:
    """Cells of the rows of a source that a file says otherwise: at (which row), column, before and
    after. Raises UsageError where a row is none of the source, or nothing changes.
    """
    cells = _identity(spec)
    places = rows[cells].assign(at=rows.index)
    matched = given.merge(places, on=cells, how="left", validate="m:m")
    if len(matched) != len(given) or matched["at"].isna().any():
        odd = matched[matched["at"].isna() | matched.duplicated(cells, keep=False)].iloc[0]
        raise UsageError(
            f"the source does not have exactly one figure for {_words(spec, odd)}",
            where=file,
            hint="a correction is of rows that are there: add others under an id of their own",
        )
    matched = matched.set_index(matched["at"].astype(int))
    found = []
    for name, column in spec.columns.items():
        if name in cells or column.numbered or column.type == "source":
            continue
        before, after = rows.loc[matched.index, name], matched[name]
        other = before.ne(after).fillna(True) & ~(before.isna() & after.isna())
        cells_of = {"at": matched.index, "column": name, "before": before, "after": after}
        found.append(pd.DataFrame(cells_of, dtype=object)[other])
    changes = pd.concat(found, ignore_index=True)
    if changes.empty:
        raise UsageError("nothing changes: the source says all of it already", where=file, hint="")
    return changes


def _words(spec: registry.Table, row: pd.Series) -> str:
    """Which row it is: 'reporter GEO, partner CHN, year 2023'."""
    return ", ".join(f"{name} {row[name]}" for name in _identity(spec) if pd.notna(row[name]))
