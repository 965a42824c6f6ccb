"""The measures of a claim over its specifications: each computed once, and again on figures without
one source.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Any

import pandas as pd

from ..estimates import Estimate, checked, parts_of
from ..estimates.measures import Maker, Measure, rows_of
from ..ground.errors import CaResearchError
from ..registry import Criterion
from .measures import find, place


@dataclass(frozen=True)
class Call:
    """A measure with all that a criterion fixes: equal calls with equal choices are one
    computation.
    """

    name: str
    settings: tuple[tuple[str, Any], ...]
    economies: tuple[str, ...]
    function: Measure = field(compare=False)
    whole: tuple[str, ...] = ()
    """Of a call for some of its economies, all of them: its parts are made for these."""

    def only(self, economies: Iterable[str]) -> Call:
        """The call for some of its economies, with the parts that it has for all."""
        return replace(self, economies=tuple(economies), whole=self.whole or self.economies)

    @property
    def by_economy(self) -> bool:
        """Whether each row of the measure stands for itself (`estimates.by_economy`)."""
        return getattr(self.function, "by_economy", False)

    @classmethod
    def of(cls, criterion: Criterion, economies: list[str]) -> Call:
        settings = tuple(sorted(criterion.settings.items()))
        return cls(criterion.measure, settings, tuple(economies), find(criterion.measure))


@dataclass(frozen=True)
class _Part:
    """A part as it was made, with the names of what is given that it was made from."""

    found: Any
    inputs: frozenset[str]


class Computation:
    """Calls on one set of figures. What was computed, or could not be, is not computed again."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.given = {name: _bare(value) for name, value in given.items()}
        self._done: dict[Any, list[Estimate] | CaResearchError] = {}
        self._parts: dict[Any, _Part] = {}

    def taken(self, calls: Iterable[Call]) -> set[str]:
        """Names of what is given that the measures take, or that one of their parts is made
        from.
        """
        return {name for call in calls for name in self._inputs(call.function)}

    def run(self, call: Call, **choices: Any) -> list[Estimate]:
        """The estimates of one specification, with the table rows behind each in `rows`.

        Raises what the measure raises, each time it is asked, and MeasureError for what are no
        estimates.
        """
        key = (call, tuple(sorted(choices.items())))
        if key not in self._done:
            self._done[key] = _tried(partial(self._compute, call, choices))
        return _or_raise(self._done[key])

    def without(self, source: str) -> Computation:
        """The same calls on figures without the rows of a source. Parts made from other figures
        stay as they are, also those that were handed in; of the others those are kept that can
        leave a source out by themselves.
        """
        makers = _makers({call.function for call, _ in self._done})
        tables = {name: value for name, value in self.given.items() if name not in makers}
        rest = Computation({name: _drop(value, source) for name, value in tables.items()})
        changed = {name for name in tables if rest.given[name] is not tables[name]}
        for part in makers.keys() & self.given.keys():
            if _rests_on(makers[part]) & changed:
                changed.add(part)
            else:
                rest.given[part] = self.given[part]
        for key, made in self._parts.items():
            if not made.inputs & changed:
                rest._parts[key] = made
            elif hasattr(made.found, "without"):
                rest._parts[key] = _Part(made.found.without(source), made.inputs)
        return rest

    def _compute(self, call: Call, choices: dict[str, Any]) -> list[Estimate]:
        function, chosen = call.function, {**dict(call.settings), **choices}
        given = self._arguments(function, call.whole or call.economies, chosen) | chosen
        if call.whole:
            given["economies"] = list(call.economies)
        return checked(rows_of(function)(**given), call.name, place(function))

    def _arguments(
        self, function: Maker, economies: tuple[str, ...], chosen: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What a function takes of the economies, the choices, what is given, and its parts."""
        found: dict[str, Any] = {}
        for name in _takes(function):
            if name == "economies":
                found[name] = list(economies)
            elif name in chosen:
                found[name] = chosen[name]
            elif name in self.given:
                found[name] = self.given[name]
            elif maker := parts_of(function).get(name):
                found[name] = self._part(maker, economies, chosen)
        return found

    def _part(self, maker: Maker, economies: tuple[str, ...], chosen: Mapping[str, Any]) -> Any:
        """A part, made once for all specifications that make the same of the choices it takes."""
        rests_on = _rests_on(maker)
        own = tuple((name, value) for name, value in chosen.items() if name in rests_on)
        key = (maker, economies if "economies" in rests_on else (), own)
        if key not in self._parts:
            made = _tried(lambda: maker(**self._arguments(maker, economies, dict(own))))
            self._parts[key] = _Part(made, frozenset(self._inputs(maker)))
        return _or_raise(self._parts[key].found)

    def _inputs(self, function: Maker) -> set[str]:
        parts = parts_of(function)
        names = set(_takes(function)) & self.given.keys()
        return names.union(
            *(self._inputs(m) for part, m in parts.items() if part not in self.given)
        )


@cache
def _takes(function: Maker) -> tuple[str, ...]:
    """Names of the arguments of a function."""
    return tuple(inspect.signature(function).parameters)


def _makers(functions: Iterable[Maker]) -> dict[str, Maker]:
    """What makes each part of the functions, and of these parts."""
    found: dict[str, Maker] = {}
    for function in functions:
        own = parts_of(function)
        found |= {**own, **_makers(own.values())}
    return found


@cache
def _rests_on(function: Maker) -> frozenset[str]:
    """Names of all that a function takes, and that its parts are made from."""
    return frozenset(_takes(function)).union(*(_rests_on(m) for m in parts_of(function).values()))


def _tried(make: Callable[[], Any]) -> Any:
    """What is made, or the error that kept it from being made."""
    try:
        return make()
    except CaResearchError as error:
        return error


def _or_raise(found: Any) -> Any:
    if isinstance(found, CaResearchError):
        raise found
    return found


def _drop(value: Any, source: str) -> Any:
    """A table without the rows of a source; itself where it has none."""
    if not isinstance(value, pd.DataFrame) or "source_id" not in value:
        return value
    kept = value["source_id"].ne(source).to_numpy(bool)
    if kept.all():
        return value
    # column by column: a filter of the whole frame takes twice the time
    columns = {name: column.array[kept] for name, column in value.items()}
    return pd.DataFrame(columns, index=value.index[kept], copy=False)


def _bare(value: Any) -> Any:
    """A loaded table without its `attrs`, which pandas copies deeply at every step."""
    if isinstance(value, pd.DataFrame) and "table" in value.attrs:
        value = value.copy(deep=False)
        value.attrs = {}
    return value
