"""The pen that pictures are measured and drawn with: it remembers how wide words are."""

from __future__ import annotations

import io
from functools import cache, lru_cache
from typing import Any

from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.font_manager import FontProperties

DPI = 72
"""Dots per inch of an SVG: a dot is a point."""


class Pen(RendererSVG):
    """As matplotlib's, which measures each word again for each picture."""

    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: Any
    ) -> tuple[float, float, float]:
        return _measured(s, prop.copy(), ismath)


@lru_cache(4096)
def _measured(text: str, font: FontProperties, math: Any) -> tuple[float, float, float]:
    return RendererSVG.get_text_width_height_descent(pen(), text, font, math)


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
