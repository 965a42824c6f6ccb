"""Three-valued logic: what is not observed stays open, and nothing else does."""

from __future__ import annotations

import itertools
import math

import pytest

from ca_research.claims.logic import FAILS, HOLDS, MIXED, UNDECIDED, count_rule, decide, evaluate


@pytest.mark.parametrize(
    ("comparison", "below", "at", "above"),
    [
        (">", False, False, True),
        (">=", False, True, True),
        ("<", True, False, False),
        ("<=", True, True, False),
        ("==", False, True, False),
    ],
)
def test_a_value_is_compared_with_its_threshold(comparison, below, at, above):
    assert [decide(v, None, None, comparison, 3) for v in (2.999, 3, 3.001)] == [below, at, above]


@pytest.mark.parametrize(
    ("low", "high", "comparison", "met"),
    [
        (1.1, 2, ">", True),
        (1, 2, ">", None),  # its lower end is not above one
        (0, 1, ">", False),
        (0.9, 1.1, ">", None),
        (1, 2, ">=", True),
        (0, 1, ">=", None),
        (0, 0.9, "<", True),
        (0, 1, "<", None),
        (1, 2, "<", False),
        (0, 1, "<=", True),
        (1, 2, "<=", None),
        (1.1, 2, "<=", False),
        (1, 1, "==", True),
        (1, 2, "==", None),
        (1.5, 2, "==", False),
        (1.1, None, ">", True),  # at least 1.1
        (0.9, None, ">", None),
        (None, 0.9, ">", False),  # at most 0.9
        (None, 1.1, ">", None),
        (None, 0.9, "<", True),
        (None, 2, "==", None),
        (None, 0.5, "==", False),
    ],
)
def test_a_range_decides_only_as_a_whole(low, high, comparison, met):
    assert decide(None, low, high, comparison, 1) is met


@pytest.mark.parametrize(
    ("value", "threshold"), [(100 * (7 / 5 - 1), 40), (100 * (1.1 - 1), 10), (0.1 * 3, 0.3)]
)
def test_the_noise_of_floating_point_decides_nothing(value, threshold):
    assert value != threshold
    for comparison, met in {">": False, ">=": True, "<": False, "<=": True, "==": True}.items():
        assert decide(value, None, None, comparison, threshold) is met
    assert decide(threshold * (1 + 1e-9), None, None, ">", threshold) is True


def test_the_end_of_more_than_a_figure_is_above_it():
    assert decide(None, math.nextafter(50, math.inf), 100, ">", 50) is True


@pytest.mark.parametrize("absent", [None, math.nan])
@pytest.mark.parametrize("comparison", [">", ">=", "<", "<=", "=="])
def test_no_figure_decides_nothing(absent, comparison):
    assert decide(absent, absent, absent, comparison, 0) is None


@pytest.mark.parametrize("n", range(6))
def test_count_rule_is_what_all_completions_agree_on(n):
    # brute force: fill every unobserved cell both ways and see whether the answer could differ
    for truths in itertools.product((True, False, None), repeat=n):
        options = [(t,) if t is not None else (True, False) for t in truths]
        for k in range(n + 2):
            answers = {sum(filled) >= k for filled in itertools.product(*options)}
            assert count_rule(truths, k) == (answers.pop() if len(answers) == 1 else None), (
                truths,
                k,
            )


def test_three_of_five_with_unobserved_economies():
    # the design's words: met if k >= 3, refuted if k + m < 3, else undecided
    assert count_rule([True, True, True, None, None], 3) is True
    assert count_rule([True, False, False, False, None], 3) is False
    assert count_rule([True, True, False, False, None], 3) is None


STATES = {"h": HOLDS, "f": FAILS, "m": MIXED, "u": UNDECIDED}


@pytest.mark.parametrize(
    ("condition", "truth"),
    [
        ("h holds", True),
        ("h fails", False),
        ("f holds", False),
        ("f fails", True),
        ("m holds", False),  # a mixed criterion neither holds nor fails
        ("m fails", False),
        ("u holds", None),
        ("u fails", None),
        ({"all": ["h holds", "f fails"]}, True),
        ({"all": ["h holds", "u holds"]}, None),
        ({"all": ["m holds", "u holds"]}, False),  # what is open cannot save it
        ({"any": ["m holds", "u holds"]}, None),
        ({"any": ["h holds", "u holds"]}, True),
        ({"any": ["m holds", "f holds"]}, False),
        ({"at_least": 2, "of": ["h holds", "f fails", "u holds"]}, True),
        ({"at_least": 2, "of": ["h holds", "m holds", "u holds"]}, None),
        ({"at_least": 2, "of": ["f holds", "m holds", "u holds"]}, False),
        ({"all": [{"any": ["u holds", "h holds"]}, {"at_least": 1, "of": ["f fails"]}]}, True),
    ],
)
def test_conditions(condition, truth):
    assert evaluate(condition, STATES) is truth


@pytest.mark.parametrize("wrong", [{"none": ["h holds"]}, {"at_least": 1}, 3, None, ["h holds"]])
def test_what_is_no_condition_is_refused(wrong):
    with pytest.raises(ValueError, match="not a condition"):
        evaluate(wrong, STATES)
