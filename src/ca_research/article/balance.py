"""Whether an economy's trade has become more concentrated on single partners, and how evenly its
votes are spread over the powers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from .. import registry
from ..estimates.frame import Estimate
from ..estimates.measures import by_economy, measure
from ..estimates.once import once
from ..estimates.series import Answer, one_row
from ..ground import economies as eco
from ..ground.errors import CoverageError, UsageError, known_name
from ..stats.frames import require
from ..stats.groups import Groups
from ..tables.preference import ranked
from ..trade.checks import one_figure_per_cell
from ..trade.rank import FLOWS, Flow
from ..trade.shares import hhi, partner_shares
from .settings import settings
from .trade_priority import NEEDED

LEAST_YEARS = 2
"""Years of a period that must be observed; with one, nothing is known of how the index moves within
it.
"""
Partners = Literal["listed", "named"]
_REST = ("_X", "S19")
_REPORTS = ["reporter", "partner", "year", "flow", "product", "source_id"]


def hhi_years(
    trade: pd.DataFrame,
    economy: str,
    *,
    source: str,
    flow: Flow = "turnover",
    partners: Partners = "listed",
) -> pd.DataFrame:
    """Herfindahl index of an economy's trade over single partners, by year, by one source's own
    report.

    trade: like table `trade`; rows of product TOTAL count. economy: its code.
    source: a source id. flow: 'turnover', 'exports', 'imports'. partners: 'listed' (every single
        partner that the source lists with all the directions of the flow) or 'named' (those of the
        register).
    Returns year, hhi (in [1/n, 1]), n (partners). Years in which the source lacks China or Russia
    are left out: their absence would lower the index. Formula: see `hhi`. Raises UnknownNameError
        for an unknown flow or choice of partners, UsageError for a figure that stands twice,
        CoverageError where the source has no such year.
    """
    table, _ = _hhi(trade, economy, source, flow, partners)
    if table.empty:
        raise CoverageError(
            f"{source} has no year of {economy} with its {flow} with China and Russia",
            hint=f"ca.coverage('trade', reporter={economy!r}, product='TOTAL')",
        )
    return table


@once
def _own_reports(trade: pd.DataFrame) -> dict[tuple[str, str], pd.DataFrame]:
    """Rows of product TOTAL by reporter and source."""
    require(trade, ("value_usd",), keys=_REPORTS)
    return dict(list(trade[trade["product"] == "TOTAL"].groupby(["reporter", "source_id"])))


@once
def _hhi(
    trade: pd.DataFrame, economy: str, source: str, flow: str, partners: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`hhi_years` and the rows behind it; empty where the source has no such year."""
    flows = FLOWS[known_name("flow", flow, FLOWS)]
    known_name("partners", partners, ("listed", "named"))
    own = _own_reports(trade).get((economy, source), trade.iloc[:0])
    rows = own[
        own["flow"].isin(flows)
        & own["value_usd"].notna()
        & ~own["partner"].isin([*eco.AGGREGATES, *_REST, economy])
    ]
    one_figure_per_cell(rows, ["year", "partner", "flow"])
    # years that list all of NEEDED first: most sources have none, and are done with
    figures = rows.loc[rows["partner"].isin(NEEDED), "year"].value_counts()
    rows = rows[rows["year"].isin(figures.index[figures == len(NEEDED) * len(flows)])]
    if rows.empty:
        return _NO_YEARS, rows
    if partners == "named":
        rows = rows[rows["partner"].isin(registry.article().partners)]
    pair = Groups(rows).number(["year", "partner"])
    rows = rows[(np.bincount(pair) == len(flows))[pair]]
    total = rows.groupby(["year", "partner"], as_index=False)["value_usd"].sum()
    shares = partner_shares(total, by=("year",))
    return hhi(shares, by=["year"]).astype(_NO_YEARS.dtypes), rows


_NO_YEARS = pd.DataFrame({"year": 0, "hhi": 0.0, "n": 0}, index=[])


def _period(text: str) -> tuple[int, int]:
    hit = re.fullmatch(r"(\d{4})-(\d{4})", text)
    if not hit or hit[1] > hit[2]:
        raise UsageError(f"not a period: {text!r}", hint="for example 2010-2012")
    return int(hit[1]), int(hit[2])


def compare_periods(
    trade: pd.DataFrame,
    economy: str,
    *,
    early: str = "2010-2012",
    late: str = "2020-2022",
    flow: Flow = "turnover",
    partners: Partners = "listed",
) -> pd.DataFrame:
    """`hhi_years` by the first own source with at least LEAST_YEARS years in both periods.

    trade: as in `hhi_years`. economy: its code. early, late: periods ('2010-2012', '2020-2022').
    flow, partners: as in `hhi_years`.
    Returns year, hhi (in [1/n, 1]), n (partners), period ('early', 'late', or '' outside both),
    source_id. Own reports are the national offices, then the compilations; one source for both
    periods, because lists of partners differ.
    Raises CoverageError where no source has both, UnknownNameError for a choice, UsageError for a
    period that is none.
    """
    return _both_periods(trade, economy, early, late, flow, partners)[0]


@once
def _both_periods(
    trade: pd.DataFrame, economy: str, early: str, late: str, flow: str, partners: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`compare_periods`, and the rows behind both periods."""
    spans = {"early": _period(early), "late": _period(late)}
    for source in ranked(s for reporter, s in _own_reports(trade) if reporter == economy):
        table, used = _hhi(trade, economy, source, flow, partners)
        period = pd.Series("", index=table.index)
        for name, (first, last) in spans.items():
            period[table["year"].between(first, last)] = name
        if all((period == name).sum() >= LEAST_YEARS for name in spans):
            behind = used["year"].isin(table.loc[period != "", "year"])
            return table.assign(period=period, source_id=source), used.loc[behind, _REPORTS]
    raise CoverageError(
        f"no own report by partner in both {early} and {late}",
        hint="ca.coverage('trade', by=['reporter'])",
    )


def periods_by_economy(
    trade: pd.DataFrame, *, economies: Sequence[str] = eco.CA5, **choices: Any
) -> pd.DataFrame:
    """`compare_periods` for several economies.

    trade: as in `hhi_years`. economies: codes or names. choices: early, late, flow and partners of
        `compare_periods`.
    Returns economy, year, hhi (in [1/n, 1]), n (partners), period, source_id; an economy without
    one source for both periods has no rows.
    Raises UnknownNameError for a choice or an economy, UsageError for a period that is none,
    CoverageError where no economy has such a source.
    """
    parts = []
    for code in map(eco.resolve, economies):
        try:
            parts.append(compare_periods(trade, code, **choices).assign(economy=code))
        except CoverageError:
            continue
    if not parts:
        raise CoverageError(
            f"no own report by partner in both periods of {', '.join(economies) or 'any economy'}",
            hint="ca.coverage('trade', by=['reporter'])",
        )
    return pd.concat(parts, ignore_index=True)[
        ["economy", "year", "hhi", "n", "period", "source_id"]
    ]


@measure("trade.concentration_change")
@by_economy
def concentration_change(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    early: str = "2010-2012",
    late: str = "2020-2022",
    flow: Flow = "turnover",
    partners: Partners = "listed",
    interval: Literal["years", "welch"] = "years",
) -> list[Estimate]:
    """Change of the Herfindahl-Hirschman index of partners between two periods, with an interval.

    trade: as in `hhi_years`. economies: codes or names. early, late: periods ('2010-2012',
        '2020-2022').
    flow: 'turnover', 'exports' or 'imports'. partners: 'listed' or 'named'; see `hhi_years`.
    interval: 'years', from the least to the greatest difference of a late and an early year (no
        distribution assumed); or 'welch', the 95 % t interval of the difference of the two means
        (Welch 1947, Biometrika 34), which takes years as independent draws and so is somewhat
        short.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy: estimate
    = mean hhi of `late` less that of `early` (points of an index in [0, 1]), low and high the
    interval. No source with both periods is recorded in `missing`.
    Raises UsageError for a period that is none.
    """

    def changed(code: str) -> Answer:
        try:
            table, used = _both_periods(trade, code, early, late, flow, partners)
        except CoverageError as error:
            return {"missing": error.what, "interval": interval}
        a, b = (table.loc[table["period"] == p, "hhi"].to_numpy() for p in ("early", "late"))
        low, high = _welch(a, b) if interval == "welch" else (b.min() - a.max(), b.max() - a.min())
        middle = {"estimate": float(b.mean() - a.mean()), "interval": interval}
        return {"used": used, "low": float(low), "high": float(high)} | middle

    return [one_row(changed(code), economy=code) for code in map(eco.resolve, economies)]


def _welch(a: np.ndarray, b: np.ndarray, level: float = 0.95) -> tuple[float, float]:
    from scipy.stats import ttest_ind

    low, high = ttest_ind(b, a, equal_var=False).confidence_interval(level)
    return float(low), float(high)


POWERS = ("CHN", "RUS", "USA")
Window = Literal["five_years", "ten_years", "newest"]
WINDOWS = {"five_years": (2018, 2022), "ten_years": (2013, 2022), "newest": None}
"""Sessions by the year in which they begin."""


@once
def votes(
    facts: pd.DataFrame, *, economies: Sequence[str] = eco.CA5, powers: Sequence[str] = POWERS
) -> pd.DataFrame:
    """Agreement and distance by economy, power and year.

    facts: table `facts` (subject, attribute, year, value, source_id) with the attributes
        unga_agreement_with:CODE (share of common votes, 0 to 1) and unga_ideal_point (units of the
        scale).
    economies, powers: codes.
    Returns economy, power, year, agreement, distance = |difference of ideal points|, source_id;
    null where one is not at hand.
    Source of the points: Bailey, Strezhnev and Voeten (2017), Journal of Conflict Resolution 61(2).
    """
    rows = facts[facts["year"].notna() & facts["value"].notna()]
    known = settings().votes
    point = rows[rows["attribute"] == known.ideal_point].set_index(["subject", "year"])["value"]
    cast = rows.assign(
        power=rows["attribute"].map({known.agreement + code: code for code in powers}),
        economy=rows["subject"],
        agreement=rows["value"].astype(float),
    )
    cast = cast[cast["power"].notna() & cast["economy"].isin(list(economies))]
    own, other = (
        point.reindex(pd.MultiIndex.from_frame(cast[[name, "year"]])).to_numpy(float)
        for name in ("economy", "power")
    )
    table = cast.assign(distance=np.abs(own - other), year=cast["year"].astype(int))
    table = table[["economy", "power", "year", "agreement", "distance", "source_id"]]
    return table.sort_values(["economy", "power", "year"], ignore_index=True)


def _in_window(table: pd.DataFrame, window: str) -> pd.DataFrame:
    first, last = WINDOWS[window] or (table["year"].max(), table["year"].max())
    return table[table["year"].between(first, last)]


@measure("relations.spread")
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
    chosen = _in_window(votes(facts, economies=economies).dropna(subset=[of]), window)
    whole = chosen.groupby(["economy", "year"])["power"].transform("nunique") == len(POWERS)
    chosen = chosen[whole]

    def between(code: str) -> Answer:
        mine = chosen[chosen["economy"] == code]
        if mine.empty:
            return f"no session with {', '.join(POWERS)} in the window"
        used = mine[["economy", "power", "year", "source_id"]]
        return {"used": used, "estimate": float(np.ptp(mine.groupby("power")[of].mean()))}

    return [one_row(between(code), economy=code) for code in economies]


@measure("relations.spread_place")
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
    known = settings().votes
    name = known.agreement_place if of == "agreement" else known.distance_place
    places = _in_window(facts[facts["attribute"].eq(name) & facts["value"].notna()], window)

    def mean(code: str) -> Answer:
        mine = places[places["subject"] == code]
        if mine.empty:
            return "no place among members is given"
        used = mine[["fact_id", "subject", "attribute", "year", "source_id"]]
        return {"used": used, "estimate": float(mine["value"].mean())}

    return [one_row(mean(code), economy=code) for code in economies]


_CAST = re.compile(
    r"((?:[A-Z]{3})(?:(?:, | and )[A-Z]{3})*) (abstains?|do(?:es)? not vote|votes? "
    r"against|votes? for)"
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
    detail = events["detail"].astype(str)
    rows = events[(events["kind"] == "un_vote") & detail.str.contains("Ukraine")]
    seat = settings().votes.about_a_seat
    found = []
    for row in rows.itertuples():
        for names, verb in _CAST.findall(str(row.detail)):
            vote = next(said for word, said in _VOTES.items() if word in verb)
            about = (
                str(row.date),
                vote,
                vote in ("abstain", "not voting"),
                seat in str(row.detail),
            )
            named = [code for code in re.findall(r"[A-Z]{3}", names) if code in economies]
            found += [(code, *about, row.source_id) for code in named]
    return pd.DataFrame(found, columns=["economy", "date", "vote", "aside", "seat", "source_id"])


@measure("relations.stood_aside")
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
    cast = cast[cast["seat"] == (votes == "the_seat")]
    cast = cast.assign(year=cast["date"].str[:4].astype(int))

    def aside(code: str) -> Answer:
        mine = cast[cast["economy"] == code]
        if mine.empty:
            return "no vote on the war is on record"
        used = mine[["economy", "date", "year", "source_id"]]
        return {"used": used, "estimate": float(mine["aside"].mean())}

    return [one_row(aside(code), economy=code) for code in economies]
