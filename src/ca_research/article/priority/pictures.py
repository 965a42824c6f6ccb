"""Pictures."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from ...ground import economies as eco
from ...plots import style
from ...plots.narrow import name_rows, redrawn
from ...plots.needs import needs, one_figure
from ...plots.pen import tight
from ...registry.words import party

LABELS = {
    "trade": "goods trade",
    "investment": "direct investment",
    "finance": "official finance",
    "students": "students abroad",
    "opinion": "public opinion",
    "meetings": "leaders' visits",
}
"""Dimensions as a reader knows them."""


def title_of(cells: pd.DataFrame) -> str:
    """In how many comparisons China comes first; cells: as from `priority.matrix`."""
    led, lost = (sum(v is told for v in cells["led"]) for told in (True, False))
    return (
        f"Of {len(cells)} comparisons China comes first in {led} and not in {lost}; "
        f"{len(cells) - led - lost} cannot be made"
    )


def years_of(cells: pd.DataFrame) -> str:
    """'The figures are of: trade 2021 to 2025, students 2018.'; '' without any.

    cells: as from `priority.matrix`.
    """
    years = cells[cells["n"] > 0].groupby("dimension", sort=False)["last_year"]
    told = [
        f"{LABELS[str(field)].lower()} " + " to ".join(map(str, sorted({min(of), max(of)})))
        for field, of in years
    ]
    return f"The figures are of: {', '.join(told)}." if told else ""


def cells_in_words(cells: pd.DataFrame) -> str:
    """Who leads in each comparison, for the text of a picture; cells: as from `priority.matrix`."""
    told = [
        f"{eco.name_of(r.economy)}, {LABELS[r.dimension]}: "
        + (f"{_who(r)} ({r.compared})" if r.n > 0 else "cannot be said")
        for r in cells.rename(columns={"values": "compared"}).itertuples()
    ]
    return "; ".join(told) + "."


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
    """Economies by dimensions: filled where China leads, framed where another does, else blank. A
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
            if not r.n > 0:
                continue  # nobody can say: blank
            led = r.led is True
            face = style.HIGHLIGHT if led else "none"
            ax.add_patch(
                plt.Rectangle(
                    (x + 0.04, y + top),
                    0.92,
                    part,
                    facecolor=face,
                    edgecolor=style.colour(r.leader),
                    linewidth=1.6,
                )
            )
            ink = style.PAPER if led else style.INK
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


def _who(cell: Any) -> str:
    return party(cell.leader) if cell.leader else "no single leader"


def _ratio(cell: pd.Series) -> str:
    said = f"{cell.low:.2g}–{cell.high:.2g}" if pd.notna(cell.high) else f"≥{cell.low:.2g}"
    if pd.notna(cell.estimate):
        said = f"{cell.estimate:.2g}"
    return f"{said}×, {int(cell.last_year)}"
