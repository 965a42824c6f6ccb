"""What new figures change: which runs are judged again, and what is said of each verdict."""

import dataclasses
import json

import pytest

from ca_research import runs, verify
from ca_research.app import report
from ca_research.ground import paths
from ca_research.runs import inputs

CRITERION = {
    "name": "first",
    "label": "China first",
    "state": "holds",
    "estimate": 1.0,
    **dict.fromkeys(("low", "high", "cell_threshold")),
    **{"kind": "count", "unit": "countries", "interval": "", "counted": "economies", "cells": []},
}
VERDICT = {
    **{"claim": "C33", "reading": "literal", "title": "First", "as_of": "latest"},
    **{"params": {"economy": "KAZ", "claim": "C33"}, "leads": True, "fragile": False},
    **{"verdict": "supported", "answer": "An answer.", "finding": "A finding"},
    **{"rule_sha256": "a", "coverage": {"to": 2023}, "sources": ["KAZ_BNS"]},
}


def stored(criterion=None, **more):
    return VERDICT | {"criteria": [CRITERION | (criterion or {})]} | more


FAILS = stored({"estimate": 0.0, "state": "fails"}, verdict="contradicted")
MOVED = {
    "a verdict that turned": (stored(), FAILS),
    "the same from other figures": (stored(), stored({"estimate": 2.0})),
    "a source that was removed": (stored(sources=["OWN", "KAZ_BNS"]), stored()),
    "nothing": (stored(), stored()),
    "never judged before": (None, stored(reading="a reading that nobody accepted")),
}


def test_what_is_said_of_a_verdict_before_and_after(snapshot):
    said = {}
    for name, (before, after) in MOVED.items():
        found = verify.moved([before] if before else [], [after])
        (one,) = found
        summary = report.summary_of_changes(found, ("trade",))
        said[name] = [one.was, one.turned, one.why, report.changes(found), summary]
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
    about = inputs.Inputs(None)
    planned = [r for r in runs.plan(["C25", "C30"]) if r.params["as_of"] == "latest"]

    def write(*beside, **data):
        listed = []
        for run in (*planned, *beside):
            given = about.again(run, {})
            given["data"] |= {k: v for k, v in data.items() if k in given["data"]}
            one = {name: getattr(run, name) for name in ("run_id", "name", "params")} | {
                "notebook": paths.shown(run.notebook)
            }
            listed.append(one | {"inputs": given, "error": ""})
        (tmp_path / "manifest.json").write_text(json.dumps({"runs": listed}))
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
    gone = dataclasses.replace(own[0], claim="C99")
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
