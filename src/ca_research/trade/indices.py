"""Indices of the trade literature over tidy frames: dispersion, specialisation, complementarity, intensity, balance.

Every index takes rows of one source; where a world total is part of the formula it must be in the frame (`WLD` rows)
or the index refuses: a sum of the partners at hand is not the world.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from .. import stats
from ..errors import CoverageError, MixedUnitsError
from .shares import one_figure_per_cell


def product_shares(trade: pd.DataFrame, *, by: Sequence[str] = ("reporter", "partner", "year", "flow")) -> pd.DataFrame:
    """Share of each product in a flow.

    trade: rows of one source and one classification (HS chapters or SITC sections; TOTAL is dropped).
    Returns one row per `by` + product: value_usd, share in [0, 1] of the products listed, products (number of).
    Raises MixedUnitsError where classifications are mixed, CoverageError where no product row is left.
    """
    keys = list(by)
    listed = trade[trade["product"] != "TOTAL"]
    if listed.empty:
        raise CoverageError("no rows by product", hint="ca.coverage('trade', by=['reporter', 'product'])")
    if listed["product"].str.startswith("SITC").nunique() > 1:
        raise MixedUnitsError(
            "HS chapters and SITC sections in one frame", hint="filter by source: each has one classification"
        )
    one_figure_per_cell(listed, [*keys, "product"])
    shares = listed[[*keys, "product", "value_usd"]].copy()
    shares["share"] = shares["value_usd"] / shares.groupby(keys)["value_usd"].transform("sum")
    shares["products"] = shares.groupby(keys)["product"].transform("size")
    return shares.reset_index(drop=True)


def dispersion(shares: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Three measures of concentration of the same shares, raw and normalised to [0, 1] (0: even, 1: all in one).

    shares: one row per `by` + item, column `share` summing to 1 within `by`.
    Returns one row per `by`: n, hhi, hhi_normalised = (hhi - 1/n) / (1 - 1/n), shannon = -sum s ln s (nats),
    theil = ln n - shannon, theil_normalised = theil / ln n. Normalised forms are null where n is 1.
    Zero shares count in n and add nothing (0 ln 0 = 0). Raises CoverageError where shares do not sum to one.
    Sources: Hirschman (1964), AER 54(5); Shannon (1948); Theil (1967), Economics and Information Theory, ch. 4.
    """
    keys = list(by)
    rows = []
    for group, part in shares.groupby(keys, sort=True):
        share = part["share"].to_numpy(dtype=float)
        if np.isnan(share).any() or abs(share.sum() - 1) > 1e-9:
            raise CoverageError(f"shares of {group} sum to {np.nansum(share):.4g}, not to one")
        n = len(share)
        positive = share[share > 0]
        hhi, shannon = float((share**2).sum()), float(-(positive * np.log(positive)).sum())
        theil = max(float(np.log(n)) - shannon, 0.0)
        rows.append(
            {
                **dict(zip(keys, group, strict=True)),
                "n": n,
                "hhi": hhi,
                "hhi_normalised": (hhi - 1 / n) / (1 - 1 / n) if n > 1 else np.nan,
                "shannon": shannon,
                "theil": theil,
                "theil_normalised": theil / np.log(n) if n > 1 else np.nan,
            }
        )
    return pd.DataFrame(rows)


def theil_decomposition(shares: pd.Series, groups: pd.Series) -> dict[str, float]:
    """Theil's index of one distribution split into between and within groups: total = between + within.

    shares: item -> share, summing to one; groups: item -> group. Formula: with group share S_g and size n_g,
    between = sum S_g ln(S_g n / n_g), within = sum S_g T_g. Source: Theil (1967), ch. 4; Cadot, Carrere and
    Strauss-Kahn (2011), Review of Economics and Statistics 93(2).
    """
    if abs(float(shares.sum()) - 1) > 1e-9:
        raise CoverageError(f"shares sum to {float(shares.sum()):.4g}, not to one")
    n = len(shares)

    def entropy_gap(s: np.ndarray) -> float:
        positive = s[s > 0]
        return float(np.log(len(s)) + (positive * np.log(positive)).sum())

    between = within = 0.0
    for _, part in shares.groupby(groups.reindex(shares.index)):
        total = float(part.sum())
        if total > 0:
            between += total * float(np.log(total * n / len(part)))
            within += total * entropy_gap((part / total).to_numpy())
    return {"total": entropy_gap(shares.to_numpy()), "between": between, "within": within}


def revealed_advantage(trade: pd.DataFrame, world: pd.DataFrame) -> pd.DataFrame:
    """Balassa's index of revealed comparative advantage, per reporter, year and product.

    trade: exports by product of the economies looked at (columns reporter, year, product, value_usd; one source,
    partner WLD or summed before). world: world exports by product (columns year, product, value_usd).
    Returns reporter, year, product, value_usd, rca = (x_ik / X_i) / (x_wk / X_w).
    Raises CoverageError where a product or year of the economy has no world total: the index is not defined then.
    Source: Balassa (1965), The Manchester School 33(2).
    """
    one_figure_per_cell(trade, ["reporter", "year", "product"])
    listed = trade[trade["product"] != "TOTAL"]
    base = world[world["product"] != "TOTAL"].set_index(["year", "product"])["value_usd"]
    wanted = pd.MultiIndex.from_frame(listed[["year", "product"]])
    absent = wanted.difference(base.index)
    if len(absent):
        raise CoverageError(
            f"no world exports of product {absent[0][1]} in {absent[0][0]} ({len(absent)} cells lack it)",
            hint="give world totals for every product and year, or drop these products",
        )
    out = listed[["reporter", "year", "product", "value_usd"]].copy()
    own = out["value_usd"] / out.groupby(["reporter", "year"])["value_usd"].transform("sum")
    of_world = base / base.groupby(level="year").transform("sum")
    out["rca"] = own.to_numpy() / of_world.reindex(wanted).to_numpy()
    return out.reset_index(drop=True)


def intensity(trade: pd.DataFrame) -> pd.DataFrame:
    """Trade intensity of exporter i with partner j in a year: above one, more than j's weight in world imports.

    trade: exports (flow export, product TOTAL) of one source: rows reporter, partner, year, value_usd that hold,
    beside the pair, each reporter's WLD row, and every other reporter's exports to j for j's imports.
    Returns reporter, partner, year, intensity = (x_ij / X_i) / (M_j / (W - M_i)): Kojima's form of Brown's index, M_j
    the exports of all reporters to j, W those of all to the world.
    Raises CoverageError where a WLD row is missing. The 'world' is that of the source's reporters.
    Sources: Brown (1949), Applied Economics; Kojima (1964), Hitotsubashi Journal of Economics 5(1).
    """
    exports = trade[(trade["flow"] == "export") & (trade["product"] == "TOTAL")]
    one_figure_per_cell(exports, ["reporter", "partner", "year"])
    totals = exports[exports["partner"] == "WLD"].set_index(["reporter", "year"])["value_usd"]
    pairs = exports[exports["partner"] != "WLD"]
    lacking = pd.MultiIndex.from_frame(pairs[["reporter", "year"]]).difference(totals.index)
    if len(lacking):
        raise CoverageError(
            f"no exports to the world for {lacking[0][0]} in {lacking[0][1]}", hint="take a source with WLD rows"
        )
    world = totals.groupby(level="year").sum()
    received = pairs.groupby(["partner", "year"])["value_usd"].sum()
    out = pairs[["reporter", "partner", "year", "value_usd"]].copy()
    key = pd.MultiIndex.from_frame(out[["reporter", "year"]])
    own_share = out["value_usd"].to_numpy() / totals.reindex(key).to_numpy()
    imports_j = received.reindex(pd.MultiIndex.from_frame(out[["partner", "year"]])).to_numpy()
    imports_i = received.reindex(key).fillna(0).to_numpy()
    out["intensity"] = own_share / (imports_j / (world.reindex(out["year"]).to_numpy() - imports_i))
    return out.reset_index(drop=True)


def complementarity(exports: pd.DataFrame, imports: pd.DataFrame) -> float:
    """How well one economy's export basket fits another's import basket, from 0 to 100.

    exports, imports: rows by product of one exporter and one importer in one classification (product, value_usd).
    Formula: 100 (1 - sum_k |m_k - x_k| / 2) over product shares. Source: Michaely (1996), World Bank WPS 1583.
    Raises MixedUnitsError where the classifications differ.
    """
    x = exports[exports["product"] != "TOTAL"].groupby("product")["value_usd"].sum()
    m = imports[imports["product"] != "TOTAL"].groupby("product")["value_usd"].sum()
    if x.sum() <= 0 or m.sum() <= 0:
        raise CoverageError("one of the two baskets is empty", hint="check the filters")
    if x.index.str.startswith("SITC").any() != m.index.str.startswith("SITC").any():
        raise MixedUnitsError("HS chapters against SITC sections", hint="take both baskets in one classification")
    gap = (x / x.sum()).sub(m / m.sum(), fill_value=0).abs().sum()
    return float(100 * (1 - gap / 2))


def grubel_lloyd(trade: pd.DataFrame, by: Sequence[str] = ("reporter", "partner", "year")) -> pd.DataFrame:
    """Intra-industry trade: 1 - sum |X_k - M_k| / sum (X_k + M_k) over products, in [0, 1].

    trade: exports and imports by product of one source. Returns one row per `by`: grubel_lloyd, products.
    A product with one direction only counts as fully one-way. Raises CoverageError where a flow is not reported at all.
    Source: Grubel and Lloyd (1975), Intra-Industry Trade, eq. 2.10.
    """
    keys = list(by)
    listed = trade[trade["product"] != "TOTAL"]
    one_figure_per_cell(listed, [*keys, "flow", "product"])
    wide = listed.pivot_table(index=[*keys, "product"], columns="flow", values="value_usd", aggfunc="sum")
    if not {"export", "import"} <= set(wide.columns):
        raise CoverageError("only one direction of trade is in the frame", hint="load both exports and imports")
    filled = wide.fillna(0.0)
    both = pd.DataFrame(
        {"gap": (filled["export"] - filled["import"]).abs(), "sum": filled["export"] + filled["import"]}
    )
    grouped = both.groupby(level=keys)
    return (
        (1 - grouped["gap"].sum() / grouped["sum"].sum())
        .rename("grubel_lloyd")
        .to_frame()
        .assign(products=grouped.size())
        .reset_index()
    )


def balance(trade: pd.DataFrame, by: Sequence[str] = ("reporter", "partner", "year")) -> pd.DataFrame:
    """Bilateral balance as reported: exports minus imports (USD), and as a share of turnover in [-1, 1].

    trade: rows of one source, product TOTAL, both flows. Exports are mostly fob and imports cif, so a small deficit
    can be freight; `valuation` is not adjusted here (see `reconcile`). A missing flow gives no balance.
    """
    keys = list(by)
    one_figure_per_cell(trade, [*keys, "flow"])
    wide = trade.pivot_table(index=keys, columns="flow", values="value_usd", aggfunc="sum")
    for flow in ("export", "import"):
        if flow not in wide:
            wide[flow] = np.nan
    wide["balance"] = wide["export"] - wide["import"]
    wide["of_turnover"] = wide["balance"] / (wide["export"] + wide["import"])
    wide.columns.name = None
    return wide.dropna(subset=["balance"]).reset_index()


def growth_rates(
    trade: pd.DataFrame, *, since: int, until: int, by: Sequence[str] = ("reporter", "partner", "flow")
) -> pd.DataFrame:
    """Growth between two years, each rate under its own name: compound, mean_annual (of yearly rates), log (per year).

    Returns one row per `by` with the three rates (0.05 is 5 %) and n; a rate that cannot be formed (gap, zero) is null.
    """
    keys = list(by)
    one_figure_per_cell(trade, [*keys, "year"])
    rows = []
    for group, part in trade[trade["year"].between(since, until)].groupby(keys):
        series = part.set_index(part["year"].astype(int))["value_usd"].astype(float)
        rates = {}
        for name, rule in (
            ("compound", stats.compound_rate),
            ("mean_annual", stats.mean_annual_rate),
            ("log", stats.log_slope),
        ):
            try:
                ends = {since, until} <= set(series.index)
                rates[name] = rule(series) if ends and (series > 0).all() else np.nan
            except CoverageError:
                rates[name] = np.nan
        rows.append({**dict(zip(keys, group, strict=True)), **rates, "n": len(series)})
    return pd.DataFrame(rows)


def real_values(trade: pd.DataFrame, deflator: pd.Series, *, base_year: int) -> pd.DataFrame:
    """Values in prices of a base year: value_usd * index(base) / index(year), as `value_real_usd` with `price_basis`.

    deflator: price index by year (any base). Raises CoverageError where a year or the base has no index.
    """
    years = trade["year"].astype(int)
    lacking = sorted({*years, base_year} - set(deflator.dropna().index.astype(int)))
    if lacking:
        raise CoverageError(f"the deflator has no value for {lacking[0]}", hint="give an index for every year")
    index = deflator.copy()
    index.index = index.index.astype(int)
    out = trade.copy()
    out["value_real_usd"] = out["value_usd"] * (float(index[base_year]) / years.map(index).to_numpy(dtype=float))
    out["price_basis"] = f"constant {base_year} USD"
    return out
