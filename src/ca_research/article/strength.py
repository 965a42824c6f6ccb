"""Where China ranks among the investors of each host, by the best concept published for it.

Concepts are never added or ranked with each other: each host is judged on one, and the cell says on
which.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Literal

import pandas as pd

from ..estimates.frame import Estimate
from ..estimates.measures import by_economy, measure, parts, tells
from ..ground import economies as eco
from ..ground.errors import CoverageError
from ..investment.fdi import LEAST_INVESTORS, stock_by_investor, stock_years
from ..stats.frames import require
from .investors import Conduits, HongKong, Standing, Stocks, part_of_whole, stock_standings

INFLOWS = ("fdi_flow_gross", "fdi_flow")
YEARS_OF_INFLOW = 3
"""One year of inflow can be one project; three say more."""

CONCEPTS = {
    "stock": "by stock",
    "inflow": "by inflow over three years",
    "fdi": "by share of inflow",
}
"""How a sentence names the concept on which a host is judged."""

_STATED = re.compile(
    r"^(?P<what>fdi_gross_inflow_share|fdi_inflow_share|foreign_investment_and_loans_share|share)"
    r"(?:_part_year)?:(?P<investor>[A-Z]{3})$|^(?P<only>[A-Z]{3})_share_of_FDI_inflow$"
)
_LOANS_TOO = ("UZB",)
"""Hosts whose office states one share for foreign investment and loans together."""

_MONTHS = ("Mar", "Jun", "Sep", "Dec")


def stated_shares(facts: pd.DataFrame) -> pd.DataFrame:
    """Shares of what came into a host in a year or a part of one, as an office or the press states.

    facts: like table `facts` (subject, attribute, period, year, value, unit, source_id).
    Returns the rows of these, with host, investor, share (per cent), concept (a key of CONCEPTS),
    whole (of a whole year) and end (year and quarter in which the period ends).
    Raises UnknownNameError for a missing column.
    """
    require(facts, ("period", "year", "unit", "value", "source_id"), keys=("subject", "attribute"))
    rows = facts[(facts["unit"] == "percent") & facts["subject"].isin(eco.CA5)]
    rows = rows.dropna(subset=["period", "year", "value"])
    named = [_STATED.match(attribute) for attribute in rows["attribute"]]
    rows, hits = rows.loc[[bool(hit) for hit in named]], [hit for hit in named if hit]
    loans = [
        (hit["what"] or "").startswith("foreign") or (hit["what"] == "share" and host in _LOANS_TOO)
        for hit, host in zip(hits, rows["subject"], strict=True)
    ]
    periods = rows["period"].astype(str)
    found = rows.assign(
        host=rows["subject"],
        investor=[hit["investor"] or hit["only"] for hit in hits],
        share=rows["value"].astype(float),
        concept=["loans" if x else "fdi" for x in loans],
        whole=periods.str.fullmatch(r"\d{4}"),
        end=[(int(y), _quarter(p)) for y, p in zip(rows["year"], periods, strict=True)],
    )
    return found[~found["investor"].isin(list(eco.AGGREGATES))]


def _quarter(period: str) -> int:
    return next((i for i, month in enumerate(_MONTHS, 1) if period.endswith(month)), 4)


def rank_of_share(shares: pd.Series, own: float) -> tuple[int, int]:
    """The best and the worst rank that a share of the whole can have among all investors.

    shares: per cent, of the investors that are named, its own among them. own: per cent.
    Formula: the named that are larger come before it; of the rest of the whole no more can come
    before it than have room there with a larger share each.

    Examples
    --------
    >>> rank_of_share(pd.Series([62.0]), 62.0), rank_of_share(pd.Series([20.0, 30.0]), 20.0)
    ((1, 1), (2, 4))
    """
    larger = int((shares > own).sum())
    room = max(100 - float(shares.sum()), 0.0)
    hidden = max(math.ceil(room / own - 1e-9) - 1, 0)
    return larger + 1, larger + 1 + hidden


Standings = Callable[[str], Standing]


@parts(stated=stated_shares, stocks=stock_standings)
def standings(
    investment: pd.DataFrame,
    facts: pd.DataFrame,
    *,
    conduits: str = "counted",
    hong_kong: str = "apart",
    period: str = "year_first",
    stated: pd.DataFrame | None = None,
    stocks: Stocks | None = None,
) -> Standings:
    """Where China stands in a host by the best concept published, made when it is asked for."""
    shares = stated_shares(facts) if stated is None else stated
    by_stock = stocks or stock_standings(investment, conduits=conduits, hong_kong=hong_kong)

    @cache
    def standing(host: str) -> Standing:
        if found := by_stock(host):
            return found._replace(about={**found.about, "concept": CONCEPTS["stock"]})
        return _by_inflow(investment, host) or _by_share(shares, host, period)

    return standing


@measure("investment.strength_rank")
@tells("concept", "size", "beside", "with_loans")
@parts(standing=standings)
@by_economy
def strength_rank(
    investment: pd.DataFrame,
    facts: pd.DataFrame,
    *,
    economies: Sequence[str],
    conduits: Conduits = "counted",
    hong_kong: HongKong = "apart",
    period: Literal["year_first", "newest"] = "year_first",
    standing: Standings | None = None,
) -> list[Estimate]:
    """Rank of China among the investors of a host, by the best concept published for it.

    investment, facts: like the tables of that name. economies: codes of hosts.
    conduits, hong_kong: as in `investment.fdi_rank`, where a stock is ranked.
    period: of shares that are stated 'year_first', the newest whole year and a part of one only
        where there is none; 'newest', whichever ends last.
    standing: what `standings` makes of these (made here if not given).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per host, which tells its
    `concept`: the stock by investor in the newest year with at least LEAST_INVESTORS; else the
    inflow by as many over YEARS_OF_INFLOW years in a row; else the share of inflow that is stated,
    whose rank is a range where investors that are not named could be larger. A share of investment
    and loans together is none of direct investment: a host with nothing else is recorded in
    `missing`, as one with none of these is.
    Raises UnknownNameError for another choice.
    """
    choices = {"conduits": conduits, "hong_kong": hong_kong, "period": period}
    standing = standing or standings(investment, facts, **choices)
    return [standing(host).as_rank(host) for host in economies]


@measure("investment.strength_share")
@tells("concept", "size", "beside", "with_loans")
@parts(standing=standings)
@by_economy
def strength_share(
    investment: pd.DataFrame,
    facts: pd.DataFrame,
    *,
    economies: Sequence[str],
    conduits: Conduits = "counted",
    hong_kong: HongKong = "apart",
    period: Literal["year_first", "newest"] = "year_first",
    standing: Standings | None = None,
) -> list[Estimate]:
    """China's part of direct investment in a host, in per cent, by the best concept published.

    investment, facts, economies, conduits, hong_kong, period, standing: as in `strength_rank`.
    The concepts and what is missing: as there.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per host, which tells its
    `concept`, its `size` in dollars where the whole is known, the two largest others by stock
    (`beside`), and a share `with_loans` that decides nothing.
    Raises UnknownNameError for another choice.
    """
    choices = {"conduits": conduits, "hong_kong": hong_kong, "period": period}
    standing = standing or standings(investment, facts, **choices)
    return [standing(host).as_share(host) for host in economies]


def newest_stock(investment: pd.DataFrame, host: str) -> pd.DataFrame:
    """`stock_by_investor` at the end of the newest year in which enough investors are named.

    investment: table `investment`. host: a code or name.
    Returns its columns and year. Raises CoverageError where no year has so many.
    """
    years = stock_years(investment, host)
    if not years:
        raise CoverageError(
            f"no year in which one source names {LEAST_INVESTORS} investors in {host}",
            hint="ca.coverage('investment', by=['host'])",
        )
    return stock_by_investor(investment, host, years[0]).assign(year=years[0])


def _by_inflow(investment: pd.DataFrame, host: str) -> Standing | None:
    """By inflow summed over the newest years in a row with enough investors of one source."""
    mine = investment[
        (investment["host"] == host)
        & investment["measure"].isin(INFLOWS)
        & ~investment["investor"].isin(list(eco.AGGREGATES))
    ]
    for _, rows in mine.groupby(["measure", "source_id"]):
        named = rows.groupby("year")["investor"].nunique()
        years = set(named.index[named >= LEAST_INVESTORS])
        ends = [y for y in sorted(years, reverse=True) if {*_window(y)} <= years]
        if not ends:
            continue
        used = rows[rows["year"].isin(_window(ends[0]))]
        sums = used.groupby("investor")["value_usd"].sum()
        if "CHN" in sums.index:
            rank = 1 + int((sums > sums["CHN"]).sum())
            whole, share, size = part_of_whole(investment, used, float(sums["CHN"]))
            about = {"concept": CONCEPTS["inflow"], "size": size}
            return Standing(used, whole, (rank, rank), share, about)
    return None


def _window(last: int) -> range:
    return range(last - YEARS_OF_INFLOW + 1, last + 1)


def _by_share(stated: pd.DataFrame, host: str, period: str) -> Standing:
    """By the stated share of China, among those that the same source states."""
    mine = stated[stated["host"] == host]
    with_china = mine.loc[mine["investor"] == "CHN", ["period", "source_id"]]
    mine = mine.merge(with_china.drop_duplicates(), on=["period", "source_id"])
    if mine.empty:
        return Standing(missing="no stock, inflow or stated share by investor was found")
    loans = _newest(mine[mine["concept"] == "loans"], period)
    mine = _newest(mine[mine["concept"] == "fdi"], period)
    if mine.empty:
        own = loans[loans["investor"] == "CHN"].iloc[0]
        figure = f"{own['share']:.0f}% ({own['period']})"
        return Standing(
            missing=f"only a share of investment and loans together is stated: {figure}",
            about={"with_loans": f"{eco.in_prose(host)}'s {figure}"},
        )
    named = mine.groupby("source_id")["investor"].nunique()
    used = mine[mine["source_id"] == named.idxmax()]
    (own,) = used.loc[used["investor"] == "CHN", "share"]
    rows = used.drop(columns=["host", "investor", "share", "concept", "whole", "end"])
    ranks, about = rank_of_share(used["share"], own), {"concept": CONCEPTS["fdi"]}
    return Standing(rows, None, ranks, (float(own), float(own)), about)


def _newest(shares: pd.DataFrame, period: str) -> pd.DataFrame:
    """Those of the newest whole year, and of a part of one only where there is none; or of
    whichever period ends last.
    """
    if period == "year_first" and shares["whole"].any():
        shares = shares[shares["whole"]]
    return shares[shares["end"] == shares["end"].max()]
