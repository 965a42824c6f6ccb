"""`ca-research lab`: the start notebook runs as it stands, and JupyterLab opens it."""

import json
import os
import shutil
import subprocess
import sys
import urllib.request

import nbformat
import pytest
from nbclient import NotebookClient
from tests.warm import within

from ca_research.app import lab_command
from ca_research.ground import paths


@pytest.mark.long
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
    file.write_text("mine", encoding="utf-8")
    assert lab_command.begin(tmp_path).read_text(encoding="utf-8") == "mine"


@pytest.mark.long
def test_jupyterlab_opens_on_the_project_with_the_warm_kernel(tmp_path, port):
    home = tmp_path / "project"
    shutil.copytree(paths.registry_dir(), home / "registry")
    words = f"-m ca_research.app.cli lab --no-browser --port {port} -- --allow-root"
    server = subprocess.Popen(
        [sys.executable, *words.split()],
        cwd=home,
        env={**os.environ, "JUPYTER_TOKEN": "t", "JUPYTER_ALLOW_INSECURE_WRITES": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def ask(path):
        try:
            address = f"http://127.0.0.1:{port}/api/{path}?token=t"
            with urllib.request.urlopen(address, timeout=30) as answer:
                return json.load(answer)
        except OSError:
            assert server.poll() is None, "JupyterLab ended"

    try:
        assert within(60, lambda: ask("kernelspecs"))
        assert ask("kernelspecs")["default"] == "ca-research"
        assert ask("contents/scratch/start.ipynb")["type"] == "notebook"
    finally:
        server.terminate()
        server.wait(60)
