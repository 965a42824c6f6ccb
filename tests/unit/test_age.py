"""A criterion may say how old a figure may be that decides; an older one is shown."""

import pandas as pd

from ca_research.claims.compute import Call, Computation
from ca_research.registry import claim

WAVES = pd.DataFrame(
    {
        "economy": ["KAZ", "TKM"],
        "about": "USA",
        "period": ["2017", "2018"],
        "year": [2017, 2018],
        "measure": "gallup_approve",
        "value_pct": [9.0, 62.0],
        "note": "",
        "source_id": "M_GAL_US",
    }
)


def _rows(known_in, age):
    low = claim("C10").criteria()["low"]
    settings = {"about": "USA"} | ({} if age is None else {"no_older_than": age})
    call = Call.of(low.model_copy(update={"settings": settings}), ["KAZ", "TKM"])
    return Computation({"opinion": WAVES}, known_in).run(call)


def test_a_figure_older_than_the_rule_allows_decides_nothing_and_is_shown_with_its_year():
    kazakhstan, turkmenistan = _rows(2023, 5)
    assert kazakhstan["estimate"] is None and turkmenistan["estimate"] == 62
    assert (kazakhstan["last_year"], kazakhstan["n"]) == (2017, 1)
    assert "9" in kazakhstan["missing"] and "2017" in kazakhstan["missing"]


def test_without_a_day_or_a_limit_no_figure_is_too_old():
    for known_in, age in [(None, 5), (2023, None)]:
        assert [row["estimate"] for row in _rows(known_in, age)] == [9, 62]


def test_without_a_source_the_day_of_knowledge_stays():
    low = claim("C10").criteria()["low"]
    call = Call.of(
        low.model_copy(update={"settings": {"about": "USA", "no_older_than": 5}}), ["KAZ"]
    )
    given = pd.concat([WAVES, WAVES.assign(source_id="M_MEDIAPLOV", value_pct=8.0)])
    assert (
        Computation({"opinion": given}, 2023).without("M_MEDIAPLOV").run(call)[0]["estimate"]
        is None
    )
