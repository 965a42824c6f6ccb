"""Students abroad relative to the population of their origin."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..ground import economies as eco
from ..ground.arguments import number
from ..ground.errors import CoverageError, MixedUnitsError, UnknownNameError, UsageError
from ..stats.frames import numbers, require, years
from .flows import counted, refuse_origins
from .gaps import missing_years

POPULATION = "SP.POP.TOTL"


def population(macro: pd.DataFrame, source: str) -> pd.Series:
    """Population in persons by (economy, year) of one source of table `macro` (indicator
    SP.POP.TOTL).

    Raises UnknownNameError where the source has none, MixedUnitsError where it is not in persons,
    UsageError where an economy has two figures for a year or one that is not above zero.
    """
    macro = require(macro, ("economy", "indicator", "value", "unit", "source_id"), keys=("year",))
    rows = macro[macro["indicator"] == POPULATION]
    if source not in set(rows["source_id"]):
        raise UnknownNameError("source of population", source, sorted(set(rows["source_id"])))
    rows = rows[rows["source_id"] == source].dropna(subset=["value"])
    if set(rows["unit"]) != {"persons"}:
        raise MixedUnitsError(
            f"population in {', '.join(sorted(set(map(str, rows['unit']))))}, not in persons",
            hint="convert it and set the unit",
        )
    numbers(rows, "value")
    if rows.duplicated(["economy", "year"]).any() or (rows["value"] <= 0).any():
        raise UsageError(
            f"{source} has two populations for a year, or one of zero", hint="keep one vintage"
        )
    years(rows)
    return rows.set_index(["economy", "year"])["value"].astype(float)


def intensity(
    students: pd.DataFrame,
    macro: pd.DataFrame,
    *,
    origins: Sequence[str],
    destination: str,
    level: str,
    source: str,
    population_source: str,
    per: float = 100_000,
) -> pd.DataFrame:
    """Students of an origin in a destination per `per` inhabitants of the origin, by year.

    Parameters
    ----------
    students : pandas.DataFrame
        Table `students`: origin, destination, year, level, students (persons), source_id.
    macro : pandas.DataFrame
        Table `macro` with SP.POP.TOTL in persons.
    origins : sequence of str
        Codes or names.
    destination : str
        A host, or 'WLD' for all that the source counts.
    level, source : str
        One count, never two in one line.
    population_source : str
        The vintage of population.
    per : float
        1_000 or 100_000.

    Returns
    -------
    pandas.DataFrame
        One row per origin and year observed: origin, year, students (persons), population
        (persons), per, intensity (students per `per` inhabitants; null without population),
        students_source, population_source, sources (both), missing (why null). Years without a
        count are no rows;
        attrs['gaps'] lists those inside a series by origin. An origin without any count has one row
        with a null year and the reason.

    Raises
    ------
    UnknownNameError
        For a population_source without population, or an unknown level or source.
    MixedUnitsError
        For population that is not in persons, and an intake or a lower bound in a series of counts.
    AggregateError
        For CA5 beside KAZ among the origins.
    UsageError
        For two counts for a year, names in the place of codes, or `per` not above zero.
    CoverageError
        For no origin.

    Notes
    -----
    per * students / population of the same year; no population of another year is taken. The
    population
    is of all ages: origins of different age structure are not alike.

    Examples
    --------
    >>> import ca_research as ca
    >>> counts, people = ca.load("students"), ca.load("macro", indicator="SP.POP.TOTL")
    >>> one = {"level": "all", "source": "moe_brief_stats_peijin"}
    >>> one["population_source"] = people["source_id"].iloc[0]
    >>> found = intensity(counts, people, origins=["KAZ"], destination="CHN", **one)
    >>> set(found["origin"])
    {'KAZ'}
    """
    if not number("per", per, "100_000") > 0:
        raise UsageError(f"per is {per}", hint="1_000 or 100_000 inhabitants")
    people = population(macro, population_source)
    codes = refuse_origins(origins)
    rows, holes = [], {}
    for origin in codes:
        series = counted(students, origin, destination, level=level, source=source)
        base = {
            "origin": origin,
            "per": per,
            "students_source": source,
            "population_source": population_source,
            "sources": tuple(sorted({source, population_source})),
        }
        if series.empty:
            host = eco.name_of(eco.resolve(destination))
            reason = f"{source} has no {level} students of {origin} in {host}"
            rows.append(base | {"year": pd.NA, "missing": reason})
            continue
        if lacking := missing_years(series["year"]):
            holes[origin] = lacking
        for year, count in zip(
            series["year"].astype(int), series["students"].astype(float), strict=True
        ):
            inhabitants = people.get((origin, year), np.nan)
            known = not np.isnan(inhabitants)
            rows.append(
                base
                | {
                    "year": year,
                    "students": count,
                    "population": inhabitants,
                    "intensity": per * count / inhabitants if known else np.nan,
                    "missing": ""
                    if known
                    else f"{population_source} has no population of {origin} in {year}",
                }
            )
    if not rows:
        raise CoverageError("no origin was asked for", hint="origins=['KAZ', ...]")
    columns = ["origin", "year", "students", "population", "per", "intensity"]
    table = pd.DataFrame(
        rows, columns=[*columns, "students_source", "population_source", "sources", "missing"]
    )
    table = table.astype(
        {"year": "Int64"} | {c: "float64" for c in ("students", "population", "intensity")}
    )
    table.attrs["gaps"] = holes
    return table
