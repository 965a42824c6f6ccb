"""Two stored verdicts of one reading beside each other, and what moved between them."""

from __future__ import annotations

import re

from .. import registry
from ..ground.economies import joined
from .words import STATE_WORDS, Stored, criterion_number, in_words, source_words

MOST_NAMED = 3
"""Sources that came or went which are named; more are counted."""


def _told(source_id: str) -> str:
    """A source in words, its year in brackets; one that was added and has been removed is known by
    its id alone.
    """
    if source_id in registry.sources():
        return re.sub(r", (\d{4})$", r" (\1)", source_words(source_id))
    return f"{source_id} (removed)"


def differences(before: Stored, after: Stored, *, decisive: bool = False) -> list[str]:
    """What differs between two verdicts of one reading beside the verdict, in sentences, most
    decisive first; empty where nothing does.

    before, after: entries of verdicts.json. decisive: of criteria those alone whose state turned,
        where any did. Names each criterion that moved, the newest year used, and the sources that
        came or went: the inputs by which the two differ.
    """
    lines = []
    if before["rule_sha256"] != after["rule_sha256"]:
        lines.append("The rule was changed in between.")
    earlier = {c["name"]: c for c in before["criteria"]}
    pairs = [(earlier.get(c["name"]), c) for c in after["criteria"]]
    turned = [(old, c) for old, c in pairs if old is None or old["state"] != c["state"]]
    same = [
        (old, c)
        for old, c in pairs
        if old and (old, c) not in turned and _number(old) not in ("", criterion_number(c))
    ]
    moved = turned if decisive and turned else turned + same
    lines += dict.fromkeys(_then_and_now(*pair) for pair in moved)
    was, now = (x["coverage"]["to"] for x in (before, after))
    if was != now:
        newest = f"The newest figures are of {now}" if now else "No figures of a year are left"
        lines.append(f"{newest}; before, {f'they were of {was}' if was else 'there were none'}.")
    here, there = ({_told(one) for one in x["sources"]} for x in (before, after))
    gone = {"New among the sources": there - here, "No longer among the sources": here - there}
    for words, names in gone.items():
        if names:
            told, more = sorted(names)[:MOST_NAMED], len(names) - MOST_NAMED
            told += [f"{in_words(more)} more"] if more > 0 else []
            lines.append(f"{words}: {joined(told)}.")
    return lines


def _then_and_now(old: Stored | None, new: Stored) -> str:
    """What a criterion came to before and now: in its sentences, where both are stored and differ,
    else in its answers and numbers.
    """
    answer = STATE_WORDS[new["state"]]
    if old is None:
        return f"“{new['label']}” was not asked before; the answer is “{answer}”."
    if old.get("says") and old["says"] != new["says"]:
        return f"Before: {old['says']} Now: {new['says']}"
    was, now = _number(old), criterion_number(new)
    if old["state"] != new["state"]:
        then = f"“{STATE_WORDS[old['state']]}” before{f', {was}' if was else ''}"
        return f"{new['label']}: {then}; “{answer}” now, {now}."
    return f"{new['label']}: {was} before, {now} now."


def _number(criterion: Stored) -> str:
    """What a criterion came to; '' for an accepted one, which keeps its answer alone."""
    return criterion_number(criterion) if "cells" in criterion else ""
