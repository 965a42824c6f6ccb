"""One layout for every picture, on a page, a phone, a journal's column or a slide: the width that
there is, panels below each other where it is narrow, and words in as many lines as they need.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text
from matplotlib.transforms import IdentityTransform, blended_transform_factory

from ..ground.errors import known_name
from ..ground.numbers import first_few
from ..registry.words import source_name
from . import style
from .pen import DPI, measured
from .words import drawable

Drawn = TypeVar("Drawn", Figure, Axes)
_LINE = 1.35
"""Height of a line of text, in sizes of its letters."""
_BESIDE = 0.42
"""Part of the width that names of rows may take beside them, in as many lines as they need."""
NAME = "name of a line"
"""Marks words that move where they would cover another's."""


@dataclass(frozen=True)
class Picture:
    """What is drawn of a result.

    draw: draws on axes and returns the lowest of them. below: what stands under these, units and
    remarks. rows: lines of text that it is as high as; 0 where the height follows from the width.
    """

    draw: Callable[[Axes], Axes]
    title: str
    sources: Sequence[str] = ()
    below: str = ""
    rows: float = 0


def sized(size: str | tuple[float, float] | None) -> style.Size:
    """A size by its name, or of so many millimetres; raises UnknownNameError."""
    if size is None or isinstance(size, str):
        return style.SIZES[known_name("size", size or "notebook", style.SIZES)]
    width, height = size
    return style.Size(width, style.SIZES["journal-single"].letters, height)


def present(
    picture: Picture, ax: Axes | None = None, size: str | tuple[float, float] | None = None
) -> Axes:
    """Draw a picture on a new figure or the axes given, and make its words fit."""
    chosen = sized(size)
    if ax is not None:  # letters as large as those that the user's figure has
        letters = float(ax.xaxis.label.get_fontsize()) * style.TICK / style.LABEL
        with style.room(style.Size(chosen.width, letters)):
            _write(picture, ax)
            layout(_root(ax), [ax])
        return ax

    with style.room(chosen):
        ax = drawn(partial(on_new_figure, picture))
    figure = _root(ax)
    figure.words = picture.title, picture.title  # type: ignore[attr-defined]
    return ax


def on_new_figure(picture: Picture) -> Axes:
    """A picture on a figure of its own, as large as it and the room say."""
    room = style.current()
    high = _LINE * room.letters / 72 * picture.rows or 0.56 * style.wide()
    high = room.height / style.MM if room.height else high
    _, ax = plt.subplots(figsize=(style.wide(), high))
    _write(picture, ax)
    return ax


def _write(picture: Picture, ax: Axes) -> None:
    """Draw on axes; title above, units and sources below them."""
    lowest = picture.draw(ax)
    names = [drawable(source_name(s) or s, s) for s in picture.sources]
    sources = f"Source{'s' if len(names) > 1 else ''}: {first_few(names, 4)}." if names else ""
    ax.set_title(picture.title, loc="left")
    lowest.set_xlabel("\n".join(filter(None, (picture.below, sources))), loc="left")
    _root(ax).sources = tuple(picture.sources)  # type: ignore[attr-defined]  # as `cite` asks


def split(ax: Axes, shares: tuple[float, float]) -> Axes:
    """Give the lower part of an axes to a new one with the same x axis."""
    spec = ax.get_subplotspec()
    assert spec is not None
    parts = spec.subgridspec(2, 1, height_ratios=shares, hspace=0.06)
    ax.set_subplotspec(parts[0])
    return _root(ax).add_subplot(parts[1], sharex=ax)


def _root(drawn: Axes | Figure) -> Figure:
    figure = drawn if isinstance(drawn, Figure) else drawn.get_figure(root=True)
    assert isinstance(figure, Figure)
    return figure


_inside = ContextVar("inside a picture", default=False)


def drawn(draw: Callable[[], Drawn]) -> Drawn:
    """Draw a figure and lay it out in the room that there is; it remembers how it was drawn, for
    another room. A picture within a picture is part of it.
    """
    if _inside.get():
        return draw()
    token = _inside.set(True)
    try:
        with style.context():
            picture = draw()
            layout(figure := _root(picture))
    finally:
        _inside.reset(token)
    figure.redraw = lambda: _root(drawn(draw))  # type: ignore[attr-defined]
    figure.fine = style.current().dpi  # type: ignore[attr-defined]
    return picture


def for_phone(figure: Figure) -> Figure | None:
    """The figure on a phone: drawn anew where it remembers how, else as narrow; None for one with
    several panels of which nobody knows how they stand below each other.
    """
    with style.room(style.SIZES["phone"]):
        if again := getattr(figure, "redraw", None):
            return again()
        if len(figure.axes) > 1:
            return None
        layout(figure)
    return figure


def layout(figure: Figure, panels: Sequence[Axes] = ()) -> None:
    """Lay a figure out in the width that there is.

    panels: those whose words are made to fit; by default all, and the figure is no wider than its
    room and as high as its words need, unless the room has a height.
    """
    all_panels = not panels
    if all_panels:
        _shrink(figure)
        figure.set_layout_engine("constrained", w_pad=style.scaled(0.04), h_pad=style.scaled(0.05))
    shown = [*panels] or figure.axes
    rows = {ax: round(ax.get_position().y0, 2) for ax in shown}
    column = all_panels and len({ax.get_position().x0 for ax in shown}) < 2
    with measured(figure):
        names = [_break_names(ax, _BESIDE * figure.bbox.x1) for ax in shown]
        texts: dict[Text, str] = {}
        height = figure.get_figheight() + sum(names)
        for _ in range(2):  # what fits a line depends on the room, and that on the labels
            more = dict.fromkeys(rows.values(), 0.0)
            for ax, row in rows.items():
                more[row] = max(more[row], _break(ax, column, texts))
            if all_panels and not style.current().height:
                figure.set_figheight(height + sum(more.values()))
            if engine := figure.get_layout_engine():
                engine.execute(figure)
        for ax in shown:
            _space_names(ax)


def _shrink(figure: Figure) -> None:
    """No wider than the room; a map keeps its proportion."""
    width = figure.get_figwidth()
    if width > style.wide():
        tied = any(ax.get_aspect() != "auto" for ax in figure.axes)
        height = figure.get_figheight() * (style.wide() / width if tied else 1)
        figure.set_size_inches(style.wide(), height)


def _break(ax: Axes, from_edge: bool, texts: dict[Text, str]) -> float:
    """Break title, label and words on axes into lines; returns inches that they need beyond
    what one line takes. texts: the words as they were at first.
    """
    figure = _root(ax)
    box, page = ax.get_window_extent(), figure.bbox
    right = 0.96 * page.x1 if from_edge else box.x1  # letters vary with dots per inch
    lines, above = 0, ax.transAxes + ax.titleOffsetTrans  # type: ignore[attr-defined]
    heads = {ax._left_title: above, ax.xaxis.label: IdentityTransform()}  # type: ignore[attr-defined]
    for text, upright in heads.items():
        if left := from_edge and text.get_ha() == "left":
            text.set_transform(blended_transform_factory(figure.transFigure, upright))
            text.set_x(0.01)
        words = texts.setdefault(text, text.get_text())
        _break_lines(text, words, right - (0.01 * page.x1 if left else box.x0))
        lines += text.get_text().count("\n")
    for text in ax.texts:
        if text.get_transform() == ax.transAxes or text.get_label() != NAME:
            _break_lines(text, texts.setdefault(text, text.get_text()), 0.95 * box.width)
    return lines * _LINE * style.scaled(style.TITLE) / 72


def _break_names(ax: Axes, room: float) -> float:
    """Break names of rows; returns the inches that rows are too low for them."""
    labels = [t for t in ax.get_yticklabels() if t.get_text()]
    wide = max((t.get_window_extent().width for t in labels), default=0)
    if wide <= room or not any(map(str.isalpha, "".join(t.get_text() for t in labels))):
        return 0.0
    letters = int(max(len(t.get_text()) for t in labels) * room / wide)
    names = [textwrap.fill(t.get_text(), letters) for t in labels]
    ax.set_yticks([t.get_position()[1] for t in labels], names)
    high = 1.15 * max(t.get_window_extent().height for t in ax.get_yticklabels())
    return max(high * len(names) - ax.get_window_extent().height, 0) / DPI


def _break_lines(text: Text, words: str, room: float) -> None:
    """Write words, broken where a line would be longer than so many pixels."""
    text.set_text(words)
    if text.get_window_extent().width > room:
        text.set_wrap(True)
        text._get_wrap_line_width = lambda: room  # type: ignore[attr-defined]
        text.set_text(text._get_wrapped_text())  # type: ignore[attr-defined]
        text.set_wrap(False)


def note(
    ax: Axes, words: str, x: Any, y: Any, shift: tuple[float, float] = (0, 0), **look: Any
) -> None:
    """Write words at a place, so many points beside it."""
    look = {"color": style.MUTED, "va": "center"} | look
    ax.annotate(words, (x, y), shift, textcoords="offset points", **look)


def _space_names(ax: Axes) -> None:
    """Move names beside lines up or down just enough that none covers another."""
    names = [t for t in ax.texts if isinstance(t, Annotation) and t.get_label() == NAME]
    if len(names) < 2:
        return
    names.sort(key=lambda text: float(ax.transData.transform(text.xy)[1]))
    at = ax.transData.transform([text.xy for text in names])[:, 1]
    high = max(text.get_window_extent().height for text in names)
    below = 1.08 * high * np.arange(len(names))
    places = np.maximum.accumulate(at - below) + below
    places[-1] = min(places[-1], max(ax.get_window_extent().y1, at[-1]))
    # the stack comes down again where it rose too far
    places = np.minimum.accumulate((places - below)[::-1])[::-1] + below
    for text, shift in zip(names, places - at, strict=True):
        text.xyann = style.scaled(5), shift * 72 / DPI
