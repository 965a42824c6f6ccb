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
CHOICE = 'year: str = "newest", way: Literal["sum", "mean"] = "sum"'
YEAR = 'year: str = "newest"'


@pytest.fixture
def own(project):
    """Writes files of the project's measures."""

    def write(**files: str) -> None:
        for name, text in files.items():
            file = project.home / "measures" / f"{name.replace('_', '/')}.py"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")

    return write


def test_the_rules_of_all_claims_are_those_of_the_baseline():
    stored = json.loads((home() / "baseline" / "verdicts.json").read_text(encoding="utf-8"))
    accepted = {v["claim"]: v["rule"] for v in stored["verdicts"]}
    assert {c.id: c.rule_sha256[:16] for c in registry.claims().values()} == accepted
    assert len(accepted) == 48


@pytest.mark.parametrize("helpers", ["helpers", "lib_helpers"])
def test_an_edit_is_seen_at_once_also_in_what_a_measure_imports(project, own, helpers):
    place = helpers.replace("_", ".")
    own(double=DOUBLE.replace(".helpers", f".{place}"), **{helpers: HELPERS})
    before = measures.find("my.double")
    assert measures.find("my.double") is before
    assert measures.of_project() == {"my.double": False}
    time.sleep(0.02)  # of the same length: older systems tell times of files in steps of 10 ms
    own(**{helpers: HELPERS.replace("*", "+")})
    assert rows_of(measures.find("my.double")).__globals__["times"](2, 5) == 7
    assert not list((project.home / "measures").rglob("*.pyc"))


def test_a_projects_measure_stands_before_the_packages_and_is_told(own, command):
    package = measures.find("trade.lead")
    own(double=DOUBLE.replace("my.double", "trade.lead"), helpers=HELPERS)
    assert measures.find("trade.lead") is not package
    code, said, _ = command("claims", "check")
    assert code == 0 and "trade.lead is the project's own" in said


@pytest.mark.parametrize(
    ("files", "name", "error", "words"),
    [
        ({"double": DOUBLE}, "my.doubel", UnknownNameError, ["my.double"]),
        ({"one": DOUBLE, "two": DOUBLE}, "tables.figure", RegistryError, ["one.py", "two.py"]),
        ({"double": "def broken(:\n"}, "my.double", MeasureError, ["double.py, line 1"]),
        ({"double": "import nowhere\n" + DOUBLE}, "my.double", MeasureError, ["double.py, line 1"]),
        ({"double": DOUBLE.replace("times", "tmes", 1)}, "my.double", MeasureError, ["double.py"]),
        ({"double": DOUBLE + "\ndouble = 1\n"}, "my.double", MeasureError, ["double.py"]),
    ],
)
def test_a_file_that_cannot_be_used_says_where(own, files, name, error, words):
    own(**files, helpers=HELPERS)
    with pytest.raises(error) as refused:
        measures.find(name)
    assert all(word in str(refused.value) for word in [*words, "next:"])


@pytest.fixture
def article(project):
    """A project with facts to judge and a claim on them, made by `new claim`."""
    names = ("fact_id", "subject", "attribute", "year", "value", "unit", "source_id")
    types = {"year": "year", "value": "number", "source_id": "source"}
    columns = {
        name: {"type": types.get(name, "string"), "meaning": name, "nullable": name == "year"}
        for name in names
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


def rewrite(project, *changes: tuple[str, str]) -> None:
    file = project.home / "registry" / "claims" / "C07.yaml"
    text = file.read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    file.write_text(text, encoding="utf-8")
    project.forget()


BY_IT = ("measure: tables.figure", "measure: my.double")


@pytest.mark.parametrize("takes", [YEAR, f"{YEAR}, **others"])
def test_a_claim_is_judged_by_it_and_the_check_agrees(article, own, takes):
    own(double=DOUBLE.replace(YEAR, takes), helpers=HELPERS)
    rewrite(article, BY_IT)
    assert list(check.register(registry.claims(), {"c07.ipynb": {"facts"}})) == []
    declared = claim("C07")
    assert declared.judge(declared.gather(facts=load("facts"))).criteria[0].estimate == 14


@pytest.mark.parametrize(
    "double",
    [
        DOUBLE.replace("estimates([", "(2, [", 1),
        DOUBLE.replace("estimates([", "facts.head(0) if 1 else ([", 1),
        DOUBLE.replace(YEAR, 'yaer: str = "newest"'),
    ],
    ids=["gives a pair", "gives another frame", "takes no year"],
)
def test_one_that_is_no_measure_is_an_error_and_no_answer(article, own, double):
    own(double=double, helpers=HELPERS)
    rewrite(article, BY_IT)
    with pytest.raises(MeasureError) as refused:
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
    own(double=double, helpers=helpers)
    rewrite(article, BY_IT)
    code, _, err = command("check", "C07")
    assert code == 1 and all(words in err for words in told)
    assert "fault of ca-research" not in err


def test_the_check_compares_typed_choices_with_the_signature(article, own):
    typed = DOUBLE.replace(YEAR, CHOICE)
    own(double=f"from typing import Literal\n{typed}", helpers=HELPERS)
    rewrite(article, BY_IT, ("settings: {", "settings: {way: smu, "))
    (fault,) = check.register(registry.claims(), {"c07.ipynb": {"facts"}})
    assert "'smu'; did you mean sum?" in fault


@pytest.mark.parametrize(
    ("main", "verdict"),
    [
        (2020, "not enough evidence"),  # it had no figure, and nothing was taken away
        (2018, "supported"),  # the year before stands in for the main one
    ],
)
def test_another_way_stands_in_only_for_a_main_one_that_has_lost_its_figures(
    article, main, verdict
):
    rows = [
        ("a", "KAZ", "loans", "2018", "5", "books", "S_LATE"),
        ("b", "KAZ", "loans", "2019", "5", "books", "S_CALENDAR"),
    ]
    article.rows(*rows, table="facts")
    tables.build()
    rewrite(article, ("main: newest", f"main: {main}"), ("[newest, newest-1]", f"[{main}, 2019]"))
    assert run_check("C07", without="S_LATE").verdict == verdict
