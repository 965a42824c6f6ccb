"""From the states of criteria to the verdict, by the rule that a reading declares."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ..registry import VERDICTS, Criterion, Reading
from ..registry.claims import leaves
from .criteria import judge_criterion
from .evidence import EvidenceRows
from .logic import FAILS, HOLDS, MIXED, UNDECIDED, Truth, evaluate, turns_on
from .verdict import CriterionResult

ENDS = ("supported", "contradicted")
"""The verdicts that speak for themselves: criteria that did not lead there are not mentioned."""

SETTLED = (HOLDS, FAILS, MIXED)


def apply_rule(
    reading: Reading, states: Mapping[str, str], mains: Mapping[str, Truth]
) -> tuple[str, str]:
    """Verdict that a reading's rule gives for the states of its criteria, and the reason in words.

    mains: whether each criterion is true in its main specification. Where the rule leaves "partly
        supported", something must be: a reading of which nothing is true in the declared way is
        not supported in part.
    """
    if reading.not_testable:
        return "not testable", reading.answer or reading.not_testable
    rule = reading.rule
    assert rule is not None
    supported, contradicted = (evaluate(condition, states) for condition in rule.ends.values())
    listed = "; ".join(f"{name} {state}" for name, state in states.items())
    if supported:
        return rule.at_most, listed
    if contradicted:
        return "contradicted", listed
    if supported is None or contradicted is None:
        missing = ", ".join(name for name, state in states.items() if state == UNDECIDED)
        why = f"what is undecided ({missing}) could settle it either way"
        return "not enough evidence", f"{listed}; {why}"
    if rule.otherwise == "partly supported" and not any(mains.values()):
        return "not enough evidence", f"{listed}; nothing is true in the main specification"
    return rule.otherwise, listed


def deciding(reading: Reading, states: Mapping[str, str], verdict: str) -> tuple[str, ...]:
    """Names of the criteria that made a verdict what it is by its rule, in their declared order.

    Of a rule that is met those that meet it; of one that is open, those that are undecided and
    could still settle it; of one that is neither met nor open, those that keep it from being
    supported. None for a reading without criteria.
    """
    if reading.rule is None:
        return ()
    ends = reading.rule.ends
    open_ = [condition for condition in ends.values() if evaluate(condition, states) is None]
    conditions = [ends[verdict]] if verdict in ends else open_ or [reading.rule.supported]
    names = next(filter(None, (turns_on(condition, states) for condition in conditions)), set())
    return tuple(c.name for c in reading.criteria if c.name in names)


class Judged(NamedTuple):
    """A reading with its judged criteria, and what its rule makes of them."""

    reading: Reading
    results: Mapping[str, CriterionResult]
    states: Mapping[str, str]
    word: str
    reason: str
    decided: tuple[str, ...]

    @property
    def declared(self) -> dict[str, Criterion]:
        """The criteria as the claim's file declares them, by name."""
        return {criterion.name: criterion for criterion in self.reading.criteria}

    @classmethod
    def of(cls, reading: Reading, results: Iterable[CriterionResult]) -> Judged:
        """From its judged criteria."""
        by_name = {result.name: result for result in results}
        states = {name: result.state for name, result in by_name.items()}
        mains = {name: result.main_met for name, result in by_name.items()}
        word, reason = apply_rule(reading, states, mains)
        return cls(reading, by_name, states, word, reason, deciding(reading, states, word))

    @classmethod
    def by(
        cls, reading: Reading, rows: EvidenceRows, methods: list[str], economies: list[str]
    ) -> Judged:
        """From rows of evidence; economies: those that are counted over."""
        parts = ((c, [r for r in rows if r["criterion"] == c.name]) for c in reading.criteria)
        return cls.of(reading, (judge_criterion(c, r, methods, economies) for c, r in parts))


def speaks(reading: Reading, result: CriterionResult) -> str:
    """Whether a criterion, in the state it is in, speaks 'for' the claim or 'against' it; '' where
    it says neither.

    A rule may be supported by what fails. One that is mixed speaks as its main figure does.
    """
    if reading.rule is None or result.state == UNDECIDED:
        return ""
    helps, harms = map(leaves, reading.rule.ends.values())
    true = result.main_met if result.state == MIXED else result.state == HOLDS
    leaf, other = (f"{result.name} {s}" for s in ((HOLDS, FAILS) if true else (FAILS, HOLDS)))
    good = (leaf in helps) - (leaf in harms) - (other in helps) + (other in harms)
    return "for" if good > 0 else "against" if good < 0 else ""


def reachable(reading: Reading) -> tuple[str, ...]:
    """The verdicts that a reading can come to with figures for everything that it asks."""
    nothing = dict.fromkeys((c.name for c in reading.criteria), UNDECIDED)
    words = {*_endings(reading, nothing, {}, True), *_endings(reading, nothing, {}, False)}
    return tuple(word for word in VERDICTS if word in words)


def possible(judged: Judged) -> tuple[str, ...]:
    """The verdicts that figures for what is undecided could lead to; the verdict itself where
    nothing is.
    """
    mains = {name: result.main_met for name, result in judged.results.items()}
    words = {*_endings(judged.reading, judged.states, mains, True)}
    return tuple(word for word in VERDICTS if word in words)


def _endings(
    reading: Reading, states: Mapping[str, str], mains: Mapping[str, Truth], mixed: bool
) -> Iterable[str]:
    """The verdicts over all that undecided criteria may come to; mixed: what the main figure of a
    mixed one says.
    """
    open_ = [name for name, state in states.items() if state == UNDECIDED]
    for ends in itertools.product(SETTLED, repeat=len(open_)):
        settled = dict(zip(open_, ends, strict=True))
        truths = {n: mixed if end == MIXED else end == HOLDS for n, end in settled.items()}
        yield apply_rule(reading, {**states, **settled}, {**mains, **truths})[0]
