"""Habits that tools keep: what runs before a commit, and what a release asks for."""

import importlib.util
import shutil

import pytest
import yaml

from ca_research import __version__, registry
from ca_research.ground import paths

HOME = paths.home()
HOOKS = yaml.safe_load((HOME / ".pre-commit-config.yaml").read_text())["repos"]


def tool(name):
    spec = importlib.util.spec_from_file_location(name, HOME / "tools" / f"{name}.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_hooks_fetch_nothing_and_are_those_of_the_environment():
    assert [one["repo"] for one in HOOKS] == ["local"]
    for hook in HOOKS[0]["hooks"]:
        program = hook["entry"].split()[0]
        assert hook["language"] == "system" and program.startswith(".venv/bin/")


def test_an_entry_that_does_not_fit_its_model_is_found_before_a_commit(tmp_path, monkeypatch):
    shutil.copytree(HOME / "registry", tmp_path / "registry")
    monkeypatch.setenv("CA_RESEARCH_HOME", str(tmp_path))
    schemas = tool("schemas")
    assert list(schemas.faults()) == []
    file = tmp_path / "registry" / "claims" / "C25.yaml"
    file.write_text(file.read_text().replace("title:", "titel:", 1))
    (tmp_path / "registry" / "schema" / "claim.json").write_text("{}")
    registry.forget()
    first, *others = schemas.faults()
    assert "claim.json is not that of the models" in first
    assert len(others) == 1 and "titel" in others[0]


def test_the_version_has_its_notes_and_every_place_names_it():
    release = tool("release")
    assert list(release.versions()) == []
    day, notes = release.notes_of(__version__)
    assert day and notes.startswith("Three rooms") and "## " not in notes


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("CHANGELOG.md", f"## {__version__}", "## Unreleased\n\n- new\n\n## Older"),
        ("CITATION.cff", f"version: {__version__}", "version: 0.0.9"),
    ],
)
def test_a_version_without_notes_or_of_another_number_is_no_release(
    tmp_path, monkeypatch, name, before, after
):
    release = tool("release")
    for file in ("pyproject.toml", "CITATION.cff", "CHANGELOG.md"):
        shutil.copy(HOME / file, tmp_path / file)
    monkeypatch.setattr(release, "HOME", tmp_path)
    text = (tmp_path / name).read_text()
    (tmp_path / name).write_text(text.replace(before, after))
    assert len(list(release.versions())) == 1
