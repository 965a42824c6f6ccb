"""Pictures of documents: both sides counted by origin, cases, coded goals, places in lists, polls,
grants by head.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..ground import economies as eco
from ..ground.errors import CoverageError, UsageError
from ..plots import style
from ..plots.needs import by_year, needs, one_figure
from ..plots.panels import apart, line, panels, the_five_first
from ..registry.words import party

_SIDE = {"supports": (1, style.STATE["holds"]), "refutes": (-1, style.STATE["fails"])}
_DEPTH = {"primary": 1.0, "secondary": 0.6, "commentary": 0.25}
SHAPES = {"unrest": "^", "narrow": "s", "policy": "s", "broad": "o", "economic": "o"}
"""Shape of a mark by code: triangle, square, circle."""
_GOALS = {"LIB": "Liberal order"}


def _year(value: object) -> str:
    return "" if pd.isna(value) else f"{int(value) % 100:02d}"  # type: ignore[call-overload]


def _dated(name: str, year: object) -> str:
    """A name with its year, unless one stands in it already."""
    bare_name = pd.isna(year) or re.search(r"\b(19|20)\d\d\b", name)
    return name if bare_name else f"{name}, {int(year)}"  # type: ignore[call-overload]


def _mark(
    ax: Axes,
    x: float,
    y: float,
    colour: str,
    *,
    depth: float,
    hollow: bool,
    size: float = 95,
    shape: str = "o",
) -> None:
    fill = "none" if hollow else colour
    ax.scatter(
        [x],
        [y],
        s=size,
        marker=shape,
        facecolors=fill,
        edgecolors=colour,
        linewidths=1.9,
        alpha=depth,
        zorder=3,
    )


@needs(
    "sides",
    "reading",
    "side",
    "origin_group",
    "year",
    "strength",
    "text_seen",
    like="relations.sides",
    empty=True,
)
def sides_strip(
    sides: pd.DataFrame, *, enough: int, labels: Mapping[str, str] | None = None
) -> Figure:
    """Independent origins for and against each reading: one mark per origin, for to the right,
    against to the left.

    sides: reading, side, origin_group, year, strength, text_seen, as from `relations.sides`.
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
                    _mark(
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
    like="relations.case_origins",
    empty=True,
)
def case_strip(cases: pd.DataFrame, *, enough: int) -> Figure:
    """Independent origins that show one and the same case: one mark per origin, its shape by the
    code.

    cases: power (economy code, or '' where all are of one), case, first_year, code, counted, one
    row per origin, as from `relations.case_origins` with a column for the power. Filled marks count
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
            labels.append(_dated(part["case"].iloc[0], part["first_year"].min()))
            colour = style.colour(power) if power else style.STATE["fails"]
            for k, row in enumerate(part.sort_values(["counted", "code"]).itertuples(), start=1):
                shape = SHAPES.get(str(row.code), "o")
                _mark(ax, k, y, colour, depth=1.0, hollow=row.counted != "strict", shape=shape)
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


@needs("goals", "document", "year", like="relations.goals", empty=True)
def goal_grid(
    goals: pd.DataFrame, *, names: Sequence[str] = ("RUS", "CHN", "IRN", "LIB")
) -> Figure:
    """Which goals each document names: filled where named, a ring where not, a question mark where
    not visible.

    goals: document, year and a column per goal, as from `relations.goals`; oldest first.
    """
    if lacking := [n for n in names if n not in goals]:
        raise UsageError(
            f"no column for the goal {', '.join(lacking)}", hint="names=: goals that `goals` holds"
        )
    with style.context():
        figure, ax = plt.subplots(figsize=(style.WIDE, 0.9 + 0.27 * max(len(goals), 1)))
        for y, row in enumerate(goals.to_dict("records")):
            for x, name in enumerate(names):
                value = row[name]
                if pd.isna(value):
                    ax.text(
                        x, y, "?", ha="center", va="center", fontsize=style.LABEL, color=style.OTHER
                    )
                else:
                    colour = style.colour(name) if name in style.PARTY else style.INK
                    _mark(
                        ax,
                        x,
                        y,
                        colour if value else style.OTHER,
                        depth=1.0,
                        hollow=not value,
                        size=70,
                    )
        labels = [_dated(str(r["document"]), r["year"]) for r in goals.to_dict("records")]
        ax.set_yticks(range(len(goals)), labels, fontsize=style.TICK)
        ax.set_xticks(
            range(len(names)), [_GOALS.get(n) or party(n) for n in names], fontsize=style.TICK
        )
        ax.xaxis.tick_top()
        ax.set_xlim(-0.6, len(names) - 0.4)
        ax.set_ylim(len(goals) - 0.4, -0.6)
        style.bare(ax, x=False)
        figure.tight_layout()
    return figure


@needs("ranks", "economy", "year", "kind", "powers", like="relations.rank_table")
def rank_marks(ranks: pd.DataFrame, *, top: int = 2) -> Figure:
    """China's place in lists of partners by economy and year; filled where within the first `top`,
    a ring below.

    ranks: economy, year, kind, powers ('u' where not visible), as from `relations.rank_table`.
    Lists that are no official text are drawn smaller; a question mark stands where the order was
    not visible.
    """
    economies = the_five_first(ranks["economy"])
    with style.context():
        figure, ax = plt.subplots(figsize=(style.WIDE, 0.8 + 0.5 * max(len(economies), 1)))
        for row in ranks.dropna(subset=["year"]).itertuples():
            x, y = int(row.year), economies.index(str(row.economy))
            if row.powers == "u":
                ax.text(
                    x, y, "?", ha="center", va="center", fontsize=style.LABEL, color=style.OTHER
                )
                continue
            inside = int(str(row.powers)) <= top
            _mark(
                ax,
                x,
                y,
                style.PARTY["CHN"],
                depth=1.0,
                hollow=not inside,
                size=90 if row.kind == "list" else 210,
            )
            ax.text(
                x,
                y,
                str(row.powers),
                ha="center",
                va="center_baseline",
                fontsize=style.TICK,
                zorder=4,
                color=style.PAPER if inside else style.INK,
            )
        ax.set_yticks(range(len(economies)), [eco.name_of(e) for e in economies])
        ax.set_ylim(len(economies) - 0.5, -0.5)
        years = (
            ranks["year"].dropna().astype(int)
        )  # a question mark is text, which does not widen the axis by itself
        if len(years):
            ax.set_xlim(years.min() - 1, years.max() + 1)
        ax.xaxis.set_major_locator(plt.MaxNLocator(integer=True, nbins=8))
        style.bare(ax, x=False)
        figure.tight_layout()
    return figure


@needs("waves", "economy", "about", "year", "value_pct", like="relations.approval_waves")
def poll_panels(waves: pd.DataFrame, *, bar: float | None = None) -> Figure:
    """Approval of each power's leadership by year, one panel per economy; marks are waves, lines
    join those at most two years apart.

    waves: economy, about, year, value_pct, as from `relations.approval_waves`. bar: a share to draw
        as a dashed line.
    """
    economies = the_five_first(waves["economy"])
    first, last = int(waves["year"].min()), int(waves["year"].max())
    with style.context():
        figure, axes = panels(len(economies), sharex=True, sharey=True)
        for ax, economy in zip(axes, economies, strict=False):
            ends = []
            for power, part in waves[waves["economy"] == economy].groupby("about"):
                part = part.sort_values("year")
                colour = style.colour(str(power))
                run = (
                    part["year"].astype(int).diff().gt(2).cumsum()
                )  # no line over years without a wave
                for _, piece in part.groupby(run):
                    ax.plot(
                        piece["year"].astype(int),
                        piece["value_pct"],
                        color=colour,
                        marker="o",
                        markersize=4,
                    )
                ends.append(
                    (float(part["value_pct"].iloc[-1]), str(power), int(part["year"].iloc[-1]))
                )
            for value, power, year in apart(ends, 12.0):
                value += 5 if bar is not None and abs(value - bar) < 4 else 0
                ax.text(
                    year + 0.4,
                    value,
                    party(power),
                    fontsize=style.TICK,
                    color=style.colour(power),
                    va="center",
                )
            if bar is not None:
                ax.axhline(bar, color=style.INK, linewidth=1, linestyle=(0, (4, 3)))
            ax.set_title(eco.name_of(economy))
            ax.set_ylim(0, 100)
            ax.set_xlim(first - 0.7, last + 0.4 * (last - first))
            ax.xaxis.set_major_locator(plt.MaxNLocator(integer=True, nbins=4))
            style.bare(ax, x=False)
        for ax in axes[::3]:
            ax.set_ylabel("per cent")
        figure.tight_layout(h_pad=1.0)
    return figure


@needs(
    "grants",
    "host",
    "year",
    "investor",
    "per_head",
    "median",
    like="investment.grants_per_head",
    empty=True,
)
def grant_panels(grants: pd.DataFrame, *, donor: str) -> Figure:
    """Grants by head of one donor and of the median donor, one panel per economy (US dollars, log
    scale).

    grants: host, year, investor, per_head, median, as from `investment.grants_per_head`.
    """
    mine = grants[grants["investor"] == donor]
    if len(grants) and mine.empty:
        raise CoverageError(
            f"no grants of {donor} in the frame", hint="donor=: an investor of `grants`"
        )
    economies = the_five_first(mine["host"])
    with style.context():
        figure, axes = panels(len(economies), sharex=True, sharey=True)
        for ax, economy in zip(axes, economies, strict=False):
            part = mine[mine["host"] == economy].sort_values("year")
            line(ax, by_year(part, "per_head"), color=style.colour(donor))
            line(ax, by_year(part, "median"), color=style.OTHER, linestyle=(0, (4, 2)))
            ax.set_yscale("log")
            ax.yaxis.set_major_formatter(lambda v, _: f"{v:g}")
            ax.minorticks_off()
            ax.set_title(eco.name_of(economy))
            ax.xaxis.set_major_locator(plt.MaxNLocator(integer=True, nbins=4))
            style.bare(ax, x=False)
        for text, column in ((eco.name_of(donor), "per_head"), ("median donor", "median")):
            part = mine[mine["host"] == economies[0]].sort_values("year") if economies else mine
            if len(part):
                colour = style.colour(donor) if column == "per_head" else style.MUTED
                at = (int(part["year"].iloc[0]), 1.5 * float(part[column].max()))
                axes[0].text(*at, text, fontsize=style.TICK, color=colour)
        for ax in axes[::3]:
            ax.set_ylabel("US dollars a head")
        figure.tight_layout(h_pad=1.0)
    return figure


@needs("yearly", "year", "{column}")
def year_bars(yearly: pd.DataFrame, column: str) -> Figure:
    """One number a year as bars. yearly: year and `column`."""
    one_figure(yearly, ["year"], hint="add up the rows of a year first")
    with style.context():
        figure, ax = plt.subplots(figsize=(style.WIDE, 2.2))
        ax.bar(yearly["year"].astype(int), yearly[column], color=style.PARTY["CHN"], width=0.7)
        ax.set_ylabel(column)
        ax.xaxis.set_major_locator(plt.MaxNLocator(integer=True, nbins=9))
        style.bare(ax, x=False)
        figure.tight_layout()
    return figure
