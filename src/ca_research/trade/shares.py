"""Partner shares, concentration and growth of trade."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd

from ..ground.errors import CoverageError, UsageError
from ..stats.frames import keys_of, numbers, require, with_prices, with_sources, years
from ..stats.groups import Groups, sources_of
from ..stats.measured import measured
from . import pushed
from .checks import (
    REST,
    comparable,
    grouped,
    one_figure_per_cell,
    positive_totals,
    prices,
    refuse_aggregates,
)
from .pushed import SUM, DataFrameOrRelation, Relation

BY = ("reporter", "year", "flow")
"""What one account of trade is, unless told otherwise."""


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
        As `trade`: one row per `by` and partner: ``value_usd``, ``price_basis`` where `trade` has
        it, ``share`` in [0, 1], ``partners`` (number of), and ``sources`` where the rows name
        theirs.

    Raises
    ------
    AggregateError
        An aggregate other than WLD among the partners.
    UsageError
        Two sources give one cell or one total; a partner exceeds the WLD row it is part of.
    MixedUnitsError
        Mixed products, valuations or price bases.
    CoverageError
        A value or the WLD row is missing, or a total is zero.
    UnknownNameError
        A column is not there.

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
    keys: list[str] = keys_of(by, ("value_usd",), least=0)
    if denominator not in ("partners", "world"):
        raise UsageError(f"unknown denominator {denominator!r}", hint="known: partners, world")
    if pushed.is_relation(trade):
        measure = partial(partner_shares, by=keys, denominator=denominator)
        return pushed.partner_shares(trade, keys, denominator, measure)
    trade = require(trade, ("value_usd",), keys=[*keys, "partner"])
    groups = comparable(trade, keys, [*keys, "partner"])
    refuse_aggregates(trade, "partner")
    world = (trade["partner"] == "WLD").to_numpy(dtype=bool)
    if world.all():
        raise CoverageError("no partner in the frame", hint="ca.coverage('trade')")
    account, accounts = groups.number(keys), groups.count(keys)
    of = account if not world.any() else account[~world]
    shares = trade[[*keys, "partner", "value_usd", *prices(trade.columns, keys)]]
    shares = (shares if not world.any() else shares[~world]).reset_index(drop=True)
    value = shares["value_usd"].to_numpy(dtype=float)
    if denominator == "world":
        total = np.full(accounts, np.nan)
        total[account[world]] = trade.loc[world, "value_usd"].to_numpy(dtype=float)
        if np.isnan(total[of]).any():
            raise CoverageError(
                "no WLD row for some reporter and year",
                hint="use denominator='partners', or another source",
            )
        positive_totals(trade[world].set_index(keys)["value_usd"])
    else:
        total = np.bincount(of, value, accounts)
        if (total[of] == 0).any():
            positive_totals(grouped(shares, keys)["value_usd"].sum())
    shares["share"] = value / total[of]
    if denominator == "world" and (shares["share"] > 1 + SUM).any():
        worst = shares.loc[shares["share"].idxmax()]
        raise UsageError(
            f"{worst['partner']} has {worst['share']:.3g} times the WLD row it is part of",
            hint="the total and the partners are not of one account",
        )
    shares["partners"] = np.bincount(of, minlength=accounts)[of]
    sources = sources_of(trade, account, accounts)
    return shares if sources is None else shares.assign(sources=sources[of])


def whole_shares(shares: pd.DataFrame, keys: Sequence[str]) -> Groups:
    """Raise unless `share` is there, none is negative, they sum to one within the keys, and no
    partner or product is twice. Returns the rows by their values.
    """
    numbers(shares, "share")
    if shares.empty:
        raise CoverageError("no shares in the frame", hint="ca.trade.partner_shares makes them")
    groups = Groups(shares)
    items = [c for c in ("partner", "product") if c in shares and c not in keys]
    groups.encode([*keys, *items])
    if items:
        one_figure_per_cell(shares, [*keys, *items], groups)
    account = groups.number(keys)
    if "partner" in items:
        several = groups.varied("partner", keys)[account]  # WLD alone may stand
        refuse_aggregates(shares if several.all() else shares[several], "partner", allowed=REST)
    totals = np.bincount(account, shares["share"].to_numpy(dtype=float))
    off = ~(np.abs(totals - 1) < SUM)
    if off.any():
        first = grouped(shares[off[account]], keys)["share"].sum()
        raise CoverageError(
            f"shares of {first.index[0]} sum to {first.iloc[0]:.4g}, not to one",
            hint="use partner_shares(..., denominator='partners')",
        )
    return groups


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
    CoverageError
        A share is missing, or shares do not sum to one (missing is not zero).
    UsageError
        A negative share, or a partner twice.
    AggregateError
        An aggregate among the partners.
    UnknownNameError
        A column is not there.

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
    keys: list[str] = keys_of(by, ("share",), least=0)
    if pushed.is_relation(shares):
        return measured(pushed.hhi(shares, keys, partial(hhi, by=keys)), "hhi")
    shares = require(shares, ("share",), keys=keys)
    groups = whole_shares(shares, keys)
    account, accounts = groups.number(keys), groups.count(keys)
    share = shares["share"].to_numpy(dtype=float)
    share = share / np.bincount(account, share)[account]
    table = shares[keys].iloc[groups.firsts(keys)]
    table = table.assign(hhi=np.bincount(account, share**2), n=np.bincount(account))
    sources = sources_of(shares, account, accounts)
    table = table if sources is None else table.assign(sources=sources)
    return measured(table.sort_values(keys, ignore_index=True), "hhi")


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
    UsageError
        Two sources give one cell or one series.
    MixedUnitsError
        A series changes its product, valuation, scope or price basis.
    UnknownNameError
        A column is not there.

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
    keys: list[str] = keys_of(by, ("year", "value_usd"))
    if pushed.is_relation(trade):
        return pushed.growth(trade, keys, partial(growth, by=keys))
    trade = require(trade, ("value_usd",), keys=[*keys, "year"])
    years(trade)
    known = trade[trade["value_usd"].notna()]
    comparable(known, keys, [*keys, "year"])
    ordered = known[[*keys, "year", "value_usd"]].sort_values([*keys, "year"], ignore_index=True)
    before = ordered.groupby(keys, observed=True)[["year", "value_usd"]].shift(1)
    consecutive = (ordered["year"] - before["year"]).eq(1).fillna(False) & before["value_usd"].gt(0)
    ordered["growth"] = (ordered["value_usd"] / before["value_usd"] - 1).where(
        consecutive.to_numpy(dtype=bool)
    )
    found = with_prices(with_sources(ordered, known, [*keys, "year"]), known, keys)
    return measured(found, "growth")
