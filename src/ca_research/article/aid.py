"""Grants by donor: in which years there were any, and how much by head."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..claims.slots import in_words
from ..estimates.frame import Estimate, estimate_row
from ..estimates.measures import measure, tells
from ..ground import economies as eco
from ..ground.arguments import whole_number
from ..ground.errors import CoverageError, UnknownNameError, UsageError
from ..plots import style
from ..plots.marks import mark
from ..plots.needs import by_year, needs
from ..plots.panels import the_five_first, year_axis
from ..plots.pen import tight
from ..plots.show import known
from ..stats.frames import require
from .settings import Series, settings

CURRENT = "current USD"


def grants(investment: pd.DataFrame, *, series: str = "oda_grants") -> pd.DataFrame:
    """Grants by donor, economy and year in current USD: investor, host, year, value_usd, source_id.

    investment: rows of table `investment` (investor, host, year, measure, price_basis, value_usd,
        source_id).
    series: 'oda_grants' (the donors' common reporting), 'disbursements' or 'obligations' (the
        United States' own list).
    Aggregates of donors are left out; two rows of one cell (which only a note tells apart) are
    added, as the source means them.
    Raises UnknownNameError for another series, CoverageError where the frame holds nothing of it.
    """
    rows = _grants(investment, series)
    if rows.empty:
        asked = _series(series)
        raise CoverageError(
            f"no {series.replace('_', ' ')} in the frame",
            hint=f"load('investment', source={asked.source!r}, measure={asked.measure!r})",
        )
    return rows


def _series(name: str) -> Series:
    known = settings().grants
    if name not in type(known).model_fields:
        raise UnknownNameError("series of grants", name, type(known).model_fields)
    found: Series = getattr(known, name)
    return found


def _grants(investment: pd.DataFrame, series: str) -> pd.DataFrame:
    """`grants`, or an empty frame."""
    asked = _series(series)
    require(
        investment, ("investor", "host", "year", "measure", "price_basis", "value_usd", "source_id")
    )
    rows = investment[
        (investment["source_id"] == asked.source)
        & (investment["measure"] == asked.measure)
        & (investment["price_basis"] == CURRENT)
        & ~investment["investor"].isin(list(eco.AGGREGATES))
    ].dropna(subset=["value_usd"])
    keys = ["investor", "host", "year", "source_id"]
    return (
        rows.groupby(keys, as_index=False)["value_usd"].sum().sort_values(keys, ignore_index=True)
    )


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

    investment, series: as in `grants` ('oda_grants', 'disbursements', 'obligations'). economies:
        codes of hosts.
    donor: its code or name.
    since, until: first and last year.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy, without
    an interval. A year without a row is not reported, and counts neither way; the years reported
    are n. It tells in which years there were grants: `when`. A series without the donor and host is
    recorded in `missing`.
    Raises UnknownNameError for another series, UsageError where `since` lies after `until`.
    """
    if whole_number("since", since) > whole_number("until", until):
        raise UsageError(f"since {since} lies after until {until}", hint="the earlier year first")
    rows, donor = _grants(investment, series), eco.resolve(donor)
    rows = rows[(rows["investor"] == donor) & rows["year"].between(since, until)]
    found = []
    for economy in economies:
        own = rows[rows["host"] == economy]
        if own.empty:
            found.append(
                estimate_row(
                    economy=economy, missing=f"no {series.replace('_', ' ')} of {donor} reported"
                )
            )
            continue
        share = 100 * float((own["value_usd"] > 0).mean())
        told = {"when": _when(own)}
        found.append(estimate_row(own, economy=economy, estimate=share, about=told))
    return found


def _when(grants: pd.DataFrame) -> str:
    """In which of the years reported there were grants, in words."""
    first, last = int(grants["year"].min()), int(grants["year"].max())
    positive, of = int((grants["value_usd"] > 0).sum()), len(grants)
    every = positive == of == last - first + 1
    count = "every year" if every else f"{in_words(positive)} of {in_words(of)} years reported"
    return f"{count} from {first} to {last}"


def grants_per_head(
    investment: pd.DataFrame,
    macro: pd.DataFrame,
    *,
    donors: Sequence[str] = (),
    population: str = "SP.POP.TOTL",
) -> pd.DataFrame:
    """Grants by donor over the population of the economy: host, year, investor, value_usd, per_head
    (USD).

    investment: as in `grants`, of which the series 'oda_grants' is taken.
    macro: rows of table `macro` with the indicator `population` (persons). donors: those wanted,
        all where empty.
    Further columns: donors (with a figure in that year), median (of their grants by head), rank (1
    for the largest), sources (tuple), missing ('no population', with per_head, median and rank
    null, or '').
    Raises CoverageError without a population for any of the hosts, UsageError for two populations
    of one year.
    """
    require(macro, ("value", "source_id"), keys=("economy", "year", "indicator"))
    people = macro[(macro["indicator"] == population)][["economy", "year", "value", "source_id"]]
    if people.duplicated(["economy", "year"]).any():
        raise UsageError(
            "two populations for one economy and year", hint="choose one: load('macro', source=...)"
        )
    people = people.rename(columns={"economy": "host", "source_id": "people_from"})
    rows = grants(investment).merge(people, on=["host", "year"], how="left")
    if rows["value"].isna().all():
        raise CoverageError(
            f"no population ({population}) for the economies and years of the grants",
            hint="ca.coverage('facts')",
        )
    rows["per_head"] = rows["value_usd"] / rows["value"]
    cell = rows.groupby(["host", "year"])["per_head"]
    rows["donors"], rows["median"] = cell.transform("size"), cell.transform("median")
    rows["rank"] = cell.rank(ascending=False, method="min").astype("Int64")
    both = zip(rows["source_id"], rows["people_from"], strict=True)
    rows["sources"] = [tuple(sorted({s for s in pair if pd.notna(s)})) for pair in both]
    rows["missing"] = rows["value"].isna().map({True: "no population", False: ""})
    wanted = [
        "host",
        "year",
        "investor",
        "value_usd",
        "per_head",
        "donors",
        "median",
        "rank",
        "sources",
        "missing",
    ]
    rows = rows[rows["investor"].isin(list(donors))] if donors else rows
    return rows[wanted].sort_values(["host", "year", "rank"], ignore_index=True)


@needs(
    "grants",
    "host",
    "year",
    "investor",
    "per_head",
    like="article.aid.grants_per_head",
    empty=True,
)
def grant_bars(grants: pd.DataFrame, *, donor: str) -> Figure:
    """Grants by head of one donor as bars, a bar for each year and a row for each economy.

    grants: host, year, investor, per_head (US dollars), as from `grants_per_head`. The largest bar
    of a row carries its figure; a year that was not reported is left free, and one without a grant
    has a ring. As wide as a phone.
    """
    (donor,) = eco.resolve_all(donor, grants["investor"])
    mine = grants[grants["investor"] == donor]
    if len(grants) and mine.empty:
        raise CoverageError(
            f"no grants of {donor} in the frame", hint="donor=: an investor of `grants`"
        )
    economies = the_five_first(mine["host"])
    with style.context():
        figure, grid = plt.subplots(
            max(len(economies), 1),
            1,
            figsize=(style.PHONE, 0.3 + 0.85 * max(len(economies), 1)),
            sharex=True,
            squeeze=False,
        )
        for ax, economy in zip(grid.flat, economies, strict=False):
            part = by_year(mine[mine["host"] == economy], "per_head")
            _row_of_bars(ax, part, style.colour(donor))
            ax.set_title(eco.name_of(economy))
        year_axis(grid.flat[-1], 5)
        tight(figure, h_pad=0.6)
    return figure


def _row_of_bars(ax: Axes, yearly: pd.Series, colour: str) -> None:
    yearly = yearly.dropna()
    ax.bar(yearly.index.astype(int), yearly, color=colour, width=0.75)
    for year in yearly.index[yearly == 0]:
        mark(ax, int(year), 0, colour, depth=1.0, hollow=True, size=25)
    top = yearly.idxmax()
    ax.text(
        int(top), yearly[top], f"{yearly[top]:.1f}", ha="center", va="bottom", fontsize=style.TICK
    )
    ax.set_ylim(0, 1.3 * max(float(yearly[top]), 1e-9))
    ax.set_yticks([])
    style.bare(ax, x=False, y=False)


def grant_figures(
    money: pd.DataFrame, macro: pd.DataFrame
) -> Iterator[tuple[Figure, dict[str, Any]]]:
    """American grants by head and year, with the record that its page needs.

    Raises CoverageError where there are none.
    """
    since = 2000
    grants = grants_per_head(money, macro, donors=["USA"]).query("missing == ''")
    grants = known(grants[grants["year"] >= since])
    newest = grants[grants["year"] == grants["year"].max()]
    said = "; ".join(
        (
            f"{eco.name_of(r.host)} {r.per_head:.2f} (rank {r.rank} of {r.donors} donors, median "
            f"{r.median:.2f})"
        )
        for r in newest.itertuples()
    )
    every = grants.groupby("host")["value_usd"].min() > 0
    held, of = int(every.sum()), in_words(len(every))
    reached = f"all {of}" if held == len(every) else f"{in_words(held)} of the {of}"
    first, last = int(grants["year"].min()), int(grants["year"].max())
    yield (
        grant_bars(grants, donor="USA"),
        {
            "section": "main",
            "title": f"American grants reached {reached} countries in every year from {first} to "
            f"{last}",
            "alt": f"US dollars a head in {last}: {said}.",
            "data": grants.rename(columns={"host": "recipient", "investor": "donor"}),
            "note": "US dollars a head and year, each country on a scale of its own; the largest "
            "year carries its figure. Grants as donors report them to the OECD, without military "
            "aid, in current US dollars.",
        },
    )
