"""No bar stands in a sentence as text: with another threshold, or another `at_least`, it would be
untrue. A number that a slot fills in is computed.
"""

import re

import pytest
from invented_tables import CASES, read

from ca_research import registry
from ca_research.claims import slots
from ca_research.ground.numbers import number

TOLD = read(CASES / "words" / "bars.yaml")
PARTS = {0.05: "twentieth", 0.1: "tenth", 0.2: "fifth", 0.25: "quarter", 1 / 3: "third"}
PARTS |= {0.5: "half", 2 / 3: "two thirds", 0.75: "three quarters"}
COMPARED = (
    r"(?:more|less|fewer|earlier|later) than|at least|at most|over|below|above|under|within|by"
)
NOUNS = "of|countries|largest|kinds|times|days|months|years|points|per cent"

OF_SOMETHING_ELSE = {
    ("C03", "most", "five"),  # partners that met all five countries; the bar is five partners
    ("C31", "association", "three"),  # polls that a slope needs; the bar is three countries
    ("C03", "standing", "seven"),  # of its seven partners, where some ways to count differ
}
"""Claim, criterion and number: the same number, of something that no bar sets."""


def forms(bar, kind):
    """How a bar would be typed, as patterns; none for nought and one, which are in every text."""
    if bar in (0, 1):
        return set()
    word = slots.in_words(bar)
    if kind in ("share", "percent", "growth", "points"):
        share = bar if kind == "share" else bar / 100
        percent = {f"{n}(?:%| per ?cent| points)" for n in (f"{100 * share:g}", word)}
        return percent | {w for part, w in PARTS.items() if abs(part - share) < 1e-9}
    digits = {rf"{re.escape(text)}(?! ?%)" for text in (f"{bar:g}", number(bar))}
    told = [rf"(?:{COMPARED}|all|each of the|among the) {word}", rf"{word} (?:{NOUNS})"]
    return digits | set(told)


def typed(text, bar, kind):
    """What of a text names a bar."""
    tries = (re.search(rf"(?<![\w.,-]){f}(?!\w|[.,]\d)", text, re.I) for f in forms(bar, kind))
    return [match[0] for match in tries if match]


def test_no_sentence_types_a_bar():
    faults = set()
    for claim in registry.claims().values():
        for reading in claim.readings:
            for c in reading.criteria:
                bars = [(c.threshold, c.kind), *([(c.over.at_least, "count")] if c.over else [])]
                told = [reading.title, c.label, *c.says.model_dump(exclude_none=True).values()]
                for text in (re.sub(r"\{[^}]*\}", "§", text) for text in told):
                    for found in (f for bar in bars for f in typed(text, *bar)):
                        if not any(
                            (claim.id, c.name, w) in OF_SOMETHING_ELSE for w in found.split()
                        ):
                            faults.add(f"{claim.id} {c.name}: {found!r} in {text!r}")
    assert not faults, "\n" + "\n".join(sorted(faults))


@pytest.mark.parametrize("case", TOLD, ids=lambda case: case["text"])
def test_a_bar_in_a_text_is_seen_and_another_number_is_none(case):
    assert bool(typed(case["text"], case["bar"], case["kind"])) == case["seen"]
