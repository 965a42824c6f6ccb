"""What pictures are measured with: one renderer for all, which remembers how wide words are."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.figure import Figure

DPI = 72
"""Dots per inch of an SVG: a dot is a point."""


@cache
def pen() -> RendererSVG:
    """Measures for all pictures; matplotlib keeps widths of words by the renderer."""
    return RendererSVG(1, 1, io.StringIO())


class Canvas(FigureCanvasSVG):
    """Has a figure measured by the pen."""

    def get_renderer(self) -> RendererSVG:
        """What a layout is measured with."""
        return pen()


@contextmanager
def measured(figure: Figure) -> Iterator[None]:
    """Within, the pen measures the figure, in points: as it is drawn in the end. No axis without a
    label is asked where its label stands, for which matplotlib measures all its ticks once more.
    """
    canvas, dpi = figure.canvas, figure.dpi
    axes: list[Any] = [axis for ax in figure.axes for axis in (ax.xaxis, ax.yaxis)]
    silent = [axis for axis in axes if not axis.get_label_text() and axis._autolabelpos]
    Canvas(figure)
    figure.set_dpi(DPI)
    for axis in silent:
        axis._autolabelpos = False
    try:
        yield
    finally:
        figure.set_canvas(canvas)
        figure.set_dpi(dpi)
        for axis in silent:
            axis._autolabelpos = True
