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
    pick,
    rows_of,
    series,
    with_every,
)
from ..ground import economies as eco
from ..ground import numbers
from .settings import settings


def approval_waves(
    opinion: pd.DataFrame, *, about: str | Sequence[str], waves: Literal["all", "tables"] = "all"
) -> pd.DataFrame:
    """Yearly shares that approve of a power's leadership, in per cent of all asked, as a series
    (`estimates.series`) by economy and year.

    opinion: rows of table `opinion`. about: a power, or several, by codes or names. Pooled
    economies, pooled years and other questions are left out: they are no waves.
    waves: 'all', or 'tables' (only the poll's tables by country). Two sources for one wave both
        stand.
    """
    polls, powers = settings().polls, eco.resolve_all(about)
    rows = pick(opinion, measure=polls.approval, about=powers)
    rows = rows[rows["period"].str.fullmatch(r"\d{4}") & ~rows["economy"].str.contains(";")]
    if waves == "tables":
        rows = pick(rows, source_id=polls.tables)
    wanted = ["economy", "about", "year", "measure", "value_pct", "source_id"]
    return series(rows, "economy", "value_pct", wanted).sort_values(wanted, ignore_index=True)


def _published(waves: pd.DataFrame) -> str:
    """How many polls of an economy are published, where they are too few."""
    return f"{numbers.counted(waves['year'].nunique(), 'poll')} published"


@measure("relations.approval", kind="share", unit="per cent")
@tells("newest")
def approval(opinion: pd.DataFrame, *, economies: Sequence[str], about: str) -> list[Estimate]:
    """Share that approves of a power's leadership, in per cent of all asked, in the newest wave.

    opinion, about: as in `approval_waves`. Tells the `newest` share with its year. Respondents
    without a view are part of the whole: a low share is not a share of disapproval.
    """

    def newest(mine: pd.DataFrame) -> Answer:
        if mine.empty:
            return _published(mine)
        used = at_year(mine)
        share = numbers.between(used["low"].min(), used["low"].max())
        return level(used) | {"about": {"newest": f"{share}% ({used['year'].max()})"}}

    return each_economy(economies, approval_waves(opinion, about=about), newest)


@measure("relations.approval_gap", kind="level")
def approval_gap(
    opinion: pd.DataFrame, *, economies: Sequence[str], about: str, against: str
) -> list[Estimate]:
    """Approval of one power minus that of another, in percentage points, in the newest year in
    which the same poll asked about both. opinion: as in `approval_waves`.
    """
    powers = eco.resolve_all([about, against])

    def gap(mine: pd.DataFrame) -> Answer:
        both = at_year(with_every(mine, ["year"], about=powers))
        if both.empty:
            named = " and ".join(map(eco.in_prose, powers))
            return f"0 years with published figures on both {named}"
        one, other = (pick(both, about=power) for power in powers)
        return change(other, one)

    return each_economy(economies, approval_waves(opinion, about=powers), gap)


def pooled_means(opinion: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """Means of approval that are published for several economies and years together: economies
    and period as the source names them. Two sources for one mean both stand.
    """
    polls = settings().polls
    stated = facts[facts["attribute"].str.startswith(polls.mean)]
    stated = stated.assign(about=stated["attribute"].str.removeprefix(polls.mean))
    pooled = pick(opinion, measure=polls.approval)
    pooled = pooled[pooled["economy"].str.contains(";")]
    stated = stated.rename(columns={"subject": "economy", "value": "value_pct"})
    wanted = ["economy", "period", "about", "value_pct", "year", "source_id"]
    return pd.concat([stated[wanted], pooled[wanted]], ignore_index=True)


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
    fit = (k for k in range(n + 1) if min(k * cap, n * about) + 100 * (n - k) >= n * against)
    return n - max(fit, default=0)


@measure("relations.countries_below", kind="count")
@tells("span")
def countries_below(
    opinion: pd.DataFrame, facts: pd.DataFrame, *, about: str, against: str
) -> list[Estimate]:
    """In how many of the five fewer approve of one power's leadership than of another's.

    opinion: as in `approval_waves`; facts: rows of table `facts` with means over several economies.
    It tells the `span` of years of the means. An economy counts by the newest year in which the
    same poll asked about both. Of those without one, a mean over several economies says in how many
    at least it must be so (`fewest_below`); there, no mean of one economy is taken to lie above the
    highest share that any wave on record gives the power in these economies. low and high are what
    that leaves.
    """
    power, other = powers = eco.resolve_all([about, against])
    gaps = approval_gap(opinion, economies=eco.CA5, about=about, against=against)
    low, high = (gaps[end].fillna(gaps["estimate"]) for end in ("low", "high"))
    below, most = {*gaps.loc[high < 0, "economy"]}, len(gaps) - int((low >= 0).sum())
    used, least, span = [rows.frame for rows in gaps["rows"].dropna()], len(below), ""
    for (economies, period), part in pooled_means(opinion, facts).groupby(["economy", "period"]):
        pool, shares = economies.split(";"), part.groupby("about")["value_pct"]
        waves = approval_waves(pick(opinion, economy=pool), about=power)
        if not {*powers} <= {*part["about"]} or waves.empty:
            continue
        means, cap = (shares.max()[power], shares.min()[other]), waves["low"].max()
        sure = fewest_below(len(pool), *means, cap) + len(below.difference(pool))
        if sure > least:
            least, span = sure, period.replace("-", " to ")
            used += [pick(part, about=powers), rows_of(waves)["used"]]
    if not used:
        return [estimate_row(missing="no published poll asked about both powers")]
    ends = between(least or None, most, "countries without a figure counted against and for")
    return [estimate_row(pd.concat(used, ignore_index=True), **ends, about={"span": span})]


@measure("relations.approval_fall", kind="level")
@tells("fall")
def approval_fall(
    opinion: pd.DataFrame,
    *,
    economies: Sequence[str],
    about: str,
    waves: Literal["all", "tables"] = "all",
) -> list[Estimate]:
    """How far approval ended below its highest earlier wave, in percentage points.

    opinion, about, waves: as in `approval_waves`. Zero where the last wave is the highest; each
    tells its `fall` with the year of that wave.
    Formula: max(0, highest share before the last wave - share of the last wave).
    """

    def fall(mine: pd.DataFrame) -> Answer:
        last = at_year(mine)
        before = mine.drop(last.index)
        if before.empty:
            return _published(mine)
        peak = before.groupby("year")["low"].agg(["min", "max"]).max()
        low, high = (peak - last["low"].agg(["max", "min"]).to_numpy()).clip(0)
        words = f"{numbers.between(low, high)} ({last['year'].max()})"
        return rows_of(before, last) | between(low, high) | {"about": {"fall": words}}

    return each_economy(economies, approval_waves(opinion, about=about, waves=waves), fall)
