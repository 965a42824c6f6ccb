"""China against Russia, the EU and the United States in a field: figures of one concept and year.

Trade is ordered by its reports. Each other field gives its figures as rows with what they are
compared as (`what`), whose they are (`economy`, `unit`), what makes them comparable (`group`,
`when`) and which of them are added up (`figure`); one loop compares them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product
from typing import Any, NamedTuple

import pandas as pd

from ...estimates.frame import Estimate, estimate_row
from ...estimates.once import once
from ...estimates.series import omit, pick
from ...ground import economies as eco
from ...registry.words import measure_name
from ...stats.contract import one_figure_per_cell
from ...stats.leading import Leading, leading
from ...tables.preference import preferred_rows
from ..trade_priority import Order, Sides, both_sides, order_of

RIVALS = ("EU27", "USA")
"""Beside Russia, at least one of these must be observed."""
POWERS = ("CHN", "RUS", *RIVALS)
SINCE = (2013, 2018)
WAYS: dict[str, dict[str, tuple[str, ...]]] = {
    "trade": {"own_else_partners": ("trade",), "own": ("trade",), "partners": ("trade",)},
    "investment": {
        "stock": ("investment", "stock of direct investment"),
        "inflow": ("investment", "inflow of direct investment"),
    },
    "finance": {"net": ("investment", "official loans", "official grants")},
    "students": {"degree": ("students", "degree students"), "all": ("students", "all students")},
    "opinion": {"favourable": ("opinion", "favourable views")},
    "meetings": {
        "visits": ("visits", "complete lists of visits by heads of state"),
        "summits": ("events", "summits with all five"),
    },
}
"""Fields, the ways in which each may be measured, and of each its table and what is compared then:
the first of it that can be.
"""
_OF_MEASURE = {
    "fdi_stock": "stock of direct investment",
    "fdi_flow": "inflow of direct investment",
    "fdi_flow_gross": "inflow of direct investment",
    "fdi_flow_partial_year": "inflow of direct investment",
    "official_loan": "official loans",
    "official_grant": "official grants",
}
_FAVOURABLE = ("gallup_approve", "iri_relations_good", "mvector_confidence_in_leader")
"""Questions about how a power is seen; what it threatens, sells or is good for are other
questions.
"""
_PRECISE = ("exact", "estimated", "rounded")
"""Precisions that are a figure; a lower bound is none."""


@once
def investment_figures(investment: pd.DataFrame) -> pd.DataFrame:
    """Direct investment and official finance, by the source that names most investors of a measure
    and year; instruments of one measure add up, loans and grants do not.

    Members of the EU do not stand for it, because much of what the Netherlands hold is owned from
    elsewhere. Raises UsageError for two figures of one cell.
    """
    rows = pick(investment, measure=[*_OF_MEASURE]).dropna(subset="value_usd")
    rows = rows.assign(what=rows["measure"].map(_OF_MEASURE))
    cell = ["what", "host", "measure", "year"]
    named = rows.groupby([*cell, "source_id"])["investor"].transform("nunique")
    most = named.groupby([rows[c] for c in cell]).transform("max")
    rows = rows[named == most].query("investor in @POWERS")
    keys = ["measure", "price_basis", "stage", "year_basis", "source_id"]
    cell = ["investor", "host", "year", "instrument", "sector", *keys]
    one_figure_per_cell(rows, [c for c in cell if c in rows])
    keys = [c for c in keys if c in rows]
    group = rows[keys].fillna("").astype(str).groupby(keys).ngroup()
    same = {"when": rows["year"], "figure": "", "value": rows["value_usd"]}
    return rows.assign(economy=rows["host"], unit=rows["investor"], group=group, **same)


@once
def student_figures(students: pd.DataFrame) -> pd.DataFrame:
    """Students by host: in China by its own count; degree students elsewhere by one compilation
    (China is not among its hosts), those of all kinds by every source. The EU is the sum of those
    members that are listed, a floor.
    """
    union = eco.members("EU27", 2020)
    rows = students.query(
        "level in ['degree', 'all'] and precision in @_PRECISE"
        " and (destination in ['CHN', 'RUS', 'USA'] or destination in @union)"
    ).dropna(subset="students")
    home, abroad = pick(rows, destination="CHN"), omit(rows, destination="CHN")
    parts = [
        preferred_rows(home, ["level", "origin"]),
        preferred_rows(pick(abroad, level="degree"), "origin", "compilation"),
        pick(abroad, level="all"),
    ]
    rows = pd.concat(parts).sort_index()
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
    rows = opinion.query("measure in @_FAVOURABLE and about in @POWERS").dropna(subset="value_pct")
    same = {"what": "favourable views", "figure": range(len(rows)), "when": rows["year"]}
    columns = {"unit": rows["about"], "group": rows["measure"], "value": rows["value_pct"]}
    return rows.assign(**same, **columns)


def visit_figures(visits: pd.DataFrame) -> pd.DataFrame:
    """Visits of heads of state in all years together, where a complete list is at hand for each
    power: one trip that somebody saw is no count.
    """
    condition = "level == 'head_of_state' and completeness == 'complete' and sender in @POWERS"
    rows = visits.query(condition)
    return _met(rows, "visits", economy=rows["receiver"], unit=rows["sender"], value=rows["count"])


def summit_figures(events: pd.DataFrame) -> pd.DataFrame:
    """Meetings of leaders with all five, which are the same for each of them.

    Two dates of one month by one power are one meeting of which sources differ (September 2023: 19
    or 21); the first stays.
    """
    held = "kind in ['format_first_summit', 'format_summit'] and counterpart == 'CA5'"
    rows = (
        events.query(f"{held} and actor in @POWERS")
        .dropna(subset="date")
        .assign(date=lambda d: d["date"].astype(str))
    )
    rows = rows.assign(year=rows["date"].str[:4].astype(int), month=rows["date"].str[:7])
    rows = rows.sort_values(["actor", "date"]).drop_duplicates(["actor", "month"])
    met = _met(rows, "summits", unit=rows["actor"], value=1)
    return met.merge(pd.DataFrame({"economy": eco.CA5}), how="cross")


def _met(rows: pd.DataFrame, way: str, **columns: Any) -> pd.DataFrame:
    what = WAYS["meetings"][way][1]
    return rows.assign(what=what, group=way, when=0, figure="", **columns)


def _billions(value: float) -> str:
    return f"{value / 1e9:.3g}"


class _Kind(NamedTuple):
    """Of a table: what its figures are, how one is written and in what unit, the columns that say
    which figure a row is, and what kind of range it is where a unit has several.
    """

    figures: Callable[[pd.DataFrame], pd.DataFrame]
    form: Callable[[float], str]
    unit: str
    keys: str
    interval: str = ""


_KINDS = {
    "investment": _Kind(
        investment_figures,
        _billions,
        "billion dollars",
        "investor host year measure instrument source_id",
    ),
    "students": _Kind(
        student_figures,
        "{:,.0f}".format,
        "students",
        "origin destination year level source_id",
        "range of the sources",
    ),
    "opinion": _Kind(
        opinion_figures,
        "{:.0f}".format,
        "per cent ({group})",
        "economy about year measure source_id",
        "range of the figures",
    ),
    "visits": _Kind(
        visit_figures,
        "{:.0f}".format,
        "visits",
        "sender receiver year level count completeness source_id",
    ),
    "events": _Kind(
        summit_figures, "{:.0f}".format, "summits", "actor date year place kind source_id"
    ),
}


@once
def field_cells(
    table: pd.DataFrame, field: str, way: str, *, economies: Sequence[str] = eco.CA5
) -> list[Estimate]:
    """The cells of a field measured in one way, for each economy since each year of SINCE:
    dimension, choice, since, the columns of an estimates frame, `values`, `leader`, `place`, `led`.

    table: that of the field; of summits `events`.
    """
    cells = _trade_cells if field == "trade" else _compared
    rows = zip(product(SINCE, economies), cells(table, field, way, economies), strict=True)
    return [row | {"dimension": field, "choice": way, "since": since} for (since, _), row in rows]


def _trade_cells(
    trade: pd.DataFrame, field: str, way: str, economies: Sequence[str]
) -> list[Estimate]:
    """By the economy's own reports, by its partners', or by theirs where it has none."""
    if way == "own_else_partners":
        each = (field_cells(trade, field, w, economies=economies) for w in ("own", "partners"))
        pairs = zip(*each, strict=True)
        return [theirs if mine["missing"] else mine for mine, theirs in pairs]
    basis = {"own": "reporter"}.get(way, "mirror")
    sides = both_sides(trade, economies=economies, since=min(SINCE))
    return [_on_basis(sides, code, basis, since) for since, code in product(SINCE, economies)]


def _on_basis(sides: Sides, economy: str, basis: str, since: int) -> Estimate:
    """China's turnover over that of its largest rival among POWERS, by the reports of an economy
    ('reporter') or its partners' ('mirror').

    The year is the newest that observes Russia and the EU; where none does, the newest in which a
    bound says whether China leads.
    """
    side = "own report" if basis == "reporter" else "partners' reports"
    newest: tuple[int, Order] | None = None
    for year in sorted((year for year in sides.years if year >= since), reverse=True):
        order = order_of(sides, economy, year, basis=basis, eu="one", among=frozenset(POWERS))
        if isinstance(order, Order) and not (newest and order.bounds):
            newest = year, order
            if not order.bounds:
                break
    if not newest:
        why = f"turnover by {side} never shows whether China is before Russia and the EU"
        return _no_lead(economy, why)
    year, order = newest
    values = {code: order.values[code] for code in POWERS if code in order.values}
    order = replace(order, values=values)
    words = f"{order.compared(_billions)} billion dollars by {side}"
    row = _lead(economy, order, order.rows(), words, order.interval)
    return row | {"first_year": year, "last_year": year}


def _compared(
    table: pd.DataFrame, field: str, way: str, economies: Sequence[str]
) -> list[Estimate]:
    name, *compared = WAYS[field][way]
    kind, rows = _KINDS[name], []
    figures = kind.figures(table)
    figures = pick(figures, what=compared)
    for since, code in product(SINCE, economies):
        mine = figures[figures["economy"].eq(code) & figures["year"].ge(since)]
        reasons, row = [], None
        for what in compared:
            part = pick(mine, what=what)
            sums = part.groupby(["group", "when", "unit", "figure"], as_index=False)["value"].sum()
            sums = sums[sums["value"] >= 0]  # a negative stock or net flow has no place in a ratio
            ends = {"year": sums["when"], "low": sums["value"], "high": sums["value"]}
            lead = leading(sums.assign(**ends), "CHN", needed=("RUS",), any_of=RIVALS)
            if isinstance(lead, Leading):
                used = pick(part, group=lead.group, when=lead.year)
                keys = [column for column in kind.keys.split() if column in used]
                unit = kind.unit.format(group=measure_name(str(lead.group)))
                words = f"{lead.compared(kind.form)} {unit}"
                row = _lead(code, lead, used[keys], words, kind.interval)
                break
            reasons.append(f"{what}: {lead}")
        rows.append(row or _no_lead(code, "; ".join(reasons)))
    return rows


def _no_lead(economy: str, why: str) -> Estimate:
    """The row of an economy in which nothing can be compared."""
    unknown = {"values": "", "leader": "", "place": None, "led": None}
    return estimate_row(economy=economy, missing=why) | unknown


def _lead(
    economy: str, leading: Leading, used: pd.DataFrame, values: str, interval: str
) -> Estimate:
    """The row of a comparison. values: what was compared, in words. It tells who leads, the best
    and the worst place of China, and whether it leads (None where its range holds one).
    """
    low, high = leading.low, leading.high
    ends: dict[str, Any] = {"low": low, "high": None if math.isinf(high) else high}
    ends = {"estimate": low} if low == high else ends | {"interval": interval}
    led = low > 1 if low > 1 or high <= 1 else None
    row = estimate_row(used, economy=economy, **ends)
    return row | {"values": values, "leader": leading.leader, "place": leading.place, "led": led}
