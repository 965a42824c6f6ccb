"""The sentences of every claim in every state that its criteria can come to: whole, and without a
number that was not computed.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache

import pytest

from ca_research import registry
from ca_research.claims import check
from ca_research.claims.answers import MOST, MOST_FINDING, answer, finding, in_short
from ca_research.claims.criteria import scaled
from ca_research.claims.logic import FAILS, HOLDS, MIXED, UNDECIDED, count_rule
from ca_research.claims.measures import find
from ca_research.claims.rule import apply_rule, deciding
from ca_research.claims.sentences import filled, numbers_in
from ca_research.claims.slots import values
from ca_research.claims.verdict import Cell, CriterionResult
from ca_research.claims.words import criterion_number
from ca_research.estimates import told_by
from ca_research.registry.claims import Says

CRITERIA = [
    pytest.param(claim, c, id=f"{claim.id}-{c.name}")
    for claim in registry.claims().values()
    for c in claim.criteria().values()
    if c.says
]
READINGS = [
    pytest.param(claim, r, id=f"{claim.id}-{r.name}")
    for claim in registry.claims().values()
    for r in claim.readings
    if r.not_testable is None and all(c.says for c in r.criteria)
]


@cache
def told(measure: str) -> dict[str, str]:
    return {name: "RUS" for name in told_by(find(measure))}


def cell(criterion, economy: str, met: bool | None, **given) -> Cell:
    about = told(criterion.measure) if met is not None else {}
    estimate = None if met is None or "low" in given else 7.25
    return Cell(economy, estimate, given.get("low"), given.get("high"), met, 1987, "", about)


def result(criterion, state: str, main_met, cells, **given) -> CriterionResult:
    counts = criterion.over is not None
    held = float(sum(c.met is True for c in cells))
    open_ = sum(c.met is None for c in cells)
    only = cells[0]
    return CriterionResult(
        name=criterion.name,
        label=criterion.label,
        statement=criterion.statement,
        estimate=held if counts else only.estimate,
        low=held if counts else only.low,
        high=held + open_ if counts else only.high,
        interval="",
        threshold=float(scaled(criterion.over, len(cells))) if counts else criterion.threshold,
        comparison=criterion.comparison,
        kind=criterion.kind,
        unit=criterion.unit,
        state=state,
        share_of_specifications=0.5,
        specifications=6,
        run=6,
        failed=0,
        n=3,
        why="",
        measure=criterion.measure,
        main_met=main_met,
        agreeing=3,
        counted=criterion.counted,
        cell_threshold=criterion.threshold if counts else None,
        cell_comparison=criterion.comparison if counts else None,
        cells=tuple(cells),
    )


def results(criterion) -> Iterator[CriterionResult]:
    """A criterion in every state: for counts every number of economies that are met, unmet and
    open, from either end of their list, also of one economy alone; for figures a point, a range
    and a single bound.
    """
    if criterion.over is None:
        for met, state in ((True, HOLDS), (False, FAILS), (True, MIXED), (False, MIXED)):
            for given in ({}, {"low": 1.5, "high": 2.75}, {"low": None, "high": 2.75}):
                yield result(criterion, state, met, [cell(criterion, "", met, **given)])
        yield result(criterion, UNDECIDED, None, [cell(criterion, "", None)])
        yield result(criterion, UNDECIDED, None, [cell(criterion, "", None, low=1.5, high=2.75)])
        return
    for economies in (criterion.over.economies, criterion.over.economies[:1]):
        numbers = itertools.combinations_with_replacement((True, False, None), len(economies))
        for truths in dict.fromkeys(t for n in numbers for t in (n, n[::-1])):
            cells = [cell(criterion, e, t) for e, t in zip(economies, truths, strict=True)]
            met = count_rule(truths, scaled(criterion.over, len(cells)))
            states = {True: (HOLDS, MIXED), False: (FAILS, MIXED), None: (UNDECIDED,)}[met]
            for state in states:
                yield result(criterion, state, met, cells)


def sound(text: str, allowed: set[str]) -> None:
    assert text and text == text.strip() and "  " not in text, repr(text)
    assert not re.search(r"\bNone\b(?! of the )|\bnan\b|[{}\[\]]| [,.;:]|\(\)|,,|\.\.", text), text
    assert text[0].isupper() or text[0].isdigit(), text
    assert not numbers_in(text) - allowed, text


def declared_numbers(claim, criterion) -> set[str]:
    return numbers_in(claim.model_dump_json(exclude={"readings": {"__all__": {"criteria"}}})) | (
        numbers_in(criterion.model_dump_json(exclude={"says"}))
    )


@pytest.mark.parametrize(("claim", "criterion"), CRITERIA)
def test_a_criterion_has_a_whole_sentence_in_every_state(claim, criterion):
    declared = declared_numbers(claim, criterion)
    for found in results(criterion):
        slots = values(found)
        allowed = declared.union(*map(numbers_in, slots.values()))
        says = criterion.says
        if found.state == MIXED:
            sentence = says.mixed or (says.holds if found.main_met else says.fails)
        else:
            sentence = getattr(says, found.state)
        text = filled(sentence, slots)
        sound(text, allowed)
        assert len(text) <= MOST - 60, f"{len(text)} characters: {text}"
        if says.finding:
            short = in_short(criterion, found)
            sound(short, allowed | numbers_in(criterion_number(asdict(found))))
            assert len(short) <= MOST_FINDING, f"{len(short)} characters: {short}"


@pytest.mark.parametrize(("claim", "reading"), READINGS)
def test_a_reading_answers_in_every_state_of_its_criteria(claim, reading):
    """One result for each state of each criterion: all their combinations are answered, or some
    thousand from all over them.
    """
    by_state = []
    for criterion in reading.criteria:
        first: dict[tuple, CriterionResult] = {}
        for found in results(criterion):
            first.setdefault((found.state, found.main_met), found)
        by_state.append(list(first.values()))
    least = max(1, math.prod(map(len, by_state)) // 1000)
    step = next(n for n in itertools.count(least) if math.gcd(n, 30) == 1)  # meets every state
    for combination in itertools.islice(itertools.product(*by_state), 0, None, step):
        found = {r.name: r for r in combination}
        states = {name: r.state for name, r in found.items()}
        word, _ = apply_rule(reading, states, {name: r.main_met for name, r in found.items()})
        decided = deciding(reading, states, word)
        text = answer(reading, found, word, decided)
        assert text and len(text) <= MOST, f"{len(text)} characters: {text}"
        assert len(finding(reading, found, word, decided)) <= MOST_FINDING


def test_every_criterion_has_sentences_and_every_other_reading_an_answer():
    silent = [
        f"{claim.id} {c.name}"
        for claim in registry.claims().values()
        for c in claim.criteria().values()
        if c.says is None or c.says.finding is None
    ]
    silent += [
        f"{claim.id} {r.name}"
        for claim in registry.claims().values()
        for r in claim.readings
        if r.not_testable and not r.answer
    ]
    assert not silent


SO = re.compile(r"\{(where|cells|cells_met)\}|\.met_where\}")
NOT_SO = re.compile(r"\{(where_not|all_not|not_any|cells|cells_not)\}|\.not_where\}")


def test_years_are_told_with_every_country_whose_years_they_are():
    """`years` spans all countries with a figure; beside those alone in which it is so, a poll of
    the others would date theirs. Where one country is asked the years are its own.
    """
    alone = [
        f"{claim.id} {c.name}: {sentence}"
        for claim in registry.claims().values()
        for c in claim.criteria().values()
        if c.over and len(c.over.economies) > 1 and c.says
        for sentence in (c.says.holds, c.says.fails)
        if "{years}" in sentence and not (SO.search(sentence) and NOT_SO.search(sentence))
    ]
    assert not alone


COUNTED = re.compile(
    r"\b(one|two|three|four|five|six|seven|eight|nine|ten|twenty)( \w+)? (sources|contracts)\b"
)


def test_what_speaks_against_gives_no_count_that_the_rule_makes():
    """One text stands on the pages of both days, whatever was known on each."""
    typed = [
        f"{claim.id} {r.name}: {found[0]}"
        for claim in registry.claims().values()
        for r in claim.readings
        if (found := COUNTED.search(r.against or ""))
    ]
    assert not typed


def test_an_answer_follows_the_figures():
    """With other figures in the same state the sentences change wherever they name one."""
    for claim in registry.claims().values():
        for criterion in claim.criteria().values():
            if criterion.over or not criterion.says or "{number}" not in criterion.says.holds:
                continue
            seen = {
                filled(criterion.says.holds, values(result(criterion, HOLDS, True, [c])))
                for c in (
                    Cell("", 8.5, None, None, True, 1987, "", told(criterion.measure)),
                    Cell("", 6.5, None, None, True, 1987, "", told(criterion.measure)),
                )
            }
            assert len(seen) == 2, f"{claim.id} {criterion.name}"


def test_the_register_finds_faults_in_sentences():
    claim = registry.claim("C25")
    criterion = next(iter(claim.criteria().values()))
    says = Says(holds="It is 77 km.", fails="{wrong}", undecided="[x")
    found = list(check.says(claim, criterion.model_copy(update={"says": says})))
    assert len(found) == 3, found
