"""What a page on dates shows: its timeline, its rows, documents for and against, and the dates on
which sources disagree, with titles and texts made from the figures.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd

from ..claims.claim import Claim
from ..ground.display import Section
from ..ground.periods import date_in_words
from ..plots.show import show, show_table, where_known
from ..plots.timeline import timeline
from . import documents, lanes, signing
from .words import several

_DAYS = {"until": "the article", "before": "the speech"}
"""Settings of a criterion that are a day of the timeline, and what was on that day."""
_DOCUMENTS = {
    "refutes": "Documents against the sentence",
    "supports": "Documents for the sentence",
    "context": "Documents as context",
}
_SIGNED = (
    "Members of the United Nations without China, as Kaplan-Meier curves up to the day of the "
    "article. Bands span what the dates leave open. An unknown date may be any day from the speech "
    "to the next date on file for that country, or never where there is none. Lines take the "
    "middle of each span and leave out those without a bound."
)


def show_dates(
    claim: Claim, events: pd.DataFrame, evidence: pd.DataFrame, *, section: Section = "main"
) -> None:
    """Show the dated rows behind a claim as a timeline, and as a list with who says so.

    claim: one with a timeline, see `lanes.chronology`. events, evidence: like the tables of these
    names. section: where the timeline stands; the list is context.
    """
    rows, spec = lanes.chronology(claim.id, events, evidence), claim.spec
    asked = [c.settings for c in spec.criteria().values()]
    first = spec.readings[0].criteria
    listed = rows.assign(source=lanes.publishers(rows), dated=rows["date"].map(date_in_words))
    dates = listed.groupby("lane", sort=False)["dated"].agg(", ".join)
    said = "; ".join(f"{lane}: {words}" for lane, words in dates.items())
    show(
        timeline(
            rows,
            lanes=lanes.lanes_of(claim.id),
            windows={c.label: str(c.settings["window"]) for c in first if "window" in c.settings},
            days={
                _DAYS[key]: day
                for settings in asked
                for key, day in settings.items()
                if key in _DAYS and isinstance(day, dt.date)
            },
        ),
        section=section,
        title=lanes.dates_found(claim.id, rows),
        alt=f"Dates by lane. {said or 'No dated row is known on this day'}.",
        data=rows.drop(columns=["code", "exact"]),
        note=lanes.NOTES[claim.id],
    )
    show_table(
        listed,
        section="context",
        title=f"{several(len(rows), 'dated row')} from "
        f"{several(rows['origin'].nunique(), 'independent source')}",
        note="A source with several rows is one source.",
        columns=["lane", "dated", "what", "source"],
        labels={"lane": "about"},
    )


def show_documents(claim: Claim, evidence: pd.DataFrame) -> None:
    """List the documents on a claim: those against, for, and as context; nothing without any.

    evidence: like table `evidence`.
    """
    readings = {reading.name: reading.title for reading in claim.spec.readings}
    for direction, title in _DOCUMENTS.items():
        listed = documents.document_list(evidence, claim=claim.id, direction=direction)
        if len(listed):
            shared = documents.ONE_ORIGIN if listed["origin"].duplicated().any() else ""
            show_table(
                documents.readable(listed, readings),
                section="against" if direction == "refutes" else "context",
                title=title,
                note="Texts that were not seen do not count, nor does commentary, which documents "
                f"nothing. {shared}",
            )


def show_disagreements(apart: pd.DataFrame) -> None:
    """List dates that exclude one another, as `lanes.disagreements` and
    `lanes.accession_disagreements` find them; nothing where there are none.
    """
    if len(apart):
        days = [name for name in ("date", "earliest", "latest") if name in apart]
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
        times = signing.signing_times(events, until=until)
        groups = {"five": times[times["five"]], "others": times[~times["five"]]}
        edges = ("low", "middle", "high")
        curves = {
            name: {edge: signing.signing_curve(part, edge) for edge in edges}
            for name, part in groups.items()
        }
        half = {name: signing.signing_medians(part)["middle"] for name, part in groups.items()}
        told = [
            f"half of the {who} within {m:.0f} months" if m else f"fewer than half of the {who}"
            for who, m in half.items()
        ]
        medians = [
            f"{who}, median {f'{m:.0f} months' if m else 'not reached'}" for who, m in half.items()
        ]
        show(
            signing.signing_curves(
                groups["five"], curves, watch=times["high"].max(), within=within
            ),
            section="main",
            title="Signed after the speech: " + ", ".join(told),
            alt=f"Share that had signed by months after the speech of 2013. {'; '.join(medians)}.",
            data=times,
            sources=sorted({*times["source_id"].dropna(), *times["bound_source_id"].dropna()}),
            note=_SIGNED,
        )
