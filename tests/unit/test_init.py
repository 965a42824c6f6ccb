"""`ca-research init` and `new claim`: a project whole or not at all, a claim that runs at once and
is written in one's own words, and a workflow with which a server makes the report anew.
"""

import datetime as dt
import json
import os
import subprocess
import sys

import nbformat
import pytest
import yaml
from tests.cases import cases

import ca_research as ca
from ca_research import registry
from ca_research.app import scaffold
from ca_research.app.init_command import FORMS, WORKFLOW, make
from ca_research.app.scaffold import new_claim
from ca_research.claims import check
from ca_research.ground import paths
from ca_research.ground.errors import UsageError
from ca_research.registry.schedule import tables_by_notebook

pytest_plugins = ["own_project"]
CASES = cases(__file__, "init")


# --- init


def test_the_sentences_of_an_article_are_listed_and_not_kept(elsewhere):
    (elsewhere / "a.txt").write_text('"Yes": no\n2024-02-01\nTrains came. One, two.\nNobody came.')
    begun = make(elsewhere / "p", elsewhere / "a.txt")
    told = [("1.1", "Trains came."), ("1.2", "One, two."), ("2.1", "Nobody came.")]
    assert begun == (dt.date(2024, 2, 1), True, told)
    text = (elsewhere / "p/registry/article.yaml").read_text(encoding="utf-8")
    assert "Trains came" not in text
    assert yaml.safe_load(text)["title"] == '"Yes": no' and text.count("sha256") == 4


@pytest.mark.parametrize("text", CASES["no article"])
def test_what_cannot_be_a_project_leaves_nothing(elsewhere, text):
    """A day in another form became a sentence or was dropped, and the project was of today."""
    file = elsewhere / "a.txt"
    file.write_text(text, encoding="utf-8")
    before = sorted(elsewhere.iterdir())
    faults = [(elsewhere / "p", file, file), (elsewhere, elsewhere / "article.txt", elsewhere)]
    for folder, article, where in (*faults, (elsewhere / "p", elsewhere / "no", elsewhere / "no")):
        with pytest.raises(UsageError) as caught:
            make(folder, article)
        assert caught.value.where == str(where)
    assert sorted(elsewhere.iterdir()) == before


def test_a_day_further_down_is_not_that_of_the_article(elsewhere):
    """The last paragraph's was taken for it, and no longer listed."""
    (elsewhere / "a.txt").write_text("Trains\nIn 2021 trains came.\n2019-05-05\n2019-05-06 too.\n")
    day, given, told = make(elsewhere / "p", elsewhere / "a.txt")
    assert (day, given) == (dt.date.today(), False)
    assert [said for _, said in told][1:] == ["2019-05-05", "2019-05-06 too."]


def test_a_project_is_found_from_any_folder_in_it_and_one_after_another(elsewhere, monkeypatch):
    assert paths.home() == paths.of_package()
    for name in ("one", "two"):
        (elsewhere / "a.txt").write_text(f"{name}\nA sentence.")
        make(elsewhere / name, elsewhere / "a.txt")
        monkeypatch.chdir(elsewhere / name / "data" / "raw")
        assert paths.home() == elsewhere / name and registry.article().title == name
        assert set(registry.tables()) == {*FORMS, "sources"} and not registry.claims()


def test_built_in_figures_on_request_and_what_a_new_project_has_not(
    elsewhere, monkeypatch, command
):
    """A list of nothing, tables that are not built, and figures that were not wanted."""
    make(elsewhere / "p", extend=True)
    monkeypatch.chdir(elsewhere / "p")
    code, said, _ = command("wanted")
    assert code == 0 and "next: ca-research new claim C01" in said
    assert 500 < len(registry.sources()) < 700 and not registry.claims()
    for refused in (lambda: ca.wanted("C01"), lambda: ca.remove("OWN")):
        with pytest.raises(UsageError):
            refused()


def test_tables_without_figures_are_listed_as_empty(own, command):
    """Each had '1 row' of '1 source' once a figure was added to another; and a project without a
    source had a table without a column.
    """
    assert command("data", "build")[0] == 0
    counted = command("sql", "select count(source_id) as n from sources", "--format", "csv")
    assert counted[1] == "n\n0\n"
    own.lent()
    listed = json.loads(command("data", "list", "--format", "json")[1])
    rows = {row["table"]: row["rows"] for row in listed}
    assert rows == dict.fromkeys(FORMS, 0) | {"facts": 1, "sources": 1}


# --- new claim


@pytest.mark.parametrize("built", [True, False])
@pytest.mark.parametrize("measure, table", [("tables.figure", "facts"), ("trade.rank", "trade")])
def test_the_next_step_of_an_empty_project_is_to_add_figures(own, command, built, measure, table):
    """It was to build tables, which led back to the same words."""
    if built:
        assert command("data", "build")[0] == 0
    code, _, told = command("new", "claim", "C01", "--measure", measure)
    assert code and f"next:  ca-research data add FILE --table {table}" in told
    assert not list(own.home.glob("notebooks/*"))


def test_what_it_writes_is_a_claim_without_a_fault(own):
    own.lent(subject='a town, "large": no')
    claim, notebook = new_claim("C07")
    spec = registry.claim("C07")
    assert claim == paths.registry_dir() / "claims" / "C07.yaml"
    assert check.register(registry.claims(), tables_by_notebook()) == []
    assert (spec.article.paragraph, spec.article.sentence) == (0, 1)  # the first without a claim
    nbformat.validate(nbformat.read(notebook, as_version=4))
    verdict = ca.check("C07")
    assert (verdict.verdict, verdict.criteria[0].estimate) == ("supported", 7)  # more than nought


def test_words_of_the_template_are_told_until_they_are_written(own, command):
    """They stood on the page, and the check called the file well formed."""
    own.lent()
    new_claim("C07")
    own.edit("registry/claims/C07.yaml", "The claim in a few words", "Loans")
    left = [name for name in scaffold.WORDS if name not in ("title", "not_testable")]
    assert scaffold.unwritten(registry.claim("C07")) == left
    assert ", ".join(left) in command("claims", "check")[1]


@pytest.mark.parametrize("measure", ["tables.figure", "facts.count"])
def test_a_word_that_no_row_has_is_told_and_not_refused(own, command, measure):
    """It ended in 'no figure of ... for ...' when the claim was judged."""
    own.lent()
    new_claim("C07", measure=measure)
    assert "no row" not in command("claims", "check")[1]
    own.edit("registry/claims/C07.yaml", '"attribute": "loans"', '"attribute": "lones"')
    code, said, _ = command("claims", "check")
    assert code == 0 and "C07.yaml: criteria.figure: attribute" in said and "'lones'" in said


@pytest.mark.parametrize(("id_", "at"), CASES["no claim"])
def test_wrong_ids_and_places_are_refused_and_no_file_is_touched(own, id_, at):
    own.lent()
    mine = own.home / "notebooks" / "c08.ipynb"
    mine.write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError):
        new_claim(id_, at)
    assert mine.read_text(encoding="utf-8") == "mine"
    assert [*own.home.glob("registry/claims/*"), *own.home.glob("notebooks/*")] == [mine]


# --- a server makes the report anew


def steps(home):
    """The steps of the workflow: name or action, and what it runs."""
    (job,) = yaml.safe_load((home / WORKFLOW).read_text(encoding="utf-8"))["jobs"].values()
    return job["steps"]


def test_the_workflow_is_for_a_new_project_or_one_that_is_there_and_is_not_overwritten(
    elsewhere, own, command, monkeypatch
):
    workflow, lock = own.home / WORKFLOW, own.home / "requirements.lock"
    assert command("init", "--ci")[0] == 0
    made = workflow.read_text(encoding="utf-8")
    assert "http" not in made and list(yaml.safe_load(made)["jobs"]) == ["report"]
    workflow.write_text("mine")
    lock.write_text("pandas==3.0.0\n")
    assert command("init", "--ci")[0] == 2 and workflow.read_text() == "mine"
    workflow.unlink()
    assert command("init", "--ci")[0] == 0 and lock.read_text() == "pandas==3.0.0\n"
    monkeypatch.chdir(elsewhere)
    assert command("init", "p", "--ci")[0] == 0
    assert (elsewhere / "p" / WORKFLOW).read_text(encoding="utf-8") == made
    locked = (elsewhere / "p" / "requirements.lock").read_text()
    assert "\npandas==" in locked and "\nca-research" not in locked
    for words in (["--ci"], [], ["--extend"]):  # no project, and no folder
        assert command("init", *words)[0] == 2


def followed(home, tmp_path):
    """Runs the workflow's commands in their order as a server does: after one that fails only what
    says `if: always()`. The step `install` is replaced: `ca-research` is the package at hand.
    """
    bin_, summary = tmp_path / "bin", tmp_path / "summary.md"
    bin_.mkdir(exist_ok=True)
    command = bin_ / "ca-research"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m ca_research.app.cli "$@"\n')
    command.chmod(0o755)
    summary.write_text("")
    env = os.environ | {"GITHUB_STEP_SUMMARY": str(summary)}
    env["PATH"] = f"{bin_}{os.pathsep}{env['PATH']}"
    codes = {}
    for step in steps(home):
        if "run" not in step or step["name"] == "install":
            continue
        if any(codes.values()) and step.get("if") != "always()":
            continue
        words = ["bash", "-e", "-o", "pipefail", "-c", step["run"]]
        codes[step["name"]] = subprocess.run(words, cwd=home, env=env).returncode
    return codes, summary.read_text(encoding="utf-8")


def test_the_workflow_passes_with_the_accepted_verdicts_and_fails_where_one_moved(
    own, command, tmp_path
):
    assert command("init", "--ci")[0] == 0
    own.lent()
    new_claim("C07")
    own.write_rule("C07")
    assert command("run")[0] == command("verify", "--accept", "--reason", "first baseline")[0] == 0
    codes, summary = followed(own.home, tmp_path)
    names = ["tables", "report", "verdicts against the baseline", "summary"]
    assert codes == dict.fromkeys(names, 0) and "2 verdicts, none differs" in summary
    own.edit("baseline/verdicts.json", '"verdict": "supported"', '"verdict": "contradicted"')
    codes, summary = followed(own.home, tmp_path)
    assert codes == dict.fromkeys(names, 0) | {names[2]: 1}
    assert "| verdict | contradicted | supported |" in summary
    pages = next(step for step in steps(own.home) if step.get("name") == "pages")
    assert pages["if"] == "always()" and (own.home / pages["with"]["path"] / "index.html").is_file()


def test_the_forms_of_an_empty_project_take_figures_of_any_size_and_year(own):
    for name in FORMS:
        for column in registry.table(name).columns.values():
            assert column.max is None and column.min in (None, 0), (name, column)
