"""Trade by partner as generic measures, for claims that need no code: `trade.share`, `trade.rank`,
`trade.change`, `trade.ratio`, `trade.count`.

All take the same choices. partner: code or name. year: 'newest' (in which the figure is there),
'newest-1', or a year. flow: of the economy; turnover is the sum of both directions, from one
source.
product: as in the table. basis: 'own' (what the economy reports) or 'partners' (what they report of
it). source: 'preferred' (the one that speaks for its reporter), 'every' (offices and compilations,
which leave a range), or the id of one. scope: 'goods' leaves out reports that include services.
valuation: 'alike', or 'any' where partners that value imports with and without freight may be
compared. listed: how many partners a source must list to be ranked or added up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from ..estimates import by_economy, generic, measure
from ..ground import economies as eco

Flow = Literal["turnover", "exports", "imports"]
Basis = Literal["own", "partners"]
Scope = Literal["", "goods", "goods_and_services"]
Valuation = Literal["alike", "any"]
By = Literal["percent", "difference"]

_PARTS = {"turnover": ("export", "import"), "exports": ("export",), "imports": ("import",)}
_SEEN_FROM_THERE = {"turnover": "turnover", "exports": "imports", "imports": "exports"}


def _terms(
    flow: str, product: str, basis: str, source: str, scope: str, valuation: str, listed: str
) -> generic.Terms:
    theirs = basis == "partners"
    return generic.Terms(
        "trade",
        {"product": product, "scope": scope},
        "flow",
        _PARTS[_SEEN_FROM_THERE[flow] if theirs else flow],
        source,
        each_speaks=theirs,
        mirrored=theirs,
        unlike=("valuation",) if valuation == "any" else (),
        listed=int(listed),
    )


@measure("trade.share")
@by_economy
@generic.of_table("trade")
def share(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    partner: str,
    year: str = "newest",
    flow: Flow = "turnover",
    whole: Literal["listed", "world"] = "listed",
    product: str = "TOTAL",
    basis: Basis = "own",
    source: str = "preferred",
    scope: Scope = "",
    valuation: Valuation = "alike",
    listed: str = "10",
) -> pd.DataFrame:
    """A partner's share in an economy's trade with all partners that are listed, or with the world
    as the source gives it; an estimates frame. Formula: `estimates.generic.share`.
    """
    terms = _terms(flow, product, basis, source, scope, valuation, listed)
    asked = generic.share(eco.resolve(partner), "WLD" if whole == "world" else "")
    return generic.answers(trade, terms, economies, year, asked)


@measure("trade.rank")
@by_economy
@generic.of_table("trade")
def rank(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    partner: str,
    year: str = "newest",
    flow: Flow = "turnover",
    product: str = "TOTAL",
    basis: Basis = "own",
    source: str = "preferred",
    scope: Scope = "",
    valuation: Valuation = "alike",
    listed: str = "10",
) -> pd.DataFrame:
    """A partner's rank among all single partners that are listed, 1 being the largest; an estimates
    frame. Formula: `estimates.generic.rank`.
    """
    terms = _terms(flow, product, basis, source, scope, valuation, listed)
    return generic.answers(trade, terms, economies, year, generic.rank(eco.resolve(partner)))


@measure("trade.change")
@by_economy
@generic.of_table("trade")
def change(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    partner: str,
    since: str,
    year: str = "newest",
    window: str = "1",
    of: Literal["value", "share"] = "value",
    by: By = "percent",
    flow: Flow = "turnover",
    product: str = "TOTAL",
    basis: Basis = "own",
    source: str = "preferred",
    scope: Scope = "",
    valuation: Valuation = "alike",
    listed: str = "10",
) -> pd.DataFrame:
    """How trade with a partner, or its share among those listed, has changed since a year; an
    estimates frame.

    since: the year compared with. window: years over which both ends are averaged, each the last of
    its window. by: 'percent' or 'difference' (USD; of a share, parts of one). Both ends are of one
    source. Formula: `estimates.generic.change`.
    """
    code = eco.resolve(partner)
    asked = generic.share(code, "") if of == "share" else generic.value(code)
    terms = _terms(flow, product, basis, source, scope, valuation, listed)
    return generic.answers(trade, terms, economies, year, generic.change(asked, since, window, by))


@measure("trade.ratio")
@by_economy
@generic.of_table("trade")
def ratio(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    partner: str,
    to: str,
    year: str = "newest",
    flow: Flow = "turnover",
    product: str = "TOTAL",
    basis: Basis = "own",
    source: str = "preferred",
    scope: Scope = "",
    valuation: Valuation = "alike",
) -> pd.DataFrame:
    """Trade with a partner over trade with another (`to`), by one source on the basis 'own'; an
    estimates frame. Formula: `estimates.generic.ratio`.
    """
    terms = _terms(flow, product, basis, source, scope, valuation, "1")
    asked = generic.ratio(eco.resolve(partner), eco.resolve(to))
    return generic.answers(trade, terms, economies, year, asked)


@measure("trade.count")
@by_economy
@generic.of_table("trade")
def count(
    trade: pd.DataFrame,
    *,
    economies: Sequence[str],
    above: str = "0",
    year: str = "newest",
    flow: Flow = "turnover",
    product: str = "TOTAL",
    basis: Basis = "own",
    source: str = "preferred",
    scope: Scope = "",
    valuation: Valuation = "alike",
    listed: str = "10",
) -> pd.DataFrame:
    """With how many single partners an economy trades for more than `above` (USD); an estimates
    frame. Formula: `estimates.generic.count`.
    """
    terms = _terms(flow, product, basis, source, scope, valuation, listed)
    return generic.answers(trade, terms, economies, year, generic.count(above))
