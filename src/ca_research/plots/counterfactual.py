"""Pictures of what would have been: synthetic controls, forecasts and what came, placebos in
China's place.
"""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from ..ground import economies as eco
from ..ground.errors import CoverageError, UnknownNameError
from . import style
from .needs import needs, one_figure
from .panels import panels

_NAMED = ("CHN", "RUS", "TUR", "DEU", "USA", "KOR", "IND")


@needs(
    "gaps", "economy", "time", "treated", "synthetic", "after", like="a synthetic control's frame"
)
def control_lines(gaps: pd.DataFrame, ranks: Mapping[str, str] | None = None) -> Figure:
    """Observed and synthetic course, one panel per economy, named in the first; the dotted line is
    the signing.

    gaps: columns economy, time, treated, synthetic (logs of USD), after, as from a synthetic
        control's frame.
    ranks: text under the title of each panel, one or more lines.
    """
    one_figure(gaps, ["economy", "time"], hint="keep one fit of each economy")
    codes = list(dict.fromkeys(gaps["economy"]))
    with style.context():
        figure, axes = panels(len(codes))
        for i, (ax, code) in enumerate(zip(axes, codes, strict=False)):
            mine = gaps[gaps["economy"] == code].sort_values("time")
            million = {c: np.exp(mine[c].astype(float)) / 1e6 for c in ("treated", "synthetic")}
            ax.plot(
                mine["time"],
                million["treated"],
                color=style.INK,
                marker="o",
                markersize=3,
                linewidth=1.8,
            )
            ax.plot(
                mine["time"],
                million["synthetic"],
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
                _name_courses(ax, mine["time"].astype(float).to_numpy(), million)
            ax.xaxis.set_major_locator(plt.MaxNLocator(integer=True, nbins=4))
            style.bare(ax, x=False)
        for ax in axes[::3]:
            ax.set_ylabel("million US dollars, log")
        figure.tight_layout(h_pad=1.0)
    return figure


def _name_courses(ax: plt.Axes, years: np.ndarray, million: Mapping[str, pd.Series]) -> None:
    """Write beside the ends of both courses what they are, with room for it to the right."""
    last = int(np.argmax(years))
    ends = {"observed": million["treated"].iloc[last], "synthetic": million["synthetic"].iloc[last]}
    for word, value in ends.items():
        ax.annotate(
            word,
            (years[last], value),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            color=style.INK if word == "observed" else style.MUTED,
        )
    ax.set_xlim(right=years[last] + 0.36 * np.ptp(years))


@needs("paths", "economy", "model", "year", "mean", "low", "high", like="trade.forecast_paths")
def forecast_lines(paths: pd.DataFrame, *, model: str = "drift", since: int = 2010) -> Figure:
    """What was known, what one model and no change expected, and what came; one panel per economy.

    paths: columns economy, model ('known', 'after', 'no change' or a model), year, mean, low, high
    (USD), as from `trade.forecast_paths`. The band is the model's 95 % interval.
    """
    one_figure(paths, ["economy", "model", "year"])
    codes = list(dict.fromkeys(paths["economy"]))
    for code in codes:
        models = set(paths.loc[(paths["economy"] == code) & (paths["year"] >= since), "model"])
        if lacking := [m for m in ("known", model) if m not in models]:
            raise UnknownNameError(f"course of {code}", lacking[0], sorted(models))
    with style.context():
        figure, axes = panels(len(codes))
        for ax, code in zip(axes, codes, strict=False):
            mine = paths[(paths["economy"] == code) & (paths["year"] >= since)]
            part = {name: rows.sort_values("year") for name, rows in mine.groupby("model")}
            known = part["known"]
            ax.plot(known["year"], known["mean"] / 1e6, color=style.INK, linewidth=1.8)
            for name, colour, dash in (
                (model, style.PARTY["RUS"], "-"),
                ("no change", style.OTHER, (0, (3, 2))),
            ):
                if name not in part:
                    continue
                joined = pd.concat([known.tail(1), part[name]])
                ax.plot(
                    joined["year"],
                    joined["mean"] / 1e6,
                    color=colour,
                    linestyle=dash,
                    linewidth=1.6,
                )
                if name == model:
                    ax.fill_between(
                        part[name]["year"],
                        part[name]["low"] / 1e6,
                        part[name]["high"] / 1e6,
                        color=colour,
                        alpha=0.15,
                        linewidth=0,
                    )
            if "after" in part:
                ax.scatter(
                    part["after"]["year"],
                    part["after"]["mean"] / 1e6,
                    color=style.PARTY["CHN"],
                    s=26,
                    zorder=4,
                )
            ax.set_yscale("log")
            ax.yaxis.set_major_locator(LogLocator(subs=(1, 3)))
            ax.yaxis.set_major_formatter(lambda v, _: f"{v:,.0f}")
            ax.minorticks_off()
            ax.set_title(eco.name_of(code))
            ax.xaxis.set_major_locator(plt.MaxNLocator(integer=True, nbins=4))
            style.bare(ax, x=False)
        figure.supylabel("million US dollars (log scale)", color=style.MUTED)
        figure.tight_layout(h_pad=1.0)
    return figure


@needs("tables", "economy", "estimate", like="trade.placebo_table")
def placebo_dots(tables: Mapping[str, pd.DataFrame], *, highlight: str = "CHN") -> Figure:
    """Estimates of all economies in one's place, sorted, one panel per question; a few are named.

    tables: title -> columns economy, estimate, as from `trade.placebo_table`.
    """
    if not tables:
        raise CoverageError(
            "no table of placebos to draw",
            hint="give title -> frame, as from gravity_residual.placebo_table",
        )
    with style.context():
        figure, grid = plt.subplots(1, len(tables), figsize=(8.2, 4.2), squeeze=False)
        for ax, (title, table) in zip(grid[0], tables.items(), strict=True):
            rows = table.dropna(subset=["estimate"]).sort_values("estimate", ignore_index=True)
            own = (rows["economy"] == highlight).to_numpy()
            ax.scatter(rows["estimate"][~own], rows.index[~own], s=12, color=style.OTHER)
            ax.scatter(
                rows["estimate"][own],
                rows.index[own],
                s=48,
                color=style.colour(highlight),
                zorder=4,
            )
            ax.set_xscale("symlog", linthresh=1)
            ax.xaxis.set_major_formatter(lambda v, _: f"{v:g}".replace("-", "\u2212"))
            ax.minorticks_off()
            top = -np.inf
            for i in rows.index[rows["economy"].isin(_NAMED)]:
                top = max(float(i), top + 0.055 * len(rows))  # labels keep one line apart
                code, value = rows["economy"][i], float(rows["estimate"][i])
                ax.annotate(
                    eco.name_of(code),
                    (value, i),
                    xytext=(1.02, top),
                    textcoords=("axes fraction", "data"),
                    va="center",
                    fontsize=style.TICK,
                    fontweight="bold" if code == highlight else "normal",
                    color=style.INK if code == highlight else style.MUTED,
                    arrowprops={
                        "arrowstyle": "-",
                        "color": style.GRID,
                        "linewidth": 0.8,
                        "shrinkA": 0,
                        "shrinkB": 3,
                    },
                )
            ax.axvline(0, color=style.INK, linewidth=1, linestyle=(0, (4, 3)))
            ax.set_title(title)
            ax.set_yticks([])
            ax.set_xlabel("one step towards the coefficient")
            style.bare(ax, y=False)
        figure.tight_layout(w_pad=1.5)
    return figure
