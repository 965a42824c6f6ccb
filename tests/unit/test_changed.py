"""What new figures change: which runs are judged again, and what is said of each verdict."""

import dataclasses

import pytest
from tests.cases import cases
from tests.unit.engine import STORED
from tests.unit.own_project import as_if_run, write_report

from ca_research import runs, verify
from ca_research.app import report
from ca_research.ground import paths

CASES = cases(__file__, "changed")
VERDICT = STORED["verdict"] | {
    "run": "c33-as-of-latest-economy-kaz",
    "claim": "C33",
    "params": {"economy": "KAZ", "claim": "C33"},
    "sources": ["KAZ_BNS"],
    "rule_sha256": "a",
}


def stored(criterion=None, **more):
    one = STORED["criterion"] | {"name": "first", "estimate": 1.0} | (criterion or {})
    return VERDICT | {"criteria": [one]} | more


def test_what_is_said_of_a_verdict_before_and_after(snapshot):
    """Those that turned first."""
    before = {name: case.get("before", {}) for name, case in CASES.items()}
    earlier = [stored(run=name, **was) for name, was in before.items() if was is not None]
    later = [stored(run=name, **case.get("after", {})) for name, case in CASES.items()]
    said = {}
    for one in verify.moved(earlier, later):
        summary, *lines = report.changes([one], ("trade",)).splitlines()
        said[one.verdict["run"]] = [one.was, one.turned, one.why, lines, summary]
    first, *_, last = said
    assert said == snapshot and (first, last) == ("a verdict that turned", "nothing")


@pytest.mark.parametrize("same", [True, False])
def test_without_a_report_the_accepted_verdict_stands_in_with_the_answer_of_each_criterion(same):
    """`run --changed` without a report before ended in KeyError: 'cells'."""
    verdicts = verify.read_baseline(paths.baseline_dir()).verdicts
    accepted = next(v for v in verdicts if [c.state for c in v.criteria] == ["holds"])
    now = stored({"name": accepted.criteria[0].name, "state": "holds" if same else "fails"})
    kept = accepted.model_dump(include={"run", "claim", "reading", "rule_sha256"})
    (one,) = verify.moved([], [now | kept | {"verdict": "no verdict at all"}])
    assert (one.was, one.answered, one.why == ()) == (accepted.verdict, "", same)


def test_runs_that_rest_on_a_changed_table_are_judged_again(tmp_path):
    """Those with parameters, or of a day, of one's own stood as before in a report that said:
    judged again. What cannot be made again is left alone.
    """
    planned = runs.plan(["C25", "C30"], as_of=["latest"])
    (own,) = runs.plan(["C30"], {"economy": "UZB"}, as_of=["latest"])
    (brief,) = runs.plan(["brief"], {"economy": "UZB"}, as_of=["2023-05-19"])
    gone = dataclasses.replace(own, name="C99")
    other = dataclasses.replace(own, params=own.params | {"nobody": 1})
    ran = (*planned, own, brief, gone, other)

    folder = write_report(tmp_path, as_if_run(*ran))
    assert verify.affected(folder) == ([], ())
    assert verify.outdated(verify.read_report(folder)) == []

    write_report(folder, as_if_run(*ran, **{"data/students": "another"}))
    chosen, tables = verify.affected(folder)
    names = ["c30-as-of-latest", own.run_id, brief.run_id, "overview-as-of-latest"]
    assert (tables, [run.run_id for run in chosen]) == (("students",), names)
    assert chosen[1] == own
    assert verify.outdated(verify.read_report(folder)) == ["data/students"]
