"""Grants by donor: in which years there were any, and how much by head."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import pandas as pd
from matplotlib.figure import Figure

from ..estimates.frame import Estimate, estimate_row
from ..estimates.measures import measure, tells
from ..estimates.once import once
from ..ground import economies as eco
from ..ground.errors import CoverageError, UsageError
from ..ground.numbers import in_words
from ..plots import style
from ..plots.show import known
from ..plots.years import year_bars
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
    asked = getattr(settings().grants, series)
    rows = investment[
        (investment["source_id"] == asked.source)
        & (investment["measure"] == asked.measure)
        & (investment["price_basis"] == "current USD")
        & ~investment["investor"].isin(list(eco.AGGREGATES))
    ].dropna(subset="value_usd")
    return rows.groupby(["investor", "host", "year", "source_id"])["value_usd"].sum().reset_index()


@measure("investment.aid_years")
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
    if since > until:
        raise UsageError(f"since {since} lies after until {until}", hint="the earlier year first")
    donor, rows = eco.resolve(donor), grants(investment, series=series)
    rows = rows[(rows["investor"] == donor) & rows["year"].between(since, until)]
    shares = []
    for economy in economies:
        own = rows[rows["host"] == economy]
        why = f"no {series.replace('_', ' ')} of {donor} reported"
        figures: Estimate = {"missing": why}
        if len(own):
            given = own["value_usd"] > 0
            figures = {"estimate": 100 * float(given.mean()), "about": {"when": _when(own, given)}}
        shares.append(estimate_row(own, economy=economy, **figures))
    return shares


def _when(grants: pd.DataFrame, given: pd.Series) -> str:
    """In which of the years reported there were grants, in words."""
    first, last = int(grants["year"].min()), int(grants["year"].max())
    count = f"{in_words(given.sum())} of {in_words(len(given))} years reported"
    if given.sum() == last - first + 1:
        count = "every year"
    return f"{count} from {first} to {last}"


def grants_per_head(
    investment: pd.DataFrame,
    macro: pd.DataFrame,
    *,
    donors: Sequence[str] = (),
    population: str = "SP.POP.TOTL",
) -> pd.DataFrame:
    """Grants by donor over the population of the economy, in USD a head and year.

    investment: as in `grants`, of which the series 'oda_grants' is taken.
    macro: rows of table `macro` with the indicator `population` (persons). donors: those wanted,
    all where empty.
    Returns host, year, investor, value_usd, per_head, donors (with a figure in that year), median
    (of their grants by head), rank (1 for the largest), sources (tuple); cells without a population
    are left out.
    Raises CoverageError where nothing is left.
    """
    people = macro[macro["indicator"] == population].set_index(["economy", "year"])
    people = people[["value", "source_id"]].add_prefix("people_")
    rows = grants(investment).join(people, on=["host", "year"], validate="m:1")
    rows = rows.dropna(subset="people_value")
    if rows.empty:
        raise CoverageError("no grants with a population", hint="ca.coverage('facts')")
    rows["per_head"] = rows["value_usd"] / rows["people_value"]
    cell = rows.groupby(["host", "year"])["per_head"]
    rows["donors"], rows["median"] = cell.transform("size"), cell.transform("median")
    rows["rank"] = cell.rank(ascending=False, method="min").astype("Int64")
    rows["sources"] = [*zip(rows["source_id"], rows.pop("people_source_id"), strict=True)]
    rows = rows[rows["investor"].isin(list(donors))] if donors else rows
    wanted = ["host", "year", "investor", "value_usd", "per_head", "donors", "median", "rank"]
    return rows[[*wanted, "sources"]].sort_values(["host", "year", "rank"], ignore_index=True)


def grant_figures(
    money: pd.DataFrame, macro: pd.DataFrame
) -> Iterator[tuple[Figure, dict[str, Any]]]:
    """American grants by head and year, with the record that its page needs.

    Raises CoverageError where there are none.
    """
    grants = known(grants_per_head(money, macro, donors=["USA"]).query("year >= 2000"))
    first, last = grants["year"].min(), grants["year"].max()
    newest = "{host} {per_head:.2f} (rank {rank} of {donors} donors, median {median:.2f})"
    rows = grants[grants["year"] == last].assign(host=lambda t: t["host"].map(eco.name_of))
    figures = "; ".join(newest.format(**row) for row in rows.to_dict("records"))
    every = grants.groupby("host")["value_usd"].min() > 0
    of = in_words(len(every))
    reached = f"all {of}" if every.all() else f"{in_words(every.sum())} of the {of}"
    yield (
        year_bars(grants, "per_head", by="host", colour=style.colour("USA")),
        {
            "section": "main",
            "title": f"American grants reached {reached} countries in every year from {first} to "
            f"{last}",
            "alt": f"US dollars a head in {last}: {figures}.",
            "data": grants.rename(columns={"host": "recipient", "investor": "donor"}),
            "note": "US dollars a head and year, each country on a scale of its own; the largest "
            "year carries its figure. Grants as donors report them to the OECD, without military "
            "aid, in current US dollars.",
        },
    )
