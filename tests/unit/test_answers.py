"""What a run, a claim and a verdict say of themselves in a terminal: words, and not too many."""

import json
from dataclasses import replace

import pytest
from tests.cases import cases
from tests.unit.engine import STORED

import ca_research as ca
from ca_research.app import report
from ca_research.app.scaffold import new_claim
from ca_research.ground import paths
from ca_research.ground.errors import UsageError
from ca_research.plots import hooks

CASES = cases(__file__, "answers")
ALONE = "for Kazakhstan alone"


@pytest.mark.parametrize("name", CASES)
def test_what_a_run_of_some_claims_ends_with(name, tmp_path, snapshot):
    told = [STORED["verdict"] | case for case in CASES[name] for _ in range(case.get("times", 1))]
    (tmp_path / "verdicts.json").write_text(json.dumps(told))
    assert report.answers(tmp_path, {one["run"] for one in told}) == snapshot
    assert report.answers(tmp_path, {"another"}) == []


def test_a_verdict_for_one_country_says_so_where_its_statement_speaks_of_all():
    """The first line that a new user sees read as an answer for the five."""
    for_one = ca.check("C33", economy="KAZ")
    assert hooks.verdict_html(for_one).count(ALONE) == str(for_one).count(ALONE) == 1
    assert ALONE not in str(replace(for_one, params={"economy": "CA5"}))


def test_a_new_claim_is_not_written_into_the_installed_package(project, monkeypatch):
    monkeypatch.delenv("CA_RESEARCH_HOME")
    monkeypatch.setattr(paths, "_CHECKOUT", project.home / "none")
    monkeypatch.setattr(paths, "_BUNDLED", project.home)
    monkeypatch.chdir(project.home.parent)
    with pytest.raises(UsageError) as caught:
        new_claim("C07")
    assert "ca-research init" in caught.value.hint
    assert not (project.home / "registry" / "claims" / "C07.yaml").exists()
