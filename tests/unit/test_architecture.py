"""docs/architecture.md says where things are; the figure that it follows is where it says."""

import csv
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


def test_the_row_holds_the_figure():
    row, words = re.search(r"row `([\w-]+)`", PAGE)[1], re.search(r"([\d,]+) km", PAGE)[1]
    with (paths.home() / FILES[0]).open(encoding="utf-8", newline="") as handle:
        (found,) = (r for r in csv.DictReader(handle) if r["fact_id"] == row)
    assert f"{float(found['value']):,.0f}" == words


def test_the_registered_measure_is_in_the_file_named():
    name = re.search(r"the measure `([\w.]+)`", PAGE)[1]
    (file,) = (f for f in FILES if "/article/" in f)
    assert f'@measure("{name}"' in (paths.home() / file).read_text(encoding="utf-8")
