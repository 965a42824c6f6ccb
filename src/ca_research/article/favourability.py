"""Views of China in the five economies, wave by wave, and whether they moved with exchange.

Two pollsters asked more than once: the Central Asia Barometer (favourable view of China) and Gallup
(approval of China's leadership). Their questions differ, so they are never joined to one series.
The sizes of the samples are not at hand:
two waves give a direction and no interval.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal, get_args

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .. import stats
from ..estimates.frame import Estimate, estimate_row
from ..estimates.measures import by_parts, measure, parts, tells
from ..ground import economies as eco
from ..ground.arguments import day, number
from ..ground.errors import known_name
from ..ground.periods import day_in_words
from ..plots import style
from ..plots.needs import by_year, chosen, needs, one_of
from ..plots.panels import line, say_empty, shade_uncounted
from ..plots.pen import tight
from ..tables.preference import preferred_rows
from .settings import settings

Series = Literal["barometer", "gallup"]
SERIES = get_args(Series)
_LEAST_WAVES = 3
_POLLSTERS = {"barometer": "of the Barometer", "gallup": "of Gallup"}


def _count(waves_: int) -> str:
    return {0: "no poll", 1: "only one poll"}.get(waves_, f"{waves_} polls")


def waves(facts: pd.DataFrame, opinion: pd.DataFrame, *, series: str) -> pd.DataFrame:
    """Waves of one question: economy, year, percent, source_id, sorted; one pollster and one
    question only.

    facts: table `facts` (subject, attribute, year, value, unit, source_id), for 'barometer':
        favourable view of China.
    opinion: table `opinion` (economy, about, measure, year, value_pct, source_id), for 'gallup':
        approval of China's leadership; for 'barometer' waves that are quoted there.
    series: 'barometer' or 'gallup'. Percent is of all asked. Raises UnknownNameError for another
        series.
    """
    known_name("series", series, SERIES)
    polls = settings().polls
    if series == "barometer":
        rows = facts[(facts["attribute"] == polls.barometer) & (facts["unit"] == "percent")]
        rows = pd.concat(
            [
                rows.rename(columns={"subject": "economy", "value": "percent"}),
                opinion[
                    (opinion["about"] == "CHN") & (opinion["measure"] == polls.barometer_waves)
                ].rename(columns={"value_pct": "percent"}),
            ]
        )
    else:
        rows = opinion[
            (opinion["about"] == "CHN")
            & (opinion["measure"] == polls.approval)
            & (opinion["source_id"] == polls.views_of_china)
        ].rename(columns={"value_pct": "percent"})
    table = rows.dropna(subset=["year", "percent"])[["economy", "year", "percent", "source_id"]]
    table = table.astype({"year": int, "percent": float})
    return table.sort_values(["economy", "year"], ignore_index=True)


class Polls:
    """`waves` of each question, made once for all who ask: many ways to calculate rest on two."""

    def __init__(self, facts: pd.DataFrame, opinion: pd.DataFrame) -> None:
        self._tables = facts, opinion
        self._made: dict[str, pd.DataFrame] = {}

    def waves(self, series: str) -> pd.DataFrame:
        """The waves, which are not to be changed."""
        if series not in self._made:
            self._made[series] = waves(*self._tables, series=series)
        return self._made[series]


@measure("relations.favour_change")
@tells("rise")
@by_parts
@parts(polls=Polls)
def favour_change(
    facts: pd.DataFrame,
    opinion: pd.DataFrame,
    *,
    economies: Sequence[str],
    series: Series,
    polls: Polls | None = None,
) -> list[Estimate]:
    """Change of the view of China from the first wave to the last, in percentage points.

    facts, opinion, series: as in `waves` ('barometer' or 'gallup'). economies: codes.
    polls: what `Polls` makes of both (made here if not given).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy; no interval, for
    the sizes of the samples are not at hand; it tells the `rise`. Fewer than two waves are
    recorded in `missing`. Raises UnknownNameError for another series.
    """
    table, out = (polls or Polls(facts, opinion)).waves(series), []
    for economy in economies:
        mine = table[table["economy"] == economy]
        if len(mine) < 2:
            out.append(
                estimate_row(
                    economy=economy, missing=f"{_count(len(mine))} {_POLLSTERS[series]} is known"
                )
            )
        else:
            ends = mine.iloc[[0, -1]]
            change = stats.end_to_end(ends.set_index("year")["percent"])
            told = {"rise": f"{change:g}"}
            out.append(estimate_row(ends, economy=economy, estimate=change, about=told))
    return out


@measure("relations.favour_since")
def favour_since(
    facts: pd.DataFrame, opinion: pd.DataFrame, *, economies: Sequence[str], since: dt.date
) -> list[Estimate]:
    """Change of the favourable view from the last wave before a day to the first after it, in
    percentage points.

    facts, opinion: as in `waves`; the waves are those of the Barometer. economies: codes.
    since: a date; a wave is of a year, and lies after `since` where the whole year does.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy, without
    an interval; no wave before or after is recorded in `missing`.
    Raises UsageError for what is no date.
    """
    asked, out = day("since", since), []
    table = waves(facts, opinion, series="barometer")
    for economy in economies:
        mine = table[table["economy"] == economy]
        before = mine[mine["year"] <= asked.year].tail(1)
        after = mine[mine["year"] > asked.year].head(1)
        if before.empty or after.empty:
            side = "before" if before.empty else "after"
            missing = f"no poll {side} {day_in_words(asked)}"
            out.append(estimate_row(economy=economy, missing=missing))
        else:
            change = float(after["percent"].iloc[0] - before["percent"].iloc[0])
            out.append(estimate_row(pd.concat([before, after]), economy=economy, estimate=change))
    return out


def counts_in_china(students: pd.DataFrame, *, economies: Sequence[str]) -> pd.DataFrame:
    """Counts of all students of each economy in China, by one source."""
    rows = students[
        (students["destination"] == "CHN")
        & (students["level"] == "all")
        & students["origin"].isin(list(economies))
    ]
    return preferred_rows(rows, ["origin"])


def _students(counted: pd.DataFrame, economies: Sequence[str]) -> dict[str, pd.Series]:
    """Students in China by year, of each economy."""
    counts = counted.set_index(counted["year"].astype(int))["students"].astype(float)
    return {e: counts[counted["origin"].eq(e).to_numpy(bool)].sort_index() for e in economies}


def exchange_change(
    facts: pd.DataFrame,
    opinion: pd.DataFrame,
    students: pd.DataFrame,
    *,
    economies: Sequence[str],
    exposure: str = "same_years",
) -> pd.DataFrame:
    """View and exchange side by side: the Barometer's two waves, and students in China over the
    matching years.

    facts, opinion: as in `waves`. students: table `students`; counts of all kinds by China's
        ministry.
    economies: codes.
    exposure: 'same_years', the change between the years of the two waves; 'five_years_before', over
        the five years to the last count not later than the second wave.
    Returns economy, wave_before, wave_after, view_change (percentage points), count_before,
    count_after (years), students_change (persons), missing (why a change is null).
    Raises UnknownNameError for another exposure.
    """
    counted = counts_in_china(students, economies=economies)
    return _side_by_side(waves(facts, opinion, series="barometer"), counted, economies, exposure)


def _side_by_side(
    table: pd.DataFrame, counted: pd.DataFrame, economies: Sequence[str], exposure: str
) -> pd.DataFrame:
    known_name("exposure", exposure, ("same_years", "five_years_before"))
    rows = []
    for economy, counts in _students(counted, economies).items():
        mine = table[table["economy"] == economy]
        row: dict[str, object] = {"economy": economy, "missing": ""}
        if len(mine) < 2:
            rows.append(row | {"missing": "fewer than two waves of the barometer"})
            continue
        first, last = int(mine["year"].iloc[0]), int(mine["year"].iloc[-1])
        row |= {"wave_before": first, "wave_after": last}
        row["view_change"] = float(mine["percent"].iloc[-1] - mine["percent"].iloc[0])
        if exposure == "five_years_before":
            known = counts.index[counts.index <= last]
            last = int(known.max()) if len(known) else last
            first = last - 5
        row |= {"count_before": first, "count_after": last}
        lacking = [str(y) for y in (first, last) if y not in counts.index]
        if lacking:
            row["missing"] = f"no count of students in China for {' and '.join(lacking)}"
        else:
            row["students_change"] = float(counts[last] - counts[first])
        rows.append(row)
    columns = [
        "economy",
        "wave_before",
        "wave_after",
        "view_change",
        "count_before",
        "count_after",
        "students_change",
    ]
    frame = pd.DataFrame(rows, columns=[*columns, "missing"])
    return frame.astype(dict.fromkeys(columns[1:], "float64"))


def _newest_pair(asked: Sequence[pd.DataFrame], economy: str) -> pd.DataFrame:
    """The two newest waves of one question in an economy, of the pollster who asked last, the
    earlier first; none where no pollster asked the same twice.

    asked: `waves` of each pollster.
    """
    newest = [table[table["economy"] == economy].tail(2) for table in asked]
    pairs = [pair for pair in newest if len(pair) == 2]
    return max(pairs, key=lambda pair: int(pair["year"].iloc[-1]), default=asked[-1].iloc[:0])


def _exchange_years(counts: pd.Series, first: int, last: int) -> tuple[int, int] | None:
    """The years over which exchange is compared: those of the waves where both are counted, else
    the five to the last count before the second wave; None where these are not counted either.
    """
    known = counts.index[counts.index <= last]
    if {first, last} <= set(known):
        return first, last
    if len(known) and int(known.max()) - 5 in counts.index:
        return int(known.max()) - 5, int(known.max())
    return None


def pairs_compared(
    facts: pd.DataFrame,
    opinion: pd.DataFrame,
    students: pd.DataFrame,
    *,
    economies: Sequence[str],
) -> pd.DataFrame:
    """The pairs that `favour_where_grown` compares, one row for each economy, as a page shows them.

    facts, opinion, students, economies: as there.
    Returns economy, first_poll, last_poll (years), before, after (per cent), view_change
    (percentage points), first_count, last_count (years), students_change (persons), and what is
    missing.
    """
    rows: list[dict[str, object]] = []
    asked = [waves(facts, opinion, series=series) for series in SERIES]
    counted = counts_in_china(students, economies=economies)
    for economy, counts in _students(counted, economies).items():
        pair = _newest_pair(asked, economy)
        row: dict[str, object] = {"economy": economy, "missing": "no pollster asked the same twice"}
        if not pair.empty:
            (row["before"], row["after"]), (first, last) = pair["percent"], map(int, pair["year"])
            row |= {"first_poll": first, "last_poll": last, "missing": ""}
            if years := _exchange_years(counts, first, last):
                row["first_count"], row["last_count"] = years
                row["students_change"] = counts[years[1]] - counts[years[0]]
            else:
                row["missing"] = "students in China are not counted"
        rows.append(row)
    dates = ["first_poll", "last_poll", "first_count", "last_count"]
    numeric = ["before", "after", "students_change"]
    pairs = pd.DataFrame(rows, columns=["economy", *dates, *numeric, "missing"])
    pairs = pairs.astype(dict.fromkeys(numeric, "float64") | dict.fromkeys(dates, "Int64"))
    return pairs.assign(view_change=pairs["after"] - pairs["before"])


@needs("pairs", "economy", "first_poll", "last_poll", "before", "after", "students_change")
def view_pairs(pairs: pd.DataFrame) -> Figure:
    """What people think of China in the two newest polls of each economy, the later one in colour,
    under how many more of its students were in China.

    pairs: as from `pairs_compared`.
    """
    import seaborn as sns

    asked = pairs.dropna(subset=["before", "after"]).reset_index(drop=True)
    polls = asked.melt(["economy"], ["before", "after"], "poll", "percent")
    with style.context():
        figure, ax = plt.subplots(figsize=(style.WIDE, 0.56 * len(asked) + 0.7))
        ax.hlines(
            asked.index, asked["before"], asked["after"], color=style.GRID, linewidth=3, zorder=1
        )
        sns.scatterplot(
            polls.assign(row=[*asked.index, *asked.index]),
            x="percent",
            y="row",
            hue="poll",
            palette={"before": style.OTHER, "after": style.HIGHLIGHT},
            s=60,
            zorder=3,
            legend=False,
            ax=ax,
        )
        for y, row in asked.iterrows():
            ends = [(row["before"], row["first_poll"]), (row["after"], row["last_poll"])]
            for (percent, year), other in zip(ends, ends[::-1], strict=True):
                side = "left" if percent >= other[0] else "right"
                ax.annotate(
                    f"{percent:g} ({year})",
                    (percent, float(y)),
                    xytext=(8 if side == "left" else -8, 0),
                    textcoords="offset points",
                    ha=side,
                    va="center",
                )
        names = [eco.name_of(e) for e in asked["economy"]]
        more = [
            f"students {change:+,.0f}" if pd.notna(change) else "students not counted"
            for change in asked["students_change"]
        ]
        ax.set_yticks(asked.index, [f"{n}\n{m}" for n, m in zip(names, more, strict=True)])
        ax.set_ylim(len(asked) - 0.5, -0.5)
        ax.set_xlim(0, 100)
        ax.set_xlabel("view of China, per cent")
        ax.set_ylabel("")
        style.bare(ax, x=True, y=False)
        tight(figure)
    return figure


@measure("relations.favour_where_grown")
@tells("view")
@by_parts
@parts(polls=Polls, counted=counts_in_china)
def favour_where_grown(
    facts: pd.DataFrame,
    opinion: pd.DataFrame,
    students: pd.DataFrame,
    *,
    economies: Sequence[str],
    polls: Polls | None = None,
    counted: pd.DataFrame | None = None,
) -> list[Estimate]:
    """Change of the view of China between the two newest waves, where exchange grew before.

    facts, opinion: as in `waves`. students: as in `exchange_change`. economies: codes.
    polls, counted: what `Polls` and `counts_in_china` make of these (made here if not given).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy, in percentage
    points, which tells the `view` of both. Exchange is students in China: between the years of
    the waves where both are counted, else over the five years to the last count before the second
    wave. An economy without two waves, without these counts, or in which exchange did not grow has
    the reason in `missing`.
    """
    polls = polls or Polls(facts, opinion)
    counted = counts_in_china(students, economies=economies) if counted is None else counted
    asked, out = [polls.waves(series) for series in SERIES], []
    for economy, counts in _students(counted, economies).items():
        pair = _newest_pair(asked, economy)
        if pair.empty:
            out.append(estimate_row(economy=economy, missing="no pollster asked the same twice"))
            continue
        years = _exchange_years(counts, *(int(y) for y in pair["year"]))
        if years is None or not counts[years[1]] > counts[years[0]]:
            why = "students in China are not counted" if years is None else "exchange did not grow"
            out.append(estimate_row(economy=economy, missing=why))
            continue
        (was, now), (first, last) = pair["percent"], pair["year"]
        told = {"view": f"{was:g} to {now:g}% ({first} to {last})"}
        behind = counted[counted["origin"].eq(economy) & counted["year"].isin(years)]
        used = pd.concat([pair, behind[_COUNT]])
        out.append(estimate_row(used, economy=economy, estimate=float(now - was), about=told))
    return out


_COUNT = ["origin", "destination", "year", "source_id"]
"""What says which count of students a row is."""


@measure("relations.exceptions")
@by_parts
@parts(polls=Polls, counted=counts_in_china)
def exceptions(
    facts: pd.DataFrame,
    opinion: pd.DataFrame,
    students: pd.DataFrame,
    *,
    economies: Sequence[str],
    exposure: Literal["same_years", "five_years_before"] = "same_years",
    margin: float = 0,
    polls: Polls | None = None,
    counted: pd.DataFrame | None = None,
) -> list[Estimate]:
    """Number of economies in which exchange grew and the favourable view fell by more than a
    margin.

    facts, opinion, students, exposure: as in `exchange_change` ('same_years' or
        'five_years_before'). economies: codes.
    margin: percentage points; a change within the sampling error is no fall
        (`stats.change_error`).
    polls, counted: what `Polls` and `counts_in_china` make of these (made here if not given).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`) of one row for all, without an
    estimate: low counts the economies where both are seen, high adds those where one of the two is
    not known. An economy whose view did not fall so far, or whose exchange did not grow, is none.
    Without any wave the reason stands in `missing`.
    Raises UnknownNameError for another exposure.
    """
    views = (polls or Polls(facts, opinion)).waves("barometer")
    counted = counts_in_china(students, economies=economies) if counted is None else counted
    table = _side_by_side(views, counted, economies, exposure)
    fell, grew = table["view_change"] < -number("margin", margin), table["students_change"] > 0
    spared = (table["view_change"] >= -margin) | (table["students_change"] <= 0)
    low, high = int((fell & grew).sum()), int((~spared).sum())
    years = set(table["count_before"].dropna()) | set(table["count_after"].dropna())
    behind = counted.loc[counted["year"].isin(years), _COUNT]
    used = pd.concat([views[views["economy"].isin(list(economies))], behind])
    if views.empty:
        return [estimate_row(missing="no poll of the Barometer is known")]
    return [estimate_row(used, low=low, high=high, interval="seen to seen or not known")]


@measure("relations.exposure_slope")
def exposure_slope(
    facts: pd.DataFrame,
    opinion: pd.DataFrame,
    students: pd.DataFrame,
    *,
    economies: Sequence[str],
    question: Series = "barometer",
) -> list[Estimate]:
    """Slope of the view of China on students in China over the waves of one question.

    facts, opinion: as in `waves`. students: as in `exchange_change`. economies: codes.
    question: 'barometer' or 'gallup'.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy; the estimate is
    in percentage points per thousand students, by least squares over years with both, without an
    interval. Fewer than three such years (two points always lie on a line), or a number
    of students that did not change, are recorded in `missing`.
    Raises UnknownNameError for another question.
    """
    table, out = waves(facts, opinion, series=question), []
    counted = counts_in_china(students, economies=economies)
    for economy, persons in _students(counted, economies).items():
        counts = persons / 1000
        mine = table[(table["economy"] == economy) & table["year"].isin(counts.index)]
        if len(mine) < _LEAST_WAVES:
            out.append(
                estimate_row(
                    economy=economy,
                    missing=f"{_count(len(mine))} {_POLLSTERS[question]} in years with a count of "
                    f"students, {_LEAST_WAVES} needed",
                )
            )
            continue
        x = counts.reindex(mine["year"]).to_numpy()
        y = mine["percent"].to_numpy()
        spread = float(((x - x.mean()) ** 2).sum())
        if spread == 0:
            out.append(
                estimate_row(economy=economy, missing="the number of students did not change")
            )
            continue
        out.append(
            estimate_row(
                mine,
                economy=economy,
                estimate=float(((x - x.mean()) * (y - y.mean())).sum() / spread),
            )
        )
    return out


@needs("views", "economy", "year", "percent", "question", empty=True)
@needs("students", "origin", "year", "students", like="load('students')", empty=True)
def views_and_exchange(
    views: pd.DataFrame, students: pd.DataFrame, *, economies: str | Sequence[str]
) -> Figure:
    """One row per economy: what people think of China (left) and how many of its students are in
    China (right).

    views: columns economy, year, percent, question (a word for each pollster); waves of one
        question are joined.
    students: columns origin, year, students, of one source, level and destination; years without a
        count are shaded.
    """
    economies = chosen("economy", economies, [*views["economy"], *students["origin"]])
    one_of(
        students,
        ["destination", "level", "source_id"],
        hint="keep one count: unlike students are no one line",
    )
    years = (2009, 2024)
    with style.context():
        figure, grid = plt.subplots(
            len(economies),
            2,
            figsize=(style.WIDE, 1.5 * len(economies) + 0.3),
            squeeze=False,
            sharex=True,
        )
        for i, economy in enumerate(economies):
            left, right = grid[i]
            _views(left, views[views["economy"] == economy], first=i == 0)
            mine = (
                students[students["origin"] == economy]
                .dropna(subset=["students"])
                .sort_values("year")
            )
            uncounted = shade_uncounted(right, mine["year"], years[1])
            if i == 0 and uncounted:
                right.text(
                    uncounted[0] - 0.2,
                    0.86,
                    "no count",
                    transform=right.get_xaxis_transform(),
                    fontsize=style.TICK,
                    color=style.MUTED,
                )
            if mine.empty:
                say_empty(right, "no count")
            else:
                line(right, by_year(mine, "students") / 1000, color=style.INK, linewidth=1.8)
                end = mine.iloc[-1]
                right.annotate(
                    f"{float(end['students']) / 1000:,.1f}",
                    (int(end["year"]), float(end["students"]) / 1000),
                    xytext=(4, 0),
                    textcoords="offset points",
                    fontsize=style.TICK,
                    va="center",
                )
            right.set_ylim(0, 1.25 * float(mine["students"].max()) / 1000 if len(mine) else 1)
            left.set_ylim(0, 100)
            left.set_yticks([0, 50, 100])
            left.set_title(eco.name_of(economy), pad=4)
            for ax in (left, right):
                ax.set_xlim(years)
                ax.set_xticks([2010, 2014, 2018, 2022])
                style.bare(ax, x=False)
        grid[-1][0].set_xlabel("view of China, per cent")
        grid[-1][1].set_xlabel("students in China, thousands")
        tight(figure, h_pad=0.7, w_pad=1.2)
    return figure


def _views(ax: Axes, mine: pd.DataFrame, *, first: bool) -> None:
    if mine.empty:
        say_empty(ax, "not asked twice")
        return
    for question, part in mine.sort_values("year").groupby("question", sort=False):
        main = question in ("Barometer", "Gallup")
        colour = style.HIGHLIGHT if question == "Barometer" else style.MUTED
        dash = {"Barometer": "-", "Gallup": (0, (4, 2))}.get(str(question), (0, (1, 1.5)))
        points = [(int(row.year), float(row.percent)) for row in part.itertuples()]
        ax.plot(*zip(*points, strict=True), color=colour, linestyle=dash, marker="o", markersize=4)
        for at in points:
            below = not main and at == points[0]
            ax.annotate(
                f"{at[1]:.0f}",
                at,
                xytext=(0, -6 if below else 5),
                textcoords="offset points",
                fontsize=style.TICK,
                ha="center",
                va="top" if below else "bottom",
            )
        if first and main:
            ax.annotate(
                question,
                points[-1],
                xytext=(0, -6),
                textcoords="offset points",
                fontsize=style.TICK,
                color=colour,
                ha="center",
                va="top",
            )
        elif not main:
            ax.annotate(
                question,
                points[0],
                xytext=(-6, -2),
                textcoords="offset points",
                fontsize=style.TICK,
                color=colour,
                ha="right",
                va="top",
            )
