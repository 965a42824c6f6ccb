"""Exports by chapter, manufacturing and the project list, on small frames with invented figures."""

import pandas as pd
import pytest

from ca_research import article
from ca_research.ground.errors import UnknownNameError, UsageError

BEFORE, AFTER = (2010, 2011, 2012), (2016, 2017, 2018)
IMPORTERS = [f"I{n:02d}" for n in range(12)]


def chapters(values, *, partner="KAZ", importers=IMPORTERS, years=(*BEFORE, *AFTER)):
    """Rows in which every importer buys `values[chapter]` (USD), or `values[chapter](year)`, of
    every year.
    """
    rows = [
        {
            "reporter": importer,
            "partner": partner,
            "year": year,
            "flow": "import",
            "product": chapter,
            "value_usd": float(value(year) if callable(value) else value),
            "source_id": "WTO_HSM",
        }
        for year in years
        for importer in importers
        for chapter, value in values.items()
    ]
    frame = pd.DataFrame(rows)
    return frame[frame["value_usd"] > 0].reset_index(drop=True)


def one(frame):
    assert len(frame) == 1
    return frame.iloc[0]


def test_there_are_76_chapters_of_manufactures_and_none_is_raw():
    """Counted by hand: 9 of food products (16-24) and 28-96, which are 69, less 71 and the empty
    77.
    """
    assert len(article.industry.MANUFACTURES) == 9 + 69 - 2
    assert not {"01", "15", "25", "26", "27", "71", "77", "97"} & set(article.industry.MANUFACTURES)
    assert {"16", "24", "28", "70", "72", "96"} <= set(article.industry.MANUFACTURES)
    assert all(
        set(article.industry.RESOURCES["fuels_ores_metals"]) < set(article.industry.RESOURCES[k])
        for k in list(article.industry.RESOURCES)[1:]
    )


def test_resource_share_by_hand():
    """Invented: 60 of fuels, 20 of gold, 10 of steel, 10 of cloth."""
    frame = chapters({"27": 60, "71": 20, "72": 10, "62": 10})

    def share(**k):
        return one(article.industry.resource_share(frame, economies=["KAZ"], **k))["estimate"]

    assert share() == pytest.approx(80)
    assert share(resources="with_steel") == pytest.approx(90)
    assert share(gold="left_out") == pytest.approx(100 * 60 / 80)
    assert share(gold="left_out", resources="with_steel") == pytest.approx(100 * 70 / 80)


def test_sections_give_bounds_and_gold_sits_in_the_last():
    rows = {"SITC0": 10, "SITC2": 15, "SITC3": 40, "SITC6": 5, "SITC7": 10, "SITC9": 20}
    frame = pd.DataFrame(
        [
            {
                "reporter": "KGZ",
                "partner": p,
                "year": 2015,
                "flow": "export",
                "product": k,
                "value_usd": v / 2,
                "source_id": "UNCTAD_TMATRIX",
            }
            for k, v in rows.items()
            for p in ("CHE", "CHN")
        ]
    )
    with_gold = one(article.industry.resource_share(frame, economies=["KGZ"], basis="sitc_matrix"))
    assert (with_gold["low"], with_gold["high"]) == (pytest.approx(40), pytest.approx(80))
    assert pd.isna(with_gold["estimate"])
    without = one(
        article.industry.resource_share(
            frame, economies=["KGZ"], basis="sitc_matrix", gold="left_out"
        )
    )
    assert (without["low"], without["high"]) == (pytest.approx(50), pytest.approx(75))
    early = one(
        article.industry.resource_share(frame, economies=["KGZ"], basis="sitc_matrix", until=2014)
    )
    assert "no exports by SITC section" in early["missing"]


def test_a_member_of_the_union_is_not_counted_beside_it():
    """Bulgaria joined in 2007: its rows of 2010 are inside the EU's, those of 2006 are not."""
    frame = chapters({"27": 1}, importers=[*IMPORTERS, "EU", "BGR"], years=(2006, 2010))
    kept = article.industry.chapter_rows(frame, "KAZ")
    seen = set(zip(kept["reporter"], kept["year"], strict=True))
    assert ("BGR", 2006) in seen and ("EU", 2010) in seen and ("BGR", 2010) not in seen
    alone = article.industry.chapter_rows(frame[frame["reporter"] != "EU"], "KAZ")
    assert ("BGR", 2010) in set(zip(alone["reporter"], alone["year"], strict=True))


def test_rows_of_other_partners_flows_and_sources_stay_out():
    """The source also holds what Kyrgyzstan imports from everybody: a sum over partners would be
    far off.
    """
    frame = chapters({"62": 100})
    noise = pd.concat(
        [
            frame.assign(partner="CHN"),
            frame.assign(flow="export", reporter="J"),
            frame.assign(source_id="OTHER", reporter="Q"),
        ]
    ).drop_duplicates(["reporter", "partner", "year", "flow", "product"])
    both = pd.concat([frame, noise, frame.assign(product="TOTAL")], ignore_index=True)
    pd.testing.assert_frame_equal(
        article.industry.chapter_rows(both, "KAZ").reset_index(drop=True),
        article.industry.chapter_rows(frame, "KAZ").reset_index(drop=True),
    )
    with pytest.raises(UsageError, match="share a cell"):
        article.industry.chapter_rows(pd.concat([frame, frame]), "KAZ")


def test_chapters_gained_and_the_floor():
    """Invented: 61 is always above the floor; 62 only after; 63 stays at half the floor; 01 is no
    manufacture.
    """
    per = 1_000_000 / len(IMPORTERS)
    frame = chapters(
        {
            "61": 2 * per,
            "62": lambda y: 2 * per if y > 2013 else 0,
            "63": per / 2,
            "01": lambda y: 9 * per if y > 2013 else 0,
        }
    )

    def gain(**k):
        return one(article.industry.chapter_gain(frame, economies=["KAZ"], **k))["estimate"]

    assert gain() == pytest.approx(1)
    assert gain(floor=10000000) == pytest.approx(0)
    once = chapters({"61": 2 * per, "62": lambda y: 2 * per if y == 2016 else 0})
    assert one(article.industry.chapter_gain(once, economies=["KAZ"]))["estimate"] == pytest.approx(
        1 / 3
    ), "a mean of three years"
    covered = one(article.industry.chapter_coverage(frame, economies=["KAZ"]))["estimate"]
    assert covered == pytest.approx(100 * 2 / 76)
    assert one(article.industry.chapter_coverage(frame, economies=["KAZ"], floor=100000))[
        "estimate"
    ] == pytest.approx(100 * 3 / 76)
    exactly = chapters({"61": 100_000}, importers=IMPORTERS[:10])
    assert one(article.industry.chapter_coverage(exactly, economies=["KAZ"]))[
        "estimate"
    ] == pytest.approx(100 / 76), "a floor is met by its own value"


def test_concentration_and_machinery_change_by_hand():
    """Invented: shares of 84 and 62 go from 20:80 to 50:50, so the index falls from 0.68 to 0.5."""
    late = lambda before, after: lambda y: after if y > 2013 else before  # noqa: E731
    frame = chapters({"84": late(20, 50), "62": late(80, 50), "27": late(900, 100)})
    change = one(article.industry.chapter_concentration_change(frame, economies=["KAZ"]))[
        "estimate"
    ]
    assert change == pytest.approx(100 * (0.5 / 0.68 - 1))
    assert one(article.industry.machinery_change(frame, economies=["KAZ"]))[
        "estimate"
    ] == pytest.approx(30)
    with_fuels = one(article.industry.machinery_change(frame, economies=["KAZ"], basket="all"))[
        "estimate"
    ]
    assert with_fuels == pytest.approx(100 * (50 / 200 - 20 / 1000))
    full = one(
        article.industry.chapter_concentration_change(frame, economies=["KAZ"], basket="all")
    )["estimate"]
    before, after = 0.02**2 + 0.08**2 + 0.9**2, 0.25**2 + 0.25**2 + 0.5**2
    assert full == pytest.approx(100 * (after / before - 1))


def test_an_importer_that_comes_late_does_not_add_chapters():
    """Invented: a new reporter buys a chapter that nobody bought before; with steady importers
    nothing is gained.
    """
    frame = chapters({"61": 1_000_000})
    late = chapters({"62": 50_000_000}, importers=["NEW"], years=AFTER)
    both = pd.concat([frame, late], ignore_index=True)
    assert one(article.industry.chapter_gain(both, economies=["KAZ"]))["estimate"] == pytest.approx(
        0
    )
    assert one(article.industry.chapter_gain(both, economies=["KAZ"], importers="all"))[
        "estimate"
    ] == pytest.approx(1)


def test_too_few_importers_is_missing_and_not_zero():
    frame = chapters({"61": 1_000_000}, importers=IMPORTERS[:9])
    for measure in (
        article.industry.chapter_gain,
        article.industry.chapter_concentration_change,
        article.industry.machinery_change,
        article.industry.chapter_coverage,
        article.industry.resource_share,
    ):
        row = one(measure(frame, economies=["KAZ"]))
        assert pd.isna(row["estimate"]) and "9 countries report" in row["missing"], measure
    gap = chapters({"61": 1_000_000}, years=(2010, 2012, *AFTER))
    assert (
        "no country reports by chapter"
        in one(article.industry.chapter_gain(gap, economies=["KAZ"], importers="all"))["missing"]
    )
    assert list(article.industry.chapter_indicators(gap, economies=["KAZ", "TKM"])["year"]) == [
        2010,
        2012,
        *AFTER,
    ]


def test_unknown_choices_are_refused():
    frame = chapters({"61": 1})
    for bad in (
        {"importers": "some"},
        {"until": "soon"},
        {"before": "2012-2010"},
        {"floor": "much"},
    ):
        with pytest.raises((UnknownNameError, UsageError)):
            article.industry.chapter_gain(frame, economies=["KAZ"], **bad)
    for bad in ({"resources": "oil"}, {"gold": "some"}, {"basis": "own"}):
        with pytest.raises(UnknownNameError):
            article.industry.resource_share(frame, economies=["KAZ"], **bad)


def macro(values, economy="KAZ", unit="% of GDP"):
    return pd.DataFrame(
        [
            {
                "economy": economy,
                "year": y,
                "indicator": "NV.IND.MANF.ZS",
                "value": v,
                "unit": unit,
                "source_id": "OPENNUMBERS_WDI",
            }
            for y, v in values.items()
        ]
    )


def test_manufacturing_change_by_hand():
    """Invented: mean 10 before, 12 after, of the years that are reported."""
    frame = macro({2010: 9.0, 2011: 10.0, 2013: 11.0, 2019: 11.0, 2020: 13.0, 2023: 99.0})
    row = one(article.industry.manufacturing_change(frame, economies=["KAZ"]))
    assert row["estimate"] == pytest.approx(20) and row["n"] == 5
    thin = one(
        article.industry.manufacturing_change(frame[frame["year"] != 2020], economies=["KAZ"])
    )
    assert "half of 2019-2022" in thin["missing"] and "2023" in thin["missing"]
    single = one(article.industry.manufacturing_change(frame, economies=["KAZ"], window="2023"))
    assert single["estimate"] == pytest.approx(890)
    assert (
        one(article.industry.manufacturing_change(frame, economies=["TKM"]))["missing"]
        == "manufacturing is not reported for half of 2010-2013"
    )


def projects():
    """As the source prints them: the length of a list and its value can stand in the note (facts
    D-IND-1 to D-IND-4).
    """
    rows = [
        ("joint_projects_with_CHN_launched", "to 2018-06", 2018, 4, "of 51", "A"),
        (
            "joint_projects_with_CHN_launched",
            "to 2019-09",
            2019,
            15,
            "list of 55 projects, $27.6bn",
            "B",
        ),
        ("joint_projects_with_CHN_listed", "2015-2022", 2022, 52, "$21.1bn", "C"),
        (
            "joint_projects_with_CHN_launched",
            "to 2022-07",
            2022,
            20,
            "$4.453bn; 15 under way; 17 under review",
            "C",
        ),
    ]
    columns = ["attribute", "period", "year", "value", "note", "source_id"]
    return pd.DataFrame(rows, columns=columns).assign(subject="KAZ", unit="count")


def test_project_list_reads_length_and_value():
    table = article.industry.project_list(projects())
    assert list(table["listed"]) == [51, 55, 52] and list(table["at_work"]) == [4, 15, 20]
    assert table["listed_bn"].isna().tolist() == [True, True, False]
    assert (table["listed_bn"].iloc[-1], table["at_work_bn"].iloc[-1]) == (21.1, 4.453)
    assert pd.isna(table["at_work_bn"].iloc[1]), "27.6 bn is the list, not what is at work"


def test_projects_at_work_takes_the_newest_count_only():
    facts = projects()
    assert one(article.industry.projects_at_work(facts))["estimate"] == pytest.approx(100 * 20 / 52)
    assert one(article.industry.projects_at_work(facts, weight="value"))[
        "estimate"
    ] == pytest.approx(100 * 4.453 / 21.1)
    known = facts[facts["source_id"] != "C"]
    assert one(article.industry.projects_at_work(known))["estimate"] == pytest.approx(100 * 15 / 55)
    assert "by value" in one(article.industry.projects_at_work(known, weight="value"))["missing"]
    assert one(article.industry.projects_at_work(facts.iloc[:0]))["missing"]
    with pytest.raises(UnknownNameError):
        article.industry.projects_at_work(facts, weight="jobs")
