"""What a picture needs of the frame it is given, checked before anything is drawn.

A frame without a column, or with two things in it where the picture shows one, would end in a bare
KeyError deep inside, or in a picture that is wrong without a word.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import pandas as pd

from ..stats import frames
from ..stats.contract import one_figure_per_cell
from ..stats.frames import origin, require
from . import style
from .canvas import drawn, sized

Drawing = TypeVar("Drawing", bound=Callable[..., Any])


def needs(
    name: str = "",
    *columns: str,
    cell: str = "",
    alike: str = "",
    empty: bool = False,
) -> Callable[[Drawing], Drawing]:
    """A picture that is laid out, in the `size` of a page unless told, as `plot` of a result takes
    it; and refuses an argument without these columns or without a row.

    name: the argument; None is no frame and passes. A column ('{value}') may be named by another
    argument. cell: columns of which no two rows may have the same. alike: columns that have one
    value, where they are there. empty: whether the picture can show
    that there is nothing.
    """

    def with_checks(picture: Drawing) -> Drawing:
        signature = inspect.signature(picture)

        @functools.wraps(picture)
        def checked(*args: Any, size: Any = None, **kwargs: Any) -> Any:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            if (frame := bound.arguments.get(name)) is not None:
                named = [c.format_map(bound.arguments) for c in " ".join(columns).split()]
                wanted = [column for column in named if column]
                require(frame, wanted)
                frames.alike(frame, alike.split())
                if cell:
                    one_figure(frame, cell.split())
                if not empty:
                    frames.require_some(frame, f"row in {name}", ", ".join(wanted))
            with style.room(sized(size) if size else style.current()):
                figure = drawn(functools.partial(picture, *args, **kwargs))
            return says_sources(figure, frame)

        return checked  # type: ignore[return-value]

    return with_checks


def says_sources(picture: Any, frame: pd.DataFrame | None) -> Any:
    """The picture, which also has the sources of this frame, so that it can be cited."""
    figure = getattr(picture, "figure", None) or picture
    ids = origin(frame) if frame is not None else ()
    figure.sources = tuple(sorted({*getattr(figure, "sources", ()), *ids}))
    return picture


def one_figure(frame: pd.DataFrame, cell: Iterable[str]) -> None:
    """UsageError where two rows claim one place of the picture."""
    one_figure_per_cell(frame, [c for c in cell if c in frame.columns])


def by_year(rows: pd.DataFrame, column: str) -> pd.Series:
    """A series with every year from the first to the last: null where there is no figure, so that
    no line crosses it.

    Raises UsageError for two figures of one year.
    """
    one_figure(rows, ["year"])
    known = rows.dropna(subset=["year", column])
    series = pd.Series(
        known[column].to_numpy(dtype=float), index=known["year"].astype(int)
    ).sort_index()
    return (
        series.reindex(range(series.index.min(), series.index.max() + 1)) if len(series) else series
    )
