"""Money from abroad as generic measures, for claims that need no code: `investment.share`,
`investment.rank`, `investment.change`, `investment.ratio`, `investment.count`.

All take the same choices. economies: hosts of the money. investor: code or name. measure,
instrument, sector, price_basis: as in the table; figures of unlike ones are never compared. year:
'newest' (in which the figure is there), 'newest-1', or a year. source: 'every' (sources that
disagree leave a range) or the id of one. listed: how many investors a source must list to be ranked
or added up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from ..estimates import by_economy, generic, measure
from ..ground import economies as eco


def _terms(
    measure: str, instrument: str, sector: str, price_basis: str, source: str, listed: str
) -> generic.Terms:
    chosen = {"measure": measure, "instrument": instrument, "sector": sector}
    chosen |= {"price_basis": price_basis, "revision": ""}
    return generic.Terms("investment", chosen, source=source, roles=None, listed=int(listed))


@measure("investment.share")
@by_economy
@generic.of_table("investment")
def share(
    investment: pd.DataFrame,
    *,
    economies: Sequence[str],
    investor: str,
    measure: str,
    year: str = "newest",
    instrument: str = "all",
    sector: str = "all",
    price_basis: str = "current USD",
    source: str = "every",
    listed: str = "5",
) -> pd.DataFrame:
    """An investor's share in what all investors listed put into a host; an estimates frame.
    Formula: `estimates.generic.share`.
    """
    terms = _terms(measure, instrument, sector, price_basis, source, listed)
    asked = generic.share(eco.resolve(investor), "")
    return generic.answers(investment, terms, economies, year, asked)


@measure("investment.rank")
@by_economy
@generic.of_table("investment")
def rank(
    investment: pd.DataFrame,
    *,
    economies: Sequence[str],
    investor: str,
    measure: str,
    year: str = "newest",
    instrument: str = "all",
    sector: str = "all",
    price_basis: str = "current USD",
    source: str = "every",
    listed: str = "5",
) -> pd.DataFrame:
    """An investor's rank among all that are listed, 1 being the largest; an estimates frame.
    Formula: `estimates.generic.rank`.
    """
    terms = _terms(measure, instrument, sector, price_basis, source, listed)
    asked = generic.rank(eco.resolve(investor))
    return generic.answers(investment, terms, economies, year, asked)


@measure("investment.change")
@by_economy
@generic.of_table("investment")
def change(
    investment: pd.DataFrame,
    *,
    economies: Sequence[str],
    investor: str,
    measure: str,
    since: str,
    year: str = "newest",
    window: str = "1",
    of: Literal["value", "share"] = "value",
    by: Literal["percent", "difference"] = "percent",
    instrument: str = "all",
    sector: str = "all",
    price_basis: str = "current USD",
    source: str = "every",
    listed: str = "5",
) -> pd.DataFrame:
    """How an investor's figure, or its share among those listed, has changed since a year; an
    estimates frame.

    since: the year compared with. window: years over which both ends are averaged, each the last of
    its window. by: 'percent' or 'difference' (USD; of a share, parts of one). Both ends are of one
    source. Formula: `estimates.generic.change`.
    """
    terms = _terms(measure, instrument, sector, price_basis, source, listed)
    code = eco.resolve(investor)
    start = generic.share(code, "") if of == "share" else generic.value(code)
    asked = generic.change(start, since, window, by)
    return generic.answers(investment, terms, economies, year, asked)


@measure("investment.ratio")
@by_economy
@generic.of_table("investment")
def ratio(
    investment: pd.DataFrame,
    *,
    economies: Sequence[str],
    investor: str,
    measure: str,
    to: str,
    year: str = "newest",
    instrument: str = "all",
    sector: str = "all",
    price_basis: str = "current USD",
    source: str = "every",
) -> pd.DataFrame:
    """An investor's figure over that of another (`to`), both by one source; an estimates frame.
    Formula: `estimates.generic.ratio`.
    """
    terms = _terms(measure, instrument, sector, price_basis, source, "1")
    asked = generic.ratio(eco.resolve(investor), eco.resolve(to))
    return generic.answers(investment, terms, economies, year, asked)


@measure("investment.count")
@by_economy
@generic.of_table("investment")
def count(
    investment: pd.DataFrame,
    *,
    economies: Sequence[str],
    measure: str,
    above: str = "0",
    year: str = "newest",
    instrument: str = "all",
    sector: str = "all",
    price_basis: str = "current USD",
    source: str = "every",
    listed: str = "5",
) -> pd.DataFrame:
    """How many investors have a figure above a bound (USD); an estimates frame.
    Formula: `estimates.generic.count`.
    """
    terms = _terms(measure, instrument, sector, price_basis, source, listed)
    asked = generic.count(above)
    return generic.answers(investment, terms, economies, year, asked)
