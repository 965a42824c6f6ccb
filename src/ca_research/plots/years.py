"""One number a year, as bars."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from . import style
from .needs import by_year, needs
from .panels import mark, multiples, the_five_first


@needs("rows", "year", "{value}")
def year_bars(
    rows: pd.DataFrame, value: str, *, by: str = "", colour: str = style.HIGHLIGHT
) -> Figure:
    """A bar for each year, in a panel for each economy on a scale of its own.

    The largest bar of a panel carries its figure; a year that was not reported is left free, and
    one with nothing has a ring.

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
    parts = {e: rows[rows[by] == e] for e in the_five_first(rows[by])} if by else {"": rows}

    def draw(ax: Axes, _: str, part: pd.DataFrame) -> None:
        yearly = by_year(part, value).dropna()
        ax.bar(yearly.index, yearly, color=colour, width=0.75)
        for year in yearly.index[yearly == 0]:
            mark(ax, year, 0, colour, hollow=True, size=25)
        top = yearly.idxmax()
        words = f"{yearly[top]:.{1 if by else 0}f}"
        ax.text(top, yearly[top], words, ha="center", va="bottom")
        ax.set_yticks([])

    return multiples(parts, draw, column=by, alike=False)
