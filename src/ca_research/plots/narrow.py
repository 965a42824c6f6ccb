"""Pictures for a narrow screen: the same figure in one column, at the same size of letters.

What was drawn is laid out anew and not scaled: panels stand below each other, names of rows over
their rows, units above, notes below. A picture that has to be drawn otherwise says so with
`@redrawn` and asks `style.wide()` how much room it has.
"""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import ParamSpec

from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator

from . import style
from .pen import DPI, measured, pen, unlabelled

_GAP = 0.12
"""Inches between two panels, and between panels and what stands above or below them."""
_BESIDE = 0.36
"""Part of the width that names of rows may take beside them; longer ones stand over their rows."""
_NOTE = 0.66
"""Part of the width that words within a panel may take in one line."""
_MARGIN = 0.5
"""Part of the width that labels may take on one side of the panels at most."""
_MANY, _SMALL = 3, 1.25
"""More panels than this are at most so many inches high, or the picture would be long."""
_LETTER = 0.068
"""Inches that a letter of TICK size takes."""
_WIDEST = 1.2
"""Part of its size that no letter is wider than: words so few need not be measured."""
_NAME = "name of a row"
_BAR, _LINE = 0.2, 0.14
"""Inches: height of a bar under its name, and of a line of the name."""

Inputs = ParamSpec("Inputs")
Pads = tuple[float, float, float, float]


def redrawn(picture: Callable[Inputs, Figure]) -> Callable[Inputs, Figure]:
    """A picture that is drawn once more where it has to be narrow, and heeds `style.wide()`."""

    @functools.wraps(picture)
    def remembered(*args: Inputs.args, **kwargs: Inputs.kwargs) -> Figure:
        figure = picture(*args, **kwargs)
        figure.redraw = lambda: picture(*args, **kwargs)  # type: ignore[attr-defined]
        return figure

    return remembered


def name_rows(ax: Axes, names: Sequence[str], begin: Sequence[float]) -> None:
    """Write each name over the cells of its row, above where these begin."""
    ax.set_yticks([])
    for y, name in zip(begin, names, strict=True):
        words = textwrap.fill(name, _letters())
        ax.text(0.04, y - 0.03, words, va="bottom", color=style.INK, label=_NAME)


def lines_of_name(name: str) -> int:
    """How many lines a name takes over its row."""
    return len(textwrap.wrap(name, _letters()))


def _letters() -> int:
    return int(style.wide() / _LETTER)


def narrowed(figure: Figure) -> Figure | None:
    """The figure for a narrow screen; None where it has to stay as it is (a heat map).

    A figure that remembers how it was drawn is drawn anew and its copy returned; another is itself
    laid out anew.
    """
    again = getattr(figure, "redraw", None)
    with style.context(), style.narrow():
        if again:
            figure = again()
        elif any(isinstance(c, QuadMesh) for ax in figure.axes for c in ax.collections):
            return None
        with measured(figure):
            _lay_out(figure, style.wide())
    return figure


def _lay_out(figure: Figure, width: float) -> None:
    """Lay a figure out that the pen measures."""
    figure.set_layout_engine("none")
    panels = _in_order(figure)
    heights = [ax.get_position().height * figure.get_figheight() for ax in panels]
    if len(panels) > _MANY:
        heights = [min(height, _SMALL) for height in heights]
    figure.set_size_inches(width, figure.get_figheight())
    if not panels:  # a picture of nothing
        return
    _spread_labels(panels)
    words = _units(figure, panels), _notes(figure)
    for text in (*words[0], *words[1]):
        _wrap(text, width)
    beside, pads = (0.3, 0.1), [(0.0, 0.0, 0.0, 0.0)] * len(panels)
    for _ in range(2):  # what fits a line depends on the room, and that on the labels
        _stack(figure, panels, heights, beside, pads)
        stacked = [*heights]
        for i, ax in enumerate(panels):
            _titles(ax, beside[0], width)
            _words(ax, width)
            _ticks(ax)
            heights[i] = _aspect(ax, width - sum(beside)) or _names_over(ax, width, heights[i])
        pads = _pads(figure, panels)
        beside = _beside(figure, pads)
    if heights != stacked:  # what stands above and below does not vary with the width
        _stack(figure, panels, heights, beside, pads)
        pads = _pads(figure, panels)
    _stack(figure, panels, heights, beside, pads, words)
    for ax in panels:
        _titles(ax, beside[0], width)


def _inches(text: Text) -> float:
    return float(text.get_window_extent(pen()).width / DPI)


def _in_order(figure: Figure) -> list[Axes]:
    """Panels with something in them, as they are read; an empty place is dropped."""
    for ax in [a for a in figure.axes if not a.axison and not (a.has_data() or a.texts)]:
        ax.remove()

    def at(ax: Axes) -> tuple[float, float]:
        box = ax.get_position()
        return -round(box.y1, 2), box.x0

    return sorted(figure.axes, key=at)


def _spread_labels(panels: list[Axes]) -> None:
    """Give each panel the numbers, and the label of the x axis, that it shared with a neighbour."""
    if len(panels) < 2:
        return
    below: dict[float, str] = {}
    for ax in reversed(panels):
        column = round(ax.get_position().x0, 1)
        below.setdefault(column, ax.get_xlabel())
    columns = set(below.values())
    for ax in panels:
        if not ax.xaxis.get_tick_params().get("labeltop"):
            ax.tick_params(labelbottom=True)
        ax.tick_params(labelleft=True)
        if len(columns) > 1 and not ax.get_xlabel():
            ax.set_xlabel(below[round(ax.get_position().x0, 1)])


def _units(figure: Figure, panels: list[Axes]) -> list[Text]:
    """The label of the y axes as lines above the panels, where there is one for all of them."""
    said = [t for t in (getattr(figure, "_supylabel", None),) if t is not None]
    labels = {ax.get_ylabel() for ax in panels} - {""}
    if len(labels) == 1 and not said:
        said = [figure.text(0, 1, labels.pop(), color=style.MUTED, fontsize=style.LABEL)]
        for ax in panels:
            ax.set_ylabel("")
    for text in said:
        text.set(rotation=0, ha="left", va="top")
    return said


def _notes(figure: Figure) -> list[Text]:
    """Words of the figure as a whole that are no unit: they stand below the panels."""
    unit = getattr(figure, "_supylabel", None)
    notes = [t for t in figure.texts if t is not unit and t.get_position()[1] < 0.5]
    for text in notes:
        text.set(ha="left", va="top")
    return notes


def _wrap(text: Text, inches: float) -> None:
    words = text.get_text()
    most = max(map(len, words.splitlines()), default=0)
    if most * _WIDEST * float(text.get_fontsize()) / 72 <= inches:
        return
    if (long := _inches(text)) > inches:
        whole = " ".join(words.split())
        letters = most * inches / long
        text.set_text(textwrap.fill(whole, max(int(letters), 8)))


def _pads(figure: Figure, panels: list[Axes]) -> list[Pads]:
    """What stands left of each panel, right of it, above and below, in inches; dear to measure."""
    pads = []
    with unlabelled(figure):
        for ax in panels:
            ax.apply_aspect()
            frame, box = ax.get_window_extent(pen()), ax.get_tightbbox(pen())
            assert box is not None
            around = (frame.x0 - box.x0, box.x1 - frame.x1, box.y1 - frame.y1, frame.y0 - box.y0)
            left, right, top, bottom = (max(float(p) / DPI, 0.0) for p in around)
            pads.append((left, right, top, bottom))
    return pads


def _beside(figure: Figure, pads: list[Pads]) -> tuple[float, float]:
    """Inches that the widest labels take left and right of the panels."""
    most = _MARGIN * figure.get_figwidth()
    left, right = (max(p[side] for p in pads) + 0.01 for side in (0, 1))
    return min(left, most), min(right, most)


def _stack(
    figure: Figure,
    panels: list[Axes],
    heights: list[float],
    beside: tuple[float, float],
    pads: list[Pads],
    words: tuple[list[Text], list[Text]] = ([], []),
) -> None:
    """Put units, panels and notes below each other in one column."""
    width, (left, right) = figure.get_figwidth(), beside
    high = {t: t.get_window_extent(pen()).height / DPI for w in words for t in w}
    tall = sum(high.values()) + _GAP * (len(high) + len(panels) - 1)
    tall += sum(h + p[2] + p[3] for h, p in zip(heights, pads, strict=True))
    figure.set_size_inches(width, tall)
    y = tall
    for text in words[0]:
        text.set_position((0, y / tall))
        y -= high[text] + _GAP
    for ax, height, (_, _, top, bottom) in zip(panels, heights, pads, strict=True):
        y -= top + height
        span = max(width - left - right, 1.0)
        ax.set_position((left / width, y / tall, span / width, height / tall))
        y -= bottom + _GAP
    for text in words[1]:
        text.set_position((0, y / tall))
        y -= high[text] + _GAP


def _titles(ax: Axes, left: float, width: float) -> None:
    """Titles from the left edge of the figure on, in as many lines as they need."""
    figure = ax.get_figure(root=True)
    assert isinstance(figure, Figure)
    span = ax.get_position().width * figure.get_figwidth()
    sides = [ax._left_title, ax._right_title]  # type: ignore[attr-defined]
    if all(t.get_text() for t in sides) and sum(map(_inches, sides)) > width - 0.1:
        ax.set_title(f"{sides[0].get_text()}, {sides[1].get_text()}", loc="left")
        sides[1].set_text("")
    if ax.axison:
        sides[0].set_x(-left / span)
    _wrap(sides[0], width)


def _words(ax: Axes, width: float) -> None:
    for text in ax.texts:
        if text.get_label() != _NAME:
            _wrap(text, _NOTE * width)
    _wrap(ax.xaxis.label, width)


def _ticks(ax: Axes) -> None:
    """As many numbers along the x axis as stand apart; words wrap, or lean where they still
    meet.
    """
    locator = ax.xaxis.get_major_locator()
    if isinstance(locator, MaxNLocator) and ax.get_xscale() == "linear":
        locator.set_params(nbins=5)
    labels = _shown(ax)
    if not _meet(labels):
        return
    if all(any(map(str.isdigit, t.get_text())) for t in labels):
        for step in (2, 3, 4, 6):
            if not _meet(labels[::step]):
                ticks = [t.get_position()[0] for t in labels[::step]]
                ax.set_xticks(ticks, [t.get_text() for t in labels[::step]])
                return
        return
    top = bool(ax.xaxis.get_tick_params().get("labeltop"))
    for text in labels:
        text.set(rotation=50, ha="left" if top else "right", rotation_mode="anchor")


def _shown(ax: Axes) -> list[Text]:
    low, high = sorted(ax.get_xlim())
    return [
        t
        for t in ax.get_xticklabels()
        if t.get_text() and t.get_visible() and low <= t.get_position()[0] <= high
    ]


def _meet(labels: list[Text]) -> bool:
    boxes = sorted((t.get_window_extent(pen()) for t in labels), key=lambda box: box.x0)
    return any(one.x1 + 0.05 * DPI > other.x0 for one, other in pairwise(boxes))


def _aspect(ax: Axes, room: float) -> float:
    """Height of a panel whose two scales are tied, such as a map; 0 for others."""
    tied = ax.get_aspect()
    if tied == "auto":
        return 0.0
    (x0, x1), (y0, y1) = ax.get_xlim(), ax.get_ylim()
    return room * float(tied) * abs(y1 - y0) / abs(x1 - x0)


def _names_over(ax: Axes, width: float, height: float) -> float:
    """Put names of rows over their rows where they are too long to stand beside them; returns the
    height of the panel.
    """
    labels = [t for t in ax.get_yticklabels() if any(map(str.isalpha, t.get_text()))]
    if not labels or max(map(_inches, labels)) <= _BESIDE * width:
        return height
    names = []
    for text in labels:
        name = Text(0, 0, " ".join(text.get_text().split()), figure=text.get_figure())
        name.set(fontsize=text.get_fontsize(), fontweight=text.get_fontweight())
        _wrap(name, width - 0.1)
        names.append((text.get_position()[1], name.get_text(), text))
    ax.set_yticks([y for y, *_ in names], [""] * len(names))
    bars = [p for c in ax.containers if isinstance(c, BarContainer) for p in c.patches]
    raised = (t for t in ax.texts if t.get_verticalalignment() == "bottom")
    dated = any(t.get_transform() == ax.transData for t in raised)
    lines = 1 + max(said.count("\n") for _, said, _ in names)
    above = 0.37 if dated else 0.13  # of the middle of a row: its mark and what is written over it
    row = above + _LINE * lines + 0.2
    for bar in bars:
        middle = bar.get_y() + bar.get_height() / 2
        bar.set(height=_BAR / row, y=middle - _BAR / row / 2)
    for y, said, text in names:
        ax.annotate(
            said,
            (0, y),
            xycoords=("axes fraction", "data"),
            xytext=(0, 72 * above),
            textcoords="offset points",
            va="bottom",
            color=text.get_color(),
            fontsize=text.get_fontsize(),
            fontweight=text.get_fontweight(),
            label=_NAME,
            bbox=style.CLEAR,
        )
    return row * abs(ax.get_ylim()[1] - ax.get_ylim()[0])
