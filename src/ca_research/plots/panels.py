"""Small multiples in one form: up to three panels a row, the last row's places left empty, labels where they are needed."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from . import style


def panels(
    count: int, height: float = style.TALL, *, sharex: bool = False, sharey: bool = False
) -> tuple[Figure, list[Axes]]:
    """A figure with `count` panels of `height` inches each; places left over stay empty.

    With sharex the numbers of the x axis stand under the last panel of each column, also above an empty place.
    """
    columns = min(max(count, 1), 3)
    lines = -(-max(count, 1) // columns)
    figure, grid = plt.subplots(
        lines, columns, figsize=(style.WIDE, height * lines + 0.3), squeeze=False, sharex=sharex, sharey=sharey
    )
    for place in range(max(count, 1), lines * columns):
        grid.flat[place].axis("off")
        grid.flat[place - columns].tick_params(labelbottom=True)
    return figure, list(grid.flat[: max(count, 1)])


def apart(ends: list[tuple[float, str, int]], least: float) -> list[tuple[float, str, int]]:
    """Label positions (value, label, year) moved up just enough not to overlap, lowest first."""
    placed: list[tuple[float, str, int]] = []
    for value, label, year in sorted(ends):
        if placed and value - placed[-1][0] < least:
            value = placed[-1][0] + least
        placed.append((value, label, year))
    return placed
