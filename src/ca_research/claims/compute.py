"""The measures of a claim over its specifications: each computed once, and again on figures without one source."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from ..errors import CaResearchError, RegistryError
from ..registry import Criterion
from ..tables.provenance import tracing

Measure = Callable[..., pd.DataFrame]
Seen = list[tuple[str, pd.DataFrame]]


def measure(name: str) -> Measure:
    """The function that a criterion names, for example `trade.lead`."""
    module, _, function = name.rpartition(".")
    try:
        return getattr(importlib.import_module(f"ca_research.{module}"), function)
    except (ImportError, AttributeError):
        raise RegistryError(
            f"no measure {name!r} in the library",
            where="registry/claims",
            hint="name a public function of a wing",
        ) from None


def shared_parts(function: Measure) -> Mapping[str, Measure]:
    """Arguments of a measure that are the same for all its specifications, with what makes each."""
    return getattr(function, "shared", {})


@dataclass(frozen=True)
class Call:
    """A measure with all that a criterion fixes: equal calls with equal choices are one computation."""

    name: str
    settings: tuple[tuple[str, Any], ...]
    economies: tuple[str, ...]

    @classmethod
    def of(cls, criterion: Criterion, economies: list[str]) -> Call:
        return cls(criterion.measure, tuple(sorted(criterion.settings.items())), tuple(economies))


class Computation:
    """Calls on one set of figures. What was computed, or could not be, is not computed again."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.given = dict(given)
        self._done: dict[Any, tuple[pd.DataFrame | CaResearchError, Seen]] = {}
        self._parts: dict[Any, pd.DataFrame | CaResearchError] = {}

    def taken(self, calls: Iterable[Call]) -> set[str]:
        """Names of what is given that the measures take, or that one of their shared parts is made from."""
        functions = [measure(call.name) for call in calls]
        makers = [
            maker for function in functions for part, maker in shared_parts(function).items() if part not in self.given
        ]
        names = (name for f in (*functions, *makers) for name in inspect.signature(f).parameters)
        return set(names) & set(self.given)

    def run(self, call: Call, **choices: str) -> pd.DataFrame:
        """The estimates of one specification; raises what the measure raises, each time it is asked."""
        return self.traced(call, **choices)[0]

    def traced(self, call: Call, **choices: str) -> tuple[pd.DataFrame, Seen]:
        """As `run`, with (economy, rows) of every estimate made on the way."""
        key = (call, tuple(sorted(choices.items())))
        if key not in self._done:
            with tracing() as seen:
                self._done[key] = _tried(partial(self._compute, call, choices)), seen
        found, seen = self._done[key]
        if isinstance(found, CaResearchError):
            raise found
        return found, seen

    def _compute(self, call: Call, choices: dict[str, str]) -> pd.DataFrame:
        function = measure(call.name)
        taken = {k: self._argument(function, k, call) for k in inspect.signature(function).parameters}
        fixed = {k: v for k, v in taken.items() if v is not None} | dict(call.settings)
        return function(**fixed, **choices)

    def _argument(self, function: Measure, name: str, call: Call) -> Any:
        if name == "economies":
            return list(call.economies)
        maker = shared_parts(function).get(name)
        if name in self.given or maker is None:
            return self.given.get(name)
        key = (maker, call.economies)
        if key not in self._parts:
            wanted = inspect.signature(maker).parameters
            fixed = {k: v for k, v in self.given.items() if k in wanted}
            fixed |= {"economies": list(call.economies)} if "economies" in wanted else {}
            self._parts[key] = _tried(partial(maker, **fixed))
        part = self._parts[key]
        if isinstance(part, CaResearchError):
            raise part
        return part

    def without(self, source: str) -> Computation:
        """The same calls on figures without the rows of a source; what was made from figures is made anew."""
        made = {part for call, _ in self._done for part in shared_parts(measure(call.name))}
        kept = {name: value for name, value in self.given.items() if name not in made}
        return Computation({n: _drop(v, source) if _is_table(v) else v for n, v in kept.items()})


def _tried(make: Callable[[], pd.DataFrame]) -> pd.DataFrame | CaResearchError:
    try:
        return make()
    except CaResearchError as error:
        return error


def _is_table(value: Any) -> bool:
    return isinstance(value, pd.DataFrame) and "source_id" in value


def _drop(table: pd.DataFrame, source: str) -> pd.DataFrame:
    rest = table[table["source_id"] != source]
    rest.attrs = {}  # pandas copies them deeply at every step
    return rest
