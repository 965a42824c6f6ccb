"""What a verdict hangs on is found by measuring and judging again; evidence and figures that cannot
be judged by are refused.
"""

import copy
import functools

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import ca_research as ca
from ca_research import registry
from ca_research.claims import Claim
from ca_research.claims.compute import Call, Computation
from ca_research.estimates import estimate_row
from ca_research.ground.errors import MeasureError, UnknownNameError, UsageError
from ca_research.registry import ClaimSpec

DAY = "2023-05-19"
QUICK = {"C12", "C25", "C27"}
KNOWN = {"C24": "economy.corridor_scale takes its lower bound from M_LOK21, which it does not name"}
TESTED = [
    pytest.param(
        name,
        marks=[
            *([] if name in QUICK else [pytest.mark.long]),
            *([pytest.mark.xfail(reason=KNOWN[name], strict=True)] if name in KNOWN else []),
        ],
    )
    for name, spec in registry.claims().items()
    if spec.criteria()
]


FIGURES = dict.fromkeys(("estimate", "low", "high"), float)


@pytest.fixture(scope="module")
def students():
    return ca.load("students")


@pytest.fixture(scope="module")
def trade():
    return ca.load("trade", product="TOTAL")


def frames_of(claim):
    taken = Computation(dict.fromkeys(claim.spec.data)).taken(
        Call.of(c, list(ca.economies.CA5)) for c in claim.spec.criteria().values()
    )
    return {name: ca.load(name) for name in claim.spec.data if name in taken}


@functools.cache
def evidence_of(claim_id):
    claim = ca.claim(claim_id)
    return claim.gather(**frames_of(claim))


@pytest.fixture(scope="module")
def gathered():
    return evidence_of("C30")


# leaving a source out


@pytest.mark.parametrize("claim_id", TESTED)
def test_measuring_again_is_measuring_on_the_figures_without_the_source(claim_id):
    """Every claim alike: the rows are those of a user who never had the source."""
    claim = ca.claim(claim_id)
    frames, evidence = frames_of(claim), evidence_of(claim_id)
    order = ["criterion", "spec", "economy"]
    columns = [*order, *FIGURES]
    for source in evidence.standing["sources"].explode().value_counts().index[:2]:
        less = {name: frame[frame["source_id"] != source] for name, frame in frames.items()}
        fresh = claim.gather(**less, as_of="latest").standing
        again, alone = (
            rows[columns].astype(FIGURES).sort_values(order, ignore_index=True)
            for rows in (pd.DataFrame(evidence.without(source)), fresh)
        )
        assert_frame_equal(again, alone, check_dtype=False)


@pytest.mark.parametrize(
    ("economy", "source", "word", "then"),
    [
        ("KAZ", "RUS_FTS", "not enough evidence", "supported"),
        ("KGZ", "KGZ_NSC", "supported", "not enough evidence"),
    ],
)
def test_a_source_whose_loss_empties_or_turns_a_criterion_is_judged_without(
    economy, source, word, then
):
    found = next(v for v in ca.check("C33", economy=economy).all() if v.reading == "literal")
    assert (found.verdict, found.fragile) == (word, True)
    assert f"without the source {source}: {then}" in found.fragility


def test_what_a_measure_writes_to_its_table_no_other_specification_sees():
    def doubled(debt, *, times):
        debt["value"] *= times
        return [estimate_row(estimate=float(debt["value"].sum()))]

    debt = pd.DataFrame({"value": [1.0, 2.0], "source_id": "A"})
    whole, call = Computation({"debt": debt}), Call("my.doubled", (), (), doubled)
    assert [whole.run(call, times=n)[0]["estimate"] for n in (2, 3)] == [6, 9]
    assert whole.without("B").run(call, times=4)[0]["estimate"] == 12
    assert debt["value"].tolist() == [1, 2]


# what is given


def lacking(column):
    return lambda rows: pd.concat([rows, rows.head(2).assign(**{column: None})])


def silent(rows):
    frame = rows.copy()
    frame.attrs = {}
    return frame


@pytest.mark.parametrize(
    ("made", "given", "error"),
    [
        (lacking("origin"), {"as_of": "latest"}, UsageError),
        (lacking("source_id"), {"as_of": "latest"}, UsageError),
        (lambda rows: rows.drop(columns="precision"), {}, UnknownNameError),
        (silent, {}, UsageError),  # merged, it no longer says on which day it was known
        (silent, {"as_of": DAY}, UsageError),  # rows that were not known then
        (None, {}, UsageError),
        (copy.copy, {"economies": ["France"]}, UnknownNameError),
        (copy.copy, {"economies": []}, UsageError),
        (copy.copy, {"economies": 5}, UnknownNameError),
        (copy.copy, {"level": "all"}, UsageError),  # the rule declares every choice
        (copy.copy, {"seen": 1}, UsageError),  # parts are given out and not taken
        (copy.copy, {"trade": pd.DataFrame()}, UsageError),
    ],
)
def test_what_a_claim_cannot_be_judged_by_is_refused(students, made, given, error):
    tables = {"students": made(students)} if made else {}
    with pytest.raises(UsageError) as refused:
        ca.claim("C30").gather(**tables, **given)
    assert type(refused.value) is error


def test_frames_of_different_days_are_refused():
    with pytest.raises(UsageError):
        ca.claim("C25").gather(facts=ca.load("facts", as_of=DAY), geography=ca.load("geography"))


def test_a_merged_frame_is_judged_as_of_the_day_that_is_said():
    known = ca.load("students", as_of=DAY)
    told, whole = (
        ca.claim("C30").gather(students=rows, economies=["UZB"], as_of=DAY)
        for rows in (silent(known), known)
    )
    assert (told.as_of, told.revised_sources) == (DAY, whole.revised_sources)
    assert whole.revised_sources and told.dropped is None


@pytest.mark.parametrize("claim_id", ["C01", "C20", "C25", "C31", "C35"])
def test_what_is_asked_of_all_together_is_not_asked_of_one(claim_id):
    """Uzbekistan alone has no border with China, which says nothing of three countries of five."""
    with pytest.raises(UsageError) as refused:
        ca.check(claim_id, economy="UZB")
    assert "criterion" in refused.value.where


@pytest.mark.parametrize(
    "asked",
    [
        lambda evidence: evidence.without("XXX"),
        lambda evidence: evidence.main("rise"),
    ],
)
def test_unknown_names_are_refused(gathered, asked):
    with pytest.raises(UnknownNameError):
        asked(gathered)


def test_evidence_of_another_claim_rule_or_run_is_refused(gathered):
    """C17 found by C13's acts what 'three independent sources' documented."""
    asked, other = ca.claim("C13"), ca.claim("C17")
    assert set(other.spec.criteria()) <= set(asked.spec.criteria())
    changed = Claim(ca.claim("C30").spec.model_copy(update={"grid": ca.claim("C25").spec.grid}))
    judged = [
        (other, asked.gather(evidence=ca.load("evidence")), {}),
        (changed, gathered, {}),
        (ca.claim("C30"), gathered, {"economy": "KAZ"}),
        (ca.claim("C30"), gathered, {"as_of": DAY}),
    ]
    for claim, evidence, params in judged:
        with pytest.raises(UsageError):
            claim.judge(evidence, params)


ANSWER = dict.fromkeys(("low", "high"))
ANSWER |= {"estimate": 5.0, "n": 1, "first_year": 2010, "last_year": 2018, "path": "p"}
ANSWER |= {"interval": "", "missing": "", "sources": ("AIDCPD",)}


def answers(economies, **changes):
    return [ANSWER | {"economy": code} | changes for code in economies]


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        (lambda codes, choices: answers(codes) * 2, MeasureError),
        (lambda codes, choices: answers(codes, path=""), MeasureError),  # it rests on nothing
        (lambda codes, choices: answers([""]), MeasureError),  # of nobody who is counted
        # one data path with an estimate for each level of study
        (lambda codes, choices: answers(codes, estimate=float(len(str(choices)))), UsageError),
    ],
)
def test_a_measure_whose_answer_nobody_could_read_rightly_is_an_error(
    monkeypatch, students, rows, error
):
    def measure(students, *, economies, **choices):
        return pd.DataFrame(rows(economies, choices))

    monkeypatch.setattr("ca_research.claims.compute.find", lambda name: measure)
    with pytest.raises((MeasureError, UsageError)) as refused:
        ca.claim("C30").gather(students=students)
    assert type(refused.value) is error and refused.value.__cause__ is None, "no slip of its code"


# thresholds decide


def moved(claim_id, criterion, threshold):
    content = registry.claim(claim_id).model_dump(mode="json")
    for reading in content["readings"]:
        for one in reading["criteria"]:
            one |= {"threshold": threshold} if one["name"] == criterion else {}
    return ClaimSpec.model_validate(content)


def test_a_threshold_moved_past_the_figure_turns_the_verdict():
    tables = {"facts": ca.load("facts"), "geography": ca.load("geography")}
    words = {}
    for threshold in (3000, 3304, 3305, 4000):  # 3,305 km
        claim = Claim(moved("C25", "total_length", threshold))
        words[threshold] = claim.judge(claim.gather(**tables)).verdict
    assert list(words.values()) == ["supported", "supported", "contradicted", "contradicted"]


# which source speaks for a reporter
