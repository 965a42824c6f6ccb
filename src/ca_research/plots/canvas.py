"""The figure that a result draws itself on: its size, its letters, words that fit, and what it is
about.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text

from ..ground.errors import UnknownNameError, UsageError
from ..ground.numbers import first_few
from ..registry.words import source_name
from . import style
from .words import drawable

_MM = 25.4


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
    letters: float
    height: float | None = None
    dpi: int = 600


SIZES = {
    "journal-single": Size(90, 7.5),
    "journal-double": Size(190, 8),
    "slide": Size(338.7, 20, 190.5, dpi=144),
}
"""Widths of one and of two columns as Elsevier's journals ask for them, and a slide of 16 to 9."""
_PAGE = Size(150, style.TICK, dpi=300)
"""Where no size is asked for: the width of a notebook's cell, roomily."""
_LINE = 1.35
"""Height of a line of text, in sizes of its letters."""


@dataclass(frozen=True)
class About:
    """What the file of a figure says of it, and how fine a PNG is."""

    sources: tuple[str, ...]
    dpi: int


_about: weakref.WeakKeyDictionary[Figure, About] = weakref.WeakKeyDictionary()


def about(figure: Figure) -> About | None:
    """What a result said of the figure that it drew."""
    return _about.get(figure)


def sized(size: str | tuple[float, float] | None) -> Size:
    """A size by its name, or of so many millimetres; raises UnknownNameError and UsageError."""
    if size is None:
        return _PAGE
    if isinstance(size, str):
        if size not in SIZES:
            raise UnknownNameError("size", size, SIZES)
        return SIZES[size]
    try:
        width, height = map(float, size)
    except (TypeError, ValueError):
        width = height = 0.0
    if not (width > 0 and height > 0):
        raise UsageError(
            f"{size!r} is no size", hint=f"(width, height) in mm, or one of {', '.join(SIZES)}"
        )
    return Size(width, SIZES["journal-single"].letters, height)


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


def present(
    picture: Picture, ax: Axes | None = None, size: str | tuple[float, float] | None = None
) -> Axes:
    """Draw a picture on a new figure or the axes given, and make its words fit."""
    if ax is not None and size is not None:
        raise UsageError("`size` is of a new figure", hint="give `ax` or `size`")
    chosen, own = sized(size), ax is None
    with style.letters(chosen.letters if ax is None else _letters_of(ax)):
        if ax is None:
            width = chosen.width / _MM
            line = _LINE * chosen.letters / 72
            high = picture.rows * line if picture.rows else 0.56 * width
            height = chosen.height / _MM if chosen.height else high
            figure, ax = plt.subplots(figsize=(width, height), layout="constrained")
            pad = 0.3 * chosen.letters / 72
            figure.get_layout_engine().set(w_pad=pad, h_pad=pad)  # type: ignore[union-attr,call-arg]
        lowest = picture.draw(ax)
        _fit(picture, ax, lowest, own, fixed=chosen.height is not None)
    root = _root(ax)
    root.sources = tuple(picture.sources)  # type: ignore[attr-defined]  # as `cite` asks a picture
    _about[root] = About(tuple(picture.sources), chosen.dpi)
    return ax


def split(ax: Axes, shares: tuple[float, float]) -> Axes:
    """Give the lower part of an axes to a new one with the same x axis."""
    figure = _root(ax)
    spec = ax.get_subplotspec()
    if spec is None:
        raise UsageError(
            "a specification curve needs axes of a grid", hint="figure, ax = plt.subplots()"
        )
    parts = spec.subgridspec(2, 1, height_ratios=shares, hspace=0.06)
    ax.set_subplotspec(parts[0])
    return figure.add_subplot(parts[1], sharex=ax)


def _letters_of(ax: Axes) -> float:
    """Points of the letters of a figure that is the user's."""
    return float(ax.xaxis.label.get_fontsize()) * style.TICK / style.LABEL


def _root(ax: Axes) -> Figure:
    figure = ax.get_figure(root=True)
    assert isinstance(figure, Figure)
    return figure


def _fit(picture: Picture, ax: Axes, lowest: Axes, own: bool, *, fixed: bool) -> None:
    """Title and sources in as many lines as they need, and names beside lines apart."""
    figure = _root(ax)
    names = [drawable(source_name(s) or s, s) for s in picture.sources]
    said = f"Source{'s' if len(names) > 1 else ''}: {first_few(names, 4)}." if names else ""
    parts = [part for part in (picture.below, said) if part]
    heading = ax.set_title("", loc="left")
    noted = lowest.set_xlabel("", loc="left", linespacing=1.25)
    added = 0.0
    for _ in range(2):  # what fits a line depends on the room, and that on the labels
        figure.draw_without_rendering()
        box = ax.get_window_extent()
        right = 0.985 * figure.bbox.x1 if own else box.x1  # letters vary with dots per inch
        heading.set_text(_broken(heading, picture.title, right - box.x0))
        noted.set_text("\n".join(_broken(noted, part, right - box.x0) for part in parts))
        if own and not fixed:  # lines beyond the first two take no room from the picture
            more = heading.get_text().count("\n") + noted.get_text().count("\n") - 1
            high = max(more, 0) * _LINE * style.scaled(style.TITLE) / 72
            figure.set_figheight(figure.get_figheight() + high - added)
            added = high
    figure.draw_without_rendering()
    _apart(ax)


def _broken(text: Text, words: str, room: float) -> str:
    """Words in lines of at most so many pixels, as this text writes them."""
    lines = [""]
    for word in words.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        text.set_text(longer)
        if lines[-1] and text.get_window_extent().width > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return "\n".join(lines)


_BESIDE = "name of a line"


def name_line(ax: Axes, name: str, x: float, y: float, colour: str, *, apart: bool = True) -> None:
    """Write a name to the right of a mark; those `apart` move where one would cover another."""
    ax.annotate(
        name,
        (x, y),
        xytext=(style.scaled(5), 0),
        textcoords="offset points",
        va="center",
        color=colour,
        label=_BESIDE if apart else "",
    )


def _apart(ax: Axes) -> None:
    """Move names beside lines up or down just enough that none covers another."""
    figure = _root(ax)
    names = [t for t in ax.texts if isinstance(t, Annotation) and t.get_label() == _BESIDE]
    if len(names) < 2:
        return
    step = 1.08 * max(t.get_window_extent().height for t in names)
    at = {t: float(ax.transData.transform(t.xy)[1]) for t in names}
    order = sorted(names, key=lambda t: at[t])
    places = [at[t] for t in order]
    for i in range(1, len(places)):
        places[i] = max(places[i], places[i - 1] + step)
    over = max(places[-1] - max(ax.get_window_extent().y1, max(at.values())), 0)
    places[-1] -= over
    for i in range(len(places) - 2, -1, -1):  # the stack comes down again where it rose too far
        places[i] = min(places[i], places[i + 1] - step)
    for text, place in zip(order, places, strict=True):
        text.xyann = style.scaled(5), (place - at[text]) * 72 / figure.dpi
