"""Trade: shares, indices, growth; the two sides of a report; ranks on one basis at a time;
gravity.
"""

from .diversification import (
    MACHINERY,
    MANUFACTURES,
    RESOURCES,
    chapter_concentration_change,
    chapter_coverage,
    chapter_gain,
    chapter_indicators,
    chapter_rows,
    machinery_change,
    resource_share,
)
from .forecasts import (
    forecast_paths,
    foreseen,
    lead_after,
    leads_by_year,
    value_after,
    value_series,
)
from .gravity import Gravity, gravity, panel, treated_pairs
from .gravity_reassign import Reassignment, excess, reassign
from .gravity_residual import placebo_table, residual, residual_p, residuals
from .indices import (
    Theil,
    balance,
    complementarity,
    dispersion,
    growth_rates,
    grubel_lloyd,
    intensity,
    product_shares,
    real_values,
    revealed_advantage,
    theil_decomposition,
)
from .leads import first_partners, leaders, partner_lead
from .mirror import mirror_gap, perspective
from .rank import BASES, FLOWS, compare, lead, newest_ranks, newest_year, observed, ranks
from .reconcile import CIF_FOB, CIF_FOB_RANGE, RE_EXPORT_RATIO, reconcile, region_gaps
from .shares import concentration, growth, partner_shares
from .spread import compare_periods, concentration_change, hhi_years, periods_by_economy

__all__ = [
    "BASES",
    "CIF_FOB",
    "CIF_FOB_RANGE",
    "FLOWS",
    "MACHINERY",
    "MANUFACTURES",
    "RESOURCES",
    "RE_EXPORT_RATIO",
    "Gravity",
    "Reassignment",
    "Theil",
    "balance",
    "chapter_concentration_change",
    "chapter_coverage",
    "chapter_gain",
    "chapter_indicators",
    "chapter_rows",
    "compare",
    "compare_periods",
    "complementarity",
    "concentration",
    "concentration_change",
    "dispersion",
    "excess",
    "first_partners",
    "forecast_paths",
    "foreseen",
    "gravity",
    "growth",
    "growth_rates",
    "grubel_lloyd",
    "hhi_years",
    "intensity",
    "lead",
    "lead_after",
    "leaders",
    "leads_by_year",
    "machinery_change",
    "mirror_gap",
    "newest_ranks",
    "newest_year",
    "observed",
    "panel",
    "partner_lead",
    "partner_shares",
    "periods_by_economy",
    "perspective",
    "placebo_table",
    "product_shares",
    "ranks",
    "real_values",
    "reassign",
    "reconcile",
    "region_gaps",
    "residual",
    "residual_p",
    "residuals",
    "resource_share",
    "revealed_advantage",
    "theil_decomposition",
    "treated_pairs",
    "value_after",
    "value_series",
]
