"""Small multiples of the five economies, all in one form: same scale, direct labels, no legend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from . import style
from .needs import by_year, chosen, needs, one_figure
from .panels import economy_panel, line, newest_words, panels, say_empty
from .pen import tight
from .show import telling


def _bars(ax: Axes, bars: Mapping[str, float], named: bool) -> None:
    for label, value in bars.items():
        ax.axhline(value, color=style.MUTED, linewidth=1, linestyle=(0, (4, 3)))
        if named:
            ax.annotate(
                label,
                (0.01, value),
                xycoords=("axes fraction", "data"),
                xytext=(0, 2),
                textcoords="offset points",
                fontsize=style.TICK,
                color=style.MUTED,
                bbox=style.CLEAR,
            )


@needs("frame", "economy", "year", "{value}", empty=True)
def economy_lines(
    frame: pd.DataFrame,
    *,
    economies: str | Sequence[str],
    value: str,
    unit: str,
    bars: Mapping[str, float] | None = None,
    mark: tuple[int, str] | None = None,
    top: float | None = None,
    digits: int = 0,
    empty: str = "not reported",
    beside: tuple[str, pd.DataFrame] | None = None,
) -> Figure:
    """One series per economy over the years, on one scale; the last value is printed.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``economy``, ``year`` and the column `value`. A gap in the years is a gap in the line.
    economies : str or sequence of str
        Codes or names; a panel for each, in this order, those without a figure as well.
    value : str
        The column drawn.
    unit : str
        Label of the scale.
    bars : mapping of str to float, optional
        Label and height of dashed lines, named in the first panel.
    mark : tuple of int and str, optional
        A year and what it is, as a vertical line where it is among the years drawn.
    top : float, optional
        Of the scale; by default a little above the largest figure. It begins at zero, or below the
        least figure where that is negative.
    digits : int
        Decimals of the last value.
    empty : str
        What stands in a panel without a figure.
    beside : tuple of str and pandas.DataFrame, optional
        Name and frame of a second series to compare with, grey and thin, named where it lies
        furthest from the first.

    Returns
    -------
    matplotlib.figure.Figure
        Up to three panels a row.

    Raises
    ------
    UsageError
        A column is not there, an economy has two figures for a year, or nobody knows it.
    CoverageError
        No economy to draw.

    Examples
    --------
    >>> import pandas as pd
    >>> shares = pd.DataFrame({"economy": "KAZ", "year": [2022, 2023], "share": [17.8, 21.3]})
    >>> figure = economy_lines(shares, economies=["KAZ", "TKM"], value="share", unit="percent")
    >>> [text.get_text() for ax in figure.axes for text in ax.texts]
    ['21', 'not reported']
    """
    bars = bars or {}
    economies = chosen("economy", economies, frame["economy"])
    one_figure(frame, ["economy", "year"])
    drawn = [part.dropna(subset=[value]) for part in (frame, *(beside or ())[1:])]
    known = pd.concat([part.loc[:, ["year", value]].astype(float) for part in drawn])
    span = pd.concat([frame["year"], known["year"]])
    years = (int(span.min()), int(span.max())) if len(span) else (2010, 2020)
    heights = [*(known[value] if len(known) else [1.0]), *bars.values()]
    peak, least = max(0.0, *heights), min(0.0, *heights)
    named = _widest(frame, beside[1], value) if beside else ("", 0)
    with style.context():
        figure, axes = panels(len(economies))
        for i, (ax, economy) in enumerate(zip(axes, economies, strict=True)):
            economy_panel(ax, economy, years)
            ax.set_ylim(1.15 * least, top or 1.15 * peak or -0.15 * least)
            if least < 0:
                ax.axhline(0, color=style.INK, linewidth=0.8)
            _bars(ax, bars, named=i == 0)
            if mark and ax.get_xlim()[0] <= mark[0] <= ax.get_xlim()[1]:
                ax.axvline(mark[0], color=style.GRID, linewidth=1.4)
                if i == 0:
                    ax.annotate(
                        mark[1],
                        (mark[0], 0.2),
                        xycoords=("data", "axes fraction"),
                        xytext=(3, 0),
                        textcoords="offset points",
                        fontsize=style.TICK,
                        color=style.MUTED,
                    )
            if beside:
                other = beside[1][beside[1]["economy"] == economy]
                line(ax, by_year(other, value), color=style.OTHER, linewidth=1.4)
                if economy == named[0]:
                    low = float(other.loc[other["year"] == named[1], value].iloc[0])
                    ax.annotate(
                        beside[0],
                        (named[1], low),
                        xytext=(0, -4),
                        textcoords="offset points",
                        fontsize=style.TICK,
                        color=style.MUTED,
                        ha="center",
                        va="top",
                    )
            mine = frame[frame["economy"] == economy].dropna(subset=[value]).sort_values("year")
            if mine.empty:
                say_empty(ax, empty)
                continue
            series = by_year(mine, value)
            ax.plot(
                series.index,
                series,
                color=style.HIGHLIGHT,
                marker="o",
                markersize=2.8,
                linewidth=1.8,
            )
            ax.annotate(
                f"{series.iloc[-1]:,.{digits}f}",
                (series.index[-1], series.iloc[-1]),
                xytext=(4, 0),
                textcoords="offset points",
                fontsize=style.TICK,
                va="center",
            )
        figure.supylabel(unit, color=style.MUTED)
        tight(figure, h_pad=1.1, w_pad=0.9)
    form = "{:,." + str(digits) + "f}"
    return telling(figure, *newest_words(frame, value, "economy", unit, form.format))


def _widest(frame: pd.DataFrame, other: pd.DataFrame, value: str) -> tuple[str, int]:
    """Economy and year in which a name below the other series belongs to that alone: of the places
    where the two lie far apart the one with the most room below.
    """
    both = frame.merge(other, on=["economy", "year"], suffixes=("", "_other"))
    if both.empty:
        return "", 0
    gaps = (both[value] - both[f"{value}_other"]).abs().astype(float)
    far = both.loc[gaps >= 0.75 * gaps.max()]
    at = far.loc[far[f"{value}_other"].astype(float).idxmax()]
    return str(at["economy"]), int(at["year"])
