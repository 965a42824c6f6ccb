"""Maps of the region, where place is the matter. Outlines come with a package (world.geo.json by
way of countryinfo).

They are coarse, good for where things lie and not for measuring; no line on them is a statement
about a border.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..ground import economies as eco
from ..ground.errors import CoverageError, UsageError
from ..registry.words import party
from . import style

Ring = tuple[tuple[float, float], ...]

_AROUND = ("RUS", "CHN", "MNG", "IRN", "AFG", "PAK", "IND", "AZE", "GEO", "ARM", "TUR")
_NAMED = {
    "RUS": (62.5, 55.6),
    "CHN": (91.0, 42.5),
    "IRN": (56.5, 35.6),
    "AFG": (65.5, 34.6),
    "MNG": (95.0, 47.3),
}
"""Where names of neighbours stand (degrees east and north): inside them and inside the picture."""
_PLACES = {
    "KAZ": (67.0, 48.2),
    "UZB": (63.2, 42.9),
    "TKM": (58.8, 39.3),
    "KGZ": (80.2, 40.3),
    "TJK": (76.4, 37.6),
}
_BESIDE = ("KGZ", "TJK")
"""Too small to hold their name: it stands to the east of them."""
_WEST, _EAST, _SOUTH, _NORTH = 45.5, 98.0, 34.0, 56.6


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
    """Runs of points that the outlines of two economies have in common, along the first; empty
    where they do not meet.
    """
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


def region_map(
    values: Mapping[str, float] | Mapping[str, str],
    *,
    unit: str = "",
    digits: int = 0,
    neighbour: str = "",
    economies: Sequence[str] = eco.CA5,
) -> Figure:
    """The five and what lies around them; each economy of `values` shaded and labelled, the others
    left empty.

    values: by economy a number (the larger, the darker) or a word. unit: behind each number.
    neighbour: an economy whose border with those of `values` is drawn as a heavy line.
    """
    if odd := sorted(set(values) - set(economies)):
        raise UsageError(
            f"{', '.join(odd)} would not be shaded",
            hint=f"values for {', '.join(economies)}, or economies=",
        )
    numbers = {e: float(v) for e, v in values.items() if not isinstance(v, str)}
    most = max([abs(v) for v in numbers.values()], default=1.0) or 1.0
    with style.context():
        aspect = 1 / np.cos(np.radians((_SOUTH + _NORTH) / 2))
        wide = 6.4
        figure, ax = plt.subplots(
            figsize=(wide, wide * aspect * (_NORTH - _SOUTH) / (_EAST - _WEST))
        )
        for code in _AROUND:
            _draw(ax, code, fill="none", edge=style.GRID)
        for code in economies:
            _draw(ax, code, fill=style.GRID, edge=style.MUTED, alpha=0.35)
            if code in values:
                share = abs(numbers[code]) / most if code in numbers else 1.0
                _draw(
                    ax, code, fill=style.PARTY["CHN"], edge=style.MUTED, alpha=0.12 + 0.33 * share
                )
        if neighbour:
            for code in values:
                for run in shared_border(code, neighbour):
                    ax.plot(
                        *zip(*run, strict=True),
                        color=style.PARTY["CHN"],
                        linewidth=3,
                        solid_capstyle="round",
                    )
        for code, at in _NAMED.items():
            ax.text(*at, party(code), ha="center", va="center", color=style.MUTED)
        for code in economies:
            said = values.get(code)
            words = (
                ""
                if said is None
                else said
                if isinstance(said, str)
                else f"{said:,.{digits}f} {unit}".strip()
            )
            name = eco.name_of(code)
            ax.text(
                *_PLACES[code],
                f"{name}\n{words}" if words else name,
                ha="left" if code in _BESIDE else "center",
                va="center",
                color=style.INK,
            )
        ax.set_xlim(_WEST, _EAST)
        ax.set_ylim(_SOUTH, _NORTH)
        ax.set_aspect(aspect)
        ax.axis("off")
        figure.tight_layout()
    return figure


def _draw(ax: Axes, economy: str, *, fill: str, edge: str, alpha: float = 1.0) -> None:
    for ring in outline(economy):
        inside = any(_WEST - 2 < x < _EAST + 2 and _SOUTH - 2 < y < _NORTH + 2 for x, y in ring)
        if inside:
            x, y = zip(*ring, strict=True)
            if fill != "none":
                ax.fill(x, y, facecolor=fill, alpha=alpha, linewidth=0)
            ax.plot(x, y, color=edge, linewidth=0.9)
