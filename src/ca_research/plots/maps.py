"""Maps of the region, where place is the matter. Outlines come with a package (world.geo.json by
way of countryinfo).

They are coarse, good for where things lie and not for measuring; no line on them is a statement
about a border.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..ground import economies as eco
from ..ground.errors import known_name
from ..ground.numbers import amount
from ..registry.words import party
from . import style
from .needs import needs

Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Region:
    """What a map of a region shows, in degrees east and north.

    places: where the name of each of its economies stands. window: west, east, south and north of
    the picture. around: other economies that are outlined. named: where the names of some of these
    stand, inside them and inside the picture. beside: economies too small to hold their name, which
    then begins at its place.
    """

    places: Mapping[str, tuple[float, float]]
    window: tuple[float, float, float, float]
    around: Sequence[str] = ()
    named: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    beside: Sequence[str] = ()


@cache
def outline(economy: str) -> tuple[Ring, ...]:
    """Outer rings of an economy, each of points (degrees east, degrees north); the largest first.
    The package says where it has none.
    """
    from countryinfo import CountryInfo

    shape = CountryInfo(economy).geo_json()["features"][0]["geometry"]
    parts = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
    rings = (tuple((float(x), float(y)) for x, y, *_ in part[0]) for part in parts)
    return tuple(sorted(rings, key=len, reverse=True))


def shared_border(one: str, other: str) -> list[Ring]:
    """Runs of points that the outlines of two economies have in common.

    The outlines are coarse: good for where things lie, not for measuring, and no statement about a
    border.

    Parameters
    ----------
    one, other : str
        Codes or names.

    Returns
    -------
    list of tuple
        Each run as points (degrees east, degrees north), along the outline of the first; empty
        where the two do not meet.

    Examples
    --------
    >>> len(shared_border("KGZ", "CHN")), shared_border("UZB", "CHN")
    (1, [])
    """
    one, other = eco.resolve(one), eco.resolve(other)
    there = {point for ring in outline(other) for point in ring}
    runs = list[Ring]()
    for ring in outline(one):
        for shared, run in groupby(ring, there.__contains__):
            if shared and len(points := tuple(run)) > 1:
                runs.append(points)
    return runs


@needs()
def region_map(
    values: Mapping[str, float],
    region: Region,
    *,
    unit: str = "",
    neighbour: str = "",
) -> Figure:
    r"""A region and what lies around it, with a number in each economy.

    An economy of `values` is shaded and labelled, the others are left empty.

    Parameters
    ----------
    values : mapping of str to float
        By economy (its code or name) a number (the larger, the darker); one that is not known (NaN)
        is told as such, and not shaded.
    region : Region
        What the map shows, in degrees east and north.
    unit : str
        Stands behind each number.
    neighbour : str
        Code or name of an economy whose border with those of `values` is drawn as a heavy line; ''
        for none.

    Returns
    -------
    matplotlib.figure.Figure
        The map.

    Raises
    ------
    UsageError
        An economy of `values` has no place in the region.

    Examples
    --------
    >>> from ca_research.plots.maps import Region
    >>> region = Region(places={"KGZ": (74.5, 41.5), "TJK": (71.0, 38.5)}, window=(66, 81, 36, 44))
    >>> figure = region_map({"KGZ": 1063, "TJK": 477}, region, unit="km", neighbour="CHN")
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['Kyrgyzstan\n1,063 km', 'Tajikistan\n477 km']
    """
    numbers = pd.Series({eco.resolve(e): value for e, value in values.items()}, dtype=float)
    for code in numbers.index:
        known_name("economy with a place in the region", code, region.places)
    ends = [0.0, *numbers.dropna()]
    shade = 0.12 + 0.33 * (numbers - min(ends)) / (max(ends) - min(ends) or 1.0)
    words = numbers.dropna().map(lambda value: f"{amount(value)} {unit}".strip())
    words = words.reindex(numbers.index, fill_value="not known")
    west, east, south, north = region.window
    aspect = 1 / math.cos(math.radians((south + north) / 2))
    size = 6.4, 6.4 * aspect * (north - south) / (east - west)
    figure, ax = plt.subplots(figsize=size)
    for code in (*region.around, *region.places):
        inside = code in region.places
        _draw(ax, code, style.GRID, 0.35 if inside else 0, style.MUTED if inside else style.GRID)
        if pd.notna(shade.get(code)):
            _draw(ax, code, style.HIGHLIGHT, shade[code], style.MUTED)
    for code in numbers.index if neighbour else ():
        for run in shared_border(code, neighbour):
            look: dict[str, Any] = {"color": style.HIGHLIGHT, "solid_capstyle": "round"}
            ax.plot(*zip(*run, strict=True), linewidth=3, **look)
    for code, at in region.named.items():
        ax.text(*at, party(code), ha="center", va="center", color=style.MUTED)
    for code, at in region.places.items():
        side = "left" if code in region.beside else "center"
        ax.text(*at, f"{eco.name_of(code)}\n{words.get(code, '')}".strip(), ha=side, va="center")
    ax.set(xlim=(west, east), ylim=(south, north), aspect=aspect)
    ax.axis("off")
    return figure


def _draw(ax: Axes, economy: str, fill: str, alpha: float, edge: str) -> None:
    for ring in outline(economy):
        x, y = zip(*ring, strict=True)
        ax.fill(x, y, facecolor=fill, alpha=alpha, linewidth=0)
        ax.plot(x, y, color=edge, linewidth=0.9)
