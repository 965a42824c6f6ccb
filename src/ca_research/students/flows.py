"""Counts of students abroad, their growth, and China's share among destinations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from .. import stats
from ..estimates.frame import estimate_row, estimates
from ..estimates.measures import measure
from ..ground import economies as eco
from ..ground.errors import AggregateError, CoverageError, UnknownNameError, UsageError
from ..stats.frames import numbers, require
from ..tables.preference import ranked
from .gaps import missing_years, spans

UIS_OUTBOUND = ("uis_outbound_peijin", "uis_api_nemuulen_outbound")
"""Students abroad by origin as UNESCO counts them from its hosts' reports; China is not among these
hosts.
"""

WINDOWS = {"five_years": 5, "four_years": 4, "whole": None}
"""Years between the two ends of a window; None is all observed years."""

STATISTICS = {
    "end_to_end": stats.end_to_end,
    "sen_slope": stats.sen_slope,
    "log_slope": stats.log_slope,
}


def _span(window: str) -> int | None:
    if window not in WINDOWS:
        raise UnknownNameError("window", window, WINDOWS)
    return WINDOWS[window]


def count(
    students: pd.DataFrame,
    origin: str,
    *,
    destination: str = "CHN",
    level: str = "all",
    source: str | None = None,
) -> pd.DataFrame:
    """Rows of one origin, destination, level and source, by year.

    origin, destination: codes. level: which students ('all', 'degree', 'scholarship'). source: one
        source_id; where not given, the one that the register prefers among those that count this
        pair at this level (`preferred_source`).
    students: table `students` (origin, destination, year, level, students, source_id). Raises
    UnknownNameError where a column lacks, UsageError where a year has two figures (of two
    precisions, or enrolled and intake).
    """
    require(students, ("origin", "destination", "year", "level", "students", "source_id"))
    rows = _pair(students, origin, destination, level)
    chosen = (
        preferred_source(students, origin, destination=destination, level=level)
        if source is None
        else source
    )
    rows = rows[rows["source_id"] == chosen]
    if rows.duplicated("year").any():
        raise UsageError(
            f"two figures for a year: {origin} in {destination}, {level}",
            hint="filter by `precision` first",
        )
    return rows.sort_values("year")


def _who(source: str | None) -> str:
    return source or "the source that speaks for the host"


def _pair(students: pd.DataFrame, origin: str, destination: str, level: str) -> pd.DataFrame:
    return students[
        (students["origin"] == origin)
        & (students["destination"] == destination)
        & (students["level"] == level)
    ]


def preferred_source(
    students: pd.DataFrame, origin: str, *, destination: str = "CHN", level: str = "all"
) -> str | None:
    """The source that speaks for a host: the office that counts before a compilation, then as the
    register prefers.

    students, origin, destination, level: as in `count`. None where no such source has a figure;
    what officials or the press say is no count. Raises RegistryError for a source without a role,
    UnknownNameError where a column lacks.
    """
    require(students, ("origin", "destination", "year", "level", "students", "source_id"))
    order = ranked(_pair(students, origin, destination, level)["source_id"].unique())
    return order[0] if order else None


def refuse_origins(origins: Sequence[str]) -> list[str]:
    """Codes of the origins asked for; AggregateError where CA5 stands beside KAZ, or WLD beside
    anyone.
    """
    codes = [eco.resolve(o) for o in origins]
    for code in sorted({o for o in codes if eco.is_aggregate(o)}):
        years = {0} | {a for a, _ in eco.AGGREGATES[code].members.values()}
        for year in years:  # membership changes: one year in which both stand is enough
            eco.refuse_overlap(set(codes), year, where="the origins asked for")
    return codes


def _series(rows: pd.DataFrame) -> pd.Series:
    return rows.set_index(rows["year"].astype(int))["students"].astype(float)


def growth(
    students: pd.DataFrame,
    origin: str,
    *,
    since: int,
    until: int,
    destination: str = "CHN",
    level: str = "all",
    source: str | None = None,
) -> dict[str, float]:
    """Growth of a count between two years, each way of stating it named for what it is.

    students: table `students`, as in `count`. origin, destination, level, source: one series, as in
        `count`.
    since, until: the two years.
    Returns compound (annual rate between the two ends, (last / first)^(1 / years) - 1), mean_annual
    (mean of the yearly rates), change (persons); 0.05 is 5 %.
    Raises CoverageError where either end or a year in between is missing (gaps are not bridged: the
    message names the years) or a rate would grow from zero, and what `count` raises.
    """
    rows = count(students, origin, destination=destination, level=level, source=source)
    series = _series(rows).loc[since:until].dropna()
    if since not in series.index or until not in series.index:
        raise CoverageError(
            f"{_who(source)} has no count of {origin} in {destination} for {since} or {until}",
            hint="ca.coverage('students', by=['origin'])",
        )
    if lacking := missing_years(series.index):
        raise CoverageError(
            f"{_who(source)} has no count of {origin} in {destination} for {spans(lacking)}: the "
            "gap is not bridged",
            hint="end before the gap, or start after it",
        )
    return {
        "compound": stats.compound_rate(series),
        "mean_annual": stats.mean_annual_rate(series),
        "change": stats.end_to_end(series),
    }


def growth_by_origin(
    students: pd.DataFrame,
    *,
    origins: Sequence[str],
    since: int,
    until: int,
    destination: str = "CHN",
    level: str = "all",
    source: str | None = None,
) -> pd.DataFrame:
    """Growth between two years by origin, each rate under its own name; an origin that cannot be
    measured says why.

    students, destination, level, source: as in `count`. origins: codes or names. since, until: the
        two years.
    Returns one row per origin asked for: origin, first and last (counts at the two ends, null
    where there is none), compound, mean_annual (rates: 0.05 is 5 %), change (persons), counts
    (years counted), gap (years of [since, until] without a count, as text), missing (why there is
    no rate), source_id. A gap leaves all three null: the ends are shown and nothing is bridged.
    Raises AggregateError where an aggregate stands beside its member among the origins, UsageError
    where since is not before until or a year has two figures. Formulas: `growth`.
    """
    if since >= until:
        raise UsageError(f"since {since} is not before until {until}")
    rows = []
    for origin in refuse_origins(origins):
        choice: dict[str, Any] = {"destination": destination, "level": level, "source": source}
        series = _series(count(students, origin, **choice)).loc[since:until].dropna()
        rates: dict[str, float] = {}
        missing = ""
        try:
            rates = growth(students, origin, since=since, until=until, **choice)
        except CoverageError as error:  # one origin's series does not take the others with it
            missing = error.what
        ends = {"first": series.get(since), "last": series.get(until)}
        gap = spans(missing_years(series.index, since=since, until=until))
        rows.append(
            {
                "origin": origin,
                **ends,
                **rates,
                "counts": len(series),
                "gap": gap,
                "missing": missing,
            }
        )
    columns = [
        "origin",
        "first",
        "last",
        "compound",
        "mean_annual",
        "change",
        "counts",
        "gap",
        "missing",
    ]
    numeric = ["first", "last", "compound", "mean_annual", "change"]
    table = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(numeric, "float64"))
    return table.assign(source_id=source)


@measure("students.window_change")
def window_change(
    students: pd.DataFrame,
    *,
    economies: Sequence[str],
    level: str = "all",
    window: str = "five_years",
    statistic: str = "end_to_end",
) -> pd.DataFrame:
    """Change of the number of an economy's students in China over the last observed years.

    students: table `students`; counts by the source that speaks for China (`preferred_source`).
        economies: codes.
    level: 'all', 'degree' or 'scholarship'.
    window: 'five_years' (the last observed year and the year five before it), 'four_years', 'whole'
        (all observed).
    statistic: 'end_to_end' (persons), 'sen_slope' (persons a year) or 'log_slope' (rate a year):
        only the sign decides.
    Returns an estimates frame (`tables.provenance.ESTIMATE_COLUMNS`), one row per economy, without
    an interval. Years inside a window without a count are not filled; attrs['gaps'] states them by
    economy. No series, no count at the start, or a statistic that cannot be formed is recorded in
    `missing`.
    Raises UnknownNameError for another window or statistic, UsageError where a year has two
    figures.
    """
    if statistic not in STATISTICS:
        raise UnknownNameError("statistic", statistic, STATISTICS)
    back = _span(window)
    rows, holes = [], {}
    for origin in economies:
        observed = count(students, origin, level=level)
        if len(observed) < 2:
            rows.append(
                estimate_row(economy=origin, missing=f"no series of {level} students in China")
            )
            continue
        start = int(observed["year"].min() if back is None else observed["year"].max() - back)
        used = observed[observed["year"] >= start]
        if start not in set(used["year"]):
            rows.append(
                estimate_row(
                    economy=origin, missing=f"no count of {level} students in China in {start}"
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
    return _with_gaps(rows, holes)


def _with_gaps(rows: list[dict[str, Any]], holes: dict[str, list[int]]) -> pd.DataFrame:
    """An estimates frame that states the years without a count between the figures it compares."""
    frame = estimates(rows)
    frame.attrs["gaps"] = holes
    return frame


@measure("students.change_since")
def change_since(
    students: pd.DataFrame,
    *,
    economies: Sequence[str],
    level: str = "all",
    start: str = "2019",
    end: str = "2022",
) -> pd.DataFrame:
    """Change of the number of students in China between two named years by one and the same source,
    in persons.

    students: table `students` with precision; exact counts only. economies: codes.
    level: 'all', 'degree' or 'scholarship'.
    start, end: the two years ('2019', '2022').
    Returns an estimates frame (`tables.provenance.ESTIMATE_COLUMNS`), one row per economy, without
    an interval. A year that no source covers leaves the economy unobserved, with the reason in
    `missing`: statements of officials ('more than 10,000') are floors of another concept and are
    not used. Only the two ends are compared; attrs['gaps'] states, by economy, the years between
    them that the source does not count.
    Raises UsageError where a year has two figures.
    """
    require(
        students, ("origin", "destination", "year", "level", "students", "precision", "source_id")
    )
    holes: dict[str, list[int]] = {}
    rows, counts = (
        [],
        students[(students["destination"] == "CHN") & (students["precision"] == "exact")],
    )
    for origin in economies:
        found: list[pd.DataFrame] = []
        for source in counts.loc[counts["origin"] == origin, "source_id"].unique():
            series = count(counts, origin, level=level, source=source)
            if {int(start), int(end)} <= set(series["year"]):
                inside = series["year"][series["year"].between(int(start), int(end))]
                if not found and (lacking := missing_years(inside)):
                    holes[origin] = lacking
                found.append(series[series["year"].isin([int(start), int(end)])])
        if not found:
            rows.append(
                estimate_row(
                    economy=origin,
                    missing=f"no source counts its {level} students in China in both {start} and "
                    f"{end}",
                )
            )
        else:
            rows.append(
                estimate_row(found[0], economy=origin, estimate=stats.end_to_end(_series(found[0])))
            )
    return _with_gaps(rows, holes)


@measure("students.share_change")
def share_change(
    students: pd.DataFrame,
    *,
    economies: Sequence[str],
    window: str = "five_years",
    uis: str = UIS_OUTBOUND[0],
) -> pd.DataFrame:
    """Change of China's share among the destinations of an economy's students, as bounds in
    percentage points.

    students: table `students`. economies: codes.
    window: 'five_years', 'four_years' or 'whole', between years that both statistics have.
    uis: the edition of UNESCO's totals abroad, one of UIS_OUTBOUND.
    China does not report to UNESCO, so the share is China's own count over the sum of that and
    UNESCO's total abroad.
    China's count is of all kinds or of degree students, UNESCO's of tertiary students: low and high
    span both concepts, each kept the same in both years. Hosts that do not report to UNESCO are
    outside either way.
    Returns an estimates frame (`tables.provenance.ESTIMATE_COLUMNS`), one row per economy, without
    an estimate; no two common years that far apart are recorded in `missing`.
    Raises UnknownNameError for another window, UsageError where a year has two figures.
    Formula: 100 (s_end - s_start), s = c / (c + w), c the students in China and w UNESCO's total.
    """
    back = _span(window)
    rows = []
    for origin in economies:
        abroad = count(students, origin, destination="WLD", level="degree", source=uis)
        levels = [count(students, origin, level=level) for level in ("degree", "all")]
        common = set(abroad["year"]).intersection(*(set(s["year"]) for s in levels))
        years = [max(common) - back if back else min(common), max(common)] if common else []
        if len(set(years) & common) < 2:
            rows.append(
                estimate_row(
                    economy=origin,
                    missing=f"China's count and {uis} do not share two years that far apart",
                )
            )
            continue
        total, changes = _series(abroad), []
        for china in map(_series, levels):
            share = china / (china + total)
            changes.append(100 * float(share[years[1]] - share[years[0]]))
        used = pd.concat([part[part["year"].isin(years)] for part in (abroad, *levels)])
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


def shares_by_destination(
    students: pd.DataFrame, origin: str, year: int, *, source: str, level: str = "degree"
) -> pd.DataFrame:
    """Students of an origin by destination in one year by one source, with shares of the
    destinations that report.

    students: table `students`. origin: its code. year: a year. source: one source_id. level: which
        students ('degree').
    Returns destination, students, share (in [0, 1], of the destinations listed), source_id, largest
    first; `attrs["not_reporting"]` says that China is absent from UNESCO's hosts.
    Raises CoverageError where the source has no destination for that origin and year or one without
    a figure, UsageError for two figures of one destination, AggregateError for a group among them.
    """
    require(students, ("origin", "destination", "year", "level", "students", "source_id"))
    rows = students[
        (students["origin"] == origin)
        & (students["year"] == year)
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
    if groups := sorted(set(rows["destination"]) & set(eco.AGGREGATES)):
        raise AggregateError(
            f"aggregates among the destinations: {', '.join(groups)}",
            hint="frame[~frame.is_aggregate]",
        )
    numbers(rows, "students")
    table = rows[["destination", "students"]].sort_values(
        ["students", "destination"], ascending=[False, True], ignore_index=True
    )
    table["share"] = table["students"] / table["students"].sum()
    table["source_id"] = source
    table.attrs["not_reporting"] = [] if "CHN" in set(table["destination"]) else ["CHN"]
    return table


def degree_against_all(
    students: pd.DataFrame, origin: str, *, destination: str = "CHN", source: str | None = None
) -> pd.DataFrame:
    """Degree students beside students of all kinds, by year: columns year, all, degree,
    degree_share (in [0, 1]), source_id.

    students: as in `count`.
    origin, destination, source: one pair by one source. Only years in which the source gives both
        levels.
    The two are different concepts: 'more than 18,000' can be a fall by one and no change by the
    other.
    Raises CoverageError where no year has both, UsageError where a year has two figures.
    """
    counts = {
        level: _series(count(students, origin, destination=destination, level=level, source=source))
        for level in ("all", "degree")
    }
    table = pd.DataFrame(counts).dropna()
    if table.empty:
        raise CoverageError(
            f"{_who(source)} gives no year with both levels for {origin}",
            hint="ca.coverage('students', by=['origin', 'level'])",
        )
    table["degree_share"] = table["degree"] / table["all"]
    return table.rename_axis("year").reset_index().assign(source_id=source)
