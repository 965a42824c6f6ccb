"""Evidence: the estimates of every criterion of a claim over its universe, gathered by the declared
measures.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import chain
from typing import Any

import pandas as pd

from .. import registry
from ..estimates.frame import ESTIMATE_COLUMNS, Estimate, Rows, estimate_row
from ..ground import economies as eco
from ..ground.errors import CaResearchError, MeasureError, UsageError, known_name
from ..ground.periods import newest_day
from ..registry import ClaimSpec, Criterion
from ..registry.words import choice_words
from ..stats import AtMostOne, Axis, Exclusion, Universe, collapse
from ..stats.frames import origin, records
from . import given as checks
from .compute import Call, Computation
from .trace import trace, whole
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
    documents : pandas.DataFrame
        Rows of table `evidence` on the claim, on whichever side, counted by a criterion or not.
    gathering : Gathering, optional
        What it was made by, which makes it anew without some sources.
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
    documents: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False, compare=False)
    gathering: Gathering | None = field(default=None, repr=False, compare=False)
    spec: ClaimSpec | None = field(default=None, repr=False)

    @cached_property
    def rows(self) -> EvidenceRows:
        """The rows of the frame, as dictionaries; they are not to be changed."""
        return records(self.frame)

    @cached_property
    def standing_rows(self) -> EvidenceRows:
        """Those of `standing`, as dictionaries; they are not to be changed."""
        return [row for row in self.rows if row["without"] == ""]

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

    def without(self, source: str) -> EvidenceRows:
        """The standing rows as they would be if a source had published nothing.

        They are measured again, not only dropped.

        Parameters
        ----------
        source : str
            Its id.

        Returns
        -------
        list of dict
            Like `standing`, as dictionaries.

        Raises
        ------
        UnknownNameError
            No such source.
        """
        if source not in registry.sources():
            known_name("source", source, self.sources)
        assert self.gathering is not None
        return self.gathering.again(source)


def has_figures(row: Mapping[str, Any]) -> bool:
    """Whether a row of evidence rests on any figure."""
    return bool(row["path"])


def sources_of(rows: EvidenceRows) -> list[str]:
    """Ids of the sources that rows rest on."""
    return sorted({source for row in rows for source in row["sources"]})


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
    axes = [Axis(a.name, a.choices, a.main, a.kind, a.meaning) for a in spec.axes_of(criterion)]
    names, removals = {a.name for a in axes}, {a.name: a.main for a in axes if a.kind == "removal"}
    declared = (Exclusion(e.when, e.reason) for e in spec.grid.exclude if e.when.keys() <= names)
    one = AtMostOne(removals, "one thing is left out at a time")
    return Universe(tuple(axes), (*declared, *([one] if len(removals) > 1 else [])))


def counted(criterion: Criterion, judged: Sequence[str]) -> list[str]:
    """Economies a criterion speaks of, among those judged: its own list where it counts over one,
    else all judged.
    """
    return [e for e in judged if e in criterion.over.economies] if criterion.over else list(judged)


class Gathering:
    """The measures of a claim on one set of figures.

    given: the tables of the claim, by name, and `economies`. Each measure gets those its signature
    names, and the choices of the specification as keyword arguments.
    as_of: the day of knowledge of frames that no longer carry it.
    gone: sources that were left out of the tables. A choice that names one of them is no slip: what
    rests on it alone is open.
    """

    def __init__(
        self,
        spec: ClaimSpec,
        arguments: Mapping[str, Any],
        as_of: str | dt.date | None = None,
        gone: Sequence[str] = (),
    ) -> None:
        self.spec, self.gone, self.criteria = spec, gone, spec.criteria()
        self.tables = {name: table for name, table in arguments.items() if name != "economies"}
        checks.all_used(spec, self.tables)
        self.economies = checks.judged_economies(spec, arguments.get("economies"))
        self.calls = {n: Call.of(c, counted(c, self.economies)) for n, c in self.criteria.items()}
        self.universes = {name: universe(spec, c) for name, c in self.criteria.items()}
        self.known = checks.knowledge(self.tables, as_of)
        self.computation = Computation(self.tables, self.known.year)
        self.standing: dict[str, EvidenceRows] = {}
        self.without: dict[str, EvidenceRows] = {}

    def rows(self, name: str, only: set[int] | None = None) -> EvidenceRows:
        """The rows of a criterion, of all specifications or some; raises UsageError where none can
        be computed because of a choice that is none.
        """
        slips: list[UsageError] = []

        def run(**choices: Any) -> list[Estimate]:
            try:
                return self.computation.run(self.calls[name], **choices)
            except UsageError as error:
                slips.append(error)
                raise

        rows = self.universes[name].rows(run, only=only)
        if len(slips) == len(self.universes[name]) and not self.gone:
            raise UsageError(
                f"no specification can be computed: {slips[0].what}",
                where=f"{self.spec.id}, criterion {name}",
                hint=slips[0].hint,
            )
        return self.labelled(name, rows)

    def labelled(self, name: str, rows: EvidenceRows) -> EvidenceRows:
        """Rows of one criterion, with its name and what a removal axis leaves out in each."""
        axes = [a for a in self.spec.axes_of(self.criteria[name]) if a.kind == "removal"]
        labelled = []
        for row in rows:  # one thing is left out at a time
            gone = (f"{a.name}: {choice_words(a, v)}" for a in axes if (v := row[a.name]) != a.main)
            whole_row = row if "path" in row else estimate_row() | row  # one that failed
            labelled.append({"criterion": name, "without": next(gone, ""), **whole_row})
        return labelled

    def main(self, name: str) -> tuple[list[Estimate], list[pd.DataFrame]]:
        """The estimates of the main specification of a criterion, and the tables they are made of;
        raises what kept the measure from them.
        """
        call = self.calls[name]
        estimates = self.computation.run(call, **self.universes[name].main)
        taken = self.computation.taken([call])
        return estimates, [t for n, t in self.computation.given.items() if n in taken]

    def check(self, name: str, rows: EvidenceRows) -> None:
        """Raise MeasureError for a figure of an economy that the criterion does not count, or one
        that rests on no rows: nobody would read it. Raise UsageError where one data path has two
        estimates: the second would decide nothing, or everything, by its place in the frame.
        """
        codes = self.calls[name].economies if self.criteria[name].over else ("",)
        where = f"{self.spec.id}, criterion {name}"
        answers: dict[Any, list[str]] = {}
        for row in rows:
            code, counts = row["economy"], has_figures(row)
            if code not in codes if counts else row["estimate"] is not None:
                raise MeasureError(
                    f"{self.calls[name].name} gives a figure of {code or 'no economy'}, on "
                    f"{row['n']} rows; the criterion counts {', '.join(codes) or 'none'}",
                    where=where,
                    hint="estimate_row(rows, economy=...), of whom the claim's `over` names",
                )
            ends = (row[end] for end in ("estimate", "low", "high"))
            figures = [end if end is None else f"{end:.9g}" for end in ends]  # ten digits are one
            answers.setdefault(row["spec"], []).append(f"{code} {figures}")
        standing = self.standing[name] = [row for row in rows if row["without"] == ""]
        methods = [m for m in self.spec.methods if m in self.criteria[name].every_axis]
        for one, first in collapse(standing, methods).items():
            if sorted(answers[one]) != sorted(answers[first]):
                raise UsageError(
                    f"specifications {first} and {one} rest on the same figures and differ",
                    where=where,
                    hint="an axis that changes the result on the same figures is of kind 'method'",
                )

    def evidence(self) -> Evidence:
        """What every criterion's measure gives over its universe.

        Raises UsageError for frames that cannot be judged by (`claims.given`), for what no measure
        takes, and for two estimates from one data path; MeasureError for a measure that gives no
        estimates frame.
        """
        spec, known = self.spec, self.known
        now = newest_day().year if known.as_of == "latest" else int(known.as_of[:4])
        every: EvidenceRows = []
        traces, open_ = [], {}
        for name, criterion in self.criteria.items():
            rows = self.rows(name)
            self.check(name, rows)
            for row in rows:  # why there is no figure of a year that had not come
                year = row.get("year", criterion.settings.get("year"))
                if isinstance(year, int) and year > now and not has_figures(row):
                    row["missing"] = f"{year} {NOT_COME}"
            with suppress(CaResearchError):
                traces.append(trace(name, self.universes[name].main, *self.main(name)))
            main = [row for row in rows if row["is_main"]]
            open_[name] = unanswered(criterion, main, counted(criterion, self.economies))
            every += rows
        return Evidence(
            _typed(every, [axis.name for axis in spec.grid.axes]),
            self.economies,
            known.as_of,
            known.dropped,
            known.revised,
            tuple(traces),
            # what is published later does not change what was known on an earlier day
            wanted(spec, open_, self.tables) if known.as_of == "latest" else (),
            documents=checks.documents_on(spec.id, self.tables, known.as_of, self.gone),
            gathering=self,
            spec=spec,
        )

    def main_rows(self) -> EvidenceRows:
        """The rows of every criterion's main specification alone."""
        return [row for name in self.criteria for row in self.rows(name, only={0})]

    def less(self, sources: Sequence[str]) -> Gathering:
        """The same without some sources."""
        rest = {name: t[~t["source_id"].isin(sources)] for name, t in self.tables.items()}
        arguments = {**rest, "economies": self.economies}
        return Gathering(self.spec, arguments, self.known.as_of, [*self.gone, *sources])

    def behind(self, name: str) -> pd.DataFrame:
        """The rows of tables behind the main specification of a criterion."""
        estimates, tables = self.main(name)
        used = (row["rows"] for row in estimates)
        return pd.concat([whole(rows.frame, tables) for rows in used if isinstance(rows, Rows)])

    def again(self, source: str) -> EvidenceRows:
        """Rows of every criterion without a source: one that rests on it anywhere is measured again
        in all specifications.

        A figure may also decide which year is taken by a specification that does not use it. Of a
        measure that is marked `by_economy`, economies that never rest on the source keep theirs.
        """
        if source not in self.without:
            self.without[source] = list(self._again(source))
        return self.without[source]

    def _again(self, source: str) -> Iterator[dict[str, Any]]:
        rest = self.computation.without(source)
        for name, rows in self.standing.items():
            call = self.calls[name]
            if any(source in row["sources"] for row in rows):
                on = (row for row in rows if source in row["sources"] or not has_figures(row))
                touched = {row["economy"] for row in on}
                if call.by_economy and "" not in touched:
                    yield from (row for row in rows if row["economy"] not in touched)
                    left = tuple(code for code in call.economies if code in touched)
                    call = replace(call, economies=left)
                specs = {row["spec"] for row in rows}  # removals are not made twice
                new_rows = self.universes[name].rows(partial(rest.run, call), only=specs)
                rows = self.labelled(name, new_rows)
            yield from rows


def _typed(rows: EvidenceRows, axes: Sequence[str]) -> pd.DataFrame:
    """Rows of all criteria as one frame. A choice keeps its type, also where some criteria have
    no such axis.
    """
    first = ("criterion", "spec", "is_main", "without")
    names = dict.fromkeys((*first, *chain.from_iterable(rows), *axes, *ESTIMATE_COLUMNS))
    del names["rows"]  # they stay with the computation
    frame = pd.DataFrame(rows, columns=list(names), dtype=object)
    own = [name for name in names if name not in axes]
    frame[own] = frame[own].infer_objects()
    # a claim without criteria, or without a figure, has none to tell a column's type by
    numbers = ("estimate", "low", "high", "n", "first_year", "last_year")
    return frame.astype({"is_main": bool} | dict.fromkeys(numbers, "float64"))
