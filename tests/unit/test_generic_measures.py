"""Generic measures in a claim file and no Python; what they compute is in tests/library."""

import json
import shutil

import pandas as pd
import pytest
import yaml
from tests.cases import cases
from tests.commands import real_project

from ca_research import check as run_check
from ca_research import registry
from ca_research.app.scaffold import new_claim
from ca_research.claims import check
from ca_research.claims.measures import find
from ca_research.ground import economies, paths
from ca_research.ground.errors import UnknownNameError

CLAIM = """\
id: C01
title: Türkiye as a partner of Uzbekistan
theme: example
article: {article}
quotation: ""
restatement: Türkiye is among Uzbekistan's three largest trade partners in 2022.
kind: comparison
declared_on: 2026-11-26
known_before: Nothing.
expected: supported
notebook: none.ipynb
data: [trade]
readings:
  - name: literal
    title: As it stands
    statement: Türkiye is among the three largest partners.
    criteria:
      - name: among_three
        label: Rank of Türkiye
        statement: No more than two partners trade more with Uzbekistan than Türkiye does.
        measure: trade.rank
        settings: {{partner: {partner}, year: {year}}}
        comparison: "<="
        threshold: 3
        kind: rank
        unit: rank among partners
        why: The sentence names the number.
        over: {{economies: [UZB], at_least: 1}}
    rule:
      supported: {{all: [among_three holds]}}
      contradicted: {{any: [among_three fails]}}
      words: Supported if Türkiye is third or better, contradicted if it is not.
    against: Reports of the partners.
    would_change: A revision of the office's figures.
grid: {{axes: []}}
rivals: [Services are included.]
"""


@pytest.fixture
def claimed(tmp_path, monkeypatch):
    """A project on top of the built-in tables whose only claim is the one written."""
    home = real_project(tmp_path / "project")
    shutil.rmtree(home / "registry" / "claims")
    for folder in ("registry/claims", "notebooks"):
        (home / folder).mkdir()
    monkeypatch.setenv("CA_RESEARCH_HOME", str(home))
    article = yaml.safe_load((home / "registry" / "article.yaml").read_text())["sentences"][-1]

    def write(**words):
        place = json.dumps({k: article[k] for k in ("paragraph", "sentence", "sha256")})
        text = CLAIM.format(article=place, **{"partner": "TUR", "year": "2022"} | words)
        (home / "registry" / "claims" / "C01.yaml").write_text(text)
        registry.forget()

    yield write
    monkeypatch.undo()
    registry.forget()


def ranked_by_hand():
    """Uzbekistan's partners of 2022 by exports and imports together, from the raw rows."""
    files = (paths.raw_dir() / "trade").glob("*.csv")
    rows = pd.concat(pd.read_csv(file, dtype={"year": str}) for file in files)
    wanted = {"reporter": "UZB", "year": "2022", "product": "TOTAL", "source_id": "UZB_STAT"}
    for column, value in wanted.items():
        rows = rows[rows[column] == value]
    total = rows.groupby("partner")["value_usd"].sum().sort_values(ascending=False)
    return [partner for partner in total.index if partner not in economies.AGGREGATES]


def test_turkiye_is_a_claim_file_and_no_python(claimed, command):
    claimed()
    code, said, wrong = command("check", "C01", "--format", "json")
    assert code == 0, wrong
    (verdict,) = json.loads(said)
    by_hand = ranked_by_hand()
    assert verdict["verdict"] == ("supported" if "TUR" in by_hand[:3] else "contradicted")
    (criterion,) = verdict["criteria"]
    assert criterion["cells"][0]["estimate"] == by_hand.index("TUR") + 1
    assert len(by_hand) > 100 and verdict["sources"] == ["UZB_STAT"]


@pytest.mark.parametrize(("words", "code", "told"), cases(__file__, "choices")["wrong"], ids=str)
def test_a_wrong_choice_is_found_before_anything_is_computed(claimed, command, words, code, told):
    claimed(**words)
    faults = check.register(registry.claims(), {"none.ipynb": {"trade"}})
    assert any(told in fault for fault in faults), faults
    found, _, wrong = command("check", "C01")
    assert found == code and told in wrong and "fault of ca-research" not in wrong


def test_the_other_of_a_ratio_is_one_of_those_that_its_table_speaks_of():
    trade = pd.DataFrame(columns=[*registry.table("trade").columns])
    ratio = find("trade.ratio")
    assert ratio(trade, economies=["UZB"], partner="CHN", to="Russia")["missing"].item()
    with pytest.raises(UnknownNameError):
        ratio(trade, economies=["UZB"], partner="CHN", to="bookshop")


SLOW = ("trade.rank", "investment.share", "debt.ratio")
FACT = {"subject": "library", "to": "library", "attribute": "loans", "unit": "books", "since": 2020}
"""A start as `new claim` finds it, of a subject that is no economy."""


def test_every_table_has_the_five_and_each_has_a_template_without_a_fault(claimed, monkeypatch):
    from ca_research.app import scaffold

    monkeypatch.setattr(scaffold.registry, "forget", lambda: None)  # read it once, not each time
    real = scaffold._examples
    monkeypatch.setattr(
        scaffold, "_examples", lambda t, rows: FACT if t.table == "facts" else real(t, rows)
    )
    tables = ("trade", "investment", "students", "debt", "facts")
    names = [f"{t}.{q}" for t in tables for q in ("share", "rank", "change", "ratio", "count")]
    for number, name in enumerate(names, start=10):
        assert find(name).table == name.partition(".")[0]
        new_claim(f"C{number}", measure=name)
    notebooks = {f"c{n}.ipynb": {name.partition(".")[0]} for n, name in enumerate(names, start=10)}
    found = check.register(registry.claims(), notebooks)
    assert [fault for fault in found if "no claim rests on" not in fault] == []


@pytest.mark.parametrize(
    "name", ["students.change", *(pytest.param(n, marks=pytest.mark.long) for n in SLOW)]
)
def test_new_claim_begins_with_figures_that_are_there(claimed, name):
    new_claim("C02", measure=name)
    verdict = run_check("C02")
    assert verdict.criteria[0].measure == name and verdict.verdict != "not enough evidence"
