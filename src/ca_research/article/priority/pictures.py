"""Who leads where, as a picture and in words."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from ...ground import economies as eco
from ...plots import style, telling
from ...plots.grid import draw_grid
from ...plots.needs import needs
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


@needs("cells", "dimension economy n led leader values estimate low high last_year")
def priority_matrix(cells: pd.DataFrame) -> Figure:
    """Economies by fields: coloured where China leads, pale where another does, else blank. A cell
    names the leader, China's figure over its largest rival's, and the year.

    cells: as from `priority.matrix`.
    """
    words, texts = [], []
    for cell in cells.itertuples():
        known, who = cell.n > 0, party(cell.leader) if cell.leader else "no single leader"
        ends = (cell.low, cell.high) if pd.isna(cell.estimate) else (cell.estimate,)
        ratio = "–".join(f"{end:.2g}" for end in ends if pd.notna(end))
        ratio = f"{'≥' if pd.isna(ends[-1]) else ''}{ratio}×"
        words.append(f"{who}\n{ratio}, {int(cell.last_year)}" if known else "")
        compared = f"{who} ({cell.values})" if known else "cannot be said"
        texts.append(f"{eco.name_of(cell.economy)}, {LABELS[cell.dimension]}: {compared}")
    led = cells["led"].eq(True)
    shown = cells.assign(words=words, shade=led.astype(float).where(cells["n"] > 0))
    shown["field"] = shown["dimension"].map(LABELS)
    shown["economy"] = shown["economy"].map(eco.name_of)
    figure, ax = plt.subplots(figsize=(style.wide(), 0.8 + 0.62 * shown["economy"].nunique()))
    draw_grid(ax, shown, "economy", "field", [style.GRID, style.HIGHLIGHT])
    counts = sum(led), sum(cells["led"].eq(False)), sum(cells["led"].isna())
    title = "Of {} comparisons China comes first in {} and not in {}; {} cannot be made"
    return telling(figure, title.format(len(cells), *counts), "; ".join(texts) + ".")
