"""Frames as a notebook and a terminal show them: numbers as they are read, units over them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from .. import registry
from ..estimates.units import column_units, is_fraction, table_of
from ..ground.arguments import how_many
from ..ground.display import is_year
from ..ground.numbers import NOTHING, first_few, number
from ..ground.source_columns import ids_of, source_columns
from ..registry.words import party
from ..stats.frames import require
from ..stats.measured import measure_of

OMITTED = "⋮"
"""Stands for rows that are not shown."""
LISTED = (tuple, list, np.ndarray)
"""What a cell may hold several things in."""


def ours(frame: pd.DataFrame) -> bool:
    """Whether a frame is one of the library's: loaded rows, or what a measure gave."""
    measure, _ = measure_of(frame)
    return bool(table_of(frame) or measure) and frame.columns.nlevels == 1


def frame_html(frame: pd.DataFrame, rows: int | None = None) -> str:
    """A frame as a small table, as `text` tells it; text of the reader's data is escaped."""
    require(frame, ())
    frame = _named(frame)
    return html_table(*_written(frame, rows)) + f"<p><small>{escape(_size(frame))}</small></p>"


def html_table(cells: pd.DataFrame, units: Sequence[str] = ()) -> str:
    """A table of words, in which nothing is markup; units stand below the names of columns."""
    heads = [cells.columns, units] if any(units) else [cells.columns]
    table = cells.set_axis(pd.MultiIndex.from_arrays(heads), axis=1)
    with pd.option_context("display.max_colwidth", None):
        return table.to_html(index=False, border=0, sparsify=False)


def text(frame: pd.DataFrame, *, rows: int | None = None) -> str:
    """A frame as it is read in a terminal.

    Units stand below names while figures are those that were loaded or measured; what is computed
    from them has none. Numbers have no exponents, and what all rows have in common is told once, at
    the end.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows of a table, what a measure gave, or any other.
    rows : int, optional
        Show so many of them at most; by default as many as pandas would: all up to its option
        ``display.max_rows``, of more ``display.min_rows``.

    Returns
    -------
    str
        Of a long frame its first and its last rows. Numbers that are not of a whole type are
        written by the option ``display.float_format`` where it is set.

    Raises
    ------
    UsageError
        `frame` is no frame, or `rows` no whole number above 0.

    Examples
    --------
    >>> import ca_research as ca
    >>> rows = ca.load("trade", reporter="KAZ", partner=["CHN", "RUS"], flow="export",
    ...                product="TOTAL", source="KAZ_BNS", year=2023)
    >>> print(ca.text(rows))
    partner       value_usd
                        USD
    CHN      14,666,158,300
    RUS      10,207,415,705
    2 rows, in each: reporter KAZ, year 2023, flow export, ...
    """
    require(frame, ())
    frame = _named(frame)
    labelled = with_index(frame, labels=True)
    columns, common = [], []
    shown, units = _written(frame, rows)
    for n, (name, unit) in enumerate(zip(map(str, shown), units, strict=True)):
        cells = [*shown.iloc[:, n]]
        column = labelled.iloc[:, n]
        alike = len(cells) > 1 and {*cells} <= {cells[0], OMITTED}
        if name and alike and column.map(str).nunique() == 1:
            common.append(f"{name} {cells[0]}")
            continue
        numeric = pd.api.types.is_numeric_dtype(column.infer_objects())
        width = max(map(len, (name, unit, *cells)))
        aligned = str.rjust if numeric else str.ljust
        columns.append([aligned(cell, width) for cell in (name, unit, *cells)])
    written = ["  ".join(line).rstrip() for line in zip(*columns, strict=True)]
    if len(written) > 1 and not written[1]:
        del written[1]  # no column has a unit
    size = _size(frame) + (f", in each: {', '.join(common)}" if common else "")
    return "\n".join([*written, size])


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    """Figures that are wanted with names for codes, and without their cells; else the frame."""
    if measure_of(frame)[0] != "wanted":
        return frame
    names = {code: party(code) for code in frame.get("economy", ()) if code}
    names |= {name: table.title for name, table in registry.tables().items()}
    return frame.drop(columns="cells", errors="ignore").replace(names)


def _written(frame: pd.DataFrame, rows: int | None) -> tuple[pd.DataFrame, list[str]]:
    """The rows that are shown as they are read, with a mark where others are left out; and the
    units of the columns; fractions are shown as they are.
    """
    labelled = with_index(frame, labels=True)
    shown = _shown(labelled, rows)
    units = column_units(frame, shown, name="USD")
    units = {c: unit for c, unit in units.items() if not is_fraction(frame, unit)}
    own = pd.get_option("display.float_format") or number

    def figure(column: str, value: float) -> str:
        if (is_year(column) or not column) and float(value).is_integer():  # labels: no amounts
            return str(int(value))
        return str(own(value)) if isinstance(value, float) else number(value)

    lines = [
        [cell_text(v, str, partial(figure, str(c))) for c, v in zip(shown, row, strict=True)]
        for row in shown.itertuples(index=False, name=None)
    ]
    if len(shown) < len(frame):
        lines.insert(len(shown) - len(shown) // 2, [OMITTED] * len(shown.columns))
    return pd.DataFrame(lines, columns=shown.columns), [units.get(c, "") for c in shown]


def cell_text(value: Any, words: Callable[[str], str], figure: Callable[[float], str]) -> str:
    """A cell as it is read; days have no hours, and what is missing is a dash."""
    if isinstance(value, LISTED):
        return ", ".join(words(str(one)) for one in value)
    if value is None or pd.isna(value):
        return NOTHING
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        value = value.date()
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return words(str(value))
    return figure(value)


def with_index(frame: pd.DataFrame, *, labels: bool = False) -> pd.DataFrame:
    """The frame with its index as first columns, but for one that only counts the rows, and for
    what stands in a column of the same name as well.

    labels: whether whole numbers without a name stand there too, unless they count from 0 to the
    last row. Who works with a frame needs them for `loc`, and they may be years; who reads a page
    does not see which rows were left out before.
    """
    twice = [name for name in frame.index.names if name in frame.columns]
    frame = frame.reset_index(twice, drop=True) if twice else frame
    index = frame.index
    counts = index.nlevels == 1 and index.name is None and pd.api.types.is_integer_dtype(index)
    if counts and (not labels or index.equals(pd.RangeIndex(len(index)))):
        return frame
    names = ["" if name is None else name for name in index.names]
    return frame.reset_index(names=names, allow_duplicates=True)


def _shown(frame: pd.DataFrame, rows: int | None) -> pd.DataFrame:
    """The rows that are shown: so many, else as many as the reader's options of pandas say; of a
    longer frame half from its beginning, half from its end.
    """
    if rows is None:
        most = pd.get_option("display.max_rows") or len(frame)
        some = min(most, pd.get_option("display.min_rows") or most)
    else:
        most = some = how_many("rows", rows)
    if len(frame) <= most:
        return frame
    return pd.concat([frame.head(some - some // 2), frame.tail(some // 2)])


def _size(frame: pd.DataFrame) -> str:
    day = frame.attrs.get("as_of")
    known = f" · as of {day}" if day and day != "latest" else ""
    held = set().union(*(ids_of(frame[name]) for name in source_columns(frame.columns)))
    made_up = sorted(s for s, entry in registry.sources().items() if s in held and entry.invented)
    mark = f" · invented figures: {first_few(made_up, 3)}" if made_up else ""
    return f"{len(frame):,} row{'' if len(frame) == 1 else 's'}{known}{mark}"
