"""What measures promise of any frame: the prices they are in, whose accounts they tell apart, where
their rows come from.
"""

from __future__ import annotations

import case_frames as cases
import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ca_research as ca
from ca_research.ground.errors import CoverageError, UsageError
from ca_research.students.flows import Counts

MEASURES = cases.read("measures.yaml")
CONSTANT = "constant 2018 USD"


def of(name: str, **columns: object) -> tuple[dict, dict[str, pd.DataFrame]]:
    told = MEASURES[name]
    frames = {argument: cases.frame_of(frame) for argument, frame in told["frames"].items()}
    return told, {argument: frame.assign(**columns) for argument, frame in frames.items()}


@pytest.mark.parametrize("name", [n for n, told in MEASURES.items() if told.get("priced")])
def test_what_is_made_of_constant_dollars_says_so(name):
    told, frames = of(name, price_basis=CONSTANT)
    found = cases.call(told, frames)
    assert set(found["price_basis"]) == {CONSTANT}
    if told.get("relation"):
        pushed = cases.call(told, {k: duckdb.connect().from_df(f) for k, f in frames.items()})
        assert list(pushed.columns) == list(found)
        assert {row[list(found).index("price_basis")] for row in pushed.fetchall()} == {CONSTANT}


@pytest.mark.parametrize("name", [n for n, told in MEASURES.items() if told.get("by")])
def test_by_names_each_column_once_and_none_that_is_told_apart(name):
    told, frames = of(name)
    keys = told["by"]

    def by(*columns: str) -> list:
        found = cases.call(told | {"choices": {"by": columns}}, frames)
        return found.astype(str).values.tolist()

    assert by(*keys) == by(*keys, keys[0])
    with pytest.raises(UsageError):
        by(*keys, told["apart"])
    if name != "trade.partner_shares":  # a frame of one account is one
        with pytest.raises(UsageError):
            by()


INVARIANT = {
    "trade.partner_shares": ["partner", "flow", "share"],
    "trade.partner_shares of the world": ["partner", "flow", "share"],
    "trade.product_shares": ["product", "flow", "share"],
    "trade.revealed_comparative_advantage": ["product", "rca"],
    "trade.trade_intensity": ["reporter", "partner", "intensity"],
    "trade.complementarity": [],
    "trade.grubel_lloyd": ["grubel_lloyd"],
    "trade.growth by partner": ["year", "growth"],
    "trade.rank": ["partner", "rank"],
    "trade.reconcile": ["direction", "asymmetry"],
    "investment.investor_shares": ["investor", "share"],
    "investment.rank": ["investor", "year", "rank"],
}


@pytest.mark.parametrize("name", INVARIANT)
@given(
    st.lists(st.floats(1e-3, 1e9), min_size=9, max_size=9),
    st.floats(1e-3, 1e3),
    st.integers(0, 10_000),
)
def test_neither_the_order_of_rows_nor_the_currency_matters(name, values, rate, seed):
    told, frames = of(name)
    spoilt = next(iter(frames))
    frame = frames[spoilt].assign(value_usd=values[: len(frames[spoilt])])
    if "WLD" in set(frame.get("partner", ())):  # the world is more than all partners
        frame.loc[frame["partner"] == "WLD", "value_usd"] = 2 * sum(values)
    other = frame.assign(value_usd=frame["value_usd"] * rate).sample(frac=1, random_state=seed)
    one, two = (
        sorted(cases.answer(cases.call(told, frames | {spoilt: f}), INVARIANT[name]), key=repr)
        for f in (frame, other)
    )
    for row, again in zip(one, two, strict=True):
        assert row[:-1] == again[:-1]
        assert again[-1] == (pytest.approx(row[-1], rel=1e-7, abs=1e-7) if row[-1] else row[-1])


@pytest.mark.parametrize("name", [n for n in MEASURES if n.startswith("trade.")])
def test_what_a_measure_gives_names_the_sources_of_its_rows(name):
    told, frames = of(name)
    found = cases.call(told, frames)
    if hasattr(found, "columns") and "sources" in found:
        sources = {s for frame in frames.values() for s in frame.get("source_id", ["KAZ_BNS"])}
        assert {source for cell in found["sources"] for source in cell} <= sources


def test_results_of_loaded_rows_can_be_cited_also_after_a_merge():
    rows = ca.load("trade", source="UZB_STAT", product="TOTAL", partner=["CHN", "RUS", "KAZ"])
    shares = ca.trade.partner_shares(rows)
    merged = shares.merge(pd.DataFrame({"partner": ["CHN"]})).reset_index(drop=True)
    hhi = ca.trade.hhi(shares, by=["reporter", "year", "flow"])
    for found in (shares, merged, hhi, ca.trade.growth(rows), ca.trade.balance(rows)):
        assert len(found) and ca.cite(found).startswith("[UZB_STAT]")
    debt, macro = ca.load("debt"), ca.load("macro", indicator="NY.GDP.MKTP.CD")
    cited = ca.cite(ca.article.debt.debt_shares(debt, macro, economies=["KGZ"]))
    assert "[DATASETS_GDP]" in cited and "[ids_dod_one]" in cited


def test_a_pair_without_a_figure_is_logged_and_not_in_the_panel():
    made = ca.trade.panel(
        cases.frame_of({"of": "exports_of_three", "some": {"value_usd": "index > 0"}})
    )
    assert "no value reported" in {entry["reason"] for entry in made.attrs["log"]}
    assert made["value_usd"].notna().all()


def test_counts_of_another_frame_are_refused():
    rows = cases.frame_of("in_china_and_anywhere")
    asked = {"economies": ["KAZ"], "destination": "CHN", "seen": Counts(rows)}
    assert ca.students.window_change(rows, **asked)["estimate"].notna().all()
    early = rows[rows["year"] < 2015]
    for measure, more in (
        (ca.students.window_change, {}),
        (ca.students.share_change, {"total_source": "uis_outbound_peijin"}),
    ):
        with pytest.raises(UsageError):
            measure(early, **asked, **more)


def test_coverage_is_told_by_source_and_year_once():
    whole = ca.coverage("students", by="origin")
    assert ca.coverage("students", by=["origin", "origin"]).equals(whole)
    assert ca.coverage("students", by=["year"])["figures"].sum() == whole["figures"].sum()
    by_name = ca.holes("students", ["Kazakhstan"], destination="CHN")
    assert by_name.equals(ca.holes("students", "KAZ", destination="CHN"))
    assert by_name["figures"].item() > 0
    with pytest.raises(UsageError):
        ca.holes("students", by=["origin"])


def test_terms_of_loans_show_their_summary_and_not_every_frame():
    terms = ca.investment.loan_terms(cases.frame_of("terms"), edition="a")
    assert repr(terms).startswith(terms.caption()) and "left_out" not in repr(terms)


WIDE = pd.DataFrame(
    np.random.default_rng(3).normal(size=(14, 12)).cumsum(axis=0), index=range(2000, 2014)
).add_prefix("u")


@pytest.mark.parametrize(
    ("change", "start", "error"),
    [
        ({"u0": 5.0}, 2010, CoverageError),  # constant
        ({"u0": np.nan}, 2010, CoverageError),
        ({f"u{i}": np.nan for i in range(1, 12)}, 2010, CoverageError),
        ({"u0": WIDE["u3"]}, 2010, CoverageError),  # a donor under another name: an exact match
        ({"u0": np.inf}, 2010, UsageError),
        ({"u0": WIDE["u0"].astype(str)}, 2010, UsageError),
        ({}, 2003, CoverageError),  # three years before
        ({}, 2020, CoverageError),  # none after
    ],
)
def test_a_synthetic_control_of_what_carries_none_is_refused(change, start, error):
    with pytest.raises(error):
        ca.stats.synthetic_control(WIDE.assign(**change), "u0", start)


def test_placebos_never_leave_out_the_treated_unit_and_numbers_are_whole():
    found = ca.stats.synthetic_control(WIDE, "u0", 2010)
    assert found.placebos(worst=np.inf).p == found.placebos().p
    for call in (
        lambda: found.placebos(worst=0.5),
        lambda: found.in_time(9),
        lambda: found.in_time("9"),
        lambda: ca.stats.synthetic_control(WIDE, "u0", 2010, least_donors="3"),
        lambda: ca.stats.synthetic_control(WIDE, "u0", 2010, least_before=7.5),
    ):
        with pytest.raises(UsageError):
            call()


def test_a_level_is_not_taken_for_damping():
    with pytest.raises(TypeError):
        ca.stats.ets(cases.frame_of({"of": "noise", "series": ["year", "value"]}), 2, 0.8)


def test_gravity_does_not_use_rows_without_a_value_and_says_which_term_has_no_estimate():
    frame = cases.frame_of({"of": "gravity", "some": {"value_usd": "index % 7 > 0"}})
    for estimator in ("ppml", "ols"):
        found = ca.trade.gravity(frame, ["x"], estimator=estimator)
        whole = ca.trade.gravity(frame.dropna(), ["x"], estimator=estimator)
        assert found.n == whole.n < len(frame)
        assert found.table["estimate"].item() == pytest.approx(whole.table["estimate"].item())
    collinear = ca.trade.gravity(frame.assign(z=2 * frame["x"]), ["x", "z"])
    with pytest.raises(CoverageError):
        collinear.coefficient("z")


def test_a_sample_is_of_the_rows_that_its_index_names():
    data = cases.frame_of({"of": "treated", "normal": {"x": 7, "y": 8}})
    mask, other = data["x"] > 0, data.sample(frac=1, random_state=2)

    def found(frame: pd.DataFrame, rows: object) -> list[float]:
        curve = ca.stats.specification_curve(frame, "y", "x", samples={"some": rows})
        return curve.to_frame()["estimate"].round(9).tolist()

    assert found(other, mask) == found(data, mask) == found(data, mask.to_numpy())
    with pytest.raises(UsageError):
        found(data.set_index(data.index + 1), mask)
