"""The report against the baseline: what counts as moved, which input is named as the cause, how it
is shown, and what can be neither compared nor accepted. The cases: cases/verify.yaml.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from ca_research import registry, verify
from ca_research.app import scaffold
from ca_research.ground import paths
from ca_research.ground.errors import BaselineError
from ca_research.runs import Run
from ca_research.verify import acceptance, formats
from ca_research.verify.state import write_baseline

pytest_plugins = ["own_project"]
CASES = yaml.safe_load((Path(__file__).parent / "cases" / "verify.yaml").read_text("utf-8"))
VERDICT, RUN = CASES["verdict"], CASES["run"]


def write(folder, verdicts=({},), runs=({},)):
    """The two files of a report, from changes to the verdict and the run of the cases; a value that
    becomes None is gone.
    """
    told = [VERDICT | change for change in verdicts]
    for one in told:
        criteria = VERDICT["criteria"] | one["criteria"]
        share = VERDICT["criteria"]["share"]
        one["criteria"] = [share | c | {"name": n} for n, c in criteria.items() if c is not None]
    ran = [RUN | change for change in runs]
    for one in ran:
        if one["inputs"]:  # of {} none was recorded
            one["inputs"] = {k: v for k, v in (RUN["inputs"] | one["inputs"]).items() if v}
    (folder / "verdicts.json").write_text(json.dumps(told))
    (folder / "manifest.json").write_text(json.dumps({"runs": ran}))


@pytest.fixture
def state(tmp_path):
    """Writes a report of verdicts and runs, and reads it as `verify` does."""

    def read(*verdicts_and_runs, **named):
        write(tmp_path, *verdicts_and_runs, **named)
        return verify.read_report(tmp_path)

    return read


@pytest.fixture
def accepted(tmp_path):
    """A report as a baseline that was written and read again."""

    def read(report, folder=tmp_path / "accepted"):
        folder.mkdir(exist_ok=True)
        (folder / "verdicts.json").write_bytes(write_baseline(report))
        return verify.read_baseline(folder)

    return read


@pytest.mark.parametrize("case", CASES["compared"], ids=str)
def test_what_moved_and_which_input_is_named_as_its_cause(state, accepted, case):
    before, run = case.get("before", {}), {"inputs": case.get("inputs", RUN["inputs"])}
    baseline = accepted(state([before]))
    found = verify.compare(baseline, state([before | case.get("after", {})], [run]))
    (row,) = found.rows
    assert [d.what for d in row.differences] == case.get("differs", [])
    assert found.same == ("differs" not in case)
    assert row.why == case.get("because", case.get("told", row.why))
    assert bool(found.inputs_changed) == bool(row.because)


@pytest.mark.parametrize("case", CASES["entries"], ids=str)
def test_entries_of_one_side_are_differences_unless_the_baseline_knows_no_such_run(
    state, accepted, case
):
    """A run that failed is one, even where its verdict is the same."""
    baseline = accepted(state(case.get("before", [{}])))
    found = verify.compare(baseline, state(case.get("verdicts", [{}]), case.get("runs", [{}])))
    told = [[row.kind, row.entry.reading if row.entry else "", row.why] for row in found.changes]
    assert (told, found.same) == (case["changes"], case.get("same", False))


@pytest.fixture
def everything(state, accepted, monkeypatch):
    """A comparison in which there is one of each kind, and of some more than are listed."""
    monkeypatch.setattr(formats, "MOST_LINES", 2)
    baseline = accepted(state(**CASES["everything"]["before"]))
    return verify.compare(baseline, state(**CASES["everything"]["after"]), ["register/coding/acts"])


@pytest.mark.parametrize("format", verify.FORMATS)
def test_a_comparison_in_each_format(everything, state, accepted, format, snapshot):
    assert verify.show(everything, format) == snapshot(name="something of each kind")
    nothing = verify.compare(accepted(state()), state())
    assert verify.show(nothing, format) == snapshot(name="nothing differs")


HOSTILE = "]]><script>alert('x')</script>\x00\x1b & \"|` a|b\n# c &lt;"


def test_formats_hold_whatever_the_names_are(state, accepted):
    hostile = dict.fromkeys(("claim", "reading", "run"), HOSTILE)
    moved = [hostile | {"verdict": HOSTILE}]
    found = verify.compare(accepted(state([hostile])), state(moved, [{"error": HOSTILE}]))
    (suite,) = ElementTree.fromstring(verify.show(found, "junit").encode("utf-8"))
    assert "<script>alert" in suite[0].get("name") and "<script>" in suite[0][0].text
    text = verify.show(found, "markdown")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {row.count("|") for row in rows} == {6} and not re.search(r"[<>]|&lt;\"|\n# c", text)


# --- the baseline's form


def test_the_baseline_is_stable_and_holds_neither_times_nor_places(state, snapshot):
    two, runs = [{}, {"claim": "C08", "run": "c08"}], [{}, {"name": "C08", "run_id": "c08"}]
    first = write_baseline(state(two, runs))
    later = [run | {"seconds": 99.0, "key": "other", "stored": True} for run in runs]
    assert first == write_baseline(state(two[::-1], later[::-1]))
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


def test_the_changelog_says_nothing_that_was_not_accepted(state, planned, tmp_path, monkeypatch):
    folder, write = tmp_path / "b", acceptance.write_whole
    verify.accept(state(), folder, "first baseline")
    before = {f.name: f.read_bytes() for f in folder.iterdir()}

    def full(file, content):
        if file.name == "verdicts.json":
            raise OSError(28, "No space left on device")
        write(file, content)

    monkeypatch.setattr(acceptance, "write_whole", full)
    with pytest.raises(OSError):
        verify.accept(state([{"fragile": True}]), folder, "again")
    assert {f.name: f.read_bytes() for f in folder.iterdir()} == before


@pytest.mark.parametrize("runs", [[{}], []])
def test_a_report_without_a_verdict_or_the_run_of_a_claim_is_not_accepted(
    state, planned, tmp_path, runs
):
    with pytest.raises(BaselineError):
        verify.accept(state([], runs), tmp_path / "b", "first baseline")
    assert not (tmp_path / "b").exists()


# --- real inputs


THRESHOLD = ("registry/claims/C07.yaml", "threshold: 0", "threshold: 10")


def test_a_rule_without_an_amendment_is_named_before_any_run(own, command, state, accepted):
    own.lent()
    scaffold.new_claim("C07")
    folder = own.home / "baseline"
    before, day = registry.claim("C07").rule_sha256, registry.claim("C07").declared_on
    accepted(state([{"rule_sha256": before}]), folder)
    assert verify.unamended(folder) == []
    own.edit(*THRESHOLD)
    for words in (("claims", "check"), ("verify",)):
        code, _, told = command(*words)
        assert code == 1 and "claims/C07.yaml: amendments" in told, words
    amendment = {"date": str(day), "reason": "r", "rule_sha256_before": before}
    amendment |= {side: {"then": None, "now": None} for side in ("before", "after")}
    own.edit(THRESHOLD[0], "rivals:", f"amendments: {json.dumps([amendment])}\nrivals:")
    assert verify.unamended(folder) == []


# --- the command on what is missing, broken or half done: never a pass, nothing written


@pytest.fixture
def out(project, tmp_path):
    """A report without a verdict, and a project without claims: the smallest that can be
    accepted.
    """
    (tmp_path / "out").mkdir()
    write(tmp_path / "out", [], [])
    return tmp_path / "out"


@pytest.fixture
def kept(project):
    """The file of a baseline; after the test nothing is beside it."""
    file = project.home / "baseline" / "verdicts.json"
    file.parent.mkdir()
    file.write_text('{"inputs": {}, "verdicts": []}')
    yield file
    assert list(file.parent.iterdir()) == [file]


@pytest.fixture
def refused(command, out):
    """Runs `verify` on the report and asks for an exit code and three lines on stderr."""

    def run(code, *words):
        found, said, told = command("verify", "--out", str(out), *words)
        assert (found, said) == (code, ""), told
        assert told.startswith(("error: ", "Usage")) and "Traceback" not in told
        return told

    return run


ACCEPT = ("--accept", "--reason", "why")


@pytest.mark.parametrize("words, code", CASES["calls"])
def test_a_wrong_call_is_refused(command, refused, out, kept, words, code):
    before = kept.read_bytes()
    if code:
        refused(code, *words)
    else:  # without this, the refusals could be for another reason
        assert command("verify", "--out", str(out), *words)[0] == 0
    assert kept.read_bytes() == before


@pytest.mark.parametrize("format", verify.FORMATS)
def test_no_baseline_is_no_pass_in_any_format(refused, format):
    assert "where: baseline/verdicts.json" in refused(1, "--format", format)


@pytest.mark.parametrize("content", CASES["broken_baselines"])
def test_a_baseline_that_cannot_be_read_is_neither_passed_nor_replaced(refused, kept, content):
    before = content if isinstance(content, bytes) else content.encode()
    kept.write_bytes(before)
    for words in ((), ACCEPT):
        assert "where: baseline/verdicts.json" in refused(1, *words)
    assert kept.read_bytes() == before


@pytest.mark.parametrize("name", ["manifest.json", "verdicts.json"])
def test_a_report_that_is_missing_or_broken_is_told(refused, out, kept, name):
    for content in CASES["broken_reports"]:
        (out / name).write_text(content)
        assert "next:  ca-research run" in refused(2)
    (out / name).unlink()
    assert name in refused(1)


@pytest.mark.parametrize("run", CASES["unfit"])
def test_a_report_that_is_not_of_everything_as_it_is_now_is_not_accepted(refused, out, kept, run):
    write(out, [], run)
    refused(1, *ACCEPT)


def test_an_installed_package_keeps_its_baseline(refused, kept, monkeypatch):
    monkeypatch.setattr(paths, "bundled", lambda: True)
    refused(1, *ACCEPT)


# --- `report`: there is something to send, whole, and it replaces a zip file alone


@pytest.mark.parametrize("name", ["", "thesis.txt"])
def test_only_a_zip_is_written_over_by_a_zip(command, out, tmp_path, name):
    (tmp_path / "thesis.txt").write_text("mine")
    assert command("report", "--zip", str(tmp_path / name), "--out", str(out))[0] == 2
    assert (tmp_path / "thesis.txt").read_text() == "mine"
