"""A universe runs every combination once, and what is alike stands for itself once."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from ca_research.stats import Axis, Exclusion, Universe, collapse

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
