"""Partner shares, concentration and growth of trade."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from ..ground.errors import CoverageError, UsageError
from ..stats.concentration import hhi
from ..stats.frames import numbers, require, with_sources
from .checks import (
    REST,
    comparable,
    one_figure_per_cell,
    positive_totals,
    refuse_aggregates,
    with_prices,
)

SUM = 1e-9
"""How far shares may be from summing to one (rounding of a few hundred float64 terms)."""


def partner_shares(
    trade: pd.DataFrame,
    *,
    by: Sequence[str] = ("reporter", "year", "flow"),
    denominator: Literal["partners", "world"] = "partners",
) -> pd.DataFrame:
    """Share of each partner in a reporter's trade.

    trade: rows of one source, product, valuation and price basis per `by`, with the columns of
        `by`, partner and value_usd (USD). A WLD row is the total and never a partner; other
        aggregates are refused.
    denominator: 'partners', the sum of the partners given; 'world', the reporter's own WLD row
        (shares then need not sum to one: what the source leaves unallocated stays outside).
    Returns one row per `by` + partner: value_usd, share in [0, 1], partners (number of), and
    sources where the rows name theirs.
    Raises AggregateError, UsageError where two sources give one cell or one total, MixedUnitsError
    for mixed products, valuations or price bases, CoverageError where a value or the WLD row is
    missing or a total is zero.
    Formula: share_ij = x_ij / sum_j x_ij.
    """
    keys = [*by]
    if denominator not in ("partners", "world"):
        raise UsageError(f"unknown denominator {denominator!r}", hint="known: partners, world")
    comparable(trade, keys, [*keys, "partner"])
    refuse_aggregates(trade, "partner")
    partners = trade[trade["partner"] != "WLD"]
    if partners.empty:
        raise CoverageError("no partner in the frame", hint="ca.coverage('trade')")
    shares = partners[[*keys, "partner", "value_usd"]].copy()
    if denominator == "world":
        world = trade[trade["partner"] == "WLD"].set_index(keys)["value_usd"]
        total = shares.set_index(keys).index.map(world)
        if pd.isna(total).any():
            raise CoverageError(
                "no WLD row for some reporter and year",
                hint="use denominator='partners', or another source",
            )
        positive_totals(world)
        shares["share"] = shares["value_usd"].to_numpy() / total.to_numpy(dtype=float)
        if (shares["share"] > 1 + SUM).any():
            worst = shares.loc[shares["share"].idxmax()]
            raise UsageError(
                f"{worst['partner']} has {worst['share']:.3g} times the WLD row it is part of",
                hint="the total and the partners are not of one account",
            )
    else:
        positive_totals(shares.groupby(keys, observed=True)["value_usd"].sum())
        shares["share"] = shares["value_usd"] / shares.groupby(keys, observed=True)[
            "value_usd"
        ].transform("sum")
    shares["partners"] = shares.groupby(keys, observed=True)["partner"].transform("size")
    return with_sources(shares.reset_index(drop=True), trade, keys)


def whole_shares(shares: pd.DataFrame, keys: Sequence[str]) -> None:
    """Raise unless `share` is there, none is negative, they sum to one within the keys, and no
    partner or product is twice.
    """
    require(shares, ("share",), keys=keys)
    numbers(shares, "share")
    if shares.empty:
        raise CoverageError("no shares in the frame")
    if items := [c for c in ("partner", "product") if c in shares and c not in keys]:
        one_figure_per_cell(shares, [*keys, *items])
    if "partner" in items:
        several = (
            shares.groupby(list(keys), observed=True)["partner"].transform("nunique") > 1
        )  # WLD alone may stand
        refuse_aggregates(shares[several], "partner", allowed=REST)
    totals = shares.groupby(list(keys), observed=True)["share"].sum()
    off = totals[~((totals - 1).abs() < SUM)]
    if len(off):
        raise CoverageError(
            f"shares of {off.index[0]} sum to {off.iloc[0]:.4g}, not to one",
            hint="use partner_shares(..., denominator='partners')",
        )


def concentration(shares: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Herfindahl-Hirschman index of partner shares.

    shares: one row per `by` + partner, column `share` in [0, 1], summing to 1 within `by`.
    Returns one row per `by` with `hhi` in [1/n, 1] and `n` partners, and the `sources` of the
    shares. Formula: hhi = sum_j share_j ** 2.
    Raises CoverageError where a share is missing, or where shares do not sum to one (missing is not
    zero); UsageError for negative shares or a partner twice; AggregateError for an aggregate among
    the partners.
    Source: Hirschman (1964), American Economic Review 54(5).
    """
    keys = [*by]
    whole_shares(shares, keys)
    grouped = shares.groupby(keys, observed=True)["share"]
    table = pd.DataFrame(
        {"hhi": grouped.apply(lambda s: hhi(s / s.sum())), "n": grouped.size()}
    ).reset_index()
    return with_sources(table, shares, keys)


def growth(
    trade: pd.DataFrame, by: Sequence[str] = ("reporter", "partner", "flow")
) -> pd.DataFrame:
    """Year-on-year growth of value_usd (USD): columns `by`, year, value_usd, growth (0.05 is 5 %),
    sources, price_basis.

    price_basis stands there where `trade` has it: growth of constant dollars is
    real, of others nominal.
    trade: rows of one source, product, valuation and price basis per `by`, with the columns of
    `by`, year and value_usd; rows without a value count as years that are not there.
    Formula: x_t / x_(t-1) - 1. Growth is null in the first year, after a gap (it is not bridged)
    and after zero.
    Raises UsageError where two sources give one cell or one series, MixedUnitsError where a series
    changes its product, valuation, scope or price basis.
    """
    keys = [*by]
    require(trade, ("value_usd",), keys=[*keys, "year"])
    known = trade[trade["value_usd"].notna()]
    comparable(known, keys, [*keys, "year"])
    ordered = known[[*keys, "year", "value_usd"]].sort_values([*keys, "year"], ignore_index=True)
    before = ordered.groupby(keys, observed=True)[["year", "value_usd"]].shift(1)
    consecutive = (ordered["year"] - before["year"]).eq(1).fillna(False) & before["value_usd"].gt(0)
    ordered["growth"] = (ordered["value_usd"] / before["value_usd"] - 1).where(
        consecutive.to_numpy(dtype=bool)
    )
    return with_prices(with_sources(ordered, known, [*keys, "year"]), known, keys)
