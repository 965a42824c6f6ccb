"""Indices of the trade literature over tidy frames: dispersion, specialisation, complementarity,
intensity, balance.

Every index takes rows of one source; where a world total is part of the formula it must be in the
frame (`WLD` rows)
or the index refuses: a sum of the partners at hand is not the world.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..ground.errors import CoverageError, UsageError
from ..stats.frames import alike, require, with_sources
from .checks import (
    ALIKE_MONEY,
    by_product,
    comparable,
    positive_totals,
    refuse_aggregates,
)


def product_shares(
    trade: pd.DataFrame, *, by: Sequence[str] = ("reporter", "partner", "year", "flow")
) -> pd.DataFrame:
    """Share of each product in a flow.

    trade: rows of one source and one classification (HS chapters or SITC sections; TOTAL is
        dropped), with the columns of `by`, product and value_usd (USD).
    Returns one row per `by` + product: value_usd, share in [0, 1] of the products listed, products
    (number of).
    Formula: share_k = x_k / sum_k x_k over the products listed, not over TOTAL.
    Raises MixedUnitsError where classifications, valuations or price bases are mixed, UsageError
    for two figures or sources in a cell, AggregateError where a group holds an aggregate and its
    members, CoverageError where no product row is left, a value is missing or all are zero.
    """
    keys = list(by)
    listed = by_product(trade)
    comparable(listed, keys, [*keys, "product"])
    shares = listed[[*keys, "product", "value_usd"]].copy()
    totals = shares.groupby(keys, observed=True)["value_usd"]
    positive_totals(totals.sum())
    shares["share"] = shares["value_usd"] / totals.transform("sum")
    shares["products"] = totals.transform("size")
    return with_sources(shares.reset_index(drop=True), listed, keys)


def revealed_comparative_advantage(trade: pd.DataFrame, world: pd.DataFrame) -> pd.DataFrame:
    """Balassa's index of revealed comparative advantage, per reporter, year and product.

    trade: exports by product of the economies looked at (columns reporter, year, product,
        value_usd; one source,
    partner WLD or summed before). world: world exports by product (columns year, product,
    value_usd).
    Returns reporter, year, product, value_usd (USD), rca = (x_ik / X_i) / (x_wk / X_w): above one,
    more than the world's.
    Raises CoverageError where a product or year of the economy has no world total, or one of zero:
    the index is not defined then; AggregateError where several partners are listed and one holds
    the others, UsageError for imports, two figures or sources, MixedUnitsError for two
    classifications, valuations or price bases.
    Source: Balassa (1965), The Manchester School 33(2).
    """
    keys = ["reporter", "year"]
    listed = by_product(trade, world)
    comparable(listed, keys, [*keys, "product"])
    base_rows = world[world["product"] != "TOTAL"]
    comparable(base_rows, ["year"], ["year", "product"])
    for frame in (listed, base_rows):
        if "flow" in frame and set(frame["flow"]) != {"export"}:
            raise UsageError(
                "revealed advantage is of exports", hint="filter flow == 'export' in both frames"
            )
    alike(pd.concat([listed, base_rows]), ALIKE_MONEY)
    base = base_rows.set_index(["year", "product"])["value_usd"]
    wanted = pd.MultiIndex.from_frame(listed[["year", "product"]])
    absent = wanted.difference(base.index)
    if len(absent):
        raise CoverageError(
            f"no world exports of product {absent[0][1]} in {absent[0][0]} ({len(absent)} cells "
            "lack it)",
            hint="give world totals for every product and year, or drop these products",
        )
    positive_totals(base.loc[base.index.isin(wanted)])
    out = listed[["reporter", "year", "product", "value_usd"]].copy()
    totals = out.groupby(keys, observed=True)["value_usd"]
    positive_totals(totals.sum())
    own = out["value_usd"] / totals.transform("sum")
    of_world = base / base.groupby(level="year").transform("sum")
    out["rca"] = own.to_numpy() / of_world.reindex(wanted).to_numpy()
    used = pd.concat(
        [
            listed,
            listed[keys]
            .drop_duplicates()
            .merge(base_rows.drop(columns="reporter", errors="ignore"), on="year"),
        ]
    )
    return with_sources(out.reset_index(drop=True), used, keys)


def trade_intensity(trade: pd.DataFrame) -> pd.DataFrame:
    """Trade intensity of exporter i with partner j in a year: above one, more than j's weight in
    world imports.

    trade: exports (flow export, product TOTAL) of one source: rows reporter, partner, year,
    value_usd that hold, beside the pair, each reporter's WLD row, and every other reporter's
    exports to j for j's imports.
    Returns reporter, partner, year, value_usd (USD), intensity = (x_ij / X_i) / (M_j / (W - M_i)):
    Kojima's form of Brown's index, M_j the exports of all reporters to j, W those of all to the
    world.
    Raises CoverageError where a WLD row is missing or zero, or nobody exports to j; AggregateError
    for an aggregate among the reporters (they are added up) or among the partners; UsageError for
    two sources or figures, MixedUnitsError for mixed valuations or price bases. The 'world' is that
    of the source's reporters.
    Sources: Brown (1949), Applied Economics; Kojima (1964), Hitotsubashi Journal of Economics 5(1).
    """
    require(trade, ("value_usd",), keys=("reporter", "partner", "year", "flow", "product"))
    exports = trade[(trade["flow"] == "export") & (trade["product"] == "TOTAL")]
    if exports.empty:
        raise CoverageError(
            "no exports of TOTAL in the frame", hint="filter product='TOTAL', flow='export'"
        )
    comparable(exports, ["year"], ["reporter", "partner", "year"])
    refuse_aggregates(exports, "reporter", allowed=())
    refuse_aggregates(exports, "partner")
    totals = exports[exports["partner"] == "WLD"].set_index(["reporter", "year"])["value_usd"]
    pairs = exports[exports["partner"] != "WLD"]
    lacking = pd.MultiIndex.from_frame(pairs[["reporter", "year"]]).difference(totals.index)
    if len(lacking):
        raise CoverageError(
            f"no exports to the world for {lacking[0][0]} in {lacking[0][1]}",
            hint="take a source with WLD rows",
        )
    positive_totals(totals)
    world = totals.groupby(level="year").sum()
    received = pairs.groupby(["partner", "year"], observed=True)["value_usd"].sum()
    positive_totals(received)
    out = pairs[["reporter", "partner", "year", "value_usd"]].copy()
    key = pd.MultiIndex.from_frame(out[["reporter", "year"]])
    own_share = out["value_usd"].to_numpy() / totals.reindex(key).to_numpy()
    imports_j = received.reindex(pd.MultiIndex.from_frame(out[["partner", "year"]])).to_numpy()
    imports_i = received.reindex(key).fillna(0).to_numpy()
    out["intensity"] = own_share / (imports_j / (world.reindex(out["year"]).to_numpy() - imports_i))
    return with_sources(
        out.reset_index(drop=True), exports, ["year"]
    )  # every reporter of the year is in each ratio


def complementarity(exports: pd.DataFrame, imports: pd.DataFrame) -> float:
    """How well one economy's export basket fits another's import basket, from 0 (nothing in common)
    to 100 (the same).

    exports, imports: rows by product of one exporter and one importer, one year, one source and one
    classification each (product, value_usd; TOTAL is dropped). A product that one side does not
    list is zero there.
    Formula: 100 (1 - sum_k |m_k - x_k| / 2) over product shares. Source: Michaely (1996), World
    Bank WPS 1583.
    Raises MixedUnitsError where classifications, valuations within a basket or price bases differ,
    AggregateError and UsageError where a basket holds several economies, years, sources or figures
    per product, CoverageError for an empty basket or a missing value.
    """
    by_product(exports, imports)
    baskets = []
    for name, frame in (("export", exports), ("import", imports)):
        rows = frame[frame["product"] != "TOTAL"].assign(basket=name)
        comparable(rows, ["basket"], ["basket", "product"])
        if rows["value_usd"].sum() <= 0:
            raise CoverageError("one of the two baskets is empty", hint="check the filters")
        baskets.append(rows)
    alike(pd.concat(baskets), ("year", *ALIKE_MONEY))
    x, m = (b.set_index("product")["value_usd"].astype(float) for b in baskets)
    gap = (x / x.sum()).sub(m / m.sum(), fill_value=0).abs().sum()
    return float(100 * (1 - gap / 2))


def _both_flows(trade: pd.DataFrame, keys: Sequence[str], cell: Sequence[str]) -> pd.DataFrame:
    """Values by `cell`, a column per flow (export, import); null where a flow is not reported."""
    comparable(trade, keys, [*cell, "flow"], within=[*keys, "flow"])
    if odd := sorted(set(trade["flow"]) - {"export", "import"}):
        raise UsageError(f"unknown flow {odd[0]!r}", hint="known: export, import")
    return trade.set_index([*cell, "flow"])["value_usd"].astype(float).unstack("flow")


def grubel_lloyd(
    trade: pd.DataFrame, by: Sequence[str] = ("reporter", "partner", "year")
) -> pd.DataFrame:
    """Intra-industry trade: 1 - sum |X_k - M_k| / sum (X_k + M_k) over products, in [0, 1].

    trade: exports and imports by product of one source (columns of `by`, flow, product, value_usd
        in USD).
    Returns one row per `by`: grubel_lloyd, products, missing ('exports', 'imports' or ''). A
    product with one direction only counts as fully one-way; a group in which a whole flow is not
    reported has no index, and `missing` says which.
    Raises CoverageError where the frame holds one flow only or a value is missing, MixedUnitsError
    for mixed classifications or price bases, UsageError for two figures or sources, AggregateError
    for an aggregate and its members in one group.
    Source: Grubel and Lloyd (1975), Intra-Industry Trade, eq. 2.10.
    """
    keys = list(by)
    wide = _both_flows(by_product(trade), keys, [*keys, "product"])
    if not {"export", "import"} <= set(wide.columns):
        raise CoverageError(
            "only one direction of trade is in the frame", hint="load both exports and imports"
        )
    there = wide.notna().groupby(level=keys).any()
    filled = wide.fillna(0.0)
    gap, total = (filled["export"] - filled["import"]).abs(), filled.sum(axis=1)
    index = (
        1 - gap.groupby(level=keys).sum() / total.groupby(level=keys).sum()
    )  # 0 / 0, nothing traded, is null
    found = index.where(there.all(axis=1)).rename("grubel_lloyd").to_frame()
    missing = np.where(there["export"], np.where(there["import"], "", "imports"), "exports")
    found = found.assign(products=wide.groupby(level=keys).size(), missing=missing).reset_index()
    return with_sources(found, trade, keys)


def balance(
    trade: pd.DataFrame, by: Sequence[str] = ("reporter", "partner", "year")
) -> pd.DataFrame:
    """Bilateral balance as reported: exports minus imports (USD), and as a share of turnover in
    [-1, 1].

    trade: rows of one source and product, both flows (columns of `by`, flow, value_usd). Exports
    are mostly fob and imports cif, so a small deficit can be freight; `valuation` is not adjusted
    here (see `reconcile`).
    Returns `by`, export, import, balance = export - import, of_turnover = balance / (export +
    import), null where both are zero. A group with one flow only has no balance and no row: missing
    is not zero.
    Raises CoverageError where a value is missing or no group has both flows, UsageError for two
    figures or sources, MixedUnitsError for several products, or several valuations or price bases
    within a flow, AggregateError for an aggregate and its members in one group.
    """
    keys = list(by)
    wide = _both_flows(trade, keys, keys).reindex(columns=["export", "import"])
    alike(trade, ("scope", *ALIKE_MONEY), keys)
    wide["balance"] = wide["export"] - wide["import"]
    wide["of_turnover"] = wide["balance"] / (wide["export"] + wide["import"])
    wide.columns.name = None
    found = wide.dropna(subset=["balance"]).reset_index()
    if found.empty:
        raise CoverageError("no group has both flows", hint="load both exports and imports")
    return with_sources(found, trade, keys)
