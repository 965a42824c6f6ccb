"""What a measure declares of itself: its registered name, and what it tells."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache, wraps
from typing import Any, Literal, get_args, get_origin

import pandas as pd

from ..ground import economies
from ..ground.arguments import number, whole_number
from ..ground.errors import known_name
from .frame import Estimate, estimates
from .kinds import Stated, known_kind

Measure = Callable[..., pd.DataFrame]
"""What `measure` makes of a function: tables and choices in, an estimates frame out."""


def measure(
    name: str, *, kind: Stated = "", unit: Stated = ""
) -> Callable[[Callable[..., list[Estimate] | pd.DataFrame]], Measure]:
    """Register a function under the name that claims write.

    The function gives rows, one `estimate_row` for each economy. Whoever calls it gets them as an
    estimates frame; claims, which call it in thousands of ways, take the rows (`rows_of`). Called
    by hand it takes economies by codes or names, and the words of each `Literal` alone.

    The name stands as a literal in front of the function, so that only the module of a measure that
    is asked for is imported. It stays when the function moves, so that no rule has to be amended.

    Parameters
    ----------
    name : str
        For example ``trade.lead``.
    kind : str or callable
        What kind of figure it gives, one of `estimates.kinds.KINDS` (level, share, change, ratio,
        rank, count ...); or what says so for the settings, where these decide. The sentences about
        the figure follow from it. A change has a setting ``since``, or begins with the first year
        of the rows that it rests on.
    unit : str or callable
        The words for what it is counted in; '' where only the claim knows.

    Returns
    -------
    callable
        A decorator, which gives back a function with this ``name``.

    Raises
    ------
    UsageError, UnknownNameError
        By that function: for no economy, or a word or an economy that is not known.
    MeasureError
        No kind is declared, or one that does not exist.

    Examples
    --------
    A measure takes tables and choices by name:

    >>> import ca_research as ca
    >>> from ca_research.estimates import estimate_row
    >>> @measure("own.latest_value", kind="level", unit="US dollars")
    ... def latest_value(trade, *, economies):
    ...     newest = trade[trade["year"] == trade["year"].max()]
    ...     rows = {code: newest[newest["reporter"] == code] for code in economies}
    ...     return [
    ...         estimate_row(used, economy=code, estimate=used["value_usd"].sum())
    ...         for code, used in rows.items()]
    >>> latest_value.name
    'own.latest_value'
    >>> latest_value(ca.load("trade", year=2020), economies=["KAZ"])["economy"].tolist()
    ['KAZ']
    """

    known_kind(kind, name)

    def mark(function: Callable[..., list[Estimate] | pd.DataFrame]) -> Measure:
        @wraps(function)
        def framed(*args: Any, **kwargs: Any) -> pd.DataFrame:
            output = function(*args, **_resolved_arguments(framed, kwargs))
            return estimates(output) if isinstance(output, list) else output

        vars(framed).update(name=name, kind=kind, unit=unit, rows=function)
        return framed

    return mark


def _resolved_arguments(function: Measure, choices: Mapping[str, Any]) -> dict[str, Any]:
    """What a measure is called with: economies by their codes, and words that it knows."""
    where, arguments = f"measure {function.name}", dict(choices)  # type: ignore[attr-defined]
    if arguments.get("economies") is not None:
        arguments["economies"] = economies.resolve_all(arguments["economies"])
    for name, argument in arguments_of(function).items():
        hint = argument.annotation if name in arguments else None
        if get_origin(hint) is Literal:
            known_name(name, arguments[name], get_args(hint), where=where)
        elif hint in (int, float):
            arguments[name] = (whole_number if hint is int else number)(name, arguments[name])
    return arguments


@cache
def arguments_of(function: Measure) -> dict[str, inspect.Parameter]:
    """The arguments of a measure with their types, of any type where it declares none."""
    try:
        arguments, typed = inspect.signature(function, eval_str=True).parameters, True
    except NameError:  # annotations for readers alone
        arguments, typed = inspect.signature(function).parameters, False
    return {
        name: a if typed and a.annotation is not a.empty else a.replace(annotation=Any)
        for name, a in arguments.items()
    }


def rows_of(function: Measure) -> Callable[..., list[Estimate] | pd.DataFrame]:
    """What a measure was before its rows were made a frame; itself where it is not registered."""
    return getattr(function, "rows", function)


def by_economy(function: Measure) -> Measure:
    """Declare that each row of a measure follows from the sources that it names alone.

    Without a source that a row does not name the row is the same. Whoever leaves a source out
    measures only those economies again that name it in any row, or have no figure in one.

    Parameters
    ----------
    function : callable
        A measure.

    Returns
    -------
    callable
        The same function, marked.

    Examples
    --------
    >>> @by_economy
    ... def own_report(trade, *, economies): ...
    >>> own_report.by_economy
    True
    """
    function.by_economy = True  # type: ignore[attr-defined]
    return function


def tells(*names: str) -> Callable[[Measure], Measure]:
    """Declare what a measure tells beside its figure.

    Parameters
    ----------
    *names : str
        Keys of ``about`` in its estimates, which the sentences of a claim may use as slots.

    Returns
    -------
    callable
        A decorator, which gives the function back with its ``about``.

    Examples
    --------
    >>> @tells("rival")
    ... def lead(trade, *, economies): ...
    >>> told_by(lead)
    ('rival',)
    """

    def mark(function: Measure) -> Measure:
        function.about = names  # type: ignore[attr-defined]
        return function

    return mark


def told_by(function: Measure) -> tuple[str, ...]:
    """The names that a measure declares to tell beside its figure.

    Parameters
    ----------
    function : callable
        A measure.

    Returns
    -------
    tuple of str
        Empty where none is declared (see `tells`).

    Examples
    --------
    >>> told_by(len)
    ()
    """
    return getattr(function, "about", ())
