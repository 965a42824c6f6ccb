"""What a number rests on: the rows of the tables behind each estimate of a main specification, in a
form for a page.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ..estimates import Rows

MIME = "application/vnd.ca-research.trace+json"
"""MIME type under which a notebook emits the traces of its criteria, beside its verdicts."""

ROWS = 30
"""Rows of an estimate that a page shows; `rows` of the trace says how many there are."""

_TEXT = 160  # characters of a cell
_PLUMBING = {"is_aggregate", "known_on", "source_row"}


def trace(
    criterion: str,
    choices: Mapping[str, Any],
    found: Sequence[Mapping[str, Any]],
    tables: Sequence[Table] = (),
) -> dict[str, Any]:
    """JSON-ready trace of one criterion: its choices, and for each economy the first ROWS rows used
    and their number.

    found: the estimates of the main specification, with `rows`. tables: those that the measure was
    given; a measure may hand on the keys of its rows alone, and these give back the figures.
    """
    cells = [
        {"economy": economy, "n": len(rows), **_shown(_whole(rows.frame, tables))}
        for economy, rows in ((row["economy"], row["rows"]) for row in found)
        if isinstance(rows, Rows)
    ]
    kept = {name: _cell(value) for name, value in choices.items()}  # a date as JSON has it
    return {"criterion": criterion, "choices": kept, "cells": cells}


Cell = tuple[Any, ...]
"""What a row says in some columns."""


class Table:
    """A table of which rows are found by what they say; its sources are told apart once."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame

    def rows(self, keys: Sequence[str], wanted: Collection[Cell]) -> pd.DataFrame | None:
        """The rows that say in the columns `keys`, of which one is source_id, what is wanted; None
        where these are not as many.
        """
        asked = {key: {cell[at] for cell in wanted} for at, key in enumerate(keys)}
        none = np.array([], dtype=int)
        near = np.concatenate([self._of_source.get(s, none) for s in asked["source_id"]] or [none])
        for key, values in asked.items():
            if len(near) > _MANY and None not in values:
                near = near[self.frame[key].take(near).isin(values).to_numpy(bool)]
        said = zip(near, _cells(self.frame, keys, near), strict=True)
        places = [place for place, cell in said if cell in wanted]
        if len(places) != len(wanted):
            return None
        return self.frame.take(sorted(places)).reset_index(drop=True)

    @cached_property
    def _of_source(self) -> dict[Any, np.ndarray]:
        return dict(self.frame.groupby("source_id", sort=False).indices)


_MANY = 500
"""Rows that are looked at one by one as quickly as a column is searched."""


def _cells(rows: pd.DataFrame, keys: Sequence[str], places: np.ndarray) -> list[Cell]:
    columns = [rows[key].take(places) for key in keys]
    return list(zip(*(_values(column) for column in columns), strict=True))


def _values(column: pd.Series) -> list[Any]:
    """With None for what is missing, which is equal to itself."""
    values: list[Any] = column.tolist()
    return [None if pd.isna(v) else v for v in values] if column.hasnans else values


def _whole(rows: pd.DataFrame, tables: Sequence[Table]) -> pd.DataFrame:
    """The rows as they stand in the table that they are of; as they are where no table has just
    these.
    """
    for table in tables:
        keys = [c for c in rows.columns if c in table.frame.columns]
        if "source_id" in keys and len(keys) >= 3:
            wanted = set(_cells(rows, keys, np.arange(len(rows))))
            if (full := table.rows(keys, wanted)) is not None:
                return full
    return rows


def _shown(rows: pd.DataFrame) -> dict[str, Any]:
    kept = rows[[c for c in rows.columns if c not in _PLUMBING and not rows[c].isna().all()]].head(
        ROWS
    )
    last = [c for c in ("source_id",) if c in kept]
    kept = kept[[*(c for c in kept.columns if c not in last), *last]]
    cells = [[_cell(value) for value in row] for row in kept.itertuples(index=False)]
    return {"columns": [str(c) for c in kept.columns], "rows": cells}


def _cell(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return ", ".join(map(str, value))  # whole: half an id would be no id
    if pd.isna(value):
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)) or hasattr(value, "item"):
        number = value.item() if hasattr(value, "item") else value
        return float(f"{number:.10g}") if isinstance(number, float) else number
    text = str(value)
    return text if len(text) <= _TEXT else text[: _TEXT - 1] + "…"
