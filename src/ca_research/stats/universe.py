"""The specification universe: every defensible way to compute a number, declared before it is run.

Knows no domain. An axis is one choice (a period, a source, an estimator); a universe is the product
of its axes minus declared exclusions; the first value of a run is the main specification. After
Simonsohn, Simmons and Nelson (2020), Nature Human Behaviour 4, and Steegen et al. (2016),
Perspectives on Psychological Science 11(5).
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from ..ground.arguments import refuse
from ..ground.errors import (
    CaResearchError,
    MeasureError,
    known_name,
)
from ..ground.numbers import counted
from .frames import records, require

Rows: TypeAlias = pd.DataFrame | list[dict[str, Any]]
Measure: TypeAlias = Callable[..., Rows]
"""Called with the choices of a specification by their names."""

Way: TypeAlias = tuple[tuple[str, ...], tuple[Any, ...]]
"""The data paths of a specification, and its choices of method."""

KINDS = ("data", "method", "removal")

OWN_COLUMNS = ("spec", "is_main", "excluded", "missing")
"""What a universe tells of a specification beside its choices."""


@dataclass(frozen=True)
class Axis:
    """One choice of how to compute a number.

    Attributes
    ----------
    name : str
        The argument of the measure that it is.
    values : tuple
        All its values, of any type.
    main : Any
        The value of the main specification, one of them.
    kind : str
        'data' or 'method': whether another value reads other data, or the same in another way;
        'removal' where it leaves something out, to see what hangs on it.
    meaning : str
        For a reader.

    Raises
    ------
    UnknownNameError
        Another kind.
    UsageError
        A value twice, or a main one that is not among them.

    Examples
    --------
    >>> Axis("flow", ("turnover", "import"), main="turnover").kind
    'data'
    """

    name: str
    values: tuple[Any, ...]
    main: Any
    kind: str = "data"
    meaning: str = ""

    def __post_init__(self) -> None:
        known_name("kind of axis", self.kind, KINDS)
        values = list(self.values)
        if self.main not in values or any(v in values[:n] for n, v in enumerate(values)):
            main = f"each once, {self.main!r} among them"
            refuse(f"values of {self.name!r}", main, values, "(1, 2), main=1")


@dataclass(frozen=True)
class Exclusion:
    """Specifications that are left out, with the reason.

    Attributes
    ----------
    when : mapping of str to Any
        Axis and value; where all of them hold, the specification is left out.
    reason : str
        For a reader.

    Examples
    --------
    >>> gone = Exclusion({"basis": "mirror", "year": 2025}, "the partner has not reported yet")
    >>> gone.hits({"basis": "mirror", "year": 2025, "flow": "import"})
    True
    """

    when: Mapping[str, Any]
    reason: str

    def hits(self, choices: Mapping[str, Any]) -> bool:
        """Whether it leaves a specification out.

        Parameters
        ----------
        choices : mapping of str to Any
            A value for each axis.

        Returns
        -------
        bool
            True where all of `when` hold.
        """
        return all(choices.get(axis) == value for axis, value in self.when.items())


@dataclass(frozen=True)
class AtMostOne:
    """One change at a time: specifications with more than one of these changes are left out.

    Attributes
    ----------
    mains : mapping of str to Any
        Axis and its main value.
    reason : str
        For a reader.

    Examples
    --------
    >>> single = AtMostOne({"basis": "reporter", "flow": "turnover"}, "one change at a time")
    >>> single.hits({"basis": "mirror", "flow": "turnover"})
    False
    >>> single.hits({"basis": "mirror", "flow": "import"})
    True
    """

    mains: Mapping[str, Any]
    reason: str

    def hits(self, choices: Mapping[str, Any]) -> bool:
        """Whether it leaves a specification out.

        Parameters
        ----------
        choices : mapping of str to Any
            A value for each axis.

        Returns
        -------
        bool
            True where more than one axis has left its main value.
        """
        return sum(choices.get(axis) != main for axis, main in self.mains.items()) > 1


@dataclass(frozen=True)
class Universe:
    """The declared ways to compute a number: axes, less what is excluded.

    Iterating gives the choices of each specification, the main one first; `len` is their number,
    and printing shows them before anything is run.

    Attributes
    ----------
    axes : tuple of Axis
        The choices.
    exclusions : tuple of Exclusion or AtMostOne
        What is left out, each with its reason.
    main : dict of str to Any
        The choices of the main specification.

    Raises
    ------
    UsageError
        Two axes have one name, or the exclusions leave out the main specification.
    UnknownNameError
        An exclusion names an axis, or a choice of it, that is not there.

    Notes
    -----
    Simonsohn, Simmons and Nelson (2020), Nature Human Behaviour 4; Steegen et al. (2016),
    Perspectives on Psychological Science 11(5).

    Examples
    --------
    >>> flow = Axis("flow", ("turnover", "import"), main="turnover")
    >>> basis = Axis("basis", ("reporter", "mirror"), main="reporter")
    >>> none = Exclusion({"flow": "import", "basis": "mirror"}, "no data")
    >>> ways = Universe((flow, basis), (none,))
    >>> print(ways)
    3 specifications of 4 combinations
      flow [data]: turnover (main), import
      basis [data]: reporter (main), mirror
      left out: 1, because no data
    >>> def measure(flow, basis):
    ...     return pd.DataFrame({"estimate": [1.2 if basis == "reporter" else 0.9]})
    >>> ways.run(measure)[["spec", "flow", "basis", "estimate"]]
       spec      flow     basis  estimate
    0     0  turnover  reporter       1.2
    1     1  turnover    mirror       0.9
    2     2    import  reporter       1.2
    """

    axes: tuple[Axis, ...] = ()
    exclusions: tuple[Exclusion | AtMostOne, ...] = ()

    def __post_init__(self) -> None:
        called = Counter([*OWN_COLUMNS, *(axis.name for axis in self.axes)])
        if max(called.values()) > 1:
            refuse("axes", f"named each once, and not as {OWN_COLUMNS}", list(called), "'flow'")
        values = {axis.name: axis.values for axis in self.axes}
        for one in self.exclusions:
            # one that no specification can meet would leave out nothing without a word
            for name, value in (one.when if isinstance(one, Exclusion) else one.mains).items():
                known_name(f"choice of {name}", value, values[known_name("axis", name, values)])
        if reason := self.excluded(self.main):
            refuse("main", f"a specification that is not excluded ({reason})", self.main, "another")

    @property
    def main(self) -> dict[str, Any]:
        return {axis.name: axis.main for axis in self.axes}

    def excluded(self, choices: Mapping[str, Any]) -> str:
        """Reason why a specification is excluded, or ''.

        Parameters
        ----------
        choices : mapping of str to Any
            A value for each axis.

        Returns
        -------
        str
            The first reason that hits.
        """
        return next((e.reason for e in self.exclusions if e.hits(choices)), "")

    def _all(self) -> Iterator[dict[str, Any]]:
        ordered = [[axis.main, *(v for v in axis.values if v != axis.main)] for axis in self.axes]
        for values in itertools.product(*ordered):
            yield dict(zip((axis.name for axis in self.axes), values, strict=True))

    @cached_property
    def _kept(self) -> tuple[dict[str, Any], ...]:
        return tuple(choices for choices in self._all() if not self.excluded(choices))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The specifications to run, the main one first."""
        return map(dict, self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    def __str__(self) -> str:
        """What will be run, before it is: how many specifications, their axes, and how many are
        left out and why.
        """
        every = [self.excluded(choices) for choices in self._all()]
        lines = [f"{counted(len(self), 'specification')} of {counted(len(every), 'combination')}"]
        for axis in self.axes:
            values = ", ".join(f"{v} (main)" if v == axis.main else str(v) for v in axis.values)
            meaning = f" - {axis.meaning}" if axis.meaning else ""
            lines.append(f"  {axis.name} [{axis.kind}]: {values}{meaning}")
        reasons = Counter(filter(None, every))
        lines += [f"  left out: {number}, because {reason}" for reason, number in reasons.items()]
        return "\n".join(lines)

    def table(self) -> pd.DataFrame:
        """Every combination before it is run.

        Returns
        -------
        pandas.DataFrame
            One row each, the main one first: a column per axis, ``is_main``, and ``excluded`` (the
            reason, or '').
        """
        every = list(self._all())
        # a number stays what it is
        table = pd.DataFrame(every, columns=[axis.name for axis in self.axes], dtype=object)
        return table.assign(is_main=table.index == 0, excluded=list(map(self.excluded, every)))

    def run(
        self,
        measure: Measure,
        only: Container[int] | None = None,
    ) -> pd.DataFrame:
        """Result rows of a measure for every specification.

        Parameters
        ----------
        measure : callable
            Called with the choices by name; returns a frame, or its rows. One that draws random
            numbers takes its seed as an argument.
        only : container of int, optional
            Numbers of the specifications to run, by default all.

        Returns
        -------
        pandas.DataFrame
            ``spec`` (number), ``is_main``, a column per axis, and those of the measure. A
            specification that cannot be computed is a row with the reason in ``missing``, never a
            silent gap.

        Raises
        ------
        MeasureError
            The measure has a fault, or gives another value for a choice than the one it was called
            with. Errors that are not of this library are raised as they are.
        """
        return pd.DataFrame(self.rows(measure, only))

    def rows(
        self,
        measure: Measure,
        only: Container[int] | None = None,
    ) -> list[dict[str, Any]]:
        """What `run` gives, before it is a frame: who runs hundreds of universes needs none.

        Parameters
        ----------
        measure : callable
            As of `run`.
        only : container of int, optional
            Numbers of the specifications to run, by default all.

        Returns
        -------
        list of dict
            One for each row; one of a specification that failed lacks the measure's columns.

        Raises
        ------
        MeasureError
            As `run`.
        """
        return [
            row
            for number, choices in enumerate(self)
            if only is None or number in only
            for row in _one(measure, number, choices, choices == self.main)
        ]


def _one(
    measure: Measure,
    number: int,
    choices: dict[str, Any],
    is_main: bool,
) -> list[dict[str, Any]]:
    try:
        output = measure(**choices)
        rows = records(output) if isinstance(output, pd.DataFrame) else output
        rows = rows or [{"missing": "the measure returned no row"}]
    except MeasureError:
        raise
    except CaResearchError as error:
        rows = [{"missing": error.what}]
    labels = {"spec": number, "is_main": is_main, **choices}
    for row in rows:
        # a measure may repeat its choices; another value would stand in the place of what was run
        for name in labels.keys() & row.keys():
            if row[name] is pd.NA or np.any(row[name] != labels[name]):
                raise MeasureError(
                    f"the measure gives {name} {row[name]!r} where {labels[name]!r} was run",
                    hint="name that column otherwise",
                )
    return [labels | row for row in rows]


def collapse(results: Rows, methods: Sequence[str] = ()) -> dict[Any, Any]:
    """Map from each specification to the one that stands for it.

    Two specifications that rest on the same data path (column ``path``, joined over the rows of a
    specification) and make the same choices of method are one. A specification without any data
    stands for itself.

    Parameters
    ----------
    results : pandas.DataFrame or list of dict
        Rows of `Universe.run`: ``spec``, ``path`` and the choices.
    methods : sequence of str
        Names of the axes that are a choice of method.

    Returns
    -------
    dict
        Number of the specification to number of the first one that is the same.

    Examples
    --------
    Asked for the mirror of a flow that only one source has, a measure falls back on that source:

    >>> results = pd.DataFrame({"spec": [0, 1, 2], "basis": ["own", "mirror", "both"],
    ...                         "path": ["KAZ_BNS", "KAZ_BNS", "WTO_HSM"]})
    >>> collapse(results)
    {0: 0, 1: 0, 2: 2}
    >>> collapse(results, methods=["basis"])
    {0: 0, 1: 1, 2: 2}
    """
    first: dict[tuple, Any] = {}
    representatives = {}
    for spec, (path, choices) in sorted(_by_specification(results, methods).items()):
        representatives[spec] = first.setdefault((path, choices) if path else (spec,), spec)
    return representatives


def _by_specification(results: Rows, methods: Sequence[str]) -> dict[Any, Way]:
    """The data paths of each specification, and its choices of method (of its first row)."""
    if isinstance(results, pd.DataFrame):
        results = records(require(results, ("spec", *methods)))
    by_spec: dict[Any, Way] = {}
    for row in results:
        path = row.get("path")
        known = (str(path),) if path and path == path else ()  # neither '' nor NaN
        before, choices = by_spec.get(row["spec"], ((), tuple(row[m] for m in methods)))
        by_spec[row["spec"]] = tuple(sorted(before + known)), choices
    return by_spec


def distinct(results: Rows, methods: Sequence[str] = ()) -> list[Any]:
    """Specifications that count: one for each data path and choice of method.

    Those without data are left out.

    Parameters
    ----------
    results : pandas.DataFrame or list of dict
        As in `collapse`.
    methods : sequence of str
        As in `collapse`.

    Returns
    -------
    list
        Their numbers (column ``spec``), sorted.

    Examples
    --------
    >>> results = pd.DataFrame({"spec": [0, 1, 2], "path": ["KAZ_BNS", "KAZ_BNS", ""]})
    >>> distinct(results)
    [0]
    """
    paths = _by_specification(results, methods)
    return sorted({spec for spec in collapse(results, methods).values() if paths[spec][0]})
