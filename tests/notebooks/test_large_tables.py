"""docs/large-tables.md, its tables elsewhere: as it stands, in a project of its own."""

import re

import yaml
from tests.commands import blocks, real_project, shell

from ca_research.ground import paths
from ca_research.registry import Location

PAGE = (paths.home() / "docs" / "large-tables.md").read_text()


def test_each_location_of_the_page_is_one():
    said = map(yaml.safe_load, blocks(PAGE, "yaml"))
    places = [Location.model_validate(one["location"]) for one in said]
    assert [bool(p.parquet) for p in places] == [True, False]
    assert places[1].name == "public.flows" and not places[1].state  # a table needs none


def test_a_folder_becomes_a_table_as_the_page_says(tmp_path):
    (block,) = blocks(PAGE)
    done = shell(block, folder=real_project(tmp_path), CA_RESEARCH_HOME=tmp_path)
    assert re.search(r"\n *flows\b", done.stderr), "the build names the table"
    assert int(done.stdout.splitlines()[-2].replace(",", "")) > 10
