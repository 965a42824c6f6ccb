"""Meetings of a partner's ministers or leaders with those of all five together: who, since when,
shown by whom.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Literal

import pandas as pd

from .. import registry
from ..estimates.documents import documents_of
from ..estimates.events import names, occasions, select, settle, used_rows
from ..estimates.frame import Estimate, estimate_row
from ..estimates.measures import by_economy, measure
from ..estimates.once import once
from ..estimates.series import omit, pick
from ..ground import economies as eco
from ..tables.dates import bounds

KINDS = "format_first_ministerial;format_ministerial;format_first_summit;format_summit"
INCOMPLETE = "deputy|deputies|took part|minus one|four of five"
"""Words by which a note or statement says that one of the five sent a deputy or that a seventh
party sat at the table.
"""


@once
def meetings(
    events: pd.DataFrame, *, until: dt.date = dt.date.max, composition: str = "as_held"
) -> pd.DataFrame:
    """Dated meetings with all five, a row for each `partner`, ended by `until`.

    composition: 'as_held', or 'strict' without those that a note calls incomplete (INCOMPLETE).
    """
    rows = select(events, counterpart="CA5", kinds=KINDS)
    rows = rows[rows["last_day"].dt.date <= until]
    if composition == "strict":
        rows = rows[~rows["note"].fillna("").str.contains(INCOMPLETE)]
    return rows.assign(partner=rows["actor"].str.split(";")).explode("partner", ignore_index=True)


@once
def texts(evidence: pd.DataFrame, claim: str, until: dt.date) -> pd.DataFrame:
    """Documents of a claim whose readings are the partners (no commentary): those that show a
    meeting by a day, and those that deny one.
    """
    rows = documents_of(evidence, claim=claim).frame
    dated = rows["date"].map(lambda date: bounds(date)[1] <= until, na_action="ignore").eq(True)
    counts = rows["direction"].eq("refutes") | (rows["direction"].eq("supports") & dated)
    return omit(rows[counts], strength="commentary")


def origins(*tables: pd.DataFrame) -> int:
    """Independent origins behind rows of several tables.

    A document has a group in the registry and one of its own (`origin_group`); rows that share
    either are of one origin.
    """
    known, separate = registry.origin_groups(), list[set[Any]]()
    for rows in tables:
        for source, own in rows.reindex(columns=["source_id", "origin_group"]).to_numpy(object):
            origin = {known.get(source, source), *([] if pd.isna(own) else [("evidence", own)])}
            apart = [one for one in separate if not one & origin]
            separate = [*apart, origin.union(*(one for one in separate if one not in apart))]
    return len(separate)


@measure("relations.meetings_with_five", kind="count")
@by_economy
def meetings_with_five(
    events: pd.DataFrame,
    evidence: pd.DataFrame,
    *,
    claim: str,
    economies: Sequence[str],
    until: dt.date,
    body: str = "",
    members: int = 0,
    composition: Literal["as_held", "strict"] = "as_held",
) -> list[Estimate]:
    """Number of dated meetings of each partner with all five by a day.

    events, evidence: like the tables of these names. claim: whose documents speak of each partner
    as a reading. economies: codes of the partners. until: a date.
    body, members: an aggregate with dated members, such as OTS, and how many of the five have to
    belong to it: a partner that is a member in the year of `until`, and whose organisation an event
    dates, has one more, whatever a document denies.
    composition: 'as_held', or 'strict' without meetings that a note calls incomplete (INCOMPLETE).
    The count is the estimate where two independent origins show it, of the meetings or of documents
    that support them; zero where two documents list partners or members without this one and
    nothing is dated; else low and high are zero and what is dated (see `estimates.events.settle`).
    """
    held = meetings(events, until=until, composition=composition)
    founded, inside = held.iloc[:0], set[str]()
    if body:
        founded = select(events, kinds="organisation_founded")
        founded = founded[founded["last_day"].dt.date <= until]
        inside = {*eco.members(body, until.year)}
        inside = inside if len(inside & {*eco.CA5}) >= members else set()
    written, rows = texts(evidence, claim, until), []
    for partner in economies:
        met = pick(held, partner=partner)
        begun = founded[names(founded["actor"], partner)] if partner in inside else founded[:0]
        if len(begun):
            used, count = used_rows(pd.concat([met, begun])), occasions(met) + 1
            rows.append(estimate_row(used, economy=partner, estimate=float(count)))
        else:
            row = _settled(met, pick(written, reading=partner))
            rows.append(row | {"economy": partner})
    return rows


def _settled(met: pd.DataFrame, written: pd.DataFrame) -> Estimate:
    """What meetings and documents together say of a partner."""
    against = written["direction"] == "refutes"
    if met.empty:  # nothing is dated that documents could support
        written, against = written[against], against[against]
    shown, denied = origins(met, written[~against]), origins(written[against])
    figures = settle(occasions(met), shown, denied, "a meeting with all five")
    columns = ["claim", "reading", "item", "date", "direction", "source_id"]
    return estimate_row(pd.concat([used_rows(met), written[columns]], ignore_index=True), **figures)
