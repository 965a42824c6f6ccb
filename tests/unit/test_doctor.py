"""`ca-research doctor` names what is missing and the command that mends it."""

import json
import shutil
from importlib import metadata


def findings(command):
    code, out, _ = command("doctor", "--format", "json")
    return code, {f["what"]: f for f in json.loads(out)}


def test_tables_that_are_well_of_other_figures_or_never_built(built, command):
    code, found = findings(command)
    assert code == 0 and {f["state"] for f in found.values()} <= {"well", "optional"}
    assert str(built.home) in found["project"]["said"]
    built.sources()
    for _ in range(2):
        code, found = findings(command)
        assert code == 1 and found["tables"]["state"] == "broken"
        assert found["tables"]["mend"] == "ca-research data build"
        shutil.rmtree(built.processed, ignore_errors=True)


def test_a_fault_of_the_registry_is_a_finding_and_no_end(project, command):
    project.spec("trade").write_text("x: [")
    code, found = findings(command)
    assert code == 1 and found["project"]["state"] == "broken"
    assert "trade.yaml" in found["project"]["said"] and "kernel" in found


def test_packages_that_are_missing_or_too_old(built, command, monkeypatch):
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
