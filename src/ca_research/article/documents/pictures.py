"""Pictures."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from ...ground import economies as eco
from ...plots import style
from ...plots.marks import dated_name, mark
from ...plots.needs import needs

_SIDE = {"supports": (1, style.STATE["holds"]), "refutes": (-1, style.STATE["fails"])}
_DEPTH = {"primary": 1.0, "secondary": 0.6, "commentary": 0.25}
SHAPES = {
    "unrest": "^",
    "force": "D",
    "narrow": "s",
    "policy": "s",
    "broad": "o",
    "economic": "o",
}
"""Shape of a mark by code: triangle, diamond, square, circle."""


NARROW = 3.9
"""Inches: a picture as wide as a phone, where its text is as large as elsewhere."""
_LETTERS = 25
_HEADS = {"supports": "For the sentence", "refutes": "Against it"}
_LEFT = {"supports": 0.0, "refutes": 0.51}


def _column(names: pd.DataFrame) -> list[tuple[str, bool, object]]:
    """Lines of one column: text, whether a mark stands before it, and the row it comes from."""
    found = []
    for row in names.sort_values(["year", "name"]).itertuples():
        lines = textwrap.wrap(str(row.name), _LETTERS)
        found += [(line, i == 0, row.Index) for i, line in enumerate(lines)]
    return found


@needs(
    "sides",
    "reading",
    "side",
    "name",
    "year",
    "strength",
    "text_seen",
    like="article.documents.sides",
    empty=True,
)
def side_columns(sides: pd.DataFrame, *, labels: Mapping[str, str] | None = None) -> Figure:
    """Independent sources by name, those for a sentence in one column and those against in another.

    sides: reading, side, name, year, strength, text_seen, as from `sides`. labels: words for the
    readings, which stand over their part. The paler a mark, the farther its text from the event; a
    ring was read only in excerpt. As wide as a phone.
    """
    readings = list(dict.fromkeys(sides["reading"]))
    parts = {
        (reading, side): _column(sides[(sides["reading"] == reading) & (sides["side"] == side)])
        for reading in readings
        for side in _SIDE
    }
    deep = {r: max(len(parts[r, side]) for side in _SIDE) for r in readings}
    height = 0.45 + sum(0.4 + 0.17 * n for n in deep.values())
    with style.context():
        figure = plt.figure(figsize=(NARROW, height))
        ax = figure.add_axes((0, 0, 1, 1))
        ax.set_axis_off()
        ax.set_xlim(0, 1)
        ax.set_ylim(height, 0)
        for side, (_, colour) in _SIDE.items():
            ax.text(
                _LEFT[side], 0.15, _HEADS[side], fontsize=style.TITLE, weight="bold", color=colour
            )
        y = 0.45
        for reading in readings:
            name = (labels or {}).get(reading, reading.replace("_", " "))
            ax.plot([0, 1], [y - 0.13] * 2, color=style.GRID, linewidth=0.8)
            ax.text(0, y + 0.05, name, fontsize=style.TICK, color=style.MUTED)
            for side, (_, colour) in _SIDE.items():
                for k, (line, first, index) in enumerate(parts[reading, side]):
                    at = y + 0.25 + 0.17 * k
                    ax.text(_LEFT[side] + 0.045, at + 0.04, line, fontsize=style.TICK)
                    if first:
                        depth = _DEPTH[str(sides.loc[index, "strength"])]
                        ring = str(sides.loc[index, "text_seen"]) != "full"
                        x = _LEFT[side] + 0.015
                        mark(ax, x, at, colour, depth=depth, hollow=ring, size=28)
            y += 0.4 + 0.17 * deep[reading]
    return figure


@needs(
    "cases",
    "power",
    "case",
    "first_year",
    "code",
    "counted",
    like="article.documents.case_origins",
    empty=True,
)
def case_strip(cases: pd.DataFrame, *, enough: int) -> Figure:
    """Independent origins that show one and the same case: one mark per origin, its shape by the
    code.

    cases: power (economy code, or '' where all are of one), case, first_year, code, counted, one
    row per origin, as from `case_origins` with a column for the power. Filled marks count
    by the strict code, rings by the wide code alone; the dashed line is what counts as documented.
    Shapes: see SHAPES.
    """
    rows: list[tuple[str, pd.DataFrame | None]] = []
    for power in dict.fromkeys(cases["power"]):
        mine = cases[cases["power"] == power]
        rows += [(power, None)] if power else []
        rows += [(power, mine[mine["case"] == case]) for case in dict.fromkeys(mine["case"])]
    most = max([enough, *(len(part) for _, part in rows if part is not None)])
    with style.context():
        figure, ax = plt.subplots(figsize=(style.WIDE, 0.85 + 0.3 * max(len(rows), 1)))
        labels = []
        for y, (power, part) in enumerate(rows):
            if part is None:
                labels.append(eco.name_of(power))
                continue
            labels.append(dated_name(part["case"].iloc[0], part["first_year"].min()))
            colour = style.colour(power) if power else style.STATE["fails"]
            for k, row in enumerate(part.sort_values(["counted", "code"]).itertuples(), start=1):
                shape = SHAPES.get(str(row.code), "o")
                mark(ax, k, y, colour, depth=1.0, hollow=row.counted != "strict", shape=shape)
        ax.axvline(enough - 0.5, color=style.MUTED, linewidth=1, linestyle=(0, (4, 3)))
        ax.set_xlim(0.4, most + 0.6)
        ax.set_ylim(len(rows) - 0.4, -0.6)
        ax.set_yticks(range(len(rows)), labels, fontsize=style.TICK)
        for tick, (_, part) in zip(ax.get_yticklabels(), rows, strict=True):
            if part is None:
                tick.set_fontweight("bold")
                tick.set_color(style.INK)
        ax.set_xticks(range(1, most + 1))
        ax.set_xlabel("independent sources on the case")
        style.bare(ax, y=False)
        figure.tight_layout()
    return figure
