"""Debt to China as a burden: its part of GDP, and how that part changed."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ..estimates.frame import estimate_row, estimates
from ..estimates.measures import measure
from ..ground.errors import CoverageError, UsageError
from ..investment.debt import GDP, debt_exposure
from ..stats import years_back

GDP_SOURCE = "DATASETS_GDP"
"""The edition of GDP that reaches furthest (to 2023); both editions at hand are of one origin."""


def _rows(
    debt: pd.DataFrame, macro: pd.DataFrame, debtor: str, creditor: str, years: Sequence[int]
) -> pd.DataFrame:
    """The rows of both tables behind an exposure, in one frame."""
    owed = debt[
        (debt["debtor"] == debtor)
        & (debt["creditor"] == creditor)
        & (debt["measure"] == "stock")
        & (debt["instrument"] == "official_bilateral")
        & debt["year"].isin(list(years))
    ]
    product = macro[
        (macro["economy"] == debtor)
        & (macro["indicator"] == GDP)
        & (macro["source_id"] == GDP_SOURCE)
        & macro["year"].isin(list(years))
    ]
    return pd.concat(
        [
            owed[["debtor", "creditor", "year", "source_id"]],
            product[["economy", "indicator", "year", "source_id"]],
        ]
    )


def debt_shares(
    debt: pd.DataFrame, macro: pd.DataFrame, *, economies: Sequence[str], creditor: str = "CHN"
) -> pd.DataFrame:
    """Official debt to one creditor in per cent of GDP: debtor, year, percent, sources; years with
    both figures only.

    debt, macro: tables `debt` and `macro`; the debt is that of the International Debt Statistics at
        the end of the year (public and publicly guaranteed, official lenders), over GDP of that
        year in current US dollars (GDP_SOURCE).
    economies: codes of debtors. creditor: the code of one official creditor.
    Raises CoverageError for a debtor without a year that has both, and what `debt_exposure` raises.
    """
    shares = _shares(debt, macro, economies, creditor)
    if absent := [e for e in economies if e not in set(shares["debtor"])]:
        raise CoverageError(
            f"no year with both official debt to {creditor} and GDP for {', '.join(absent)}",
            hint=f"give `debt` of ids_dod_one and `macro` with {GDP} of {GDP_SOURCE}",
        )
    return shares


def _shares(
    debt: pd.DataFrame, macro: pd.DataFrame, economies: Sequence[str], creditor: str
) -> pd.DataFrame:
    """`debt_shares` of the debtors that have one."""
    table = debt_exposure(debt, macro, debtors=economies, creditor=creditor, gdp_source=GDP_SOURCE)
    table = table.dropna(subset=["of_gdp"])
    wanted = ["debtor", "year", "percent", "sources"]
    return table.assign(percent=100 * table["of_gdp"].astype(float))[wanted].reset_index(drop=True)


@measure("investment.debt_burden")
def debt_burden(
    debt: pd.DataFrame,
    macro: pd.DataFrame,
    *,
    economies: Sequence[str],
    year: str = "newest",
    creditor: str = "CHN",
) -> pd.DataFrame:
    """Official debt to a creditor in per cent of GDP.

    debt, macro, creditor: as in `debt_shares`. economies: codes of debtors.
    year: 'newest' year in which the debtor has both figures, 'newest-1', 'newest-2'.
    Returns an estimates frame (`tables.provenance.ESTIMATE_COLUMNS`), one row per debtor, without
    an interval; a debtor without so many years is recorded in `missing`.
    Raises UsageError for another `year`, and what `debt_exposure` raises.
    """
    shares, back = _shares(debt, macro, economies, creditor), years_back(year)
    out = []
    for debtor in economies:
        mine = shares[shares["debtor"] == debtor].sort_values("year", ascending=False)
        if len(mine) <= back:
            out.append(
                estimate_row(
                    economy=debtor,
                    missing=f"no official debt to {creditor} and GDP for the {year} year",
                )
            )
            continue
        row = mine.iloc[back]
        used = _rows(debt, macro, debtor, creditor, [int(row["year"])])
        out.append(estimate_row(used, economy=debtor, estimate=float(row["percent"])))
    return estimates(out)


@measure("investment.debt_burden_change")
def debt_burden_change(
    debt: pd.DataFrame,
    macro: pd.DataFrame,
    *,
    economies: Sequence[str],
    year: str = "newest",
    span: str = "5",
    creditor: str = "CHN",
) -> pd.DataFrame:
    """Change of official debt to a creditor in per cent of GDP over `span` years, in percentage
    points.

    debt, macro, economies, year, creditor: as in `debt_burden`; `year` is the later end. span: a
        number of years ('5').
    Returns an estimates frame (`tables.provenance.ESTIMATE_COLUMNS`), one row per debtor, without
    an interval. A debtor without a figure for either end is recorded in `missing`: no other year
    stands in.
    Raises UsageError for another `year` or a span that is none, and what `debt_exposure` raises.
    Formula: 100 (D_t / Y_t - D_(t-span) / Y_(t-span)), D debt at the end of the year, Y GDP, both
    in current USD.
    """
    if not span.isdigit() or int(span) < 1:
        raise UsageError(f"not a number of years: {span!r}", hint="'5'")
    shares, back = _shares(debt, macro, economies, creditor), years_back(year)
    out = []
    for debtor in economies:
        mine = shares[shares["debtor"] == debtor].sort_values("year", ascending=False)
        percent = mine.set_index("year")["percent"]
        if len(mine) <= back:
            out.append(
                estimate_row(
                    economy=debtor,
                    missing=f"no official debt to {creditor} and GDP for the {year} year",
                )
            )
            continue
        end = int(mine["year"].iloc[back])
        start = end - int(span)
        if start not in percent.index:
            out.append(
                estimate_row(economy=debtor, missing=f"no official debt to {creditor} for {start}")
            )
            continue
        used = _rows(debt, macro, debtor, creditor, [start, end])
        out.append(
            estimate_row(used, economy=debtor, estimate=float(percent[end] - percent[start]))
        )
    return estimates(out)
