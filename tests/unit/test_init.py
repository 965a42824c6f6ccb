"""`ca-research init`: a project whole or not at all, found from any folder in it."""

from __future__ import annotations

import datetime as dt

import pytest
from typer.testing import CliRunner

from ca_research import add, load, registry
from ca_research.app.cli import app
from ca_research.app.init_command import FORMS, make
from ca_research.app.template import RULE, WORDS
from ca_research.ground import paths
from ca_research.ground.errors import UsageError
from ca_research.ground.periods import day_in_words

ARTICLE = "Trains\n2024-02-01\nMore trains came. They were long.\nNobody counted them.\n"


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A folder that lies in no project."""
    monkeypatch.delenv("CA_RESEARCH_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    registry.forget()


def test_the_sentences_of_an_article_are_listed_and_not_kept(elsewhere):
    (elsewhere / "a.txt").write_text(ARTICLE, encoding="utf-8")
    begun = make(elsewhere / "p", elsewhere / "a.txt")
    assert begun.sentences == [
        ("1.1", "More trains came."),
        ("1.2", "They were long."),
        ("2.1", "Nobody counted them."),
    ]
    text = (elsewhere / "p/registry/article.yaml").read_text(encoding="utf-8")
    assert "trains came" not in text and text.count("sha256") >= 4


@pytest.mark.parametrize(
    "second",
    [
        "3 March 2021",
        "March 3, 2021",
        "Moscow, 3.03.2021",
        "2021-03-03.",
        "2021/3/3",
        "3 марта 2021",
    ],
)
def test_a_day_in_another_form_is_refused(elsewhere, second):
    """It became a sentence or was dropped, and the project was of today without a word."""
    (elsewhere / "a.txt").write_text(ARTICLE.replace("2024-02-01", second), encoding="utf-8")
    with pytest.raises(UsageError, match="no day") as fault:
        make(elsewhere / "p", elsewhere / "a.txt")
    assert second in fault.value.what and "2024-03-01" in fault.value.hint


def test_a_day_further_down_is_not_that_of_the_article(elsewhere):
    """The last paragraph's was taken for it, and no longer listed."""
    text = "Trains\nIn 2021 trains came.\n2019-05-05\n2019-05-06 was another day.\n"
    (elsewhere / "a.txt").write_text(text, encoding="utf-8")
    done = CliRunner().invoke(app, ["init", "p", "--article", "a.txt"])
    today = day_in_words(dt.date.today())
    assert f"day of the article: {today} (today, as its second line says none" in done.stdout
    assert "2.1  2019-05-05" in done.stdout and "3.1  2019-05-06 was" in done.stdout
    (elsewhere / "a.txt").write_text(ARTICLE, encoding="utf-8")
    done = CliRunner().invoke(app, ["init", "q", "--article", "a.txt"])
    assert "day of the article: 1 February 2024\n" in done.stdout


def test_a_project_is_found_from_any_folder_in_it(elsewhere, monkeypatch):
    make(elsewhere / "p")
    assert paths.home() == paths.of_package()
    monkeypatch.chdir(elsewhere / "p" / "data" / "raw")
    assert paths.home() == elsewhere / "p"
    assert set(registry.tables()) == {*FORMS, "sources"} and not registry.claims()


def test_one_project_after_another_in_one_process(elsewhere, monkeypatch):
    for name, words in (("one", "One\nA sentence."), ("two", "Two\nAnother. And more.")):
        (elsewhere / "a.txt").write_text(words, encoding="utf-8")
        make(elsewhere / name, elsewhere / "a.txt")
    monkeypatch.chdir(elsewhere / "one")
    assert registry.article().title == "One"
    monkeypatch.chdir(elsewhere / "two")
    assert (registry.article().title, len(registry.article().sentences)) == ("Two", 3)


def test_from_nothing_to_a_verdict_once_the_rule_is_written(elsewhere, monkeypatch):
    run = CliRunner()
    (elsewhere / "a.txt").write_text(ARTICLE, encoding="utf-8")
    assert run.invoke(app, ["init", "p", "--article", "a.txt"]).exit_code == 0
    monkeypatch.chdir(elsewhere / "p")
    (elsewhere / "p/trains.csv").write_text(
        "subject,attribute,year,value,unit\nrail,trains,2022,5,trains\nrail,trains,2023,7,trains\n"
    )
    words = ["--table", "facts", "--source", "RAIL", "--published", "2024-01-05", "--yes"]
    about = ["--title", "Trains", "--publisher", "The railway", "--licence", "not stated"]
    added = run.invoke(app, ["data", "add", "trains.csv", *words, *about])
    assert added.exit_code == 0, added.output
    assert load("facts")["fact_id"].tolist() == ["RAIL-1", "RAIL-2"]
    done = run.invoke(app, ["new", "claim", "T1", "--sentence", "1.1"])
    assert done.exit_code == 0, done.output
    assert "supported" not in done.output, "no verdict before the rule"
    refused = run.invoke(app, ["check", "T1"])
    assert refused.exit_code and "supported" not in refused.output
    assert "no verdict before the rule is written" in str(refused.exception)
    file = elsewhere / "p/registry/claims/T1.yaml"
    text = file.read_text()
    for name in RULE:
        text = text.replace(WORDS[name].format(measure="tables.figure"), f"Own words, {name}")
    file.write_text(text)
    registry.forget()  # it was looked at less than a moment ago
    said = run.invoke(app, ["check", "T1"]).stdout
    assert said.startswith("T1: ") and "As printed: supported." in said


def test_built_in_figures_on_request(elsewhere, monkeypatch):
    make(elsewhere / "p", extend=True)
    monkeypatch.chdir(elsewhere / "p")
    assert len(registry.sources()) > 900 and not registry.claims()
    assert (elsewhere / "p/data/raw/students/small.csv").is_file()


def test_what_a_new_project_has_not_is_said(elsewhere, monkeypatch):
    """A list of nothing, tables that are not built, and figures that were not wanted."""
    run = CliRunner()
    make(elsewhere / "p", extend=True)
    monkeypatch.chdir(elsewhere / "p")
    assert "there is no claim yet" in str(run.invoke(app, ["wanted", "C01"]).exception)
    assert "There is no claim yet" in run.invoke(app, ["wanted"]).stdout
    gone = run.invoke(app, ["data", "remove", "OWN"])
    assert "there is no added source yet" in str(gone.exception)
    done = run.invoke(app, ["new", "claim", "C01", "--measure", "trade.rank"])
    assert done.exit_code == 0 and "no verdict before the rule" in done.stdout


@pytest.mark.parametrize("built", [True, False])
def test_the_next_step_of_an_empty_project_is_to_add_figures(elsewhere, monkeypatch, built):
    """It was to build tables, which led back to the same words."""
    run = CliRunner()
    make(elsewhere / "p")
    monkeypatch.chdir(elsewhere / "p")
    if built:
        assert run.invoke(app, ["data", "build"]).exit_code == 0
    for words in (["new", "claim", "C01"], ["new", "claim", "C01", "--measure", "trade.rank"]):
        error = run.invoke(app, words).exception
        table = "trade" if "trade.rank" in words else "facts"
        assert error.what == f"table '{table}' has no figures yet"
        assert error.hint == f"ca-research data add FILE --table {table}"


def test_a_project_without_a_source_can_be_asked_for_them(elsewhere, monkeypatch):
    """A table without a column could not be read, and building it again did not help."""
    run = CliRunner()
    make(elsewhere / "p")
    monkeypatch.chdir(elsewhere / "p")
    assert run.invoke(app, ["data", "build"]).exit_code == 0
    done = run.invoke(app, ["sql", "select count(source_id) as n from sources", "--format", "csv"])
    assert done.stdout == "n\n0\n", done.exception


@pytest.mark.parametrize(
    "there, article, fault",
    [
        (True, ARTICLE, "something in the folder"),
        (False, "", "no sentences"),
        (False, "A title alone\n", "no sentences"),
        (False, ARTICLE.replace("02-01", "02-31"), "no day"),
        (False, ARTICLE.replace("2024", "2999"), "in the future"),
        (False, None, "cannot be read"),
    ],
)
def test_what_cannot_be_a_project_leaves_nothing(elsewhere, there, article, fault):
    if there:
        (elsewhere / "p").mkdir()
        (elsewhere / "p/mine.txt").write_text("kept")
    if article is not None:
        (elsewhere / "a.txt").write_text(article, encoding="utf-8")
    before = sorted(str(f) for f in elsewhere.rglob("*"))
    done = CliRunner().invoke(app, ["init", "p", "--article", "a.txt"])
    assert isinstance(done.exception, UsageError) and fault in str(done.exception)
    assert sorted(str(f) for f in elsewhere.rglob("*")) == before


def test_a_title_is_quoted(elsewhere):
    (elsewhere / "a.txt").write_text('"Yes": no\nA sentence.\n', encoding="utf-8")
    make(elsewhere / "p", elsewhere / "a.txt")
    text = (elsewhere / "p/registry/article.yaml").read_text(encoding="utf-8")
    assert 'title: "\\"Yes\\": no"' in text


def test_tables_without_figures_are_listed_as_empty(elsewhere, monkeypatch):
    """Each had '1 row' of '1 source' once a figure was added to another."""
    make(elsewhere / "p")
    monkeypatch.chdir(elsewhere / "p")
    (elsewhere / "a.csv").write_text("origin,destination,year,students\nKAZ,CHN,2020,5\n")
    said = {"level": "all", "precision": "exact", "statistic": "enrolled"}
    add(
        elsewhere / "a.csv", table="students", source="MINE", published="2021", title="t",
        publisher="p", licence="l", map={name: {"is": value} for name, value in said.items()},
    )  # fmt: skip
    listed = CliRunner().invoke(app, ["data", "list", "--format", "csv"])
    rows = {line.split(",")[0]: line.split(",")[1:3] for line in listed.stdout.splitlines()[1:]}
    assert rows["students"] == rows["sources"] == ["1", "1"]
    assert rows["trade"] == ["0", "0"]
    assert "no figures yet: " in listed.stderr and "students" not in listed.stderr
    assert "next: ca-research data add FILE --table " in listed.stderr
