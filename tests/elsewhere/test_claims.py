"""Claims are judged on a table that lives elsewhere as on one that lies here."""

import os
import shutil
from pathlib import Path

import yaml
from tests.commands import real_project

import ca_research as ca
from ca_research import registry, tables
from ca_research.ground import paths

CHOICES = {"economy": "KAZ", "as_of": "2023-05-19"}


def test_a_verdict_and_its_runs_are_the_same(tmp_path, files, monkeypatch, command):
    wanted = ca.check("C33", **CHOICES)
    lake = tmp_path / "trade.parquet"
    columns = ", ".join(registry.table("trade").columns)
    query = f"select {columns} from trade"
    assert command("sql", query, "--format", "parquet", "-o", str(lake))[0] == 0
    home = real_project(tmp_path / "project")
    shutil.copytree(paths.notebooks_dir(), home / "notebooks")
    (home / "data" / "raw").unlink()
    shutil.copytree(paths.raw_dir(), home / "data" / "raw", ignore=lambda *_: ["trade"])
    spec = home / "registry" / "tables" / "trade.yaml"
    place = {"parquet": [files.put("trade.parquet", lake.read_bytes())]}
    told = yaml.safe_load(spec.read_text()) | {"files": {}, "rows": {}, "location": place}
    spec.write_text(yaml.safe_dump(told, sort_keys=False))
    monkeypatch.setenv("CA_RESEARCH_HOME", str(home))
    registry.forget()
    tables.build()
    found = ca.check("C33", **CHOICES)
    assert found.verdict == wanted.verdict and found.answer == wanted.answer
    assert found.criteria == wanted.criteria
    words = [
        *["run", "C33", "-p", "economy=KAZ", "--as-of", "2023-05-19", "--out"],
        str(tmp_path / "o"),
    ]
    code, out, err = command(*words)
    assert code == 0 and wanted.verdict in out, err
    assert "trade.parquet" not in (tmp_path / "o" / "verdicts.json").read_text()
    store = set(Path(os.environ["CA_RESEARCH_CACHE"]).rglob("*"))
    files.put("trade.parquet", lake.read_bytes())  # the same, but its host says another state
    tables.build()
    files.asked.clear()
    code, out, err = command(*words)
    assert code == 0 and wanted.verdict in out and not files.asked
    # the run is known, for it hangs on the hash of the copy
    assert {*Path(os.environ["CA_RESEARCH_CACHE"]).rglob("*")} == store
    monkeypatch.undo()
    registry.forget()
