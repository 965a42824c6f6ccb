"""The coverage of a table: who reports what, and when."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from textwrap import shorten

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from ..ground import economies as eco
from ..ground.arguments import how_many
from ..ground.display import Section
from ..ground.numbers import counted
from ..registry.words import cell_words
from ..stats.frames import origin, require_some
from ..tables import Coverage
from . import style
from .canvas import Picture, drawn, on_new_figure
from .show import show
from .words import drawable

MOST = 18
"""Series that a page shows."""


def coverage_picture(coverage: pd.DataFrame, *, top: int = MOST) -> Picture:
    """The map, what it finds and how it is read, as `plot` of a coverage draws it."""
    rows, series = _longest(coverage, how_many("top", top))
    first, last = int(rows["year"].min()), int(rows["year"].max())
    who = _who(rows)
    wide = rows.pivot_table(index=who, columns="year", values="figures", aggfunc="sum")
    wide = wide.iloc[np.argsort([_name(dict(zip(who, key, strict=True))) for key in wide.index])]
    cells = np.log10(wide.reindex(columns=range(first, last + 1)).astype(float)) + 1

    def draw(ax: Axes) -> Axes:
        import seaborn as sns

        look = {"cmap": "viridis_r", "vmin": 0, "vmax": 4.5, "cbar": False, "linewidths": 0.4}
        look |= {"linecolor": style.PAPER, "rasterized": True}  # thousands of cells: an image
        narrow, room = style.wide() < style.WIDE / 2, style.wide() / style.scaled(0.8)
        look["xticklabels"] = -(-len(cells.columns) // int(room))  # years that stand apart
        names = [_name(dict(zip(who, key, strict=True)), narrow) for key in cells.index]
        sns.heatmap(cells, ax=ax, yticklabels=names, **look)
        ax.tick_params(rotation=0)
        ax.set(xlabel="", ylabel="")
        style.bare(ax, x=False, y=False)
        return ax

    below = "a filled cell: the source has figures for that year; darker: more of them"
    if len(wide) < series:
        below += f"\n{len(wide)} of {series:,} series, those with the most years"
    sources = origin(coverage)
    title = f"{series:,} series from {counted(len(sources), 'source')}, {first} to {last}"
    return Picture(draw, title, sources, below, rows=1.27 * max(len(wide), 3) + 6)


def _name(series: dict[str, str], narrow: bool = False) -> str:
    """A series in words; where there is little room, the first of those of its source."""
    words = {c: drawable(cell_words(c.removesuffix("_id"), v), v) for c, v in series.items()}
    if narrow:
        words["source_id"] = shorten(words["source_id"], 20, placeholder=" ...")
    return " · ".join(words.values())


def _who(coverage: pd.DataFrame) -> list[str]:
    """Columns that tell the series of a coverage apart, the source last."""
    who = [c for c in coverage.columns if c not in ("source_id", "year", "figures")]
    return [*who, "source_id"]


def _longest(coverage: pd.DataFrame, most: int) -> tuple[pd.DataFrame, int]:
    """The rows of the series with the most years, one of each reporter and the five before any
    other; and how many series there are.
    """
    who = _who(coverage)
    known = coverage.dropna(subset=["year", "figures"])
    known = known.assign(**known[who].astype(str))
    require_some(known, "figure of a known year")
    years = known.groupby(who)["year"].nunique().sort_values(ascending=False, kind="stable").index
    first = years.get_level_values(0)
    order = np.lexsort((~first.isin(eco.CA5), first.duplicated()))[:most]
    return known[known.set_index(who).index.isin(years[order])].sort_values(who), len(years)


def show_coverage(coverage: Coverage, title: str, *, section: Section = "main") -> None:
    """Show the heat map of a coverage frame, with what is drawn as CSV beside it.

    At most 18 series are drawn, as `plot` of a coverage chooses them. Nothing is shown where none
    of them has figures of two years, for such a map is a list.

    Parameters
    ----------
    coverage : Coverage
        From `ca_research.coverage`.
    title : str
        What the reader should see.
    section : {'main', 'specifications', 'against', 'missing', 'context'}
        Where on the page.

    Raises
    ------
    UsageError
        A column is not there.
    CoverageError
        No figure of a known year.

    Examples
    --------
    In a notebook the picture appears; elsewhere its record is printed.

    >>> import ca_research as ca
    >>> counts = ca.coverage("students", origin="UZB", destination="CHN", level="all")
    >>> show_coverage(counts, f"The last count is of {counts['year'].max()}")
    {'image/svg+xml': '<svg ...'alt': '3 series from 3 sources, 2002 to 2018.', ...
    """
    rows, series = _longest(coverage, MOST)
    if not rows.duplicated(_who(rows)).any():
        return
    picture = coverage_picture(rows)
    bare = replace(picture, title="", sources=())
    show(
        drawn(partial(on_new_figure, bare)),
        section=section,
        title=title,
        alt=f"{picture.title}.",
        data=rows,
        note=f"The {MOST} with the most years, of {series}." if series > MOST else "",
    )
