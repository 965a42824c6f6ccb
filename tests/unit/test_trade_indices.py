"""Trade indices on small made-up baskets (values invented, answers by hand) and one number from the
tables.
"""

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st

import ca_research as ca
from ca_research.ground.errors import CoverageError, MixedUnitsError, UnknownNameError, UsageError


def basket(values, *, reporter="KAZ", partner="WLD", flow="export", year=2020, source="S"):
    rows = [
        (reporter, partner, year, flow, product, value, source) for product, value in values.items()
    ]
    return pd.DataFrame(
        rows, columns=["reporter", "partner", "year", "flow", "product", "value_usd", "source_id"]
    )


def shares_of(values):
    total = sum(values)
    return pd.DataFrame(
        {"g": "x", "item": range(len(values)), "share": [v / total for v in values]}
    )


positive = st.lists(st.floats(1e-3, 1e6), min_size=2, max_size=12)


def test_product_hhi_of_turkmen_exports_to_china_2018():
    rows = ca.load(
        "trade", reporter="CHN", partner="TKM", source="WTO_HSM", year=2018, flow="import"
    )
    shares = ca.trade.product_shares(rows)["share"]
    assert round((shares**2).sum(), 2) == 0.98  # nearly all of it is gas, HS chapter 27


def test_product_shares_refuse_mixed_classifications_and_missing_products():
    mixed = pd.concat([basket({"27": 1}), basket({"SITC3": 1})])
    with pytest.raises(MixedUnitsError):
        ca.trade.product_shares(mixed)
    with pytest.raises(CoverageError):
        ca.trade.product_shares(basket({"TOTAL": 5}))
    with pytest.raises(UsageError):
        ca.trade.product_shares(pd.concat([basket({"27": 1}), basket({"27": 1}, source="T")]))


def test_revealed_advantage_by_hand():
    own = basket({"27": 60, "72": 40})
    world = basket({"27": 200, "72": 800}, reporter="WLD")
    found = ca.trade.revealed_comparative_advantage(own, world).set_index("product")["rca"]
    assert found["27"] == pytest.approx(0.6 / 0.2) and found["72"] == pytest.approx(0.4 / 0.8)


def test_revealed_advantage_needs_the_world():
    with pytest.raises(CoverageError, match="no world exports of product 72"):
        ca.trade.revealed_comparative_advantage(
            basket({"27": 60, "72": 40}), basket({"27": 200}, reporter="WLD")
        )


def test_intensity_is_one_where_every_exporter_has_the_same_pattern():
    """Three economies, exports to each other in proportion to what each takes: no pair is more
    intense than the rest.
    """
    takes = {"KAZ": 0.2, "KGZ": 0.3, "TJK": 0.5}
    rows = []
    for exporter, total in (("CHN", 100.0), ("RUS", 50.0)):
        rows += [
            basket({"TOTAL": total * s}, reporter=exporter, partner=p) for p, s in takes.items()
        ]
        rows.append(basket({"TOTAL": total}, reporter=exporter))
    found = ca.trade.trade_intensity(pd.concat(rows))
    # the exporters take nothing themselves, so the correction for own imports is zero and the index
    # is exactly one
    assert found["intensity"].to_numpy() == pytest.approx(np.ones(6))


def test_intensity_needs_the_exporters_total_or_adds_up_its_partners():
    rows = [basket({"TOTAL": v}, partner=p) for p, v in (("CHN", 5), ("RUS", 15))]
    rows += [basket({"TOTAL": 5}, partner=p, reporter="TUR") for p in ("CHN", "RUS")]
    with pytest.raises(CoverageError, match="to the world") as caught:
        ca.trade.trade_intensity(pd.concat(rows))
    assert "denominator='partners'" in caught.value.hint
    stated = [basket({"TOTAL": 20}), basket({"TOTAL": 10}, reporter="TUR")]
    pd.testing.assert_frame_equal(
        ca.trade.trade_intensity(pd.concat(rows), denominator="partners"),
        ca.trade.trade_intensity(pd.concat([*rows, *stated])),
    )
    with pytest.raises(UnknownNameError, match="denominator 'all'"):
        ca.trade.trade_intensity(pd.concat(rows), denominator="all")


@pytest.mark.parametrize(
    ("exports", "imports", "expected"),
    [
        ({"27": 1, "72": 1}, {"27": 3, "72": 3}, 100),
        ({"27": 1}, {"72": 1}, 0),
        ({"27": 1, "72": 1}, {"27": 1}, 50),
    ],
)
def test_complementarity_by_hand(exports, imports, expected):
    assert ca.trade.complementarity(
        basket(exports), basket(imports, flow="import")
    ) == pytest.approx(expected)


def test_grubel_lloyd_by_hand():
    both = pd.concat([basket({"27": 10, "72": 4}), basket({"27": 6, "85": 4}, flow="import")])
    found = ca.trade.grubel_lloyd(both, by=["reporter", "year"]).iloc[0]
    # |10-6| + |4-0| + |0-4| = 12 over 16 + 4 + 4 = 24
    assert found["grubel_lloyd"] == pytest.approx(0.5) and found["products"] == 3
    with pytest.raises(CoverageError):
        ca.trade.grubel_lloyd(basket({"27": 10}), by=["reporter", "year"])


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("price_basis", ["current USD", "constant 2015 USD"]),
        ("scope", ["goods", "goods_and_services"]),
        ("unit", ["USD", "thousand USD"]),
    ],
)
def test_two_flows_or_baskets_are_of_one_kind(column, values):
    sold, bought = basket({"27": 10, "72": 4}), basket({"27": 6, "72": 4}, flow="import")
    one, other = (
        part.assign(**{column: v}) for part, v in zip((sold, bought), values, strict=True)
    )
    with pytest.raises(MixedUnitsError, match=column):
        ca.trade.grubel_lloyd(pd.concat([one, other]))
    with pytest.raises(MixedUnitsError, match=column):
        ca.trade.complementarity(one, other)
    world = other.assign(flow="export")
    for rows in (one, duckdb.connect().from_df(one)):
        with pytest.raises(MixedUnitsError, match=column):
            ca.trade.revealed_comparative_advantage(rows, world)


def test_the_sources_of_intra_industry_trade_are_those_of_its_products():
    rows = pd.concat([basket({"27": 10}), basket({"27": 6}, flow="import")])
    found = ca.trade.grubel_lloyd(pd.concat([rows, basket({"TOTAL": 16}, source="T")]))
    assert found["sources"].tolist() == [("S",)]


@pytest.mark.parametrize("products", [[27, 72], [1, 101], ["1", "27"], ["01", "101"]])
def test_products_that_lost_their_zero_are_refused(products):
    """Chapter 01 stood beside its heading 0101, and the share of both was a third of nothing."""
    rows = basket({"27": 60, "72": 40}).assign(product=products)
    for made in (rows, duckdb.connect().from_df(rows)):
        with pytest.raises(UsageError, match="product"):
            ca.trade.product_shares(made)
        with pytest.raises(UsageError, match="product"):
            ca.trade.revealed_comparative_advantage(made, rows)
    with pytest.raises(UsageError, match="product"):
        ca.trade.complementarity(basket({"01": 60, "27": 40}), rows.assign(flow="import"))


def test_a_basket_of_the_other_flow_is_refused():
    with pytest.raises(UsageError, match="flow"):
        ca.trade.complementarity(basket({"27": 1}), basket({"27": 1}))


def test_balance_of_a_missing_flow_is_missing():
    rows = pd.concat(
        [
            basket({"TOTAL": 10}, partner="CHN"),
            basket({"TOTAL": 30}, partner="CHN", flow="import"),
            basket({"TOTAL": 7}, partner="RUS"),
        ]
    )
    found = ca.trade.balance(rows)
    assert list(found["partner"]) == ["CHN"]
    assert found["balance"].item() == -20 and found["of_turnover"].item() == pytest.approx(-0.5)
