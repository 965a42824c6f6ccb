"""What a page on documents shows for each claim: which pictures and lists, with titles and texts
made from the figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from .. import investment, registry
from ..claims.slots import in_words
from ..ground import economies as eco
from ..ground.display import Section
from ..ground.errors import UsageError
from ..plots.show import known, show, show_table, where_known
from ..registry.codings import coding as registry_coding
from ..registry.words import cell_words
from . import aid, approval, doctrine, documents
from .settings import settings

Frames = Mapping[str, pd.DataFrame]
Figures = Iterator[tuple[Figure, dict[str, Any]]]

_POWER = {"C13": "USA", "C17": "CHN"}
_CODED = {"C13": "acts", "C17": "acts", "C16": "conditions"}
_TABLES = {
    "C09": ("facts",),
    "C10": ("opinion",),
    "C14": ("investment", "macro"),
    "C15": ("opinion",),
    "C16": ("projects", "facts"),
}
"""Tables that the pictures of a claim are made from, beside `evidence`."""
_COUNTING = "counting"
"""Coding of documents that count nowhere or under another origin; it touches those it lists
alone.
"""


def show_cases(claim_id: str, evidence: pd.DataFrame) -> None:
    """List the cases behind coded documents, each with the independent sources that show it;
    nothing for a claim without a coding.
    """
    if claim_id in _CODED:
        with where_known():
            _show_cases(claim_id, evidence)
    if claim_id == "C16":
        _show_kinds(evidence)


def _show_kinds(evidence: pd.DataFrame) -> None:
    """Conditions counted by kind; nothing where none was known."""
    kinds = documents.cases_by_kind(evidence, claim="C16", coding="conditions")
    if kinds.empty:
        return
    wanted = {
        "kind": "kind of condition",
        "cases": "loans or grants",
        "sources": "independent sources",
        "most": "most sources on one of them",
        "examples": "which",
    }
    show_table(
        kinds.rename(columns=wanted),
        section="main",
        title=f"{in_words(int(kinds['cases'].sum())).capitalize()} loans and grants that came "
        "with a condition, by its kind",
        sources=sorted(set(evidence.loc[evidence["claim"] == "C16", "source_id"])),
        digits=0,
        note="By the stricter code. A case counts as documented where two independent sources "
        "agree on it.",
    )


def show_beside(claim_id: str, frames: Frames) -> None:
    """Show what stands beside the documents: ranks in doctrines, goals, polls, grants, terms of
    loans; nothing where a claim rests on documents alone.

    frames: tables by name (evidence always; opinion, investment, macro, facts, projects where the
    claim needs them), loaded with one as_of. Nothing is loaded here.
    """
    if lacking := [t for t in ("evidence", *_TABLES.get(claim_id, ())) if t not in frames]:
        raise UsageError(
            f"{claim_id} also needs the table {', '.join(lacking)}",
            hint="frames={name: ca.load(name)}",
        )
    for figures in _beside(claim_id, frames):
        with where_known():
            for figure, record in figures:
                show(figure, **record)
    if claim_id == "C16":
        _show_terms(frames["projects"], frames["facts"])


def show_sides(claim_id: str, evidence: pd.DataFrame) -> None:
    """List both sides of a claim, each independent source by name; nothing where its criteria do
    not count sides.
    """
    sides = documents.sides(evidence, claim=claim_id, counting=_COUNTING)
    sides = sides[sides["strength"] != "commentary"]
    if len(sides) and claim_id not in ("C09", "C12"):
        both = sides.loc[sides["both_sides"], "origin_group"].nunique()
        note = "One entry for each independent source; commentary does not count."
        note += f" {in_words(both).capitalize()} stand on both sides." if both > 1 else ""
        show_table(
            documents.side_lists(sides, labels=_named(sides["reading"], claim_id)),
            section="context" if claim_id in _CODED else "main",
            title=_sides_title(claim_id, sides),
            note=note,
        )


def _show_terms(projects: pd.DataFrame, facts: pd.DataFrame) -> None:
    """What the newest list of projects knows of the terms of loans; nothing where it was not yet
    known.
    """
    edition = settings().sources.projects
    if edition not in set(projects["source_id"]):
        return
    terms = investment.loan_terms(projects, facts, edition=edition, economies=eco.CA5)
    known = terms.summary.pivot(index="host", columns="term", values="known").reset_index()
    table = known.merge(terms.collateral[["host", "loans", "stated"]], on="host")
    table["host"] = table["host"].map(eco.name_of)
    wanted = {
        "loans": "loans",
        "interest": "interest known",
        "maturity": "maturity known",
        "stated": "collateral stated",
    }
    show_table(
        table[["host", *wanted]].rename(columns=wanted),
        section="context",
        title="Loans on one list of projects, and of how many the terms are known",
        sources=[edition],
        digits=0,
        note="Collateral is marked only where a description states it. No entry speaks of policy "
        "conditions either way.",
    )


def show_document_lists(claim_id: str, evidence: pd.DataFrame) -> None:
    """Show the documents as lists: those for the sentence, those against it, and those that are
    context.
    """
    what = _CODED.get(claim_id, "")
    context = "Documents that take neither side" if what else "Documents that count on neither side"
    lists: tuple[tuple[str, Section, str], ...] = (
        ("supports", "main", "Documents for the sentence"),
        ("refutes", "against", "Documents against the sentence"),
        ("context", "context", context),
    )
    for direction, section, title in lists:
        listed = documents.document_list(
            evidence, claim=claim_id, direction=direction, counting=_COUNTING
        )
        if len(listed):
            notes = []
            if what and direction == "context":
                notes.append(f"{what.capitalize()} that they show still count: see the cases.")
            notes += [documents.ONE_ORIGIN] * bool(listed["origin"].duplicated().any())
            show_table(
                documents.readable(listed, _named(listed["reading"], claim_id)),
                section=section,
                title=title,
                note=" ".join(notes),
            )
    if claim_id in _CODED:
        with where_known():
            _show_codes(claim_id, evidence)


def _show_codes(claim_id: str, evidence: pd.DataFrame) -> None:
    scheme = registry_coding(_CODED[claim_id])
    rows = documents.coded(evidence, claim=claim_id, coding=_CODED[claim_id], strength="any")
    rows = rows[(rows["strict"] != "none") | (rows["wide"] != "none")].sort_values(["case", "item"])
    listed = pd.DataFrame(
        {
            "about": rows["case"].map(documents.case_name, na_action="ignore"),
            "shows": rows["strict"].map(_SHOWN),
            "read widely": rows["wide"].map(_SHOWN).where(rows["wide"] != rows["strict"], ""),
            **({"interference": rows["interference"]} if "interference" in rows else {}),
            "why": rows["why"],
            "source": rows["source_id"],
            "source_id": rows["source_id"],
        }
    )
    fields = scheme.fields["strict"].values.items()
    rules = " ".join(f"“{_SHOWN[name].capitalize()}”: {rule}" for name, rule in fields)
    show_table(
        known(listed),
        section="main",
        title=f"{scheme.title}: what each document shows",
        note=f"{scheme.about} {rules}",
    )


_SHOWN = {
    "unrest": "an act to bring about unrest",
    "force": "an act by force or by secret services",
    "narrow": "an act upon elections, laws, courts or territory",
    "broad": "an act upon contracts, press or associations",
    "policy": "a political condition",
    "economic": "an economic condition",
    "inquiry": "an inquiry that finds none",
    "whole": "a review of the whole that finds none",
    "none": "nothing of the kind",
}
"""What a document shows by its code, for acts and for conditions."""


def _beside(claim_id: str, frames: Frames) -> Iterator[Figures]:
    """Pictures by what they are made from: what is known of one may not be known of another."""
    if claim_id == "C09":
        yield doctrine.rank_figures(frames["evidence"])
        yield doctrine.visit_figures(frames["facts"])
    elif claim_id == "C12":
        yield doctrine.goal_figures(frames["evidence"])
    elif claim_id == "C10":
        low = registry.claim(claim_id).criteria()["low"]
        yield approval.poll_figures(
            frames["opinion"], about=["USA", "CHN", "RUS"], bar=low.threshold
        )
    elif claim_id == "C15":
        yield approval.poll_figures(frames["opinion"], about=["USA"])
    elif claim_id == "C14":
        yield _grant_figures(frames["investment"], frames["macro"])


def _grant_figures(investment: pd.DataFrame, macro: pd.DataFrame) -> Figures:
    for figure, record in aid.grant_figures(investment, macro):
        gave = {"host": "recipient", "investor": "donor"}  # grants are no investment
        yield figure, record | {"data": record["data"].rename(columns=gave)}


def group_name(reading: str, claim_id: str = "") -> str:
    """A group of documents (of a claim) in words for readers, as a cell of a table shows it.

    Examples
    --------
    >>> group_name("weight"), group_name("contain")
    ('Welfare or security', 'Containment')
    """
    if reading == "literal" and claim_id in _CODED:
        return f"{_CODED[claim_id].capitalize()} of any kind"
    name = cell_words("reading", reading)
    return name[:1].upper() + name[1:]


def _named(groups: Iterable[str], claim_id: str) -> dict[str, str]:
    """Groups of documents of a claim, and what each is called."""
    return {group: group_name(group, claim_id) for group in groups}


def _sides_title(claim_id: str, sides: pd.DataFrame) -> str:
    """How many independent sources stand on each side."""
    pro, con = (
        sides.loc[sides["side"] == side, "origin_group"].nunique()
        for side in ("supports", "refutes")
    )
    title = f"{in_words(pro)} independent source{'s' if pro != 1 else ''} for the sentence, "
    title += f"{in_words(con) if con else 'none'} against it"
    groups = list(sides["reading"].unique())  # one alone may not be what the sentence says
    return f"{group_name(groups[0], claim_id)}: {title}" if len(groups) == 1 else title.capitalize()


def _show_cases(claim_id: str, evidence: pd.DataFrame) -> None:
    """Acts of both powers by one rule, or conditions of one lender, a row each."""
    scheme = _CODED[claim_id]
    shown = {"acts": ("C13", "C17"), "conditions": ("C16",)}[scheme]
    codes = {"acts": "unrest;force;narrow;broad", "conditions": "policy;economic"}[scheme]
    origins = [
        documents.case_origins(evidence, claim=one, coding=scheme, codes=codes).assign(
            power=_POWER.get(one, "")
        )
        for one in shown
    ]
    every = known(pd.concat(origins, ignore_index=True))
    cases = pd.DataFrame(
        _case_row(power, case, part)
        for (power, case), part in every.groupby(["power", "case"], sort=False)
    )
    documented = int((cases["certain"] >= documents.ENOUGH).sum())
    rest = f"{in_words(documented) if documented else 'none'} rest{'s' * (documented == 1)}"
    what, beside = "reported conditions of Chinese finance", ""
    if scheme == "acts":
        what, beside = "reported acts of both powers", " and would be called interference"
    show_table(
        cases.drop(columns=["certain"] if scheme == "acts" else ["certain", "power", "called"]),
        section="main",
        title=f"Of {in_words(len(cases))} {what}, {rest} on two independent sources{beside}",
        note=_CASE_NOTE[scheme],
        labels={"called": "called interference"} if scheme == "acts" else {},
    )


_CASE_NOTE = {
    "acts": "One rule for both powers, without commentary. Five blind readers, who saw neither "
    "power nor country, coded each document; what most of them say stands here. A contractor named "
    "for a loan's project is a condition of the loan, and no interference. In brackets: only if "
    "read widely.",
    "conditions": "By the stricter code; in brackets what speaks of it only if read widely. "
    "Without commentary.",
}


def _case_row(power: object, case: object, origins: pd.DataFrame) -> dict[str, Any]:
    """A case with its sources by name, and how many show it without doubt."""
    strict = origins["counted"] == "strict"
    certain = strict & origins["sure"].isin(["yes"]) if "sure" in origins else strict
    named = [
        name if sure else f"({name})" for name, sure in zip(origins["name"], strict, strict=True)
    ]
    votes = " or ".join(dict.fromkeys(origins["sure"])) if "sure" in origins else ""
    return {
        "power": power,
        "case": case,
        "kind": _SHOWN[origins["code"].iloc[0]],
        "independent sources": "; ".join(named),
        "called": votes,
        "certain": int(certain.sum()),
        "sources": tuple(sorted({s for part in origins["sources"] for s in part})),
    }
