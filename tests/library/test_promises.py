"""What measures promise of any frame: the prices they are in, whose accounts they tell apart, where
their rows come from.
"""

import case_frames as cases
import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

import ca_research as ca
from ca_research.ground.errors import UsageError

MEASURES = cases.read("measures.yaml")
CONSTANT = "constant 2018 USD"


def of(name, **columns):
    told = MEASURES[name]
    frames = {argument: cases.frame_of(frame) for argument, frame in told["frames"].items()}
    return told, {argument: frame.assign(**columns) for argument, frame in frames.items()}


@pytest.mark.parametrize("name", [n for n, told in MEASURES.items() if told.get("priced")])
def test_what_is_made_of_constant_dollars_says_so(name):
    told, frames = of(name, price_basis=CONSTANT)
    assert set(cases.call(told, frames)["price_basis"]) == {CONSTANT}
    if told.get("relation"):
        pushed = cases.call(told, {k: duckdb.connect().from_df(f) for k, f in frames.items()})
        assert set(pushed.df()["price_basis"]) == {CONSTANT}


@pytest.mark.parametrize("name", [n for n, told in MEASURES.items() if told.get("by")])
def test_by_names_each_column_once_and_none_that_is_told_apart(name):
    told, frames = of(name)
    keys = told["by"]
    once, twice = (
        cases.call(told | {"choices": {"by": by}}, frames) for by in (keys, [*keys, keys[0]])
    )
    assert_frame_equal(once, twice)
    with pytest.raises(UsageError):
        cases.call(told | {"choices": {"by": [*keys, told["apart"]]}}, frames)


@pytest.mark.parametrize("name", [n for n, told in MEASURES.items() if "invariant" in told])
@settings(max_examples=settings().max_examples // 5)  # of twelve measures, each estimated twice
@given(
    st.lists(st.floats(1e-3, 1e9), min_size=9, max_size=9),
    st.floats(1e-3, 1e3),
    st.integers(0, 10_000),
)
def test_neither_the_order_of_rows_nor_the_currency_matters(name, values, rate, seed):
    told, frames = of(name)
    spoilt = next(iter(frames))
    frame = frames[spoilt].assign(value_usd=values[: len(frames[spoilt])])
    if "WLD" in set(frame.get("partner", ())):  # the world is more than all partners
        frame.loc[frame["partner"] == "WLD", "value_usd"] = 2 * sum(values)
    other = frame.assign(value_usd=frame["value_usd"] * rate).sample(frac=1, random_state=seed)
    one, two = (
        sorted(cases.answer(cases.call(told, frames | {spoilt: f}), told["invariant"]), key=repr)
        for f in (frame, other)
    )
    for row, again in zip(one, two, strict=True):
        assert row[:-1] == again[:-1]
        assert again[-1] == (pytest.approx(row[-1], rel=1e-7, abs=1e-7) if row[-1] else row[-1])


@pytest.mark.parametrize("name", [n for n in MEASURES if n.startswith("trade.")])
def test_what_a_measure_gives_names_the_sources_of_its_rows(name):
    told, frames = of(name)
    found = cases.call(told, frames)
    if "sources" in getattr(found, "columns", ()):
        sources = {s for frame in frames.values() for s in frame.get("source_id", ["KAZ_BNS"])}
        assert set(found["sources"].explode().dropna()) <= sources


def test_a_sample_is_of_the_rows_that_its_index_names():
    data = cases.frame_of({"of": "treated", "normal": {"x": 7, "y": 8}})
    some = {"some": data["x"] > 0}
    found, expected = (
        ca.stats.specification_curve(rows, "y", "x", samples=some).to_frame()["estimate"]
        for rows in (data.sample(frac=1, random_state=2), data)
    )
    assert list(found) == pytest.approx(list(expected))
    with pytest.raises(UsageError):
        ca.stats.specification_curve(data.set_index(data.index + 1), "y", "x", samples=some)
