"""Whether an economy's trade has become more concentrated on single partners: two periods of one
source, compared.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Literal, get_args

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from .. import registry
from ..estimates.frame import Estimate, estimate_row
from ..estimates.measures import by_economy, by_parts, measure, parts
from ..ground import economies as eco
from ..ground.errors import CoverageError, UnknownNameError, UsageError, known_name
from ..plots import style
from ..plots.needs import by_year, needs
from ..plots.panels import apart, line, panels, year_axis
from ..plots.pen import tight
from ..registry.words import party
from ..stats.frames import require
from ..stats.groups import Groups
from ..stats.pieces import Pieces
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
Interval = Literal["years", "welch"]
INTERVALS = get_args(Interval)
_REST = ("_X", "S19")


def hhi_years(
    trade: pd.DataFrame,
    economy: str,
    *,
    source: str,
    flow: str = "turnover",
    partners: str = "listed",
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
    make = partial(_hhi, economy=economy, flow=flow, partners=partners)
    table, _ = own_reports(trade).once((economy, source), (flow, partners), make)
    if table.empty:
        raise CoverageError(
            f"{source} has no year of {economy} with its {flow} with China and Russia",
            hint=f"ca.coverage('trade', reporter={economy!r}, product='TOTAL')",
        )
    return table


def own_reports(trade: pd.DataFrame) -> Pieces:
    """Rows of product TOTAL by reporter and source."""
    require(
        trade, ("value_usd",), keys=("reporter", "partner", "year", "flow", "product", "source_id")
    )
    total = trade[trade["product"].eq("TOTAL").to_numpy(bool)]
    sides = (total[column].tolist() for column in ("reporter", "source_id"))
    return Pieces(total, zip(*sides, strict=True))


def _hhi(
    own: pd.DataFrame, economy: str, flow: str, partners: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`hhi_years` of the rows of an economy by one source, and those behind it."""
    for kind, name, known in (("flow", flow, FLOWS), ("partners", partners, ("listed", "named"))):
        known_name(kind, name, known)
    rows = own[
        own["flow"].isin(FLOWS[flow])
        & own["value_usd"].notna()
        & ~own["partner"].isin([*eco.AGGREGATES, *_REST, economy])
    ]
    one_figure_per_cell(rows, ["year", "partner", "flow"])
    # years that list all of NEEDED first: most sources have none, and are done with
    figures = rows.loc[rows["partner"].isin(NEEDED), "year"].value_counts()
    rows = rows[rows["year"].isin(figures.index[figures == len(NEEDED) * len(FLOWS[flow])])]
    if rows.empty:
        return _NO_YEARS, rows
    if partners == "named":
        rows = rows[rows["partner"].isin(registry.article().partners)]
    pair = Groups(rows).number(["year", "partner"])
    rows = rows[(np.bincount(pair) == len(FLOWS[flow]))[pair]]
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
    flow: str = "turnover",
    partners: str = "listed",
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
    return _both_periods(own_reports(trade), economy, early, late, flow, partners)[0]


def _both_periods(
    own: Pieces, economy: str, early: str, late: str, flow: str, partners: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    spans = {"early": _period(early), "late": _period(late)}

    def compared(rows: pd.DataFrame, source: str) -> tuple[pd.DataFrame, pd.DataFrame] | None:
        table, used = _hhi(rows, economy, flow, partners)
        if table.empty:
            return None
        period = pd.Series("", index=table.index)
        for name, (first, last) in spans.items():
            period[table["year"].between(first, last)] = name
        if all((period == name).sum() >= LEAST_YEARS for name in spans):
            return table.assign(period=period, source_id=source), used
        return None

    asked = (early, late, flow, partners)
    for source in ranked(source for reporter, source in own if reporter == economy):
        if found := own.once((economy, source), asked, partial(compared, source=source)):
            return found
    raise CoverageError(
        f"no own report by partner in both {early} and {late}",
        hint="ca.coverage('trade', by=['reporter'])",
    )


def periods_by_economy(
    trade: pd.DataFrame, *, economies: Sequence[str] = eco.CA5, **choices: str
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
    for code in (eco.resolve(e) for e in economies):
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


Compared = dict[str, tuple[pd.DataFrame, pd.DataFrame] | CoverageError]


@by_parts
@parts(own=own_reports)
def compared_by_economy(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    early: str = "2010-2012",
    late: str = "2020-2022",
    flow: str = "turnover",
    partners: str = "listed",
    own: Pieces | None = None,
) -> Compared:
    """`compare_periods` of each economy with the rows behind it, or why there is none.

    own: what `own_reports` makes of trade (made here if not given).
    """
    own = own_reports(trade) if own is None else own
    found: Compared = {}
    for code in (eco.resolve(e) for e in economies):
        try:
            found[code] = _both_periods(own, code, early, late, flow, partners)
        except CoverageError as error:
            found[code] = error
    return found


@measure("trade.concentration_change")
@by_economy
@by_parts
@parts(compared=compared_by_economy)
def concentration_change(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    early: str = "2010-2012",
    late: str = "2020-2022",
    flow: Flow = "turnover",
    partners: Literal["listed", "named"] = "listed",
    interval: Interval = "years",
    compared: Compared | None = None,
) -> list[Estimate]:
    """Change of the Herfindahl-Hirschman index of partners between two periods, with an interval.

    trade: as in `hhi_years`. economies: codes or names. early, late: periods ('2010-2012',
        '2020-2022').
    flow: 'turnover', 'exports' or 'imports'. partners: 'listed' or 'named'; see `hhi_years`.
    interval: 'years', from the least to the greatest difference of a late and an early year (no
        distribution assumed); or 'welch', the 95 % t interval of the difference of the two means
        (Welch 1947, Biometrika 34), which takes years as independent draws and so is somewhat
        short.
    compared: what `compared_by_economy` makes of these (made here if not given).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy: estimate
    = mean hhi of `late` less that of `early` (points of an index in [0, 1]), low and high the
    interval. No source with both periods is recorded in `missing`.
    Raises UnknownNameError for an unknown choice, UsageError for a period that is none.
    """
    if interval not in INTERVALS:
        raise UnknownNameError("interval", interval, INTERVALS)
    if compared is None:
        choices = {"early": early, "late": late, "flow": flow, "partners": partners}
        compared = compared_by_economy(trade, economies=economies, **choices)
    out = []
    for code in map(eco.resolve, economies):
        found = compared[code]
        if isinstance(found, CoverageError):
            out.append(estimate_row(economy=code, interval=interval, missing=found.what))
            continue
        table, used = found
        a, b = (table.loc[table["period"] == p, "hhi"].to_numpy() for p in ("early", "late"))
        low, high = (
            _welch(a, b)
            if interval == "welch"
            else (float(b.min() - a.max()), float(b.max() - a.min()))
        )
        used = used[used["year"].isin(table.loc[table["period"] != "", "year"])]
        out.append(
            estimate_row(
                used[["reporter", "partner", "year", "flow", "product", "source_id"]],
                economy=code,
                estimate=float(b.mean() - a.mean()),
                low=low,
                high=high,
                interval=interval,
            )
        )
    return out


def _welch(a: np.ndarray, b: np.ndarray, level: float = 0.95) -> tuple[float, float]:
    from scipy.stats import t

    parts = np.array([a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)])
    df = parts.sum() ** 2 / (parts**2 / np.array([len(a) - 1, len(b) - 1])).sum()
    reach = float(t.isf((1 - level) / 2, df) * np.sqrt(parts.sum()))
    middle = float(b.mean() - a.mean())
    return middle - reach, middle + reach


POWERS = ("CHN", "RUS", "USA")
Window = Literal["five_years", "ten_years", "newest"]
WINDOWS = {"five_years": (2018, 2022), "ten_years": (2013, 2022), "newest": None}
"""Sessions by the year in which they begin."""
_CAST = re.compile(
    r"((?:[A-Z]{3})(?:(?:, | and )[A-Z]{3})*) (abstains?|do(?:es)? not vote|votes? "
    r"against|votes? for)"
)


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
    point = (
        rows[rows["attribute"] == known.ideal_point]
        .set_index(["subject", "year"])["value"]
        .astype(float)
    )
    parts = []
    for power in powers:
        mine = rows[
            rows["attribute"].eq(known.agreement + power) & rows["subject"].isin(list(economies))
        ]
        mine = mine.rename(columns={"subject": "economy", "value": "agreement"})
        parts.append(mine[["economy", "year", "agreement", "source_id"]].assign(power=power))
    table = pd.concat(parts, ignore_index=True).astype({"agreement": "float64"})
    own, other = (
        np.array(
            [
                point.get((who, year), np.nan)
                for who, year in zip(table[column], table["year"], strict=True)
            ]
        )
        for column in ("economy", "power")
    )
    table["distance"] = np.abs(own - other)
    table = table[["economy", "power", "year", "agreement", "distance", "source_id"]]
    return table.astype({"year": int}).sort_values(["economy", "power", "year"], ignore_index=True)


def _window(table: pd.DataFrame, window: str) -> pd.DataFrame:
    if window not in WINDOWS:
        raise UnknownNameError("window", window, WINDOWS)
    span = WINDOWS[window] or (table["year"].max(), table["year"].max())
    return table[table["year"].between(*span)]


def _spread(
    table: pd.DataFrame, economies: Sequence[str], window: str, column: str
) -> list[Estimate]:
    chosen = _window(table.dropna(subset=[column]), window)
    out = []
    for code in economies:
        mine = chosen[chosen["economy"] == code]
        whole = mine.groupby("year")["power"].transform("nunique") == len(POWERS)
        mine = mine[whole]  # sessions in which all three powers are observed
        if mine.empty:
            out.append(
                estimate_row(
                    economy=code, missing=f"no session with {', '.join(POWERS)} in the window"
                )
            )
            continue
        means = mine.groupby("power")[column].mean()
        out.append(
            estimate_row(
                mine[["economy", "power", "year", "source_id"]],
                economy=code,
                estimate=float(np.ptp(means)),
            )
        )
    return out


@measure("relations.vote_spread")
@parts(cast=votes)
def vote_spread(
    facts: pd.DataFrame,
    *,
    economies: Sequence[str],
    window: Window = "five_years",
    cast: pd.DataFrame | None = None,
) -> list[Estimate]:
    """Largest minus smallest mean agreement with the powers, as a share of common votes (0 to 1).
    The powers: POWERS.

    facts: as in `votes`. economies: codes.
    window: 'five_years', 'ten_years' or 'newest' (the newest session at hand); see WINDOWS.
    cast: what `votes` makes of facts (made here if not given).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy, without
    an interval; n counts economy, power and session. Only sessions in which all three powers are
    observed count; an economy without one is recorded in `missing`.
    Raises UnknownNameError for another window.
    """
    cast = votes(facts, economies=economies) if cast is None else cast
    return _spread(cast, economies, window, "agreement")


@measure("relations.ideal_spread")
@parts(cast=votes)
def ideal_spread(
    facts: pd.DataFrame,
    *,
    economies: Sequence[str],
    window: Window = "five_years",
    cast: pd.DataFrame | None = None,
) -> list[Estimate]:
    """Largest minus smallest mean distance of ideal points to the powers, in units of the scale.
    The powers: POWERS.

    facts, economies, window, cast: as in `vote_spread`.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy, without
    an interval; `missing` as in `vote_spread`.
    Raises UnknownNameError for another window.
    Formula: max over powers of the mean over sessions of |point of the economy - point of the
    power|, less the min.
    Source: Bailey, Strezhnev and Voeten (2017), Journal of Conflict Resolution 61(2).
    """
    cast = votes(facts, economies=economies) if cast is None else cast
    return _spread(cast, economies, window, "distance")


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
    of: of agreement, or of the distance of ideal points. window: as in `vote_spread`.
    Returns an estimates frame, one row per economy: the mean place over the sessions of the window.
    An economy without a place in any of them has the reason in `missing`.
    Raises UnknownNameError for another window.
    """
    known = settings().votes
    name = known.agreement_place if of == "agreement" else known.distance_place
    rows = facts[facts["attribute"].eq(name) & facts["value"].notna()]
    chosen = _window(rows, window)
    out = []
    for code in economies:
        mine = chosen[chosen["subject"] == code]
        if mine.empty:
            out.append(estimate_row(economy=code, missing="no place among members is given"))
            continue
        cells = mine[["fact_id", "subject", "attribute", "year", "source_id"]]
        out.append(estimate_row(cells, economy=code, estimate=float(mine["value"].mean())))
    return out


def war_votes(events: pd.DataFrame, *, economies: Sequence[str] = eco.CA5) -> pd.DataFrame:
    """Votes on the war in Ukraine in the General Assembly: economy, date, vote, aside, seat,
    source_id.

    events: table `events`; votes are read from the detail of rows of kind un_vote that name
    Ukraine. vote: 'abstain', 'not voting', 'against' or 'for'; aside: the first two; seat: the vote
        is on Russia's seat in the Human Rights Council and not a resolution on the war. economies:
        codes.
    An economy that a text does not name has no row.
    """
    rows = events[
        (events["kind"] == "un_vote") & events["detail"].astype(str).str.contains("Ukraine")
    ]
    found = []
    for row in rows.itertuples():
        for names, verb in _CAST.findall(str(row.detail)):
            vote = (
                "abstain"
                if "abstain" in verb
                else "not voting"
                if "not" in verb
                else verb.split()[-1]
            )
            found += [
                (
                    code,
                    str(row.date),
                    vote,
                    vote in ("abstain", "not voting"),
                    settings().votes.about_a_seat in str(row.detail),
                    row.source_id,
                )
                for code in re.findall(r"[A-Z]{3}", names)
                if code in economies
            ]
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
    out = []
    for code in economies:
        mine = cast[cast["economy"] == code]
        if mine.empty:
            out.append(estimate_row(economy=code, missing="no vote on the war is on record"))
        else:
            used = mine.assign(year=mine["date"].str[:4].astype(int))[
                ["economy", "date", "year", "source_id"]
            ]
            out.append(estimate_row(used, economy=code, estimate=float(mine["aside"].mean())))
    return out


_POWERS = ("CHN", "RUS", "USA")


@needs("table", "economy", "year", "hhi", "period", like="article.balance.periods_by_economy")
def hhi_lines(table: pd.DataFrame, *, early: tuple[int, int], late: tuple[int, int]) -> Figure:
    """Concentration of trade by year, one panel per economy; the two periods are shaded, their
    means are drawn.

    table: columns economy, year, hhi, period ('early', 'late' or '').
    """
    codes = list(dict.fromkeys(table["economy"]))
    with style.context():
        figure, axes = panels(len(codes), sharex=True, sharey=True)
        for ax, code in zip(axes, codes, strict=False):
            mine = table[(table["economy"] == code) & (table["year"] >= early[0] - 3)].sort_values(
                "year"
            )
            for first, last in (early, late):
                ax.axvspan(first - 0.5, last + 0.5, color=style.GRID, alpha=0.6, linewidth=0)
            line(
                ax, by_year(mine, "hhi"), color=style.INK, marker="o", markersize=3.5, linewidth=1.6
            )
            for _, part in mine[mine["period"] != ""].groupby("period"):
                ends, mean = (
                    (part["year"].min() - 0.4, part["year"].max() + 0.4),
                    part["hhi"].mean(),
                )
                ax.plot(ends, [mean, mean], color=style.HIGHLIGHT, linewidth=2.5)
                ax.annotate(
                    f"{mean:.3f}",
                    (sum(ends) / 2, min(mean, float(part["hhi"].min()))),
                    textcoords="offset points",
                    xytext=(0, -7),
                    ha="center",
                    va="top",
                    fontsize=style.TICK,
                )
            ax.set_title(eco.name_of(code))
            ax.set_ylim(0, 1.12 * float(table.loc[table["year"] >= early[0] - 3, "hhi"].max()))
            year_axis(ax, 4)
            style.bare(ax, x=False)
        figure.supylabel("Herfindahl index over partners", color=style.MUTED)
        tight(figure, h_pad=1.0)
    return figure


@needs("votes", "economy", "power", "year", "{column}", like="article.balance.votes")
@needs("votes", "economy", "power", "year", "{column}", like="article.balance.votes")
def vote_lines(
    votes: pd.DataFrame, *, column: str = "agreement", label: str = "share of common votes"
) -> Figure:
    """Agreement with (or distance to) each power by year, one panel per economy.

    votes: columns economy, power, year and `column`, as from `votes`.
    """
    codes = list(dict.fromkeys(votes["economy"]))
    with style.context():
        figure, axes = panels(len(codes), sharex=True, sharey=True)
        for ax, code in zip(axes, codes, strict=False):
            mine = votes[votes["economy"] == code]
            ends = []
            for power in _POWERS:
                part = mine[mine["power"] == power].dropna(subset=[column]).sort_values("year")
                if part.empty:
                    continue
                line(ax, by_year(part, column), color=style.colour(power), linewidth=1.8)
                ends.append((float(part[column].iloc[-1]), power, int(part["year"].iloc[-1])))
            for value, power, year in apart(ends, 0.085 * float(votes[column].max())):
                ax.annotate(
                    party(power),
                    (year, value),
                    textcoords="offset points",
                    xytext=(4, 0),
                    va="center",
                    color=style.colour(power),
                )
            ax.set_title(eco.name_of(code))
            ax.set_ylim(0, 1.05 * float(votes[column].max()))
            ax.set_xlim(
                right=votes["year"].max() + 0.45 * (votes["year"].max() - votes["year"].min())
            )
            year_axis(ax, 4)
            style.bare(ax, x=False)
        figure.supylabel(label, color=style.MUTED)
        tight(figure, h_pad=1.0)
    return figure
