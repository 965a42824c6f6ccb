"""What a picture needs of the frame it is given, checked before anything is drawn.

A frame without a column, or with two things in it where the picture shows one, would end in a bare
KeyError deep inside, or in a picture that is wrong without a word.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any, TypeVar

import pandas as pd

from ..ground import economies as eco
from ..ground.arguments import whole_number
from ..ground.errors import CoverageError, MixedUnitsError, UsageError
from ..stats.frames import origin, require
from .canvas import drawn

Drawing = TypeVar("Drawing", bound=Callable[..., Any])


def needs(
    name: str = "",
    *columns: str,
    cell: str = "",
    alike: str = "",
    like: str = "",
    empty: bool = False,
) -> Callable[[Drawing], Drawing]:
    """A picture that is laid out, and refuses an argument without these columns or without a row.

    name: the argument; None is no frame and passes. A column ('{value}') may be named by another
    argument. cell: columns of which no two rows may have the same. alike: columns that have one
    value, where they are there. like: what makes such a frame. empty: whether the picture can show
    that there is nothing.
    """

    def with_checks(picture: Drawing) -> Drawing:
        signature = inspect.signature(picture)

        @functools.wraps(picture)
        def checked(*args: Any, **kwargs: Any) -> Any:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            if (frame := bound.arguments.get(name)) is not None:
                named = [c.format_map(bound.arguments) for c in " ".join(columns).split()]
                wanted = [column for column in named if column]
                require(frame, wanted)
                one_of(frame, alike.split())
                if cell:
                    one_figure(frame, cell.split())
                if frame.empty and not empty:
                    hint = f"as from {like}" if like else ", ".join(wanted)
                    raise CoverageError(f"`{name}` has no row: nothing to draw", hint=hint)
            return says_sources(drawn(functools.partial(picture, *args, **kwargs)), frame)

        return checked  # type: ignore[return-value]

    return with_checks


def says_sources(picture: Any, frame: pd.DataFrame | None) -> Any:
    """The picture, which also has the sources of this frame, so that it can be cited."""
    figure = getattr(picture, "figure", None) or picture
    ids = origin(frame) if frame is not None else ()
    figure.sources = tuple(sorted({*getattr(figure, "sources", ()), *ids}))
    return picture


def one_of(frame: pd.DataFrame, columns: Iterable[str]) -> None:
    """MixedUnitsError where one of the columns that are there has several values: the picture shows
    one of each.
    """
    for column in (c for c in columns if c in frame.columns):
        values = sorted(map(str, frame[column].dropna().unique()))
        if len(values) > 1:
            shown = ", ".join(values[:6])
            hint = f"keep one: frame[frame[{column!r}] == {values[0]!r}]"
            raise MixedUnitsError(f"one picture of several: {column} is {shown}", hint=hint)


def chosen(what: str, names: str | Iterable[str], held: Iterable[object]) -> list[str]:
    """Codes of what a picture is asked to show, by codes or names; a label that its frame holds is
    its own. CoverageError for none.
    """
    codes = eco.resolve_all(names, held)
    if not codes:
        raise CoverageError(f"no {what} to draw", hint="name one by its code or its name")
    return codes


def at_least_one(name: str, value: object) -> int:
    """How many are to be drawn; UsageError for none, and for what is no whole number."""
    if (many := whole_number(name, value, "8")) < 1:
        raise UsageError(f"{name} is {many}: there is nothing to draw", hint="1 or more")
    return many


def one_figure(
    frame: pd.DataFrame, cell: Iterable[str], *, hint: str = "keep one source, precision or edition"
) -> None:
    """UsageError where two rows claim one place of the picture."""
    keys = [c for c in cell if c in frame.columns]
    twice = frame[frame.duplicated(keys, keep=False)]
    if len(twice):
        where = ", ".join(f"{k} {twice.iloc[0][k]}" for k in keys)
        raise UsageError(f"two figures for one place of the picture: {where}", hint=hint)


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


def isolated(series: pd.Series) -> pd.Series:
    """The figures of a series of `by_year` with none on either side: a line would not show them."""
    known = series.notna()
    return series[known & ~known.shift(1, fill_value=False) & ~known.shift(-1, fill_value=False)]


def holes(years: Iterable[int], last: int) -> list[tuple[int, int]]:
    """First and last of each run of years that are not among `years`, from the first of them to
    `last`.
    """
    known = sorted({int(y) for y in years})
    ends = [*known, last + 1] if known and known[-1] <= last else known
    return [(one + 1, other - 1) for one, other in pairwise(ends) if other - one > 1]
