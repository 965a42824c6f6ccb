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

    _metadata = ["measure"]  # noqa: RUF012 - as pandas asks

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return Measured

    @property
    def plot(self) -> Any:
        return Plot(self)


class Plot(PlotAccessor):
    """`plot` of a measured frame: without a word on columns or kind, the picture of the measure;
    else as in pandas.
    """

    def __call__(self, *args: Any, **options: Any) -> Any:
        frame = self._parent
        measure, columns = measure_of(frame)
        whole = measure and set(columns) <= set(frame.columns)
        if whole and not args and options.keys() <= OPTIONS:
            return draw(measure, frame, **options)
        return super().__call__(*args, **options)


OPTIONS = {"ax", "size", "title", "direction", "top"}
"""Words that the pictures of measured frames know; any other is pandas' own."""


def measure_of(frame: pd.DataFrame) -> tuple[str, tuple[Any, ...]]:
    """The measure that gave a frame, and the columns that it gave; ('', ()) of any other frame,
    also of one with a column `measure`.
    """
    if not isinstance(frame, Measured):
        return "", ()
    return getattr(frame, "measure", None) or ("", ())


def measured(frame: pd.DataFrame, measure: str) -> pd.DataFrame:
    """The frame, which from now on plots itself as what `measure` gives."""
    found = Measured(frame)
    found.attrs, found.measure = frame.attrs, (measure, tuple(frame.columns))
    return found
