"""What a frame of trade must be before its rows are added, ranked or divided by each other."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pandas as pd

from ..ground.arguments import refuse
from ..ground.economies import RESIDUALS
from ..ground.errors import MixedUnitsError
from ..stats.contract import Frame
from ..stats.frames import require, require_some

REST = RESIDUALS
"""Residual partners, which are shared out like economies."""
SINGLE = ("reporter", "partner", "year", "flow", "product")
"""Columns that have one value in an account of trade, unless they tell its rows apart."""
_TOTALS = ("TOTAL", "_T", "ALL", "ALL PRODUCTS", "ALL COMMODITIES")
"""What all products together are called, in capitals."""
_COVERED = "ca.coverage('trade', by=['reporter', 'product']) says what is there"
SUM = 1e-9
"""How far shares may be from summing to one (rounding of a few hundred float64 terms)."""


def of_trade(*cell: str, **other: Any) -> Frame:
    """A frame of trade whose accounts are of one reporter, partner, year, flow and product."""
    return Frame(cell=cell, single=SINGLE, **other)


def by_product(trade: pd.DataFrame) -> pd.DataFrame:
    """Rows that are not of all products together, of one classification.

    Raises CoverageError without such rows, and as `one_classification`.
    """
    require(trade, (), keys=("product",))
    # as the table writes all products together, or a file of one's own
    totals = [p for p in trade["product"].unique() if str(p).strip().upper() in _TOTALS]
    rows = require_some(trade[~trade["product"].isin(totals)], "rows by product", _COVERED)
    one_classification(rows["product"].unique())
    return rows


def one_classification(products: Iterable[Any]) -> None:
    """Raise UsageError for products as numbers, which lost their zeros, MixedUnitsError for codes
    of several lengths or classifications: one of them may hold another.
    """
    held = set(products)
    for product in held:
        if not isinstance(product, str):
            refuse("product", "a code as text, with its zeros", product, "'01'")
    codes = sorted(product for product in held if re.search(r"\d", product))
    printed = {code: re.sub(r"(?<=\d)[. ](?=\d)", "", code) for code in codes}  # 27.09, 27 09
    kinds = {(re.split(r"\d", bare)[0], len(bare)): code for code, bare in printed.items()}
    if len(kinds) > 1:
        raise MixedUnitsError(
            f"products of several levels or classifications: {', '.join(kinds.values())}",
            hint="keep one level, of one source: load(..., level=2), or of a frame "
            "frame[frame['product'].str.len() == 2]",
        )
