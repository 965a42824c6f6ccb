"""The answer of a reading in a sentence or two, and its finding in a few words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from ..registry import Criterion
from .logic import MIXED, UNDECIDED
from .plain import MOST, plain
from .rule import ENDS, Judged, speaks
from .sentences import filled, needed
from .slots import values
from .verdict import CriterionResult
from .words import STATE_WORDS, Stored, criterion_number, phrase

MOST_FINDING = 90
"""Characters of a finding."""


def answer(judged: Judged) -> str:
    """What was found, in at most 280 characters.

    The criteria that decided speak first; where the verdict is neither supported nor contradicted
    the others speak after them, and what is known before what is not. Of a reading that cannot be
    tested it is what its file says instead.
    """
    if judged.reading.not_testable:
        return judged.reason
    known, open_ = _in_order(judged.states, judged.word, judged.decided)
    declared = judged.declared
    texts: dict[str, str] = {}
    for name in [*known[:1], *open_[:1], *known[1:], *open_[1:]]:
        text = sentence(declared[name], judged.results[name])
        length = sum(len(s) + 1 for s in texts.values()) + len(text)
        if text not in texts.values() and (not texts or length <= MOST):
            texts[name] = text
    return " ".join(texts[name] for name in [*known, *open_] if name in texts)


def _in_order(
    states: Mapping[str, str], word: str, decided: Sequence[str]
) -> tuple[list[str], list[str]]:
    """The criteria that speak for a verdict, those that decided first: the known, and the open."""
    names = dict.fromkeys([*decided, *(states if word not in ENDS else ())])
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


def finding(judged: Judged) -> str:
    """The same in at most 90 characters: what the criterion with which the answer begins comes to.

    Its sentence where that is short enough; of a count over several countries the count. Where the
    claim is neither supported nor contradicted and another criterion speaks for the other side,
    both in few words, if there is room.
    """
    results, name = judged.results, leading(judged.states, judged.word, judged.decided)
    if name is None:
        return "No figures could show it"
    declared = judged.declared
    sides = {n: speaks(judged.reading, result) for n, result in results.items()}
    other = next((n for n, side in sides.items() if side and side != sides[name]), None)
    if judged.word not in ENDS and name in judged.decided and sides[name] and other:
        both = [in_short(declared[n], results[n]) for n in (name, other)]
        if both[0] != both[1] and len(". ".join(both)) <= MOST_FINDING:
            return ". ".join(both)
    return in_brief(declared[name], results[name])


def in_brief(criterion: Criterion, result: CriterionResult) -> str:
    """What one criterion comes to: its sentence where that is short and of one figure, or a few
    words.
    """
    text = sentence(criterion, result)
    if criterion.says and len(result.cells) < 2 and len(text) <= MOST_FINDING:
        return text.removesuffix(".")
    return in_short(criterion, result)


def in_short(criterion: Criterion, result: CriterionResult) -> str:
    """What a criterion comes to in a few words: its own, where they have a figure to say, and more
    than one country where they count some; else its label with what is known.
    """
    if criterion.says is None:
        return plain(criterion, result, short=True).removesuffix(".")
    slots, short = values(result), criterion.says.finding or ""
    slot_names, known = needed(short), sum(cell.met is not None for cell in result.cells)
    if short and all(map(slots.get, slot_names)) and ("held" not in slot_names or known > 1):
        return filled(short, slots)
    return f"{criterion.label}: {slots.get('held') or criterion_number(asdict(result))}"


def sentence(criterion: Criterion, result: CriterionResult) -> str:
    """What a criterion has to say in the state that it is in; of a mixed one without words of its
    own also how much of its universe says what its main figure says.
    """
    says, mixed = criterion.says, result.state == MIXED
    if says and (template := getattr(says, result.state)):
        return filled(template, values(result))
    text = says and (says.holds if result.main_met else says.fails)
    main = filled(text, values(result)) if text else plain(criterion, result)
    if not mixed:
        return main
    return f"{main} {phrase('others', result)}"


def asked(result: CriterionResult) -> str:
    """What a criterion asks, the figure, and the answer: its statement may be false."""
    figure = criterion_number(asdict(result))
    statement = f"“{result.statement}”"
    return f"Asked: {statement} Figure: {figure}. Answer: {STATE_WORDS[result.state]}."


FEWEST_FOR_PERCENT = 5
"""Ways to calculate something below which their share is not said in per cent."""


def ways(c: Stored) -> str:
    """How many different ways there are to calculate a criterion, and whether they agree.

    Examples
    --------
    >>> ways({"specifications": 2, "agreeing": 2, "main_met": True})
    'two computations, which agree'
    >>> ways({"specifications": 48, "agreeing": 12, "main_met": False})
    '12 of 48 ways to calculate it (25%) say no'
    """
    return phrase("ways", c)
