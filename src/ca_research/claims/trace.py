"""What a number rests on: the rows of the tables behind each estimate of a main specification, in a
form for a page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..estimates import Rows
from .verdict import digits

MIME = "application/vnd.ca-research.trace+json"
"""MIME type under which a notebook emits the traces of its criteria, beside its verdicts."""

ROWS = 30
"""Rows of an estimate that a page shows; `rows` of the trace says how many there are."""

_TEXT = 160  # characters of a cell
_PLUMBING = ["is_aggregate", "known_on", "source_row"]


def trace(
    criterion: str,
    choices: Mapping[str, Any],
    output: Sequence[Mapping[str, Any]],
    tables: Sequence[pd.DataFrame] = (),
) -> dict[str, Any]:
    """JSON-ready trace of one criterion: its choices, and for each economy the first ROWS rows used
    and their number.

    output: the estimates of the main specification, with `rows`. tables: those that the measure was
    given; a measure may hand on the keys of its rows alone, and these give back the figures.
    """
    cells = [
        {"economy": economy, "n": len(rows), **_shown(whole(rows.frame, tables))}
        for economy, rows in ((row["economy"], row["rows"]) for row in output)
        if isinstance(rows, Rows)
    ]
    kept = {name: _cell(value) for name, value in choices.items()}  # a date as JSON has it
    return {"criterion": criterion, "choices": kept, "cells": cells}


def whole(rows: pd.DataFrame, tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The rows as they stand in the table that they are of; as they are where no table has just
    these.
    """
    for table in tables:
        keys = [c for c in rows.columns if c in table.columns]
        if "source_id" not in keys or len(keys) < 3:
            continue
        wanted = rows[keys].drop_duplicates(ignore_index=True)
        near = np.arange(len(table))
        for key in keys:
            near = near[table[key].take(near).isin(wanted[key].tolist()).to_numpy(bool)]
        if len(near) >= len(wanted):
            full = table.take(near).merge(wanted, on=keys)
            if len(full) == len(wanted) and not full.duplicated(keys).any():
                return full
    return rows


def _shown(rows: pd.DataFrame) -> dict[str, Any]:
    """The first of the rows, without columns that are empty in all of them; their source last."""
    shown = rows.drop(columns=_PLUMBING, errors="ignore").dropna(axis=1, how="all").head(ROWS)
    if "source_id" in shown:
        shown["source_id"] = shown.pop("source_id")
    cells = shown.astype(object).itertuples(index=False, name=None)
    return {"columns": [*map(str, shown)], "rows": [[*map(_cell, row)] for row in cells]}


def _cell(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return ", ".join(map(str, value))  # whole: half an id would be no id
    value = value.item() if hasattr(value, "item") else value
    if pd.isna(value):
        return None
    if isinstance(value, (int, float)):
        return digits(value)
    text = str(value)
    return text if len(text) <= _TEXT else text[: _TEXT - 1] + "…"
