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
from .deflation import convert_prices, deflate, deflator_from_growth, prices
from .fdi import investor_shares, stock_by_investor, stock_years
from .lenders import creditor_hhi
from .loans import LoanTerms, loan_terms

__all__ = [
    "CONCEPTS",
    "DAC_RULES",
    "Concept",
    "LoanTerms",
    "convert_prices",
    "creditor_hhi",
    "dac_rule",
    "debt_exposure",
    "deflate",
    "deflator_from_growth",
    "grant_element",
    "grant_element_bounds",
    "investor_shares",
    "loan_terms",
    "prices",
    "rank",
    "repayment_schedule",
    "stock_by_investor",
    "stock_years",
    "total",
]


def __dir__() -> list[str]:
    return __all__
