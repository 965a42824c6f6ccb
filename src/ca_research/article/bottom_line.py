"""The article as a whole in three to five sentences, made from stored verdicts.

Counts are counts: no claim weighs more than another, and none is left out.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .. import registry
from ..claims.certainty import LEVELS
from ..claims.overview import whole_region
from ..claims.slots import in_words, joined
from ..ground import economies
from ..ground.periods import day_in_words, is_after

Stored = Mapping[str, Any]
Statement = tuple[str, str, list[str]]
"""What it speaks of, the sentence, the claims it rests on."""

TRADE, ALL_FIELDS = "C33", "C01"
"""The claims that say who comes first: in trade, and over all fields."""

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


def statements(verdicts: Sequence[Stored], day: str, published: str) -> list[Statement]:
    """Who leads, what holds, what is contradicted, what cannot be said, what changed.

    Parameters
    ----------
    verdicts
        Entries of verdicts.json, of any number of claims.
    day
        The day of knowledge that is spoken of.
    published
        The day of the article: verdicts of that day are what those of a later one are compared
        with.

    Returns
    -------
    list of tuple
        What each speaks of, its text, and the ids of its claims. One about which the verdicts say
        nothing is left out.
    """
    heads = [v for v in whole_region(verdicts) if v["leads"]]
    heads = [v for v in heads if registry.claim(v["claim"]).kind != "opinion"]
    now = sorted((v for v in heads if v["as_of"] == day), key=lambda v: v["claim"])
    then = {v["claim"]: v for v in heads if v["as_of"] == published}
    if not now:
        return []
    made = [
        _leading(now),
        _holding(now),
        _contradicted(now),
        _open(now),
        _changed(now, then, published) if is_after(day, published) else None,
    ]
    return [statement for statement in made if statement]


def _holding(now: Sequence[Stored]) -> Statement:
    mine = _with(now, "supported")
    partly = _with(now, "partly supported")
    text = f"{_count(mine, now)} supported"
    if partly:
        text += f", {in_words(len(partly))} more in part"
    return "What holds", f"{text}.{_most_certain(mine)}", _ids(mine)


def _contradicted(now: Sequence[Stored]) -> Statement:
    mine = _with(now, "contradicted")
    text = f"{_count(mine, now)} contradicted.{_in_common(mine, now)}"
    return "What is contradicted", f"{text}{_most_certain(mine, of_claims=True)}", _ids(mine)


def _open(now: Sequence[Stored]) -> Statement:
    lacking, untested = _with(now, LACKING), _with(now, "not testable")
    if not lacking and not untested:
        return "What cannot be said", "Every claim has a verdict.", []
    told = []
    if lacking:
        told.append(f"{_part(lacking, now)} cannot be decided with what was found.")
        told += _where_missing(lacking)
    if untested:
        more = f"{in_words(len(untested)).capitalize()} more"
        who = more if lacking else _part(untested, now)
        told.append(f"{who} could not be settled by any figures.")
    return "What cannot be said", " ".join(told), _ids([*lacking, *untested])


def _leading(now: Sequence[Stored]) -> Statement | None:
    """Who comes first in trade, country by country, and what that is worth over all fields."""
    found = {v["claim"]: v for v in now if v["claim"] in (TRADE, ALL_FIELDS)}
    told = []
    if TRADE in found:
        told.append(_first_in_trade(found[TRADE]))
    if ALL_FIELDS in found:
        told.append(f"Over the fields with figures: {found[ALL_FIELDS]['answer']}")
    return ("Who leads", " ".join(told), sorted(found)) if told else None


def _first_in_trade(verdict: Stored) -> str:
    """Who leads by every count that can be made, where it depends on who counts, and where nobody
    can be named.
    """
    counted = [c for c in verdict["criteria"] if c["cell_threshold"] is not None]
    leaders: dict[str, set[str]] = {}
    for cell in (x for c in counted for x in c["cells"]):
        found = leaders.setdefault(economies.in_prose(cell["economy"]), set())
        if cell["met"] is not None:
            found.add(_leader(cell))
    if not any(leaders.values()):
        return str(verdict["answer"])
    groups: dict[tuple[str, ...], list[str]] = {}
    for country, found in leaders.items():
        groups.setdefault(tuple(sorted(found)), []).append(country)
    agreed = [f"{who[0]} in {joined(where)}" for who, where in groups.items() if len(who) == 1]
    told = [f"By every newest count the largest single trade partner is {joined(agreed)}."]
    for who, where in groups.items():
        if not who:
            told.append(f"For {joined(where)} it cannot be said.")
        elif len(who) > 1:
            which = f"{' or '.join(who)}, depending on the report and its year"
            told.append(f"In {joined(where)} it is {which}.")
    return " ".join(told[not agreed :])


def _leader(cell: Stored) -> str:
    rival = cell["about"].get("rival", "")
    return "China" if cell["met"] else economies.in_prose(rival) if rival else "another country"


def _changed(now: Sequence[Stored], then: Mapping[str, Stored], published: str) -> Statement | None:
    both = [v for v in now if v["claim"] in then]
    if not both:
        return None
    moved = [v for v in both if v["verdict"] != then[v["claim"]]["verdict"]]
    since = f"Since publication on {day_in_words(dt.date.fromisoformat(published))}"
    if not moved:
        return "What changed", f"{since} no verdict has changed.", []
    verb = "has" if len(moved) == 1 else "have"
    some = f"{in_words(len(moved))} of {in_words(len(both))} verdicts"
    text = f"{since} {'the one verdict' if len(both) == 1 else some} {verb} changed."
    ways: dict[tuple[str, str], list[str]] = {}
    for v in moved:
        turn = then[v["claim"]]["verdict"], v["verdict"]
        ways.setdefault(turn, []).append(registry.claim(v["claim"]).title)
    for (before, after), titles in ways.items():
        text += f" From “{before}” to “{after}”: {_few(titles)}."
    return "What changed", text, _ids(moved)


def _few(titles: Sequence[str]) -> str:
    more = len(titles) - MOST_TITLES
    rest = f"; and {in_words(more)} more" if more > 0 else ""
    return "; ".join(titles[:MOST_TITLES]) + rest


def _with(verdicts: Iterable[Stored], word: str) -> list[Stored]:
    return [v for v in verdicts if v["verdict"] == word]


def _ids(verdicts: Iterable[Stored]) -> list[str]:
    return [v["claim"] for v in verdicts]


def _count(mine: Sequence[Stored], now: Sequence[Stored]) -> str:
    if len(now) == 1:
        return "The one claim is" if mine else "The one claim is not"
    return f"{_part(mine, now)} {'is' if len(mine) < 2 else 'are'}"


def _part(mine: Sequence[Stored], now: Sequence[Stored]) -> str:
    """How many of all claims: 'Two of the nine claims'."""
    if len(now) == 1:
        return "The one claim"
    number = "None" if not mine else in_words(len(mine)).capitalize()
    return f"{number} of the {in_words(len(now))} claims"


def _most_certain(mine: Sequence[Stored], *, of_claims: bool = False) -> str:
    """The findings of the verdicts that are most certain, among these of the ones that hang on no
    single part; '' where there is no verdict.

    of_claims: each after the title of its claim, for a finding may speak against what it answers.
    """

    def order(v: Stored) -> tuple[int, bool, str]:
        level = v["certainty"].get("level")
        return (LEVELS.index(level) if level in LEVELS else len(LEVELS), v["fragile"], v["claim"])

    def said(v: Stored) -> str:
        about = f"“{registry.claim(v['claim']).title}”: " if of_claims else ""
        return f"{about}{v['finding'].rstrip('.')}."

    found = [said(v) for v in sorted(mine, key=order)]
    if not found:
        return ""
    lead = "" if len(found) == 1 else " The most certain:" if len(found) > MOST else " They are:"
    return f"{lead} {' '.join(found[:MOST])}"


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
    return f" {alike} {shared}, as {in_words(all_[best])} of all {in_words(len(now))} claims do."


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
