"""What each measure of table `investment` is, and sums and ranks that refuse to mix two of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from ..ground.errors import (
    AggregateError,
    CoverageError,
    MixedUnitsError,
    UnknownNameError,
    UsageError,
)
from ..stats.frames import alike, keys_of, numbers, own_groups, require, with_sources
from . import guards

Timing = Literal["end of year", "in the year", "part of a year", "running total"]

KINDS = (
    "stock",
    "net flow",
    "gross flow",
    "flow, net or gross not said",
    "announced",
    "loan",
    "grant",
    "aid",
    "contracted works",
    "government budget",
)


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
    timing: Timing
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


CONCEPTS: dict[str, Concept] = {
    c.measure: c
    for c in (
        Concept(
            "fdi_stock",
            "stock",
            "end of year",
            "direct investment held in the host by immediate investor",
        ),
        Concept(
            "fdi_stock_host_reported",
            "stock",
            "end of year",
            "the same, by the host where the investor's stands",
        ),
        Concept(
            "investment_stock_all_types",
            "stock",
            "end of year",
            "portfolio and other investment included",
        ),
        Concept(
            "fdi_flow",
            "flow, net or gross not said",
            "in the year",
            "direct investment; net only where noted",
        ),
        Concept(
            "fdi_flow_gross",
            "gross flow",
            "in the year",
            "gross inflow: what was withdrawn is not taken off",
        ),
        Concept(
            "fdi_flow_partial_year",
            "flow, net or gross not said",
            "part of a year",
            "some months of a year",
        ),
        Concept(
            "fdi_cumulative",
            "flow, net or gross not said",
            "running total",
            "inflows since some start",
        ),
        Concept(
            "official_grant", "grant", "in the year", "grants paid out, less what was paid back"
        ),
        Concept(
            "official_loan",
            "loan",
            "in the year",
            "loans of official lenders, repayments not taken off",
        ),
        Concept(
            "oda",
            "aid",
            "in the year",
            "development assistance as its source counts it, loans included",
        ),
        Concept(
            "oda_cumulative", "aid", "running total", "development assistance since some start"
        ),
        Concept(
            "contracted_turnover",
            "contracted works",
            "running total",
            "works of contractors, not investment",
        ),
        Concept(
            "contracted_turnover_yearly",
            "contracted works",
            "in the year",
            "works done in the year",
        ),
        Concept(
            "us_obligations",
            "government budget",
            "in the year",
            "money bound by contract, US fiscal year",
        ),
        Concept(
            "us_disbursements", "government budget", "in the year", "money paid, US fiscal year"
        ),
    )
}
"""Every measure that table `investment` may hold; a test compares it with the registry."""

PARTS = (
    frozenset({"concessional", "non_concessional"}),
    frozenset({"oda_like", "oof_like", "vague"}),
)
"""Instruments that are parts of one total and may be added (registry/tables/investment.yaml)."""

CELL = ("investor", "host", "year", "instrument", "sector")


def concept(measure: str, stage: str = "") -> Concept:
    """The concept of a measure of table `investment`, with the stage where one is given.

    measure: its name in the table. stage: a word of the column, '' or 'not_applicable' for none.
    Raises UnknownNameError for a measure that has no declared meaning: it is not added to or ranked
    with anything.
    """
    if measure not in CONCEPTS:
        raise UnknownNameError("measure", measure, CONCEPTS)
    known = CONCEPTS[measure]
    return (
        known if stage in ("", "not_applicable") else Concept(**{**known.__dict__, "stage": stage})
    )


def one_concept(investment: pd.DataFrame) -> Concept:
    """The one concept of a frame, or a typed error that says what is mixed.

    investment: rows of table `investment` (columns investor, host, year, measure, price_basis,
        value_usd; instrument, sector, stage, year_basis, source_id are checked where they are
        there).
    Raises CoverageError (no row), UnknownNameError (measure), MixedUnitsError (two measures,
    stages, price bases, kinds of year, units, currencies, instruments that are no parts of one
    total, one sector beside all), AggregateError (EU27 beside DEU, WLD beside anyone, among
    investors of a host or hosts of an investor), UsageError (two sources, two figures for a cell).
    """
    investment = require(
        investment, ("price_basis", "value_usd"), keys=("investor", "host", "year", "measure")
    )
    if investment.empty:
        raise CoverageError(
            "no row of investment", hint="ca.coverage('investment', by=['host', 'measure'])"
        )
    for measure in sorted(set(map(str, investment["measure"]))):
        concept(measure)
    numbers(investment.dropna(subset=["value_usd"]), "value_usd", negative=True)
    alike(investment, ("measure", "stage", "price_basis", "year_basis", *guards.UNITS))
    if "instrument" in investment:
        kinds = set(map(str, investment["instrument"]))
        if len(kinds) > 1 and not any(kinds <= parts for parts in PARTS):
            raise MixedUnitsError(
                f"instruments that are no parts of one total: {', '.join(sorted(kinds))}",
                hint="keep 'all', or concessional and non_concessional, or oda_like, oof_like and "
                "vague",
            )
    if (
        "sector" in investment
        and "all" in set(investment["sector"])
        and investment["sector"].nunique(dropna=False) > 1
    ):
        single = ", ".join(sorted(set(map(str, investment["sector"])) - {"all"})[:6])
        raise MixedUnitsError(
            f"single sectors ({single}) beside 'all', which holds them",
            hint="keep sector 'all' or the single sectors",
        )
    guards.one_source(investment, "choose one source first: load(..., source=...)")
    cell = [c for c in CELL if c in investment]
    twice = investment[investment.duplicated(cell, keep=False)]
    if len(twice):
        first = ", ".join(str(twice.iloc[0][c]) for c in cell)
        raise UsageError(f"two figures for one cell: {first}", hint="choose one revision first")
    own = own_groups(investment, ("investor", "host"))
    if own.any() and not own.all():
        first = investment[own].iloc[0]
        raise AggregateError(
            f"a group of one's own beside others: {first['investor']} in {first['host']}",
            hint="drop it: frame[~frame.is_aggregate]",
        )
    guards.refuse_overlaps(investment, "investor", ["host", "year"])
    guards.refuse_overlaps(investment, "host", ["investor", "year"])
    stage = investment["stage"].iloc[0] if "stage" in investment else ""
    return concept(str(investment["measure"].iloc[0]), "" if pd.isna(stage) else str(stage))


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
    CoverageError, UnknownNameError, AggregateError, UsageError
        For no row, an unknown measure, an aggregate beside its members, two sources or figures.
    MixedUnitsError
        For two concepts, and where a stock, a running total or a part of a year would be added over
        years.

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
    kind, keys = one_concept(investment), keys_of(by, ("value_usd",))
    investment = require(investment, (), keys=keys)
    if "year" not in keys and not kind.adds_over_years:
        several = investment.groupby(keys)["year"].nunique() > 1
        if several.any():
            raise MixedUnitsError(
                f"{kind.label} is never added over years", hint="add 'year' to `by`"
            )
    grouped = investment.groupby(keys)["value_usd"]
    table = pd.DataFrame(
        {"value_usd": grouped.agg(lambda v: v.sum(skipna=False)), "figures": grouped.size()}
    ).reset_index()
    table = table.assign(concept=kind.label, price_basis=str(investment["price_basis"].iloc[0]))
    return with_sources(table, investment, keys)


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
    CoverageError
        For no row.
    MixedUnitsError
        For two measures, stages, price bases or kinds of year, and what `total` raises.

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
    table["rank"] = grouped["value_usd"].rank(ascending=False, method="min").astype("Int64")
    table["investors"] = grouped["investor"].transform("size")
    order = [
        "host",
        "year",
        "investor",
        "value_usd",
        "rank",
        "investors",
        "concept",
        "price_basis",
        "sources",
    ]
    return table[[c for c in order if c in table]].sort_values(
        ["host", "year", "rank", "investor"], ignore_index=True
    )
