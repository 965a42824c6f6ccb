"""Counts of students abroad, their growth, and shares of destinations."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Literal

import pandas as pd

from .. import registry, stats
from ..estimates.frame import Estimate, estimate_row, estimates
from ..estimates.measures import measure, tells
from ..estimates.once import once
from ..ground import economies as eco
from ..ground.arguments import refuse
from ..ground.errors import CoverageError, MixedUnitsError, known_name
from ..ground.periods import spans
from ..stats.contract import Economies, Economy, Frame, Year, takes
from ..stats.frames import refuse_groups, require, require_some, years
from ..tables.preference import in_order, ranked
from .gaps import missing_years

Window = Literal["five_years", "four_years", "whole"]
WINDOWS = {"five_years": 5, "four_years": 4, "whole": None}
"""Years between the two ends of a window; None is all observed years."""

Statistic = Literal["end_to_end", "sen_slope", "log_slope"]
STATISTICS = {
    "end_to_end": stats.end_to_end,
    "sen_slope": stats.sen_slope,
    "log_slope": stats.log_slope,
}
COLUMNS = ("origin", "destination", "level", "students", "source_id")
SERIES = Frame(cell=("year",), value="students", gaps="kept")
"""Counts of one origin, destination, level and source."""


@takes()
def count(
    students: pd.DataFrame,
    origin: Economy,
    *,
    destination: Economy,
    level: str = "all",
    source: str | None = None,
) -> pd.DataFrame:
    """Rows of one origin, destination, level and source, by year.

    Parameters
    ----------
    students : pandas.DataFrame
        Table `students`: origin, destination, year, level, students (persons), source_id.
    origin, destination : str
        Codes or names.
    level : str
        Which students: 'all', 'degree', 'scholarship' or 'unspecified'.
    source : str, optional
        One source_id; where not given, that of `preferred_source`.

    Returns
    -------
    pandas.DataFrame
        Some of the rows, by year.

    Raises
    ------
    CaResearchError
        For what :doc:`/refusals` lists.

    Examples
    --------
    >>> import ca_research as ca
    >>> rows = count(ca.load("students"), "KAZ", destination="CHN")
    >>> float(rows.loc[rows["year"] == 2018, "students"].item())
    11784.0
    """
    rows = _rows(students, origin, level, source, destination=destination)
    source = _preferred(rows) if source is None else source
    return SERIES.check(rows[rows["source_id"] == source]).sort_values("year")


def _rows(
    students: pd.DataFrame, origin: str, level: str, source: str | None = None, **of: Any
) -> pd.DataFrame:
    """Rows of one origin and level, and of what else is asked for.

    Raises for what no row can be, so that no row is an answer: a level or a source that neither the
    register nor the frame has, names of the economies asked for where their codes would stand.
    """
    students = require(students, COLUMNS, keys=("year",))
    table = registry.tables().get("students")
    declared = (table and table.columns["level"].values) or ()
    known_name("level", level, [*declared, *students["level"].dropna().unique()])
    if source is not None:
        known_name("source", source, {*registry.sources(), *students["source_id"].dropna()})
    of |= {"origin": origin, "level": level}
    asked = {side: [of[side]] for side in ("origin", "destination") if side in of}
    require(students, (), **asked)
    return students[students[[*of]].eq(pd.Series(of)).all(axis=1)]


@takes()
def preferred_source(
    students: pd.DataFrame, origin: Economy, *, destination: Economy, level: str = "all"
) -> str | None:
    """The source that speaks for a host.

    The office that counts comes before a compilation, then the register's preference decides.

    Parameters
    ----------
    students : pandas.DataFrame
        Table `students`, as in `count`.
    origin, destination, level : str
        One count, as in `count`.

    Returns
    -------
    str or None
        A source_id; None where no such source has a figure. What officials or the press say is no
        count.

    Raises
    ------
    CaResearchError
        For what :doc:`/refusals` lists.

    Examples
    --------
    >>> import ca_research as ca
    >>> preferred_source(ca.load("students"), "KAZ", destination="CHN")
    'moe_brief_stats_peijin'
    """
    return _preferred(_rows(students, origin, level, destination=destination))


def _preferred(rows: pd.DataFrame) -> str | None:
    return next(iter(ranked(rows["source_id"].unique())), None)


def refuse_origins(origins: Sequence[str]) -> None:
    """Raise AggregateError where a group stands beside others."""
    groups = [code for code in origins if eco.is_aggregate(code)]
    if groups and len(origins) > 1:
        refuse_groups("origin", groups)


def _series(rows: pd.DataFrame) -> pd.Series:
    return rows.set_index(rows["year"].astype(int))["students"]


@once
def counted(
    students: pd.DataFrame,
    origin: str,
    destination: str,
    level: str = "all",
    source: str | None = None,
) -> pd.DataFrame:
    """Rows of `count` that hold a count, to be compared: a year without one is no year observed,
    and a bound is no count (MixedUnitsError).
    """
    rows = count(students, origin, destination=destination, level=level, source=source)
    rows = rows.dropna(subset=["students"])
    if "precision" in rows and 0 < (rows["precision"] == "lower_bound").mean() < 1:
        raise MixedUnitsError(
            "lower bounds stand among the counts of one series",
            hint="leave them out: frame[frame['precision'] != 'lower_bound']",
        )
    return rows


@takes()
def growth(
    students: pd.DataFrame,
    *,
    origins: Economies,
    destination: Economy,
    since: Year,
    until: Year,
    level: str = "all",
    source: str | None = None,
) -> pd.DataFrame:
    """Growth between two years by origin, each rate under its own name.

    Parameters
    ----------
    students : pandas.DataFrame
        Table `students`, as in `count`.
    origins : sequence of str
        Codes or names.
    destination : str
        Code or name of the host.
    since, until : int
        The two years.
    level : str
        Which students, as in `count`.
    source : str, optional
        One source_id, as in `count`.

    Returns
    -------
    pandas.DataFrame
        One row per origin asked for: origin, destination, first and last (persons at the two ends,
        first_year and last_year, null where there is no count), compound and mean_annual (rates a
        year: 0.05 is 5 %), change (persons), counts (years counted), gap (years of [since,
        until] without a count, as text), missing (why there is no rate), source_id (null where no
        source has a count). A gap leaves all three null: nothing is bridged.

    Raises
    ------
    CaResearchError
        For what :doc:`/refusals` lists.

    Notes
    -----
    compound: (last / first)^(1 / years) - 1; mean_annual: mean of the yearly rates.

    Examples
    --------
    >>> import ca_research as ca
    >>> counts = ca.load("students")
    >>> found = growth(counts, origins=["KAZ"], destination="CHN", since=2013, until=2018)
    >>> found[["first", "last", "change"]].iloc[0].tolist()
    [11165.0, 11784.0, 619.0]
    """
    _in_order(since, until)
    refuse_origins(origins)
    numeric = ["first", "last", "compound", "mean_annual", "change"]
    rows = []
    for origin in origins:
        known = counted(students, origin, destination, level=level, source=source)
        series = _series(known).loc[since:until]
        gap = spans(missing_years(series.index, since=since, until=until))
        who = source or "the source that speaks for the host"
        rates, missing = [math.nan] * 3, ""
        if gap:
            missing = f"{who} has no count of {origin} in {destination} for {gap}, and none is made"
        else:
            try:
                ways = (stats.compound_rate, stats.mean_annual_rate, stats.end_to_end)
                rates = [way(series) for way in ways]
            except CoverageError as error:  # one origin's series does not take the others with it
                missing = error.what
        figures = [series.get(since), series.get(until), *rates]
        named = known["source_id"].iloc[0] if len(known) else source
        rows.append((origin, *figures, len(series), gap, missing, named))
    columns = ["origin", *numeric, "counts", "gap", "missing", "source_id"]
    table = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(numeric, "float64"))
    table.insert(1, "destination", destination)
    return table.assign(first_year=since, last_year=until)


def _in_order(first: int, last: int) -> None:
    if first >= last:
        refuse("the second year", f"after {first}", last, str(first + 1))


def _each(economies: Sequence[str], change: Callable[[str], Estimate]) -> list[Estimate]:
    """The row of each economy; one without an answer does not take the others with it."""
    rows = []
    for origin in economies:
        try:
            rows.append(change(origin))
        except CoverageError as error:
            rows.append(estimate_row(economy=origin, missing=error.what))
    return rows


@measure("students.change_in_window", kind="change")
@tells("numbers", "last_year")
@takes()
def window_change(
    students: pd.DataFrame,
    *,
    economies: Economies,
    destination: Economy,
    level: str = "all",
    window: Window = "five_years",
    statistic: Statistic = "end_to_end",
) -> pd.DataFrame:
    """Change of the number of an economy's students in a host over the last observed years.

    Parameters
    ----------
    students : pandas.DataFrame
        Table `students`; counts by the source that speaks for the host (`preferred_source`).
    economies : sequence of str
        Codes or names of the origins.
    destination : str
        Code or name of the host.
    level : str
        'all', 'degree' or 'scholarship'.
    window : str
        'five_years' (the last observed year and the year five before it), 'four_years', 'whole'
        (all observed).
    statistic : str
        'end_to_end' (persons), 'sen_slope' (persons a year) or 'log_slope' (rate a year).

    Returns
    -------
    pandas.DataFrame
        An estimates frame, one row per economy, without an interval. Years inside a window without
        a count are not filled (see `gaps`). No series, no count at the start, or a statistic that
        cannot be formed is recorded in `missing`.

    Raises
    ------
    CaResearchError
        For what :doc:`/refusals` lists.

    Examples
    --------
    >>> import ca_research as ca
    >>> found = window_change(ca.load("students"), economies=["KAZ"], destination="CHN")
    >>> found["estimate"].item()
    619.0
    """
    back, host = WINDOWS[window], eco.name_of(destination)

    def change(origin: str) -> Estimate:
        observed = counted(students, origin, destination, level=level)
        if len(observed) < 2:
            raise CoverageError(f"no series of {level} students in {host}")
        start = int(observed["year"].min() if back is None else observed["year"].max() - back)
        used = observed[observed["year"] >= start]
        if start not in set(used["year"]):
            raise CoverageError(f"no count of {level} students in {host} in {start}")
        return estimate_row(used, economy=origin, estimate=STATISTICS[statistic](_series(used)))

    rows = _each(economies, change)
    ends = {(row["first_year"], row["last_year"]) for row in rows if row["n"]}
    if len(ends) == 1:  # one sentence speaks of all together
        about = _in_numbers([row["rows"].frame for row in rows if row["n"]], *ends.pop())
        rows = [row | {"about": about if row["n"] else None} for row in rows]
    return estimates(rows)


def _in_numbers(counts: Sequence[pd.DataFrame], first: int, last: int) -> dict[str, str]:
    """The sum of some counts in two years, and those that fell in the last of them."""
    table = pd.concat(counts).pivot(index="year", columns="origin", values="students")
    table = table.astype(float).reindex([first, last - 1, last])
    before, after = table.loc[[first, last]].sum(axis=1)
    change = table.loc[last] / table.loc[last - 1] - 1
    fell = [f"{-100 * by:.0f}% from {eco.in_prose(code)}" for code, by in change.items() if by < 0]
    return {
        "numbers": f"{before:,.0f} in {first} to {after:,.0f} in {last}",
        "last_year": eco.joined(fell),
    }


@measure("students.change_between", kind="change")
@takes()
def change_since(
    students: pd.DataFrame,
    *,
    economies: Economies,
    destination: Economy,
    start: Year,
    end: Year,
    level: str = "all",
) -> pd.DataFrame:
    """Change of the number of students in a host between two years by one and the same source.

    Parameters
    ----------
    students : pandas.DataFrame
        Table `students` with precision; exact counts only, by the source that the register names
        first (`tables.preference.in_order`) of those that have both years.
    economies : sequence of str
        Codes or names of the origins.
    destination : str
        Code or name of the host.
    start, end : int
        The two years.
    level : str
        'all', 'degree' or 'scholarship'.

    Returns
    -------
    pandas.DataFrame
        An estimates frame (persons), one row per economy, without an interval. A year that no
        source covers leaves the economy unobserved, with the reason in `missing`: statements of
        officials ('more than 10,000') are floors of another concept and are not used. Only the two
        ends are compared; `gaps` states the years between them that the source does not count.

    Raises
    ------
    CaResearchError
        For what :doc:`/refusals` lists.

    Examples
    --------
    >>> import ca_research as ca
    >>> counts = ca.load("students")
    >>> choice = {"destination": "CHN", "start": 2016, "end": 2018}
    >>> change_since(counts, economies=["KAZ"], **choice)["missing"].item()
    ''
    """
    students = require(students, ("precision",))
    _in_order(start, end)
    kind = "students" if level == "all" else f"{level} students"

    def change(origin: str) -> Estimate:
        rows = _rows(students, origin, level, destination=destination, precision="exact")
        for source in in_order(rows["source_id"].dropna()):
            series = SERIES.check(rows[rows["source_id"] == source]).dropna(subset=["students"])
            if {start, end} <= set(series["year"]):
                used = series[series["year"].isin([start, end])]
                return estimate_row(used, economy=origin, estimate=stats.end_to_end(_series(used)))
        raise CoverageError(
            f"no count of {kind} in {eco.name_of(destination)} in both {start} and {end}"
        )

    return estimates(_each(economies, change))


@measure("students.change_of_share", kind="change", unit="percentage points")
@takes()
def share_change(
    students: pd.DataFrame,
    *,
    economies: Economies,
    destination: Economy,
    total_source: str,
    window: Window = "five_years",
) -> pd.DataFrame:
    """Change of a host's share among the destinations of an economy's students, as bounds.

    For a host that stands outside the total abroad. Bounds are in percentage points.

    Parameters
    ----------
    students : pandas.DataFrame
        Table `students`.
    economies : sequence of str
        Codes or names of the origins.
    destination : str
        Code or name of a host that the total does not hold; its own count is added to the total.
    total_source : str
        Source of the total abroad (destination WLD, degree students).
    window : str
        'five_years', 'four_years' or 'whole', between years that both statistics have.

    Returns
    -------
    pandas.DataFrame
        An estimates frame, one row per economy, without an estimate: low and high span the host's
        count of degree students and of all kinds, each kept the same in both years. No two common
        years that far apart are recorded in `missing`. Other hosts that the total does not hold
        are outside either way.

    Raises
    ------
    CaResearchError
        For what :doc:`/refusals` lists.

    Notes
    -----
    100 (s_end - s_start), s = c / (c + w), c the students in the host and w the total.

    Examples
    --------
    >>> import ca_research as ca
    >>> total = {"destination": "CHN", "total_source": "uis_outbound_peijin"}
    >>> found = share_change(ca.load("students"), economies=["UZB"], **total)
    >>> bool(found["low"].item() > 0)
    True
    """
    back, host = WINDOWS[window], eco.name_of(destination)

    def change(origin: str) -> Estimate:
        abroad = counted(students, origin, "WLD", level="degree", source=total_source)
        levels = [counted(students, origin, destination, level=of) for of in ("degree", "all")]
        common = set(abroad["year"]).intersection(*(set(s["year"]) for s in levels))
        ends = [max(common) - back if back else min(common), max(common)] if common else []
        if len(set(ends) & common) < 2:
            raise CoverageError(
                f"{host}'s count and {total_source} do not share two years that far apart"
            )
        parts = [part[part["year"].isin(ends)] for part in (abroad, *levels)]
        total, *counts = map(_series, parts)
        shares = [100 * hosted / (hosted + total) for hosted in counts]
        changes = [float(share[ends[1]] - share[ends[0]]) for share in shares]
        if any(map(math.isnan, changes)):
            raise CoverageError("nobody is counted in one of the years")
        kinds = "degree students to students of all kinds"
        low, high = min(changes), max(changes)
        return estimate_row(pd.concat(parts), economy=origin, low=low, high=high, interval=kinds)

    return estimates(_each(economies, change))


@takes()
def destination_shares(
    students: pd.DataFrame, origin: Economy, year: Year, *, source: str, level: str = "degree"
) -> pd.DataFrame:
    """Students of an origin by destination in one year, by one source.

    Parameters
    ----------
    students : pandas.DataFrame
        Table `students`.
    origin : str
        Its code or name.
    year : int
        The year.
    source : str
        One source_id.
    level : str
        Which students.

    Returns
    -------
    pandas.DataFrame
        destination, students (persons), share (in [0, 1], of the destinations listed), source_id,
        origin, year; largest first. A host that gives the source nothing is not among them, and not
        zero.

    Raises
    ------
    CaResearchError
        For what :doc:`/refusals` lists.

    Examples
    --------
    >>> import ca_research as ca
    >>> rows = ca.load("students")
    >>> shares = destination_shares(rows, "KAZ", 2016, source="uis_bilateral_360info")
    >>> shares["destination"].iloc[0]
    'RUS'
    """
    years(require(students, ("year",)))
    rows = _rows(students, origin, level, source, year=year, source_id=source)
    rows = DESTINATIONS.check(rows[rows["destination"] != "WLD"])
    require_some(rows[rows["students"] > 0], f"student of {origin} anywhere in {year} by {source}")
    table = rows[["destination", "students"]].sort_values(
        ["students", "destination"], ascending=[False, True], ignore_index=True
    )
    table = table.assign(share=table["students"] / table["students"].sum(), source_id=source)
    return table.assign(origin=origin, year=year)


DESTINATIONS = Frame(cell=("destination",), value="students", aggregates={"destination": ()})
