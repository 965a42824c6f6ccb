"""Soundness of the logic: an answer given while something is open holds however that turns out."""

import itertools
import math

from hypothesis import given
from hypothesis import strategies as st

from ca_research import registry
from ca_research.claims.logic import (
    COMPARE,
    FAILS,
    HOLDS,
    MIXED,
    SAME,
    UNDECIDED,
    count_rule,
    decide,
    evaluate,
)
from ca_research.registry.claims import leaves

NAMES = ("a", "b", "c", "d")
SETTLED = (HOLDS, FAILS, MIXED)

atoms = st.builds("{} {}".format, st.sampled_from(NAMES), st.sampled_from(("holds", "fails")))


def _joined(parts):
    several = st.lists(parts, min_size=1, max_size=4)
    return st.one_of(
        several.map(lambda p: {"all": p}),
        several.map(lambda p: {"any": p}),
        several.flatmap(lambda p: st.integers(1, len(p)).map(lambda k: {"at_least": k, "of": p})),
    )


conditions = st.recursive(atoms, _joined, max_leaves=10)
states = st.fixed_dictionaries({n: st.sampled_from((*SETTLED, UNDECIDED)) for n in NAMES})
numbers = st.floats(-1e6, 1e6)
ends = st.one_of(st.none(), numbers)


def completions(given_states):
    options = [SETTLED if state == UNDECIDED else (state,) for state in given_states.values()]
    return (dict(zip(given_states, values, strict=True)) for values in itertools.product(*options))


@given(conditions, states)
def test_an_answer_survives_every_resolution_of_what_is_undecided(condition, given_states):
    answer = evaluate(condition, given_states)
    if answer is not None:
        assert all(evaluate(condition, whole) is answer for whole in completions(given_states))


@given(conditions, st.fixed_dictionaries({n: st.sampled_from(SETTLED) for n in NAMES}))
def test_with_nothing_undecided_there_is_always_an_answer(condition, settled):
    assert evaluate(condition, settled) in (True, False)


@given(
    st.sampled_from([r.rule for c in registry.claims().values() for r in c.readings if r.rule]),
    st.data(),
)
def test_a_declared_rule_never_supports_and_contradicts(rule, data):
    names = sorted({leaf.split()[0] for end in rule.ends.values() for leaf in leaves(end)})
    found = {n: data.draw(st.sampled_from((*SETTLED, UNDECIDED))) for n in names}
    assert not (evaluate(rule.supported, found) and evaluate(rule.contradicted, found))


@given(ends, ends, st.sampled_from(sorted(COMPARE)), numbers, st.floats(0, 1))
def test_a_range_that_decides_does_so_for_every_value_in_it(low, high, comparison, threshold, at):
    if low is not None and high is not None and low > high:
        low, high = high, low
    met = decide(None, low, high, comparison, threshold)
    if met is not None and (low is not None or high is not None):
        a, b = (-1e9 if low is None else low), (1e9 if high is None else high)
        for value in (a, b, min(max(a + at * (b - a), a), b)):
            if math.isclose(value, threshold, rel_tol=SAME) and value != threshold:
                continue  # alone it is taken for the threshold
            assert decide(value, None, None, comparison, threshold) is met


@given(st.lists(st.sampled_from((True, False, None)), max_size=8), st.integers(0, 9), st.randoms())
def test_a_count_does_not_care_for_order_and_more_evidence_never_turns_it(truths, k, random):
    answer = count_rule(truths, k)
    mixed = list(truths)
    random.shuffle(mixed)
    assert count_rule(mixed, k) is answer
    filled = [random.choice((True, False)) if t is None else t for t in truths]
    if answer is not None:
        assert count_rule(filled, k) is answer
