"""Marks and labels that several pictures share."""

from __future__ import annotations

import re

import pandas as pd
from matplotlib.axes import Axes


def dated_name(name: str, year: object) -> str:
    """A name with its year, unless one stands in it already."""
    bare_name = pd.isna(year) or re.search(r"\b(19|20)\d\d\b", name)
    return name if bare_name else f"{name}, {int(year)}"  # type: ignore[call-overload]


def mark(
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
    """One point, filled or a ring; `depth` is its opacity, `shape` a matplotlib marker."""
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
