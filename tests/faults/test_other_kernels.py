"""`--kernel`: another Python is an input of every run, and one that is not there is said in three
lines.
"""

from __future__ import annotations

import json
import sys

import pytest
from tests.small_runs import brief

from ca_research import kernels, runs
from ca_research.ground.errors import RunError, UnknownNameError, UsageError
from ca_research.runs import Options

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


def test_a_kernel_whose_python_is_gone_is_not_answered_from_the_store(
    run, tmp_path, other, command
):
    words = ("run", "brief", "-p", "economy=UZB", "--out", str(tmp_path / "out"), "--kernel")
    for _ in range(2):
        code, told, said = command(*words, "another")
        assert code == 0, said
    assert "nothing has changed" in told
    other.unlink()
    for more in ((), ("--fresh",)):
        code, told, said = command(*words, "another", *more)
        assert (code, told) == (1, "") and str(other) in said
        assert said.splitlines()[1].endswith("/another/kernel.json")
    code, _, said = command(*words, "pyton3")
    assert code == 2 and said.startswith("error: unknown kernel 'pyton3'")


CHANGES = {
    "its variables": lambda install, other: install("another", [str(other), *LAUNCH], COLOUR="red"),
    "its command": lambda install, other: install("another", [str(other), *LAUNCH, "--quiet"]),
    "its executable": lambda install, other: other.write_text(other.read_text() + "# another\n"),
    "its packages": lambda install, other: (
        other.parent / "site-packages" / "new-1.0.dist-info"
    ).mkdir(),
}


def test_what_a_kernel_is_made_of_is_described(install, other):
    told = [kernels.described("another"), kernels.described("another")]
    assert told[0] == told[1] != ""
    for make in CHANGES.values():
        make(install, other)
        told.append(kernels.described("another"))
    assert len(set(told)) == len(CHANGES) + 1


@pytest.mark.long
def test_what_a_kernel_is_made_of_is_in_the_key(run, tmp_path, install, other):
    def execute(kernel: str):
        (result,) = runs.execute([run], tmp_path / "out", Options(1, kernel=kernel))
        assert result.ok, result
        return result.key, result.stored

    (first, stored), again = execute("another"), execute("another")
    ordinary, _ = execute(kernels.ORDINARY)
    CHANGES["its packages"](install, other)
    moved = execute("another")
    assert (stored, again, moved[1]) == (False, (first, True), False)
    assert len({first, ordinary, moved[0]}) == 3


def test_a_kernel_on_this_very_python_is_no_other_input(install):
    install("here", [sys.executable, "-Xfrozen_modules=off", *LAUNCH])
    names = ("", "here", kernels.ORDINARY, kernels.NAME)
    assert {kernels.described(name) for name in names} == {""}


@pytest.mark.parametrize(
    ("argv", "language", "error"),
    [
        (["R", "--slave"], "R", UsageError),
        (["/bin/false", *LAUNCH], "python", RunError),
        ([sys.executable, "-S", "-I", *LAUNCH], "python", RunError),  # without ipykernel
    ],
)
def test_what_cannot_run_a_notebook_is_refused(install, argv, language, error):
    install("broken", argv, language)
    with pytest.raises(error) as refused:
        kernels.described("broken")
    assert refused.value.where.endswith("/broken/kernel.json")
    with pytest.raises(UnknownNameError):
        kernels.described("pyton3")


def test_a_default_kernel_that_is_another_python_is_refused(
    run, tmp_path, install, other, monkeypatch
):
    """A kernelspec `python3` of another environment's; its results would be stored as this
    one's.
    """
    install("python3", [str(other), *LAUNCH])
    monkeypatch.setattr(kernels, "default", lambda: (kernels.ORDINARY, ""))
    with pytest.raises(RunError):
        runs.execute([run], tmp_path / "out", Options(1))
    assert runs.execute([run], tmp_path / "out", Options(1, kernel="python3"))[0].ok
