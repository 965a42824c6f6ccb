"""China among the investors and the contractors in each economy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Literal, get_args

import pandas as pd

from ..estimates.frame import Estimate, estimate_row
from ..estimates.measures import measure, parts
from ..ground import economies as eco
from ..ground.errors import CoverageError, known_name
from ..ground.periods import years_back
from ..investment.fdi import LEAST_INVESTORS, stock_by_investor, stock_rows, stock_years_by_host
from ..stats.frames import require

CONDUITS = ("NLD",)
"""Hosts of holding companies among the named investors: their stock is mostly owned from
elsewhere.
"""
NO_STOCK = f"no stock by at least {LEAST_INVESTORS} investors on one concept"


Conduits = Literal["counted", "left_out"]
HongKong = Literal["apart", "with_china"]


StockRanks = Callable[[str], Estimate | None]


def stock_ranks(
    investment: pd.DataFrame,
    *,
    year: str = "newest",
    conduits: str = "counted",
    hong_kong: str = "apart",
) -> StockRanks:
    """What `fdi_rank` says of a host, made when it is asked for; None where no year of the host has
    enough investors.
    """
    for kind, name, known in (
        ("conduits", conduits, get_args(Conduits)),
        ("hong_kong", hong_kong, get_args(HongKong)),
    ):
        known_name(kind, name, known)
    by_host, back = stock_years_by_host(investment), years_back(year)
    leave_out = CONDUITS if conduits == "left_out" else ()
    merge = {"HKG": "CHN"} if hong_kong == "with_china" else None

    @cache
    def rank(host: str) -> Estimate | None:
        years = by_host.get(eco.resolve(host), [])
        if not years:
            return None
        if len(years) <= back:
            return estimate_row(economy=host, missing=f"{NO_STOCK} for the {year} year")
        chosen = years[back]
        table = stock_by_investor(investment, host, chosen, leave_out=leave_out, merge=merge)
        china = table[table["investor"] == "CHN"]
        if china.empty:
            return estimate_row(economy=host, missing=f"no Chinese stock for {chosen}")
        used = stock_rows(investment, host, chosen, leave_out=leave_out)
        return estimate_row(used, economy=host, estimate=float(china["rank"].iloc[0]))

    return rank


@measure("investment.fdi_rank")
@parts(ranks=stock_ranks)
def fdi_rank(
    investment: pd.DataFrame,
    *,
    economies: Sequence[str],
    year: str = "newest",
    conduits: Conduits = "counted",
    hong_kong: HongKong = "apart",
    ranks: StockRanks | None = None,
) -> list[Estimate]:
    """Rank of China among the named investors by inward stock.

    investment: table `investment`, as in `stock_by_investor`.
    conduits: 'counted' or 'left_out' (see CONDUITS). hong_kong: 'apart' or 'with_china'.
    economies: codes of hosts.
    year: 'newest' year with at least LEAST_INVESTORS named investors, 'newest-1', 'newest-2'.
    ranks: what `stock_ranks` makes of these (made here if not given).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per host; the estimate is a
    rank, 1 the largest, without an interval. Named investors are not all investors, so the rank is
    a best case for China: an investor not named can only push it down. No such year, or no Chinese
        stock in it, is recorded in `missing`.
    Raises UnknownNameError for another choice, UsageError for another `year`.
    """
    if ranks is None:
        ranks = stock_ranks(investment, year=year, conduits=conduits, hong_kong=hong_kong)
    return [ranks(host) or estimate_row(economy=host, missing=NO_STOCK) for host in economies]


@measure("investment.contractor_rank")
def contractor_rank(investment: pd.DataFrame, *, economies: Sequence[str]) -> list[Estimate]:
    """Rank of China by turnover of contracted works in the newest year of each host.

    investment: table `investment`; rows of measure contracted_turnover_yearly. economies: codes of
        hosts.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per host; the estimate is a
    rank, 1 the largest. Running totals dated to one year are not turnover of that year, so they are
    not used: a host with only these has the reason in `missing`.
    Raises CoverageError where other contractors are counted and China is not.
    """
    require(investment, ("investor", "host", "year", "measure", "value_usd", "source_id"))
    yearly = investment[
        (investment["measure"] == "contracted_turnover_yearly")
        & ~investment["investor"].isin(list(eco.AGGREGATES))
    ]
    rows = []
    for host in economies:
        mine = yearly[yearly["host"] == host]
        if mine["investor"].nunique() < 2:
            rows.append(
                estimate_row(
                    economy=host,
                    missing="only running totals of contracted works are known, for one or two "
                    "contractors",
                )
            )
            continue
        newest = mine[mine["year"] == mine["year"].max()]
        china = newest.assign(rank=newest["value_usd"].rank(ascending=False, method="min"))
        china = china[china["investor"] == "CHN"]
        if china.empty:
            raise CoverageError(f"no Chinese turnover for {host}")
        rows.append(estimate_row(newest, economy=host, estimate=float(china["rank"].iloc[0])))
    return rows
