"""Direct investment by investor, one concept at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import pandas as pd

from ..ground import economies as eco
from ..ground.arguments import whole_number
from ..ground.errors import MixedUnitsError
from ..stats.contract import Economy, Frame, Single, Year, takes
from ..stats.frames import (
    cited,
    own_groups,
    refuse_labels,
    require,
    shares_of,
    years,
)

LEAST_INVESTORS = 5
"""A rank among fewer named investors than this says little (section Z of the register)."""


def _single(investment: pd.DataFrame, *totals: str) -> pd.DataFrame:
    """Rows of single investors: neither an aggregate nor a group of one's own; and of totals."""
    investment = require(investment, (), keys=("investor", "host", "year"), host=())
    years(investment)
    refuse_labels(investment["investor"].unique(), "investor", single=True)
    groups = investment["investor"].isin([*{*eco.AGGREGATES} - {*totals}])
    return investment[~(groups | own_groups(investment, ("investor", "host")))]


def _with_world(investment: pd.DataFrame) -> pd.DataFrame:
    """Rows of single investors, and of the world where the source gives it."""
    return _single(investment, "WLD")


SHARED = Frame(cell=("investor",), single=("year", "host"), rows=_with_world, negative=True)


@takes(investment=SHARED)
def investor_shares(
    investment: pd.DataFrame,
    *,
    by: tuple[str, ...] = ("host", "year"),
    net: Literal["refused", "taken"] = "refused",
) -> pd.DataFrame:
    """Share of each investor in one measure of investment.

    Parameters
    ----------
    investment : pandas.DataFrame
        Rows of table `investment` of *one* measure, price basis, instrument and source per `by`.
    by : tuple of str
        What makes a group.
    net : {'refused', 'taken'}
        Whether figures below zero may stand: of net flows a share is neither a part of a whole nor
        between nought and one.

    Returns
    -------
    pandas.DataFrame
        One row per `by` and investor: value_usd (USD), share of the investors named, investors
        (number of), sources, price_basis where the rows state it, and named_share, what the named
        have together of the total (WLD) of the same source; null where it gives none. Other
        aggregates (EU27, BIL ...) are left out.

    Raises
    ------
    CaResearchError
        For what :doc:`/refusals` lists.

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
    if net == "refused" and (investment["value_usd"] < 0).any():
        raise MixedUnitsError(
            "figures below zero are net of what was withdrawn, and no parts of a whole",
            hint="take stocks or gross flows (measure='fdi_flow_gross'); or say net='taken'",
        )
    keys, world = list(by), investment["investor"] == "WLD"
    shares = shares_of(investment, keys, "investor", ~world)
    totals = investment[world].set_index(keys)["value_usd"].rename("total")
    total = shares[keys].join(totals, on=keys)["total"]
    named = shares.groupby(keys, dropna=False)["value_usd"].transform("sum")
    shares["named_share"] = named / total.where(total > 0)
    shares = shares.sort_values("share", ascending=False, kind="stable")
    return shares.sort_values([*by], kind="stable", ignore_index=True)


def _stock(investment: pd.DataFrame) -> pd.DataFrame:
    """Rows of stocks of single investors."""
    investment = require(investment, ("measure", "value_usd", "source_id"))
    return _single(investment[investment["measure"] == "fdi_stock"])


STOCK = Frame(cell=("investor",), columns=("source_id",), negative=True, gaps="kept")


@takes()
def stock_by_investor(
    investment: pd.DataFrame,
    host: Economy,
    year: Year,
    *,
    leave_out: Single = (),
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
        equal stocks share a rank; null where the stock is null), host, year, sources, price_basis
        where the rows state it. Empty where the host has no stock in that year. Aggregates are left
        out.

    Raises
    ------
    CaResearchError
        For what :doc:`/refusals` lists.

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
    into = {eco.resolve(one): eco.resolve(other) for one, other in (merge or {}).items()}
    eco.single_economies([*into, *into.values()])
    merged = rows.assign(investor=rows["investor"].astype(object).replace(into))
    table = merged.groupby("investor")["value_usd"].sum(skipna=False).reset_index()
    table["rank"] = table["value_usd"].rank(ascending=False, method="min").astype("Int64")
    table = table.sort_values("rank", ignore_index=True).assign(host=host, year=year)
    return cited(table, merged, ["investor"])


def stock_rows(
    investment: pd.DataFrame, host: str, year: int, *, leave_out: Single = ()
) -> pd.DataFrame:
    """Rows of table `investment` behind `stock_by_investor`; raises what that raises."""
    out, code = eco.single_economies(leave_out), eco.resolve(host)
    rows = _stock(require(investment, (), host=[code]))
    rows = rows[(rows["host"] == code) & (rows["year"] == whole_number("year", year))]
    if rows["source_id"].nunique() > 1:
        # several publishers: the one that names most investors is one concept; the others speak of
        # single investors
        best = rows.groupby("source_id")["investor"].nunique().idxmax()
        rows = rows[rows["source_id"] == best]
    rows = require(STOCK.check(rows), (), investor=eco.codes())
    return rows[~rows["investor"].isin(out)]


@takes()
def stock_years(investment: pd.DataFrame, host: Economy) -> list[int]:
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
    CaResearchError
        For what :doc:`/refusals` lists.

    Examples
    --------
    >>> import ca_research as ca
    >>> 2021 in stock_years(ca.load("investment", host="KAZ"), "KAZ")
    True
    """
    stock = _stock(investment)
    named = stock[stock["host"] == host].groupby(["year", "source_id"])["investor"].nunique()
    enough = named.index[named >= LEAST_INVESTORS].get_level_values("year")
    return sorted({int(year) for year in enough}, reverse=True)
