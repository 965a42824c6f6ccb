"""`ca-research doctor` names what is missing and the command that mends it."""

import csv
import io
import json
import shutil
from importlib import metadata
from types import SimpleNamespace

from ca_research import kernels
from ca_research.tables.build import build


def findings(command):
    code, out, _ = command("doctor", "--format", "json")
    return code, {f["what"]: f for f in json.loads(out)}


def test_a_project_whose_tables_are_built_is_well(project, command):
    build()
    code, found = findings(command)
    assert code == 0 and {f["state"] for f in found.values()} <= {"well", "optional"}
    assert found["tables"]["said"].startswith("4 built")
    assert str(project.home) in found["project"]["said"]


def test_tables_never_built_and_built_from_other_figures(project, command):
    code, found = findings(command)
    assert code == 1 and found["tables"]["said"] == "never built"
    build()
    project.sources(*[])
    code, found = findings(command)
    assert code == 1 and "other figures" in found["tables"]["said"]
    assert found["tables"]["mend"] == "ca-research data build"


def test_a_fault_of_the_registry_is_a_finding_and_no_end(project, command):
    project.spec("trade").write_text("x: [")
    code, found = findings(command)
    assert code == 1 and found["project"]["state"] == "broken"
    assert "trade.yaml" in found["project"]["said"] and "kernel" in found


def test_packages_that_are_missing_or_too_old(project, command, monkeypatch):
    build()
    real = metadata.version

    def version(name):
        if name == "distributed":
            raise metadata.PackageNotFoundError(name)
        return "1.0" if name == "pandas" else real(name)

    monkeypatch.setattr(metadata, "version", version)
    code, found = findings(command)
    assert code == 1 and "pandas 1.0 (" in found["packages"]["said"]
    assert found["extra [cluster]"]["state"] == "optional"
    assert found["extra [cluster]"]["mend"] == 'python -m pip install "ca-research[cluster]"'


def test_the_table_for_the_eye_and_for_a_spreadsheet_say_the_same(project, command, monkeypatch):
    # others fill the disk and start kernels between the two
    monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=2e9))
    monkeypatch.setattr(kernels, "servers", lambda: [{}])
    build()
    _, eye, _ = command("doctor")
    _, plain, _ = command("doctor", "--format", "csv")
    for row in csv.DictReader(io.StringIO(plain)):
        assert f"{row['state']:<9} {row['what']}" in eye and row["said"] in eye
