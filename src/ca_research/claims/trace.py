"""What a number rests on: the rows of the tables behind each estimate of a main specification, in a
form for a page.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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
        {"economy": economy, "n": len(rows), **_shown(whole(rows.frame, tables))}
        for economy, rows in ((row["economy"], row["rows"]) for row in found)
        if isinstance(rows, Rows)
    ]
    kept = {name: _cell(value) for name, value in choices.items()}  # a date as JSON has it
    return {"criterion": criterion, "choices": kept, "cells": cells}


Cell = tuple[Any, ...]
"""What a row says in some columns."""


class Table:
    """A table of which rows are found by what they say; a column is read once, as numbers."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame
        self._read: dict[str, tuple[np.ndarray, dict[Any, int]]] = {}

    def rows(self, keys: Sequence[str], wanted: Collection[Cell]) -> pd.DataFrame | None:
        """The rows that say in the columns `keys` what is wanted; None where each of it is not said
        by one row.
        """
        columns = [self._numbered(key) for key in keys]
        of_value = [numbers for _, numbers in columns]
        if any(v not in n for cell in wanted for n, v in zip(of_value, cell, strict=True)):
            return None
        asked = {tuple(n[v] for n, v in zip(of_value, cell, strict=True)) for cell in wanted}
        near = np.arange(len(self.frame))
        for at, (column, numbers) in enumerate(columns):
            said = np.zeros(len(numbers), dtype=bool)
            said[[cell[at] for cell in asked]] = True
            near = near[said[column[near]]]
        cells = [*zip(*(column[near].tolist() for column, _ in columns), strict=True)]
        places = [n for n, cell in zip(near.tolist(), cells, strict=True) if cell in asked]
        if len(places) != len(wanted) or asked.difference(cells):
            return None
        return self.frame.take(places).reset_index(drop=True)

    def _numbered(self, key: str) -> tuple[np.ndarray, dict[Any, int]]:
        """The number of each row's value, and of each value; None, for what is missing, is the
        last.
        """
        if key not in self._read:
            column, values = pd.factorize(self.frame[key])
            self._read[key] = column, {v: n for n, v in enumerate(values.tolist())} | {None: -1}
        return self._read[key]


def _cells(rows: pd.DataFrame, keys: Sequence[str]) -> list[Cell]:
    return list(zip(*(_values(rows[key]) for key in keys), strict=True))


def _values(column: pd.Series) -> list[Any]:
    """With None for what is missing, which is equal to itself."""
    values: list[Any] = column.tolist()
    return [None if pd.isna(v) else v for v in values] if column.hasnans else values


def whole(rows: pd.DataFrame, tables: Sequence[Table]) -> pd.DataFrame:
    """The rows as they stand in the table that they are of; as they are where no table has just
    these.
    """
    for table in tables:
        keys = [c for c in rows.columns if c in table.frame.columns]
        if "source_id" in keys and len(keys) >= 3:
            wanted = set(_cells(rows, keys))
            if (full := table.rows(keys, wanted)) is not None:
                return full
    return rows


def _shown(rows: pd.DataFrame) -> dict[str, Any]:
    """The first of the rows, without columns that are empty in all of them; their source last."""
    columns = {
        str(name): list(map(_cell, column.head(ROWS).tolist()))
        for name, column in rows.items()
        if name not in _PLUMBING and not column.isna().all()
    }
    if "source_id" in columns:
        columns["source_id"] = columns.pop("source_id")
    return {"columns": [*columns], "rows": list(map(list, zip(*columns.values(), strict=True)))}


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
