"""The pages about all claims in a small project of one's own: its letters, its numbers, and what it
does not have.
"""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from ca_research import registry
from ca_research.site import write_site
from ca_research.site.first_use import link_terms
from ca_research.site.read import Page

CLAIM: dict[str, Any] = {
    "title": "A claim",
    "quotation": "q",
    "restatement": "r",
    "kind": "quantity",
    "article": {"paragraph": 1, "sentence": 1, "sha256": "0" * 64},
    "declared_on": "2026-01-01",
    "known_before": "k",
    "expected": "not testable",
    "notebook": "n.ipynb",
    "data": ["facts"],
    "readings": [
        {
            "name": "literal",
            "title": "t",
            "statement": "s",
            "not_testable": "nobody counts it",
            "answer": "Nobody counts it.",
            "against": "a",
            "would_change": "c",
        }
    ],
    "rivals": ["r"],
}


@pytest.fixture
def written(project, tmp_path):
    """The pages about all claims, of one run for each theme that is given; none has a verdict."""

    def of(*themes: str) -> dict[str, str]:
        pages = []
        for number, theme in enumerate(themes, 1):
            claim = f"X{number:02}"
            file = project.home / "registry" / "claims" / f"{claim}.yaml"
            file.write_text(
                yaml.safe_dump(CLAIM | {"id": claim, "theme": theme}, allow_unicode=True)
            )
            pages.append(Page(claim.lower(), claim, {}, "", "it stopped", "cell 1", "n.ipynb"))
        registry.forget()
        out = tmp_path / "out"
        write_site(out, read=SimpleNamespace(pages=lambda: pages))
        return {file.stem: file.read_text(encoding="utf-8") for file in out.glob("*.html")}

    return of


def test_themes_in_any_letters_have_anchors_of_their_own(written):
    """Those in other letters than a to z shared one, so that links led to the first."""
    made = written("экономика", "贸易", "Öko nomie", "Öko-nomie")
    for page in ("index", "register"):
        ids = re.findall(r' id="(theme-[^"]*)"', made[page])
        assert len(ids) == len(set(ids)) == 4 and "theme-экономика" in ids
        assert set(ids) == set(re.findall(r'href="#(theme-[^"]*)"', made[page]))


def test_terms_that_differ_in_other_letters_alone_are_each_linked(project, written):
    terms = [{"term": term, "means": "A term."} for term in ("порог", "доля", "Öko A", "Öko-A")]
    glossary = project.home / "registry" / "glossary.yaml"
    glossary.write_text(yaml.safe_dump({"terms": terms}, allow_unicode=True), encoding="utf-8")
    ids = re.findall(r'<dt id="([^"]*)"', written("trade")["glossary"])
    assert sorted(ids) == sorted(["порог", "доля", "öko-a", "öko-a-2"])
    linked = link_terms("<main><p>порог, доля, Öko A, Öko-A</p></main>")
    assert sorted(re.findall(r'href="glossary.html#([^"]*)"', linked)) == sorted(ids)


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_one_is_not_called_many_and_what_is_not_there_is_not_told_of(project, written):
    """'1 claims' from '1 runs', 'None of the 0 entries', tables without a name in brackets."""
    article = project.home / "registry" / "article.yaml"
    content = yaml.safe_load(article.read_text(encoding="utf-8")) | {"report_summary": ""}
    article.write_text(yaml.safe_dump(content), encoding="utf-8")
    (project.spec("events")).unlink()
    told = {name: words(html) for name, html in written("trade").items()}
    assert "1 claim as printed, and 0 sentences of opinion" in told["index"]
    assert "The claims of “Invented article” are checked here" in told["index"]
    assert "1 entry was judged" in told["methods"]
    assert "Of 1 entry none was written blind" in told["methods"]
    for name in ("index", "register", "methods", "amendments"):
        assert "from 1 run ·" in told[name] or "from 1 run." in told[name], name
    none = words(written()["methods"])
    for said in (told["methods"], none):
        assert "Dated events" not in said and "overview" not in said and "why not. " in said
    assert "0 entries were judged" in none and "written blind" not in none
