"""The answer of a reading in a sentence or two, and its finding in a few words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ..registry import Criterion, Reading
from .logic import MIXED, UNDECIDED
from .rule import speaks
from .sentences import filled, needed
from .slots import in_words, values
from .verdict import CriterionResult
from .words import criterion_number

MOST, MOST_FINDING = 280, 90
"""Characters of an answer and of a finding."""

ENDS = ("supported", "contradicted")
"""The verdicts that speak for themselves: criteria that did not lead there are not mentioned."""


def answer(
    reading: Reading, results: Mapping[str, CriterionResult], word: str, decided: Sequence[str]
) -> str:
    """What was found, in at most 280 characters.

    Parameters
    ----------
    word
        The verdict.
    decided
        Names of the criteria that made it what it is (`claims.rule.deciding`). They speak first;
        where the verdict is neither supported nor contradicted the others speak after them, and
        what is known before what is not.

    Returns
    -------
    str
        Of a reading that cannot be tested, what its file says instead.
    """
    if reading.not_testable:
        return reading.answer or reading.not_testable
    known, open_ = _in_order(_states(results), word, decided)
    first = [*known[:1], *open_[:1]]
    told: dict[str, str] = {}
    for name in [*first, *known[1:], *open_[1:]]:
        said = sentence(_declared(reading, name), results[name])
        length = sum(len(s) + 1 for s in told.values()) + len(said)
        if said not in told.values() and (not told or length <= MOST):
            told[name] = said
    return " ".join(told[name] for name in [*known, *open_] if name in told)


def _states(results: Mapping[str, CriterionResult]) -> dict[str, str]:
    return {name: result.state for name, result in results.items()}


def _in_order(
    states: Mapping[str, str], word: str, decided: Sequence[str]
) -> tuple[list[str], list[str]]:
    """The criteria that speak for a verdict, those that decided first: the known, and the open."""
    names = list(decided)
    if word not in ENDS:
        names += [name for name in states if name not in decided]
    known = [name for name in names if states[name] != UNDECIDED]
    return known, [name for name in names if states[name] == UNDECIDED]


def leading(states: Mapping[str, str], word: str, decided: Sequence[str]) -> str | None:
    """The criterion with which an answer begins and of which the finding speaks; None without one.

    It is one that decided, unless all of these are open and another is known.

    Examples
    --------
    >>> leading({"votes": "fails", "trade": "undecided"}, "not enough evidence", ["trade"])
    'votes'
    """
    known, open_ = _in_order(states, word, decided)
    return next(iter([*known, *open_, *states]), None)


def finding(
    reading: Reading, results: Mapping[str, CriterionResult], word: str, decided: Sequence[str]
) -> str:
    """The same in at most 90 characters: what the criterion with which the answer begins comes to.

    Its sentence where that is short enough; of a count over several countries the count. Where the
    claim is neither supported nor contradicted and another criterion speaks for the other side,
    both in few words, if there is room.
    """
    if reading.not_testable:
        return "No figures could show it"
    states = _states(results)
    name = leading(states, word, decided)
    assert name is not None
    criterion, result = _declared(reading, name), results[name]
    if word not in ENDS and (other := _other_side(reading, results, name, decided)):
        both = [in_short(_declared(reading, n), results[n]) for n in (name, other)]
        if both[0] != both[1] and len(". ".join(both)) <= MOST_FINDING:
            return ". ".join(both)
    return in_brief(criterion, result)


def in_brief(criterion: Criterion, result: CriterionResult) -> str:
    """What one criterion comes to: its sentence where that is short and of one figure, or a few
    words.
    """
    said = sentence(criterion, result)
    if criterion.says and len(result.cells) < 2 and len(said) <= MOST_FINDING:
        return said.removesuffix(".")
    return in_short(criterion, result)


def _other_side(
    reading: Reading, results: Mapping[str, CriterionResult], name: str, decided: Sequence[str]
) -> str | None:
    """The first criterion that speaks against what a decided one speaks for, or the other way."""
    sides = {n: speaks(reading, result) for n, result in results.items()}
    if name not in decided or not sides[name]:
        return None
    return next((n for n, side in sides.items() if side and side != sides[name]), None)


def in_short(criterion: Criterion, result: CriterionResult) -> str:
    """What a criterion comes to in a few words: its own, where they have a figure to say, and more
    than one country where they count some; else its label with what is known.
    """
    told, short = values(result), (criterion.says and criterion.says.finding) or ""
    asked, known = needed(short), sum(cell.met is not None for cell in result.cells)
    if short and all(map(told.get, asked)) and ("held" not in asked or known > 1):
        return filled(short, told)
    return f"{criterion.label}: {told.get('held') or criterion_number(asdict(result))}"


def _declared(reading: Reading, name: str) -> Criterion:
    return next(c for c in reading.criteria if c.name == name)


def sentence(criterion: Criterion, result: CriterionResult) -> str:
    """What a criterion has to say in the state that it is in."""
    said = criterion.says
    if said is None:
        return f"{criterion.label}: {criterion_number(asdict(result))}."
    if result.state != MIXED:
        return filled(getattr(said, result.state), values(result))
    if said.mixed:
        return filled(said.mixed, values(result))
    main = filled(said.holds if result.main_met else said.fails, values(result))
    return f"{main} {_ways_that_agree(result)}"


def _ways_that_agree(result: CriterionResult) -> str:
    """How much of a mixed criterion's universe says what its main figure says."""
    agreeing, ways = result.agreeing, result.specifications
    if ways == 2:
        return "The other way to calculate it does not say so."
    verb = "says so" if agreeing == 1 else "say so"
    few = "Only " if agreeing * 2 < ways else ""
    count = in_words(agreeing) if few else in_words(agreeing).capitalize()
    return f"{few}{count} of the {in_words(ways)} ways to calculate it {verb}."


FEWEST_FOR_PERCENT = 5
"""Ways to calculate something below which their share is not said in per cent."""


def ways(c: Mapping[str, Any]) -> str:
    """How many different ways there are to calculate a criterion, and whether they agree.

    Examples
    --------
    >>> ways({"specifications": 2, "agreeing": 2, "main_met": True})
    'two computations, which agree'
    >>> ways({"specifications": 48, "agreeing": 12, "main_met": False})
    '12 of 48 ways to calculate it (25%) say no'
    """
    n, agreeing = c["specifications"], c["agreeing"]
    if n == 0:
        return "it could not be calculated"
    if n == 1:
        return "single computation"
    if n == 2:
        if c["main_met"] is None:
            return "two computations; the main one leaves it open"
        return f"two computations, which {'agree' if agreeing == 2 else 'do not agree'}"
    if c["main_met"] is None:
        return f"{in_words(n)} ways to calculate it; the main one leaves it open"
    if agreeing == n:
        return f"all {in_words(n)} ways to calculate it agree"
    share = f" ({100 * agreeing / n:.0f}%)" if n >= FEWEST_FOR_PERCENT else ""
    verb, word = "says" if agreeing == 1 else "say", "yes" if c["main_met"] else "no"
    return f"{in_words(agreeing)} of {in_words(n)} ways to calculate it{share} {verb} {word}"
