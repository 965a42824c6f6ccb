"""Measures that could not use what they were given said nothing, or added what stands twice."""

from operator import attrgetter

import pandas as pd
import pytest
from tests.cases import cases

import ca_research as ca
from ca_research import tables
from ca_research.ground import errors
from ca_research.ground.errors import UsageError
from ca_research.tables import preference

BOOK = cases(__file__, "in_silence")
CASES = BOOK["cases"]


def measured(case):
    """What the measure makes of the frame, which is its argument of that name: its rows, more rows,
    and the first again (`twice`).
    """
    (name,) = BOOK["frames"].keys() & case
    about = BOOK["frames"][name]
    rows = [*case[name], *case.get("more", []), *case[name][: case.get("twice", 0)]]
    frame = pd.DataFrame(rows, columns=about["columns"]).assign(
        known_on=pd.Timestamp("2020-01-01"), **about["alike"] | case.get("alike", {})
    )
    return attrgetter(case["measure"])(ca)(**{name: frame}, **case["with"])


@pytest.mark.parametrize("name", CASES)
def test_what_cannot_be_used_is_refused_and_what_can_is_used_once(name):
    case = CASES[name]
    if "error" in case:
        with pytest.raises(getattr(errors, case["error"])):
            measured(case)
    else:
        column, cells = case["gives"]
        assert measured(case)[column].tolist() == cells


SOURCES = ["KAZ_BNS", "KAZ_WITS_BNS_PANEL", "WTO_HSM", "WTO_HSM"]
OWN = pd.DataFrame({"reporter": ["KAZ", "KAZ", "KGZ", None], "source_id": SOURCES})


@pytest.mark.parametrize(("name", "column", "given"), BOOK["misspelt"])
def test_a_misspelt_role_or_column_leaves_no_empty_choice_of_sources(name, column, given):
    with pytest.raises(UsageError):
        getattr(preference, name)(OWN[column] if column else OWN, *given)


def test_one_source_role_or_column_is_one_and_not_its_letters():
    assert tables.of_role("KAZ_BNS", "office") == {"KAZ_BNS"}
    # the row without a reporter is a cell of its own
    chosen = tables.preferred_rows(OWN, "reporter")["source_id"].tolist()
    assert chosen == ["KAZ_BNS", "WTO_HSM", "WTO_HSM"]
    assert len(preference.one_source_each(OWN, "reporter")) == 3
