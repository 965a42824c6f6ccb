"""What a measure takes, declared once and checked here: frames, choices, economies and years.

The body of a measure is then its formula. docs/refusals.md lists what is refused, and as what.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial, wraps
from inspect import signature
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import pandas as pd

from ..ground import economies as eco
from ..ground.arguments import how_many, refuse, several, whole_number
from ..ground.errors import UsageError, known_name
from .frames import (
    alike,
    between_0_and_1,
    figures,
    own_groups,
    refuse_groups,
    refuse_labels,
    require,
    years,
)
from .groups import Groups
from .measured import measured

KINDS = (
    *("measure", "stage", "instrument", "sector", "statistic", "year_basis"),
    *("valuation", "scope", "revision", "price_basis", "unit", "currency"),
)
"""Columns that say what a figure is: where they are there, figures are added and compared within
one value of each.
"""
MONEY = ("price_basis", "unit", "currency")
"""Of KINDS, what must agree even where two sides or two flows are set against each other."""
ECONOMIES = (
    *("reporter", "partner", "investor", "host", "creditor", "debtor", "origin", "destination"),
    *("economy", "exporter", "importer"),
)
"""Columns that hold economies."""

Function = TypeVar("Function", bound=Callable[..., Any])

Year = Annotated[int, whole_number]
Whole = Annotated[int, whole_number]
Steps = Annotated[int, how_many]
Share = Annotated[float, between_0_and_1]
Economy = Annotated[str, lambda _, value: eco.resolve(value)]
Economies = Annotated[str | Sequence[str], lambda _, value: eco.resolve_all(value)]
Single = Annotated[str | Sequence[str], lambda _, value: eco.single_economies(value)]
"""Types of arguments that are checked, and made what a body takes: a year or another whole number,
one from one up, a share of one (the level of an interval, what p must be below), one economy or
several by their codes, and such as are no groups."""


@dataclass(frozen=True)
class Frame:
    """A frame that a measure takes.

    Attributes
    ----------
    cell : tuple of str
        What tells the rows of an account apart; an account is what the argument `by` names.
    account : tuple of str
        What an account is, beside `by`.
    tells : tuple of str
        As `cell`, where they are there.
    value : str
        The figure; '' for none.
    columns : tuple of str
        Others that must be there.
    single : tuple of str
        Those that, where they are there, have one value in an account, as those of KINDS and the
        source have.
    varies : tuple of str
        Those of KINDS that may differ.
    beside : tuple of str
        Columns of the cell whose values may be of unlike valuation: exports are fob, imports cif.
    whole : bool
        Whether all of the frame is of one kind, and not each account.
    rows : callable, optional
        Gives the rows that count, before they are looked at.
    negative : bool
        Whether figures may be below zero.
    gaps : {'refused', 'dropped', 'kept'}
        Rows without a figure.
    aggregates : mapping
        Columns in which groups are refused -> codes of groups that may stand there.
    """

    cell: tuple[str, ...] = ()
    account: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()
    value: str = "value_usd"
    columns: tuple[str, ...] = ()
    single: tuple[str, ...] = ()
    varies: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    whole: bool = False
    rows: Callable[[pd.DataFrame], pd.DataFrame] | None = None
    negative: bool = False
    gaps: Literal["refused", "dropped", "kept"] = "refused"
    aggregates: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def cell_of(self, columns: Iterable[str], by: Iterable[str]) -> list[str]:
        """What tells rows apart, where these columns are there."""
        there = [c for c in columns if c in self.tells]
        return list(dict.fromkeys([*(() if self.whole else by), *self.account, *self.cell, *there]))

    def check(self, frame: pd.DataFrame, by: Sequence[str] = ()) -> pd.DataFrame:
        """The frame, its figures as float64, or an error that says what is wrong with it."""
        frame = require(frame, ())
        cell = self.cell_of(frame.columns, by)
        frame = self.rows(frame) if self.rows else frame
        frame = require(frame, [*self.columns, *filter(None, [self.value])], keys=[*cell, *by])
        if self.value:
            frame = figures(frame, self.value, negative=self.negative, gaps=self.gaps)
        if "year" in frame:
            years(frame)
        groups = Groups.of(frame)
        self.check_labels(frame, cell)
        account = [*(() if self.whole else by), *self.account]
        kinds = [c for c in (*self.single, "source_id", *KINDS) if c not in (*cell, *self.varies)]
        if self.beside:
            alike(frame, ["valuation"], [*account, *self.beside], groups)
            kinds.remove("valuation")
        alike(frame, kinds, account, groups)
        one_figure_per_cell(frame, cell, groups)
        return frame

    def check_labels(self, frame: pd.DataFrame, cell: Sequence[str]) -> None:
        """Refuse economies under two labels, and groups where they may not stand."""
        for column in (c for c in cell if c in ECONOMIES):
            refuse_labels(Groups.of(frame).values(column), column)
        for column, allowed in self.aggregates.items():
            if column in frame:
                refuse_aggregates(frame, column, allowed)


def takes(relation: Callable[..., Any] | None = None, **frames: Frame) -> Callable[..., Any]:
    """Declare what a measure takes: frames by the names of its arguments, choices by their types.

    A word that a `Literal` does not name, a year that is none, an economy that is not known, a
    column that `by` may not name, and a frame that is not as declared are refused before the body.

    Parameters
    ----------
    relation : callable, optional
        The measure of relations: takes the measure of frames with its choices, what it declares,
        the relation, and the choices.
    **frames : Frame
        What each frame must be.

    Returns
    -------
    callable
        A decorator.
    """

    def declare(function: Function) -> Function:
        parameters = signature(function)
        of = ".".join([*function.__module__.split(".")[1:2], function.__name__])

        @wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            bound = parameters.bind(*args, **in_its_words(parameters.parameters, kwargs))
            bound.apply_defaults()
            arguments = bound.arguments
            for name, (kind, others) in _kinds(function).items():
                value = arguments[name]
                if value is None and NoneType in others:
                    continue
                if Sequence in others and isinstance(value, (list, tuple)):
                    arguments[name] = [_checked(name, kind, one) for one in value]
                else:
                    arguments[name] = _checked(name, kind, value)
            by: Sequence[str] = ()
            if frames and "by" in arguments:
                apart = {c for f in frames.values() for c in (*f.cell * (not f.whole), f.value)}
                by = arguments["by"] = keys_of(arguments["by"], apart)
            for name, frame in frames.items():
                if relation and hasattr(arguments[name], "fetchall"):
                    choices = {word: value for word, value in arguments.items() if word != name}
                    return drawable(
                        relation(partial(call, **choices), frame, arguments[name], **choices)
                    )
                arguments[name] = frame.check(arguments[name], by)
            return drawable(function(*bound.args, **bound.kwargs))

        def drawable(result: Any) -> Any:
            return measured(result, of) if isinstance(result, pd.DataFrame) else result

        return call  # type: ignore[return-value]

    return declare


SAME = {
    "reporter": ("economy", "economies", "origin", "origins", "exporter", "host", "debtors"),
    "partner": ("destination", "importers", "creditor"),
}
"""What trade calls reporter and partner, as other functions call it; all take these two words."""


def in_its_words(names: Container[str], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments by the names that a function has for them, where they are called as in trade.

    Examples
    --------
    >>> in_its_words(["origin", "destination"], {"reporter": "KAZ", "destination": "CHN"})
    {'origin': 'KAZ', 'destination': 'CHN'}
    """
    own = {
        word: name
        for word, same in SAME.items()
        for name in same
        if name in names and name not in arguments and word not in names
    }
    return {own.get(word, word): value for word, value in arguments.items()}


@cache
def _kinds(function: Callable[..., Any]) -> dict[str, tuple[Any, list[Any]]]:
    """The types of its arguments that are checked: words of a `Literal`, and those above."""
    hints = get_type_hints(function, include_extras=True)
    parts = {
        name: get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
        for name, hint in hints.items()
        if name != "return"
    }
    return {
        name: (kind, [get_origin(part) or part for part in several])
        for name, several in parts.items()
        for kind in several
        if get_origin(kind) in (Literal, Annotated)
    }


def _checked(name: str, kind: Any, value: Any) -> Any:
    if get_origin(kind) is Literal:
        return known_name(name, value, get_args(kind))
    return kind.__metadata__[0](name, value)


def keys_of(by: str | Iterable[str], reserved: Collection[str] = ()) -> list[str]:
    """Columns that `by` names, each once. Raises UsageError for none, and for one of those that a
    measure tells apart by itself.
    """
    keys = list(dict.fromkeys(several(by)))
    if not keys or {*keys} & {*reserved}:
        apart = f"columns, and none that is told apart already ({', '.join(reserved)})"
        refuse("by", apart, keys, "('reporter', 'year')")
    return keys


def refuse_aggregates(frame: pd.DataFrame, column: str, allowed: Iterable[str] = ()) -> None:
    """Raise AggregateError for groups of economies in a column, by code, by name, or such as only
    `is_aggregate` marks. Where no total is looked for, one that stands alone is the whole.
    """
    held = set(Groups.of(frame).values(column))
    if len(held) == 1 and "WLD" not in allowed:
        return
    marked = set(frame.loc[own_groups(frame, ECONOMIES), column].unique()) - eco.codes()
    if groups := (held & set(eco.AGGREGATES)) - set(allowed) | marked:
        refuse_groups(column, groups)
    refuse_labels(held, column, single=True)


def one_figure_per_cell(
    frame: pd.DataFrame, cell: Sequence[str], groups: Groups | None = None
) -> None:
    """Raise UsageError where two rows (of two sources, products, ...) claim one cell."""
    if not (groups or Groups(frame)).twice(cell):
        return
    key = frame.loc[frame.duplicated(list(cell)), [*cell]].iloc[:1]
    rows = key.merge(frame)
    differ = map(str, rows.columns[rows.astype(str).nunique() > 1])
    raise UsageError(
        f"{len(rows)} rows share a cell: {', '.join(map(str, key.iloc[0]))}",
        where=f"they differ in {', '.join(differ) or 'nothing'}",
        hint="keep one of them: load(..., source=...) or source='preferred' chooses a source",
    )
