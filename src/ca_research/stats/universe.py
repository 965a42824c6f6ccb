"""The specification universe: every defensible way to compute a number, declared before it is run.

Knows no domain. An axis is one choice (a period, a source, an estimator); a universe is the product of its axes
minus declared exclusions; the first value of a run is the main specification. After Simonsohn, Simmons and Nelson
(2020), Nature Human Behaviour 4, and Steegen et al. (2016), Perspectives on Psychological Science 11(5).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..errors import CaResearchError, UsageError


@dataclass(frozen=True)
class Axis:
    """One choice. `main` is the value of the main specification; `kind` says whether the choice is of data or of method."""

    name: str
    values: tuple[str, ...]
    main: str
    kind: str = "data"
    meaning: str = ""


@dataclass(frozen=True)
class Exclusion:
    """Specifications in which all of `when` holds are left out, for `reason`."""

    when: Mapping[str, str]
    reason: str

    def hits(self, choices: Mapping[str, str]) -> bool:
        return all(choices.get(axis) == value for axis, value in self.when.items())


@dataclass(frozen=True)
class Universe:
    """Axes and exclusions. `len()` is the number of specifications that will be run."""

    axes: tuple[Axis, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()

    def __post_init__(self) -> None:
        if self.excluded(self.main):
            raise UsageError(
                "the main specification is excluded by the declared exclusions",
                where=str(self.main),
                hint="choose another main value",
            )

    @property
    def main(self) -> dict[str, str]:
        return {axis.name: axis.main for axis in self.axes}

    def excluded(self, choices: Mapping[str, str]) -> str:
        """Reason why a specification is excluded, or ''."""
        return next((e.reason for e in self.exclusions if e.hits(choices)), "")

    def _all(self) -> Iterator[dict[str, str]]:
        ordered = [[axis.main, *(v for v in axis.values if v != axis.main)] for axis in self.axes]
        for values in itertools.product(*ordered):
            yield dict(zip((axis.name for axis in self.axes), values, strict=True))

    def __iter__(self) -> Iterator[dict[str, str]]:
        """The specifications to run, the main one first."""
        return (choices for choices in self._all() if not self.excluded(choices))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def table(self) -> pd.DataFrame:
        """Every combination before it is run: its choices, `is_main`, and `excluded` (the reason, or '')."""
        rows = [
            {**choices, "is_main": choices == self.main, "excluded": self.excluded(choices)} for choices in self._all()
        ]
        return pd.DataFrame(rows, columns=[*(a.name for a in self.axes), "is_main", "excluded"])

    def run(
        self, measure: Callable[..., pd.DataFrame], progress: Callable[[int, int], None] | None = None
    ) -> pd.DataFrame:
        """Result rows of `measure(**choices)` for every specification, with `spec` (number), `is_main` and the choices.

        A specification that cannot be computed is a row with the reason in `missing`, never a silent gap.
        """
        records: list[dict[str, Any]] = []
        total = len(self)
        for number, choices in enumerate(self):
            head = {"spec": number, "is_main": choices == self.main, **choices}
            try:
                rows = measure(**choices).to_dict("records") or [{"missing": "the measure returned no row"}]
            except CaResearchError as error:
                rows = [{"missing": error.what}]
            records += [{**head, **row} for row in rows]
            if progress:
                progress(number + 1, total)
        return pd.DataFrame(records)


def collapse(results: pd.DataFrame, methods: Sequence[str] = ()) -> dict[Any, Any]:
    """Map from each specification to the one that stands for it.

    Two specifications that rest on the same data path (column `path`, joined over the rows of a specification) and
    make the same choices of method are one. A specification without any data stands for itself.
    """
    stands_for: dict[Any, Any] = {}
    seen: dict[tuple, Any] = {}
    for spec, rows in results.groupby("spec", sort=True):
        path = tuple(sorted(str(p) for p in rows["path"].fillna("") if p)) if "path" in rows else ()
        key = (path, *(rows[m].iloc[0] for m in methods)) if path else (spec,)
        stands_for[spec] = seen.setdefault(key, spec)
    return stands_for
