"""Frames that plot themselves: what a measure gives, and any choice of its rows."""

from __future__ import annotations

from typing import Any

import pandas as pd
from pandas.plotting import PlotAccessor

from ..ground.drawing import draw


class Measured(pd.DataFrame):
    """What a measure gives: a frame whose `plot()` draws the picture of that measure.

    Rows chosen from it keep the measure. What has lost a column, or is merged with other figures,
    plots as any frame.
    """

    # formulaic, by which pyfixest reads a formula, knows the frames it can read by this name
    __module__, __qualname__ = "pandas", "DataFrame"
    _metadata = ["measure", "given"]  # noqa: RUF012 - as pandas asks

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return Measured

    def __reduce__(self) -> tuple[Any, ...]:
        told = getattr(self, "measure", ""), getattr(self, "given", None)
        return _marked, (pd.DataFrame(self), self.attrs, *told)

    @property
    def plot(self) -> Any:
        return Plot(self)


class Plot(PlotAccessor):
    """`plot` of a measured frame: without a word on columns or kind, the picture of the measure;
    else as in pandas.
    """

    def __call__(self, *args: Any, **options: Any) -> Any:
        frame = self._parent
        measure, original = measure_of(frame)
        intact = measure and set(original.columns) <= set(frame.columns)
        if intact and not args and options.keys() <= OPTIONS:
            return draw(measure, frame, **options)
        return super().__call__(*args, **options)


OPTIONS = {"ax", "size", "title", "direction", "top", "value"}
"""Words that the pictures of measured frames know; any other is pandas' own."""


def measure_of(frame: pd.DataFrame) -> tuple[str, pd.DataFrame]:
    """The measure that gave a frame, and all that it gave; '' and nothing for any other frame, also
    for one with a column `measure`.
    """
    if not isinstance(frame, Measured) or getattr(frame, "given", None) is None:
        return "", pd.DataFrame()
    return frame.measure, frame.given


def measured(frame: pd.DataFrame, measure: str) -> pd.DataFrame:
    """The frame, which from now on plots itself as what `measure` gives."""
    return _marked(frame, frame.attrs, measure, pd.DataFrame(frame))


def _marked(
    frame: pd.DataFrame, attrs: dict[Any, Any], measure: str, given: pd.DataFrame | None
) -> pd.DataFrame:
    table = Measured(frame)
    table.attrs, table.measure, table.given = attrs, measure, given
    return table
