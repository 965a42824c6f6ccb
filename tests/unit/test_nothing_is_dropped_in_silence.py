"""A misspelt role or column of a choice of sources is refused, and one alone is one."""

import pandas as pd
import pytest
from tests.cases import cases

from ca_research import tables
from ca_research.ground.errors import UsageError
from ca_research.tables import preference

SOURCES = ["KAZ_BNS", "KAZ_WITS_BNS_PANEL", "WTO_HSM", "WTO_HSM"]
OWN = pd.DataFrame({"reporter": ["KAZ", "KAZ", "KGZ", None], "source_id": SOURCES})


@pytest.mark.parametrize(("name", "column", "given"), cases(__file__, "in_silence"))
def test_a_misspelt_role_or_column_leaves_no_empty_choice_of_sources(name, column, given):
    with pytest.raises(UsageError):
        getattr(preference, name)(OWN[column] if column else OWN, *given)


def test_one_source_role_or_column_is_one_and_not_its_letters():
    assert tables.of_role("KAZ_BNS", "office") == {"KAZ_BNS"}
    # the row without a reporter is a cell of its own
    chosen = tables.preferred_rows(OWN, "reporter")["source_id"].tolist()
    assert chosen == ["KAZ_BNS", "WTO_HSM", "WTO_HSM"]
    assert len(preference.one_source_each(OWN, "reporter")) == 3
