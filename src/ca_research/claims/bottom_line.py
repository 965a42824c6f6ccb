"""The article as a whole in a few sentences, made from stored verdicts.

Counts are counts: no sentence weighs more than another, and none is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .. import registry
from ..ground import economies
from ..ground.economies import joined
from .certainty import LEVELS
from .overview import whole_region
from .printed import DEPENDS
from .words import in_words

Stored = Mapping[str, Any]
Statement = tuple[str, str, list[str]]
"""What it speaks of, the sentence, the claims it rests on."""

MOST, MOST_TITLES = 3, 6
"""Findings or countries, and titles of claims, that a sentence names."""

LACKING = "not enough evidence"

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
    made = [_holding(now), _contradicted(now), _depending(now), _open(now)]
    return [statement for statement in made if statement]


def _holding(now: Sequence[Stored]) -> Statement:
    mine = _with(now, "supported")
    partly = _with(now, "partly supported")
    text = f"{_count(mine, now)} supported as printed"
    if partly:
        text += f", {in_words(len(partly))} more in part"
    return "What holds", f"{text}.{_weak([*mine, *partly])}{_most_certain(mine)}", _ids(mine)


def _weak(mine: Sequence[Stored]) -> str:
    """How many of these verdicts would turn without one source, country or part, and how many are
    of low certainty.
    """
    turning = sum(v["fragile"] for v in mine)
    low = sum(v["certainty"].get("level") == LEVELS[-1] for v in mine)
    told = (
        [f"{in_words(turning)} would turn without one source, country or part"] if turning else []
    )
    told += [f"{in_words(low)} {'is' if low == 1 else 'are'} of low certainty"] if low else []
    return f" Of these {joined(told)}." if told else ""


def _contradicted(now: Sequence[Stored]) -> Statement:
    mine = _with(now, "contradicted")
    text = f"{_count(mine, now)} contradicted.{_weak(mine)}{_in_common(mine, now)}"
    return "What is contradicted", f"{text}{_most_certain(mine, of_claims=True)}", _ids(mine)


def _open(now: Sequence[Stored]) -> Statement:
    lacking, untested = _with(now, LACKING), _with(now, "not testable")
    if not lacking and not untested:
        return "What cannot be said", "Every sentence has a verdict.", []
    told = []
    if lacking:
        told.append(f"{_part(lacking, now)} cannot be decided with what was found.")
        told += _where_missing(lacking)
    if untested:
        more = f"{in_words(len(untested)).capitalize()} more"
        who = more if lacking else _part(untested, now)
        told.append(f"{who} could not be settled by any figures.")
    return "What cannot be said", " ".join(told), _ids([*lacking, *untested])


def _depending(now: Sequence[Stored]) -> Statement | None:
    mine = _with(now, DEPENDS)
    if not mine:
        return None
    titles = _few([f"“{registry.claim(v['claim']).title}”" for v in mine])
    verb = "depends on how it is" if len(mine) == 1 else "depend on how they are"
    return (
        "What depends on the reading",
        f"{_part(mine, now)} {verb} read: {titles}.",
        _ids(mine),
    )


def _few(titles: Sequence[str]) -> str:
    more = len(titles) - MOST_TITLES
    rest = f"; and {in_words(more)} more" if more > 0 else ""
    return "; ".join(titles[:MOST_TITLES]) + rest


def _with(verdicts: Iterable[Stored], word: str) -> list[Stored]:
    return [v for v in verdicts if v["as_printed"] == word]


def _ids(verdicts: Iterable[Stored]) -> list[str]:
    return [v["claim"] for v in verdicts]


def _count(mine: Sequence[Stored], now: Sequence[Stored]) -> str:
    if len(now) == 1:
        return "The one sentence is" if mine else "The one sentence is not"
    return f"{_part(mine, now)} {'is' if len(mine) < 2 else 'are'}"


def _part(mine: Sequence[Stored], now: Sequence[Stored]) -> str:
    """How many of all sentences: 'Two of the nine sentences'."""
    if len(now) == 1:
        return "The one sentence"
    number = "None" if not mine else in_words(len(mine)).capitalize()
    return f"{number} of the {in_words(len(now))} sentences"


def _most_certain(mine: Sequence[Stored], *, of_claims: bool = False) -> str:
    """The findings of the verdicts that are most certain, among these of the ones that hang on no
    single part; '' where there is no verdict. Called the most certain only where none of them
    hangs on one part or is of low certainty.

    of_claims: each after the title of its claim, for a finding may speak against what it answers.
    """

    def order(v: Stored) -> tuple[int, bool, str]:
        level = v["certainty"].get("level")
        return (LEVELS.index(level) if level in LEVELS else len(LEVELS), v["fragile"], v["claim"])

    def said(v: Stored) -> str:
        about = f"“{registry.claim(v['claim']).title}”: " if of_claims else ""
        return f"{about}{v['finding'].rstrip('.')}."

    named = sorted(mine, key=order)[:MOST]
    if not named:
        return ""
    firm = not any(v["fragile"] or v["certainty"].get("level") == LEVELS[-1] for v in named)
    some = " The most certain:" if firm else " For example:"
    lead = "" if len(mine) == 1 else some if len(mine) > MOST else " They are:"
    return f"{lead} {' '.join(map(said, named))}"


def _in_common(mine: Sequence[Stored], now: Sequence[Stored]) -> str:
    """What more of these claims are than of all claims: their kind or their theme."""

    def features(v: Stored) -> tuple[tuple[str, str], ...]:
        spec = registry.claim(v["claim"])
        return ("kind", spec.kind), ("theme", spec.theme)

    here = Counter(f for v in mine for f in features(v))
    all_ = Counter(f for v in now for f in features(v))
    lift = {f: (n / len(mine)) / (all_[f] / len(now)) for f, n in here.items() if n > 1}
    best = max(lift, key=lambda f: (round(lift[f], 9), here[f], f), default=None)
    if best is None or lift[best] <= 1:
        return ""
    what, value = best
    shared = _KINDS[value] if what == "kind" else f"stand under “{registry.article().theme(value)}”"
    n, of = in_words(here[best]), in_words(len(mine))
    alike = f"All {of}" if n == of else f"{n.capitalize()} of the {of}"
    return f" {alike} {shared}, as {in_words(all_[best])} of all {in_words(len(now))} sentences do."


def _where_missing(lacking: Sequence[Stored]) -> list[str]:
    """A sentence on the countries whose figures are missing in most of these claims; none where no
    country's are.
    """
    found: Counter[str] = Counter()
    for v in lacking:
        cells = [x for c in v["criteria"] if c["name"] in v["deciding"] for x in c["cells"]]
        found.update({x["economy"] for x in cells if x["met"] is None and x["economy"]})
    if not found:
        return []
    least = sorted(found.values(), reverse=True)[:MOST][-1]
    most = sorted((p for p in found.items() if p[1] >= least), key=lambda p: (-p[1], p[0]))
    told = joined(f"{economies.in_prose(code)} (in {in_words(n)})" for code, n in most)
    return [f"Most often figures on {told} are missing."]
