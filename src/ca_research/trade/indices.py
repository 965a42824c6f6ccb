"""Indices of the trade literature over tidy frames: dispersion, specialisation, complementarity,
intensity, balance.

Every index takes rows of one source; where a world total is part of the formula it must be in the
frame (`WLD` rows)
or the index refuses: a sum of the partners at hand is not the world.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from ..ground.arguments import refuse
from ..ground.errors import CoverageError
from ..stats.contract import MONEY, takes
from ..stats.frames import alike, cited, require, require_some, shares_of
from . import pushed
from .checks import REST, SUM, by_product, of_trade, one_classification
from .pushed import DataFrameOrRelation, Relation


@takes(pushed.product_shares, trade=of_trade("product", rows=by_product))
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
        it, share in [0, 1] of the products listed, products (number of), sources. The ``plot()`` of
        a frame draws a line for each of the largest.

    Raises
    ------
    CaResearchError
        For what :doc:`/refusals` lists.

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
    assert isinstance(trade, pd.DataFrame)  # of a relation `pushed` has the answer
    return shares_of(trade, list(by), "product")


@pushed.of_accounts
def _advantage(accounts: pushed.Accounts, world: Any) -> Relation:
    """The index below of a relation: shares of products, over those of the world."""
    world = world.df() if pushed.is_relation(world) else world
    base = shares_of(WORLD.check(world), ["year"], "product").drop(
        columns=["products", "value_usd"]
    )
    table = accounts.add_up("sum(value_usd::double) as total")
    kinds = [c for c in ("flow", "scope", "revision", *MONEY) if c in accounts.rows.columns]
    if kinds:
        _of_exports(accounts.rows.project(", ".join(kinds)).distinct().df(), world)
    sources, of_world = accounts.sources and "a.sources", ""
    if "sources" in base:
        of_world = ", base.sources as of_world"
        sources = f"list_sort(list_distinct(list_concat({sources or '[]'}, rows.of_world)))"
    joined = f"select rows.*, base.share as weight{of_world} from rows left join base"
    rows: Any = accounts.rows  # asked here, where `base` is
    accounts.rows = rows.query("rows", f"{joined} using (year, product)")
    without = accounts.rows.filter("not coalesce(weight > 0, false)")
    accounts.judge(without.limit(pushed.LIMIT))
    rca = "value_usd::double / nullif(total, 0) / weight as rca"
    return accounts.each(table, rca, sources=sources)


WORLD = of_trade("product", account=("year",), rows=by_product)


@takes(_advantage, trade=of_trade("product", account=("reporter", "year"), rows=by_product))
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
    CaResearchError
        For what :doc:`/refusals` lists.

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
    assert isinstance(trade, pd.DataFrame)  # of a relation `pushed` has the answer
    world = WORLD.check(world.df() if isinstance(world, Relation) else world)
    one_classification(pd.concat([trade["product"], world["product"]]).unique())
    _of_exports(trade, world)
    keys = ["reporter", "year"]
    cells = pd.MultiIndex.from_frame(trade[["year", "product"]])
    weight = (
        shares_of(world, ["year"], "product").set_index(["year", "product"])["share"].reindex(cells)
    )
    if not (weight > 0).all():
        year, product = cells[~(weight > 0)][0]
        raise CoverageError(
            f"no world exports of product {product} in {year}",
            hint="give world totals for every product and year, or drop these products",
        )
    out = shares_of(trade, keys, "product").drop(columns="products")
    out.insert(len(keys) + 2, "rca", out.pop("share") / weight.to_numpy())
    others = world.drop(columns="reporter", errors="ignore")
    used = pd.concat([trade, trade[keys].drop_duplicates().merge(others, on="year")])
    return cited(out, used, keys)


def _of_exports(trade: pd.DataFrame, world: pd.DataFrame) -> None:
    """Refuse imports, and frames of unlike kinds; few totals of the world state their scope."""
    for frame in (trade, world):
        _of_flow(frame, "export")
    _of_one_kind(trade, world)


def _of_flow(frame: pd.DataFrame, flow: str) -> None:
    """Refuse a frame that says it is of another flow."""
    if other := set(frame.get("flow", ())) - {flow}:
        refuse("flow", flow, min(map(str, other)), repr(flow))


def _of_one_kind(*frames: pd.DataFrame) -> None:
    free = [c for c in ("scope", "revision") if not all(c in frame for frame in frames)]
    kinds = [c for c in ("scope", "revision", *MONEY) if c not in free]
    alike(pd.concat(frames), kinds)


def _exports_of_all(trade: pd.DataFrame) -> pd.DataFrame:
    require(trade, (), keys=("flow", "product"))
    exports = trade[(trade["flow"] == "export") & (trade["product"] == "TOTAL")]
    return require_some(exports, "exports of TOTAL", "load(..., product='TOTAL', flow='export')")


EXPORTS = of_trade(
    *("reporter", "partner"),
    account=("year",),
    rows=_exports_of_all,
    aggregates={"reporter": (), "partner": ("WLD", *REST)},
)


@takes(trade=EXPORTS)
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
    CaResearchError
        For what :doc:`/refusals` lists.

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
    of_world = trade["partner"] == "WLD"
    pairs = trade.loc[~of_world, ["reporter", "partner", "year", "value_usd"]]
    summed = trade[of_world] if denominator == "world" else pairs
    totals = summed.groupby(["year", "reporter"], observed=True)["value_usd"].sum()
    received = pairs.groupby(["year", "partner"], observed=True)["value_usd"].sum()
    pairs, side = pairs.reset_index(drop=True), ["year", "reporter"]
    exports = pairs[side].join(totals, on=side)["value_usd"]
    bought = pairs[["year", "partner"]].join(received, on=["year", "partner"])["value_usd"]
    back = pairs[side].join(received, on=side)["value_usd"].fillna(0)
    world = pairs["year"].map(totals.groupby(level="year").sum())
    if not (pairs["value_usd"] <= exports * (1 + SUM)).all():
        raise CoverageError(
            "exports to the world are missing, or below those to one partner",
            hint="take a source with WLD rows, or denominator='partners'",
        )
    intensity = pairs["value_usd"] / exports / (bought / (world - back))  # 0 / 0 is no share
    # every reporter of the year is in each ratio
    return cited(pairs.assign(intensity=intensity), trade, ["year"])


BASKET = of_trade("product", rows=by_product)


@takes(exports=BASKET, imports=BASKET)
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
    CaResearchError
        For what :doc:`/refusals` lists.

    Notes
    -----
    ``100 (1 - sum_k |m_k - x_k| / 2)`` over product shares. Michaely (1996), World Bank WPS 1583.

    Examples
    --------
    >>> sold = pd.DataFrame({"product": ["27", "72"], "value_usd": [60.0, 40.0]})
    >>> round(complementarity(sold, sold.assign(value_usd=[10.0, 90.0])), 6)
    50.0
    """
    one_classification([*exports["product"].unique(), *imports["product"].unique()])
    for name, basket in (("export", exports), ("import", imports)):
        _of_flow(basket, name)
        require_some(basket[basket["value_usd"] > 0], f"{name}s above zero")
    _of_one_kind(exports, imports)
    alike(pd.concat([exports, imports]), ["year"])
    x, m = (b.set_index("product")["value_usd"] for b in (exports, imports))
    gap = (x / x.sum()).sub(m / m.sum(), fill_value=0).abs().sum()
    return float(100 * (1 - gap / 2))


def _both_flows(trade: pd.DataFrame, cell: Sequence[str]) -> pd.DataFrame:
    """Values by `cell`, a column per flow (export, import); null where a flow is not reported."""
    if (flows := {*trade["flow"]}) != {"export", "import"}:
        raise CoverageError(f"flows {flows}", hint="load both exports and imports, and no others")
    return trade.set_index([*cell, "flow"])["value_usd"].unstack("flow")


@takes(pushed.grubel_lloyd, trade=of_trade("product", "flow", beside=("flow",), rows=by_product))
def grubel_lloyd(
    trade: pd.DataFrame | Relation, by: Sequence[str] = ("reporter", "partner", "year")
) -> pd.DataFrame:
    """Intra-industry trade of a group, in [0, 1].

    Parameters
    ----------
    trade : pandas.DataFrame or duckdb.DuckDBPyRelation
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
    CaResearchError
        For what :doc:`/refusals` lists.

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
    assert isinstance(trade, pd.DataFrame)  # of a relation `pushed` has the answer
    keys = list(by)
    wide = _both_flows(trade, [*keys, "product"])
    there = wide.notna().groupby(level=keys).any()
    filled = wide.fillna(0.0)
    gap, total = (filled["export"] - filled["import"]).abs(), filled.sum(axis=1)
    index = 1 - gap.groupby(level=keys).sum() / total.groupby(level=keys).sum()  # 0 / 0 is null
    table = index.where(there.all(axis=1)).rename("grubel_lloyd").to_frame()
    missing = np.where(there["export"], np.where(there["import"], "", "imports"), "exports")
    table = table.assign(products=wide.groupby(level=keys).size(), missing=missing).reset_index()
    return cited(table, trade, keys)


@takes(trade=of_trade("flow", beside=("flow",)))
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
    CaResearchError
        For what :doc:`/refusals` lists.

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
    wide = _both_flows(trade, by)
    wide["balance"] = wide["export"] - wide["import"]
    wide["of_turnover"] = wide["balance"] / (wide["export"] + wide["import"])
    wide.columns.name = None
    table = require_some(wide.dropna(subset=["balance"]), "group with both flows").reset_index()
    return cited(table, trade, by)
