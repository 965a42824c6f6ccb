"""Partner shares, concentration and growth of trade."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from ..ground.errors import CoverageError, UsageError
from ..stats.contract import Frame, takes
from ..stats.frames import cited, require_some, shares_of
from ..stats.groups import Groups
from . import pushed
from .checks import REST, SUM, of_trade
from .pushed import DataFrameOrRelation, Relation

BY = ("reporter", "year", "flow")
"""What one account of trade is, unless told otherwise."""


@takes(pushed.partner_shares, trade=of_trade("partner", aggregates={"partner": ("WLD", *REST)}))
def partner_shares(
    trade: DataFrameOrRelation,
    *,
    by: Sequence[str] = BY,
    denominator: Literal["partners", "world"] = "partners",
) -> DataFrameOrRelation:
    """Share of each partner in a reporter's trade.

    Parameters
    ----------
    trade : pandas.DataFrame or duckdb.DuckDBPyRelation
        Rows of one source, product, valuation and price basis per `by`, with the columns of `by`,
        ``partner`` and ``value_usd`` (USD). A WLD row is the total and never a partner; other
        aggregates are refused. Or a relation of DuckDB of such rows (`ca.relation`).
    by : sequence of str
        What one account is.
    denominator : {'partners', 'world'}
        The sum of the partners given; or the reporter's own WLD row (shares then need not sum to
        one: what the source leaves unallocated stays outside).

    Returns
    -------
    pandas.DataFrame or duckdb.DuckDBPyRelation
        As `trade`: one row per `by` and partner: ``value_usd``, ``share`` in [0, 1] (null in an
        account of zeros), ``partners`` (number of); ``sources`` and ``price_basis`` where the rows
        state them. The ``plot()`` of a frame draws a line for each of the largest.

    Raises
    ------
    CaResearchError
        For what :doc:`/refusals` lists.

    Notes
    -----
    share_ij = x_ij / sum_j x_ij

    Examples
    --------
    >>> trade = pd.DataFrame(
    ...     {"reporter": "KAZ", "year": 2020, "flow": "export", "partner": ["CHN", "RUS"],
    ...      "value_usd": [3.0, 1.0]})
    >>> partner_shares(trade)["share"].tolist()
    [0.75, 0.25]
    """
    assert isinstance(trade, pd.DataFrame)  # of a relation `pushed` has the answer
    keys: list[str] = list(by)
    world = trade["partner"] == "WLD"
    require_some(trade[~world], "partner in the frame")
    shares = shares_of(trade, keys, "partner", ~world)
    if denominator == "world":
        totals = trade[world].set_index(keys)["value_usd"]
        total = shares[keys].join(totals.rename("total"), on=keys)["total"]
        if total.isna().any():
            raise CoverageError(
                "no WLD row for some account",
                hint="use denominator='partners', or another source",
            )
        shares["share"] = shares["value_usd"] / total
    if shares["share"].max() > 1 + SUM:
        worst = shares.loc[shares["share"].idxmax()]
        raise UsageError(
            f"{worst['partner']} has {worst['share']:.3g} times the WLD row it is part of",
            hint="the total and the partners are not of one account",
        )
    return shares


SHARES = Frame(
    tells=("partner", "product"), value="share", gaps="kept", aggregates={"partner": REST}
)
"""Shares, which say by `partner` or `product` of what they are."""


@takes(pushed.hhi, shares=SHARES)
def hhi(shares: pd.DataFrame | Relation, by: Sequence[str] = BY) -> pd.DataFrame:
    """Herfindahl-Hirschman index of partner shares.

    Parameters
    ----------
    shares : pandas.DataFrame or duckdb.DuckDBPyRelation
        One row per `by` and partner, column ``share`` in [0, 1], summing to 1 within `by`.
    by : sequence of str
        What one account is.

    Returns
    -------
    pandas.DataFrame
        One row per `by`, in their order, with ``hhi`` in [1/n, 1], ``n`` partners, and the
        ``sources`` of the shares. Its ``plot()`` draws a line for each account.

    Raises
    ------
    CaResearchError
        For what :doc:`/refusals` lists.

    Notes
    -----
    hhi = sum_j share_j ** 2 [1]_

    References
    ----------
    .. [1] Hirschman (1964), American Economic Review 54(5).

    Examples
    --------
    >>> trade = pd.DataFrame(
    ...     {"reporter": "KAZ", "year": 2020, "flow": "export", "partner": ["CHN", "RUS"],
    ...      "value_usd": [3.0, 1.0]})
    >>> hhi(partner_shares(trade))["hhi"].tolist()
    [0.625]
    """
    assert isinstance(shares, pd.DataFrame)  # of a relation `pushed` has the answer
    keys: list[str] = list(by)
    groups, share = Groups.of(shares), shares["share"].fillna(0)
    account, table = groups.number(keys), shares[keys].iloc[groups.firsts(keys)]
    known, n = np.bincount(account, shares["share"].notna()), np.bincount(account)
    total = np.bincount(account, share)
    off = (known > 0) & ((known < n) | ~(np.abs(total - 1) < SUM))
    if off.any() or shares.empty:
        named = table[off].set_index(keys).sort_index().index
        raise CoverageError(
            f"shares of {named[0] if off.any() else 'nothing'} do not sum to one",
            hint="use partner_shares(..., denominator='partners')",
        )
    table = table.assign(hhi=np.bincount(account, share**2), n=n)
    table["hhi"] /= total**2
    table = cited(table, shares, keys, np.arange(len(table)))
    table = table.drop(columns={"price_basis"}.difference(keys), errors="ignore")
    return table.sort_values(keys, ignore_index=True)


@takes(pushed.growth, trade=of_trade("year", gaps="dropped"))
def growth(
    trade: DataFrameOrRelation, by: Sequence[str] = ("reporter", "partner", "flow")
) -> DataFrameOrRelation:
    """Year-on-year growth of trade.

    Parameters
    ----------
    trade : pandas.DataFrame or duckdb.DuckDBPyRelation
        Rows of one source, product, valuation and price basis per `by`, with the columns of `by`,
        ``year`` and ``value_usd``; rows without a value count as years that are not there.
    by : sequence of str
        What one series is.

    Returns
    -------
    pandas.DataFrame or duckdb.DuckDBPyRelation
        As `trade`: columns of `by`, ``year``, ``value_usd`` (USD), ``growth`` (0.05 is 5 %; null in
        the first
        year, after a gap, which is not bridged, and after zero), ``sources``, and ``price_basis``
        where `trade` has it: growth of constant dollars is real, of others nominal. The
        ``plot()`` of a frame draws a line for each series.

    Raises
    ------
    CaResearchError
        For what :doc:`/refusals` lists.

    Notes
    -----
    x_t / x_(t-1) - 1

    Examples
    --------
    >>> trade = pd.DataFrame(
    ...     {"reporter": "KAZ", "partner": "CHN", "flow": "export", "year": [2020, 2021, 2023],
    ...      "value_usd": [100.0, 105.0, 120.0]})
    >>> growth(trade)["growth"].round(4).tolist()
    [nan, 0.05, nan]
    """
    assert isinstance(trade, pd.DataFrame)  # of a relation `pushed` has the answer
    keys: list[str] = list(by)
    ordered = trade[[*keys, "year", "value_usd"]].sort_values([*keys, "year"], ignore_index=True)
    series = ordered.groupby(keys, observed=True)
    before = series["value_usd"].shift()
    follows = series["year"].diff().eq(1).fillna(False).astype(bool) & before.gt(0)
    ordered["growth"] = (ordered["value_usd"] / before - 1).where(follows)
    return cited(ordered, trade, [*keys, "year"])
