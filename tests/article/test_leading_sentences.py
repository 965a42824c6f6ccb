"""Who is called first: only among what is observed, and nobody where ranges overlap. The frames are
invented.
"""

from __future__ import annotations

import pandas as pd
import pytest

import ca_research as ca
from ca_research import plots
from ca_research.article import brief
from ca_research.ground.errors import CoverageError, UnknownNameError


def ranks(
    *rows: tuple[str, float, float], basis: str = "reporter", year: int = 2020
) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=["partner", "low", "high"])
    return frame.assign(economy="KAZ", basis=basis, year=year)


def reports(reporter: str, values: dict[str, float], year: int, source: str) -> list[dict]:
    """Half of each turnover as export, half as import."""
    return [
        {
            "reporter": reporter,
            "partner": p,
            "year": year,
            "flow": f,
            "product": "TOTAL",
            "value_usd": v / 2,
            "source_id": source,
        }
        for p, v in values.items()
        for f in ("export", "import")
    ]


def theirs(values: dict[str, float], year: int, source: str = "WTO_HSM") -> list[dict]:
    """The same turnovers as each partner reports them of Kazakhstan."""
    return [row for p, v in values.items() for row in reports(p, {"KAZ": v}, year, source)]


def test_whose_lowest_exceeds_every_others_highest_leads():
    found = ca.article.priority.leaders(ranks(("CHN", 5, 6), ("RUS", 4, 4.9), ("EU27", 1, 2))).iloc[
        0
    ]
    assert (found["leader"], found["partners"], found["unobserved"]) == ("CHN", 3, ())


def test_where_ranges_overlap_there_is_no_leader():
    found = ca.article.priority.leaders(
        ranks(("RUS", 1.2, 1.4), ("CHN", 0.7, 1.9), ("TUR", 0.4, 0.5))
    ).iloc[0]
    assert found["leader"] == "" and set(found["contenders"]) == {"RUS", "CHN"}
    assert found["unobserved"] == ("EU27",)
    assert (
        ca.article.priority.leaders(ranks(("RUS", 1, 1), ("CHN", 1, 1))).iloc[0]["leader"] == ""
    ), "a tie has no leader"


def test_the_text_of_a_picture_says_that_ranges_overlap_and_who_is_not_observed():
    text = plots.leader_words(
        ca.article.priority.leaders(ranks(("RUS", 1.2, 1.4), ("CHN", 0.7, 1.9)))
    )
    assert (
        text
        == "Kazakhstan, own report 2020: China or Russia, whose ranges overlap (EU not observed)"
    )


@pytest.mark.parametrize(("gone", "error"), [("low", UnknownNameError), ("year", UnknownNameError)])
def test_a_frame_that_is_no_ranks_is_refused(gone, error):
    with pytest.raises(error, match=gone):
        ca.article.priority.leaders(ranks(("CHN", 1, 1)).drop(columns=gone))
    with pytest.raises(CoverageError, match="without 'high'"):
        ca.article.priority.leaders(ranks(("CHN", 1, float("nan"))))


def test_the_newest_year_that_observes_the_eu_is_said_beside_a_newer_one_without_it():
    full = reports("KAZ", {"CHN": 4, "RUS": 3, "EU27": 6}, 2023, "KAZ_BNS")
    newer = reports("KAZ", {"CHN": 5, "RUS": 3, "TUR": 1}, 2025, "KAZ_BNS")
    firsts = ca.article.priority.first_partners(pd.DataFrame(full + newer), "KAZ")
    assert firsts[["basis", "year", "leader", "partners"]].values.tolist() == [
        ["reporter", 2023, "EU27", 3],
        ["reporter", 2025, "CHN", 3],
    ]
    said = brief.largest_partner(firsts, "Kazakhstan")
    assert "own figures the largest of 3 partners in 2023 was the EU." in said
    assert "In 2025, without figures for the EU, the largest of 3 was China." in said
    assert "Its partners' figures since 2013 nowhere show both China and Russia" in said


def test_the_range_compares_only_partners_on_which_both_sides_report():
    rows = reports("KAZ", {"CHN": 4, "RUS": 3, "EU27": 9}, 2021, "KAZ_BNS") + theirs(
        {"CHN": 8, "RUS": 5}, 2021
    )
    firsts = ca.article.priority.first_partners(pd.DataFrame(rows), "KAZ").set_index("basis")
    assert firsts.loc["reporter", "leader"] == "EU27"
    assert firsts.loc["interval", "leader"] == "" and set(firsts.loc["interval", "contenders"]) == {
        "CHN",
        "RUS",
    }
    assert firsts.loc["interval", "unobserved"] == ("EU27",), "one side alone reports on it"
    said = brief.largest_partner(firsts.reset_index(), "KAZ")
    assert (
        "range of both sides' figures, which leaves out the EU, the largest of 2 partners in "
        "2021 may have been China or Russia"
    ) in said


def test_where_nothing_is_observed_nobody_is_named():
    firsts = ca.article.priority.first_partners(
        pd.DataFrame(reports("TKM", {"CHN": 4}, 2021, "WITS_CA_IMPORTS")), "TKM"
    )
    assert firsts.empty and brief.largest_partner(firsts, "TKM").startswith("No largest partner")


def test_a_small_part_is_never_nought():
    owed = pd.DataFrame(
        {"year": [2022, 2023], "of_bilateral": [0.06, 0.062], "of_gdp": [0.001, 0.0004]}
    )
    assert brief.debt_owed(owed).endswith(
        "6.2 % was owed to China; that is less than 0.1 % of the year's output."
    )
    assert brief.debt_owed(owed.iloc[:0]) == ""
