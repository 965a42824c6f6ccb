"""Meetings of a partner's ministers or leaders with those of all five together: who, since when,
shown by whom.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from .. import registry
from ..estimates.documents import documents_of, source_and_year
from ..estimates.events import names, occasions, select, settle, used_rows
from ..estimates.frame import Estimate, estimate_row
from ..estimates.measures import by_economy, measure
from ..estimates.once import once
from ..ground import economies as eco
from ..ground.arguments import day
from ..ground.economies import joined
from ..ground.numbers import in_words
from ..ground.periods import date_in_words
from ..tables.dates import bounds

KINDS = "format_first_ministerial;format_ministerial;format_first_summit;format_summit"
INCOMPLETE = "deputy|deputies|took part|minus one|four of five"
"""Words by which a note or statement says that one of the five sent a deputy or that a seventh
party sat at the table.
"""
Composition = Literal["as_held", "strict"]


@once
def meetings(
    events: pd.DataFrame, *, until: dt.date | None = None, composition: str = "as_held"
) -> pd.DataFrame:
    """Dated meetings with all five, a row for each `partner`, ended by `until` (all, where not
    given).

    composition: 'as_held', or 'strict' without those that a note calls incomplete (INCOMPLETE).
    """
    rows = select(events, counterpart="CA5", kinds=KINDS)
    if until:
        rows = rows[rows["last_day"] <= pd.Timestamp(day("until", until))]
    if composition == "strict":
        rows = rows[~rows["note"].fillna("").str.contains(INCOMPLETE)]
    return rows.assign(partner=rows["actor"].str.split(";")).explode("partner", ignore_index=True)


@once
def texts(evidence: pd.DataFrame, until: dt.date) -> pd.DataFrame:
    """Documents of C03, whose readings are the partners (no commentary): those that show a meeting
    by a day, and those that deny one.
    """
    rows = documents_of(evidence, claim="C03").frame
    rows = rows[rows["strength"] != "commentary"]
    dates = zip(rows["direction"], rows["date"], strict=True)
    kept = [
        side == "refutes" or (side == "supports" and pd.notna(date) and bounds(date)[1] <= until)
        for side, date in dates
    ]
    return rows[np.array(kept, dtype=bool)]


def origins(*tables: pd.DataFrame) -> int:
    """Independent origins behind rows of both tables.

    A document has a group in the registry and one of its own (`origin_group`); rows that share
    either are of one origin.
    """
    known, apart = registry.origin_groups(), list[set[str]]()
    for rows in tables:
        own = rows.get("origin_group", [None] * len(rows))
        for source, group in zip(rows["source_id"], own, strict=True):
            labels = {known.get(source, source), *[f"evidence {group}"] * pd.notna(group)}
            touching = [other for other in apart if other & labels]
            apart = [other for other in apart if other not in touching]
            apart.append(labels.union(*touching))
    return len(apart)


@measure("relations.shared_meetings")
@by_economy
def shared_meetings(
    events: pd.DataFrame,
    evidence: pd.DataFrame,
    *,
    economies: Sequence[str],
    until: dt.date,
    composition: Composition = "as_held",
) -> list[Estimate]:
    """Number of dated meetings of each partner with all five by a day.

    events, evidence: like the tables of these names; documents of claim C03. economies: codes of
    the partners. until: a date.
    composition: 'as_held', or 'strict' without meetings that a note calls incomplete (INCOMPLETE).
    The count is the estimate where two independent origins show it, of the meetings or of documents
    that support them; zero where two documents list partners or members without this one and
    nothing is dated; else low and high are zero and what is dated (see `estimates.events.settle`).
    """
    return [_settled(events, evidence, code, until, composition) for code in economies]


@once
def _settled(
    events: pd.DataFrame, evidence: pd.DataFrame, partner: str, until: dt.date, composition: str
) -> Estimate:
    """What meetings and documents together say of a partner."""
    held, written = meetings(events, until=until, composition=composition), texts(evidence, until)
    met, of_both = held[held["partner"] == partner], written[written["reading"] == partner]
    against = of_both["direction"] == "refutes"
    shown, denied = of_both[~against], of_both[against]
    if met.empty:
        shown, of_both = shown.iloc[:0], denied
    counts = (occasions(met), origins(met, shown), origins(denied))
    figures = settle(*counts, "a meeting with all five")
    columns = ["claim", "reading", "item", "date", "direction", "source_id"]
    used = pd.concat([used_rows(met), of_both[columns]], ignore_index=True)
    return estimate_row(used, economy=partner, **figures)


@measure("relations.meeting_or_body")
@by_economy
def meeting_or_body(
    events: pd.DataFrame,
    evidence: pd.DataFrame,
    *,
    economies: Sequence[str],
    until: dt.date,
    body: str,
    members: int,
    composition: Composition = "as_held",
) -> list[Estimate]:
    """Number of dated meetings of each partner with all five by a day, a standing organisation to
    which enough of the five belong counted as one more.

    events, evidence, economies, until, composition: as in `shared_meetings`.
    body: an aggregate with dated members, such as OTS; a partner that is a member in the year of
    `until` and whose organisation an event dates has one more, whatever a document denies.
    members: how many of the five are enough.
    """
    inside = set(eco.members(body, until.year))
    if len(inside & set(eco.CA5)) < members:
        inside = set()
    held = meetings(events, until=until, composition=composition)
    founded = select(events, kinds="organisation_founded")
    founded = founded[founded["last_day"] <= pd.Timestamp(until)]
    counts = []
    for partner in economies:
        own = founded[names(founded["actor"], partner)]
        if partner in inside and len(own):
            met = held[held["partner"] == partner]
            used = used_rows(pd.concat([met, own], ignore_index=True))
            count = float(occasions(met) + 1)
            counts.append(estimate_row(used, economy=partner, estimate=count))
        else:
            counts.append(_settled(events, evidence, partner, until, composition))
    return counts


def sides(
    events: pd.DataFrame, evidence: pd.DataFrame, partners: Sequence[str], *, until: dt.date
) -> pd.DataFrame:
    """Sources by name that date a meeting of a partner with all five, or speak for or against one,
    as far as `shared_meetings` counts them.

    events, evidence, until: as there. partners: codes. Columns as `documents.side_lists` takes
    them, the partner as `reading`; sources of one name stand once.
    """
    held, written = meetings(events, until=until), texts(evidence, until)
    met = held.rename(columns={"partner": "reading"}).assign(direction="supports")
    counts = (written["direction"] == "refutes") | written["reading"].isin(met["reading"])
    rows = pd.concat([met, written[counts]], ignore_index=True)
    rows = rows[rows["reading"].isin(partners)]
    years = rows["date"].astype("string").str[:4].astype("Int64")
    rows = rows.assign(
        side=rows["direction"],
        year=years,
        name=[source_and_year(*row) for row in zip(rows["source_id"], years, strict=True)],
        sources=[(source,) for source in rows["source_id"]],
    )
    return rows.drop_duplicates(["reading", "side", "name"])


def sides_title(listed: pd.DataFrame, partners: Sequence[str]) -> str:
    """What the two columns of `sides` come to."""
    counts = listed.groupby(["side", "reading"]).size().unstack(fill_value=0)
    counts = counts.reindex(index=["supports", "refutes"], columns=partners, fill_value=0)
    dated = int((counts.loc["supports"] > 0).sum())
    title = f"{in_words(dated)} of {in_words(len(partners))} partners"
    title = f"Sources date meetings with all five for {title}" if dated else _NONE
    against = [
        f"{in_words(count)} speak{'' if count > 1 else 's'} against {eco.in_prose(partner)}"
        for partner, count in counts.loc["refutes"].items()
        if count
    ]
    return f"{title}; {joined(against)}" if against else title


_NONE = "No source dates a meeting with all five"


def first_meetings(events: pd.DataFrame, economies: Sequence[str]) -> pd.DataFrame:
    """Each partner's first dated meeting of ministers and of leaders with all five, in the order of
    the former.

    events: like table `events`. economies: codes of the partners.
    Returns partner, ministers ('before' a date where the first is known without its date), leaders
    (dates in words; empty where none is dated), meetings (separate occasions
    dated), origins (independent sources), remark (notes of the two first meetings) and sources.
    """
    undated = events["kind"].eq("format_first_ministerial") & events["date"].isna()
    earlier = set(events["actor"][undated])
    held = meetings(events).sort_values("last_day", kind="stable")
    rows = []
    for partner in economies:
        own = held[held["partner"] == partner]
        ministers, leaders = (
            own[own["kind"].str.contains(kind)].head(1) for kind in ("ministerial", "summit")
        )
        dates = ["".join(map(date_in_words, first["date"])) for first in (ministers, leaders)]
        rows.append(
            {
                "partner": partner,
                "ministers": "before " * (partner in earlier) + dates[0],
                "leaders": dates[1],
                "meetings": occasions(own),
                "origins": own["origin"].nunique(),
                "remark": "; ".join(pd.concat([ministers, leaders])["note"].dropna()),
                "sources": tuple(own["source_id"].unique()),
                "order": ministers["last_day"].min(),
            }
        )
    return pd.DataFrame(rows).sort_values("order", ignore_index=True).drop(columns="order")
