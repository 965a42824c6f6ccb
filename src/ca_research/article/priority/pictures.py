"""Who leads where, as a picture and in words."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from ...ground import economies as eco
from ...plots import style, telling
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
    spans = [
        f"{LABELS[str(field)]} " + " to ".join(map(str, sorted({min(of), max(of)})))
        for field, of in years
    ]
    return f"The figures are of: {', '.join(spans)}." if spans else ""


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


def priority_matrix(cells: pd.DataFrame) -> Figure:
    """Economies by fields: coloured where China leads, pale where another does, else blank. A cell
    names the leader, China's figure over its largest rival's, and the year.

    cells: as from `priority.matrix`.
    """
    import seaborn as sns

    marks, texts = [], []
    for cell in cells.itertuples():
        known, who = cell.n > 0, party(cell.leader) if cell.leader else "no single leader"
        ends = (cell.low, cell.high) if pd.isna(cell.estimate) else (cell.estimate,)
        ratio = "–".join(f"{end:.2g}" for end in ends if pd.notna(end))
        ratio = f"{'≥' if pd.isna(ends[-1]) else ''}{ratio}×"
        marks.append(f"{who}\n{ratio}, {int(cell.last_year)}" if known else "")
        compared = f"{who} ({cell.values})" if known else "cannot be said"
        texts.append(f"{eco.name_of(cell.economy)}, {LABELS[cell.dimension]}: {compared}")
    narrow, led = style.wide() < style.WIDE, cells["led"].eq(True)
    marks = [mark.replace(" ", "\n") for mark in marks] if narrow else marks
    shown = cells.assign(mark=marks, led=led.astype(float).where(cells["n"] > 0))  # else blank
    wide, words = (
        shown.pivot(index="economy", columns="dimension", values=column).reindex(
            index=cells["economy"].unique(), columns=cells["dimension"].unique()
        )
        for column in ("led", "mark")
    )
    with style.context():
        size = style.wide(), 0.8 + (0.95 if narrow else 0.62) * len(wide)
        figure, ax = plt.subplots(figsize=size)
        look = {"linewidths": 1, "linecolor": style.PAPER, "cbar": False, "ax": ax}
        look |= {"cmap": ListedColormap((style.GRID, style.HIGHLIGHT)), "vmin": 0, "vmax": 1}
        sns.heatmap(wide, annot=words, fmt="", **look)
        for text in ax.texts:  # in colours that a dark page knows
            text.set_color(style.PAPER if text.get_color() == "w" else style.INK)
        fields, codes = map(LABELS.__getitem__, wide), map(eco.name_of, wide.index)
        ax.set_xticklabels([name.replace(" ", "\n") if narrow else name for name in fields])
        ax.set_yticklabels(codes, rotation=90 if narrow else 0)
        ax.xaxis.tick_top()
        ax.set(xlabel="", ylabel="")
        style.bare(ax, x=False, y=False)
    counts = sum(led), sum(cells["led"].eq(False)), sum(cells["led"].isna())
    title = "Of {} comparisons China comes first in {} and not in {}; {} cannot be made"
    return telling(figure, title.format(len(cells), *counts), "; ".join(texts) + ".")
