"""What measures promise of any frame: the prices they are in, whose accounts they tell apart, where
their rows come from.
"""

from __future__ import annotations

import case_frames as cases
import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ca_research as ca
from ca_research.ground.errors import UsageError
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


@pytest.mark.parametrize("name", [n for n, told in MEASURES.items() if "invariant" in told])
@settings(max_examples=settings().max_examples // 5)  # of twelve measures, each estimated twice
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
        sorted(cases.answer(cases.call(told, frames | {spoilt: f}), told["invariant"]), key=repr)
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


def test_a_level_is_not_taken_for_damping():
    with pytest.raises(TypeError):
        ca.stats.ets(cases.frame_of({"of": "noise", "series": ["year", "value"]}), 2, 0.8)


def test_a_sample_is_of_the_rows_that_its_index_names():
    data = cases.frame_of({"of": "treated", "normal": {"x": 7, "y": 8}})
    mask, other = data["x"] > 0, data.sample(frac=1, random_state=2)

    def found(frame: pd.DataFrame, rows: object) -> list[float]:
        curve = ca.stats.specification_curve(frame, "y", "x", samples={"some": rows})
        return curve.to_frame()["estimate"].round(9).tolist()

    assert found(other, mask) == found(data, mask) == found(data, mask.to_numpy())
    with pytest.raises(UsageError):
        found(data.set_index(data.index + 1), mask)
