"""Trade by partner as generic measures, for claims that need no code: `trade.share`, `trade.rank`,
`trade.change`, `trade.ratio`, `trade.count`.
"""

from __future__ import annotations

from typing import Literal

from ..estimates import generic

_PARTS = {"turnover": ("export", "import"), "exports": ("export",), "imports": ("import",)}
_SEEN_FROM_THERE = {"turnover": "turnover", "exports": "imports", "imports": "exports"}


def terms(
    *,
    flow: Literal["turnover", "exports", "imports"] = "turnover",
    product: str = "TOTAL",
    basis: Literal["own", "partners"] = "own",
    source: str = "preferred",
    scope: Literal["", "goods", "goods_and_services"] = "",
    valuation: Literal["alike", "any"] = "alike",
    listed: int = 10,
) -> generic.Terms:
    """Trade of economies with a partner.

    partner: code or name. year: 'newest' (in which the figure is there), 'newest-1', or a year.
    flow: of the economy; turnover is the sum of both directions, from one source. product: as in
    the table. basis: 'own' (what the economy reports) or 'partners' (what they report of it).
    source: 'preferred' (the one that speaks for its reporter), 'every' (offices and compilations,
    which leave a range), or the id of one. scope: 'goods' leaves out reports that include services.
    valuation: 'alike', or 'any' where partners that value imports with and without freight may be
    compared. listed: how many partners a source must list to be ranked or added up.
    """
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
        listed=listed,
    )


MEASURES = generic.measures("trade", "partner", terms)
