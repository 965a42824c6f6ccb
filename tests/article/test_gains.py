"""Completed commitments and debt as a burden, on small frames with invented figures."""

import pandas as pd
import pytest

import ca_research as ca
from ca_research import article
from ca_research.ground.errors import CoverageError, UnknownNameError, UsageError


def projects(edition, published, *rows):
    columns = ["host", "year", "status", "flow_type", "amount_usd"]
    frame = pd.DataFrame(list(rows), columns=columns)
    return frame.assign(
        project_id=[f"{edition}-{n}" for n in range(len(frame))],
        year=frame["year"].astype("Int64"),
        source_id=edition,
        known_on=pd.Timestamp(published),
        recommended=pd.array([pd.NA] * len(frame), dtype="boolean"),
    )


NEW = projects(
    "new",
    "2023-11-30",
    ("KGZ", 2010, "Completion", "loan", 10.0),
    ("KGZ", 2016, "Completion", "grant", None),
    ("TJK", 2016, "Implementation", "loan", 90.0),
    ("TJK", 2017, "Completion", "loan", 500.0),
    ("TJK", 2021, "Pipeline: Commitment", "loan", 500.0),
    ("KGZ", 2008, "Completion", "debt_action", 7.0),
)
OLD = projects(
    "old",
    "2017-12-31",
    ("KGZ", 2009, "Completion", "Loan", 10.0),
    ("KGZ", 2009, "Pipeline: Commitment", "Loan", 10.0),
    ("KGZ", 2009, "Pipeline: Pledge", "Loan", 10.0),
    ("KGZ", 2009, "Pipeline: Commitment", "Loan", 10.0),
    ("UZB", 2014, "Completion", "Loan", 10.0),
)
OLD.loc[3, "recommended"] = False
BOTH = pd.concat([OLD, NEW], ignore_index=True)
OFFICIAL = {"lenders": "official"}


def share(frame=BOTH, **choices):
    rows = article.debt.completion_share(frame, **choices)
    assert len(rows) == 1
    return rows.iloc[0]


def test_editions_are_ordered_by_publication_and_never_pooled():
    assert article.debt.editions(BOTH) == ["new", "old"]
    assert share()["sources"] == ("new",) and share(vintage="newest-1")["sources"] == ("old",)
    assert "no newest-2 edition" in share(vintage="newest-2")["missing"]
    assert share(BOTH[BOTH["source_id"] == "old"])["sources"] == ("old",), (
        "the newest known on the day"
    )


def test_only_commitments_five_years_old_count():
    """The list ends in 2021, so commitments to 2016: two of three completed, 10 of 100 dollars."""
    assert share()["high"] == pytest.approx(100 * 2 / 3) and share()["last_year"] == 2016
    assert share(weight="amount")["high"] == pytest.approx(10) and share(weight="amount")["n"] == 2
    later = share(clock="publication")
    assert later["high"] == pytest.approx(75) and later["last_year"] == 2017


def test_a_list_without_cancelled_projects_gives_a_most_and_no_least():
    """What it has as completed or still as signed is the most; a project that it leaves out could
    only lower the share.
    """
    row = share(vintage="newest-1")  # one completed, one signed
    assert pd.isna(row["estimate"]) and "cancelled" in row["interval"]
    assert pd.isna(row["low"]) and row["high"] == pytest.approx(100)
    assert row["about"]["done"] == "1" and row["about"]["listed"] == "2"


def test_a_list_that_keeps_cancelled_projects_gives_both_ends():
    given_up = projects("old", "2017-12-31", ("UZB", 2008, "Cancelled", "Loan", 10.0))
    row = share(
        pd.concat([OLD, given_up.assign(project_id="old-given-up")])
    )  # one completed, one signed, one cancelled
    assert (row["low"], row["high"]) == pytest.approx((100 / 3, 200 / 3))


def test_loans_and_grants_are_told_apart():
    assert share()["about"] == {
        "share": "67%",
        "loans": "50%",
        "grants": "100%",
        "done": "2",
        "listed": "3",
    }


def test_pledges_rows_advised_against_and_old_debt_stay_out():
    """Of four rows of 2009 one is a pledge and one advised against: of the other two one is
    completed, one signed.
    """
    assert share(vintage="newest-1")["high"] == pytest.approx(100), (
        "one completed, one only signed: both may be"
    )
    assert article.debt.completion_by(OLD)["share"].item() == pytest.approx(50)
    kept = article.debt.commitments(BOTH, edition="new")
    assert "debt_action" not in set(kept["flow_type"]) and kept.attrs["until"] == 2016


def test_table_by_host_counts_each_edition_apart():
    table = article.debt.completion_by(BOTH).set_index(["edition", "host"])
    assert table.loc[("new", "KGZ"), "share"] == 100 and table.loc[("new", "TJK"), "share"] == 0
    assert (
        table.loc[("new", "KGZ"), "amount_share"] == 100
        and table.loc[("old", "KGZ"), "commitments"] == 2
    )
    assert ("new", "UZB") not in table.index
    no_amounts = article.debt.completion_by(NEW.assign(amount_usd=float("nan")))
    assert no_amounts["amount_share"].isna().all()


def test_one_example_is_counted_since_a_year():
    rows = article.debt.completed_projects(
        BOTH, economies=["KGZ", "TJK", "UZB"], since=2013
    ).set_index("economy")
    assert rows.loc["KGZ", "estimate"] == 1 and rows.loc["TJK", "estimate"] == 1
    assert "lists no project" in rows.loc["UZB", "missing"]
    earlier = article.debt.completed_projects(BOTH, economies=["KGZ"], since=2005)
    assert earlier["estimate"][0] == 2, "an action on old debt is no project"
    late = article.debt.completed_projects(BOTH, economies=["KGZ"], since=2020)
    assert late["estimate"][0] == 0 and late["missing"][0] == "" and late["path"][0], (
        "none is a count, not a hole"
    )


def test_unknown_choices_and_editions_are_refused():
    with pytest.raises(UnknownNameError):
        share(weight="jobs")
    with pytest.raises(UnknownNameError):
        share(clock="today")
    with pytest.raises(CoverageError):
        article.debt.commitments(BOTH, edition="other")


def debt(values):
    rows = [
        {
            "debtor": d,
            "creditor": c,
            "year": y,
            "measure": "stock",
            "value_usd": v,
            "source_id": "ids_dod_one",
            "instrument": "official_multilateral" if c == "MUL" else "official_bilateral",
        }
        for d, series in values.items()
        for y, own in series.items()
        for c, v in (("CHN", own), ("BIL", 1000.0), ("MUL", 1000.0))
        if v is not None
    ]
    return pd.DataFrame(rows)


def product(values):
    return pd.DataFrame(
        [
            {
                "economy": d,
                "year": y,
                "indicator": "NY.GDP.MKTP.CD",
                "value": v,
                "unit": "current USD",
                "source_id": "DATASETS_GDP",
            }
            for d, series in values.items()
            for y, v in series.items()
        ]
    )


DEBT = debt(
    {"KGZ": {2015: 30.0, 2018: 20.0, 2020: 18.0, 2021: 99.0}, "TKM": {2019: None, 2020: 5.0}}
)
GDP = product({"KGZ": {2015: 100.0, 2018: 100.0, 2020: 150.0}, "TKM": {2015: 100.0, 2020: 100.0}})


def test_debt_is_taken_in_the_newest_year_that_has_both():
    rows = article.debt.debt_burden(
        DEBT, GDP, economies=["KGZ", "TKM", "KAZ"], **OFFICIAL
    ).set_index("economy")
    assert rows.loc["KGZ", "estimate"] == pytest.approx(12), "2021 has no GDP"
    assert (
        rows.loc["KGZ", "sources"] == ("DATASETS_GDP", "ids_dod_one")
        and rows.loc["KGZ", "last_year"] == 2020
    )
    assert rows.loc["TKM", "estimate"] == pytest.approx(5) and rows.loc["KAZ", "missing"]
    before = article.debt.debt_burden(DEBT, GDP, economies=["KGZ"], year="newest-1", **OFFICIAL)
    assert before["estimate"][0] == pytest.approx(20)


def test_change_needs_both_ends():
    """12 - 30 points over five years; Turkmenistan has no debt row five years before: missing, not
    zero.
    """
    rows = article.debt.debt_burden_change(
        DEBT, GDP, economies=["KGZ", "TKM"], **OFFICIAL
    ).set_index("economy")
    assert (
        rows.loc["KGZ", "estimate"] == pytest.approx(-18) and rows.loc["KGZ", "first_year"] == 2015
    )
    assert rows.loc["TKM", "missing"] == "no official debt to CHN for 2015"
    three = article.debt.debt_burden_change(
        DEBT, GDP, economies=["KGZ"], year="newest-1", span=3, **OFFICIAL
    )
    assert three["estimate"][0] == pytest.approx(-10)
    with pytest.raises(UsageError):
        article.debt.debt_burden_change(DEBT, GDP, economies=["KGZ"], span="long")


def test_loans_are_taken_as_they_are_stated():
    name = "debt_to_CHN_direct_loans"
    rows = [
        ("KGZ", name, 2017, 30.0),
        ("KGZ", name, 2012, 90.0),
        ("TKM", f"{name}_lower_bound", 2017, 13.0),
        ("KAZ", f"{name}_upper_bound", 2017, 5.0),
        ("UZB", "debt_share:CHN", 2017, 50.0),
    ]
    facts = pd.DataFrame(rows, columns=["subject", "attribute", "year", "value"]).assign(
        fact_id="X", unit="percent of GDP", source_id="S"
    )
    found = article.debt.loans_burden(facts, economies=["KAZ", "KGZ", "TKM", "UZB"])
    found = found.set_index("economy")
    assert found["estimate"].dropna().to_dict() == {"KGZ": 30}
    assert found["low"].dropna().to_dict() == {"TKM": 13}
    assert found["high"].dropna().to_dict() == {"KAZ": 5}
    assert found.loc["UZB", "missing"]
    assert found["about"]["TKM"] == {"stated": "over 13%", "counted_for": "2017"}
    every = {"economies": ["KGZ", "TKM"]}
    low = article.debt.debt_burden(DEBT, GDP, facts, **every)["estimate"]
    assert low[0] == 30 and pd.isna(low[1]), "of all lenders it is the same figure"
    fall = article.debt.debt_burden_change(DEBT, GDP, facts, **every)["estimate"]
    assert fall[0] == -60 and pd.isna(fall[1]), "2017 against 2012; a bound is no count"
    with pytest.raises(UsageError, match="facts"):
        article.debt.debt_burden(DEBT, GDP, **every)


def test_a_figure_too_old_to_decide_answers_no_more_than_none():
    """The official debt took the place of the loans of 2017 without their source, and decided."""
    (debt,) = (r for r in ca.check("C32").beside if r.reading == "affordable")
    assert debt.verdict == "not enough evidence" and not debt.fragile
