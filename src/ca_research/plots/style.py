"""One visual language for every picture: ink, grid, colours by party, no decoration.

Their values stand in `ground.display`, since pages know them too; which power has which hue is
data (registry/article.yaml).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from itertools import cycle
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
MM = 25.4


@dataclass(frozen=True)
class Size:
    """Millimetres of a figure and points of its letters.

    Attributes
    ----------
    width : float
        In millimetres.
    letters : float
        Points of most of its words; titles are a little larger.
    height : float or None
        In millimetres; None where the picture takes what it needs.
    dpi : int
        Dots per inch of a PNG.

    Examples
    --------
    >>> SIZES["journal-single"].width
    90
    """

    width: float
    letters: float = TICK
    height: float | None = None
    dpi: int = 600


SIZES = {
    "page": Size(208, dpi=300),
    "phone": Size(86, dpi=300),
    "notebook": Size(150, dpi=300),
    "journal-single": Size(90, 7.5),
    "journal-double": Size(190, 8),
    "slide": Size(338.7, 20, 190.5, dpi=144),
}
"""The column of a page, a phone with the margin of an SVG, a notebook's cell, one and two columns
as Elsevier's journals ask for them, and a slide of 16 to 9.
"""
WIDE, TALL = SIZES["page"].width / MM, 2.2
"""Inches: the widest figure and the height of one row of small multiples."""
_room = ContextVar("room", default=SIZES["page"])
CLEAR = {"facecolor": PAPER, "edgecolor": "none", "pad": 1}
"""Box behind words that would cross a line."""
VERDICT = {
    "supported": STATE["holds"],
    "partly supported": STATE["mixed"],
    "contradicted": STATE["fails"],
    "not enough evidence": MUTED,
    "not testable": MUTED,
}


def current() -> Size:
    """The size that holds here: that of a page, or of the `room()` around."""
    return _room.get()


def wide() -> float:
    """Inches that a figure may take here."""
    return current().width / MM


@contextmanager
def room(size: Size) -> Iterator[None]:
    """Whatever is drawn within has this size: its width, and letters in proportion."""
    token = _room.set(size)
    try:
        with context():
            yield
    finally:
        _room.reset(token)


def scaled(points: float) -> float:
    """A length that is right beside letters of TICK, in proportion to those of the room."""
    return points * _room.get().letters / TICK


def area(points: float) -> float:
    """As `scaled`, for the size of a scattered mark, which is an area."""
    return points * scaled(1) ** 2


def colour(code: str, other: str = OTHER) -> str:
    """Colour of an economy or aggregate: the hue that the article's entry gives it, else
    `other`.
    """
    hue = article().colours.get(code)
    return HUE[hue] if hue else other


_HUES = (HIGHLIGHT, SECOND, INK, MUTED, *(HUE[name] for name in ("green", "purple", "ochre")))
"""Of lines that are no economy's."""


def palette(lines: Iterable[object]) -> dict[Any, str]:
    """A colour for each line: its economy's, where it has one, else one that is left."""
    own = {line: colour(str(line), "") for line in lines}
    left = cycle([hue for hue in _HUES if hue not in own.values()])
    return {line: hue or next(left) for line, hue in own.items()}


def context() -> AbstractContextManager[Any]:
    """Matplotlib settings for one figure (never changed globally: a user's notebook keeps its
    own).
    """
    _backend()
    look: Any = _STATIC | {name: scaled(value) for name, value in _SCALED.items()}
    return mpl.rc_context(look)


_LOOK = f"""figure.facecolor: none
axes.facecolor: none
savefig.facecolor: none
figure.dpi: 100
font.family: sans-serif
font.sans-serif: DejaVu Sans, Verdana, Arial
text.parse_math: False
text.color: {INK}
axes.labelcolor: {MUTED}
xtick.color: {MUTED}
ytick.color: {MUTED}
axes.unicode_minus: True
axes.edgecolor: {GRID}
axes.titleweight: bold
axes.titlelocation: left
axes.spines.top: False
axes.spines.right: False
axes.grid: True
axes.axisbelow: True
grid.color: {GRID}
xtick.major.size: 0
ytick.major.size: 0
svg.fonttype: none
svg.hashsalt: ca-research"""
"""How every picture looks, as in a style file. A dollar sign in a name or a unit is a dollar
sign, so nothing is read as mathematics."""
_STATIC: dict[str, Any] = dict(line.split(": ") for line in _LOOK.splitlines())
_SCALED = {"axes.titlepad": 8, "grid.linewidth": 0.8, "lines.linewidth": 2, "lines.markersize": 6}
_SCALED |= {"font.size": TICK, "xtick.labelsize": TICK, "ytick.labelsize": TICK}
_SCALED |= {"axes.labelsize": LABEL, "figure.labelsize": LABEL, "axes.titlesize": TITLE}
"""Points of lines and letters, in proportion to the room."""


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
