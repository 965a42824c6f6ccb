"""Investment: unlike measures are never added; stocks, flows, announcements, loans and debt stay
apart.
"""

from .aid import aid_years, grants, grants_per_head
from .burden import debt_burden, debt_burden_change, debt_shares
from .completion import commitments, completed_projects, completion_by, completion_share, editions
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
from .leads import finance_lead, investor_lead
from .lenders import funder_concentration, lender_concentration
from .loans import LoanTerms, loan_terms, parse_terms
from .prices import convert_prices, deflator_from_growth

__all__ = [
    "CONCEPTS",
    "DAC_RULES",
    "Concept",
    "LoanTerms",
    "add_up",
    "aid_years",
    "commitments",
    "completed_projects",
    "completion_by",
    "completion_share",
    "concept",
    "contractor_rank",
    "convert_prices",
    "dac_rule",
    "debt_burden",
    "debt_burden_change",
    "debt_exposure",
    "debt_shares",
    "deflator_from_growth",
    "editions",
    "fdi_rank",
    "finance_lead",
    "funder_concentration",
    "grant_element",
    "grant_element_bounds",
    "grants",
    "grants_per_head",
    "investor_lead",
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
