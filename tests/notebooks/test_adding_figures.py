"""docs/adding-figures.md, run as it stands, in a project of its own on the real tables."""

import shutil

import pytest
from tests.commands import blocks, shell

from ca_research import registry
from ca_research.ground import paths

DOC = (paths.home() / "docs" / "adding-figures.md").read_text()
LOOK = "ca-research sql \"select source_id, {} from {} where source_id = '{}' order by all\" "


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What each block of the page says, with a look into the tables before the last one."""
    home = tmp_path_factory.mktemp("figures")
    shutil.copytree(paths.registry_dir(), home / "project" / "registry")
    (home / "project" / "data").mkdir()
    (home / "project" / "data" / "raw").symlink_to(paths.raw_dir())
    looks = LOOK.format("partner, value_usd", "trade", "OFFICE_2021") + "--format csv\n"
    looks += LOOK.format("origin, year, students", "students", "OFFICE_2020") + "--format csv\n"
    *first, last = blocks(DOC)
    own = {"folder": home, "CA_RESEARCH_HOME": home / "project"}
    found = [shell(block, **own).stdout for block in (*first, looks, last)]
    assert not [*(home / "project" / "data" / "added").glob("[!.]*")]
    return found


def test_a_dry_run_then_the_addition(said):
    dry, added = said[0].split("nothing was added\n")
    assert dry.startswith("tjk.csv, read as: comtrade") and "added to trade" in added
    assert "left out: 1 (re-exports and other flows)" in dry


def test_what_was_understood_is_in_the_tables(said):
    lines = said[-2].splitlines()
    assert lines[1:3] == ["OFFICE_2021,CHN,839500000.0", "OFFICE_2021,RUS,1210250000.0"]
    assert lines[4:] == [
        "OFFICE_2020,KAZ,2019,1784.0",
        "OFFICE_2020,KAZ,2020,1800.0",
        "OFFICE_2020,KGZ,2019,614.0",
    ]


def test_added_sources_are_listed_and_removed(said):
    assert "COMTRADE_8542, COMTRADE_TJK, OFFICE_2021" in said[-1]
    assert "3 rows of OFFICE_2020 taken out of students" in said[-1]
    assert not registry.added()
