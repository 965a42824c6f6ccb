"""What a page on dates shows: its timeline, its rows, documents for and against, and the dates on
which sources disagree.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd

from ..claims.claim import Claim
from ..ground.arguments import day
from ..ground.display import Section
from ..ground.numbers import counted
from ..ground.periods import date_in_words
from ..plots import lines, row_words
from ..plots.show import show, show_table, where_known
from ..plots.timeline import timeline
from . import documents, lanes, meetings, signing

_DAYS = {"until": "the article", "before": "the speech"}
"""Settings of a criterion that are a day of the timeline, and what was on that day."""


def show_dates(
    claim: Claim, events: pd.DataFrame, evidence: pd.DataFrame, *, section: Section = "main"
) -> None:
    """Show the dated rows behind a claim as a timeline, and as a list with who says so.

    claim: one with a timeline, see `lanes.chronology`. events, evidence: like the tables of these
    names. section: where the timeline stands; the list is context.
    """
    rows, declared = lanes.chronology(claim.id, events, evidence), lanes.timeline_of(claim.id)
    asked = [c.settings.items() for c in claim.spec.criteria().values()]
    first = claim.spec.readings[0].criteria
    source, dated = rows["source_id"].map(lanes.publisher), rows["date"].map(date_in_words)
    listed = rows.assign(source=source, dated=dated)
    title, note = lanes.dates_found(claim.id, rows), declared.note
    windows = {c.label: str(c.settings["window"]) for c in first if "window" in c.settings}
    days = {_DAYS[k]: v for s in asked for k, v in s if k in _DAYS and isinstance(v, dt.date)}
    parts = dict([*listed.groupby("panel", sort=False)]) or {"": listed}
    for panel, part in parts.items():  # the windows are of the last
        of = windows if panel == list(parts)[-1] else {}
        show(
            timeline(part, lanes=declared.shown, windows=of, days=days),
            section=section,
            title=title,
            alt=f"Dates by lane. {row_words(part, '{lane}: {dated}') or 'None known'}.",
            data=part.drop(columns=["code", "exact", "source", "dated"]),
            note=note,
        )
        title, note = str(list(parts)[-1]), ""
    sources = counted(rows["origin"].nunique(), "independent source")
    show_table(
        listed,
        section="context",
        title=f"{counted(len(rows), 'dated row')} from {sources}",
        note="A source with several rows is one source.",
        columns=["lane", "dated", "what", "source"],
        labels={"lane": "about"},
    )


def show_sides(claim: Claim, events: pd.DataFrame, evidence: pd.DataFrame) -> None:
    """Show who dates a meeting of each partner with all five, or speaks for or against one.

    claim: one that counts partners up to a day, as `meetings.meetings_with_five` does. events,
    evidence: like the tables of these names.
    """
    asked = claim.spec.readings[0].criteria[0]
    partners = asked.over.economies if asked.over else ()
    until = day("until", asked.settings["until"])
    sides = meetings.sides(events, evidence, partners, claim=claim.id, until=until)
    show_table(
        documents.side_lists(sides),
        section="main",
        title=meetings.sides_title(sides, partners),
        note="Sources that date a meeting with all five or speak for one, and those against.",
    )


def show_documents(claim: Claim, evidence: pd.DataFrame) -> None:
    """List the documents on a claim: those against, for, and as context; nothing without any.

    evidence: like table `evidence`.
    """
    note = "Texts that were not seen do not count, nor does commentary, which documents nothing."
    lists: documents.Lists = {
        "refutes": ("against", "Documents against the sentence", note),
        "supports": ("context", "Documents for the sentence", note),
        "context": ("context", "Documents as context", note),
    }
    labels = {reading.name: reading.title for reading in claim.spec.readings}
    documents.show_lists(evidence, claim.id, lists, labels)


def show_disagreements(apart: pd.DataFrame) -> None:
    """List dates that exclude one another, as `lanes.disagreements` and
    `lanes.accession_disagreements` find them; nothing where there are none.
    """
    if len(apart):
        days = [name for name in ("earliest", "latest") if name in apart]
        show_table(
            apart.assign(**{name: apart[name].map(date_in_words) for name in days}),
            section="against",
            title="Dates on which sources disagree",
            digits=0,
            note="Both stand. A date that a source gave before the event is the weaker one.",
        )


def show_signing(events: pd.DataFrame, *, until: dt.date, within: int) -> None:
    """Show how soon the five and all others signed after the speech, as far as it was known.

    events, until: as in `signing.signing_times`. within: months shaded as prompt.
    """
    with where_known():
        times = signing.signing_times(events, until)
        halves = ", ".join(
            f"half of the {who} within {median:.0f} months"
            if (median := signing.signing_medians(times[times["five"] == five])["middle"])
            else f"fewer than half of the {who}"
            for who, five in (("five", True), ("others", False))
        )
        shares, unit = signing.signed_shares(times), "% signed, by months"
        show(
            lines(shares, "middle", panel="", hue="who", unit=unit, spans=[(0, within)], top=100),
            section="main",
            title=f"Signed after the speech: {halves}",
            alt=f"Share that had signed by months after the speech of 2013: {halves}.",
            data=times,
            sources=signing.documents_behind(times),
            note="Members of the United Nations without China, as Kaplan-Meier curves up to the "
            "day of the article. Bands span what the dates leave open. An unknown date may be any "
            "day from the speech to the next date on file for that country, or never where there "
            "is none. Lines take the middle of each span and leave out those without a bound.",
        )
