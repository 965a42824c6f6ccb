"""The measures of a claim over its specifications: each computed once, and again on figures without
one source.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from ..estimates import Estimate, checked, shown_if_older
from ..estimates.measures import Measure, arguments_of, rows_of
from ..estimates.once import Made, keeping, once, without_source
from ..ground.errors import CaResearchError
from ..registry import Criterion
from .measures import AGE, as_taken, find, place, slip

_PACKAGE = __name__.partition(".")[0] + "."


@dataclass(frozen=True)
class Call:
    """A measure with all that a criterion fixes: equal calls with equal choices are one
    computation.

    bars: axes that set a bar of the criterion, no choice of the measure. no_older_than: how many
    years before the day of knowledge a figure may lie that decides.
    """

    name: str
    settings: tuple[tuple[str, Any], ...]
    economies: tuple[str, ...]
    function: Measure = field(compare=False)
    bars: frozenset[str] = field(default=frozenset(), compare=False)
    no_older_than: int | None = None

    @property
    def by_economy(self) -> bool:
        """Whether each row of the measure stands for itself (`estimates.by_economy`)."""
        return getattr(self.function, "by_economy", False)

    @classmethod
    def of(cls, criterion: Criterion, economies: Iterable[str]) -> Call:
        settings: dict[str, Any] = dict(criterion.settings)
        age, name = settings.pop(AGE, None), criterion.measure
        bars = frozenset(criterion.bars.values())
        return cls(name, tuple(settings.items()), tuple(economies), find(name), bars, age)


class Computation:
    """Calls on one set of figures. What was computed, or could not be, is not computed again.

    known_in: the year of the day of knowledge, from which the age of a figure is counted; without
    it no figure is too old.
    """

    def __init__(
        self, arguments: Mapping[str, Any], known_in: int | None = None, shared: Made | None = None
    ) -> None:
        self.given = {name: _bare(value) for name, value in arguments.items()}
        self.known_in = known_in
        self._shared: Made = {} if shared is None else shared

    def taken(self, calls: Iterable[Call]) -> set[str]:
        """Names of what is given that the measures take."""
        return {name for call in calls for name in arguments_of(call.function)} & self.given.keys()

    def run(self, call: Call, **choices: Any) -> list[Estimate]:
        """The estimates of one specification, with the table rows behind each in `rows`.

        Raises what the measure raises, each time it is asked, and MeasureError for what are no
        estimates, or where the code of a measure from outside the package fails.
        """
        given = {name: self.given[name] for name in self.taken([call])}
        choices = {name: value for name, value in choices.items() if name not in call.bars}
        with keeping(self._shared):
            return _measured(call, given, choices, self.known_in)

    def without(self, source: str) -> Computation:
        """The same calls on figures without the rows of a source."""
        # what is made of tables that are as they were stays, what is made of cut ones goes
        shared = ChainMap({}, self._shared)
        rest = {
            name: without_source(table, source, shared)
            for name, table in self.given.items()
            if isinstance(table, pd.DataFrame) and "source_id" in table
        }
        return Computation(self.given | rest, self.known_in, shared)


@once
def _measured(
    call: Call, given: Mapping[str, Any], choices: Mapping[str, Any], known_in: int | None
) -> list[Estimate]:
    """What a measure gives, where these are estimates; figures that are too old decide nothing."""
    function, chosen = call.function, {**dict(call.settings), **choices}
    taken = arguments_of(function)
    chosen = {n: as_taken(taken[n].annotation, v) if n in taken else v for n, v in chosen.items()}
    arguments = {**given, **chosen}
    if "economies" in taken:
        arguments.setdefault("economies", list(call.economies))
    foreign = not function.__module__.startswith(_PACKAGE)
    if foreign:  # no other specification sees what it does
        arguments = {
            name: value.copy(deep=False) if isinstance(value, pd.DataFrame) else value
            for name, value in arguments.items()
        }
    try:
        rows = checked(rows_of(function)(**arguments), call.name, place(function))
    except (CaResearchError, ImportError):  # what is not installed is told apart
        raise
    except Exception as error:
        if foreign:
            raise slip(function, call.name, error) from error
        raise
    if call.no_older_than is None or known_in is None:
        return rows
    return [shown_if_older(row, known_in - call.no_older_than) for row in rows]


def _bare(value: Any) -> Any:
    """A loaded table without its `attrs`, which pandas copies deeply at every step."""
    if isinstance(value, pd.DataFrame) and "table" in value.attrs:
        value = value.copy(deep=False)
        value.attrs = {}
    return value
