"""Learners of Chinese: candidates of the test, learners at single institutes, and institutes
opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from ..estimates.frame import Estimate
from ..estimates.measures import measure, tells
from ..estimates.series import Answer, each_economy, omit, one_row, pick, rows_of, series
from ..ground.arguments import whole_number
from ..registry.words import measure_name

Bound = Literal["as_printed", "cautious"]
Opening = Literal["counted", "left_out"]
_ROUNDING = 0.1
"""By how much 'cautious' reads a printed count against growth at either end."""
PANDEMIC = (2020, 2021, 2022)
"""Years in which tests and lessons were hardly held: neither end of a comparison."""
SPAN = 5
"""Years over which growth is asked for."""


def _yearly(culture: pd.DataFrame, measure: str, span: int) -> Answer:
    """Growth of a yearly count of the region over the newest pair of years `span` apart by one
    source, in per cent: of all five, else of all but Turkmenistan.
    """
    rows = pick(culture, measure=measure, economy=["CA5", "CA4"])
    rows = rows.dropna(subset=["year", "value"]).sort_values(
        ["year", "economy", "source_id"], ascending=[False, False, True], ignore_index=True
    )
    before = rows.assign(year=rows["year"] + whole_number("span", span)).reset_index()
    same = ["economy", "source_id", "year"]
    pairs = rows.reset_index().merge(before, on=same, suffixes=("", "_before"))
    if len(pairs):
        pair = pairs.iloc[0]
        growth = 100 * float(pair["value"] / pair["value_before"] - 1)
        return {"used": rows.loc[[pair["index_before"], pair["index"]]], "estimate": growth}
    years = ", ".join(f"{year:.0f}" for year in sorted({*rows["year"]}))
    why = f"counted for {years} only" if years else "no yearly count of the region is known"
    return f"{measure_name(measure)}: {why}"


@measure("relations.examinee_growth", kind=lambda c: "level" if c["other"] else "change")
def examinee_growth(
    culture: pd.DataFrame, *, measure: str = "hsk_takers", other: str = "", span: int = 5
) -> list[Estimate]:
    """Growth of the yearly number of candidates of a test in the region over some years, in per
    cent; with another test as well less that of the other, in percentage points.

    culture: table `culture` (economy, year, measure, value in persons, source_id); rows of CA5,
        else CA4.
    measure, other: the tests ('hsk_takers', 'english_test_takers'), each with its own newest pair
        of years. span: a number of years ('5').
    Where there is no such pair, `missing` names the years that are counted; a total of several
    years is no yearly count. Formula: 100 (n_t / n_(t-span) - 1).
    """
    answers = [_yearly(culture, test, span) for test in (measure, other) if test]
    if missing := [answer for answer in answers if isinstance(answer, str)]:
        return [one_row("; ".join(missing))]
    each = pd.DataFrame(answers)
    growth = each["estimate"].iloc[0] - each["estimate"].iloc[1:].sum()
    return [one_row({"used": pd.concat([*each["used"]]), "estimate": growth})]


def learning_pairs(
    culture: pd.DataFrame,
    *,
    bound: Bound = "as_printed",
    last_from: int = 0,
    opening: Opening = "left_out",
    tests: bool = True,
) -> pd.DataFrame:
    """Two counts of learners of one place: the last, and the one nearest to five years before it,
    whoever printed them.

    culture: table `culture` (economy, institute, year, measure, value in persons, note, source_id);
        rows of measure `learners` of single economies that name their institute ('whole country'
        for all of a country). Two figures for one year cannot be told apart: such a place is left
        out.
    bound: 'as_printed', or 'cautious', the first count a tenth higher and the last a tenth lower.
    last_from: the second count is of this year or later (0: any).
    opening: 'counted', or 'left_out', without figures that their note calls those of the first year
        (any institute grows from the year in which it opens).
    tests: whether candidates of the Chinese test in a year (`hsk_takers`) are a place too
        ('candidates of the test'), and neither end is of the pandemic (PANDEMIC).
    Returns economy, institute, growth (per cent in five years, compound:
    100 ((last / first) ** (5 / years) - 1)) and the two rows of the table; the slowest growth of an
    economy first.
    """
    rows = culture[culture["economy"].str.fullmatch("[A-Z]{3}")].dropna(subset=["year", "value"])
    learners = pick(rows, measure="learners").dropna(subset="institute")
    if opening == "left_out":
        begun = learners["note"].astype("string").str.contains("first year", case=False)
        learners = learners[~begun.fillna(False)]
    if tests:
        taken = pick(rows, measure="hsk_takers").assign(institute="candidates of the test")
        learners = pd.concat([learners, taken])
        learners = omit(learners, year=PANDEMIC)
    slack, out = _ROUNDING if bound == "cautious" else 0.0, []
    counts = learners.sort_values("year", ignore_index=True)
    for (economy, institute), mine in counts.groupby(["economy", "institute"]):
        newest = mine["year"].iloc[-1]
        if len(mine) < 2 or mine["year"].duplicated().any() or newest < last_from:
            continue
        nearest = (newest - mine["year"].iloc[:-1].astype(int) - SPAN).abs().idxmin()
        ends = mine.loc[[nearest, mine.index[-1]]]
        (first, last), (since, until) = ends["value"].astype(float), ends["year"].astype(int)
        ratio = last * (1 - slack) / (first * (1 + slack))
        growth = 100 * (ratio ** (SPAN / (until - since)) - 1)
        out.append((economy, institute, growth, ends))
    columns = ["economy", "institute", "growth", "rows"]
    return pd.DataFrame(out, columns=columns).sort_values(["economy", "growth"], ignore_index=True)


@measure("relations.learning_growth", kind="change", unit="per cent")
@tells("counts")
def learning_growth(
    culture: pd.DataFrame,
    *,
    economies: Sequence[str],
    bound: Bound = "as_printed",
    last_from: int = 0,
    opening: Opening = "left_out",
    tests: bool = True,
) -> list[Estimate]:
    """Growth of learners of Chinese or of candidates of its test, in per cent in five years.

    culture, bound, last_from, opening, tests: as in `learning_pairs`. economies: codes.
    Tells the two `counts`. Where an economy has several pairs the slowest counts: one that grew
    does not speak for the others.
    """
    pairs = learning_pairs(culture, bound=bound, last_from=last_from, opening=opening, tests=tests)
    missing = "no two counts of one institute or of the test outside 2020 to 2022"
    if not tests:
        missing = "no institute with counts for two years"
        missing += f", the second of {last_from} or later" if last_from else ""
        missing += " and the first not of its opening" if opening == "left_out" else ""

    def slowest(mine: pd.DataFrame) -> Answer:
        if mine.empty:
            return missing
        pair = mine.iloc[0]
        counts = " and ".join(
            f"{_WORDS[row.bound]}{row.value:,.0f} in {row.year}"
            for row in pair["rows"].itertuples()
        )
        used = pair["rows"].drop(columns="institute")  # a name that the test's counts were given
        about = {"counts": f"{counts} ({pair['institute']})"}
        return {"used": used, "estimate": pair["growth"], "about": about}

    return each_economy(economies, pairs, slowest, "economy")


_WORDS = {"as_stated": "", "lower": "over ", "upper": "under "}


@measure("relations.institute_openings", kind="count")
def institute_openings(
    facts: pd.DataFrame,
    *,
    economies: Sequence[str],
    first: int = 2014,
    last: int = 2018,
    column: Literal["openings", "running_total"] = "openings",
) -> list[Estimate]:
    """Confucius institutes that opened from one year to another.

    facts: rows `confucius_institutes_column` of AidData's dashboard, one per economy and year.
        economies: codes.
    first, last: years.
    column: read as 'openings' of the year, or as a 'running_total', which its documentation calls
        it. One that falls from one year to the next for any economy is no running total for any.
    """
    named = pick(facts, attribute="confucius_institutes_column")
    figures = series(named, "subject", "value").sort_values(["subject", "year"])
    falls = (figures.groupby("subject")["low"].diff() < 0).any()

    def opened(mine: pd.DataFrame) -> Answer:
        used = mine[mine["year"].between(first - 1, last)]
        if len(used) < last - first + 2:
            return f"no yearly figures from {first - 1} to {last}"
        if column == "openings":
            return rows_of(used) | {"estimate": used["low"].iloc[1:].sum()}
        if falls:
            return "the column falls from year to year, so it is no running total"
        return rows_of(used) | {"estimate": used["low"].iloc[-1] - used["low"].iloc[0]}

    return each_economy(economies, figures, opened)
