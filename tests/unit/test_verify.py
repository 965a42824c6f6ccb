"""The report against the baseline: what counts as moved, which input is named as the cause, how it
is shown, and what can be neither compared nor accepted. The cases: cases/verify.yaml.
"""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tests.cases import cases
from tests.unit.own_project import write_report

from ca_research import registry, verify
from ca_research.app import scaffold
from ca_research.ground import paths
from ca_research.ground.errors import BaselineError
from ca_research.runs import Run
from ca_research.verify import acceptance, formats
from ca_research.verify.state import write_baseline

pytest_plugins = ["own_project"]
CASES = cases(__file__, "verify")
VERDICT, RUN = CASES["verdict"], CASES["run"]


def write(folder, verdicts=({},), runs=({},)):
    """A report from changes to the verdict and the run of the cases."""
    return write_report(folder, (RUN | one for one in runs), (VERDICT | one for one in verdicts))


@pytest.fixture
def state(tmp_path):
    """Writes a report of verdicts and runs, and reads it as `verify` does."""

    def read(verdicts=({},), runs=({},)):
        return verify.read_report(write(tmp_path, verdicts, runs))

    return read


@pytest.fixture
def compared(state, tmp_path):
    """Two reports beside each other, the first as a baseline that was written and read again."""

    def compare(before, after, outdated=()):
        (tmp_path / "baseline").mkdir(exist_ok=True)
        (tmp_path / "baseline" / "verdicts.json").write_bytes(write_baseline(state(**before)))
        baseline = verify.read_baseline(tmp_path / "baseline")
        return verify.compare(baseline, state(**after), outdated)

    return compare


@pytest.mark.parametrize("case", CASES["compared"], ids=str)
def test_what_moved_and_which_input_is_named_as_its_cause(compared, case):
    before, run = case.get("before", {}), {"inputs": case.get("inputs", RUN["inputs"])}
    after = {"verdicts": [before | case.get("after", {})], "runs": [run]}
    (row,) = compared({"verdicts": [before]}, after).rows
    assert [one.what for one in row.differences] == case.get("differs", [])
    assert row.why == case.get("because", row.why)


@pytest.mark.parametrize("case", CASES["entries"], ids=str)
def test_what_one_side_has_is_a_difference_unless_the_baseline_knows_no_such_run(compared, case):
    """A run that failed is one, even where its verdict is the same."""
    found = compared(case.get("before", {}), case.get("after", {}))
    told = [[row.kind, row.entry.reading if row.entry else "", row.why] for row in found.changes]
    assert (told, found.same) == (case["changes"], case.get("same", False))


@pytest.mark.parametrize("format", verify.FORMATS)
def test_a_comparison_in_each_format(compared, format, snapshot, monkeypatch):
    """One of each kind, and of some more than are listed."""
    monkeypatch.setattr(formats, "MOST_LINES", 2)
    everything = compared(**CASES["everything"], outdated=["register/coding/acts"])
    assert verify.show(everything, format) == snapshot(name="something of each kind")
    assert verify.show(compared({}, {}), format) == snapshot(name="nothing differs")


HOSTILE = "]]><script>alert('x')</script>\x00\x1b & \"|` a|b\n# c &lt;"


def test_formats_hold_whatever_the_names_are(compared):
    hostile = dict.fromkeys(("claim", "reading", "run"), HOSTILE)
    after = {"verdicts": [hostile | {"verdict": HOSTILE}], "runs": [{"error": HOSTILE}]}
    found = compared({"verdicts": [hostile]}, after)
    (suite,) = ElementTree.fromstring(verify.show(found, "junit").encode())
    assert "<script>alert" in suite[0].get("name") and "<script>" in suite[0][0].text
    text = verify.show(found, "markdown")
    assert {row.count("|") for row in text.splitlines() if row[:1] == "|"} == {6}
    assert not re.search(r"[<>]|\n# c", text)


# --- the baseline's form


def test_the_baseline_is_stable_and_holds_neither_times_nor_places(state, snapshot):
    two, runs = [{}, {"claim": "C08", "run": "c08"}], [{}, {"name": "C08", "run_id": "c08"}]
    first = write_baseline(state(two, runs))
    later = [run | {"seconds": 99.0, "key": "other", "stored": True} for run in reversed(runs)]
    assert first == write_baseline(state(two[::-1], later))
    assert first.decode() == snapshot


def test_a_baseline_of_different_inputs_is_not_written(state):
    with pytest.raises(BaselineError):
        write_baseline(state(runs=[{}, {"run_id": "c08", "inputs": {"data/trade": "other"}}]))


# --- acceptance


@pytest.fixture
def planned(monkeypatch):
    """The register declares the one run of the invented report, and its inputs are at hand."""
    one = Run("C07", Path("c07.ipynb"), RUN["params"])
    monkeypatch.setattr(acceptance, "plan", lambda: [one])
    monkeypatch.setattr(acceptance, "outdated", lambda report: [])


def test_what_was_accepted_and_why_goes_into_the_changelog_newest_first(
    state, planned, tmp_path, snapshot
):
    folder = tmp_path / "b"
    for reason, report in CASES["accepted"].items():
        verify.accept(state(**report), folder, reason)
        assert verify.compare(verify.read_baseline(folder), state(**report)).same
    log = (folder / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.sub(r"\d{4}-\d\d-\d\d", "DAY", log) == snapshot


@pytest.mark.parametrize("runs, why", [([{}], "without a verdict"), ([], "does not hold all")])
def test_a_report_without_a_verdict_or_the_run_of_a_claim_is_not_accepted(
    state, planned, tmp_path, runs, why
):
    with pytest.raises(BaselineError, match=why):
        verify.accept(state([], runs), tmp_path / "b", "first baseline")
    assert not (tmp_path / "b").exists()


# --- real inputs


def test_a_rule_without_an_amendment_is_named_before_any_run(own, command, state):
    own.lent()
    scaffold.new_claim("C07")
    claim, file = registry.claim("C07"), "registry/claims/C07.yaml"
    (own.home / "baseline").mkdir()
    accepted = write_baseline(state([{"rule_sha256": claim.rule_sha256}]))
    (own.home / "baseline" / "verdicts.json").write_bytes(accepted)
    assert verify.unamended(own.home / "baseline") == []
    own.edit(file, "threshold: 0", "threshold: 10")
    for words in (("claims", "check"), ("verify",)):
        code, _, told = command(*words)
        assert code == 1 and "claims/C07.yaml: amendments" in told, words
    amendment = {"date": str(claim.declared_on), "reason": "r"}
    amendment |= {side: {"then": None, "now": None} for side in ("before", "after")}
    amendment["rule_sha256_before"] = claim.rule_sha256
    own.edit(file, "rivals:", f"amendments: {json.dumps([amendment])}\nrivals:")
    assert verify.unamended(own.home / "baseline") == []


# --- the command on what is missing, broken or half done


@pytest.mark.parametrize("case", CASES["commands"], ids=str)
def test_only_a_comparison_passes_and_only_acceptance_writes(
    command, project, tmp_path, monkeypatch, case
):
    kept = project.home / "baseline" / "verdicts.json"
    kept.parent.mkdir()
    kept.write_text('{"inputs": {}, "verdicts": []}')
    write(tmp_path, [], case.get("runs", []))
    for name, content in case.get("files", {}).items():
        (tmp_path / name).unlink()
        if content is not None:
            (tmp_path / name).write_text(content, encoding="latin-1")
    before = [file.read_bytes() for file in kept.parent.iterdir()]
    monkeypatch.setattr(paths, "bundled", lambda: "bundled" in case)
    code, said, told = command("verify", "--out", str(tmp_path), *case.get("words", []))
    assert code == case["code"] and case.get("told", "") in told, told
    assert not code or (said == "" and told.startswith(("error: ", "Usage")))
    assert [file.read_bytes() for file in kept.parent.iterdir()] == before


# --- `report`: there is something to send, whole, and it replaces a zip file alone


@pytest.mark.parametrize("name", ["", "thesis.txt"])
def test_only_a_zip_is_written_over_by_a_zip(command, project, tmp_path, name):
    (tmp_path / "thesis.txt").write_text("mine")
    assert command("report", "--zip", str(tmp_path / name))[0] == 2
    assert (tmp_path / "thesis.txt").read_text() == "mine"
