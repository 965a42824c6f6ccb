"""Evidence: the estimates of every criterion of a claim over its universe, gathered by the declared
measures.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from typing import Any

import pandas as pd

from .. import registry
from ..estimates.frame import ESTIMATE_COLUMNS, Estimate, Rows
from ..ground import economies as eco
from ..ground.errors import CaResearchError, MeasureError, UsageError, known_name
from ..ground.periods import newest_day
from ..registry import ClaimSpec, Criterion
from ..registry.words import choice_words
from ..stats import AtMostOne, Axis, Exclusion, Universe, collapse
from ..stats.frames import origin, records
from . import given as checks
from .compute import Call, Computation
from .logic import number
from .trace import Table, trace, whole
from .wanted import NOT_COME, Wanted, unanswered, wanted

EvidenceRows = list[dict[str, Any]]
"""Rows of evidence, each a dictionary; one of a specification that failed lacks the figures."""


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
        Makes the standing rows anew from figures without one source, as dictionaries.
    less : callable, optional
        Gathers again from tables without some sources.
    made : callable, optional
        Gives what was made under the name of a part.
    behind : callable, optional
        Gives the rows of tables behind the main specification of a criterion.
    spec : ClaimSpec, optional
        What the claim's file said when this was gathered.
    rows : list of dict
        Those of the frame.
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
    again: Callable[[str], EvidenceRows] | None = field(default=None, repr=False, compare=False)
    less: Callable[[Sequence[str]], Evidence] | None = field(
        default=None, repr=False, compare=False
    )
    made: Callable[[str], Any] | None = field(default=None, repr=False, compare=False)
    behind: Callable[[str], pd.DataFrame] | None = field(default=None, repr=False, compare=False)
    spec: ClaimSpec | None = field(default=None, repr=False)

    @cached_property
    def rows(self) -> EvidenceRows:
        """The rows of the frame, as dictionaries; they are not to be changed."""
        return records(self.frame)

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

        Raises
        ------
        UnknownNameError
            No such criterion.
        """
        known_name("criterion", criterion, self.frame["criterion"].unique())
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
        UnknownNameError
            No such source.
        """
        return _typed(self.rows_without(source), [])

    def rows_without(self, source: str) -> EvidenceRows:
        """What `without` gives, before it is a frame.

        Parameters
        ----------
        source : str
            Its id.

        Returns
        -------
        list of dict
            The rows; they are not to be changed.

        Raises
        ------
        UsageError
            As of `without`.
        UnknownNameError
            As of `without`.
        """
        if source not in registry.sources():
            known_name("source", source, self.sources)
        if self.again is None:
            raise UsageError(
                "evidence made by hand cannot be measured again without a source",
                hint="claim.gather(...) makes evidence that can",
            )
        return self.again(source)

    def part(self, name: str) -> Any:
        """What the measures share (`estimates.parts`), as it was made for this evidence.

        Parameters
        ----------
        name : str
            Of a part.

        Returns
        -------
        Any
            What its maker gives.

        Raises
        ------
        UnknownNameError
            No measure of the claim has a part of this name.
        UsageError
            It was made in several ways, or the evidence was made by hand.

        Examples
        --------
        >>> import ca_research as ca
        >>> evidence = ca.claim("C30").gather(students=ca.load("students"))
        >>> evidence.part("none")
        Traceback (most recent call last):
        ...
        ca_research.ground.errors.UnknownNameError: unknown part 'none'...
        """
        if self.made is None:
            raise UsageError(
                "evidence made by hand has no parts",
                hint="claim.gather(...) makes evidence that has",
            )
        return self.made(name)


def rows_of(evidence: pd.DataFrame | EvidenceRows) -> EvidenceRows:
    """The rows of a frame of evidence, or such rows as they are."""
    return records(evidence) if isinstance(evidence, pd.DataFrame) else evidence


def has_figures(row: Mapping[str, Any]) -> bool:
    """Whether a row of evidence rests on any figure."""
    path = row.get("path")
    return isinstance(path, str) and path != ""


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
        Exclusion(e.when, e.reason)
        for e in spec.grid.exclude
        if set(e.when) <= set(criterion.every_axis)
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


def gather(
    spec: ClaimSpec,
    given: dict[str, Any],
    as_of: str | dt.date | None = None,
    gone: Sequence[str] = (),
) -> Evidence:
    """Run every criterion's measure over its universe.

    given: the tables of the claim, by name, and `economies`. Each measure gets those its signature
    names, and the choices of the specification as keyword arguments.
    as_of: the day of knowledge of frames that no longer carry it.
    gone: sources that were left out of the tables. A choice that names one of them is no slip: what
    rests on it alone is open.
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
    computation.known_in = known.year
    tables = {name: Table(frame) for name, frame in checks.tables_among(computation.given).items()}
    parts: dict[str, EvidenceRows] = {}
    traces: list[dict[str, Any]] = []
    open_: dict[str, list[str]] = {}
    for criterion in spec.criteria().values():
        call, specifications = calls[criterion.name], universes[criterion.name]
        faults: list[UsageError] = []
        rows = specifications.rows(partial(_told, faults, computation, call))
        _of_asked(spec, criterion, call, rows)
        _say_if_to_come(criterion, rows, known.as_of)
        if faults and not gone and len(faults) == len(list(specifications)):
            raise UsageError(
                f"no specification can be computed: {faults[0].what}",
                where=f"{spec.id}, criterion {criterion.name}",
                hint=faults[0].hint,
            )
        parts[criterion.name] = _labelled(spec, criterion, rows)
        traces += _traces(criterion, computation, call, specifications.main, tables)
        main = [row for row in rows if row["is_main"]]
        open_[criterion.name] = unanswered(criterion, main, counted(criterion, judged))
    axes = [axis.name for axis in spec.grid.axes]
    frame = _typed([row for rows in parts.values() for row in rows], axes)
    standing = {n: [r for r in rows if r["without"] == ""] for n, rows in parts.items()}
    _one_answer(spec, standing)

    @cache
    def again(source: str) -> EvidenceRows:
        rest = computation.without(source)
        return list(_measured_again(spec, standing, calls, universes, rest, source))

    def less(sources: Sequence[str]) -> Evidence:
        tables = checks.tables_among(given)
        rest = {name: rows[~rows["source_id"].isin(sources)] for name, rows in tables.items()}
        return gather(spec, {**given, **rest}, as_of, [*gone, *sources])

    def behind(criterion: str) -> pd.DataFrame:
        call, main = calls[criterion], universes[criterion].main
        taken = [table for name, table in tables.items() if name in computation.taken([call])]
        used = (row["rows"] for row in computation.run(call, **main))
        return pd.concat([whole(rows.frame, taken) for rows in used if isinstance(rows, Rows)])

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
        less,
        computation.part,
        behind,
        spec,
    )


def main_rows(
    spec: ClaimSpec, given: Mapping[str, Any], as_of: str | dt.date | None = None
) -> EvidenceRows:
    """The rows of every criterion's main specification alone; given, as_of: as `gather` takes
    them.
    """
    judged = checks.judged_economies(spec, given.get("economies"))
    asked = {k: v for k, v in given.items() if k != "economies"}
    known = checks.knowledge(checks.tables_among(asked), as_of)
    computation = Computation(asked, known.year)  # what is too old decides nothing here either
    found: EvidenceRows = []
    for criterion in spec.criteria().values():
        call = Call.of(criterion, counted(criterion, judged))
        rows = universe(spec, criterion).rows(partial(computation.run, call), only={0})
        found += _labelled(spec, criterion, rows)
    return found


def _told(
    faults: list[UsageError], computation: Computation, call: Call, **choices: Any
) -> list[Estimate]:
    """`Computation.run`, which tells too what no figures could mend: a choice that is none."""
    try:
        return computation.run(call, **choices)
    except UsageError as error:
        faults.append(error)
        raise


def _of_asked(spec: ClaimSpec, criterion: Criterion, call: Call, rows: EvidenceRows) -> None:
    """Raise MeasureError for a figure of an economy that the criterion does not count, or one that
    rests on no rows: nobody would read it.
    """
    asked = call.economies if criterion.over else ("",)
    for row in rows:
        if not has_figures(row) and number(row.get("estimate")) is not None:
            raise MeasureError(
                f"{call.name} gives a figure that rests on no rows",
                where=f"{spec.id}, criterion {criterion.name}",
                hint="estimate_row(rows, ...): the rows of the table behind it",
            )
        if has_figures(row) and (code := row["economy"]) not in asked:
            raise MeasureError(
                f"{call.name} gives a figure of {code or 'no economy'}, and the criterion counts "
                f"over {', '.join(asked) or 'none'}",
                where=f"{spec.id}, criterion {criterion.name}",
                hint="give what is counted, or say in the claim's `over` what is to be",
            )


def _say_if_to_come(criterion: Criterion, rows: EvidenceRows, as_of: str) -> None:
    """Why there is no figure of a year that had not come by the day of knowledge."""
    now = newest_day().year if as_of == "latest" else int(as_of[:4])
    for row in rows:
        year = row.get("year", criterion.settings.get("year"))
        if isinstance(year, int) and year > now and not has_figures(row):
            row["missing"] = f"{year} {NOT_COME}"


def _labelled(spec: ClaimSpec, criterion: Criterion, rows: EvidenceRows) -> EvidenceRows:
    """Rows of one criterion, with its name and what a removal axis leaves out in each."""
    words = {
        (axis.name, value): f"{axis.name}: {choice_words(axis, value)}"
        for axis in spec.grid.axes
        if axis.kind == "removal" and axis.name in criterion.every_axis
        for value in axis.choices
        if value != axis.main
    }
    axes = {axis for axis, _ in words}

    def without(row: Mapping[str, Any]) -> str:  # one thing is left out at a time
        return next((said for a in axes if (said := words.get((a, row[a])))), "")

    return [{"criterion": criterion.name, "without": without(row), **row} for row in rows]


def _typed(rows: EvidenceRows, axes: Sequence[str]) -> pd.DataFrame:
    """Rows of all criteria as one frame. A choice keeps its type, also where some criteria have
    no such axis.
    """
    first = ("criterion", "spec", "is_main", "without")
    names = dict.fromkeys((*first, *(name for row in rows for name in row), *axes))
    frame = pd.DataFrame(
        {
            name: pd.Series([row.get(name) for row in rows], dtype=object)
            if name in axes
            else [row.get(name, math.nan) for row in rows]
            for name in names
            if name != "rows"  # they stay with the computation
        }
    )
    frame = frame.astype(
        {"is_main": bool}
    )  # a claim without criteria has no rows to tell the type by
    for column in ESTIMATE_COLUMNS:
        if column not in frame and column != "rows":
            frame[column] = None
    for column in ("estimate", "low", "high", "n", "first_year", "last_year"):
        frame[column] = pd.to_numeric(frame[column]).astype("float64")
    frame["economy"] = frame["economy"].fillna("")
    for column in ("sources", "origins"):
        frame[column] = frame[column].map(lambda s: s if isinstance(s, tuple) else ())
    return frame


def _traces(
    criterion: Criterion,
    computation: Computation,
    call: Call,
    main: dict[str, Any],
    tables: Mapping[str, Table],
) -> list[dict[str, Any]]:
    """The rows behind the main specification of a criterion, where it has an answer."""
    try:
        found = computation.run(call, **main)
    except CaResearchError:
        return []
    taken = computation.taken([call])
    given = [table for name, table in tables.items() if name in taken]
    return [trace(criterion.name, main, found, given)]


def _measured_again(
    spec: ClaimSpec,
    standing: Mapping[str, EvidenceRows],
    calls: dict[str, Call],
    universes: dict[str, Universe],
    rest: Computation,
    source: str,
) -> Iterator[dict[str, Any]]:
    """Rows of every criterion without a source: one that rests on it anywhere is measured again in
    all specifications.

    A figure may also decide which year is taken by a specification that does not use it. Of a
    measure that is marked `by_economy`, economies that never rest on the source keep their rows.
    """
    for criterion in spec.criteria().values():
        rows, call = standing[criterion.name], calls[criterion.name]
        rests = [source in (row.get("sources") or ()) for row in rows]
        if not any(rests):
            yield from rows
            continue
        touched = {
            row.get("economy", "")
            for row, on in zip(rows, rests, strict=True)
            if on or not has_figures(row)
        }
        if call.by_economy and "" not in touched:
            yield from (row for row in rows if row["economy"] not in touched)
            call = call.only(e for e in call.economies if e in touched)
        specs = {row["spec"] for row in rows}  # removals are not made twice
        found = universes[criterion.name].rows(partial(rest.run, call), only=specs)
        yield from _labelled(spec, criterion, found)


def _one_answer(spec: ClaimSpec, standing: Mapping[str, EvidenceRows]) -> None:
    """Raise UsageError where one data path has two estimates.

    The second would decide nothing, or everything, by its place in the frame.
    """
    methods = [a.name for a in spec.grid.axes if a.kind == "method"]
    for criterion in spec.criteria().values():
        rows = standing[criterion.name]
        stands_for = collapse(rows, [m for m in methods if m in criterion.every_axis])
        answers: dict[Any, list[tuple[Any, ...]]] = {}
        for row in rows:
            answers.setdefault(row["spec"], []).append(_rounded(row))
        for one, first in stands_for.items():
            if sorted(answers[one]) != sorted(answers[first]):
                raise UsageError(
                    f"two specifications of {criterion.name} rest on the same figures and differ",
                    where=f"{spec.id}: specifications {first} and {one}",
                    hint="an axis that changes the result on the same figures is of kind 'method'",
                )


def _rounded(row: Mapping[str, Any]) -> tuple[str, ...]:
    """An answer as text: two that differ in the tenth digit are one."""
    numbers = (row.get(name) for name in ("estimate", "low", "high"))
    return (row.get("economy", ""), *("" if pd.isna(v) else f"{v:.9g}" for v in numbers))
