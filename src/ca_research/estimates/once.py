"""What many specifications of a claim share is made once."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Hashable, Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import pandas as pd

from ..ground.errors import CaResearchError

P = ParamSpec("P")
T = TypeVar("T")

Made = MutableMapping[tuple[Any, ...], tuple[tuple[Any, ...], Any]]
"""Results by function and arguments, with the arguments: an object keeps its identity while it is
held.
"""

_made: ContextVar[Made | None] = ContextVar("made", default=None)


def once(function: Callable[P, T], *, by_row: bool = False) -> Callable[P, T]:
    """Mark a function whose results a gathering keeps: of the same frames and choices it is made
    once, in whatever specification, criterion or measure.

    Called by hand it is made each time, what it rests on once in each call. A result is not changed
    by those who get it.

    Parameters
    ----------
    function : callable
        Its arguments are frames, which count as the objects that they are, and choices.
    by_row : bool
        Whether it looks at each row of its first argument by itself: without the rows of a source
        it then gives what it gave, without the rows of that source.

    Returns
    -------
    callable
        The same, remembering while `keeping` is in force.

    Examples
    --------
    >>> calls = []
    >>> @once
    ... def total(trade, year=2023):
    ...     calls.append(year)
    ...     return len(trade)
    >>> with keeping({}):
    ...     total([1, 2]), total([1, 2], year=2023)
    (2, 2)
    >>> calls
    [2023]
    """
    parameters = inspect.signature(function)

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        cache = _made.get()
        if cache is None:
            with keeping({}):
                return function(*args, **kwargs)
        bound = parameters.bind(*args, **kwargs)
        bound.apply_defaults()
        held = tuple(bound.arguments.values())
        key = (function, *map(_identity, held))
        if key not in cache:
            cut = cache.get(_cut(held[0])) if by_row else None
            try:
                if cut:
                    (whole, source), rest = cut[1], dict(bound.arguments)
                    rows: Any = call(**rest | {next(iter(rest)): whole})  # type: ignore[call-arg]
                    cache[key] = held, rows[rows["source_id"] != source]
                else:
                    cache[key] = held, function(*args, **kwargs)
            except CaResearchError as error:
                cache[key] = held, error
        outcome = cache[key][1]
        if isinstance(outcome, CaResearchError):
            raise outcome
        return outcome

    return call


def without_source(table: pd.DataFrame, source: str, results: Made) -> pd.DataFrame:
    """A table without the rows of a source, itself where it has none; `results` know it."""
    of_source = table["source_id"].eq(source).to_numpy(bool)
    if not of_source.any():
        return table
    rest = table[~of_source]
    results[_cut(rest)] = (rest,), (table, source)
    return rest


def _cut(table: Any) -> tuple[Any, ...]:
    return "cut", id(table)


@contextmanager
def keeping(results: Made) -> Iterator[None]:
    """Within it, functions marked `once` take what is in `results`, and add to it."""
    token = _made.set(results)
    try:
        yield
    finally:
        _made.reset(token)


def _identity(value: Any) -> Hashable:
    """What tells an argument: a list by its items, what has no hash as the object that it is."""
    if isinstance(value, dict):
        return tuple((name, _identity(value[name])) for name in sorted(value))
    if isinstance(value, (list, tuple)):
        return tuple(map(_identity, value))
    try:
        hash(value)
    except TypeError:
        return "object", id(value)
    return type(value), value
