"""Measures of documents, for claims that need no code of their own: independent origins on a side
or with a code, cases that they show, shares of them that say a thing.

Documents are rows of table `evidence`. Three rules hold throughout: a row whose text was not seen
never counts; rows of one origin group count once; a group that stands on both sides counts on
both. What a document shows beyond its direction, and how it counts where its row alone would
mislead, is read from a coding in registry/coding/, made from the statements alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal

import pandas as pd

from ..ground import economies as eco
from ..ground.errors import UnknownNameError, known_name
from ..ground.numbers import count_range, in_words
from ..ground.numbers import counted as number_of
from ..registry.codings import coding as registry_coding
from ..registry.words import source_name
from .cells import CellsOf
from .frame import Estimate, Figures, estimate_row
from .measures import measure, tells
from .once import once
from .series import between

ENOUGH = 2
"""Independent origins that count as documented, unless a criterion asks for another number."""
MOST_NAMED = 2
"""Cases or sources that a sentence names; of more it names none."""
STRENGTHS = {
    "any": ("primary", "secondary", "commentary"),
    "documents": ("primary", "secondary"),
    "primary": ("primary",),
}
"""What counts by nearness to the event. Commentary argues; it does not document."""
SIDES = ("supports", "refutes")
_SINGLE = {"supports": "source_in_favour", "refutes": "source_against"}
_NEAREST = {word: i for i, word in enumerate((*STRENGTHS["any"], "full", "excerpt"))}
"""Order in which the texts of one origin stand for it: near to the event, and read in full."""
Document = Mapping[str, Any]
"""A row of `documents_of`, with its place there."""
Strength = Literal["any", "documents", "primary"]
Texts = Literal["all", "seen_in_excerpt"]
Reading = Annotated[str, CellsOf("evidence", "reading")]


def split(joined: str) -> list[str]:
    """The words of a text in which they are joined by ';'."""
    return [part.strip() for part in joined.split(";") if part.strip()]


def of_claim(evidence: pd.DataFrame, claim: str) -> pd.DataFrame:
    """The rows of table `evidence` that are documents on a claim."""
    return evidence[evidence["claim"] == claim]


@once
def documents_of(
    evidence: pd.DataFrame, *, claim: str, coding: str = "", counting: str = ""
) -> Figures:
    """Documents on a claim whose text was seen, as they count.

    Parameters
    ----------
    evidence : pandas.DataFrame
        Like table `evidence`.
    claim : str
        Its id.
    coding : str
        A coding of registry/coding/ with a code for each of them.
    counting : str
        A coding of rows that count nowhere or under another origin (see `recounted`).

    Returns
    -------
    Figures
        The rows with ``year``, of a coding also ``why`` and a column for each of its fields; `wide`
        is the strict code where no other is given.

    Raises
    ------
    UnknownNameError
        No such coding, or a document without a code.
    """
    rows = of_claim(evidence, claim)
    rows = rows[rows["text_seen"] != "none"]
    years = pd.to_numeric(rows["date"].astype("string").str[:4], errors="coerce").astype("Int64")
    rows = recounted(rows.assign(year=years), counting)
    rows = rows[rows["aside"] == ""].drop(columns="aside").reset_index(drop=True)
    if not coding:
        return Figures(rows)
    codes = _codes(rows, coding)
    for bare in rows["item"][codes["why"].isna()]:
        where = f"code for a document of {claim} in registry/coding/{coding}.yaml"
        raise UnknownNameError(where, bare, ())
    if "wide" in codes:
        codes["wide"] = codes["wide"].fillna(codes["strict"])
    return Figures(rows.assign(**codes))


def _codes(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """What a coding says of each row: why, and a column for each of its fields."""
    scheme = registry_coding(name)
    codes = {(r.claim, r.item): {"why": r.reason, **r.codes} for r in scheme.rows}
    entries = [codes.get(key, {}) for key in zip(rows["claim"], rows["item"], strict=True)]
    return pd.DataFrame(entries, rows.index, ["why", *scheme.fields], dtype="string")


def recounted(rows: pd.DataFrame, counting: str) -> pd.DataFrame:
    """Documents with the origin and the side under which they count, and why they are set `aside`
    where they count nowhere.

    counting: a coding with the fields counts, origin and side, or '' for the rows as they are.
    """
    if not counting:
        return rows.assign(aside="")
    codes = _codes(rows, counting)
    return rows.assign(
        origin_group=codes["origin"].fillna(rows["origin_group"].astype("string")),
        direction=codes["side"].fillna(rows["direction"].astype("string")),
        aside=codes["why"].where(codes["counts"] == "nowhere", ""),
    )


def near(documents: Figures, strength: str, texts: str = "all") -> list[Document]:
    """Documents that are near enough to the event, of 'seen_in_excerpt' without those texts."""
    extents = ("full",) if texts == "seen_in_excerpt" else ("full", "excerpt")
    near_enough = STRENGTHS[strength]
    return [
        row
        for row in documents.records
        if row["strength"] in near_enough and row["text_seen"] in extents
    ]


def origins_of(rows: Iterable[Document]) -> set[str]:
    """The independent origins of documents."""
    return {row["origin_group"] for row in rows}


def best_texts(
    rows: Iterable[Document], by: Sequence[str] = ("origin_group",)
) -> list[dict[str, Any]]:
    """Of each origin the text that stands for it, near to the event and read in full, with the year
    of its oldest, its `name`, and its `sources`.
    """
    texts: dict[Any, list[Document]] = {}

    def order(row: Document) -> tuple[Any, ...]:
        return _NEAREST[row["strength"]], _NEAREST[row["text_seen"]], row["item"]

    for row in sorted(rows, key=order):
        texts.setdefault(tuple(row[column] for column in by), []).append(row)
    best = []
    for group in texts.values():
        year = min((row["year"] for row in group if pd.notna(row["year"])), default=pd.NA)
        name = source_and_year(group[0]["source_id"], year)
        sources = tuple(sorted({row["source_id"] for row in group}))
        best.append({**group[0], "year": year, "name": name, "sources": sources})
    return best


def source_and_year(source_id: str, year: object) -> str:
    """Publisher and year of a document, the year of the text where the source names none."""
    name = (source_name(source_id) or source_id).replace(" text", "")
    return name if pd.isna(year) or re.search(r"\d{4}$", name) else f"{name}, {year}"


def case_name(case: str, coding: str) -> str:
    """A case as its coding puts it in words; else 'kgz_press_2005' is 'Kyrgyzstan: press 2005'."""
    code, _, rest = case.replace("_", " ").partition(" ")
    named = f"{eco.name_of(code.upper())}: {rest}" if code.upper() in eco.codes() else ""
    return registry_coding(coding).cases.get(case) or named or case.replace("_", " ")


@measure("documents.origins", kind="count")
@tells("named")
def origins(
    evidence: pd.DataFrame,
    *,
    claim: str,
    reading: Reading = "",
    direction: Literal["supports", "refutes"] = "supports",
    strength: Strength = "documents",
    seen: Literal["excerpt", "full"] = "excerpt",
    texts: Texts = "all",
    single: Literal["none", "source_in_favour", "source_against"] = "none",
    apart_from: Annotated[str, CellsOf("evidence", "origin_group")] = "",
    counting: str = "",
) -> list[Estimate]:
    """How many independent origins stand on one side of a claim.

    Parameters
    ----------
    evidence : pandas.DataFrame
        Like table `evidence`.
    claim, reading : str
        Its id; readings joined by ';', all where empty.
    direction : str
        'supports' or 'refutes'; rows of context never count.
    strength : str
        'documents' (primary and secondary), 'primary', or 'any' with commentary.
    seen, texts : str
        'full' where a text has to be read in full; 'seen_in_excerpt' leaves out those seen only so.
    single : str
        'source_in_favour' or 'source_against' takes one origin of that side away.
    apart_from : str
        Origin groups that cannot speak here, joined by ';' (a text cannot vouch for itself).
    counting : str
        A coding of rows that count nowhere or under another origin.

    Returns
    -------
    pandas.DataFrame
        One row, which tells the sources and their years where they are few (``named``). Zero is an
        answer where documents on either side were seen, and rests on all of them.

    Raises
    ------
    UnknownNameError
        A coding that does not exist.
    """
    documents = documents_of(evidence, claim=claim, counting=counting)
    readings, silent = split(reading), split(apart_from)
    rows = [
        row
        for row in near(documents, strength, "seen_in_excerpt" if seen == "full" else texts)
        if row["direction"] in SIDES
        and row["origin_group"] not in silent
        and (not readings or row["reading"] in readings)
    ]
    if not rows:
        return [estimate_row(missing="no document on either side was seen")]
    side = [row for row in rows if row["direction"] == direction]
    one_less = single == _SINGLE[direction]
    count = max(len(origins_of(side)) - one_less, 0)
    few = count <= MOST_NAMED and single == "none"
    named = sorted(text["name"] for text in best_texts(side)) if few else ()
    behind = documents.behind_rows(rows)
    if side:  # what the other side says was looked through, and is no source of this count
        counted = documents.behind_rows(side)
        behind |= {name: counted[name] for name in ("sources", "rows", "origins")}
    return [estimate_row(estimate=float(count), about={"named": "; ".join(named)}) | behind]


@measure("documents.cases", kind="count")
@tells("case", "in_doubt", "beside")
def cases(
    evidence: pd.DataFrame,
    *,
    claim: str,
    coding: str,
    codes: str,
    sure: str = "",
    nothing: Literal["counts", "open"] = "counts",
    beside: str = "",
    enough: int = ENOUGH,
    strength: Strength = "documents",
    doubtful: Literal["strict", "wide"] = "strict",
    case: Literal["same", "any"] = "same",
    texts: Texts = "all",
    single: Literal["none", "source"] = "none",
) -> list[Estimate]:
    """How many independent origins document one and the same case of a kind.

    Parameters
    ----------
    evidence, claim, strength, texts
        As in `origins`.
    coding : str
        A coding with the fields strict, wide and case.
    codes : str
        Those that count, joined by ';'.
    sure : str
        A field of the coding with the values yes, unsure and no: a document coded unsure may count
        or not, one coded no counts for nothing.
    nothing : str
        What it means that no document shows a case: zero ('counts'), or no answer ('open'), as of
        inquiries, which nobody may have made.
    beside, enough : str, int
        Codes whose cases are told where so many origins show them, and count for nothing.
    doubtful, case : str
        By the 'strict' code or the 'wide' one; origins on the 'same' case, that which has most, or
        on 'any' case of the kind.
    single : str
        'source' takes away the origin whose loss lowers the count most.

    Returns
    -------
    pandas.DataFrame
        One row, which tells the ``case`` that has most, those ``in_doubt`` and ``beside`` it; low
        and high without and with the unsure ones, where they differ. Zero rests on all documents
        seen and says that none of them shows a case.

    Raises
    ------
    UnknownNameError
        A coding, field or code that does not exist; no code.
    """
    wanted, fields = split(codes), registry_coding(coding).fields
    for code in wanted or [""]:
        known_name(f"code of {coding}", code, fields["strict"].values)
    known_name(f"field of {coding}", sure, ["", *fields])
    documents = documents_of(evidence, claim=claim, coding=coding)
    rows = near(documents, strength, texts)
    if not rows:
        return [estimate_row(missing="no document was seen")]
    may = [row for row in rows if row[doubtful] in wanted]
    may = [row for row in may if not sure or row[sure] in ("yes", "unsure")]
    if not may and nothing == "open":
        return [estimate_row(missing="no document that could show it was seen")]
    possible = _shown(may)
    certain = _shown(row for row in may if not sure or row[sure] == "yes")
    low, high = (float(_most_origins(shown, case, single)) for shown in (certain, possible))
    why = f"{coding} of which coders were unsure counted against and for"
    figures = between(low, high, why)
    best, doubted = (_best(_by_case(shown)) for shown in (certain, possible - certain))
    others = _by_case(_shown(row for row in rows if row[doubtful] in split(beside)))
    documented = sorted(case for case, count in others.items() if count >= enough)
    cases = {"case": best, "in_doubt": doubted, "beside": documented}
    about = {
        name: " and ".join(case_name(one, coding) for one in of) if len(of) <= MOST_NAMED else ""
        for name, of in cases.items()
    }
    used = [row for row in may if case == "any" or row["case"] in (*best, *doubted)]
    # nought rests on every document that was looked through, a case on those that show it
    return [estimate_row(about=about, **figures) | documents.behind_rows(used or rows)]


Shown = set[tuple[str, str]]
"""Cases, each with an origin that shows it."""


def _shown(rows: Iterable[Document]) -> Shown:
    return {(row["case"], row["origin_group"]) for row in rows}


def _by_case(shown: Shown) -> Counter[str]:
    """Independent origins of each case."""
    return Counter(case for case, _ in shown if isinstance(case, str))


def _best(counts: Counter[str]) -> list[str]:
    """The case with most origins, or those with as many."""
    return sorted(case for case, count in counts.items() if count == max(counts.values()))


def _most_origins(shown: Shown, case: str, single: str) -> int:
    """Origins on the case that has most, or on any; without the one whose loss lowers it most."""
    origins = {origin for _, origin in shown}
    if single == "source":
        left = ({pair for pair in shown if pair[1] != gone} for gone in origins)
        return min((_most_origins(rest, case, "none") for rest in left), default=0)
    return len(origins) if case == "any" else max(_by_case(shown).values(), default=0)


@measure("documents.cases_with", kind="count")
def cases_with(
    evidence: pd.DataFrame,
    *,
    claim: str,
    coding: str,
    field: str,
    value: str,
    strength: Strength = "documents",
) -> list[Estimate]:
    """How many cases have a document with a value in a field of the coding.

    Parameters
    ----------
    evidence, claim, strength
        As in `origins`.
    coding, field, value : str
        A coding with the field case, another of its fields, and the value that is looked for.
    """
    known_name(f"field of {coding}", field, registry_coding(coding).fields)
    documents = documents_of(evidence, claim=claim, coding=coding)
    rows = near(documents, strength)
    if not rows:
        return [estimate_row(missing="no document was seen")]
    count = len({row["case"] for row in rows if row[field] == value})
    return [estimate_row(estimate=float(count)) | documents.behind_rows(rows)]


@measure("documents.origins_with", kind="count")
def origins_with(
    evidence: pd.DataFrame,
    *,
    economies: Sequence[str],
    claim: str,
    coding: str,
    field: str,
    codes: str,
    kinds: str = "",
    silent: str = "none",
    strength: Strength = "documents",
    without_any: str = "no document on it was seen",
) -> list[Estimate]:
    """How many independent origins have a code, economy by economy.

    Parameters
    ----------
    evidence, claim, strength
        As in `origins`.
    economies : sequence of str
        Codes; a document on an aggregate counts for each of its members.
    coding : str
        A coding with the fields economy and kind.
    field, codes : str
        The field that is looked at, and the codes of it that count, joined by ';'.
    kinds : str
        Kinds of documents, joined by ';', all where empty.
    silent : str
        The code of documents that say nothing of the question.
    without_any : str
        The reason where no document says anything.
    """
    documents = documents_of(evidence, claim=claim, coding=coding)
    rows = [
        row
        for row in near(documents, strength)
        if row[field] != silent and (not kinds or row["kind"] in split(kinds))
    ]
    counts = []
    for economy in economies:
        group = [row for row in rows if economy in expand(row["economy"])]
        count = len(origins_of(row for row in group if row[field] in split(codes)))
        figure: Estimate = {"estimate": float(count)} if group else {"missing": without_any}
        counts.append(estimate_row(economy=economy, **figure) | documents.behind_rows(group))
    return counts


def expand(codes: object) -> set[str]:
    """The economies of a cell with codes joined by ';': an aggregate stands for its members."""
    known = eco.AGGREGATES
    parts = str(codes).split(";")
    return {one for code in parts for one in (known[code].members if code in known else [code])}


@measure("documents.share", kind="share", unit="per cent")
@tells("texts", "of_texts")
def share(
    evidence: pd.DataFrame,
    *,
    claim: str,
    coding: str,
    field: str,
    value: str,
    unseen: Literal["bounds", "left_out"] = "bounds",
    fewest: int = 5,
    strength: Strength = "documents",
) -> list[Estimate]:
    """Share of independent documents with a value in a field of the coding, in per cent.

    Parameters
    ----------
    evidence, claim, strength
        As in `origins`.
    coding, field, value : str
        A coding, one of its fields, and the value that is looked for; a document has it where one
        of its rows has, and does not show it where none has any value.
    unseen, fewest : str, int
        Documents that do not show it may have it or not ('bounds'), or do not count ('left_out').
        Of fewer than so many that show it nothing is said.
    """
    documents = documents_of(evidence, claim=claim, coding=coding)
    return [share_row(documents, near(documents, strength), field, value, unseen, fewest)]


def share_row(
    documents: Figures,
    rows: Iterable[Document],
    field: str,
    value: object,
    unseen: str,
    fewest: int,
    thing: str = "code",
) -> Estimate:
    """The share of independent documents, of which these are rows, that have a value."""
    texts: dict[str, list[Document]] = {}
    for row in rows:
        texts.setdefault(row["origin_group"], []).append(row)
    codes = [{row[field] for row in group if pd.notna(row[field])} for group in texts.values()]
    visible = [value in of_text for of_text in codes if of_text]
    if len(visible) < fewest:
        count = number_of(len(visible), "document")
        why = f"{count} in which the {thing} would be visible, fewer than {fewest}"
        return estimate_row(missing=why)
    hidden = 0 if unseen == "left_out" else len(texts) - len(visible)
    least, n = sum(visible), len(visible) + hidden
    about = {"texts": count_range(least, least + hidden), "of_texts": in_words(n)}
    ends = 100 * least / n, 100 * (least + hidden) / n
    figures = between(*ends, f"{thing}s not visible counted against and for")
    pairs = zip(codes, texts.values(), strict=True)
    read = (row for of_text, group in pairs if of_text or hidden for row in group)
    return estimate_row(about=about, **figures) | documents.behind_rows(read) | {"n": n}
