"""The sentences of every claim in every state that its criteria can come to: whole, and without a
number that was not computed.
"""

import itertools
import math
import re
from dataclasses import asdict
from functools import cache

import pytest

from ca_research import registry
from ca_research.claims.answers import MOST, MOST_FINDING, answer, finding, in_short
from ca_research.claims.criteria import scaled
from ca_research.claims.logic import FAILS, HOLDS, MIXED, UNDECIDED, count_rule
from ca_research.claims.measures import find
from ca_research.claims.rule import Judged
from ca_research.claims.sentences import filled, numbers_in
from ca_research.claims.slots import values
from ca_research.claims.verdict import Cell, CriterionResult
from ca_research.claims.words import criterion_number
from ca_research.estimates import told_by

CLAIMS = registry.claims().values()
CRITERIA = [(claim, c) for claim in CLAIMS for c in claim.criteria().values()]
READINGS = [(claim, r) for claim in CLAIMS for r in claim.readings if r.not_testable is None]


def named(pair):
    return f"{pair[0].id}-{pair[1].name}"


@cache
def told(measure):
    return {name: "RUS" for name in told_by(find(measure))}


def cell(criterion, economy, met, estimate=7.25, **bounds):
    estimate = None if met is None or bounds else estimate
    about = {} if met is None else told(criterion.measure)
    return Cell(economy, estimate, bounds.get("low"), bounds.get("high"), met, 1987, "", about)


def result(criterion, state, main_met, cells):
    """What stands in every result, and beside it the figures of one cell or a count of them."""
    held, open_ = (float(sum(c.met is met for c in cells)) for met in (True, None))
    if criterion.over is None:
        figures = {n: getattr(cells[0], n) for n in ("estimate", "low", "high")}
        figures |= {"threshold": criterion.threshold}
        figures |= {"cell_threshold": None, "cell_comparison": None}
    else:
        figures = {"estimate": held, "low": held, "high": held + open_}
        figures |= {"threshold": float(scaled(criterion.over, len(cells)))}
        figures |= {"cell_threshold": criterion.threshold, "cell_comparison": criterion.comparison}
    same = ("name", "label", "statement", "comparison", "kind", "unit", "measure", "counted")
    numbers = {"specifications": 6, "run": 6, "failed": 0, "n": 3, "agreeing": 3}
    return CriterionResult(
        **{name: getattr(criterion, name) for name in same},
        **figures,
        **numbers,
        interval="",
        state=state,
        share_of_specifications=0.5,
        why="",
        main_met=main_met,
        cells=tuple(cells),
    )


def results(criterion):
    """A criterion in every state: for counts every number of economies that are met, unmet and
    open, from either end of their list, also of one economy alone; for figures a point, a range
    and a single bound.
    """
    bounded = {"low": 1.5, "high": 2.75}
    if criterion.over is None:
        for met, state in ((True, HOLDS), (False, FAILS), (True, MIXED), (False, MIXED)):
            for given in ({}, bounded, bounded | {"low": None}):
                yield result(criterion, state, met, [cell(criterion, "", met, **given)])
        for given in ({}, bounded):
            yield result(criterion, UNDECIDED, None, [cell(criterion, "", None, **given)])
        return
    for economies in (criterion.over.economies, criterion.over.economies[:1]):
        numbers = itertools.combinations_with_replacement((True, False, None), len(economies))
        for truths in dict.fromkeys(t for n in numbers for t in (n, n[::-1])):
            cells = [cell(criterion, e, t) for e, t in zip(economies, truths, strict=True)]
            met = count_rule(truths, scaled(criterion.over, len(cells)))
            states = {True: (HOLDS, MIXED), False: (FAILS, MIXED), None: (UNDECIDED,)}[met]
            for state in states:
                yield result(criterion, state, met, cells)


BROKEN = re.compile(r"\bNone\b(?! of the )|\bnan\b|[{}\[\]]| [,.;:]|\(\)|,,|\.\.|  |^\s|\s$")


def sound(text, allowed, most):
    assert text and not BROKEN.search(text), text
    assert text[0].isupper() or text[0].isdigit(), text
    assert not numbers_in(text) - allowed, text
    assert len(text) <= most, f"{len(text)} characters: {text}"


@pytest.mark.parametrize("pair", CRITERIA, ids=named)
def test_a_criterion_has_a_whole_sentence_in_every_state(pair):
    claim, criterion = pair
    says = criterion.says
    assert says and says.finding is not None
    without = {"readings": {"__all__": {"criteria"}}}
    declared = numbers_in(claim.model_dump_json(exclude=without))
    declared |= numbers_in(criterion.model_dump_json(exclude={"says"}))
    for found in results(criterion):
        slots = values(found)
        allowed = declared.union(*map(numbers_in, slots.values()))
        mixed = says.mixed or (says.holds if found.main_met else says.fails)
        sentence = mixed if found.state == MIXED else getattr(says, found.state)
        sound(filled(sentence, slots), allowed, MOST - 60)
        if says.finding:
            more = numbers_in(criterion_number(asdict(found)))
            sound(in_short(criterion, found), allowed | more, MOST_FINDING)


@pytest.mark.parametrize("pair", READINGS, ids=named)
def test_a_reading_answers_in_every_state_of_its_criteria(pair):
    """One result for each state of each criterion: all their combinations are answered, or some
    three hundred from all over them.
    """
    reading = pair[1]
    by_state = []
    for criterion in reading.criteria:
        first = {}
        for found in results(criterion):
            first.setdefault((found.state, found.main_met), found)
        by_state.append(list(first.values()))
    least = max(1, math.prod(map(len, by_state)) // 300)
    step = next(n for n in itertools.count(least) if math.gcd(n, 30) == 1)  # meets every state
    for combination in itertools.islice(itertools.product(*by_state), 0, None, step):
        judged = Judged.of(reading, combination)
        assert 0 < len(answer(judged)) <= MOST
        assert len(finding(judged)) <= MOST_FINDING
