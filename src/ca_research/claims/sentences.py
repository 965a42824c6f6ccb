"""Sentences with slots: how a claim's file says what its criteria come to, without typing a number.

`China is first in {where}[, not in {where_not}]`: a slot in braces is filled with what was
computed; what stands in brackets is left out where one of its slots has nothing to say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..estimates.units import upper
from ..ground.errors import UsageError

_PIECE = re.compile(r"\[([^\[\]]*)\]|\{([a-z_.]+)\}")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_SLOT = re.compile(r"\{([a-z_.]+)\}")


def slots(sentence: str) -> set[str]:
    """Names of the slots of a sentence.

    Examples
    --------
    >>> sorted(slots("In {where}[, not in {where_not}]"))
    ['where', 'where_not']
    """
    return set(_SLOT.findall(sentence))


def needed(sentence: str) -> set[str]:
    """Names of the slots that stand outside brackets: without them there is no sentence."""
    return slots(re.sub(r"\[[^\[\]]*\]", "", sentence))


def faults(sentence: str, known: set[str], numbers: set[str]) -> list[str]:
    """What is wrong with a sentence, in words.

    Parameters
    ----------
    known
        Names of the slots there are.
    numbers
        Numbers that it may hold as text: those that the claim itself names. Any other has to come
        from a slot.

    Examples
    --------
    >>> faults("In {wher} 5 of them", {"where"}, set())
    ['there is no slot {wher}; there are where', 'the number 5 is typed']
    >>> faults("In [{where}", {"where"}, set())
    ['a bracket or a brace is not closed']
    """
    there = ", ".join(sorted(known))
    problems = [
        f"there is no slot {{{name}}}; there are {there}"
        for name in sorted(slots(sentence) - known)
    ]
    bare = _PIECE.sub(lambda m: _SLOT.sub("", m[1] or ""), sentence)
    if set(bare) & set("[]{}"):
        problems.append("a bracket or a brace is not closed")
    return problems + [
        f"the number {n} is typed" for n in _NUMBER.findall(bare) if n not in numbers
    ]


def numbers_in(text: str) -> set[str]:
    """The numbers that stand in a text, as they are written."""
    return set(_NUMBER.findall(text))


def filled(sentence: str, values: Mapping[str, str]) -> str:
    """A sentence with its slots filled, beginning with a capital.

    Raises
    ------
    UsageError
        A slot outside brackets has nothing to say.

    Examples
    --------
    >>> filled("{where} lead[, not {where_not}].", {"where": "two", "where_not": ""})
    'Two lead.'
    """
    if empty := sorted(name for name in needed(sentence) if not values.get(name)):
        raise UsageError(
            f"nothing to say for {', '.join(empty)}",
            where=sentence,
            hint="put what may be absent in brackets",
        )

    def piece(match: re.Match[str]) -> str:
        inside = match[0] if match[1] is None else match[1]
        complete = all(values.get(name) for name in slots(inside))
        return _SLOT.sub(lambda slot: values[slot[1]], inside) if complete else ""

    return upper(" ".join(_PIECE.sub(piece, sentence).split()))
