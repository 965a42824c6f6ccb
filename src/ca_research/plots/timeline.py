"""Dates as sources give them: lanes along time, and the curve of who has signed by when.

A day is a dot, a span of days or a date known to the month or year only is a bar as long as it may
be; nothing is drawn more exactly than its source says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..ground.errors import UsageError
from ..ground.periods import date_in_short
from ..tables.dates import bounds
from . import style
from .narrow import redrawn
from .needs import needs
from .pen import tight


def _span(ax: Axes, y: float, row: pd.Series, colour: str, span: float) -> None:
    first = row["first_day"] if pd.notna(row["first_day"]) else row["last_day"]
    sure, ring = bool(row["exact"]), row["mark"] == "ring"
    look: dict[str, Any] = {
        "color": style.PAPER if ring else colour,
        "alpha": 1.0 if sure else 0.5,
        "linewidth": 1.6,
    }
    look |= {
        "edgecolor": colour if ring or sure else "none",
        "linestyle": "-" if sure else (0, (2, 1.5)),
    }
    if (
        first == row["last_day"] or (row["last_day"] - first).days < 0.02 * span
    ):  # a day, or shorter than a dot is wide
        ax.scatter([first + (row["last_day"] - first) / 2], [y], s=46, zorder=4, **look)
        return
    ax.barh([y], [(row["last_day"] - first).days + 1], left=[first], height=0.26, zorder=3, **look)


_OFFSETS = ["", "%Y", "%B %Y", "%B %Y", "%B %Y", "%B %Y"]
"""What stands once beside an axis of years, months, days and less."""


def _label(
    ax: Axes, row: pd.Series, y: float, taken: list[tuple[float, float]], span: float
) -> None:
    """Write a date above its mark, within the axis, unless another label of the lane is already
    there.
    """
    first = row["first_day"] if pd.notna(row["first_day"]) else row["last_day"]
    text = date_in_short(str(row["date"]))
    half = 0.0085 * span * len(text) * style.WIDE / style.wide()
    low, high = ax.get_xlim()
    at = float(mdates.date2num(first + (row["last_day"] - first) / 2))
    at = min(max(at, low + half), high - half)
    if any(at - half < right and left < at + half for left, right in taken):
        return
    taken.append((at - half, at + half))
    ax.text(at, y - 0.24, text, ha="center", va="bottom", color=style.MUTED, bbox=style.CLEAR)


_STEP = 0.34
"""How far below one another the lines of a lane stand, of the room of a lane."""
_MARK = 0.12
"""Inches that a mark takes along the axis."""


def _on_lines(rows: pd.DataFrame, span: float) -> pd.DataFrame:
    """Rows of a lane with `line`, so that no mark covers another; what would be drawn on the very
    same place is drawn once.
    """
    least = pd.Timedelta(days=_MARK * span / (0.75 * style.wide()))
    drawn = rows.drop_duplicates(["first_day", "last_day", "exact", "mark", "code"])
    drawn = drawn.sort_values(["last_day", "mark"])
    ends: list[pd.Timestamp] = []
    lines = []
    for first, last in zip(drawn["first_day"], drawn["last_day"], strict=True):
        begin = last if pd.isna(first) else first
        middle = begin + (last - begin) / 2
        left, right = min(begin, middle - least / 2), max(last, middle + least / 2)
        line = next((i for i, end in enumerate(ends) if left >= end), len(ends))
        ends[line : line + 1] = [right]
        lines.append(line)
    return drawn.assign(line=lines)


def _window(ax: Axes, label: str, first: pd.Timestamp, last: pd.Timestamp, y: float) -> None:
    """A span named by a rule: shaded, with its name on a line of its own inside the axis."""
    end = last + pd.Timedelta(days=1)
    ax.axvspan(first, end, color=style.GRID, alpha=0.6, linewidth=0, zorder=0)
    low, high = (mdates.num2date(v).replace(tzinfo=None) for v in ax.get_xlim())
    right = (first - low) > 0.5 * (high - low)
    ax.plot(
        [first, end], [y + 0.1] * 2, color=style.INK, linewidth=1.6, solid_capstyle="butt", zorder=2
    )
    ax.text(
        end if right else first,
        y,
        label,
        ha="right" if right else "left",
        va="bottom",
        fontsize=style.TICK,
        color=style.INK,
        bbox=style.CLEAR,
        zorder=3,
    )


@redrawn
@needs(
    "rows",
    "panel",
    "lane",
    "date",
    "first_day",
    "last_day",
    "exact",
    "mark",
    "code",
    empty=True,
)
def timeline(
    rows: pd.DataFrame,
    *,
    lanes: Sequence[str] = (),
    windows: Mapping[str, str] | None = None,
    days: Mapping[str, dt.date] | None = None,
    empty: str = "no dated row",
) -> Figure:
    """Lanes of dated rows, one axis per panel.

    A day is a dot, a span of days or a date known to the month or year only a bar as long as it may
    be. Marks that would cover one another stand below each other. Labels are written where there is
    room; the table beside the figure has all dates.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``panel`` and ``lane`` (where it is drawn), ``date`` (as the source has it), ``first_day``
        and ``last_day`` (timestamps; the first may be null), ``exact`` (bool), ``mark`` ('point',
        or 'ring' for what is of another kind), ``code`` (an economy that gives the colour, or '').
    lanes : sequence of str
        All that are drawn, in this order, also those without a row; by default those of the rows.
    windows : mapping of str to str, optional
        Label and interval ('2016-09-01/2016-09-05'), shaded; on the last panel.
    days : mapping of str to date, optional
        Label and day, a dashed line on every panel that holds it.
    empty : str
        What stands in a lane without a row.

    Returns
    -------
    matplotlib.figure.Figure
        A panel below the other.

    Raises
    ------
    UsageError
        A column is not there, or `lanes` leaves out one that has rows.

    Examples
    --------
    >>> day = pd.Timestamp("2016-07-23")
    >>> row = {"panel": "Signed", "lane": "Tajikistan", "date": "2016-07-23", "first_day": day}
    >>> row |= {"last_day": day, "exact": True, "mark": "point", "code": ""}
    >>> figure = timeline(pd.DataFrame([row]))
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['23 Jul 2016']
    """
    if lanes and (odd := sorted(set(rows["lane"]) - set(lanes))):
        raise UsageError(
            f"rows of the lane {odd[0]!r} would not be drawn", hint="lanes=: all that the rows name"
        )
    panels = list(dict.fromkeys(rows["panel"])) if len(rows) else [""]
    shown = {
        p: list(lanes) or list(dict.fromkeys(rows.loc[rows["panel"] == p, "lane"])) or [empty]
        for p in panels
    }
    # on a phone the names of lanes stand above them
    room = 0.68 if style.wide() == style.WIDE or not windows else 1.1
    above = {p: room - 0.68 + 0.52 * len(windows or {}) * (p == panels[-1]) for p in panels}
    spans = {k: tuple(map(pd.Timestamp, bounds(v))) for k, v in (windows or {}).items()}
    lines = {k: pd.Timestamp(v) for k, v in (days or {}).items()}
    laid = {}
    for p in panels:
        mine = rows[rows["panel"] == p] if len(rows) else rows
        ends = _limits(
            mine,
            spans if p == panels[-1] else {},
            lines if len(panels) == 1 or not len(mine) else {},
        )
        laid[p] = ends, _lay_out(mine, shown[p], (ends[1] - ends[0]).days)
    heights = [0.55 * (laid[p][1].depth + above[p]) + 0.75 for p in panels]
    with style.context():
        figure, grid = plt.subplots(
            len(panels),
            1,
            figsize=(style.WIDE, sum(heights) + 0.3),
            squeeze=False,
            height_ratios=heights,
        )
        for ax, panel in zip(grid[:, 0], panels, strict=True):
            (low, high), lanes_laid = laid[panel]
            ax.set_xlim(low, high)
            _draw_lanes(ax, lanes_laid, (high - low).days, empty)
            named = spans if panel == panels[-1] else {}
            for i, (label, (a, b)) in enumerate(named.items()):
                _window(ax, label, a, b, -room - 0.52 * i)
            for label, day in ((k, v) for k, v in lines.items() if low <= v <= high):
                ax.axvline(day, color=style.INK, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
                right = (day - low) > 0.6 * (high - low)
                ax.annotate(
                    label,
                    (day, lanes_laid.depth - 0.42),
                    xytext=(-4 if right else 4, 0),
                    textcoords="offset points",
                    ha="right" if right else "left",
                    fontsize=style.TICK,
                    color=style.MUTED,
                )
            ax.set_ylim(lanes_laid.depth - 0.35, -room + 0.02 - 0.52 * len(named))
            ax.set_title(panel)
            locator = mdates.AutoDateLocator(minticks=3, maxticks=6)
            ax.xaxis.set_major_locator(locator)
            ax.xaxis.set_major_formatter(
                mdates.ConciseDateFormatter(
                    locator,
                    offset_formats=_OFFSETS,
                    show_offset=(high - low).days < 700,
                )
            )
            style.bare(ax, y=False)
        tight(figure, h_pad=1.2)
    return figure


def _limits(
    rows: pd.DataFrame,
    spans: Mapping[str, tuple[pd.Timestamp, ...]],
    lines: Mapping[str, pd.Timestamp],
) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First and last day of an axis: everything drawn on it, with room at both ends."""
    days = [
        d
        for edge in ("first_day", "last_day")
        for d in rows.get(edge, pd.Series(dtype=object))
        if pd.notna(d)
    ]
    days += [d for span in spans.values() for d in span] + list(lines.values())
    low, high = (
        min(days, default=pd.Timestamp("2013-01-01")),
        max(days, default=pd.Timestamp("2023-12-31")),
    )
    room = max((high - low) * 0.07, pd.Timedelta(days=3))
    return low - room, high + room


class _Lanes(NamedTuple):
    """Lanes of a panel: where each begins and its rows on lines, and how deep all are together."""

    at: dict[str, float]
    rows: dict[str, pd.DataFrame]
    depth: float


def _lay_out(rows: pd.DataFrame, lanes: Sequence[str], span: int) -> _Lanes:
    at, found, y = {}, {}, 0.0
    for lane in lanes:
        mine = rows[rows["lane"] == lane] if len(rows) else rows
        found[lane] = _on_lines(mine, span) if len(mine) else mine
        at[lane] = y
        y += 1 + _STEP * (found[lane]["line"].max() if len(mine) else 0)
    return _Lanes(at, found, y)


def _draw_lanes(ax: Axes, lanes: _Lanes, span: int, empty: str) -> None:
    for lane, y in lanes.at.items():
        mine = lanes.rows[lane]
        ax.axhline(y, color=style.GRID, linewidth=1, zorder=0)
        if mine.empty:
            ax.text(
                0.02,
                y,
                empty,
                transform=ax.get_yaxis_transform(),
                fontsize=style.TICK,
                color=style.MUTED,
                va="center",
                bbox=style.CLEAR,
            )
            continue
        taken: list[tuple[float, float]] = []
        for _, row in mine.iterrows():
            colour = style.colour(row["code"]) if row["code"] else style.INK
            _span(ax, y + _STEP * row["line"], row, colour, span)
            if not row["line"]:
                _label(ax, row, y, taken, span)
    ax.set_yticks(list(lanes.at.values()), list(lanes.at), fontsize=style.LABEL)
