"""Who leads where, as a picture and in words."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from ...ground import economies as eco
from ...plots import style, telling
from ...plots.needs import needs, one_figure
from ...plots.panels import name_rows
from ...registry.words import party

LABELS = {
    "trade": "goods trade",
    "investment": "direct investment",
    "finance": "official finance",
    "students": "students abroad",
    "opinion": "public opinion",
    "meetings": "leaders' visits",
}
"""Fields as a reader knows them."""


def years_of(cells: pd.DataFrame) -> str:
    """'The figures are of: trade 2021 to 2025, students 2018.'; '' without any.

    cells: as from `priority.matrix`.
    """
    years = cells[cells["n"] > 0].groupby("dimension", sort=False)["last_year"]
    told = [
        f"{LABELS[str(field)]} " + " to ".join(map(str, sorted({min(of), max(of)})))
        for field, of in years
    ]
    return f"The figures are of: {', '.join(told)}." if told else ""


def _in_words(cells: pd.DataFrame) -> tuple[str, str]:
    """In how many comparisons China comes first, and who does in each."""
    led, lost = (sum(v is told for v in cells["led"]) for told in (True, False))
    title = (
        f"Of {len(cells)} comparisons China comes first in {led} and not in {lost}; "
        f"{len(cells) - led - lost} cannot be made"
    )
    each = cells.rename(columns={"values": "compared"}).itertuples()
    told = [
        f"{eco.name_of(r.economy)}, {LABELS[r.dimension]}: "
        + (f"{_who(r.leader)} ({getattr(r, 'compared', '')})" if r.n > 0 else "cannot be said")
        for r in each
    ]
    return title, "; ".join(told) + "."


def cells_in_words(cells: pd.DataFrame) -> pd.DataFrame:
    """Cells for a reader: field, who leads by what was compared, and why nothing can be."""
    leads = cells["leader"].replace("", "no one") + " leads (" + cells["values"] + ")"
    return cells.assign(
        **{
            "field": cells["dimension"].map(LABELS),
            "compared": leads.where(cells["n"] > 0, ""),
            "why it cannot be": cells["missing"],
        }
    )


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
def priority_matrix(cells: pd.DataFrame) -> Figure:
    """Economies by fields: filled where China leads, framed where another does, else blank. A cell
    names the leader, China's figure over its largest rival's, and the year.

    cells: as from `priority.matrix`.
    """
    hint = "keep one choice of each dimension, as priority.matrix does"
    one_figure(cells, ["dimension", "economy"], hint=hint)
    fields, codes = (list(dict.fromkeys(cells[c])) for c in ("dimension", "economy"))
    over = style.wide() < style.WIDE
    row, top, part = (0.95, 0.2, 0.74) if over else (0.62, 0.07, 0.86)
    with style.context():
        figure, ax = plt.subplots(figsize=(style.wide(), 0.9 + row * len(codes)))
        for r in cells[cells["n"] > 0].itertuples():  # of the others nobody can say: blank
            x, y = fields.index(r.dimension), codes.index(r.economy)
            look: dict[str, Any] = {
                "facecolor": style.HIGHLIGHT if r.led is True else "none",
                "linewidth": 1.6,
            }
            look["edgecolor"] = style.colour(r.leader)
            ax.add_patch(plt.Rectangle((x + 0.04, y + top), 0.92, part, **look))
            ends = (r.low, r.high) if pd.isna(r.estimate) else (r.estimate,)
            ratio = "–".join(f"{end:.2g}" for end in ends if pd.notna(end))
            ratio = f"{'≥' if pd.isna(ends[-1]) else ''}{ratio}×, {int(r.last_year)}"
            text = f"{_who(r.leader)}\n{ratio}"
            ax.text(
                x + 0.5,
                y + top + part / 2,
                text.replace(" ", "\n") if over else text,
                ha="center",
                va="center",
                linespacing=1.5,
                color=style.PAPER if r.led is True else style.INK,
            )
        ax.set_xlim(0, len(fields))
        ax.set_ylim(len(codes), 0)
        ax.set_xticks([i + 0.5 for i in range(len(fields))], [LABELS.get(f, f) for f in fields])
        names = [eco.name_of(code) for code in codes]
        if over:
            name_rows(ax, names, [y + top for y in range(len(codes))])
        else:
            ax.set_yticks([i + 0.5 for i in range(len(codes))], names)
        ax.xaxis.tick_top()
        style.bare(ax, x=False, y=False)
    return telling(figure, *_in_words(cells))


def _who(leader: str) -> str:
    return party(leader) if leader else "no single leader"
