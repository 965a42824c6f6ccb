"""Measures give a relation of DuckDB what they give the frame of its rows, refusals too."""

import itertools

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

import ca_research as ca
from ca_research.ground.errors import CaResearchError

CONNECTION = duckdb.connect()
some = settings(max_examples=settings.default.max_examples // 3)
OTHERS = ("CHN", "RUS", "USA")
GOODS = ("01", "27", "72")
SUBHEADINGS = ("010121", "010129", "270900")
BORDERS = {"export": "fob", "import": "cif"}
YEARS = (2019, 2020, 2022)
shares = ca.trade.partner_shares


def outcome(measure, rows):
    try:
        found = measure(rows)
    except CaResearchError as error:
        return type(error)
    return found if isinstance(found, pd.DataFrame) else found.df()


def same(measure, frame):
    CONNECTION.register("given", frame)
    found, wanted = outcome(measure, CONNECTION.table("given")), outcome(measure, frame)
    if isinstance(wanted, type) or isinstance(found, type):
        assert found is wanted
        return found
    assert list(found) == list(wanted)
    both = [_plain(one) for one in (found, wanted)]
    assert_frame_equal(*both, check_dtype=False, rtol=1e-12)
    return found


def _plain(frame):
    """Rows in an order of their own, lists of sources as tuples; no measure to plot."""
    frame = pd.DataFrame(frame)
    if "sources" in frame:
        frame = frame.assign(sources=[tuple(s) for s in frame["sources"]])
    keys = [c for c in frame if frame[c].dtype != float]
    return frame.sort_values(keys, ignore_index=True)


def cells(products=("TOTAL",), partners=OTHERS, flow="export"):
    names = ["reporter", "partner", "year", "flow", "product"]
    every = itertools.product(("KAZ", "KGZ"), partners, YEARS, (flow,), products)
    return pd.DataFrame(every, columns=names)


def whole(**of):
    """Well-formed rows, every figure another."""
    frame = cells(**of)
    return frame.assign(value_usd=(np.arange(len(frame)) + 2.0) ** 2, source_id="WTO_HSM")


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
    "two sources": ("source_id", "KAZ_BNS"),
    "no source": ("source_id", None),
    "valuation": ("valuation", "cif"),
    "no valuation": ("valuation", None),
    "prices": ("price_basis", "2015"),
    "product": ("product", "27"),
    "sections": ("product", "SITC3"),
    "flow": ("flow", "import"),
    "a share": ("share", 1.5),
    "group": ("is_aggregate", True),
    "twice": (),
}


@st.composite
def tables(draw, **of):
    """Rows of trade, mostly well formed; columns that say what a figure is may be there."""
    every = cells(**of)
    places = st.lists(st.sampled_from(range(len(every))), min_size=1, max_size=14, unique=True)
    frame = every.loc[draw(places)].reset_index(drop=True)
    values = st.lists(st.floats(0, 1e12), min_size=len(frame), max_size=len(frame))
    frame = frame.assign(value_usd=draw(values), source_id="WTO_HSM")
    for column, value in (("valuation", "fob"), ("price_basis", "current")):
        if draw(st.booleans()):
            frame[column] = value
    frame["share"] = (frame["value_usd"] / frame["value_usd"].sum()).fillna(0.5)
    if draw(st.booleans()):
        return frame
    at, wrong = draw(st.integers(0, len(frame) - 1)), draw(st.sampled_from(sorted(WRONG)))
    if not WRONG[wrong]:
        return pd.concat([frame, frame.iloc[[at]]], ignore_index=True)
    column, value = WRONG[wrong]
    if column == "is_aggregate":
        frame[column] = False
    if column in frame:
        mine = np.arange(len(frame)) != at
        kind = frame[column].dtype
        frame[column] = frame[column].astype(object).where(mine, value)
        frame[column] = frame[column].astype(kind) if kind in (float, bool) else frame[column]
    return frame


def world(fault=""):
    """The world's exports of the same goods, or what is wrong with them."""
    rows = pd.DataFrame(itertools.product(YEARS, GOODS), columns=["year", "product"])
    rows = rows.assign(value_usd=1e12 * np.arange(1, len(rows) + 1), source_id="W")
    lacking = rows["value_usd"].where(rows.index != 4)
    return {
        "no source": rows.drop(columns="source_id"),
        "a cell lacks": rows.drop(index=4),
        "zero": rows.assign(value_usd=lacking.fillna(0.0)),
        "imports": rows.assign(flow="import"),
        "a missing value": rows.assign(value_usd=lacking),
    }.get(fault, rows)


def rca(fault=""):
    of = world(fault)
    return lambda rows: ca.trade.revealed_comparative_advantage(rows, of)


def rank(basis, year=2020):
    asked = {"basis": basis, "year": year, "flow": "exports", "source": "compiled"}
    return lambda rows: ca.trade.rank(rows, **asked)


def concentration(rows):
    return ca.trade.hhi(shares(rows))


def of_the_world(rows):
    return shares(rows, denominator="world")


def intra_industry(rows):
    return ca.trade.grubel_lloyd(rows, by=("reporter", "year"))


def both_ways(**of):
    """Rows of both flows, valued each at its border."""
    flows = [whole(**of, flow=flow).assign(valuation=at) for flow, at in BORDERS.items()]
    return pd.concat(flows, ignore_index=True)


def by_product(rows):
    return shares(rows, by=("reporter", "year", "flow", "product"))


FAULTS = ("", "no source", "a cell lacks", "zero", "imports", "a missing value")
WORLD = {"products": GOODS, "partners": ("WLD",)}
RANKS = [rank("reporter"), rank("mirror", None), rank("interval", [2022, 2019])]
MEASURES = {
    "of partners": ((shares, of_the_world, concentration), {"partners": (*OTHERS, "WLD")}),
    "by product": ((by_product,), {"products": GOODS}),
    "of given shares": ((ca.trade.hhi,), {}),
    "growth": ((ca.trade.growth,), {}),
    "of products": ((ca.trade.product_shares,), WORLD | {"products": ("TOTAL", *GOODS)}),
    "comparative advantage": (tuple(map(rca, FAULTS)), WORLD),
    "of subheadings": (
        (ca.trade.add_up, intra_industry, ca.trade.product_shares),
        {"products": SUBHEADINGS, "partners": ("WLD",)},
    ),
    "ranks": (tuple(RANKS), {"partners": (*OTHERS, "KGZ")}),
}


@pytest.mark.parametrize("name", MEASURES)
def test_a_relation_gives_what_its_frame_gives(name):
    measures, of = MEASURES[name]

    @some
    @given(tables(**of), st.sampled_from(measures))
    def alike(frame, measure):
        same(measure, frame.sort_values("reporter", ignore_index=True))

    alike()


@pytest.mark.parametrize(
    ("measure", "rows"),
    [
        (shares, whole()),
        (concentration, whole()),
        (ca.trade.growth, whole()),
        (ca.trade.product_shares, whole(products=("TOTAL", *GOODS), partners=("WLD",))),
        (rca(), whole(**WORLD)),
        (ca.trade.add_up, both_ways(products=SUBHEADINGS)),
        (intra_industry, both_ways(**WORLD)),
    ],
    ids=["shares", "concentration", "growth", "shares of products", "advantage", "sums", "overlap"],
)
def test_what_is_well_formed_gives_the_same_numbers(measure, rows):
    """Among the few cases that are drawn all may be refused."""
    assert len(same(measure, rows)) >= 6


@pytest.mark.parametrize("basis", ["reporter", "mirror", "interval"])
def test_ranks_of_what_is_well_formed_are_the_same(basis):
    own = whole(flow="import")
    other = own.rename(columns={"reporter": "partner", "partner": "reporter"})
    rows = pd.concat([own, other.assign(flow="export", value_usd=own["value_usd"] * 1.5)])
    asked = {"economy": ["KAZ", "KGZ"], "flow": "imports", "source": "compiled", "year": 2020}
    found = same(lambda r: ca.trade.rank(r, basis=basis, **asked), rows.reset_index(drop=True))
    assert len(found) == 6 and found["high"].nunique() == 6


def test_shares_that_sum_to_more_than_one_are_refused():
    rows = whole()
    sums = rows.groupby(["reporter", "year"])["value_usd"].transform("sum")
    rows = rows.assign(share=rows["value_usd"] / sums)
    assert len(same(ca.trade.hhi, rows)) == 6
    assert same(ca.trade.hhi, rows.assign(share=1.5 * rows["share"])) is ca.errors.CoverageError


def test_a_relation_of_a_table_has_the_rows_and_the_ranks_of_load():
    asked = {"reporter": "Kazakhstan", "since": 2020, "as_of": "2023-05-19", "product": "TOTAL"}
    rows, frame = ca.relation("trade", **asked).df(), ca.load("trade", **asked)
    assert list(rows) == list(frame) and len(rows) == len(frame) > 0
    assert rows["value_usd"].sum() == pytest.approx(frame["value_usd"].sum())
    assert ca.relation("trade", partner=[]).df().empty
    asked = {"product": "TOTAL", "year": [2021, 2022]}
    of = {"economy": ["KGZ", "KAZ"], "partner": ["RUS", "CHN"], "basis": ["reporter", "mirror"]}
    given = ca.load("trade", **asked), ca.relation("trade", **asked)
    found = [ca.trade.rank(table, **of) for table in given]
    assert len(found[0]) >= 8
    assert_frame_equal(*found, check_dtype=False)


def test_many_lists_of_sources_are_handed_over():
    rows = (
        whole(partners=("CHN",))
        .head(1)
        .drop(columns="year")
        .merge(pd.DataFrame({"year": range(2000, 2030)}), how="cross")
    )
    rows["source_id"] = [f"S{year % 30}" for year in rows["year"]]
    assert same(concentration, rows)["sources"].tolist()[:2] == [("S20",), ("S21",)]
    same(concentration, rows.replace({"source_id": {"S21": None}}))
