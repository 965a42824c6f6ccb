"""Grants by donor: in which years there were any, and how much by head."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from ..estimates.frame import estimate_row, estimates
from ..estimates.measures import measure
from ..ground import economies as eco
from ..ground.arguments import whole_number
from ..ground.errors import CoverageError, UnknownNameError, UsageError
from ..plots import style
from ..plots.needs import by_year, needs
from ..plots.panels import line, panels, the_five_first
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
def aid_years(
    investment: pd.DataFrame,
    *,
    economies: Sequence[str],
    donor: str,
    series: str = "oda_grants",
    since: int = 2000,
    until: int = 2022,
) -> pd.DataFrame:
    """Share of the years reported in which a donor's grants were above zero, in per cent.

    investment, series: as in `grants` ('oda_grants', 'disbursements', 'obligations'). economies:
        codes of hosts.
    donor: its code.
    since, until: first and last year.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy, without
    an interval. A year without a row is not reported, and counts neither way; the years reported
    are n. A series without the donor and host is recorded in `missing`.
    Raises UnknownNameError for another series, UsageError where `since` lies after `until`.
    """
    if whole_number("since", since) > whole_number("until", until):
        raise UsageError(f"since {since} lies after until {until}")
    rows = _grants(investment, series)
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
        found.append(estimate_row(own, economy=economy, estimate=share))
    return estimates(found)


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
            f"no population ({population}) for the economies and years of the grants"
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
    "median",
    like="article.aid.grants_per_head",
    empty=True,
)
def grant_panels(grants: pd.DataFrame, *, donor: str) -> Figure:
    """Grants by head of one donor and of the median donor, one panel per economy (US dollars, log
    scale).

    grants: host, year, investor, per_head, median, as from `grants_per_head`.
    """
    mine = grants[grants["investor"] == donor]
    if len(grants) and mine.empty:
        raise CoverageError(
            f"no grants of {donor} in the frame", hint="donor=: an investor of `grants`"
        )
    economies = the_five_first(mine["host"])
    with style.context():
        figure, axes = panels(len(economies), sharex=True, sharey=True)
        for ax, economy in zip(axes, economies, strict=False):
            part = mine[mine["host"] == economy].sort_values("year")
            line(ax, by_year(part, "per_head"), color=style.colour(donor))
            line(ax, by_year(part, "median"), color=style.OTHER, linestyle=(0, (4, 2)))
            ax.set_yscale("log")
            ax.yaxis.set_major_formatter(lambda v, _: f"{v:g}")
            ax.minorticks_off()
            ax.set_title(eco.name_of(economy))
            ax.xaxis.set_major_locator(plt.MaxNLocator(integer=True, nbins=4))
            style.bare(ax, x=False)
        for text, column in ((eco.name_of(donor), "per_head"), ("median donor", "median")):
            part = mine[mine["host"] == economies[0]].sort_values("year") if economies else mine
            if len(part):
                colour = style.colour(donor) if column == "per_head" else style.MUTED
                at = (int(part["year"].iloc[0]), 1.5 * float(part[column].max()))
                axes[0].text(*at, text, fontsize=style.TICK, color=colour)
        for ax in axes[::3]:
            ax.set_ylabel("US dollars a head")
        figure.tight_layout(h_pad=1.0)
    return figure


def grant_figures(
    money: pd.DataFrame, macro: pd.DataFrame
) -> Iterator[tuple[Figure, dict[str, Any]]]:
    """Grants by head beside the median donor's, with the record that its page needs."""
    grants = grants_per_head(money, macro, donors=["USA"]).query("missing == ''")
    newest = grants[grants["year"] == grants["year"].max()]
    said = "; ".join(
        (
            f"{eco.name_of(r.host)} {r.per_head:.2f} (rank {r.rank} of {r.donors}, median "
            f"{r.median:.2f})"
        )
        for r in newest.itertuples()
    )
    yield (
        grant_panels(grants, donor="USA"),
        {
            "section": "main",
            "title": "American grants by head beside the median donor's, to "
            f"{int(grants['year'].max())}",
            "alt": f"US dollars a head in {int(grants['year'].max())}: {said}.",
            "data": grants,
            "note": "Grants by donors' common reporting, without military aid, in current US "
            "dollars; log scale. The median is that of the donors with a figure in the year; a "
            "larger "
            "economy gives more.",
        },
    )
