"""`new claim`: the files it writes are a valid claim and a valid notebook, and nothing of yours is
overwritten.
"""

from __future__ import annotations

import json

import nbformat
import pytest

from ca_research import registry, runs
from ca_research.app import scaffold
from ca_research.app.scaffold import new_claim
from ca_research.claims import check
from ca_research.ground import paths
from ca_research.ground.errors import CoverageError, UsageError
from ca_research.runs.parameters import tables_by_notebook

ARTICLE = """\
title: An invented article
date: 2024-01-01
publisher: null
report_title: t
report_summary: s
sentences:
  - {paragraph: 0, sentence: 1, none: the title, sha256: HASH}
  - {paragraph: 1, sentence: 1, none: for the test, sha256: HASH}
""".replace("HASH", "a" * 64)


@pytest.fixture
def article(project):
    (project.home / "registry" / "article.yaml").write_text(ARTICLE, encoding="utf-8")
    header = ["fact_id", "subject", "attribute", "year", "value", "unit", "source_id"]
    columns = {
        n: {"type": t, "meaning": n, "nullable": n == "year"}
        for n, t in zip(
            header,
            ("string", "string", "string", "year", "number", "string", "source"),
            strict=True,
        )
    }
    columns["year"] |= {"min": 1990, "max": 2030, "reason": "invented"}
    columns["value"] |= {"unit": "see unit", "min": 0, "max": 99, "reason": "invented"}
    project.edit("facts", columns=columns)
    project.rows(
        ("a", "KAZ", 'loans, "large": no', "2019", "7", "books", "S_CALENDAR"), table="facts"
    )
    from ca_research import tables

    tables.build()
    return project


def test_words_of_the_template_are_told_until_they_are_written(article, command):
    """They stood on the page, and the check called the file well formed."""
    claim, _ = new_claim("C07")
    words = command("claims", "check")[1]
    assert "C07 still has words of the template: title, restatement, known_before" in words
    assert "criterion, why, rule, against, would_change, rivals" in words
    text = claim.read_text(encoding="utf-8")
    for name, template in scaffold.WORDS.items():
        assert template.format(measure="tables.figure") in text, name
    assert scaffold.unwritten(registry.claims()["C07"]) == [*scaffold.WORDS]
    edited = text.replace("The claim in a few words", "Loans").replace(
        "Your guess, in words.", "No."
    )
    claim.write_text(edited, encoding="utf-8")
    registry.forget()
    left = scaffold.unwritten(registry.claims()["C07"])
    assert left == [n for n in scaffold.WORDS if n not in ("title", "expected")]


def test_a_word_that_no_row_has_is_told_and_not_refused(article, command):
    """It ended in 'no figure of ... for ...' when the claim was judged."""
    new_claim("C07")
    new_claim("C08", measure="facts.count")
    article.edit("facts")
    assert "no row" not in command("claims", "check")[1]
    for claim, attribute in (("C07", "lones"), ("C08", "lent")):
        file = article.home / "registry" / "claims" / f"{claim}.yaml"
        now = json.dumps(registry.claim(claim).criteria()["figure"].settings["attribute"])
        text = file.read_text(encoding="utf-8")
        assert now in text
        file.write_text(text.replace(now, attribute), encoding="utf-8")
    article.edit("facts")
    code, said, _ = command("claims", "check")
    assert code == 0 and "2 claims are well formed" in said
    told = "yaml: criteria.figure: attribute: no row of table facts"
    assert f"C07.{told} with the subject 'KAZ' has the attribute 'lones'" in said
    assert f"C08.{told} has the attribute 'lent'" in said


def test_what_it_writes_is_a_claim_that_has_no_fault(article):
    claim, notebook = new_claim("C07")
    article.edit("facts")  # what was read of the registry is forgotten
    spec = registry.claim("C07")
    assert check.register(registry.claims(), tables_by_notebook()) == []
    assert (spec.article.paragraph, spec.article.sentence) == (0, 1)  # the first without a claim
    assert spec.criteria()["figure"].settings == {
        "subject": "KAZ",
        "attribute": 'loans, "large": no',
    }
    nbformat.validate(nbformat.read(notebook, as_version=4))
    assert list(runs.declared(notebook)) == ["as_of"]
    assert claim == paths.registry_dir() / "claims" / "C07.yaml"


def test_it_runs_at_once(article):
    import ca_research as ca

    new_claim("C07", (1, 1))
    article.edit("facts")  # what was read of the registry is forgotten
    claim = ca.claim("C07")
    verdict = claim.judge(claim.gather(facts=ca.load("facts")))
    assert verdict.verdict == "supported"  # 7 books are more than the example's nought
    assert verdict.criteria[0].estimate == 7


@pytest.mark.parametrize(
    ("claim_id", "at", "words"),
    [
        ("7C", None, "not a claim's id"),
        ("../C07", None, "not a claim's id"),
        ("C07", (9, 9), "no sentence 9"),
    ],
)
def test_wrong_ids_and_places_are_refused_and_nothing_is_written(article, claim_id, at, words):
    with pytest.raises(UsageError, match=words):
        new_claim(claim_id, at)
    assert list((article.home / "registry" / "claims").iterdir()) == []
    assert list((article.home / "notebooks").iterdir()) == []


def test_a_file_that_is_there_stays_as_it_is(article):
    mine = article.home / "notebooks" / "c07.ipynb"
    mine.write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="there already"):
        new_claim("C07")
    assert mine.read_text(encoding="utf-8") == "mine"
    assert not (article.home / "registry" / "claims" / "C07.yaml").exists()


def test_without_figures_it_says_so(article):
    article.rows(table="facts")
    from ca_research import tables

    tables.build()
    with pytest.raises(CoverageError, match="no figure to start from"):
        new_claim("C07")
