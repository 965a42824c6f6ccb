"""The measures of a claim over its specifications: each computed once, and again on figures without
one source.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from typing import Any

import pandas as pd

from ..estimates import Estimate, checked, parts_of, shown_if_older
from ..estimates.measures import Maker, Measure, by_parts_alone, rows_of
from ..estimates.once import Made, keeping
from ..ground.arguments import whole_number
from ..ground.errors import CaResearchError, UnknownNameError, UsageError
from ..registry import Criterion
from .measures import AGE, find, place, slip

_PACKAGE = __name__.partition(".")[0] + "."


@dataclass(frozen=True)
class Call:
    """A measure with all that a criterion fixes: equal calls with equal choices are one
    computation.
    """

    name: str
    settings: tuple[tuple[str, Any], ...]
    economies: tuple[str, ...]
    function: Measure = field(compare=False)
    bars: frozenset[str] = field(default=frozenset(), compare=False)
    """Axes that set a bar of the criterion: no choice of the measure."""
    whole: tuple[str, ...] = ()
    """Of a call for some of its economies, all of them: its parts are made for these."""
    no_older_than: int | None = None
    """How many years before the day of knowledge a figure may lie that decides."""

    def only(self, economies: Iterable[str]) -> Call:
        """The call for some of its economies, with the parts that it has for all."""
        return replace(self, economies=tuple(economies), whole=self.whole or self.economies)

    @property
    def by_economy(self) -> bool:
        """Whether each row of the measure stands for itself (`estimates.by_economy`)."""
        return getattr(self.function, "by_economy", False)

    @classmethod
    def of(cls, criterion: Criterion, economies: list[str]) -> Call:
        settings = dict(criterion.settings)
        age = settings.pop(AGE, None)
        return cls(
            criterion.measure,
            tuple(sorted(settings.items())),
            tuple(economies),
            find(criterion.measure),
            frozenset(criterion.bars.values()),
            no_older_than=None if age is None else whole_number(AGE, age),
        )


@dataclass(frozen=True)
class _Made:
    """What was made of arguments, or the error that kept it from being made, with the names of what
    is given that it was made from.
    """

    found: Any
    inputs: frozenset[str]
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Cut:
    """A table without the rows of a source, cut when it is read."""

    table: pd.DataFrame
    source: str

    @cached_property
    def rows(self) -> pd.DataFrame:
        kept = self.table["source_id"].ne(self.source).to_numpy(bool)
        # column by column: a filter of the whole frame takes twice the time
        columns = {name: column.array[kept] for name, column in self.table.items()}
        return pd.DataFrame(columns, index=self.table.index[kept], copy=False)


class Computation:
    """Calls on one set of figures. What was computed, or could not be, is not computed again.

    known_in: the year of the day of knowledge, from which the age of a figure is counted; without
    it no figure is too old.
    """

    def __init__(self, given: Mapping[str, Any], known_in: int | None = None) -> None:
        self.given = {name: _bare(value) for name, value in given.items()}
        self.known_in = known_in
        self._made: dict[Any, _Made] = {}
        self._shared: Made = {}
        self._parts: dict[str, set[Any]] = {}
        self._inputs_of: dict[Maker, frozenset[str]] = {}
        self._whole, self._source, self._changed = self._made, "", set[str]()

    def taken(self, calls: Iterable[Call]) -> set[str]:
        """Names of what is given that the measures take, or that one of their parts is made
        from.
        """
        return {name for call in calls for name in self._inputs(call.function)}

    def run(self, call: Call, **choices: Any) -> list[Estimate]:
        """The estimates of one specification, with the table rows behind each in `rows`.

        Raises what the measure raises, each time it is asked, and MeasureError for what are no
        estimates, or where the code of a measure from outside the package fails.
        """
        function = call.function

        def make(**arguments: Any) -> list[Estimate]:
            with keeping(self._shared):
                found = rows_of(function)(**arguments)
            rows = checked(found, call.name, place(function))
            if call.no_older_than is None or self.known_in is None:
                return rows
            return [shown_if_older(row, self.known_in - call.no_older_than) for row in rows]

        choices = {name: value for name, value in choices.items() if name not in call.bars}
        key = (call, tuple(sorted(choices.items())))
        try:
            return self._once(key, function, partial(self._given_to, call, choices), make)
        except (CaResearchError, ImportError):  # what is not installed is told apart
            raise
        except Exception as error:
            if fault := slip(function, call.name, error):
                raise fault from error
            raise

    def without(self, source: str) -> Computation:
        """The same calls on figures without the rows of a source. What is made from other figures,
        or of the same arguments, stays as it is; a part that can leave a source out by itself is
        asked for that. Tables are cut where somebody reads them.
        """
        changed = {name for name, sources in self._sources.items() if source in sources}
        rest = Computation({}, self.known_in)
        rest.given = {
            name: _Cut(self._read(name), source) if name in changed else value
            for name, value in self.given.items()
        }
        rest._whole, rest._source, rest._changed = self._made, source, changed
        rest._shared = self._shared
        return rest

    def part(self, name: str) -> Any:
        """What was made under the name of a part; a frame is the caller's own.

        Raises UnknownNameError where none was, UsageError where several were, of choices that
        differ, and what kept it from being made.
        """
        made = [self._made[key] for key in self._parts.get(name, ())]
        if not made:
            raise UnknownNameError("part", name, self._parts)
        if len(made) > 1:
            raise UsageError(
                f"{name} was made in {len(made)} ways, of choices that differ",
                hint="call what makes it, with the choices that are wanted",
            )
        found = made[0].found
        if isinstance(found, CaResearchError):
            raise found
        return found.copy(deep=False) if isinstance(found, pd.DataFrame) else found

    @cached_property
    def _sources(self) -> dict[str, frozenset[str]]:
        """The sources of each table."""
        read = {name: self._read(name) for name in self.given}
        return {
            name: frozenset(value["source_id"].unique())
            for name, value in read.items()
            if isinstance(value, pd.DataFrame) and "source_id" in value
        }

    def _read(self, name: str) -> Any:
        value = self.given[name]
        return value.rows if isinstance(value, _Cut) else value

    def _once(
        self,
        key: Any,
        function: Maker,
        arguments: Callable[[], dict[str, Any]],
        make: Callable[..., Any],
    ) -> Any:
        """What is made of arguments, once; taken over from all figures where they are the same."""
        if key not in self._made:
            before, inputs = self._whole.get(key), self._inputs(function)
            if before and not before.inputs & self._changed:
                made = before
            elif before and hasattr(before.found, "without"):
                made = replace(before, found=before.found.without(self._source))
            else:
                try:
                    given = arguments()
                    kept = before if before and _same(given, before.arguments) else None
                    made = kept or _Made(make(**_own(function, given)), inputs, given)
                except CaResearchError as error:
                    made = _Made(error, inputs)
            self._made[key] = made
        found = self._made[key].found
        if isinstance(found, CaResearchError):
            raise found
        return found

    def _given_to(self, call: Call, choices: dict[str, Any]) -> dict[str, Any]:
        chosen = {**dict(call.settings), **choices}
        given = self._arguments(call.function, call.whole or call.economies, chosen) | chosen
        if call.whole:
            given["economies"] = list(call.economies)
        return given

    def _arguments(
        self, function: Maker, economies: tuple[str, ...], chosen: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What a function takes of the economies, the choices, what is given, and its parts."""
        found: dict[str, Any] = {}
        parts = parts_of(function)
        for name in _takes(function):
            if name == "economies":
                found[name] = list(economies)
            elif name in chosen:
                found[name] = chosen[name]
            elif name in self.given:
                found[name] = None if by_parts_alone(function) else self._read(name)
            elif maker := parts.get(name):
                found[name] = self._part(name, maker, economies, chosen)
        return found

    def _part(
        self, name: str, maker: Maker, economies: tuple[str, ...], chosen: Mapping[str, Any]
    ) -> Any:
        """A part, made once for all specifications that make the same of the choices it takes."""
        rests_on = _rests_on(maker)
        own = tuple((name, value) for name, value in chosen.items() if name in rests_on)
        key = (maker, economies if "economies" in rests_on else (), own)
        self._parts.setdefault(name, set()).add(key)
        arguments = partial(self._arguments, maker, economies, dict(own))
        return self._once(key, maker, arguments, maker)

    def _inputs(self, function: Maker) -> frozenset[str]:
        if function not in self._inputs_of:
            names = set(_takes(function)) & self.given.keys()
            self._inputs_of[function] = frozenset(names).union(
                *map(self._inputs, parts_of(function).values())
            )
        return self._inputs_of[function]


@cache
def _takes(function: Maker) -> tuple[str, ...]:
    """Names of the arguments of a function."""
    return tuple(inspect.signature(function).parameters)


@cache
def _rests_on(function: Maker) -> frozenset[str]:
    """Names of all that a function takes, and that its parts are made from."""
    return frozenset(_takes(function)).union(*(_rests_on(m) for m in parts_of(function).values()))


def _own(function: Maker, given: dict[str, Any]) -> dict[str, Any]:
    """Arguments that a function from outside the package may write to: what it does to a frame is
    its own, and no other specification sees it.
    """
    if function.__module__.startswith(_PACKAGE):
        return given
    return {n: v.copy(deep=False) if isinstance(v, pd.DataFrame) else v for n, v in given.items()}


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether arguments are the same objects, or lists of the same ones."""
    return one.keys() == other.keys() and all(
        value is other[name] or _same_items(value, other[name]) for name, value in one.items()
    )


def _same_items(one: Any, other: Any) -> bool:
    lists = isinstance(one, list) and isinstance(other, list) and len(one) == len(other)
    return lists and all(map(operator.is_, one, other))


def _bare(value: Any) -> Any:
    """A loaded table without its `attrs`, which pandas copies deeply at every step."""
    if isinstance(value, pd.DataFrame) and "table" in value.attrs:
        value = value.copy(deep=False)
        value.attrs = {}
    return value
