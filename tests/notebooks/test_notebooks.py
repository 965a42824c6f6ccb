"""The notebooks as files: stripped, typed, short cells, no verdict and no result typed by hand."""

import ast
import json
import re

import nbformat
import pytest

from ca_research import kernels, registry
from ca_research.ground import paths
from ca_research.runs import PAGES, declared

FILES = sorted(paths.notebooks_dir().glob("*.ipynb"))


@pytest.fixture(params=FILES, ids=lambda f: f.stem)
def notebook(request):
    return request.param, nbformat.read(request.param, as_version=4)


def test_every_claim_has_its_notebook_and_every_notebook_its_claim():
    pages = {notebook for notebook, _ in PAGES.values()}
    assert {spec.notebook for spec in registry.claims().values()} | pages == {f.name for f in FILES}


def test_outputs_are_stripped(notebook):
    _, content = notebook
    nbformat.validate(content)
    code = [c for c in content.cells if c.cell_type == "code"]
    assert code and all(not c.outputs and c.execution_count is None for c in code)


def test_parameters_are_typed_and_as_of_is_among_them(notebook):
    file, content = notebook
    known = declared(file)
    assert known["as_of"].default == "latest"
    assert set(content.metadata["ca_research"]["parameters"]) == set(known), (
        "metadata and cell disagree"
    )
    for name, parameter in known.items():
        assert parameter.read(parameter.default, "test") == parameter.default, name


def test_cells_are_short(notebook):
    """Few lines of logic per cell: at most eight statements, nested ones counted."""
    _, content = notebook
    for cell in content.cells:
        if cell.cell_type == "code":
            statements = [n for n in ast.walk(ast.parse(cell.source)) if isinstance(n, ast.stmt)]
            assert len(statements) <= 8, cell.source


def test_no_verdict_is_typed(notebook):
    _, content = notebook
    for cell in content.cells:
        if cell.cell_type == "code":
            assert not [
                w for w in registry.VERDICTS if f'"{w}"' in cell.source or f"'{w}'" in cell.source
            ]


def test_no_result_is_typed_in_prose(notebook):
    """Prose may name years and counts in words; figures come from the tables."""
    _, content = notebook
    for cell in content.cells:
        if cell.cell_type == "markdown":
            numbers = re.findall(r"(?<![\w-])\d[\d,.]*", cell.source)
            assert all(re.fullmatch(r"(19|20)\d\d[.,]?|3,000", n) for n in numbers), (
                cell.source,
                numbers,
            )


def test_declared_tables_are_those_loaded(notebook):
    _, content = notebook
    code = "\n".join(c.source for c in content.cells if c.cell_type == "code")
    loaded = set(re.findall(r'ca\.load\(\s*"(\w+)"', code))
    if "for name in ca.registry.tables()" in code and "ca.coverage(name" in code:
        loaded |= {"*"}  # the page on the data
    assert loaded == set(content.metadata["ca_research"]["tables"])


def test_notebooks_open_with_the_kernel_of_the_project(notebook):
    """They opened with 'Python 3', and waited for the imports each time."""
    _, content = notebook
    spec = json.loads((paths.home() / "kernelspec" / "kernel.json").read_text(encoding="utf-8"))
    named = {"name": kernels.NAME, "display_name": spec["display_name"], "language": "python"}
    assert content.metadata["kernelspec"] == named
