"""A project of one's own with one figure, begun as a user begins it; for tests of several files."""

import csv
import json
import re

import pytest

import ca_research as ca
from ca_research import registry
from ca_research.app.init_command import make
from ca_research.app.template import RULE, WORDS
from ca_research.ground import paths
from ca_research.runs import inputs

ARTICLE = "A town\n2024-03-01\nMany books were lent. They were new.\nNobody counted them.\n"


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A folder that lies in no project, with an article."""
    monkeypatch.delenv("CA_RESEARCH_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "article.txt").write_text(ARTICLE)
    registry.forget()
    yield tmp_path
    registry.forget()


class Own:
    """A project, and what its user does with files."""

    def __init__(self, home):
        self.home = home

    def lent(self, books=7, source="TOWN", subject="town", year=2022, **more):
        """Adds how many books were lent in a year."""
        file = self.home / f"{source}.csv"
        rows = [("subject", "attribute", "year", "value", "unit")]
        rows.append((subject, "loans", str(year), str(books), "books"))
        with file.open("w", newline="") as text:
            csv.writer(text).writerows(rows)
        about = {"published": "2023", "publisher": "Town", "title": "Loans", "licence": "open"}
        ca.add(file, table="facts", source=source, **about | more)
        file.unlink()

    def edit(self, name, pattern, to):
        """Another text in a file, which has to be in it."""
        file = self.home / name
        text = file.read_text()
        assert re.search(pattern, text), pattern
        file.write_text(re.sub(pattern, lambda _: to, text))
        registry.forget()

    def write_rule(self, claim):
        """One's own words in the place of the template's for the rule."""
        for name in RULE:
            words = WORDS[name].format(measure="tables.figure")
            self.edit(f"registry/claims/{claim}.yaml", re.escape(words), f"Own words, {name}")


@pytest.fixture
def own(elsewhere, monkeypatch):
    """A project that has just begun, and is the current folder."""
    make(elsewhere / "own", elsewhere / "article.txt")
    monkeypatch.chdir(elsewhere / "own")
    return Own(elsewhere / "own")


def as_if_run(*declared, **others):
    """Entries of a manifest as if these had just been run, on inputs of which some were others."""
    about, entries = inputs.Inputs(None), []
    for run in declared:
        given = about.again(run, {})
        given |= {name: value for name, value in others.items() if name in given}
        told = {name: getattr(run, name) for name in ("run_id", "name", "params")}
        told |= {"notebook": paths.shown(run.notebook), "inputs": given, "error": ""}
        entries.append(told)
    return entries


def write_report(folder, runs, verdicts=()):
    """The two files of a report that are compared, from entries."""
    folder.mkdir(exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps({"runs": list(runs)}))
    (folder / "verdicts.json").write_text(json.dumps(list(verdicts)))
    return folder
