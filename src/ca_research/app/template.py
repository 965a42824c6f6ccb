"""Words of the template of a claim."""

from __future__ import annotations

WORDS = {
    "title": "The claim in a few words",
    "restatement": "What the sentence asserts, in your own words, so that figures can show it to "
    "be wrong.",
    "known_before": "What you knew of the answer when you wrote the rule.",
    "expected": "Your guess, in words.",
    "statement": "The figure meets the threshold.",
    "label": "The figure",
    "criterion": "What {measure} gives meets the threshold.",
    "why": "Why this threshold and no other.",
    "rule": "Supported if the figure meets the threshold, contradicted if it does not.",
    "against": "The strongest evidence and the strongest reading against the outcome.",
    "would_change": "What figure, from whom, would change the verdict.",
    "not_testable": "Why no figures can show it to be right or wrong.",
    "rivals": "Another explanation of the same figures.",
}
"""Words of the template that a claim of one's own does not keep."""

RULE = {"statement", "criterion", "why", "rule"}
"""Those of the rule: before they are written no verdict is shown."""
