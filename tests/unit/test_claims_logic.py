"""Three-valued logic, case by case; its properties: property/test_logic_properties.py."""

import itertools

import pytest
import yaml
from tests.unit.engine import CASES

from ca_research.claims.logic import FAILS, HOLDS, MIXED, UNDECIDED, count_rule, decide, evaluate

LOGIC = yaml.safe_load((CASES / "logic.yaml").read_text())
STATES = {"h": HOLDS, "f": FAILS, "m": MIXED, "u": UNDECIDED}


@pytest.mark.parametrize("case", LOGIC["decide"], ids=str)
def test_a_figure_or_a_range_decides_only_as_a_whole(case):
    low, high = case.get("range", (None, None))
    comparisons = (">", ">=", "<", "<=", "==")
    assert [decide(case.get("figure"), low, high, c, 1) for c in comparisons] == case["met"]


@pytest.mark.parametrize(("value", "threshold"), [(100 * (7 / 5 - 1), 40), (0.1 * 3, 0.3)])
def test_the_noise_of_floating_point_decides_nothing(value, threshold):
    assert value != threshold
    assert not decide(value, None, None, ">", threshold)
    assert decide(value, None, None, "==", threshold)


@pytest.mark.parametrize("n", range(6))
def test_count_rule_is_what_all_completions_agree_on(n):
    # brute force: fill every unobserved cell both ways and see whether the answer could differ
    for truths in itertools.product((True, False, None), repeat=n):
        options = [(t,) if t is not None else (True, False) for t in truths]
        for k in range(n + 2):
            answers = {sum(filled) >= k for filled in itertools.product(*options)}
            agreed = answers.pop() if len(answers) == 1 else None
            assert count_rule(truths, k) == agreed, (truths, k)


@pytest.mark.parametrize(("condition", "truth"), LOGIC["conditions"], ids=str)
def test_conditions(condition, truth):
    assert evaluate(condition, STATES) is truth


@pytest.mark.parametrize("wrong", LOGIC["refused"], ids=str)
def test_what_is_no_condition_is_refused(wrong):
    with pytest.raises(ValueError, match="not a condition"):
        evaluate(wrong, STATES)
