"""The article as a whole in a few sentences, made from stored verdicts (bottom_line.j2).

Counts are counts: no sentence weighs more than another, and none is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from .. import registry
from ..ground import economies
from ..ground.economies import joined
from .certainty import LEVELS
from .overview import whole_region
from .words import Stored, in_words, one_line, text_of

Statement = tuple[str, str, list[str]]
"""What it speaks of, the sentence, the claims it rests on."""

MOST = 3
"""Countries that a sentence names."""

_ABOUT = {
    "What holds": ["supported"],
    "What is contradicted": ["contradicted"],
    "What depends on the reading": [registry.PRINTED[-1]],
    "What cannot be said": ["not enough evidence", "not testable"],
}
"""What is spoken of, and which verdicts on sentences as printed."""


def statements(verdicts: Sequence[Stored], day: str) -> list[Statement]:
    """What holds, what is contradicted, what depends on the reading, what cannot be said.

    Parameters
    ----------
    verdicts
        Entries of verdicts.json, of any number of claims. Counted are the verdicts on their
        sentences as printed.
    day
        The day of knowledge that is spoken of.

    Returns
    -------
    list of tuple
        What each speaks of, its text, and the ids of its claims. One about which the verdicts say
        nothing is left out.
    """
    now = []
    for v in whole_region(verdicts):
        spec, level = registry.claim(v["claim"]), v["certainty"].get("level")
        if v["leads"] and v["as_of"] == day and spec.kind != "opinion":
            steps = LEVELS.index(level) if level in LEVELS else len(LEVELS)
            now.append({**v, "title": spec.title, "steps": steps})
    now.sort(key=lambda v: v["claim"])
    by = {word: [v for v in now if v["as_printed"] == word] for word in registry.PRINTED}
    entries = []
    for what, words in _ABOUT.items() if now else ():
        mine = [v for word in words for v in by[word]]
        if mine or words != [registry.PRINTED[-1]]:
            missing = _missing(by["not enough evidence"])
            given = {"by": by, "now": now, "missing": missing, "in_words": in_words}
            text = one_line(text_of("bottom_line.j2", what=what, **given))
            entries.append((what, text, [v["claim"] for v in mine]))
    return entries


def _missing(lacking: Sequence[Stored]) -> str:
    """The countries whose figures are missing in most of these claims."""
    counts = Counter(
        economy
        for v in lacking
        for economy in {
            cell["economy"]
            for c in v["criteria"]
            for cell in c["cells"]
            if c["name"] in v["deciding"] and cell["met"] is None and cell["economy"]
        }
    )
    least = min((n for _, n in counts.most_common(MOST)), default=0)
    most = sorted((-n, code) for code, n in counts.items() if n >= least)
    return joined(f"{economies.in_prose(code)} (in {in_words(-n)})" for n, code in most)
