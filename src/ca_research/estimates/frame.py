"""Where an estimate comes from: the rows it used, their sources, and the path the data took."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np
import pandas as pd

from .. import registry

ESTIMATE_COLUMNS = (
    "economy",
    "estimate",
    "low",
    "high",
    "interval",
    "n",
    "first_year",
    "last_year",
    "sources",
    "path",
    "missing",
)
"""Columns of an estimates frame: what every measure of a wing returns to a claim, one row per
economy.

economy: code, or '' where the measure is of no single economy. estimate: a number, or null. low,
    high, interval:
bounds where the figures leave a range, and what kind of range. n: figures used. sources: tuple of
source ids.
path: equal for two estimates that rest on the same figures of the same origin. missing: why there
    is no estimate.
"""


def shares(
    **parts: Callable[..., pd.DataFrame],
) -> Callable[[Callable[..., pd.DataFrame]], Callable[..., pd.DataFrame]]:
    """Mark arguments of a measure that do not depend on the choices of a specification, with what
    makes each.

    Whoever runs the measure over many specifications makes such a part once and hands it to all of
    them; called alone the measure makes its own.
    """

    def mark(measure: Callable[..., pd.DataFrame]) -> Callable[..., pd.DataFrame]:
        measure.shared = parts  # type: ignore[attr-defined]
        return measure

    return mark


def by_economy(measure: Callable[..., pd.DataFrame]) -> Callable[..., pd.DataFrame]:
    """Mark a measure whose rows stand each for itself: a row follows from figures of the sources
    that it names alone.

    Without a source that a row does not name the row is the same. Whoever leaves a source out
    measures only those economies again that name it in any row, or have no figure in one.
    """
    measure.by_economy = True  # type: ignore[attr-defined]
    return measure


_seen: ContextVar[list[tuple[str, pd.DataFrame]] | None] = ContextVar("rows_seen", default=None)


@contextmanager
def tracing() -> Iterator[list[tuple[str, pd.DataFrame]]]:
    """Collects (economy, rows used) of every estimate made within, in the order they are made."""
    seen: list[tuple[str, pd.DataFrame]] = []
    token = _seen.set(seen)
    try:
        yield seen
    finally:
        _seen.reset(token)


_NO_CELL = {
    "source_id",
    "known_on",
    "is_aggregate",
    "valuation",
    "scope",
    "note",
    "precision",
    "flag",
}
"""Columns that say how a figure is known, and not which figure it is."""


def data_path(used: pd.DataFrame) -> str:
    """Hash of the cells used and their *origin*: an office and a panel built on it are one path,
    not two.
    """
    origin = registry.origin_groups()
    groups = [origin.get(s, s) for s in used["source_id"].tolist()]
    cells = [
        used[c].tolist()
        for c in used.columns
        if c not in _NO_CELL and not c.startswith("value") and c not in ("students", "quantity")
    ]
    lines = sorted("|".join(map(str, row)) for row in zip(*cells, groups, strict=True))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def estimate_row(
    used: pd.DataFrame | None = None,
    *,
    economy: str = "",
    estimate: float | None = None,
    low: float | None = None,
    high: float | None = None,
    interval: str = "",
    missing: str = "",
) -> dict[str, Any]:
    """One row of an estimates frame; `used` are the table rows behind it."""
    row = {
        "economy": economy,
        "estimate": estimate,
        "low": low,
        "high": high,
        "interval": interval,
        "n": 0,
        "first_year": None,
        "last_year": None,
        "sources": (),
        "path": "",
        "missing": missing,
    }
    if used is None or used.empty:
        return row
    if (seen := _seen.get()) is not None:
        seen.append((economy, used))
    years = used["year"].dropna().tolist() if "year" in used else []
    return row | {
        "n": len(used),
        "first_year": int(min(years)) if years else None,
        "last_year": int(max(years)) if years else None,
        "sources": tuple(sorted(set(used["source_id"]))),
        "path": data_path(used),
    }


def estimates(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """An estimates frame from its rows."""
    records = list(rows)
    columns: dict[str, Any] = {
        name: [row.get(name) for row in records] for name in ESTIMATE_COLUMNS
    }
    for name in ("estimate", "low", "high"):
        columns[name] = np.array(columns[name], dtype="float64")
    for name in ("first_year", "last_year"):
        columns[name] = pd.array(columns[name], dtype="Int64")
    return pd.DataFrame(columns)
