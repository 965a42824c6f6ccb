"""Evidence: the estimates of every criterion of a claim over its universe, gathered by the declared
measures.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Any

import pandas as pd

from ..estimates.frame import ESTIMATE_COLUMNS
from ..ground import economies as eco
from ..ground.errors import CaResearchError, UsageError
from ..registry import ClaimSpec, Criterion
from ..registry.words import choice_words
from ..stats import AtMostOne, Axis, Exclusion, Universe, collapse
from ..stats.frames import origin
from . import given as checks
from .compute import Call, Computation
from .trace import trace
from .wanted import Wanted, unanswered, wanted


@dataclass(frozen=True)
class Evidence:
    """The estimates of every criterion of a claim over its universe.

    `Claim.gather` makes it and `Claim.judge` takes it.

    Attributes
    ----------
    frame : pandas.DataFrame
        An estimates frame with ``criterion``, ``spec`` (number), ``is_main``, ``without`` and one
        column per axis of the grid. ``without`` is '' or what a removal leaves out, in words
        ('dimension: trade'); such rows are for fragility alone.
    economies : tuple of str
        Those that a count runs over.
    as_of : str
        The day of knowledge of the frames used, or 'latest'.
    dropped : int or None
        Rows that were not yet known then; None where that was not counted.
    revised_sources : tuple of str
        Sources of which only a later edition survives.
    traces : tuple of dict
        For each criterion the rows behind its main specification.
    wanted : tuple of dict
        Figures that would answer what is open (`claims.wanted`).
    again : callable, optional
        Makes the standing rows anew from figures without one source.
    standing : pandas.DataFrame
        The frame without the rows of removals: what criteria are judged by.
    sources : tuple of str
        Ids of those that these rows rest on.

    Examples
    --------
    >>> import ca_research as ca
    >>> claim = ca.claim("C25")
    >>> evidence = claim.gather(**{name: ca.load(name) for name in claim.spec.data})
    >>> evidence.main("total_length")[["estimate", "n", "sources"]].values.tolist()
    [[3305.0, 3.0, ('FBK',)]]
    """

    frame: pd.DataFrame
    economies: tuple[str, ...] = field(default_factory=lambda: eco.CA5.codes)
    as_of: str = "latest"
    dropped: int | None = 0
    revised_sources: tuple[str, ...] = field(default=())
    traces: tuple[dict[str, Any], ...] = field(default=(), repr=False)
    wanted: tuple[Wanted, ...] = field(default=(), repr=False)
    again: Callable[[str], pd.DataFrame] | None = field(default=None, repr=False, compare=False)

    @property
    def standing(self) -> pd.DataFrame:
        """The frame without the rows of removals: what criteria are judged by."""
        return self.frame[self.frame["without"] == ""]

    @property
    def sources(self) -> tuple[str, ...]:
        """Ids of the sources that the standing rows rest on."""
        return origin(self.standing)

    def main(self, criterion: str) -> pd.DataFrame:
        """Estimates of the main specification of a criterion.

        Parameters
        ----------
        criterion : str
            Its name.

        Returns
        -------
        pandas.DataFrame
            Some rows of `frame`, one per economy.
        """
        return self.frame[
            (self.frame["criterion"] == criterion) & self.frame["is_main"]
        ].reset_index(drop=True)

    def without(self, source: str) -> pd.DataFrame:
        """The standing rows as they would be if a source had published nothing.

        They are measured again, not only dropped.

        Parameters
        ----------
        source : str
            Its id.

        Returns
        -------
        pandas.DataFrame
            Like `standing`.

        Raises
        ------
        UsageError
            Evidence that was made by hand cannot be measured again.
        """
        if self.again is None:
            raise UsageError(
                "evidence made by hand cannot be measured again without a source",
                hint="claim.gather(...) makes evidence that can",
            )
        return self.again(source)


def universe(spec: ClaimSpec, criterion: Criterion) -> Universe:
    """The specification universe of one criterion.

    It holds the axes of the grid that the criterion names, and leaves out one thing at a time.

    Parameters
    ----------
    spec : ClaimSpec
        What the claim's file says: ``claim.spec``.
    criterion : Criterion
        One of ``claim.spec.criteria().values()``.

    Returns
    -------
    Universe
        Print it to see what will be run.

    Examples
    --------
    >>> import ca_research as ca
    >>> spec = ca.claim("C25").spec
    >>> print(universe(spec, spec.criteria()["total_length"]))
    2 specifications of 2 combinations
      side [data]: central_asian (main), chinese - Whose profile gives the length
    """
    chosen = tuple(
        Axis(a.name, a.choices, a.main, a.kind, a.meaning) for a in spec.axes_of(criterion)
    )
    exclusions = tuple(
        Exclusion(e.when, e.reason) for e in spec.grid.exclude if set(e.when) <= set(criterion.axes)
    )
    removals = {a.name: a.main for a in chosen if a.kind == "removal"}
    if len(removals) > 1:
        return Universe(
            chosen, (*exclusions, AtMostOne(removals, "one thing is left out at a time"))
        )
    return Universe(chosen, exclusions)


def counted(criterion: Criterion, judged: Sequence[str]) -> list[str]:
    """Economies a criterion speaks of, among those judged: its own list where it counts over one,
    else all judged.
    """
    return [e for e in judged if e in criterion.over.economies] if criterion.over else list(judged)


def gather(spec: ClaimSpec, given: dict[str, Any], as_of: str | dt.date | None = None) -> Evidence:
    """Run every criterion's measure over its universe.

    given: the frames (by table name) and settings (`economies`, ...) that the measures take as
    arguments. Each measure gets those its signature names, and the choices of the specification as
    keyword arguments.
    as_of: the day of knowledge of frames that no longer carry it.
    Raises UsageError for frames that cannot be judged by (`claims.given`), for what no measure
    takes, and for two estimates from one data path; MeasureError for a measure that gives no
    estimates frame.
    """
    asked = {k: v for k, v in given.items() if k != "economies"}
    judged = checks.judged_economies(spec, given.get("economies"))
    computation = Computation(asked)
    calls = {c.name: Call.of(c, counted(c, judged)) for c in spec.criteria().values()}
    universes = {c.name: universe(spec, c) for c in spec.criteria().values()}
    checks.all_used(spec, set(asked), computation.taken(calls.values()))
    known = checks.knowledge(checks.tables_among(asked), as_of)
    parts: list[pd.DataFrame] = []
    traces: list[dict[str, Any]] = []
    open_: dict[str, list[str]] = {}
    for criterion in spec.criteria().values():
        call, specifications = calls[criterion.name], universes[criterion.name]
        rows = specifications.run(partial(computation.run, call))
        parts.append(_labelled(spec, criterion, rows))
        traces += _traces(criterion, computation, call, specifications.main)
        main = rows[rows["is_main"]]
        open_[criterion.name] = unanswered(criterion, main, counted(criterion, judged))
    axes = [axis.name for axis in spec.grid.axes]
    frame = _typed(parts, axes)
    _one_answer(spec, frame)

    @cache
    def again(source: str) -> pd.DataFrame:
        rest = computation.without(source)
        return _typed(list(_measured_again(spec, frame, calls, universes, rest, source)), axes)

    # what is published later does not change what was known on an earlier day
    lacking = wanted(spec, open_, checks.tables_among(asked)) if known.as_of == "latest" else ()
    return Evidence(
        frame,
        judged,
        known.as_of,
        known.dropped,
        known.revised,
        tuple(traces),
        lacking,
        again,
    )


def _labelled(spec: ClaimSpec, criterion: Criterion, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of one criterion, with its name and what a removal axis leaves out in each."""
    removals = [a for a in spec.grid.axes if a.kind == "removal" and a.name in criterion.axes]
    without = [""] * len(rows)
    for axis in removals:  # one thing is left out at a time
        words = {v: f"{axis.name}: {choice_words(axis, v)}" for v in axis.choices if v != axis.main}
        left_out = map(words.get, rows[axis.name].tolist() if len(rows) else ())
        without = [said or before for said, before in zip(left_out, without, strict=True)]
    return rows.assign(criterion=criterion.name, without=without)


def _typed(parts: Sequence[pd.DataFrame], axes: Sequence[str]) -> pd.DataFrame:
    """Rows of all criteria as one frame. A choice keeps its type, also where some criteria have
    no such axis.
    """
    lengths = [len(part) for part in parts]
    names = dict.fromkeys(name for part in parts for name in part)
    told: dict[str, list[Any]] = {
        name: [] for name in ("criterion", "spec", "is_main", "without", *names, *axes)
    }
    for name, values in told.items():
        nothing = None if name in axes else math.nan
        for part, length in zip(parts, lengths, strict=True):
            values += part[name].tolist() if name in part else [nothing] * length
    frame = pd.DataFrame(
        {name: pd.Series(v, dtype=object) if name in axes else v for name, v in told.items()}
    )
    frame = frame.astype(
        {"is_main": bool}
    )  # a claim without criteria has no rows to tell the type by
    for column in ESTIMATE_COLUMNS:
        if column not in frame:
            frame[column] = None
    for column in ("estimate", "low", "high", "n", "first_year", "last_year"):
        frame[column] = pd.to_numeric(frame[column]).astype("float64")
    frame["economy"] = frame["economy"].fillna("")
    frame["sources"] = frame["sources"].map(lambda s: s if isinstance(s, tuple) else ())
    return frame.drop(columns="rows")  # they stay with the computation


def _traces(
    criterion: Criterion, computation: Computation, call: Call, main: dict[str, Any]
) -> list[dict[str, Any]]:
    """The rows behind the main specification of a criterion, where it has an answer."""
    try:
        found = computation.run(call, **main)
    except CaResearchError:
        return []
    taken = computation.taken([call])
    tables = [v for k, v in checks.tables_among(computation.given).items() if k in taken]
    return [trace(criterion.name, main, found, tables)]


def _measured_again(
    spec: ClaimSpec,
    frame: pd.DataFrame,
    calls: dict[str, Call],
    universes: dict[str, Universe],
    rest: Computation,
    source: str,
) -> Iterator[pd.DataFrame]:
    """Rows of every criterion without a source: one that rests on it anywhere is measured again in
    all specifications.

    A figure may also decide which year is taken by a specification that does not use it. Of a
    measure that is marked `by_economy`, economies that never rest on the source keep their rows.
    """
    for criterion in spec.criteria().values():
        rows = frame[(frame["criterion"] == criterion.name) & (frame["without"] == "")]
        rests = rows["sources"].map(lambda cell: source in cell).astype(bool)
        if not rests.any():
            yield rows
            continue
        standing = set(rows["spec"])  # removals are not made twice
        call = calls[criterion.name]
        touched = set(rows.loc[rests | (rows["path"].fillna("") == ""), "economy"])
        if call.by_economy and "" not in touched:
            yield rows[~rows["economy"].isin(touched)]
            call = replace(call, economies=tuple(e for e in call.economies if e in touched))
        found = universes[criterion.name].run(partial(rest.run, call), only=standing)
        yield _labelled(spec, criterion, found)


def _one_answer(spec: ClaimSpec, frame: pd.DataFrame) -> None:
    """Raise UsageError where one data path has two estimates.

    The second would decide nothing, or everything, by its place in the frame.
    """
    methods = [a.name for a in spec.grid.axes if a.kind == "method"]
    for criterion in spec.criteria().values():
        rows = frame[(frame["criterion"] == criterion.name) & (frame["without"] == "")]
        stands_for = collapse(rows, [m for m in methods if m in criterion.axes])
        answers = {spec_: _rounded(part) for spec_, part in rows.groupby("spec")}
        for one, first in stands_for.items():
            if answers[one] != answers[first]:
                raise UsageError(
                    f"two specifications of {criterion.name} rest on the same figures and differ",
                    where=f"{spec.id}: specifications {first} and {one}",
                    hint="an axis that changes the result on the same figures is of kind 'method'",
                )


def _rounded(rows: pd.DataFrame) -> list[tuple[Any, ...]]:
    columns = ["economy", "estimate", "low", "high"]
    return sorted(
        (r[0], *(None if pd.isna(v) else f"{v:.9g}" for v in r[1:]))
        for r in rows[columns].itertuples(index=False)
    )
