"""What lies in a frame, in one table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from .. import registry
from ..estimates.units import column_units, dollars, heading
from ..ground.numbers import NOTHING, number
from ..registry.words import cell_words
from ..stats.frames import alike, origin, require, require_some
from .frame import scaled
from .table import PaperTable, ids_of, sourced

KIND = ("unit", "price_basis", "currency")
"""Columns that say what a figure is: figures of two kinds have no mean."""


def summary_table(
    frame: pd.DataFrame,
    columns: Sequence[str] | None = None,
    *,
    by: str | Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
    caption: str = "Summary statistics",
    note: str = "",
    data: pd.DataFrame | str | Iterable[str] | None = None,
) -> PaperTable:
    """Number, mean, spread and range of each column, as a paper prints them.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows of a table, or any others.
    columns : sequence of str, optional
        Columns of numbers; by default those of the frame without years.
    by : str or sequence of str
        Columns whose values each have a part of the table. A column ``unit`` always tells rows
        apart: figures of two units have no mean. It is the unit of columns that the tables say so
        of, such as ``value``, and of the only figures of a frame.
    labels : mapping of str to str, optional
        Words for columns and for values of `by`; where one is missing, those of the
        project.
    caption : str
        Above the table.
    note : str
        Below it, before the sources.
    data : pandas.DataFrame, str or iterable of str, optional
        What the figures come from, where the frame does not say it.

    Returns
    -------
    PaperTable
        One row per column, part and unit: ``n`` (figures), ``missing`` (rows without one), mean,
        standard deviation (with n - 1; none of a single figure), least, median and greatest, in the
        unit that stands beside the label where it is known; in millions of it where the greatest is
        beyond a thousand of them, of a unit in thousands in billions, and so on.

    Raises
    ------
    UnknownNameError
        A column that the frame has not.
    UsageError
        A column that holds text, dates or anything else than numbers, or infinite ones.
    MixedUnitsError
        Several price bases or currencies in one row of the table.
    CoverageError
        The frame has no row, or no column of numbers.

    Examples
    --------
    >>> import ca_research as ca
    >>> rows = ca.load("macro", indicator="SP.POP.TOTL", economy=["KAZ", "KGZ"], year=2015,
    ...                source="DATASETS_POP")
    >>> table = summary_table(rows, ["value"], by="economy", labels={"value": "Population"})
    >>> table.to_frame()["mean"].droplevel(1).to_dict()
    {'Kazakhstan': '18,084,169', 'Kyrgyzstan': '6,040,036'}
    """
    parts = [by] if isinstance(by, str) else list(by)
    require(frame, columns or (), keys=parts)
    require_some(frame, "row")
    chosen = list(columns or _figures(frame))
    require_some(chosen, "column of numbers", "name them, or convert them: pd.to_numeric")
    group = [*parts, *(["unit"] if "unit" in frame and "unit" not in parts else [])]
    alike(frame, [c for c in KIND if c not in group], group)
    words = labels or {}
    known = column_units(frame, frame)
    units = {column: known.get(column) or _unit(column) for column in chosen}
    lone = _figures(frame)[1:] == []
    several = "unit" in frame and frame["unit"].nunique(dropna=False) > 1
    lines = []
    for told_apart, rows in frame.groupby(group, dropna=False) if group else [((), frame)]:
        key = dict(zip(group, told_apart, strict=True))
        part = ", ".join(words.get(str(key[c])) or cell_words(c, str(key[c])) for c in parts)
        of_rows = str(key["unit"]) if "unit" in key and not pd.isna(key["unit"]) else ""
        for column in chosen:
            label = words.get(column) or heading(column)
            unit = units[column]
            if unit is None or (not unit and lone):
                unit = of_rows
            elif several:
                label += f", rows in {of_rows}" if of_rows else ", rows without a unit"
            unit = unit if unit != "USD" else dollars(rows)
            values, unit = scaled(rows, column, unit)
            label += f" ({unit})" * bool(unit)
            lines.append({"part": part, "row": label, **_line(values)})
    cells = pd.DataFrame(lines).set_index(["part", "row"])
    ids = origin(frame) if data is None else ids_of(data)
    return sourced(cells, caption, [note], ids, _named=bool(parts))


def _figures(frame: pd.DataFrame) -> list[str]:
    return [c for c in frame.select_dtypes("number", exclude="timedelta") if c != "year"]


def _unit(column: str) -> str | None:
    """The unit that all tables with a column of this name give it; None where their rows say it, ''
    where tables differ, or none has the column.
    """
    held = [t.columns[column].unit or "" for t in registry.tables().values() if column in t.columns]
    units = {unit.partition(";")[0] for unit in held}
    one = units.pop() if len(units) == 1 else ""
    return None if one == "see column unit" else one


def _line(values: np.ndarray) -> dict[str, str]:
    figures = pd.Series(values)
    known = figures.agg(["mean", "std", "min", "median", "max"]).rename({"std": "sd"})
    counts = {"n": f"{figures.count():,}", "missing": f"{figures.isna().sum():,}"}
    return counts | known.map(lambda v: NOTHING if pd.isna(v) else number(float(v))).to_dict()
