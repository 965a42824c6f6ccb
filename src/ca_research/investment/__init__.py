"""Investment: unlike measures are never added; stocks, flows, announcements, loans and debt stay apart."""

from .debt import debt_exposure
from .fdi import contractor_rank, fdi_rank, measure_shares, stock_by_investor, stock_years

__all__ = ["contractor_rank", "debt_exposure", "fdi_rank", "measure_shares", "stock_by_investor", "stock_years"]
