"""The pen that pictures are measured and drawn with: it remembers how wide words are."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import Any

from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font

DPI = 72
"""Dots per inch of an SVG: a dot is a point."""


class Pen(RendererSVG):
    """As matplotlib's, which measures each word again for each picture."""

    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: Any
    ) -> tuple[float, float, float]:
        return _measured(s, prop.copy(), ismath)

    def _get_font_height_metrics(
        self, prop: FontProperties
    ) -> tuple[float | None, float | None, float | None]:
        """Asked for by matplotlib from 3.11 on, which otherwise looks the font up for every word
        at every turn.
        """
        return _heights(prop.copy())


@lru_cache(4096)
def _measured(text: str, font: FontProperties, math: Any) -> tuple[float, float, float]:
    return RendererSVG.get_text_width_height_descent(pen(), text, font, math)


@lru_cache(256)
def _heights(font: FontProperties) -> tuple[float | None, float | None, float | None]:
    """Ascent, descent and gap between lines in points, by the font's own tables as matplotlib reads
    them; without such tables matplotlib measures letters.
    """
    file: Any = get_font(findfont(font))
    for name, *keys in (
        ("OS/2", "sTypoAscender", "sTypoDescender", "sTypoLineGap"),
        ("hhea", "ascent", "descent", "lineGap"),
    ):
        if table := file.get_sfnt_table(name):
            point = font.get_size_in_points() / file.get_sfnt_table("head")["unitsPerEm"]
            ascent, descent, gap = (table[key] * point for key in keys)
            return ascent, -descent, gap
    return None, None, None


@cache
def pen() -> Pen:
    """Measures for all pictures."""
    return Pen(1, 1, io.StringIO())


class Canvas(FigureCanvasSVG):
    """Has a figure measured and drawn by a `Pen`."""

    def get_renderer(self) -> Pen:
        """What a layout is measured with."""
        return pen()

    def print_svg(
        self, filename: Any, *, bbox_inches_restore: Any = None, metadata: Any = None, **_: Any
    ) -> None:
        """Write the figure to an open file; `savefig` calls it."""
        figure, dpi = self.figure, self.figure.dpi
        figure.dpi = DPI
        width, height = figure.get_size_inches()
        vector = Pen(DPI * width, DPI * height, filename, image_dpi=dpi, metadata=metadata)
        both = MixedModeRenderer(  # an image where an artist is rasterized
            figure, width, height, dpi, vector, bbox_inches_restore=bbox_inches_restore
        )
        figure.draw(both)  # type: ignore[arg-type]  # it stands for a renderer
        both.finalize()


@contextmanager
def measured(figure: Figure) -> Iterator[None]:
    """Within, the pen measures the figure, in points: as it is drawn in the end."""
    canvas, dpi = figure.canvas, figure.dpi
    Canvas(figure)
    figure.set_dpi(DPI)
    try:
        yield
    finally:
        figure.set_canvas(canvas)
        figure.set_dpi(dpi)


@contextmanager
def unlabelled(figure: Figure) -> Iterator[None]:
    """Within, no axis without a label is asked where its label stands, for which matplotlib
    measures all its ticks once more.
    """
    silent: list[Any] = [
        axis
        for ax in figure.axes
        for axis in (ax.xaxis, ax.yaxis)
        if not axis.get_label_text() and getattr(axis, "_autolabelpos", False)
    ]
    for axis in silent:
        axis._autolabelpos = False
    try:
        yield
    finally:
        for axis in silent:
            axis._autolabelpos = True


def tight(figure: Figure, h_pad: float | None = None, w_pad: float | None = None) -> None:
    """`Figure.tight_layout`, measured by the pen."""
    with measured(figure), unlabelled(figure):
        figure.tight_layout(h_pad=h_pad, w_pad=w_pad)
