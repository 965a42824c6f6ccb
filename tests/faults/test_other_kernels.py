"""`--kernel`: of another Python no key tells, so that its results are not stored."""

from __future__ import annotations

import json
import sys

import pytest
from tests.small_runs import brief, executed

from ca_research import kernels
from ca_research.ground.errors import RunError, UnknownNameError, UsageError

LAUNCH = ["-m", "ipykernel_launcher", "-f", "{connection_file}"]


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Installs kernelspecs for a test: a name, the words that it starts, variables."""
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))

    def write(name: str, argv: list[str], language: str = "python", **env: str) -> None:
        folder = tmp_path / "jupyter" / "kernels" / name
        folder.mkdir(parents=True, exist_ok=True)
        spec = {"argv": argv, "display_name": name, "language": language, "env": env}
        (folder / "kernel.json").write_text(json.dumps(spec))

    return write


@pytest.fixture
def other(tmp_path, install):
    """Another environment: its own name for this Python, so its own packages."""
    file = tmp_path / "other" / "bin" / "python"
    (file.parent / "site-packages").mkdir(parents=True)
    more = f"PYTHONPATH={file.parent}/site-packages:$PYTHONPATH"
    file.write_text(f'#!/bin/sh\n{more} exec {sys.executable} "$@"\n')
    file.chmod(0o755)
    install("another", [str(file), *LAUNCH])
    return file


@pytest.fixture
def run(built, tmp_path, monkeypatch):
    monkeypatch.setenv("CA_RESEARCH_CACHE", str(tmp_path / "cache"))
    return brief(built.home, "print(n := 1)")


def test_what_another_python_has_made_is_not_stored(run, tmp_path, other, command):
    words = ("run", "brief", "-p", "economy=UZB", "--out", str(tmp_path / "out"), "--kernel")
    for _ in range(2):
        code, told, said = command(*words, "another")
        assert code == 0 and "nothing has changed" not in told, said
    assert not list((tmp_path / "cache" / "runs").glob("*"))
    other.unlink()
    code, told, said = command(*words, "another")
    assert code == 1 and str(other) in said
    code, _, said = command(*words, "pyton3")
    assert code == 2 and said.startswith("error: unknown kernel 'pyton3'")


def test_a_kernel_on_this_very_python_is_known_by_what_it_starts(install, other):
    install("here", [sys.executable, "-Xfrozen_modules=off", *LAUNCH])
    install("with variables", [sys.executable, *LAUNCH], COLOUR="red")
    install("with options", [sys.executable, *LAUNCH, "--quiet"])
    assert all(map(kernels.is_own, ("", "here", kernels.ORDINARY, kernels.NAME)))
    assert not any(map(kernels.is_own, ("another", "with variables", "with options")))


def test_what_is_no_python_kernel_is_refused(install):
    install("broken", ["R", "--slave"], "R")
    with pytest.raises(UsageError) as refused:
        kernels.is_own("broken")
    assert refused.value.where.endswith("/broken/kernel.json")
    with pytest.raises(UnknownNameError):
        kernels.is_own("pyton3")


def test_a_default_kernel_that_is_another_python_is_refused(
    run, tmp_path, install, other, monkeypatch
):
    """A kernelspec `python3` of another environment's; its results would be stored as this
    one's.
    """
    install("python3", [str(other), *LAUNCH])
    monkeypatch.setattr(kernels, "default", lambda: (kernels.ORDINARY, ""))
    with pytest.raises(RunError):
        executed(tmp_path / "out", run)
    assert executed(tmp_path / "out", run, kernel="python3")[0].ok
