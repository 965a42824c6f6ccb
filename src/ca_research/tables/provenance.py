"""Where an estimate comes from: the rows it used, their sources, and the path the data took."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

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
"""Columns of an estimates frame: what every measure of a wing returns to a claim, one row per economy.

economy: code, or '' where the measure is of no single economy. estimate: a number, or null. low, high, interval:
bounds where the figures leave a range, and what kind of range. n: figures used. sources: tuple of source ids.
path: equal for two estimates that rest on the same figures of the same origin. missing: why there is no estimate.
"""


def shares(
    **parts: Callable[..., pd.DataFrame],
) -> Callable[[Callable[..., pd.DataFrame]], Callable[..., pd.DataFrame]]:
    """Mark arguments of a measure that do not depend on the choices of a specification, with what makes each.

    Whoever runs the measure over many specifications makes such a part once and hands it to all of them; called alone
    the measure makes its own.
    """

    def mark(measure: Callable[..., pd.DataFrame]) -> Callable[..., pd.DataFrame]:
        measure.shared = parts  # type: ignore[attr-defined]
        return measure

    return mark


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
    "source_id", "known_on", "is_aggregate", "valuation", "scope", "note", "precision", "flag",
}  # fmt: skip
"""Columns that say how a figure is known, and not which figure it is."""


def data_path(used: pd.DataFrame) -> str:
    """Hash of the cells used and their *origin*: an office and a panel built on it are one path, not two."""
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
    rows = pd.DataFrame(columns=["source_id"]) if used is None else used
    has = len(rows) > 0
    if has and (seen := _seen.get()) is not None:
        seen.append((economy, rows))
    years = rows["year"].dropna() if "year" in rows else pd.Series(dtype="Int64")
    return {
        "economy": economy,
        "estimate": estimate,
        "low": low,
        "high": high,
        "interval": interval,
        "n": len(rows),
        "first_year": int(years.min()) if len(years) else None,
        "last_year": int(years.max()) if len(years) else None,
        "sources": tuple(sorted(set(rows["source_id"]))),
        "path": data_path(rows) if has else "",
        "missing": missing,
    }


def estimates(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """An estimates frame from its rows."""
    records = list(rows)
    frame = pd.DataFrame({name: [row.get(name) for row in records] for name in ESTIMATE_COLUMNS})
    numbers = dict.fromkeys(("estimate", "low", "high"), "float64")
    return frame.astype(numbers | dict.fromkeys(("first_year", "last_year"), "Int64"))
