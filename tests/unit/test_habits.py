"""Habits that tools keep: what runs before a commit, and what a release asks for."""

import ast
import importlib.util
import shutil
import subprocess
import sys

import yaml

from ca_research import __version__, registry
from ca_research.ground import errors, paths

HOME = paths.home()
HOOKS = yaml.safe_load((HOME / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]


def tool(name):
    spec = importlib.util.spec_from_file_location(name, HOME / "tools" / f"{name}.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_hooks_fetch_nothing_and_are_those_of_the_environment():
    assert [one["repo"] for one in HOOKS] == ["local"]
    found = {hook["id"]: hook for hook in HOOKS[0]["hooks"]}
    assert set(found) == {"ruff", "ruff-format", "nbstripout", "registry"}
    for hook in found.values():
        program = hook["entry"].split()[0]
        assert hook["language"] == "system" and program.startswith(".venv/bin/")
        assert shutil.which(program.rpartition("/")[2], path=str(HOME / ".venv" / "bin"))


def test_an_entry_that_does_not_fit_its_model_is_found_before_a_commit(tmp_path, monkeypatch):
    shutil.copytree(HOME / "registry", tmp_path / "registry")
    monkeypatch.setenv("CA_RESEARCH_HOME", str(tmp_path))
    schemas = tool("schemas")
    assert list(schemas.faults()) == []
    file = tmp_path / "registry" / "claims" / "C25.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("title:", "titel:", 1))
    (tmp_path / "registry" / "schema" / "claim.json").write_text("{}")
    registry.forget()
    first, *others = schemas.faults()
    assert "claim.json is not that of the models" in first
    assert len(others) == 1 and "titel" in others[0]


def test_notebooks_carry_no_outputs():
    books = sorted(map(str, (HOME / "notebooks").glob("*.ipynb")))
    done = subprocess.run(
        [sys.executable, "-m", "nbstripout", "--keep-id", "--verify", *books], check=False
    )
    assert len(books) > 15 and done.returncode == 0


def test_the_version_has_its_notes_and_every_place_names_it():
    release = tool("release")
    assert list(release.versions()) == []
    day, notes = release.notes_of(__version__)
    assert day and notes.startswith("Three rooms") and "## " not in notes


def test_a_version_without_notes_or_with_another_day_is_no_release(tmp_path, monkeypatch):
    release = tool("release")
    for name in ("pyproject.toml", "CITATION.cff", "CHANGELOG.md"):
        shutil.copy(HOME / name, tmp_path / name)
    monkeypatch.setattr(release, "HOME", tmp_path)
    log, cited = tmp_path / "CHANGELOG.md", tmp_path / "CITATION.cff"
    text = log.read_text(encoding="utf-8")
    log.write_text(text.replace(f"## {__version__}", "## Unreleased\n\n- new\n\n## Older"))
    (fault,) = release.versions()
    assert "no section" in fault
    log.write_text(text)
    cited.write_text(cited.read_text().replace(f"version: {__version__}", "version: 0.0.9"))
    (fault,) = release.versions()
    assert "CITATION.cff says 0.0.9" in fault


ALWAYS_TOLD = {"LinkError", "WriteError", "MissingTableError", "DataError", "UndeclaredReadError"}
"""Errors that say by themselves what to do next."""


def test_every_error_of_a_user_says_what_to_do_next():
    """A CoverageError may also be the reason in a table why there is no figure; it need not. What
    ends a notebook is told by the command, with what to do.
    """
    kinds = {
        name
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.CaResearchError)
    } - {*ALWAYS_TOLD, "CoverageError", "UnknownNameError"}
    raised, silent = 0, []
    for file in {*(HOME / "src").rglob("*.py")} - {HOME / "src/ca_research/runs/engine.py"}:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Raise(exc=ast.Call(func=ast.Name(id=kind), keywords=told)) if (
                    kind in kinds
                ):
                    raised += 1
                    if "hint" not in {word.arg for word in told}:
                        silent.append(f"{file.relative_to(HOME)}:{node.lineno}")
    assert raised > 300 and silent == []
