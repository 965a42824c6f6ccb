"""What stands near a sentence that cannot be tested: the claims that its entry names, and those on
the same sentence.
"""

from __future__ import annotations

import re

import pandas as pd

from .. import registry
from ..registry import ClaimSpec
from ..registry.claims import CLAIM_ID

_ID = re.compile(rf"\b{CLAIM_ID}\b")


def place(spec: ClaimSpec) -> pd.DataFrame:
    """Where the sentence stands and what is asserted there, as two columns: what, here."""
    at = spec.article
    where = "title" if at.paragraph == 0 else f"paragraph {at.paragraph}, sentence {at.sentence}"
    lines = [
        ("quoted", f"“{spec.quotation}”"),
        ("place", where),
        ("says", spec.restatement),
        ("kind", spec.kind),
    ]
    for reading in spec.readings:
        lines += [
            ("why no test", reading.answer or reading.not_testable or ""),
            ("what a test would need", reading.would_change),
        ]
    return pd.DataFrame(lines, columns=["what", "here"])


def nearby(spec: ClaimSpec) -> pd.DataFrame:
    """Claims that an entry names in its words, then others on the same sentence: claim, title,
    asks, near.

    near: 'named' (by the entry itself) or 'same sentence'. Ids that the register does not hold are
        left out.
    """
    words = " ".join(
        [*(f"{r.not_testable or ''} {r.against}" for r in spec.readings), *spec.rivals]
    )
    claims = registry.claims()
    named = [i for i in dict.fromkeys(_ID.findall(words)) if i in claims and i != spec.id]
    here = (spec.article.paragraph, spec.article.sentence)
    same = [
        i
        for i, other in claims.items()
        if (other.article.paragraph, other.article.sentence) == here and i not in (spec.id, *named)
    ]
    rows = [(i, claims[i].title, claims[i].restatement, "named") for i in named]
    rows += [(i, claims[i].title, claims[i].restatement, "same sentence") for i in same]
    return pd.DataFrame(rows, columns=["claim", "title", "asks", "near"])
