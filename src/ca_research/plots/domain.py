"""Pictures of the wings: trade, students, investment, energy, borders. Each takes a frame and returns a figure."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from .. import economies as eco
from . import style

_GAP = (2018.5, 2022.5)

_MEASURES = {
    "contracted_turnover": "contracted works, running total",
    "fdi_cumulative": "direct investment, running total",
    "fdi_flow": "direct investment, flow of the year",
    "fdi_flow_gross": "direct investment, gross inflow of the year",
    "fdi_flow_partial_year": "direct investment, flow of part of a year",
    "fdi_stock": "direct investment, stock",
    "fdi_stock_host_reported": "direct investment, stock as the host reports it",
    "investment_stock_all_types": "investment of all types, stock",
    "oda": "official development assistance",
    "official_grant": "official grants",
    "official_loan": "official loans",
    "us_disbursements": "United States assistance, disbursed",
    "us_obligations": "United States assistance, obligated",
    "gallup_approve": "Gallup: approve of its leadership",
    "gallup_disapprove": "Gallup: disapprove of its leadership",
    "gallup_approve_change_points": "Gallup: change of approval, percentage points",
    "gallup_approve_lower_bound": "Gallup: approve of its leadership, at least",
}
_POLLSTERS = {"gallup": "Gallup", "iri": "IRI", "mvector": "M-Vector"}


def measure_name(code: str) -> str:
    """A measure of table `investment` or `opinion` in words; pollsters by name, underscores never."""
    if code in _MEASURES:
        return _MEASURES[code]
    first, _, rest = code.partition("_")
    return f"{_POLLSTERS[first]}: {rest.replace('_', ' ')}" if first in _POLLSTERS else code.replace("_", " ")


def trade_ranges(
    ranks: pd.DataFrame,
    shown: tuple[str, ...] = ("CHN", "RUS", "EU27", "USA", "TUR"),
    *,
    economies: Sequence[str] | None = None,
    bases: Sequence[str] = ("reporter", "mirror", "interval"),
) -> Figure:
    """Trade of each economy with the main partners on each basis: a dot where the basis gives one figure, else a range.

    ranks: columns economy, basis, year, partner, low, high (USD), as from `trade.ranks`. economies: a
    panel for each, those without a row as well (default: those of `ranks`). bases: a column for each.
    """
    economies = sorted(ranks["economy"].unique() if economies is None else economies)
    with style.context():
        figure, grid = plt.subplots(
            len(economies), len(bases), figsize=(8.2, 1.0 + 1.15 * len(economies)), squeeze=False
        )
        for i, economy in enumerate(economies):
            mine = ranks[(ranks["economy"] == economy) & ranks["partner"].isin(shown)]
            right = float(mine["high"].max()) / 1e9 if len(mine) else 1.0
            for j, basis in enumerate(bases):
                ax = grid[i][j]
                part = ranks[(ranks["economy"] == economy) & (ranks["basis"] == basis)].set_index("partner")
                for y, code in enumerate(shown):
                    if code not in part.index:
                        ax.text(0, y, "not observed", va="center", fontsize=7.5, color=style.OTHER)
                        continue
                    low, high = part.loc[code, "low"] / 1e9, part.loc[code, "high"] / 1e9
                    ax.plot(
                        [low, high], [y, y], color=style.colour(code), linewidth=5, alpha=0.4, solid_capstyle="round"
                    )
                    ax.scatter([low, high], [y, y], color=style.colour(code), s=22, zorder=3)
                ax.set_yticks(range(len(shown)), [code if j == 0 else "" for code in shown], fontsize=8)
                ax.set_ylim(len(shown) - 0.5, -0.5)
                ax.set_xlim(-0.02 * right, right * 1.06)
                ax.tick_params(axis="x", labelsize=7.5)
                if mine.empty:
                    ax.set_xticks([])
                style.bare(ax, y=False)
                year = part["year"].iloc[0] if len(part) else None
                head = f"{eco.name_of(economy)}, " if j == 0 else ""
                ax.set_title(f"{head}{basis} {int(year) if year else ''}", fontsize=8.5, pad=3)
        figure.supxlabel("billion US dollars, exports plus imports", fontsize=8.5, color=style.MUTED)
        figure.tight_layout(h_pad=0.6, w_pad=0.8)
    return figure


def mirror_gaps(gaps: pd.DataFrame, *, partner: str = "CHN") -> Figure:
    """Both sides' reports of one flow by year, joined where both report; one panel per economy.

    gaps: rows of one direction from `trade.region_gaps`: economy, year, reported_high, mirror_high (USD fob). An
    economy that never reports has a panel with the partner's reports alone.
    """
    economies = sorted(gaps["economy"].unique())
    columns = min(len(economies), 3)
    lines = -(-len(economies) // columns)
    with style.context():
        figure, grid = plt.subplots(lines, columns, figsize=(8.2, 2.2 * lines + 0.2), squeeze=False)
        for ax in grid.flat[len(economies) :]:
            ax.axis("off")
        for ax, economy in zip(grid.flat, economies, strict=False):
            part = gaps[gaps["economy"] == economy].sort_values("year")
            years, own, other = part["year"].astype(int), part["reported_high"] / 1e9, part["mirror_high"] / 1e9
            ax.vlines(years, own, other, color=style.GRID, linewidth=3)
            ax.scatter(years, own, s=20, color=style.INK, zorder=3, label="own report")
            ax.scatter(
                years, other, s=20, color=style.colour(partner), zorder=3, label=f"{eco.name_of(partner)}'s report"
            )
            ax.set_title(eco.name_of(economy))
            ax.set_ylim(bottom=0)
            ax.xaxis.set_major_locator(plt.MaxNLocator(integer=True, nbins=4))
            ax.tick_params(labelsize=8)
            style.bare(ax, x=False)
        grid.flat[0].legend(frameon=False, fontsize=8, loc="upper left", handletextpad=0.2, borderaxespad=0)
        grid.flat[0].set_ylabel("billion US dollars", fontsize=8.5)
        figure.tight_layout(h_pad=1.0)
    return figure


def student_lines(counts: pd.DataFrame, statements: pd.DataFrame | None = None, *, last: int = 2025) -> Figure:
    """Students in China by origin, one panel each; statements of officials as hollow marks; years without counts shaded.

    counts: columns origin, year, level, students. statements: columns origin, year, students.
    """
    origins = list(dict.fromkeys(counts["origin"]))
    with style.context():
        columns = min(len(origins), 3)
        lines = -(-len(origins) // columns)
        figure, grid = plt.subplots(lines, columns, figsize=(8.2, 2.25 * lines + 0.2), squeeze=False, sharex=True)
        for ax in grid.flat[len(origins) :]:
            ax.axis("off")
        for ax, origin in zip(grid.flat, origins, strict=False):
            ax.axvspan(*_GAP, color=style.GRID, alpha=0.6, linewidth=0)
            mine = counts[counts["origin"] == origin]
            ends = []
            for level, dash in (("all", "-"), ("degree", (0, (4, 2))), ("scholarship", (0, (1, 1.5)))):
                part = mine[mine["level"] == level].sort_values("year")
                if part.empty:
                    continue
                ax.plot(
                    part["year"].astype(int),
                    part["students"].astype(float),
                    color=style.PARTY["CHN"],
                    linestyle=dash,
                    alpha=1 if level == "all" else 0.75,
                )
                ends.append((float(part["students"].iloc[-1]), level, int(part["year"].iloc[-1])))
            top = max([e[0] for e in ends] + [float(mine["students"].max())])
            for value, level, year in _apart(ends, 0.11 * top):
                ax.text(year + 0.25, value, level, fontsize=7.5, color=style.MUTED, va="center")
            if statements is not None:
                said = statements[statements["origin"] == origin]
                ax.scatter(
                    said["year"].astype(int),
                    said["students"].astype(float),
                    s=26,
                    facecolors="none",
                    edgecolors=style.MUTED,
                    zorder=3,
                )
            ax.set_title(eco.name_of(origin))
            ax.set_ylim(bottom=0)
            ax.set_xlim(2009.5, last + 0.5)
            ax.set_xticks([2010, 2014, 2018, 2022], ["2010", "2014", "2018", "2022"])
            ax.yaxis.set_major_formatter(lambda v, _: f"{v:,.0f}")
            ax.tick_params(labelsize=8)
            style.bare(ax, x=False)
        figure.tight_layout(h_pad=1.0)
    return figure


def _apart(ends: list[tuple[float, str, int]], least: float) -> list[tuple[float, str, int]]:
    """Label positions moved up just enough not to overlap."""
    placed: list[tuple[float, str, int]] = []
    for value, label, year in sorted(ends):
        if placed and value - placed[-1][0] < least:
            value = placed[-1][0] + least
        placed.append((value, label, year))
    return placed


def stock_bars(stocks: pd.DataFrame, *, highlight: str = "CHN") -> Figure:
    """Inward stock by investor at one date, largest first. stocks: columns investor, value_usd."""
    ordered = stocks.sort_values("value_usd", ascending=True)
    with style.context():
        figure, ax = plt.subplots(figsize=(7.4, 0.5 + 0.34 * len(ordered)))
        colours = [style.colour(c) if c == highlight else style.OTHER for c in ordered["investor"]]
        values = ordered["value_usd"] / 1e9
        ax.barh([eco.name_of(c) for c in ordered["investor"]], values, color=colours, height=0.66)
        for y, value in enumerate(values):
            ax.annotate(
                f"{value:,.1f}", (value, y), textcoords="offset points", xytext=(5, 0), va="center", fontsize=8.5
            )
        ax.set_xlabel("billion US dollars, end of year")
        ax.margins(x=0.1)
        style.bare(ax, y=False)
        figure.tight_layout()
    return figure


def share_lines(shares: pd.DataFrame, *, thresholds: dict[str, float], labels: dict[str, str]) -> Figure:
    """Share of the five in China's imports by commodity and year, one panel each, with the declared bar.

    shares: columns commodity, year, share, low, high (per cent; a range where only bounds are known).
    """
    commodities = list(dict.fromkeys(shares["commodity"]))
    with style.context():
        figure, grid = plt.subplots(1, len(commodities), figsize=(8.2, 2.7), squeeze=False)
        for ax, name in zip(grid[0], commodities, strict=True):
            part = shares[shares["commodity"] == name].sort_values("year")
            years = part["year"].astype(int)
            if part["share"].notna().any():
                ax.plot(years, part["share"], color=style.PARTY["CHN"], marker="o", markersize=4.5)
                for y, s in ((years.iloc[0], part["share"].iloc[0]), (years.iloc[-1], part["share"].iloc[-1])):
                    ax.annotate(
                        f"{s:.0f}", (y, s), textcoords="offset points", xytext=(0, 7), ha="center", fontsize=8.5
                    )
            else:
                ax.fill_between(years, part["low"], part["high"], color=style.PARTY["CHN"], alpha=0.35, linewidth=0)
                ax.annotate(
                    f"at most {part['high'].iloc[-1]:.1f}",
                    (years.iloc[-1], part["high"].iloc[-1]),
                    textcoords="offset points",
                    xytext=(0, 6),
                    ha="right",
                    fontsize=8.5,
                )
            bar = thresholds[name]
            ax.axhline(bar, color=style.INK, linewidth=1, linestyle=(0, (4, 3)))
            ax.set_title(labels.get(name, name))
            ax.set_ylim(0, max(bar * 1.5, float(part[["share", "high"]].max().max()) * 1.25))
            ax.set_xlim(years.min() - 1, years.max() + 1)
            ax.xaxis.set_major_locator(plt.MaxNLocator(integer=True, nbins=4))
            ax.tick_params(labelsize=8)
            style.bare(ax, x=False)
        grid[0][0].set_ylabel("per cent of China's imports", fontsize=8.5)
        figure.tight_layout(w_pad=1.2)
    return figure


def border_bar(lengths: pd.DataFrame, *, threshold: float) -> Figure:
    """Borders laid end to end against a threshold. lengths: columns economy, value (km)."""
    ordered = lengths.sort_values("value", ascending=False)
    shades = ["#d55e00", "#e58a43", "#f0b48a"]
    with style.context():
        figure, ax = plt.subplots(figsize=(7.4, 1.7))
        start = 0.0
        for shade, row in zip(shades, ordered.itertuples(), strict=False):
            ax.barh([0], [row.value], left=start, color=shade, height=0.5, edgecolor=style.PAPER, linewidth=1.5)
            ax.text(
                start + row.value / 2,
                0,
                f"{eco.name_of(row.economy)}\n{row.value:,.0f} km",
                ha="center",
                va="center",
                fontsize=8.5,
                color="#1b1b1b",  # on the bars, on light pages and dark ones
            )
            start += row.value
        ax.text(start + 25, 0, f"{start:,.0f} km", va="center", fontsize=10.5, fontweight="bold")
        ax.axvline(threshold, color=style.INK, linewidth=1.2, linestyle=(0, (4, 3)))
        ax.text(
            threshold, 0.42, f"{threshold:,.0f} km claimed ", ha="right", va="bottom", fontsize=8.5, color=style.MUTED
        )
        ax.set_ylim(-0.4, 0.65)
        ax.set_xlim(0, start * 1.15)
        ax.set_yticks([])
        ax.xaxis.set_major_formatter(lambda v, _: f"{v:,.0f}")
        style.bare(ax, y=False)
        figure.tight_layout()
    return figure
