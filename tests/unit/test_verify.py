"""The report against the baseline: what counts as moved, which input is named as the cause, how it
is shown, and what can be neither compared nor accepted. Most cases: cases/verify.yaml.
"""

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
SHARE = VERDICT["criteria"]["share"]


def made(verdicts, runs):
    """The two files of a report, from changes to the verdict and the run of the cases."""
    told = []
    for change in verdicts:
        criteria = VERDICT["criteria"] | change.get("criteria", {})
        listed = [{"name": n, **SHARE, **c} for n, c in criteria.items() if c is not None]
        params = VERDICT["params"] | change.get("params", {})
        told.append(VERDICT | change | {"criteria": listed, "params": params})
    ran = [RUN | run | {"inputs": inputs_with(run.get("inputs"))} for run in runs]
    return {"verdicts.json": told, "manifest.json": {"runs": ran}}


def inputs_with(change):
    """Other inputs of a run; one that becomes None is gone, and of {} none was recorded."""
    if change == {}:
        return {}
    found = dict(RUN["inputs"])
    for kind, names in (change or {}).items():
        if isinstance(names, dict):
            names = {k: v for k, v in (found[kind] | names).items() if v}
        found[kind] = names
    return found


@pytest.fixture
def state(tmp_path):
    """Writes a report of verdicts and runs, and reads it as `verify` does."""

    def read(verdicts=({},), runs=({},)):
        for name, content in made(verdicts, runs).items():
            (tmp_path / name).write_text(json.dumps(content))
        return verify.read_report(tmp_path)

    return read


@pytest.fixture
def accepted(tmp_path):
    """A report as a baseline that was written and read again."""

    def read(report, name="accepted"):
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "verdicts.json").write_bytes(write_baseline(report))
        return verify.read_baseline(tmp_path / name)

    return read


@pytest.mark.parametrize("case", CASES["compared"], ids=str)
def test_what_moved_and_which_input_is_named_as_its_cause(state, accepted, case):
    before, given = case.get("before", {}), case.get("inputs")
    baseline = accepted(state([before]))
    report = state([before | case.get("after", {})], [{"inputs": given}])
    found = verify.compare(baseline, report)
    told = [d.what for change in found.changes for d in change.differences]
    assert told == case.get("differs", []) and found.same == (not told)
    if "because" in case:
        assert [str(cause) for cause in found.changes[0].because] == case["because"]
    if "told" in case:
        assert [str(cause) for cause in found.inputs] == case["told"]


@pytest.mark.parametrize("case", CASES["entries"], ids=str)
def test_entries_of_one_side_are_differences_unless_the_baseline_knows_no_such_run(
    state, accepted, case
):
    report = state(case["verdicts"], case.get("runs", [{}]))
    found = verify.compare(accepted(state()), report)
    told = [[c.kind, c.entry.reading, c.why] for c in found.changes]
    assert told == case.get("changes", []) and found.same == (not told)
    assert [e.name for e in found.unknown] == case.get("unknown", [])


def test_a_verdict_is_of_the_run_whose_parameters_it_has(state):
    """A verdict also names what its run left at the default; of two runs that fit, the one that
    says more gave it.
    """
    report = state(**CASES["of_two_runs"])
    gave = {e.params["economy"]: report.run_of(e)["run_id"] for e in report.entries.values()}
    read = {e.params["economy"]: e.inputs["notebook"] for e in report.entries.values()}
    assert (gave, read) == ({"CA5": "c07", "UZB": "c07-uzb"}, {"CA5": "n1", "UZB": "other"})


def test_a_failed_run_is_never_the_same_even_where_its_verdict_is(state, accepted):
    failed = {"name": "brief", "run_id": "brief-uzb", "error": "a cell took longer than 600 s"}
    found = verify.compare(accepted(state()), state(runs=[{}, failed]))
    assert found.changes == () and not found.same


@pytest.fixture
def everything(state, accepted, monkeypatch):
    """A comparison in which there is one of each kind, and of some more than are listed."""
    monkeypatch.setattr(formats, "MOST_LINES", 2)
    baseline = accepted(state(**CASES["everything"]["before"]))
    outdated = verify.Cause("register", ("coding/acts",))
    return verify.compare(baseline, state(**CASES["everything"]["after"]), (outdated,))


@pytest.mark.parametrize("format", verify.FORMATS)
def test_a_comparison_in_each_format(everything, state, accepted, format, snapshot):
    assert verify.show(everything, format) == snapshot(name="something of each kind")
    nothing = verify.compare(accepted(state()), state())
    assert verify.show(nothing, format) == snapshot(name="nothing differs")


HOSTILE = "]]><script>alert('x')</script>\x00\x1b & \"|` \ud800 a|b\n# c &lt;"


def test_formats_hold_whatever_the_names_are(state, accepted):
    hostile = {"claim": HOSTILE, "reading": HOSTILE, "verdict": HOSTILE}
    found = verify.compare(accepted(state()), state([hostile], [{"error": HOSTILE}]))
    (suite,) = ElementTree.fromstring(verify.show(found, "junit").encode("utf-8"))
    assert any("<script>alert" in case.get("name") for case in suite)
    text = verify.show(found, "markdown")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {6}
    assert not re.search(r"(?<!\\)[<>]|&lt;|\n# c", text)


# --- the baseline's form


def test_the_baseline_is_stable_and_holds_neither_times_nor_places(state, snapshot):
    two, runs = [{}, {"claim": "C08"}], [{}, {"name": "C08", "run_id": "c08"}]
    first = write_baseline(state(two, runs))
    later = [run | {"seconds": 99.0, "key": "other", "stored": True} for run in runs]
    assert first == write_baseline(state(two[::-1], later[::-1]))
    assert first.decode() == snapshot


def test_to_a_baseline_without_a_verdict_every_one_is_new(state, tmp_path):
    """It passed: all verdicts were of runs that it did not know."""
    content = json.loads(write_baseline(state())) | {"verdicts": []}
    (tmp_path / "verdicts.json").write_text(json.dumps(content))
    empty = verify.read_baseline(tmp_path)
    assert [c.kind for c in verify.compare(empty, state()).changes] == ["new"]


def test_a_baseline_of_different_inputs_or_of_unknown_ones_is_not_written(state):
    for given in ({"data": {"trade": "other"}}, {}):
        report = state([{}, {"claim": "C08"}], [{}, {"name": "C08", "inputs": given}])
        with pytest.raises(BaselineError):
            write_baseline(report)


# --- acceptance


@pytest.fixture
def planned(monkeypatch):
    """The register declares the one run of the invented report, and its inputs are at hand."""
    one = Run("C07", Path("c07.ipynb"), {"economy": "UZB", "as_of": "latest"})
    monkeypatch.setattr(acceptance, "plan", lambda: [one])
    monkeypatch.setattr(acceptance, "outdated", lambda report: ())


def test_what_was_accepted_and_why_goes_into_the_changelog_newest_first(
    state, planned, tmp_path, snapshot
):
    folder = tmp_path / "b"
    for reason, report in CASES["accepted"].items():
        verify.accept(state(**report), folder, reason)
        assert verify.compare(verify.read_baseline(folder), state(**report)).same
    log = (folder / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.sub(r"\d{4}-\d\d-\d\d", "DAY", log) == snapshot


def test_the_changelog_says_nothing_that_was_not_accepted(state, planned, tmp_path):
    folder = tmp_path / "b"
    verify.accept(state(), folder, "first baseline")
    before = {f.name: f.read_bytes() for f in folder.iterdir()}
    write = acceptance.write_whole

    def full(file, content):
        if file.name == "verdicts.json":
            raise OSError(28, "No space left on device")
        write(file, content)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(OSError):
        patch.setattr(acceptance, "write_whole", full)
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
    before, day = registry.claim("C07").rule_sha256, registry.claim("C07").declared_on
    accepted(state([{"rule_sha256": before}]), own.home / "baseline")
    assert verify.unamended(own.home / "baseline") == []
    own.edit(*THRESHOLD)
    for words in (("claims", "check"), ("verify",)):
        code, _, told = command(*words)
        assert code == 1 and "claims/C07.yaml: amendments" in told, words
    amendment = {"date": str(day), "reason": "r", "rule_sha256_before": before}
    amendment |= {side: {"then": None, "now": None} for side in ("before", "after")}
    own.edit(THRESHOLD[0], "rivals:", f"amendments: {json.dumps([amendment])}\nrivals:")
    assert verify.unamended(own.home / "baseline") == []


# --- the command on what is missing, broken or half done: never a pass, nothing written


@pytest.fixture
def out(project, tmp_path):
    """A report without a verdict, and a project without claims: the smallest that can be
    accepted.
    """
    (tmp_path / "out").mkdir()
    for name, content in made([], []).items():
        (tmp_path / "out" / name).write_text(json.dumps(content))
    return tmp_path / "out"


@pytest.fixture
def kept(project):
    """The file of a baseline; after the test it must be as it was, and nothing beside it."""
    file = project.home / "baseline" / "verdicts.json"
    file.parent.mkdir()
    shared = {name: {} for name in ("environment", "package", "register", "data", "notebooks")}
    file.write_text(json.dumps({"schema": 1, **shared, "verdicts": []}))
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


def test_two_answers_to_one_question_are_no_report(refused, out, kept):
    (one,) = made([{}], [])["verdicts.json"]
    (out / "verdicts.json").write_text(json.dumps([one, one | {"verdict": "contradicted"}]))
    refused(2)


@pytest.mark.parametrize("run", CASES["unfit"])
def test_a_report_that_is_not_of_everything_as_it_is_now_is_not_accepted(refused, out, kept, run):
    (out / "manifest.json").write_text(json.dumps(made([], run)["manifest.json"]))
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


def test_a_baseline_from_before_certainty_and_units_were_kept_compares_the_rest(state, tmp_path):
    content = json.loads(write_baseline(state()))
    (one,) = content["verdicts"]
    del one["certainty"], one["as_printed"], one["criteria"]["share"]["unit"]
    (tmp_path / "verdicts.json").write_text(json.dumps(content))
    old = verify.read_baseline(tmp_path)
    other = {"certainty": {"level": "low"}, "criteria": {"share": {"unit": "dollars"}}}
    assert verify.compare(old, state([other])).same
    assert not verify.compare(old, state([other | {"fragile": True}])).same
