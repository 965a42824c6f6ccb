"""From the states of criteria to the verdict, by the rule that a reading declares."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from ..registry import VERDICTS, Reading
from .logic import FAILS, HOLDS, MIXED, UNDECIDED, Truth, evaluate, leaves, turns_on
from .verdict import CriterionResult


def apply_rule(
    reading: Reading, states: dict[str, str], mains: dict[str, Truth]
) -> tuple[str, str]:
    """Verdict that a reading's rule gives for the states of its criteria, and the reason in words.

    mains: whether each criterion is true in its main specification. Where the rule leaves "partly
        supported", something must be: a reading of which nothing is true in the declared way is
        not supported in part.
    """
    if reading.not_testable:
        return "not testable", reading.answer or reading.not_testable
    assert reading.rule is not None
    supported, contradicted = (
        evaluate(reading.rule.supported, states),
        evaluate(reading.rule.contradicted, states),
    )
    listed = "; ".join(f"{name} {state}" for name, state in states.items())
    if supported:
        return reading.rule.at_most, listed
    if contradicted:
        return "contradicted", listed
    if supported is None or contradicted is None:
        missing = ", ".join(name for name, state in states.items() if state == UNDECIDED)
        return (
            "not enough evidence",
            f"{listed}; what is undecided ({missing}) could settle it either way",
        )
    if reading.rule.otherwise == "partly supported" and not any(mains.values()):
        return "not enough evidence", f"{listed}; nothing is true in the main specification"
    return reading.rule.otherwise, listed


def deciding(reading: Reading, states: dict[str, str], verdict: str) -> tuple[str, ...]:
    """Names of the criteria that made a verdict what it is by its rule, in their declared order.

    Of a rule that is met those that meet it; of one that is open, those that are undecided and
    could still settle it; of one that is neither met nor open, those that keep it from being
    supported. None for a reading without criteria.
    """
    rule = reading.rule
    if rule is None:
        return ()
    ends = {"supported": rule.supported, "contradicted": rule.contradicted}
    open_ = [condition for condition in ends.values() if evaluate(condition, states) is None]
    asked = [ends[verdict]] if verdict in ends else open_ or [rule.supported]
    names = next(filter(None, (turns_on(condition, states) for condition in asked)), set())
    return tuple(c.name for c in reading.criteria if c.name in names)


def speaks(reading: Reading, result: CriterionResult) -> str:
    """Whether a criterion, in the state it is in, speaks 'for' the claim or 'against' it; '' where
    it says neither.

    A rule may be supported by what fails. One that is mixed speaks as its main figure does.
    """
    if reading.rule is None or result.state == UNDECIDED:
        return ""
    helps = {f"{result.name} {state}" for state in (HOLDS, FAILS)} & leaves(reading.rule.supported)
    harms = {f"{result.name} {state}" for state in (HOLDS, FAILS)} & leaves(
        reading.rule.contradicted
    )
    true = result.main_met if result.state == MIXED else result.state == HOLDS
    said, other = (f"{result.name} {s}" for s in ((HOLDS, FAILS) if true else (FAILS, HOLDS)))
    good = (said in helps) - (said in harms) - (other in helps) + (other in harms)
    return "for" if good > 0 else "against" if good < 0 else ""


def applied(reading: Reading, results: Mapping[str, CriterionResult]) -> tuple[str, str]:
    """The verdict of a reading, and its reason, from its judged criteria."""
    return apply_rule(
        reading,
        {k: r.state for k, r in results.items()},
        {k: r.main_met for k, r in results.items()},
    )


def reachable(reading: Reading) -> tuple[str, ...]:
    """The verdicts that a reading can come to with figures for everything that it asks."""
    if reading.not_testable:
        return ("not testable",)
    found = set()
    for ends in itertools.product((HOLDS, FAILS, MIXED), repeat=len(reading.criteria)):
        states = dict(zip((c.name for c in reading.criteria), ends, strict=True))
        for mixed in (True, False):  # what the main figure of a mixed criterion says
            mains: dict[str, Truth] = {
                n: mixed if s == MIXED else s == HOLDS for n, s in states.items()
            }
            found.add(apply_rule(reading, states, mains)[0])
    return tuple(word for word in VERDICTS if word in found)


def possible(reading: Reading, results: Mapping[str, CriterionResult]) -> tuple[str, ...]:
    """The verdicts that figures for what is undecided could lead to; the verdict itself where
    nothing is.
    """
    if reading.not_testable:
        return ("not testable",)
    open_ = [name for name, r in results.items() if r.state == UNDECIDED]
    mains = {name: r.main_met for name, r in results.items()}
    states = {name: r.state for name, r in results.items()}
    found = set()
    for ends in itertools.product((HOLDS, FAILS, MIXED), repeat=len(open_)):
        settled = dict(zip(open_, ends, strict=True))
        truths = mains | {name: end != FAILS for name, end in settled.items()}
        found.add(apply_rule(reading, states | settled, truths)[0])
    return tuple(word for word in VERDICTS if word in found)
