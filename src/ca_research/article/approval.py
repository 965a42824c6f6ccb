"""Opinion polls: approval of a power's leadership by economy and year, against another power, and
since its peak.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import pandas as pd
from matplotlib.figure import Figure

from ..claims.slots import in_words
from ..estimates.frame import Estimate, estimate_row
from ..estimates.measures import measure, tells
from ..ground import economies as eco
from ..ground.errors import UnknownNameError
from ..ground.periods import years_back
from ..plots import style
from ..plots.needs import needs
from ..plots.panels import apart, panels, the_five_first, year_axis
from ..plots.pen import tight
from ..plots.show import known
from ..registry.words import party
from .settings import settings
from .words import several


def approval_waves(
    opinion: pd.DataFrame, *, about: str | Sequence[str], waves: str = "all"
) -> pd.DataFrame:
    """Yearly shares that approve of a power's leadership, in per cent of all asked.

    opinion: rows of table `opinion` (economy, about, period, year, measure, value_pct, source_id).
    about: a power, or several, by codes or names. Pooled economies, pooled years and other
        questions are left out: they are no waves.
    waves: 'all', or 'tables' (only the poll's tables by country). Two sources for one wave both
        stand.
    Returns economy, about, year, measure, value_pct, source_id, by economy and year. Raises
    UnknownNameError for another choice or power.
    """
    if waves not in ("all", "tables"):
        raise UnknownNameError("waves", waves, ("all", "tables"))
    rows = opinion[
        (opinion["measure"] == settings().polls.approval)
        & opinion["about"].isin(eco.resolve_all(about))
        & opinion["period"].astype("string").str.fullmatch(r"\d{4}")
        & ~opinion["economy"].astype("string").str.contains(";")
    ]
    if waves == "tables":
        rows = rows[rows["source_id"].isin(settings().polls.tables)]
    wanted = ["economy", "about", "year", "measure", "value_pct", "source_id"]
    return rows[wanted].sort_values(["economy", "about", "year", "source_id"], ignore_index=True)


def _at(rows: pd.DataFrame, back: int) -> pd.DataFrame:
    """Rows of the newest year, or of the wave `back` before it; empty where there are not so
    many.
    """
    years = sorted(rows["year"].unique(), reverse=True)
    return rows[rows["year"] == years[back]] if len(years) > back else rows.iloc[:0]


def _range(rows: pd.DataFrame) -> tuple[float, float]:
    return float(rows["value_pct"].min()), float(rows["value_pct"].max())


def _percent(low: float, high: float, year: int) -> str:
    """A share and its year, as a sentence tells them."""
    return f"{low:.0f}% ({year})" if low == high else f"{low:.0f} to {high:.0f}% ({year})"


@measure("relations.approval")
@tells("newest")
def approval(
    opinion: pd.DataFrame, *, economies: Sequence[str], about: str, wave: str = "newest"
) -> list[Estimate]:
    """Share that approves of a power's leadership, in per cent of all asked.

    opinion: as in `approval_waves`. economies: codes. about: the code of the power.
    wave: 'newest' of each economy, or 'newest-1'.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy, which tells the
    `newest` share with its year. Where
    sources disagree on a wave, low and high are their range and there is no estimate; too few waves
    are recorded in `missing`.
    Respondents without a view are part of the whole: a low share is not a share of disapproval.
    Raises UsageError for another `wave`.
    """
    found, back = [], years_back(wave)
    every = approval_waves(opinion, about=about)
    for economy in economies:
        own = every[every["economy"] == economy]
        used = _at(own, back)
        if used.empty:
            found.append(
                estimate_row(
                    economy=economy, missing=f"{several(own['year'].nunique(), 'poll')} published"
                )
            )
            continue
        low, high = _range(used)
        told = {"newest": _percent(low, high, int(used["year"].iloc[0]))}
        figure: dict[str, Any] = (
            {"estimate": low}
            if low == high
            else {"low": low, "high": high, "interval": "range across sources"}
        )
        found.append(estimate_row(used, economy=economy, about=told, **figure))
    return found


@measure("relations.approval_gap")
def approval_gap(
    opinion: pd.DataFrame,
    *,
    economies: Sequence[str],
    about: str,
    against: str,
    wave: str = "newest",
) -> list[Estimate]:
    """Approval of one power minus that of another in one year, in percentage points.

    opinion: as in `approval_waves`. economies: codes. about, against: codes of the two powers.
    wave: the newest year in which the same poll asked about both ('newest'), or the one before
        ('newest-1').
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy. Where
    sources disagree, low and high are what they leave open and there is no estimate; too few common
    years are recorded in `missing`.
    Raises UsageError for another `wave`. Formula: share of `about` - share of `against`.
    """
    found, back = [], years_back(wave)
    about, against = eco.resolve(about), eco.resolve(against)
    every = approval_waves(opinion, about=[about, against])
    for economy in economies:
        own = every[every["economy"] == economy]
        both = set(own.loc[own["about"] == about, "year"]) & set(
            own.loc[own["about"] == against, "year"]
        )
        used = _at(own[own["year"].isin(both)], back)
        if used.empty:
            powers = f"{eco.in_prose(about)} and {eco.in_prose(against)}"
            why = f"{several(len(both), 'year')} with published figures on both {powers}"
            found.append(estimate_row(economy=economy, missing=why))
            continue
        one, other = (_range(used[used["about"] == power]) for power in (about, against))
        low, high = one[0] - other[1], one[1] - other[0]
        if low == high:
            found.append(estimate_row(used, economy=economy, estimate=low))
        else:
            found.append(
                estimate_row(
                    used, economy=economy, low=low, high=high, interval="range across sources"
                )
            )
    return found


def pooled_means(
    opinion: pd.DataFrame, facts: pd.DataFrame, *, powers: Sequence[str]
) -> pd.DataFrame:
    """Means of approval that are published for several economies and years together.

    opinion, facts: rows of these tables. powers: codes.
    Returns economies and period (as the source names them), about, value_pct, year, source_id. Two
    sources for one mean both stand.
    """
    mean = settings().polls.mean
    stated = facts[facts["attribute"].isin([mean + power for power in powers])]
    stated = pd.DataFrame(
        {
            "economies": stated["subject"],
            "period": stated["period"],
            "about": stated["attribute"].str.removeprefix(mean),
            "value_pct": stated["value"],
            "year": stated["year"],
            "source_id": stated["source_id"],
        }
    )
    pooled = opinion[
        (opinion["measure"] == settings().polls.approval)
        & opinion["about"].isin(list(powers))
        & opinion["economy"].astype("string").str.contains(";")
    ].rename(columns={"economy": "economies"})
    return pd.concat([stated, pooled[list(stated)]], ignore_index=True)


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
    about, against = eco.resolve(about), eco.resolve(against)
    gaps = approval_gap(opinion, economies=eco.CA5, about=about, against=against)
    ends = [gaps[end].fillna(gaps["estimate"]) for end in ("low", "high")]
    below = set(gaps.loc[ends[1] < 0, "economy"])
    above = set(gaps.loc[ends[0] >= 0, "economy"])
    low, used, span = len(below), [r.frame for r in gaps["rows"] if r is not None], ""
    means = pooled_means(opinion, facts, powers=[about, against])
    for (economies, period), part in means.groupby(["economies", "period"]):
        one, other = (part.loc[part["about"] == p, "value_pct"] for p in (about, against))
        pool = set(str(economies).split(";"))
        waves = approval_waves(opinion, about=about)
        waves = waves[waves["economy"].isin(pool)]
        if one.empty or other.empty or waves.empty:
            continue
        sure = fewest_below(len(pool), one.max(), other.min(), waves["value_pct"].max())
        if sure + len(below - pool) > low:
            low, span = sure + len(below - pool), str(period).replace("-", " to ")
            used += [part.rename(columns={"economies": "economy"}), waves]
    if not used:
        powers = f"{eco.in_prose(about)} and {eco.in_prose(against)}"
        missing = f"no published poll asked about both {powers}"
        return [estimate_row(missing=missing)]
    rows, high = pd.concat(used, ignore_index=True), len(gaps) - len(above)
    told = {"span": span}
    if low == high:
        return [estimate_row(rows, estimate=float(low), about=told)]
    interval = "countries without a figure counted against and for"
    return [estimate_row(rows, low=low or None, high=float(high), interval=interval, about=told)]


@measure("relations.approval_fall")
@tells("fall")
def approval_fall(
    opinion: pd.DataFrame,
    *,
    economies: Sequence[str],
    about: str,
    end: str = "newest",
    waves: Literal["all", "tables"] = "all",
) -> list[Estimate]:
    """How far approval ended below its highest earlier wave, in percentage points.

    opinion: as in `approval_waves`. economies: codes. about: the code of the power.
    end: the last published wave ('newest'), or the one before ('newest-1'). waves: 'all' or
        'tables'.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy; zero
    where the last wave is the highest; each tells its `fall` with the year of that wave. Sources
    that disagree on a wave leave a range (low, high) and no estimate; an economy with one wave has
    the reason in `missing`.
    Raises UnknownNameError for another choice of waves, UsageError for another `end`.
    Formula: max(0, highest share before the last wave - share of the last wave).
    """
    found, back = [], years_back(end)
    every = approval_waves(opinion, about=about, waves=waves)
    for economy in economies:
        own = every[every["economy"] == economy]
        last = _at(own, back)
        before = own[own["year"] < last["year"].min()] if len(last) else own.iloc[:0]
        if before.empty:
            found.append(
                estimate_row(
                    economy=economy, missing=f"{several(own['year'].nunique(), 'poll')} published"
                )
            )
            continue
        by_year = before.groupby("year")["value_pct"].agg(["min", "max"])
        lowest, highest = _range(last)
        low = max(float(by_year["min"].max()) - highest, 0.0)
        high = max(float(by_year["max"].max()) - lowest, 0.0)
        used, year = pd.concat([before, last]), int(last["year"].iloc[0])
        points = f"{low:.0f}" if low == high else f"{low:.0f} to {high:.0f}"
        told = {"fall": f"{points} ({year})"}
        figure: dict[str, Any] = (
            {"estimate": low}
            if low == high
            else {"low": low, "high": high, "interval": "range across sources"}
        )
        found.append(estimate_row(used, economy=economy, about=told, **figure))
    return found


@needs("waves", "economy", "about", "year", "value_pct", like="article.approval.approval_waves")
def poll_panels(waves: pd.DataFrame, *, bar: float | None = None) -> Figure:
    """Approval of each power's leadership by year, one panel per economy; marks are waves, lines
    join those at most two years apart.

    waves: economy, about, year, value_pct, as from `approval_waves`. bar: a share to draw
        as a dashed line.
    """
    economies = the_five_first(waves["economy"])
    first, last = int(waves["year"].min()), int(waves["year"].max())
    with style.context():
        figure, axes = panels(len(economies), sharex=True, sharey=True)
        for ax, economy in zip(axes, economies, strict=False):
            ends = []
            for power, part in waves[waves["economy"] == economy].groupby("about"):
                part = part.sort_values("year")
                colour = style.colour(str(power))
                run = (
                    part["year"].astype(int).diff().gt(2).cumsum()
                )  # no line over years without a wave
                for _, piece in part.groupby(run):
                    ax.plot(
                        piece["year"].astype(int),
                        piece["value_pct"],
                        color=colour,
                        marker="o",
                        markersize=4,
                    )
                ends.append(
                    (float(part["value_pct"].iloc[-1]), str(power), int(part["year"].iloc[-1]))
                )
            for value, power, year in apart(ends, 12.0):
                value += 5 if bar is not None and abs(value - bar) < 4 else 0
                ax.text(
                    year + 0.4,
                    value,
                    party(power),
                    fontsize=style.TICK,
                    color=style.colour(power),
                    va="center",
                )
            if bar is not None:
                ax.axhline(bar, color=style.INK, linewidth=1, linestyle=(0, (4, 3)))
            ax.set_title(eco.name_of(economy))
            ax.set_ylim(0, 100)
            ax.set_xlim(first - 0.7, last + 0.4 * (last - first))
            year_axis(ax, 4)
            style.bare(ax, x=False)
        for ax in axes[::3]:
            ax.set_ylabel("per cent")
        tight(figure, h_pad=1.0)
    return figure


def poll_figures(
    opinion: pd.DataFrame, *, about: Sequence[str], bar: float | None = None
) -> Iterator[tuple[Figure, dict[str, Any]]]:
    """Approval of each power, with the record that its page needs; the words are of the United
    States. about: the powers. bar: a share to draw.

    Raises CoverageError where no poll asked about the United States.
    """
    waves = approval_waves(opinion, about=about)
    ours = known(waves[waves["about"] == "USA"])
    mine = ours.sort_values("year").groupby("economy")
    said = "; ".join(
        (
            f"{eco.name_of(e)} {p['value_pct'].max():.0f} at its highest, "
            f"{p['value_pct'].iloc[-1]:.0f} in {int(p['year'].iloc[-1])}"
        )
        for e, p in mine
    )
    last = ours.groupby("economy")["year"].max()
    years = (
        f"{int(last.min())}"
        if last.min() == last.max()
        else f"{int(last.min())} to {int(last.max())}"
    )
    newest = [p["value_pct"].iloc[-1] < (bar or p["value_pct"].max()) for _, p in mine]
    what = "below its peak" if bar is None else f"below {bar:.0f}%"
    title = (
        f"US approval was {what} in {in_words(sum(newest))} of {in_words(len(newest))} "
        f"countries by Gallup's newest published polls ({years})"
    )
    told = waves.groupby(["economy", "about", "year"])["value_pct"].nunique()
    differ = " Two marks of one year: two sources that disagree." if told.gt(1).any() else ""
    yield (
        poll_panels(waves, bar=bar),
        {
            "section": "main",
            "title": title,
            "alt": f"Approval of the leadership of the United States: {said} (per cent).",
            "data": waves,
            "note": "Per cent of all asked; those without a view are part of the whole. Single "
            "values quoted from the poll's tables." + differ,
        },
    )
