"""docs/large-tables.md, its tables elsewhere: as it stands, in a project of its own."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ca_research.ground import paths
from ca_research.registry import Location

PAGE = (paths.home() / "docs" / "large-tables.md").read_text(encoding="utf-8")


def test_each_location_of_the_page_is_one():
    said = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.S)
    places = [Location.model_validate(yaml.safe_load(one)["location"]) for one in said]
    assert [bool(p.parquet) for p in places] == [True, False]
    assert places[1].name == "public.flows" and not places[1].state  # a table needs none


@pytest.mark.long
def test_a_folder_becomes_a_table_as_the_page_says(tmp_path):
    (block,) = re.findall(r"```bash\n(.*?)```", PAGE, flags=re.S)
    shutil.copytree(paths.registry_dir(), tmp_path / "registry")
    shutil.copytree(paths.processed_dir(), tmp_path / "data" / "processed")
    (tmp_path / "data" / "raw").symlink_to(paths.raw_dir())
    search = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", f"set -euo pipefail\n{block}"],
        cwd=tmp_path,
        env=os.environ | {"PATH": search, "CA_RESEARCH_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"\n *flows\b", done.stderr), "the build names the table"
    assert int(done.stdout.splitlines()[-2].replace(",", "")) > 10
