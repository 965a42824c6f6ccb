"""Products: added up to a coarser level, carried to another revision, and what a unit costs."""

from __future__ import annotations

import re
from typing import Literal

import pandas as pd

from ..ground.arguments import refuse
from ..ground.errors import CoverageError
from ..registry.tables import Revision
from ..stats.contract import KINDS, Frame, takes
from ..stats.frames import alike, cited, require, require_some
from . import pushed
from .checks import SUM, by_product, of_trade, one_classification
from .pushed import ACCOUNT, AMOUNTS, DataFrameOrRelation

PRODUCTS = of_trade("product", account=ACCOUNT, rows=by_product)


@takes(pushed.add_up, trade=PRODUCTS)
def add_up(trade: DataFrameOrRelation, *, level: Literal[2, 4] = 2) -> DataFrameOrRelation:
    """Trade by products of a coarser level of the HS: chapters or headings.

    Parameters
    ----------
    trade : pandas.DataFrame or duckdb.DuckDBPyRelation
        Rows of one source and of products of one level, with reporter, partner, year, flow, product
        and value_usd (USD); TOTAL is dropped.
    level : {2, 4}
        Digits of the codes that are wanted.

    Returns
    -------
    pandas.DataFrame or duckdb.DuckDBPyRelation
        As `trade`: reporter, partner, year, flow, product, what the rows say of their kind,
        value_usd (USD), quantity and quantity_unit where each has one and in one unit, products
        (number of those added), sources. A product that is not listed is in no sum.

    Raises
    ------
    CaResearchError
        For what :doc:`/refusals` lists; products that are no finer than the level.

    Examples
    --------
    >>> rows = pd.DataFrame({"product": ["270900", "271121", "854231"], "value_usd": [5.0, 2, 1]})
    >>> rows = rows.assign(reporter="KAZ", partner="CHN", year=2020, flow="export")
    >>> add_up(rows, level=2)[["product", "value_usd", "products"]].to_numpy().tolist()
    [['27', 7.0, 2], ['85', 1.0, 1]]
    """
    assert isinstance(trade, pd.DataFrame)  # of a relation `pushed` has the answer
    product = trade["product"].iloc[0]
    if not re.fullmatch(rf"\d{{{level + 1},}}", product):
        refuse("product", f"a code of more than {level} digits", product, "'270900'")
    return _sums(trade.assign(product=trade["product"].str[:level]))


def _sums(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of one account, product and kind added up."""
    keys = [*ACCOUNT, "product", *(kind for kind in KINDS if kind in rows)]
    cells = rows.groupby(keys, observed=True, dropna=False)
    sums = cells["value_usd"].sum().to_frame()
    if {*rows} >= {*AMOUNTS, *AMOUNTS.values()}:
        known, units = cells["quantity"].count(), cells["quantity_unit"].nunique()
        whole = known.eq(cells.size()) & units.eq(1)
        sums["quantity"] = cells["quantity"].sum().where(whole)
        sums["quantity_unit"] = cells["quantity_unit"].first().where(whole)
    return cited(sums.assign(products=cells.size()).reset_index(), rows, keys)


def _codes(concordance: pd.DataFrame) -> pd.DataFrame:
    """A table of correspondence, once its codes are text and of one level on each side."""
    for side in ("from", "to"):
        one_classification(require(concordance, (), keys=(side,))[side].unique())
    return concordance


CONCORDANCE = Frame(cell=("from", "to"), value="", rows=_codes)


@takes(
    trade=of_trade("product", account=ACCOUNT, rows=by_product, varies=("revision",)),
    concordance=CONCORDANCE,
)
def concord(trade: pd.DataFrame, concordance: pd.DataFrame, *, to: Revision) -> pd.DataFrame:
    """Trade by products of another revision of the HS, by a table of correspondence.

    Parameters
    ----------
    trade : pandas.DataFrame
        Rows of one source and of products of one level and one revision, and others that are of the
        wanted revision already: reporter, partner, year, flow, product, value_usd (USD), revision.
    concordance : pandas.DataFrame
        A row for each pair of codes, as text: from, to; and weight, the part of a product's value
        that goes to each, where one becomes several. The UN's tables of conversion have one `to`
        for each `from`.
    to : {'HS1992', 'HS1996', 'HS2002', 'HS2007', 'HS2012', 'HS2017', 'HS2022'}
        The revision of the codes in `to`.

    Returns
    -------
    pandas.DataFrame
        As `add_up`, with the revision `to`. Quantities are divided as values are.

    Raises
    ------
    CaResearchError
        For what :doc:`/refusals` lists; a product that the table does not have, or has several
        of without weights that sum to one.

    Examples
    --------
    >>> rows = pd.DataFrame({"product": ["852351", "852352"], "value_usd": [5.0, 2.0]})
    >>> rows = rows.assign(reporter="KAZ", partner="CHN", year=2020, flow="export")
    >>> rows["revision"] = "HS2007"
    >>> table = pd.DataFrame({"from": ["852351", "852352"], "to": ["852390", "854212"]})
    >>> concord(rows, table, to="HS2002")["product"].tolist()
    ['852390', '854212']
    """
    require(trade, ("revision",))
    there = trade["revision"].eq(to)
    other = trade[~there]
    alike(other, ["revision"])
    weights = concordance.get("weight", pd.Series(1.0, concordance.index)).astype(float)
    pairs = pd.DataFrame({"product": concordance["from"], "to": concordance["to"], "part": weights})
    sums = pairs.groupby("product")["part"].sum().reindex(other["product"].unique())
    if len(off := sums.index[~((sums - 1).abs() <= SUM)]):
        raise CoverageError(
            f"the weights of product {off[0]} in the concordance sum to {sums[off[0]]:g}",
            hint="add its rows; several have a column `weight`, the part of its value for each",
        )
    moved = other.merge(pairs, on="product")
    scaled = {c: moved[c] * moved["part"] for c in ("value_usd", "quantity") if c in moved}
    moved = moved.assign(product=moved["to"], revision=to, **scaled)
    return _sums(pd.concat([trade[there], moved[[*trade]]], ignore_index=True))


UNITS = of_trade(
    *("partner", "product"),
    account=("reporter", "year", "flow"),
    columns=("quantity", "quantity_unit"),
    rows=by_product,
)


@takes(pushed.unit_values, trade=UNITS)
def unit_values(trade: DataFrameOrRelation) -> DataFrameOrRelation:
    """What a unit of each product costs in a flow.

    Parameters
    ----------
    trade : pandas.DataFrame or duckdb.DuckDBPyRelation
        Rows of one source and of products of one level: reporter, partner, year, flow, product,
        value_usd (USD), quantity, quantity_unit; TOTAL is dropped.

    Returns
    -------
    pandas.DataFrame or duckdb.DuckDBPyRelation
        As `trade`: reporter, year, flow, partner, product, value_usd (USD), quantity,
        quantity_unit, unit_value (USD for one unit, null without a quantity above zero), sources,
        price_basis where `trade` has it. Units differ between products and offices: compare within
        one.

    Raises
    ------
    CaResearchError
        For what :doc:`/refusals` lists; rows none of which has a quantity.

    Examples
    --------
    >>> rows = pd.DataFrame({"product": ["270900", "854231"], "value_usd": [600.0, 90.0]})
    >>> rows = rows.assign(reporter="KAZ", partner="CHN", year=2020, flow="export")
    >>> unit_values(rows.assign(quantity=[1.5, None], quantity_unit="t"))["unit_value"].tolist()
    [400.0, nan]
    """
    assert isinstance(trade, pd.DataFrame)  # of a relation `pushed` has the answer
    keys: list[str] = ["reporter", "year", "flow", "partner", "product"]
    quantity = trade["quantity"].astype(float)
    require_some(quantity.dropna(), "row with a quantity", "take a source that states it, as BACI")
    table = trade[[*keys, "value_usd", "quantity", "quantity_unit"]].reset_index(drop=True)
    price = trade["value_usd"] / quantity.where(quantity > 0)
    return cited(table.assign(unit_value=price.to_numpy()), trade, keys)
