"""The register at a glance: every entry in the cell of its theme and its verdict."""

from __future__ import annotations

import math
import textwrap

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from ..registry import VERDICTS
from . import style

_ACROSS = 3  # ids beside each other in one cell


def verdict_matrix(glance: pd.DataFrame) -> Figure:
    """Claims by theme (rows) and verdict (columns), each by its id; a fragile one is underlined.

    glance: columns claim, theme, verdict, fragile, as from `claims.overview.table`.
    """
    themes = list(dict.fromkeys(glance["theme"]))
    cells = {key: part for key, part in glance.groupby(["theme", "verdict"])}
    lines = {
        t: max([math.ceil(len(p) / _ACROSS) for (theme, _), p in cells.items() if theme == t] or [1]) for t in themes
    }
    with style.context():
        figure, ax = plt.subplots(figsize=(8.2, 0.9 + 0.26 * sum(lines.values()) + 0.16 * len(themes)))
        top = 0.0
        for theme in themes:
            ax.axhline(top - 0.35, color=style.GRID, linewidth=0.8)
            ax.text(-0.04, top + 0.15, theme, ha="right", va="center", fontsize=9.5)
            for column, word in enumerate(VERDICTS):
                for position, row in enumerate(cells.get((theme, word), glance.iloc[:0]).itertuples()):
                    x = column + 0.06 + (position % _ACROSS) * 0.3
                    y = top + 0.15 + position // _ACROSS
                    ax.text(x, y, row.claim, color=style.VERDICT[word], fontsize=9, fontweight="bold", va="center")
                    if row.fragile:
                        ax.plot([x, x + 0.17], [y + 0.36, y + 0.36], color=style.VERDICT[word], linewidth=1.4)
            top += lines[theme] + 0.6
        for column, word in enumerate(VERDICTS):
            count = int((glance["verdict"] == word).sum())
            ax.text(
                column + 0.06,
                -1.0,
                f"{textwrap.fill(word, 12)} ({count})",
                color=style.VERDICT[word],
                fontsize=9,
                va="center",
            )
        ax.set_xlim(-0.05, len(VERDICTS))
        ax.set_ylim(top, -1.7)
        style.bare(ax, x=False, y=False)
        ax.set_xticks([])
        ax.set_yticks([])
    return figure
