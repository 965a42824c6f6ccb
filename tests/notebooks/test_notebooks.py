"""The notebooks as files: stripped, typed, short cells, no verdict and no result typed by hand."""

import ast
import json
import re

import nbformat
import pytest

from ca_research import kernels, registry
from ca_research.ground import paths
from ca_research.runs import declared

FILES = sorted(paths.notebooks_dir().glob("*.ipynb"))


@pytest.fixture(scope="module")
def books():
    """Every notebook with its code and its prose, a list of cells each."""
    found = {}
    for file in FILES:
        book = nbformat.read(file, as_version=4)
        kinds = (
            [cell for cell in book.cells if cell.cell_type == kind] for kind in ("code", "markdown")
        )
        found[file] = (book, *kinds)
    return found


def test_outputs_are_stripped_and_the_kernel_is_that_of_the_project(books):
    """They opened with 'Python 3', and waited for the imports each time."""
    spec = json.loads((paths.home() / "kernelspec" / "kernel.json").read_text())
    named = {"name": kernels.NAME, "display_name": spec["display_name"], "language": "python"}
    for file, (book, code, _) in books.items():
        nbformat.validate(book)
        assert code and not any(c.outputs or c.execution_count for c in code), file.name
        assert book.metadata["kernelspec"] == named, file.name


def test_parameters_are_typed_and_as_of_is_among_them(books):
    for file, (book, *_) in books.items():
        known = declared(file)
        assert known["as_of"].default == "latest", file.name
        assert set(book.metadata["ca_research"]["parameters"]) == set(known), file.name
        for name, parameter in known.items():
            assert parameter.read(parameter.default, "test") == parameter.default, (file.name, name)


def typed_by_hand(prose):
    """Figures in prose other than years: they come from the tables."""
    numbers = re.findall(r"(?<![\w-])\d[\d,.]*", prose)
    return [n for n in numbers if not re.fullmatch(r"(19|20)\d\d[.,]?|3,000", n)]


def test_cells_are_short_and_neither_verdict_nor_result_is_typed(books):
    """At most eight statements in a cell, nested ones counted; a cell that decides has a limit of
    its own (`test_deciding_cells`).
    """
    faults = {}
    for file, (_, code, prose) in books.items():
        short = [cell for cell in code if "deciding" not in cell.metadata.get("tags", [])]
        nodes = [[*ast.walk(ast.parse(cell.source))] for cell in short]
        text = "\n".join(cell.source for cell in code)
        found = {
            "long": [n for n in nodes if sum(isinstance(one, ast.stmt) for one in n) > 8],
            "verdicts": [w for w in registry.VERDICTS if f'"{w}"' in text or f"'{w}'" in text],
            "results": [n for cell in prose for n in typed_by_hand(cell.source)],
        }
        faults |= {(file.name, what): told for what, told in found.items() if told}
    assert faults == {}
