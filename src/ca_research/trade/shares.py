"""Partner shares, concentration and growth of trade."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from .. import economies
from ..errors import AggregateError, CoverageError, MixedUnitsError, UsageError


def one_figure_per_cell(trade: pd.DataFrame, cell: list[str]) -> None:
    twice = trade[trade.duplicated(cell, keep=False)]
    if len(twice):
        first = twice.iloc[0]
        sources = sorted(set(twice["source_id"])) if "source_id" in twice else []
        raise UsageError(
            f"{len(twice)} rows share a cell, for example {', '.join(str(first[c]) for c in cell)}",
            where=f"sources {', '.join(sources[:6])}",
            hint="choose one source first: load(..., source='KGZ_NSC')",
        )


def _one_source_per_group(trade: pd.DataFrame, keys: list[str]) -> None:
    if "source_id" not in trade:
        return
    sources = trade.groupby(keys)["source_id"].agg(lambda s: sorted(set(s)))
    mixed = sources[sources.str.len() > 1]
    if len(mixed):
        raise UsageError(
            f"partners of {mixed.index[0]} come from several sources",
            where=f"sources {', '.join(mixed.iloc[0][:6])}",
            hint="choose one source first: load(..., source='KGZ_NSC')",
        )


def partner_shares(
    trade: pd.DataFrame,
    *,
    by: tuple[str, ...] = ("reporter", "year", "flow"),
    denominator: Literal["partners", "world"] = "partners",
) -> pd.DataFrame:
    """Share of each partner in a reporter's trade.

    trade: rows of one source per reporter, year, flow and product, with columns reporter, partner, year, flow,
        value_usd. Aggregates other than WLD are refused.
    denominator: 'partners', the sum of the partners given; 'world', the reporter's own WLD row (shares then need
        not sum to one: what the source leaves unallocated stays outside).
    Returns one row per `by` + partner: value_usd, share in [0, 1], partners (number of).
    Raises AggregateError, UsageError where two sources give one cell or one total, MixedUnitsError where products are
    mixed, CoverageError where the WLD row is missing.
    Formula: share_ij = x_ij / sum_j x_ij.
    """
    keys = [*by]
    if "product" in trade and trade["product"].nunique() > 1 and "product" not in keys:
        raise MixedUnitsError("several products in one frame", hint="filter by product, or add 'product' to `by`")
    one_figure_per_cell(trade, [*keys, "partner"])
    _one_source_per_group(trade, keys)
    partners = trade[trade["partner"] != "WLD"]
    aggregates = sorted(set(partners["partner"]) & set(economies.AGGREGATES) - {"_X", "S19"})
    if aggregates:
        raise AggregateError(
            f"aggregates among the partners: {', '.join(aggregates)}", hint="drop them: frame[~frame.is_aggregate]"
        )
    shares = partners[[*keys, "partner", "value_usd"]].copy()
    if denominator == "world":
        world = trade[trade["partner"] == "WLD"].set_index(keys)["value_usd"]
        total = shares.set_index(keys).index.map(world)
        if pd.isna(total).any():
            raise CoverageError(
                "no WLD row for some reporter and year", hint="use denominator='partners', or another source"
            )
        shares["share"] = shares["value_usd"].to_numpy() / total.to_numpy(dtype=float)
    else:
        shares["share"] = shares["value_usd"] / shares.groupby(keys)["value_usd"].transform("sum")
    shares["partners"] = shares.groupby(keys)["partner"].transform("size")
    return shares.reset_index(drop=True)


def concentration(shares: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Herfindahl-Hirschman index of partner shares.

    shares: one row per `by` + partner, column `share` in [0, 1], summing to 1 within `by`.
    Returns one row per `by` with `hhi` in [1/n, 1] and `n` partners.
    Raises CoverageError where a group has no share, or where its shares do not sum to one (missing is not zero).
    Source: Hirschman (1964), American Economic Review 54(5).
    """
    totals = shares.groupby(by)["share"].sum(min_count=1)
    off = totals[~((totals - 1).abs() < 1e-9)]
    if len(off):
        raise CoverageError(
            f"shares of {off.index[0]} sum to {off.iloc[0]:.4g}, not to one",
            hint="use partner_shares(..., denominator='partners')",
        )
    grouped = shares.groupby(by)["share"]
    return pd.DataFrame({"hhi": grouped.apply(lambda s: float((s**2).sum())), "n": grouped.size()}).reset_index()


def growth(trade: pd.DataFrame, by: tuple[str, ...] = ("reporter", "partner", "flow")) -> pd.DataFrame:
    """Year-on-year growth of value_usd: columns `by`, year, value_usd, growth (0.05 is 5 %).

    Growth is null after a gap: it is not bridged. Raises UsageError where two sources give one cell.
    """
    keys = [*by]
    one_figure_per_cell(trade, [*keys, "year"])
    ordered = trade[[*keys, "year", "value_usd"]].sort_values([*keys, "year"], ignore_index=True)
    before = ordered.groupby(keys)[["year", "value_usd"]].shift(1)
    consecutive = (ordered["year"] - before["year"]).eq(1).fillna(False) & before["value_usd"].gt(0)
    ordered["growth"] = (ordered["value_usd"] / before["value_usd"] - 1).where(consecutive.to_numpy(dtype=bool))
    return ordered
