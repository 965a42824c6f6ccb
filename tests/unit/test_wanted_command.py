"""`ca-research wanted`: what is wanted in words, as rows, and as a file to fill in."""

from __future__ import annotations

import importlib
import json
from itertools import product

import pandas as pd
import pytest
from typer.testing import CliRunner

from ca_research import registry
from ca_research.app.cli import app
from ca_research.claims.wanted import figures, template
from ca_research.claims.wanted import wanted as wants
from ca_research.ground.errors import UnknownNameError, UsageError
from ca_research.registry.claims import ClaimSpec, Want

BY_CLAIM = "ca_research.claims.claim"  # of that name the room has a function too

BLOCKS = importlib.import_module("ca_research.claims.wanted")._blocks

RUN = CliRunner()


def test_it_names_the_figures_who_has_them_and_what_they_could_change():
    done = RUN.invoke(app, ["wanted", "C30", "-p", "economy=KAZ"])
    assert done.exit_code == 0
    assert "Students from Kazakhstan in China in 2019 and in 2021" in done.stdout
    assert "(2 figures of table students)" in done.stdout
    assert (
        "published by Ministry of Education of China" in done.stdout
        and "with all of them the verdict can be:" in done.stdout
    )


def test_as_rows_it_can_be_read_by_a_program():
    done = RUN.invoke(app, ["wanted", "C30", "-p", "economy=KAZ", "--format", "json"])
    (row,) = json.loads(done.stdout)
    assert (row["economy"], row["table"], row["figures"]) == ("KAZ", "students", 2)


def test_a_template_has_the_columns_of_the_table_and_nothing_where_the_value_goes(tmp_path):
    file = tmp_path / "fill.csv"
    words = ["wanted", "C30", "-p", "economy=KAZ", "--template", str(file)]
    done = RUN.invoke(app, words)
    assert done.exit_code == 0 and "2 figures to fill in" in done.stdout
    rows = pd.read_csv(file)
    declared = registry.table("students").columns
    assert list(rows.columns) == [c for c in declared if c != "source_id"]
    assert rows["students"].isna().all() and rows["level"].eq("all").all()
    again = RUN.invoke(app, words)
    assert isinstance(again.exception, UsageError) and pd.read_csv(file).equals(rows)


TRADE = {"product": "TOTAL", "flow": "import", "scope": "goods", "year": [2020, 2021]}
WHAT = {"criteria": ["concentration"], "what": "{economy}'s own figures", "table": "trade"}


@pytest.fixture
def some_held():
    """Imports of Tajikistan: of China in one year by its own report, of Russia in the other."""
    key = ["reporter", "partner", "year", "flow", "product", "scope", "source_id"]
    rows = [("CHN", 2020, "COMTRADE_2021X"), ("RUS", 2021, "WITS_CA_IMPORTS")]
    told = [("TJK", partner, year, "import", "TOTAL", "goods", s) for partner, year, s in rows]
    return pd.DataFrame(told, columns=key)


def wants_of(held, **more):
    """What a claim wants that asks for imports of Tajikistan from China and Russia."""
    cells = TRADE | {"reporter": "{economy}", "partner": ["CHN", "RUS"]}
    spec = registry.claim("C07").model_copy(
        update={"wanted": (Want.model_validate(WHAT | {"cells": cells} | more),)}
    )
    return wants(spec, {"concentration": ["TJK"]}, {"trade": held})


def test_a_template_asks_for_nothing_that_the_tables_hold(some_held, tmp_path, monkeypatch):
    """What is missing was kept as values of each column, and all their combinations asked for."""
    (entry,) = wants_of(some_held)
    assert entry["figures"] == 2 and len(figures("trade", entry["cells"])) == 4
    found = pd.DataFrame([entry | {"claim": "C07"}])
    monkeypatch.setattr(importlib.import_module(BY_CLAIM), "wanted", lambda *_, **__: found)
    monkeypatch.setattr("ca_research.tables.load", lambda name: some_held)
    file = tmp_path / "fill.csv"
    done = RUN.invoke(app, ["wanted", "C07", "--template", str(file)])
    assert "2 figures to fill in" in done.stdout
    rows = pd.read_csv(file)
    assert {*zip(rows["partner"], rows["year"], strict=True)} == {("CHN", 2021), ("RUS", 2020)}


@pytest.mark.parametrize("kept", [lambda n: n % 7, lambda n: n % 2, lambda n: n > 5, lambda n: 0])
def test_what_lacks_is_asked_for_once_and_nothing_else(kept):
    values = {"partner": ["CHN", "RUS", "TUR"], "year": [2020, 2021], "flow": ["export", "import"]}
    cells = list(product(*values.values()))
    lacking = [cell for number, cell in enumerate(cells) if kept(number)]
    sets = BLOCKS(pd.DataFrame(lacking, columns=list(values)))
    asked = [cell for one in sets for cell in product(*(one[name] for name in values))]
    assert sorted(asked) == sorted(lacking)


def test_figures_that_are_taken_from_one_source_are_wanted_until_one_has_them_all(some_held):
    """Of Tajikistan's trade with its partners 139 figures were wanted, and with those that others
    held C07 was as open as before."""
    (entry,) = wants_of(some_held, of_one_source=True)
    assert entry["figures"] == 4
    assert len(template("trade", [entry], some_held)) == 4
    between_them = template("trade", wants_of(some_held), some_held).assign(source_id="KAZ_BNS")
    both = pd.concat([some_held, between_them[list(some_held)]])
    assert not wants_of(both) and len(wants_of(both, of_one_source=True)) == 1
    assert not wants_of(both.assign(source_id="KAZ_BNS"), of_one_source=True)


def test_what_two_wants_lack_stands_once(some_held):
    (entry,) = wants_of(some_held)
    assert len(template("trade", [entry, entry], some_held)) == 2


@pytest.mark.parametrize(
    "words, error",
    [
        (["--template", "x.csv"], UsageError),
        (["-p", "economy=KAZ"], UsageError),
        (["C30", "--table", "trade"], UnknownNameError),
        (["C25", "--template", "x.csv"], UsageError),
        (["C30", "--template", "x.xlsx"], UsageError),
    ],
)
def test_what_it_cannot_do_it_refuses(words, error):
    assert isinstance(RUN.invoke(app, ["wanted", *words]).exception, error)


def test_no_economy_is_its_own_partner():
    cells = {"reporter": "{economy}", "partner": ["KAZ", "CHN"], "year": 2020, "flow": "export"}
    assert figures("trade", cells, "KAZ")["partner"].tolist() == ["CHN"]
    assert len(figures("trade", cells, "UZB")) == 2


@pytest.mark.parametrize(
    "change, fault",
    [({"criteria": ["nobody"]}, "unknown criteria"), ({"table": "debt"}, "never reads")],
)
def test_a_want_of_another_criterion_or_table_is_refused(change, fault):
    spec = registry.claim("C30").model_dump(mode="json")
    spec["wanted"] = [spec["wanted"][0] | change]
    with pytest.raises(ValueError, match=fault):
        ClaimSpec.model_validate(spec)
