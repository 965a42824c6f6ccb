"""Every exporter in one's place, ranked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from ...ground import economies as eco
from ...ground.errors import CoverageError
from ...ground.numbers import of_logs
from ...plots import style
from ...plots.narrow import redrawn
from ...plots.needs import needs
from ...plots.panels import say_empty
from ...plots.pen import tight
from ...registry.words import party

_ASKED = {
    ("controlled", "all"): "Level, all years",
    ("controlled", "newest"): "Level, the newest year alone",
    ("change", "all"): "Change after 2013",
}
_BY = {
    "controlled": "by what size and distance leave unexplained",
    "change": "by their rise after 2013",
}
_WIDTH = 0.82
RARE = 0.05
"""The part of a ranking that is shaded: one in twenty, by custom."""
_TICKS = {np.log(0.5): "half", 0.0: "as implied", np.log(2): "twice", np.log(10): "ten times"}
"""Log points at which the axis says how far trade is from what the model implies, in words."""
_SIDE = 0.95
"""Inches that the words of the axis take."""
_LETTER, _LINE, _BODY = 0.075, 0.17, 0.75
"""Inches: a letter of a name, roomily; a line of names over a strip; the strip itself."""


def strips_of(
    places: pd.DataFrame, *, direction: str, estimator: str = "ppml", economy: str = "CHN"
) -> dict[str, pd.DataFrame]:
    """The tables of one direction and estimator, each under what it finds of an economy.

    places: as from `every_place`. A question that no model answers has no table.
    """
    chosen = places[(places["direction"] == direction) & (places["estimator"] == estimator)]
    found = {}
    for asked, words in _ASKED.items():
        table = chosen[(chosen["question"] == asked[0]) & (chosen["years"] == asked[1])]
        own = table.loc[(table["economy"] == economy) & table["place"].notna()]
        if own.empty:
            continue
        place, among = own["place"].item(), own["among"].item()
        found[f"{words}: {party(economy)} is number {place} of {among}"] = table
    return found


def finding(places: pd.DataFrame, estimator: str, economy: str = "CHN") -> str:
    """The place of an economy's exports by level and by change, as a title; `places` as from
    `every_place`.
    """
    mine = places[(places["economy"] == economy) & places["place"].notna()]
    mine = mine[(mine["direction"] == "exports") & (mine["estimator"] == estimator)]
    said = [
        f"number {row.place} of {row.among} {_BY[row.question]}"
        for row in mine[mine["years"] == "all"].itertuples()
    ]
    whose = f"{party(economy)}'s exports to the five"
    if not said:
        return f"{whose} have no place among those of other countries"
    return f"{whose} are {' and '.join(said)}"


_QUESTIONS = {
    "controlled": "level, beside other former Soviet pairs",
    "change": "change after 2013",
}
FLOWS = {"exports": "exports", "imports": "imports", "both": "exports and imports"}


def in_words(fits: pd.DataFrame) -> pd.DataFrame:
    """What was found by each way to calculate it, as a table shows it.

    fits: as from `every_residual`. Returns the same rows with asked, flow, beside (what trade is
    beside the model) and place ('3 of 60'; '' without one) in words.
    """
    placed = fits["rank"] > 0
    told = fits.assign(
        asked=fits["question"].replace(_QUESTIONS),
        flow=fits["direction"].map(FLOWS),
        beside=fits["estimate"].map(of_logs, na_action="ignore"),
        place="",
    )
    ranks = fits.loc[placed, ["rank", "among"]].itertuples(index=False)
    told.loc[placed, "place"] = [f"{rank:.0f} of {among:.0f}" for rank, among in ranks]
    return told


@redrawn
@needs("tables", "economy", "estimate", like="article.gravity_residual.placebo_table")
def ranked_strips(
    tables: Mapping[str, pd.DataFrame],
    *,
    named: str | Sequence[str] = ("CHN",),
    highlight: str = "CHN",
) -> Figure:
    """Every economy in one's place as a strip of bars, the largest estimate first; a few are named
    with their place.

    tables: title -> columns economy, estimate, as from `placebo_table`. named: codes or
    names. The first one in twenty is shaded.
    """
    if not tables:
        raise CoverageError(
            "no table of placebos to draw",
            hint="give title -> frame, as from gravity_residual.placebo_table",
        )
    named, highlight = eco.resolve_all(named), eco.resolve(highlight)
    ranked = {title: _ranked(table) for title, table in tables.items()}
    room = style.wide() - _SIDE
    levels = {title: _levels(rows, named, room) for title, rows in ranked.items()}
    lines = sum(max(at.values(), default=-1) + 1 for at in levels.values())
    with style.context():
        height = 0.4 + (_BODY + 0.62) * len(ranked) + _LINE * lines
        figure, grid = plt.subplots(len(ranked), 1, figsize=(style.wide(), height), squeeze=False)
        for ax, (title, rows) in zip(grid[:, 0], ranked.items(), strict=True):
            _strip(ax, rows, levels[title], highlight)
            up = 72 * _LINE * (max(levels[title].values(), default=-1) + 1)
            ax.set_title(title, pad=6 + up)
        grid[-1][0].set_xlabel("place; shaded: the first one in twenty", loc="left")
        tight(figure, h_pad=0.8)
    return figure


def _ranked(table: pd.DataFrame) -> pd.DataFrame:
    """Economies with an estimate, the largest first, numbered from one."""
    rows = table.dropna(subset=["estimate"]).sort_values(
        ["estimate", "economy"], ascending=[False, True], ignore_index=True
    )
    return rows.set_index(np.arange(1, len(rows) + 1))


def _words(rows: pd.DataFrame, place: int) -> str:
    return f"{party(rows.loc[place, 'economy'])} {place}"


def _levels(rows: pd.DataFrame, named: Sequence[str], room: float) -> dict[int, int]:
    """The line on which each name stands, by place: the lowest on which it meets no other."""
    found: dict[int, int] = {}
    ends: list[float] = []  # of the last name on each line, in inches
    for place in rows.index[rows["economy"].isin(list(named))]:
        half = _LETTER * len(_words(rows, place)) / 2
        middle = _middle(place, len(rows), room, half)
        level = next((i for i, end in enumerate(ends) if end < middle - half), len(ends))
        ends[level : level + 1] = [middle + half]
        found[int(place)] = level
    return found


def _middle(place: int, count: int, room: float, half: float) -> float:
    """Inches from the left edge to the middle of a name, which stays within the strip."""
    return float(np.clip(room * (place - 0.5) / count, half, max(room - half, half)))


def _strip(ax: Axes, rows: pd.DataFrame, levels: Mapping[int, int], highlight: str) -> None:
    if rows.empty:
        say_empty(ax, "no country can take the place")
        ax.set_xticks([])
        ax.set_yticks([])
        style.bare(ax, x=False, y=False)
        return
    count, room = len(rows), style.wide() - _SIDE
    marked = [int(place) in levels for place in rows.index]
    ax.axvspan(0.5, RARE * count + 0.5, color=style.GRID, alpha=0.7, linewidth=0)
    few = rows[marked]
    colours = [style.colour(code, style.MUTED) for code in few["economy"]]
    ax.bar(few.index, few["estimate"], width=_WIDTH, color=colours)
    _rest(ax, rows[np.logical_not(marked)])
    for place, level in levels.items():
        code, words = rows.loc[place, "economy"], _words(rows, place)
        at = _middle(place, count, room, _LETTER * len(words) / 2) / room * count + 0.5
        ax.annotate(
            words,
            (place, 1),
            xycoords=ax.get_xaxis_transform(),
            xytext=(72 * room / count * (at - place), 3 + 72 * _LINE * level),
            textcoords="offset points",
            ha="center",
            va="bottom",
            color=style.colour(code, style.INK),
            fontweight="bold" if code == highlight else "normal",
        )
        ax.axvline(place, color=style.colour(code, style.MUTED), linewidth=0.8, alpha=0.6, zorder=0)
    ax.axhline(0, color=style.INK, linewidth=0.8)
    ax.set_yscale("symlog", linthresh=1)
    ticks = {v: words for v, words in _TICKS.items() if _within(v, rows["estimate"])}
    ax.set_yticks([*ticks], [*ticks.values()])
    ax.minorticks_off()
    ax.set_xlim(0.5, count + 0.5)
    ax.set_xticks(sorted({1, *range(10, count - 3, 10), count}))
    style.bare(ax, x=False)


def _rest(ax: Axes, rows: pd.DataFrame) -> None:
    """The bars without a name, as one path: a page holds many strips."""
    bars = [
        Path([(x, 0), (x, y), (x + _WIDTH, y), (x + _WIDTH, 0), (x, 0)], closed=True)
        for x, y in zip(rows.index - _WIDTH / 2, rows["estimate"], strict=True)
    ]
    if bars:
        together = Path.make_compound_path(*bars)
        ax.add_patch(PathPatch(together, color=style.OTHER, alpha=0.45, linewidth=0))


def _within(value: float, estimates: pd.Series) -> bool:
    return float(min(estimates.min(), 0)) <= value <= float(max(estimates.max(), 1))
