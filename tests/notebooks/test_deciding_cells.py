"""The cells that decide, run on their own on what `load` gives: each agrees with the engine, and
both move together.
"""

import re
from functools import cache, partial
from types import SimpleNamespace

import nbformat
import numpy as np
import pandas as pd
import pytest
import seaborn as sns

import ca_research as ca
from ca_research.claims.evidence import Gathering
from ca_research.claims.given import tables_of
from ca_research.ground import paths

MOST_LINES = 15
LIBRARY = {"load", "codes", "economies", "trade", "investment", "students", "stats"}
ESTIMATORS = {"belt_and_road_effect.ipynb": "article"}
"""Of an estimator the cell shows what goes in and calls it by its name."""
IMPORTS = {"pandas", "numpy", "seaborn", "statsmodels"}
DAYS = ("2023-05-19", "latest")
DECIDED = [claim for claim in ca.registry.claims() if ca.claim(claim).closest()]


@cache
def deciding_cells(notebook):
    book = nbformat.read(paths.notebooks_dir() / notebook, as_version=4)
    return tuple(c.source for c in book.cells if "deciding" in c.metadata.get("tags", []))


@cache
def table(name, day):
    return ca.load(name, as_of=day)


class Computed:
    """The main figures of a claim, and which of them a cell compares its own with."""

    def __init__(self, claim, day, change):
        spec = ca.claim(claim).spec
        frames = {name: change(name, table(name, day)) for name in tables_of(spec)}
        rows = pd.DataFrame(Gathering(spec, frames, day).main_rows())
        self.frame = rows.astype(dict.fromkeys(("estimate", "low", "high"), "float64"))
        self.compared = []

    def main(self, criterion):
        self.compared.append(criterion)
        return self.frame[self.frame["criterion"] == criterion].reset_index(drop=True)

    @property
    def traces(self):
        """The rows behind each criterion, as evidence keeps them."""
        behind = {row["criterion"]: row["rows"].frame for _, row in self.frame.iterrows()}
        return [
            {"criterion": c, "cells": [{"columns": [*f], "rows": f.to_numpy().tolist()}]}
            for c, f in behind.items()
        ]

    def moved_from(self, other, criteria):
        """Whether a number of some criteria is another, by more than what cells let pass."""
        asked = [one.frame["criterion"].isin([*criteria]) for one in (self, other)]
        ends = ["estimate", "low", "high"]
        numbers = [one.frame.loc[a, ends] for one, a in zip((self, other), asked, strict=True)]
        return not np.allclose(*numbers, rtol=1e-3, equal_nan=True)


def unchanged(name, rows):
    return rows


def run_cells(claim, day, evidence, change):
    """Run the deciding cells of a claim's notebook on what `load` gives, and nothing else."""

    def load(name, **choices):
        return change(name, ca.load(name, **choices))

    declared = ca.claim(claim)
    library = {name: getattr(ca, name) for name in {*LIBRARY, *ESTIMATORS.values()}}
    given = {
        "ca": SimpleNamespace(**{**library, "load": load}),
        "pd": pd,
        "np": np,
        "sns": sns,
        "display": lambda *results: None,
        "evidence": evidence,
        "as_of": day,
        "economies": list(ca.economies.CA5),
        "origins": ca.registry.origin_groups(),
        "claim": claim,
        "criteria": {c.name: c for reading in declared.closest() for c in reading.criteria},
    }
    for cell in deciding_cells(declared.spec.notebook):
        exec(cell, dict(given))


def changes_of(row, name):
    """This row's figure multiplied, and the row taken away, with all of its origin where it is a
    document or an event; none where it is no row of the table.
    """
    numbers = ca.registry.table(name).of_type("number")
    columns = [c for c in ca.registry.table(name).columns if c not in numbers]
    known = [c for c in columns if c in row.index and pd.notna(row[c])]
    if "source_id" not in known or (numbers and len(known) < 3):
        return
    alike = known if numbers else ["origin_group" if "origin_group" in known else "source_id"]

    def change(other, rows, gone):
        if other != name:
            return rows
        same = np.logical_and.reduce(
            [rows[c].astype(str) == str(row[c]) for c in alike if c in rows]
        )
        if gone:
            return rows[~same]
        return rows.assign(**{c: rows[c].mask(same, rows[c] * 1.7) for c in numbers})

    yield from (partial(change, gone=gone) for gone in ([False, True] if numbers else [True]))


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
    """And rests on no more of the library than `run_cells` gives."""
    for notebook in {ca.registry.claim(claim).notebook for claim in DECIDED}:
        for cell in deciding_cells(notebook):
            imported = {*re.findall(r"^\s*(?:import|from) (\w+)", cell, re.M)}
            lines = [line for line in cell.splitlines() if line.strip()]
            assert imported <= IMPORTS and len(lines) <= MOST_LINES, notebook
            assert re.search(r"^\s*assert ", cell, re.M), notebook


@pytest.mark.parametrize("claim", DECIDED)
def test_a_deciding_cell_agrees_with_the_engine_and_moves_with_it(claim):
    """Its own asserts compare the two, of the figures as they are and of some that were changed."""
    for day in DAYS:
        evidence = Computed(claim, day, unchanged)
        run_cells(claim, day, evidence, unchanged)
    compared = evidence.frame[evidence.frame["criterion"].isin(evidence.compared)]
    rows = [behind.frame.head(6) for behind in compared["rows"] if behind is not None]
    # of an estimator the rows are those of a panel: its largest figures do as well
    used = {source for sources in compared["sources"] for source in sources}
    for name in ca.registry.claim(claim).data:
        largest = [*ca.registry.table(name).of_type("number"), "source_id"][0]
        known = table(name, "latest").sort_values(largest, ascending=False)
        rows.append(known[known["source_id"].isin(used)].groupby("source_id").head(9))
    changes = (
        change
        for part in rows
        for _, row in part.iterrows()
        for name in ca.registry.claim(claim).data
        for change in changes_of(row, name)
    )
    others = ((change, Computed(claim, "latest", change)) for change in changes)
    # a count of nought moves by no row that is taken away: then another criterion has to
    kept = None
    for change, other in others:
        if other.moved_from(evidence, evidence.compared):
            kept = change, other
            break
        if kept is None and other.moved_from(evidence, evidence.frame["criterion"]):
            kept = change, other
    assert kept, "no row that was tried moves the engine's number"
    run_cells(claim, "latest", kept[1], kept[0])
