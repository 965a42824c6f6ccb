"""Grants by donor: in which years there were any, and how much by head."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from ..estimates.frame import Estimate
from ..estimates.measures import measure, tells
from ..estimates.once import once
from ..estimates.series import Answer, each_economy, omit, pick
from ..ground import economies as eco
from ..ground.numbers import in_words
from .settings import settings


@once
def grants(investment: pd.DataFrame, *, series: str = "oda_grants") -> pd.DataFrame:
    """Grants by donor, economy and year in current USD: investor, host, year, source_id, value_usd.

    investment: rows of table `investment`.
    series: 'oda_grants' (the donors' common reporting), 'disbursements' or 'obligations' (the
    United States' own list).
    Aggregates of donors are left out; two rows of one cell (which only a note tells apart) are
    added, as the source means them.
    """
    choice = getattr(settings().grants, series)
    of_series = {"source_id": choice.source, "measure": choice.measure}
    rows = pick(investment, price_basis="current USD", **of_series).dropna(subset="value_usd")
    rows = omit(rows, investor=eco.AGGREGATES)
    return rows.groupby(["investor", "host", "year", "source_id"])["value_usd"].sum().reset_index()


@measure("investment.aid_years", kind="years in which", unit="per cent")
@tells("when")
def aid_years(
    investment: pd.DataFrame,
    *,
    economies: Sequence[str],
    donor: str,
    series: Literal["oda_grants", "disbursements", "obligations"] = "oda_grants",
    since: int = 2000,
    until: int = 2022,
) -> list[Estimate]:
    """Share of the years reported in which a donor's grants were above zero, in per cent.

    investment, series: as in `grants`. economies: codes of hosts. donor: its code or name. since,
    until: first and last year.
    A year without a row is not reported, and counts neither way; the years reported are n. It tells
    in which years there were grants: `when`.
    """
    donor, rows = eco.resolve(donor), grants(investment, series=series)
    rows = pick(rows, investor=donor, year=range(since, until + 1))

    def share(own: pd.DataFrame) -> Answer:
        if own.empty:
            return f"no {series.replace('_', ' ')} of {donor} reported"
        granted, (first, last) = own["value_usd"] > 0, own["year"].astype(int).agg(["min", "max"])
        count = f"{in_words(granted.sum())} of {in_words(len(granted))} years reported"
        if granted.sum() == last - first + 1:
            count = "every year"
        when = f"{count} from {first} to {last}"
        return {"used": own, "estimate": 100 * float(granted.mean()), "about": {"when": when}}

    return each_economy(economies, rows, share, "host")


def grants_per_head(
    investment: pd.DataFrame, macro: pd.DataFrame, *, donors: Sequence[str] = ()
) -> pd.DataFrame:
    """Grants by donor over the population of the economy, in USD a head and year.

    investment: as in `grants`, of which the series 'oda_grants' is taken. macro: rows of table
    `macro` with the population (persons). donors: those wanted, all where empty.
    Returns host, year, investor, value_usd, per_head, sources (tuple); cells without a population
    are left out.
    """
    people = pick(macro, indicator="SP.POP.TOTL").set_index(["economy", "year"])
    people = people[["value", "source_id"]].add_prefix("people_")
    rows = grants(investment).join(people, on=["host", "year"], validate="m:1")
    rows = pick(rows, investor=donors or rows["investor"]).dropna(subset="people_value")
    rows["per_head"] = rows["value_usd"] / rows["people_value"]
    rows["sources"] = [*zip(rows["source_id"], rows["people_source_id"], strict=True)]
    wanted = ["host", "year", "investor", "value_usd", "per_head", "sources"]
    return rows[wanted].sort_values(wanted[:3], ignore_index=True)
