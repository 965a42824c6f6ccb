"""What new figures change: which runs are judged again, and what is said of each verdict."""

import dataclasses
import json

import pytest
from tests.unit.engine import STORED
from tests.unit.own_project import as_if_run

from ca_research import runs, verify
from ca_research.app import report
from ca_research.ground import paths

CRITERION = STORED["criterion"] | {"name": "first", "estimate": 1.0}
VERDICT = STORED["verdict"] | {"claim": "C33", "params": {"economy": "KAZ", "claim": "C33"}}
VERDICT |= {"sources": ["KAZ_BNS"], "rule_sha256": "a"}


def stored(criterion=None, **more):
    return VERDICT | {"criteria": [CRITERION | (criterion or {})]} | more


FAILS = stored({"estimate": 0.0, "state": "fails"}, verdict="contradicted")
MOVED = {
    "a verdict that turned": (stored(), FAILS),
    "the same from other figures": (stored(), stored({"estimate": 2.0})),
    "a source that was removed": (stored(sources=["OWN", "KAZ_BNS"]), stored()),
    "no evidence, other sources and years": (
        stored(),
        stored(
            {"state": "undecided", "estimate": 2.0, "low": 2.0, "high": 4.0},
            verdict="not enough evidence",
            sources=["KGZ_NSC"],
            coverage={"from": 2010, "to": 2024},
        ),
    ),
    "told in its own sentences": (
        stored({"says": "China leads."}),
        stored({"says": "Russia leads.", "state": "fails"}),
    ),
    "nothing": (stored(), stored()),
    "never judged before": (None, stored(reading="a reading that nobody accepted")),
}


def test_what_is_said_of_a_verdict_before_and_after(snapshot):
    said = {}
    for name, (before, after) in MOVED.items():
        found = verify.moved([before] if before else [], [after])
        (one,) = found
        summary, *lines = report.changes(found, ("trade",)).splitlines()
        said[name] = [one.was, one.turned, one.why, lines, summary]
    assert said == snapshot


def test_without_a_report_the_accepted_verdict_stands_in_with_the_answer_of_each_criterion():
    """`run --changed` without a report before ended in KeyError: 'cells'."""
    entries = verify.read_baseline(paths.baseline_dir()).entries.values()
    entry, (name, was) = next((e, c) for e in entries for c in e.criteria.items())
    which = {k: getattr(entry, k) for k in ("claim", "reading", "params", "as_of")}
    turned = "fails" if was["state"] == "holds" else "holds"
    for state, differs in ((turned, True), (was["state"], False)):
        now = stored({"name": name, "state": state}, verdict="no verdict at all", **which)
        (one,) = verify.moved([], [now])
        assert (one.was, one.answered, bool(one.why)) == (entry.verdict, "", differs)


@pytest.fixture
def made(tmp_path):
    """A folder with a manifest as if two claims, and what is named beside, had just been run."""
    planned = runs.plan(["C25", "C30"], as_of=["latest"])

    def write(*beside, **data):
        entries = as_if_run(*planned, *beside, **data)
        (tmp_path / "manifest.json").write_text(json.dumps({"runs": entries}))
        (tmp_path / "verdicts.json").write_text("[]")
        return tmp_path

    return write


@pytest.fixture
def own():
    """Runs with parameters, or of a day, of one's own."""
    (uzbekistan,) = runs.plan(["C30"], {"economy": "UZB"}, as_of=["latest"])
    return uzbekistan, *runs.plan(["brief"], {"economy": "UZB"}, as_of=["2023-05-19"])


def test_runs_that_rest_on_a_changed_table_are_judged_again(made, own):
    """Those of one's own stood as before in a report that said: judged again."""
    assert verify.affected(made(*own)) == ([], ())
    assert verify.outdated(verify.read_report(made(*own))) == ()
    folder = made(*own, students="another")
    chosen, tables = verify.affected(folder)
    names = ["c30-as-of-latest", *(run.run_id for run in own), "overview-as-of-latest"]
    assert (tables, [run.run_id for run in chosen]) == (("students",), names)
    assert chosen[1] == own[0]
    outdated = verify.outdated(verify.read_report(folder))
    assert [str(cause) for cause in outdated] == ["data (students)"]


def test_runs_that_cannot_be_made_again_are_left_alone(made, own):
    gone = dataclasses.replace(own[0], name="C99")
    other = dataclasses.replace(own[0], params=own[0].params | {"nobody": 1})
    chosen, _ = verify.affected(made(gone, other, students="another"))
    assert [run.run_id for run in chosen] == ["c30-as-of-latest", "overview-as-of-latest"]


def test_what_was_judged_again_is_told_by_run_and_not_by_claim(made, own):
    folder = made(own[0])
    of_one = stored(claim="C30", params=own[0].params)
    of_all = stored(claim="C30", params={"claim": "C30", "economy": "CA5"})
    (folder / "verdicts.json").write_text(json.dumps([of_one, of_all]))
    assert verify.given_by(folder, {own[0].run_id}) == [of_one]
    assert verify.given_by(folder, {"c30-as-of-latest"}) == [of_all]
