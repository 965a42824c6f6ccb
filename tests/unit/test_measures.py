"""Measures by name: a project's own come first, and one that does not work says what is wrong and
where.
"""

import json
import time

import pandas as pd
import pytest
from tests.cases import cases

from ca_research import check as run_check
from ca_research import claim, load, registry
from ca_research.app.scaffold import beginning, new_claim
from ca_research.claims import check, measures
from ca_research.claims.slots import SLOTS
from ca_research.estimates.kinds import KINDS
from ca_research.estimates.measures import rows_of
from ca_research.ground import errors
from ca_research.ground.paths import home
from ca_research.registry.schedule import tables_by_notebook

DOUBLE = """\
from ca_research.estimates import estimate_row, estimates, measure

from .helpers import times


@measure("my.double", kind="level")
def double(facts, *, subject: str, attribute: str, year: str = "newest"):
    rows = facts[(facts["subject"] == subject) & (facts["attribute"] == attribute)]
    return estimates([estimate_row(rows, estimate=times(2, rows["value"].max()))])
"""
HELPERS = "def times(a, b):\n    return a * b\n"
YEAR = 'year: str = "newest"'
CASES = cases(__file__, "measures")


pytest_plugins = ["own_project"]


@pytest.fixture
def wrote(own):
    """Writes files of the project's measures."""

    def write(**files):
        for name, text in files.items():
            file = own.home / "measures" / f"{name.replace('_', '/')}.py"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)

    return write


@pytest.fixture
def claimed(own):
    """A project with a figure and a claim on it, whose measure can be another."""
    own.lent()
    new_claim("C07")
    return own


CLAIM = "registry/claims/C07.yaml"
BY_IT = (CLAIM, "measure: tables.figure", "measure: my.double")


def test_the_rules_of_all_claims_are_those_of_the_baseline():
    stored = json.loads((home() / "baseline" / "verdicts.json").read_text(encoding="utf-8"))
    accepted = {v["claim"]: v["rule_sha256"] for v in stored["verdicts"]}
    assert {c.id: c.rule_sha256 for c in registry.claims().values()} == accepted
    assert len(accepted) == 48


def test_an_edit_is_seen_at_once_also_in_what_a_measure_imports_or_reads(own, wrote):
    reads = "import pathlib\nFACTOR = pathlib.Path(__file__).with_name('factor.txt').read_text()\n"
    factor = own.home / "measures" / "factor.txt"
    wrote(double=DOUBLE.replace(".helpers", ".lib.helpers") + reads, lib_helpers=HELPERS)
    factor.write_text("1")
    before = measures.find("my.double")
    assert measures.find("my.double") is before
    assert measures.of_project() == {"my.double": False}
    time.sleep(0.02)  # of the same length: older systems tell times of files in steps of 10 ms
    wrote(lib_helpers=HELPERS.replace("*", "+"))
    assert rows_of(measures.find("my.double")).__globals__["times"](2, 5) == 7
    time.sleep(0.02)
    factor.write_text("2")
    assert rows_of(measures.find("my.double")).__globals__["FACTOR"] == "2"
    assert not list((own.home / "measures").rglob("*.pyc"))


def test_a_projects_measure_stands_before_the_packages_and_is_told(wrote, command):
    package = measures.find("trade.lead")
    wrote(double=DOUBLE.replace("my.double", "trade.lead"), helpers=HELPERS)
    assert measures.find("trade.lead") is not package
    code, said, _ = command("claims", "check")
    assert code == 0 and "trade.lead is the project's own" in said


@pytest.mark.parametrize(("files", "error", "where"), CASES["files"])
def test_a_file_that_cannot_be_used_says_where(wrote, files, error, where):
    texts = {name: DOUBLE.replace(*change, 1) for name, change in files.items()}
    wrote(**texts, helpers=HELPERS)
    with pytest.raises(getattr(errors, error)) as refused:
        measures.find("my.double")
    assert where in str(refused.value) and refused.value.hint


@pytest.mark.parametrize("takes", [YEAR, f"{YEAR}, **others"])
def test_a_claim_is_judged_by_it_and_the_check_agrees(claimed, wrote, takes):
    wrote(double=DOUBLE.replace(YEAR, takes), helpers=HELPERS)
    claimed.edit(*BY_IT)
    assert list(check.register(registry.claims(), {"c07.ipynb": {"facts"}})) == []
    declared = claim("C07")
    assert declared.judge(declared.gather(facts=load("facts"))).criteria[0].estimate == 14


@pytest.mark.parametrize(("before", "after", "where"), CASES["slips"])
def test_a_slip_in_a_measure_is_an_error_with_its_line_and_no_answer(
    claimed, wrote, command, before, after, where
):
    wrote(double=DOUBLE.replace(before, after, 1), helpers=HELPERS.replace(before, after))
    claimed.edit(*BY_IT)
    code, said, err = command("check", "C07")
    assert (code, said) == (1, "") and where in err and "fault of ca-research" not in err


@pytest.mark.parametrize(("main", "verdict"), CASES["stands in"])
def test_another_way_stands_in_only_for_a_main_one_that_has_lost_its_figures(own, main, verdict):
    own.lent(5, "LATE", year=2018)
    own.lent(5, "EARLY", year=2019)
    new_claim("C07", axis="year")
    own.edit(CLAIM, "main: newest", f"main: {main}")
    own.edit(CLAIM, r"\[newest, newest-1\]", f"[{main}, 2019]")
    assert run_check("C07", without="LATE").verdict == verdict


# declared measures

DECLARED = """\
facts.doubled:
  family: my.double
  settings: {attribute: area}
  choices: {whose: {ours: {subject: KAZ}, theirs: {subject: UZB}}}
"""


def test_a_measure_is_declared_as_settings_and_choices_of_another(wrote):
    wrote(own=DOUBLE, helpers=HELPERS)
    (home() / "registry" / "measures.yaml").write_text(DECLARED)
    general, declared = (measures.find(name) for name in ("my.double", "facts.doubled"))
    rows = [("KAZ", "area", 2.0, "A"), ("UZB", "area", 5.0, "A")]
    facts = pd.DataFrame(rows, columns=["subject", "attribute", "value", "source_id"])
    for whose, subject in (("ours", "KAZ"), ("theirs", "UZB")):
        one, two = declared(facts, whose=whose), general(facts, subject=subject, attribute="area")
        assert one["estimate"].tolist() == two["estimate"].tolist()
    with pytest.raises(errors.UnknownNameError):
        declared(facts, whose="nobody's")


def test_a_declaration_that_does_not_fit_its_family_is_refused(wrote):
    wrote(own=DOUBLE, helpers=HELPERS)
    changed = DECLARED.replace("attribute: area", "colour: red")
    (home() / "registry" / "measures.yaml").write_text(changed)
    with pytest.raises(errors.UnknownNameError) as refused:
        measures.find("facts.doubled")
    assert "facts.doubled" in refused.value.where


@pytest.mark.parametrize("family", ["facts.doubled", "facts.again"])
def test_a_measure_that_is_declared_by_itself_is_refused_once(wrote, family):
    wrote()
    text = f"facts.doubled: {{family: {family}}}\nfacts.again: {{family: facts.doubled}}\n"
    (home() / "registry" / "measures.yaml").write_text(text)
    for asked in (lambda: measures.find("facts.doubled"), lambda: check.register({}, {})):
        with pytest.raises(errors.RegistryError, match="declared by itself"):
            asked()


EACH = """\
from ca_research.estimates import estimate_row, measure


@measure("my.each", kind="level")
def each(facts, *, economies):
    return [estimate_row(facts, economy=code, estimate=1.0) for code in economies]
"""


def test_a_measure_of_ones_own_that_asks_of_economies_is_told_of_none(claimed, wrote):
    """A run said so, and no check before it."""
    wrote(own=EACH)
    new_claim("C08", measure="my.each")
    register = registry.claims(), tables_by_notebook()
    assert not [fault for fault in check.register(*register) if "over" in fault]
    claimed.edit("registry/claims/C08.yaml", r" +over: .*\n", "")
    (fault,) = check.register(registry.claims(), tables_by_notebook())
    assert "over: my.each asks of economies" in fault


LENDING = """\
table: lending
title: Loans
description: One row is the number of books that a branch lent.
key: [branch, year, source_id]
known: year
columns:
  branch: {type: string, meaning: Where}
  year: {type: year, role: time, meaning: When, min: 1990, max: 2026, reason: a test}
  books: {type: number, role: value, meaning: How many, unit: books}
  source_id: {type: source, meaning: Row of registry/sources.csv}
files: {}
rows: {}
"""
CHANGE = """\
lending.change:
  family: series.change
  tables: {figures: lending}
  settings: {table: lending, roles: null, economies: [], counterpart: ""}
  columns: {branch: null}
"""


def test_a_table_of_ones_own_has_its_measures_without_python(wrote):
    wrote()
    (home() / "registry" / "tables" / "lending.yaml").write_text(LENDING)
    (home() / "registry" / "measures.yaml").write_text(CHANGE)
    rows = [("north", 2020, 40), ("north", 2022, 50), ("south", 2022, 7)]
    lending = pd.DataFrame(rows, columns=["branch", "year", "books"]).assign(source_id="FBK")
    change = measures.find("lending.change")
    assert change(lending, branch="north", since=2020)["estimate"].tolist() == [25]
    assert change(lending, branch="south", since=2020)["missing"].item()
    with pytest.raises(TypeError):
        change(lending, since=2020)


def test_a_claim_can_begin_with_every_measure_of_the_library():
    """One of products said that there are no figures, for those of the world are an aggregate's."""
    begun = {name: beginning(name) for name in measures.names(article=False)}
    assert begun["trade.product_share"]["kind"] == "share"
    assert len(begun["trade.product_share"]["settings"]["product"]) == 2  # a chapter


@pytest.mark.parametrize("argument", ["", ', kind="growing"'])
def test_a_measure_of_ones_own_says_what_kind_of_figure_it_gives(claimed, wrote, argument):
    wrote(double=DOUBLE.replace(', kind="level"', argument), helpers=HELPERS)
    with pytest.raises(errors.MeasureError) as caught:
        measures.find("my.double")
    assert caught.value.where == "measures/double.py, line 6"
    assert "kind" in caught.value.what and "years in which" in caught.value.hint
    claimed.edit("registry/claims/C07.yaml", "measure: tables.figure", "measure: my.double")
    (fault,) = check.register(registry.claims(), tables_by_notebook())
    assert "what kind of figure" in fault and "years in which" in fault


def test_docs_name_every_kind_of_figure_and_every_slot():
    page = (home() / "docs" / "adding-a-claim.md").read_text(encoding="utf-8")
    missing = [kind for kind in KINDS if f"`{kind}`" not in page]
    assert missing + [slot for slot in SLOTS if f"`{{{slot}}}`" not in page] == []
