"""A grid of boxes: what is to be said of each row in each column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap

from . import style


def draw_grid(ax: Axes, cells: pd.DataFrame, row: str, column: str, palette: Sequence[str]) -> Axes:
    """A box with its `words` for each `row` and `column` of a tidy frame, as they first come.

    palette: colours, to which the numbers in `shade` point; a box without a shade is blank.
    """
    import seaborn as sns  # as long to import as all else

    boxes = cells.drop_duplicates([row, column], keep="last").set_index([row, column])
    order = {"index": cells[row].unique(), "columns": cells[column].unique()}
    shades, words = (boxes[name].unstack().reindex(**order) for name in ("shade", "words"))
    look = {"cmap": ListedColormap(palette), "vmin": 0, "vmax": len(palette) - 1, "cbar": False}
    look |= {"linewidths": 1, "linecolor": style.PAPER, "fmt": ""}
    sns.heatmap(shades.astype(float), annot=words, ax=ax, **look)
    for text in ax.texts:  # in colours that a dark page knows
        text.set_color(style.PAPER if text.get_color() == "w" else style.INK)
    ax.tick_params(labeltop=True, labelbottom=False, length=0)
    heads = cells[column].str.split("\n").str[0].drop_duplicates().str.len()
    if heads.sum() * 0.55 * style.scaled(style.TICK) > 44 * style.wide():  # they would meet
        upright: dict[str, Any] = {"rotation_mode": "anchor", "ha": "left", "va": "center"}
        ax.set_xticks(ax.get_xticks(), labels=order["columns"], rotation=90, **upright)
    ax.tick_params(axis="y", labelrotation=0)
    ax.set(xlabel="", ylabel="")
    style.bare(ax, x=False, y=False)
    return ax
