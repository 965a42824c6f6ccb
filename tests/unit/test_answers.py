"""What a run, a claim and a verdict say of themselves in a terminal: words, and not too many."""

import json
from dataclasses import replace

import pytest

import ca_research as ca
from ca_research.app import report
from ca_research.app.scaffold import new_claim
from ca_research.ground import paths
from ca_research.ground.errors import UsageError
from ca_research.plots import hooks


def stored(claim: str, verdict: str, as_of: str = "latest", leads: bool = True, **params) -> dict:
    criteria = [{"label": "Rise", "state": "undecided"}, {"label": "Share", "state": "holds"}]
    about = {"claim": claim, "params": params, "as_of": as_of, "verdict": verdict}
    told = {"criteria": criteria, "answer": "Two of the five.", "rule": "r", "title": "Alone"}
    printed = {"as_printed": verdict, "because": "b", "nearness": 2 if leads else None}
    return about | {"leads": leads, "fragile": verdict == "supported"} | told | printed


@pytest.fixture
def out(tmp_path):
    def write(*verdicts: dict):
        (tmp_path / "verdicts.json").write_text(json.dumps(verdicts))
        return tmp_path

    return write


def test_each_run_ends_with_its_answer_the_sentence_and_its_tests(out):
    folder = out(
        stored("C33", "not enough evidence", "2023-05-19", economy="KAZ"),
        stored("C33", "supported", economy="KAZ", years=5),
        stored("C33", "contradicted", leads=False, economy="KAZ", years=5),
        stored("C30", "contradicted"),
    )
    assert report.answers(folder, ["C33"], [{}]) == [
        "C33 Kazakhstan, known on 19 May 2023: Two of the five.",
        "  As printed: not enough evidence. b",
        "  Test “Alone”, nearness 2 of 3: not enough evidence.",
        "C33 Kazakhstan, years=5, with all figures: Two of the five.",
        "  As printed: supported. b",
        "  Test “Alone”, nearness 2 of 3: supported, fragile.",
        "  Test “Alone”: contradicted.",
    ]
    assert report.answers(folder, ["C30"], [{}])[0] == "C30, with all figures: Two of the five."


def runs_of(lines):
    """The lines with which a run begins."""
    return [line for line in lines if not line.startswith(" ")]


def test_only_what_was_asked_for_is_said(out):
    folder = out(
        *(stored("C33", "supported", economy=e, strict=True) for e in ("KAZ", "KGZ", "UZB"))
    )

    def of(*asked):
        return runs_of(report.answers(*asked))

    assert len(of(folder, ["C33"], [{"economy": ["KAZ"], "strict": ["true"]}])) == 1
    assert len(of(folder, ["C33"], [{"economy": ["KAZ", "UZB"]}])) == 2
    assert len(of(folder, ["C33"], [{"economy": ["Kazakhstan", "uzb"]}])) == 2
    assert len(of(folder, ["C33"], [{"economy": ["KAZ"]}, {"economy": ["KGZ"]}])) == 2
    assert len(of(folder, ["C33"], [{"level": ["1"]}])) == 3  # not stored with a verdict
    assert of(folder, ["C33"], [{"as_of": ["2023-05-19"]}]) == []


def test_many_verdicts_are_counted(out):
    folder = out(
        *(stored("C01", "supported") for _ in range(60)),
        *(stored("C02", "not testable") for _ in range(40)),
    )
    assert report.answers(folder, [], [{}]) == [
        "100 sentences as printed: 60 supported, 40 not testable"
    ]


def test_a_report_without_verdicts_says_none(tmp_path):
    assert report.answers(tmp_path, ["brief"], [{}]) == []


def test_a_claim_and_a_verdict_print_as_text():
    claim = ca.claim("C30")
    assert repr(claim) == "claim('C30')"
    assert (
        str(claim).startswith("C30 ")
        and claim.spec.quotation in str(claim)
        and claim.rule in str(claim)
    )
    verdict = claim.judge(claim.gather(students=ca.load("students", as_of="2023-05-19")))
    assert len(repr(verdict)) < 120 and verdict.verdict in repr(verdict)
    first, printed, *rest = str(verdict).splitlines()
    assert first == f"C30: {verdict.answer}" and len(str(verdict)) < 1500
    assert printed.startswith(f"As printed: {verdict.as_printed}.")
    assert all(any(c.label in line for line in rest) for c in verdict.criteria)


def test_a_verdict_for_one_country_says_so_where_its_statement_speaks_of_all():
    """The first line that a new user sees read as an answer for the five."""
    for_one = ca.check("C33", economy="KAZ")
    assert f"{for_one.statement} Judged here for Kazakhstan alone.\n" in str(for_one)
    assert "Judged here for Kazakhstan alone." in hooks.verdict_html(for_one)
    for_two = replace(for_one, params={"economy": "KAZ,KGZ"})
    assert "Judged here for Kazakhstan and Kyrgyzstan alone." in str(for_two)
    assert "alone" not in str(replace(for_one, params={"economy": "CA5"})).splitlines()[-1]


def test_a_new_claim_is_not_written_into_the_installed_package(project, monkeypatch):
    monkeypatch.delenv("CA_RESEARCH_HOME")
    monkeypatch.setattr(paths, "_CHECKOUT", project.home / "none")
    monkeypatch.setattr(paths, "_BUNDLED", project.home)
    monkeypatch.chdir(project.home.parent)
    with pytest.raises(UsageError, match="the installed package is not written to") as caught:
        new_claim("C07")
    assert "ca-research init my-project" in caught.value.hint
    assert not (project.home / "registry" / "claims" / "C07.yaml").exists()
