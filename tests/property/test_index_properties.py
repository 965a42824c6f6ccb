"""Indices under what must not matter (order of rows, currency, side) and within their bounds, on
drawn baskets.

Bounds and sums hold to 1e-9: values span twelve orders of magnitude, so shares carry a rounding of
about 1e-15 each.
"""

from __future__ import annotations

import itertools

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ca_research import investment, students, trade
from ca_research.stats.concentration import hhi_bounds

PRODUCTS = ("01", "15", "27", "52", "72", "84", "85")
CODES = ("CHN", "RUS", "KAZ", "KGZ")
positive = st.floats(1e-3, 1e9)
baskets = st.dictionaries(st.sampled_from(PRODUCTS), positive, min_size=1)
rates = st.floats(1e-3, 1e3)
seeds = st.integers(0, 10_000)
matrices = st.lists(st.lists(positive, min_size=5, max_size=5), min_size=4, max_size=4)
near = {"rel": 1e-9, "abs": 1e-9}


def rows(values: dict[str, float], flow: str = "export", partner: str = "CHN") -> pd.DataFrame:
    frame = pd.DataFrame({"product": list(values), "value_usd": list(values.values())})
    return frame.assign(reporter="KAZ", partner=partner, year=2020, flow=flow, source_id="S")


def other(frame: pd.DataFrame, rate: float, seed: int) -> pd.DataFrame:
    """The same trade in another currency, its rows in another order."""
    return frame.assign(value_usd=frame["value_usd"] * rate).sample(frac=1, random_state=seed)


def exports(matrix: list[list[float]]) -> pd.DataFrame:
    """Exports of four economies to each other; the fifth column goes elsewhere."""
    cells = [
        (CODES[i], CODES[j], v)
        for i, line in enumerate(matrix)
        for j, v in enumerate(line[:4])
        if i != j
    ]
    cells += [(CODES[i], "WLD", sum(line) - line[i]) for i, line in enumerate(matrix)]
    frame = pd.DataFrame(cells, columns=["reporter", "partner", "value_usd"])
    return frame.assign(year=2020, flow="export", product="TOTAL", source_id="S")


@given(baskets, rates, seeds)
def test_product_shares_sum_to_one_in_any_order_and_currency(values, rate, seed):
    one, two = (
        trade.product_shares(f).set_index("product")["share"]
        for f in (rows(values), other(rows(values), rate, seed))
    )
    assert one.sum() == pytest.approx(1, abs=1e-9) and one.between(0, 1).all()
    assert two[one.index].to_numpy() == pytest.approx(one.to_numpy(), **near)


@given(st.dictionaries(st.sampled_from(CODES), positive, min_size=1), rates, seeds)
def test_partner_shares_sum_to_one_in_any_order_and_currency(values, rate, seed):
    frame = pd.concat([rows({"TOTAL": v}, partner=p) for p, v in values.items()])
    one, two = (
        trade.partner_shares(f).set_index("partner")["share"]
        for f in (frame, other(frame, rate, seed))
    )
    assert one.sum() == pytest.approx(1, abs=1e-9)
    assert two[one.index].to_numpy() == pytest.approx(one.to_numpy(), **near)
    whole = pd.concat([frame, rows({"TOTAL": sum(values.values())}, partner="WLD")])
    world = trade.partner_shares(whole, denominator="world").set_index("partner")["share"]
    assert world[one.index].to_numpy() == pytest.approx(
        one.to_numpy(), **near
    )  # where the world is those partners


@given(baskets, st.fixed_dictionaries(dict.fromkeys(PRODUCTS, positive)), rates, rates, seeds)
def test_advantages_average_to_one_with_the_weights_of_the_world(values, world, rate, second, seed):
    given_world = rows(world, partner="WLD")
    found = trade.revealed_comparative_advantage(rows(values), given_world).set_index("product")[
        "rca"
    ]
    weight = pd.Series(world) / sum(world.values())
    assert (found * weight[found.index]).sum() == pytest.approx(1, rel=1e-9)  # sum of own shares
    again = trade.revealed_comparative_advantage(
        other(rows(values), rate, seed), other(given_world, second, seed)
    )
    assert again.set_index("product")["rca"][found.index].to_numpy() == pytest.approx(
        found.to_numpy(), rel=1e-9
    )


@given(matrices, rates, seeds)
def test_intensity_ignores_order_and_currency(matrix, rate, seed):
    frame = exports(matrix)
    key = ["reporter", "partner"]
    one, two = (
        trade.trade_intensity(f).set_index(key)["intensity"]
        for f in (frame, other(frame, rate, seed))
    )
    assert (one > 0).all()
    assert two[one.index].to_numpy() == pytest.approx(one.to_numpy(), rel=1e-9)


@given(matrices)
def test_intensity_averages_to_one_over_the_exporters(matrix):
    """sum_i X_i I_ij / (W - M_i) = sum_i x_ij / M_j = 1 for every partner j."""
    frame = exports(matrix)
    found = trade.trade_intensity(frame)
    totals = frame[frame["partner"] == "WLD"].set_index("reporter")["value_usd"]
    received = found.groupby("partner")["value_usd"].sum()
    weight = found["reporter"].map(totals) / (totals.sum() - found["reporter"].map(received))
    assert (found["intensity"] * weight).groupby(
        found["partner"]
    ).sum().to_numpy() == pytest.approx(1, rel=1e-9)


@given(baskets, baskets, rates, rates, seeds)
def test_complementarity_is_bounded_symmetric_and_blind_to_currency(x, m, rate, second, seed):
    sold, bought = rows(x), rows(m, "import")
    found = trade.complementarity(sold, bought)
    assert -1e-9 <= found <= 100 + 1e-9
    assert trade.complementarity(rows(m), rows(x, "import")) == pytest.approx(found, abs=1e-9)
    assert trade.complementarity(
        other(sold, rate, seed), other(bought, second, seed)
    ) == pytest.approx(found, abs=1e-7)
    assert trade.complementarity(sold, rows(x, "import")) == pytest.approx(100, abs=1e-9)
    if not set(x) & set(m):  # nothing in common
        assert found == pytest.approx(0, abs=1e-9)


@given(baskets, baskets, rates, seeds)
def test_intra_industry_trade_is_bounded_and_the_same_with_flows_turned(x, m, rate, seed):
    both = pd.concat([rows(x), rows(m, "import")])
    turned = both.assign(flow=both["flow"].map({"export": "import", "import": "export"}))
    one, two, three = (
        trade.grubel_lloyd(f)["grubel_lloyd"].item()
        for f in (both, other(both, rate, seed), turned)
    )
    assert -1e-9 <= one <= 1 + 1e-9
    assert (two, three) == (pytest.approx(one, **near), pytest.approx(one, **near))
    if not set(x) & set(m):  # every product goes one way
        assert one == pytest.approx(0, abs=1e-9)
    assert trade.grubel_lloyd(pd.concat([rows(x), rows(x, "import")]))[
        "grubel_lloyd"
    ].item() == pytest.approx(1)


@given(positive, positive, rates)
def test_a_balance_turns_its_sign_with_the_flows(x, m, rate):
    both = pd.concat([rows({"TOTAL": x}), rows({"TOTAL": m}, "import")])
    turned = both.assign(flow=both["flow"].map({"export": "import", "import": "export"}))
    one, two, three = (
        trade.balance(f).iloc[0]
        for f in (both, turned, both.assign(value_usd=both["value_usd"] * rate))
    )
    assert -1 <= one["of_turnover"] <= 1
    assert two[["balance", "of_turnover"]].tolist() == [-one["balance"], -one["of_turnover"]]
    assert three["of_turnover"] == pytest.approx(one["of_turnover"], **near)


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


@given(reports, rates, seeds)
def test_the_gap_of_the_mirror_is_the_gap_turned(cells, rate, seed):
    frame = pd.DataFrame(
        cells, columns=["reporter", "flow", "year", "source_id", "valuation", "value_usd"]
    )
    frame = frame.assign(
        partner=frame["reporter"].map({"KGZ": "CHN", "CHN": "KGZ"}), product="TOTAL"
    )
    turn = {"export": "import", "import": "export"}
    one = trade.reconcile("KGZ", "CHN", frame).set_index(["year", "direction"])
    two = trade.reconcile("CHN", "KGZ", frame)
    two = (
        two.assign(direction=two["direction"].map(turn))
        .set_index(["year", "direction"])
        .loc[one.index]
    )
    assert (-two["gap"]).to_numpy() == pytest.approx(one["gap"].to_numpy(), nan_ok=True)
    assert two["asymmetry"].to_numpy() == pytest.approx(one["asymmetry"].to_numpy(), nan_ok=True)
    assert two[["low", "high"]].equals(one[["low", "high"]])
    assert one["asymmetry"].dropna().between(0, 2).all()
    three = (
        trade.reconcile("KGZ", "CHN", other(frame, rate, seed))
        .set_index(["year", "direction"])
        .loc[one.index]
    )
    assert three["asymmetry"].to_numpy() == pytest.approx(
        one["asymmetry"].to_numpy(), nan_ok=True, **near
    )
    gaps = trade.mirror_gap("KGZ", "CHN", frame).set_index(["year", "direction"])
    turned = trade.mirror_gap("CHN", "KGZ", frame)
    turned = (
        turned.assign(direction=turned["direction"].map(turn))
        .set_index(["year", "direction"])
        .loc[gaps.index]
    )
    assert (-turned["gap"]).to_numpy() == pytest.approx(gaps["gap"].to_numpy(), nan_ok=True)


@given(
    st.dictionaries(st.sampled_from((*CODES[:2], "TUR", "USA", "IND")), positive, min_size=2),
    rates,
    seeds,
)
def test_ranks_ignore_currency_and_order(values, rate, seed):
    assume({"CHN", "RUS"} <= set(values))
    frame = pd.concat(
        [rows({"TOTAL": v}, f, p) for p, v in values.items() for f in ("export", "import")]
    )
    frame = frame.assign(source_id="KAZ_BNS")
    one, two = (
        trade.rank(f, economy="KAZ", year=2020).set_index("partner")["rank"]
        for f in (frame, other(frame, rate, seed))
    )
    assert one.to_dict() == two[one.index].to_dict()
    assert one.min() == 1 and values[one.idxmin()] == max(values.values())


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
    other_base = investment.convert_prices(real, index, base_year=2018)
    nominal = investment.convert_prices(other_base, index, base_year=None)
    assert nominal["value_usd"].tolist() == pytest.approx([100.0] * 4)


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
    st.lists(st.integers(0, 3), max_size=2),
    st.integers(0, 3),
)
def test_bounds_hold_every_way_to_fill_in_the_unnamed(named, blocks, loose):
    """Brute force: every split of each block over two new holders and of the loose part over all
    and one new.
    """
    total = sum(named) + sum(blocks) + loose
    assume(total > 0)
    low, high = hhi_bounds(
        [n / total for n in named], apart=[b / total for b in blocks], anyone=loose / total
    )
    best = 0.0
    for splits in itertools.product(*(range(b + 1) for b in blocks)):
        parts = [*named, *(p for s, b in zip(splits, blocks, strict=True) for p in (s, b - s)), 0]
        for i in range(len(parts)):
            filled = [p + (loose if j == i else 0) for j, p in enumerate(parts)]
            value = sum((p / total) ** 2 for p in filled)
            assert low - 1e-12 <= value <= high + 1e-12
            best = max(best, value)
    assert best == pytest.approx(high)  # the upper end is reached
