"""What a number rests on: the rows behind the main specification, and no others."""

import pandas as pd
import pytest

import ca_research as ca
from ca_research.claims.trace import ROWS, Table, trace
from ca_research.estimates import estimate_row, estimates

TABLE = pd.DataFrame(  # invented
    {
        "reporter": ["KAZ", "KAZ", "UZB"],
        "partner": ["CHN", "RUS", "CHN"],
        "year": [2020, 2020, 2021],
        "value_usd": [1.0, 2.0, 3.0],
        "is_aggregate": [False, False, False],
        "note": [None, None, None],
        "source_id": ["KAZ_BNS", "KAZ_BNS", "UZB_STAT"],
    }
)


def traced(rows_of, **more):
    found = [estimate_row(rows, economy=code, estimate=1.0) for code, rows in rows_of.items()]
    return trace("c", {"year": "newest"}, found, **more)


def test_the_trace_has_the_rows_of_each_economy_and_no_plumbing():
    result = traced({"KAZ": TABLE.iloc[:2], "UZB": TABLE.iloc[2:]})
    assert result["choices"] == {"year": "newest"}
    assert [(c["economy"], c["n"]) for c in result["cells"]] == [("KAZ", 2), ("UZB", 1)]
    assert result["cells"][0]["columns"] == [
        "reporter",
        "partner",
        "year",
        "value_usd",
        "source_id",
    ]
    assert result["cells"][0]["rows"][1] == ["KAZ", "RUS", 2020, 2.0, "KAZ_BNS"]


def test_keys_alone_get_their_figures_back_from_the_table():
    keys = TABLE.iloc[:2][["reporter", "partner", "year", "source_id"]]
    assert "value_usd" not in traced({"KAZ": keys})["cells"][0]["columns"]
    result = traced({"KAZ": keys}, tables=[Table(TABLE)])
    assert [row[3] for row in result["cells"][0]["rows"]] == [1.0, 2.0]


def test_an_index_named_as_a_column_is_no_hindrance():
    keys = TABLE.iloc[:2][["reporter", "partner", "year", "source_id"]].set_index(
        "year", drop=False
    )
    assert [row[3] for row in traced({"KAZ": keys}, tables=[Table(TABLE)])["cells"][0]["rows"]] == [
        1.0,
        2.0,
    ]


def test_keys_that_several_rows_of_the_table_share_stay_as_they_are():
    keys = TABLE.iloc[:1][["reporter", "year", "source_id"]]  # two rows have these
    assert traced({"KAZ": keys}, tables=[Table(TABLE)])["cells"][0]["columns"] == [
        "reporter",
        "year",
        "source_id",
    ]


def test_an_estimate_without_rows_has_no_cell():
    found = [estimate_row(economy="KAZ", missing="no figures")]
    assert trace("c", {}, found)["cells"] == []


def test_the_rows_go_where_the_estimate_goes():
    found = estimates([estimate_row(TABLE.iloc[[n]], economy=TABLE["reporter"][n]) for n in (0, 2)])
    kept = found.merge(pd.DataFrame({"economy": ["UZB"]})).assign(estimate=3.0)
    assert repr(kept["rows"][0]) == "<1 row>"
    assert [c["rows"] for c in trace("c", {}, kept.to_dict("records"))["cells"]] == [
        [["UZB", "CHN", 2021, 3.0, "UZB_STAT"]]
    ]


def test_many_rows_are_cut_and_counted():
    many = pd.concat([TABLE.iloc[:1].assign(year=y) for y in range(1990, 1990 + ROWS + 5)])
    cell = traced({"KAZ": many})["cells"][0]
    assert (cell["n"], len(cell["rows"])) == (ROWS + 5, ROWS)


def test_long_texts_are_cut():
    cell = traced({"KAZ": TABLE.iloc[:1].assign(note="x" * 500)})["cells"][0]
    text = cell["rows"][0][cell["columns"].index("note")]
    assert len(text) == 160 and text.endswith("…")


@pytest.mark.parametrize("claim_id", ["C25", "C30"])
def test_the_rows_of_a_real_claim_give_its_number_again(claim_id):
    claim = ca.claim(claim_id)
    tables = {name: ca.load(name) for name in claim.spec.data}
    verdict = claim.judge(claim.gather(**tables))
    found = {t["criterion"]: t for t in verdict.traces}
    assert set(found) == set(claim.spec.criteria())
    if (
        claim_id == "C25"
    ):  # lengths of borders: the rows of the main specification add up to the number
        length = next(c for v in verdict.all() for c in v.criteria if c.unit == "km")
        cell = found[length.name]["cells"][0]
        values = [row[cell["columns"].index("value")] for row in cell["rows"]]
        assert sum(values) == pytest.approx(length.cells[0].estimate)
    else:  # students: last year of the window against the first
        rise = next(c for v in verdict.all() for c in v.criteria if c.name == "rise_observed")
        for cell in rise.cells:
            part = next(p for p in found["rise_observed"]["cells"] if p["economy"] == cell.economy)
            count = {
                r[part["columns"].index("year")]: r[part["columns"].index("students")]
                for r in part["rows"]
            }
            assert count[max(count)] - count[min(count)] == pytest.approx(cell.estimate)


def test_the_stored_verdict_has_no_rows_in_it():
    claim = ca.claim("C25")
    verdict = claim.judge(claim.gather(**{name: ca.load(name) for name in claim.spec.data}))
    assert verdict.traces and all("traces" not in v for v in verdict.bundle())


def test_rows_whose_key_has_gaps_are_found_and_columns_that_a_measure_added_are_not_shown():
    """The page on the borders showed a country beside the same country."""
    table = TABLE.assign(year=pd.array([None, 2020, None], dtype="Int64"))
    keys = table.iloc[:2][["reporter", "partner", "year", "source_id"]].assign(economy="KAZ")
    (cell,) = traced({"KAZ": keys}, tables=[Table(table)])["cells"]
    assert cell["columns"] == ["reporter", "partner", "year", "value_usd", "source_id"]
    assert [row[2:4] for row in cell["rows"]] == [[None, 1.0], [2020, 2.0]]


def test_rows_are_found_among_many_of_one_source_in_the_order_of_the_table():
    years = range(1000, 3000)
    table = pd.DataFrame({"reporter": "KAZ", "year": years, "value_usd": 1.0, "source_id": "A"})
    keys = table.drop(columns="value_usd").iloc[[1500, 3]]
    (cell,) = traced({"KAZ": keys}, tables=[Table(table)])["cells"]
    assert cell["rows"] == [["KAZ", 1003, 1.0, "A"], ["KAZ", 2500, 1.0, "A"]]


def test_other_rows_of_the_same_number_are_not_those():
    """Four rows of two tables were shown as four of one: two of them not behind the figure."""
    twice = TABLE.assign(partner="CHN")  # two rows say KAZ, CHN, 2020
    keys = ["reporter", "partner", "year", "source_id"]
    absent = twice.iloc[[0, 2]][keys].replace({"year": {2021: 2019}})
    crossed = pd.concat([twice.iloc[:1], twice.iloc[2:].assign(source_id="KAZ_BNS")])[keys]
    for rows in (absent, crossed):
        (cell,) = traced({"KAZ": rows}, tables=[Table(twice)])["cells"]
        assert cell["rows"] == rows.values.tolist()
