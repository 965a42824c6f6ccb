"""Pairs of polls and counts as a page shows them, and one sampling error for all claims on views.
Growth of learners and changes of views are in `cases/learners.yaml` and `views_of_china.yaml`.
"""

from __future__ import annotations

from invented_tables import CASES, frame, read

from ca_research import registry, stats
from ca_research.article import favourability
from ca_research.claims.measures import find

SAME = read(CASES / "views_of_china.yaml")["same"]


def test_the_pairs_are_shown_as_they_are_compared():
    polls = [{"subject": "KAZ", "year": 2017, "value": 75}, {"subject": "KAZ", "year": 2021}]
    polls = [polls[0], polls[1] | {"value": 39}, {"subject": "KGZ", "year": 2021, "value": 40}]
    counts = [
        {"origin": "KAZ", "year": year, "students": n} for year, n in ((2013, 10), (2018, 1500))
    ]
    tables = {
        "facts": frame("facts", polls, SAME["facts"]),
        "opinion": frame("opinion", "none"),
        "students": frame("students", counts, SAME["students"]),
    }
    pairs = favourability.pairs_compared(*tables.values(), economies=["KAZ", "KGZ"])
    kaz, kgz = pairs.to_dict("records")
    told = (
        "first_poll",
        "last_poll",
        "view_change",
        "first_count",
        "last_count",
        "students_change",
    )
    assert [kaz[name] for name in told] == [2017, 2021, -36, 2013, 2018, 1490]
    assert kgz["missing"]
    counted = find("relations.favour_where_grown")(**tables, economies=["KAZ"])
    assert counted["estimate"].tolist() == [kaz["view_change"]]


def test_a_fall_of_views_and_of_approval_is_beyond_the_same_sampling_error():
    error = round(stats.change_error(1000, 1000), 1)
    claims = {c: registry.claim(c).criteria() for c in ("C15", "C31")}
    assert claims["C15"]["fall"].threshold == error == -claims["C31"]["kept"].threshold
    assert claims["C31"]["no_exception"].settings["margin"] == error
