"""Pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ...estimates.series import pick
from ...plots import lines, row_words, style
from ...plots.panels import count_on

_COURSES = {"treated": "observed", "synthetic": "synthetic"}
_RANKS = "p of a gain {p_gain:.2g}, of a loss {p_loss:.2g}"
_COLOURS = {"observed": style.HIGHLIGHT, "synthetic": style.SECOND}


def control_lines(
    gaps: pd.DataFrame,
    fits: pd.DataFrame,
    *,
    unit: str = "million US dollars",
    scale: float = 1e6,
) -> Figure:
    """Observed and synthetic course, one panel per economy; the dotted line is the signing, the
    shade the gap after it, with its mean size.

    gaps: columns economy, time, treated, synthetic (logs of USD), after, as from a synthetic
        control's frame.
    fits: of `effect_fits`, a row for each economy; its two ranks stand in the panel.
    unit: of the axis, in words; scale: how many US dollars it is.
    """
    courses = gaps.assign(**{c: np.exp(gaps[c].astype(float)) / scale for c in _COURSES})
    ends = courses[[*_COURSES]].where(courses["after"])
    frame = courses.rename(columns={"time": "year"}).assign(low=ends.min(axis=1))
    frame = frame.assign(high=ends.max(axis=1)).melt(
        ["economy", "year", "low", "high"], [*_COURSES], "course"
    )
    frame.loc[frame["course"] == "synthetic", ["low", "high"]] = np.nan
    frame["course"] = frame["course"].map(_COURSES)
    figure = lines(frame, "value", hue="course", unit=f"{unit}, log", log=True)
    for ax, (code, mine) in zip(figure.axes, gaps.groupby("economy", sort=False), strict=False):
        after = mine[mine["after"]]
        size = 100 * np.expm1((after["treated"] - after["synthetic"]).astype(float).mean())
        ax.axvline(after["time"].min() - 0.5, color=style.MUTED, linewidth=1, linestyle="dotted")
        ranks = row_words(pick(fits, economy=code), _RANKS)
        text = f"{size:+.0f}% after signing\n{ranks}"
        look: dict[str, Any] = {"color": style.MUTED, "fontsize": style.TICK, "bbox": style.CLEAR}
        ax.text(0.02, 0.98, text, va="top", transform=ax.transAxes, **look)
        ax.set_ylim(top=3 * ax.get_ylim()[1])  # room for the words
        count_on(ax.yaxis)
    for height, (name, colour) in zip((0.12, 0.03), _COLOURS.items(), strict=True):
        first = figure.axes[0]
        first.text(0.98, height, name, color=colour, ha="right", transform=first.transAxes)
    return figure
