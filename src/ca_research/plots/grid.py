"""A grid of boxes: what is to be said of each row in each column."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from textwrap import fill
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
    letter = 0.55 * style.scaled(style.TICK)  # about as wide as one is, in points
    names = letter * max(map(len, map(str, order["index"])))
    room = (72 * style.wide() - names) / len(order["columns"])
    if style.current().height:  # rows are as low as they must be
        words = words.map(lambda text: text.replace("\n", " "), na_action="ignore")
    words = words.map(partial(_broken, letters=int(room / letter)), na_action="ignore")
    look = {"cmap": ListedColormap(palette), "vmin": 0, "vmax": len(palette) - 1, "cbar": False}
    look |= {"linewidths": 1, "linecolor": style.PAPER, "fmt": ""}
    look |= dict.fromkeys(("xticklabels", "yticklabels"), True)  # of many, every one
    sns.heatmap(shades.astype(float), annot=words, ax=ax, **look)
    for text in ax.texts:  # in colours that a dark page knows
        text.set_color(style.PAPER if text.get_color() == "w" else style.INK)
    ax.tick_params(labeltop=True, labelbottom=False, length=0)
    heads = [max(map(len, str(head).split("\n"))) for head in order["columns"]]
    if any(letter * (1 + sum(two) / 2) > room for two in pairwise(heads)):  # they would meet
        upright: dict[str, Any] = {"rotation_mode": "anchor", "ha": "left", "va": "center"}
        ax.set_xticks(ax.get_xticks(), labels=order["columns"], rotation=90, **upright)
    ax.tick_params(axis="y", labelrotation=0)
    ax.set(xlabel="", ylabel="")
    style.bare(ax, x=False, y=False)
    return ax


def _broken(words: str, letters: int) -> str:
    """Words in lines of so many letters, where they are longer."""
    lines = words.split("\n")
    return "\n".join(fill(one, max(letters, 1), break_long_words=False) for one in lines)
