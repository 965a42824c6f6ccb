"""Any frame as a table: names for codes, units in the heads, sources beneath."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from .. import registry
from ..estimates.units import (
    PERCENT,
    column_units,
    head,
    heading,
    is_fraction,
    millions,
    raw,
    tells_apart,
    upper,
)
from ..ground.display import is_year
from ..ground.numbers import NOTHING, fixed, number
from ..ground.source_columns import source_columns
from ..registry.words import cell_words
from ..stats.columns import floats
from ..stats.contract import one_figure_per_cell
from ..stats.frames import origin, require, require_some
from ..stats.measured import measure_of
from ..stats.result import Result
from .table import PaperTable, ids_of, sourced

LARGE = 1e9
"""From here a column is told in millions of its unit: ten digits are not read."""


def table(
    frame: pd.DataFrame | Result,
    columns: Sequence[str] | None = None,
    *,
    across: str = "",
    labels: Mapping[str, str] | None = None,
    caption: str = "",
    note: str = "",
    data: pd.DataFrame | str | Iterable[str] | None = None,
) -> PaperTable:
    """Any frame of the library as a paper prints it.

    Parameters
    ----------
    frame : pandas.DataFrame or Result
        Rows of a table, what a measure gave, any choice of its rows, or a frame of one's own.
    columns : sequence of str, optional
        Columns to show, the first of them at the left; by default those that are not the same in
        all rows. What all rows have in common stands below the table.
    across : str, optional
        A column, such as 'year', whose values stand beside each other.
    labels : mapping of str to str, optional
        Words for columns and for codes; where one is missing, those of the project.
    caption : str
        Above the table; by default what the measure or the table is called.
    note : str
        Below it, before the sources.
    data : pandas.DataFrame, str or iterable of str, optional
        What the figures come from, where the frame does not say it.

    Returns
    -------
    PaperTable
        A row for each row of the frame, in its order. Units and price base stand in the heads while
        figures are those that were loaded or measured; fractions are in per cent, and amounts in
        millions where one is beyond a thousand of them. A column has as many decimals in all rows.

    Raises
    ------
    UnknownNameError
        A column that the frame has not.
    UsageError
        No frame, or two figures for one place.
    CoverageError
        The frame has no row.

    Examples
    --------
    >>> import ca_research as ca
    >>> rows = ca.load("trade", reporter="KGZ", source="KGZ_NSC", flow="import", aggregates=False,
    ...                since=2022, until=2023)
    >>> shares = ca.trade.partner_shares(rows)
    >>> shares = shares[shares["partner"].isin(["CHN", "RUS"])]
    >>> shown = table(shares, ["partner", "share"], across="year").to_frame()
    >>> shown.columns.tolist(), shown.loc[("", "China")].tolist()
    ([('Share (%)', '2022'), ('Share (%)', '2023')], ['41.5', '43.4'])
    """
    given = frame.to_frame() if isinstance(frame, Result) else frame
    rows = require(given, ())
    rows = rows if rows.index.names == [None] else rows.reset_index()
    require(rows, columns or (), keys=[across] if across else ())
    require_some(rows, "row")
    own, units = _own(rows), column_units(given, rows)
    common = [c for c in own if len(rows) > 1 and rows[c].nunique(dropna=False) == 1]
    shown = list(columns or [c for c in own if c not in common] or own)
    kept = dict.fromkeys([*shown, *common, *filter(None, [across])])
    written = {c: _column(rows, c, units.get(c, ""), labels or {}) for c in kept}
    cells = pd.DataFrame({c: texts for c, (_, texts) in written.items()})
    heads = {c: words for c, (words, _) in written.items()}
    said = [c for c in common if c not in (*shown, across) and _says(rows[c])]
    told = ", ".join(f"{head(c)} {cells[c].iloc[0]}" for c in said)
    body = cells[shown]
    if across:
        body = _beside(rows, cells, across, [c for c in shown if c != across])
        body.columns = body.columns.map(lambda c: (heads[c[0]], c[1]))
    else:
        body = body.rename(columns=heads)
    index = pd.MultiIndex.from_product([[""], body.iloc[:, 0]], names=["part", "row"])
    notes = (f"In each row: {told}." * bool(told), note)
    own_ids = getattr(frame, "sources", ()) if given is not frame else origin(given)
    ids = ids_of(data) if data is not None else tuple(own_ids)
    return sourced(body.iloc[:, 1:].set_axis(index), caption or _called(frame), notes, ids)


def _called(frame: pd.DataFrame | Result) -> str:
    """What a result, a measure or a table is called."""
    if isinstance(frame, Result):
        return frame.caption().partition(":")[0]
    measure = measure_of(frame)[0].partition(".")[2].replace("_", " ")
    return registry.table(raw(frame)).title if raw(frame) else upper(measure) or "Table"


def _says(column: pd.Series) -> bool:
    """Whether what all rows have in common is said below the table."""
    name = str(column.name)
    return tells_apart(column) or is_year(name) or name in ("valuation", "scope")


def _own(rows: pd.DataFrame) -> list[str]:
    """Columns that a reader would see: none of sources, of a table those that it declares."""
    kept = registry.table(raw(rows)).columns if raw(rows) else rows.columns
    held = [c for c in rows if c in kept and c not in source_columns(rows.columns)]
    return [c for c in held if rows[c].map(pd.api.types.is_scalar).all()]


def _counts(column: pd.Series) -> bool:
    """Whether a column holds figures, and not what tells rows apart."""
    kind = column.infer_objects().dtype
    figures = pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind)
    return figures and not is_year(str(column.name))


def _column(
    frame: pd.DataFrame, name: str, unit: str, labels: Mapping[str, str]
) -> tuple[str, pd.Series]:
    """Head and cells of a column as a reader sees them."""
    column = frame[name]
    words = labels.get(name) or heading(name)
    if not _counts(column):
        return words, column.map(lambda value: _text(name, value, labels))
    values, unit = scaled(frame, name, unit)
    texts = pd.Series(_figures(values, unit), column.index)
    return (f"{words} ({unit})" if unit else words), texts


def scaled(frame: pd.DataFrame, column: str, unit: str) -> tuple[np.ndarray, str]:
    """Figures and their unit as they are read: fractions in per cent, large ones in millions."""
    values = floats(frame[column], column)
    if is_fraction(frame, unit):
        return 100 * values, unit
    if unit and np.nanmax(np.abs(values), initial=0) >= LARGE:
        return values / 1e6, millions(unit)
    return values, unit


def _text(column: str, value: Any, labels: Mapping[str, str]) -> str:
    if pd.isna(value):
        return NOTHING
    text = str(int(value)) if isinstance(value, (float, np.floating)) else str(value)
    return labels.get(text) or cell_words(column, text)


def _figures(values: np.ndarray, unit: str) -> list[str]:
    """Figures with as many decimals in all rows: three digits of the largest, of per cent one
    decimal at most; none where all are whole.
    """
    known = np.abs(values[~np.isnan(values)])
    digits = 2 - int(np.floor(np.log10(known.max()))) if known.any() else 0
    digits = min(max(digits, 0), 1 if unit.startswith(PERCENT) else 3)
    digits *= not (known % 1 == 0).all()
    texts = [NOTHING if np.isnan(v) else fixed(v, digits) for v in values]
    return [
        number(float(v)) if v and not text.strip("0.\u2212") else text
        for v, text in zip(values, texts, strict=True)
    ]


def _beside(
    rows: pd.DataFrame, cells: pd.DataFrame, across: str, shown: Sequence[str]
) -> pd.DataFrame:
    """Figures of each value of a column beside each other, in the order of the rows."""
    keys = [c for c in shown if not _counts(rows[c])]
    one_figure_per_cell(rows, [*keys, across])
    parts = {
        beside: part.set_index(keys).drop(columns=across)
        for beside, part in cells[[*shown, across]].groupby(across, sort=False)
    }
    wide = pd.concat(parts, axis=1).fillna(NOTHING)
    figures = [c for c in shown if c not in keys]
    return wide.swaplevel(axis=1)[[(c, beside) for c in figures for beside in parts]].reset_index()
