"""What a page on documents shows for each claim: which pictures and lists, with titles and texts
made from the figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from .. import investment
from ..ground import economies as eco
from ..ground.errors import UsageError
from ..plots.show import show, show_table
from ..registry.codings import coding as registry_coding
from . import aid, approval, doctrine, documents
from . import document_pictures as pictures

Frames = Mapping[str, pd.DataFrame]

_POWER = {"C13": "USA", "C17": "CHN"}
_EDITION = "gcdf3_geo"
"""The newest list of projects at hand."""
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


def show_documents(claim_id: str, frames: Frames) -> None:
    """Show the pictures of a claim that rests on documents: at least one in section main.

    frames: tables by name (evidence always; opinion, investment, macro, facts, projects where the
    claim needs them), loaded with one as_of. Nothing is loaded here.
    """
    if lacking := [t for t in ("evidence", *_TABLES.get(claim_id, ())) if t not in frames]:
        raise UsageError(
            f"{claim_id} also needs the table {', '.join(lacking)}",
            hint="frames={name: ca.load(name)}",
        )
    for figure, record in _figures(claim_id, frames):
        show(figure, **record)
    if claim_id == "C16":
        _show_terms(frames["projects"], frames["facts"])


def _show_terms(projects: pd.DataFrame, facts: pd.DataFrame) -> None:
    """What the newest list of projects knows of the terms of loans; nothing where it was not yet
    known.
    """
    if _EDITION not in set(projects["source_id"]):
        return
    terms = investment.loan_terms(projects, facts, edition=_EDITION, economies=eco.CA5)
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
        sources=[_EDITION],
        digits=0,
        note="Collateral is marked only where a description states it. No entry speaks of policy "
        "conditions either way.",
    )


_CONTEXT = "Documents whose direction is context (a code may still count)"


def show_document_lists(claim_id: str, evidence: pd.DataFrame) -> None:
    """Show the documents as lists: those for the sentence, those against it, and those that are
    context.
    """
    for direction, section, title in (
        ("supports", "main", "Documents for the sentence"),
        ("refutes", "against", "Documents against the sentence"),
        (
            "context",
            "context",
            _CONTEXT if claim_id in _CODED else "Documents that count on neither side",
        ),
    ):
        listed = documents.document_list(
            evidence, claim=claim_id, direction=direction, counting=_COUNTING
        )
        if len(listed):
            note = (
                "A code given from the statement counts whatever the side (see the cases)."
                if claim_id in _CODED
                else ""
            )
            show_table(
                listed, section=section, title=title, note=note if direction == "context" else ""
            )
    if claim_id in _CODED:
        _show_codes(claim_id, evidence)


def _show_codes(claim_id: str, evidence: pd.DataFrame) -> None:
    scheme = registry_coding(_CODED[claim_id])
    rows = documents.coded(evidence, claim=claim_id, coding=_CODED[claim_id], strength="any")
    rows = rows[(rows["strict"] != "none") | (rows["wide"] != "none")].sort_values(["case", "item"])
    listed = pd.DataFrame(
        {
            "case": rows["case"].map(documents.case_name, na_action="ignore"),
            "code": rows["strict"],
            "other code": rows["wide"].where(rows["wide"] != rows["strict"], ""),
            "why": rows["why"],
            "origin": rows["origin_group"],
            "source_id": rows["source_id"],
        }
    )
    rules = " ".join(f"{name}: {rule}" for name, rule in scheme.fields["strict"].values.items())
    show_table(
        listed,
        section="main",
        title=f"{scheme.title}: what each document shows",
        note=f"{scheme.about} {rules}",
    )


def _figures(claim_id: str, frames: Frames) -> Iterator[tuple[Figure, dict[str, Any]]]:
    evidence = frames["evidence"]
    if claim_id in _CODED:
        yield from _cases(claim_id, evidence)
    elif claim_id == "C09":
        yield from _ranks(evidence)
        yield from _visits(frames["facts"])
    elif claim_id == "C12":
        yield _goals(evidence)
    elif claim_id in ("C10", "C15"):
        yield _polls(claim_id, frames["opinion"])
    elif claim_id == "C14":
        yield from _grants(frames["investment"], frames["macro"])
    sides = documents.sides(evidence, claim=claim_id, counting=_COUNTING)
    if len(sides) and claim_id not in ("C09", "C12"):
        yield _sides(claim_id, sides)


def _sides(claim_id: str, sides: pd.DataFrame) -> tuple[Figure, dict[str, Any]]:
    count = (
        sides.groupby(["reading", "side"])
        .size()
        .unstack(fill_value=0)
        .reindex(columns=["supports", "refutes"])
    )
    count = count.fillna(0).astype(int)
    said = "; ".join(
        f"{str(r.Index).replace('_', ' ')}: {r.supports} for, {r.refutes} against"
        for r in count.itertuples()
    )
    both = sides.loc[sides["both_sides"], "origin_group"].nunique()
    note = (
        "One mark per independent origin; paler: farther from the event; ring: seen in excerpt "
        "only; dashed: what counts as "
        "documented; digits: year. Commentary is drawn, and counts only where a specification "
        "lets it."
    )
    note += f" Origins on both sides: {both}." if both else ""
    return pictures.sides_strip(sides, enough=documents.ENOUGH), {
        "section": "context" if claim_id in _CODED else "main",
        "title": "Independent sources on either side",
        "alt": f"Independent origins by group of documents. {said}.",
        "data": sides,
        "note": note,
    }


_SHAPES = {
    "acts": "Square: upon elections, laws, courts, appointments or territory; circle: upon "
    "contracts, press or associations; a triangle would be unrest.",
    "conditions": "Circle: an economic condition; square: a policy condition.",
}


def _cases(claim_id: str, evidence: pd.DataFrame) -> Iterator[tuple[Figure, dict[str, Any]]]:
    """Acts of both powers side by side, or conditions of one lender."""
    scheme = _CODED[claim_id]
    shown = {"acts": ("C13", "C17"), "conditions": ("C16",)}[scheme]
    codes = {"acts": "unrest;narrow;broad", "conditions": "policy;economic"}[scheme]
    parts = [
        documents.case_origins(evidence, claim=one, coding=scheme, codes=codes).assign(
            power=_POWER.get(one, "")
        )
        for one in shown
    ]
    cases = pd.concat(parts, ignore_index=True)
    strict = cases[cases["counted"] == "strict"].groupby(["power", "case"]).size()
    enough, total = (
        int((strict >= documents.ENOUGH).sum()),
        cases.groupby(["power", "case"]).ngroups,
    )
    said = "; ".join(
        f"{eco.name_of(str(power)) + ', ' if power else ''}{case}: "
        f"{int((part['counted'] == 'strict').sum())} strict, "
        f"{int((part['counted'] == 'wide').sum())} by the wide code alone"
        for (power, case), part in cases.groupby(["power", "case"])
    )
    what = (
        "acts of both powers in internal affairs, by one rule"
        if scheme == "acts"
        else "conditions of Chinese finance"
    )
    yield (
        pictures.case_strip(cases, enough=documents.ENOUGH),
        {
            "section": "main",
            "title": f"Reported {what}: {enough} of {total} cases rest on two independent sources",
            "alt": f"Independent sources by case. {said}.",
            "data": cases,
            "note": f"{_SHAPES[scheme]} Filled: by the strict code, ring: by the wide code alone, "
            "dashed: what counts as documented. Without commentary.",
        },
    )


def _ranks(evidence: pd.DataFrame) -> Iterator[tuple[Figure, dict[str, Any]]]:
    ranks = doctrine.rank_table(evidence)
    visible = ranks[ranks["powers"] != "u"]
    said = "; ".join(
        f"{eco.name_of(r.economy)} {'' if pd.isna(r.year) else int(r.year)}: place {r.powers}"
        for r in visible.itertuples()
    )
    within = int((visible["powers"].astype(int) <= 2).sum())
    yield (
        pictures.rank_marks(ranks),
        {
            "section": "main",
            "title": f"China's place among the powers named: first or second in {within} of "
            f"{len(visible)} lists with a visible order",
            "alt": f"{said}. Order not visible in {len(ranks) - len(visible)} more.",
            "data": ranks,
            "note": "Filled: within the first two. Small: a list that is no official text or "
            "address. Question mark: the order was not in the part seen.",
        },
    )


def _visits(facts: pd.DataFrame) -> Iterator[tuple[Figure, dict[str, Any]]]:
    rows = facts[facts["attribute"] == "government_visits_with_CHN"]
    if rows.empty:
        return
    yearly = rows.groupby("year", as_index=False)["value"].sum()
    first, last, top = yearly.iloc[0], yearly.iloc[-1], yearly.loc[yearly["value"].idxmax()]
    yield (
        pictures.year_bars(yearly.rename(columns={"value": "visits"}), "visits"),
        {
            "section": "context",
            "title": f"Government visits between China and the five, {int(first['year'])} to "
            f"{int(last['year'])} (China only; no other power counted)",
            "alt": f"{first['value']:.0f} in {int(first['year'])}, {last['value']:.0f} in "
            f"{int(last['year'])}, most ({top['value']:.0f}) in {int(top['year'])}.",
            "data": rows[["subject", "year", "value", "unit", "source_id"]],
            "note": "One database's count. There is no like count for other powers at hand, so it "
            "cannot show a priority.",
        },
    )


def _goals(evidence: pd.DataFrame) -> tuple[Figure, dict[str, Any]]:
    table = doctrine.goals(evidence, documents="all_coded")
    own = table[table["kind"] == "own"]
    said = ", ".join(
        f"{meaning}: {int((own[goal] == 1).sum())}"
        for goal, meaning in doctrine.GOALS.items()
        if goal in own
    )
    return pictures.goal_grid(table), {
        "section": "main",
        "title": "What the documents name as goals",
        "alt": f"Of {len(own)} texts of the United States alone, those that name the goal are, "
        f"{said}.",
        "data": table,
        "note": "Filled: named. Ring: not named. Question mark: not visible in the part seen, or not "
        "coded. Joint texts and summaries by others are drawn too.",
    }


def _polls(claim_id: str, opinion: pd.DataFrame) -> tuple[Figure, dict[str, Any]]:
    about = ["USA"] if claim_id == "C15" else ["USA", "CHN", "RUS"]
    waves = approval.approval_waves(opinion, about=about)
    mine = waves[waves["about"] == "USA"].sort_values("year").groupby("economy")
    said = "; ".join(
        (
            f"{eco.name_of(e)} {p['value_pct'].max():.0f} at its highest, "
            f"{p['value_pct'].iloc[-1]:.0f} in {int(p['year'].iloc[-1])}"
        )
        for e, p in mine
    )
    last = waves.loc[waves["about"] == "USA"].groupby("economy")["year"].max()
    years = (
        f"{int(last.min())}"
        if last.min() == last.max()
        else f"{int(last.min())} to {int(last.max())}"
    )
    return pictures.poll_panels(waves, bar=40 if claim_id == "C10" else None), {
        "section": "main",
        "title": "Approval of leadership in one poll; the last waves on the United States are of "
        f"{years}",
        "alt": f"Approval of the leadership of the United States: {said} (per cent).",
        "data": waves,
        "note": "Per cent of all asked; those without a view are part of the whole. Single values "
        "quoted from the poll's tables.",
    }


def _grants(money: pd.DataFrame, macro: pd.DataFrame) -> Iterator[tuple[Figure, dict[str, Any]]]:
    grants = aid.grants_per_head(money, macro, donors=["USA"]).query("missing == ''")
    newest = grants[grants["year"] == grants["year"].max()]
    said = "; ".join(
        (
            f"{eco.name_of(r.host)} {r.per_head:.2f} (rank {r.rank} of {r.donors}, median "
            f"{r.median:.2f})"
        )
        for r in newest.itertuples()
    )
    yield (
        pictures.grant_panels(grants, donor="USA"),
        {
            "section": "main",
            "title": "American grants by head beside the median donor's, to "
            f"{int(grants['year'].max())}",
            "alt": f"US dollars a head in {int(grants['year'].max())}: {said}.",
            "data": grants,
            "note": "Grants by donors' common reporting, without military aid, in current US "
            "dollars; log scale. The median is that of the donors with a figure in the year; a "
            "larger "
            "economy gives more.",
        },
    )
