"""Rail between China and Europe, on small frames with invented figures."""

import pandas as pd
import pytest

from ca_research import article
from ca_research.claims.logic import decide
from ca_research.ground.errors import UnknownNameError

PORTS = "Horgos + Alashankou"
ROUTES = "CHN-EUR rail, all routes"
NARROW, WIDE = "Transit through KAZ, CHN-EUR-CHN", "Transit through KAZ, all directions"


def facts(*rows):
    columns = ["subject", "attribute", "period", "value", "unit"]
    frame = pd.DataFrame(list(rows), columns=columns)
    frame["year"] = frame["period"].str.extract(r"(\d{4})")[0].astype("Int64")
    return frame.assign(
        fact_id=[f"X-{n}" for n in range(len(frame))],
        source_id=[f"S{n}" for n in range(len(frame))],
        note=None,
    )


def one(frame):
    assert len(frame) == 1
    return frame.iloc[0]


TRAINS = facts(
    ("CA5", "share_of_China_Europe_trains", "2019", 60.0, "percent"),
    ("CA5", "share_of_China_Europe_trains", "2023", 80.0, "percent"),
    (PORTS, "share_of_national_trains_lower_bound", "2024", 50.0, "percent"),
)
BOXES = facts(
    (ROUTES, "containers", "2020", 100.0, "TEU"),
    (ROUTES, "containers", "2021", 200.0, "TEU"),
    (ROUTES, "containers", "2021 Jan-Nov", 180.0, "TEU"),
    (ROUTES, "containers", "2022", 400.0, "TEU"),
    (ROUTES, "containers", "2020", 999.0, "containers"),
    (ROUTES, "containers", "2019", 80.0, "containers"),
    (WIDE, "containers", "2019", 40.0, "TEU"),
    (NARROW, "containers_lower_bound", "2021", 90.0, "TEU"),
    (NARROW, "containers", "2022 Jan-Apr", 50.0, "TEU"),
    (WIDE, "containers", "2020", 70.0, "TEU"),
    (WIDE, "containers", "2021", 150.0, "TEU"),
    (WIDE, "containers_lower_bound", "2022", 240.0, "TEU"),
    (WIDE, "containers", "2022 plan", 900.0, "TEU"),
)


def test_the_newest_stated_share_and_only_before_a_year():
    assert one(article.corridor.corridor_trains(TRAINS))["estimate"] == 80
    assert one(article.corridor.corridor_trains(TRAINS, before=2020))["estimate"] == 60
    early = one(article.corridor.corridor_trains(TRAINS, before=2014))
    assert pd.isna(early["estimate"]) and "before 2014" in early["missing"] and early["path"] == ""


def test_more_than_half_is_more_than_half():
    """'More than 50' meets 'more than 50'; the plain number 50 would not."""
    ports = one(article.corridor.corridor_trains(TRAINS, count="two_ports"))
    assert ports["low"] == pytest.approx(50) and ports["high"] == 100
    assert decide(None, float(ports["low"]), float(ports["high"]), ">", 50)
    plain = TRAINS.assign(attribute=TRAINS["attribute"].str.replace("_lower_bound", ""))
    row = one(article.corridor.corridor_trains(plain, count="two_ports"))
    assert decide(None, row["low"], row["high"], ">", 50) is None


def test_containers_range_is_narrow_to_wide_in_a_year_with_all_three():
    row = one(article.corridor.corridor_containers(BOXES))
    assert (row["low"], row["high"]) == (pytest.approx(45), pytest.approx(75)) and row[
        "last_year"
    ] == 2021
    assert row["n"] == 3 and pd.isna(row["estimate"])
    assert (
        "one whole year with"
        in one(article.corridor.corridor_containers(BOXES, year="newest-1"))["missing"]
    )


def test_each_count_alone_is_over_the_total_of_its_own_year():
    def wide(y):
        return one(article.corridor.corridor_containers(BOXES, transit="all_directions", year=y))

    assert [wide(y)["estimate"] for y in ("newest", "newest-1", "newest-2")] == [
        pytest.approx(60),
        pytest.approx(75),
        pytest.approx(70),
    ]
    assert one(article.corridor.corridor_containers(BOXES, transit="china_europe"))[
        "estimate"
    ] == pytest.approx(45)
    assert "3 whole years" in wide("newest-3")["missing"], "a total in containers is not one in TEU"


def test_parts_of_years_plans_and_other_units_are_not_used():
    """Without whole-year totals in TEU there is no share, although parts of years are there."""
    parts = BOXES[BOXES["period"].str.contains(" ") | (BOXES["unit"] != "TEU")]
    for transit in ("range", "china_europe", "all_directions"):
        assert one(article.corridor.corridor_containers(parts, transit=transit))["missing"]


def test_a_count_above_the_total_is_capped():
    twice = BOXES.assign(value=BOXES["value"].where(BOXES["subject"] != WIDE, 5000.0))
    assert one(article.corridor.corridor_containers(twice))["high"] == 100


SEA = facts(
    ("CHN-EU imports by rail", "share_of_import_value", "2021", 5.0, "percent"),
    (ROUTES, "share_of_trade", "2021", 6.0, "percent"),
    ("CHN-Europe by sea, westbound", "containers", "2023", 900.0, "TEU"),
    (ROUTES, "containers", "2023 Jan-Nov", 100.0, "TEU"),
    (ROUTES, "containers", "2023 Jan", 10.0, "TEU"),
)


def test_scale_is_bounded_by_all_rail_and_by_the_narrow_count():
    both = pd.concat([SEA, BOXES], ignore_index=True)
    row = one(article.corridor.corridor_scale(both))
    assert (row["low"], row["high"]) == (pytest.approx(5 * 0.45), 5)
    assert one(article.corridor.corridor_scale(both, scale="stated"))["high"] == 6
    assert one(article.corridor.corridor_scale(both, scale="containers"))["high"] == pytest.approx(
        10
    )
    assert one(article.corridor.corridor_scale(both, before=2000))["missing"].endswith(
        "before 2000"
    )
    alone = one(article.corridor.corridor_scale(SEA))
    assert (alone["low"], alone["high"]) == (0, 5), (
        "nothing is known of the corridor's part of rail"
    )
    assert one(article.corridor.corridor_scale(SEA[SEA["subject"] != ROUTES], scale="containers"))[
        "missing"
    ]


def test_the_picture_keeps_parts_apart_from_the_whole():
    part = facts(
        (
            "Alashankou rail port (CHN side)",
            "share_of_national_trains",
            "2020 Jan-Apr",
            41.0,
            "percent",
        ),
        ("UTLC ERA (KAZ-RUS-BLR broad gauge)", "containers", "2020", 48.0, "TEU"),
    )
    table = article.corridor.corridor_shares(pd.concat([TRAINS, BOXES, part], ignore_index=True))
    assert list(table[table["kind"] == "part"]["low"]) == [41, pytest.approx(48)]
    assert set(table[table["kind"] == "whole"]["unit"]) == {"trains", "containers"}
    assert article.corridor.corridor_shares(TRAINS.iloc[:0]).empty


def test_unknown_choices_are_refused():
    for call in (
        lambda: article.corridor.corridor_trains(TRAINS, count="guess"),
        lambda: article.corridor.corridor_containers(BOXES, transit="sea"),
        lambda: article.corridor.corridor_scale(SEA, scale="weight"),
    ):
        with pytest.raises(UnknownNameError):
            call()
