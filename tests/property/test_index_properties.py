"""What must turn with the sides, and cover every year, on drawn figures."""

import itertools

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ca_research import students, trade

TURN = {"export": "import", "import": "export"}
positive = st.floats(1e-3, 1e9)
reports = st.lists(
    st.tuples(
        st.sampled_from(("KGZ", "CHN")),
        st.sampled_from(("export", "import")),
        st.integers(2018, 2020),
        st.sampled_from(("A", "B")),
        st.sampled_from(("fob", "cif")),
        positive,
    ),
    min_size=1,
    unique_by=lambda r: r[:4],
)


@given(reports)
def test_the_gap_of_the_mirror_is_the_gap_turned(cells):
    names = ["reporter", "flow", "year", "source_id", "valuation", "value_usd"]
    frame = pd.DataFrame(cells, columns=names).assign(product="TOTAL")
    frame["partner"] = frame["reporter"].map({"KGZ": "CHN", "CHN": "KGZ"})
    for measure in (trade.reconcile, trade.mirror_gap):
        key = ["year", "direction"]
        one = measure("KGZ", "CHN", frame).set_index(key)
        two = measure("CHN", "KGZ", frame).replace({"direction": TURN}).set_index(key)
        two = two.loc[one.index]
        assert (-two["gap"]).to_numpy() == pytest.approx(one["gap"].to_numpy(), nan_ok=True)
        assert two[["low", "high"]].equals(one[["low", "high"]])
        if measure is trade.reconcile:
            asymmetry = one["asymmetry"]
            assert asymmetry.dropna().between(0, 2).all()
            assert two["asymmetry"].to_numpy() == pytest.approx(asymmetry.to_numpy(), nan_ok=True)


@given(
    st.sets(st.integers(2000, 2012), min_size=1), st.integers(1998, 2004), st.integers(2006, 2014)
)
def test_counts_and_gaps_cover_every_year_once(observed, since, until):
    counts = pd.DataFrame({"year": sorted(observed), "students": 1.0})
    counts = counts.assign(origin="KAZ", destination="CHN", level="all", source_id="S")
    found = students.gaps(counts, since=since, until=until)
    gaps = list(zip(found["first_missing"], found["last_missing"], strict=True))
    covered = [year for first, last in gaps for year in range(first, last + 1)]
    inside = [year for year in observed if since <= year <= until]
    assert sorted(covered + inside) == list(range(since, until + 1))
    assert found["years"].sum() == len(covered)
    assert all(b[0] > a[1] + 1 for a, b in itertools.pairwise(gaps))  # runs are whole
