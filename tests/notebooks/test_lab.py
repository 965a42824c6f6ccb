"""The start notebook of `ca-research lab`; in JupyterLab: browser/test_desk_clicks.py."""

import nbformat
from nbclient import NotebookClient

from ca_research.app import lab_command


def test_the_start_notebook_runs_and_ends_with_what_is_wanted(tmp_path):
    notebook = nbformat.read(lab_command.begin(tmp_path), as_version=4)
    nbformat.validate(notebook)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": tmp_path}}).execute()
    shown = [o for cell in notebook.cells for o in cell.get("outputs", [])]
    assert any("image/svg+xml" in o.get("data", {}) for o in shown), "coverage is a picture"
    assert any(o.get("text", "").startswith("[") for o in shown), "references"
    assert sum(cell.source.startswith("ca.wanted") for cell in notebook.cells) == 1
    assert "figures" in str(shown[-1]["data"]["text/plain"])


def test_a_start_notebook_is_of_the_project_and_stays_the_users(project, tmp_path):
    file = lab_command.begin(tmp_path)
    sources = [cell.source for cell in nbformat.read(file, as_version=4).cells]
    assert not any("mirror_gap" in one and "KGZ" in one for one in sources[2:4])
    assert not any(one.startswith("ca.claim") for one in sources), "it has none"
    file.write_text("mine")
    assert lab_command.begin(tmp_path).read_text() == "mine"
