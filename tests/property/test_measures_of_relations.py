"""Measures give a relation of DuckDB what they give the frame of its rows, refusals too."""

import itertools

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ca_research as ca
from ca_research.ground.errors import CaResearchError
from ca_research.trade import pushed

CONNECTION = duckdb.connect()
some = settings(max_examples=settings.default.max_examples // 3)
ECONOMIES = ["KAZ", "KGZ", "CHN", "RUS", "USA"]


def outcome(measure, rows, *others, **choices):
    try:
        found = measure(rows, *others, **choices)
    except CaResearchError as error:
        return type(error)
    return found if isinstance(found, pd.DataFrame) else found.df()


def same(measure, frame, *others, **choices):
    CONNECTION.register("given", frame)
    found = outcome(measure, CONNECTION.table("given"), *others, **choices)
    wanted = outcome(measure, frame, *others, **choices)
    if isinstance(wanted, type) or isinstance(found, type):
        assert found is wanted
        return found
    assert list(found) == list(wanted)
    both = [_plain(one) for one in (found, wanted)]
    pd.testing.assert_frame_equal(*both, check_dtype=False, rtol=1e-12)
    return found


def _plain(frame):
    """Rows in an order of their own, lists of sources as tuples; no measure to plot."""
    frame = pd.DataFrame(frame)
    if "sources" in frame:
        frame = frame.assign(sources=[tuple(s) for s in frame["sources"]])
    keys = [c for c in frame if frame[c].dtype != float]
    return frame.sort_values(keys, ignore_index=True)


@st.composite
def tables(draw, products=("TOTAL",), partners=("CHN", "RUS", "USA", "WLD"), faults=True):
    """Rows of trade, mostly well formed; columns that say what a figure is may be there."""
    cells = list(
        itertools.product(ECONOMIES[:2], partners, (2019, 2020, 2022), ("export",), products)
    )
    chosen = draw(st.lists(st.sampled_from(cells), min_size=1, max_size=14, unique=True))
    names = ["reporter", "partner", "year", "flow", "product"]
    frame = pd.DataFrame(chosen, columns=names)
    frame["value_usd"] = draw(
        st.lists(st.floats(0, 1e12), min_size=len(frame), max_size=len(frame))
    )
    frame["source_id"] = "ONE"
    for column, value in (("valuation", "fob"), ("price_basis", "current")):
        if draw(st.booleans()):
            frame[column] = value
    if not faults or draw(st.booleans()):
        return frame
    at = draw(st.integers(0, len(frame) - 1))
    wrong = draw(st.sampled_from(sorted(WRONG)))
    if wrong == "twice":
        return pd.concat([frame, frame.iloc[[at]]], ignore_index=True)
    if wrong == "group":
        return frame.assign(is_aggregate=np.arange(len(frame)) == at)
    column, value = WRONG[wrong]
    if column in frame:
        frame[column] = frame[column].astype(object).where(np.arange(len(frame)) != at, value)
        frame["value_usd"] = frame["value_usd"].astype(float)
    return frame


WRONG = {
    "no value": ("value_usd", np.nan),
    "below zero": ("value_usd", -1.0),
    "infinite": ("value_usd", np.inf),
    "zero": ("value_usd", 0.0),
    "no partner": ("partner", None),
    "no reporter": ("reporter", None),
    "aggregate": ("partner", "EU27"),
    "rest": ("partner", "_X"),
    "unheard of": ("partner", "XYZ"),
    "two sources": ("source_id", "TWO"),
    "no source": ("source_id", None),
    "valuation": ("valuation", "cif"),
    "no valuation": ("valuation", None),
    "prices": ("price_basis", "2015"),
    "product": ("product", "27"),
    "sections": ("product", "SITC3"),
    "flow": ("flow", "import"),
    "twice": ("", None),
    "group": ("", None),
}


@some
@given(tables(), st.sampled_from(["partners", "world"]))
def test_partner_shares(frame, denominator):
    same(ca.trade.partner_shares, frame, denominator=denominator)


@some
@given(tables(products=("01", "27")))
def test_partner_shares_by_product(frame):
    same(ca.trade.partner_shares, frame, by=("reporter", "year", "flow", "product"))


@some
@given(tables())
def test_hhi_of_shares(frame):
    shares = outcome(ca.trade.partner_shares, frame)
    if isinstance(shares, pd.DataFrame):
        same(ca.trade.hhi, shares)
        same(lambda rows: ca.trade.hhi(ca.trade.partner_shares(rows)), frame)


@some
@given(tables(), st.floats(0.5, 2))
def test_hhi_of_what_is_no_share(frame, factor):
    weights = frame["value_usd"] / frame["value_usd"].sum()
    same(ca.trade.hhi, frame.assign(share=weights.fillna(0.5) * factor))


@some
@given(tables())
def test_growth(frame):
    same(ca.trade.growth, frame)


@some
@given(tables(products=("TOTAL", "01", "27", "72"), partners=("WLD", "CHN")))
def test_product_shares(frame):
    same(ca.trade.product_shares, frame)


WORLD = [(year, product, 1e12) for year in (2019, 2020, 2022) for product in ("01", "27", "72")]


@some
@given(
    tables(products=("TOTAL", "01", "27", "72"), partners=("WLD",)),
    st.sampled_from(["whole", "no source", "a cell lacks", "zero", "imports", "a missing value"]),
)
def test_revealed_comparative_advantage(frame, kind):
    world = pd.DataFrame(WORLD, columns=["year", "product", "value_usd"]).assign(source_id="W")
    world["value_usd"] *= np.arange(1, len(world) + 1)
    world = {
        "no source": world.drop(columns="source_id"),
        "a cell lacks": world.drop(index=4),
        "zero": world.assign(value_usd=world["value_usd"].where(world.index != 4, 0.0)),
        "imports": world.assign(flow="import"),
        "a missing value": world.assign(value_usd=world["value_usd"].where(world.index != 4)),
    }.get(kind, world)
    same(ca.trade.revealed_comparative_advantage, frame, world)


@some
@given(
    tables(partners=("CHN", "RUS", "USA", "KGZ")),
    st.sampled_from(["reporter", "mirror", "interval"]),
    st.sampled_from([None, 2020, [2022, 2019]]),
)
def test_rank(frame, basis, year):
    frame = frame.sort_values("reporter", ignore_index=True)
    known = frame.assign(source_id=frame["source_id"].replace({"ONE": "WTO_HSM", "TWO": "KAZ_BNS"}))
    same(ca.trade.rank, known, basis=basis, year=year, flow="exports", source="compiled")


def whole(products=("TOTAL",), partners=("CHN", "RUS", "USA"), flow="export"):
    """Well-formed rows, every figure another."""
    cells = itertools.product(ECONOMIES[:2], partners, (2019, 2020, 2022), (flow,), products)
    frame = pd.DataFrame(cells, columns=["reporter", "partner", "year", "flow", "product"])
    return frame.assign(value_usd=(np.arange(len(frame)) + 2.0) ** 2, source_id="WTO_HSM")


GOODS = ("01", "27", "72")


@pytest.mark.parametrize(
    ("measure", "given"),
    [
        (ca.trade.partner_shares, (whole(),)),
        (lambda rows: ca.trade.hhi(ca.trade.partner_shares(rows)), (whole(),)),
        (ca.trade.growth, (whole(),)),
        (ca.trade.product_shares, (whole(products=("TOTAL", *GOODS), partners=("WLD",)),)),
        (
            ca.trade.revealed_comparative_advantage,
            (
                whole(products=GOODS, partners=("WLD",)),
                pd.DataFrame(WORLD, columns=["year", "product", "value_usd"]).assign(
                    value_usd=lambda w: w["value_usd"] * np.arange(1, len(w) + 1), source_id="W"
                ),
            ),
        ),
    ],
    ids=["partner_shares", "hhi", "growth", "product_shares", "rca"],
)
def test_what_is_well_formed_gives_the_same_numbers(measure, given):
    """Among the few cases that are drawn all may be refused."""
    assert len(same(measure, *given)) >= 6


@pytest.mark.parametrize("basis", ["reporter", "mirror", "interval"])
def test_ranks_of_what_is_well_formed_are_the_same(basis):
    own = whole(flow="import")
    other = own.rename(columns={"reporter": "partner", "partner": "reporter"})
    rows = pd.concat([own, other.assign(flow="export", value_usd=own["value_usd"] * 1.5)])
    choices = {"economy": ECONOMIES[:2], "flow": "imports", "source": "compiled"}
    found = same(ca.trade.rank, rows.reset_index(drop=True), basis=basis, year=2020, **choices)
    assert len(found) == 6 and found["high"].nunique() == 6


def test_shares_that_sum_to_more_than_one_are_refused():
    rows = whole()
    sums = rows.groupby(["reporter", "year"])["value_usd"].transform("sum")
    given = rows.assign(share=rows["value_usd"] / sums)
    assert len(same(ca.trade.hhi, given)) == 6
    assert same(ca.trade.hhi, given.assign(share=given["share"] * 1.5)) is ca.errors.CoverageError


@pytest.mark.parametrize("column", ["value_usd", "partner", "year"])
def test_a_column_that_lacks_is_named(column):
    frame = pd.DataFrame(
        {"reporter": ["KAZ"], "partner": "CHN", "year": 2020, "flow": "export", "value_usd": 1.0}
    )
    found = same(ca.trade.partner_shares, frame.drop(columns=column))
    assert found is ca.errors.UnknownNameError


def test_a_relation_of_a_table_has_the_rows_of_load():
    asked = {"reporter": "Kazakhstan", "since": 2020, "as_of": "2023-05-19", "product": "TOTAL"}
    rows = ca.relation("trade", **asked).df()
    frame = ca.load("trade", **asked)
    assert list(rows) == list(frame) and len(rows) == len(frame) > 0
    assert rows["value_usd"].sum() == pytest.approx(frame["value_usd"].sum())
    assert ca.relation("trade", partner=[]).df().empty


def test_ranks_of_the_snapshot_are_those_of_its_relation():
    asked = {"product": "TOTAL", "year": [2021, 2022]}
    choices = {
        "economy": ["KGZ", "KAZ"],
        "partner": ["RUS", "CHN"],
        "basis": ["reporter", "mirror"],
    }
    found = [
        ca.trade.rank(t, **choices)
        for t in (ca.load("trade", **asked), ca.relation("trade", **asked))
    ]
    assert len(found[0]) >= 8
    pd.testing.assert_frame_equal(*found, check_dtype=False)


def test_many_lists_of_sources_are_handed_over_as_few(monkeypatch):
    years = range(2000, 2030)
    frame = pd.DataFrame({"reporter": "KAZ", "partner": "CHN", "year": years, "value_usd": 1.0})
    frame = frame.assign(flow="export", product="TOTAL")
    frame["source_id"] = [f"S{year % 30}" for year in years]
    for few in (100, 5):
        monkeypatch.setattr(pushed, "FEW", few)
        found = same(lambda rows: ca.trade.hhi(ca.trade.partner_shares(rows)), frame)
        assert found["sources"].tolist()[:2] == [("S20",), ("S21",)]
    frame["source_id"] = frame["source_id"].where(frame["year"] != 2001, None)
    same(lambda rows: ca.trade.hhi(ca.trade.partner_shares(rows)), frame)
