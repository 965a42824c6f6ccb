"""One number a year, as bars."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from ..ground import economies as eco
from . import style
from .marks import mark
from .needs import by_year, needs
from .panels import the_five_first, year_axis
from .pen import tight


@needs("rows", "year", "{value}")
def year_bars(
    rows: pd.DataFrame, value: str, *, by: str = "", colour: str = style.HIGHLIGHT
) -> Figure:
    """A bar for each year, in a row for each economy on a scale of its own.

    The largest bar of a row carries its figure; a year that was not reported is left free, and one
    with nothing has a ring. As wide as a phone where there are several rows.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``year``, `value`, and economies in the column `by`.
    value, by : str
        Columns; without `by` all rows are of one.
    colour : str
        Of the bars.

    Returns
    -------
    matplotlib.figure.Figure
    """
    codes = the_five_first(rows[by]) if by else [""]
    count = max(len(codes), 1)
    size = (style.PHONE, 0.3 + 0.85 * count) if by else (style.WIDE, 2.2)
    with style.context():
        figure, grid = plt.subplots(count, 1, figsize=size, sharex=True, squeeze=False)
        for ax, code in zip(grid.flat, codes, strict=False):
            yearly = by_year(rows[rows[by] == code] if by else rows, value).dropna()
            ax.bar(yearly.index.astype(int), yearly, color=colour, width=0.75)
            for year in yearly.index[yearly == 0]:
                mark(ax, int(year), 0, colour, depth=1.0, hollow=True, size=25)
            top = yearly.idxmax()
            look = {"ha": "center", "va": "bottom", "fontsize": style.TICK}
            ax.text(int(top), yearly[top], f"{yearly[top]:.{1 if by else 0}f}", **look)
            ax.set_ylim(0, 1.3 * max(float(yearly[top]), 1e-9))
            ax.set_yticks([])
            ax.set_title(eco.name_of(code) if code else "")
            style.bare(ax, x=False, y=False)
        year_axis(grid.flat[-1], 5 if by else 9)
        tight(figure, h_pad=0.6)
    return figure
