"""China against Russia, the EU and the United States in a field: figures of one concept and year.

Each field gives its figures as rows with what they are compared as (`what`), whose they are
(`economy`, `unit`), what makes them comparable (`group`, `when`) and which of them are added up
(`figure`); one loop compares them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from ...estimates.frame import Estimate, estimate_row
from ...estimates.once import once
from ...ground import economies as eco
from ...registry.words import measure_name
from ...stats.frames import require
from ...stats.leading import Leading, leading
from ...tables.preference import ranked
from ...trade.checks import one_figure_per_cell

RIVALS = ("EU27", "USA")
"""Beside Russia, at least one of these must be observed."""
POWERS = ("CHN", "RUS", *RIVALS)
SINCE = (2013, 2018)
WAYS: dict[str, dict[str, tuple[str, ...]]] = {
    "trade": {"own_else_partners": (), "own": (), "partners": ()},
    "investment": {
        "stock": ("stock of direct investment",),
        "inflow": ("inflow of direct investment",),
    },
    "finance": {"net": ("official loans", "official grants")},
    "students": {"degree": ("degree students",), "all": ("all students",)},
    "opinion": {"favourable": ("favourable views",)},
    "meetings": {
        "visits": ("complete lists of visits by heads of state",),
        "summits": ("summits with all five",),
    },
}
"""Fields, the ways in which each may be measured, and what is compared then: the first of it that
can be.
"""
_OF_MEASURE = {
    "fdi_stock": "stock of direct investment",
    "fdi_flow": "inflow of direct investment",
    "fdi_flow_gross": "inflow of direct investment",
    "fdi_flow_partial_year": "inflow of direct investment",
    "official_loan": "official loans",
    "official_grant": "official grants",
}
_APART = ["measure", "price_basis", "stage", "year_basis", "source_id"]
"""Figures of investment are compared within one of each."""
_FAVOURABLE = ("gallup_approve", "iri_relations_good", "mvector_confidence_in_leader")
"""Questions about how a power is seen; what it threatens, sells or is good for are other
questions.
"""
_PRECISE = ("exact", "estimated", "rounded")
"""Precisions that are a figure; a lower bound is none."""
_FIGURE = ["what", "economy", "since", "group", "when", "unit", "figure"]


@once
def investment_figures(investment: pd.DataFrame) -> pd.DataFrame:
    """Direct investment and official finance, by the source that names most investors of a measure
    and year; instruments of one measure add up, loans and grants do not.

    Members of the EU do not stand for it, because much of what the Netherlands hold is owned from
    elsewhere. Raises UsageError for two figures of one cell.
    """
    keys = ["investor", "host", "year", "measure", "source_id"]
    require(investment, ("value_usd", "price_basis"), keys=keys)
    rows = investment[investment["measure"].isin([*_OF_MEASURE])].dropna(subset=["value_usd"])
    rows = rows.assign(what=rows["measure"].map(_OF_MEASURE))
    named = rows.groupby(["what", "host", "measure", "year", "source_id"])["investor"]
    named = named.transform("nunique")
    most = named.groupby([rows[c] for c in ("what", "host", "measure", "year")]).transform("max")
    rows = rows[named.eq(most) & rows["investor"].isin(POWERS)]
    cell = [c for c in ("investor", "host", "year", "instrument", "sector", *_APART) if c in rows]
    one_figure_per_cell(rows, cell)
    apart = rows[[c for c in _APART if c in rows]].fillna("").astype(str)
    return rows.assign(
        economy=rows["host"],
        unit=rows["investor"],
        group=apart.agg(" / ".join, axis=1) if len(rows) else "",
        when=rows["year"],
        figure="",
        value=rows["value_usd"],
    )


@once
def student_figures(students: pd.DataFrame) -> pd.DataFrame:
    """Students by host: in China by its own count; degree students elsewhere by one compilation
    (China is not among its hosts), those of all kinds by every source. The EU is the sum of those
    members that are listed, a floor.
    """
    keys = ("origin", "destination", "year", "level", "students", "precision", "source_id")
    require(students, keys)
    union = eco.members("EU27", 2020)
    rows = students[
        students["level"].isin(["degree", "all"])
        & students["destination"].isin(["CHN", "RUS", "USA", *union])
        & students["precision"].isin(_PRECISE)
    ].dropna(subset=["students"])
    parts = [rows.iloc[:0]]
    for (level, _), mine in rows.groupby(["level", "origin"]):
        in_china = mine["destination"].eq("CHN")
        own, abroad = (mine.loc[at, "source_id"].unique() for at in (in_china, ~in_china))
        if level == "degree":
            abroad = ranked(abroad, "compilation")[:1]
        told = (
            mine["source_id"].isin(ranked(own)[:1]).where(in_china, mine["source_id"].isin(abroad))
        )
        parts.append(mine[told])
    rows = pd.concat(parts)
    return rows.assign(
        what=rows["level"] + " students",
        economy=rows["origin"],
        unit=rows["destination"].mask(rows["destination"].isin(union), "EU27"),
        group=rows["level"],
        when=rows["year"],
        figure=rows["source_id"],
        value=rows["students"],
    )


def opinion_figures(opinion: pd.DataFrame) -> pd.DataFrame:
    """Shares that see a power favourably, by question; two figures of one question are a range."""
    rows = opinion[opinion["measure"].isin(_FAVOURABLE) & opinion["about"].isin(POWERS)]
    rows = rows.dropna(subset=["value_pct"])
    return rows.assign(
        what="favourable views",
        unit=rows["about"],
        group=rows["measure"],
        when=rows["year"],
        figure=range(len(rows)),
        value=rows["value_pct"],
    )


@once
def summits(events: pd.DataFrame) -> pd.DataFrame:
    """Meetings of leaders with all five, by power: actor, date, year, place, kind, source_id; one
    row per meeting.

    Two dates of one month by one power are one meeting of which sources differ (September 2023: 19
    or 21); the first stays.
    """
    held = events["kind"].isin(["format_first_summit", "format_summit"])
    rows = events[held & events["counterpart"].eq("CA5") & events["date"].notna()]
    date = rows["date"].astype(str)
    rows = rows.assign(date=date, year=date.str[:4].astype(int), month=date.str[:7])
    rows = rows.sort_values(["actor", "date"]).drop_duplicates(["actor", "month"])
    return rows[["actor", "date", "year", "place", "kind", "source_id"]].reset_index(drop=True)


def visit_figures(visits: pd.DataFrame) -> pd.DataFrame:
    """Visits of heads of state in all years together, where a complete list is at hand for each
    power: one trip that somebody saw is no count.
    """
    whole = visits["level"].eq("head_of_state") & visits["completeness"].eq("complete")
    rows = visits[whole & visits["sender"].isin(POWERS)]
    return rows.assign(economy=rows["receiver"], **_met("visits", rows["sender"], rows["count"]))


def summit_figures(events: pd.DataFrame) -> pd.DataFrame:
    """Summits with all five, which are the same for each of them."""
    rows = summits(events)
    rows = rows[rows["actor"].isin(POWERS)]
    rows = rows.assign(**_met("summits", rows["actor"], 1))
    return rows.merge(pd.DataFrame({"economy": eco.CA5}), how="cross")


def _met(way: str, unit: pd.Series, count: Any) -> dict[str, Any]:
    what = WAYS["meetings"][way][0]
    return {"what": what, "unit": unit, "group": way, "when": 0, "figure": "", "value": count}


def dollars(found: Leading) -> str:
    return f"{found.compared(lambda value: f'{value / 1e9:.3g}')} billion dollars"


def persons(found: Leading) -> str:
    return f"{found.compared(lambda value: f'{value:,.0f}')} students"


def meetings(found: Leading) -> str:
    return f"{found.compared(lambda value: f'{value:.0f}')} {found.group}"


def percent(found: Leading) -> str:
    shown = (f"{unit} {sum(ends) / 2:.0f}" for unit, ends in found.values.items())
    return f"{', '.join(shown)} per cent ({measure_name(str(found.group))})"


TABLES = {
    ("investment", "stock"): "investment",
    ("investment", "inflow"): "investment",
    ("finance", "net"): "investment",
    ("students", "degree"): "students",
    ("students", "all"): "students",
    ("opinion", "favourable"): "opinion",
    ("meetings", "visits"): "visits",
    ("meetings", "summits"): "events",
}
"""The table of each field and way to measure it."""
_TRACE = ["investor", "host", "year", "measure", "instrument", "source_id"]
_FIELDS: dict[str, tuple[Callable[..., pd.DataFrame], Callable[[Leading], str], str, list[str]]] = {
    "investment": (investment_figures, dollars, "", _TRACE),
    "students": (
        student_figures,
        persons,
        "range of the sources",
        ["origin", "destination", "year", "level", "source_id"],
    ),
    "opinion": (
        opinion_figures,
        percent,
        "range of the figures",
        ["economy", "about", "year", "measure", "source_id"],
    ),
    "visits": (visit_figures, meetings, "", []),
    "events": (
        summit_figures,
        meetings,
        "",
        ["actor", "date", "year", "place", "kind", "source_id"],
    ),
}
"""By table: what its figures are, what is compared in words, what kind of range it is where a unit
has several figures, and the columns that say which figure a row is (all, where none is named).
"""


def compared(table: pd.DataFrame, field: str, way: str, economies: Sequence[str]) -> list[Estimate]:
    """The rows of a field measured in one way, for each economy since each year of SINCE."""
    find, said, interval, keys = _FIELDS[TABLES[field, way]]
    figures = find(table)
    keys = keys or [name for name in table if name in figures]
    told = figures[figures["what"].isin(WAYS[field][way]) & figures["economy"].isin(economies)]
    told = pd.concat([told[told["year"] >= year].assign(since=year) for year in SINCE])
    sums = told.groupby(_FIGURE)["value"].sum().reset_index()
    sums = sums[sums["value"] >= 0]  # a negative stock or net flow has no place in a ratio
    each = dict(list(sums.groupby(["what", "economy", "since"])))
    rows = []
    for since in SINCE:
        for code in economies:
            reasons, row = [], None
            for what in WAYS[field][way]:
                mine = each.get((what, code, since), sums.iloc[:0])
                mine = mine.assign(year=mine["when"], low=mine["value"], high=mine["value"])
                found = leading(mine, "CHN", needed=("RUS",), any_of=RIVALS)
                if isinstance(found, str):
                    reasons.append(f"{what}: {found}")
                    continue
                used = told.query(
                    "what == @what and economy == @code and since == @since "
                    "and group == @found.group and when == @found.year"
                )
                row = row_of_lead(code, found, used[keys], said(found), interval)
                break
            row = row or no_lead(code, "; ".join(reasons))
            rows.append({"dimension": field, "choice": way, "since": since, **row})
    return rows


def no_lead(economy: str, why: str) -> Estimate:
    """The row of an economy in which nothing can be compared."""
    told = {"values": "", "leader": "", "place": None, "led": None}
    return estimate_row(economy=economy, missing=why) | told


def row_of_lead(
    economy: str, found: Leading, used: pd.DataFrame, values: str, interval: str
) -> Estimate:
    """The row of a comparison. values: what was compared, in words. It tells who leads, the best
    and the worst place of China, and whether it leads (None where its range holds one).
    """
    low, high = found.low, found.high
    one = low == high
    row = estimate_row(
        used,
        economy=economy,
        estimate=low if one else None,
        low=None if one else low,
        high=None if one or math.isinf(high) else high,
        interval="" if one else interval,
    )
    led = low > 1 if low > 1 or high <= 1 else None
    return row | {"values": values, "leader": found.leader, "place": found.place, "led": led}
