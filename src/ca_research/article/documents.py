"""Lists of documents for and against, the cases that they show, and sources by name."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle
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
from ..estimates.series import omit, pick
from ..ground.display import Section
from ..plots.show import known, show_table, where_known
from ..registry.words import cell_words

ONE_ORIGIN = "Documents with the same letter go back to one origin and count once."
_SIDES = {"supports": "for", "refutes": "against", "context": "context"}
READ = {"full": "read in full", "excerpt": "read in excerpt", "none": "not seen"}
COUNTING = "counting"
"""Coding of documents that count nowhere or under another origin; it touches those it lists
alone.
"""


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


def side_lists(sides: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """Both sides of each reading as lists of sources by name, the oldest text first.

    sides: reading, side, name, year and sources, as from `sides`. labels: words for the readings.
    """
    rows = sides.sort_values(["year", "name"])
    lists = rows.groupby(["reading", "side"])["name"].agg("; ".join).unstack(fill_value="")
    lists = lists.reindex(columns=SIDES, fill_value="").rename(columns=_SIDES)
    lists["sources"] = rows.groupby("reading")["sources"].agg(lambda ids: tuple(ids.sum()))
    return lists.rename(index=labels).rename_axis("about", columns=None).reset_index()


def document_list(
    evidence: pd.DataFrame, *, claim: str, direction: str, counting: str = ""
) -> pd.DataFrame:
    """Documents of a claim in one direction, with the `text` that was read of each.

    evidence: rows of table `evidence`. direction: 'supports', 'refutes' or 'context'. counting: a
    coding of rows that count nowhere or under another origin; of such a row `text` says so.
    """
    rows = recounted(pick(evidence, claim=claim), counting)
    rows = pick(rows, direction=direction).sort_values(["reading", "date", "item"])
    aside = rows["aside"].where(rows["aside"] == "", "; does not count: " + rows["aside"])
    text = rows["strength"].astype(str) + ", " + rows["text_seen"].map(READ).astype(str) + aside
    return rows.assign(text=text)


def documents_seen(evidence: pd.DataFrame) -> pd.DataFrame:
    """The documents of a claim whose text was seen, whatever their side.

    evidence: rows of table `evidence`, of one claim.
    """
    rows = omit(evidence, text_seen="none")
    return rows.sort_values(["reading", "direction", "date"]).assign(side=rows["direction"])


def readable(listed: pd.DataFrame, labels: Mapping[str, str] | None = None) -> pd.DataFrame:
    """A list of documents in the words of a page.

    listed: as from `document_list` or `documents_seen`. labels: words for its readings, before
    those of registry/article/words.yaml. Where several go back to one origin each has the same
    letter.
    """
    origins, titles = listed["origin_group"], labels or {}
    about = [titles.get(reading) or cell_words("reading", reading) for reading in listed["reading"]]
    words = listed.assign(about=about, says=listed["statement"], source=listed["source_id"])
    if "side" in words:
        words["side"] = words["side"].map(_SIDES)
    if origins.duplicated().any():
        shared = origins[origins.duplicated()].unique()
        letters = dict(zip(shared, cycle(ascii_lowercase), strict=False))
        words["one origin"] = origins.map(letters).fillna("")
    columns = ["about", "date", "side", "says", "source", "text", "one origin", "source_id"]
    return words[[name for name in columns if name in words]]


Lists = Mapping[str, tuple[Section, str, str]]
"""By side of a document: where its list stands on the page, its title and its note."""


def show_lists(
    evidence: pd.DataFrame,
    claim: str,
    lists: Lists,
    labels: Mapping[str, str] | None = None,
    *,
    counting: str = "",
) -> None:
    """Show the documents of a claim as lists, one for each side that has any.

    labels: as in `readable`. counting: as in `document_list`.
    """
    for direction, (section, title, note) in lists.items():
        listed = document_list(evidence, claim=claim, direction=direction, counting=counting)
        words = readable(listed, labels)
        if len(words):
            letters = ONE_ORIGIN if "one origin" in words else ""
            show_table(words, section=section, title=title, note=f"{note} {letters}".strip())


def show_both_sides(evidence: pd.DataFrame, *, claim: str, **titles: str) -> None:
    """Show the documents for and against a sentence as lists, each side under its title.

    evidence: rows of table `evidence`. claim: its id. titles: by 'supports' and 'refutes'.
    """
    lists: Lists = {side: ("against", title, "") for side, title in titles.items()}
    show_lists(evidence, claim, lists)


def show_seen(evidence: pd.DataFrame, title: str) -> None:
    """Show all documents that were seen as one list.

    evidence: rows of table `evidence`, of one claim.
    """
    with where_known("against"):
        words = readable(known(documents_seen(evidence)))
        show_table(words, section="against", title=title)


def case_origins(evidence: pd.DataFrame, *, claim: str, coding: str, codes: str) -> pd.DataFrame:
    """Origins that show a case of a kind, without commentary: a row for each case and origin.

    evidence, claim, coding: as in `documents_of`. codes: those that count, joined by ';', in the
    order of their weight. The row that shows the case best, with its `code`, how it was `counted`
    ('strict' where that code is among them, else 'wide') and its `name`, and the case in words.
    """
    rows, wanted = documents_of(evidence, claim=claim, coding=coding).frame, split(codes)
    rows = omit(rows, strength="commentary")
    strict = rows["strict"].isin(wanted)
    code = rows["strict"].where(strict, rows["wide"])
    code = pd.Categorical(code.where(code.isin(wanted)), wanted, ordered=True)
    counted = strict.map({True: "strict", False: "wide"})
    years = rows.groupby(["case", "origin_group"])["year"].transform("min")
    rows = rows.assign(code=code, counted=counted, year=years).dropna(subset="code")
    rows = rows.sort_values(["counted", "code"]).drop_duplicates(["case", "origin_group"])
    names = [source_and_year(*row) for row in zip(rows["source_id"], rows["year"], strict=True)]
    cases = [case_name(case, coding) for case in rows["case"]]
    return rows.assign(name=names, case=[name[:1].upper() + name[1:] for name in cases])
