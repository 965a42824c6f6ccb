"""Economies of a measure: by name or code, alone or in a list, and each measured once."""

import ca_research as ca
from ca_research.claims.measures import find


def test_economies_have_names_and_are_measured_once():
    change, students = find("students.window_change"), ca.load("students")
    twice, one = (change(students, economies=who) for who in (["Kazakhstan", "KAZ"], "Kazakhstan"))
    assert twice["economy"].tolist() == ["KAZ"]
    assert one["estimate"].tolist() == twice["estimate"].tolist()
