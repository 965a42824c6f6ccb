"""Lists of documents for and against, the cases that they show, and sources by name."""

from __future__ import annotations

from collections.abc import Mapping
from string import ascii_lowercase

import pandas as pd

from ..estimates.documents import (
    SIDES,
    best_texts,
    case_name,
    documents_of,
    recounted,
    source_and_year,
    split,
)
from ..ground.display import Section
from ..plots.show import show_table
from ..registry.codings import coding as registry_coding
from ..registry.words import cell_words

ONE_ORIGIN = "Documents with the same letter go back to one origin and count once."
_SIDES = {"supports": "for", "refutes": "against", "context": "context"}
READ = {"full": "read in full", "excerpt": "read in excerpt", "none": "not seen"}


def sides(evidence: pd.DataFrame, *, claim: str, counting: str = "") -> pd.DataFrame:
    """Both sides of a claim: a row for each reading, side and origin, by its best text.

    evidence, claim, counting: as in `documents_of`. The columns of its rows, the year of the oldest
    text, `side`, `name`, `sources` (tuple) and `both_sides` (the origin stands on the other side of
    the reading too). Context and texts not seen are left out.
    """
    documents = documents_of(evidence, claim=claim, counting=counting)
    rows = [row for row in documents.records if row["direction"] in SIDES]
    columns = [*documents.frame, "name", "sources"]
    best = pd.DataFrame(best_texts(rows, ("reading", "direction", "origin_group")), columns=columns)
    twice = best.duplicated(["reading", "origin_group"], keep=False)
    return best.assign(both_sides=twice).rename(columns={"direction": "side"})


def side_lists(sides: pd.DataFrame, *, labels: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Both sides of each reading as lists of sources by name, the oldest text first.

    sides: reading, side, name, year and sources, as from `sides`. labels: words for the readings.
    """
    rows = []
    for reading, own in sides.sort_values(["year", "name"]).groupby("reading"):
        names = own.groupby("side")["name"].agg("; ".join).reindex(SIDES, fill_value="")
        rows.append(
            ((labels or {}).get(str(reading), reading), *names, tuple(own["sources"].sum()))
        )
    return pd.DataFrame(rows, columns=["about", "for", "against", "sources"])


def document_list(
    evidence: pd.DataFrame, *, claim: str, direction: str, counting: str = ""
) -> pd.DataFrame:
    """Documents of a claim in one direction, with the `text` that was read of each.

    evidence: rows of table `evidence`. direction: 'supports', 'refutes' or 'context'. counting: a
    coding of rows that count nowhere or under another origin; of such a row `text` says so.
    """
    rows = recounted(evidence[evidence["claim"] == claim], counting)
    rows = rows[rows["direction"] == direction].sort_values(["reading", "date", "item"])
    aside = rows["aside"].where(rows["aside"] == "", "; does not count: " + rows["aside"])
    text = rows["strength"].astype(str) + ", " + rows["text_seen"].map(READ).astype(str) + aside
    return rows.assign(text=text)


def documents_seen(evidence: pd.DataFrame) -> pd.DataFrame:
    """The documents of a claim whose text was seen, whatever their side.

    evidence: rows of table `evidence`, of one claim.
    """
    rows = evidence[evidence["text_seen"] != "none"]
    return rows.sort_values(["reading", "direction", "date"]).assign(side=rows["direction"])


def readable(listed: pd.DataFrame, labels: Mapping[str, str] | None = None) -> pd.DataFrame:
    """A list of documents in the words of a page.

    listed: as from `document_list` or `documents_seen`. labels: words for its readings, before
    those of registry/words.yaml. Where several go back to one origin each has the same letter.
    """
    readings, origins = labels or {}, listed["origin_group"]
    shared = {origin: i for i, origin in enumerate(origins[origins.duplicated()].unique())}
    words = listed.rename(columns={"statement": "says"}).assign(
        **{
            "about": [readings.get(r) or cell_words("reading", r) for r in listed["reading"]],
            "source": listed["source_id"],
            "one origin": [ascii_lowercase[shared[o] % 26] if o in shared else "" for o in origins],
        }
    )
    if "side" in words:
        words["side"] = words["side"].map(_SIDES)
    columns = ["about", "date", "side", "says", "source", "text", *["one origin"][: len(shared)]]
    return words[[name for name in [*columns, "source_id"] if name in words]]


def show_list(
    listed: pd.DataFrame,
    title: str,
    section: Section,
    *,
    labels: Mapping[str, str] | None = None,
    note: str = "",
) -> None:
    """Show a list of documents, where it has any; labels, as in `readable`."""
    if len(listed):
        words = readable(listed, labels)
        note = f"{note} {ONE_ORIGIN if 'one origin' in words else ''}".strip()
        show_table(words, section=section, title=title, note=note)


def show_both_sides(evidence: pd.DataFrame, *, claim: str, supports: str, refutes: str) -> None:
    """Show the documents for and against a sentence as lists, each side under its title.

    evidence: rows of table `evidence`. claim: its id. supports, refutes: titles of the lists.
    """
    for direction, title in (("supports", supports), ("refutes", refutes)):
        show_list(document_list(evidence, claim=claim, direction=direction), title, "against")


def case_origins(evidence: pd.DataFrame, *, claim: str, coding: str, codes: str) -> pd.DataFrame:
    """Origins that show a case of a kind, without commentary: a row for each case and origin.

    evidence, claim, coding: as in `documents_of`. codes: those that count, joined by ';', in the
    order of their weight. The row that shows the case best, with its `code`, how it was `counted`
    ('strict' where that code is among them, else 'wide') and its `name`, and the case in words.
    """
    rows = documents_of(evidence, claim=claim, coding=coding).frame
    rows = rows[rows["strength"] != "commentary"]
    wanted = split(codes)
    strict = rows["strict"].isin(wanted)
    codes_of = rows["strict"].where(strict, rows["wide"])
    rows = rows.assign(
        code=pd.Categorical(codes_of.where(codes_of.isin(wanted)), wanted, ordered=True),
        counted=strict.map({True: "strict", False: "wide"}),
        year=rows.groupby(["case", "origin_group"])["year"].transform("min"),
    )
    rows = rows.dropna(subset="code").sort_values(["counted", "code"])
    rows = rows.drop_duplicates(["case", "origin_group"])
    names = [source_and_year(*row) for row in zip(rows["source_id"], rows["year"], strict=True)]
    cases = [case_name(case, coding) for case in rows["case"]]
    return rows.assign(name=names, case=[name[:1].upper() + name[1:] for name in cases])


def cases_by_kind(evidence: pd.DataFrame, *, claim: str, coding: str) -> pd.DataFrame:
    """How many cases and independent origins document each kind of condition, by the strict code.

    evidence, claim, coding: as in `documents_of`; a coding with the field kind. Returns kind (in
    words), cases, sources (number of origins), most (origins on the case that has most) and
    examples (the cases in words); the kind with most cases first.
    """
    rows = documents_of(evidence, claim=claim, coding=coding).frame
    rows = rows[rows["strength"] != "commentary"]
    rows = rows[~rows["strict"].isin(["none", "whole"]) & rows["kind"].notna()]
    rows = rows.drop_duplicates(["case", "origin_group", "kind"]).sort_values("case")
    kinds = rows.assign(origins=rows.groupby(["kind", "case"])["item"].transform("size"))
    kinds = kinds.groupby("kind").agg(
        cases=("case", "nunique"),
        sources=("origin_group", "nunique"),
        most=("origins", "max"),
        examples=("case", lambda s: "; ".join(case_name(case, coding) for case in s.unique())),
    )
    kinds = kinds.rename(index=registry_coding(coding).fields["kind"].values).reset_index()
    return kinds.sort_values(["cases", "kind"], ascending=[False, True])
