"""Two stored verdicts of one reading beside each other, and what moved between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from .. import registry
from .words import STATE_WORDS, criterion_number, source_words

Stored = Mapping[str, Any]

MOST_NAMED = 6
"""Sources that came or went which are named; more are counted."""


def _told(source_id: str) -> str:
    """A source in words; one that was added and has been removed is known by its id alone."""
    if source_id in registry.sources():
        return source_words(source_id)
    return f"{source_id} (removed)"


def differences(before: Stored, after: Stored) -> list[str]:
    """What differs between two verdicts of one reading, most decisive first; empty where nothing
    does.

    before, after: entries of verdicts.json. Names the verdict, each criterion whose state or number
    moved, the last year used, and the sources that came or went: the inputs by which the two
        differ.
    """
    lines = []
    if before["verdict"] != after["verdict"]:
        lines.append(f"verdict: {before['verdict']} became {after['verdict']}")
    if before["rule_sha256"] != after["rule_sha256"]:
        lines.append("the rule was changed in between")
    earlier = {c["name"]: c for c in before["criteria"]}
    for c in after["criteria"]:
        old = earlier.get(c["name"])
        if old is None:
            lines.append(f"{c['label']}: not asked before, {STATE_WORDS[c['state']]} now")
        elif old["state"] != c["state"]:
            was, now = (f"{STATE_WORDS[x['state']]}, {criterion_number(x)}" for x in (old, c))
            lines.append(f"{c['label']}: “{was}” before, “{now}” now")
        elif criterion_number(old) != criterion_number(c):
            lines.append(f"{c['label']}: {criterion_number(old)} before, {criterion_number(c)} now")
    if before["coverage"]["to"] != after["coverage"]["to"]:
        was, now = (x["coverage"]["to"] or "none" for x in (before, after))
        lines.append(f"newest year: {was} before, {now} now")
    for words, ids in (
        ("sources that came", set(after["sources"]) - set(before["sources"])),
        ("sources that went", set(before["sources"]) - set(after["sources"])),
    ):
        if told := sorted({_told(one) for one in ids}):
            rest = f" and {len(told) - MOST_NAMED} more" if len(told) > MOST_NAMED else ""
            lines.append(f"{words}: {'; '.join(told[:MOST_NAMED])}{rest}")
    return lines


def two_days(verdicts: Sequence[Stored], first: str, second: str = "latest") -> pd.DataFrame:
    """Verdicts of the same claim, reading and parameters on two days of knowledge, one row each.

    Returns claim, reading, title, params (text), first, second (verdict words), changed, why (the
    differences joined).
    """
    keys = [
        {k: v for k, v in one["params"].items() if k not in ("as_of", "claim")} for one in verdicts
    ]
    by = {
        (v["claim"], v["reading"], str(k), v["as_of"]): v
        for v, k in zip(verdicts, keys, strict=True)
    }
    rows = []
    for (claim, reading, params, day), after in by.items():
        before = by.get((claim, reading, params, first))
        if day != second or before is None:
            continue
        rows.append(
            {
                "claim": claim,
                "reading": reading,
                "title": after["title"],
                "params": params if params != "{}" else "",
                "first": before["verdict"],
                "second": after["verdict"],
                "changed": before["verdict"] != after["verdict"],
                "why": "; ".join(
                    differences(before, after)[before["verdict"] != after["verdict"] :]
                ),
            }
        )
    columns = ["claim", "reading", "title", "params", "first", "second", "changed", "why"]
    return pd.DataFrame(rows, columns=columns).astype({"changed": bool})
