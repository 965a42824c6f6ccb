"""Pictures."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from ...ground import economies as eco
from ...plots import style
from ...plots.needs import needs, one_figure
from ...plots.panels import panels, year_axis


@needs(
    "gaps", "economy", "time", "treated", "synthetic", "after", like="a synthetic control's frame"
)
def control_lines(
    gaps: pd.DataFrame,
    ranks: Mapping[str, str] | None = None,
    *,
    unit: str = "million US dollars",
    scale: float = 1e6,
) -> Figure:
    """Observed and synthetic course, one panel per economy, named in the first; the dotted line is
    the signing, the shade the gap after it, with its mean size.

    gaps: columns economy, time, treated, synthetic (logs of USD), after, as from a synthetic
        control's frame.
    ranks: text under the title of each panel, one or more lines.
    unit: of the axis, in words; scale: how many US dollars it is.
    """
    one_figure(gaps, ["economy", "time"], hint="keep one fit of each economy")
    codes = list(dict.fromkeys(gaps["economy"]))
    with style.context():
        figure, axes = panels(len(codes))
        for i, (ax, code) in enumerate(zip(axes, codes, strict=False)):
            mine = gaps[gaps["economy"] == code].sort_values("time")
            courses = {c: np.exp(mine[c].astype(float)) / scale for c in ("treated", "synthetic")}
            ax.plot(
                mine["time"],
                courses["treated"],
                color=style.INK,
                marker="o",
                markersize=3,
                linewidth=1.8,
            )
            ax.plot(
                mine["time"],
                courses["synthetic"],
                color=style.OTHER,
                linestyle=(0, (4, 2)),
                linewidth=1.8,
            )
            ax.axvline(
                mine.loc[mine["after"], "time"].min() - 0.5,
                color=style.MUTED,
                linewidth=1,
                linestyle=(0, (2, 2)),
            )
            _shade_gap(ax, mine, courses)
            ax.set_yscale("log")
            ax.yaxis.set_major_locator(LogLocator(subs=(1, 3)))
            ax.yaxis.set_major_formatter(lambda v, _: f"{v:,.0f}")
            ax.minorticks_off()
            under = (ranks or {}).get(code, "")
            ax.set_title(eco.name_of(code), pad=8 + 11.5 * (under.count("\n") + 1 if under else 0))
            ax.annotate(
                under,
                (0, 1),
                xycoords="axes fraction",
                xytext=(0, 6),
                textcoords="offset points",
                color=style.MUTED,
                va="bottom",
            )
            if i == 0:
                _name_courses(ax, mine["time"].astype(float).to_numpy(), courses)
            year_axis(ax, 4)
            style.bare(ax, x=False)
        for ax in axes[::3]:
            ax.set_ylabel(f"{unit}, log")
    return figure


def _name_courses(ax: plt.Axes, years: np.ndarray, courses: Mapping[str, pd.Series]) -> None:
    """Write beside the ends of both courses what they are, with room for it to the right: the upper
    name above its end and the lower below, so that they never meet.
    """
    last = int(np.argmax(years))
    ends = {"observed": courses["treated"].iloc[last], "synthetic": courses["synthetic"].iloc[last]}
    upper = max(ends, key=lambda word: ends[word])
    for word, value in ends.items():
        ax.annotate(
            word,
            (years[last], value),
            xytext=(5, 0),
            textcoords="offset points",
            va="bottom" if word == upper else "top",
            color=style.INK if word == "observed" else style.MUTED,
        )
    ax.set_xlim(right=years[last] + 0.36 * np.ptp(years))


def _shade_gap(ax: plt.Axes, mine: pd.DataFrame, courses: Mapping[str, pd.Series]) -> None:
    """Shade what lies between both courses after signing, and write its mean size on it."""
    after = mine["after"].to_numpy(bool)
    times = mine["time"].to_numpy(float)[after]
    ends = [courses[name].to_numpy(float)[after] for name in ("treated", "synthetic")]
    ax.fill_between(times, *ends, color=style.HIGHLIGHT, alpha=0.25, linewidth=0)
    size = 100 * (float(np.exp(np.mean(np.log(ends[0]) - np.log(ends[1])))) - 1)
    ax.annotate(
        f"{size:+.0f}%".replace("-", "\u2212"),
        (times.mean(), float(np.exp(np.mean(np.log(np.minimum(*ends)))))),
        xytext=(0, -12),
        textcoords="offset points",
        ha="center",
        va="top",
        color=style.INK,
        fontsize=style.TICK,
        bbox=style.CLEAR,
    )
