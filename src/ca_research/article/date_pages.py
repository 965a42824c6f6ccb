"""What a page on dates shows: its timeline, its rows, and the dates on which sources disagree."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

import pandas as pd

from ..claims import Evidence
from ..claims.claim import Claim
from ..ground.arguments import day
from ..ground.display import Section
from ..ground.numbers import counted
from ..ground.periods import date_in_words
from ..plots import lines, row_words, show_criterion
from ..plots.show import show, show_table, where_known
from ..plots.timeline import timeline
from . import lanes, signing

_DAYS = {"until": "the article", "before": "the speech"}
"""Settings of a criterion that are a day of the timeline, and what was on that day."""


def show_dates(
    claim: Claim,
    evidence: Evidence,
    events: pd.DataFrame,
    documents: pd.DataFrame,
    *,
    section: Section = "main",
) -> None:
    """Show the dated rows behind a claim as a timeline, and as a list with who says so.

    claim: one with a timeline, see `lanes.chronology`. evidence: gathered for it. events,
    documents: tables `events` and `evidence`. section: where the timeline stands; the list is
    context.
    """
    rows, declared = lanes.chronology(claim.id, events, documents), lanes.timeline_of(claim.id)
    settings = [c.settings.items() for c in claim.spec.criteria().values()]
    first = claim.spec.readings[0].criteria
    windows = {c.label: str(c.settings["window"]) for c in first if "window" in c.settings}
    days = {_DAYS[k]: v for s in settings for k, v in s if k in _DAYS and isinstance(v, dt.date)}
    source, dated = rows["source_id"].map(lanes.publisher), rows["date"].map(date_in_words)
    listed = rows.assign(source=source, dated=dated)
    hidden = ["code", "exact", "source", "dated"]
    # the last panel has the windows of the first criterion
    *others, (_, leading) = [*listed.groupby("panel", sort=False)] or [("", listed)]
    draw = partial(timeline, lanes=declared.shown, days=days)
    show_criterion(
        evidence,
        first[0].name,
        section=section,
        picture=partial(draw, leading, windows=windows),
        data=leading.drop(columns=hidden),
        note=declared.note,
        marks=declared.marks,
    )
    for panel, part in others:
        alt = f"Dates by lane. {row_words(part, '{lane}: {dated}')}."
        data = part.drop(columns=hidden)
        show(draw(part), section=section, title=str(panel), alt=alt, data=data)
    sources = counted(rows["origin"].nunique(), "independent source")
    show_table(
        listed,
        section="context",
        title=f"{counted(len(rows), 'dated row')} from {sources}",
        note="A source with several rows is one source.",
        columns=["lane", "dated", "what", "source"],
        labels={"lane": "about"},
    )


def show_disagreements(conflicts: pd.DataFrame) -> None:
    """List dates that exclude one another, as `lanes.disagreements` and
    `lanes.accession_disagreements` find them; nothing where there are none.
    """
    if len(conflicts):
        days = [name for name in ("earliest", "latest") if name in conflicts]
        show_table(
            conflicts.assign(**{name: conflicts[name].map(date_in_words) for name in days}),
            section="against",
            title="Dates on which sources disagree",
            digits=0,
            note="Both stand. A date that a source gave before the event is the weaker one.",
        )


def show_signing(evidence: Evidence, events: pd.DataFrame) -> None:
    """Show how soon the five and all others signed after the speech, as far as it was known.

    evidence: of a claim with the criterion `others_waited`, whose months are shaded. events: as in
    `signing.signing_times`.
    """
    assert evidence.spec is not None
    asked = evidence.spec.criteria()["others_waited"].settings
    with where_known():
        times = signing.signing_times(events, day("until", asked["until"]))
        look: dict[str, Any] = {
            "unit": "% signed, by months",
            "spans": [(0, asked["months"])],
            "top": 100,
        }
        shares = signing.signed_shares(times)
        show_criterion(
            evidence,
            "others_waited",
            picture=lambda: lines(shares, "middle", panel="", hue="who", **look),
            data=times,
            note="Members of the United Nations without China, as Kaplan-Meier curves up to the "
            "day of the article. Bands span what the dates leave open. An unknown date may be any "
            "day from the speech to the next date on file for that country, or never where there "
            "is none. Lines take the middle of each span and leave out those without a bound.",
        )
