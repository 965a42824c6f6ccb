"""`--kernel`: of another Python no key tells, so that its results are not stored."""

import json
import os
import sys
import venv

import pytest
from tests.small_runs import brief

LAUNCH = ["-m", "ipykernel_launcher", "-f", "{connection_file}"]


@pytest.fixture
def other(tmp_path, monkeypatch):
    """Another environment, which sees the same packages, and its kernel."""
    venv.create(tmp_path / "other", symlinks=True)
    folder = tmp_path / "jupyter" / "kernels" / "another"
    folder.mkdir(parents=True)
    file = tmp_path / "other" / "bin" / "python"
    spec = {"argv": [str(file), *LAUNCH], "display_name": "another", "language": "python"}
    spec["env"] = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    return file


@pytest.fixture
def run(built, store):
    return brief(built.home, "print(n := 1)")


def test_what_another_python_has_made_is_not_stored(run, out, store, other, command):
    words = ("run", "brief", "-p", "economy=UZB", "--out", str(out), "--kernel")
    for _ in range(2):
        code, told, said = command(*words, "another")
        assert code == 0 and "nothing has changed" not in told, said
    assert not list((store / "runs").glob("*"))
    other.unlink()
    code, told, said = command(*words, "another")
    assert code == 1 and str(other) in said
    code, _, said = command(*words, "pyton3")
    assert code == 2 and said.startswith("error: unknown kernel 'pyton3'")
