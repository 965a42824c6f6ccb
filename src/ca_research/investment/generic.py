"""Money from abroad and debt as generic measures, for claims that need no code: `investment.share`,
`debt.share` and so on with rank, change, ratio and count.
"""

from __future__ import annotations

from typing import Literal

from ..estimates import generic


def investment_terms(
    *,
    measure: str,
    instrument: str = "all",
    sector: str = "all",
    price_basis: str = "current USD",
    source: str = "every",
    listed: int = 5,
) -> generic.Terms:
    """Money of an investor in hosts.

    economies: the hosts. investor: code or name. measure, instrument, sector, price_basis: as in
    the table; figures of unlike ones are never compared. year: 'newest' (in which the figure is
    there), 'newest-1', or a year. source: 'every' (sources that disagree leave a range) or the id
    of one. listed: how many investors a source must list to be ranked or added up.
    """
    chosen = {"measure": measure, "instrument": instrument, "sector": sector}
    chosen |= {"price_basis": price_basis, "revision": ""}
    return generic.Terms("investment", chosen, source=source, roles=None, listed=listed)


def debt_terms(
    *,
    measure: Literal["stock", "service"] = "stock",
    instrument: str = "official_bilateral",
    source: str = "every",
    listed: int = 5,
) -> generic.Terms:
    """Debt owed, or service paid, to a creditor.

    economies: the debtors. creditor: code or name; BIL is all bilateral creditors. measure,
    instrument: as in the table; figures of unlike ones are never compared. year: 'newest' (in which
    the figure is there), 'newest-1', or a year. source: 'every' (sources that disagree leave a
    range) or the id of one. listed: how many creditors a source must list to be ranked or added up.
    """
    chosen = {"measure": measure, "instrument": instrument}
    return generic.Terms("debt", chosen, source=source, roles=None, listed=listed)


INVESTMENT = generic.measures("investment", "investor", investment_terms)
DEBT = generic.measures("debt", "creditor", debt_terms)
