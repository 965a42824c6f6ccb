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
    where = f"paragraph {at.paragraph}, sentence {at.sentence}" if at.paragraph else "title"
    lines = {"quoted": f"“{spec.quotation}”", "place": where, "says": spec.restatement}
    rows = [*lines.items(), ("kind", spec.kind)]
    for reading in spec.readings:
        rows.append(("why no test", reading.answer or reading.not_testable or ""))
        rows.append(("what a test would need", reading.would_change))
    return pd.DataFrame(rows, columns=["what", "here"])


def nearby(spec: ClaimSpec) -> pd.DataFrame:
    """Claims that an entry names in its words, then others on the same sentence: claim, title,
    asks, near.

    near: 'named' (by the entry itself) or 'same sentence'. Ids that the register does not hold are
        left out.
    """
    words = [f"{r.not_testable or ''} {r.against}" for r in spec.readings] + [*spec.rivals]
    claims = registry.claims()
    near = dict.fromkeys(filter(claims.get, _ID.findall(" ".join(words))), "named")
    for i, other in claims.items():
        if other.article.place == spec.article.place:
            near.setdefault(i, "same sentence")
    near.pop(spec.id, None)
    rows = [(i, claims[i].title, claims[i].restatement, why) for i, why in near.items()]
    return pd.DataFrame(rows, columns=["claim", "title", "asks", "near"])
