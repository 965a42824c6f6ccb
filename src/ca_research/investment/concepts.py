"""What each measure of table `investment` is, and sums and ranks that refuse to mix two of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from ..ground.errors import MixedUnitsError, known_name
from ..stats.contract import Frame, takes
from ..stats.frames import cited, own_groups, refuse_groups, require_some
from . import guards


@dataclass(frozen=True)
class Concept:
    """What one measure of table `investment` is.

    Attributes
    ----------
    measure : str
        Its name in the table.
    kind : str
        'stock', 'net flow', 'gross flow', 'flow, net or gross not said', 'announced', 'loan',
        'grant', 'aid', 'contracted works' or 'government budget'.
    timing : {'end of year', 'in the year', 'part of a year', 'running total'}
        The time it speaks of.
    meaning : str
        In words.
    stage : str
        Step in the life of official money; '' where it makes no difference.
    label : str
        Measure, kind, timing and stage in one line, as frames of `total` and `rank` carry it.
    adds_over_years : bool
        Whether it may be added over years: only what is counted in the year.

    Examples
    --------
    >>> CONCEPTS["fdi_stock"].label
    'fdi_stock (stock, end of year)'
    >>> CONCEPTS["fdi_stock"].adds_over_years, CONCEPTS["fdi_flow"].adds_over_years
    (False, True)
    """

    measure: str
    kind: str
    timing: str
    meaning: str
    stage: str = ""

    @property
    def label(self) -> str:
        return (
            f"{self.measure} ({self.kind}, {self.timing}{', ' + self.stage if self.stage else ''})"
        )

    @property
    def adds_over_years(self) -> bool:
        return self.timing == "in the year"


_TABLE = """
fdi_stock | stock | end of year | direct investment held in the host by immediate investor
fdi_stock_host_reported | stock | end of year | the same, by the host where the investor's stands
investment_stock_all_types | stock | end of year | portfolio and other investment included
fdi_flow | flow, net or gross not said | in the year | direct investment; net only where noted
fdi_flow_gross | gross flow | in the year | gross inflow: what was withdrawn is not taken off
fdi_flow_partial_year | flow, net or gross not said | part of a year | some months of a year
fdi_cumulative | flow, net or gross not said | running total | inflows since some start
official_grant | grant | in the year | grants paid out, less what was paid back
official_loan | loan | in the year | loans of official lenders, repayments not taken off
oda | aid | in the year | development assistance as its source counts it, loans included
oda_cumulative | aid | running total | development assistance since some start
contracted_turnover | contracted works | running total | works of contractors, not investment
contracted_turnover_yearly | contracted works | in the year | works done in the year
us_obligations | government budget | in the year | money bound by contract, US fiscal year
us_disbursements | government budget | in the year | money paid, US fiscal year
"""

CONCEPTS: dict[str, Concept] = {
    cells[0]: Concept(*cells)
    for cells in (line.split(" | ") for line in _TABLE.strip().splitlines())
}
"""Every measure that table `investment` may hold; a test compares it with the registry."""

PARTS = (
    frozenset({"concessional", "non_concessional"}),
    frozenset({"oda_like", "oof_like", "vague"}),
)
"""Instruments that are parts of one total and may be added (registry/tables/investment.yaml)."""

ONE_CONCEPT = Frame(
    cell=("investor", "host", "year"),
    tells=("instrument", "sector"),
    columns=("price_basis", "measure"),
    whole=True,
    negative=True,
    gaps="kept",
)


def one_concept(investment: pd.DataFrame) -> Concept:
    """The one concept of a frame of one measure; refuses instruments that are no parts of one
    total, one sector beside all, and aggregates beside their members.
    """
    first = require_some(investment, "row of investment").iloc[0]
    concept = CONCEPTS[known_name("measure", str(first["measure"]), CONCEPTS)]
    for column, parts in (("instrument", PARTS), ("sector", ())):
        held = set(map(str, investment.get(column, ())))
        mixed = len(held) > 1 and not any(held <= part for part in parts)
        if mixed and (parts or "all" in held):
            raise MixedUnitsError(
                f"{column}s that are no parts of one total: {', '.join(sorted(held)[:6])}",
                hint="keep 'all', or its parts",
            )
    groups = own_groups(investment, ("investor", "host"))
    if groups.any() and not groups.all():
        refuse_groups("investor", set(investment["investor"][groups]))
    guards.refuse_overlaps(investment, "investor", ["host", "year"])
    guards.refuse_overlaps(investment, "host", ["investor", "year"])
    stage = first.get("stage", "")
    known = not pd.isna(stage) and stage != "not_applicable"
    return replace(concept, stage=str(stage) if known else "")


@takes(investment=ONE_CONCEPT)
def total(investment: pd.DataFrame, by: Sequence[str] = ("host", "year")) -> pd.DataFrame:
    """Sum of one concept of investment, in the unit of the frame.

    Parameters
    ----------
    investment : pandas.DataFrame
        Rows of table `investment` of one concept: investor, host, year, measure, price_basis,
        value_usd; instrument, sector, stage, year_basis and source_id are checked where they are
        there.
    by : sequence of str
        Columns to keep apart.

    Returns
    -------
    pandas.DataFrame
        One row per `by`: value_usd (USD, null where one of the figures is null), figures (number
        of), concept (label), price_basis, sources. A missing cell is no row and adds nothing.

    Raises
    ------
    CaResearchError
        For what :doc:`/refusals` lists.

    Notes
    -----
    Sums of current dollars over years are nominal: convert first (`convert_prices`).

    Examples
    --------
    >>> import ca_research as ca
    >>> stocks = ca.load("investment", host="KAZ", measure="fdi_stock", source="wiiw_kaz_fdi")
    >>> held = stocks[stocks["year"] == 2021]
    >>> total(held[~held["is_aggregate"]])["concept"].item()
    'fdi_stock (stock, end of year)'
    """
    kind, keys = one_concept(investment), list(by)
    grouped = investment.groupby(keys)
    if not kind.adds_over_years and (grouped["year"].nunique() > 1).any():
        raise MixedUnitsError(f"{kind.label} is never added over years", hint="add 'year' to `by`")
    figures = grouped["value_usd"]
    table = pd.DataFrame({"value_usd": figures.sum(skipna=False), "figures": figures.size()})
    return cited(table.reset_index().assign(concept=kind.label), investment, keys)


@takes()
def rank(investment: pd.DataFrame) -> pd.DataFrame:
    """Rank of the investors named in each host and year by one concept.

    Parameters
    ----------
    investment : pandas.DataFrame
        Rows of table `investment` of one concept; parts of one total (instruments, sectors) are
        added first.

    Returns
    -------
    pandas.DataFrame
        host, year, investor, value_usd (USD), rank (1 is the largest; equal values share a rank;
        null where the value is null), investors (number of), concept, price_basis, sources. An
        investor without a row is unobserved, so a rank is the best case.

    Raises
    ------
    CaResearchError
        For what :doc:`/refusals` lists.

    Examples
    --------
    >>> import ca_research as ca
    >>> stocks = ca.load("investment", host="KAZ", measure="fdi_stock", source="wiiw_kaz_fdi")
    >>> held = stocks[stocks["year"] == 2021]
    >>> rank(held[~held["is_aggregate"]])["investor"].iloc[0]
    'NLD'
    """
    table = total(investment, ("host", "year", "investor"))
    grouped = table.groupby(["host", "year"])
    place = grouped["value_usd"].rank(ascending=False, method="min").astype("Int64")
    table.insert(4, "rank", place)
    table["figures"] = grouped["investor"].transform("size")
    table = table.rename(columns={"figures": "investors"})
    return table.sort_values(["host", "year", "rank", "investor"], ignore_index=True)
