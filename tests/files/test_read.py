"""Files as people have them: each is read right, or refused. The books of `cases/` say which."""

import os

import pytest
from tests.files import books

from ca_research import sources
from ca_research.ground.errors import FileError

CASES = books.cases()
FIRST = {name.split(":")[0]: name for name in reversed(CASES)}.values()
TEXT = "origin,destination,year,students\nKAZ,CHN,2019,1234\n"


def chosen(among, quick):
    """Names of cases; of those that are not quick the tests are long ones."""
    return [
        pytest.param(name, marks=[] if quick(name) else pytest.mark.long)
        for name, case in CASES.items()
        if among(case)
    ]


@pytest.mark.parametrize(
    "name", chosen(lambda case: not case.get("ways"), lambda name: not CASES[name].get("long"))
)
def test_a_file_becomes_what_its_case_says(name, tmp_path):
    case = CASES[name]
    file = books.write(case, tmp_path)
    with books.within(case.get("limits", {})):
        books.verify(case, books.small(file, case))


@pytest.mark.parametrize(
    "name",
    chosen(
        lambda c: not c.get("again"),
        lambda n: n in FIRST,
    ),
)
@pytest.mark.parametrize("large", [False, True], ids=["small", "streamed"])
def test_previews_of_small_and_of_streamed_files_say_the_same(name, large, tmp_path):
    """What only the small way understands the stream leaves to it, by name."""
    case = CASES[name]
    if large:
        case = case | {"gives": case.get("streamed", case["gives"])}
    file = books.write(case, tmp_path)
    with books.within(case.get("limits", {})):
        found = books.sized(file, case, large=large)
    left = large and not case.get("ways") and books.left_to_the_small_way(found, file)
    if not left:
        books.verify(case, found)


def test_links_pipes_and_folders_are_refused(tmp_path):
    (tmp_path / "real.csv").write_text(TEXT)
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    for file in set(tmp_path.iterdir()) - {tmp_path / "real.csv"}:
        with pytest.raises(FileError):
            sources.read(file)


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path, monkeypatch):
    file = tmp_path / "f.csv"
    file.write_text(TEXT)
    real = type(file).open

    def opened(self, *args, **more):
        handle = real(self, *args, **more)
        with real(self, "a") as other:
            other.write("UZB,CHN,2019,1\n")
        return handle

    monkeypatch.setattr(type(file), "open", opened)
    with pytest.raises(FileError):
        sources.read(file)


def test_every_layout_has_its_file_among_the_cases():
    """Golden maps: no publisher's file is without one."""
    known = {layout.name for layout in sources.layouts.all_layouts()}
    held = [case["gives"]["map"]["layout"] for case in CASES.values()
            if "map" in (case["gives"] if isinstance(case["gives"], dict) else {})]  # fmt: skip
    assert known | {"guess"} == set(held)
