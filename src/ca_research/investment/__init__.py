"""Investment: unlike measures are never added; stocks, flows, announcements, loans and debt stay
apart.
"""

from .concepts import (
    CONCEPTS,
    Concept,
    add_up,
    concept,
    one_concept,
    projects_by_stage,
    rank_investors,
)
from .concessionality import (
    DAC_RULES,
    dac_rule,
    grant_element,
    grant_element_bounds,
    repayment_schedule,
)
from .debt import debt_exposure
from .fdi import contractor_rank, fdi_rank, measure_shares, stock_by_investor, stock_years
from .lenders import funder_concentration, lender_concentration
from .loans import LoanTerms, loan_terms, parse_terms
from .prices import convert_prices, deflator_from_growth

__all__ = [
    "CONCEPTS",
    "DAC_RULES",
    "Concept",
    "LoanTerms",
    "add_up",
    "concept",
    "contractor_rank",
    "convert_prices",
    "dac_rule",
    "debt_exposure",
    "deflator_from_growth",
    "fdi_rank",
    "funder_concentration",
    "grant_element",
    "grant_element_bounds",
    "lender_concentration",
    "loan_terms",
    "measure_shares",
    "one_concept",
    "parse_terms",
    "projects_by_stage",
    "rank_investors",
    "repayment_schedule",
    "stock_by_investor",
    "stock_years",
]
