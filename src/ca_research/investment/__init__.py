"""Investment: unlike measures are never added; stocks, flows, announcements, loans and debt stay
apart.
"""

from .concepts import CONCEPTS, Concept, rank, total
from .concessionality import (
    DAC_RULES,
    dac_rule,
    grant_element,
    grant_element_bounds,
    repayment_schedule,
)
from .debt import debt_exposure
from .fdi import investor_shares, stock_by_investor, stock_years
from .lenders import creditor_hhi
from .loans import LoanTerms, loan_terms
from .prices import convert_prices, deflator_from_growth

__all__ = [
    "CONCEPTS",
    "DAC_RULES",
    "Concept",
    "LoanTerms",
    "convert_prices",
    "creditor_hhi",
    "dac_rule",
    "debt_exposure",
    "deflator_from_growth",
    "grant_element",
    "grant_element_bounds",
    "investor_shares",
    "loan_terms",
    "rank",
    "repayment_schedule",
    "stock_by_investor",
    "stock_years",
    "total",
]


def __dir__() -> list[str]:
    return __all__
