"""`ca-research wanted`: what is wanted in words, as rows, and as a file to fill in."""

import json
from itertools import product

import pandas as pd
import pytest
from tests.cases import cases

import ca_research as ca
from ca_research import registry
from ca_research.claims.wanted import figures, template
from ca_research.claims.wanted import wanted as wants
from ca_research.registry.claims import ClaimSpec, Want

WANTS = cases(__file__, "wants")
KAZAKHSTAN = ("wanted", "C30", "-p", "economy=KAZ")


def test_it_names_the_figures_who_has_them_and_what_they_could_change(command, snapshot):
    code, said, _ = command(*KAZAKHSTAN)
    assert code == 0 and said == snapshot
    (row,) = json.loads(command(*KAZAKHSTAN, "--format", "json")[1])
    assert (row["economy"], row["table"], row["figures"]) == ("KAZ", "students", 2)


def test_a_reader_sees_names_and_the_frame_keeps_its_codes():
    frame = ca.wanted("C30", economy="KAZ")
    shown = ca.text(frame)
    assert "Kazakhstan" in shown and registry.table("students").title in shown
    assert not {"KAZ", "cells"} & {*shown.split()}
    assert frame[["economy", "table"]].values.tolist() == [["KAZ", "students"]]


def test_a_template_has_the_columns_of_the_table_and_nothing_where_the_value_goes(
    command, tmp_path
):
    file = tmp_path / "fill.csv"
    assert command(*KAZAKHSTAN, "--template", str(file))[0] == 0
    rows = pd.read_csv(file)
    declared = registry.table("students").columns
    assert list(rows.columns) == [c for c in declared if c != "source_id"] and len(rows) == 2
    assert rows["students"].isna().all() and rows["level"].eq("all").all()
    assert command(*KAZAKHSTAN, "--template", str(file))[:2] == (2, "")
    assert pd.read_csv(file).equals(rows)


@pytest.fixture
def held():
    """Imports of Tajikistan that are known."""
    return pd.DataFrame(WANTS["held"])


def wants_of(held, **more):
    """What a claim wants that asks for imports of Tajikistan from three partners."""
    asked = Want.model_validate(WANTS["want"] | more)
    spec = registry.claim("C07").model_copy(update={"wanted": (asked,)})
    return wants(spec, {"concentration": ["TJK"]}, {"trade": held})


@pytest.mark.parametrize("known", WANTS["known"])
def test_a_template_asks_once_and_for_nothing_that_the_tables_hold(held, known):
    """What is missing was kept as values of each column, and all their combinations asked for."""
    cells = WANTS["want"]["cells"]
    asked = list(product(cells["partner"], cells["year"]))
    partners, years = zip(*(asked[n] for n in known), strict=True)
    held = held.iloc[[0] * len(known)].assign(partner=partners, year=years)
    entries = wants_of(held)
    rows = template("trade", [*entries, *entries], held)
    lacking = [cell for number, cell in enumerate(asked) if number not in known]
    assert sorted(zip(rows["partner"], rows["year"], strict=True)) == sorted(lacking)
    assert sum(entry["figures"] for entry in entries) == len(lacking)


def test_figures_that_are_taken_from_one_source_are_wanted_until_one_has_them_all(held):
    """Of Tajikistan's trade with its partners 139 figures were wanted, and with those that others
    held C07 was as open as before."""
    (entry,) = wants_of(held, of_one_source=True)
    assert entry["figures"] == len(template("trade", [entry], held)) == 6
    between_them = template("trade", wants_of(held), held).assign(source_id="KAZ_BNS")
    both = pd.concat([held, between_them[list(held)]])
    assert not wants_of(both) and len(wants_of(both, of_one_source=True)) == 1
    assert not wants_of(both.assign(source_id="KAZ_BNS"), of_one_source=True)


@pytest.mark.parametrize("line", WANTS["refused"])
def test_what_it_cannot_do_it_refuses(command, line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert command("wanted", *line.split())[:2] == (2, "") and not [*tmp_path.iterdir()]


def test_no_economy_is_its_own_partner():
    cells = {"reporter": "{economy}", "partner": ["KAZ", "CHN"], "year": 2020, "flow": "export"}
    assert figures("trade", cells, "KAZ")["partner"].tolist() == ["CHN"]
    assert len(figures("trade", cells, "UZB")) == 2


@pytest.mark.parametrize("change", WANTS["no want"])
def test_a_want_of_another_criterion_or_table_is_refused(change):
    spec = registry.claim("C30").model_dump(mode="json")
    spec["wanted"] = [spec["wanted"][0] | change]
    with pytest.raises(ValueError):
        ClaimSpec.model_validate(spec)
