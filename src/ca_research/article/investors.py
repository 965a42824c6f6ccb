"""China among the investors and the contractors of each host, by the best concept published for it.

Concepts are never added or ranked with each other: each host is judged on one, and the cell says on
which.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from operator import itemgetter
from typing import Literal

import pandas as pd

from ..estimates.frame import Estimate
from ..estimates.measures import by_economy, measure, tells
from ..estimates.once import once
from ..estimates.series import Answer, between, omit, one_row, pick
from ..ground import economies as eco
from ..investment.fdi import LEAST_INVESTORS, stock_by_investor, stock_rows, stock_years

CONDUITS = ("NLD",)
"""Hosts of holding companies among the named investors: their stock is mostly owned from
elsewhere.
"""
INFLOWS = ("fdi_flow_gross", "fdi_flow")
YEARS_OF_INFLOW = 3
"""One year of inflow can be one project; three say more."""
CONCEPTS = {
    "stock": "by stock",
    "inflow": "by inflow over three years",
    "fdi": "by share of inflow",
}
"""How a sentence names the concept on which a host is judged."""
NO_STOCK = f"no stock by at least {LEAST_INVESTORS} investors on one concept"

Conduits = Literal["counted", "left_out"]
HongKong = Literal["apart", "with_china"]
Figure = Literal["rank", "share"]
_WHY = {
    "rank": "investors that are not named could be larger",
    "share": "of named investors, who are not all",
}
"""Why a figure is a range."""


Standing = dict[str, Answer]
"""Where China stands among the investors of a host, on one concept: by Figure what is answered."""


def _stands(
    rows: pd.DataFrame,
    rank: tuple[int, int],
    share: tuple[float | None, float],
    whole: pd.DataFrame | None = None,
    **about: str,
) -> Standing:
    """Its best and worst place, 1 the largest, and its per cent of the whole, least and most.

    rows: of the investors that are named. share: no least where only some investors are named.
    whole: rows of all together. about: what a sentence tells beside it.
    """
    ranked = {"used": rows, "about": about, **between(*rank, _WHY["rank"])}
    used = pd.concat([rows, whole])
    return {
        "rank": ranked,
        "share": {"used": used, "about": about, **between(*share, _WHY["share"])},
    }


def _nowhere(why: str, **about: str) -> Standing:
    return {figure: {"missing": why, "about": about} for figure in _WHY}


@once
def by_stock(
    investment: pd.DataFrame,
    host: str,
    conduits: str = "counted",
    hong_kong: str = "apart",
    **about: str,
) -> Standing:
    """By the newest stock by enough investors; empty where no year has them."""
    years = stock_years(investment, host)
    if not years:
        return {}
    at, leave_out = years[0], CONDUITS if conduits == "left_out" else ()
    merge = {"HKG": "CHN"} if hong_kong == "with_china" else None
    table = stock_by_investor(investment, host, at, leave_out=leave_out, merge=merge)
    table = table.set_index("investor")
    if "CHN" not in table.index:
        return _nowhere(f"no Chinese stock for {at}", **about)
    rows = stock_rows(investment, host, at)
    named, outside = (part(rows, investor=leave_out) for part in (omit, pick))
    rank, amount = table.loc["CHN", ["rank", "value_usd"]]
    others = table["value_usd"].drop("CHN").head(2) / 1e9
    beside = eco.joined(f"{eco.in_prose(code)} {value:.1f}" for code, value in others.items())
    whole, share, size = _part_of_whole(investment, named, amount, outside["value_usd"].sum())
    return _stands(named, (rank, rank), share, whole, size=size, beside=beside, **about)


def _part_of_whole(
    investment: pd.DataFrame, used: pd.DataFrame, amount: float, outside: float = 0.0
) -> tuple[pd.DataFrame, tuple[float | None, float], str]:
    """Rows of the whole, China's part of it, and its size in words.

    used: rows of the named investors of one host, measure and source. amount: China's part of
        them. outside: what is left out of the whole. Where the source states no whole for each
        year, the share is of the named, and so a most.
    """
    of = used[["host", "measure", "source_id", "year"]].drop_duplicates()
    whole = pick(investment, investor="WLD").dropna(subset="value_usd").merge(of)
    if sorted(whole["year"]) != sorted(of["year"]):
        return whole[:0], (None, float(100 * amount / used["value_usd"].sum())), ""
    total = whole["value_usd"].sum() - outside
    size = f"{amount / 1e9:.1f} of {total / 1e9:.0f} billion dollars"
    return whole, (float(100 * amount / total),) * 2, size


@measure("investment.stock_standing", kind=itemgetter("figure"))
@tells("size", "beside")
def stock_standing(
    investment: pd.DataFrame,
    *,
    economies: Sequence[str],
    figure: Figure,
    conduits: Conduits = "counted",
    hong_kong: HongKong = "apart",
) -> list[Estimate]:
    """Rank of China among the named investors by inward stock, or its part of it, in per cent.

    investment: table `investment`, as in `stock_by_investor`. economies: codes of hosts.
    figure: 'rank' (1 the largest; named investors are not all investors, so it is a best case for
        China) or 'share' (of the whole that the source states; where it states none, a most, of the
        named investors).
    conduits: 'counted' or 'left_out' (see CONDUITS). hong_kong: 'apart' or 'with_china'.
    The year is the newest with at least LEAST_INVESTORS named investors.
    Tells its `size` in dollars, and the two largest others (`beside`).
    """
    none = _nowhere(NO_STOCK)
    stands = {c: by_stock(investment, c, conduits, hong_kong) or none for c in economies}
    return [one_row(of[figure], economy=code) for code, of in stands.items()]


@measure("investment.strength", kind=itemgetter("figure"))
@tells("concept", "size", "beside", "with_loans")
@by_economy
def strength(
    investment: pd.DataFrame,
    facts: pd.DataFrame,
    *,
    economies: Sequence[str],
    figure: Figure,
    conduits: Conduits = "counted",
    hong_kong: HongKong = "apart",
    period: Literal["year_first", "newest"] = "year_first",
) -> list[Estimate]:
    """Rank of China among the investors of a host, or its part of direct investment in per cent, by
    the best concept published for it.

    investment, facts: like the tables of that name. economies: codes of hosts.
    figure, conduits, hong_kong: as in `stock_standing`, where a stock is ranked.
    period: of shares that are stated 'year_first', the newest whole year and a part of one only
        where there is none; 'newest', whichever ends last.
    It tells its `concept`: the stock by investor in the newest year with at least LEAST_INVESTORS;
    else the inflow by as many over YEARS_OF_INFLOW years in a row; else the share of inflow that is
    stated, whose rank is a range where investors that are not named could be larger. A share of
    investment and loans together is none of direct investment: a host with nothing else is recorded
    in `missing`, as one with none of these is, and tells it (`with_loans`).
    """
    choices = {"conduits": conduits, "hong_kong": hong_kong, "concept": CONCEPTS["stock"]}
    best = {
        host: by_stock(investment, host, **choices)
        or by_inflow(investment, host)
        or by_share(facts, host, period)
        for host in economies
    }
    return [one_row(of[figure], economy=host) for host, of in best.items()]


@once
def by_inflow(investment: pd.DataFrame, host: str) -> Standing:
    """By inflow summed over the newest years in a row with enough investors of one source."""
    mine = omit(pick(investment, host=host, measure=INFLOWS), investor=eco.AGGREGATES)
    for _, rows in mine.groupby(["measure", "source_id"]):
        named = rows.groupby("year")["investor"].nunique()
        enough = {*named.index[named >= LEAST_INVESTORS]}
        spans = [range(y - YEARS_OF_INFLOW + 1, y + 1) for y in sorted(enough)]
        for span in [span for span in spans if {*span} <= enough][-1:]:
            used = pick(rows, year=span)
            sums = used.groupby("investor")["value_usd"].sum()
            if "CHN" in sums:
                rank, amount = 1 + int((sums > sums["CHN"]).sum()), float(sums["CHN"])
                whole, share, size = _part_of_whole(investment, used, amount)
                about = {"size": size, "concept": CONCEPTS["inflow"]}
                return _stands(used, (rank, rank), share, whole, **about)
    return {}


_STATED = (
    r"^(?P<what>fdi_gross_inflow_share|fdi_inflow_share|foreign_investment_and_loans_share|share)"
    r"(?:_part_year)?:(?P<investor>[A-Z]{3})$|^(?P<only>[A-Z]{3})_share_of_FDI_inflow$"
)
_LOANS_TOO = ("UZB",)
"""Hosts whose office states one share for foreign investment and loans together."""
_QUARTERS = {"Mar": 1, "Jun": 2, "Sep": 3}


@once
def stated_shares(facts: pd.DataFrame) -> pd.DataFrame:
    """Shares of what came into a host in a year or a part of one, as an office or the press states.

    facts: like table `facts`.
    Returns the rows of these, with host, investor, share (per cent), concept (a key of CONCEPTS, or
    'loans'), whole (of a whole year) and end (year and quarter in which the period ends).
    """
    rows = pick(facts, unit="percent", subject=eco.CA5)
    rows = rows.dropna(subset=["period", "year", "value"])
    named = rows["attribute"].str.extract(_STATED)
    what, period = named["what"].fillna(""), rows["period"].astype(str)
    loans = what.str.startswith("foreign") | (what.eq("share") & rows["subject"].isin(_LOANS_TOO))
    shares = rows.assign(
        host=rows["subject"],
        investor=named["investor"].fillna(named["only"]),
        share=rows["value"].astype(float),
        concept=loans.map({True: "loans", False: "fdi"}),
        whole=period.str.fullmatch(r"\d{4}"),
        end=10 * rows["year"].astype(int) + period.str[-3:].map(_QUARTERS).fillna(4).astype(int),
    )
    return omit(shares.dropna(subset="investor"), investor=eco.AGGREGATES)


def rank_of_share(shares: pd.Series, share: float) -> tuple[int, int]:
    """The best and the worst rank that a share of the whole can have among all investors.

    shares: per cent, of the investors that are named, its own among them. share: per cent.
    Formula: the named that are larger come before it; of the rest of the whole no more can come
    before it than have room there with a larger share each.

    Examples
    --------
    >>> rank_of_share(pd.Series([62.0]), 62.0), rank_of_share(pd.Series([20.0, 30.0]), 20.0)
    ((1, 1), (2, 4))
    """
    larger = int((shares > share).sum())
    room = max(100 - float(shares.sum()), 0.0)
    hidden = max(math.ceil(room / share - 1e-9) - 1, 0)
    return larger + 1, larger + 1 + hidden


def by_share(facts: pd.DataFrame, host: str, period: str) -> Standing:
    """By the stated share of China, among those that the same source states."""
    stated, same = stated_shares(facts), ["period", "source_id"]
    mine = pick(stated, host=host)
    mine = mine.merge(pick(mine, investor="CHN")[same].drop_duplicates())
    if mine.empty:
        return _nowhere("no stock, inflow or stated share by investor was found")
    loans, mine = (_newest(pick(mine, concept=kind), period) for kind in ("loans", "fdi"))
    if mine.empty:
        stake = pick(loans, investor="CHN").iloc[0]
        figure = f"{stake['share']:.0f}% ({stake['period']})"
        why = f"only a share of investment and loans together is stated: {figure}"
        return _nowhere(why, with_loans=f"{eco.in_prose(host)}'s {figure}")
    named = mine.groupby("source_id")["investor"].nunique()
    used = pick(mine, source_id=named.idxmax())
    stake = float(pick(used, investor="CHN")["share"].item())
    ranks = rank_of_share(used["share"], stake)
    rows = used.drop(columns=["host", "investor", "share", "concept", "whole", "end"])
    return _stands(rows, ranks, (stake, stake), concept=CONCEPTS["fdi"])


def _newest(shares: pd.DataFrame, period: str) -> pd.DataFrame:
    """Those of the newest whole year, and of a part of one only where there is none; or of
    whichever period ends last.
    """
    if period == "year_first" and shares["whole"].any():
        shares = shares[shares["whole"]]
    return pick(shares, end=shares["end"].max())
