"""`--kernel`: another Python is an input of every run, and one that is not there is said in three
lines.
"""

from __future__ import annotations

import json
import sys

import nbformat
import pytest

from ca_research import kernels, runs
from ca_research.ground.errors import RunError, UnknownNameError, UsageError
from ca_research.runs import Options, Run

PARAMETERS = 'economy: str = "KAZ"\nas_of: str = "latest"'
RUN = ("run", "brief", "-p", "economy=UZB", "--out")
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
def other(tmp_path):
    """Another environment: its own name for this Python, so its own packages."""
    file = tmp_path / "other" / "bin" / "python"
    file.parent.mkdir(parents=True)
    file.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    file.chmod(0o755)
    return file


@pytest.fixture
def brief(built, tmp_path, monkeypatch):
    """The one notebook of a tiny project."""
    monkeypatch.setenv("CA_RESEARCH_CACHE", str(tmp_path / "cache"))
    cells = [nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}, id="p")]
    cells += [
        nbformat.v4.new_code_cell("import os; print(os.environ.get('COLOUR', 'none'))", id="c")
    ]
    spec = {"name": kernels.ORDINARY, "display_name": "Python 3", "language": "python"}
    book = nbformat.v4.new_notebook(
        cells=cells, metadata={"kernelspec": spec, "ca_research": {"tables": []}}
    )
    file = built.home / "notebooks" / "country_brief.ipynb"
    nbformat.write(book, file)
    return Run("brief", file, {"economy": "UZB", "as_of": "latest"})


def test_a_kernel_whose_python_is_gone_is_not_answered_from_the_store(
    brief, tmp_path, install, other, command
):
    install("another", [str(other), *LAUNCH])
    out = str(tmp_path / "out")
    for _ in range(2):
        code, told, said = command(*RUN, out, "--kernel", "another")
        assert code == 0, said
    assert "nothing has changed" in told
    other.unlink()
    for words in ((), ("--fresh",)):
        code, told, said = command(*RUN, out, "--kernel", "another", *words)
        what, where, hint = said.splitlines()
        assert (code, told) == (1, "")
        assert what == f"error: the kernel 'another' starts {other}, which is not there"
        assert where.endswith("/another/kernel.json") and hint.startswith(
            "  next:  leave out --kernel"
        )


CHANGES = {
    "its variables": lambda install, other: install("another", [str(other), *LAUNCH], COLOUR="red"),
    "its command": lambda install, other: install("another", [str(other), *LAUNCH, "--quiet"]),
    "its executable": lambda install, other: other.write_text(
        other.read_text() + "# another version\n"
    ),
    "its packages": lambda install, other: (
        other.parent / "site-packages" / "new-1.0.dist-info"
    ).mkdir(parents=True),
}


@pytest.mark.long
def test_what_a_kernel_is_made_of_is_in_the_key(brief, tmp_path, install, other):
    install("another", [str(other), *LAUNCH])
    other.write_text(
        f'#!/bin/sh\nPYTHONPATH={other.parent}/site-packages exec {sys.executable} "$@"\n'
    )

    def execute(kernel: str):
        (result,) = runs.execute([brief], tmp_path / "out", Options(1, kernel=kernel))
        assert result.ok, result
        return result

    first, again = execute("another"), execute("another")
    assert (first.stored, again.stored) == (False, True)
    assert not execute(kernels.ORDINARY).stored
    keys = [first.key]
    for change, make in CHANGES.items():
        make(install, other)
        moved = execute("another")
        assert not moved.stored and moved.key not in keys, change
        keys.append(moved.key)


def test_a_kernel_on_this_very_python_is_no_other_input():
    assert {kernels.described(name) for name in ("", kernels.ORDINARY, kernels.NAME)} == {""}


def test_a_name_of_this_python_by_its_place_is_this_python(install):
    install("here", [sys.executable, "-Xfrozen_modules=off", *LAUNCH])
    assert kernels.described("here") == ""


@pytest.mark.parametrize(
    ("argv", "language", "error", "words"),
    [
        (["R", "--slave"], "R", UsageError, "not a Python kernel"),
        (["/bin/false", *LAUNCH], "python", RunError, "starts /bin/false, which gives no answer"),
        ([sys.executable, "-S", "-I", *LAUNCH], "python", RunError, "which has no ipykernel"),
    ],
)
def test_what_cannot_run_a_notebook_is_refused(install, argv, language, error, words):
    install("broken", argv, language)
    with pytest.raises(error, match=words):
        kernels.described("broken")


def test_an_unknown_kernel_is_refused_with_the_known_ones(command, brief, tmp_path):
    with pytest.raises(UnknownNameError, match="did you mean python3"):
        kernels.described("pyton3")
    code, _, said = command(*RUN, str(tmp_path / "out"), "--kernel", "pyton3")
    assert code == 2 and said.startswith("error: unknown kernel 'pyton3'")


def test_a_default_kernel_that_is_another_python_is_refused(
    brief, tmp_path, install, other, monkeypatch
):
    """A kernelspec `python3` of another environment's; its results would be stored as this
    one's.
    """
    install("python3", [str(other), *LAUNCH])
    monkeypatch.setattr(kernels, "default", lambda: (kernels.ORDINARY, ""))
    with pytest.raises(RunError, match="the default kernel python3 is not of this environment"):
        runs.execute([brief], tmp_path / "out", Options(1))
    assert runs.execute([brief], tmp_path / "out", Options(1, kernel="python3"))[0].ok
