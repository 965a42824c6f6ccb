"""The specification universe: every defensible way to compute a number, declared before it is run.

Knows no domain. An axis is one choice (a period, a source, an estimator); a universe is the product
of its axes minus declared exclusions; the first value of a run is the main specification. After
Simonsohn, Simmons and Nelson (2020), Nature Human Behaviour 4, and Steegen et al. (2016),
Perspectives on Psychological Science 11(5).
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import joblib
import pandas as pd

from ..ground.errors import CaResearchError, MeasureError, UsageError


@dataclass(frozen=True)
class Axis:
    """One choice. `main` is the value of the main specification; `kind` says whether the choice is
    of data or of method.
    """

    name: str
    values: tuple[Any, ...]
    main: Any
    kind: str = "data"
    meaning: str = ""


@dataclass(frozen=True)
class Exclusion:
    """Specifications in which all of `when` holds are left out, for `reason`."""

    when: Mapping[str, Any]
    reason: str

    def hits(self, choices: Mapping[str, Any]) -> bool:
        return all(choices.get(axis) == value for axis, value in self.when.items())


@dataclass(frozen=True)
class AtMostOne:
    """Specifications in which more than one of these axes leaves its main value are left out: one
    change at a time.

    mains: axis -> main value.
    """

    mains: Mapping[str, Any]
    reason: str

    def hits(self, choices: Mapping[str, Any]) -> bool:
        return sum(choices.get(axis) != main for axis, main in self.mains.items()) > 1


@dataclass(frozen=True)
class Universe:
    """Axes and exclusions. `len()` is the number of specifications that will be run."""

    axes: tuple[Axis, ...] = ()
    exclusions: tuple[Exclusion | AtMostOne, ...] = ()

    def __post_init__(self) -> None:
        if self.excluded(self.main):
            raise UsageError(
                "the main specification is excluded by the declared exclusions",
                where=str(self.main),
                hint="choose another main value",
            )

    @property
    def main(self) -> dict[str, Any]:
        return {axis.name: axis.main for axis in self.axes}

    def excluded(self, choices: Mapping[str, Any]) -> str:
        """Reason why a specification is excluded, or ''."""
        return next((e.reason for e in self.exclusions if e.hits(choices)), "")

    def _all(self) -> Iterator[dict[str, Any]]:
        ordered = [[axis.main, *(v for v in axis.values if v != axis.main)] for axis in self.axes]
        for values in itertools.product(*ordered):
            yield dict(zip((axis.name for axis in self.axes), values, strict=True))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The specifications to run, the main one first."""
        return (choices for choices in self._all() if not self.excluded(choices))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __str__(self) -> str:
        """What will be run, before it is: how many specifications, their axes, and how many are
        left out and why.
        """
        combinations = math.prod(len(axis.values) for axis in self.axes)
        lines = [f"{len(self)} specifications of {combinations} combinations"]
        for axis in self.axes:
            values = ", ".join(f"{v} (main)" if v == axis.main else v for v in axis.values)
            lines.append(
                f"  {axis.name} [{axis.kind}]: {values}"
                + (f" - {axis.meaning}" if axis.meaning else "")
            )
        reasons = Counter(reason for choices in self._all() if (reason := self.excluded(choices)))
        lines += [f"  left out: {number}, because {reason}" for reason, number in reasons.items()]
        return "\n".join(lines)

    def table(self) -> pd.DataFrame:
        """Every combination before it is run: its choices, `is_main`, and `excluded` (the reason,
        or '').
        """
        rows = [
            {**choices, "is_main": choices == self.main, "excluded": self.excluded(choices)}
            for choices in self._all()
        ]
        names = [axis.name for axis in self.axes]
        found = pd.DataFrame(rows, columns=[*names, "is_main", "excluded"])
        return found.astype(dict.fromkeys(names, object))  # a number stays what it is

    def run(
        self,
        measure: Callable[..., pd.DataFrame],
        progress: Callable[[int, int], None] | None = None,
        jobs: int = 1,
        only: Container[int] | None = None,
    ) -> pd.DataFrame:
        """Result rows of `measure(**choices)` for every specification, with `spec` (number),
        `is_main` and the choices.

        A specification that cannot be computed is a row with the reason in `missing`, never a
        silent gap; an error that is not of this library, or a MeasureError, is a fault of the
        measure and is raised.
        progress(done, total) is called after each. jobs: processes (joblib); rows and their order
        do not depend on it. A measure that draws random numbers takes its seed as an argument, so
        that it does not depend on the order of the runs either.
        only: numbers of the specifications to run; all of them where not given.
        """
        wanted = [
            (number, choices)
            for number, choices in enumerate(self)
            if only is None or number in only
        ]
        calls = [(measure, number, choices, choices == self.main) for number, choices in wanted]
        tasks = (joblib.delayed(_one)(*call) for call in calls)
        found = (
            joblib.Parallel(n_jobs=jobs, return_as="generator")(tasks)
            if jobs != 1
            else itertools.starmap(_one, calls)
        )
        records: list[dict[str, Any]] = []
        for done, rows in enumerate(found, start=1):
            records += rows
            if progress:
                progress(done, len(wanted))
        return pd.DataFrame(records)


def _one(
    measure: Callable[..., pd.DataFrame], number: int, choices: dict[str, Any], is_main: bool
) -> list[dict[str, Any]]:
    try:
        rows = _records(measure(**choices)) or [{"missing": "the measure returned no row"}]
    except MeasureError:
        raise
    except CaResearchError as error:
        rows = [{"missing": error.what}]
    return [{"spec": number, "is_main": is_main, **choices, **row} for row in rows]


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dictionaries; `to_dict` is slow on the frames of a row or two that a measure returns
    thousands of times.
    """
    columns = [frame[name].tolist() for name in frame]
    return [dict(zip(frame.columns, row, strict=True)) for row in zip(*columns, strict=True)]


def collapse(results: pd.DataFrame, methods: Sequence[str] = ()) -> dict[Any, Any]:
    """Map from each specification to the one that stands for it.

    results: rows of `Universe.run`: spec, path and the choices. methods: names of the axes that are
        a choice of method.
    Two specifications that rest on the same data path (column `path`, joined over the rows of a
    specification) and make the same choices of method are one. A specification without any data
    stands for itself.
    Returns a dictionary: number of the specification -> number of the first one that is the same.
    """
    paths, chosen = _by_specification(results, methods)
    stands_for: dict[Any, Any] = {}
    seen: dict[tuple, Any] = {}
    for spec in sorted(paths):
        path = tuple(sorted(paths[spec]))
        key = (path, *chosen[spec]) if path else (spec,)
        stands_for[spec] = seen.setdefault(key, spec)
    return stands_for


def _by_specification(
    results: pd.DataFrame, methods: Sequence[str]
) -> tuple[dict[Any, list[str]], dict[Any, tuple[Any, ...]]]:
    """The data paths of each specification, and its choices of method (of its first row)."""
    paths: dict[Any, list[str]] = {}
    chosen: dict[Any, tuple[Any, ...]] = {}
    given = results["path"].tolist() if "path" in results else [None] * len(results)
    for spec, path, *choices in zip(
        results["spec"], given, *(results[m] for m in methods), strict=True
    ):
        own = paths.setdefault(spec, [])
        chosen.setdefault(spec, tuple(choices))
        if path and path == path:  # neither '' nor NaN
            own.append(str(path))
    return paths, chosen


def distinct(results: pd.DataFrame, methods: Sequence[str] = ()) -> list[Any]:
    """Specifications that count: one for each data path and choice of method (`collapse`), those
    without data left out.

    results, methods: as in `collapse`. Returns their numbers (column `spec`), sorted.
    """
    stands_for = collapse(results, methods)
    observed = {spec for spec, paths in _by_specification(results, ())[0].items() if paths}
    return sorted(set(stands_for.values()) & observed)
