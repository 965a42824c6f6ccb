"""Opinion polls: approval of a power's leadership by economy and year, against another power, and
since its peak.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from ..estimates.frame import Estimate, estimate_row
from ..estimates.measures import measure, tells
from ..estimates.series import (
    Answer,
    at_year,
    between,
    change,
    each_economy,
    level,
    rows_of,
    series,
)
from ..ground import economies as eco
from .settings import settings
from .words import several


def approval_waves(
    opinion: pd.DataFrame, *, about: str | Sequence[str], waves: Literal["all", "tables"] = "all"
) -> pd.DataFrame:
    """Yearly shares that approve of a power's leadership, in per cent of all asked, as a series
    (`estimates.series`) by economy and year.

    opinion: rows of table `opinion` (economy, about, period, year, measure, value_pct, source_id).
    about: a power, or several, by codes or names. Pooled economies, pooled years and other
        questions are left out: they are no waves.
    waves: 'all', or 'tables' (only the poll's tables by country). Two sources for one wave both
        stand.
    """
    rows = opinion[
        opinion["measure"].eq(settings().polls.approval)
        & opinion["about"].isin(eco.resolve_all(about))
        & opinion["period"].astype("string").str.fullmatch(r"\d{4}")
        & ~opinion["economy"].astype("string").str.contains(";")
    ]
    if waves == "tables":
        rows = rows[rows["source_id"].isin(settings().polls.tables)]
    wanted = ["economy", "about", "year", "measure", "value_pct", "source_id"]
    found = series(rows, "economy", "value_pct", wanted)
    return found.sort_values(["economy", "about", "year", "source_id"], ignore_index=True)


def _published(waves: pd.DataFrame) -> str:
    """How many polls of an economy are published, where they are too few."""
    return f"{several(waves['year'].nunique(), 'poll')} published"


def _spread(low: float, high: float) -> str:
    return f"{low:.0f}" if low == high else f"{low:.0f} to {high:.0f}"


@measure("relations.approval")
@tells("newest")
def approval(opinion: pd.DataFrame, *, economies: Sequence[str], about: str) -> list[Estimate]:
    """Share that approves of a power's leadership, in per cent of all asked, in the newest wave.

    opinion: as in `approval_waves`. economies: codes. about: the code of the power.
    Tells the `newest` share with its year. Respondents without a view are part of the whole: a low
    share is not a share of disapproval.
    """

    def newest(mine: pd.DataFrame) -> Answer:
        used = at_year(mine)
        if used.empty:
            return _published(mine)
        told = f"{_spread(used['low'].min(), used['high'].max())}% ({used['year'].iloc[0]})"
        return level(used) | {"about": {"newest": told}}

    return each_economy(economies, approval_waves(opinion, about=about), newest)


@measure("relations.approval_gap")
def approval_gap(
    opinion: pd.DataFrame, *, economies: Sequence[str], about: str, against: str
) -> list[Estimate]:
    """Approval of one power minus that of another, in percentage points, in the newest year in
    which the same poll asked about both.

    opinion: as in `approval_waves`. economies: codes. about, against: codes of the two powers.
    """
    powers = [eco.resolve(about), eco.resolve(against)]

    def gap(mine: pd.DataFrame) -> Answer:
        one, other = (mine[mine["about"] == power] for power in powers)
        both = at_year(one[one["year"].isin(other["year"])])
        if both.empty:
            return (
                f"0 years with published figures on both {' and '.join(map(eco.in_prose, powers))}"
            )
        return change(other[other["year"].isin(both["year"])], both)

    return each_economy(economies, approval_waves(opinion, about=powers), gap)


def pooled_means(
    opinion: pd.DataFrame, facts: pd.DataFrame, *, powers: Sequence[str]
) -> pd.DataFrame:
    """Means of approval that are published for several economies and years together.

    opinion, facts: rows of these tables. powers: codes.
    Returns economies and period (as the source names them), about, value_pct, year, source_id. Two
    sources for one mean both stand.
    """
    polls, columns = (
        settings().polls,
        ["economies", "period", "about", "value_pct", "year", "source_id"],
    )
    stated = facts[facts["attribute"].str.startswith(polls.mean)]
    stated = stated.rename(columns={"subject": "economies", "value": "value_pct"})
    pooled = opinion[opinion["measure"].eq(polls.approval) & opinion["economy"].str.contains(";")]
    means = [
        stated.assign(about=stated["attribute"].str.removeprefix(polls.mean))[columns],
        pooled.rename(columns={"economy": "economies"})[columns],
    ]
    return pd.concat(means, ignore_index=True).query("about in @powers")


def fewest_below(n: int, about: float, against: float, cap: float) -> int:
    """In how many of n economies one share must lie below another, given only the means of both.

    about, against: the two means in per cent. cap: what the first share reaches at most in any
    economy; the second reaches 100.
    In k economies without a lead of the second its shares sum to no more than those of the first,
    that is to min(k cap, n about), and elsewhere to 100 each; the largest k that leaves room for
    n against is what could be.

    Examples
    --------
    >>> fewest_below(4, about=30, against=78, cap=47), fewest_below(4, 30, 78, cap=100)
    (3, 2)
    """
    room = (min(k * cap, n * about) + 100 * (n - k) >= n * against for k in range(n + 1))
    return n - max((k for k, fits in enumerate(room) if fits), default=0)


@measure("relations.countries_below")
@tells("span")
def countries_below(
    opinion: pd.DataFrame, facts: pd.DataFrame, *, about: str, against: str
) -> list[Estimate]:
    """In how many of the five fewer approve of one power's leadership than of another's.

    opinion: as in `approval_waves`; facts: rows of table `facts` with means over several economies.
    about, against: codes of the two powers.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`) of one row, which tells the `span` of
    years of the means. An economy counts by the newest year in which the same poll asked about
    both. Of those without one, a mean over several economies says in how many at least it must be
    so (`fewest_below`); there, no mean of one economy is taken to lie above the highest share that
    any wave on record gives the power in these economies. low and high are what that leaves.
    """
    powers = [eco.resolve(about), eco.resolve(against)]
    gaps = approval_gap(opinion, economies=eco.CA5, about=about, against=against)
    low, high = (gaps[end].fillna(gaps["estimate"]) for end in ("low", "high"))
    below, most = {*gaps.loc[high < 0, "economy"]}, len(gaps) - int((low >= 0).sum())
    used, least, span = [rows.frame for rows in gaps["rows"].dropna()], len(below), ""
    means = pooled_means(opinion, facts, powers=powers)
    for (economies, period), part in means.groupby(["economies", "period"]):
        pool, by_power = {*economies.split(";")}, part.groupby("about")["value_pct"]
        waves = approval_waves(opinion[opinion["economy"].isin(pool)], about=about)
        if len(by_power) < 2 or waves.empty:
            continue
        mine, theirs = by_power.max()[powers[0]], by_power.min()[powers[1]]
        sure = fewest_below(len(pool), mine, theirs, waves["value_pct"].max())
        if sure + len(below - pool) > least:
            least, span = sure + len(below - pool), period.replace("-", " to ")
            used += [part.rename(columns={"economies": "economy"}), rows_of(waves)["used"]]
    if not used:
        asked = " and ".join(map(eco.in_prose, powers))
        return [estimate_row(missing=f"no published poll asked about both {asked}")]
    ends = between(least or None, most, "countries without a figure counted against and for")
    return [estimate_row(pd.concat(used, ignore_index=True), **ends, about={"span": span})]


@measure("relations.approval_fall")
@tells("fall")
def approval_fall(
    opinion: pd.DataFrame,
    *,
    economies: Sequence[str],
    about: str,
    waves: Literal["all", "tables"] = "all",
) -> list[Estimate]:
    """How far approval ended below its highest earlier wave, in percentage points.

    opinion, waves: as in `approval_waves`. economies: codes. about: the code of the power.
    Zero where the last wave is the highest; each tells its `fall` with the year of that wave.
    Formula: max(0, highest share before the last wave - share of the last wave).
    """

    def fall(mine: pd.DataFrame) -> Answer:
        last = at_year(mine)
        before = mine[mine["year"] < last["year"].max()]
        if before.empty:
            return _published(mine)
        by_year = before.groupby("year")["low"]
        low = max(by_year.min().max() - last["high"].max(), 0.0)
        high = max(by_year.max().max() - last["low"].min(), 0.0)
        about = {"fall": f"{_spread(low, high)} ({last['year'].iloc[0]})"}
        return rows_of(before, last) | between(low, high) | {"about": about}

    return each_economy(economies, approval_waves(opinion, about=about, waves=waves), fall)
