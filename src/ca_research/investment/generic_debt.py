"""Debt owed and service paid as generic measures, for claims that need no code: `debt.share`,
`debt.rank`, `debt.change`, `debt.ratio`, `debt.count`.

All take the same choices. economies: debtors. creditor: code or name. measure: 'stock' or
'service'. instrument: as in the table; figures of unlike ones are never compared. year: 'newest'
(in which the figure is there), 'newest-1', or a year. source: 'every' (sources that disagree leave
a range) or the id of one. listed: how many creditors a source must list to be ranked or added up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from ..estimates import by_economy, generic, measure
from ..ground import economies as eco


def _terms(measure: str, instrument: str, source: str, listed: str) -> generic.Terms:
    chosen = {"measure": measure, "instrument": instrument}
    return generic.Terms("debt", chosen, source=source, roles=None, listed=int(listed))


@measure("debt.share")
@by_economy
@generic.of_table("debt")
def share(
    debt: pd.DataFrame,
    *,
    economies: Sequence[str],
    creditor: str,
    year: str = "newest",
    measure: Literal["stock", "service"] = "stock",
    instrument: str = "official_bilateral",
    source: str = "every",
    listed: str = "5",
) -> pd.DataFrame:
    """A creditor's share in what is owed or paid to all creditors listed; an estimates frame.
    Formula: `estimates.generic.share`.
    """
    terms = _terms(measure, instrument, source, listed)
    asked = generic.share(eco.resolve(creditor), "")
    return generic.answers(debt, terms, economies, year, asked)


@measure("debt.rank")
@by_economy
@generic.of_table("debt")
def rank(
    debt: pd.DataFrame,
    *,
    economies: Sequence[str],
    creditor: str,
    year: str = "newest",
    measure: Literal["stock", "service"] = "stock",
    instrument: str = "official_bilateral",
    source: str = "every",
    listed: str = "5",
) -> pd.DataFrame:
    """A creditor's rank among all that are listed, 1 being the largest; an estimates frame.
    Formula: `estimates.generic.rank`.
    """
    terms = _terms(measure, instrument, source, listed)
    asked = generic.rank(eco.resolve(creditor))
    return generic.answers(debt, terms, economies, year, asked)


@measure("debt.change")
@by_economy
@generic.of_table("debt")
def change(
    debt: pd.DataFrame,
    *,
    economies: Sequence[str],
    creditor: str,
    since: str,
    year: str = "newest",
    window: str = "1",
    of: Literal["value", "share"] = "value",
    by: Literal["percent", "difference"] = "percent",
    measure: Literal["stock", "service"] = "stock",
    instrument: str = "official_bilateral",
    source: str = "every",
    listed: str = "5",
) -> pd.DataFrame:
    """How debt to a creditor, or its share among those listed, has changed since a year; an
    estimates frame.

    since: the year compared with. window: years over which both ends are averaged, each the last of
    its window. by: 'percent' or 'difference' (USD; of a share, parts of one). Both ends are of one
    source. Formula: `estimates.generic.change`.
    """
    terms = _terms(measure, instrument, source, listed)
    code = eco.resolve(creditor)
    start = generic.share(code, "") if of == "share" else generic.value(code)
    asked = generic.change(start, since, window, by)
    return generic.answers(debt, terms, economies, year, asked)


@measure("debt.ratio")
@by_economy
@generic.of_table("debt")
def ratio(
    debt: pd.DataFrame,
    *,
    economies: Sequence[str],
    creditor: str,
    to: str,
    year: str = "newest",
    measure: Literal["stock", "service"] = "stock",
    instrument: str = "official_bilateral",
    source: str = "every",
) -> pd.DataFrame:
    """Debt to a creditor over that to another (`to`; BIL for all bilateral creditors), both by one
    source; an estimates frame. Formula: `estimates.generic.ratio`.
    """
    terms = _terms(measure, instrument, source, "1")
    asked = generic.ratio(eco.resolve(creditor), eco.resolve(to))
    return generic.answers(debt, terms, economies, year, asked)


@measure("debt.count")
@by_economy
@generic.of_table("debt")
def count(
    debt: pd.DataFrame,
    *,
    economies: Sequence[str],
    above: str = "0",
    year: str = "newest",
    measure: Literal["stock", "service"] = "stock",
    instrument: str = "official_bilateral",
    source: str = "every",
    listed: str = "5",
) -> pd.DataFrame:
    """To how many creditors more than `above` (USD) is owed or paid; an estimates frame.
    Formula: `estimates.generic.count`.
    """
    terms = _terms(measure, instrument, source, listed)
    asked = generic.count(above)
    return generic.answers(debt, terms, economies, year, asked)
