"""A file of figures, or the answers of a fetch, as checked rows of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from .. import registry
from ..ground.errors import DataError, Fault, NothingToAddError
from .validate import checked_rows, duplicates

if TYPE_CHECKING:
    from .. import sources
    from ..sources.layouts import Layout


@dataclass(frozen=True)
class Read:
    """What was read: the file, how it was understood, its rows in the table's own form, and faulty
    ones that were left out.
    """

    given: sources.Given
    layout: Layout | None
    understood: sources.Understood
    rows: pd.DataFrame
    skipped: tuple[Fault, ...]


def read(
    path: Path, spec: registry.Table, said: Mapping[str, Any], source: str, skip_bad: bool
) -> Read:
    """Read, understand and check a file for a table.

    said: the user's map, as `sources.mapping.of_user` gives it.

    Raises
    ------
    FileError, DataError, UsageError
        As `add`.
    """
    from .. import sources  # names of the world's economies take a tenth of a second to import

    given = sources.read(path)
    mapped, layout = sources.understand(given, spec, said)
    understood = sources.apply(given, mapped, spec)
    return Read(given, layout, understood, *_checked(spec, understood, source, skip_bad))


def _checked(
    spec: registry.Table, understood: sources.Understood, source: str, skip_bad: bool
) -> tuple[pd.DataFrame, tuple[Fault, ...]]:
    """Typed rows in key order, and the faulty ones that may be skipped."""
    raw = understood.rows
    if not len(raw) and not understood.faults:
        raise no_row(spec, understood.left_out)
    for name, column in spec.columns.items():
        if column.numbered and (name not in raw or raw[name].fillna("").eq("").all()):
            raw = raw.assign(**{name: [f"{source}-{n}" for n in range(1, len(raw) + 1)]})
    frame, found = checked_rows(spec, raw, source)
    found += duplicates(spec, raw.assign(source_id=source), frame)
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
        raise none_left(faults)
    return frame, tuple(dict.fromkeys(faults))


def no_row(spec: registry.Table, left_out: Mapping[str, int]) -> NothingToAddError:
    """What to raise for a file without a row of the table."""
    return NothingToAddError(
        f"no row of the file is one of table {spec.table!r}",
        where="; ".join(f"{k}: {n}" for k, n in left_out.items()),
        hint="say by --map which column is what; ca-research data add ... --dry-run shows it",
    )


def none_left(faults: Sequence[Fault]) -> DataError:
    """What to raise where every row is faulty."""
    return DataError(faults, outcome="no row is left, and nothing was added", hint="see above")


def listed(skipped: Sequence[Fault]) -> pd.DataFrame:
    """Faults that were left out, as the list that is kept of them."""
    return pd.DataFrame([vars(fault) for fault in skipped])
