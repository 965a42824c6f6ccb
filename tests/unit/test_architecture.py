"""docs/architecture.md says where things are; the figure that it follows is where it says."""

import re
from pathlib import Path

import ca_research
from ca_research.ground import paths

PAGE = (paths.home() / "docs" / "architecture.md").read_text(encoding="utf-8")
FILES = re.findall(r"^\| `([^`]+)` \|", PAGE.split("## One figure")[1], flags=re.M)


def test_the_files_that_the_figure_passes_exist_and_none_is_passed_twice():
    assert len(FILES) > 10 and len(set(FILES)) == len(FILES)
    assert [name for name in FILES if not (paths.home() / name).is_file()] == []


def test_every_room_of_the_package_stands_on_a_floor_of_the_page():
    rooms = {
        p.name for p in Path(ca_research.__file__).parent.iterdir() if (p / "__init__.py").is_file()
    }
    told = set(re.findall(r"`(\w+)/`", PAGE.split("## Three contracts")[0]))
    assert rooms - told == set()
