"""Views of China in the five economies, wave by wave, and whether they moved with exchange.

Two pollsters asked more than once: the Central Asia Barometer (favourable view of China) and Gallup
(approval of China's leadership). Their questions differ, so they are never joined to one series.
The sizes of the samples are not at hand: two waves give a direction and no interval.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Sequence
from typing import Literal

import pandas as pd

from ..estimates.frame import Estimate, estimate_row
from ..estimates.measures import measure, tells
from ..estimates.series import Answer, change, each_economy, one_row, pick, rows_of, series
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
        asked = pick(facts, attribute=polls.barometer, unit="percent")
        asked = asked.rename(columns={"subject": "economy", "value": "value_pct"})
        rows = pd.concat([asked, pick(rows, measure=polls.barometer_waves)])
    else:
        rows = pick(rows, source_id=polls.views_of_china, measure=polls.approval)
    rows = rows.rename(columns={"value_pct": "percent"})
    found = series(rows, "economy", "percent", ["economy", "year", "percent", "source_id"])
    found = found.astype({"year": int, "percent": float})
    return found.sort_values(["economy", "year"], ignore_index=True)


@measure("relations.favour_change")
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
        found = change(mine.head(1), mine.tail(1))
        return found | {"about": {"rise": f"{found['estimate']:g}"}}

    return each_economy(economies, waves(facts, opinion, pollster=series), changed)


def counts_in_china(students: pd.DataFrame, *, economies: Sequence[str]) -> pd.DataFrame:
    """Counts of all students of each economy in China, by one source."""
    rows = pick(students, destination="CHN", level="all", origin=economies)
    return preferred_rows(rows, ["origin"])


Exposure = Literal["same_years", "five_years_before"]


def _beside_exchange(
    asked: pd.DataFrame, counted: pd.DataFrame, economies: Sequence[str], *ways: Exposure
) -> pd.DataFrame:
    """View and exchange side by side: two waves, and students in China over the matching years.

    asked: of each economy two waves, the earlier first. ways: 'same_years', between the years of
        the waves; 'five_years_before', over the five years to the last count not later than the
        second wave. The first way with both counts is taken.
    Returns a row for each economy: first_poll, last_poll, first_count, last_count (years), before,
    after (per cent), view_change (percentage points), students_change (persons).
    """
    polls = asked.groupby("economy").agg(
        waves=("year", "size"),
        first_poll=("year", "first"),
        last_poll=("year", "last"),
        before=("percent", "first"),
        after=("percent", "last"),
    )
    polls = pick(polls, waves=2).reindex(economies)
    table = polls.assign(view_change=polls["after"] - polls["before"])
    table[["first_count", "last_count", "students_change"]] = float("nan")
    for economy, row in polls.dropna().iterrows():
        counts = pick(counted, origin=economy).set_index("year")["students"]
        newest = max(filter(row["last_poll"].__ge__, counts.index), default=row["last_poll"])
        spans = {"same_years": (row["first_poll"], row["last_poll"])}
        spans["five_years_before"] = (newest - 5, newest)
        both = [spans[way] for way in ways if {*spans[way]} <= {*counts.index}]
        first, last = years = (both or [spans[ways[-1]]])[0]
        table.loc[economy, ["first_count", "last_count"]] = years
        table.loc[economy, "students_change"] = counts[last] - counts[first] if both else None
    return table


def _newest_pairs(facts: pd.DataFrame, opinion: pd.DataFrame) -> pd.DataFrame:
    """Of each economy the two newest waves of one question, of the pollster who asked last, the
    earlier first.
    """
    asked = pd.concat(
        [waves(facts, opinion, pollster=name).assign(by=name) for name in ("barometer", "gallup")]
    )
    newest = asked.groupby(["by", "economy"]).tail(2)
    years = newest.groupby(["by", "economy"])["year"]
    pairs = newest.assign(last=years.transform("max"))[years.transform("size") == 2]
    last = pairs.groupby("economy")["last"].transform("max")
    return pairs[pairs["last"] == last].groupby("economy").head(2).drop(columns=["by", "last"])


@measure("relations.favour_where_grown")
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
    counted, asked = counts_in_china(students, economies=economies), _newest_pairs(facts, opinion)
    pairs = _beside_exchange(asked, counted, economies, "same_years", "five_years_before")
    found = []
    for economy, pair in pairs.iterrows():
        if pd.isna(pair["before"]):
            answer: Answer = "no pollster asked the same twice"
        elif not pair["students_change"] > 0:
            counts = "exchange did not grow", "students in China are not counted"
            answer = counts[pd.isna(pair["students_change"])]
        else:
            both = pick(asked, economy=economy), pick(counted, origin=economy)
            used = _behind(*both, pairs.loc[[economy]])
            told = "{before:g} to {after:g}% ({first_poll:.0f} to {last_poll:.0f})".format(**pair)
            answer = {"used": used, "estimate": pair["view_change"], "about": {"view": told}}
        found.append(one_row(answer, economy=economy))
    return found


def _behind(asked: pd.DataFrame, counted: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """The waves, and the counts of students of the years that pairs name."""
    years = pairs[["first_count", "last_count"]].stack()
    columns = ["origin", "destination", "year", "source_id"]  # which count a row is
    return pd.concat([rows_of(asked)["used"], pick(counted, year=years)[columns]])


@measure("relations.exceptions")
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
    ends = views.groupby("economy").nth([0, -1])
    table = _beside_exchange(ends, counted, economies, exposure)
    fell, grew = table["view_change"] < -margin, table["students_change"] > 0
    spared = (table["view_change"] >= -margin) | (table["students_change"] <= 0)
    low, high = int((fell & grew).sum()), int((~spared).sum())
    used = _behind(pick(views, economy=economies), counted, table)
    return [estimate_row(used, low=low, high=high, interval="seen to seen or not known")]


@measure("relations.exposure_slope")
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
