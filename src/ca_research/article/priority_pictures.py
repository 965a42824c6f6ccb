"""Pictures of priority and balance: who leads in which dimension, how concentrated trade is, how
the five vote.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from ..ground import economies as eco
from ..plots import style
from ..plots.needs import by_year, needs, one_figure
from ..plots.panels import apart, line, panels
from ..registry.words import party

_POWERS = ("CHN", "RUS", "USA")


@needs(
    "cells",
    "dimension",
    "economy",
    "led",
    "estimate",
    "low",
    "high",
    "last_year",
    "leader",
    "n",
    like="article.priority.matrix",
)
def priority_matrix(cells: pd.DataFrame, *, labels: dict[str, str] | None = None) -> Figure:
    """Economies by dimensions: filled where China leads, framed where another does, else empty. A
    cell names the leader, China's figure over its largest rival's, and the year.

    cells: columns dimension, economy, led (True, False, None), estimate, low, high, last_year,
        leader, n, as from
    `priority.matrix`. labels: names of the dimensions.
    """
    one_figure(
        cells,
        ["dimension", "economy"],
        hint="keep one choice of each dimension, as claims.priority.matrix does",
    )
    dimensions, codes = (
        list(dict.fromkeys(cells["dimension"])),
        list(dict.fromkeys(cells["economy"])),
    )
    with style.context():
        figure, ax = plt.subplots(figsize=(style.WIDE, 0.9 + 0.62 * len(codes)))
        for r in cells.itertuples():
            x, y = dimensions.index(r.dimension), codes.index(r.economy)
            led, filled = r.led is True, r.n > 0
            face = style.PARTY["CHN"] if led else "none"
            edge = style.colour(r.leader) if filled else style.OTHER
            ax.add_patch(
                plt.Rectangle(
                    (x + 0.04, y + 0.07),
                    0.92,
                    0.86,
                    facecolor=face,
                    edgecolor=edge,
                    linewidth=1.6 if filled else 0.8,
                    linestyle="-" if filled else (0, (3, 3)),
                )
            )
            ink = style.PAPER if led else style.INK if filled else style.MUTED
            ax.text(
                x + 0.5, y + 0.37, _who(r), ha="center", va="center", fontsize=style.TICK, color=ink
            )
            ax.text(
                x + 0.5,
                y + 0.69,
                _ratio(r),
                ha="center",
                va="center",
                fontsize=style.TICK,
                color=ink,
            )
        ax.set_xlim(0, len(dimensions))
        ax.set_ylim(len(codes), 0)
        names = labels or {}
        ax.set_xticks(
            [i + 0.5 for i in range(len(dimensions))],
            [names.get(d, d) for d in dimensions],
            fontsize=style.TICK,
        )
        ax.set_yticks(
            [i + 0.5 for i in range(len(codes))],
            [eco.name_of(c) for c in codes],
            fontsize=style.TICK,
        )
        ax.xaxis.tick_top()
        style.bare(ax, x=False, y=False)
        figure.tight_layout()
    return figure


def _who(cell: pd.Series) -> str:
    if not cell.n > 0:
        return "missing"
    return party(cell.leader) if cell.leader else "no single leader"


def _ratio(cell: pd.Series) -> str:
    if not cell.n > 0:
        return ""
    said = f"{cell.estimate:.2g}" if pd.notna(cell.estimate) else f"{cell.low:.2g}–{cell.high:.2g}"
    return f"{said}×, {int(cell.last_year)}"


@needs("table", "economy", "year", "hhi", "period", like="trade.periods_by_economy")
def hhi_lines(table: pd.DataFrame, *, early: tuple[int, int], late: tuple[int, int]) -> Figure:
    """Concentration of trade by year, one panel per economy; the two periods are shaded, their
    means are drawn.

    table: columns economy, year, hhi, period ('early', 'late' or '').
    """
    codes = list(dict.fromkeys(table["economy"]))
    with style.context():
        figure, axes = panels(len(codes), sharex=True, sharey=True)
        for ax, code in zip(axes, codes, strict=False):
            mine = table[(table["economy"] == code) & (table["year"] >= early[0] - 3)].sort_values(
                "year"
            )
            for first, last in (early, late):
                ax.axvspan(first - 0.5, last + 0.5, color=style.GRID, alpha=0.6, linewidth=0)
            line(
                ax, by_year(mine, "hhi"), color=style.INK, marker="o", markersize=3.5, linewidth=1.6
            )
            for _, part in mine[mine["period"] != ""].groupby("period"):
                ends, mean = (
                    (part["year"].min() - 0.4, part["year"].max() + 0.4),
                    part["hhi"].mean(),
                )
                ax.plot(ends, [mean, mean], color=style.PARTY["CHN"], linewidth=2.5)
                ax.annotate(
                    f"{mean:.3f}",
                    (sum(ends) / 2, min(mean, float(part["hhi"].min()))),
                    textcoords="offset points",
                    xytext=(0, -7),
                    ha="center",
                    va="top",
                    fontsize=style.TICK,
                )
            ax.set_title(eco.name_of(code))
            ax.set_ylim(0, 1.12 * float(table.loc[table["year"] >= early[0] - 3, "hhi"].max()))
            ax.xaxis.set_major_locator(plt.MaxNLocator(integer=True, nbins=4))
            style.bare(ax, x=False)
        figure.supylabel("Herfindahl index over partners", color=style.MUTED)
        figure.tight_layout(h_pad=1.0)
    return figure


@needs("votes", "economy", "power", "year", "{column}", like="relations.votes")
def vote_lines(
    votes: pd.DataFrame, *, column: str = "agreement", label: str = "share of common votes"
) -> Figure:
    """Agreement with (or distance to) each power by year, one panel per economy.

    votes: columns economy, power, year and `column`, as from `relations.votes`.
    """
    codes = list(dict.fromkeys(votes["economy"]))
    with style.context():
        figure, axes = panels(len(codes), sharex=True, sharey=True)
        for ax, code in zip(axes, codes, strict=False):
            mine = votes[votes["economy"] == code]
            ends = []
            for power in _POWERS:
                part = mine[mine["power"] == power].dropna(subset=[column]).sort_values("year")
                if part.empty:
                    continue
                line(ax, by_year(part, column), color=style.colour(power), linewidth=1.8)
                ends.append((float(part[column].iloc[-1]), power, int(part["year"].iloc[-1])))
            for value, power, year in apart(ends, 0.085 * float(votes[column].max())):
                ax.annotate(
                    party(power),
                    (year, value),
                    textcoords="offset points",
                    xytext=(4, 0),
                    va="center",
                    color=style.colour(power),
                )
            ax.set_title(eco.name_of(code))
            ax.set_ylim(0, 1.05 * float(votes[column].max()))
            ax.set_xlim(
                right=votes["year"].max() + 0.45 * (votes["year"].max() - votes["year"].min())
            )
            ax.xaxis.set_major_locator(plt.MaxNLocator(integer=True, nbins=4))
            style.bare(ax, x=False)
        figure.supylabel(label, color=style.MUTED)
        figure.tight_layout(h_pad=1.0)
    return figure
