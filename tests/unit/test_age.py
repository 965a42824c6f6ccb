"""A criterion may say how old a figure may be that decides; an older one is shown."""

import pandas as pd
import pytest
from tests.cases import cases

from ca_research.claims.compute import Call, Computation
from ca_research.registry import claim

CASES = cases(__file__, "choices")
WAVES = pd.DataFrame(CASES["waves"]).assign(**CASES["polls"])


def answers(known_in, age, without=None):
    low = claim("C10").criteria()["low"]
    settings = {"about": "USA"} | ({} if age is None else {"no_older_than": age})
    call = Call.of(low.model_copy(update={"settings": settings}), ["KAZ", "TKM"])
    other = WAVES.assign(source_id="M_MEDIAPLOV", value_pct=8.0)
    whole = Computation({"opinion": pd.concat([WAVES, other] if without else [WAVES])}, known_in)
    return (whole.without(without) if without else whole).run(call)


@pytest.mark.parametrize(("known_in", "age", "without", "decides"), CASES["ages"])
def test_a_figure_older_than_the_rule_allows_decides_nothing(known_in, age, without, decides):
    assert [row["estimate"] for row in answers(known_in, age, without)] == decides


def test_it_is_shown_with_its_year():
    kazakhstan, _ = answers(2023, 5)
    assert (kazakhstan["last_year"], kazakhstan["n"]) == (2017, 1)
    assert "9" in kazakhstan["missing"] and "2017" in kazakhstan["missing"]
