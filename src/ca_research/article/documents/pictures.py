"""Pictures."""

from __future__ import annotations

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


def _year(value: object) -> str:
    return "" if pd.isna(value) else f"{int(value) % 100:02d}"  # type: ignore[call-overload]


@needs(
    "sides",
    "reading",
    "side",
    "origin_group",
    "year",
    "strength",
    "text_seen",
    like="article.documents.sides",
    empty=True,
)
def sides_strip(
    sides: pd.DataFrame, *, enough: int, labels: Mapping[str, str] | None = None
) -> Figure:
    """Independent origins for and against each reading: one mark per origin, for to the right,
    against to the left.

    sides: reading, side, origin_group, year, strength, text_seen, as from `sides`.
    enough: origins that count as documented (a dashed line on either side). labels: words for the
    readings. The paler a mark, the farther its text from the event; a ring was read only in
    excerpt; two digits are the year.
    """
    readings = list(dict.fromkeys(sides["reading"]))
    most = int(max([enough, *sides.groupby(["reading", "side"]).size()]))
    with style.context():
        figure, ax = plt.subplots(figsize=(style.WIDE, 1.25 + 0.52 * max(len(readings), 1)))
        for y, reading in enumerate(readings):
            for side, (sign, colour) in _SIDE.items():
                part = sides[(sides["reading"] == reading) & (sides["side"] == side)].sort_values(
                    "year"
                )
                for k, row in enumerate(part.itertuples(), start=1):
                    mark(
                        ax,
                        sign * k,
                        y,
                        colour,
                        depth=_DEPTH[str(row.strength)],
                        hollow=str(row.text_seen) != "full",
                    )
                    ax.text(
                        sign * k,
                        y + 0.4,
                        _year(row.year),
                        ha="center",
                        va="center",
                        fontsize=style.TICK,
                        color=style.MUTED,
                    )
        ax.axvline(0, color=style.INK, linewidth=1)
        for sign in (1, -1):
            ends = [-0.4, len(readings) - 0.4]
            ax.plot(
                [sign * (enough - 0.5)] * 2,
                ends,
                color=style.MUTED,
                linewidth=1,
                linestyle=(0, (4, 3)),
            )
        ax.set_xlim(-most - 0.7, most + 0.7)
        ax.set_ylim(len(readings) - 0.35, -0.95)
        for sign, word in ((1, "for the sentence"), (-1, "against it")):
            ax.text(
                sign * 0.12,
                -0.72,
                word,
                ha="left" if sign > 0 else "right",
                fontsize=style.TICK,
                color=style.MUTED,
            )
        names = [(labels or {}).get(r, r.replace("_", " ")) for r in readings]
        ax.set_yticks(range(len(readings)), names, fontsize=style.TICK)
        ticks = [t for t in range(-most, most + 1) if t and (t % 2 == 0 or most < 8)]
        ax.set_xticks(ticks, [str(abs(t)) for t in ticks], fontsize=style.TICK)
        ax.set_xlabel("independent sources")
        style.bare(ax, x=False, y=False)
        figure.tight_layout()
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
