"""The report against the baseline: what counts as moved, which input is named as the cause, and how
it is shown.
"""

from __future__ import annotations

import copy
import dataclasses
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest

from ca_research import registry, verify
from ca_research.ground import paths
from ca_research.runs import Run, fingerprint, inputs, plan
from ca_research.verify import acceptance
from ca_research.verify.state import write_baseline

INPUTS = {
    "data": {"facts": "d1", "trade": "d2"},
    "register": {"article": "r1", "claims/C07": "r2", "coding/acts": "r3"},
    "notebook": "n1",
    "package": {"claims": "p1", "trade": "p2"},
    "environment": {"python": "3.11.7", "lock": "e1", "installed": "e2"},
}


def criterion(**given):
    return {
        "name": "share",
        "state": "holds",
        "estimate": 0.52,
        "low": 0.5,
        "high": None,
        "share_of_specifications": 0.875,
        "specifications": 8,
        "unit": "per cent",
    } | given


def verdict(**given):
    return {
        "claim": "C07",
        "reading": "literal",
        "part": False,
        "params": {"as_of": "latest", "economy": "UZB"},
        "as_of": "latest",
        "verdict": "supported",
        "fragile": False,
        "leads": True,
        "as_printed": "depends on the reading",
        "certainty": {"level": "moderate", "why": "one source"},
        "rule_sha256": "a" * 64,
        "notebook": "notebooks/c07.ipynb",
        "criteria": [criterion()],
    } | given


def run(**given):
    return {
        "run_id": "c07-as-of-latest-economy-uzb",
        "claim": "C07",
        "params": {"economy": "UZB", "as_of": "latest"},
        "key": "k",
        "seconds": 1.0,
        "stored": False,
        "error": "",
        "where": "",
        "inputs": copy.deepcopy(INPUTS),
    } | given


@pytest.fixture
def state(tmp_path):
    """Writes a report of the given verdicts and runs, and reads it as `verify` does."""

    def made(verdicts=None, runs=None, name="report"):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        (folder / "verdicts.json").write_text(
            json.dumps([verdict()] if verdicts is None else verdicts)
        )
        (folder / "manifest.json").write_text(
            json.dumps({"runs": [run()] if runs is None else runs})
        )
        return verify.read_report(folder)

    return made


@pytest.fixture
def baseline(state, tmp_path):
    """The report of one verdict, as a baseline that was written and read again."""
    folder = tmp_path / "baseline"
    folder.mkdir()
    (folder / "verdicts.json").write_bytes(write_baseline(state()))
    return verify.read_baseline(folder)


def changed(*path, to="other"):
    """The inputs of a run with one of them changed."""
    found = copy.deepcopy(INPUTS)
    place = found
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = to
    return found


def test_a_report_is_the_same_as_the_baseline_made_from_it(state, baseline):
    report = state()
    assert baseline.entries == report.entries
    assert [e.inputs for e in baseline.entries.values()] == [
        e.inputs for e in report.entries.values()
    ]
    found = verify.compare(baseline, report)
    assert found.same and found.changes == () and found.inputs == ()


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"verdict": "contradicted"}, "verdict"),
        ({"fragile": True}, "fragile"),
        ({"as_printed": "supported"}, "as printed"),
        ({"part": True}, "part"),
        ({"certainty": {"level": "low"}}, "certainty"),
        ({"certainty": {}}, "certainty"),
        ({"criteria": [criterion(unit="percentage points")]}, "share: unit"),
        ({"criteria": [criterion(state="mixed")]}, "share: state"),
        ({"criteria": [criterion(estimate=0.520001)]}, "share: estimate"),
        ({"criteria": [criterion(estimate=None)]}, "share: estimate"),
        ({"criteria": [criterion(low=0.499999)]}, "share: low"),
        ({"criteria": [criterion(high=0.6)]}, "share: high"),
        (
            {"criteria": [criterion(share_of_specifications=0.8749)]},
            "share: share of specifications",
        ),
        ({"criteria": [criterion(specifications=9)]}, "share: specifications"),
        ({"criteria": []}, "share: criterion"),
        ({"criteria": [criterion(), criterion(name="rank")]}, "rank: criterion"),
    ],
)
def test_one_value_that_moves_is_one_difference(state, baseline, given, what):
    found = verify.compare(baseline, state([verdict(**given)]))
    assert not found.same
    (change,) = found.changes
    assert (change.kind, [d.what for d in change.differences]) == ("changed", [what])


@pytest.mark.parametrize(
    "given",
    [
        {
            "criteria": [criterion(estimate=0.52 * (1 + 5e-7), low=0.5 * (1 - 5e-7))]
        },  # another machine
        {"criteria": [criterion(share_of_specifications=0.875 + 5e-7)]},
        {
            "title": "Another title",
            "notebook": "notebooks/renamed.ipynb",
            "statement": "said otherwise",
        },
    ],
)
def test_what_lies_inside_the_tolerances_or_is_no_number_is_no_difference(state, baseline, given):
    assert verify.compare(baseline, state([verdict(**given)])).same


def test_numbers_around_zero_have_an_absolute_tolerance(state, tmp_path):
    def other(estimate):
        return state([verdict(criteria=[criterion(estimate=estimate)])])

    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "verdicts.json").write_bytes(write_baseline(other(0.0)))
    zero = verify.read_baseline(tmp_path / "b")
    assert verify.compare(zero, other(-5e-10)).same
    assert not verify.compare(zero, other(2e-9)).same


CAUSES = {
    "data": ((), ("data", "trade"), "data (trade)"),
    "notebook": ((), ("notebook",), "notebook"),
    "package": ((), ("package", "claims"), "package (claims)"),
    "coding": ((), ("register", "coding/acts"), "register (coding/acts)"),
    "claim file": ((), ("register", "claims/C07"), "register (claims/C07)"),
    "rule": (("rule",), ("register", "claims/C07"), "rule (C07)"),
    "python": ((), ("environment", "python"), "environment (Python 3.11.7 became other)"),
    "lock": ((), ("environment", "lock"), "environment (lock file)"),
    "nothing": (
        (),
        (),
        "none of the recorded inputs: the result is not reproducible on this machine",
    ),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_the_input_that_changed_is_named(state, baseline, cause):
    rule, path, words = CAUSES[cause]
    given = {"verdict": "contradicted"} | ({"rule_sha256": "b" * 64} if rule else {})
    after = changed(*path) if path else copy.deepcopy(INPUTS)
    found = verify.compare(baseline, state([verdict(**given)], [run(inputs=after)]))
    assert [str(b) for b in found.changes[0].because] == [words]


def test_every_input_that_changed_is_named_and_a_new_or_dropped_table_is_one(state, baseline):
    after = changed("notebook")
    after["data"] = {"facts": "d1", "debt": "d9"}
    found = verify.compare(baseline, state([verdict(fragile=True)], [run(inputs=after)]))
    assert [str(b) for b in found.changes[0].because] == ["data (debt, trade)", "notebook"]


def test_inputs_that_changed_are_told_where_no_verdict_moved(state, baseline):
    found = verify.compare(baseline, state(runs=[run(inputs=changed("package", "trade"))]))
    assert found.same and [str(b) for b in found.inputs] == ["package (trade)"]
    assert "inputs that changed since the baseline: package (trade)" in verify.show(found, "text")


def test_a_report_without_its_inputs_says_that_the_cause_is_not_known(state, baseline):
    found = verify.compare(baseline, state([verdict(fragile=True)], [run(inputs={})]))
    assert "unknown" in str(found.changes[0].because[0])
    assert verify.compare(baseline, state(runs=[run(inputs={})])).same


def test_new_and_gone_entries_are_differences_with_their_reason(state, baseline):
    other = verdict(reading="charitable")
    found = verify.compare(baseline, state([other]))
    assert [(c.kind, c.entry.reading, c.why) for c in found.changes] == [
        ("new", "charitable", ""),
        ("gone", "literal", "its run gives no such reading any more"),
    ]
    assert not found.same
    (gone,) = verify.compare(baseline, state([], [])).changes
    assert gone.why == "its run is not in the report"
    found = verify.compare(baseline, state([], [run(error="the kernel died")]))
    assert found.changes[0].why == "its run failed: the kernel died"


def test_a_verdict_is_of_the_run_whose_parameters_it_has(state):
    """A verdict also names what its run left at the default; of two runs that fit, the one that
    says more gave it.
    """
    runs = [
        run(run_id="c07", params={"as_of": "latest"}),
        run(
            run_id="c07-uzb",
            params={"as_of": "latest", "economy": "UZB"},
            inputs=changed("notebook"),
        ),
    ]
    found = state([verdict(), verdict(params={"economy": "CA5"})], runs)
    assert {e.params["economy"]: e.inputs["notebook"] for e in found.entries.values()} == {
        "CA5": "n1",
        "UZB": "other",
    }
    assert {e.params["economy"]: found.run_of(e)["run_id"] for e in found.entries.values()} == {
        "CA5": "c07",
        "UZB": "c07-uzb",
    }


def test_another_parameter_or_day_is_another_entry(state, baseline):
    for given in ({"params": {"economy": "KAZ"}}, {"as_of": "2023-05-19"}):
        found = verify.compare(baseline, state([verdict(), verdict(**given)]))
        assert found.changes == () and len(found.unknown) == 1


def test_runs_that_the_baseline_does_not_know_are_listed_and_no_difference(state, baseline):
    """`run C33 --grid economy=KAZ,KGZ` beside a report: nothing that was accepted has moved."""
    found = verify.compare(
        baseline,
        state([verdict(), verdict(params={"economy": "KAZ"}), verdict(as_of="2023-05-19")]),
    )
    assert found.same and len(found.compared) == 1
    assert [e.name for e in found.unknown] == [
        "C07 literal, economy=KAZ, as of latest",
        "C07 literal, economy=UZB, as of 2023-05-19",
    ]
    shown = {format: verify.show(found, format) for format in verify.FORMATS}
    assert shown["text"].startswith(
        "1 verdict, none differs from the baseline; 2 of runs that it does not know\n"
    )
    assert "not compared: C07 literal, economy=KAZ, as of latest: supported\n" in shown["text"]
    assert json.loads(shown["json"])["unknown"][0]["params"] == {"economy": "KAZ"}
    assert shown["junit"].count("<skipped ") == 2 and 'failures="0"' in shown["junit"]
    assert "- not compared: C07 literal, economy=KAZ" in shown["markdown"]

    only = verify.compare(
        baseline, state([verdict(reading="charitable"), verdict(params={"economy": "KAZ"})])
    )
    assert [c.kind for c in only.changes] == ["new", "gone"], (
        "a reading more of a known run is a difference"
    )


def test_a_failed_run_is_never_the_same_even_where_its_verdict_is(state, baseline):
    failed = run(claim="brief", run_id="brief-uzb", error="a cell took longer than 600 s")
    found = verify.compare(baseline, state(runs=[run(), failed]))
    assert found.changes == () and not found.same
    assert "brief-uzb: a cell took longer than 600 s" in verify.show(found, "text")


def test_the_text_shows_old_new_and_cause(state, baseline):
    moved = verdict(verdict="contradicted", criteria=[criterion(state="fails", estimate=0.4875)])
    text = verify.show(
        verify.compare(baseline, state([moved], [run(inputs=changed("data", "trade"))])), "text"
    )
    assert "1 verdict: 1 changed" in text
    assert "C07 literal, economy=UZB, as of latest" in text
    assert re.search(r"verdict +supported -> contradicted\n", text)
    assert re.search(r"share: estimate +0\.52 -> 0\.4875\n", text)
    assert "because of: data (trade)\n" in text
    assert (
        "tolerances: as printed, verdict, certainty" in text
        and "1e-06 of the larger number" in text
    )


def test_json_says_the_same(state, baseline):
    moved = verdict(part=True, fragile=True)
    found = json.loads(
        verify.show(
            verify.compare(baseline, state([moved], [run(inputs=changed("notebook"))])), "json"
        )
    )
    assert (found["same"], found["changed"], found["new"], found["gone"]) == (False, 1, 0, 0)
    (change,) = found["changes"]
    assert change["params"] == {"economy": "UZB"} and change["because"] == [
        {"input": "notebook", "which": []}
    ]
    assert {"what": "fragile", "old": False, "new": True} in change["differences"]
    assert found["tolerances"]


def test_a_run_that_nobody_planned_is_outdated_too(state):
    """A report of one day of one's own was of these figures whatever was added since."""
    (own,) = plan(["C30"], {"economy": "UZB"}, as_of=["2024-01-01"])
    found = inputs.Inputs(Path()).fingerprints(own)
    made = run(run_id=own.run_id, claim=own.claim, params=own.params, inputs=found)
    assert verify.outdated(state(runs=[made])) == ()
    before = made | {"inputs": found | {"data": found["data"] | {"students": "before"}}}
    gone = before | {"run_id": "c99", "claim": "C99"}
    assert verify.outdated(state(runs=[gone])) == ()
    assert [str(c) for c in verify.outdated(state(runs=[before, gone]))] == ["data (students)"]


HOSTILE = "]]><script>alert('x')</script>\x00\x1b & \"|` \ud800"


def test_junit_is_well_formed_whatever_the_names_are(state, baseline):
    entry = dataclasses.replace(
        next(iter(state([verdict(fragile=True)]).entries.values())), reading=HOSTILE
    )
    strange = verify.State({entry.key: entry}, (run(error=HOSTILE),))
    found = verify.compare(baseline, strange)
    root = ElementTree.fromstring(verify.show(found, "junit").encode("utf-8"))
    (suite,) = root
    cases = list(suite)
    assert root.tag == "testsuites" and suite.tag == "testsuite"
    assert (
        (int(suite.get("tests")), int(suite.get("failures")))
        == (len(cases), len(suite.findall("*/failure")))
        == (3, 3)
    )
    assert any("<script>alert" in c.get("name") for c in cases)


def test_junit_has_a_case_for_each_verdict_and_a_failure_for_each_that_moved(state, baseline):
    moved, other = verdict(verdict="contradicted"), verdict(claim="C08")
    root = ElementTree.fromstring(
        verify.show(verify.compare(baseline, state([moved, other])), "junit").encode()
    )
    cases = {c.get("name"): c for c in root.iter("testcase")}
    assert {c.get("classname") for c in cases.values()} == {"verdicts.C07", "verdicts.C08"}
    failure = cases["C07 literal, economy=UZB, as of latest"].find("failure")
    assert "verdict: supported -> contradicted" in failure.text and failure.get("type") == "changed"
    same = ElementTree.fromstring(verify.show(verify.compare(baseline, state()), "junit").encode())
    assert [len(c) for c in same.iter("testcase")] == [0]


def test_markdown_keeps_its_table_whatever_the_words_are(state, baseline):
    moved = verdict(reading="a|b\n# c", verdict="<b>`x`</b> &lt;i&gt;")
    text = verify.show(verify.compare(baseline, state([moved])), "markdown")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {6}
    assert "<b>" not in text and "&lt;" not in text and "\n# c" not in text


def test_many_gone_for_one_reason_are_counted(state, tmp_path):
    many = [verdict(claim=f"C{n:02d}") for n in range(50)]
    runs = [run(claim=f"C{n:02d}", run_id=f"c{n:02d}") for n in range(50)]
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "verdicts.json").write_bytes(write_baseline(state(many, runs)))
    text = verify.show(verify.compare(verify.read_baseline(tmp_path / "b"), state([], [])), "text")
    assert (
        "50 verdicts: 50 gone" in text and "and 30 more gone: its run is not in the report" in text
    )
    assert text.count("because of") == 20


# --- the baseline's form
# ---------------------------------------------------------------------------------


def test_the_baseline_is_stable_and_holds_neither_times_nor_places(state):
    first = write_baseline(state(name="one"))
    assert first == write_baseline(
        state([verdict()], [run(seconds=99.0, key="other", stored=True)], name="two")
    )
    text = first.decode()
    assert (
        str(paths.home()) not in text
        and "/tmp" not in text
        and "seconds" not in text
        and "report" not in text
    )
    lines = text.splitlines()
    assert (
        sum('"claim"' in line for line in lines) == 1
    )  # a verdict has a line, and so has each criterion
    assert sum('"estimate"' in line for line in lines) == 1


def test_a_baseline_from_before_certainty_and_units_were_kept_compares_the_rest(state, tmp_path):
    content = json.loads(write_baseline(state()))
    (one,) = content["verdicts"]
    del one["certainty"], one["as_printed"], one["criteria"]["share"]["unit"]
    (tmp_path / "verdicts.json").write_text(json.dumps(content))
    old = verify.read_baseline(tmp_path)
    other = {"certainty": {"level": "low"}, "criteria": [criterion(unit="dollars")]}
    assert verify.compare(old, state([verdict(**other)])).same
    assert not verify.compare(old, state([verdict(**other, fragile=True)])).same


@pytest.mark.parametrize("emptied", [[], {}])
def test_to_a_baseline_without_a_verdict_every_one_is_new(state, tmp_path, emptied):
    """It passed: all verdicts were of runs that it did not know."""
    content = json.loads(write_baseline(state())) | {"verdicts": emptied}
    (tmp_path / "verdicts.json").write_text(json.dumps(content))
    found = verify.compare(verify.read_baseline(tmp_path), state())
    assert not found.same and [c.kind for c in found.changes] == ["new"]


def test_the_rules_that_changed_are_told_by_their_claims(state, baseline):
    """Where no verdict moved, nothing said of which claim a rule had changed."""
    after = state([verdict(rule_sha256="b" * 64)], [run(inputs=changed("register", "claims/C07"))])
    assert [str(c) for c in verify.compare(baseline, after).inputs] == ["rule (C07)"]


def test_the_order_of_verdicts_in_the_report_does_not_matter(state):
    two, runs = [verdict(), verdict(claim="C08")], [run(), run(claim="C08", run_id="c08")]
    assert write_baseline(state(two, runs)) == write_baseline(state(two[::-1], runs[::-1]))


def test_the_committed_baseline_is_of_the_declared_runs():
    """It can be read, and every claim that the register declares has its verdicts in it."""
    from ca_research import registry

    found = verify.read_baseline(paths.baseline_dir())
    assert {e.claim for e in found.entries.values()} == set(registry.claims())
    assert all(
        e.verdict in registry.VERDICTS and e.inputs["package"] for e in found.entries.values()
    )
    assert (
        (paths.baseline_dir() / "CHANGELOG.md")
        .read_text(encoding="utf-8")
        .startswith("# Changelog of verdicts")
    )


# --- acceptance
# -------------------------------------------------------------------------------------------


@pytest.fixture
def planned(monkeypatch):
    """The register declares the one run of the invented report, and its inputs are at hand."""
    one = Run("C07", Path("c07.ipynb"), {"economy": "UZB", "as_of": "latest"})
    monkeypatch.setattr(acceptance, "plan", lambda: [one])
    monkeypatch.setattr(acceptance, "outdated", lambda report: ())


def test_a_first_baseline_is_accepted_with_a_reason(state, planned, tmp_path):
    verify.accept(state(), tmp_path / "b", "first\n  baseline")
    assert verify.compare(verify.read_baseline(tmp_path / "b"), state()).same
    log = (tmp_path / "b" / "CHANGELOG.md").read_text()
    assert re.search(
        r"\n## \d{4}-\d\d-\d\d\n\nReason: first baseline\n\n- 1 verdicts, none before them\n", log
    )


def test_what_moved_and_why_goes_into_the_changelog_newest_first(state, planned, tmp_path):
    folder = tmp_path / "b"
    verify.accept(state(), folder, "first baseline")
    moved = state([verdict(verdict="contradicted")], [run(inputs=changed("data", "trade"))])
    verify.accept(moved, folder, "the office revised 2022")
    log = (folder / "CHANGELOG.md").read_text()
    assert log.index("the office revised 2022") < log.index("first baseline")
    assert log.count("# Changelog of verdicts") == 1 and log.count("\n## ") == 2
    assert (
        "- C07 literal, economy=UZB, as of latest: verdict supported became contradicted; "
        "because of data (trade)\n"
    ) in log
    assert verify.compare(verify.read_baseline(folder), moved).same


def test_inputs_alone_can_be_accepted_so_that_later_causes_are_told_apart(state, planned, tmp_path):
    verify.accept(state(), tmp_path / "b", "first baseline")
    verify.accept(
        state(runs=[run(inputs=changed("package", "trade"))]), tmp_path / "b", "a faster rank"
    )
    assert "no verdict and no number moved" in (tmp_path / "b" / "CHANGELOG.md").read_text()


def test_the_changelog_says_nothing_that_was_not_accepted(state, planned, tmp_path, monkeypatch):
    folder = tmp_path / "b"
    verify.accept(state(), folder, "first baseline")
    before = {f.name: f.read_bytes() for f in folder.iterdir()}
    write = acceptance.write_whole

    def full(file, content):
        if file.name == "verdicts.json":
            raise OSError(28, "No space left on device")
        write(file, content)

    monkeypatch.setattr(acceptance, "write_whole", full)
    with pytest.raises(OSError):
        verify.accept(state([verdict(fragile=True)]), folder, "again")
    assert {f.name: f.read_bytes() for f in folder.iterdir()} == before


# --- fingerprints of real inputs, and the real path
# ------------------------------------------------------

ARTICLE = """\
title: An invented article
date: 2024-01-01
publisher: null
report_title: t
report_summary: s
sentences:
  - {paragraph: 0, sentence: 1, none: the title, sha256: HASH}
""".replace("HASH", "a" * 64)


@pytest.fixture
def small(project):
    """A project with one fact, 7 books, and a claim that it is more than nought."""
    from ca_research import tables
    from ca_research.app.scaffold import new_claim

    (project.home / "registry" / "article.yaml").write_text(ARTICLE, encoding="utf-8")
    names = ["fact_id", "subject", "attribute", "year", "value", "unit", "source_id"]
    types = ("string", "string", "string", "year", "number", "string", "source")
    columns = {
        n: {"type": t, "meaning": n, "nullable": n == "year"}
        for n, t in zip(names, types, strict=True)
    }
    columns["year"] |= {"min": 1990, "max": 2030, "reason": "invented"}
    columns["value"] |= {"unit": "see unit", "min": 0, "max": 99, "reason": "invented"}
    project.edit("facts", columns=columns)
    figure(project, "7")
    tables.build()
    new_claim("C07")
    project.edit("facts")  # what was read of the registry is forgotten
    return project


def figure(project, value: str) -> None:
    project.rows(("a", "KAZ", "loans", "2019", value, "books", "S_CALENDAR"), table="facts")


def threshold(project) -> None:
    file = project.home / "registry" / "claims" / "C07.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub(r"threshold: 0\b", "threshold: 10", text), encoding="utf-8")
    assert file.read_text(encoding="utf-8") != text
    project.edit("facts")


def notebook_code(project) -> None:
    file = project.home / "notebooks" / "c07.ipynb"
    book = nbformat.read(file, as_version=4)
    for cell in book.cells:
        cell.source = cell.source.replace(
            "claim.gather(facts=facts)",
            "claim.gather(facts=facts.assign(value=facts['value'] + 1))",
        )
    nbformat.write(book, file)


def prose(project) -> None:
    file = project.home / "notebooks" / "c07.ipynb"
    book = nbformat.read(file, as_version=4)
    book.cells[0].source += "\n\nSaid better."
    nbformat.write(book, file)


MOVES = {
    "a raw figure": (lambda p: figure(p, "8"), "data (facts)", "figure: estimate"),
    "a threshold": (threshold, "rule (C07)", "verdict"),
    "notebook code": (notebook_code, "notebook", "figure: estimate"),
}


def test_a_real_change_moves_the_verdict_and_is_named(small, command, tmp_path):
    """Run and accept; then change one input after another, run again, and accept: the difference
    shows what moved, and because of which input.
    """
    out = ["--out", str(tmp_path / "out")]
    assert command("run", "--jobs", "1", *out)[0] == 0
    code, shown, told = command("verify", *out)
    assert code == 1 and shown == ""
    assert "there is no baseline yet" in told and "--accept --reason" in told
    assert command("verify", "--accept", "--reason", "first baseline", *out)[0] == 0
    code, shown, _ = command("verify", *out)
    assert code == 0 and "none differs from the baseline" in shown
    for name, (act, cause, what) in MOVES.items():
        act(small)
        code, shown, told = command("verify", *out)  # the old report still is what was accepted
        unamended = name == "a threshold"
        assert code == unamended and "the report is older than" in shown, name
        assert ("claims/C07.yaml: amendments" in told) == unamended
        assert command("run", "--jobs", "1", *out)[0] == 0
        code, shown, told = command("verify", "--format", "json", *out)
        assert code == 1 and "--accept --reason" in told, name
        changes = json.loads(shown)["changes"]
        assert {c["as_of"] for c in changes} == {"2024-01-01", "latest"}
        for change in changes:
            assert what in [d["what"] for d in change["differences"]]
            because = [verify.Cause(b["input"], tuple(b["which"])) for b in change["because"]]
            assert [str(one) for one in because] == [cause]
        assert command("verify", "--accept", "--reason", f"{name} was meant so", *out)[0] == 0
        assert command("verify", *out)[0] == 0
        log = (small.home / "baseline" / "CHANGELOG.md").read_text(encoding="utf-8")
        assert cause in log.split(f"{name} was meant so")[1].split("\n## ")[0]


def test_a_rule_without_an_amendment_is_named_before_any_run(small, command, state):
    before = registry.claim("C07").rule_sha256
    folder = small.home / "baseline"
    folder.mkdir(exist_ok=True)
    accepted = state([verdict(rule_sha256=before)])
    (folder / "verdicts.json").write_bytes(write_baseline(accepted))
    assert verify.unamended(folder) == []
    threshold(small)
    for words in (("claims", "check"), ("verify",)):
        code, _, told = command(*words)
        assert code == 1 and "claims/C07.yaml: amendments" in told, words
    file = small.home / "registry" / "claims" / "C07.yaml"
    day, none = registry.claim("C07").declared_on, {"then": None, "now": None}
    amendment = {"date": day, "reason": "r", "before": none, "after": none}
    text = f"amendments: {[amendment | {'date': str(day), 'rule_sha256_before': before}]}"
    file.write_text(f"{file.read_text(encoding='utf-8')}{text.replace('None', 'null')}\n")
    small.edit("facts")
    assert verify.unamended(folder) == []


def test_package_code_counts_by_room_and_prose_does_not_count(small, tmp_path, monkeypatch):
    copied = tmp_path / "ca_research"
    for name in ("trade/rank.py", "site/render.py", "claims/judge.py", "errors.py"):
        (copied / name).parent.mkdir(parents=True, exist_ok=True)
        (copied / name).write_text("x = 1\n")
    monkeypatch.setattr(fingerprint, "PACKAGE", copied)
    monkeypatch.setattr(inputs, "PACKAGE", copied)
    (one, *_) = plan(["C07"])

    def now():
        return inputs.Inputs(Path("no tables")).fingerprints(one)

    before = now()
    assert list(before["package"]) == ["claims", "errors", "trade"]
    (copied / "claims" / "judge.py").write_text("x = 2\n")
    (copied / "site" / "render.py").write_text("x = 2\n")
    prose(small)
    after = now()
    assert {k for k in before if before[k] != after[k]} == {"package"}
    assert {k for k in before["package"] if before["package"][k] != after["package"][k]} == {
        "claims"
    }
    notebook_code(small)
    assert now()["notebook"] != after["notebook"]
