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

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..ground import economies as eco
from ..ground.errors import CoverageError, UsageError
from ..ground.numbers import amount, fixed
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

    Raises CoverageError where the package has none (aggregates).
    """
    from countryinfo import CountryInfo

    try:
        shape = CountryInfo(economy).geo_json()["features"][0]["geometry"]
    except (LookupError, TypeError):
        raise CoverageError(
            f"no outline of {economy!r}", hint="one of the economies, by its ISO code"
        ) from None
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

    Raises
    ------
    CoverageError
        There is no outline, as of an aggregate.

    Examples
    --------
    >>> len(shared_border("KGZ", "CHN")), shared_border("UZB", "CHN")
    (1, [])
    """
    one, other = eco.resolve(one), eco.resolve(other)
    there = {point for ring in outline(other) for point in ring}
    runs = list[Ring]()
    for ring in outline(one):
        run: list[tuple[float, float]] = []
        for point in ring:
            if point in there:
                run.append(point)
                continue
            runs += [tuple(run)] if len(run) > 1 else []
            run = []
        runs += [tuple(run)] if len(run) > 1 else []
    return runs


@needs()
def region_map(
    values: Mapping[str, float] | Mapping[str, str],
    region: Region,
    *,
    unit: str = "",
    digits: int = 0,
    neighbour: str = "",
) -> Figure:
    r"""A region and what lies around it, with a number or a word in each economy.

    An economy of `values` is shaded and labelled, the others are left empty.

    Parameters
    ----------
    values : mapping of str to float, or of str to str
        By economy (its code or name) a number (the larger, the darker; below zero the lightest) or
        a word; one that is not known (NaN) is told as such, and not shaded.
    region : Region
        What the map shows, in degrees east and north.
    unit : str
        Stands behind each number.
    digits : int
        Decimals of numbers; those that would be read as nought keep two digits.
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
        An economy of `values` has no place in the region, or its number is infinite.
    CoverageError
        There is no outline of an economy.

    Examples
    --------
    >>> from ca_research.plots.maps import Region
    >>> region = Region(places={"KGZ": (74.5, 41.5), "TJK": (71.0, 38.5)}, window=(66, 81, 36, 44))
    >>> figure = region_map({"KGZ": 1063, "TJK": 477}, region, unit="km", neighbour="CHN")
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['Kyrgyzstan\n1,063 km', 'Tajikistan\n477 km']
    """
    told: dict[str, float | str] = {eco.resolve(e): said for e, said in values.items()}
    if odd := sorted(set(told) - set(region.places)):
        raise UsageError(
            f"{', '.join(odd)} would not be shaded",
            hint=f"values for {', '.join(region.places)}, or a place for it in the region",
        )
    west, east, south, north = region.window
    numbers = {
        e: math.nan if pd.isna(v) else float(v) for e, v in told.items() if not isinstance(v, str)
    }
    if endless := [eco.name_of(e) for e, v in numbers.items() if math.isinf(v)]:
        raise UsageError(f"the number of {endless[0]} is infinite", hint="leave it out")
    known = {e: v for e, v in numbers.items() if not math.isnan(v)}
    least, most = min([0.0, *known.values()]), max([0.0, *known.values()])
    with style.context():
        aspect = 1 / np.cos(np.radians((south + north) / 2))
        wide = 6.4
        figure, ax = plt.subplots(figsize=(wide, wide * aspect * (north - south) / (east - west)))
        for code in region.around:
            _draw(ax, code, region.window, fill="none", edge=style.GRID)
        for code in region.places:
            _draw(ax, code, region.window, fill=style.GRID, edge=style.MUTED, alpha=0.35)
            if code in told and code not in numbers.keys() - known.keys():
                share = (known[code] - least) / ((most - least) or 1.0) if code in known else 1.0
                _draw(
                    ax,
                    code,
                    region.window,
                    fill=style.HIGHLIGHT,
                    edge=style.MUTED,
                    alpha=0.12 + 0.33 * share,
                )
        if neighbour:
            for code in told:
                for run in shared_border(code, neighbour):
                    ax.plot(
                        *zip(*run, strict=True),
                        color=style.HIGHLIGHT,
                        linewidth=3,
                        solid_capstyle="round",
                    )
        for code, at in region.named.items():
            ax.text(*at, party(code), ha="center", va="center", color=style.MUTED)
        for code in region.places:
            said = told.get(code)
            words = said if isinstance(said, str) else ""
            if code in numbers:
                words = f"{_number(numbers[code], digits)} {unit}".strip()
            if code in numbers.keys() - known.keys():
                words = "not known"
            name = eco.name_of(code)
            ax.text(
                *region.places[code],
                f"{name}\n{words}" if words else name,
                ha="left" if code in region.beside else "center",
                va="center",
                color=style.INK,
            )
        ax.set_xlim(west, east)
        ax.set_ylim(south, north)
        ax.set_aspect(aspect)
        ax.axis("off")
    return figure


def _number(value: float, digits: int) -> str:
    """With so many decimals, or as many as tell it from nought."""
    return amount(value) if round(value, digits) == 0 else fixed(value, digits)


def _draw(
    ax: Axes,
    economy: str,
    window: tuple[float, float, float, float],
    *,
    fill: str,
    edge: str,
    alpha: float = 1.0,
) -> None:
    west, east, south, north = window
    for ring in outline(economy):
        inside = any(west - 2 < x < east + 2 and south - 2 < y < north + 2 for x, y in ring)
        if inside:
            x, y = zip(*ring, strict=True)
            if fill != "none":
                ax.fill(x, y, facecolor=fill, alpha=alpha, linewidth=0)
            ax.plot(x, y, color=edge, linewidth=0.9)
