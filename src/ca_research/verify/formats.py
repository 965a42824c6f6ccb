"""A comparison for a reader (text), a program (JSON), a CI server (JUnit) and a job summary
(Markdown). What the three texts say stands in the templates beside this file.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any
from xml.sax import saxutils

from ..ground.numbers import counted
from ..ground.templates import filled
from .comparison import TOLERANCES, Change, Comparison, shown
from .state import Entry

FORMATS = ("text", "json", "junit", "markdown")
MOST_LINES = 20
"""Entries that are new, or gone for one reason, are listed up to this number, then counted."""


def show(found: Comparison, format: str) -> str:
    """The comparison in a format of FORMATS, with a line end."""
    if format == "json":
        return json.dumps(_plain(found), ensure_ascii=False, indent=1) + "\n"
    changes, more = _listed(found)
    text = filled(
        Path(__file__).with_name(f"{format}.j2"),
        found=found,
        headline=_headline(found),
        changes=changes,
        more=more,
        not_compared=_not_compared(found),
        notes=_notes(found),
        tolerances="; ".join(f"{what}: {limit}" for what, limit in TOLERANCES.items()),
        shown=shown,
        cell=_cell,
        quoted=lambda words: saxutils.quoteattr(_xml(words), {'"': "&quot;"}),
        escaped=lambda words: saxutils.escape(_xml(words)),
    )
    return text.rstrip("\n") + "\n"


def _headline(found: Comparison) -> str:
    counts = [f"{n} {kind}" for kind in ("changed", "new", "gone") if (n := found.count(kind))]
    moved = ", ".join(counts) or "none differs"
    said = ", none differs from the baseline" if found.same else f": {moved}"
    if found.failed:
        said += f"; {counted(len(found.failed), 'run')} failed"
    if found.unknown:
        said += f"; {len(found.unknown)} of runs that it does not know"
    return counted(len(found.compared), "verdict") + said


def _not_compared(found: Comparison) -> list[str]:
    lines = [f"{entry.name}: {entry.verdict}" for entry in found.unknown[:MOST_LINES]]
    if left := found.unknown[MOST_LINES:]:
        lines.append(f"{len(left)} more")
    return [f"not compared: {line}" for line in lines]


def _notes(found: Comparison) -> list[str]:
    inputs, outdated = ("; ".join(map(str, some)) for some in (found.inputs, found.outdated))
    notes = [f"inputs that changed since the baseline: {inputs}"] if inputs else []
    return notes + [f"the report is older than {outdated}: ca-research run"] * bool(outdated)


def _listed(found: Comparison) -> tuple[list[Change], list[str]]:
    """Changes to be shown one by one, and a line for what is new or gone beyond that, by the
    reason.
    """
    seen, listed = Counter[tuple[str, str]](), []
    for change in found.changes:
        kind = change.kind, change.reason
        seen[kind] += change.kind != "changed"
        if seen[kind] <= MOST_LINES:
            listed.append(change)
    more = ((n - MOST_LINES, *kind) for kind, n in seen.items() if n > MOST_LINES)
    return listed, [f"and {n} more {kind}: {why}" for n, kind, why in more]


def _plain(found: Comparison) -> dict[str, Any]:
    kinds = ("changed", "new", "gone")
    changes = []
    for change in found.changes:
        plain = asdict(change)
        del plain["entry"]
        changes.append({"kind": plain.pop("kind")} | _which(change.entry) | plain)
    return {
        "same": found.same,
        "verdicts": len(found.compared),
        **{kind: found.count(kind) for kind in kinds},
        "changes": changes,
        "unknown": [_which(entry) for entry in found.unknown],
        "failed": [{"run": run_id, "error": error} for run_id, error in found.failed],
        "inputs_changed": [asdict(cause) for cause in found.inputs],
        "report_older_than": [asdict(cause) for cause in found.outdated],
        "tolerances": TOLERANCES,
    }


def _which(entry: Entry) -> dict[str, Any]:
    names = ("claim", "reading", "part", "params", "as_of", "verdict")
    return {name: getattr(entry, name) for name in names}


def _xml(text: str) -> str:
    """Text without the characters that XML 1.0 cannot hold."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "?", text)


def _cell(text: str) -> str:
    """Text in a cell of a Markdown table: no markup, no cell border, one line."""
    return re.sub(r"([\\`*_{}\[\]<>|#])", r"\\\1", " ".join(text.split())).replace("&", "&amp;")
