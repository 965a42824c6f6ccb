"""A project whose claims have the ids of this article's: what is kept by them is not its own."""

import csv
import json
import re
import shutil
from pathlib import Path

import pytest
import yaml

import ca_research as ca
from ca_research import registry
from ca_research.app.init_command import make
from ca_research.app.scaffold import new_claim, new_overview
from ca_research.ground import paths

pytest_plugins = ["own_project"]

OURS = paths.of_package()
CLAIMS = [yaml.safe_load(file.read_text()) for file in OURS.glob("registry/claims/*.yaml")]
WITH_DOCUMENTS = "C09"
"""The one on which the project has a document of its own."""
AMENDED = {"date": "2024-04-01", "reason": "a bar was lowered", "rule_sha256_before": "0" * 64}
AMENDED |= {
    "before": dict.fromkeys(("then", "now"), "contradicted"),
    "after": dict.fromkeys(("then", "now"), "supported"),
}
REGION = re.compile(
    r"(?i:belt and road|uzbek|kazakh|kyrgyz|tajik|turkmen|central asia|the five\b|\bchina|chinese"
    r"|russia|three evils|great powers|29 November 2026|2026-11-29)|\bUZB|\bCA5\b"
)
"""Of what only this article speaks."""


def rows(file):
    with (OURS / file).open(newline="") as text:
        return list(csv.DictReader(text))


def words_of_ours():
    """Texts that stand nowhere but in this article's register, with the rows kept by its ids."""
    documents = rows("data/raw/evidence/small.csv")
    tables = (yaml.safe_load(f.read_text()) for f in OURS.glob("registry/tables/*.yaml"))
    figures = {s for table in tables if table["table"] != "evidence" for s in table["rows"]}
    cited = {row["source_id"]: row["citation"] for row in rows("registry/sources.csv")}
    of_figures = "\n".join(cited.pop(source) for source in figures)
    assert len(documents) > 400 and len(cited) > 300
    codings = (yaml.safe_load(f.read_text()) for f in OURS.glob("registry/coding/*.yaml"))
    return {
        registry.article().title,
        *(row["statement"] for row in documents),
        *(citation for citation in cited.values() if citation not in of_figures),
        *(text for claim in CLAIMS for text in (claim["title"], claim["restatement"])),
        *(row["reason"] for coding in codings for row in coding["rows"]),
    }


def declare(home, id_, settings):
    """A claim by origins of documents, with a threshold that a single one meets."""
    file = home / "registry" / "claims" / f"{id_}.yaml"
    claim = yaml.safe_load(file.read_text())
    (reading,) = claim["readings"]
    reading["criteria"][0] |= {"settings": settings, "axes": [], "threshold": 0}
    claim |= {"grid": {"axes": []}, "amendments": [AMENDED]}
    file.write_text(yaml.safe_dump(claim, allow_unicode=True))


def settings_of(claim):
    """Those of its first criterion by origins, as far as they are no coding of this article."""
    criteria = [c for reading in claim["readings"] for c in reading.get("criteria", ())]
    of = [c["settings"] for c in criteria if c["measure"] == "relations.independent_sources"]
    about = {"claim": claim["id"], "strength": "any"} | (of[0] if of else {})
    return {name: value for name, value in about.items() if name != "counting"}


@pytest.fixture
def colliding(elsewhere, monkeypatch):
    """The project, on the built-in figures; `before` makes it as it was begun when documents came
    along.
    """
    words = words_of_ours()

    def begin(ids, before=False):
        home = elsewhere / "p"
        make(home, elsewhere / "article.txt", extend=True)
        if before:
            for name in ("registry/tables/evidence.yaml", "registry/sources.csv"):
                shutil.copy(OURS / name, home / name)
            shutil.copytree(OURS / "data/raw/evidence", home / "data/raw/evidence")
        monkeypatch.chdir(home)
        registry.forget()
        file = elsewhere / "letters.csv"
        cells = {"claim": WITH_DOCUMENTS, "reading": "literal", "item": "letter"}
        cells |= {"date": "2023-05-01", "direction": "supports", "origin_group": "letter"}
        cells |= {"strength": "primary", "text_seen": "full", "statement": "Books were new."}
        file.write_text(f"{','.join(cells)}\n{','.join(cells.values())}\n")
        about = {"published": "2023-05-02", "publisher": "Town", "title": "A letter"}
        ca.add(file, table="evidence", source="LETTER", licence="open", **about)
        for claim in CLAIMS:
            if claim["id"] in ids:
                new_claim(claim["id"], "1.1", measure="documents.origins")
                declare(home, claim["id"], settings_of(claim))
        registry.forget()
        return home

    return begin, words


@pytest.mark.parametrize("before", [False, True])
def test_no_claim_is_judged_by_documents_of_another_register(colliding, command, before):
    """C09 was supported, with high certainty, by 18 sources, and no document had been added."""
    begin, _ = colliding
    begin({claim["id"] for claim in CLAIMS}, before=before)
    assert ca.load("evidence")["claim"].tolist() == [WITH_DOCUMENTS]
    verdicts = {name: ca.check(name) for name in registry.claims()}
    assert len(verdicts) == len(CLAIMS)
    own = verdicts.pop(WITH_DOCUMENTS)
    assert (own.verdict, own.sources) == ("supported", ("LETTER",))
    assert {(v.verdict, v.sources) for v in verdicts.values()} == {("not enough evidence", ())}
    left_out = "evidence/small.csv, whose rows name claims of another article"
    assert (left_out in command("data", "build")[1]) == before


def test_its_register_and_tables_hold_figures_and_their_sources_alone(colliding, command):
    begin, words = colliding
    home = begin({WITH_DOCUMENTS})
    files = [*home.glob("registry/**/*.*"), *home.glob("data/raw/*.*"), home / "README.md"]
    for file in filter(Path.is_file, files):
        assert [word for word in words if word in file.read_text()] == [], file
    used = {s for table in registry.tables() if table != "sources" for s in registry.rows_of(table)}
    assert {*registry.sources()} == used == {*ca.load("sources")["source_id"]}
    listed = {
        row["table"]: row for row in json.loads(command("data", "list", "--format", "json")[1])
    }
    assert (listed["evidence"]["rows"], listed["evidence"]["sources"]) == (1, 1)


def test_a_project_without_figures_speaks_of_no_region(own, command):
    """A list of dates of the Belt and Road, an Uzbek source and the five stood in its tables."""
    texts = {f.name: f.read_text() for f in own.home.glob("registry/**/*.*") if f.suffix == ".yaml"}
    texts |= {table: command("data", "show", table)[1] for table in registry.tables()}
    texts["measures"] = command("measures")[1]
    assert {name: hits for name, text in texts.items() if (hits := REGION.findall(text))} == {}


@pytest.mark.long
def test_pages_and_exports_hold_nothing_of_another_register(colliding, command):
    begin, words = colliding
    home = begin({WITH_DOCUMENTS, "C10", "C13"})
    new_claim("O01", "1.2", opinion=True)
    new_overview()
    assert command("run")[0] == 0
    files = [f for f in (home / "reports").iterdir() if f.is_file() and f.suffix != ".png"]
    assert {"c09-as-of-latest.html", "glossary.html", "claimreview.jsonld"} <= {
        f.name for f in files
    }
    for file in files:
        text = file.read_text()
        assert ([word for word in words if word in text], REGION.findall(text)) == ([], []), file
    assert "a bar was lowered" in (home / "reports" / "amendments.html").read_text()
    terms = (home / "reports" / "glossary.html").read_text()
    assert "<dt" in terms and "gravity" not in terms and "TEU" not in terms
    reviews = json.loads((home / "reports" / "claimreview.jsonld").read_text())["@graph"]
    assert reviews and not any("author" in review for review in reviews)
