"""`ca-research lab`: the start notebook runs as it stands, and JupyterLab opens it."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress

import nbformat
import pytest
from nbclient import NotebookClient

from ca_research.app import lab_command
from ca_research.ground import paths


@pytest.mark.long
def test_the_start_notebook_runs_and_ends_with_what_is_wanted(tmp_path):
    file = lab_command.begin(tmp_path)
    notebook = nbformat.read(file, as_version=4)
    nbformat.validate(notebook)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": tmp_path}}).execute()
    shown = [o for cell in notebook.cells for o in cell.get("outputs", [])]
    pictures = [o for o in shown if "image/svg+xml" in o.get("data", {})]
    assert pictures, "coverage shows itself as a picture"
    assert any(o.get("text", "").startswith("[") for o in shown), "references"
    asked = [cell.source for cell in notebook.cells if cell.source.startswith("ca.wanted")]
    assert len(asked) == 1 and "figures" in str(shown[-1]["data"]["text/plain"])


def test_a_project_without_that_table_or_claims_is_shown_what_it_has(project, tmp_path):
    notebook = nbformat.read(lab_command.begin(tmp_path), as_version=4)
    assert not any("mirror_gap" in c.source and "KGZ" in c.source for c in notebook.cells[2:4])
    assert not any(c.source.startswith("ca.claim") for c in notebook.cells)


def test_a_start_notebook_that_is_there_stays_the_users(tmp_path):
    file = lab_command.begin(tmp_path)
    file.write_text("mine", encoding="utf-8")
    assert lab_command.begin(tmp_path).read_text(encoding="utf-8") == "mine"


@pytest.mark.long
def test_jupyterlab_opens_on_the_project_with_the_warm_kernel(tmp_path, port):
    home = tmp_path / "project"
    shutil.copytree(paths.registry_dir(), home / "registry")
    command = [sys.executable, "-m", "ca_research.app.cli", "lab", "--no-browser"]
    server = subprocess.Popen(
        [*command, "--port", str(port), "--", "--allow-root"],
        cwd=home,
        env={**os.environ, "JUPYTER_TOKEN": "t", "JUPYTER_ALLOW_INSECURE_WRITES": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def ask(path):
        address = f"http://127.0.0.1:{port}/api/{path}?token=t"
        with urllib.request.urlopen(address, timeout=30) as answer:
            return json.load(answer)

    try:
        for _ in range(240):
            assert server.poll() is None, "JupyterLab ended"
            with suppress(OSError):
                specs = ask("kernelspecs")
                break
            time.sleep(0.25)
        assert specs["default"] == "ca-research"
        assert ask("contents/scratch/start.ipynb")["type"] == "notebook"
    finally:
        server.terminate()
        server.wait(60)
