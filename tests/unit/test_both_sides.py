"""What a page of any claim says for and against it, and what its pictures' captions claim."""

import pandas as pd
import pytest
from tests.unit.test_pictures_kept import closed, shown

import ca_research as ca
from ca_research import plots, registry
from ca_research.app.scaffold import new_claim
from ca_research.plots.documents import document_tables
from ca_research.plots.kinds import MARKS, _result, legend
from ca_research.site.read import read_page

pytest_plugins = ["own_project"]
__all__ = ["closed", "shown"]

AGAINST = "The books were counted twice."
KEYS = ["claim", "reading", "item", "date", "direction", "origin_group", "strength", "text_seen"]


@pytest.fixture
def denied(own):
    """A claim judged by a figure alone, and a document against it."""
    own.lent()
    new_claim("C07")
    row = ["C07", "literal", "a letter", "2023-05-01", "refutes", "LETTER", "primary", "full"]
    frame = pd.DataFrame([[*row, AGAINST]], columns=[*KEYS, "statement"])
    about = {"published": "2023", "publisher": "Town", "title": "A letter", "licence": "open"}
    file = own.home / "letter.csv"
    frame.to_csv(file, index=False)
    ca.add(file, table="evidence", source="LETTER", **about)
    return own


def test_a_document_against_a_claim_that_no_criterion_counts_is_listed(denied):
    lists = {record["section"]: record for record, *_ in document_tables(ca.check("C07"))}
    assert AGAINST in lists["against"]["rows"][0]
    assert lists["for"]["rows"] == [] and lists["for"]["note"] == "none is on record"
    early = document_tables(ca.check("C07", as_of="2022-01-01"))
    assert early == []


@pytest.mark.long
def test_it_stands_on_the_page_of_a_notebook_that_does_not_ask_for_it(denied, command):
    denied.write_rule("C07")
    assert command("run", "C07")[0] == 0
    reports = denied.home / "reports"
    page = (reports / "c07-as-of-latest.html").read_text()
    start = page.index('id="against"')
    sides = page[start : page.index('id="missing"')]
    assert sides.index("Documents for the sentence: none is on record.") < sides.index(AGAINST)
    (table,) = read_page(reports / "notebooks" / "c07-as-of-latest.ipynb").of("against")
    assert table.cited(0) == ["LETTER"]


@pytest.mark.parametrize(("before", "drawn"), [(None, set()), (7, set()), (5, {"others"})])
def test_a_caption_speaks_of_the_marks_that_are_drawn(own, before, drawn):
    own.lent(7)
    if before is not None:  # the same figure in another way is no other mark
        own.lent(before, "EARLIER", year=2021)
    new_claim("C07", axis="year")
    claim = ca.claim("C07")
    evidence = claim.gather(**{name: ca.load(name) for name in claim.spec.data})
    words = legend(MARKS, plots.criterion_figure(evidence, "figure"))
    assert {name for name, told in MARKS.items() if told in words} == drawn | {"bar"}
    rows = pd.DataFrame({"economy": ["KAZ"], "loans": [3]})
    assert legend(MARKS, plots.bars(rows, "loans")) == ""
    assert legend(MARKS, plots.bars(rows, "loans", bar=2)) == MARKS["bar"]


def test_a_false_statement_is_quoted_and_answered(own, shown):
    own.lent(7)
    new_claim("C07")
    own.edit("registry/claims/C07.yaml", "threshold: 0 ", "threshold: 9 ")
    claim = ca.claim("C07")
    evidence = claim.gather(**{name: ca.load(name) for name in claim.spec.data})
    plots.show_criterion(evidence, "figure")
    (record,) = (value for kind, value in shown[-1].items() if "figure+json" in kind)
    statement = registry.claim("C07").criteria()["figure"].statement
    assert f"“{statement}”" in record["note"] and "Answer: no." in record["note"]
    assert _result(evidence, "figure").state == "fails"
