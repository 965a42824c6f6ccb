"""Meetings of a partner's ministers or leaders with those of all five together: who, since when,
shown by whom.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal, TypeVar, get_args

import pandas as pd

from ..claims.slots import in_words, joined
from ..estimates.frame import Estimate, estimate_row
from ..estimates.measures import by_economy, measure, parts
from ..ground import economies as eco
from ..ground.arguments import day, whole_number
from ..ground.errors import UnknownNameError
from ..stats.pieces import Pieces
from ..tables.dates import bounds
from .dates import occasions, origin, select, settle, used_rows
from .documents import seen_rows, source_and_year

CLAIM = "C03"
"""Claim of table `evidence` whose readings are the partners."""
KINDS = "format_first_ministerial;format_ministerial;format_first_summit;format_summit"
Composition = Literal["as_held", "strict"]
COMPOSITIONS = get_args(Composition)
INCOMPLETE = r"deputy|deputies|took part|minus one|four of five"
"""Words by which a note or statement says that one of the five sent a deputy or that a seventh
party sat at the table.
"""
YEAR = 365.25
Made = TypeVar("Made")


def meetings(
    events: pd.DataFrame,
    partner: str,
    *,
    until: dt.date | None = None,
    composition: str = "as_held",
    kinds: str = KINDS,
) -> pd.DataFrame:
    """Dated meetings of a partner (of all where it is '') with all five, as in `select`, ended by
    `until` (all, where not given).

    composition: 'as_held', or 'strict' without those that a note calls incomplete (INCOMPLETE).
    """
    if composition not in COMPOSITIONS:
        raise UnknownNameError("composition", composition, COMPOSITIONS)
    rows = select(events, actor=partner, counterpart="CA5", kinds=kinds)
    if until:
        rows = rows[rows["last_day"] <= pd.Timestamp(until)]
    if composition == "strict":
        rows = rows[~rows["note"].fillna("").str.contains(INCOMPLETE)]
    return rows.reset_index(drop=True)


class _Asked(dict[str, Made]):
    """What is made of each partner, once it is asked for: where a source is left out few are."""

    def __init__(self, make: Callable[[str], Made]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, partner: str) -> Made:
        self[partner] = made = self._make(partner)
        return made


def meetings_by_partner(
    events: pd.DataFrame, *, until: dt.date, composition: str = "as_held"
) -> Pieces:
    """`meetings` by partner."""
    rows = meetings(events, "", until=day("until", until), composition=composition)
    named = [sorted(set(str(codes).split(";"))) for codes in rows["actor"]]
    places = [place for place, codes in enumerate(named) for _ in codes]
    return Pieces(rows.take(places), (code for codes in named for code in codes))


def documents(
    evidence: pd.DataFrame, partner: str, direction: str, *, until: dt.date | None = None
) -> pd.DataFrame:
    """Documents on a partner's meetings (all partners' where it is ''; texts seen, no commentary),
    dated by `until` where that is given.
    """
    rows = seen_rows(evidence, claim=CLAIM, reading=partner)
    rows = rows[rows["direction"] == direction]
    if until:
        rows = rows[
            rows["date"].map(lambda d: isinstance(d, str) and bounds(d)[1] <= until).astype(bool)
        ]
    return rows.reset_index(drop=True)


def texts_by_partner(evidence: pd.DataFrame, *, until: dt.date) -> Pieces:
    """`documents` on meetings by partner: those that show one by a day, and those that deny it."""
    shown = documents(evidence, "", "supports", until=until)
    both = pd.concat([shown, documents(evidence, "", "refutes")])
    return Pieces(both, both["reading"].tolist())


def origins(events: pd.DataFrame, evidence: pd.DataFrame) -> int:
    """Independent origins behind rows of both tables.

    A document has a group in the registry and one of its own in `evidence`; rows that share either
    are of one origin.
    """
    groups: list[set[str]] = [{origin(s)} for s in events["source_id"]]
    groups += [
        {origin(s), f"evidence {g}"}
        for s, g in zip(evidence["source_id"], evidence["origin_group"], strict=True)
    ]
    apart: list[set[str]] = []
    for labels in groups:
        touching = [known for known in apart if known & labels]
        apart = [known for known in apart if not known & labels] + [labels.union(*touching)]
    return len(apart)


@parts(held=meetings_by_partner, texts=texts_by_partner)
def settled_by_partner(
    events: pd.DataFrame,
    evidence: pd.DataFrame,
    *,
    until: dt.date,
    composition: str = "as_held",
    held: Pieces | None = None,
    texts: Pieces | None = None,
) -> dict[str, Estimate]:
    """What meetings and documents together say of each partner; see `shared_meetings`."""
    if held is None:
        held = meetings_by_partner(events, until=until, composition=composition)
    if texts is None:
        texts = texts_by_partner(evidence, until=until)
    return _Asked(lambda p: _settled(p, held, texts))


def _settled(partner: str, held: Pieces, texts: Pieces) -> Estimate:
    met, of_both = held.rows(partner), texts.rows(partner)
    denied = of_both[of_both["direction"] == "refutes"]
    if met.empty:
        of_both = denied
    shown = of_both[of_both["direction"] == "supports"]
    shown_by, denied_by = origins(met, shown), origins(met.iloc[:0], denied)
    found = settle(occasions(met), shown_by, denied_by, "a meeting with all five")
    columns = ["claim", "reading", "item", "date", "direction", "source_id"]
    dated = held.once(partner, "used", used_rows)
    used = pd.concat([dated, of_both[columns]], ignore_index=True)
    return estimate_row(used, economy=partner, **found)


@measure("relations.shared_meetings")
@by_economy
@parts(held=meetings_by_partner, texts=texts_by_partner, settled=settled_by_partner)
def shared_meetings(
    events: pd.DataFrame,
    evidence: pd.DataFrame,
    *,
    economies: Sequence[str],
    until: dt.date,
    composition: Composition = "as_held",
    held: Pieces | None = None,
    texts: Pieces | None = None,
    settled: dict[str, Estimate] | None = None,
) -> list[Estimate]:
    """Number of dated meetings of each partner with all five by a day.

    events, evidence: like the tables of these names; documents of claim C03. economies: codes of
        the partners.
    until: a date.
    composition: 'as_held', or 'strict' without meetings that a note calls incomplete (INCOMPLETE).
    held, texts, settled: what `meetings_by_partner`, `texts_by_partner` and `settled_by_partner`
        make of these (made here if not given).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per partner. The count is the
    estimate where two independent origins show it, of the meetings or of documents that support
    them; zero where two documents list partners or members without this one and nothing is dated;
    else low and high are zero and what is dated, or `missing` gives the reason
    (see `dates.settle`).
    Raises UnknownNameError for another composition, UsageError for what is no date.
    """
    if settled is None:
        settled = settled_by_partner(
            events, evidence, until=until, composition=composition, held=held, texts=texts
        )
    return [settled[partner] for partner in economies]


@measure("relations.meeting_or_body")
@by_economy
@parts(held=meetings_by_partner, texts=texts_by_partner, settled=settled_by_partner)
def meeting_or_body(
    events: pd.DataFrame,
    evidence: pd.DataFrame,
    *,
    economies: Sequence[str],
    until: dt.date,
    body: str,
    members: int,
    composition: Composition = "as_held",
    held: Pieces | None = None,
    texts: Pieces | None = None,
    settled: dict[str, Estimate] | None = None,
) -> list[Estimate]:
    """Number of dated meetings of each partner with all five by a day, a standing organisation to
    which enough of the five belong counted as one more.

    As `shared_meetings`.

    events, evidence, economies, until, composition: as in `shared_meetings` ('as_held' or
        'strict').
    body: an aggregate with dated members, such as OTS; a partner that is a member in the year of
        `until` and whose organisation an event dates has one more. What a document says against
        meetings does not speak against the body.
    members: a number.
    held, texts, settled: as there.
    Returns and raises as `shared_meetings`: an estimates frame
    (`estimates.ESTIMATE_COLUMNS`), one row per partner.
    """
    if held is None:
        held = meetings_by_partner(events, until=until, composition=composition)
    if settled is None:
        settled = settled_by_partner(
            events, evidence, until=until, composition=composition, held=held, texts=texts
        )
    inside = set(eco.members(body, day("until", until).year))
    enough = len(inside & set(eco.CA5)) >= whole_number("members", members)
    rows = []
    for partner in economies:
        founded = events.iloc[:0]
        if enough and partner in inside:
            founded = select(events, actor=partner, kinds="organisation_founded")
            founded = founded[founded["last_day"] <= pd.Timestamp(until)]
        if founded.empty:
            rows.append(settled[partner])
        else:
            met = held.rows(partner)
            used = used_rows(pd.concat([met, founded], ignore_index=True))
            rows.append(estimate_row(used, economy=partner, estimate=float(occasions(met) + 1)))
    return rows


@measure("relations.format_age")
@parts(held=meetings_by_partner)
def format_age(
    events: pd.DataFrame,
    *,
    economies: Sequence[str],
    until: dt.date,
    composition: Composition = "as_held",
    held: Pieces | None = None,
) -> list[Estimate]:
    """Years from a partner's first dated meeting with all five to a day.

    events: like table `events`. economies: codes of the partners. until: a date.
    composition: 'as_held' or 'strict' (see `shared_meetings`).
    held: what `meetings_by_partner` makes of these (made here if not given).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per partner, in years
    of 365.25 days. A partial date gives low and high; where an older first meeting is known without
    its date, the first dated one gives low alone. A partner without a dated meeting has the reason
    in `missing`.
    Raises UnknownNameError for another composition, UsageError for what is no date.
    """
    end = pd.Timestamp(day("until", until))
    if held is None:
        held = meetings_by_partner(events, until=until, composition=composition)
    undated = _undated(events)
    rows = []
    for partner in economies:
        asked = {"partner": partner, "end": end, "undated": partner in undated}
        rows.append(held.once(partner, ("age", *asked.values()), partial(_age, **asked)))
    return rows


def _age(held: pd.DataFrame, partner: str, end: pd.Timestamp, undated: bool) -> Estimate:
    spans = list(zip(held["first_day"], held["last_day"], strict=True))
    begun = [place for place, (first, _) in enumerate(spans) if pd.notna(first)]
    if not begun:
        return estimate_row(economy=partner, missing="no meeting with all five is dated")
    place = min(begun, key=spans.__getitem__)
    high, low = ((end - at).days / YEAR for at in spans[place])
    found: dict[str, Any] = {"low": low, "high": high, "interval": "precision of the date"}
    if undated:
        found = {"low": low, "interval": "at least: the first meeting has no date"}
    elif held["exact"].iloc[place]:
        found = {"estimate": high}
    return estimate_row(used_rows(held.iloc[[place]]), economy=partner, **found)


def _undated(events: pd.DataFrame) -> set[str]:
    """Partners whose first meeting of ministers is known without its date."""
    first = events[events["kind"] == "format_first_ministerial"]
    return set(first.loc[first["date"].isna(), "actor"])


def sides(
    events: pd.DataFrame, evidence: pd.DataFrame, partners: Sequence[str], *, until: dt.date
) -> pd.DataFrame:
    """Sources by name that date a meeting of a partner with all five, or speak for or against one,
    as far as `shared_meetings` counts them.

    Parameters
    ----------
    events, evidence : pandas.DataFrame
        Like the tables.
    partners : sequence of str
        Codes.
    until : datetime.date
        As in `shared_meetings`.

    Returns
    -------
    pandas.DataFrame
        Columns as `documents.side_columns` takes them, the partner as `reading`; sources of one
        name stand once. A dated meeting has strength 'primary'.
    """
    parts = []
    for partner in partners:
        met = meetings(events, partner, until=until)
        dates_it = met.assign(side="supports", strength="primary", text_seen="full")
        shown = documents(evidence, partner, "supports", until=until) if len(met) else met.iloc[:0]
        known = set(met["origin"])
        new = [origin(source) not in known for source in shown["source_id"]]
        shown = shown[new].assign(side="supports")
        denied = documents(evidence, partner, "refutes").assign(side="refutes")
        parts += [part.assign(reading=partner) for part in (dates_it, shown, denied)]
    columns = ["reading", "side", "date", "strength", "text_seen", "source_id"]
    filled = [part.reindex(columns=columns) for part in parts if len(part)]
    found = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=columns)
    found["year"] = found["date"].astype("string").str[:4].astype("Int64")
    names = zip(found["source_id"], found["year"], strict=True)
    found["name"] = [source_and_year(source, year) for source, year in names]
    found = found.drop_duplicates(["reading", "side", "name"]).reset_index(drop=True)
    return found[["reading", "side", "name", "year", "strength", "text_seen", "source_id"]]


def sides_title(found: pd.DataFrame, partners: Sequence[str]) -> str:
    """What the two columns of `sides` come to."""
    counts = found.groupby(["side", "reading"]).size()
    dated_for = [p for p in partners if ("supports", p) in counts.index]
    title = (
        f"Sources date meetings with all five for {in_words(len(dated_for))} of "
        f"{in_words(len(partners))} partners"
        if dated_for
        else "No source dates a meeting with all five"
    )
    against = {p: int(counts["refutes", p]) for p in partners if ("refutes", p) in counts.index}
    denied = [
        f"{in_words(n)} speak{'s' * (n == 1)} against {eco.in_prose(p)}" for p, n in against.items()
    ]
    return f"{title}; {joined(denied)}" if denied else title


def first_meetings(events: pd.DataFrame, economies: Sequence[str]) -> pd.DataFrame:
    """Each partner's first dated meeting of ministers and of leaders with all five, in the order of
    the former.

    events: like table `events`. economies: codes of the partners.
    Returns partner, ministers ('before' a date where the first is known without its date), leaders
    (dates as the source gives them; empty where none is dated), meetings (separate occasions
    dated), origins (independent sources), remark (notes of the two first meetings) and sources.
    """
    records = []
    undated = _undated(events)
    for partner in economies:
        every = meetings(events, partner).sort_values("last_day")
        ministers = every[every["kind"].str.contains("ministerial")].head(1)
        leaders = every[every["kind"].str.contains("summit")].head(1)
        notes = [n for n in pd.concat([ministers, leaders])["note"] if isinstance(n, str)]
        records.append(
            {
                "partner": partner,
                "ministers": ("before " if partner in undated else "")
                + next(iter(ministers["date"]), ""),
                "leaders": next(iter(leaders["date"]), ""),
                "meetings": occasions(every),
                "origins": every["origin"].nunique(),
                "remark": "; ".join(notes),
                "sources": tuple(sorted(set(every["source_id"]))),
                "order": ministers["last_day"].min(),
            }
        )
    return pd.DataFrame(records).sort_values("order", ignore_index=True).drop(columns="order")
