"""Frames as a notebook shows them: numbers as they are read, units over them, sources below."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
import pandas as pd

from .. import registry
from ..ground.display import is_year
from ..ground.numbers import NOTHING, number

ROWS = 12
"""Rows that are shown of a long frame: half from its beginning, half from its end."""


def ours(frame: pd.DataFrame) -> bool:
    """Whether a frame is one of the library's: loaded rows, or what a measure gave."""
    return frame.attrs.get("table") in registry.tables() or bool(getattr(frame, "measure", None))


def frame_html(frame: pd.DataFrame) -> str:
    """A frame as a small table; text of the reader's data is escaped."""
    units = _units(frame)
    shown, gap = frame, None
    if len(frame) > ROWS:
        shown = pd.concat([frame.head(ROWS // 2), frame.tail(ROWS // 2)])
        gap = ROWS // 2
    heads = "".join(f"<th>{_head(str(c), units.get(c))}</th>" for c in frame.columns)
    names = [str(c) for c in shown.columns]
    lines = [_row(names, row) for row in shown.itertuples(index=False, name=None)]
    if gap is not None:
        lines.insert(
            gap, f'<tr><td colspan="{len(frame.columns)}" style="text-align: center">⋮</td></tr>'
        )
    size = f"{len(frame):,} row{'' if len(frame) == 1 else 's'}"
    return (
        f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
        f"<p><small>{size}{_origin(frame)}</small></p>"
    )


def _row(names: list[str], row: tuple[Any, ...]) -> str:
    cells = (f"<td>{_cell(name, value)}</td>" for name, value in zip(names, row, strict=True))
    return f"<tr>{''.join(cells)}</tr>"


def _units(frame: pd.DataFrame) -> dict[Any, str]:
    """Units of the columns of a loaded table, as the registry declares them."""
    name = frame.attrs.get("table")
    if name not in registry.tables():
        return {}
    declared = registry.table(name).columns
    return {c: declared[c].unit or "" for c in frame.columns if c in declared}


def _head(column: str, unit: str | None) -> str:
    return escape(column) + (f"<br><small>{escape(unit)}</small>" if unit else "")


def _cell(column: str, value: Any) -> str:
    if isinstance(value, (tuple, list)):
        return escape(", ".join(map(str, value)))
    if value is None or value is pd.NaT or (not isinstance(value, str) and pd.isna(value)):
        return NOTHING
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return escape(str(value))
    if is_year(column) and float(value).is_integer():
        return str(int(value))
    return number(value)


def _origin(frame: pd.DataFrame) -> str:
    day = frame.attrs.get("as_of")
    return f" · as of {escape(day)}" if day and day != "latest" else ""
