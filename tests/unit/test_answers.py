"""What a run, a claim and a verdict say of themselves in a terminal: words, and not too many."""

import json
from dataclasses import replace

import pytest
from tests.unit.engine import STORED

import ca_research as ca
from ca_research.app import report
from ca_research.app.scaffold import new_claim
from ca_research.ground import paths
from ca_research.ground.errors import UsageError
from ca_research.plots import hooks


def stored(claim, verdict, as_of="latest", leads=True, **params):
    near = {"leads": leads, "nearness": 2 if leads else None, "fragile": verdict == "supported"}
    words = {"claim": claim, "verdict": verdict, "as_printed": verdict}
    run = f"{claim} {as_of} {sorted(params)}"
    return STORED["verdict"] | words | near | {"as_of": as_of, "params": params, "run": run}


ALONE = "for Kazakhstan alone"


@pytest.fixture
def answers(tmp_path):
    """What a run of some claims ends with, from verdicts that it stored."""

    def told(verdicts, asked):
        (tmp_path / "verdicts.json").write_text(json.dumps(verdicts))
        return report.answers(tmp_path, asked)

    return told


def test_each_run_ends_with_its_answer_the_sentence_and_its_tests(answers, snapshot):
    runs = [
        stored("C33", "not enough evidence", "2023-05-19", economy="KAZ"),
        stored("C33", "supported", economy="KAZ", years=5),
        stored("C33", "contradicted", leads=False, economy="KAZ", years=5),
    ]
    many = [stored("C01", "supported")] * 60 + [stored("C02", "not testable")] * 40
    every = {one["run"] for one in (*runs, *many)}
    assert answers(runs, every) == snapshot
    assert answers(many, every) == snapshot(name="many are counted")
    assert answers(many, {runs[0]["run"]}) == []


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
