"""Dates as sources give them: lanes along time, and the curve of who has signed by when.

A day is a dot, a span of days or a date known to the month or year only is a bar as long as it may
be; nothing is drawn more exactly than its source says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..ground.errors import known_name
from ..ground.periods import date_in_short
from ..tables.dates import bounds
from . import style
from .canvas import note
from .needs import needs
from .panels import DASHED, name_marks

_EMPTY = "no dated row"
_OFFSETS = ["", "%Y", "%B %Y", "%B %Y", "%B %Y", "%B %Y"]
"""What stands once beside an axis of years, months, days and less."""
_DOTTED = (0, (2, 1.5))
_NO_DAYS = [pd.Timestamp("2013-01-01"), pd.Timestamp("2023-12-31")]
"""The ends of an axis on which nothing is drawn."""
_STEP = 0.34
"""How far below one another the lines of a lane stand, of the room of a lane."""
_MARK = 0.12
"""Inches that a mark takes along the axis."""
_LANE = 0.55
"""Inches: height of a lane."""


@needs("rows", "lane date first_day last_day exact mark code", empty=True)
def timeline(
    rows: pd.DataFrame,
    *,
    lanes: Sequence[str] = (),
    windows: Mapping[str, str] | None = None,
    days: Mapping[str, dt.date] | None = None,
) -> Figure:
    """Lanes of dated rows.

    A day is a dot, a span of days or a date known to the month or year only a bar as long as it may
    be. Marks that would cover one another stand below each other. Labels are written where there is
    room; the table beside the figure has all dates.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``lane`` (where it is drawn), ``date`` (as the source has it), ``first_day``
        and ``last_day`` (timestamps; the first may be null), ``exact`` (bool), ``mark`` ('point',
        or 'ring' for what is of another kind), ``code`` (an economy that gives the colour, or '').
    lanes : sequence of str
        All that are drawn, in this order, also those without a row; by default those of the rows.
    windows : mapping of str to str, optional
        Label and interval ('2016-09-01/2016-09-05'), shaded.
    days : mapping of str to date, optional
        Label and day, a dashed line.

    Returns
    -------
    matplotlib.figure.Figure
        A lane below the other.

    Raises
    ------
    UsageError
        A column is not there, or `lanes` leaves out one that has rows.

    Examples
    --------
    >>> day = pd.Timestamp("2016-07-23")
    >>> row = {"lane": "Tajikistan", "date": "2016-07-23", "first_day": day}
    >>> row |= {"last_day": day, "exact": True, "mark": "point", "code": ""}
    >>> figure = timeline(pd.DataFrame([row]))
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['23 Jul 2016']
    """
    for lane in rows["lane"] if lanes else ():
        known_name("lane", lane, lanes)
    spans = {k: tuple(map(pd.Timestamp, bounds(v))) for k, v in (windows or {}).items()}
    marks = {k: pd.Timestamp(v) for k, v in (days or {}).items()}
    begin = rows["first_day"].fillna(rows["last_day"])
    every = [*begin, *rows["last_day"], *chain(*spans.values()), *marks.values()] or _NO_DAYS
    room = max((max(every) - min(every)) * 0.07, pd.Timedelta(days=3))
    limits = min(every) - room, max(every) + room
    length = (limits[1] - limits[0]).days
    drawn = _on_lines(rows.assign(begin=begin), length)
    order = list(lanes) or list(dict.fromkeys(drawn["lane"])) or [_EMPTY]
    more = drawn.groupby("lane")["line"].max().reindex(order, fill_value=0) * _STEP
    begins, depth = (1 + more).cumsum().shift(fill_value=0.0), len(order) + more.sum()
    above = 0.52 * len(spans)
    figure, ax = plt.subplots(figsize=(style.wide(), 0.75 + _LANE * (depth + above)))
    ax.set(xlim=limits, ylim=(depth - 0.35, -0.66 - above))
    for lane, y in begins.items():
        ax.axhline(y, color=style.GRID, linewidth=1, zorder=0)
        _draw_lane(ax, drawn[drawn["lane"] == lane], y, length)
    ax.set_yticks(begins, begins.index)
    for i, (label, (first, last)) in enumerate(spans.items()):
        y, end = -0.68 - 0.52 * i, last + pd.Timedelta(days=1)
        ax.axvspan(first, end, color=style.GRID, alpha=0.6, linewidth=0, zorder=0)
        ax.hlines(y + 0.1, first, end, color=style.INK, linewidth=1.6, zorder=2)
        _beside(ax, label, (first, end), y, style.INK)
    for label, day in marks.items():
        ax.axvline(day, color=style.INK, linewidth=1, linestyle=DASHED, zorder=1)
        _beside(ax, label, (day, day), depth - 0.42, style.MUTED)
    locator = mdates.AutoDateLocator(minticks=3, maxticks=6)
    ax.xaxis.set_major_locator(locator)
    look: dict[str, Any] = {"offset_formats": _OFFSETS, "show_offset": length < 700}
    ax.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator, **look))
    style.bare(ax, y=False)
    return figure


def _on_lines(rows: pd.DataFrame, span: int) -> pd.DataFrame:
    """Rows with their `middle` and the `line` of their lane, so that no mark covers another; what
    would be drawn on the very same place is drawn once.
    """
    least = pd.Timedelta(days=_MARK * span / (0.75 * style.wide()))
    drawn = rows.drop_duplicates(["lane", "first_day", "last_day", "exact", "mark", "code"])
    drawn = drawn.sort_values(["last_day", "mark"])
    lasted = drawn["last_day"] - drawn["begin"]
    drawn["middle"], room = drawn["begin"] + lasted / 2, lasted.clip(lower=least) / 2
    taken, lines = dict[str, list[pd.Timestamp]](), []
    for lane, middle, half in zip(drawn["lane"], drawn["middle"], room, strict=True):
        ends = taken.setdefault(lane, [])
        line = next((i for i, end in enumerate(ends) if middle - half >= end), len(ends))
        ends[line : line + 1] = [middle + half]
        lines.append(line)
    return drawn.assign(line=pd.Series(lines, drawn.index, dtype=int))


def _draw_lane(ax: Axes, rows: pd.DataFrame, y: float, span: int) -> None:
    """The marks of a lane, with dates above those of its first line while there is room."""
    if rows.empty:
        note(ax, _EMPTY, 0.02, y, xycoords=("axes fraction", "data"), bbox=style.CLEAR)
    low, high = ax.get_xlim()
    taken = low
    for row in rows.itertuples():
        _draw_date(ax, y + _STEP * row.line, row, span)
        text = date_in_short(str(row.date))
        half = 0.0085 * span * len(text) * style.WIDE / style.wide()
        middle = min(max(mdates.date2num(row.middle), low + half), high - half)
        if not row.line and middle - half >= taken:
            taken = middle + half
            note(ax, text, middle, y - 0.24, ha="center", va="bottom", bbox=style.CLEAR)


def _draw_date(ax: Axes, y: float, row: Any, span: float) -> None:
    """A dot for a day, or for what is shorter than a dot is wide, else a bar; pale where the date
    is not known to the day, hollow for a ring.
    """
    ring, days = row.mark == "ring", (row.last_day - row.begin).days
    colour = style.colour(row.code) if row.code else style.INK
    look: dict[str, Any] = {"color": style.PAPER if ring else colour, "linewidth": 1.6}
    look |= {"alpha": 1.0, "linestyle": "-"} if row.exact else {"alpha": 0.5, "linestyle": _DOTTED}
    look |= {"edgecolor": colour if ring or row.exact else "none"}
    if days < max(0.02 * span, 1):
        marks: Iterable[Artist] = [ax.scatter([row.middle], [y], s=46, zorder=4, **look)]
    else:
        marks = ax.barh([y], [days + 1], left=[row.begin], height=0.26, zorder=3, **look)
    name_marks(marks, row.mark, *["pale"] * (not row.exact))


def _beside(
    ax: Axes, label: str, span: tuple[pd.Timestamp, pd.Timestamp], y: float, colour: str
) -> None:
    """Words that begin at the first of two days, or end at the second where there is more room."""
    low, high = ax.get_xlim()
    later = mdates.date2num(span[0]) - low > 0.5 * (high - low)
    side, day = ("right", span[1]) if later else ("left", span[0])
    shift, look = (-4 if later else 4, 0), {"va": "bottom", "bbox": style.CLEAR, "zorder": 3}
    note(ax, label, mdates.date2num(day), y, shift, color=colour, ha=side, **look)
