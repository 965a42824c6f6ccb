"""Views of China in the five economies, wave by wave, and whether they moved with exchange.

Two pollsters asked more than once: the Central Asia Barometer (favourable view of China) and Gallup
(approval of China's leadership). Their questions differ, so they are never joined to one series.
The sizes of the samples are not at hand:
two waves give a direction and no interval.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from .. import stats
from ..estimates.frame import estimate_row, estimates
from ..estimates.measures import measure
from ..ground.errors import UnknownNameError
from ..tables.dates import bounds
from ..tables.preference import preferred_rows

BAROMETER = "cab_favourable_view:CHN"
GALLUP = ("gallup_approve", "M_GAL_CN")
"""Measure and source: a press report of the same poll disagrees with it for one economy and stays
out.
"""

SERIES = ("barometer", "gallup")
_LEAST_WAVES = 3


def _count(waves_: int) -> str:
    return {0: "no wave", 1: "one wave"}.get(waves_, f"{waves_} waves")


def _known(kind: str, name: str, known: Sequence[str]) -> None:
    if name not in known:
        raise UnknownNameError(kind, name, known)


def waves(facts: pd.DataFrame, opinion: pd.DataFrame, *, series: str) -> pd.DataFrame:
    """Waves of one question: economy, year, percent, source_id, sorted; one pollster and one
    question only.

    facts: table `facts` (subject, attribute, year, value, unit, source_id), for 'barometer':
        favourable view of China.
    opinion: table `opinion` (economy, about, measure, year, value_pct, source_id), for 'gallup':
        approval of China's leadership.
    series: 'barometer' or 'gallup'. Percent is of all asked. Raises UnknownNameError for another
        series.
    """
    _known("series", series, SERIES)
    if series == "barometer":
        rows = facts[(facts["attribute"] == BAROMETER) & (facts["unit"] == "percent")]
        rows = rows.rename(columns={"subject": "economy", "value": "percent"})
    else:
        rows = opinion[
            (opinion["about"] == "CHN")
            & (opinion["measure"] == GALLUP[0])
            & (opinion["source_id"] == GALLUP[1])
        ].rename(columns={"value_pct": "percent"})
    table = rows.dropna(subset=["year", "percent"])[["economy", "year", "percent", "source_id"]]
    table = table.astype({"year": int, "percent": float})
    return table.sort_values(["economy", "year"], ignore_index=True)


@measure("relations.favour_change")
def favour_change(
    facts: pd.DataFrame, opinion: pd.DataFrame, *, economies: Sequence[str], series: str
) -> pd.DataFrame:
    """Change of the view of China from the first wave to the last, in percentage points.

    facts, opinion, series: as in `waves` ('barometer' or 'gallup'). economies: codes.
    Returns an estimates frame (`tables.provenance.ESTIMATE_COLUMNS`), one row per economy; no
    interval, for the sizes of the samples are not at hand. Fewer than two waves are recorded in
    `missing`.
    Raises UnknownNameError for another series.
    """
    table, out = waves(facts, opinion, series=series), []
    for economy in economies:
        mine = table[table["economy"] == economy]
        if len(mine) < 2:
            out.append(
                estimate_row(
                    economy=economy, missing=f"{_count(len(mine))} of the {series} at hand"
                )
            )
        else:
            ends = mine.iloc[[0, -1]]
            out.append(
                estimate_row(
                    ends,
                    economy=economy,
                    estimate=stats.end_to_end(ends.set_index("year")["percent"]),
                )
            )
    return estimates(out)


@measure("relations.favour_since")
def favour_since(
    facts: pd.DataFrame, opinion: pd.DataFrame, *, economies: Sequence[str], since: str
) -> pd.DataFrame:
    """Change of the favourable view from the last wave before a day to the first after it, in
    percentage points.

    facts, opinion: as in `waves`; the waves are those of the Barometer. economies: codes.
    since: a date; a wave is of a year, and lies after `since` where the whole year does.
    Returns an estimates frame (`tables.provenance.ESTIMATE_COLUMNS`), one row per economy, without
    an interval; no wave before or after is recorded in `missing`.
    Raises UsageError for what is no date.
    """
    year, out = bounds(since)[0].year, []
    table = waves(facts, opinion, series="barometer")
    for economy in economies:
        mine = table[table["economy"] == economy]
        before, after = mine[mine["year"] <= year].tail(1), mine[mine["year"] > year].head(1)
        if before.empty or after.empty:
            out.append(
                estimate_row(
                    economy=economy,
                    missing=f"no wave {'before' if before.empty else 'after'} {since}",
                )
            )
        else:
            change = float(after["percent"].iloc[0] - before["percent"].iloc[0])
            out.append(estimate_row(pd.concat([before, after]), economy=economy, estimate=change))
    return estimates(out)


def _students(students: pd.DataFrame, economy: str) -> pd.Series:
    rows = students[
        (students["origin"] == economy)
        & (students["destination"] == "CHN")
        & (students["level"] == "all")
    ]
    rows = preferred_rows(rows, ["origin"])
    return rows.set_index(rows["year"].astype(int))["students"].astype(float).sort_index()


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
    _known("exposure", exposure, ("same_years", "five_years_before"))
    table, rows = waves(facts, opinion, series="barometer"), []
    for economy in economies:
        mine, counts = table[table["economy"] == economy], _students(students, economy)
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


@measure("relations.exceptions")
def exceptions(
    facts: pd.DataFrame,
    opinion: pd.DataFrame,
    students: pd.DataFrame,
    *,
    economies: Sequence[str],
    exposure: str = "same_years",
    margin: str = "10",
) -> pd.DataFrame:
    """Number of economies in which exchange grew and the favourable view fell by more than `margin`
    points.

    facts, opinion, students, exposure: as in `exchange_change` ('same_years' or
        'five_years_before'). economies: codes.
    margin: percentage points ('10').
    Returns an estimates frame (`tables.provenance.ESTIMATE_COLUMNS`) of one row for all, without an
    estimate: low counts the economies where both are seen, high adds those where one of the two is
    not known. An economy whose view did not fall so far, or whose exchange did not grow, is none.
    Without any wave the reason stands in `missing`.
    Raises UnknownNameError for another exposure.
    """
    table = exchange_change(facts, opinion, students, economies=economies, exposure=exposure)
    fell, grew = table["view_change"] < -float(margin), table["students_change"] > 0
    spared = (table["view_change"] >= -float(margin)) | (table["students_change"] <= 0)
    low, high = int((fell & grew).sum()), int((~spared).sum())
    views = waves(facts, opinion, series="barometer")
    counted = students[
        (students["destination"] == "CHN")
        & (students["level"] == "all")
        & students["origin"].isin(list(economies))
    ]
    counted = preferred_rows(counted, ["origin"])
    years = set(table["count_before"].dropna()) | set(table["count_after"].dropna())
    counted = counted[counted["year"].isin(years)]
    used = pd.concat(
        [
            views[views["economy"].isin(list(economies))],
            counted[["origin", "destination", "year", "source_id"]],
        ]
    )
    if views.empty:
        return estimates([estimate_row(missing="no waves of the barometer at hand")])
    return estimates([estimate_row(used, low=low, high=high, interval="seen to seen or not known")])


@measure("relations.exposure_slope")
def exposure_slope(
    facts: pd.DataFrame,
    opinion: pd.DataFrame,
    students: pd.DataFrame,
    *,
    economies: Sequence[str],
    question: str = "barometer",
) -> pd.DataFrame:
    """Slope of the view of China on students in China over the waves of one question.

    facts, opinion: as in `waves`. students: as in `exchange_change`. economies: codes.
    question: 'barometer' or 'gallup'.
    Returns an estimates frame (`tables.provenance.ESTIMATE_COLUMNS`), one row per economy; the
    estimate is in percentage points per thousand students, by least squares over years with both,
    without an interval. Fewer than three such years (two points always lie on a line), or a number
    of students that did not change, are recorded in `missing`.
    Raises UnknownNameError for another question.
    """
    table, out = waves(facts, opinion, series=question), []
    for economy in economies:
        counts = _students(students, economy) / 1000
        mine = table[(table["economy"] == economy) & table["year"].isin(counts.index)]
        if len(mine) < _LEAST_WAVES:
            out.append(
                estimate_row(
                    economy=economy,
                    missing=f"{_count(len(mine))} of the {question} in years with a count of "
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
    return estimates(out)
