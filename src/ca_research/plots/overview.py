"""The register at a glance: every entry in the cell of its theme and its verdict."""

from __future__ import annotations

import math
import textwrap

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from ..ground.errors import UnknownNameError
from ..registry import VERDICTS
from . import style
from .narrow import redrawn
from .needs import needs

_ACROSS = 3  # ids beside each other in one cell
_LINE, _GAP, _HEAD = (
    0.21,
    0.17,
    0.72,
)  # inches: a line of ids, the room around a theme's rule, the heads of the columns


@redrawn
@needs("glance", "claim", "theme", "verdict", "fragile", like="claims.overview.table", empty=True)
def verdict_matrix(glance: pd.DataFrame) -> Figure:
    """Claims by theme (rows) and verdict (columns), each by its id.

    A fragile one is underlined.

    Parameters
    ----------
    glance : pandas.DataFrame
        As from `claims.overview.table`: ``claim``, ``theme``, ``verdict``, ``fragile``.

    Returns
    -------
    matplotlib.figure.Figure
        The register at a glance.

    Raises
    ------
    UsageError
        A column is not there.
    UnknownNameError
        A verdict that is none of the five.

    Examples
    --------
    >>> glance = pd.DataFrame({"claim": ["X01", "X02"], "theme": ["trade", "people"],
    ...                        "verdict": ["supported", "contradicted"], "fragile": [True, False]})
    >>> figure = verdict_matrix(glance)
    >>> [text.get_text() for text in figure.axes[0].texts][-4:]
    ['trade', 'X01', 'people', 'X02']
    """
    if odd := sorted(set(glance["verdict"]) - set(VERDICTS)):
        raise UnknownNameError("verdict", odd[0], VERDICTS)
    if style.wide() < style.WIDE:
        return _verdict_list(glance)
    themes = list(dict.fromkeys(glance["theme"]))
    cells = {key: part for key, part in glance.groupby(["theme", "verdict"])}
    lines = {
        t: max(
            [math.ceil(len(p) / _ACROSS) for (theme, _), p in cells.items() if theme == t] or [1]
        )
        for t in themes
    }
    height = _HEAD + _LINE * sum(lines.values()) + _GAP * len(themes) + 0.05
    left = 0.1 + 0.085 * max(map(len, themes), default=8)  # inches
    column = (style.WIDE - left) / len(VERDICTS)
    with style.context():
        figure = plt.figure(figsize=(style.WIDE, height))
        ax = figure.add_axes((0, 0, 1, 1))
        ax.set_xlim(0, style.WIDE)
        ax.set_ylim(height, 0)
        ax.axis("off")
        for i, word in enumerate(VERDICTS):
            count = int((glance["verdict"] == word).sum())
            head = f"{textwrap.fill(word, 14)}\n{count}"
            ax.text(
                left + i * column,
                _HEAD - 0.1,
                head,
                color=style.VERDICT[word],
                fontsize=style.LABEL,
                va="bottom",
            )
        top = _HEAD
        for theme in themes:
            ax.plot([0, style.WIDE], [top, top], color=style.GRID, linewidth=0.8)
            first = top + _GAP / 2 + _LINE / 2
            ax.text(0, first, theme, va="center", fontsize=style.LABEL)
            for i, word in enumerate(VERDICTS):
                for position, row in enumerate(
                    cells.get((theme, word), glance.iloc[:0]).itertuples()
                ):
                    x = left + i * column + (position % _ACROSS) * 0.38
                    y = first + (position // _ACROSS) * _LINE
                    ax.text(
                        x,
                        y,
                        row.claim,
                        color=style.VERDICT[word],
                        fontsize=style.LABEL,
                        fontweight="bold",
                        va="center",
                    )
                    if row.fragile:
                        ax.plot(
                            [x, x + 0.27], [y + 0.085] * 2, color=style.VERDICT[word], linewidth=1.4
                        )
            top += lines[theme] * _LINE + _GAP
    return figure


def _verdict_list(glance: pd.DataFrame) -> Figure:
    """The same in one column: of each theme the verdicts of its entries, each with their ids."""
    at, across, lines = 0.0, 5, []
    for theme, of_theme in glance.groupby("theme", sort=False):
        lines.append((at + _LINE / 2, 0.0, str(theme), style.INK, False))
        at += _LINE
        for word in (w for w in VERDICTS if (of_theme["verdict"] == w).any()):
            colour = style.VERDICT[word]
            lines.append((at + _LINE / 2, 0.1, word, colour, False))
            part = of_theme[of_theme["verdict"] == word]
            for place, row in enumerate(part.itertuples()):
                y, x = at + (place // across + 0.5) * _LINE, 1.55 + place % across * 0.37
                lines.append((y, x, str(row.claim), colour, bool(row.fragile)))
            at += _LINE * math.ceil(len(part) / across)
        at += _GAP
    at = max(at, _LINE)  # of no entry: room for a line
    with style.context():
        figure = plt.figure(figsize=(style.wide(), at))
        ax = figure.add_axes((0, 0, 1, 1))
        ax.set(xlim=(0, style.wide()), ylim=(at, 0))
        ax.axis("off")
        for y, x, words, colour, fragile in lines:
            weight = "bold" if x > 1 or not x else "normal"
            ax.text(x, y, words, color=colour, fontweight=weight, va="center", fontsize=style.LABEL)
            if fragile:
                ax.plot([x, x + 0.27], [y + 0.085] * 2, color=colour, linewidth=1.4)
    return figure
