"""Evidence: the estimates of every criterion of a claim over its universe, gathered by the declared measures."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from .. import economies as eco
from ..errors import RegistryError, UsageError
from ..registry import ClaimSpec, Criterion
from ..stats import AtMostOne, Axis, Exclusion, Universe
from ..tables.provenance import ESTIMATE_COLUMNS, tracing
from .trace import trace


@dataclass(frozen=True)
class Evidence:
    """`frame`: an estimates frame with `criterion`, `spec`, `is_main`, `without` and one column per axis of the grid.

    `without` is '' or what a removal axis leaves out ('dimension: trade'); such rows are for fragility alone.
    `economies` are those a count runs over; `as_of`, `dropped` and `revised_sources` come from the frames used.
    `traces`: for each criterion the rows behind its main specification (`claims.trace`).
    """

    frame: pd.DataFrame
    economies: tuple[str, ...] = eco.CA5
    as_of: str = "latest"
    dropped: int = 0
    revised_sources: tuple[str, ...] = field(default=())
    traces: tuple[dict[str, Any], ...] = field(default=(), repr=False)

    @property
    def standing(self) -> pd.DataFrame:
        """The frame without the rows of removals: what criteria are judged by."""
        return self.frame[self.frame["without"] == ""]

    def main(self, criterion: str) -> pd.DataFrame:
        """Estimates of the main specification of a criterion."""
        return self.frame[(self.frame["criterion"] == criterion) & self.frame["is_main"]].reset_index(drop=True)


def universe(spec: ClaimSpec, criterion: Criterion) -> Universe:
    """The specification universe of one criterion: the axes of the grid that it names, one removal at a time."""
    axes = {a.name: a for a in spec.grid.axes}
    chosen = tuple(Axis(a.name, a.values, a.main, a.kind, a.meaning) for a in (axes[n] for n in criterion.axes))
    exclusions = tuple(Exclusion(e.when, e.reason) for e in spec.grid.exclude if set(e.when) <= set(criterion.axes))
    removals = {a.name: a.main for a in chosen if a.kind == "removal"}
    if len(removals) > 1:
        return Universe(chosen, (*exclusions, AtMostOne(removals, "one thing is left out at a time")))
    return Universe(chosen, exclusions)


def counted(criterion: Criterion, judged: Sequence[str]) -> list[str]:
    """Economies a criterion speaks of, among those judged: its own list where it counts over one, else all judged."""
    return [e for e in judged if e in criterion.over.economies] if criterion.over else list(judged)


def measure(name: str) -> Callable[..., pd.DataFrame]:
    """The function that a criterion names, for example `trade.lead`."""
    module, _, function = name.rpartition(".")
    try:
        return getattr(importlib.import_module(f"ca_research.{module}"), function)
    except (ImportError, AttributeError):
        raise RegistryError(
            f"no measure {name!r} in the library", where="registry/claims", hint="name a public function of a wing"
        ) from None


def gather(spec: ClaimSpec, given: dict[str, Any]) -> Evidence:
    """Run every criterion's measure over its universe.

    given: the frames (by table name) and settings (`economies`, ...) that the measures take as arguments. Each
    measure gets those its signature names, and the choices of the specification as keyword arguments.
    """
    judged = tuple(eco.resolve(e) for e in given.get("economies", eco.CA5))
    records: list[dict[str, Any]] = []
    traces: list[dict[str, Any]] = []
    used: set[str] = set()
    for criterion in spec.criteria().values():
        function = measure(criterion.measure)
        wanted = set(inspect.signature(function).parameters)
        within = {"economies": counted(criterion, judged)}
        fixed = {k: v for k, v in (given | within).items() if k in wanted} | dict(criterion.settings)
        lacking = (
            {p.name for p in inspect.signature(function).parameters.values() if p.default is p.empty}
            - set(fixed)
            - set(criterion.axes)
        )
        if lacking:
            raise UsageError(
                f"{criterion.name} needs {', '.join(sorted(lacking))}",
                where=f"measure {criterion.measure}",
                hint=f"claim.gather({sorted(lacking)[0]}=...)",
            )
        used |= set(fixed) & set(given)
        specifications = universe(spec, criterion)
        rows = specifications.run(_traced(criterion.name, function, fixed, specifications.main, traces))
        removals = [a for a in spec.grid.axes if a.kind == "removal" and a.name in criterion.axes]
        without = [
            "; ".join(f"{a.name}: {row[a.name]}" for a in removals if row[a.name] != a.main)
            for row in rows.to_dict("records")
        ]
        records += rows.assign(criterion=criterion.name, without=without).to_dict("records")
    unused = set(given) - used - {"economies"}
    if unused:
        raise UsageError(
            f"no measure of {spec.id} takes {', '.join(sorted(unused))}", hint="leave it out, or correct its name"
        )
    frame = pd.DataFrame(records, columns=None if records else ["criterion", "spec", "is_main", "without"])
    frame = frame.astype({"is_main": bool})  # a claim without criteria has no rows to tell the type by
    for column in ESTIMATE_COLUMNS:
        if column not in frame:
            frame[column] = None
    for column in ("estimate", "low", "high", "n", "first_year", "last_year"):
        frame[column] = pd.to_numeric(frame[column]).astype("float64")
    frame["economy"] = frame["economy"].fillna("")
    frame["sources"] = frame["sources"].map(lambda s: s if isinstance(s, tuple) else ())
    times = _times([v for v in given.values() if isinstance(v, pd.DataFrame)])
    return Evidence(frame, judged, **times, traces=tuple(traces))


def _traced(
    criterion: str,
    function: Callable[..., pd.DataFrame],
    fixed: dict[str, Any],
    main: dict[str, str],
    traces: list[dict[str, Any]],
) -> Callable[..., pd.DataFrame]:
    """The measure with its fixed arguments; the rows behind its main specification are added to `traces`."""
    tables = [value for value in fixed.values() if isinstance(value, pd.DataFrame)]

    def call(**choices: str) -> pd.DataFrame:
        if choices != main:
            return function(**fixed, **choices)
        with tracing() as seen:
            found = function(**fixed, **choices)
        traces.append(trace(criterion, choices, found, seen, tables))
        return found

    return call


def _times(frames: list[pd.DataFrame]) -> dict[str, Any]:
    days = {f.attrs.get("as_of", "latest") for f in frames}
    if len(days) > 1:
        raise UsageError(
            f"the frames were loaded with different as_of: {', '.join(sorted(days))}",
            hint="load all of them with the same as_of",
        )
    return {
        "as_of": days.pop() if days else "latest",
        "dropped": sum(f.attrs.get("dropped", 0) for f in frames),
        "revised_sources": tuple(sorted({s for f in frames for s in f.attrs.get("revised_sources", [])})),
    }
