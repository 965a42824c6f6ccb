"""A table cut into pieces: what is made of one is made once, also without a source that says
nothing of it.
"""

import pandas as pd

from ca_research.stats.pieces import Pieces

FRAME = pd.DataFrame({"code": ["a", "a", "b"], "value": [1, 2, 4], "source_id": ["X", "Y", "X"]})


def test_a_piece_is_shared_with_what_has_left_out_a_source_that_it_lacks():
    made = []

    def total(rows):
        made.append(rows["source_id"].tolist())
        return int(rows["value"].sum())

    whole = Pieces(FRAME, FRAME["code"])
    less = whole.without("Y")
    asked = [(whole, "a"), (less, "a"), (whole, "a"), (less, "b"), (whole, "b"), (whole, "c")]
    told = [pieces.once(key, "sum", total) for pieces, key in asked]
    assert told == [3, 1, 3, 4, 4, 0]
    assert whole.without("X").once("c", "sum", total) == 0
    assert made == [["X", "Y"], ["X"], ["X"], []], "of a key without rows it is made once too"
    assert whole.without("Z") is whole and "c" not in list(whole)


def test_a_key_without_rows_is_none_and_gives_an_empty_frame():
    rest = Pieces(FRAME, FRAME["code"]).without("X")
    assert list(rest) == ["a"]
    for key in ("b", "c"):
        rows = rest.once(key, "rows", lambda rows: rows)
        assert rows.empty and list(rows) == list(FRAME)
