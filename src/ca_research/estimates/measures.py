"""What a measure declares of itself: its registered name, and the parts of it that are made
once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

Measure = Callable[..., pd.DataFrame]
Maker = Callable[..., Any]


def measure(name: str) -> Callable[[Measure], Measure]:
    """Register a function under the name that claims write, for example `trade.lead`.

    The name stands as a literal in front of the function: `claims.measures` reads it from there, so
    that only the module of a measure that is asked for is imported. It stays when the function
    moves, so that no rule has to be amended.
    """

    def mark(function: Measure) -> Measure:
        function.name = name  # type: ignore[attr-defined]
        return function

    return mark


def parts(**makers: Maker) -> Callable[[Maker], Maker]:
    """Declare arguments that many specifications share, with what makes each.

    Whoever runs a measure over many specifications, or several measures that declare the same part,
    makes it once and hands it to all of them; called alone a measure makes its own. What makes a
    part takes tables, `economies` and choices by name, as a measure does, and may declare parts in
    turn. A part is made once for all specifications that are equal in the choices it takes; a
    choice that a claim leaves open has the default of the part, so measure and part give it the
    same.
    """

    def mark(function: Maker) -> Maker:
        function.parts = makers  # type: ignore[attr-defined]
        return function

    return mark


def parts_of(function: Maker) -> Mapping[str, Maker]:
    """The parts that a function declares: name of the argument -> what makes it."""
    return getattr(function, "parts", {})


def by_economy(function: Measure) -> Measure:
    """Declare that the rows of a measure stand each for itself: a row follows from figures of the
    sources that it names alone.

    Without a source that a row does not name the row is the same. Whoever leaves a source out
    measures only those economies again that name it in any row, or have no figure in one.
    """
    function.by_economy = True  # type: ignore[attr-defined]
    return function


def tells(*names: str) -> Callable[[Measure], Measure]:
    """Declare what a measure tells beside its figure: the names in `about` of its estimates, which
    the sentences of a claim may use as slots.
    """

    def mark(function: Measure) -> Measure:
        function.about = names  # type: ignore[attr-defined]
        return function

    return mark


def told_by(function: Measure) -> tuple[str, ...]:
    """The names that a measure declares to tell beside its figure."""
    return getattr(function, "about", ())
