"""What a page on documents shows beside their lists: how much was read, both sides by name, cases
and codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from .. import investment, registry
from ..claims import Evidence
from ..estimates.documents import ENOUGH, SIDES, case_name, documents_of, of_claim, recounted
from ..estimates.series import omit, pick
from ..ground import economies as eco
from ..ground.numbers import in_words
from ..plots import dated_lanes, lines, show_criterion, style
from ..plots.documents import READ, counting_of
from ..plots.grid import draw_grid
from ..plots.needs import needs
from ..plots.panels import dated_name, name_marks, panels
from ..plots.show import known, show_table, where_known
from ..registry.codings import coding as registry_coding
from ..registry.words import cell_words, party
from . import documents
from .aid import grants_per_head
from .doctrine import GOALS, LISTS, coded_goals
from .settings import settings


def show_documents(claim_id: str, evidence: pd.DataFrame) -> None:
    """Show the documents of a claim beside their lists: how much of them was read, the sources on
    both sides by name (where its criteria count sides or cases), and the codes of each.
    """
    _show_read(claim_id, evidence)
    criteria = registry.claim(claim_id).criteria().values()
    if any({"direction", "coding"} & c.settings.keys() for c in criteria):
        _show_sides(claim_id, evidence)
    if coding := _coding_of(claim_id):
        with where_known():
            _show_codes(claim_id, coding, evidence)


def _show_read(claim_id: str, evidence: pd.DataFrame) -> None:
    """Count the documents on each subject of a claim, by how much of them was read."""
    rows = recounted(of_claim(evidence, claim_id), counting_of(claim_id))
    counts = omit(pick(rows, aside=""), text_seen="none")
    with where_known("context"):
        read = known(rows).groupby(["reading", "text_seen"]).size().unstack(fill_value=0)
        origins = counts.groupby("reading")["origin_group"].nunique()
        read["independent origins"] = origins.reindex(read.index, fill_value=0)
        show_table(
            read.rename(index=_named(read.index, claim_id), columns=READ).reset_index(),
            section="context",
            title="How many documents there are on each subject, and how much of them was read",
            sources=rows,
            digits=0,
            labels={"reading": "subject"},
            note="A text of which nothing was read counts nowhere, nor one that does not say what "
            "is asked; offices of one government that speak of their own work are one origin.",
        )


def show_cases(coding: str, evidence: pd.DataFrame, of: Mapping[str, str]) -> None:
    """List the cases behind coded documents, each with the independent sources that show it.

    coding: 'acts' or 'conditions'. of: claims whose documents are coded, each with the power whose
    acts they speak of, or ''.
    """
    codes, title, note = _CASES[coding]
    with where_known():
        origins = known(
            pd.concat(
                documents.case_origins(evidence, claim=claim, coding=coding, codes=codes).assign(
                    power=power
                )
                for claim, power in of.items()
            )
        )
        called = origins.get("interference", pd.Series("", origins.index))
        strict = origins["counted"] == "strict"
        origins = origins.assign(
            called=called,
            strict=strict,
            certain=strict & called.isin(["", "yes"]),
            kind=origins["code"].map(_SHOWN),
            name=origins["name"].where(strict, "(" + origins["name"] + ")"),
        )
        cases = origins.groupby(["power", "case"], as_index=False).agg(
            kind=("kind", "first"),
            name=("name", "; ".join),
            called=("called", lambda votes: " or ".join(votes.unique())),
            certain=("certain", "sum"),
            strict=("strict", "sum"),
            sources=("source_id", tuple),
        )
        documented = int((cases["certain"] >= ENOUGH).sum())
        rest = f"{in_words(documented) if documented else 'none'} rest{'s' * (documented == 1)}"
        extra = [column for column in ("power", "called") if (cases[column] != "").any()]
        show_table(
            cases.sort_values("strict", ascending=False, kind="stable"),
            section="main",
            title=title.format(cases=in_words(len(cases)), rest=rest),
            note=note,
            columns=["case", "kind", "name", *extra],
            labels={"name": "independent sources", "called": "called interference"},
        )


_CASES = {
    "acts": (
        "unrest;force;narrow;broad",
        "Of {cases} reported acts of both powers, {rest} on two independent sources and "
        "would be called interference",
        "One rule for both powers, without commentary. Five blind readers, who saw neither "
        "power nor country, coded each document; what most of them say stands here. A contractor "
        "named for a loan's project is a condition of the loan, and no interference. In brackets: "
        "only if read widely.",
    ),
    "conditions": (
        "policy;economic",
        "Of {cases} reported conditions of Chinese finance, {rest} on two independent sources",
        "By the stricter code; in brackets what speaks of it only if read widely. "
        "Without commentary.",
    ),
}
"""By coding: the codes that show a case, in the order of their weight; title and note."""


def _show_sides(claim_id: str, evidence: pd.DataFrame) -> None:
    """List both sides of a claim, each independent source by name; nothing where there is none."""
    sides = documents.sides(evidence, claim=claim_id, counting=counting_of(claim_id))
    sides = omit(sides, strength="commentary")
    if len(sides):
        both = pick(sides, both_sides=True)["origin_group"].nunique()
        note = "One entry for each independent source; commentary does not count."
        counts = sides.groupby("side")["origin_group"].nunique().reindex(SIDES, fill_value=0)
        show_table(
            documents.side_lists(sides, _named(sides["reading"], claim_id)),
            section="context" if _coding_of(claim_id) else "main",
            title=f"Independent sources: {in_words(counts['supports'])} for the sentence, "
            f"{in_words(counts['refutes'])} against it",
            note=f"{note} {in_words(both).capitalize()} stand on both sides." if both else note,
        )


def show_loan_terms(projects: pd.DataFrame, facts: pd.DataFrame) -> None:
    """Show what the newest list of projects knows of the terms of loans; nothing where it was not
    yet known.
    """
    edition = settings().sources.projects
    if edition not in set(projects["source_id"]):
        return
    terms = investment.loan_terms(projects, facts, edition=edition, economies=eco.CA5)
    table = terms.summary.pivot(index="host", columns="term", values="known")
    table = table.join(terms.collateral.set_index("host")[["loans", "stated"]])
    show_table(
        table.reset_index(),
        section="context",
        title="Loans on one list of projects, and of how many the terms are known",
        sources=[edition],
        digits=0,
        columns=["host", "loans", "interest", "maturity", "stated"],
        labels={
            "interest": "interest known",
            "maturity": "maturity known",
            "stated": "collateral stated",
        },
        note="Collateral is marked only where a description states it. No entry speaks of policy "
        "conditions either way.",
    )


def _show_codes(claim_id: str, coding: str, evidence: pd.DataFrame) -> None:
    """List what each document shows by its codes."""
    scheme, codes = registry_coding(coding), ["strict", "wide"]
    rows = documents_of(evidence, claim=claim_id, coding=coding).frame
    rows = rows[rows[codes].ne("none").any(axis=1)].sort_values(["case", "item"])
    shown = rows[codes].replace(_SHOWN)
    listed = rows.assign(
        about=rows["case"].map(lambda case: case_name(case, coding), na_action="ignore"),
        shows=shown["strict"],
        widely=shown["wide"].where(shown["wide"] != shown["strict"], ""),
        source=rows["source_id"],
    )
    if "kind" in rows:
        listed["kind"] = rows["kind"].replace(scheme.fields["kind"].values)
    judged = [name for name in ("interference", "kind") if name in rows]
    fields = scheme.fields["strict"].values.items()
    rules = " ".join(f"“{_SHOWN[name].capitalize()}”: {rule}" for name, rule in fields)
    show_table(
        known(listed),
        section="main",
        title=f"{scheme.title}: what each document shows",
        columns=["about", "shows", "widely", *judged, "why", "source"],
        labels={"widely": "read widely"},
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


def show_ranks(claim: str, coding: str, evidence: Evidence, documents: pd.DataFrame) -> None:
    """Show China's place in the lists of partners of each economy, by date.

    evidence: of the claim, which has the criterion `rank`. documents: like table `evidence`.
    """
    with where_known():
        rows = documents_of(documents, claim=claim, coding=coding).frame
        ranks = known(pick(rows, kind=LISTS)).sort_values(["economy", "powers"])
        labels = ("place " + ranks["powers"]).replace("place u", "not seen")
        official = ranks["kind"].map({"list": " (no official text)"}).fillna("")
        lanes = ranks["economy"].map(eco.name_of) + ": " + labels + official
        wanted = ["economy", "date", "year", "kind", "powers", "all_named", "statement"]
        show_criterion(
            evidence,
            "rank",
            picture=lambda: dated_lanes(ranks.assign(lane=lanes), lane="lane"),
            data=ranks[[*wanted, "source_id"]],
            note="Not seen: the order was not in the part seen.",
        )


def show_goals(claim: str, evidence: Evidence, documents: pd.DataFrame) -> None:
    """Show what the documents of the United States name as goals.

    evidence: of the claim, which has the criterion `russia_always`. documents: like the table.
    """
    with where_known():
        rows = known(pick(coded_goals(documents, claim), kind="own"))
        rows = rows.sort_values(["year", "document"])
        show_criterion(
            evidence,
            "russia_always",
            picture=lambda: goal_grid(rows.drop_duplicates("origin_group")),
            data=rows.drop(columns="origin_group"),
            note="Texts that the United States wrote alone; joint texts and summaries by others "
            "stand in the list.",
            marks=_GOAL_MARKS,
        )


_GOAL_MARKS = {
    "named": "Dark: named.",
    "not": "Pale: not named.",
    "unseen": "Question mark: not visible in the part seen, or not coded; such a text may name the "
    "goal or not.",
}


@needs("table", "document year")
def goal_grid(table: pd.DataFrame) -> Figure:
    """Which goals each document names: dark where named, pale where not, a question mark where not
    visible.
    """
    texts = [dated_name(*row) for row in zip(table["document"], table["year"], strict=True)]
    cells = table[[*GOALS]].astype(float).assign(text=texts).melt("text", var_name="goal")
    cells["goal"] = cells["goal"].map(
        lambda goal: "Liberal order" if goal == "LIB" else party(goal)
    )
    words = cells["value"].isna().map({True: "?", False: ""})
    cells = cells.assign(words=words, shade=cells["value"].fillna(0.5) * 2)
    figure, (ax,) = panels(1, 0.9 + 0.27 * len(table))
    draw_grid(ax, cells, "text", "goal", [style.GRID, style.PAPER, style.INK])
    shown = cells["value"].map({1: "named", 0: "not"}).fillna("unseen").unique()
    name_marks(ax.collections, *shown)
    return figure


def show_grants(evidence: Evidence, money: pd.DataFrame, macro: pd.DataFrame) -> None:
    """Show American grants by head and year.

    evidence: of a claim with the criterion `grants`. money, macro: as in `grants_per_head`.
    """
    with where_known():
        given = grants_per_head(money, macro, donors=["USA"]).query("year >= 2000")
        look: dict[str, Any] = {"panel": "host", "unit": "US dollars a head", "alike": False}
        show_criterion(
            evidence,
            "grants",
            picture=lambda: lines(known(given), "per_head", **look),
            data=known(given).rename(columns={"host": "recipient", "investor": "donor"}),
            note="US dollars a head and year. Grants as donors report them to the OECD, without "
            "military aid, in current US dollars.",
        )
