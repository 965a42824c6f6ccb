"""Learners of Chinese: candidates of the test, learners at single institutes, and institutes
opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..estimates.frame import Estimate, estimate_row
from ..estimates.measures import measure
from ..ground.arguments import whole_number
from ..ground.errors import UnknownNameError, UsageError, known_name
from ..plots import style
from ..plots.needs import chosen, needs
from ..plots.panels import economy_panel, panels, say_empty
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


def learner_cases(
    culture: pd.DataFrame,
    *,
    bound: str = "as_printed",
    last_from: int = 0,
    opening: str = "counted",
) -> pd.DataFrame:
    """Institutes for which one source gives two years of learners: what is told, and its growth
    brought to five years.

    culture: table `culture` (economy, year, measure, value in persons, note, source_id); rows of
        measure `learners` of single economies. Only where a source has exactly one figure a year
        for an economy: two institutes of one source cannot be told apart.
    bound: 'as_printed', or 'cautious', the first count a tenth higher and the last a tenth lower.
    last_from: the second count is of this year or later (0: any).
    opening: 'counted', or 'left_out', without figures that their note calls those of the first year
        (any institute grows from the year in which it opens).
    Returns economy, first_year, last_year, first, last (persons), years, growth (per cent in five
    years, compound), source_id.
    Raises UnknownNameError for another choice. Formula: 100 ((last / first) ** (5 / years) - 1).
    """
    for kind, choice, known in (("bound", bound, BOUNDS), ("opening", opening, OPENINGS)):
        known_name(kind, choice, known)
    slack = _ROUNDING if bound == "cautious" else 0.0
    rows = culture[
        (culture["measure"] == "learners") & culture["economy"].str.fullmatch(r"[A-Z]{3}")
    ]
    out = []
    if opening == "left_out":
        rows = rows[
            ~rows["note"].astype("string").str.contains("first year", case=False).fillna(False)
        ]
    for (economy, source), mine in rows.dropna(subset=["year", "value"]).groupby(
        ["economy", "source_id"]
    ):
        mine = mine.sort_values("year")
        if (
            len(mine) < 2
            or mine["year"].duplicated().any()
            or mine["year"].iloc[-1] < whole_number("last_from", last_from)
        ):
            continue
        years = int(mine["year"].iloc[-1] - mine["year"].iloc[0])
        first, last = float(mine["value"].iloc[0]), float(mine["value"].iloc[-1])
        ratio = last * (1 - slack) / (first * (1 + slack))
        out.append(
            {
                "economy": economy,
                "first_year": int(mine["year"].iloc[0]),
                "last_year": int(mine["year"].iloc[-1]),
                "first": first,
                "last": last,
                "years": years,
                "growth": 100 * (ratio ** (5 / years) - 1),
                "source_id": source,
            }
        )
    columns = [
        "economy",
        "first_year",
        "last_year",
        "first",
        "last",
        "years",
        "growth",
        "source_id",
    ]
    return pd.DataFrame(out, columns=columns)


@measure("relations.learner_growth")
def learner_growth(
    culture: pd.DataFrame,
    *,
    economies: Sequence[str],
    bound: Bound = "as_printed",
    last_from: int = 0,
    opening: Opening = "counted",
) -> list[Estimate]:
    """Growth of learners at the institute that tells of two years, in per cent in five years.

    culture, bound, last_from, opening: as in `learner_cases` ('as_printed', 'cautious'; 'counted',
        'left_out').
    economies: codes.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy, without
    an interval. Where an economy has several such cases the slowest counts: one that grew does not
    speak for the others. An economy without a case has the reason in `missing`.
    Raises UnknownNameError for another choice.
    """
    cases = learner_cases(culture, bound=bound, last_from=last_from, opening=opening)
    which = "" if not last_from else f", the second in {last_from} or later"
    which += " and the first not of its opening" if opening == "left_out" else ""
    out = []
    for economy in economies:
        mine = cases[cases["economy"] == economy].sort_values("growth")
        if mine.empty:
            out.append(
                estimate_row(
                    economy=economy,
                    missing=f"no institute for which one source gives two years{which}",
                )
            )
            continue
        case = mine.iloc[0]
        used = culture[
            (culture["measure"] == "learners")
            & (culture["economy"] == economy)
            & (culture["source_id"] == case["source_id"])
        ]
        out.append(estimate_row(used, economy=economy, estimate=float(case["growth"])))
    return out


PANDEMIC = (2020, 2021, 2022)
"""Years in which tests and lessons were hardly held: neither end of a comparison."""

_STATED = "hsk_takers_yearly_growth"


def stated_growth(facts: pd.DataFrame) -> pd.DataFrame:
    """Growth of candidates of the Chinese test that is stated for a span of years, brought to five.

    facts: like table `facts`; rows of attribute hsk_takers_yearly_growth, per cent a year, whose
        period is 'first-last'.
    Returns the rows with economy, first_year, last_year and growth (per cent in five years,
    compound). Formula: 100 ((1 + g / 100) ** 5 - 1).
    """
    rows = facts[facts["attribute"] == _STATED].dropna(subset=["value"])
    ends = rows["period"].str.extract(r"^(\d{4})-(\d{4})$").dropna().astype(int)
    rows = rows.loc[ends.index]
    return rows.assign(
        economy=rows["subject"],
        first_year=ends[0],
        last_year=ends[1],
        growth=100 * ((1 + rows["value"].astype(float) / 100) ** 5 - 1),
    )


def learning_pairs(
    culture: pd.DataFrame, facts: pd.DataFrame, *, bound: str = "as_printed", last_from: int = 0
) -> pd.DataFrame:
    """Two dates of one institute or test that can be compared, outside the pandemic (PANDEMIC).

    culture, facts, bound, last_from: as in `learning_growth`.
    Returns what (learners at one institute, or candidates of the test, as stated), economy,
    first_year, last_year, first, last (persons, null where only growth is stated), growth (per cent
    in five years, compound), source_id; the slowest growth of an economy first.
    """
    cases = learner_cases(culture, bound=bound, last_from=last_from, opening="left_out")
    stated = stated_growth(facts)
    stated = stated[stated["last_year"] >= whole_number("last_from", last_from)]
    shared = ["economy", "first_year", "last_year", "growth", "source_id"]
    pairs = pd.concat(
        [
            cases[[*shared, "first", "last"]].assign(what="learners at one institute"),
            stated[shared].assign(what="candidates of the test, as stated"),
        ]
    )
    apart = pairs["first_year"].isin(PANDEMIC) | pairs["last_year"].isin(PANDEMIC)
    return pairs[~apart].sort_values(["economy", "growth"], ignore_index=True)


@measure("relations.learning_growth")
def learning_growth(
    culture: pd.DataFrame,
    facts: pd.DataFrame,
    *,
    economies: Sequence[str],
    bound: Bound = "as_printed",
    last_from: int = 0,
) -> list[Estimate]:
    """Growth of learners of Chinese or of candidates of its test, in per cent in five years.

    culture: as in `learner_cases`; learners at one institute at two dates. facts: as in
        `stated_growth`; candidates. economies: codes.
    bound: 'as_printed' or 'cautious', as in `learner_cases`. last_from: the second date is of this
        year or later.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy, without an
    interval. A pair that begins in the year of opening, or of which one end lies in the pandemic
    (PANDEMIC), takes no part. Where an economy has several pairs the slowest counts. One without
    a pair has the reason in `missing`.
    Raises UnknownNameError for another bound.
    """
    pairs = learning_pairs(culture, facts, bound=bound, last_from=last_from)
    slowest, stated = pairs.drop_duplicates("economy").set_index("economy"), stated_growth(facts)
    out = []
    for economy in economies:
        if economy not in slowest.index:
            why = "no two dates of one institute or test outside 2020 to 2022 can be compared"
            out.append(estimate_row(economy=economy, missing=why))
            continue
        pair = slowest.loc[economy]
        used = _behind(culture, stated, economy, pair["source_id"])
        out.append(estimate_row(used, economy=economy, estimate=float(pair["growth"])))
    return out


def _behind(culture: pd.DataFrame, stated: pd.DataFrame, economy: str, source: str) -> pd.DataFrame:
    """The rows that a pair of `learning_growth` rests on, with the keys of their own table."""
    counted = culture[
        (culture["measure"] == "learners")
        & (culture["economy"] == economy)
        & (culture["source_id"] == source)
    ]
    if len(counted):
        return counted
    mine = stated[(stated["economy"] == economy) & (stated["source_id"] == source)]
    return mine.drop(columns=["economy", "first_year", "last_year", "growth"])


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


@needs("frame", "economy", "year", "value", "bound", "source_id", empty=True)
def learner_points(frame: pd.DataFrame, *, economies: str | Sequence[str]) -> Figure:
    """Counts of learners as they were printed, each economy on its own scale; two figures of one
    source are joined.

    frame: columns economy, year, value, bound (as_stated, lower, upper), source_id.
    """
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
            for _, part in mine.groupby("source_id"):
                joined = len(part) > 1 and part["year"].is_unique
                colour = style.HIGHLIGHT if joined else style.OTHER
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
