"""The article as a whole in a few sentences, made from stored verdicts.

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
from .words import Stored, in_words

Statement = tuple[str, str, list[str]]
"""What it speaks of, the sentence, the claims it rests on."""

MOST, MOST_TITLES = 3, 6
"""Findings or countries, and titles of claims, that a sentence names."""

_KINDS = {
    "quantity": "name an amount",
    "trend": "tell of a trend",
    "comparison": "compare",
    "universal": "make a sweeping statement",
    "date": "say when or where something was",
    "cause": "name a cause",
    "forecast": "look ahead",
}


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
    heads = [v for v in whole_region(verdicts) if v["leads"] and v["as_of"] == day]
    heads = [v for v in heads if registry.claim(v["claim"]).kind != "opinion"]
    now = sorted(heads, key=lambda v: v["claim"])
    if not now:
        return []
    by = {word: [v for v in now if v["as_printed"] == word] for word in registry.PRINTED}
    of = in_words(len(now))
    holding, partly, against, lacking, untested, depending = by.values()

    def part(mine: Sequence[Stored]) -> str:
        """How many of all sentences: 'Two of the nine sentences'."""
        number = in_words(len(mine)).capitalize() if mine else "None"
        return f"{number} of the {of} sentences" if len(now) > 1 else "The one sentence"

    def count(mine: Sequence[Stored]) -> str:
        are = "is not" if len(now) == 1 and not mine else "is" if len(mine) < 2 else "are"
        return f"{part(mine)} {are}"

    also = f", {in_words(len(partly))} more in part" if partly else ""
    text = f"{count(holding)} supported as printed{also}.{_weak([*holding, *partly])}"
    told = [("What holds", f"{text}{_most_certain(holding)}", holding)]
    text = f"{count(against)} contradicted.{_weak(against)}{_in_common(against, now)}"
    told.append(("What is contradicted", f"{text}{_most_certain(against, titled=True)}", against))
    if depending:
        titles = [f"“{registry.claim(v['claim']).title}”" for v in depending]
        left = len(titles) - MOST_TITLES
        named = "; ".join(
            [*titles[:MOST_TITLES], *([f"and {in_words(left)} more"] if left > 0 else [])]
        )
        verb = "depends on how it is" if len(depending) == 1 else "depend on how they are"
        text = f"{part(depending)} {verb} read: {named}."
        told.append(("What depends on the reading", text, depending))
    texts = []
    if lacking:
        texts.append(f"{part(lacking)} cannot be decided with what was found.{_missing(lacking)}")
    if untested:
        who = f"{in_words(len(untested)).capitalize()} more" if lacking else part(untested)
        texts.append(f"{who} could not be settled by any figures.")
    text = " ".join(texts) or "Every sentence has a verdict."
    told.append(("What cannot be said", text, [*lacking, *untested]))
    return [(what, text, [v["claim"] for v in mine]) for what, text, mine in told]


def _level(v: Stored) -> int:
    """The steps that the certainty of a verdict is down, most where it has none."""
    level = v["certainty"].get("level")
    return LEVELS.index(level) if level in LEVELS else len(LEVELS)


def _weak(mine: Sequence[Stored]) -> str:
    """How many of these verdicts would turn without one source, country or part, and how many are
    of low certainty.
    """
    turning = sum(v["fragile"] for v in mine)
    low = sum(_level(v) == len(LEVELS) - 1 for v in mine)
    counts = {
        f"{in_words(turning)} would turn without one source, country or part": turning,
        f"{in_words(low)} {'is' if low == 1 else 'are'} of low certainty": low,
    }
    told = joined(text for text, number in counts.items() if number)
    return f" Of these {told}." if told else ""


def _most_certain(mine: Sequence[Stored], *, titled: bool = False) -> str:
    """The findings of the verdicts that are most certain, among these of the ones that hang on no
    single part; '' where there is no verdict. Called the most certain only where none of them
    hangs on one part or is of low certainty.

    titled: each after the title of its claim, for a finding may speak against what it answers.
    """
    named = sorted(mine, key=lambda v: (_level(v), v["fragile"], v["claim"]))[:MOST]
    if not named:
        return ""
    firm = not any(v["fragile"] or _level(v) == len(LEVELS) - 1 for v in named)
    lead = " They are:" if len(mine) <= MOST else " The most certain:" if firm else " For example:"
    titles = [f"“{registry.claim(v['claim']).title}”: " if titled else "" for v in named]
    told = (f"{t}{v['finding'].rstrip('.')}." for t, v in zip(titles, named, strict=True))
    return f"{'' if len(mine) == 1 else lead} {' '.join(told)}"


def _in_common(mine: Sequence[Stored], now: Sequence[Stored]) -> str:
    """What more of these claims are than of all claims: their kind or their theme."""
    here, all_ = (
        Counter(
            (feature, getattr(registry.claim(v["claim"]), feature))
            for v in some
            for feature in ("kind", "theme")
        )
        for some in (mine, now)
    )
    lift = {f: (n / len(mine)) / (all_[f] / len(now)) for f, n in here.items() if n > 1}
    best = max(lift, key=lambda f: (round(lift[f], 9), here[f], f), default=None)
    if best is None or lift[best] <= 1:
        return ""
    what, value = best
    shared = _KINDS[value] if what == "kind" else f"stand under “{registry.article().theme(value)}”"
    n, of = here[best], len(mine)
    alike = (
        f"All {in_words(of)}" if n == of else f"{in_words(n).capitalize()} of the {in_words(of)}"
    )
    return f" {alike} {shared}, as {in_words(all_[best])} of all {in_words(len(now))} sentences do."


def _missing(lacking: Sequence[Stored]) -> str:
    """A sentence on the countries whose figures are missing in most of these claims; '' where no
    country's are.
    """
    found = Counter(
        economy
        for v in lacking
        for economy in {
            cell["economy"]
            for c in v["criteria"]
            for cell in c["cells"]
            if c["name"] in v["deciding"] and cell["met"] is None and cell["economy"]
        }
    )
    if not found:
        return ""
    least = found.most_common(MOST)[-1][1]
    most = sorted((-n, code) for code, n in found.items() if n >= least)
    told = joined(f"{economies.in_prose(code)} (in {in_words(-n)})" for n, code in most)
    return f" Most often figures on {told} are missing."
