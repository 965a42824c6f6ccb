"""A table cut into pieces: what is made of one is made once, also without a source that says
nothing of it.
"""

from __future__ import annotations

import pandas as pd

from ca_research.stats.pieces import Pieces

FRAME = pd.DataFrame({"code": ["a", "a", "b"], "value": [1, 2, 4], "source_id": ["X", "Y", "X"]})


def test_a_piece_is_shared_with_what_has_left_out_a_source_that_it_lacks():
    made = []

    def total(rows: pd.DataFrame) -> int:
        made.append(rows["source_id"].tolist())
        return int(rows["value"].sum())

    whole = Pieces(FRAME, FRAME["code"])
    less = whole.without("Y")
    assert [seen.once("a", "sum", total) for seen in (whole, less, whole)] == [3, 1, 3]
    assert [seen.once("b", "sum", total) for seen in (less, whole, less)] == [4, 4, 4]
    assert made == [["X", "Y"], ["X"], ["X"]]
    assert whole.without("Z") is whole


def test_a_key_without_rows_is_none_and_gives_an_empty_frame():
    rest = Pieces(FRAME, FRAME["code"]).without("X")
    assert list(rest) == ["a"]
    for key in ("b", "c"):
        rows = rest.once(key, "rows", lambda rows: rows)
        assert rows.empty and list(rows) == list(FRAME)


def test_what_is_made_of_a_key_without_rows_is_made_once_too():
    whole = Pieces(FRAME, FRAME["code"])
    made = whole.once("c", "list", list)
    assert whole.without("X").once("c", "list", list) is made and "c" not in list(whole)
