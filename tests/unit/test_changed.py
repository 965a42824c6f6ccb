"""What new figures change: which runs are judged again, and what is said of each verdict."""

import dataclasses
import json

import pytest

from ca_research import runs, verify
from ca_research.app import report
from ca_research.ground import paths
from ca_research.runs import inputs


def stored(verdict="supported", estimate=1.0, state="holds", sources=("KAZ_BNS",), **more):
    criterion = {"name": "first", "label": "China first", "state": state, "estimate": estimate}
    return {
        "claim": "C33",
        "reading": "literal",
        "title": "First",
        "params": {"economy": "KAZ", "claim": "C33"},
        "as_of": "latest",
        "leads": True,
        "fragile": False,
        "verdict": verdict,
        "answer": f"An answer: {verdict}.",
        "finding": "A finding",
        "rule_sha256": "a",
        "criteria": [
            criterion
            | {"low": None, "high": None, "kind": "count", "unit": "countries", "interval": ""}
            | {"cells": [], "cell_threshold": None, "counted": "economies"}
        ],
        "coverage": {"to": 2023},
        "sources": list(sources),
    } | more


def test_a_verdict_that_turned_and_why():
    (one,) = verify.moved([stored()], [stored("contradicted", 0.0, "fails")])
    assert (one.was, one.turned, one.answered) == ("supported", True, "An answer: supported.")
    assert one.why == ("China first: “yes” before, 1 country; “no” now, 0 countries.",)
    lines = report.changes([one])
    assert lines[0].startswith(
        "C33 Kazakhstan, with all figures: contradicted (before: supported)."
    )
    assert "“yes” before, 1 country" in lines[1]


def test_the_same_verdict_from_other_figures_is_told_apart():
    (one,) = verify.moved([stored()], [stored(estimate=2.0)])
    assert not one.turned and one.why == ("China first: 1 country before, 2 countries now.",)
    assert report.summary_of_changes([one], ("trade",)) == (
        "Figures have changed in: trade. Judged again: 1 verdict of 1 claim; none turned; "
        "1 with the same answer from other figures."
    )


def test_a_source_that_was_removed_is_told_by_its_id():
    (one,) = verify.moved([stored(sources=("OWN", "KAZ_BNS"))], [stored()])
    assert one.why == ("No longer among the sources: OWN (removed).",)


def test_nothing_that_moved_is_no_line():
    (one,) = verify.moved([stored()], [stored()])
    assert not one.turned and not one.why and report.changes([one]) == []


def test_one_that_was_never_judged_has_nothing_before():
    (one,) = verify.moved([], [stored(reading="a reading that is not accepted")])
    assert one.was is None and one.why == ()


def test_without_a_report_the_accepted_verdicts_stand_in():
    accepted = next(e for e in verify.read_baseline(paths.baseline_dir()).entries.values())
    now = stored("no verdict at all") | {
        "claim": accepted.claim,
        "reading": accepted.reading,
        "params": accepted.params,
        "as_of": accepted.as_of,
        "criteria": [],
    }
    (one,) = verify.moved([], [now])
    assert one.was == accepted.verdict and one.answered == ""


def test_an_accepted_criterion_is_known_by_its_answer_alone():
    """`run --changed` without a report before ended in KeyError: 'cells'."""
    entries = verify.read_baseline(paths.baseline_dir()).entries.values()
    accepted, (name, was) = next((e, c) for e in entries for c in e.criteria.items())
    state = "fails" if was["state"] == "holds" else "holds"
    now = stored("no verdict at all", state=state) | {
        "claim": accepted.claim,
        "reading": accepted.reading,
        "params": accepted.params,
        "as_of": accepted.as_of,
    }
    now["criteria"][0]["name"] = name
    (one,) = verify.moved([], [now])
    assert one.why[0].startswith("China first: “") and one.why[0].endswith("now, 1 country.")
    now["criteria"][0]["state"] = was["state"]
    (one,) = verify.moved([], [now])
    assert one.why == ()


@pytest.fixture
def made(tmp_path):
    """A folder with a manifest as if two claims had just been run."""
    about = inputs.Inputs(tmp_path)
    planned = [r for r in runs.plan(["C25", "C30"]) if r.params["as_of"] == "latest"]

    def entry(run):
        known = {"run_id": run.run_id, "claim": run.claim, "params": run.params}
        return known | {"inputs": about.fingerprints(run)}

    def write(*beside, **data):
        listed = [entry(run) for run in (*planned, *beside)]
        for one in listed:
            fingerprints = one["inputs"]["data"]
            fingerprints |= {k: v for k, v in data.items() if k in fingerprints}
        (tmp_path / "manifest.json").write_text(json.dumps({"runs": listed}))
        (tmp_path / "verdicts.json").write_text("[]")
        return tmp_path

    return write


def test_nothing_changed_and_nothing_is_judged_again(made):
    assert verify.affected(made()) == ([], ())


def test_runs_that_rest_on_a_changed_table_are_judged_again(made):
    chosen, tables = verify.affected(made(students="another"))
    assert tables == ("students",)
    assert [r.run_id for r in chosen] == ["c30-as-of-latest", "overview-as-of-latest"]


def test_runs_with_parameters_of_ones_own_are_judged_again(made):
    """`run C30 --grid economy=UZB` stood as before in a report that said: judged again."""
    own = runs.plan(["C30"], {"economy": "UZB"}, as_of=["latest"])
    brief = runs.plan(["brief"], {"economy": "UZB"}, as_of=["2023-05-19"])
    assert verify.affected(made(*own, *brief)) == ([], ())
    chosen, tables = verify.affected(made(*own, *brief, students="another"))
    names = ["c30-as-of-latest", own[0].run_id, brief[0].run_id, "overview-as-of-latest"]
    assert (tables, [r.run_id for r in chosen]) == (("students",), names)
    assert chosen[1] == own[0]


def test_runs_that_cannot_be_made_again_are_left_alone(made):
    (own,) = runs.plan(["C30"], {"economy": "UZB"}, as_of=["latest"])
    gone = dataclasses.replace(own, claim="C99")
    other = dataclasses.replace(own, params=own.params | {"nobody": 1})
    chosen, _ = verify.affected(made(gone, other, students="another"))
    assert [r.run_id for r in chosen] == ["c30-as-of-latest", "overview-as-of-latest"]


def test_what_was_judged_again_is_told_by_run_and_not_by_claim(made):
    (own,) = runs.plan(["C30"], {"economy": "UZB"}, as_of=["latest"])
    folder = made(own)
    of_uzbekistan = stored(claim="C30", params=own.params)
    of_all = stored(claim="C30", params={"claim": "C30", "economy": "CA5"})
    (folder / "verdicts.json").write_text(json.dumps([of_uzbekistan, of_all]))
    assert verify.given_by(folder, {own.run_id}) == [of_uzbekistan]
    assert verify.given_by(folder, {"c30-as-of-latest"}) == [of_all]
