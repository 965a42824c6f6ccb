"""The article under test: its sentences, and whether the register quotes them rightly.

The article's text is not part of the project. Where it is at hand, `check` compares each claim's
quotation and sentence hash with it; elsewhere only the form can be checked.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping

from ..registry import ClaimSpec

LONGEST_QUOTATION = 25
"""Words that one quotation may have; all together they have at most half of the article's."""

_END = re.compile(r"(?<=[.?!])[\"”]?\s+(?=[“\"A-Z])")

_PLAIN = str.maketrans("“”’‘", "\"\"''")


def normal(text: str) -> str:
    """Text with one form of every character, plain quotation marks and single spaces."""
    text = unicodedata.normalize("NFKC", text).translate(_PLAIN)
    return " ".join(text.split())


def sentences(article: str) -> dict[tuple[int, int], str]:
    """Sentences by (paragraph, sentence), both from 1; the title is (0, 1), a second line that
    begins with a date is left out.
    """
    title, *body = [normal(line) for line in article.splitlines() if line.strip()]
    if body and re.match(r"\d{4}-\d{2}-\d{2}", body[0]):
        del body[0]
    return {(0, 1): title} | {
        (p, s): sentence
        for p, paragraph in enumerate(body, start=1)
        for s, sentence in enumerate(_END.split(paragraph), start=1)
    }


def sentence_sha256(sentence: str) -> str:
    return hashlib.sha256(normal(sentence).encode()).hexdigest()


def check(claims: Mapping[str, ClaimSpec], article: str | None = None) -> list[str]:
    """Faults of the register's quotations, as lines of text; empty where all is well."""
    words = {c.id: len(c.quotation.split()) for c in claims.values()}
    faults = [
        f"{claim}: the quotation has {n} words, the limit is {LONGEST_QUOTATION}"
        for claim, n in words.items()
        if n > LONGEST_QUOTATION
    ]
    if article is None:
        return faults
    total, half = sum(words.values()), len(article.split()) // 2
    if total > half:
        faults.append(
            f"register: the quotations have {total} words together, half the article has {half}"
        )
    known = sentences(article)
    for claim in claims.values():
        at = claim.article
        sentence, fault = known.get(at.place, ""), ""
        if not sentence:
            fault = "the article has no such sentence"
        elif (digest := sentence_sha256(sentence)) != at.sha256:
            fault = f"the sentence's hash is {digest}, the register says {at.sha256}"
        elif any(normal(p).strip(" .") not in sentence for p in claim.quotation.split("...")):
            fault = "the quotation does not stand in the sentence"
        if fault:
            where = f"{claim.id} (paragraph {at.paragraph}, sentence {at.sentence})"
            faults.append(f"{where}: {fault}")
    return faults
