"""The verdict on a sentence as it is printed, from the tests of its readings and how near blind
readers found each of them (registry/coding/README.md has the rule and its limits).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from .. import registry
from ..ground.economies import joined
from ..registry.voting import Vote
from .words import Stored, invented

DEPENDS = registry.PRINTED[-1]
"""The sixth word: careful readings of one sentence are decided the one and the other way."""

CAREFUL = 2
"""Nearness from which a reading says what the sentence says."""

NEARNESS = {
    3: "says what the sentence says",
    2: "says most of it",
    1: "says a part of it",
    0: "asks another question",
    None: "nobody has judged blind how near it is",
}
"""How near a test is to the sentence, in words."""

_FOR, _AGAINST = ("supported", "partly supported"), ("contradicted",)
_OPEN = "not enough evidence"


class ReadingVerdict(NamedTuple):
    """A reading as the rule sees it: its title, its verdict, and the votes on it (None: none)."""

    title: str
    verdict: str
    vote: Vote | None

    @property
    def careful(self) -> bool:
        return self.vote is not None and self.vote.nearness >= CAREFUL

    @property
    def decided(self) -> bool:
        return self.verdict in (*_FOR, *_AGAINST)


def by_nearness(votes: Mapping[str, Vote], names: Iterable[str]) -> list[str]:
    """Names of readings, the closest first; without votes in the order in which they stand."""
    return sorted(names, key=lambda n: (-votes[n].best, -votes[n].fit) if n in votes else (0, 0))


def on_sentence(
    verdicts: Mapping[str, tuple[str, str]], votes: Mapping[str, Vote]
) -> tuple[str, str]:
    """The verdict on a sentence and its reason.

    Parameters
    ----------
    verdicts : mapping
        The title and the verdict of each reading, by its name.
    votes : mapping
        Those on the readings, by name.

    Returns
    -------
    tuple of str
        One of the five words or `DEPENDS`, and why, in a sentence or two.

    Notes
    -----
    The closest readings are those that most blind readers took as such. Theirs is the verdict if
    it is decided and no careful reading is decided the other way; supported beside partly
    supported is partly supported. Where nobody voted, the first reading stands for the sentence.

    Examples
    --------
    >>> read = {"date": ("By date", "supported"), "whole": ("As a whole", "contradicted")}
    >>> on_sentence(read, {"date": Vote(3.0, 5), "whole": Vote(2.0, 0)})[0]
    'depends on the reading'
    """
    order = by_nearness(votes, verdicts)
    tests = [ReadingVerdict(*verdicts[name], votes.get(name)) for name in order]
    first = tests[0]
    if not any(test.vote for test in tests):
        which = f"“{first.title}”, the first in the file; nobody has judged blind which is closest"
        alone = "the one test; nobody has judged blind how near it is"
        return first.verdict, f"It is the verdict of {alone if len(tests) == 1 else which}."
    careful = [test for test in tests if test.careful]
    beside = _beside(test for test in tests if test.decided)
    if not careful:
        return _OPEN, f"No test here says what the sentence says.{beside}"
    most = max(test.vote.best for test in tests if test.vote)
    closest = [test for test in tests if test.vote and test.vote.best == most]
    if unsettled := next((test for test in closest if not test.decided), None):
        why = f"The closest reading, “{unsettled.title}”, cannot be settled.{beside}"
        return unsettled.verdict, why
    decided = dict.fromkeys([*closest, *(test for test in careful if test.decided)])
    words = {test.verdict for test in decided}
    if words & set(_FOR) and words & set(_AGAINST):
        return DEPENDS, " ".join(f"“{test.title}” is {test.verdict}." for test in decided)
    nearest = closest[0]
    word = "partly supported" if "partly supported" in words else nearest.verdict
    other = _beside(test for test in careful if test.decided and test.verdict != nearest.verdict)
    return word, f"It is the verdict of the closest reading, “{nearest.title}”.{other}"


def _beside(tests: Iterable[ReadingVerdict]) -> str:
    """Some tests with their verdicts, as a sentence that begins with a space; '' for none."""
    named = joined(f"“{test.title}” is {test.verdict}" for test in tests)
    return f" Beside it, {named}." if named else ""


def sentences(stored: Iterable[Stored]) -> list[dict[str, Any]]:
    """One entry for each claim, day and parameters, as sentences.json keeps them.

    Parameters
    ----------
    stored : iterable of mapping
        Entries of verdicts.json.

    Returns
    -------
    list of dict
        ``claim``, ``as_of``, ``params``, ``as_printed``, ``because``, ``answer`` and ``tests``:
        ``reading``, ``statement``, ``nearness``, ``verdict``, ``fragile``, ``certainty`` of each;
        ``invented``, whether any of them rests on invented figures.
    """
    entries: dict[str, dict[str, Any]] = {}
    run = ("claim", "as_of", "params", "as_printed", "because", "readers_split")
    shown = ("reading", "statement", "nearness", "verdict", "fragile")
    for v in stored:
        about = {name: v[name] for name in run}
        about["params"] = {k: x for k, x in v["params"].items() if k not in ("claim", "as_of")}
        empty = {"invented": False, "answer": "", "tests": []}
        entry = entries.setdefault(str(about), about | empty)
        entry["invented"] |= bool(invented(v["sources"]))
        if v["leads"]:
            entry["answer"] = v["answer"]
        certain = {"certainty": v["certainty"].get("level", "")}
        entry["tests"].append({name: v[name] for name in shown} | certain)
    return list(entries.values())
