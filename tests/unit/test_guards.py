"""Frames that would be added or ranked wrongly meet a typed error or a recorded failure. Values are
invented.

Every measure must first answer its frame in good order, else a refusal would prove nothing.
Estimators are in test_guards_estimates.py.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ca_research as ca
from ca_research import article, trade
from ca_research.ground.errors import (
    AggregateError,
    CoverageError,
    MixedUnitsError,
    UnknownNameError,
    UsageError,
)

YEARS = range(2015, 2020)
PARTNERS = ("CHN", "RUS", "TUR")
PRODUCTS = ("01", "27")
BY = ["reporter", "year", "flow"]


def rows(
    partners=PARTNERS,
    reporters=("KAZ",),
    flows=("export", "import"),
    products=("TOTAL",),
    years=(2019,),
):
    cells = [
        (r, p, y, f, k)
        for r in reporters
        for p in partners
        if p != r
        for y in years
        for f in flows
        for k in products
    ]
    frame = pd.DataFrame(cells, columns=["reporter", "partner", "year", "flow", "product"])
    frame["value_usd"] = np.random.default_rng(len(frame)).uniform(1, 9, len(frame))
    frame.loc[frame["partner"] == "WLD", "value_usd"] = 1000.0
    marks = frame[["reporter", "partner"]].isin(list(ca.economies.AGGREGATES)).any(axis=1)
    return frame.assign(
        valuation="fob",
        scope="goods",
        source_id="KAZ_BNS",
        price_basis="current USD",
        is_aggregate=marks,
    )


def world(partners=PARTNERS, **kw):
    return rows((*partners, "WLD"), reporters=PARTNERS, flows=("export",), **kw)


def advantage(frame):
    base = pd.DataFrame(
        {"year": 2019, "product": PRODUCTS, "value_usd": [5.0, 6.0], "price_basis": "current USD"}
    )
    return trade.revealed_comparative_advantage(frame, base)


def shares(frame):
    total = frame.groupby(BY)["value_usd"].transform("sum")
    return frame.assign(share=frame["value_usd"] / total)


# name -> (measure of a frame of trade, that frame in good order)
MEASURES = {
    "partner_shares": (trade.partner_shares, rows()),
    "world_shares": (
        lambda f: trade.partner_shares(f, denominator="world"),
        rows((*PARTNERS, "WLD")),
    ),
    "hhi": (lambda f: trade.hhi(shares(f), by=BY), rows()),
    "product_shares": (lambda f: trade.product_shares(f, by=BY), rows(("CHN",), products=PRODUCTS)),
    "grubel_lloyd": (
        lambda f: trade.grubel_lloyd(f, by=["reporter", "year"]),
        rows(("CHN",), products=PRODUCTS),
    ),
    "balance": (lambda f: trade.balance(f, by=["reporter", "year"]), rows(("CHN",))),
    "revealed_comparative_advantage": (
        advantage,
        rows(("CHN",), flows=("export",), products=PRODUCTS),
    ),
    "trade_intensity": (trade.trade_intensity, world()),
    "complementarity": (
        lambda f: trade.complementarity(f, f.assign(flow="import")),
        rows(("CHN",), flows=("export",), products=PRODUCTS),
    ),
    "growth": (lambda f: trade.growth(f, by=["reporter", "flow"]), rows(("CHN",), years=YEARS)),
    "rank": (lambda f: trade.rank(f, economy="KAZ", year=2019), rows()),
    "lead": (lambda f: article.trade_priority.lead(f, economies=["KAZ"], basis="reporter"), rows()),
    "mirror_gap": (lambda f: trade.mirror_gap("KAZ", "CHN", f), rows()),
    "reconcile": (lambda f: trade.reconcile("KAZ", "CHN", f), rows()),
    "panel": (trade.panel, world(years=YEARS)),
    "china_imports": (
        lambda f: article.belt_and_road.china_imports(f.assign(source_id="WTO_HSM"), "WTO_HSM"),
        rows(("KAZ", "RUS"), ("CHN",), ("import",)),
    ),
}
ADD_OVER_PARTNERS = (
    "partner_shares",
    "hhi",
    "product_shares",
    "grubel_lloyd",
    "balance",
    "revealed_comparative_advantage",
    "complementarity",
    "growth",
)
LEAVE_AGGREGATES_OUT = ("rank", "panel", "china_imports")


def swap(frame, column, old, new):
    return frame.assign(**{column: frame[column].replace(old, new)})


def beside(frame, *codes):
    """The frame with rows of further partners: copies of the first partner's, of other products
    where there are any.
    """
    first = frame[frame["partner"] == frame["partner"].iloc[0]]
    return pd.concat(
        [
            frame,
            *(first.assign(partner=c, is_aggregate=c in ca.economies.AGGREGATES) for c in codes),
        ]
    )


@pytest.mark.parametrize("name", MEASURES)
def test_a_frame_in_good_order_is_answered(name):
    measure, frame = MEASURES[name]
    before = frame.copy()
    found = measure(frame)
    assert isinstance(found, float) or len(found)
    pd.testing.assert_frame_equal(frame, before)  # and is not touched


@pytest.mark.parametrize("codes", [("EU27", "DEU"), ("EU", "DEU"), ("CIS", "KGZ")], ids="+".join)
@pytest.mark.parametrize("name", ADD_OVER_PARTNERS)
def test_an_aggregate_beside_its_members_is_refused(name, codes):
    measure, frame = MEASURES[name]
    with pytest.raises(AggregateError, match=codes[0]):
        measure(beside(frame, *codes))


@pytest.mark.parametrize("name", [n for n in ADD_OVER_PARTNERS if n not in ("partner_shares",)])
def test_the_world_beside_anyone_is_refused(name):
    measure, frame = MEASURES[name]
    with pytest.raises(AggregateError, match="WLD"):
        measure(beside(frame, "WLD"))


def test_the_world_is_a_total_and_never_a_partner_of_shares():
    frame = rows()
    pd.testing.assert_frame_equal(
        trade.partner_shares(beside(frame, "WLD")), trade.partner_shares(frame)
    )


@pytest.mark.parametrize("codes", [("EU27", "DEU"), ("WLD",), ("CIS", "KGZ")], ids="+".join)
@pytest.mark.parametrize("name", LEAVE_AGGREGATES_OUT)
def test_ranks_and_panels_leave_aggregates_out_and_keep_their_members(name, codes):
    measure, frame = MEASURES[name]
    column = {"panel": "importer", "china_imports": "economy"}.get(name, "partner")
    single = [c for c in codes if c not in ca.economies.AGGREGATES]
    found = set(measure(beside(frame, *codes))[column])
    assert not found & set(ca.economies.AGGREGATES)
    if name in ("rank", "panel", "china_imports"):
        assert set(single) <= found


@pytest.mark.parametrize(
    "reporters", [("EU27", "DEU"), ("WLD", "CHN"), ("CA5", "KAZ")], ids="+".join
)
def test_reporters_that_are_added_up_are_single_economies(reporters):
    frame = pd.concat(
        [
            world(),
            *(rows(("CHN", "RUS", "WLD"), (r,), ("export",)) for r in reporters if r != "CHN"),
        ]
    )
    with pytest.raises(AggregateError):
        trade.trade_intensity(frame)


def test_a_group_of_the_users_own_is_an_aggregate_too():
    mine = (
        rows()
        .assign(is_aggregate=lambda f: f["partner"] == "TUR")
        .replace({"partner": {"TUR": "MY_GROUP"}})
    )
    with pytest.raises(AggregateError, match="MY_GROUP"):
        trade.partner_shares(mine)
    assert "MY_GROUP" not in set(trade.rank(mine, economy="KAZ", year=2019)["partner"])


# what is mixed: column, second value
MIXED = {"price_basis": "constant 2015 USD", "scope": "goods_and_services", "valuation": "cif"}
BY_DESIGN = {
    # two flows or two sides are valued apart: reconcile adjusts, balance and mirror_gap say so
    ("mirror_gap", "valuation"),
    ("mirror_gap", "scope"),
    ("reconcile", "valuation"),
    ("reconcile", "scope"),
    ("balance", "valuation"),
    ("china_imports", "scope"),
}
OF_SHARES = ("hhi",)
"""These take shares, which carry no value and no valuation."""
OF_TRADE = [n for n in MEASURES if n not in OF_SHARES]


@pytest.mark.parametrize(
    ("name", "column"), [(n, c) for n in OF_TRADE for c in MIXED if (n, c) not in BY_DESIGN]
)
def test_figures_of_two_kinds_are_not_mixed(name, column):
    measure, frame = MEASURES[name]
    frame = frame.reset_index(drop=True)
    frame.loc[frame.index[-1], column] = MIXED[column]
    with pytest.raises(MixedUnitsError, match=column):
        measure(frame)


@pytest.mark.parametrize("name", OF_TRADE)
def test_two_sources_of_one_cell_are_not_added(name):
    measure, frame = MEASURES[name]
    with pytest.raises(UsageError):
        measure(pd.concat([frame, frame]))


@pytest.mark.parametrize(
    "name",
    ["partner_shares", "grubel_lloyd", "balance", "growth", "product_shares"],
)
def test_two_sources_of_one_group_are_not_joined(name):
    measure, frame = MEASURES[name]
    frame = frame.reset_index(drop=True)
    frame.loc[frame.index[-1], "source_id"] = "WTO_HSM"
    with pytest.raises(UsageError, match="source"):
        measure(frame)


@pytest.mark.parametrize("name", [n for n in MEASURES if n not in ("growth", "panel")])
def test_a_missing_value_is_no_zero(name):
    measure, frame = MEASURES[name]
    frame = frame.reset_index(drop=True)
    frame.loc[0, "value_usd"] = np.nan
    with pytest.raises(CoverageError):
        measure(frame)


def test_a_missing_year_breaks_growth_and_a_missing_pair_is_logged():
    measure, frame = MEASURES["growth"]
    frame = frame.assign(value_usd=frame["value_usd"].where(frame["year"] != 2017))
    assert measure(frame).set_index("year").loc[2018, "growth"].isna().all()
    holes = MEASURES["panel"][1].assign(value_usd=lambda f: f["value_usd"].where(f.index != 0))
    made = trade.panel(holes)
    assert (
        "no value reported" in {e["reason"] for e in made.attrs["log"]}
        and made["value_usd"].notna().all()
    )


@pytest.mark.parametrize("value", [-1.0, np.inf])
@pytest.mark.parametrize("name", MEASURES)
def test_negative_and_infinite_figures(name, value):
    measure, frame = MEASURES[name]
    frame = frame.reset_index(drop=True)
    frame.loc[0, "value_usd"] = value
    with pytest.raises((UsageError, CoverageError)):
        measure(frame)


@pytest.mark.parametrize("name", OF_TRADE)
def test_text_and_missing_columns(name):
    measure, frame = MEASURES[name]
    with pytest.raises(UsageError):
        measure(frame.assign(value_usd="a lot"))
    with pytest.raises(UnknownNameError, match="value_usd"):
        measure(frame.drop(columns="value_usd"))


@pytest.mark.parametrize("measure", [trade.hhi])
@pytest.mark.parametrize(
    ("values", "error"),
    [
        ([0.5, 0.4], CoverageError),
        ([1.0, np.nan], CoverageError),
        ([1.5, -0.5], UsageError),
        (["half", "half"], UsageError),
    ],
)
def test_shares_that_are_no_whole(measure, values, error):
    frame = pd.DataFrame({"reporter": "KAZ", "partner": ["CHN", "RUS"], "share": values})
    with pytest.raises(error):
        measure(frame, by=["reporter"])
    with pytest.raises(UnknownNameError, match="share"):
        measure(frame.drop(columns="share"), by=["reporter"])
    with pytest.raises(UsageError, match="share a cell"):
        measure(frame.assign(partner="CHN", share=0.5), by=["reporter"])


@pytest.mark.parametrize("name", [n for n in MEASURES if n not in ("growth", "rank")])
def test_an_empty_frame(name):
    measure, frame = MEASURES[name]
    with pytest.raises(CoverageError):
        measure(frame.iloc[:0])


@pytest.mark.parametrize("name", ["growth", "rank"])
def test_measures_row_by_row_of_an_empty_frame_are_empty(name):
    measure, frame = MEASURES[name]
    assert measure(frame.iloc[:0]).empty


@pytest.mark.parametrize(
    "name",
    [
        "partner_shares",
        "product_shares",
        "revealed_comparative_advantage",
        "complementarity",
        "trade_intensity",
    ],
)
def test_nothing_traded_has_no_shares(name):
    measure, frame = MEASURES[name]
    with pytest.raises(CoverageError, match=r"zero|empty"):
        measure(frame.assign(value_usd=0.0))


def test_a_flow_that_is_not_reported_is_recorded_and_not_one_way_trade():
    measure, frame = MEASURES["grubel_lloyd"]
    half = frame[frame["flow"] == "export"].assign(year=2018)
    found = measure(pd.concat([frame, half])).set_index("year")
    assert pd.isna(found.loc[2018, "grubel_lloyd"]) and found.loc[2018, "missing"] == "imports"
    assert found.loc[2019, "missing"] == ""


def test_a_part_above_its_whole_is_refused():
    frame = rows((*PARTNERS, "WLD"))
    with pytest.raises(UsageError, match="part of"):
        trade.partner_shares(
            frame.assign(value_usd=frame["value_usd"].clip(upper=2) - frame["partner"].eq("WLD")),
            denominator="world",
        )


# energy and borders


def energy(**changes):
    cells = [("TKM", "pipeline_gas", 20.0), ("WLD", "pipeline_gas", 60.0), ("WLD", "lng", 40.0)]
    frame = pd.DataFrame(cells, columns=["exporter", "commodity", "quantity"])
    return frame.assign(
        **{"importer": "CHN", "year": 2019, "unit": "bcm", "source_id": "EI2024"} | changes
    )


def test_energy_shares_add_nothing_twice_and_nothing_of_another_unit():
    assert article.energy.energy_share(energy(), commodity="gas")["estimate"].item() == 20
    with pytest.raises(UsageError, match="two figures"):
        article.energy.energy_share(pd.concat([energy(), energy()]), commodity="gas")
    added = energy(source_id="UNHEARD_OF").assign(quantity=lambda rows: 2 * rows["quantity"])
    beside = article.energy.energy_share(pd.concat([added, energy()]), commodity="gas")
    assert beside["estimate"].item() == 20  # what stood speaks
    assert "UNHEARD_OF" not in beside["sources"].item()
    group = pd.concat([energy(), energy().iloc[[0]].assign(exporter="CA5", quantity=20.0)])
    assert (
        article.energy.energy_share(group, commodity="gas")["estimate"].item() == 20
    )  # the five's own row is not added
    other = pd.concat(
        [energy(), energy().iloc[[0]].assign(exporter="UZB", unit="million tonnes", quantity=9.0)]
    )
    assert article.energy.energy_share(other, commodity="gas")["estimate"].item() == 20


@pytest.mark.parametrize(
    "quantity", [[20.0, 0.0, 0.0], [200.0, 60.0, 40.0], [20.0, np.nan, np.nan]]
)
def test_energy_without_a_whole_is_recorded(quantity):
    found = article.energy.energy_share(energy(quantity=quantity), commodity="gas").iloc[0]
    assert pd.isna(found["estimate"]) and found["missing"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"commodity": "coal"},
        {"commodity": "gas", "origin": "fife"},
        {"commodity": "gas", "year": "last"},
    ],
)
def test_energy_choices(wrong):
    with pytest.raises(UsageError):
        article.energy.energy_share(energy(), **wrong)
    with pytest.raises(UsageError, match="before must be a number"):
        article.energy.energy_share_before(energy(), commodity="gas", before="the pipeline")


def borders(**changes):
    frame = pd.DataFrame({"subject": ["KAZ", "KGZ", "UZB"], "value": [10.0, 5.0, 0.0]})
    return frame.assign(
        **{"attribute": "border_with_CHN", "unit": "km", "source_id": "FBK"} | changes
    )


def test_borders_add_one_figure_each_in_one_unit():
    three = ["KAZ", "KGZ", "UZB"]
    assert article.borders.border_total(borders(), economies=three)["estimate"].item() == 15
    with pytest.raises(MixedUnitsError, match="miles"):
        article.borders.border_total(borders(unit=["km", "miles", "km"]), economies=three)
    with pytest.raises(UsageError, match="two lengths"):
        article.borders.border_total(
            pd.concat([borders(), borders(source_id="B")]), economies=three
        )
    with pytest.raises(AggregateError, match="CA5"):
        article.borders.border_total(borders(), economies=["CA5", "KAZ"])
    for gap in (borders(value=[10.0, np.nan, 0.0]), borders().iloc[[0, 2]]):
        found = article.borders.border_total(gap, economies=three).iloc[0]
        assert pd.isna(found["estimate"]) and "KGZ" in found["missing"]
        counted = article.borders.neighbours(
            pd.DataFrame(), gap, economies=three, evidence="length"
        ).iloc[0]
        assert pd.isna(counted["estimate"]) and "KGZ" in counted["missing"]
