"""One visual language for every picture: ink, grid, colours by party, no decoration.

Their values stand in `ground.display`, since pages know them too; which power has which hue is
data (registry/article.yaml).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from ..ground.display import GRID as GRID
from ..ground.display import HIGHLIGHT as HIGHLIGHT
from ..ground.display import HUE
from ..ground.display import INK as INK
from ..ground.display import MUTED as MUTED
from ..ground.display import OTHER as OTHER
from ..ground.display import PAPER as PAPER
from ..ground.display import SECOND as SECOND
from ..ground.display import STATE as STATE
from ..registry import article

TICK, LABEL, TITLE = 8.5, 9.0, 10.0
"""Points: ticks, direct labels and notes; axis titles and names of rows; titles of panels. No other
size is used.
"""
WIDE, TALL = 8.2, 2.2
"""Inches: the widest figure (the column of a page) and the height of one row of small multiples."""
PHONE = 3.38
"""Inches: the widest figure on a phone, with the margin that an SVG has around it."""
_room = ContextVar("room", default=WIDE)
_letters = ContextVar("letters", default=TICK)
CLEAR = {"facecolor": PAPER, "edgecolor": "none", "pad": 1}
"""Box behind words that would cross a line."""
VERDICT = {
    "supported": STATE["holds"],
    "partly supported": STATE["mixed"],
    "contradicted": STATE["fails"],
    "not enough evidence": MUTED,
    "not testable": MUTED,
}


def wide() -> float:
    """Inches that a figure may take here: WIDE, or PHONE within `narrow()`."""
    return _room.get()


@contextmanager
def narrow() -> Iterator[None]:
    """Whatever is drawn within is for a phone."""
    token = _room.set(PHONE)
    try:
        yield
    finally:
        _room.reset(token)


@contextmanager
def letters(points: float) -> Iterator[None]:
    """Within, what TICK is elsewhere has so many points, and all else keeps its proportion."""
    token = _letters.set(points)
    try:
        with context():
            yield
    finally:
        _letters.reset(token)


def scaled(points: float) -> float:
    """A length that is right beside letters of TICK, in proportion to those of `letters()`."""
    return points * _letters.get() / TICK


def area(points: float) -> float:
    """As `scaled`, for the size of a scattered mark, which is an area."""
    return points * scaled(1) ** 2


def colour(code: str, other: str = OTHER) -> str:
    """Colour of an economy or aggregate: the hue that the article's entry gives it, else
    `other`.
    """
    hue = article().colours.get(code)
    return HUE[hue] if hue else other


def context() -> AbstractContextManager[Any]:
    """Matplotlib settings for one figure (never changed globally: a user's notebook keeps its
    own).
    """
    _backend()
    return mpl.rc_context(
        {
            "figure.facecolor": "none",
            "axes.facecolor": "none",
            "savefig.facecolor": "none",
            "figure.dpi": 100,
            "font.family": "sans-serif",
            "font.sans-serif": [
                "DejaVu Sans",
                "Verdana",
                "Arial",
            ],  # named at each word
            "font.size": scaled(TICK),
            "text.parse_math": False,  # a dollar sign in a name or a unit is a dollar sign
            "text.color": INK,
            "axes.labelcolor": MUTED,
            "axes.labelsize": scaled(LABEL),
            "figure.labelsize": scaled(LABEL),
            "xtick.labelsize": scaled(TICK),
            "ytick.labelsize": scaled(TICK),
            "axes.unicode_minus": True,
            "axes.edgecolor": GRID,
            "axes.titlesize": scaled(TITLE),
            "axes.titleweight": "bold",
            "axes.titlelocation": "left",
            "axes.titlepad": scaled(8),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "axes.axisbelow": True,
            "grid.color": GRID,
            "grid.linewidth": scaled(0.8),
            "xtick.color": MUTED,
            "ytick.color": MUTED,
            "xtick.major.size": 0,
            "ytick.major.size": 0,
            "lines.linewidth": scaled(2),
            "lines.markersize": scaled(6),
            "svg.fonttype": "none",
            "svg.hashsalt": "ca-research",
        }
    )


@cache
def _backend() -> None:
    """Load the backend once, outside of any context.

    Jupyter's turns interactive mode on when it is loaded. Within a context that would end with it,
    and no later figure of the user's would be shown.
    """
    plt.draw_if_interactive()


def bare(ax: Axes, *, x: bool = True, y: bool = True) -> None:
    """Grid only along the value axis; no frame."""
    ax.grid(x, axis="x")
    ax.grid(y, axis="y")
    for side in ax.spines.values():
        side.set_visible(False)
