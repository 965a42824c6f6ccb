"""Bootstrap: what is resampled, what is counted, and what is refused."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest

from ca_research.ground.errors import CoverageError, UnknownNameError, UsageError
from ca_research.stats.bootstrap import block_bootstrap, cluster_bootstrap, wild_bootstrap_t


def series(n: int = 20) -> pd.Series:
    return pd.Series(np.random.default_rng(n).normal(size=n), index=range(2000, 2000 + n))


def panel(groups: int = 12, each: int = 6) -> pd.DataFrame:
    rng = np.random.default_rng(groups)
    frame = pd.DataFrame({"g": np.repeat([f"g{i:02}" for i in range(groups)], each), "one": 1.0})
    frame["x"] = rng.normal(size=len(frame))
    return frame.assign(y=0.5 * frame["x"] + rng.normal(size=len(frame)))


def mean(values: pd.Series) -> float:
    return values.mean()


def blocks(
    values: pd.Series, block: int = 2, draws: int = 199, seed: int = 1, statistic=mean, **options
):
    return block_bootstrap(values, statistic, block, draws, seed, **options)


def clusters(
    frame: pd.DataFrame,
    draws: int = 199,
    seed: int = 1,
    statistic=lambda f: f["y"].mean(),
    **options,
):
    return cluster_bootstrap(frame, options.pop("cluster", "g"), statistic, draws, seed, **options)


def wild(
    frame: pd.DataFrame,
    coefficient: str = "x",
    draws: int = 199,
    seed: int = 1,
    columns=("one", "x"),
    **options,
):
    return wild_bootstrap_t(
        frame["y"], frame[list(columns)], frame["g"], coefficient, draws, seed, **options
    )


CALLS = ((blocks, series()), (clusters, panel()), (wild, panel()))


@pytest.mark.parametrize(("call", "data"), CALLS)
def test_one_seed_one_result_and_plain_json(call, data):
    assert call(data) == call(data)
    assert call(data) != call(data, seed=2)
    assert json.loads(json.dumps(call(data).to_dict())) == call(data).to_dict()


@pytest.mark.parametrize(("call", "data"), CALLS)
def test_a_wider_level_gives_a_wider_interval(call, data):
    wide, narrow = call(data, level=0.99), call(data, level=0.8)
    assert wide.low < narrow.low < narrow.estimate < narrow.high < wide.high


@pytest.mark.parametrize(("call", "data"), CALLS)
def test_too_few_draws_and_a_level_that_is_none(call, data):
    with pytest.raises(UsageError, match="draws"):
        call(data, draws=50)
    with pytest.raises(UsageError, match="level"):
        call(data, level=95)


def test_blocks_are_runs_of_neighbours_in_the_years_of_the_series():
    values = pd.Series(np.arange(21.0), index=range(2000, 2021))
    seen = []

    def look(sample: pd.Series) -> float:
        seen.append(sample)
        return sample.mean()

    blocks(values, block=4, statistic=look)
    for sample in seen:
        assert sample.index.equals(values.index)
        steps = np.diff(sample.to_numpy())
        assert (
            steps[[i for i in range(20) if i % 4 != 3]] == 1
        ).all()  # inside a block the order stays


def test_a_cluster_comes_whole_and_twice_drawn_is_two():
    seen = []

    def look(sample: pd.DataFrame) -> float:
        seen.append(sample)
        return sample["y"].mean()

    frame = panel(10, 5)
    clusters(frame, statistic=look)
    for sample in seen[1:]:
        assert sample["g"].value_counts().tolist() == [5] * 10
    assert seen[0] is frame


def test_too_few_blocks():
    blocks(series(20), block=4)
    with pytest.raises(CoverageError, match="hold 4 block"):
        blocks(series(20), block=5)
    with pytest.raises(UsageError, match="a block of 0"):
        blocks(series(20), block=0)


def test_too_few_clusters():
    with pytest.raises(CoverageError, match=r"9 cluster\(s\); at least 10"):
        clusters(panel(9))
    with pytest.raises(CoverageError, match=r"4 cluster\(s\); at least 5"):
        wild(panel(4))
    assert wild(panel(5)).clusters == 5


def test_webb_weights_below_ten_clusters():
    assert [wild(panel(g)).weights for g in (9, 10)] == ["Webb", "Rademacher"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([2.0] * 20, "the same"),
        ([math.nan] * 20, "at least 3"),
        ([1.0, 2.0], "at least 3"),
        ([*range(9), math.nan, *range(9)], "equally spaced"),
    ],
)
def test_series_that_cannot_be_resampled_in_blocks(values, said):
    with pytest.raises(CoverageError, match=said):
        blocks(pd.Series(values, index=range(len(values)), dtype=float))


def test_a_year_that_stands_twice():
    with pytest.raises(UsageError, match="two observations"):
        blocks(pd.concat([series(), series(1)]))


def test_a_statistic_that_fails_is_counted_and_refused_when_it_fails_often():
    def fussy(limit: float):
        calls = iter(range(10**6))

        def statistic(sample: pd.Series) -> float:
            number = next(calls)
            if number and number % limit == 0:
                raise CoverageError("nothing to see")
            return sample.mean()

        return statistic

    assert blocks(series(), statistic=fussy(50)).failed == 3
    with pytest.raises(CoverageError, match="failed in 99 of 199 draws: nothing to see"):
        blocks(series(), statistic=fussy(2))
    with pytest.raises(CoverageError, match="finite"):
        blocks(series(), statistic=lambda s: math.nan)
    with pytest.raises(CoverageError, match="same in every draw"):
        clusters(panel(), statistic=len)


def test_columns_and_rows_of_clusters():
    with pytest.raises(UnknownNameError, match="unknown column 'G'"):
        clusters(panel(), cluster="G")
    with pytest.raises(UsageError, match="6 row"):
        clusters(panel().replace({"g": {"g03": None}}))


def test_the_regression_of_the_wild_bootstrap_is_checked():
    frame = panel()
    with pytest.raises(UnknownNameError, match="'z'"):
        wild(frame, "z")
    with pytest.raises(CoverageError, match="collinear"):
        wild(frame.assign(z=2 * frame["x"]), columns=("one", "x", "z"))
    for nothing in (math.nan, math.inf, "few"):
        with pytest.raises(
            UsageError, match=r"2 row\(s\) with a value that is missing or no finite number"
        ):
            wild(frame.assign(x=frame["x"].astype(object).where(frame.index > 1, nothing)))
    with pytest.raises(UsageError, match="same rows"):
        wild_bootstrap_t(frame["y"], frame[["one", "x"]].iloc[::-1], frame["g"], "x", 199, 1)
    with pytest.raises(CoverageError, match="exactly"):
        wild(frame.assign(y=3 * frame["x"] + 1))


def test_a_dummy_that_one_cluster_carries_alone_is_refused():
    frame = panel()
    for treated in ({"g00"}, set(frame["g"]) - {"g00"}):
        with pytest.raises(CoverageError, match="in one cluster"):
            wild(frame.assign(x=frame["g"].isin(treated).astype(float)))
    wild(frame.assign(x=frame["g"].isin({"g00", "g01"}).astype(float)))


def test_a_regression_on_one_column():
    found = wild(panel(), columns=("x",))
    assert found.low < found.estimate < found.high


def test_the_interval_holds_exactly_the_nulls_that_are_not_rejected():
    found = wild(panel(), draws=999)
    for bound, inward in ((found.low, 1), (found.high, -1)):
        step = 1e-6 * found.se
        assert wild(panel(), draws=999, null=bound + inward * step).p > 0.05
        assert wild(panel(), draws=999, null=bound - inward * step).p <= 0.05
