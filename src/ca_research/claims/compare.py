"""Two stored verdicts of one reading beside each other, and what moved between them."""

from __future__ import annotations

import re

from .. import registry
from ..ground.economies import joined
from .words import STATE_WORDS, Stored, criterion_number, in_words, one_line, source_words, text_of

MOST_NAMED = 3
"""Sources that came or went which are named; more are counted."""


def _source(source_id: str) -> str:
    """A source in words, its year in brackets; one that was added and has been removed is known by
    its id alone.
    """
    if source_id in registry.sources():
        return re.sub(r", (\d{4})$", r" (\1)", source_words(source_id))
    return f"{source_id} (removed)"


def differences(before: Stored, after: Stored) -> list[str]:
    """What differs between two verdicts of one reading beside the verdict, in sentences, most
    decisive first; empty where nothing does.

    before, after: entries of verdicts.json. Names each criterion that moved, the newest year used,
    and the sources that came or went: the inputs by which the two differ.
    """
    earlier = {c["name"]: c for c in before["criteria"]}
    pairs = [(earlier.get(c["name"]), c) for c in after["criteria"]]
    turned = [(old, c) for old, c in pairs if old is None or old["state"] != c["state"]]
    same = [
        (old, c)
        for old, c in pairs
        if old and old["state"] == c["state"] and _figure(old) not in ("", criterion_number(c))
    ]
    here, there = ({_source(one) for one in x["sources"]} for x in (before, after))
    text = text_of(
        "compare.j2",
        before=before,
        after=after,
        moved=turned + same,
        words=STATE_WORDS,
        figure=_figure,
        sources={
            "New among the sources": sorted(there - here),
            "No longer among the sources": sorted(here - there),
        },
        most=MOST_NAMED,
        joined=joined,
        in_words=in_words,
    )
    return list(dict.fromkeys(filter(None, map(one_line, text.splitlines()))))


def _figure(criterion: Stored) -> str:
    """What a criterion came to; '' for an accepted one, which keeps its answer alone."""
    return criterion_number(criterion) if "cells" in criterion else ""
