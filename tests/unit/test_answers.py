"""What a run, a claim and a verdict say of themselves in a terminal: words, and not too many."""

import json
from dataclasses import replace

import pytest
from tests.cases import cases
from tests.unit.engine import STORED

import ca_research as ca
from ca_research import registry
from ca_research.app import report
from ca_research.app.scaffold import new_claim
from ca_research.ground import paths
from ca_research.ground.errors import UsageError
from ca_research.plots import hooks

CASES = cases(__file__, "answers")
ALONE = "for Kazakhstan alone"
ALONE_KAZ = {"economy": "KAZ"}


@pytest.mark.parametrize("name", CASES)
def test_what_a_run_of_some_claims_ends_with(name, tmp_path, snapshot):
    told = [
        STORED["verdict"] | case | {k: f"{case[k]}{n}" for k in ("run", "claim") if "times" in case}
        for case in CASES[name]
        for n in range(case.get("times", 1))
    ]
    (tmp_path / "verdicts.json").write_text(json.dumps(told))
    assert report.answers(tmp_path, {one["run"] for one in told}) == snapshot
    assert report.answers(tmp_path, {"another"}) == []


def test_a_sentence_is_counted_once(tmp_path):
    """On one day of two, as a whole beside its countries; those of opinion are counted apart."""
    known = registry.claims()
    runs = [(c, day, p) for c in known for day in ("2023-05-19", "latest") for p in ({}, ALONE_KAZ)]
    told = [
        STORED["verdict"]
        | {"run": f"{c}{day}{p}", "claim": c, "as_of": day, "params": p}
        | {"as_printed": "supported" if day == "latest" and not p else "contradicted"}
        for c, day, p in runs
    ]
    (tmp_path / "verdicts.json").write_text(json.dumps(told))
    (line,) = report.answers(tmp_path, {one["run"] for one in told})
    opinions = sum(claim.kind == "opinion" for claim in known.values())
    n = len(known) - opinions
    assert line.startswith(f"{n} sentences as printed, as of latest: {n} supported; {opinions} ")


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
