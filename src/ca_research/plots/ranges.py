"""Shares as dots and ranges against a bar, and completed commitments by edition."""

from __future__ import annotations

import textwrap

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..ground import economies as eco
from . import style
from .needs import needs, one_figure


@needs("frame", "{group}", "what", "year", "low", "high", "kind")
def share_ranges(
    frame: pd.DataFrame, *, bar: float, bar_label: str, group: str = "unit", right: float = 100.0
) -> Figure:
    """Shares by group as a dot (one figure) or a bar (a range), with a dashed line at the declared
    bar.

    frame: columns `group`, what, year, low, high (per cent), kind ('whole', or 'part': hollow, a
        lower bound by itself).
    """
    with style.context():
        figure, ax = plt.subplots(
            figsize=(style.WIDE, 0.9 + 0.46 * (len(frame) + frame[group].nunique()))
        )
        ticks, labels, y = [], [], 0.0
        for name, part in frame.groupby(group, sort=False):
            ax.text(
                0, y, str(name).capitalize(), fontweight="bold", fontsize=style.TITLE, va="center"
            )
            for row in part.itertuples():
                y += 1
                whole = row.kind == "whole"
                colour = style.PARTY["CHN"] if whole else style.OTHER
                if row.high > row.low:
                    ax.plot(
                        [row.low, row.high],
                        [y, y],
                        color=colour,
                        linewidth=7,
                        alpha=0.55,
                        solid_capstyle="butt",
                    )
                else:
                    face = colour if whole else "none"
                    ax.scatter(
                        [row.low],
                        [y],
                        s=52,
                        facecolors=face,
                        edgecolors=colour,
                        linewidths=1.6,
                        zorder=3,
                    )
                ends = (
                    f"{row.low:.0f}" if row.high == row.low else f"{row.low:.0f} to {row.high:.0f}"
                )
                ax.annotate(
                    ends,
                    (row.high, y),
                    xytext=(8, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=style.LABEL,
                    bbox=style.CLEAR,
                )
                ticks.append(y)
                labels.append(textwrap.fill(f"{row.what}, {int(row.year)}", 30))
            y += 1.2
        ax.axvline(bar, color=style.MUTED, linewidth=1, linestyle=(0, (4, 3)))
        ax.annotate(
            bar_label,
            (bar, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(4, -2),
            textcoords="offset points",
            fontsize=style.TICK,
            color=style.MUTED,
            va="top",
        )
        ax.set_yticks(ticks, labels, fontsize=style.LABEL)
        ax.set_ylim(y - 0.4, -0.7)
        ax.set_xlim(0, right * 1.1)
        ax.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
        ax.set_xlabel("per cent")
        style.bare(ax, y=False)
        figure.tight_layout()
    return figure


@needs("frame", "edition", "host", "commitments", "share", like="investment.completion_by")
def completion_dots(frame: pd.DataFrame, *, bar: float) -> Figure:
    """Completed commitments (per cent of their number) by economy and edition of the project list,
    newest filled.

    frame: columns edition, until, host, commitments, share, as from `investment.completion_by`;
        editions newest first.
    """
    one_figure(frame, ["edition", "host"], hint="group by host alone")
    hosts = sorted(frame["host"].unique())
    editions = list(dict.fromkeys(frame["edition"]))
    with style.context():
        figure, ax = plt.subplots(figsize=(style.WIDE, 0.9 + 0.55 * len(hosts)))
        for y, host in enumerate(hosts):
            mine = frame[frame["host"] == host]
            ax.plot(
                [mine["share"].min(), mine["share"].max()],
                [y, y],
                color=style.GRID,
                linewidth=3,
                zorder=1,
            )
            for edition in reversed(editions):
                row = mine[mine["edition"] == edition]
                if row.empty:
                    continue
                age = editions.index(edition)
                x = float(row["share"].iloc[0])
                ax.scatter(
                    [x],
                    [y],
                    s=54,
                    zorder=3 - 0.1 * age,
                    linewidths=1.6,
                    facecolors=style.PARTY["CHN"] if age == 0 else style.PAPER,
                    edgecolors=style.PARTY["CHN"] if age == 0 else style.OTHER,
                    linestyle="-" if age < 2 else (0, (1, 1)),
                )
            newest = mine[mine["edition"] == editions[0]]
            if len(newest):
                n = int(newest["commitments"].iloc[0])
                ax.annotate(
                    f"{float(newest['share'].iloc[0]):.0f} % of {n}"
                    + (" commitments" if y == 0 else ""),
                    (float(newest["share"].iloc[0]), y),
                    xytext=(0, 7),
                    textcoords="offset points",
                    fontsize=style.TICK,
                    ha="center",
                    bbox=style.CLEAR,
                )
        ax.axvline(bar, color=style.MUTED, linewidth=1, linestyle=(0, (4, 3)))
        ax.set_yticks(range(len(hosts)), [eco.name_of(h) for h in hosts], fontsize=style.TITLE)
        ax.set_ylim(len(hosts) - 0.4, -0.8)
        ax.set_xlim(-4, 106)
        ax.set_xlabel(f"per cent completed (dashed: {bar:.0f})")
        style.bare(ax, y=False)
        figure.tight_layout()
    return figure
