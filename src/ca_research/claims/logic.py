"""Three-valued logic: true, false, and None for what is not observed (Kleene)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from ..registry.claims import COMPARE

Truth = bool | None

HOLDS, FAILS, MIXED, UNDECIDED = "holds", "fails", "mixed", "undecided"

SAME = 1e-10
"""Figures that differ by less than this share of themselves are one: verdicts keep ten digits."""


def number(value: Any) -> float | None:
    """A figure of a row of evidence; None where there is none."""
    return None if pd.isna(value) else float(value)


def decide(
    value: float | None, low: float | None, high: float | None, comparison: str, threshold: float
) -> Truth:
    """Whether a value meets a threshold; a range meets it only if all of it does, and misses it
    only if none does. Ends are compared to the last digit: that of 'more than 50' lies the smallest
    step above 50.
    """
    value, low, high = map(number, (value, low, high))
    if low is not None or high is not None:
        ends = (-math.inf if low is None else low, math.inf if high is None else high)
        if comparison == "==" and ends[0] <= threshold <= ends[1]:
            return True if ends[0] == ends[1] else None
        met = {COMPARE[comparison](end, threshold) for end in ends}
        return met.pop() if len(met) == 1 else None
    if value is None:
        return None
    if math.isclose(value, threshold, rel_tol=SAME):  # the noise of floating point says nothing
        value = threshold
    return bool(COMPARE[comparison](value, threshold))


def count_rule(truths: Iterable[Truth], at_least: int) -> Truth:
    """'At least k of n' with unobserved cells: met if enough hold, refuted if even all unobserved
    ones would not do.
    """
    truths = list(truths)
    held = truths.count(True)
    if held >= at_least:
        return True
    return False if held + truths.count(None) < at_least else None


def _parts(condition: Any) -> tuple[list[Any], int]:
    """The parts of a condition, and how many of them have to be true."""
    match condition:
        case {"all": parts}:
            return parts, len(parts)
        case {"any": parts}:
            return parts, 1
        case {"at_least": int(least), "of": parts}:
            return parts, least
    raise ValueError(f"not a condition: {condition!r}")


def evaluate(condition: Any, states: Mapping[str, str]) -> Truth:
    """Truth of a rule condition given the states of the criteria.

    An undecided criterion could still hold or fail, so 'NAME holds' and 'NAME fails' are both open
    for it; a mixed one neither holds nor fails.
    """
    if isinstance(condition, str):
        name, wanted = condition.split()
        return None if states[name] == UNDECIDED else states[name] == wanted
    parts, least = _parts(condition)
    return count_rule((evaluate(part, states) for part in parts), least)


def turns_on(condition: Any, states: Mapping[str, str]) -> set[str]:
    """Criteria that make a condition what it is: of a true one those that are true, of an open one
    those that are open.
    """
    if isinstance(condition, str):
        return {condition.split()[0]}
    truth = evaluate(condition, states)
    alike = (part for part in _parts(condition)[0] if evaluate(part, states) is truth)
    return {name for part in alike for name in turns_on(part, states)}


def weakest(condition: Any, states: Mapping[str, str], strengths: Mapping[str, int]) -> int:
    """How well a true condition stands, by how well each criterion does: of parts that are all
    needed as the weakest, of alternatives as the strongest.

    Examples
    --------
    >>> states, strengths = {"a": "holds", "b": "holds"}, {"a": 3, "b": 1}
    >>> weakest({"all": ["a holds", "b holds"]}, states, strengths)
    1
    >>> weakest({"any": ["a holds", "b holds"]}, states, strengths)
    3
    """
    if isinstance(condition, str):
        return strengths[condition.split()[0]]
    parts, least = _parts(condition)
    true = [weakest(part, states, strengths) for part in parts if evaluate(part, states)]
    return sorted(true, reverse=True)[least - 1]
