"""What a measure declares of itself: its registered name, and the parts of it that are made
once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, wraps
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pandas as pd

from ..ground import economies
from ..ground.errors import UsageError, known_name
from .frame import Estimate, estimates

Measure = Callable[..., pd.DataFrame]
"""What `measure` makes of a function: tables and choices in, an estimates frame out."""
Maker = Callable[..., Any]


def measure(name: str) -> Callable[[Callable[..., list[Estimate] | pd.DataFrame]], Measure]:
    """Register a function under the name that claims write.

    The function gives rows, one `estimate_row` for each economy. Whoever calls it gets them as an
    estimates frame; claims, which call it in thousands of ways, take the rows (`rows_of`). Called
    by hand it takes economies by codes or names, and the words of each `Literal` alone; it makes
    its own parts.

    The name stands as a literal in front of the function, so that only the module of a measure that
    is asked for is imported. It stays when the function moves, so that no rule has to be amended.

    Parameters
    ----------
    name : str
        For example ``trade.lead``.

    Returns
    -------
    callable
        A decorator, which gives back a function with this ``name``.

    Raises
    ------
    UsageError, UnknownNameError
        By that function: for a part, no economy, or a word or an economy that is not known.

    Examples
    --------
    A measure takes tables and choices by name:

    >>> import ca_research as ca
    >>> from ca_research.estimates import estimate_row
    >>> @measure("own.latest_value")
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

    def mark(function: Callable[..., list[Estimate] | pd.DataFrame]) -> Measure:
        @wraps(function)
        def framed(*args: Any, **kwargs: Any) -> pd.DataFrame:
            found = function(*args, **_asked(framed, kwargs))
            return estimates(found) if isinstance(found, list) else found

        framed.name = name  # type: ignore[attr-defined]
        framed.rows = function  # type: ignore[attr-defined]
        return framed

    return mark


def _asked(function: Measure, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a measure is called with: economies by their codes and words that it knows, and no part,
    which might be made of other rows, economies or choices.
    """
    where, asked = f"measure {function.name}", dict(given)  # type: ignore[attr-defined]
    words, made = _words(function), names_of_parts(function)
    if handed := [
        n for n, value in given.items() if n in made - words.keys() and value is not None
    ]:
        raise UsageError(
            f"{handed[0]} is made by the measure itself",
            where=where,
            hint="leave it out; `claim.gather` makes it once for all that share it",
        )
    if asked.get("economies") is not None:
        asked["economies"] = economies.resolve_all(asked["economies"])
        if not asked["economies"]:
            raise UsageError("no economy to measure", where=where, hint="name one at least")
    for name, known in words.items():
        if name in asked:
            known_name(name, asked[name], known, where=where)
    return asked


@cache
def _words(function: Measure) -> dict[str, tuple[Any, ...]]:
    """The words of each choice that is declared as a `Literal`."""
    try:
        hints = get_type_hints(function)
    except NameError:  # an annotation for readers alone
        return {}
    return {name: get_args(hint) for name, hint in hints.items() if get_origin(hint) is Literal}


def rows_of(function: Measure) -> Callable[..., list[Estimate] | pd.DataFrame]:
    """What a measure was before its rows were made a frame; itself where it is not registered."""
    return getattr(function, "rows", function)


def parts(**makers: Maker) -> Callable[[Maker], Maker]:
    """Declare arguments that many specifications share, with what makes each.

    Whoever runs a measure over many specifications, or several measures that declare the same part,
    makes it once and hands it to all of them; called alone a measure makes its own. A part is made
    once for all specifications that are equal in the choices it takes; a choice that a claim leaves
    open has the default of the part, so measure and part give it the same.

    Without a source whose rows it was made from a part is made again. One with a method
    ``without(source)`` is asked for that instead: it gives what the maker would give then.

    Parameters
    ----------
    **makers : callable
        What makes each argument. It takes tables, ``economies`` and choices by name, as a measure
        does, and may declare parts in turn.

    Returns
    -------
    callable
        A decorator, which gives the function back with its ``parts``.

    Examples
    --------
    >>> def by_year(trade):
    ...     return trade.groupby("year")["value_usd"].sum()
    >>> @parts(totals=by_year)
    ... def growth(trade, *, since, totals=None):
    ...     totals = by_year(trade) if totals is None else totals
    >>> sorted(parts_of(growth))
    ['totals']
    """

    def mark(function: Maker) -> Maker:
        function.parts = makers  # type: ignore[attr-defined]
        return function

    return mark


def parts_of(function: Maker) -> Mapping[str, Maker]:
    """The parts that a function declares.

    Parameters
    ----------
    function : callable
        A measure, or what makes a part.

    Returns
    -------
    mapping of str to callable
        Name of the argument to what makes it; empty where none is declared.

    Examples
    --------
    >>> parts_of(len)
    {}
    """
    return getattr(function, "parts", {})


@cache
def names_of_parts(function: Maker) -> frozenset[str]:
    """The names of a function's parts, and of what these are made of.

    Parameters
    ----------
    function : callable
        A measure, or what makes a part.

    Returns
    -------
    frozenset of str

    Examples
    --------
    >>> names_of_parts(len)
    frozenset()
    """
    own = parts_of(function)
    return frozenset(own).union(*map(names_of_parts, own.values()))


def by_parts(function: Maker) -> Maker:
    """Declare that a function reads its parts and choices alone, where its parts are handed in.

    Whoever makes the parts hands in None for each table then, and cuts none without a source; with
    the same parts and choices the result is the same.

    Parameters
    ----------
    function : callable
        A measure, or what makes a part, with its `parts`.

    Returns
    -------
    callable
        The same function, marked.

    Examples
    --------
    >>> def by_year(trade):
    ...     return trade.groupby("year")["value_usd"].sum()
    >>> @by_parts
    ... @parts(totals=by_year)
    ... def growth(trade, *, since, totals=None):
    ...     totals = by_year(trade) if totals is None else totals
    >>> by_parts_alone(growth)
    True
    """
    function.by_parts = True  # type: ignore[attr-defined]
    return function


def by_parts_alone(function: Maker) -> bool:
    """Whether a function is marked by `by_parts`.

    Parameters
    ----------
    function : callable
        A measure, or what makes a part.

    Returns
    -------
    bool

    Examples
    --------
    >>> by_parts_alone(len)
    False
    """
    return getattr(function, "by_parts", False)


def by_economy(function: Measure) -> Measure:
    """Declare that each row of a measure follows from the sources that it names alone.

    Without a source that a row does not name the row is the same. Whoever leaves a source out
    measures only those economies again that name it in any row, or have no figure in one; the parts
    of the measure are made for all of them, as before.

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
