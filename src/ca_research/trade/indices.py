"""Indices of the trade literature over tidy frames: dispersion, specialisation, complementarity,
intensity, balance.

Every index takes rows of one source; where a world total is part of the formula it must be in the
frame (`WLD` rows)
or the index refuses: a sum of the partners at hand is not the world.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd

from ..ground.errors import CoverageError, UsageError, known_name
from ..stats.frames import alike, keys_of, require, same_years, with_prices, with_sources, years
from . import pushed
from .checks import (
    ALIKE_FLOWS,
    by_product,
    comparable,
    positive_totals,
    prices,
    refuse_aggregates,
    single_products,
)
from .pushed import SUM, DataFrameOrRelation, Relation


def product_shares(
    trade: DataFrameOrRelation, *, by: Sequence[str] = ("reporter", "partner", "year", "flow")
) -> DataFrameOrRelation:
    """Share of each product in a flow.

    Parameters
    ----------
    trade : pandas.DataFrame or duckdb.DuckDBPyRelation
        Rows of one source and one classification (HS chapters or SITC sections; TOTAL is dropped),
        with the columns of `by`, product and value_usd (USD).
    by : sequence of str
        What makes a flow.

    Returns
    -------
    pandas.DataFrame or duckdb.DuckDBPyRelation
        As `trade`: one row per `by` and product: value_usd (USD), price_basis where `trade` has
        it, share in [0, 1] of the products listed, products (number of), sources.

    Raises
    ------
    MixedUnitsError
        Where classifications, valuations or price bases are mixed.
    UsageError
        For two figures or sources in a cell, or products as numbers.
    AggregateError
        Where a group holds an aggregate and its members.
    CoverageError
        Where no product row is left, a value is missing or all are zero.

    Notes
    -----
    share_k = x_k / sum_k x_k over the products listed, not over TOTAL.

    Examples
    --------
    >>> rows = pd.DataFrame({"product": ["27", "72"], "value_usd": [60.0, 40.0]})
    >>> rows = rows.assign(reporter="KAZ", partner="WLD", year=2020, flow="export")
    >>> product_shares(rows)["share"].tolist()
    [0.6, 0.4]
    """
    keys: list[str] = keys_of(by, ("product", "value_usd"))
    if pushed.is_relation(trade):
        return pushed.product_shares(trade, keys, partial(product_shares, by=keys))
    listed: pd.DataFrame = by_product(require(trade, (*keys, "value_usd"), keys=["product"]))
    comparable(listed, keys, [*keys, "product"])
    shares = listed[[*keys, "product", "value_usd", *prices(listed.columns, keys)]].copy()
    totals = shares.groupby(keys, observed=True)["value_usd"]
    positive_totals(totals.sum())
    shares["share"] = shares["value_usd"] / totals.transform("sum")
    shares["products"] = totals.transform("size")
    return with_sources(shares.reset_index(drop=True), listed, keys)


def revealed_comparative_advantage(
    trade: DataFrameOrRelation, world: pd.DataFrame | Relation
) -> DataFrameOrRelation:
    """Balassa's index of revealed comparative advantage, per reporter, year and product.

    Parameters
    ----------
    trade : pandas.DataFrame or duckdb.DuckDBPyRelation
        Exports by product of the economies looked at, of one source: reporter, year, product,
        value_usd; partner WLD or summed before.
    world : pandas.DataFrame or duckdb.DuckDBPyRelation
        World exports by product: year, product, value_usd.

    Returns
    -------
    pandas.DataFrame or duckdb.DuckDBPyRelation
        As `trade`: reporter, year, product, value_usd (USD), price_basis where `trade` has it, rca
        (above one: more than the world's share), sources.

    Raises
    ------
    CoverageError
        Where a product or year of the economy has no world total, or one of zero.
    AggregateError
        Where several partners are listed and one holds the others.
    UsageError
        For imports, two figures or sources, products as numbers, or years as text in one frame.
    MixedUnitsError
        For two classifications, valuations or price bases, or goods beside goods and services.

    Notes
    -----
    rca = (x_ik / X_i) / (x_wk / X_w). Balassa (1965), The Manchester School 33(2).

    Examples
    --------
    >>> own = pd.DataFrame({"product": ["27", "72"], "value_usd": [60.0, 40.0]})
    >>> own = own.assign(reporter="KAZ", year=2020)
    >>> world = pd.DataFrame({"product": ["27", "72"], "value_usd": [200.0, 800.0], "year": 2020})
    >>> revealed_comparative_advantage(own, world)["rca"].round(2).tolist()
    [3.0, 0.5]
    """
    if pushed.is_relation(world):
        world = world.df()
    if pushed.is_relation(trade):
        measure = partial(revealed_comparative_advantage, world=world)
        return pushed.revealed_comparative_advantage(trade, world, measure)
    keys: list[str] = ["reporter", "year"]
    trade, world = (require(rows, ("value_usd",), keys=("product",)) for rows in (trade, world))
    listed: pd.DataFrame = by_product(trade, world)
    comparable(listed, keys, [*keys, "product"])
    base_rows = single_products(world)
    comparable(base_rows, ["year"], ["year", "product"])
    years(base_rows, text=True)
    for frame in (listed, base_rows):
        if "flow" in frame and set(frame["flow"].unique()) != {"export"}:
            raise UsageError(
                "revealed advantage is of exports", hint="filter flow == 'export' in both frames"
            )
    _of_one_kind(listed, base_rows)
    same_years(listed, base_rows)
    base = base_rows.set_index(["year", "product"])["value_usd"].astype(float)
    wanted = pd.MultiIndex.from_frame(listed[["year", "product"]])
    absent = wanted.difference(base.index)
    if len(absent):
        raise CoverageError(
            f"no world exports of product {absent[0][1]} in {absent[0][0]} ({len(absent)} cells "
            "lack it)",
            hint="give world totals for every product and year, or drop these products",
        )
    positive_totals(base.loc[base.index.isin(wanted)])
    out = listed[["reporter", "year", "product", "value_usd", *prices(listed.columns, keys)]]
    out = out.astype({"value_usd": float})
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


def trade_intensity(
    trade: pd.DataFrame, *, denominator: Literal["partners", "world"] = "world"
) -> pd.DataFrame:
    """Trade intensity of exporter i with partner j in a year.

    Parameters
    ----------
    trade : pandas.DataFrame
        Exports (flow export, product TOTAL) of one source: reporter, partner, year, value_usd;
        beside the pair, each reporter's WLD row and every other reporter's exports to j, for j's
        imports.
    denominator : {'partners', 'world'}
        What a reporter exports to all: the sum over the partners that it lists, or its WLD row.

    Returns
    -------
    pandas.DataFrame
        reporter, partner, year, value_usd (USD), price_basis where `trade` has it, intensity (above
        one: more than j's weight in world imports), sources.

    Raises
    ------
    CoverageError
        Where a WLD row is missing or zero, or nobody exports to j.
    AggregateError
        For an aggregate among the reporters (they are added up) or among the partners.
    UsageError
        For two sources or figures, or exports to a partner above those to the world.
    UnknownNameError
        For another denominator.
    MixedUnitsError
        For mixed valuations or price bases.

    Notes
    -----
    (x_ij / X_i) / (M_j / (W - M_i)): Kojima's form of Brown's index, M_j the exports of all
    reporters to j, W those of all to the world. The 'world' is that of the source's reporters.
    Brown (1949), Applied Economics; Kojima (1964), Hitotsubashi Journal of Economics 5(1).

    Examples
    --------
    >>> values = {("KAZ", "CHN"): 30.0, ("KAZ", "WLD"): 100.0}
    >>> values |= {("RUS", "CHN"): 30.0, ("RUS", "WLD"): 200.0}
    >>> rows = [(r, p, 2020, "export", "TOTAL", v) for (r, p), v in values.items()]
    >>> columns = ["reporter", "partner", "year", "flow", "product", "value_usd"]
    >>> trade_intensity(pd.DataFrame(rows, columns=columns))["intensity"].round(2).tolist()
    [1.5, 0.75]
    """
    known_name("denominator", denominator, ("partners", "world"))
    trade = require(trade, ("value_usd",), keys=("reporter", "partner", "year", "flow", "product"))
    exports = trade[(trade["flow"] == "export") & (trade["product"] == "TOTAL")]
    if exports.empty:
        raise CoverageError(
            "no exports of TOTAL in the frame", hint="filter product='TOTAL', flow='export'"
        )
    comparable(exports, ["year"], ["reporter", "partner", "year"])
    refuse_aggregates(exports, "reporter", allowed=())
    refuse_aggregates(exports, "partner")
    pairs = exports[exports["partner"] != "WLD"]
    if denominator == "partners":
        totals = pairs.groupby(["reporter", "year"], observed=True)["value_usd"].sum()
    else:
        totals = exports[exports["partner"] == "WLD"].set_index(["reporter", "year"])["value_usd"]
    lacking = pd.MultiIndex.from_frame(pairs[["reporter", "year"]]).difference(totals.index)
    if len(lacking):
        raise CoverageError(
            f"no exports to the world for {lacking[0][0]} in {lacking[0][1]}",
            hint="take a source with WLD rows, or denominator='partners'",
        )
    positive_totals(totals)
    _refuse_above(pairs, totals)
    world = totals.groupby(level="year").sum()
    received = pairs.groupby(["partner", "year"], observed=True)["value_usd"].sum()
    positive_totals(received)
    out = pairs[["reporter", "partner", "year", "value_usd", *prices(pairs.columns, ())]].copy()
    key = pd.MultiIndex.from_frame(out[["reporter", "year"]])
    own_share = out["value_usd"].to_numpy() / totals.reindex(key).to_numpy()
    imports_j = received.reindex(pd.MultiIndex.from_frame(out[["partner", "year"]])).to_numpy()
    imports_i = received.reindex(key).fillna(0).to_numpy()
    out["intensity"] = own_share / (imports_j / (world.reindex(out["year"]).to_numpy() - imports_i))
    return with_sources(
        out.reset_index(drop=True), exports, ["year"]
    )  # every reporter of the year is in each ratio


def _refuse_above(pairs: pd.DataFrame, totals: pd.Series) -> None:
    """Raise UsageError where exports to a partner exceed those to the world they are part of."""
    whole = totals.reindex(pd.MultiIndex.from_frame(pairs[["reporter", "year"]])).to_numpy(float)
    above = pairs[pairs["value_usd"].to_numpy(float) > whole * (1 + SUM)]
    if len(above):
        reporter, partner, year = above.iloc[0][["reporter", "partner", "year"]]
        raise UsageError(
            f"{reporter} exports more to {partner} in {year} than to the world",
            hint="the total and the partners are not of one account",
        )


def _of_one_kind(*frames: pd.DataFrame) -> None:
    """Raise MixedUnitsError where frames that are set against each other are of several kinds.

    A total of the world made by hand seldom states its scope: that is compared where all do.
    """
    told = all("scope" in frame for frame in frames)
    alike(pd.concat(frames), [c for c in ALIKE_FLOWS if c != "scope" or told])


def complementarity(exports: pd.DataFrame, imports: pd.DataFrame) -> float:
    """How well one economy's export basket fits another's import basket.

    Parameters
    ----------
    exports, imports : pandas.DataFrame
        Rows by product of one exporter and one importer, one year, one source and one
        classification each: product, value_usd (USD), and flow ('export' in the one, 'import' in
        the other) where it is told; TOTAL is dropped. A product that one side does not list is zero
        there.

    Returns
    -------
    float
        From 0 (nothing in common) to 100 (the same).

    Raises
    ------
    MixedUnitsError
        Where classifications, valuations within a basket, price bases or scopes differ.
    AggregateError, UsageError
        Where a basket holds several economies, years, sources or figures per product, the other
        flow, or products as numbers; where one alone holds years as text.
    CoverageError
        For an empty basket or a missing value.

    Notes
    -----
    ``100 (1 - sum_k |m_k - x_k| / 2)`` over product shares. Michaely (1996), World Bank WPS 1583.

    Examples
    --------
    >>> sold = pd.DataFrame({"product": ["27", "72"], "value_usd": [60.0, 40.0]})
    >>> round(complementarity(sold, sold.assign(value_usd=[10.0, 90.0])), 6)
    50.0
    """
    by_product(exports, imports)
    baskets = []
    for name, frame in (("export", exports), ("import", imports)):
        rows = single_products(frame).assign(basket=name)
        comparable(rows, ["basket"], ["basket", "product"])
        if "flow" in rows and {*rows["flow"].unique()} != {name}:
            raise UsageError(
                f"the basket of {name}s holds another flow", hint=f"filter flow == {name!r} in it"
            )
        if rows["value_usd"].sum() <= 0:
            raise CoverageError("one of the two baskets is empty", hint="check the filters")
        baskets.append(rows)
    same_years(*baskets)
    alike(pd.concat(baskets), ["year"])
    _of_one_kind(*baskets)
    x, m = (b.set_index("product")["value_usd"].astype(float) for b in baskets)
    gap = (x / x.sum()).sub(m / m.sum(), fill_value=0).abs().sum()
    return float(100 * (1 - gap / 2))


def _both_flows(trade: pd.DataFrame, keys: Sequence[str], cell: Sequence[str]) -> pd.DataFrame:
    """Values by `cell`, a column per flow (export, import); null where a flow is not reported."""
    comparable(trade, keys, [*cell, "flow"], within=[*keys, "flow"])
    alike(trade, ALIKE_FLOWS, keys)
    if odd := sorted({*trade["flow"].unique()} - {"export", "import"}):
        raise UsageError(f"unknown flow {odd[0]!r}", hint="known: export, import")
    return trade.set_index([*cell, "flow"])["value_usd"].astype(float).unstack("flow")


def grubel_lloyd(
    trade: pd.DataFrame, by: Sequence[str] = ("reporter", "partner", "year")
) -> pd.DataFrame:
    """Intra-industry trade of a group, in [0, 1].

    Parameters
    ----------
    trade : pandas.DataFrame
        Exports and imports by product of one source: the columns of `by`, flow, product, value_usd
        (USD).
    by : sequence of str
        What makes a group.

    Returns
    -------
    pandas.DataFrame
        One row per `by`: grubel_lloyd, products, missing ('exports', 'imports' or ''), sources. A
        product with one direction only counts as fully one-way; a group in which a whole flow is
        not reported has no index, and `missing` says which.

    Raises
    ------
    CoverageError
        Where the frame holds one flow only or a value is missing.
    MixedUnitsError
        For mixed classifications, price bases or scopes, or several valuations within a flow.
    UsageError
        For two figures or sources, or products as numbers.
    AggregateError
        For an aggregate and its members in one group.

    Notes
    -----
    ``1 - sum |X_k - M_k| / sum (X_k + M_k)`` over products. Grubel and Lloyd (1975),
    Intra-Industry Trade, eq. 2.10.

    Examples
    --------
    >>> rows = [("27", "export", 60.0), ("27", "import", 10.0), ("72", "export", 40.0)]
    >>> rows += [("72", "import", 90.0)]
    >>> rows = pd.DataFrame(rows, columns=["product", "flow", "value_usd"])
    >>> found = grubel_lloyd(rows.assign(reporter="KAZ", partner="WLD", year=2020))
    >>> found["grubel_lloyd"].round(6).tolist()
    [0.5]
    """
    keys: list[str] = keys_of(by, ("product", "flow", "value_usd"))
    listed = by_product(trade)
    wide = _both_flows(listed, keys, [*keys, "product"])
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
    return with_sources(found, listed, keys)


def balance(
    trade: pd.DataFrame, by: Sequence[str] = ("reporter", "partner", "year")
) -> pd.DataFrame:
    """Bilateral balance as reported: exports minus imports.

    Parameters
    ----------
    trade : pandas.DataFrame
        Rows of one source and product, both flows: the columns of `by`, flow, value_usd.
    by : sequence of str
        What makes a group.

    Returns
    -------
    pandas.DataFrame
        One row per `by`: export, import, balance (USD), of_turnover in [-1, 1] (null where both are
        zero), sources, price_basis where `trade` has it. A group with one flow only has no row:
        missing is not zero.

    Raises
    ------
    CoverageError
        Where a value is missing or no group has both flows.
    UsageError
        For two figures or sources.
    MixedUnitsError
        For several products, price bases or scopes, or several valuations within a flow.
    AggregateError
        For an aggregate and its members in one group.

    Notes
    -----
    of_turnover = (export - import) / (export + import). Exports are mostly fob and imports cif, so
    a small deficit can be freight; `valuation` is not adjusted here (see `reconcile`).

    Examples
    --------
    >>> rows = pd.DataFrame({"flow": ["export", "import"], "value_usd": [30.0, 10.0]})
    >>> balance(rows.assign(reporter="KAZ", partner="CHN", year=2020))["of_turnover"].tolist()
    [0.5]
    """
    keys: list[str] = keys_of(by, ("flow", "value_usd"))
    wide = _both_flows(trade, keys, keys).reindex(columns=["export", "import"])
    wide["balance"] = wide["export"] - wide["import"]
    wide["of_turnover"] = wide["balance"] / (wide["export"] + wide["import"])
    wide.columns.name = None
    found = wide.dropna(subset=["balance"]).reset_index()
    if found.empty:
        raise CoverageError("no group has both flows", hint="load both exports and imports")
    return with_prices(with_sources(found, trade, keys), trade, keys)
