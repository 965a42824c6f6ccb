"""Who leads in which dimension: the comparison of one unit with its rivals, the cells of each wing,
and their matrix.

All frames here are made up; values are plain numbers.
"""

from __future__ import annotations

import pandas as pd
import pytest

from ca_research.article import priority
from ca_research.article.priority import (
    finance_lead,
    host_lead,
    investor_lead,
    leads,
    meetings_lead,
    opinion_lead,
    partner_lead,
    summits,
)
from ca_research.estimates.measures import rows_of
from ca_research.ground import economies as eco
from ca_research.ground.errors import CoverageError, UnknownNameError, UsageError
from ca_research.stats.leading import leading

MINISTRY = "moe_brief_stats_peijin"

RULE = {"needed": ("RUS",), "any_of": ("EU27", "USA")}


def figures(*rows: tuple, group: str = "g") -> pd.DataFrame:
    """(year, unit, value) or (year, unit, low, high)."""
    filled = [(group, y, u, *(v if len(v) == 2 else (v[0], v[0]))) for y, u, *v in rows]
    return pd.DataFrame(filled, columns=["group", "year", "unit", "low", "high"])


# one unit against its rivals


def test_the_ratio_is_to_the_largest_rival_and_the_leader_is_named():
    found = leading(figures((2020, "CHN", 10), (2020, "RUS", 20), (2020, "USA", 40)), "CHN", **RULE)
    assert (found.low, found.high, found.leader, found.year) == (0.25, 0.25, "USA", 2020)


def test_ranges_are_compared_at_their_worst_and_best():
    found = leading(
        figures((2020, "CHN", 10, 30), (2020, "RUS", 5, 20), (2020, "USA", 1, 2)), "CHN", **RULE
    )
    assert (found.low, found.high) == (10 / 20, 30 / 5)
    assert found.leader == ""  # the ranges overlap


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([(2020, "CHN", 1), (2020, "USA", 1)], "no figure of RUS"),
        ([(2020, "RUS", 1), (2020, "USA", 1)], "no figure of CHN"),
        ([(2020, "CHN", 1), (2020, "RUS", 1)], "no figure of EU27 or USA"),
        (
            [(2020, "CHN", 1), (2021, "RUS", 1), (2020, "USA", 1)],
            "never observed on one concept in one year",
        ),
    ],
)
def test_a_missing_party_is_a_reason_and_no_lead(rows, words):
    assert leading(figures(*rows), "CHN", **RULE) == words


def test_the_year_with_most_rivals_counts_then_the_newest():
    full = [(2020, "CHN", 1), (2020, "RUS", 2), (2020, "USA", 1), (2020, "EU27", 4)]
    later = [(2022, "CHN", 9), (2022, "RUS", 1), (2022, "USA", 1)]
    assert leading(figures(*full, *later), "CHN", **RULE).year == 2020
    again = [(y + 1, u, v) for y, u, v in full]
    assert leading(figures(*full, *again, *later), "CHN", **RULE).year == 2021
    assert leading(figures(*full, *later), "CHN", since=2021, **RULE).year == 2022


def test_two_concepts_are_never_mixed():
    rows = pd.concat(
        [
            figures((2020, "CHN", 1), (2020, "USA", 1), group="a"),
            figures((2020, "RUS", 1), group="b"),
        ]
    )
    assert leading(rows, "CHN", **RULE) == "never observed on one concept in one year"


def test_figures_that_are_none_are_refused():
    with pytest.raises(CoverageError):
        leading(figures((2020, "CHN", float("nan")), (2020, "RUS", 1.0)), "CHN", **RULE)
    with pytest.raises(UsageError):
        leading(figures((2020, "CHN", -1), (2020, "RUS", 1)), "CHN", **RULE)


def test_figures_may_be_rows_and_are_held_to_the_same():
    rows = figures((2020, "CHN", 10), (2020, "RUS", 20), (2020, "USA", 40))
    told = list(rows.itertuples(index=False, name=None))
    assert leading(told, "CHN", **RULE) == leading(rows, "CHN", **RULE)
    for wrong, error in ((float("nan"), CoverageError), (-1.0, UsageError)):
        with pytest.raises(error):
            leading([*told, ("g", 2020, "USA", wrong, 2.0)], "CHN", **RULE)


# trade


def trade(*cells: tuple) -> pd.DataFrame:
    """(reporter, partner, year, turnover, source): half of it exports."""
    rows = [(r, p, y, f, v / 2, s) for r, p, y, v, s in cells for f in ("export", "import")]
    columns = ["reporter", "partner", "year", "flow", "value_usd", "source_id"]
    return pd.DataFrame(rows, columns=columns).assign(product="TOTAL")


def own(year: int = 2022, source: str = "KAZ_BNS", **values: float) -> list[tuple]:
    return [("KAZ", p, year, v, source) for p, v in values.items()]


def test_own_reports_come_first_and_partners_reports_fill_in():
    theirs = [(p, "KGZ", 2020, v, "RUS_FTS") for p, v in (("CHN", 3e9), ("RUS", 1e9), ("USA", 1e9))]
    # the EU reports nothing in these years, and never had as much
    theirs += [("EU27", e, 2010, 5e8, "RUS_FTS") for e in ("KAZ", "KGZ")]
    theirs += [
        (p, "KAZ", 2022, v, "RUS_FTS") for p, v in (("CHN", 8e9), ("RUS", 1e9), ("USA", 1e9))
    ]
    frame = trade(*own(CHN=2e9, RUS=4e9, USA=1e9), *theirs)
    mixed = partner_lead(frame, economies=["KAZ", "KGZ"])
    assert mixed["estimate"].tolist() == pytest.approx([0.5, 3.0])
    assert mixed["leader"].tolist() == ["RUS", "CHN"]
    alone = partner_lead(frame, economies=["KAZ", "KGZ"], trade_basis="own")
    assert not alone["missing"][0] and alone["missing"][1].startswith("turnover by own report")


def test_a_later_list_without_the_eu_does_not_hand_china_the_lead():
    union = {m: 1e9 for m in eco.members("EU27", 2020)}
    frame = trade(
        *own(2022, CHN=5e9, RUS=4e9, USA=1e9, **union),
        *own(2024, "KAZ_WITS_BNS_PANEL", CHN=9e9, RUS=4e9, USA=1e9),
    )
    row = partner_lead(frame, economies=["KAZ"]).iloc[0]
    assert (row["leader"], row["last_year"]) == ("EU27", 2022)
    assert row["estimate"] == pytest.approx(5 / 27)


# investment, students, opinion, meetings


def investment(*rows: tuple) -> pd.DataFrame:
    columns = ["investor", "host", "year", "measure", "instrument", "value_usd", "source_id"]
    return pd.DataFrame(rows, columns=columns).assign(price_basis="current USD")


def test_investment_is_compared_within_one_measure_and_source():
    rows = [
        (i, "KAZ", 2021, "fdi_stock", "all", v, "A")
        for i, v in (("CHN", 5.0), ("RUS", 4.0), ("USA", 40.0))
    ]
    other = [
        ("CHN", "UZB", 2021, "fdi_stock", "all", 9.0, "A"),
        ("RUS", "UZB", 2021, "fdi_stock", "all", 1.0, "B"),
        ("USA", "UZB", 2021, "fdi_flow", "all", 1.0, "A"),
    ]
    found = investor_lead(investment(*rows, *other), economies=["KAZ", "UZB"]).set_index("economy")
    assert found.loc["KAZ", "estimate"] == pytest.approx(0.125)
    assert pd.isna(found.loc["UZB", "estimate"]) and found.loc["UZB", "missing"]


def test_the_source_that_names_most_investors_speaks_for_a_year():
    few = [
        (i, "KAZ", 2021, "fdi_stock", "all", v, "AAA")
        for i, v in (("CHN", 9.0), ("RUS", 1.0), ("USA", 1.0))
    ]
    many = [
        (i, "KAZ", 2021, "fdi_stock", "all", v, "ZZZ")
        for i, v in (("CHN", 2.0), ("RUS", 1.0), ("USA", 4.0), ("TUR", 1.0))
    ]
    row = investor_lead(investment(*few, *many), economies=["KAZ"]).iloc[0]
    assert row["estimate"] == 0.5 and row["sources"] == ("ZZZ",)


def test_loans_and_grants_are_not_added_and_instruments_are():
    loans = [("CHN", "UZB", 2020, "official_loan", k, 3.0, "S") for k in ("concessional", "other")]
    rivals = [
        ("RUS", "UZB", 2020, "official_loan", "other", 4.0, "S"),
        ("USA", "UZB", 2020, "official_grant", "all", 1.0, "S"),
    ]
    lacking = finance_lead(investment(*loans, *rivals), economies=["UZB"]).iloc[0]
    assert (
        lacking["missing"]
        == "official loans: no figure of EU27 or USA; official grants: no figure of CHN and RUS"
    )
    whole = [*rivals, ("USA", "UZB", 2020, "official_loan", "other", 1.0, "S")]
    assert finance_lead(investment(*loans, *whole), economies=["UZB"])["estimate"].tolist() == [1.5]


def test_students_in_the_eu_are_a_sum_of_members_and_lower_bounds_do_not_count():
    columns = ["origin", "destination", "year", "level", "students", "precision", "source_id"]
    rows = [("KAZ", "CHN", 2018, "degree", 60, "exact", MINISTRY)]
    rows += [
        ("KAZ", d, 2018, "degree", n, "exact", "uis_bilateral_360info")
        for d, n in (("RUS", 20), ("DEU", 50), ("FRA", 50))
    ]
    frame = pd.DataFrame(rows, columns=columns)
    row = host_lead(frame, economies=["KAZ"]).iloc[0]
    assert row["estimate"] == pytest.approx(0.6) and row["leader"] == "EU27"
    vague = frame.assign(precision=["lower_bound", "exact", "exact", "exact"])
    assert "CHN" in host_lead(vague, economies=["KAZ"])["missing"][0]


def test_one_question_in_one_year_and_two_figures_are_a_range():
    columns = ["economy", "about", "year", "measure", "value_pct", "source_id"]
    rows = [("TJK", "CHN", 2014, "gallup_approve", v, s) for v, s in ((45.0, "A"), (71.0, "B"))]
    rows += [
        ("TJK", "RUS", 2014, "gallup_approve", 60.0, "A"),
        ("TJK", "USA", 2014, "gallup_approve", 20.0, "A"),
    ]
    rows += [("TJK", p, 2018, "mvector_biggest_threat", 10.0, "A") for p in ("CHN", "RUS", "USA")]
    row = opinion_lead(pd.DataFrame(rows, columns=columns), economies=["TJK"], since=2013).iloc[0]
    assert (row["low"], row["high"], row["last_year"]) == (45 / 60, 71 / 60, 2014)


def events(*rows: tuple) -> pd.DataFrame:
    columns = ["actor", "date", "kind"]
    return pd.DataFrame(rows, columns=columns).assign(counterpart="CA5", place="", source_id="S")


def test_two_dates_of_one_month_are_one_summit():
    made = events(
        ("USA", "2023-09-19", "format_first_summit"),
        ("USA", "2023-09-21", "format_first_summit"),
        ("USA", "2025-11-06", "format_summit"),
        ("USA", "2022-01-01", "format_ministerial"),
    )
    assert summits(made)["date"].tolist() == ["2023-09-19", "2025-11-06"]


def test_single_trips_are_no_count_of_visits_and_summits_are():
    visits = pd.DataFrame(
        [
            ("CHN", "KAZ", 2022, 1, "single_trip_seen"),
            ("RUS", "KAZ", 2022, 1, "single_trip_seen"),
            ("USA", "KAZ", 2022, 1, "complete"),
        ],
        columns=["sender", "receiver", "year", "count", "completeness"],
    ).assign(level="head_of_state", source_id="S")
    made = events(
        *(
            (a, f"20{y}-01-01", "format_summit")
            for a, y in (("CHN", 22), ("CHN", 23), ("RUS", 22), ("EU27", 22))
        )
    )
    assert "no complete list" in meetings_lead(visits, made, economies=["KAZ"])["missing"][0]
    by_summit = meetings_lead(visits, made, economies=["KAZ", "UZB"], meetings="summits")
    assert by_summit["estimate"].tolist() == [2.0, 2.0]
    whole = meetings_lead(
        visits.assign(completeness="complete", count=[4, 2, 1]), made, economies=["KAZ"]
    )
    assert whole["estimate"].tolist() == [2.0]


# the matrix


def cell(
    dimension: str, economy: str, led: bool | None, n: int = 1, choice: str | None = None
) -> dict:
    value = {True: 2.0, False: 0.5, None: float("nan")}[led]
    row = {
        "dimension": dimension,
        "choice": choice or priority.CHOICES[dimension][0],
        "since": 2018,
    }
    row |= {
        "economy": economy,
        "estimate": value,
        "low": None,
        "high": None,
        "led": led,
        "n": n if led is not None else 0,
    }
    return row | {
        "first_year": 2020,
        "last_year": 2021,
        "sources": ("S",),
        "path": f"{dimension}{economy}",
        "missing": "",
    }


def made(led: int, lost: int) -> pd.DataFrame:
    """Thirty cells, the first `led` of them led, the next `lost` not, the others missing."""
    places = [(d, e) for e in eco.CA5 for d in priority.CHOICES]
    answers = [True] * led + [False] * lost + [None] * (30 - led - lost)
    frame = pd.DataFrame([cell(d, e, a) for (d, e), a in zip(places, answers, strict=True)])
    frame["led"] = pd.Series(answers, dtype=object)
    return frame


def share(cells: pd.DataFrame, **choices: str) -> pd.Series:
    tables = [pd.DataFrame()] * 6
    found = priority.by_choice(cells)
    (row,) = rows_of(priority.lead_share)(*tables, cells_by_choice=found, **choices)
    return pd.Series(row)


def test_missing_cells_count_for_and_against():
    row = share(made(10, 5))
    assert pd.isna(row["estimate"]) and (row["low"], row["high"]) == (10 / 30, 25 / 30)
    assert share(made(16, 14))["estimate"] == pytest.approx(16 / 30)


def test_the_share_of_the_filled_needs_ten_cells():
    assert share(made(6, 9), count="observed")["estimate"] == 0.4
    assert "2 economies" in share(made(6, 6), count="observed")["missing"]
    few = share(made(6, 3), count="observed")
    assert (
        few["missing"] == "9 cells of 6 dimensions and 2 economies are filled"
        and not few["path"]
        and few["sources"] == ()
    )


def test_the_share_of_the_filled_needs_four_dimensions():
    frame = made(30, 0)
    frame.loc[~frame["dimension"].isin(["trade", "students", "opinion"]), "n"] = 0
    assert "of 3 dimensions" in share(frame, count="observed")["missing"]


def test_a_place_counts_where_it_is_as_good_as_asked_for_and_rivals_are_named():
    frame = made(10, 10)
    frame["leader"] = ["CHN"] * 10 + ["RUS"] * 8 + ["EU27", ""] + [""] * 10
    frame["place"] = [(1, 1)] * 10 + [(2, 2)] * 4 + [(2, 3)] + [(3, 3)] * 5 + [None] * 10
    first = share(frame, count="observed")
    assert first["estimate"] == 0.5 and first["about"]["led"] == "ten"
    assert first["about"]["ours"].startswith("trade in Kazakhstan and Kyrgyzstan, ")
    told = first["about"]["others"]
    assert told.startswith("Russia in eight (") and ", the EU in " in told
    second = share(frame, count="observed", place=2)
    assert (second["low"], second["high"]) == (0.7, 0.75)


def test_a_share_carries_the_comparisons_it_counts():
    frame = made(10, 10).assign(values="CHN 2, RUS 1")
    frame.loc[frame["n"] == 0, "missing"] = "no figure"
    few = share(frame, count="observed")["rows"].frame
    assert len(few) == 20 and few["China first"].value_counts().to_dict() == {"yes": 10, "no": 10}
    assert set(few["compared"]) == {"CHN 2, RUS 1"} and set(few["sources"]) == {("S",)}
    every = share(frame)["rows"].frame
    assert len(every) == 30 and every["compared"].tolist()[20:] == ["no figure"] * 10
    assert "China first or second" in share(frame, count="observed", place=2)["rows"].frame


def test_leaving_one_out_changes_the_cells_asked_for():
    frame = made(6, 24)  # the first economy is led in every dimension
    assert share(frame, country="KAZ")["estimate"] == 0
    assert share(frame, dimension="trade")["estimate"] == pytest.approx(5 / 25)
    assert share(frame, country="KAZ")["path"] != share(frame)["path"]
    empty = made(10, 5)  # the last economy has no cell that is filled
    assert share(empty, country="UZB")["path"] != share(empty)["path"]
    turns = priority.left_out(frame).set_index("without")
    assert turns.loc["KAZ", "led"] == 0 and turns.loc["nothing", "of_filled"] == pytest.approx(0.2)


@pytest.mark.parametrize(
    "wrong",
    [
        {"count": "some"},
        {"dimension": "art"},
        {"country": "RUS"},
        {"meetings": "calls"},
        {"since": 1990},
    ],
)
def test_unknown_choices_are_refused(wrong):
    with pytest.raises(UnknownNameError):
        share(made(16, 14), **wrong)


def test_who_is_left_out_is_among_those_who_are_asked():
    """Uzbekistan left out of three others left nobody out, and said so of Uzbekistan."""
    frame = made(6, 24)
    three = frame[frame["economy"].isin(["KAZ", "KGZ", "TJK"])]
    with pytest.raises(UnknownNameError, match="country 'UZB'"):
        share(three, economies=["KAZ", "KGZ", "TJK"], country="UZB")
    left = priority.left_out(three)["without"].tolist()
    assert {"KAZ", "KGZ", "TJK"} <= set(left) and not {"TKM", "UZB"} & set(left)
    with pytest.raises(UsageError, match="place 3 is none"):
        share(frame, place=3)


def test_a_range_that_holds_one_is_open():
    assert leads._led(0.8, 1.2) is None
    assert leads._led(1.1, 1.2) is True
    assert leads._led(0.8, 1.0) is False
    assert leads._led(1.0, 1.0) is False  # as many is no lead
