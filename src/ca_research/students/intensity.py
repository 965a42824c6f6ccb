"""Students abroad relative to the population of their origin."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..ground import economies as eco
from ..ground.arguments import number, refuse
from ..ground.errors import known_name
from ..stats.contract import Economies, Economy, Frame, takes
from ..stats.frames import refuse_units, require
from .flows import counted, refuse_origins

POPULATION = "SP.POP.TOTL"
PEOPLE = Frame(cell=("economy", "year"), value="value", gaps="dropped")


def population(macro: pd.DataFrame, source: str) -> pd.Series:
    """Population in persons by (economy, year) of one source of table `macro` (indicator
    SP.POP.TOTL).
    """
    macro = require(macro, ("economy", "indicator", "value", "unit", "source_id"), keys=("year",))
    rows = macro[macro["indicator"] == POPULATION]
    known_name("source of population", source, sorted(set(rows["source_id"].dropna())))
    rows = PEOPLE.check(rows[rows["source_id"] == source])
    refuse_units(rows.fillna({"unit": "no unit"}), "unit", ("persons",))
    rows = rows[rows["value"] > 0]
    return rows.set_index(["economy", "year"])["value"]


@takes()
def intensity(
    students: pd.DataFrame,
    macro: pd.DataFrame,
    *,
    origins: Economies,
    destination: Economy,
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
        count are no rows (see `gaps`). An origin without any count has one row
        with a null year and the reason.

    Raises
    ------
    CaResearchError
        For what :doc:`/refusals` lists.

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
        refuse("per", "above 0", per, "100_000")
    people = population(macro, population_source)
    refuse_origins(origins)
    rows: list[tuple[Any, ...]] = []
    for origin in origins:
        series = counted(students, origin, destination, level=level, source=source)
        if series.empty:
            reason = f"{source} has no {level} students of {origin} in {eco.name_of(destination)}"
            rows.append((origin, pd.NA, None, None, per, None, reason))
        for year, counts in zip(series["year"].astype(int), series["students"], strict=True):
            there = people.get((origin, year), np.nan)
            missing = f"{population_source} has no population of {origin} in {year}"
            missing *= bool(np.isnan(there))
            rows.append((origin, year, counts, there, per, per * counts / there, missing))
    figures = ["students", "population", "per", "intensity"]
    table = pd.DataFrame(rows, columns=["origin", "year", *figures, "missing"])
    table = table.astype({"year": "Int64"} | dict.fromkeys(figures, "float64"))
    both = tuple(sorted({source, population_source}))
    return table.assign(
        per=per,
        students_source=source,
        population_source=population_source,
        sources=pd.Series([both] * len(table), dtype=object),
    )
