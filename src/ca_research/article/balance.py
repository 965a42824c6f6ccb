"""Whether an economy's trade has become more concentrated on single partners, and how evenly its
votes are spread over the powers.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd

from ..estimates.frame import Estimate
from ..estimates.measures import by_economy, measure
from ..estimates.once import once
from ..estimates.series import Answer, each_economy, omit, one_row, pick, with_every
from ..ground import economies as eco
from ..ground.periods import window_years
from ..registry import article
from ..stats.contract import one_figure_per_cell
from ..tables.preference import ranked
from ..trade.rank import FLOWS, Flow
from ..trade.shares import hhi, partner_shares
from .settings import settings
from .trade_priority import NEEDED

LEAST_YEARS = 2
"""Years of a period that must be observed; with one, nothing is known of how the index moves within
it.
"""
EARLY, LATE = "2010-2012", "2020-2022"
"""The periods that are compared."""
Partners = Literal["listed", "named"]
_REST = ("_X", "S19")
_REPORTS = ["reporter", "partner", "year", "flow", "product", "source_id"]


@partial(once, by_row=True)
def _totals(trade: pd.DataFrame, economy: str) -> pd.DataFrame:
    """What an economy itself reports of all goods with single partners."""
    rows = pick(trade, reporter=economy, product="TOTAL").dropna(subset="value_usd")
    return omit(rows, partner=[*eco.AGGREGATES, *_REST, economy])


@once
def _single_partners(trade: pd.DataFrame, economy: str, flow: str, partners: str) -> pd.DataFrame:
    """What each own source of an economy reports of single partners with all directions of a flow,
    in years with China and Russia: their absence would lower an index.
    """
    flows = FLOWS[flow]
    rows = pick(_totals(trade, economy), flow=flows)
    one_figure_per_cell(rows, ["source_id", "year", "partner", "flow"])
    if partners == "named":
        rows = pick(rows, partner=article().partners)
    counts = rows.groupby(["source_id", "year", "partner"])["flow"].transform("size")
    rows = rows[counts == len(flows)]
    return with_every(rows, ["source_id", "year"], partner=NEEDED)


def hhi_years(
    trade: pd.DataFrame, economy: str, *, flow: Flow = "turnover", partners: Partners = "listed"
) -> pd.DataFrame:
    """Herfindahl index of an economy's trade over single partners, by own source and year.

    trade: like table `trade`; rows of product TOTAL count. economy: its code.
    flow: 'turnover', 'exports', 'imports'. partners: 'listed' (every single partner that the source
        lists with all the directions of the flow) or 'named' (those of the register).
    Returns source_id, year, hhi (in [1/n, 1]), n (partners). Years in which the source lacks China
    or Russia are left out. Formula: see `hhi`. Raises UsageError for a figure that stands twice.
    """
    rows, keys = _single_partners(trade, economy, flow, partners), ["source_id", "year"]
    totals = rows.groupby([*keys, "partner"], as_index=False)["value_usd"].sum()
    if rows.empty:
        return pd.DataFrame({"source_id": "", "year": 0, "hhi": 0.0, "n": 0}, index=[])
    return hhi(partner_shares(totals, by=keys), by=keys)


@once
def _both_periods(
    trade: pd.DataFrame,
    economy: str,
    early: str = EARLY,
    late: str = LATE,
    flow: Flow = "turnover",
    partners: Partners = "listed",
) -> pd.DataFrame:
    """`hhi_years` by the first source with LEAST_YEARS years in both periods, with the period."""
    spans = {"early": window_years(early), "late": window_years(late)}
    period_of = {year: name for name, years in spans.items() for year in years}
    table = hhi_years(trade, economy, flow=flow, partners=partners)
    table = table.assign(economy=economy, period=table["year"].map(period_of).fillna(""))
    for source in ranked(table["source_id"].unique()):
        mine = pick(table, source_id=source)
        if all((mine["period"] == name).sum() >= LEAST_YEARS for name in spans):
            return mine
    return table.iloc[:0]


def periods_by_economy(trade: pd.DataFrame, *, economies: Sequence[str] = eco.CA5) -> pd.DataFrame:
    """`hhi_years` of each economy by one own source, with economy and period.

    trade: as in `hhi_years`. economies: codes.
    period: 'early', 'late', or '' outside both. The source is the first with at least LEAST_YEARS
    years in both periods, national offices before compilations; one for both periods, because lists
    of partners differ. An economy without such a source has no rows.
    """
    return pd.concat([_both_periods(trade, code) for code in economies], ignore_index=True)


@measure("trade.concentration_change", kind="change")
@by_economy
def concentration_change(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    early: str = EARLY,
    late: str = LATE,
    flow: Flow = "turnover",
    partners: Partners = "listed",
    interval: Literal["years", "welch"] = "years",
) -> list[Estimate]:
    """Change of the Herfindahl-Hirschman index of partners between two periods, with an interval.

    trade, flow, partners: as in `hhi_years`. economies: codes or names. early, late: periods.
    interval: 'years', from the least to the greatest difference of a late and an early year (no
        distribution assumed); or 'welch', the 95 % t interval of the difference of the two means
        (Welch 1947, Biometrika 34), which takes years as independent draws and so is somewhat
        short.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy: estimate
    = mean hhi of `late` less that of `early` (points of an index in [0, 1]), low and high the
    interval. No source with both periods is recorded in `missing`.
    Raises UsageError for a period that is none.
    """
    from scipy.stats import ttest_ind

    def changed(code: str) -> Answer:
        table = _both_periods(trade, code, early, late, flow, partners)
        if table.empty:
            why = f"no own report by partner in both {early} and {late}"
            return {"missing": why, "interval": interval}
        a, b = (pick(table, period=p)["hhi"].to_numpy() for p in ("early", "late"))
        low, high = b.min() - a.max(), b.max() - a.min()
        if interval == "welch":
            low, high = ttest_ind(b, a, equal_var=False).confidence_interval(0.95)
        ends = {"estimate": float(b.mean() - a.mean()), "low": float(low), "high": float(high)}
        used = _single_partners(trade, code, flow, partners)
        years = omit(table, period="")["year"]
        used = pick(used, source_id=table["source_id"].unique(), year=years)
        return {"used": used[_REPORTS], "interval": interval} | ends

    return [one_row(changed(code), economy=code) for code in economies]


POWERS = ("CHN", "RUS", "USA")
Window = Literal["five_years", "ten_years", "newest"]
WINDOWS = {"five_years": (2018, 2022), "ten_years": (2013, 2022), "newest": None}
"""Sessions by the year in which they begin."""


@once
def votes(facts: pd.DataFrame, *, economies: Sequence[str] = eco.CA5) -> pd.DataFrame:
    """Agreement and distance by economy, power and year.

    facts: table `facts` (subject, attribute, year, value, source_id) with the attributes
        unga_agreement_with:CODE (share of common votes, 0 to 1) and unga_ideal_point (units of the
        scale).
    economies: codes.
    Returns economy, power (of POWERS), year, agreement, distance = |difference of ideal points|,
    source_id; null where one is not at hand.
    Source of the points: Bailey, Strezhnev and Voeten (2017), Journal of Conflict Resolution 61(2).
    """
    known = settings().votes
    rows = facts.dropna(subset=["year", "value"]).rename(columns={"subject": "economy"})
    rows = rows.assign(power=rows["attribute"].str.removeprefix(known.agreement))
    table = rows.query("power in @POWERS and economy in @economies")
    for side in ("economy", "power"):
        point = pick(rows, attribute=known.ideal_point)[["economy", "year", "value"]]
        point = point.set_axis([side, "year", f"point_of_{side}"], axis=1)
        table = table.merge(point, how="left", on=[side, "year"])
    distance = (table["point_of_economy"] - table["point_of_power"]).abs()
    table = table.assign(agreement=table["value"].astype(float), distance=distance)
    table = table[["economy", "power", "year", "agreement", "distance", "source_id"]]
    return table.astype({"year": int}).sort_values(["economy", "power", "year"], ignore_index=True)


def _in_window(table: pd.DataFrame, window: str) -> pd.DataFrame:
    """Rows of the years of a window."""
    first, last = WINDOWS[window] or (table["year"].max(), table["year"].max())
    return table[table["year"].between(first, last)]


@measure("relations.spread", kind=lambda c: "share" if c["of"] == "agreement" else "level")
def spread(
    facts: pd.DataFrame,
    *,
    economies: Sequence[str],
    of: Literal["agreement", "distance"],
    window: Window = "five_years",
) -> list[Estimate]:
    """Largest minus smallest mean agreement with the powers, as a share of common votes (0 to 1),
    or mean distance of ideal points, in units of the scale. The powers: POWERS.

    facts: as in `votes`. economies: codes. of: of agreement, or of distance.
    window: 'five_years', 'ten_years' or 'newest' (the newest session at hand); see WINDOWS.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy, without
    an interval; n counts economy, power and session. Only sessions in which all three powers are
    observed count; an economy without one is recorded in `missing`.
    Formula: max over powers of the mean over sessions, less the min.
    """
    rows = _in_window(votes(facts, economies=economies).dropna(subset=[of]), window)
    rows = with_every(rows, ["economy", "year"], power=POWERS)

    def between(mine: pd.DataFrame) -> Answer:
        if mine.empty:
            return f"no session with {', '.join(POWERS)} in the window"
        used = mine[["economy", "power", "year", "source_id"]]
        return {"used": used, "estimate": float(np.ptp(mine.groupby("power")[of].mean()))}

    return each_economy(economies, rows, between, "economy")


@measure("relations.spread_place", kind="share", unit="per cent")
def spread_place(
    facts: pd.DataFrame,
    *,
    economies: Sequence[str],
    of: Literal["agreement", "distance"],
    window: Window = "five_years",
) -> list[Estimate]:
    """Per cent of the members of the United Nations whose votes are spread more evenly over the
    powers than the economy's: below 50, they are spread more evenly than the median member's.

    facts: table `facts` with the places that the settings name, by session. economies: codes.
    of: of agreement, or of the distance of ideal points. window: as in `spread`.
    Returns an estimates frame, one row per economy: the mean place over the sessions of the window.
    An economy without a place in any of them has the reason in `missing`.
    """
    name = getattr(settings().votes, f"{of}_place")
    rows = _in_window(pick(facts, attribute=name).dropna(subset="value"), window)

    used, why = ["fact_id", "subject", "attribute", "year"], "no place among members is given"
    return _means(economies, rows, "subject", "value", used, why)


def _means(
    economies: Sequence[str],
    rows: pd.DataFrame,
    whose: str,
    value: str,
    used: Sequence[str],
    why: str,
) -> list[Estimate]:
    """The mean of a column by economy, or why there is none. used: columns of the rows behind it,
    beside their source.
    """

    def mean(mine: pd.DataFrame) -> Answer:
        if mine.empty:
            return why
        return {"used": mine[[*used, "source_id"]], "estimate": float(mine[value].mean())}

    return each_economy(economies, rows, mean, whose)


_CAST = (
    r"(?P<economy>[A-Z]{3}(?:(?:, | and )[A-Z]{3})*) "
    r"(?P<vote>abstains?|do(?:es)? not vote|votes? against|votes? for)"
)
_VOTES = {"abstain": "abstain", "not": "not voting", "against": "against", "for": "for"}


def war_votes(events: pd.DataFrame, *, economies: Sequence[str] = eco.CA5) -> pd.DataFrame:
    """Votes on the war in Ukraine in the General Assembly: economy, date, vote, aside, seat,
    source_id.

    events: table `events`; votes are read from the detail of rows of kind un_vote that name
    Ukraine. vote: 'abstain', 'not voting', 'against' or 'for'; aside: the first two; seat: the vote
        is on Russia's seat in the Human Rights Council and not a resolution on the war. economies:
        codes.
    An economy that a text does not name has no row.
    """
    rows = events.query("kind == 'un_vote'").astype({"detail": str, "date": str})
    rows = rows[rows["detail"].str.contains("Ukraine")].reset_index(drop=True)
    cast = rows["detail"].str.extractall(_CAST).droplevel("match")
    cast = cast.join(rows[["date", "detail", "source_id"]])
    cast["economy"] = cast["economy"].str.findall("[A-Z]{3}")
    cast["vote"] = cast["vote"].str.extract(f"({'|'.join(_VOTES)})")[0].map(_VOTES)
    cast["aside"] = cast["vote"].isin(["abstain", "not voting"])
    cast["seat"] = cast["detail"].str.contains(settings().votes.about_a_seat, regex=False)
    cast = cast.explode("economy", ignore_index=True)
    columns = ["economy", "date", "vote", "aside", "seat", "source_id"]
    return cast.query("economy in @economies")[columns].reset_index(drop=True)


@measure("relations.stood_aside", kind="share", unit="share")
def stood_aside(
    events: pd.DataFrame,
    *,
    economies: Sequence[str],
    votes: Literal["resolutions", "the_seat"] = "resolutions",
) -> list[Estimate]:
    """Share of the votes on the war in which the economy abstained or was absent, of those that
    texts tell (0 to 1).

    events: as in `war_votes`. economies: codes.
    votes: 'resolutions' on the war itself, or 'the_seat': the vote on Russia's seat in the Human
        Rights Council.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy, without
    an interval; an economy that no text names has the reason in `missing`.
    """
    cast = war_votes(events, economies=economies)
    cast = pick(cast, seat=votes == "the_seat")
    cast = cast.assign(year=cast["date"].str[:4].astype(int))
    used, why = ["economy", "date", "year"], "no vote on the war is on record"
    return _means(economies, cast, "economy", "aside", used, why)
