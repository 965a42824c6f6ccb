"""YAML that asks too much, contradicts itself or is none: refused with its file and line, at
once.
"""

import subprocess
import sys

import pytest

from ca_research import registry
from ca_research.ground.errors import RegistryError, UsageError
from ca_research.ground.textfiles import MAX_DEPTH, MAX_VALUES, Unreadable, read_yaml
from ca_research.runs.grid import read_grid

BOMB = "".join(
    f"- a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9 if n else ['x'] * 9)}]\n" for n in range(12)
)
ITSELF = "- &a\n  b: *a\n"
DEEP = "a: " + "[" * 3000
TWICE = "economy: KAZ\nyears: 5\neconomy: UZB\n"
LATIN = "title: a\ncaf\u00e9: b\n".encode("latin-1")

FAULTS = {
    "an alias bomb": (BOMB.encode(), "more than 400,000 values", 6),
    "a mapping that holds itself": (ITSELF.encode(), "*a stands within what it refers to", 2),
    "three thousand brackets": (DEEP.encode(), "nest", 1),
    "fifty brackets": (b"a: 1\nb: " + b"[" * 50, "nested more than 40 deep", 2),
    "a key that stands twice": (TWICE.encode(), "the key 'economy' stands twice", 3),
    "a key twice, written in two ways": (b"1: a\n0x1: b\n", "the key '0x1' stands twice", 2),
    "a byte that is not UTF-8": (LATIN, "not UTF-8: byte 0xe9", 2),
    "a control character": (b"a: b\nc: \x00\n", "not valid YAML", 2),
    "a tag": (b"a: 1\nb: !!python/name:os.system\n", "tags are not read", 2),
    "a day that does not exist": (b"a: 1\nb: 2023-02-31\n", "not valid YAML: day", 2),
    "a number without end": (b"a: " + b"9" * 5000, "not valid YAML: Exceeds the limit", 1),
    "an octal number": (b"a: 1\nb: 010\n", "010 may be read in two ways", 2),
    "a number to the base of sixty": (b"a: " + b"1:" * 10**6 + b"1", "may be read in two ways", 1),
    "a list as a key": (b"a: 1\n? [b, c]\n: 2\n", "a key must be a word or a number", 2),
    "two documents": (b"a: 1\n---\nb: 2\n", "not valid YAML: but found another document", 2),
    "an alias of nothing": (b"a: 1\nb: *c\n", "not valid YAML: found undefined alias", 2),
    "too many values": (b"[" + b"1, " * MAX_VALUES + b"1]", "more than 400,000 values", 1),
    "too large": (b"a: " + b"x" * 4_000_000, "larger than 4 MB", None),
}


@pytest.mark.parametrize("name", FAULTS)
def test_the_reader_refuses_with_the_line(name):
    content, told, line = FAULTS[name]
    with pytest.raises(Unreadable) as caught:
        read_yaml(content)
    assert told in caught.value.what and caught.value.line == line


def test_what_is_within_the_bounds_is_read():
    deep = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    assert repr(read_yaml(deep.encode())) == deep
    assert read_yaml(b"a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}\n") == {
        "a": {"b": 1},
        "c": {"b": 1},
        "d": {"b": 1, "e": 2},
    }
    assert read_yaml(b"\xef\xbb\xbfa: \xc3\xa9") == {"a": "\u00e9"}
    assert read_yaml(b"") is None


@pytest.mark.parametrize(
    "name", ["an alias bomb", "three thousand brackets", "a key that stands twice"]
)
def test_a_grid_file_is_refused_by_name_and_line(tmp_path, name):
    content, told, line = FAULTS[name]
    file = tmp_path / "grid.yaml"
    file.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        read_grid(file)
    assert told in caught.value.what and caught.value.where == f"grid.yaml, line {line}"


ENTRIES = {
    "claims/C07.yaml": registry.claims,
    "tables/trade.yaml": registry.tables,
    "article.yaml": registry.article,
    "coding/acts.yaml": lambda: registry.coding("acts"),
}


@pytest.mark.parametrize("name", ["a mapping that holds itself", "a byte that is not UTF-8"])
@pytest.mark.parametrize("entry", ENTRIES)
def test_every_file_of_the_register_is_read_alike(project, entry, name):
    content, told, line = FAULTS[name]
    file = project.home / "registry" / entry
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)
    project.forget()
    with pytest.raises(RegistryError) as caught:
        ENTRIES[entry]()
    assert told in caught.value.what and caught.value.where == f"registry/{entry}, line {line}"


@pytest.mark.parametrize("name", ["an alias bomb", "a mapping that holds itself"])
@pytest.mark.parametrize("surface", ["a claim", "a grid file"])
def test_the_command_line_answers_at_once(project, tmp_path, surface, name):
    """In a process of its own: what does not answer is ended after a minute."""
    claim, grid = project.home / "registry" / "claims" / "C07.yaml", tmp_path / "grid.yaml"
    (claim if surface == "a claim" else grid).write_bytes(FAULTS[name][0])
    words = ["claims"] if surface == "a claim" else ["run", "--grid-file", str(grid)]
    done = subprocess.run(
        [sys.executable, "-m", "ca_research.app.cli", *words],
        capture_output=True,
        text=True,
        timeout=60,  # of which a busy machine takes most to start it
    )
    assert done.returncode in (1, 2) and done.stdout == ""
    assert FAULTS[name][1] in done.stderr and len(done.stderr.splitlines()) <= 3
