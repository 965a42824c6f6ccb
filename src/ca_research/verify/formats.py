"""A comparison for a reader (text), a program (JSON), a CI server (JUnit) and a job summary
(Markdown).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree

from ..ground.numbers import counted
from .comparison import TOLERANCES, Change, Comparison

MOST_LINES = 20
"""Entries that are new, or gone for one reason, are listed up to this number, then counted."""


def show(found: Comparison, format: str) -> str:
    """The comparison in a format of FORMATS, with a line end."""
    return FORMATS[format](found)


def shown(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.10g}" if isinstance(value, (int, float)) else str(value)


def headline(found: Comparison) -> str:
    total = counted(len(found.compared), "verdict")
    beside = f"; {len(found.unknown)} of runs that it does not know" if found.unknown else ""
    if found.same:
        return f"{total}, none differs from the baseline{beside}"
    counts = (
        ", ".join(f"{found.count(k)} {k}" for k in ("changed", "new", "gone") if found.count(k))
        or "none differs"
    )
    failed = f"; {counted(len(found.failed), 'run')} failed" if found.failed else ""
    return f"{total}: {counts}{failed}{beside}"


def _not_compared(found: Comparison) -> Iterator[str]:
    for entry in found.unknown[:MOST_LINES]:
        yield f"not compared: {entry.name}: {entry.verdict}"
    if len(found.unknown) > MOST_LINES:
        yield f"not compared: {len(found.unknown) - MOST_LINES} more"


def _notes(found: Comparison) -> Iterator[str]:
    if found.inputs:
        yield f"inputs that changed since the baseline: {'; '.join(map(str, found.inputs))}"
    if found.outdated:
        yield f"the report is older than {'; '.join(map(str, found.outdated))}: ca-research run"


def _differences(change: Change) -> Iterator[tuple[str, str, str]]:
    """Rows of what, old, new."""
    if change.kind == "changed":
        for d in change.differences:
            yield d.what, shown(d.old), shown(d.new)
    else:
        verdict, nothing = change.entry.verdict, "not there"
        yield (
            ("verdict", nothing, verdict) if change.kind == "new" else ("verdict", verdict, nothing)
        )


def _because(change: Change) -> str:
    if change.kind == "changed":
        return "; ".join(map(str, change.because))
    return change.why or "it is not in the baseline"


def text(found: Comparison) -> str:
    lines = [headline(found)]
    listed, left = _listed(found)
    for change in listed:
        lines += ["", change.entry.name]
        rows = list(_differences(change))
        width = max(len(what) for what, _, _ in rows)
        lines += [f"  {what.ljust(width)}  {old} -> {new}" for what, old, new in rows]
        lines.append(f"  because of: {_because(change)}")
    if left:
        lines += ["", *left]
    if found.failed:
        lines += ["", *(f"failed: {run_id}: {error}" for run_id, error in found.failed)]
    lines += ["", *_not_compared(found), *(f"note: {note}" for note in _notes(found))]
    if found.changes:
        lines.append("tolerances: " + "; ".join(f"{k}: {v}" for k, v in TOLERANCES.items()))
    return "\n".join(lines).rstrip("\n") + "\n"


def _listed(found: Comparison) -> tuple[list[Change], list[str]]:
    """Changes to be shown one by one, and a line for what is new or gone beyond that, by the
    reason.
    """
    seen: dict[tuple[str, str], int] = {}
    listed = []
    for change in found.changes:
        kind = (change.kind, _because(change))
        if change.kind != "changed":
            seen[kind] = seen.get(kind, 0) + 1
            if seen[kind] > MOST_LINES:
                continue
        listed.append(change)
    more = [(n - MOST_LINES, kind, why) for (kind, why), n in seen.items() if n > MOST_LINES]
    return listed, [f"and {n} more {kind}: {why}" for n, kind, why in more]


def as_json(found: Comparison) -> str:
    content = {
        "same": found.same,
        "verdicts": len(found.compared),
        "changed": found.count("changed"),
        "new": found.count("new"),
        "gone": found.count("gone"),
        "changes": [
            {
                "kind": c.kind,
                "claim": c.entry.claim,
                "reading": c.entry.reading,
                "part": c.entry.part,
                "params": c.entry.params,
                "as_of": c.entry.as_of,
                "verdict": c.entry.verdict,
                "differences": [
                    {"what": d.what, "old": d.old, "new": d.new} for d in c.differences
                ],
                "because": [{"input": b.input, "which": list(b.which)} for b in c.because],
                "why": c.why,
            }
            for c in found.changes
        ],
        "unknown": [
            {
                "claim": e.claim,
                "reading": e.reading,
                "part": e.part,
                "params": e.params,
                "as_of": e.as_of,
                "verdict": e.verdict,
            }
            for e in found.unknown
        ],
        "failed": [{"run": run_id, "error": error} for run_id, error in found.failed],
        "inputs_changed": [{"input": b.input, "which": list(b.which)} for b in found.inputs],
        "report_older_than": [{"input": b.input, "which": list(b.which)} for b in found.outdated],
        "tolerances": TOLERANCES,
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def junit(found: Comparison) -> str:
    """A test case for each verdict, and one for each run that failed. Without times: nothing was
    timed.
    """
    changes = {c.entry.key: c for c in found.changes}
    unknown, failures = len(found.unknown), len(changes) + len(found.failed)
    tests = len(found.compared) + len(found.failed) + unknown
    root = ElementTree.Element("testsuites", tests=str(tests), failures=str(failures))
    suite = ElementTree.SubElement(
        root,
        "testsuite",
        name="verdicts",
        tests=str(tests),
        failures=str(failures),
        errors="0",
        skipped=str(unknown),
    )
    for entry in found.compared:
        case = ElementTree.SubElement(
            suite, "testcase", classname=_xml(f"verdicts.{entry.claim}"), name=_xml(entry.name)
        )
        if change := changes.get(entry.key):
            rows = [f"{what}: {old} -> {new}" for what, old, new in _differences(change)]
            failure = ElementTree.SubElement(
                case, "failure", type=change.kind, message=_xml(f"{change.kind}: {rows[0]}")
            )
            failure.text = _xml("\n".join([*rows, f"because of: {_because(change)}"]))
    for entry in found.unknown:
        where = {"classname": _xml(f"verdicts.{entry.claim}"), "name": _xml(entry.name)}
        case = ElementTree.SubElement(suite, "testcase", where)
        ElementTree.SubElement(case, "skipped", message="the baseline does not know this run")
    for run_id, error in found.failed:
        case = ElementTree.SubElement(suite, "testcase", classname="runs", name=_xml(run_id))
        ElementTree.SubElement(case, "failure", type="failed", message=_xml(error)).text = _xml(
            error
        )
    ElementTree.indent(root, " ")
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        + ElementTree.tostring(root, encoding="unicode")
        + "\n"
    )


def _xml(text: str) -> str:
    """Text without the characters that XML 1.0 cannot hold."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "?", text)


def markdown(found: Comparison) -> str:
    """For a CI job summary."""
    lines = ["## Verdicts against the baseline", "", f"{headline(found)}.", ""]
    listed, left = _listed(found)
    if listed:
        lines += ["| verdict | what | old | new | because of |", "|---|---|---|---|---|"]
        for change in listed:
            for i, row in enumerate(_differences(change)):
                first = "" if i else change.entry.name
                lines.append(
                    "| "
                    + " | ".join(map(_cell, (first, *row, "" if i else _because(change))))
                    + " |"
                )
        lines += ["", *(f"- {_cell(line)}" for line in left)]
    lines += [f"- failed: {_cell(run_id)}: {_cell(error)}" for run_id, error in found.failed]
    lines += [f"- {_cell(line)}" for line in (*_not_compared(found), *_notes(found))]
    lines += ["", "Tolerances: " + "; ".join(f"{k}: {v}" for k, v in TOLERANCES.items()) + "."]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    """Text in a cell of a Markdown table: no markup, no cell border, one line."""
    return re.sub(r"([\\`*_{}\[\]<>|#])", r"\\\1", " ".join(text.split())).replace("&", "&amp;")


FORMATS: dict[str, Callable[[Comparison], str]] = {
    "text": text,
    "json": as_json,
    "junit": junit,
    "markdown": markdown,
}
