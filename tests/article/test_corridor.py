"""Rail between China and Europe: a bound that is met exactly, and parts apart from the whole.
Shares are in `cases/corridor.yaml`.
"""

from __future__ import annotations

import pandas as pd
import pytest
from invented_tables import CASES, frame, read

from ca_research.article import corridor
from ca_research.claims.logic import decide
from ca_research.claims.measures import find

FILE = read(CASES / "corridor.yaml")
TRAINS, BOXES = (
    frame("facts", name, FILE["same"]["facts"], FILE["sets"]) for name in ("trains", "boxes")
)


@pytest.mark.parametrize(("attribute", "met"), [("_lower_bound", True), ("", None)])
def test_more_than_half_is_more_than_half(attribute, met):
    """'More than 50' meets 'more than 50'; the plain number 50 would not."""
    given = TRAINS.assign(attribute=TRAINS["attribute"].str.replace("_lower_bound", attribute))
    row = find("economy.corridor_trains")(given, count="two_ports").iloc[0]
    assert decide(None, float(row["low"]), float(row["high"]), ">", 50) is met


def test_the_picture_keeps_parts_apart_from_the_whole():
    part = frame("facts", "parts_of_the_way", FILE["same"]["facts"], FILE["sets"])
    table = corridor.corridor_shares(pd.concat([TRAINS, BOXES, part], ignore_index=True))
    assert list(table[table["kind"] == "part"]["low"]) == [41, pytest.approx(48)]
    assert set(table[table["kind"] == "whole"]["unit"]) == {"trains", "containers"}
    assert corridor.corridor_shares(TRAINS.iloc[:0]).empty
