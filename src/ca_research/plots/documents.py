"""The documents on a claim, for and against it, as lists with what each of them says."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle
from string import ascii_lowercase
from typing import Any

import pandas as pd

from .. import registry
from ..claims import Verdict
from ..estimates.documents import recounted
from ..estimates.series import pick
from ..registry.words import cell_words
from .show import table_record

READ = {"full": "read in full", "excerpt": "read in excerpt", "none": "not seen"}
ONE_ORIGIN = "Documents with the same letter go back to one origin and count once."
UNSEEN = "A text that was not seen counts nowhere."
_LISTS = {
    "supports": ("for", "Documents for the sentence"),
    "refutes": ("against", "Documents against the sentence"),
    "context": ("context", "Documents on neither side"),
}
"""By what a document does to the sentence: where its list stands on the page, and its title."""
_COLUMNS = ["about", "date", "says", "source", "text", "one origin", "source_id"]


def counting_of(claim_id: str) -> str:
    """The coding by which criteria of a claim count documents elsewhere or not at all; '' where
    they take them as they are.
    """
    criteria = registry.claim(claim_id).criteria().values()
    return next((str(c.settings["counting"]) for c in criteria if "counting" in c.settings), "")


def document_list(evidence: pd.DataFrame, direction: str, counting: str = "") -> pd.DataFrame:
    """Documents of a claim in one direction, the oldest first, with the `text` that was read.

    evidence: rows of table `evidence` on it. direction: 'supports', 'refutes' or 'context'.
    counting: a coding of rows that count nowhere or under another origin; of such a row `text`
    says so.
    """
    rows = pick(recounted(evidence, counting), direction=direction)
    rows = rows.sort_values(["date", "source_id", "item"])
    aside = rows["aside"].where(rows["aside"] == "", "; does not count: " + rows["aside"])
    text = rows["strength"].astype(str) + ", " + rows["text_seen"].map(READ).astype(str) + aside
    return rows.assign(text=text)


def readable(listed: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """A list of documents in the words of a page.

    listed: as from `document_list`. titles: words for its readings, before those of the register.
    Where several go back to one origin each has the same letter.
    """
    origins = listed["origin_group"]
    about = [titles.get(reading) or cell_words("reading", reading) for reading in listed["reading"]]
    words = listed.assign(about=about, says=listed["statement"], source=listed["source_id"])
    if origins.duplicated().any():
        shared = origins[origins.duplicated()].unique()
        letters = dict(zip(shared, cycle(ascii_lowercase), strict=False))
        words["one origin"] = origins.map(letters).fillna("")
    return words[[name for name in _COLUMNS if name in words]]


def document_tables(verdict: Verdict) -> list[tuple[dict[str, Any], str, str]]:
    """The documents on a claim as tables, as `table_record` gives them: those for it, those against
    it, and those on neither side where there are any; none where no document is on record.
    """
    if verdict.documents.empty:
        return []
    counting = counting_of(verdict.claim)
    titles = {reading.name: reading.title for reading in registry.claim(verdict.claim).readings}
    none = "none is on record" if verdict.as_of == "latest" else "none was known on this day"
    tables = []
    for direction, (section, title) in _LISTS.items():
        words = readable(document_list(verdict.documents, direction, counting), titles)
        letters, unseen = "one origin" in words, words["text"].str.contains(READ["none"]).any()
        note = " ".join(filter(None, (UNSEEN * bool(unseen), ONE_ORIGIN * letters)))
        if len(words) or section != "context":
            tables.append(table_record(words, section, title, note=note if len(words) else none))
    return tables
