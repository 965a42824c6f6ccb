"""Indices within their bounds, and what must add up or turn with the sides, on drawn baskets. That
order and currency do not matter is in tests/library/test_promises.py.

Bounds and sums hold to 1e-9: values span twelve orders of magnitude, so shares carry a rounding of
about 1e-15 each.
"""

import itertools

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ca_research import investment, students, trade

PRODUCTS = ("01", "15", "27", "52", "72", "84", "85")
CODES = ("CHN", "RUS", "KAZ", "KGZ")
TURN = {"export": "import", "import": "export"}
positive = st.floats(1e-3, 1e9)
baskets = st.dictionaries(st.sampled_from(PRODUCTS), positive, min_size=1)
near = {"rel": 1e-9, "abs": 1e-9}


def rows(values, flow="export", partner="CHN"):
    frame = pd.DataFrame({"product": list(values), "value_usd": list(values.values())})
    return frame.assign(reporter="KAZ", partner=partner, year=2020, flow=flow, source_id="S")


def both(x, m):
    return pd.concat([rows(x), rows(m, "import")])


def turned(frame, column="flow"):
    return frame.assign(**{column: frame[column].map(TURN)})


@given(st.dictionaries(st.sampled_from(CODES), positive, min_size=1))
def test_partner_shares_sum_to_one_and_are_those_of_a_world_of_these_partners(values):
    frame = pd.concat([rows({"TOTAL": v}, partner=p) for p, v in values.items()])
    one = trade.partner_shares(frame).set_index("partner")["share"]
    assert one.sum() == pytest.approx(1, abs=1e-9)
    whole = pd.concat([frame, rows({"TOTAL": sum(values.values())}, partner="WLD")])
    world = trade.partner_shares(whole, denominator="world").set_index("partner")["share"]
    assert world[one.index].to_numpy() == pytest.approx(one.to_numpy(), **near)


@given(baskets, st.fixed_dictionaries(dict.fromkeys(PRODUCTS, positive)))
def test_advantages_average_to_one_with_the_weights_of_the_world(values, world):
    found = trade.revealed_comparative_advantage(rows(values), rows(world, partner="WLD"))
    rca = found.set_index("product")["rca"]
    weight = pd.Series(world) / sum(world.values())
    assert (rca * weight[rca.index]).sum() == pytest.approx(1, rel=1e-9)  # sum of own shares


@given(st.lists(st.lists(positive, min_size=5, max_size=5), min_size=4, max_size=4))
def test_intensity_averages_to_one_over_the_exporters(matrix):
    """sum_i X_i I_ij / (W - M_i) = sum_i x_ij / M_j = 1 for every partner j; the fifth column goes
    elsewhere.
    """
    frame = pd.DataFrame(matrix, index=CODES, columns=[*CODES, "_X"]).stack().reset_index()
    frame.columns = ["reporter", "partner", "value_usd"]
    frame = frame[frame["reporter"] != frame["partner"]]
    totals = frame.groupby("reporter")["value_usd"].sum()
    world = totals.reset_index().assign(partner="WLD")
    frame = pd.concat([frame[frame["partner"] != "_X"], world])
    found = trade.trade_intensity(
        frame.assign(year=2020, flow="export", product="TOTAL", source_id="S")
    )
    received = found.groupby("partner")["value_usd"].sum()
    weight = found["reporter"].map(totals) / (totals.sum() - found["reporter"].map(received))
    averages = (found["intensity"] * weight).groupby(found["partner"]).sum()
    assert averages.to_numpy() == pytest.approx(1, rel=1e-9) and (found["intensity"] > 0).all()


@given(baskets, baskets)
def test_complementarity_is_bounded_and_symmetric(x, m):
    found = trade.complementarity(rows(x), rows(m, "import"))
    assert -1e-9 <= found <= 100 + 1e-9
    assert trade.complementarity(rows(m), rows(x, "import")) == pytest.approx(found, abs=1e-9)
    assert trade.complementarity(rows(x), rows(x, "import")) == pytest.approx(100, abs=1e-9)
    if not set(x) & set(m):  # nothing in common
        assert found == pytest.approx(0, abs=1e-9)


@given(baskets, baskets)
def test_intra_industry_trade_is_bounded_and_the_same_with_flows_turned(x, m):
    one, two, same = (
        trade.grubel_lloyd(frame)["grubel_lloyd"].item()
        for frame in (both(x, m), turned(both(x, m)), both(x, x))
    )
    assert -1e-9 <= one <= 1 + 1e-9
    assert (two, same) == (pytest.approx(one, **near), pytest.approx(1))
    if not set(x) & set(m):  # every product goes one way
        assert one == pytest.approx(0, abs=1e-9)


@given(positive, positive)
def test_a_balance_turns_its_sign_with_the_flows(x, m):
    frame = both({"TOTAL": x}, {"TOTAL": m})
    one, two = (
        trade.balance(f).iloc[0][["balance", "of_turnover"]] for f in (frame, turned(frame))
    )
    assert -1 <= one["of_turnover"] <= 1 and two.tolist() == (-one).tolist()


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
        two = turned(measure("CHN", "KGZ", frame), "direction").set_index(key).loc[one.index]
        assert (-two["gap"]).to_numpy() == pytest.approx(one["gap"].to_numpy(), nan_ok=True)
        assert two[["low", "high"]].equals(one[["low", "high"]])
        if measure is trade.reconcile:
            asymmetry = one["asymmetry"]
            assert asymmetry.dropna().between(0, 2).all()
            assert two["asymmetry"].to_numpy() == pytest.approx(asymmetry.to_numpy(), nan_ok=True)


@given(
    st.lists(st.floats(20, 500), min_size=4, max_size=4),
    st.floats(0.01, 100),
    st.sampled_from([2018, 2019, 2020, 2021]),
)
def test_only_relative_prices_matter(levels, scale, base):
    years = [2018, 2019, 2020, 2021]
    index = pd.DataFrame({"year": years, "index": levels})
    money = pd.DataFrame({"year": years, "value_usd": 100.0, "price_basis": "current USD"})
    real = investment.convert_prices(money, index, base_year=base)
    scaled = investment.convert_prices(
        money, index.assign(index=index["index"] * scale), base_year=base
    )
    assert real["value_usd"].tolist() == pytest.approx(scaled["value_usd"].tolist())
    assert real.loc[real["year"] == base, "value_usd"].item() == pytest.approx(100)


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


@given(
    st.lists(st.integers(0, 6), min_size=1, max_size=3),
    st.lists(st.integers(0, 3), min_size=2, max_size=2),
)
def test_bounds_hold_every_way_to_fill_in_the_unnamed(named, blocks):
    """Brute force: every split over two new holders of what BIL and MUL hold beside the named."""
    total = sum(named) + sum(blocks)
    assume(total > 0)
    owed = dict(zip(("CHN", "RUS", "TUR"), named, strict=False))
    owed |= {"BIL": sum(named) + blocks[0], "MUL": blocks[1]}
    debt = pd.DataFrame({"creditor": list(owed), "value_usd": list(owed.values())})
    debt = debt.assign(debtor="KGZ", year=2020, measure="stock", source_id="S")
    found = investment.creditor_hhi(debt.assign(instrument="official"), source="S")
    low, high = found[["hhi_low", "hhi_high"]].iloc[0]
    best = 0.0
    for splits in itertools.product(*(range(b + 1) for b in blocks)):
        parts = [*named, *(p for s, b in zip(splits, blocks, strict=True) for p in (s, b - s))]
        value = sum((p / total) ** 2 for p in parts)
        assert low - 1e-12 <= value <= high + 1e-12
        best = max(best, value)
    assert best == pytest.approx(high)  # the upper end is reached
