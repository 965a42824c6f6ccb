"""Pictures."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from ...ground import economies as eco
from ...plots import style
from ...plots.marks import mark
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


_LETTERS = 22
_HEADS = {"supports": "For the sentence", "refutes": "Against it"}
_LEFT = {"supports": 0.0, "refutes": 0.52}


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
        figure = plt.figure(figsize=(style.PHONE, height))
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
                    ax.text(_LEFT[side] + 0.05, at + 0.04, line, fontsize=style.TICK)
                    if first:
                        depth = _DEPTH[str(sides.loc[index, "strength"])]
                        ring = str(sides.loc[index, "text_seen"]) != "full"
                        x = _LEFT[side] + 0.015
                        mark(ax, x, at, colour, depth=depth, hollow=ring, size=28)
            y += 0.4 + 0.17 * deep[reading]
    return figure


_LINE = 0.17
_CASE_LETTERS = 44


@needs(
    "cases",
    "power",
    "case",
    "name",
    "code",
    "counted",
    like="article.documents.case_origins",
    empty=True,
)
def case_list(cases: pd.DataFrame, *, enough: int) -> Figure:
    """Acts or conditions in words, each with the independent sources that show it, by name.

    cases: power (economy code, or '' where all are of one), case (in words), name, code, counted,
    one row per origin, as from `case_origins` with a column for the power. A case with `enough`
    sources by the strict code is set in bold. Filled marks count by the strict code, rings by the
    wide code alone; their shape says the code (SHAPES). As wide as a phone.
    """
    found = [
        (str(power), str(case), part.sort_values(["counted", "name"]))
        for (power, case), part in cases.groupby(["power", "case"], sort=False)
    ]
    wrapped = {case: textwrap.wrap(case, _CASE_LETTERS) for _, case, _ in found}
    powers = [p for p in dict.fromkeys(cases["power"]) if p]
    lines = sum(len(wrapped[case]) + len(part) for _, case, part in found)
    height = 0.2 + _LINE * lines + 0.1 * len(found) + 0.35 * len(powers)
    with style.context():
        figure = plt.figure(figsize=(style.PHONE, height))
        ax = figure.add_axes((0, 0, 1, 1))
        ax.set_axis_off()
        ax.set_xlim(0, 1)
        ax.set_ylim(height, 0)
        y, last = 0.2, ""
        for power, case, part in found:
            colour = style.colour(power) if power else style.STATE["fails"]
            if power != last:
                heading = eco.name_of(power)
                ax.text(0, y, heading, fontsize=style.TITLE, weight="bold", color=colour)
                y, last = y + 0.27, power
            documented = (part["counted"] == "strict").sum() >= enough
            weight = "bold" if documented else "normal"
            for line in wrapped[case]:
                ax.text(0, y, line, fontsize=style.TICK, weight=weight)
                y += _LINE
            for row in part.itertuples():
                shape = SHAPES.get(str(row.code), "o")
                ring = row.counted != "strict"
                mark(ax, 0.03, y - 0.045, colour, depth=1.0, hollow=ring, size=28, shape=shape)
                ax.text(0.07, y, str(row.name), fontsize=style.TICK, color=style.MUTED)
                y += _LINE
            y += 0.1
    return figure
