"""The page on all claims, for any day of knowledge, from the verdicts of one claim."""

from __future__ import annotations

from typing import Any

import nbformat
import pytest

import ca_research as ca
from ca_research import plots, registry
from ca_research.claims import overview
from ca_research.ground import paths

EARLY, PUBLISHED = "2020-01-01", "2023-05-19"
BOOK = nbformat.read(paths.notebooks_dir() / "overview.ipynb", as_version=4)
CELLS = {cell.id: cell.source for cell in BOOK.cells if cell.cell_type == "code"}


@pytest.fixture(scope="module")
def verdicts() -> list[dict[str, Any]]:
    """C25 on three days: not decided on the first, supported on the others."""
    now = ca.check("C25").as_dict()
    words = {EARLY: "not enough evidence", PUBLISHED: "supported", "latest": "supported"}
    return [now | {"as_of": day, "verdict": word} for day, word in words.items()]


def test_the_family_of_tests_is_called_what_the_register_calls_it(verdicts, monkeypatch):
    """It was said to be all claims that name a cause; a trend and a forecast are in it."""
    members = [member.claim for member in registry.article().family]
    said = next(cell.source for cell in BOOK.cells if "Holm" in cell.source)
    assert {registry.claim(claim).kind for claim in members} == {"cause"} or "cause" not in said
    titles: list[str] = []
    monkeypatch.setattr(plots, "show_table", lambda *_, title, **__: titles.append(title))
    shared = {"overview": overview, "plots": plots, "verdicts": verdicts, "as_of": "latest"}
    exec(CELLS["cell-14"], shared)
    assert titles == [f"Claims of the family: {len(members)}. Their p-values, adjusted together"]


def test_tables_without_a_picture_are_not_promised_one():
    """There were ten pictures for 14 tables under 'A picture for each table.'"""
    data = nbformat.read(paths.notebooks_dir() / "data.ipynb", as_version=4)
    text = next(cell.source for cell in data.cells if "A picture for each table" in cell.source)
    assert ca.coverage("events")["year"].isna().all() and "dated events" in text
