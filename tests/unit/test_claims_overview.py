"""The register at a glance, from verdicts made by hand (cases/overview.yaml)."""

import pytest
from tests.cases import cases
from tests.unit.engine import STORED

from ca_research.claims import overview
from ca_research.ground.errors import CoverageError, UsageError

REPORTS = cases(__file__, "overview")
SHOWN = ["claim", "verdict", "other_day", "certainty", "criterion", "number", "interval", "ways"]


def verdict(case):
    criteria = [STORED["criterion"] | one for one in case.get("criteria", [{}])]
    return STORED["verdict"] | {"deciding": ["n"]} | case | {"criteria": criteria}


@pytest.mark.parametrize("name", REPORTS)
def test_the_tables_of_a_report(name, snapshot):
    stored = [verdict(case) for case in REPORTS[name]]
    glance, guessed = overview.table(stored), overview.guesses(stored)
    assert not len(glance) or glance["answer"].eq(STORED["verdict"]["answer"]).all()
    tables = {"glance": glance[SHOWN], "score": overview.guess_score(guessed)}
    tables |= {"wrong": guessed[~guessed["right"]], "family": overview.family(stored)}
    tables["share"] = overview.testable_share(glance)
    assert {one: table.round(9).to_csv(index=False) for one, table in tables.items()} == snapshot


def test_beside_a_finding_stands_the_number_of_what_is_known():
    stored = verdict(REPORTS["the number shown is of what decides"][0])
    assert overview.told(stored)["name"] == "votes"


def test_reading_what_is_not_there_or_broken_is_refused(tmp_path):
    file = tmp_path / "verdicts.json"
    with pytest.raises(CoverageError):
        overview.read_verdicts(file)
    file.write_text("{")
    with pytest.raises(UsageError):
        overview.read_verdicts(file)
