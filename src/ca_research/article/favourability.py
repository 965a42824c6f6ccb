"""Views of China in the five economies, wave by wave, and whether they moved with exchange.

Two pollsters asked more than once: the Central Asia Barometer (favourable view of China) and Gallup
(approval of China's leadership). Their questions differ, so they are never joined to one series.
The sizes of the samples are not at hand: two waves give a direction and no interval.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Iterable, Sequence
from typing import Literal

import pandas as pd

from ..estimates.frame import Estimate, estimate_row
from ..estimates.measures import measure, tells
from ..estimates.series import Answer, change, each_economy, pick, rows_of, series
from ..ground.periods import day_in_words
from ..tables.preference import preferred_rows
from .settings import settings

Pollster = Literal["barometer", "gallup"]
_LEAST_WAVES = 3
_POLLSTERS = {"barometer": "of the Barometer", "gallup": "of Gallup"}


_POLLS = ("no poll", "only one poll", "2 polls")


def waves(facts: pd.DataFrame, opinion: pd.DataFrame, *, pollster: Pollster) -> pd.DataFrame:
    """Waves of one question as a series (`estimates.series`), by economy and year; percent is of
    all asked.

    facts: table `facts` (subject, attribute, year, value, unit, source_id), for 'barometer':
        favourable view of China.
    opinion: table `opinion` (economy, about, measure, year, value_pct, source_id), for 'gallup':
        approval of China's leadership; for 'barometer' waves that are quoted there.
    """
    polls, rows = settings().polls, pick(opinion, about="CHN")
    if pollster == "barometer":
        barometer = pick(facts, attribute=polls.barometer, unit="percent")
        barometer = barometer.rename(columns={"subject": "economy", "value": "value_pct"})
        rows = pd.concat([barometer, pick(rows, measure=polls.barometer_waves)])
    else:
        rows = pick(rows, source_id=polls.views_of_china, measure=polls.approval)
    rows = rows.rename(columns={"value_pct": "percent"})
    answers = series(rows, "economy", "percent", ["economy", "year", "percent", "source_id"])
    answers = answers.astype({"year": int, "percent": float})
    return answers.sort_values(["economy", "year"], ignore_index=True)


@measure("relations.favour_change", kind="change", unit="percentage points")
@tells("rise")
def favour_change(
    facts: pd.DataFrame,
    opinion: pd.DataFrame,
    *,
    economies: Sequence[str],
    series: Pollster,
    since: dt.date | None = None,
) -> list[Estimate]:
    """Change of the view of China from the first wave to the last, in percentage points; or from
    the last before a day to the first after it. Of the first it tells the `rise`.

    facts, opinion: as in `waves`. economies: codes. series: 'barometer' or 'gallup'.
    since: a date; a wave is of a year, and lies after `since` where the whole year does.
    """

    def changed(mine: pd.DataFrame) -> Answer:
        if since:
            later = mine["year"] > since.year
            if later.all() or not later.any():
                return f"no poll {'before' if later.all() else 'after'} {day_in_words(since)}"
            return change(mine[~later].tail(1), mine[later].head(1))
        if len(mine) < 2:
            return f"{_POLLS[len(mine)]} {_POLLSTERS[series]} is known"
        answer = change(mine.head(1), mine.tail(1))
        return answer | {"about": {"rise": f"{answer['estimate']:g}"}}

    return each_economy(economies, waves(facts, opinion, pollster=series), changed)


def counts_in_china(students: pd.DataFrame, *, economies: Sequence[str]) -> pd.DataFrame:
    """Counts of all students of each economy in China, by one source."""
    rows = pick(students, destination="CHN", level="all", origin=economies)
    return preferred_rows(rows, ["origin"])


Exposure = Literal["same_years", "five_years_before"]


def _exchange(
    counts: pd.Series, first: int, last: int, *ways: Exposure
) -> tuple[tuple[int, int], float | None]:
    """Years over which students in China are set beside two waves, and how many more there were.

    counts: students by year. first, last: years of the waves. ways: 'same_years', between these;
        'five_years_before', over the five years to the last count not later than the second. The
        first way with both counts is taken; without one the change is None.
    """
    newest = max((year for year in counts.index if year <= last), default=last)
    spans = {"same_years": (first, last), "five_years_before": (newest - 5, newest)}
    both = [spans[way] for way in ways if {*spans[way]} <= {*counts.index}]
    if not both:
        return spans[ways[-1]], None
    return both[0], counts[both[0][1]] - counts[both[0][0]]


def _newest_pairs(facts: pd.DataFrame, opinion: pd.DataFrame) -> pd.DataFrame:
    """Of each economy the two newest waves of one question, of the pollster who asked last, the
    earlier first.
    """
    polls = pd.concat(
        [waves(facts, opinion, pollster=name).assign(by=name) for name in ("barometer", "gallup")]
    )
    newest = polls.groupby(["by", "economy"]).tail(2)
    years = newest.groupby(["by", "economy"])["year"]
    pairs = newest.assign(last=years.transform("max"))[years.transform("size") == 2]
    last = pairs.groupby("economy")["last"].transform("max")
    return pairs[pairs["last"] == last].groupby("economy").head(2).drop(columns=["by", "last"])


@measure("relations.favour_where_grown", kind="change", unit="percentage points")
@tells("view")
def favour_where_grown(
    facts: pd.DataFrame,
    opinion: pd.DataFrame,
    students: pd.DataFrame,
    *,
    economies: Sequence[str],
) -> list[Estimate]:
    """Change of the view of China between the two newest waves of the pollster who asked last, in
    percentage points, where exchange grew before.

    facts, opinion: as in `waves`. students: table `students`. economies: codes.
    Tells the `view` of both. Exchange is students in China: between the years of the waves where
    both are counted, else over the five years to the last count before the second wave.
    """
    counted = counts_in_china(students, economies=economies)

    def view(asked: pd.DataFrame) -> Answer:
        if asked.empty:
            return "no pollster asked the same twice"
        own = pick(counted, origin=asked["whose"])
        (first, last), (before, after) = asked["year"], asked["percent"]
        counts = own.set_index("year")["students"]
        years, grown = _exchange(counts, first, last, "same_years", "five_years_before")
        if grown is None:
            return "students in China are not counted"
        if not grown > 0:
            return "exchange did not grow"
        about = {"view": f"{before:g} to {after:g}% ({first} to {last})"}
        return {"used": _behind(asked, own, years), "estimate": after - before, "about": about}

    return each_economy(economies, _newest_pairs(facts, opinion), view)


def _behind(views: pd.DataFrame, counted: pd.DataFrame, years: Iterable[int]) -> pd.DataFrame:
    """The waves, and the counts of students of some years."""
    columns = ["origin", "destination", "year", "source_id"]  # which count a row is
    return pd.concat([rows_of(views)["used"], pick(counted, year=[*years])[columns]])


@measure("relations.exceptions", kind="count")
def exceptions(
    facts: pd.DataFrame,
    opinion: pd.DataFrame,
    students: pd.DataFrame,
    *,
    economies: Sequence[str],
    exposure: Exposure = "same_years",
    margin: float = 0,
) -> list[Estimate]:
    """Number of economies in which exchange grew and the favourable view fell by more than a
    margin, between the first and the last wave of the Barometer.

    facts, opinion: as in `waves`. students: table `students`; counts of all kinds by China's
        ministry. economies: codes.
    exposure: exchange between the years of the two waves ('same_years'), or over the five years to
        the last count not later than the second wave ('five_years_before').
    margin: percentage points; a change within the sampling error is no fall
        (`stats.change_error`).
    low counts the economies where both are seen, high adds those where one of the two is not known.
    """
    views = waves(facts, opinion, pollster="barometer")
    if views.empty:
        return [estimate_row(missing="no poll of the Barometer is known")]
    counted = counts_in_china(students, economies=economies)
    ends, low, high, years = views.groupby("economy").nth([0, -1]), 0, 0, set[int]()
    for code in economies:
        polls, fell, grew = pick(ends, economy=code), None, None
        if len(polls) == 2:
            counts = pick(counted, origin=code).set_index("year")["students"]
            span, grown = _exchange(counts, *polls["year"], exposure)
            years.update(span)
            fell = polls["percent"].diff().iloc[1] < -margin
            grew = None if grown is None else grown > 0
        low += bool(fell and grew)
        high += fell in (True, None) and grew in (True, None)
    used = _behind(pick(views, economy=economies), counted, years)
    return [estimate_row(used, low=low, high=high, interval="seen to seen or not known")]


@measure("relations.exposure_slope", kind="level")
def exposure_slope(
    facts: pd.DataFrame,
    opinion: pd.DataFrame,
    students: pd.DataFrame,
    *,
    economies: Sequence[str],
    question: Pollster = "barometer",
) -> list[Estimate]:
    """Slope of the view of China on students in China over the waves of one question, in percentage
    points per thousand students, by least squares over years with both.

    facts, opinion: as in `waves`. students: table `students`. economies: codes.
    question: 'barometer' or 'gallup'. Two points always lie on a line, so three are needed.
    """
    counted = counts_in_china(students, economies=economies).rename(columns={"origin": "whose"})
    both = waves(facts, opinion, pollster=question).merge(counted[["whose", "year", "students"]])

    def slope(mine: pd.DataFrame) -> Answer:
        if len(mine) < _LEAST_WAVES:
            waves_ = f"{_POLLS[len(mine)]} {_POLLSTERS[question]}"
            return f"{waves_} in years with a count of students, {_LEAST_WAVES} needed"
        if mine["students"].nunique() == 1:
            return "the number of students did not change"
        line = statistics.linear_regression(mine["students"] / 1000, mine["percent"])
        return rows_of(mine.drop(columns="students")) | {"estimate": line.slope}

    return each_economy(economies, both, slope)
