"""A criterion asked at other bars: where its answer turns."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.engine import claim, evidence

from ca_research.claims.bars import AT_LEAST, THRESHOLD, turning_points
from ca_research.claims.criteria import judge_criterion
from ca_research.claims.judge import judge
from ca_research.ground import economies as eco

FIVE = list(eco.CA5)
OVER = {"economies": FIVE, "at_least": 3}


def asked(rows, **changes):
    """A criterion with its rows."""
    (criterion,) = claim([changes]).criteria().values()
    return criterion, evidence(rows).standing_rows


def ranges(bar, rows, **changes):
    criterion, rows = asked(rows, **changes)
    table = turning_points(criterion, rows, [], FIVE)
    columns = ["low", "high", "state", "is_declared"]
    return table.loc[table["bar"] == bar, columns].values.tolist()


def test_an_answer_turns_at_the_figures():
    # below 24 the main figure and four of five say yes; from 26 on it and four of five say no
    rows = [24, 25, 26, 30, 10]
    assert ranges(THRESHOLD, rows, comparison=">", threshold=20, over=None) == [
        [-math.inf, 24, "holds", True],
        [24, 26, "mixed", False],
        [26, math.inf, "fails", False],
    ]


def test_a_count_over_countries_turns_at_the_one_that_completes_it_and_at_other_numbers():
    rows = [[10, 20, 30, 40, None]]
    one = {"comparison": ">=", "threshold": 15, "over": OVER}
    assert ranges(THRESHOLD, rows, **one) == [
        [-math.inf, 20, "holds", True],  # 20, 30 and 40 are three
        [20, 30, "undecided", False],  # with the unknown one they may be
        [30, math.inf, "fails", False],
    ]
    assert ranges(AT_LEAST, rows, **one) == [
        [1, 3, "holds", True],
        [4, 4, "undecided", False],
        [5, 5, "fails", False],
    ]


figures = st.one_of(st.none(), st.integers(-4, 4))
ways = st.lists(st.lists(figures, min_size=5, max_size=5), min_size=1, max_size=5)
spans = st.tuples(figures, figures)
single = st.lists(st.one_of(figures, spans), min_size=1, max_size=6)


def row(figure):
    if not isinstance(figure, tuple):
        return {"estimate": figure}
    ends = sorted(figure) if None not in figure else figure
    return dict(zip(("low", "high"), ends, strict=True))


@pytest.mark.parametrize("comparison", [">", ">=", "<", "<="])
@given(rows=st.one_of(ways, single.map(lambda of: [*map(row, of)])), least=st.integers(1, 5))
def test_judging_at_a_bar_within_a_range_gives_its_answer(comparison, rows, least):
    over = {"over": OVER | {"at_least": least} if isinstance(rows[0], list) else None}
    criterion, rows = asked(rows, comparison=comparison, threshold=0, bounds=None, **over)
    table = turning_points(criterion, rows, [], FIVE)
    for one in table[table["bar"] == THRESHOLD].itertuples():
        low, high = max(one.low, -9), min(one.high, 9)
        edge = one.low if one.closed == "left" else one.high
        for bar in {(low + high) / 2, edge if math.isfinite(edge) else low + (high - low) / 3}:
            moved = criterion.model_copy(update={"threshold": bar})
            result = judge_criterion(moved, rows, [], FIVE)
            assert (result.state, result.main_met) == (one.state, one.main_met)
    assert table[table["bar"] == THRESHOLD]["is_declared"].sum() == 1


def test_the_verdict_at_the_declared_bar_is_the_verdict():
    spec = claim([{"comparison": ">", "threshold": 20, "over": None}])
    verdict = judge(spec, evidence([24, 24.5]), {"economy": "CA5"})
    (name,) = verdict.bars
    declared = verdict.bars[name].query("is_declared and bar == 'threshold'")
    assert declared["verdict"].tolist() == [verdict.verdict] == ["supported"]
    assert verdict.bars[name]["verdict"].tolist()[-1] == "contradicted"
    assert "bars" not in verdict.as_dict()  # stored verdicts are as they were
