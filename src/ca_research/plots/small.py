"""Small multiples of the five economies, all in one form: same scale, direct labels, no legend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..ground import economies as eco
from . import style
from .needs import by_year, needs, one_figure, one_of
from .panels import line, panels, shade_uncounted

MARKS = {"as_stated": "o", "lower": "^", "upper": "v"}
"""A figure as printed; 'more than' points up, 'fewer than' points down."""


def _frame(ax: Axes, economy: str, years: tuple[int, int]) -> None:
    ax.set_title(eco.name_of(economy))
    ax.set_xlim(years[0] - 0.6, years[1] + 0.6 + 0.16 * (years[1] - years[0]))
    ax.xaxis.set_major_locator(MaxNLocator(nbins=3, integer=True))
    style.bare(ax, x=False)


def _empty(ax: Axes, words: str) -> None:
    ax.text(
        0.03, 0.5, words, transform=ax.transAxes, color=style.MUTED, va="center", bbox=style.CLEAR
    )


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
            )


@needs("frame", "economy", "year", "{value}", empty=True)
def economy_lines(
    frame: pd.DataFrame,
    *,
    economies: Sequence[str],
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

    frame: columns economy, year and `value`. A gap in the years is a gap in the line. bars: label
        -> height of a dashed
    line, named in the first panel. mark: a year and what it is, as a vertical line. top: of the
    scale.
    beside: a second series to compare with and its name, grey and thin, named where it lies
        furthest from the first.
    """
    bars = bars or {}
    one_figure(frame, ["economy", "year"])
    years = (int(frame["year"].min()), int(frame["year"].max())) if len(frame) else (2010, 2020)
    peak = max([float(frame[value].max()) if len(frame) else 1.0, *bars.values()])
    named = _widest(frame, beside[1], value) if beside else ("", 0)
    with style.context():
        figure, axes = panels(len(economies))
        for i, (ax, economy) in enumerate(zip(axes, economies, strict=True)):
            _frame(ax, economy, years)
            ax.set_ylim(0, top or 1.15 * peak)
            _bars(ax, bars, named=i == 0)
            if mark:
                ax.axvline(mark[0], color=style.GRID, linewidth=1.4)
                if i == 0:
                    at = (mark[0], 0.2)
                    ax.annotate(
                        f" {mark[1]}",
                        at,
                        xycoords=("data", "axes fraction"),
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
                _empty(ax, empty)
                continue
            series = by_year(mine, value)
            span = series.index
            ax.plot(
                span, series, color=style.PARTY["CHN"], marker="o", markersize=2.8, linewidth=1.8
            )
            ax.annotate(
                f"{series.iloc[-1]:,.{digits}f}",
                (span[-1], series.iloc[-1]),
                xytext=(4, 0),
                textcoords="offset points",
                fontsize=style.TICK,
                va="center",
            )
        figure.supylabel(unit, color=style.MUTED)
        figure.tight_layout(h_pad=1.1, w_pad=0.9)
    return figure


def _widest(frame: pd.DataFrame, other: pd.DataFrame, value: str) -> tuple[str, int]:
    """Economy and year in which two series lie furthest apart: the place where a name belongs to
    one of them only.
    """
    both = frame.merge(other, on=["economy", "year"], suffixes=("", "_other"))
    if both.empty:
        return "", 0
    at = both.loc[(both[value] - both[f"{value}_other"]).abs().astype(float).idxmax()]
    return str(at["economy"]), int(at["year"])


@needs("frame", "economy", "year", "value", "bound", "source_id", empty=True)
def learner_points(frame: pd.DataFrame, *, economies: Sequence[str]) -> Figure:
    """Counts of learners as they were printed, each economy on its own scale; two figures of one
    source are joined.

    frame: columns economy, year, value, bound (as_stated, lower, upper), source_id.
    """
    years = (int(frame["year"].min()), int(frame["year"].max())) if len(frame) else (2005, 2024)
    with style.context():
        figure, axes = panels(len(economies))
        for ax, economy in zip(axes, economies, strict=True):
            _frame(ax, economy, years)
            mine = frame[frame["economy"] == economy].sort_values("year")
            if mine.empty:
                ax.set_yticks([])
                _empty(ax, "no count of learners")
                continue
            for _, part in mine.groupby("source_id"):
                joined = len(part) > 1 and part["year"].is_unique
                colour = style.PARTY["CHN"] if joined else style.OTHER
                if joined:
                    ax.plot(part["year"].astype(int), part["value"], color=colour, linewidth=1.6)
                for row in part.itertuples():
                    ax.scatter(
                        [int(row.year)],
                        [row.value],
                        marker=MARKS[row.bound],
                        s=26,
                        color=colour,
                        zorder=3,
                    )
                last = part.iloc[-1]
                ax.annotate(
                    f"{last['value']:,.0f}",
                    (int(last["year"]), float(last["value"])),
                    xytext=(0, 7) if joined else (6, 0),
                    textcoords="offset points",
                    fontsize=style.TICK,
                    ha="center" if joined else "left",
                    va="bottom" if joined else "center",
                )
            ax.set_ylim(0, 1.2 * float(mine["value"].max()))
            ax.yaxis.set_major_formatter(lambda v, _: f"{v:,.0f}")
            ax.yaxis.set_major_locator(MaxNLocator(nbins=4))
        figure.supylabel("learners", color=style.MUTED)
        figure.tight_layout(h_pad=1.1, w_pad=0.9)
    return figure


@needs("views", "economy", "year", "percent", "question", empty=True)
@needs("students", "origin", "year", "students", like="load('students')", empty=True)
def views_and_exchange(
    views: pd.DataFrame, students: pd.DataFrame, *, economies: Sequence[str]
) -> Figure:
    """One row per economy: what people think of China (left) and how many of its students are in
    China (right).

    views: columns economy, year, percent, question (a word for each pollster); waves of one
        question are joined.
    students: columns origin, year, students, of one source, level and destination; years without a
        count are shaded.
    """
    one_of(
        students,
        ["destination", "level", "source_id"],
        hint="keep one count: unlike students are no one line",
    )
    years = (2009, 2024)
    with style.context():
        figure, grid = plt.subplots(
            len(economies),
            2,
            figsize=(style.WIDE, 1.5 * len(economies) + 0.3),
            squeeze=False,
            sharex=True,
        )
        for i, economy in enumerate(economies):
            left, right = grid[i]
            _views(left, views[views["economy"] == economy], first=i == 0)
            mine = (
                students[students["origin"] == economy]
                .dropna(subset=["students"])
                .sort_values("year")
            )
            uncounted = shade_uncounted(right, mine["year"], years[1])
            if i == 0 and uncounted:
                right.text(
                    uncounted[0] - 0.2,
                    0.86,
                    "no count",
                    transform=right.get_xaxis_transform(),
                    fontsize=style.TICK,
                    color=style.MUTED,
                )
            if mine.empty:
                _empty(right, "no count")
            else:
                line(right, by_year(mine, "students") / 1000, color=style.INK, linewidth=1.8)
                end = mine.iloc[-1]
                right.annotate(
                    f"{float(end['students']) / 1000:,.1f}",
                    (int(end["year"]), float(end["students"]) / 1000),
                    xytext=(4, 0),
                    textcoords="offset points",
                    fontsize=style.TICK,
                    va="center",
                )
            right.set_ylim(0, 1.25 * float(mine["students"].max()) / 1000 if len(mine) else 1)
            left.set_ylim(0, 100)
            left.set_yticks([0, 50, 100])
            left.set_title(eco.name_of(economy), pad=4)
            for ax in (left, right):
                ax.set_xlim(years)
                ax.set_xticks([2010, 2014, 2018, 2022])
                style.bare(ax, x=False)
        grid[-1][0].set_xlabel("view of China, per cent")
        grid[-1][1].set_xlabel("students in China, thousands")
        figure.tight_layout(h_pad=0.7, w_pad=1.2)
    return figure


def _views(ax: Axes, mine: pd.DataFrame, *, first: bool) -> None:
    if mine.empty:
        _empty(ax, "not asked twice")
        return
    for question, part in mine.sort_values("year").groupby("question", sort=False):
        main = question in ("Barometer", "Gallup")
        colour = style.PARTY["CHN"] if question == "Barometer" else style.MUTED
        dash = {"Barometer": "-", "Gallup": (0, (4, 2))}.get(str(question), (0, (1, 1.5)))
        points = [(int(row.year), float(row.percent)) for row in part.itertuples()]
        ax.plot(*zip(*points, strict=True), color=colour, linestyle=dash, marker="o", markersize=4)
        for at in points:
            below = not main and at == points[0]
            ax.annotate(
                f"{at[1]:.0f}",
                at,
                xytext=(0, -6 if below else 5),
                textcoords="offset points",
                fontsize=style.TICK,
                ha="center",
                va="top" if below else "bottom",
            )
        if first and main:
            ax.annotate(
                question,
                points[-1],
                xytext=(0, -6),
                textcoords="offset points",
                fontsize=style.TICK,
                color=colour,
                ha="center",
                va="top",
            )
        elif not main:
            ax.annotate(
                question,
                points[0],
                xytext=(-6, -2),
                textcoords="offset points",
                fontsize=style.TICK,
                color=colour,
                ha="right",
                va="top",
            )
