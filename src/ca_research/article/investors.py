"""China among the investors and the contractors in each economy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Literal, NamedTuple, get_args

import pandas as pd

from ..estimates.frame import Estimate, estimate_row
from ..estimates.measures import measure, parts, tells
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


class Standing(NamedTuple):
    """Where China stands among the investors of a host, on one concept.

    rows: of the investors that are named. whole: those of all together. ranks: its best and worst
    place. share: per cent of the whole, least and most; no least where only some investors are
    named. about: what a sentence tells beside it. missing: why it stands nowhere.
    """

    rows: pd.DataFrame | None = None
    whole: pd.DataFrame | None = None
    ranks: tuple[int, int] = (0, 0)
    share: tuple[float | None, float] = (None, 0.0)
    about: Mapping[str, str] = {}
    missing: str = ""

    def as_rank(self, host: str) -> Estimate:
        """The place, 1 the largest; a range where investors that are not named could be larger."""
        why = "investors that are not named could be larger"
        return self._estimate(host, self.rows, *self.ranks, why)

    def as_share(self, host: str) -> Estimate:
        """The part of the whole; of named investors alone it is at most that."""
        used = self.rows if self.whole is None else pd.concat([self.rows, self.whole])
        return self._estimate(host, used, *self.share, "of named investors, who are not all")

    def _estimate(
        self, host: str, used: pd.DataFrame | None, low: float | None, high: float, why: str
    ) -> Estimate:
        if self.missing:
            return estimate_row(economy=host, missing=self.missing, about=self.about)
        if low == high:
            return estimate_row(used, economy=host, estimate=float(high), about=self.about)
        least = None if low is None else float(low)
        return estimate_row(
            used, economy=host, low=least, high=float(high), interval=why, about=self.about
        )


Stocks = Callable[[str], Standing | None]


def stock_standings(
    investment: pd.DataFrame,
    *,
    year: str = "newest",
    conduits: str = "counted",
    hong_kong: str = "apart",
) -> Stocks:
    """Where China stands by the stock of a host, made when it is asked for; None where no year of
    the host has enough investors.
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
    def standing(host: str) -> Standing | None:
        years = by_host.get(eco.resolve(host), [])
        if not years:
            return None
        if len(years) <= back:
            return Standing(missing=f"{NO_STOCK} for the {year} year")
        chosen = years[back]
        table = stock_by_investor(investment, host, chosen, leave_out=leave_out, merge=merge)
        china = table[table["investor"] == "CHN"]
        if china.empty:
            return Standing(missing=f"no Chinese stock for {chosen}")
        every = stock_rows(investment, host, chosen)
        used = every[~every["investor"].isin(leave_out)]
        outside = float(every["value_usd"].sum() - used["value_usd"].sum())
        rank, own = int(china["rank"].iloc[0]), float(china["value_usd"].iloc[0])
        whole, share, size = part_of_whole(investment, used, own, outside)
        others = table[table["investor"] != "CHN"].head(2)
        beside = eco.joined(
            f"{eco.in_prose(code)} {value / 1e9:.1f}"
            for code, value in zip(others["investor"], others["value_usd"], strict=True)
        )
        return Standing(used, whole, (rank, rank), share, {"size": size, "beside": beside})

    return standing


def part_of_whole(
    investment: pd.DataFrame, used: pd.DataFrame, own: float, outside: float = 0.0
) -> tuple[pd.DataFrame | None, tuple[float | None, float], str]:
    """The rows of the whole, China's share of it in per cent, and its size in words.

    used: rows of the named investors of one host, measure and source. own: China's part of them.
    outside: what is left out of the whole. Where the source states no whole for each year, the
    share is of the named, and so a most.
    """
    same = [used[name].iloc[0] for name in ("host", "measure", "source_id")]
    kept = (investment[["host", "measure", "source_id"]] == same).all(axis=1)
    whole = investment[
        kept & (investment["investor"] == "WLD") & investment["year"].isin(used["year"])
    ].dropna(subset=["value_usd"])
    if sorted(whole["year"]) != sorted(used["year"].unique()):
        return None, (None, 100 * own / float(used["value_usd"].sum())), ""
    total = float(whole["value_usd"].sum()) - outside
    share = 100 * own / total
    return whole, (share, share), f"{own / 1e9:.1f} of {total / 1e9:.0f} billion dollars"


@measure("investment.fdi_rank")
@tells("size", "beside")
@parts(stocks=stock_standings)
def fdi_rank(
    investment: pd.DataFrame,
    *,
    economies: Sequence[str],
    year: str = "newest",
    conduits: Conduits = "counted",
    hong_kong: HongKong = "apart",
    stocks: Stocks | None = None,
) -> list[Estimate]:
    """Rank of China among the named investors by inward stock.

    investment: table `investment`, as in `stock_by_investor`.
    conduits: 'counted' or 'left_out' (see CONDUITS). hong_kong: 'apart' or 'with_china'.
    economies: codes of hosts.
    year: 'newest' year with at least LEAST_INVESTORS named investors, 'newest-1', 'newest-2'.
    stocks: what `stock_standings` makes of these (made here if not given).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per host; the estimate is a
    rank, 1 the largest, without an interval. Named investors are not all investors, so the rank is
    a best case for China: an investor not named can only push it down. No such year, or no Chinese
        stock in it, is recorded in `missing`.
    Raises UnknownNameError for another choice, UsageError for another `year`.
    """
    standing = stocks or stock_standings(
        investment, year=year, conduits=conduits, hong_kong=hong_kong
    )
    return [(standing(host) or Standing(missing=NO_STOCK)).as_rank(host) for host in economies]


@measure("investment.fdi_share")
@tells("size", "beside")
@parts(stocks=stock_standings)
def fdi_share(
    investment: pd.DataFrame,
    *,
    economies: Sequence[str],
    year: str = "newest",
    conduits: Conduits = "counted",
    hong_kong: HongKong = "apart",
    stocks: Stocks | None = None,
) -> list[Estimate]:
    """China's part of the inward stock, in per cent.

    investment, conduits, hong_kong, economies, year, stocks: as in `fdi_rank`; what is left out
        is not in the whole either.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per host, of the whole that
    the source states; where it states none, a most, of the named investors. Tells its `size` in
    dollars, and the two largest others (`beside`). Missing as in `fdi_rank`.
    Raises what `fdi_rank` raises.
    """
    standing = stocks or stock_standings(
        investment, year=year, conduits=conduits, hong_kong=hong_kong
    )
    return [(standing(host) or Standing(missing=NO_STOCK)).as_share(host) for host in economies]


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
