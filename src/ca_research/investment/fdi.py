"""Direct investment by investor, one concept at a time."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ..estimates.frame import estimate_row, estimates
from ..estimates.measures import measure
from ..ground import economies as eco
from ..ground.errors import CoverageError, MixedUnitsError, UnknownNameError, UsageError
from ..stats import years_back
from ..stats.frames import alike, numbers, require, with_sources

CONDUITS = ("NLD",)
"""Hosts of holding companies among the named investors: their stock is mostly owned from
elsewhere.
"""

_COLUMNS = ("investor", "host", "year", "measure", "value_usd", "source_id")

LEAST_INVESTORS = 5
"""A rank among fewer named investors than this says little (section Z of the register)."""


def measure_shares(
    investment: pd.DataFrame, *, by: tuple[str, ...] = ("host", "year")
) -> pd.DataFrame:
    """Share of each investor in one measure of investment.

    investment: rows of table `investment` of *one* measure, price basis, instrument and source per
        `by`.
    Returns one row per `by` + investor: value_usd, share of the investors listed, investors (number
    of), sources.
    Aggregates (WLD, EU27, BIL ...) are left out, not shared among: a share is of the investors that
    are named.
    Raises MixedUnitsError where measures, price bases, instruments or kinds of year are mixed,
    UsageError where an investor has several figures or a group several sources, CoverageError where
    a value is missing.
    Formula: share_i = x_i / sum_j x_j over the named. See `rank_investors` where an aggregate is to
    be refused.
    """
    require(investment, ("value_usd",), keys=(*by, "investor"))
    for column in ("measure", "price_basis", "instrument", "year_basis"):
        if column in investment and investment[column].nunique() > 1:
            raise MixedUnitsError(
                f"{column} is mixed: {', '.join(sorted(investment[column].unique()))}",
                hint=f"load(..., {column}=...): unlike figures are never added",
            )
    keys = [*by]
    if investment.duplicated([*keys, "investor"]).any():
        raise UsageError(
            "several figures for one investor, host and year",
            hint="choose one source, revision or sector",
        )
    listed = investment[~investment["investor"].isin(list(eco.AGGREGATES))]
    numbers(listed, "value_usd", negative=True)
    if "source_id" in listed and (listed.groupby(keys)["source_id"].nunique() > 1).any():
        raise UsageError(
            "figures of several sources would be shared out as one",
            hint="choose one: load(..., source=...)",
        )
    shares = listed[[*keys, "investor", "value_usd"]].copy()
    shares["share"] = shares["value_usd"] / shares.groupby(keys)["value_usd"].transform("sum")
    shares["investors"] = shares.groupby(keys)["investor"].transform("size")
    shares = shares.sort_values(
        [*keys, "share"], ascending=[True] * len(keys) + [False], ignore_index=True
    )
    return with_sources(shares, listed, keys)


def stock_by_investor(
    investment: pd.DataFrame,
    host: str,
    year: int,
    *,
    conduits: str = "counted",
    hong_kong: str = "apart",
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Inward direct investment stock of a host by immediate investor at the end of a year.

    investment: table `investment`; rows of measure fdi_stock by the source that names most
        investors.
    host: its code. year: at whose end.
    conduits: 'counted' or 'left_out' (see CONDUITS). hong_kong: 'apart' or 'with_china'.
    Returns (table, rows): per investor value_usd (USD) and rank (1 is the largest); and the rows
    behind it. Both are empty where the host has no stock in that year.
    Raises UnknownNameError for another choice, UsageError where an investor has two figures,
    MixedUnitsError for two price bases.
    """
    for kind, name, known in (
        ("conduits", conduits, ("counted", "left_out")),
        ("hong_kong", hong_kong, ("apart", "with_china")),
    ):
        if name not in known:
            raise UnknownNameError(kind, name, known)
    require(investment, _COLUMNS)
    rows = investment[
        (investment["measure"] == "fdi_stock")
        & (investment["host"] == host)
        & (investment["year"] == year)
    ]
    rows = rows[~rows["investor"].isin(list(eco.AGGREGATES))]
    if rows["source_id"].nunique() > 1:
        # several publishers: the one that names most investors is one concept; the others speak of
        # single investors
        best = rows.groupby("source_id")["investor"].nunique().idxmax()
        rows = rows[rows["source_id"] == best]
    alike(rows, ("price_basis",))
    if rows["investor"].duplicated().any():
        raise UsageError(
            f"two stocks of one investor in {host} at the end of {year}",
            hint="keep one revision or sector",
        )
    if conduits == "left_out":
        rows = rows[~rows["investor"].isin(CONDUITS)]
    investor = (
        rows["investor"].replace({"HKG": "CHN"}) if hong_kong == "with_china" else rows["investor"]
    )
    table = rows.assign(investor=investor).groupby("investor", as_index=False)["value_usd"].sum()
    table["rank"] = table["value_usd"].rank(ascending=False, method="min").astype("Int64")
    return table.sort_values("rank", ignore_index=True), rows


def stock_years(investment: pd.DataFrame, host: str) -> list[int]:
    """Years in which at least LEAST_INVESTORS single investors in a host are named by one source,
    newest first.

    investment: table `investment` (investor, host, year, measure, source_id); rows of measure
        fdi_stock count, aggregates do not.
    host: its code. An empty list where there is no such year.
    """
    require(investment, _COLUMNS)
    stock = investment[
        (investment["measure"] == "fdi_stock")
        & (investment["host"] == host)
        & ~investment["investor"].isin(list(eco.AGGREGATES))
    ]
    named = stock.groupby(["year", "source_id"])["investor"].nunique()
    return sorted(
        {int(year) for (year, _), n in named.items() if n >= LEAST_INVESTORS}, reverse=True
    )


@measure("investment.fdi_rank")
def fdi_rank(
    investment: pd.DataFrame,
    *,
    economies: Sequence[str],
    year: str = "newest",
    conduits: str = "counted",
    hong_kong: str = "apart",
) -> pd.DataFrame:
    """Rank of China among the named investors by inward stock.

    investment, conduits, hong_kong: as in `stock_by_investor` ('counted', 'left_out'; 'apart',
        'with_china').
    economies: codes of hosts.
    year: 'newest' year with at least LEAST_INVESTORS named investors, 'newest-1', 'newest-2'.
    Returns an estimates frame (`tables.provenance.ESTIMATE_COLUMNS`), one row per host; the
    estimate is a rank, 1 the largest, without an interval. Named investors are not all investors,
    so the rank is a best case for China: an investor not named can only push it down. No such year,
        or no Chinese stock in it, is recorded in `missing`.
    Raises UnknownNameError for another choice, UsageError for another `year`.
    """
    rows = []
    for host in economies:
        years, back = stock_years(investment, host), years_back(year)
        if len(years) <= back:
            rows.append(
                estimate_row(
                    economy=host,
                    missing=f"no stock by at least {LEAST_INVESTORS} investors on one concept"
                    + (f" for the {year} year" if years else ""),
                )
            )
            continue
        table, used = stock_by_investor(
            investment, host, years[back], conduits=conduits, hong_kong=hong_kong
        )
        china = table[table["investor"] == "CHN"]
        if china.empty:
            rows.append(estimate_row(economy=host, missing=f"no Chinese stock for {years[back]}"))
        else:
            rows.append(estimate_row(used, economy=host, estimate=float(china["rank"].iloc[0])))
    return estimates(rows)


@measure("investment.contractor_rank")
def contractor_rank(investment: pd.DataFrame, *, economies: Sequence[str]) -> pd.DataFrame:
    """Rank of China by turnover of contracted works in the newest year of each host.

    investment: table `investment`; rows of measure contracted_turnover_yearly. economies: codes of
        hosts.
    Returns an estimates frame (`tables.provenance.ESTIMATE_COLUMNS`), one row per host; the
    estimate is a rank, 1 the largest. Running totals dated to one year are not turnover of that
    year, so they are not used: a host with only these has the reason in `missing`.
    Raises CoverageError where other contractors are counted and China is not.
    """
    require(investment, _COLUMNS)
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
                    missing="only running totals of contracted works are at hand, for one or two "
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
    return estimates(rows)
