"""Pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ...ground import economies as eco
from ...ground.errors import UsageError
from ...ground.periods import date_in_short
from ...plots import style
from ...plots.narrow import redrawn
from ...plots.needs import needs
from ...plots.pen import tight


@redrawn
@needs(
    "times",
    "economy",
    "state",
    "low",
    "high",
    "date",
    "bounded_by",
    like="article.signing.signing_times",
    empty=True,
)
def signing_curves(
    times: pd.DataFrame,
    curves: Mapping[str, Mapping[str, pd.DataFrame]],
    *,
    watch: float,
    within: float,
) -> Figure:
    """Share that had signed by each month, the five against the others, with the five economies
    marked by name.

    times: rows of the five from `signing_times`. curves: 'five' and 'others', each with
    the Kaplan-Meier frames 'low', 'middle' and 'high' of `signing_curve`; low and high
    bound a band. watch: months watched. within: months shaded as prompt.
    """
    wanted = {group: {"low", "middle", "high"} for group in ("five", "others")}
    if {group: set(edges) for group, edges in curves.items()} != wanted:
        raise UsageError(
            "curves are not those of the five and the others",
            hint="five and others: low, middle, high each",
        )
    known = int(((times["state"] != "unknown") & times["bounded_by"].isna()).sum())
    colours = {"five": style.HIGHLIGHT, "others": style.INK}
    names = {"five": f"the five ({known} of known date)", "others": "all other UN members"}
    with style.context():
        figure, ax = plt.subplots(figsize=(style.WIDE, 3.9))
        ax.axvspan(0, within, color=style.GRID, alpha=0.6, linewidth=0, zorder=0)
        ax.text(
            within / 2,
            104,
            f"{within:.0f} months",
            ha="center",
            fontsize=style.TICK,
            color=style.MUTED,
        )
        for group, edges in curves.items():
            steps = {edge: _share(curve, watch) for edge, curve in edges.items()}
            months = sorted({m for step in steps.values() for m in step.index})
            band = {e: step.reindex(months, method="ffill") for e, step in steps.items()}
            ax.fill_between(
                months,
                band["high"],
                band["low"],
                step="post",
                color=colours[group],
                alpha=0.16,
                linewidth=0,
            )
            ax.step(
                steps["middle"].index,
                steps["middle"],
                where="post",
                color=colours[group],
                linewidth=2.2,
            )
            end = float(steps["middle"].iloc[-1])
            above = group == "five"  # the names would meet where the two curves end close together
            under = 5.5 if style.wide() == style.WIDE else 30  # a longer part of the curve is above
            at = end + 2.5 if above else end - under
            ax.text(
                watch,
                at,
                names[group],
                ha="right",
                va="bottom" if above else "top",
                fontsize=style.LABEL,
                color=colours[group],
            )
        for i, row in enumerate(times.sort_values(["low", "state"]).itertuples()):
            _economy(ax, row, -11 - 10 * i, watch, colours["five"])
        ax.axhline(50, color=style.MUTED, linewidth=0.9, linestyle=(0, (4, 3)))
        ax.set_ylim(-11 - 10 * max(len(times), 1) + 3, 116)
        ax.set_xlim(0, watch + 1)
        ax.set_yticks([0, 25, 50, 75, 100])
        ax.set_xticks(range(0, int(watch) + 1, 24))
        ax.set_xlabel("months after the speech of 7 September 2013")
        ax.set_ylabel("per cent that had signed")
        style.bare(ax, x=False)
        tight(figure)
    return figure


def _share(curve: pd.DataFrame, watch: float) -> pd.Series:
    """Per cent that had signed, by month: nought at the start, and held to the end of the watch."""
    share = pd.Series(
        100 * (1 - curve["survival"].to_numpy(dtype=float)),
        index=curve["time"].to_numpy(dtype=float),
    )
    whole = pd.concat([pd.Series([0.0], index=[0.0]), share])
    whole = whole[~whole.index.duplicated(keep="last")]
    return (
        whole
        if whole.index[-1] >= watch
        else pd.concat([whole, pd.Series([whole.iloc[-1]], index=[watch])])
    )


def _economy(ax: Axes, row: Any, y: float, watch: float, colour: str) -> None:
    """One economy below the curves: its date as long as it may be, named beside it."""
    name, small = eco.name_of(str(row.economy)), style.TICK
    if row.state in ("unknown", "not signed"):
        ax.plot(
            [row.low, row.high],
            [y, y],
            color=colour,
            linewidth=1.2,
            linestyle=(0, (2, 2)),
            alpha=0.7,
        )
        words = "date unknown" if row.state == "unknown" else "not signed"
        ax.text(
            watch / 2,
            y,
            f"{name}: {words}",
            ha="center",
            va="center",
            fontsize=small,
            color=style.MUTED,
            bbox=style.CLEAR,
        )
        return
    ax.plot([row.low, row.high], [y, y], color=colour, linewidth=4, solid_capstyle="round")
    dated = (
        f"{name} {date_in_short(row.date)}"
        if pd.isna(row.bounded_by)
        else f"{name}: date unknown, by {date_in_short(str(row.bounded_by))}"
    )
    right = row.high > 0.6 * watch
    at, side = (row.low - 2.5, "right") if right else (row.high + 2.5, "left")
    ax.text(at, y, dated, ha=side, va="center", fontsize=small, color=style.INK)
