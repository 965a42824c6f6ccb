"""Small multiples of the five economies, all in one form: same scale, direct labels, no legend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..ground.numbers import fixed
from . import style
from .canvas import note
from .needs import by_year, chosen, needs
from .panels import bar_line, line, multiples, newest_words
from .show import telling


@needs("frame", "economy year {value}", cell="economy year", empty=True)
def economy_lines(
    frame: pd.DataFrame,
    *,
    economies: str | Sequence[str],
    value: str,
    unit: str,
    bars: Mapping[str, float] | None = None,
    mark: tuple[int, str] | None = None,
    digits: int = 0,
    empty: str = "not reported",
    beside: tuple[str, pd.DataFrame] | None = None,
) -> Figure:
    """One series per economy over the years, on one scale; the last value is printed.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``economy``, ``year`` and the column `value`. A gap in the years is a gap in the line.
    economies : str or sequence of str
        Codes or names; a panel for each, in this order, those without a figure as well.
    value : str
        The column drawn.
    unit : str
        Label of the scale.
    bars : mapping of str to float, optional
        Label and height of dashed lines, named in the first panel.
    mark : tuple of int and str, optional
        A year and what it is, as a vertical line where it is among the years drawn.
    digits : int
        Decimals of the last value.
    empty : str
        What stands in a panel without a figure.
    beside : tuple of str and pandas.DataFrame, optional
        Name and frame of a second series to compare with, grey and thin, named in the first panel.

    Returns
    -------
    matplotlib.figure.Figure
        Up to three panels a row.

    Raises
    ------
    UsageError
        A column is not there, an economy has two figures for a year, or nobody knows it.
    CoverageError
        No economy to draw.

    Examples
    --------
    >>> import pandas as pd
    >>> shares = pd.DataFrame({"economy": "KAZ", "year": [2022, 2023], "share": [17.8, 21.3]})
    >>> figure = economy_lines(shares, economies=["KAZ", "TKM"], value="share", unit="percent")
    >>> [text.get_text() for ax in figure.axes for text in ax.texts]
    ['21', 'not reported']
    """
    codes = chosen("economy", economies, frame["economy"])
    parts = {e: frame[frame["economy"] == e].dropna(subset=[value]) for e in codes}
    name, other = beside or ("", frame.iloc[:0])
    span = pd.concat([frame["year"], other["year"]])

    def draw(ax: Axes, economy: str, part: pd.DataFrame) -> None:
        first = economy == codes[0]
        also = by_year(other[other["economy"] == economy], value)
        line(ax, also, style.OTHER, name if first else "", linewidth=1.4)
        series = by_year(part, value)
        if len(series):
            line(ax, series, style.HIGHLIGHT, fixed(series.iloc[-1], digits), dots=True)
        for label, height in (bars or {}).items():
            bar_line(ax, height, upright=False)
            if first:
                coords = ("axes fraction", "data")
                note(ax, label, 0.01, height, (0, 6), xycoords=coords, bbox=style.CLEAR)
        if mark and span.min() <= mark[0] <= span.max():
            ax.axvline(mark[0], color=style.GRID, linewidth=1.4)
            if first:
                note(ax, mark[1], mark[0], 0.2, (3, 0), xycoords=("data", "axes fraction"))

    figure = multiples(parts, draw, column="economy", unit=unit, empty=empty)
    words = newest_words(frame, value, "economy", unit, lambda v: fixed(v, digits))
    return telling(figure, *words)
