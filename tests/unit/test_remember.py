"""What was read of a registry belongs to its folder, and is read anew once a file has changed."""

import shutil

import pytest

from ca_research import registry
from ca_research.ground import economies, remember
from ca_research.ground.errors import RegistryError
from ca_research.registry.words import source_name


@pytest.fixture
def at_once(monkeypatch):
    """The files are looked at on every call."""
    monkeypatch.setattr(remember, "LOOK_AGAIN", 0)
    registry.forget()


def edit(file, before, after):
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))


def test_a_process_that_works_with_two_projects_sees_the_registry_of_each(
    project, tmp_path, monkeypatch
):
    other = tmp_path / "other"
    shutil.copytree(project.home, other)
    edit(other / "registry" / "article.yaml", "Invented article", "Another article")
    edit(other / "registry" / "economies.csv", "Kazakhstan", "Another country")
    edit(other / "registry" / "sources.csv", "S_LATE", "S_LATER")
    for home, title, name, source in [
        (project.home, "Invented article", "Kazakhstan", "S_LATE"),
        (other, "Another article", "Another country", "S_LATER"),
        (project.home, "Invented article", "Kazakhstan", "S_LATE"),
    ]:
        monkeypatch.setenv("CA_RESEARCH_HOME", str(home))
        assert registry.article().title == title
        assert economies.name_of("KAZ") == name and economies.resolve(name) == "KAZ"
        assert source in registry.sources() and source in registry.origin_groups()
        assert source_name(source) == f"{source.replace('_', ' ')} (invented)"


def test_an_edit_is_seen_by_the_next_call(project, at_once):
    assert registry.table("trade").title == "Invented trade"
    same = registry.tables()
    assert registry.tables() is same
    edit(project.spec(), "Invented trade", "Edited trade")
    assert registry.table("trade").title == "Edited trade"
    project.spec("facts").unlink()
    assert "facts" not in registry.tables()


def test_an_error_is_not_remembered(project, at_once):
    file = project.home / "registry" / "article.yaml"
    edit(file, "title: Invented article", "titel: Invented article")
    with pytest.raises(RegistryError):
        registry.article()
    edit(file, "titel:", "title:")
    assert registry.article().title == "Invented article"
