"""Counts of students abroad, their growth, and shares of destinations."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import pandas as pd

from .. import registry, stats
from ..estimates.frame import estimate_row, estimates
from ..estimates.measures import measure, tells
from ..estimates.once import once
from ..ground import economies as eco
from ..ground.arguments import whole_number
from ..ground.errors import (
    AggregateError,
    CoverageError,
    MixedUnitsError,
    UsageError,
    known_name,
)
from ..ground.periods import spans
from ..stats.frames import (
    alike,
    numbers,
    own_groups,
    refuse_named_aggregates,
    refuse_names,
    require,
    years,
)
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


def count(
    students: pd.DataFrame,
    origin: str,
    *,
    destination: str,
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
    UnknownNameError
        Where a column lacks, or for a level or source that neither the register nor the frame has.
    UsageError
        Where a year has two figures (of two precisions, or enrolled and intake), or the frame holds
        names in the place of codes.
    MixedUnitsError
        For an intake beside numbers of enrolled.

    Examples
    --------
    >>> import ca_research as ca
    >>> rows = count(ca.load("students"), "KAZ", destination="CHN")
    >>> float(rows.loc[rows["year"] == 2018, "students"].item())
    11784.0
    """
    students = require(
        students, ("origin", "destination", "level", "students", "source_id"), keys=("year",)
    )
    _refuse_unknown(students, {"origin": origin, "destination": destination}, level, source)
    return _one_series(students, origin, destination, level, source)


def _one_series(
    students: pd.DataFrame, origin: str, destination: str, level: str, source: str | None
) -> pd.DataFrame:
    rows = _pair(students, origin, destination, level)
    rows = rows[rows["source_id"] == (_preferred(rows) if source is None else source)]
    if rows.duplicated("year").any():
        raise UsageError(
            f"two figures for a year: {origin} in {destination}, {level}",
            hint="filter by `precision` or `statistic` first",
        )
    alike(rows, ("statistic",))
    return rows.sort_values("year")


def _refuse_unknown(
    students: pd.DataFrame,
    economies: Mapping[str, str | Iterable[str]],
    level: str,
    source: str | None = None,
) -> None:
    """Raise for what no row can be, so that no row is an answer.

    economies: those asked for, by column. UnknownNameError for a level or a source that neither the
    register nor the frame has, UsageError for names of these economies where their codes would
    stand.
    """
    table = registry.tables().get("students")
    declared = table.columns.get("level") if table else None
    levels = (declared and declared.values) or ()
    if level not in levels:
        own = students["level"].dropna().unique()
        known_name("level", level, list(dict.fromkeys([*levels, *own])))
    if source is not None and source not in registry.sources():
        known_name("source", source, sorted(students["source_id"].dropna().unique()))
    for column, asked in economies.items():
        refuse_names(students, (column,), eco.resolve_all(asked))


def _who(source: str | None) -> str:
    return source or "the source that speaks for the host"


def _pair(students: pd.DataFrame, origin: str, destination: str, level: str) -> pd.DataFrame:
    return students[
        (students["origin"] == eco.resolve(origin))
        & (students["destination"] == eco.resolve(destination))
        & (students["level"] == level)
    ]


def preferred_source(
    students: pd.DataFrame, origin: str, *, destination: str, level: str = "all"
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
    RegistryError
        For a source without a role.
    UnknownNameError
        Where a column lacks, or for an unknown level.
    UsageError
        Where the frame holds names in the place of codes.

    Examples
    --------
    >>> import ca_research as ca
    >>> preferred_source(ca.load("students"), "KAZ", destination="CHN")
    'moe_brief_stats_peijin'
    """
    require(students, ("origin", "destination", "year", "level", "students", "source_id"))
    _refuse_unknown(students, {"origin": origin, "destination": destination}, level)
    return _preferred(_pair(students, origin, destination, level))


def _preferred(rows: pd.DataFrame) -> str | None:
    order = ranked(rows["source_id"].unique())
    return order[0] if order else None


def refuse_origins(origins: Sequence[str]) -> list[str]:
    """Codes of the origins asked for; AggregateError where CA5 stands beside KAZ, or WLD beside
    anyone.
    """
    codes = eco.resolve_all(origins)
    for code in sorted({o for o in codes if eco.is_aggregate(o)}):
        years = {0} | {a for a, _ in eco.AGGREGATES[code].members.values()}
        for year in years:  # membership changes: one year in which both stand is enough
            eco.refuse_overlap(set(codes), year, where="the origins asked for")
    return codes


def _series(rows: pd.DataFrame) -> pd.Series:
    return rows.set_index(rows["year"].astype(int))["students"].astype(float)


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
    return _comparable(count(students, origin, destination=destination, level=level, source=source))


def _comparable(series: pd.DataFrame) -> pd.DataFrame:
    rows = series.dropna(subset=["students"])
    years(rows)
    numbers(rows, "students")
    if "precision" in rows:
        bounds = (rows["precision"] == "lower_bound").sum()
        if 0 < bounds < len(rows):
            raise MixedUnitsError(
                "lower bounds stand among the counts of one series",
                hint="leave them out: frame[frame['precision'] != 'lower_bound']",
            )
    return rows


def growth(
    students: pd.DataFrame,
    *,
    origins: Sequence[str],
    destination: str,
    since: int,
    until: int,
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
        One row per origin asked for: origin, first and last (persons at the two ends, null where
        there is no count), compound and mean_annual (rates a year: 0.05 is 5 %), change (persons),
        counts (years counted), gap (years of [since, until] without a count, as text), missing (why
        there is no rate), source_id (null where no source has a count). A gap leaves all three
        null: nothing is bridged.

    Raises
    ------
    AggregateError
        Where an aggregate stands beside its member among the origins.
    MixedUnitsError
        For an intake or a lower bound in a series of counts.
    UnknownNameError
        For a level or source that neither the register nor the frame has.
    UsageError
        Where since is not before until or a year has two figures.

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
    since, until = whole_number("since", since), whole_number("until", until)
    if since >= until:
        raise UsageError(
            f"since {since} is not before until {until}", hint="the earlier year first"
        )
    rows = []
    for origin in refuse_origins(origins):
        known = counted(students, origin, destination, level=level, source=source)
        series = _series(known).loc[since:until]
        gap = spans(missing_years(series.index, since=since, until=until))
        rates: dict[str, float] = {}
        missing = ""
        if since not in series.index or until not in series.index:
            what = f"for {since} or {until}"
            missing = f"{_who(source)} has no count of {origin} in {destination} {what}"
        elif gap:
            missing = (
                f"{_who(source)} has no count of {origin} in {destination} for {gap}: the "
                "gap is not bridged"
            )
        else:
            try:
                rates = {
                    "compound": stats.compound_rate(series),
                    "mean_annual": stats.mean_annual_rate(series),
                    "change": stats.end_to_end(series),
                }
            except CoverageError as error:  # one origin's series does not take the others with it
                missing = error.what
        ends = {"origin": origin, "first": series.get(since), "last": series.get(until)}
        told = {"counts": len(series), "gap": gap, "missing": missing}
        told["source_id"] = known["source_id"].iloc[0] if len(known) else source
        rows.append(ends | rates | told)
    numeric = ["first", "last", "compound", "mean_annual", "change"]
    columns = ["origin", *numeric, "counts", "gap", "missing", "source_id"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(numeric, "float64"))


@measure("students.change_in_window")
@tells("numbers", "last_year")
def window_change(
    students: pd.DataFrame,
    *,
    economies: Sequence[str],
    destination: str,
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
        a count are not filled; attrs['gaps'] states them by economy. No series, no count at the
        start, or a statistic that cannot be formed is recorded in `missing`.

    Raises
    ------
    UnknownNameError
        For an unknown level.
    UsageError
        Where a year has two figures, or the frame holds names in the place of codes.
    MixedUnitsError
        For an intake or a lower bound in a series of counts.

    Examples
    --------
    >>> import ca_research as ca
    >>> found = window_change(ca.load("students"), economies=["KAZ"], destination="CHN")
    >>> found["estimate"].item()
    619.0
    """
    back, host = WINDOWS[window], eco.name_of(eco.resolve(destination))
    rows, holes = [], {}
    for origin in eco.resolve_all(economies):
        observed = counted(students, origin, destination, level=level)
        if len(observed) < 2:
            rows.append(
                estimate_row(economy=origin, missing=f"no series of {level} students in {host}")
            )
            continue
        start = int(observed["year"].min() if back is None else observed["year"].max() - back)
        used = observed[observed["year"] >= start]
        if start not in set(used["year"]):
            rows.append(
                estimate_row(
                    economy=origin, missing=f"no count of {level} students in {host} in {start}"
                )
            )
            continue
        if lacking := missing_years(used["year"]):
            holes[origin] = lacking
        try:
            rows.append(
                estimate_row(used, economy=origin, estimate=STATISTICS[statistic](_series(used)))
            )
        except CoverageError as error:  # one economy's series does not take the others with it
            rows.append(estimate_row(economy=origin, missing=error.what))
    ends = {(row["first_year"], row["last_year"]) for row in rows if row["n"]}
    if len(ends) == 1:  # one sentence speaks of all together
        told = _in_numbers([row["rows"].frame for row in rows if row["n"]], *ends.pop())
        rows = [row | {"about": told if row["n"] else None} for row in rows]
    return _with_gaps(rows, holes)


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


def _with_gaps(rows: list[dict[str, Any]], holes: dict[str, list[int]]) -> pd.DataFrame:
    """An estimates frame that states the years without a count between the figures it compares."""
    frame = estimates(rows)
    frame.attrs["gaps"] = holes
    return frame


@measure("students.change_between")
def change_since(
    students: pd.DataFrame,
    *,
    economies: Sequence[str],
    destination: str,
    start: int,
    end: int,
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
        ends are compared; attrs['gaps'] states, by economy, the years between them that the source
        does not count.

    Raises
    ------
    UnknownNameError
        For a missing column or an unknown level.
    UsageError
        Where start is not before end, a year has two figures, or the frame holds names in the place
        of codes.
    MixedUnitsError
        For an intake beside numbers of enrolled.

    Examples
    --------
    >>> import ca_research as ca
    >>> counts = ca.load("students")
    >>> choice = {"destination": "CHN", "start": 2016, "end": 2018}
    >>> change_since(counts, economies=["KAZ"], **choice)["missing"].item()
    ''
    """
    students = require(
        students,
        ("origin", "destination", "level", "students", "precision", "source_id"),
        keys=("year",),
    )
    start, end = whole_number("start", start), whole_number("end", end)
    if start >= end:
        raise UsageError(f"start {start} is not before end {end}", hint="the earlier year first")
    codes = eco.resolve_all(economies)
    _refuse_unknown(students, {"origin": codes, "destination": destination}, level)
    destination, holes = eco.resolve(destination), dict[str, list[int]]()
    host = eco.name_of(destination)
    kind = "students" if level == "all" else f"{level} students"
    rows, counts = (
        [],
        students[(students["destination"] == destination) & (students["precision"] == "exact")],
    )
    for origin in codes:
        found: list[pd.DataFrame] = []
        for source in in_order(counts.loc[counts["origin"] == origin, "source_id"].dropna()):
            series = _comparable(_one_series(counts, origin, destination, level, source))
            if {start, end} <= set(series["year"]):
                inside = series["year"][series["year"].between(start, end)]
                if not found and (lacking := missing_years(inside)):
                    holes[origin] = lacking
                found.append(series[series["year"].isin([start, end])])
        if not found:
            rows.append(
                estimate_row(
                    economy=origin,
                    missing=f"no count of {kind} in {host} in both {start} and {end}",
                )
            )
        else:
            rows.append(
                estimate_row(found[0], economy=origin, estimate=stats.end_to_end(_series(found[0])))
            )
    return _with_gaps(rows, holes)


@measure("students.change_of_share")
def share_change(
    students: pd.DataFrame,
    *,
    economies: Sequence[str],
    destination: str,
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
    UnknownNameError
        For another window.
    UsageError
        Where a year has two figures.

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
    back, host, rows = WINDOWS[window], eco.name_of(eco.resolve(destination)), []
    for origin in eco.resolve_all(economies):
        abroad = counted(students, origin, "WLD", level="degree", source=total_source)
        levels = [counted(students, origin, destination, level=of) for of in ("degree", "all")]
        common = set(abroad["year"]).intersection(*(set(s["year"]) for s in levels))
        ends = [max(common) - back if back else min(common), max(common)] if common else []
        if len(set(ends) & common) < 2:
            rows.append(
                estimate_row(
                    economy=origin,
                    missing=f"{host}'s count and {total_source} do not share two years that far "
                    "apart",
                )
            )
            continue
        total, changes = _series(abroad), []
        for own in map(_series, levels):
            share = own / (own + total)
            changes.append(100 * float(share[ends[1]] - share[ends[0]]))
        if any(math.isnan(change) for change in changes):
            rows.append(
                estimate_row(economy=origin, missing="nobody is counted in one of the years")
            )
            continue
        used = pd.concat([part[part["year"].isin(ends)] for part in (abroad, *levels)])
        rows.append(
            estimate_row(
                used,
                economy=origin,
                low=min(changes),
                high=max(changes),
                interval="degree students to students of all kinds",
            )
        )
    return estimates(rows)


def destination_shares(
    students: pd.DataFrame, origin: str, year: int, *, source: str, level: str = "degree"
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
        largest first. A host that gives the source nothing is not among them, and not zero.

    Raises
    ------
    CoverageError
        Where the source has no destination for that origin and year or one without a figure.
    UnknownNameError
        For a level or source that neither the register nor the frame has.
    UsageError
        For two figures of one destination, or a name in the place of the origin's code.
    MixedUnitsError
        For an intake beside numbers of enrolled.
    AggregateError
        For a group among them.

    Examples
    --------
    >>> import ca_research as ca
    >>> rows = ca.load("students")
    >>> shares = destination_shares(rows, "KAZ", 2016, source="uis_bilateral_360info")
    >>> shares["destination"].iloc[0]
    'RUS'
    """
    students = require(
        students, ("origin", "level", "students", "source_id"), keys=("destination", "year")
    )
    years(students)
    _refuse_unknown(students, {"origin": origin}, level, source)
    origin = eco.resolve(origin)
    rows = students[
        (students["origin"] == origin)
        & (students["year"] == whole_number("year", year))
        & (students["source_id"] == source)
        & (students["level"] == level)
        & (students["destination"] != "WLD")
    ]
    if rows.empty:
        raise CoverageError(
            f"{source} has no destinations of {origin} in {year}",
            hint="ca.coverage('students', by=['origin'])",
        )
    if rows["destination"].duplicated().any():
        raise UsageError(
            "two figures for one destination", hint="filter by `precision` or `statistic` first"
        )
    alike(rows, ("statistic",))
    refuse_named_aggregates(rows["destination"].unique(), "destination")
    own = rows.loc[own_groups(rows, ("origin", "destination")), "destination"]
    if groups := sorted((set(rows["destination"]) & set(eco.AGGREGATES)) | set(own)):
        raise AggregateError(
            f"aggregates among the destinations: {', '.join(groups)}",
            hint="frame[~frame.is_aggregate]",
        )
    numbers(rows, "students")
    if not (rows["students"] > 0).any():
        raise CoverageError(
            f"{source} counts no student of {origin} anywhere in {year}",
            hint="there is nothing to take a share of",
        )
    table = rows[["destination", "students"]].sort_values(
        ["students", "destination"], ascending=[False, True], ignore_index=True
    )
    table["share"] = table["students"] / table["students"].sum()
    table["source_id"] = source
    return table
