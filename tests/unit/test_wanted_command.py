"""`ca-research wanted`: what is wanted in words, as rows, and as a file to fill in."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from ca_research import registry
from ca_research.app.cli import app
from ca_research.claims.wanted import figures
from ca_research.ground.errors import UnknownNameError, UsageError
from ca_research.registry.claims import ClaimSpec

RUN = CliRunner()


def test_it_names_the_figures_who_has_them_and_what_they_could_change():
    done = RUN.invoke(app, ["wanted", "C30", "-p", "economy=KAZ"])
    assert done.exit_code == 0
    assert "Students from Kazakhstan in China in 2019 and in 2022" in done.stdout
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


@pytest.mark.parametrize(
    "words, error",
    [
        (["--template", "x.csv"], UsageError),
        (["-p", "economy=KAZ"], UsageError),
        (["C30", "--table", "trade"], UnknownNameError),
        (["C25", "--template", "x.csv"], UsageError),
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
