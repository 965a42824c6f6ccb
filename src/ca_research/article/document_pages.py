"""Pictures and lists of pages on documents, with titles and texts made from the figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from .. import investment, registry
from ..claims.slots import in_words
from ..ground import economies as eco
from ..ground.display import Section
from ..plots.show import known, show, show_table, where_known
from ..registry.codings import coding as registry_coding
from ..registry.words import cell_words
from . import documents
from .settings import settings

_COUNTING = "counting"
"""Coding of documents that count nowhere or under another origin; it touches those it lists
alone.
"""
_SEEN = {"full": "read in full", "excerpt": "read in excerpt", "none": "not seen"}


def show_figures(figures: Iterator[tuple[Figure, dict[str, Any]]]) -> None:
    """Show pictures, each with its record; what is not known on the day says so."""
    with where_known():
        for figure, record in figures:
            show(figure, **record)


def show_documents(claim_id: str, evidence: pd.DataFrame) -> None:
    """Show the documents of a claim: how much of them was read, the sources on both sides by name
    (where its criteria count sides or cases), and every document as a list.
    """
    _show_read(claim_id, evidence)
    criteria = registry.claim(claim_id).criteria().values()
    if any({"direction", "coding"} & c.settings.keys() for c in criteria):
        _show_sides(claim_id, evidence)
    _show_lists(claim_id, evidence)


def _show_read(claim_id: str, evidence: pd.DataFrame) -> None:
    """Count the documents on each subject of a claim, by how much of them was read."""
    rows = documents.counted(evidence[evidence["claim"] == claim_id], _COUNTING)
    counts = rows[(rows["text_seen"] != "none") & (rows["aside"] == "")]
    origins = counts.groupby("reading")["origin_group"].nunique()
    with where_known("context"):
        read = known(rows).groupby(["reading", "text_seen"]).size().unstack(fill_value=0)
        read = read.assign(origins=origins.reindex(read.index, fill_value=0)).reset_index()
        names = _named(read["reading"], claim_id)
        show_table(
            read.assign(reading=read["reading"].map(names)),
            section="context",
            title="How many documents there are on each subject, and how much of them was read",
            sources=rows,
            digits=0,
            labels={
                "reading": "subject",
                "origins": "independent origins",
                **{seen: words for seen, words in _SEEN.items() if seen in read},
            },
            note="A text of which nothing was read counts nowhere, nor one that does not say what "
            "is asked; offices of one government that speak of their own work are one origin.",
        )


def show_cases(coding: str, evidence: pd.DataFrame, of: Mapping[str, str]) -> None:
    """List the cases behind coded documents, each with the independent sources that show it.

    coding: 'acts' or 'conditions'. of: claims whose documents are coded, each with the power whose
    acts they speak of, or ''.
    """
    told = _CASES[coding]
    with where_known():
        origins = [
            documents.case_origins(
                evidence, claim=claim, coding=coding, codes=told["codes"]
            ).assign(power=power)
            for claim, power in of.items()
        ]
        every = known(pd.concat(origins, ignore_index=True))
        cases = pd.DataFrame(
            _case_row(power, case, part)
            for (power, case), part in every.groupby(["power", "case"], sort=False)
        )
        documented = int((cases["certain"] >= documents.ENOUGH).sum())
        rest = f"{in_words(documented) if documented else 'none'} rest{'s' * (documented == 1)}"
        empty = [column for column in ("power", "called") if not cases[column].any()]
        show_table(
            cases.drop(columns=["certain", *empty]),
            section="main",
            title=told["title"].format(cases=in_words(len(cases)), rest=rest),
            note=told["note"],
            labels={} if empty else {"called": "called interference"},
        )


_CASES = {
    "acts": {
        "codes": "unrest;force;narrow;broad",
        "title": "Of {cases} reported acts of both powers, {rest} on two independent sources and "
        "would be called interference",
        "note": "One rule for both powers, without commentary. Five blind readers, who saw neither "
        "power nor country, coded each document; what most of them say stands here. A contractor "
        "named for a loan's project is a condition of the loan, and no interference. In brackets: "
        "only if read widely.",
    },
    "conditions": {
        "codes": "policy;economic",
        "title": "Of {cases} reported conditions of Chinese finance, {rest} on two independent "
        "sources",
        "note": "By the stricter code; in brackets what speaks of it only if read widely. "
        "Without commentary.",
    },
}
"""By coding: the codes that show a case, in the order of their weight, and words for the list."""


def show_kinds(claim_id: str, evidence: pd.DataFrame) -> None:
    """Count the conditions of a claim by kind; nothing where none was known."""
    kinds = documents.cases_by_kind(evidence, claim=claim_id, coding=_coding_of(claim_id))
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
        sources=sorted(set(evidence.loc[evidence["claim"] == claim_id, "source_id"])),
        digits=0,
        note="By the stricter code. A case counts as documented where two independent sources "
        "agree on it.",
    )


def _show_sides(claim_id: str, evidence: pd.DataFrame) -> None:
    """List both sides of a claim, each independent source by name; nothing where there is none."""
    sides = documents.sides(evidence, claim=claim_id, counting=_COUNTING)
    sides = sides[sides["strength"] != "commentary"]
    if len(sides):
        both = sides.loc[sides["both_sides"], "origin_group"].nunique()
        note = "One entry for each independent source; commentary does not count."
        note += f" {in_words(both).capitalize()} stand on both sides." if both > 1 else ""
        show_table(
            documents.side_lists(sides, labels=_named(sides["reading"], claim_id)),
            section="context" if _coding_of(claim_id) else "main",
            title=_sides_title(claim_id, sides),
            note=note,
        )


def show_loan_terms(projects: pd.DataFrame, facts: pd.DataFrame) -> None:
    """Show what the newest list of projects knows of the terms of loans; nothing where it was not
    yet known.
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


def _show_lists(claim_id: str, evidence: pd.DataFrame) -> None:
    """Show the documents as lists: those for the sentence, those against it, and those that are
    context.
    """
    what = _coding_of(claim_id)
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
    if what:
        with where_known():
            _show_codes(claim_id, what, evidence)


def _show_codes(claim_id: str, coding: str, evidence: pd.DataFrame) -> None:
    scheme = registry_coding(coding)
    rows = documents.coded(evidence, claim=claim_id, coding=coding, strength="any")
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


def _coding_of(claim_id: str) -> str:
    """The coding of cases that criteria of a claim count by, or ''."""
    criteria = registry.claim(claim_id).criteria().values()
    return next((str(c.settings["coding"]) for c in criteria if "coding" in c.settings), "")


def group_name(reading: str, claim_id: str = "") -> str:
    """A group of documents (of a claim) in words for readers, as a cell of a table shows it.

    Examples
    --------
    >>> group_name("weight"), group_name("contain")
    ('Welfare or security', 'Containment')
    """
    if reading == "literal" and claim_id and (coding := _coding_of(claim_id)):
        return f"{coding.capitalize()} of any kind"
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
