"""Measures by name: a project's own come first, and one that does not work says what is wrong and
where.
"""

from __future__ import annotations

import json
import time

import pytest

from ca_research import check as run_check
from ca_research import claim, load, registry, tables
from ca_research.app.scaffold import new_claim
from ca_research.claims import check, measures
from ca_research.estimates.measures import rows_of
from ca_research.ground.errors import MeasureError, RegistryError, UnknownNameError
from ca_research.ground.paths import home

DOUBLE = """\
from ca_research.estimates import estimate_row, estimates, measure

from .helpers import times


@measure("my.double")
def double(facts, *, subject: str, attribute: str, year: str = "newest"):
    rows = facts[(facts["subject"] == subject) & (facts["attribute"] == attribute)]
    return estimates([estimate_row(rows, estimate=times(2, rows["value"].max()))])
"""
HELPERS = "def times(a, b):\n    return a * b\n"


@pytest.fixture
def own(project):
    """Writes files of the project's measures."""

    def write(**files: str) -> None:
        folder = project.home / "measures"
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            (folder / f"{name}.py").write_text(text, encoding="utf-8")

    return write


def test_the_rules_of_all_claims_are_those_of_the_baseline():
    stored = json.loads((home() / "baseline" / "verdicts.json").read_text(encoding="utf-8"))
    accepted = {v["claim"]: v["rule"] for v in stored["verdicts"]}
    assert {c.id: c.rule_sha256[:16] for c in registry.claims().values()} == accepted
    assert len(accepted) == 48


def test_a_measure_of_the_project_is_found_by_its_name_and_leaves_no_file_behind(project, own):
    own(double=DOUBLE, helpers=HELPERS)
    assert measures.find("my.double").__name__ == "double"
    assert measures.of_project() == {"my.double": False}
    assert sorted(f.name for f in (project.home / "measures").iterdir()) == [
        "double.py",
        "helpers.py",
    ]


def test_an_edit_is_seen_at_once_also_in_what_a_measure_imports(own):
    own(double=DOUBLE, helpers=HELPERS)
    before = measures.find("my.double")
    assert measures.find("my.double") is before
    time.sleep(0.02)  # of the same length: older systems tell times of files in steps of 10 ms
    own(helpers=HELPERS.replace("*", "+"))
    assert rows_of(measures.find("my.double")).__globals__["times"](2, 5) == 7


def test_an_edit_in_a_folder_of_helpers_is_seen(project, own):
    own(double=DOUBLE.replace(".helpers", ".lib.helpers"))
    helpers = project.home / "measures" / "lib" / "helpers.py"
    helpers.parent.mkdir()
    helpers.write_text(HELPERS, encoding="utf-8")
    assert rows_of(measures.find("my.double")).__globals__["times"](2, 5) == 10
    time.sleep(0.02)
    helpers.write_text(HELPERS.replace("*", "+"), encoding="utf-8")
    assert rows_of(measures.find("my.double")).__globals__["times"](2, 5) == 7


def test_an_edit_of_a_file_that_a_measure_reads_is_seen(project, own):
    reads = "import pathlib\nFACTOR = pathlib.Path(__file__).with_name('factor.txt').read_text()\n"
    own(helpers=HELPERS, double=DOUBLE + reads)
    factor = project.home / "measures" / "factor.txt"
    factor.write_text("1", encoding="utf-8")
    assert rows_of(measures.find("my.double")).__globals__["FACTOR"] == "1"
    time.sleep(0.02)
    factor.write_text("2", encoding="utf-8")
    assert rows_of(measures.find("my.double")).__globals__["FACTOR"] == "2"


def test_a_projects_measure_stands_before_the_packages_and_is_told(own, command):
    package = measures.find("trade.lead")
    own(double=DOUBLE.replace("my.double", "trade.lead"), helpers=HELPERS)
    assert measures.find("trade.lead") is not package
    code, said, _ = command("claims", "check")
    assert code == 0
    assert "trade.lead is the project's own, in place of the package's" in said


def test_an_unknown_name_is_refused_with_those_that_are_close(own):
    own(double=DOUBLE, helpers=HELPERS)
    with pytest.raises(UnknownNameError, match=r"did you mean my\.double"):
        measures.find("my.doubel")


def test_two_of_one_name_are_refused_with_both_files(own):
    own(one=DOUBLE, two=DOUBLE)
    with pytest.raises(RegistryError, match=r"measures/one\.py and measures/two\.py"):
        measures.find("tables.figure")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def broken(:\n", ["not Python", "measures/double.py, line 1"]),
        ("import nowhere_at_all\n" + DOUBLE, ["No module named", "measures/double.py, line 1"]),
        (DOUBLE.replace("times\n", "tmes\n", 1), ["cannot import name", "measures/double.py"]),
        (DOUBLE + "\ndouble = 1\n", ["no longer the name", "measures/double.py"]),
    ],
)
def test_a_file_that_cannot_be_used_says_where(own, text, words):
    own(double=text, helpers=HELPERS)
    with pytest.raises(MeasureError) as refused:
        measures.find("my.double")
    assert all(w in str(refused.value) for w in [*words, "next:"]), refused.value


CHOICE = 'way: Literal["sum", "mean"] = "sum"'


@pytest.fixture
def article(project):
    """A project with facts to judge and a claim on them, made by `new claim`."""
    columns = {
        name: {"type": kind, "meaning": name, "nullable": name == "year"}
        for name, kind in {
            "fact_id": "string",
            "subject": "string",
            "attribute": "string",
            "year": "year",
            "value": "number",
            "unit": "string",
            "source_id": "source",
        }.items()
    }
    columns["value"] |= {"unit": "see unit"}
    project.edit("facts", columns=columns)
    project.rows(("a", "KAZ", "loans", "2019", "7", "books", "S_CALENDAR"), table="facts")
    listed = [
        {"paragraph": p, "sentence": 1, "sha256": "a" * 64, "none": "for the test"} for p in (0, 1)
    ]
    file = project.home / "registry" / "article.yaml"
    file.write_text(f"{file.read_text().replace('sentences: []', '')}sentences: {listed}\n")
    tables.build()
    new_claim("C07")
    project.forget()
    return project


def measured_by(project, name: str, more: str = "") -> None:
    file = project.home / "registry" / "claims" / "C07.yaml"
    text = file.read_text(encoding="utf-8").replace("measure: tables.figure", f"measure: {name}")
    file.write_text(text.replace("settings: {", f"settings: {{{more}"), encoding="utf-8")
    project.forget()


def test_a_claim_is_judged_by_it(article, own):
    own(double=DOUBLE, helpers=HELPERS)
    measured_by(article, "my.double")
    declared = claim("C07")
    assert declared.judge(declared.gather(facts=load("facts"))).criteria[0].estimate == 14


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (DOUBLE.replace("estimates([", "(2, [", 1), "my.double gives tuple"),
        (
            DOUBLE.replace("estimates([", "facts or ([", 1).replace(
                "facts or", "facts.head(0) if 1 else"
            ),
            "gives no column economy",
        ),
        (DOUBLE.replace('year: str = "newest"', 'yaer: str = "newest"'), "takes no 'year'"),
    ],
)
def test_one_that_is_no_measure_is_an_error_and_no_answer(article, own, text, words):
    own(double=text, helpers=HELPERS)
    measured_by(article, "my.double")
    with pytest.raises(MeasureError, match=words) as refused:
        claim("C07").gather(facts=load("facts"))
    assert "measures/double.py, line" in str(refused.value)


@pytest.mark.parametrize(
    ("double", "helpers", "told"),
    [
        (DOUBLE.replace('"value"', '"valu"'), HELPERS, ("KeyError: 'valu'", "double.py, line 9")),
        (DOUBLE, HELPERS.replace("a * b", "a * c"), ("name 'c' is not", "helpers.py, line 2")),
    ],
    ids=("its own", "a helper's"),
)
def test_a_slip_in_one_is_told_with_its_line(article, own, command, double, helpers, told):
    """It was called a fault of ca-research, and was to be reported."""
    own(double=double, helpers=helpers)
    measured_by(article, "my.double")
    code, _, err = command("check", "C07")
    assert code == 1 and err.startswith("error: my.double does not work: ")
    assert all(words in err for words in told) and "fault of ca-research" not in err


def test_the_check_and_the_gathering_ask_alike_what_a_measure_needs(article, own):
    """`**others` was no lack to the check, and one to the gathering."""
    own(double=DOUBLE.replace('year: str = "newest"', 'year: str = "newest", **others'))
    own(helpers=HELPERS)
    measured_by(article, "my.double")
    assert list(check.register(registry.claims(), {"c07.ipynb": {"facts"}})) == []
    declared = claim("C07")
    assert declared.judge(declared.gather(facts=load("facts"))).criteria[0].estimate == 14


def test_the_check_compares_typed_choices_with_the_signature(article, own):
    text = DOUBLE.replace('year: str = "newest"', f'year: str = "newest", {CHOICE}')
    own(double=f"from typing import Literal\n{text}", helpers=HELPERS)
    measured_by(article, "my.double", more="way: smu, ")
    (fault,) = [f for f in check.register(registry.claims(), {"c07.ipynb": {"facts"}})]
    assert "unknown way of my.double: 'smu'; did you mean sum?" in fault


@pytest.mark.parametrize(
    ("main", "without", "verdict"),
    [
        (2020, "S_LATE", "not enough evidence"),  # it had no figure, and nothing was taken away
        (2018, "S_LATE", "supported"),  # the year before stands in for the main one
    ],
)
def test_another_way_stands_in_only_for_a_main_one_that_has_lost_its_figures(
    article, main, without, verdict
):
    figures = (("2018", "S_LATE"), ("2019", "S_CALENDAR"))
    rows = (("KAZ", "loans", year, "5", "books", source) for year, source in figures)
    article.rows(*((name, *row) for name, row in zip("ab", rows, strict=True)), table="facts")
    tables.build()
    file = article.home / "registry" / "claims" / "C07.yaml"
    text = file.read_text(encoding="utf-8").replace("main: newest", f"main: {main}")
    text = text.replace("[newest, newest-1]", f"[{main}, 2019]")
    file.write_text(text, encoding="utf-8")
    article.forget()
    found = run_check("C07", without=without)
    assert found.verdict == verdict


def test_an_edit_of_a_measure_runs_the_claim_again(article, own, command, tmp_path):
    own(double=DOUBLE, helpers=HELPERS)
    measured_by(article, "my.double")
    run = ("run", "C07", "--as-of", "latest", "--kernel", "python3", "--out", str(tmp_path / "out"))

    def estimate() -> float:
        code, told, said = command(*run)
        assert code == 0, told + said
        (stored,) = json.loads((tmp_path / "out" / "verdicts.json").read_text(encoding="utf-8"))
        return stored["criteria"][0]["estimate"]

    assert estimate() == 14
    own(helpers=HELPERS.replace("*", "+"))
    assert estimate() == 9
