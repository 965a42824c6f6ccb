"""Direct investment by investor, one concept at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from ..ground import economies as eco
from ..ground.arguments import whole_number
from ..ground.errors import CoverageError, UsageError
from ..stats.frames import (
    alike,
    keys_of,
    numbers,
    own_groups,
    refuse_named,
    refuse_named_aggregates,
    refuse_two_labels,
    require,
    with_prices,
    with_sources,
    years,
)
from ..stats.groups import Groups
from . import guards

_KINDS = ("price_basis", "instrument", "sector", "stage", "year_basis", *guards.UNITS)
_COLUMNS = ("investor", "host", "year", "measure", "value_usd", "source_id")

LEAST_INVESTORS = 5
"""A rank among fewer named investors than this says little (section Z of the register)."""


def investor_shares(
    investment: pd.DataFrame, *, by: tuple[str, ...] = ("host", "year")
) -> pd.DataFrame:
    """Share of each investor in one measure of investment.

    Parameters
    ----------
    investment : pandas.DataFrame
        Rows of table `investment` of *one* measure, price basis, instrument and source per `by`.
    by : tuple of str
        What makes a group.

    Returns
    -------
    pandas.DataFrame
        One row per `by` and investor: value_usd (USD), share of the investors listed, investors
        (number of), sources, price_basis where the rows state it. Aggregates (WLD, EU27, BIL ...)
        are left out: a share is of the investors that are named.

    Raises
    ------
    MixedUnitsError
        Where measures, price bases, instruments, sectors, stages, kinds of year, units or
        currencies are mixed, or a group holds several years or hosts.
    UsageError
        Where an investor has several figures or a group several sources (a row that names none
        beside one that does).
    CoverageError
        Where a value is missing, or the figures of a group do not add up to more than zero.

    Notes
    -----
    share_i = x_i / sum_j x_j over the named. See `rank` where an aggregate is to be refused.

    Examples
    --------
    >>> import ca_research as ca
    >>> stocks = ca.load("investment", host="KAZ", measure="fdi_stock", source="wiiw_kaz_fdi")
    >>> held = stocks[stocks["year"] == 2021]
    >>> investor_shares(held)["investor"].iloc[0]
    'NLD'
    """
    keys = keys_of(by, ("investor", "value_usd"))
    investment = require(investment, ("value_usd",), keys=(*keys, "investor"))
    alike(investment, ("measure", *_KINDS, "year", "host"), keys)
    if investment.duplicated([*keys, "investor"]).any():
        raise UsageError(
            "several figures for one investor, host and year",
            hint="choose one source, revision or sector",
        )
    listed = investment[_single(investment)]
    numbers(listed, "value_usd", negative=True)
    if "source_id" in listed and Groups(listed).several("source_id", keys):
        raise UsageError(
            "figures of several sources would be shared out as one",
            hint="choose one: load(..., source=...)",
        )
    shares = listed[[*keys, "investor", "value_usd"]].copy()
    totals = shares.groupby(keys)["value_usd"].sum()
    if (totals <= 0).any():
        raise CoverageError(
            f"figures of {totals.index[(totals <= 0).argmax()]} do not add up to more than zero",
            hint="leave that group out: it has no shares",
        )
    shares["share"] = shares["value_usd"] / shares.groupby(keys)["value_usd"].transform("sum")
    shares["investors"] = shares.groupby(keys)["investor"].transform("size")
    shares = shares.sort_values(
        [*keys, "share"], ascending=[True] * len(keys) + [False], ignore_index=True
    )
    return with_prices(with_sources(shares, listed, keys), listed, keys)


def stock_by_investor(
    investment: pd.DataFrame,
    host: str,
    year: int,
    *,
    leave_out: Collection[str] = (),
    merge: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Inward direct investment stock of a host by immediate investor at the end of a year.

    Parameters
    ----------
    investment : pandas.DataFrame
        Table `investment`; rows of measure fdi_stock by the source that names most investors count.
    host : str
        Its code or name.
    year : int
        At whose end.
    leave_out : collection of str
        Codes or names of investors left out, for example a host of holding companies, whose stock
        is mostly owned from elsewhere.
    merge : mapping of str to str, optional
        Investor -> investor to whom its stock is added; codes or names.

    Returns
    -------
    pandas.DataFrame
        One row per investor, the largest first: investor, value_usd (USD), rank (1 is the largest;
        equal stocks share a rank; null where the stock is null), sources, price_basis where the
        rows state it. Empty where the host has no stock in that year. Aggregates are left out.

    Raises
    ------
    UnknownNameError
        For a missing column or an economy that is not known.
    UsageError
        Where an investor has two figures, `merge` is no mapping, or names stand in the place of
        codes.
    MixedUnitsError
        For two price bases, instruments, sectors, stages, kinds of year, units or currencies.
    AggregateError
        For an aggregate to leave out or to merge: none is in the table.

    Notes
    -----
    Named investors are not all investors: one that is not named can only push a rank down.

    Examples
    --------
    >>> import ca_research as ca
    >>> table = stock_by_investor(ca.load("investment", host="KAZ"), "KAZ", 2021)
    >>> table[["investor", "rank"]].iloc[0].to_dict()
    {'investor': 'NLD', 'rank': 1}
    """
    rows = stock_rows(investment, host, year, leave_out=leave_out)
    if not isinstance(merge or {}, Mapping):
        raise UsageError(
            f"merge must be a mapping, not {type(merge).__name__}", hint="merge={'HKG': 'CHN'}"
        )
    into = {eco.resolve(one): eco.resolve(other) for one, other in (merge or {}).items()}
    eco.single_economies([*into, *into.values()])
    merged = rows.assign(investor=rows["investor"].astype(object).replace(into))
    added = merged.groupby("investor")["value_usd"].agg(lambda held: held.sum(skipna=False))
    table = added.reset_index()
    table["rank"] = table["value_usd"].rank(ascending=False, method="min").astype("Int64")
    found = with_sources(table.sort_values("rank", ignore_index=True), merged, ["investor"])
    return with_prices(found, rows)


def stock_rows(
    investment: pd.DataFrame, host: str, year: int, *, leave_out: Collection[str] = ()
) -> pd.DataFrame:
    """Rows of table `investment` behind `stock_by_investor`; raises what that raises."""
    investment = require(investment, _COLUMNS, keys=("investor", "host", "year"))
    years(investment)
    out, code = eco.single_economies(leave_out), eco.resolve(host)
    refuse_named(investment["host"].unique(), "host", [code])
    rows = investment[
        (investment["measure"] == "fdi_stock")
        & (investment["host"] == code)
        & (investment["year"] == whole_number("year", year))
    ]
    rows = rows[_single(rows)]
    numbers(rows.dropna(subset=["value_usd"]), "value_usd", negative=True)
    if rows["source_id"].nunique() > 1:
        # several publishers: the one that names most investors is one concept; the others speak of
        # single investors
        best = rows.groupby("source_id")["investor"].nunique().idxmax()
        rows = rows[rows["source_id"] == best]
    alike(rows, _KINDS)
    refuse_named(rows["investor"].unique(), "investor")
    if rows["investor"].duplicated().any():
        raise UsageError(
            f"two stocks of one investor in {host} at the end of {year}",
            hint="keep one revision or sector",
        )
    return rows[~rows["investor"].isin(out)]


def _single(investment: pd.DataFrame) -> pd.Series:
    """Rows of single investors: neither an aggregate nor a group of one's own."""
    refuse_named_aggregates(investment["investor"].unique(), "investor")
    refuse_two_labels(investment["host"].unique(), "host")
    return ~(
        investment["investor"].isin(list(eco.AGGREGATES))
        | own_groups(investment, ("investor", "host"))
    )


def stock_years(investment: pd.DataFrame, host: str) -> list[int]:
    """Years in which enough single investors in a host are named by one source, newest first.

    Parameters
    ----------
    investment : pandas.DataFrame
        Table `investment`: investor, host, year, measure, source_id; rows of measure fdi_stock
        count, aggregates do not.
    host : str
        Its code or name.

    Returns
    -------
    list of int
        Years with at least LEAST_INVESTORS; empty where there is none.

    Raises
    ------
    UnknownNameError
        For a missing column.

    Examples
    --------
    >>> import ca_research as ca
    >>> 2021 in stock_years(ca.load("investment", host="KAZ"), "KAZ")
    True
    """
    return stock_years_by_host(investment).get(eco.resolve(host), [])


def stock_years_by_host(investment: pd.DataFrame) -> dict[str, list[int]]:
    """`stock_years` of every host that has such a year; raises what that raises."""
    investment = require(investment, _COLUMNS, keys=("investor", "host", "year"))
    years(investment)
    stock = investment[(investment["measure"] == "fdi_stock") & _single(investment)]
    named = stock.groupby(["host", "year", "source_id"])["investor"].nunique()
    found: dict[str, set[int]] = {}
    for host, year, _ in named.index[named >= LEAST_INVESTORS]:
        found.setdefault(host, set()).add(int(year))
    return {host: sorted(enough, reverse=True) for host, enough in found.items()}
