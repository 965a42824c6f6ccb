"""Dates as sources give them: lanes along time, and the curve of who has signed by when.

A day is a dot, a span of days or a date known to the month or year only is a bar as long as it may
be; nothing is drawn more exactly than its source says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

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
    be. Labels are written where there is room; the table beside the figure has all dates.

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
    above = {p: 0.52 * len(windows or {}) if p == panels[-1] else 0.0 for p in panels}
    heights = [0.55 * (len(shown[p]) + above[p]) + 0.75 for p in panels]
    with style.context():
        figure, grid = plt.subplots(
            len(panels),
            1,
            figsize=(style.WIDE, sum(heights) + 0.3),
            squeeze=False,
            height_ratios=heights,
        )
        for ax, panel in zip(grid[:, 0], panels, strict=True):
            mine = rows[rows["panel"] == panel] if len(rows) else rows
            last = panel == panels[-1]
            spans = (
                {k: tuple(map(pd.Timestamp, bounds(v))) for k, v in (windows or {}).items()}
                if last
                else {}
            )
            lines = {k: pd.Timestamp(v) for k, v in (days or {}).items()}
            low, high = _limits(mine, spans, lines if len(panels) == 1 or not len(mine) else {})
            lines = {k: v for k, v in lines.items() if low <= v <= high}
            ax.set_xlim(low, high)
            _draw_lanes(ax, mine, shown[panel], (high - low).days, empty)
            for i, (label, (a, b)) in enumerate(spans.items()):
                text = f"{label}: {date_in_short((windows or {})[label])}"
                _window(ax, text, a, b, -0.68 - 0.52 * i)
            for label, day in lines.items():
                ax.axvline(day, color=style.INK, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
                right = (day - low) > 0.6 * (high - low)
                ax.annotate(
                    label,
                    (day, len(shown[panel]) - 0.42),
                    xytext=(-4 if right else 4, 0),
                    textcoords="offset points",
                    ha="right" if right else "left",
                    fontsize=style.TICK,
                    color=style.MUTED,
                )
            ax.set_ylim(len(shown[panel]) - 0.35, -0.66 - 0.52 * len(spans))
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


def _draw_lanes(ax: Axes, rows: pd.DataFrame, lanes: Sequence[str], span: int, empty: str) -> None:
    for y, lane in enumerate(lanes):
        mine = rows[rows["lane"] == lane] if len(rows) else rows
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
        for _, row in mine.sort_values(["last_day", "mark"]).iterrows():
            _span(ax, y, row, style.colour(row["code"]) if row["code"] else style.INK, span)
            _label(ax, row, y, taken, span)
    ax.set_yticks(range(len(lanes)), list(lanes), fontsize=style.LABEL)
