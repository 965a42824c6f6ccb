"""Rules that are locked before figures of their claim were computed, after, or never: what is kept,
and what a page says.
"""

import datetime as dt
import json
import subprocess

import pytest

from ca_research import registry
from ca_research.app import locking
from ca_research.app.scaffold import new_claim
from ca_research.claims import locks
from ca_research.ground import paths
from ca_research.registry.locks import Lock
from ca_research.registry.locks import locks as locks_by_claim

pytest_plugins = ["own_project"]


def lock_of(spec, first_run=None, commit="", day=7, rule=None):
    """A lock of a claim on a day of December."""
    on = dt.datetime(2026, 12, day, 9, tzinfo=dt.UTC)
    about = {"claim": spec.id, "rule_sha256": rule or spec.rule_sha256_2, "locked": on}
    return Lock(**about, commit=commit, first_run=first_run)


RAN = dt.datetime(2026, 12, 5, 8, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "claim, rows, standing, words",
    [
        ("C33", [], "never", "not yet locked"),
        ("C33", [{}], "before", "7 December 2026, before any figure"),
        ("C33", [{"commit": "ab" * 20}], "before", "(commit abababababab)"),
        ("C33", [{"first_run": RAN}], "after", "computed on 5 December 2026 (not committed)"),
        ("C33", [{"first_run": RAN, "day": 5}], "after", "computed earlier that day"),
        ("C33", [{"rule": "0" * 64, "day": 4}, {"first_run": RAN}], "after", "4 December"),
        ("C33", [{"rule": "0" * 64}], "never", "changed after one was locked on 7 December"),
        ("C33", [{}, {"rule": "0" * 64, "first_run": RAN}], "never", "not yet locked"),
        ("C05", [{}], "before", "An amendment since then changed how its figures are read."),
        ("O01", [{"first_run": RAN}], "before", "no figure decides it"),
    ],
)
def test_a_rule_stands_by_its_last_lock(claim, rows, standing, words):
    spec = registry.claim(claim)
    declared = locks.declaration(spec, [lock_of(spec, **row) for row in rows])
    assert declared.standing == standing and words in declared.words


def test_every_rule_of_this_project_has_a_lock_of_its_present_form():
    specs = registry.claims().values()
    assert locks.unlocked(specs) == [] == locks.broken(registry.claims())
    judged = [spec for spec in specs if spec.criteria()]
    standing = [locks.declared(spec).standing for spec in judged]
    before, after = standing.count("before"), standing.count("after")
    assert before + after == len(judged) and f"{before} of {len(judged)};" in locks.tally(specs)
    assert {*locking.first_runs()} == {spec.id for spec in judged}
    for spec in judged:  # one that was changed after looking cannot have been locked before
        if any(a.rule_sha256_before != spec.rule_sha256 for a in spec.amendments):
            assert locks.declared(spec).standing == "after", spec.id


@pytest.fixture
def claimed(own):
    """The project with a claim whose rule is written."""
    own.lent()
    new_claim("C01")
    own.write_rule("C01")
    return own


def test_the_template_is_not_locked_and_what_has_been_run_is_locked_as_such(claimed, command):
    new_claim("C02", "1.2")
    code, _, error = command("claims", "lock")
    assert code == 2 and "C02" in error and not (claimed.home / "registry/locks.csv").exists()
    claimed.write_rule("C02")
    code, _, aside = command("claims", "lock", "C01")
    assert code == 0 and "not committed: C01" in aside
    assert command("check", "C02")[0] == 0
    first = locking.first_runs()
    assert [*first] == ["C02"]
    assert command("check", "C02")[0] == 0 and locking.first_runs() == first
    assert "2 rules locked" not in command("claims", "lock")[1]
    specs = registry.claims().values()
    assert [locks.declared(spec).standing for spec in specs] == ["before", "after"]


def test_a_rule_that_differs_from_its_lock_is_a_fault_until_it_is_amended_or_locked(
    claimed, command
):
    file = "registry/claims/C01.yaml"
    assert "1 rule not yet locked: C01" in command("claims", "check")[1]
    command("claims", "lock")
    assert command("check", "C01")[0] == 0
    claimed.edit(file, "threshold: 0", "threshold: 3")
    code, _, error = command("claims", "check")
    assert code == 1 and "claims/C01.yaml: amendments" in error
    outcome = {"then": None, "now": None}
    about = {"date": str(dt.date.today()), "reason": "r", "before": outcome, "after": outcome}
    about["rule_sha256_before"] = registry.claim("C01").rule_sha256
    claimed.edit(file, "rivals:", f"amendments: {json.dumps([about])}\nrivals:")
    code, text, _ = command("claims", "check")
    assert code == 0 and "1 rule not yet locked: C01" in text
    command("claims", "lock")
    assert locks.declared(registry.claim("C01")).standing == "after"
    assert len((claimed.home / "registry/locks.csv").read_text().splitlines()) == 3


def test_a_lock_names_the_commit_that_holds_the_file_as_it_stands(claimed, command):
    def git(*words):
        who = ("-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")
        run = ["git", "-C", str(claimed.home), *who, *words]
        return subprocess.run(run, capture_output=True, text=True, check=True).stdout.strip()

    git("init", "-q")
    assert locking.commit_of("C01") == ""  # nothing is committed
    git("add", ".")
    git("commit", "-qm", "a claim")
    assert locking.commit_of("C01") == git("rev-parse", "HEAD")
    assert "not committed" not in command("claims", "lock")[2]
    assert locks_by_claim()["C01"][-1].commit == git("rev-parse", "HEAD")
    claimed.edit("registry/claims/C01.yaml", "threshold: 0", "threshold: 3")
    assert locking.commit_of("C01") == ""


@pytest.mark.long
def test_pages_say_before_after_and_never(claimed, command):
    for claim, at in (("C02", "1.2"), ("C03", "2.1")):
        new_claim(claim, at)
        claimed.write_rule(claim)
    command("claims", "lock", "C01")
    code, text, _ = command("run", "--as-of", "latest")
    assert code == 0 and "2 rules are not yet locked: C02, C03" in text
    command("claims", "lock", "C02")
    assert "1 rule is not yet locked: C03" in command("run", "--as-of", "latest")[1]
    reports = paths.reports_dir()
    for claim, words in (
        ("c01", "before any figure of it was computed (not committed)"),
        ("c02", "after figures of it had been computed earlier that day"),
        ("c03", "Rule not yet locked."),
    ):
        page = (reports / f"{claim}-as-of-latest.html").read_text()
        assert words in page and "blind" not in page, claim
    assert "1 of 3; locked after: 1; not yet locked: 1" in (reports / "register.html").read_text()
