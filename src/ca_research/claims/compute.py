"""The measures of a claim over its specifications: each computed once, and again on figures without
one source.
"""

from __future__ import annotations

import inspect
from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from inspect import unwrap
from typing import Any

import pandas as pd

from ..estimates import Estimate, checked, shown_if_older
from ..estimates.measures import Measure, rows_of
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
    no_older_than: int | None = None
    """How many years before the day of knowledge a figure may lie that decides."""

    def only(self, economies: Iterable[str]) -> Call:
        """The call for some of its economies."""
        return replace(self, economies=tuple(economies))

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


Outcome = list[Estimate] | CaResearchError


class Computation:
    """Calls on one set of figures. What was computed, or could not be, is not computed again.

    known_in: the year of the day of knowledge, from which the age of a figure is counted; without
    it no figure is too old.
    """

    def __init__(self, given: Mapping[str, Any], known_in: int | None = None) -> None:
        self.given = {name: _bare(value) for name, value in given.items()}
        self.known_in = known_in
        self._outcomes: dict[Any, Outcome] = {}
        self._shared: Made = {}
        self._whole: Computation | None = None
        self._changed = frozenset[str]()

    def taken(self, calls: Iterable[Call]) -> set[str]:
        """Names of what is given that the measures take."""
        return {name for call in calls for name in _takes(call.function)} & self.given.keys()

    def run(self, call: Call, **choices: Any) -> list[Estimate]:
        """The estimates of one specification, with the table rows behind each in `rows`.

        Raises what the measure raises, each time it is asked, and MeasureError for what are no
        estimates, or where the code of a measure from outside the package fails.
        """
        choices = {name: value for name, value in choices.items() if name not in call.bars}
        found = self._outcome(call, tuple(sorted(choices.items())))
        if isinstance(found, CaResearchError):
            raise found
        return found

    def _outcome(self, call: Call, choices: tuple[tuple[str, Any], ...]) -> Outcome:
        key = (call, choices)
        if key not in self._outcomes:
            if self._whole and not self._changed & self.taken([call]):
                self._outcomes[key] = self._whole._outcome(call, choices)
            else:
                try:
                    self._outcomes[key] = self._measured(call, dict(choices))
                except CaResearchError as error:
                    self._outcomes[key] = error
        return self._outcomes[key]

    def _measured(self, call: Call, choices: Mapping[str, Any]) -> list[Estimate]:
        function = call.function
        chosen = {**self.given, "economies": call.economies, **dict(call.settings), **choices}
        arguments = {n: _read(chosen[n]) for n in _takes(function) if n in chosen}
        arguments |= dict(call.settings) | dict(choices)
        try:
            with keeping(self._shared):
                found = rows_of(function)(**_own(function, arguments))
            rows = checked(found, call.name, place(function))
        except (CaResearchError, ImportError):  # what is not installed is told apart
            raise
        except Exception as error:
            if fault := slip(function, call.name, error):
                raise fault from error
            raise
        if call.no_older_than is None or self.known_in is None:
            return rows
        return [shown_if_older(row, self.known_in - call.no_older_than) for row in rows]

    def without(self, source: str) -> Computation:
        """The same calls on figures without the rows of a source; of other figures their results
        stay as they are. Tables are cut where somebody reads them.
        """
        changed = {name for name, sources in self._sources.items() if source in sources}
        rest = Computation({}, self.known_in)
        rest.given = {
            name: _Cut(value, source) if name in changed else value
            for name, value in self.given.items()
        }
        rest._whole, rest._changed = self, frozenset(changed)
        rest._shared = ChainMap({}, self._shared)  # what is made of cut tables goes with them
        return rest

    def made(self, function: Callable[..., Any]) -> Any:
        """What a function marked `once`, or one that makes a part, has made of these figures.

        Raises UnknownNameError where it was not called, UsageError where it was called with choices
        that differ, and what kept it from its result.
        """
        found = [
            made for key, (_, made) in self._shared.items() if unwrap(key[0]) is unwrap(function)
        ]
        if not found:
            names = {key[0].__name__ for key in self._shared}
            raise UnknownNameError("function", function.__name__, names)
        if len(found) > 1:
            raise UsageError(
                f"{function.__name__} was called in {len(found)} ways, with choices that differ",
                hint="call it yourself, with the choices that are wanted",
            )
        if isinstance(found[0], CaResearchError):
            raise found[0]
        return found[0].copy(deep=False) if isinstance(found[0], pd.DataFrame) else found[0]

    @cached_property
    def _sources(self) -> dict[str, frozenset[str]]:
        """The sources of each table."""
        return {
            name: frozenset(value["source_id"].unique())
            for name, value in self.given.items()
            if isinstance(value, pd.DataFrame) and "source_id" in value
        }


def _read(value: Any) -> Any:
    """What a measure is given: a table without a source is cut now."""
    if isinstance(value, tuple):
        return list(value)
    return value.rows if isinstance(value, _Cut) else value


@cache
def _takes(function: Measure) -> tuple[str, ...]:
    """Names of the arguments of a measure."""
    return tuple(inspect.signature(function).parameters)


def _own(function: Measure, given: dict[str, Any]) -> dict[str, Any]:
    """Arguments that a function from outside the package may write to: what it does to a frame is
    its own, and no other specification sees it.
    """
    if function.__module__.startswith(_PACKAGE):
        return given
    return {n: v.copy(deep=False) if isinstance(v, pd.DataFrame) else v for n, v in given.items()}


def _bare(value: Any) -> Any:
    """A loaded table without its `attrs`, which pandas copies deeply at every step."""
    if isinstance(value, pd.DataFrame) and "table" in value.attrs:
        value = value.copy(deep=False)
        value.attrs = {}
    return value
