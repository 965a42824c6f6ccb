"""YAML that contradicts itself or is none: refused with its file and line."""

from pathlib import Path

import pytest
from tests.cases import cases

from ca_research import registry
from ca_research.ground.errors import RegistryError, UsageError
from ca_research.ground.textfiles import Unreadable, read_yaml
from ca_research.runs.grid import read_grid

CASES = cases(__file__, "yaml")


def content(name):
    case = CASES[name]
    text = "".join(piece * times for piece, times in case.get("pieces", [[case.get("text"), 1]]))
    return text.encode(case.get("encoding", "utf-8"))


@pytest.mark.parametrize("name", CASES)
def test_the_reader_refuses_with_the_line(name):
    with pytest.raises(Unreadable) as caught:
        read_yaml(content(name))
    assert CASES[name]["names"] in caught.value.what and caught.value.line == CASES[name]["line"]


def test_what_is_within_the_bounds_is_read():
    merged = read_yaml(b"a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}\n")
    assert merged == {"a": {"b": 1}, "c": {"b": 1}, "d": {"b": 1, "e": 2}}
    assert read_yaml(b"\xef\xbb\xbfa: \xc3\xa9") == {"a": "\u00e9"}
    assert read_yaml(b"") is None


ENTRIES = {
    "registry/claims/C07.yaml": registry.claims,
    "registry/tables/trade.yaml": registry.tables,
    "registry/article.yaml": registry.article,
    "registry/coding/acts.yaml": lambda: registry.coding("acts"),
    "grid.yaml": lambda: read_grid(Path("grid.yaml")),
}


@pytest.mark.parametrize("name", ["a key that stands twice", "a byte that is not UTF-8"])
@pytest.mark.parametrize("entry", ENTRIES)
def test_every_file_of_a_project_is_read_alike(project, monkeypatch, entry, name):
    file = project.home / entry
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content(name))
    project.forget()
    monkeypatch.chdir(project.home)
    with pytest.raises((RegistryError, UsageError)) as caught:
        ENTRIES[entry]()
    assert caught.value.where == f"{entry}, line {CASES[name]['line']}"
