"""What must not matter does not: the order of rows, the unit, the currency, the side one looks
from.
"""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ca_research import stats
from ca_research.stats import Axis, Exclusion, Universe, collapse
from ca_research.trade import perspective

positive = st.floats(1e-3, 1e12)
series = st.dictionaries(st.integers(1992, 2025), positive, min_size=3, max_size=15).map(pd.Series)
LINEAR = (stats.end_to_end, stats.sen_slope)
RATES = (stats.log_slope, stats.compound_rate)


@given(series, st.randoms(use_true_random=False), st.floats(1e-3, 1e3), st.integers(-500, 500))
def test_growth_does_not_care_for_order_and_calendar_and_only_changes_scale_with_the_unit(
    values, random, unit, shift
):
    order = random.sample(list(values.index), len(values))
    moved = values.loc[order].set_axis([year + shift for year in order])
    for statistic in (*LINEAR, *RATES):
        scale = unit if statistic in LINEAR else 1
        near = 1e-9 * (float(values.max()) * unit if statistic in LINEAR else 1)
        expected = statistic(values)
        assert statistic(moved) == pytest.approx(expected, rel=1e-9, abs=1e-9)
        assert statistic(values * unit) == pytest.approx(expected * scale, rel=1e-6, abs=near)


@given(st.lists(positive, min_size=3, max_size=12))
def test_mean_annual_rate_is_never_below_the_compound_rate(values):
    whole = pd.Series(values, index=range(2000, 2000 + len(values)))
    compound = stats.compound_rate(whole)  # arithmetic and geometric mean of the yearly factors
    assert stats.mean_annual_rate(whole) >= compound - 1e-9 * (1 + abs(compound))


reports = st.lists(
    st.tuples(
        st.sampled_from(("KAZ", "CHN", "RUS")),
        st.sampled_from(("KAZ", "CHN", "RUS")),
        st.integers(2018, 2020),
        st.sampled_from(("export", "import")),
        positive,
    ).filter(lambda r: r[0] != r[1]),
    min_size=1,
)


@given(reports)
def test_both_sides_see_the_same_rows_with_directions_turned(rows):
    trade = pd.DataFrame(rows, columns=["reporter", "partner", "year", "flow", "value_usd"])
    trade = trade.assign(product="TOTAL", source_id="X")
    turned = {"export": "import", "import": "export", "reporter": "mirror", "mirror": "reporter"}

    def seen(economy, other):
        view = perspective(trade, [economy])
        view = view[view["other"] == other]
        return sorted(
            zip(view["year"], view["direction"], view["side"], view["value_usd"], strict=True)
        )

    from_china = [(y, turned[d], turned[s], v) for y, d, s, v in seen("CHN", "KAZ")]
    assert seen("KAZ", "CHN") == sorted(from_china)
    assert len(seen("KAZ", "CHN")) == sum({r[0], r[1]} == {"KAZ", "CHN"} for r in rows)


axes = st.lists(st.integers(1, 4), max_size=4).map(
    lambda sizes: tuple(Axis(f"x{i}", tuple("abcd"[:n]), "a") for i, n in enumerate(sizes))
)


@given(axes, st.data())
def test_every_combination_is_run_once_or_excluded_with_a_reason(found, data):
    when = {a.name: data.draw(st.sampled_from(a.values)) for a in found}
    rules = (Exclusion(when, "drawn"),) if any(v != "a" for v in when.values()) else ()
    universe = Universe(found, rules)
    table, run = universe.table(), [tuple(c.values()) for c in universe]
    assert len(run) == len(set(run)) == len(universe) == (table["excluded"] == "").sum()
    assert len(table) - len(run) == len(rules)
    assert run[0] == ("a",) * len(found)
    assert table["is_main"].sum() == 1


specifications = st.lists(
    st.tuples(st.lists(st.sampled_from(("", "x", "y")), min_size=1), st.sampled_from("mn"))
)


@given(specifications)
def test_collapse_points_to_earlier_specifications_that_stand_for_themselves(specs):
    rows = [
        {"spec": n, "path": p, "how": how} for n, (paths, how) in enumerate(specs) for p in paths
    ]
    found = collapse(pd.DataFrame(rows, columns=["spec", "path", "how"]), ["how"])
    keys = {n: (sorted(p for p in paths if p), how) for n, (paths, how) in enumerate(specs)}
    assert set(found) == set(keys)
    for spec, stands in found.items():
        assert stands <= spec
        assert found[stands] == stands
        assert keys[spec] == keys[stands]
    kept = [keys[n] for n in set(found.values()) if keys[n][0]]
    assert len(kept) == len({str(k) for k in kept})  # no two that are alike
