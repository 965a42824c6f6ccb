"""Published estimates beside this project's own."""

import pytest

from ca_research.article.literature import Literature, beside
from ca_research.ground.errors import UnknownNameError, UsageError
from ca_research.registry import claims, settings


def test_each_estimate_names_a_claim_and_where_it_was_read():
    for e in settings("article/literature", Literature).estimates:
        assert e.claim in claims() and e.address.startswith("http") and 1900 < e.year <= 2026


def test_every_estimate_stands_beside_the_figure_that_the_register_names():
    found = beside("C33", {"gap_KGZ_2016": 4.25, "gap_KAZ_2021": None, "gap_KAZ_2022": 7.0})
    assert found["published"].tolist() == [4.1, 5.7, 5.2]
    assert found["here"].isna().tolist() == [False, True, False]


def test_a_figure_that_is_not_given_is_asked_for():
    with pytest.raises(UnknownNameError, match="gap_KGZ_2016"):
        beside("C33", {"gap": 1.0})


def test_a_study_that_was_not_yet_there_is_left_out():
    ours = {"gap_KGZ_2016": 4.25, "gap_KAZ_2021": None, "gap_KAZ_2022": 7.0}
    assert len(beside("C33", ours)) == 3
    assert beside("C33", ours, as_of="2023-05-19")["published"].tolist() == [4.1]
    assert len(beside("C33", ours, as_of=None)) == 3
    with pytest.raises(UsageError, match="soon"):
        beside("C33", ours, as_of="soon")
