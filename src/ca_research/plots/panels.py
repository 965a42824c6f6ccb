"""What pictures are made of: panels beside each other where there is room, lines over years, rows
with their figures, and words on them.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator

from ..ground.numbers import number
from ..registry.words import cell_words
from . import style
from .canvas import NAME, note
from .needs import by_year

DASHED = (0, (4, 3))
ROW = 0.34
"""Inches: height of a row with a name."""


def panels(
    count: int,
    height: float = style.TALL,
    *,
    unit: str = "",
    sharex: bool = False,
    sharey: bool = False,
) -> tuple[Figure, list[Axes]]:
    """A figure with `count` panels of `height` inches each, as many beside each other as there is
    room for; places left over stay empty. unit: stands once, above all.
    """
    count = max(count, 1)
    columns = max(min(count, int(style.wide() / style.scaled(2.4))), 1)
    rows = -(-count // columns)
    height = min(height, 1.8) if columns == 1 and count > 3 else height  # or it would be long
    size = style.wide(), (style.current().height or 0) / style.MM or height * rows + 0.3
    figure, grid = plt.subplots(
        rows, columns, figsize=size, squeeze=False, sharex=sharex, sharey=sharey
    )
    for ax in grid.flat:
        ax.tick_params(labelbottom=True)
    for ax in grid.flat[count:]:
        ax.remove()
    if unit:
        figure.suptitle(unit, x=0.01, ha="left", color=style.MUTED, fontsize=style.LABEL)
    return figure, list(grid.flat[:count])


def multiples(
    parts: Mapping[str, pd.DataFrame],
    draw: Callable[[Axes, str, pd.DataFrame], None],
    *,
    column: str = "",
    unit: str = "",
    top: float | None = None,
    alike: bool = True,
    log: bool = False,
) -> Figure:
    """A panel over the years for each part, named as its value of `column` is in words.

    top: of the scale, which begins at nought or below
    the least figure. alike: whether all have one. log: whether it is one of powers of ten.
    """
    figure, axes = panels(len(parts), unit=unit, sharex=True, sharey=alike)
    for ax, (key, part) in zip(axes, parts.items(), strict=True):
        ax.set_title(cell_words(column, key) if column else "")
        ax.margins(x=0.08, y=0.14)
        draw(ax, key, part)
        if part.empty:
            ax.text(
                0.03, 0.5, "no figures", transform=ax.transAxes, color=style.MUTED, bbox=style.CLEAR
            )
        year_axis(ax, 4 if len(parts) > 1 else 9)
        style.bare(ax, x=False)
        if log:
            ax.set_yscale("log")
            ax.yaxis.set_major_locator(LogLocator(subs=(1, 3)))
            ax.minorticks_off()
        count_on(ax.yaxis)  # a scale brings its own
    least, most = min(ax.dataLim.ymin for ax in axes), max(ax.dataLim.ymax for ax in axes)
    for ax in axes if not log else ():
        ax.set_ylim(0 if least >= 0 else None, -0.1 * least if most < 0 else top)
    return figure


def count_on(axis: Any) -> None:
    """Figures beside an axis as a reader writes them."""
    axis.set_major_formatter(lambda value, _: number(round(value, 6)))


def year_axis(ax: Axes, most: int) -> None:
    """Years below what is drawn, in at most so many steps: whole, and each written out, however few
    they are.
    """
    first, last = ax.dataLim.intervalx
    if first == last and ax.get_autoscalex_on():  # matplotlib gives one year two hundred
        ax.set_xlim(first - 0.6, last + 0.6)
    most = min(most, int(style.wide() / style.scaled(0.8)))
    ax.xaxis.set_major_locator(MaxNLocator(nbins=most, integer=True, min_n_ticks=1))
    ax.xaxis.set_major_formatter(lambda year, _: f"{year:.0f}")


def line(
    ax: Axes,
    rows: pd.DataFrame,
    value: str,
    colour: str,
    name: str = "",
    *,
    joined: bool = False,
    **look: Any,
) -> None:
    """A line over the years of a series, with its name at its end, and what lies between `low` and
    `high` shaded: it breaks at years without a figure, unless `joined`; a figure by itself is a
    dot.
    """
    series = by_year(rows, value)
    known = series.dropna()
    if known.empty:
        return
    series = known if joined else series
    ax.plot(series.index, series, color=colour, **look)
    alone = known[~(series.shift(1).notna() | series.shift(-1).notna())[known.index]]
    ax.scatter(alone.index, alone, s=style.area(12), color=colour)
    if {"low", "high"} <= set(rows):
        low, high = by_year(rows, "low"), by_year(rows, "high")
        if not low.equals(high):
            edges = low.reindex(high.index).fillna(0), high
            ax.fill_between(high.index, *edges, color=colour, alpha=0.25, linewidth=0)
    if name:
        last, beside = known.tail(1), (style.scaled(5), 0)
        note(ax, name, last.index[0], last.iloc[0], beside, color=colour, label=NAME)


def bar_line(ax: Axes, bar: float | None, *, upright: bool = True) -> None:
    """A dashed line, where there is a bar."""
    if bar is not None:
        draw = ax.axvline if upright else ax.axhline
        line = draw(bar, color=style.INK, linewidth=style.scaled(1), linestyle=DASHED, zorder=1)
        name_marks([line], "bar")


def name_marks(artists: Iterable[Artist], *names: str) -> None:
    """Say what some marks are, for `marks_of`."""
    for artist in artists:  # matplotlib's own legend leaves out what begins so
        artist.set_label("".join(f"_{name}" for name in names))


def marks_of(figure: Figure) -> set[str]:
    """The kinds of marks that a picture has, of those that were named: a legend says no others."""
    labels = [str(a.get_label()) for ax in figure.axes for a in ax.get_children()]
    return {name for label in labels if label[:1] == "_" for name in label.split("_")}


def label_rows(ax: Axes, names: Sequence[str], unit: str = "") -> None:
    """Names of rows beside an axis that counts in `unit`; the first row is on top."""
    ax.set_yticks(range(len(names)), names, color=style.INK)
    ax.set_ylim(len(names) - 0.4, -0.7)
    ax.set_xlabel(unit)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=6 if style.wide() > style.scaled(5) else 3))
    count_on(ax.xaxis)
    style.bare(ax, y=False)


def draw_rows(
    ax: Axes,
    rows: pd.DataFrame,
    form: Callable[..., str],
    *,
    unit: str = "",
    strokes: bool = False,
    bar: float | None = None,
    none: str = "no figure",
) -> None:
    """A bar for each row up to `low`, and a paler one to `high`; or, as `strokes`, what `intervals`
    draws; with the name of the row and its figures.

    rows: name, low, high and colour; in a row without either its `missing` is written, else `none`.
    form: writes the ends that are known.
    """
    rows = rows.reset_index(drop=True)
    known = rows.dropna(subset=["low", "high"], how="all")
    low, high = known["low"].astype(float), known["high"].astype(float)
    if strokes:
        intervals(ax, known.index, known, known["colour"])
    else:
        look: dict[str, Any] = {"height": 0.66, "color": known["colour"]}
        ax.barh(known.index, low, **look)
        ax.barh(known.index, high - low, left=low, alpha=0.4, **look)
    beside = (style.scaled(6), 0)
    ends = high.fillna(low).clip(lower=None if strokes else 0)
    for y, end, *both in zip(known.index, ends, low, high, strict=True):
        note(ax, form(*both), end, y, beside, color=style.INK, bbox=style.CLEAR)
    reasons = rows.get("missing", pd.Series("", rows.index)).fillna("").replace("", none)
    for y, why in reasons.drop(known.index).items():
        why = textwrap.shorten(why, 70)
        note(ax, why, 0, y, (4, 0), xycoords=("axes fraction", "data"), bbox=style.CLEAR)
    ax.margins(x=0.16)
    bar_line(ax, bar)
    label_rows(ax, [*rows["name"]], unit)


def ends_words(form: Callable[[float], str], *ends: float) -> str:
    """'3', or '3 to 9'"""
    return " to ".join(dict.fromkeys(map(form, ends)))


def intervals(
    ax: Axes,
    at: Any,
    ends: pd.DataFrame,
    colours: Any,
    width: float = 6,
    *,
    size: float = 48,
    upright: bool = False,
) -> None:
    """A stroke between two ends, with a dot at its value; a dot where they are one, an arrowhead
    where one of them is not known.

    ends: low, high, and value where it is not theirs. width, size: points of strokes, and of dots.
    """
    marks = ends[["low", "high"]].astype(float).assign(at=at, colour=colours)
    marks["value"] = ends.get("value", marks["low"].where(marks["low"] == marks["high"]))
    ranged, pointed = marks["low"] < marks["high"], marks["value"].notna()
    draw = ax.vlines if upright else ax.hlines
    if len(some := marks[ranged]):
        strokes = draw(some["at"], some["low"], some["high"], colors=some["colour"])
        strokes.set(linewidth=style.scaled(width), alpha=0.6 if width > 3 else 0.8)
        strokes.set_capstyle("round")  # a short one is seen, too
    shapes = {"value": "o", "low": "^" if upright else ">", "high": "v" if upright else "<"}
    for end, shape in shapes.items():  # towards the side that is not known
        some = marks[pointed if end == "value" else marks[end].notna() & ~ranged & ~pointed]
        places = (some["at"], some[end]) if upright else (some[end], some["at"])
        ax.scatter(*places, s=style.area(size), c=some["colour"], marker=shape, zorder=3)


def mark(ax: Axes, x: Any, y: Any, colour: str, *, hollow: bool, size: float) -> None:
    """Points, filled or as rings."""
    fill = "none" if hollow else colour
    ax.scatter(x, y, size, facecolors=fill, edgecolors=colour, linewidths=1.6, zorder=4)


def dated_name(name: str, year: object) -> str:
    """A name with its year, unless one stands in it already."""
    bare_name = pd.isna(year) or re.search(r"\b(19|20)\d\d\b", name)
    return name if bare_name else f"{name}, {int(year)}"  # type: ignore[call-overload]


def newest_words(
    frame: pd.DataFrame, value: str, by: str, unit: str, form: Callable[[float], str]
) -> tuple[str, str]:
    """The newest figure of each of several series, as a title and as text."""
    last = frame.dropna(subset=[value]).sort_values("year").groupby(by, sort=False).tail(1)
    last = last.sort_values(by)
    if last.empty:
        return f"{unit}: no figures", "No figures."
    names = last[by].map(lambda of: cell_words(by, str(of)))
    rows = list(zip(names, last["year"].map("{:.0f}".format), last[value].map(form), strict=True))
    ends = [rows[last[value].argmin()], rows[last[value].argmax()]]
    (_, first, low), (_, final, high) = ends
    if low == high:
        years = sorted({year for _, year, _ in rows})
        title = f"{unit}: {low} in {' to '.join(dict.fromkeys((years[0], years[-1])))}"
    elif first == final:  # two series are compared: nothing went from one to the other
        title = f"{unit} in {first}: between {' and '.join(f'{v} ({of})' for of, _, v in ends)}"
    else:
        said = " and ".join(f"{figure} ({of}, {year})" for of, year, figure in ends)
        title = f"{unit}: between {said}"
    each = [f"{of} {year}: {figure}" for of, year, figure in rows]
    return title[0].upper() + title[1:], f"Newest figures, {unit}. {'; '.join(each)}."
