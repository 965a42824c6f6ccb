"""The cells that decide, run on their own on what `load` gives: each agrees with the engine, and
both move together.
"""

import ast
from collections.abc import Callable
from functools import cache
from types import SimpleNamespace

import nbformat
import numpy as np
import pandas as pd
import pytest
import seaborn as sns

import ca_research as ca
from ca_research.claims.evidence import main_rows
from ca_research.ground import paths

MOST_LINES = 15
LIBRARY = {"load", "codes", "economies", "trade", "investment", "students", "stats"}
IMPORTS = {"pandas", "numpy", "seaborn", "statsmodels"}
DAYS = ("2023-05-19", "latest")
DECIDED = [claim for claim in ca.registry.claims() if ca.claim(claim).closest()]
Change = Callable[[str, pd.DataFrame], pd.DataFrame]


@cache
def deciding_cells(notebook: str) -> tuple[str, ...]:
    book = nbformat.read(paths.notebooks_dir() / notebook, as_version=4)
    return tuple(c.source for c in book.cells if "deciding" in c.metadata.get("tags", []))


@cache
def table(name: str, day: str) -> pd.DataFrame:
    return ca.load(name, as_of=day)


class Computed:
    """The main figures of a claim, and which of them a cell compares its own with."""

    def __init__(self, claim: str, day: str, change: Change) -> None:
        spec = ca.claim(claim).spec
        frames = {name: change(name, table(name, day)) for name in spec.data}
        rows = pd.DataFrame(main_rows(spec, frames, day))
        self.frame = rows.astype(dict.fromkeys(("estimate", "low", "high"), float))
        self.compared = list[str]()

    def main(self, criterion: str) -> pd.DataFrame:
        self.compared.append(criterion)
        return self.frame[self.frame["criterion"] == criterion].reset_index(drop=True)

    def numbers(self) -> str:
        return self.frame[["criterion", "economy", "estimate", "low", "high"]].to_csv()


def unchanged(name: str, rows: pd.DataFrame) -> pd.DataFrame:
    return rows


def run_cells(claim: str, day: str, evidence: Computed, change: Change) -> list[str]:
    """What the deciding cells of a claim's notebook show."""

    def load(name: str, **choices: object) -> pd.DataFrame:
        return change(name, ca.load(name, **choices))

    shown: list[str] = []
    declared = ca.claim(claim)
    library = {name: getattr(ca, name) for name in LIBRARY}
    given = {
        "ca": SimpleNamespace(**{**library, "load": load}),
        "pd": pd,
        "np": np,
        "sns": sns,
        "display": lambda *results: shown.extend(map(str, results)),
        "evidence": evidence,
        "as_of": day,
        "economies": list(ca.economies.CA5),
        "origins": ca.registry.origin_groups(),
        "claim": claim,
        "criteria": {c.name: c for reading in declared.closest() for c in reading.criteria},
    }
    with pd.option_context("display.max_rows", None, "display.precision", 12):
        for cell in deciding_cells(declared.spec.notebook):
            exec(cell, dict(given))
    return shown


def moved(row: pd.Series, name: str) -> Change | None:
    """Multiply the figure of a row, or take its document away; None if it is not of the table."""
    declared = ca.registry.table(name)
    key = [column for column in declared.key if column != "source_id"] + ["source_id"]
    figures = declared.of_type("number")
    if figures and not {*key} <= {*row.index}:
        return None
    numbers = [c for c in figures if c in row.index and pd.notna(row[c])]

    def change(other: str, rows: pd.DataFrame) -> pd.DataFrame:
        if other != name:
            return rows
        if not numbers:
            origin = "origin_group" if "origin_group" in {*rows} & {*row.index} else "source_id"
            return rows[~(rows[origin] == row[origin]).fillna(False)]
        same = np.logical_and.reduce([rows[c].astype(str) == str(row[c]) for c in key])
        return rows.assign(**{c: rows[c].mask(same, rows[c] * 1.7) for c in numbers})

    return change


def test_every_closest_reading_is_computed_in_its_notebook():
    faults = {}
    for claim in DECIDED:
        evidence = Computed(claim, "latest", unchanged)
        run_cells(claim, "latest", evidence, unchanged)
        for reading in ca.claim(claim).closest():
            if not {c.name for c in reading.criteria} & {*evidence.compared}:
                faults[f"{claim} {reading.name}"] = evidence.compared
    assert not faults


def test_a_deciding_cell_is_short_and_plain():
    faults = {}
    for notebook in {ca.registry.claim(claim).notebook for claim in DECIDED}:
        for cell in deciding_cells(notebook):
            nodes = [*ast.walk(ast.parse(cell))]
            names = {
                n.attr
                for n in nodes
                if isinstance(n, ast.Attribute) and getattr(n.value, "id", "") == "ca"
            }
            modules = {
                a.name.split(".")[0] for n in nodes if isinstance(n, ast.Import) for a in n.names
            }
            modules |= {n.module.split(".")[0] for n in nodes if isinstance(n, ast.ImportFrom)}
            lines = [line for line in cell.splitlines() if line.strip()]
            odd = (names - LIBRARY) | (modules - IMPORTS)
            if odd or len(lines) > MOST_LINES or not any(isinstance(n, ast.Assert) for n in nodes):
                faults[notebook] = odd, len(lines)
    assert not faults


@pytest.mark.parametrize("claim", DECIDED)
def test_a_deciding_cell_agrees_with_the_engine_and_moves_with_it(claim):
    for day in DAYS:
        evidence = Computed(claim, day, unchanged)
        before = run_cells(claim, day, evidence, unchanged)
    compared = evidence.frame[evidence.frame["criterion"].isin(evidence.compared)]
    rows = [
        row
        for behind in compared["rows"]
        if behind is not None
        for _, row in behind.frame.head(6).iterrows()
    ]
    for row in rows:
        for name in ca.registry.claim(claim).data:
            change = moved(row, name)
            if change is None:
                continue
            other = Computed(claim, "latest", change)
            if other.numbers() != evidence.numbers():
                assert run_cells(claim, "latest", other, change) != before
                return
    pytest.fail("no row that was tried moves the engine's number")
