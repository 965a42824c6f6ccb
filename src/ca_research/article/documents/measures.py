"""Documents for and against: independent sources counted by one protocol for every power.

Rows are those of table `evidence`. Three rules hold throughout: a row whose text was not seen never
counts; rows of one origin group count once; a group that stands on both sides counts on both. What
a document shows beyond its direction (an act, a condition, the case it speaks of), and how it
counts where its row alone would mislead, is read from a coding in registry/coding/, made from the
statements alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from string import ascii_lowercase
from typing import Annotated, Any, Literal, get_args

import pandas as pd

from ...estimates.cells import CellsOf
from ...estimates.frame import Estimate, Figures, estimate_row
from ...estimates.measures import measure, parts, tells
from ...ground import economies as eco
from ...ground.errors import UnknownNameError, UsageError, known_name
from ...ground.periods import date_in_words
from ...plots.show import show_table
from ...registry import sources
from ...registry.codings import coding as registry_coding
from ...registry.words import cell_words, source_name
from ...stats.frames import records

ENOUGH = 2
"""Independent sources that count as documented: the same for every claim and every power."""
MOST_NAMED = 2
"""Cases or sources that a sentence names; of more it names none."""
Strength = Literal["any", "documents", "primary"]
STRENGTHS = {
    "any": ("primary", "secondary", "commentary"),
    "documents": ("primary", "secondary"),
    "primary": ("primary",),
}
"""What counts by nearness to the event. Commentary argues; it does not document."""
Side = Literal["supports", "refutes"]
SIDES = get_args(Side)
Spoken = Annotated[str, CellsOf("evidence", "reading", beside=("claim",))]
Seen = Literal["excerpt", "full"]
Texts = Literal["all", "seen_in_excerpt"]
SEEN = {"excerpt": ("full", "excerpt"), "full": ("full",)}


def _list(joined: str) -> list[str]:
    return [part.strip() for part in joined.split(";") if part.strip()]


def seen_rows(
    evidence: pd.DataFrame,
    *,
    claim: str,
    reading: str = "",
    strength: str = "documents",
    seen: str = "excerpt",
) -> pd.DataFrame:
    """Rows on a claim whose text was seen, with `year` (first year of the date, null where
    undated).

    evidence: rows of table `evidence`. claim: its id.
    reading: readings joined by ';', all where empty. strength: a key of STRENGTHS.
    seen: 'excerpt' (texts seen in full or in excerpt) or 'full'. Raises UnknownNameError for any
        other value.
    """
    known_name("strength", strength, STRENGTHS)
    known_name("seen", seen, SEEN)
    wanted = evidence["strength"].isin(STRENGTHS[strength]) & (evidence["claim"] == claim)
    wanted &= evidence["text_seen"].isin(SEEN[seen])
    if reading:
        wanted &= evidence["reading"].isin(_list(reading))
    rows = evidence[wanted]
    years = [int(d[:4]) if isinstance(d, str) and d[:4].isdigit() else None for d in rows["date"]]
    return rows.assign(year=pd.array(years, dtype="Int64"))


def _codes(name: str) -> dict[tuple[str, str], dict[str, str]]:
    """The codes that a coding gives, and `why`, by (claim, item); none where `name` is empty."""
    rows = registry_coding(name).rows if name else ()
    return {(r.claim, r.item): {"why": r.reason, **r.codes} for r in rows}


def counted(rows: pd.DataFrame, counting: str) -> pd.DataFrame:
    """Rows of `evidence` as they count: `origin_group` and `direction` by the coding where it gives
    them, and `aside`.

    rows: of table `evidence`.
    counting: a coding with the fields counts, origin and side (registry/coding/counting.yaml), or
    '' for the rows as they are. `aside` says why a row counts nowhere, and is empty where it
    counts. Raises UnknownNameError for a coding that does not exist.
    """
    codes = _codes(counting)
    given = [codes.get(key, {}) for key in zip(rows["claim"], rows["item"], strict=True)]
    aside = [code["why"] if code.get("counts") == "nowhere" else "" for code in given]
    instead = {
        column: pd.Series(
            [code.get(coded, own) for code, own in zip(given, rows[column], strict=True)],
            rows.index,
            "string",
        )
        for coded, column in (("origin", "origin_group"), ("side", "direction"))
    }
    return rows.assign(**instead, aside=pd.Series(aside, rows.index, "string"))


def _counts(rows: pd.DataFrame, counting: str) -> pd.DataFrame:
    rows = counted(rows, counting)
    return rows[rows["aside"] == ""].drop(columns="aside")


def _seen(seen: str, texts: str) -> str:
    known_name("texts", texts, get_args(Texts))
    return "full" if texts == "seen_in_excerpt" else seen


class Counted:
    """Rows of `evidence` as they count for a claim, made once for all who ask for the same."""

    def __init__(self, evidence: pd.DataFrame) -> None:
        self.evidence = evidence
        self._made: dict[tuple[str, str], Figures] = {}

    def figures(self, claim: str, counting: str) -> Figures:
        """Those whose text was seen and that are not set aside, however near to the event."""
        key = (claim, counting)
        if key not in self._made:
            rows = seen_rows(self.evidence, claim=claim, strength="any")
            self._made[key] = Figures(_counts(rows, counting))
        return self._made[key]


@measure("relations.independent_sources")
@tells("named")
@parts(documents=Counted)
def independent_sources(
    evidence: pd.DataFrame,
    *,
    claim: str,
    reading: Spoken,
    direction: Side,
    strength: Strength = "documents",
    seen: Seen = "excerpt",
    texts: Texts = "all",
    single: Literal["none", "source_in_favour", "source_against"] = "none",
    apart_from: str = "",
    counting: str = "",
    documents: Counted | None = None,
) -> list[Estimate]:
    """How many independent origins stand on one side of a claim.

    evidence: rows of table `evidence`. claim: its id.
    reading, strength, seen: see `seen_rows` ('any', 'documents', 'primary'; 'excerpt', 'full').
    direction: 'supports' or 'refutes'; rows of context never count.
    texts: 'all', or 'seen_in_excerpt' to leave out the texts that were seen only in excerpt.
    single: 'none', or 'source_in_favour' / 'source_against' to take one origin of that side away.
    apart_from: origin groups that cannot speak here, joined by ';' (a text cannot vouch for
        itself).
    counting: a coding of rows that count nowhere or under another origin, see `counted`.
    documents: the evidence as `Counted` (made here if not given).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`) of one row; n is the number of
    rows looked through, on both sides; its sources are those that are counted. Zero is an answer
    where documents on the reading were seen, on whichever side, and rests on all of them; where
    none was, the reason stands in `missing`. It tells the sources and their years, where they are
    few: `named`.
    Raises UnknownNameError for another choice or a coding that does not exist.
    """
    known_name("direction", direction, SIDES)
    known_name("single", single, ("none", "source_in_favour", "source_against"))
    known_name("strength", strength, STRENGTHS)
    known_name("seen", seen, SEEN)
    apart = _list(apart_from)
    documents = documents or Counted(evidence)
    for group in set(apart) - {source.origin_group for source in sources().values()}:
        known_name("origin group", group, set(documents.evidence["origin_group"].dropna()))
    figures = documents.figures(claim, counting)
    wanted = {
        "direction": SIDES,
        "strength": STRENGTHS[strength],
        "text_seen": SEEN[_seen(seen, texts)],
        **({"reading": _list(reading)} if reading else {}),
    }
    columns = [figures.values(column) for column in wanted]
    sides, origins = columns[0], figures.values("origin_group")
    places = [
        i
        for i, row in enumerate(zip(*columns, strict=True))
        if all(value in among for value, among in zip(row, wanted.values(), strict=True))
        and origins[i] not in apart
    ]
    if not places:
        return [estimate_row(missing="no document on either side was seen")]
    mine = [i for i in places if sides[i] == direction and pd.notna(origins[i])]
    count = len({origins[i] for i in mine})
    if (direction, single) in (("supports", "source_in_favour"), ("refutes", "source_against")):
        count = max(count - 1, 0)
    behind = figures.behind(places)
    told = _names_of(figures, mine) if count <= MOST_NAMED and single == "none" else ""
    if mine:  # what the other side says was looked through, and is no source of this count
        own = figures.behind(mine)
        behind |= {name: own[name] for name in ("sources", "rows", "origins")}
    return [estimate_row(estimate=float(count), about={"named": told}) | behind]


_NEAREST = {v: i for i, v in enumerate((*STRENGTHS["any"], "full", "excerpt"))}
"""Order in which the texts of one origin stand for it: near to the event, and read in full."""


def _names_of(figures: Figures, places: Sequence[int]) -> str:
    """The origins of some rows, each by its best text and the year of its oldest."""
    columns = ("origin_group", "strength", "text_seen", "item", "year", "source_id")
    rows = list(zip(*([figures.values(c)[i] for i in places] for c in columns), strict=True))
    names = []
    for group in sorted({row[0] for row in rows}):
        own = [row for row in rows if row[0] == group]
        best = min(own, key=lambda r: (_NEAREST[r[1]], _NEAREST[r[2]], r[3]))
        year = min((row[4] for row in own if pd.notna(row[4])), default=pd.NA)
        names.append(source_and_year(best[5], year))
    return "; ".join(sorted(names))


def sides(
    evidence: pd.DataFrame,
    *,
    claim: str,
    strength: str = "any",
    seen: str = "excerpt",
    counting: str = "",
) -> pd.DataFrame:
    """Both sides of a claim, one row per reading, side and origin; counting: as in
    `independent_sources`.

    evidence, claim, strength, seen: as in `seen_rows`.
    Returns reading, side ('supports', 'refutes'), origin_group, name (publisher of its best row and
    year of its oldest text), year (null where undated), strength and text_seen (the best among its
    rows), both_sides (the origin stands on the other side of the reading too), statement (of its
    best row), rows, sources (tuple); by reading, side and year. Context and texts not seen are left
    out.
    """
    rows = _counts(seen_rows(evidence, claim=claim, strength=strength, seen=seen), counting)
    groups: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in records(rows[rows["direction"].isin(SIDES) & rows["origin_group"].notna()]):
        key = (row["reading"], row["direction"], row["origin_group"])
        groups.setdefault(key, []).append(row)
    found = []
    for (reading, side, group), part in groups.items():
        best = min(
            part, key=lambda r: (_NEAREST[r["strength"]], _NEAREST[r["text_seen"]], r["item"])
        )
        year = min((r["year"] for r in part if pd.notna(r["year"])), default=pd.NA)
        found.append(
            {
                "reading": reading,
                "side": side,
                "origin_group": group,
                "name": source_and_year(best["source_id"], year),
                "year": year,
                "strength": best["strength"],
                "text_seen": min((r["text_seen"] for r in part), key=_NEAREST.__getitem__),
                "both_sides": all((reading, one, group) in groups for one in SIDES),
                "statement": best["statement"],
                "rows": len(part),
                "sources": tuple(sorted({r["source_id"] for r in part})),
            }
        )
    columns = [
        "reading",
        "side",
        "origin_group",
        "name",
        "year",
        "strength",
        "text_seen",
        "both_sides",
        "statement",
        "rows",
    ]
    frame = pd.DataFrame(found, columns=[*columns, "sources"]).astype(
        {"year": "Int64", "both_sides": "bool"}
    )
    return frame.sort_values(["reading", "side", "year", "origin_group"], ignore_index=True)


def side_lists(sides: pd.DataFrame, *, labels: Mapping[str, str]) -> pd.DataFrame:
    """Both sides of each reading as lists of sources by name.

    sides: reading, side, name, year and sources or source_id, as from `sides`. labels: words for
        the readings.
    Returns about, for, against (names, the oldest text first) and sources (tuple), one row per
    reading.
    """
    ordered = sides.sort_values(["year", "name"])
    found = []
    for reading in dict.fromkeys(sides["reading"]):
        own = ordered[ordered["reading"] == reading]
        names = {side: "; ".join(own.loc[own["side"] == side, "name"]) for side in SIDES}
        cited = own["sources"] if "sources" in own else [(s,) for s in own["source_id"]]
        row = {"about": labels.get(reading, reading), "for": names["supports"]}
        row |= {
            "against": names["refutes"],
            "sources": tuple(sorted({s for c in cited for s in c})),
        }
        found.append(row)
    return pd.DataFrame(found, columns=["about", "for", "against", "sources"])


def source_and_year(source_id: str, year: object) -> str:
    """Publisher and year of a document, the year of the text where the source names none."""
    name = (source_name(source_id) or source_id).replace(" text", "")
    return name if pd.isna(year) or re.search(r"\d{4}$", name) else f"{name}, {year}"


def document_list(
    evidence: pd.DataFrame, *, claim: str, direction: str, counting: str = ""
) -> pd.DataFrame:
    """The documents of one direction as a list to read.

    evidence: rows of table `evidence`. claim: its id. direction: 'supports', 'refutes' or
        'context'.
    counting: as in `independent_sources`.
    Returns reading, date, says, source, origin, text (how near to the event, how much of it was
    seen, and why it does not count where it does not), source_id. Texts that were not seen are
    listed with 'none': they count nowhere.
    Raises UnknownNameError for another direction or coding.
    """
    known_name("direction", direction, (*SIDES, "context"))
    rows = counted(evidence[evidence["claim"] == claim], counting)
    rows = rows[rows["direction"] == direction].sort_values(
        ["reading", "date", "item"], na_position="last"
    )
    aside = rows["aside"].where(rows["aside"] == "", "; does not count: " + rows["aside"])
    return pd.DataFrame(
        {
            "reading": rows["reading"],
            "date": rows["date"].astype("string"),
            "says": rows["statement"],
            "source": rows["source_id"],
            "origin": rows["origin_group"],
            "text": rows["strength"].astype("string")
            + ", seen: "
            + rows["text_seen"].astype("string")
            + aside,
            "source_id": rows["source_id"],
        }
    ).reset_index(drop=True)


_READ = {"full": "read in full", "excerpt": "read in excerpt", "none": "not seen"}
_SIDES_IN_WORDS = {"supports": "for", "refutes": "against", "context": "context"}


def readable(listed: pd.DataFrame, labels: Mapping[str, str] | None = None) -> pd.DataFrame:
    """A list of documents in the words of a page.

    listed: as from `document_list` or `documents_seen`. labels: words for its readings, before
        those of registry/words.yaml (`cells: reading`).
    Returns the same rows: what each is about, its side, dates in words, what it says, its source,
    and where several go back to one origin the same letter at each of them.
    """
    readings = labels or {}
    about = listed["reading"].map(lambda r: readings.get(r) or cell_words("reading", r))
    found = pd.DataFrame({"about": about, "says": listed["says"], "source": listed["source_id"]})
    if "direction" in listed:
        found.insert(1, "side", listed["direction"].map(_SIDES_IN_WORDS))
    found.insert(1, "date", listed["date"].map(date_in_words, na_action="ignore"))
    if "text" in listed:
        found["text"] = listed["text"].replace(
            {f"seen: {seen}": words for seen, words in _READ.items()}, regex=True
        )
    shared = [o for o, n in Counter(listed["origin"]).items() if n > 1]
    if shared:
        letters = {origin: ascii_lowercase[i % 26] for i, origin in enumerate(shared)}
        found["one origin"] = listed["origin"].map(letters).fillna("")
    return found.assign(source_id=listed["source_id"])


ONE_ORIGIN = "Documents with the same letter go back to one origin and count once."


def show_both_sides(evidence: pd.DataFrame, *, claim: str, supports: str, refutes: str) -> None:
    """Show the documents for and against a sentence as lists, each side under its title.

    evidence: rows of table `evidence`. claim: its id. supports, refutes: titles of the lists.
    """
    for direction, title in (("supports", supports), ("refutes", refutes)):
        listed = document_list(evidence, claim=claim, direction=direction)
        if len(listed):
            show_table(
                readable(listed).drop(columns="about"),
                section="against",
                title=title,
                note=ONE_ORIGIN if listed["origin"].duplicated().any() else "",
            )


def documents_seen(evidence: pd.DataFrame) -> pd.DataFrame:
    """The documents of a claim whose text was seen, whatever their side, as one list to read.

    evidence: rows of table `evidence`, of one claim. Returns reading, direction, date, says,
        origin, source_id, sorted.
    """
    rows = evidence[evidence["text_seen"] != "none"].sort_values(["reading", "direction", "date"])
    wanted = {"statement": "says", "origin_group": "origin"}
    columns = ["reading", "direction", "date", *wanted, "source_id"]
    return rows[columns].rename(columns=wanted).reset_index(drop=True)


def coded(
    evidence: pd.DataFrame, *, claim: str, coding: str, strength: str = "documents"
) -> pd.DataFrame:
    """Rows on a claim whose text was seen, joined to their codes: a column per field of the coding,
    and `why`.

    evidence: rows of table `evidence`, as in `seen_rows`. claim: its id.
    coding: a file of registry/coding, without its ending. strength: 'any', 'documents' or 'primary'
        (see STRENGTHS).
    Context counts here: the code was given from the statement, whatever direction the row has.
    `wide` is the strict code where no other is given.
    Raises RegistryError where the coding is malformed, UnknownNameError for another strength, where
    there is no such coding, or for a row without a code.
    """
    codes, fields = _codes(coding), registry_coding(coding).fields
    rows = seen_rows(evidence, claim=claim, strength=strength).reset_index(drop=True)
    given = [codes.get(key) for key in zip(rows["claim"], rows["item"], strict=True)]
    if None in given:
        bare = rows["item"].iloc[given.index(None)]
        raise UnknownNameError(
            f"code for a document of {claim} in registry/coding/{coding}.yaml", bare, ()
        )
    columns = {
        name: pd.Series([code.get(name) for code in given if code], rows.index, "string")
        for name in ("why", *fields)
    }
    if "wide" in columns:
        columns["wide"] = columns["wide"].fillna(columns["strict"])
    return rows.assign(**columns)


class Coded:
    """Rows of `evidence` joined to codes (`coded`), made once for all who ask for the same."""

    def __init__(self, evidence: pd.DataFrame) -> None:
        self.evidence = evidence
        self._made: dict[tuple[str, ...], Figures] = {}

    def figures(self, claim: str, coding: str, strength: str, seen: str) -> Figures:
        """`coded`, of texts seen as `seen` says (SEEN)."""
        key = (claim, coding, strength, seen)
        if key not in self._made:
            if seen == "excerpt":  # of all that is coded at least that was seen
                rows = coded(self.evidence, claim=claim, coding=coding, strength=strength)
            else:
                rows = self.rows(claim, coding, strength, "excerpt")
                rows = rows[rows["text_seen"].isin(SEEN[seen])]
            self._made[key] = Figures(rows)
        return self._made[key]

    def rows(self, claim: str, coding: str, strength: str, seen: str) -> pd.DataFrame:
        """The rows of `figures`."""
        return self.figures(claim, coding, strength, seen).frame


Shown = tuple[str, str]
"""A case, and an origin that shows it."""


def _largest_case(shown: Sequence[Shown], case: str) -> int:
    """Origins on one and the same case (the case with most), or on any of them. shown: (case,
    origin).
    """
    if case == "any":
        return len({origin for _, origin in shown})
    return max(_origins_by_case(shown).values(), default=0)


def _origins_by_case(shown: Iterable[Shown]) -> Counter[str]:
    return Counter(kind for kind, _ in set(shown) if isinstance(kind, str))


def _best_documented(shown: Iterable[Shown]) -> list[str]:
    """The case with most origins, or those with as many."""
    counts = _origins_by_case(shown)
    return sorted(case for case, n in counts.items() if n == max(counts.values()))


def _known_codes(coding: str, codes: str) -> None:
    """Raise UsageError for no code, UnknownNameError for one that the coding does not have."""
    if not _list(codes):
        raise UsageError(f"no code of {coding} is asked", hint="name some, joined by ';'")
    for code in _list(codes):
        known_name(f"code of {coding}", code, registry_coding(coding).fields["strict"].values)


@measure("relations.documented_cases")
@tells("case", "in_doubt", "beside")
@parts(documents=Coded)
def documented_cases(
    evidence: pd.DataFrame,
    *,
    claim: str,
    coding: str,
    codes: str,
    sure: Literal["", "interference"] = "",
    nothing: Literal["counts", "open"] = "counts",
    beside: str = "",
    strength: Strength = "documents",
    doubtful: Literal["strict", "wide"] = "strict",
    case: Literal["same", "any"] = "same",
    texts: Texts = "all",
    single: Literal["none", "source"] = "none",
    documents: Coded | None = None,
) -> list[Estimate]:
    """How many independent origins document one and the same case of a kind.

    evidence, claim, coding, strength: as in `coded`. codes: the codes that count, joined by ';'
        ('unrest;narrow').
    sure: a field of the coding with the values yes, unsure and no; a document coded unsure may
        count or not, one coded no counts for nothing. Where empty, the code alone decides.
    nothing: what it means that no document shows a case: a count of zero ('counts'), or no answer
        ('open'), as of inquiries, which nobody may have made.
    beside: other codes, joined by ';', whose documented cases are told and count for nothing.
    doubtful: which code counts where two are defensible, 'strict' or 'wide'.
    case: 'same' (origins on the case that has most) or 'any' (origins on any case of the kind).
    texts: 'all', or 'seen_in_excerpt' to leave out the texts that were seen only in excerpt.
    single: 'none', or 'source' to take away the origin whose loss lowers the count most.
    documents: the evidence as `Coded` (made here if not given).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`) of one row, which tells the `case`
    that has most, those `in_doubt` and `beside` it, and rests on the documents that show them; low
    and high without and with the unsure ones, where they differ. Zero is an answer where documents
    on the claim were seen, and rests on all of them; it says that none of them shows a case, and no
    more. Where none was seen, that stands in `missing`.
    Raises UnknownNameError for another choice, field or an unknown code, UsageError for no code.
    """
    known_name("doubtful", doubtful, ("strict", "wide"))
    known_name("case", case, ("same", "any"))
    known_name("single", single, ("none", "source"))
    known_name("nothing", nothing, ("counts", "open"))
    _known_codes(coding, codes)
    if sure:
        known_name(f"field of {coding}", sure, registry_coding(coding).fields)
    documents = documents or Coded(evidence)
    figures = documents.figures(claim, coding, strength, _seen("excerpt", texts))
    if figures.frame.empty:
        return [estimate_row(missing="no document was seen")]
    wanted = set(_list(codes))
    given, kinds, origins = (figures.values(c) for c in (doubtful, "case", "origin_group"))
    called = figures.values(sure) if sure else ["yes"] * len(given)
    may = [i for i, code in enumerate(given) if code in wanted and called[i] in ("yes", "unsure")]
    if not may and nothing == "open":
        return [estimate_row(missing="no document that could show it was seen")]
    possible = [(kinds[i], origins[i]) for i in may]
    certain = [(kinds[i], origins[i]) for i in may if called[i] == "yes"]
    low, high = (float(_count(shown, case, single)) for shown in (certain, possible))
    found: dict[str, Any] = {"estimate": low}
    if low < high:
        why = "acts of which coders were unsure counted against and for"
        found = {"low": low, "high": high, "interval": why}
    best, doubted = _best_documented(certain), _best_documented(set(possible) - set(certain))
    aside = set(_list(beside))
    others = [(kinds[i], origins[i]) for i, code in enumerate(given) if code in aside]
    enough = sorted(c for c, n in _origins_by_case(others).items() if n >= ENOUGH)
    told = {"case": best, "in_doubt": doubted, "beside": enough}
    # nought rests on every document that was looked through, a case on those that show it
    meant = {kind for kind, _ in possible} if case == "any" else {*best, *doubted}
    places = [i for i in may if kinds[i] in meant] or None
    about = {name: _named(cases, coding) for name, cases in told.items()}
    return [estimate_row(**found, about=about) | figures.behind(places)]


def _count(shown: Sequence[Shown], case: str, single: str) -> int:
    """Origins on a case, without the one whose loss lowers the count most if `single` asks it."""
    if single == "none":
        return _largest_case(shown, case)
    apart = ([s for s in shown if s[1] != gone] for gone in {origin for _, origin in shown})
    return min((_largest_case(left, case) for left in apart), default=0)


def _named(cases: Sequence[str], coding: str) -> str:
    """Cases in words; of more than MOST_NAMED none."""
    words = registry_coding(coding).cases
    few = len(cases) <= MOST_NAMED
    return " and ".join(words.get(c) or case_name(c) for c in cases) if few else ""


@measure("relations.cases_read")
@parts(documents=Coded)
def cases_read(
    evidence: pd.DataFrame,
    *,
    claim: str,
    coding: str,
    strength: Strength = "documents",
    documents: Coded | None = None,
) -> list[Estimate]:
    """How many cases have an author who read the contract itself.

    evidence: like table `evidence`. claim: its id.
    coding: a coding of the registry with the fields case and read ('conditions').
    strength: 'any', 'documents' or 'primary' (see STRENGTHS).
    documents: the evidence as `Coded` (made here if not given).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`) of one row; the estimate is a
    number of cases with a row coded read = contract, n the rows looked through. Where no document
    was seen, that stands in `missing`.
    Raises UnknownNameError for a strength, a coding or a row without a code.
    """
    known_name(f"field of {coding}", "read", registry_coding(coding).fields)
    figures = (documents or Coded(evidence)).figures(claim, coding, strength, "excerpt")
    rows = figures.frame
    if rows.empty:
        return [estimate_row(missing="no document was seen")]
    read = rows.loc[rows["read"] == "contract", "case"].nunique()
    return [estimate_row(estimate=float(read)) | figures.behind()]


def case_origins(
    evidence: pd.DataFrame,
    *,
    claim: str,
    coding: str,
    codes: str,
    sure: str = "interference",
    strength: str = "documents",
) -> pd.DataFrame:
    """Origins that show a case of a kind, one row per case and origin, for those who want to see
    what was counted.

    evidence, claim, coding, strength: as in `coded`. codes: those that count, joined by ';', as in
        `documented_cases`; sure: as there, of a coding that has the field.
    Returns case (in words), first_year (of the case's documents), origin_group, name (publisher and
    year), code (the strict
    one where that is among `codes`, else the wide one), counted ('strict' or 'wide'), sources
    (tuple) and, of a coding with the field, `sure`; the case with most origins by the strict code
    first.
    Raises what `coded` raises.
    """
    _known_codes(coding, codes)
    wanted = _list(codes)
    rows = coded(evidence, claim=claim, coding=coding, strength=strength)
    rows = rows[rows["strict"].isin(wanted) | rows["wide"].isin(wanted)]
    judged = sure in rows
    order = {code: i for i, code in enumerate(wanted)}
    found = []
    for (case, group), part in rows.groupby(["case", "origin_group"]):
        strict = sorted(set(part["strict"]) & set(wanted), key=order.__getitem__)
        wide = sorted(set(part["wide"]) & set(wanted), key=order.__getitem__)
        found.append(
            {
                "case": _case_words(str(case), coding),
                "first_year": rows.loc[rows["case"] == case, "year"].min(),
                "origin_group": group,
                "name": source_and_year(part["source_id"].iloc[0], part["year"].min()),
                "code": (strict or wide)[0],
                "counted": "strict" if strict else "wide",
                **({"sure": part[sure].iloc[0]} if judged else {}),
                "sources": tuple(sorted(set(part["source_id"]))),
            }
        )
    columns = ["case", "first_year", "origin_group", "name", "code", "counted", "sources"]
    columns += ["sure"] if judged else []
    frame = pd.DataFrame(found, columns=columns)
    strict_first = frame[frame["counted"] == "strict"].groupby("case").size()
    frame["_most"] = -frame["case"].map(strict_first).fillna(0)
    ordered = frame.sort_values(["_most", "case", "counted", "origin_group"], ignore_index=True)
    return ordered.drop(columns="_most")


def _case_words(case: str, coding: str) -> str:
    """A case as its coding puts it in words, beginning with a capital."""
    words = registry_coding(coding).cases.get(case)
    return f"{words[0].upper()}{words[1:]}" if words else case_name(case)


def cases_by_kind(
    evidence: pd.DataFrame, *, claim: str, coding: str, strength: str = "documents"
) -> pd.DataFrame:
    """How many cases and independent origins document each kind of condition.

    evidence, claim, coding, strength: as in `coded`; a coding with the field kind. By the strict
        code; documents coded 'none' or 'whole' show no case.
    Returns kind (in words), cases, sources (number of origins), most (origins on the case that has
    most) and examples (the cases in words); the kind with most cases first.
    Raises what `coded` raises.
    """
    scheme = registry_coding(coding)
    rows = coded(evidence, claim=claim, coding=coding, strength=strength)
    rows = rows[~rows["strict"].isin(["none", "whole"]) & rows["kind"].notna()]
    found = []
    for kind, part in rows.groupby("kind"):
        origins = part.groupby("case")["origin_group"].nunique()
        found.append(
            {
                "kind": scheme.fields["kind"].values[str(kind)],
                "cases": len(origins),
                "sources": part["origin_group"].nunique(),
                "most": int(origins.max()),
                "examples": "; ".join(scheme.cases.get(c) or case_name(c) for c in origins.index),
            }
        )
    frame = pd.DataFrame(found, columns=["kind", "cases", "sources", "most", "examples"])
    return frame.sort_values(["cases", "kind"], ascending=[False, True], ignore_index=True)


def case_name(case: str) -> str:
    """A case of a coding in words: 'kgz_press_2005' is 'Kyrgyzstan: press 2005'.

    case: as the coding writes it; where it does not begin with the code of one of the five, only
        underscores go.
    """
    code, _, rest = case.replace("_", " ").partition(" ")
    known = code.upper() in eco.CA5
    return f"{eco.name_of(code.upper())}: {rest}" if known else case.replace("_", " ")
