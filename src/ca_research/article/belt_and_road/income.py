"""Placebo ranks of the effect of signing on income per head, as `placebos` has them for exports.

Income is GDP per head at constant prices (World Bank), which neither the exchange rate nor the
price of a country's exports moves by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ...estimates.frame import Estimate
from ...estimates.measures import measure, parts, tells
from ...ground import economies as eco
from ...ground.errors import CoverageError, UnknownNameError, UsageError
from ...stats.frames import alike, require
from ...stats.synthetic import SyntheticControl
from ...tables.preference import one_source_each
from ..settings import settings
from .measures import Donors
from .placebos import (
    SIDES,
    UNTILS,
    Dates,
    Fit,
    Fits,
    Prepared,
    axes,
    control_in,
    dates_by_list,
    fits_frame,
    fits_in,
    of_economies,
    pooled,
    ranked,
)

INDICATOR = "NY.GDP.PCAP.KD"


def incomes(macro: pd.DataFrame) -> pd.DataFrame | CoverageError:
    """GDP per head at constant prices: economy, year, value, log, source_id; or why there is none.

    macro: like table `macro`; rows of INDICATOR. China, of whose initiative the effect is asked,
    and aggregates are left out. Of several sources one speaks for an economy, the first in order:
    editions differ in level, and one series does not go on in another.
    Raises UsageError where an economy has two figures for a year, MixedUnitsError for two price
    bases, UnknownNameError for a missing column.
    """
    require(macro, ("value", "source_id"), keys=("economy", "year", "indicator"))
    rows = macro[(macro["indicator"] == INDICATOR) & (macro["value"] > 0)]
    rows = rows[~rows["economy"].isin(["CHN", *eco.AGGREGATES])]
    if rows.empty:
        return CoverageError("no income per head at constant prices")
    rows = one_source_each(rows, ["economy"])
    alike(rows, ("unit",))
    if rows.duplicated(["economy", "year"]).any():
        raise UsageError("two incomes of one economy and year", hint="load one source")
    found = rows[["economy", "year", "value", "source_id"]]
    return found.assign(
        year=found["year"].astype(int), log=np.log(found["value"].astype(float))
    ).reset_index(drop=True)


@parts(by_list=dates_by_list, panel=incomes)
def prepared_incomes(
    macro: pd.DataFrame,
    events: pd.DataFrame,
    *,
    accession_list: str | None = None,
    donors: str = "never_or_late",
    until: int = UNTILS[0],
    by_list: Dates | None = None,
    panel: pd.DataFrame | CoverageError | None = None,
) -> Prepared | str:
    """`placebos.pooled` of incomes per head."""
    by_list = dates_by_list(events) if by_list is None else by_list
    panel = incomes(macro) if panel is None else panel
    if isinstance(panel, CoverageError):
        return panel.what
    return pooled(
        panel,
        by_list,
        outcome="income per head",
        accession_list=accession_list,
        donors=donors,
        until=until,
    )


def income_fits(
    macro: pd.DataFrame,
    events: pd.DataFrame,
    *,
    economies: Sequence[str] = eco.CA5,
    accession_list: str | None = None,
    donors: str = "never_or_late",
    method: str = "synthetic",
    until: int = UNTILS[0],
) -> pd.DataFrame:
    """As `effect_fits`, of income per head and one specification.

    macro, events: like the tables of these names. economies: codes or names.
    accession_list, donors, method, until: one of `axes` each.
    Raises UnknownNameError for another choice.
    """
    choices = {"accession_list": accession_list, "donors": donors, "method": method}
    return fits_frame(income_fits_of(macro, events, economies=economies, **choices, until=until))


@parts(shared=prepared_incomes)
def income_fits_of(
    macro: pd.DataFrame,
    events: pd.DataFrame,
    *,
    economies: Sequence[str],
    accession_list: str | None = None,
    donors: str = "never_or_late",
    method: str = "synthetic",
    until: int = UNTILS[0],
    shared: Prepared | str | None = None,
) -> Fits:
    """Rows of `income_fits`; shared: as `prepared_incomes` makes it."""
    if method not in axes()["method"]:
        raise UnknownNameError("method", method, axes()["method"])
    choices = {
        "accession_list": accession_list or settings().belt_and_road.by_month,
        "donors": donors,
        "until": until,
    }
    shared = prepared_incomes(macro, events, **choices) if shared is None else shared
    return fits_in(shared, economies, choices | {"method": method})


def income_control(
    macro: pd.DataFrame,
    events: pd.DataFrame,
    economy: str,
    *,
    accession_list: str | None = None,
    donors: str = "never_or_late",
    method: str = "synthetic",
    until: int = UNTILS[0],
) -> SyntheticControl:
    """The synthetic control of one economy's income per head (log of constant USD).

    macro, events, accession_list, donors, method, until: as in `income_fits`. economy: a code or
    name.
    Raises CoverageError where it cannot be fitted, UnknownNameError for another choice.
    """
    choices = {"accession_list": accession_list, "donors": donors}
    shared = prepared_incomes(macro, events, **choices, until=until)
    return control_in(shared, economy, method)


def _rank(side: str, fits: pd.DataFrame | Fits, economies: Sequence[str]) -> list[Estimate]:
    return ranked(of_economies(fits, economies), SIDES[side])


@measure("relations.income_gain_p")
@tells("change")
@parts(fits=income_fits_of)
def income_gain_p(
    macro: pd.DataFrame,
    events: pd.DataFrame,
    *,
    economies: Sequence[str],
    accession_list: str | None = None,
    donors: Donors = "never_or_late",
    method: Fit = "synthetic",
    until: int = UNTILS[0],
    fits: pd.DataFrame | Fits | None = None,
) -> list[Estimate]:
    """One-sided placebo rank p of a gain of income per head after signing.

    macro: like table `macro` (`incomes`). events: like table `events`. economies: codes or names of
        those that signed.
    accession_list: 'M_GFDC25' (if not given), 'M_LPV26' or 'texts'. donors: 'never_or_late' or
        'never'. method: 'synthetic' or 'synthetic_demeaned'. until: the last year counted, 2020,
        2019 or 2022.
    fits: as `income_fits` makes them (made here if not given).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy, which tells the
    `change` beside the synthetic control; an economy without a fit has the reason in `missing`.
    Raises UnknownNameError for another choice.
    """
    choices = {"accession_list": accession_list, "donors": donors, "method": method}
    if fits is None:
        fits = income_fits_of(macro, events, economies=economies, **choices, until=until)
    return _rank("gain", fits, economies)


@measure("relations.income_loss_p")
@tells("change")
@parts(fits=income_fits_of)
def income_loss_p(
    macro: pd.DataFrame,
    events: pd.DataFrame,
    *,
    economies: Sequence[str],
    accession_list: str | None = None,
    donors: Donors = "never_or_late",
    method: Fit = "synthetic",
    until: int = UNTILS[0],
    fits: pd.DataFrame | Fits | None = None,
) -> list[Estimate]:
    """One-sided placebo rank p of a loss of income per head after signing.

    macro, events, economies, fits: as in `income_gain_p`.
    accession_list, donors, method, until: as there ('M_GFDC25', 'M_LPV26' or 'texts';
        'never_or_late' or 'never'; 'synthetic' or 'synthetic_demeaned'; 2020, 2019 or 2022).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy, which tells the
    `change` beside the synthetic control; an economy without a fit has the reason in `missing`.
    Raises UnknownNameError for another choice.
    """
    choices = {"accession_list": accession_list, "donors": donors, "method": method}
    if fits is None:
        fits = income_fits_of(macro, events, economies=economies, **choices, until=until)
    return _rank("loss", fits, economies)
