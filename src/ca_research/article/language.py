"""Learners of Chinese: candidates of the test, learners at single institutes, and institutes
opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..estimates.frame import Estimate, estimate_row
from ..estimates.measures import measure, tells
from ..ground import economies as eco
from ..ground.arguments import whole_number
from ..ground.errors import UnknownNameError, UsageError, known_name
from ..plots import style
from ..plots.needs import chosen, needs
from ..plots.panels import economy_panel, panels, say_empty, the_five_first, year_axis
from ..plots.pen import tight
from ..registry.words import measure_name

REGIONS = ("CA5", "CA4")
"""Codes under which counts of the region stand: all five, or all but Turkmenistan."""
Bound = Literal["as_printed", "cautious"]
BOUNDS = get_args(Bound)
Opening = Literal["counted", "left_out"]
OPENINGS = get_args(Opening)
_ROUNDING = 0.1
"""By how much 'cautious' reads a printed count against growth at either end."""


def _yearly(
    culture: pd.DataFrame, measure: str, span: int
) -> tuple[pd.DataFrame, float | None, str]:
    """Rows of the newest pair of years `span` apart by one source for the region, their growth in
    per cent, or why none.
    """
    if whole_number("span", span) < 1:
        raise UsageError(f"not a number of years: {span}", hint="for example 5")
    rows = culture[(culture["measure"] == measure) & culture["economy"].isin(REGIONS)].dropna(
        subset=["year", "value"]
    )
    for end in sorted(set(rows["year"]), reverse=True):
        for region in REGIONS:
            for source in sorted(set(rows["source_id"])):
                mine = rows[(rows["economy"] == region) & (rows["source_id"] == source)].set_index(
                    "year", drop=False
                )
                if {end, end - span} <= set(mine.index):
                    pair = mine.loc[[end - span, end]]
                    return pair, 100 * float(pair["value"].iloc[1] / pair["value"].iloc[0] - 1), ""
    name = measure_name(measure)
    years = ", ".join(str(int(y)) for y in sorted(set(rows["year"])))
    return (
        rows,
        None,
        f"{name}: "
        + (f"counted for {years} only" if years else "no yearly count of the region is known"),
    )


@measure("relations.examinee_growth")
def examinee_growth(
    culture: pd.DataFrame, *, measure: str = "hsk_takers", span: int = 5
) -> list[Estimate]:
    """Growth of the yearly number of candidates of a test in the region, in per cent over some
    years.

    culture: table `culture` (economy, year, measure, value in persons, source_id); rows of CA5,
        else CA4 (REGIONS).
    measure: the test ('hsk_takers'). span: a number of years ('5').
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`) of one row, for the newest
    pair of years `span` apart by one source and for one region. Where there is no such pair,
    `missing` names the years that are counted; a total of several years is no yearly count.
    Raises UsageError for a span that is none.
    Formula: 100 (n_t / n_(t-span) - 1).
    """
    used, growth, missing = _yearly(culture, measure, span)
    return [
        estimate_row(missing=missing) if growth is None else estimate_row(used, estimate=growth)
    ]


@measure("relations.examinee_lead")
def examinee_lead(
    culture: pd.DataFrame,
    *,
    measure: str = "hsk_takers",
    other: str = "english_test_takers",
    span: int = 5,
) -> list[Estimate]:
    """Growth of one test's candidates less that of another's over some years, in percentage points.

    culture, span: as in `examinee_growth`. measure, other: the two tests ('hsk_takers',
        'english_test_takers').
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`) of one row. Each test has its
    own newest pair of years; where one has none, the reason stands in `missing`.
    Raises UsageError for a span that is none.
    """
    found = [_yearly(culture, m, span) for m in (measure, other)]
    missing = "; ".join(why for _, growth, why in found if growth is None)
    if missing:
        return [estimate_row(missing=missing)]
    (mine, growth, _), (theirs, against, _) = found
    assert growth is not None and against is not None
    return [estimate_row(pd.concat([mine, theirs]), estimate=growth - against)]


def _counts(culture: pd.DataFrame, opening: str) -> pd.DataFrame:
    """Counts of learners that say of which institute (or of the whole country) they are."""
    rows = culture[
        (culture["measure"] == "learners")
        & culture["economy"].str.fullmatch(r"[A-Z]{3}")
        & culture["institute"].notna()
    ]
    if opening == "left_out":
        first = rows["note"].astype("string").str.contains("first year", case=False)
        rows = rows[~first.fillna(False)]
    return rows.dropna(subset=["year", "value"])


def _pairs(rows: pd.DataFrame, bound: str, last_from: int) -> pd.DataFrame:
    """The last count of each series and the one nearest to five years before it, with the growth
    between them brought to five years, and the rows of both.
    """
    slack = _ROUNDING if bound == "cautious" else 0.0
    out = []
    for (economy, institute), mine in rows.groupby(["economy", "institute"]):
        mine = mine.sort_values("year").reset_index(drop=True)
        if len(mine) < 2 or mine["year"].duplicated().any():
            continue
        if mine["year"].iloc[-1] < whole_number("last_from", last_from):
            continue
        years = mine["year"].iloc[-1] - mine["year"].iloc[:-1].astype(int)
        ends = mine.loc[[(years - SPAN).abs().idxmin(), len(mine) - 1]]
        (first, last), (since, until) = ends["value"].astype(float), ends["year"].astype(int)
        ratio = last * (1 - slack) / (first * (1 + slack))
        out.append(
            {
                "economy": economy,
                "institute": institute,
                "first_year": since,
                "last_year": until,
                "first": first,
                "last": last,
                "growth": 100 * (ratio ** (SPAN / (until - since)) - 1),
                "rows": ends,
            }
        )
    columns = ["economy", "institute", "first_year", "last_year", "first", "last", "growth"]
    return pd.DataFrame(out, columns=[*columns, "rows"])


def learner_cases(
    culture: pd.DataFrame,
    *,
    bound: str = "as_printed",
    last_from: int = 0,
    opening: str = "counted",
) -> pd.DataFrame:
    """Places with counts of learners for two years: the last, and the one nearest to five years
    before it, whoever printed them.

    culture: table `culture` (economy, institute, year, measure, value in persons, note, source_id);
        rows of measure `learners` of single economies that name their institute ('whole country'
        for all of a country). Two figures for one year cannot be told apart: such a place is left
        out.
    bound: 'as_printed', or 'cautious', the first count a tenth higher and the last a tenth lower.
    last_from: the second count is of this year or later (0: any).
    opening: 'counted', or 'left_out', without figures that their note calls those of the first year
        (any institute grows from the year in which it opens).
    Returns economy, institute, first_year, last_year, first, last (persons), growth (per cent in
    five years, compound), rows (of the table).
    Raises UnknownNameError for another choice. Formula: 100 ((last / first) ** (5 / years) - 1).
    """
    for kind, choice, known in (("bound", bound, BOUNDS), ("opening", opening, OPENINGS)):
        known_name(kind, choice, known)
    return _pairs(_counts(culture, opening), bound, last_from)


@measure("relations.learner_growth")
def learner_growth(
    culture: pd.DataFrame,
    *,
    economies: Sequence[str],
    bound: Bound = "as_printed",
    last_from: int = 0,
    opening: Opening = "counted",
) -> list[Estimate]:
    """Growth of learners of Chinese where two years of one place are counted, in per cent in five
    years.

    culture, bound, last_from, opening: as in `learner_cases`. economies: codes.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy, without
    an interval. Where an economy has several such places the slowest counts: one that grew does not
    speak for the others. An economy without one has the reason in `missing`.
    Raises UnknownNameError for another choice.
    """
    cases = learner_cases(culture, bound=bound, last_from=last_from, opening=opening)
    which = "" if not last_from else f", the second of {last_from} or later"
    which += " and the first not of its opening" if opening == "left_out" else ""
    return _slowest(cases, economies, f"no institute with counts for two years{which}")


PANDEMIC = (2020, 2021, 2022)
"""Years in which tests and lessons were hardly held: neither end of a comparison."""

SPAN = 5
"""Years over which growth is asked for."""


def learning_pairs(
    culture: pd.DataFrame, *, bound: str = "as_printed", last_from: int = 0
) -> pd.DataFrame:
    """Two counts of one place or of the test in one country, outside the pandemic (PANDEMIC).

    culture, bound, last_from: as in `learner_cases`; beside learners the candidates of the Chinese
        test in a year (`hsk_takers`). A rate of growth that is stated without its counts is no
        pair.
    Returns what `learner_cases` returns, the slowest growth of an economy first; institute is
    'candidates of the test' where these are counted.
    """
    known_name("bound", bound, BOUNDS)
    tests = culture[
        (culture["measure"] == "hsk_takers") & culture["economy"].str.fullmatch(r"[A-Z]{3}")
    ].dropna(subset=["year", "value"])
    rows = pd.concat(
        [_counts(culture, "left_out"), tests.assign(institute="candidates of the test")]
    )
    pairs = _pairs(rows[~rows["year"].isin(PANDEMIC)], bound, last_from)
    return pairs.sort_values(["economy", "growth"], ignore_index=True)


@measure("relations.learning_growth")
@tells("counts")
def learning_growth(
    culture: pd.DataFrame,
    *,
    economies: Sequence[str],
    bound: Bound = "as_printed",
    last_from: int = 0,
) -> list[Estimate]:
    """Growth of learners of Chinese or of candidates of its test, in per cent in five years.

    culture, bound, last_from: as in `learning_pairs`. economies: codes.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy, without an
    interval, which tells its two `counts`. A count of the year of opening or of the pandemic
    (PANDEMIC) takes no part. Where an economy has several pairs the slowest counts. One without a
    pair has the reason in `missing`.
    Raises UnknownNameError for another bound.
    """
    pairs = learning_pairs(culture, bound=bound, last_from=last_from)
    why = "no two counts of one institute or of the test outside 2020 to 2022"
    return _slowest(pairs, economies, why)


def _slowest(pairs: pd.DataFrame, economies: Sequence[str], missing: str) -> list[Estimate]:
    """The slowest growth of each economy, with its two counts."""
    slowest = pairs.sort_values("growth", kind="stable").drop_duplicates("economy")
    by_economy = {pair.economy: pair for pair in slowest.itertuples()}
    out = []
    for economy in economies:
        if (pair := by_economy.get(economy)) is None:
            out.append(estimate_row(economy=economy, missing=missing))
            continue
        was, now = (_as_printed(row) for row in pair.rows.itertuples())
        told = f"{was} in {pair.first_year} and {now} in {pair.last_year} ({pair.institute})"
        used = pair.rows.drop(columns="institute")  # a name that the test's counts were given
        growth = float(pair.growth)
        out.append(estimate_row(used, economy=economy, estimate=growth, about={"counts": told}))
    return out


_WORDS = {"as_stated": "", "lower": "over ", "upper": "under "}


def _as_printed(row: Any) -> str:
    return f"{_WORDS[row.bound]}{row.value:,.0f}"


@measure("relations.institute_openings")
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
        it.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy; the estimate is
    a number of institutes. Recorded in `missing`: a year (or the one before `first`) without a
    figure, and, by
    'running_total', a column that falls from one year to the next for any economy: it is then no
    running total for any.
    Raises UnknownNameError for another reading.
    """
    if column not in ("openings", "running_total"):
        raise UnknownNameError("column", column, ("openings", "running_total"))
    rows = facts[facts["attribute"] == "confucius_institutes_column"].sort_values(
        ["subject", "year"]
    )
    falls = bool((rows.groupby("subject")["value"].diff().dropna() < 0).any())
    out = []
    for economy in economies:
        mine = rows[rows["subject"] == economy]
        series = mine.set_index(mine["year"].astype(int))["value"].astype(float)
        wanted = list(range(first, last + 1))
        if not {*wanted, first - 1} <= set(series.index):
            out.append(
                estimate_row(
                    economy=economy, missing=f"no yearly figures from {first - 1} to {last}"
                )
            )
        elif column == "running_total" and falls:
            out.append(
                estimate_row(
                    economy=economy,
                    missing="the column falls from year to year, so it is no running total",
                )
            )
        else:
            opened = (
                series.loc[wanted].sum()
                if column == "openings"
                else series[last] - series[first - 1]
            )
            used = mine[mine["year"].isin([first - 1, *wanted])]
            out.append(estimate_row(used, economy=economy, estimate=float(opened)))
    return out


MARKS = {"as_stated": "o", "lower": "^", "upper": "v"}
"""A figure as printed; 'more than' points up, 'fewer than' points down."""


def _dot_follows(points: pd.DataFrame, point: pd.Series) -> bool:
    """Whether another dot stands where the label of this one would, right of it."""
    level = (points["value"] - point["value"]).abs() < 0.1 * points["value"].max()
    return bool((level & points["year"].between(point["year"] + 1, point["year"] + 3)).any())


@needs("frame", "economy", "institute", "year", "value", "bound", "source_id", empty=True)
def learner_points(
    frame: pd.DataFrame, *, economies: str | Sequence[str], compared: pd.DataFrame | None = None
) -> Figure:
    """Counts of learners as they were printed, each economy on its own scale; those of one place
    are joined.

    frame: columns economy, institute (null where a count is of no one place), year, value, bound
        (as_stated, lower, upper), source_id. compared: economy and institute of those to colour;
        where it is not given all that are joined.
    """
    coloured = None if compared is None else set(compared[["economy", "institute"]].agg(tuple, 1))
    economies = chosen("economy", economies, frame["economy"])
    years = (int(frame["year"].min()), int(frame["year"].max())) if len(frame) else (2005, 2024)
    with style.context():
        figure, axes = panels(len(economies))
        for ax, economy in zip(axes, economies, strict=True):
            economy_panel(ax, economy, years)
            mine = frame[frame["economy"] == economy].sort_values("year")
            if mine.empty:
                ax.set_yticks([])
                say_empty(ax, "no count of learners")
                continue
            place = mine["institute"].fillna(pd.Series(mine.index.astype(str), mine.index))
            for where, part in mine.groupby(place.astype(str)):
                joined = len(part) > 1 and part["year"].is_unique
                told = joined if coloured is None else (economy, where) in coloured
                colour = style.HIGHLIGHT if told else style.OTHER
                if joined:
                    ax.plot(part["year"].astype(int), part["value"], color=colour, linewidth=1.6)
                for row in part.itertuples():
                    ax.scatter(
                        [int(row.year)],
                        [row.value],
                        marker=MARKS[row.bound],
                        s=26,
                        color=colour,
                        zorder=3,
                    )
                last = part.iloc[-1]
                beside = (-6, "right") if _dot_follows(mine, last) else (6, "left")
                across, side = (0, "center") if joined else beside
                ax.annotate(
                    f"{last['value']:,.0f}",
                    (int(last["year"]), float(last["value"])),
                    xytext=(across, 7 if joined else 0),
                    textcoords="offset points",
                    fontsize=style.TICK,
                    ha=side,
                    va="bottom" if joined else "center",
                )
            ax.set_ylim(0, 1.2 * float(mine["value"].max()))
            ax.yaxis.set_major_formatter(lambda v, _: f"{v:,.0f}")
            ax.yaxis.set_major_locator(MaxNLocator(nbins=4))
        figure.supylabel("learners", color=style.MUTED)
        tight(figure, h_pad=1.1, w_pad=0.9)
    return figure


@needs("counts", "what", "value", "yearly")
def count_dots(counts: pd.DataFrame) -> Figure:
    """One dot a figure, on a scale of powers of ten, those that are yearly counts in colour.

    counts: what (the name of a row), value, yearly (whether it is a count of one year).
    """
    import seaborn as sns

    with style.context():
        figure, ax = plt.subplots(figsize=(style.WIDE, 0.26 * len(counts) + 0.7))
        sns.stripplot(
            counts.assign(kind=counts["yearly"].map({True: "yearly", False: "other"})),
            x="value",
            y="what",
            hue="kind",
            palette={"yearly": style.HIGHLIGHT, "other": style.OTHER},
            size=7,
            jitter=False,
            log_scale=True,
            legend=False,
            ax=ax,
        )
        for y, value in enumerate(counts["value"]):
            ax.annotate(
                f"{value:,.0f}", (value, y), xytext=(7, 0), textcoords="offset points", va="center"
            )
        ax.set_xlim(right=4 * float(counts["value"].max()))
        ax.xaxis.set_major_formatter(lambda v, _: f"{v:,.0f}")
        ax.xaxis.set_minor_formatter(lambda *_: "")  # within a power of ten each would be written
        ax.set_xlabel("candidates")
        ax.set_ylabel("")
        style.bare(ax, y=False)
        tight(figure)
    return figure


@needs("opened", "economy", "year", "value")
def opening_dots(opened: pd.DataFrame) -> Figure:
    """Institutes opened in a year, one row for each economy, the number where there are several.

    opened: economy, year, value.
    """
    import seaborn as sns

    rows = the_five_first(opened["economy"])
    named = opened.assign(row=opened["economy"].map(eco.name_of), year=opened["year"].astype(int))
    with style.context():
        figure, ax = plt.subplots(figsize=(style.WIDE, 0.32 * len(rows) + 0.6))
        order = [eco.name_of(code) for code in rows]
        sns.stripplot(
            named,
            x="year",
            y="row",
            order=order,
            color=style.HIGHLIGHT,
            size=9,
            jitter=False,
            ax=ax,
        )
        for one in named[named["value"] > 1].itertuples():
            ax.annotate(
                f"{one.value:.0f}",
                (one.year, order.index(one.row)),
                xytext=(7, 0),
                textcoords="offset points",
                va="center",
            )
        ax.set_xlabel("")
        ax.set_ylabel("")
        year_axis(ax, 5)
        style.bare(ax, y=False)
        tight(figure)
    return figure
