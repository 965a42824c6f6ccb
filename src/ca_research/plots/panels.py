"""Small multiples in one form: up to three panels a row, the last row's places left empty, labels
where they are needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..ground import economies as eco
from ..registry.words import cell_words
from . import style
from .needs import holes, isolated


def panels(
    count: int, height: float = style.TALL, *, sharex: bool = False, sharey: bool = False
) -> tuple[Figure, list[Axes]]:
    """A figure with `count` panels of `height` inches each; places left over stay empty.

    With sharex the numbers of the x axis stand under the last panel of each column, also above an
    empty place.
    """
    columns = min(max(count, 1), 3)
    lines = -(-max(count, 1) // columns)
    figure, grid = plt.subplots(
        lines,
        columns,
        figsize=(style.WIDE, height * lines + 0.3),
        squeeze=False,
        sharex=sharex,
        sharey=sharey,
    )
    for place in range(max(count, 1), lines * columns):
        grid.flat[place].axis("off")
        grid.flat[place - columns].tick_params(labelbottom=True)
    return figure, list(grid.flat[: max(count, 1)])


def economy_panel(ax: Axes, economy: str, years: tuple[int, int]) -> None:
    """A panel named after its economy, with room to the right of the last year for a label."""
    ax.set_title(eco.name_of(economy))
    ax.set_xlim(years[0] - 0.6, years[1] + 0.6 + 0.16 * (years[1] - years[0]))
    year_axis(ax, 3)
    style.bare(ax, x=False)


def year_axis(ax: Axes, most: int) -> None:
    """Years below what is drawn, in at most so many steps: whole, and each written out, however few
    they are.
    """
    first, last = ax.dataLim.intervalx
    if first == last and ax.get_autoscalex_on():  # matplotlib gives one year two hundred
        ax.set_xlim(first - 0.6, last + 0.6)
    ax.xaxis.set_major_locator(plt.MaxNLocator(nbins=most, integer=True, min_n_ticks=1))
    ax.xaxis.set_major_formatter(lambda year, _: f"{year:.0f}")


def say_empty(ax: Axes, words: str) -> None:
    """Write into a panel why nothing is drawn in it."""
    ax.text(
        0.03, 0.5, words, transform=ax.transAxes, color=style.MUTED, va="center", bbox=style.CLEAR
    )


def the_five_first(codes: Iterable[str]) -> list[str]:
    """Each code once: the five in their order, then any other that the frame holds (it is drawn,
    not dropped).
    """
    found = {str(code) for code in codes}
    return [*(e for e in eco.CA5 if e in found), *sorted(found - set(eco.CA5))]


def line(ax: Axes, series: pd.Series, **look: Any) -> None:
    """A line over a series of `needs.by_year`: it breaks at years without a figure; a figure by
    itself is a dot.
    """
    ax.plot(series.index, series, **look)
    single = isolated(series)
    if len(single) and "marker" not in look:
        ax.scatter(single.index, single, s=12, color=look.get("color"))


def shade_uncounted(ax: Axes, years: Iterable[int], last: int) -> tuple[int, int] | None:
    """Shade the years from the first of `years` to `last` that are not among them; returns the
    widest run of them.
    """
    runs = holes(years, last)
    for first, final in runs:
        ax.axvspan(first - 0.5, final + 0.5, color=style.GRID, alpha=0.6, linewidth=0)
    return max(runs, key=lambda run: run[1] - run[0], default=None)


def apart(ends: list[tuple[float, str, int]], least: float) -> list[tuple[float, str, int]]:
    """Label positions (value, label, year) moved up just enough not to overlap, lowest first."""
    placed: list[tuple[float, str, int]] = []
    for value, label, year in sorted(ends):
        if placed and value - placed[-1][0] < least:
            value = placed[-1][0] + least
        placed.append((value, label, year))
    return placed


def newest_words(
    frame: pd.DataFrame, value: str, by: str, unit: str, form: Callable[[float], str]
) -> tuple[str, str]:
    """The newest figure of each of several series, as a title and as text."""
    last = frame.dropna(subset=[value]).sort_values("year").groupby(by, sort=False).tail(1)
    last = last.sort_values(by)
    if last.empty:
        return f"{unit}: no figures", "No figures."
    ends = list(dict.fromkeys(form(float(v)) for v in (last[value].min(), last[value].max())))
    years = list(dict.fromkeys(f"{year:.0f}" for year in (last["year"].min(), last["year"].max())))
    told = [
        f"{cell_words(by, str(code))} {year:.0f}: {form(float(figure))}"
        for code, year, figure in zip(last[by], last["year"], last[value], strict=True)
    ]
    title = f"{unit}: {' to '.join(ends)} in {' to '.join(years)}"
    return title[0].upper() + title[1:], f"Newest figures, {unit}. {'; '.join(told)}."
