"""Pictures."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from ...ground import economies as eco
from ...plots import style
from ...plots.narrow import name_rows, redrawn
from ...plots.needs import needs, one_figure
from ...plots.pen import tight
from ...registry.words import party


@redrawn
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
        leader, n, as from `priority.matrix`. labels: names of the dimensions.
    """
    one_figure(
        cells,
        ["dimension", "economy"],
        hint="keep one choice of each dimension, as priority.matrix does",
    )
    dimensions, codes = (
        list(dict.fromkeys(cells["dimension"])),
        list(dict.fromkeys(cells["economy"])),
    )
    over = style.wide() < style.WIDE
    row, top, part = (0.95, 0.2, 0.74) if over else (0.62, 0.07, 0.86)
    with style.context():
        figure, ax = plt.subplots(figsize=(style.wide(), 0.9 + row * len(codes)))
        for r in cells.itertuples():
            x, y = dimensions.index(r.dimension), codes.index(r.economy)
            led, filled = r.led is True, r.n > 0
            face = style.HIGHLIGHT if led else "none"
            edge = style.colour(r.leader) if filled else style.OTHER
            ax.add_patch(
                plt.Rectangle(
                    (x + 0.04, y + top),
                    0.92,
                    part,
                    facecolor=face,
                    edgecolor=edge,
                    linewidth=1.6 if filled else 0.8,
                    linestyle="-" if filled else (0, (3, 3)),
                )
            )
            ink = style.PAPER if led else style.INK if filled else style.MUTED
            said, space = (_who(r), _ratio(r)), "\n" if over else " "
            for at, words in zip((0.35, 0.72), said, strict=True):
                ax.text(
                    x + 0.5,
                    y + top + at * part,
                    words.replace(" ", space),
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
        names_of_rows = [eco.name_of(c) for c in codes]
        if over:
            name_rows(ax, names_of_rows, [y + top for y in range(len(codes))])
        else:
            ax.set_yticks([i + 0.5 for i in range(len(codes))], names_of_rows, fontsize=style.TICK)
        ax.xaxis.tick_top()
        style.bare(ax, x=False, y=False)
        tight(figure)
    return figure


def _who(cell: pd.Series) -> str:
    if not cell.n > 0:
        return "missing"
    return party(cell.leader) if cell.leader else "no single leader"


def _ratio(cell: pd.Series) -> str:
    if not cell.n > 0:
        return ""
    said = f"{cell.low:.2g}–{cell.high:.2g}"
    if pd.notna(cell.estimate):
        said = f"{cell.estimate:.2g}"
    return f"{said}×, {int(cell.last_year)}"
