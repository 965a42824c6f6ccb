"""No bar stands in a sentence as text: every threshold and every `at_least` is moved, the claim is
judged again from the figures at hand, and the old number is looked for in what is said then.

A number that a slot fills in is computed, so slots of the engine are masked; what a measure tells
beside its figure is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

import ca_research as ca
from ca_research import registry
from ca_research.claims import answers, slots
from ca_research.claims.criteria import judge_criteria
from ca_research.claims.rule import applied, deciding
from ca_research.ground.numbers import number
from ca_research.registry import Criterion, Reading

PARTS = {
    0.05: "twentieth",
    0.1: "tenth",
    0.2: "fifth",
    0.25: "quarter",
    1 / 3: "third",
    0.5: "half",
    2 / 3: "two thirds",
    0.75: "three quarters",
}
COMPARED = (
    r"(?:more|less|fewer|earlier|later) than|at least|at most|over|below|above|under|within|by"
)
NOUNS = "of|countries|largest|kinds|times|days|months|years|points|per cent"

OF_SOMETHING_ELSE = {
    ("C03", "most", "five"),  # partners that met all five countries; the bar is five partners
    ("C31", "association", "three"),  # polls that a slope needs; the bar is three countries
}
"""Claim, criterion and number: the same number, of something that no bar sets."""


def forms(bar: float, kind: str) -> set[str]:
    """How a bar would be typed, as patterns; none for nought and one, which are in every text."""
    if bar in (0, 1):
        return set()
    digits = {re.escape(text) for text in (f"{bar:g}", number(bar))}
    word = slots.in_words(bar)
    if kind in ("share", "percent", "growth", "points"):
        share = bar if kind == "share" else bar / 100
        percent = {f"{n}(?:%| per ?cent| points)" for n in (f"{100 * share:g}", word)}
        return percent | {w for part, w in PARTS.items() if abs(part - share) < 1e-9}
    told = [rf"(?:{COMPARED}|all|each of the|among the) {word}", rf"{word} (?:{NOUNS})"]
    return digits | set(told)


def typed(text: str, bar: float, kind: str) -> list[str]:
    """What of a text names a bar."""
    tries = (re.search(rf"(?<![\w.,-]){f}(?!\w|[.,]\d)", text, re.I) for f in forms(bar, kind))
    return [match[0] for match in tries if match]


def moved(criterion: Criterion) -> Iterator[tuple[float, str, Criterion]]:
    """Each bar of a criterion, its kind, and the criterion under others: far up, and far down."""
    bar = criterion.threshold
    step = 3.0 if criterion.kind == "log_points" else 36 * abs(bar) + 1e6
    for other in (bar + step, bar - step):
        yield bar, criterion.kind, criterion.model_copy(update={"threshold": other, "bars": {}})
    if criterion.over:
        for least in {1, len(criterion.over.economies)} - {criterion.over.at_least}:
            over = criterion.over.model_copy(update={"at_least": least})
            changed = criterion.model_copy(update={"over": over, "bars": {}})
            yield criterion.over.at_least, "count", changed


def texts(
    reading: Reading, rows: list[dict], methods: list[str], name: str
) -> Iterator[tuple[str, str]]:
    """What is said of a reading, and of one of its criteria."""
    judged = [*dict.fromkeys(row["economy"] for row in rows if row["economy"])]
    results = judge_criteria(reading, rows, methods, judged)
    word = applied(reading, results)[0]
    decided = deciding(reading, {n: r.state for n, r in results.items()}, word)
    own = next(c for c in reading.criteria if c.name == name)
    yield "label", own.label
    yield "title", reading.title
    yield "sentence", answers.sentence(own, results[name])
    yield "finding", answers.in_short(own, results[name])
    if answers.leading({n: r.state for n, r in results.items()}, word, decided) == name:
        yield "finding of the reading", answers.finding(reading, results, word, decided)


@pytest.mark.long
@pytest.mark.parametrize("claim_id", sorted(registry.claims()))
def test_a_moved_bar_leaves_no_text_untrue(claim_id, monkeypatch):
    spec = registry.claim(claim_id)
    told = {slot: "§" for slot in slots.SLOTS}

    def masked(result):
        return {
            slot: value and told.get(slot, value) for slot, value in slots.values(result).items()
        }

    monkeypatch.setattr(answers, "values", masked)
    monkeypatch.setattr(answers, "_ways_that_agree", lambda result: "")
    monkeypatch.setattr(answers, "criterion_number", lambda result: "§")
    tables = {name: ca.load(name) for name in spec.data}
    taken = ca.claim(claim_id)
    if not spec.criteria():
        pytest.skip("nothing is judged")
    evidence = taken.gather(**_taken(spec, tables))
    standing = [row for row in evidence.rows if not row["without"]]
    methods = [axis.name for axis in spec.grid.axes if axis.kind == "method"]
    faults = {
        f"{claim_id} {criterion.name}, {where}: {what!r} in {text!r}"
        for reading in spec.readings
        for criterion in reading.criteria
        for bar, kind, other in moved(criterion)
        for where, text in texts(_with(reading, other), standing, methods, criterion.name)
        for what in typed(text, bar, kind)
        if not any(
            (claim_id, criterion.name) == known[:2] and known[2] in what
            for known in OF_SOMETHING_ELSE
        )
    }
    assert not faults, "\n" + "\n".join(sorted(faults))


def _with(reading: Reading, other: Criterion) -> Reading:
    return reading.model_copy(
        update={"criteria": tuple(other if c.name == other.name else c for c in reading.criteria)}
    )


def _taken(spec, tables):
    """The tables that the measures of a claim take."""
    from ca_research.claims.compute import Call, Computation

    calls = [Call.of(criterion, []) for criterion in spec.criteria().values()]
    needed = Computation(dict.fromkeys(spec.data)).taken(calls)
    return {name: table for name, table in tables.items() if name in needed}


@pytest.mark.parametrize(
    ("text", "bar", "kind"),
    [
        ("The borders add up to § km, more than 3,000.", 3000, "length"),
        ("Debt is below a tenth of GDP in §.", 10, "percent"),
        ("At least 70% were completed.", 70, "percent"),
        ("China is among the three largest investors in §.", 3, "rank"),
        ("Fewer than two independent sources say so.", 2, "count"),
    ],
)
def test_a_bar_in_a_text_is_seen(text, bar, kind):
    assert typed(text, bar, kind)


@pytest.mark.parametrize(
    ("text", "bar", "kind"),
    [
        ("Of the five countries § do.", 3, "count"),
        ("In 2023 § of exports.", 3, "rank"),
        ("The third survey.", 3, "rank"),
        ("Views fell in § (2013 to 2019).", 13, "points"),
    ],
)
def test_another_number_is_none(text, bar, kind):
    assert not typed(text, bar, kind)
