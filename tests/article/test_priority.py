"""Who leads in which dimension: the comparisons behind a share. Shares, and leads of one unit, are
in `cases/priority.yaml`.
"""

import pandas as pd
import pytest
from invented_tables import CASES, frame, read, rows_of

from ca_research.article import priority
from ca_research.claims.measures import find
from ca_research.ground.errors import UsageError

FILE = read(CASES / "priority.yaml")
TABLES = {name: frame(name, FILE["sets"][name], FILE["same"][name]) for name in FILE["sets"]}


def test_each_cell_compares_china_with_its_largest_rival():
    cells = priority.matrix(priority.cells(**TABLES)).query("n > 0")
    low, high = (cells["estimate"].fillna(cells[bound]).round(4) for bound in ("low", "high"))
    told = zip(cells["dimension"], cells["economy"], low, high, cells["leader"], strict=True)
    expected = list(rows_of(FILE["comparisons"], {}))
    assert sorted(told) == sorted(
        (r["dimension"], r["economy"], float(r["low"]), round(float(r["high"]), 4), r["leader"])
        for r in expected
    )


def test_a_share_carries_the_comparisons_it_counts():
    asked = {"count": "observed", "place": 2}
    found = find("claims.priority.lead_share").rows(**TABLES, **asked)[0]["rows"].frame
    assert found["China first or second"].value_counts().to_dict() == {"yes": 10, "no": 1}
    every = find("claims.priority.lead_share").rows(**TABLES)[0]["rows"].frame
    assert every["China first"].value_counts().to_dict() == {
        "cannot be said": 20,
        "yes": 7,
        "no": 3,
    }


def test_specifications_that_count_other_cells_have_other_paths():
    share = find("claims.priority.lead_share")
    asked = ({}, {"country": "KAZ"}, {"country": "TKM"}, {"dimension": "trade"})
    assert len({share(**TABLES, **choices)["path"].item() for choices in asked}) == 4


LOANS = [
    {"investor": "CHN", "value_usd": 2, "stage": "paid"},
    {"investor": "RUS", "value_usd": 4, "stage": "paid"},
    {"investor": "USA", "value_usd": 1, "stage": "paid"},
]
LOAN = {"host": "KGZ", "year": 2020, "measure": "official_loan", "instrument": "concessional"}
LOAN |= {"price_basis": "current USD", "year_basis": "calendar", "source_id": "A"}


@pytest.mark.parametrize(
    ("more", "ratio"),
    [
        ({"investor": "CHN", "value_usd": 9, "stage": "agreed"}, 0.5),  # not added to payments
        ({"investor": "CHN", "value_usd": 3, "stage": "paid", "instrument": "other"}, 1.25),
    ],
)
def test_loans_of_one_kind_add_up(more, ratio):
    paid = pd.concat([frame("investment", LOANS, LOAN), frame("investment", [more], LOAN)])
    cells = priority.field_cells(paid, "finance", "net", economies=["KGZ"])
    assert {c["estimate"] for c in cells if c["n"]} == {ratio}
    twice = pd.concat([paid, paid.head(1)])
    with pytest.raises(UsageError):
        priority.field_cells(twice, "finance", "net", economies=["KGZ"])
