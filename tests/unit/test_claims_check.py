"""`claims check`: each way in which a register cannot do what it declares is named, with file and
field.
"""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

import pandas as pd
import pytest
from pydantic import ValidationError

import ca_research as ca
from ca_research import registry
from ca_research.claims import check, measures
from ca_research.claims.compare import differences
from ca_research.claims.unseen import unseen
from ca_research.claims.words import source_words
from ca_research.estimates.generic import misdeclared
from ca_research.ground import periods
from ca_research.registry import ClaimSpec

C33 = registry.claim("C33").model_dump(mode="json")
NOTEBOOKS = {"trade_priority.ipynb": {"trade", "facts"}}


def changed(path: list[Any], value: Any) -> ClaimSpec:
    content = copy.deepcopy(C33)
    place = content
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return ClaimSpec.model_validate(content)


def faults(spec: ClaimSpec, notebooks: dict[str, set[str]] = NOTEBOOKS) -> list[str]:
    """Faults of one claim; that other sentences have no claim then is another matter."""
    return [f for f in check.register({spec.id: spec}, notebooks) if "no claim rests on" not in f]


def everywhere(spec: dict, name: str, field: str, value: Any) -> ClaimSpec:
    content = copy.deepcopy(spec)
    for reading in content["readings"]:
        for criterion in reading["criteria"]:
            if criterion["name"] == name:
                criterion[field] = value
    return ClaimSpec.model_validate(content)


def amended(*verdicts: tuple[str, str | None, str | None]) -> ClaimSpec:
    """Amendments, each with its date and the verdict with all figures before it and after it."""
    return changed(
        ["amendments"],
        [
            {
                "date": date,
                "reason": "invented",
                "before": {"then": None, "now": before},
                "after": {"then": None, "now": after},
                "rule_sha256_before": "0" * 64,
            }
            for date, before, after in verdicts
        ],
    )


def rows(table: str, columns: list[str]) -> pd.DataFrame:
    return ca.load(table)[columns]


@pytest.mark.parametrize(
    "name, word, told",
    [
        ("kinds", "sea_acess", "table events has the kind 'sea_acess'; did you mean sea_access?"),
        ("kinds", "sea_access;ports", "table events has the kind 'ports'"),
        ("reading", "elite", "evidence with the claim 'C21' has the reading 'elite'"),
    ],
)
def test_words_that_rows_alone_know_are_told_where_no_row_has_them(name, word, told):
    content = registry.claim("C21").model_dump(mode="json")
    for reading in content["readings"]:
        for criterion in reading["criteria"]:
            criterion["settings"] |= {name: word} if name in criterion["settings"] else {}
    found = list(unseen({"C21": ClaimSpec.model_validate(content)}, rows))
    assert found and all(told in one and one.startswith("registry/claims/C21") for one in found)


def test_every_word_of_the_register_that_rows_alone_know_is_in_one():
    assert list(unseen(registry.claims(), rows)) == []


def test_an_amendment_begins_where_the_one_before_it_ended():
    first, later = ("2026-11-26", "contradicted", "supported"), "2026-11-27"
    assert faults(amended(first, (later, "supported", None))) == []
    assert faults(amended(first, (later, None, "contradicted"))) == [], "not known is no fault"
    (broken,) = faults(amended(first, (later, "contradicted", None)))
    assert "C33.yaml: amendments" in broken and "left 'supported'" in broken
    (order,) = faults(amended((later, None, None), ("2026-11-26", None, None)))
    assert "that of 2026-11-26 stands after that of 2026-11-27" in order


def test_an_amendment_is_of_a_day_between_the_declaration_and_today():
    declared = C33["declared_on"]
    assert faults(amended((declared, None, None), (in_days(0), None, None))) == []
    (early,) = faults(amended(("2020-01-01", None, None)))
    assert f"that of 2020-01-01 is before the claim was declared, on {declared}" in early
    (late,) = faults(amended((in_days(2), None, None)))
    assert f"amendments: that of {in_days(2)} is in the future" in late


@pytest.mark.parametrize("wrong", [{"then": None}, {"then": None, "now": "perhaps"}, None])
def test_an_amendment_says_what_the_verdict_was(wrong):
    content = copy.deepcopy(C33["amendments"][0]) | {"before": wrong}
    with pytest.raises(ValidationError, match=r"amendments\.0\.before"):
        changed(["amendments"], [content])


def test_amendments_are_no_part_of_the_rule():
    declared = registry.claim("C33")
    for spec in (amended(("2026-11-26", "contradicted", "supported")), amended()):
        assert spec.rule_sha256 == declared.rule_sha256
        assert spec.rule_sha256_2 == declared.rule_sha256_2


def test_the_real_claim_has_no_fault():
    assert faults(ClaimSpec.model_validate(C33)) == []


FIRST = C33["readings"][0]["criteria"][0]["name"]


def in_days(days: int) -> str:
    """A day from now by the calendar of the place on earth where it is the latest."""
    return (periods.newest_day() + dt.timedelta(days)).isoformat()


def test_a_claim_may_be_declared_on_the_day_that_it_is_anywhere_on_earth():
    spec = amended().model_copy(update={"declared_on": dt.date.fromisoformat(in_days(0))})
    assert faults(spec) == []


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (lambda: changed(["data"], ["trade", "weather"]), ["C33.yaml: data", "no table 'weather'"]),
        (
            lambda: changed(["data"], ["trade", "events"]),
            ["trade_priority.ipynb does not load 'events'"],
        ),
        (lambda: changed(["notebook"], "other.ipynb"), ["notebook", "no notebooks/other.ipynb"]),
        (
            lambda: everywhere(C33, FIRST, "measure", "trade.leed"),
            [f"criteria.{FIRST}", "unknown measure 'trade.leed'"],
        ),
        (
            lambda: everywhere(C33, FIRST, "settings", {"planet": "mars"}),
            ["reads no 'planet'", "setting"],
        ),
        (
            lambda: everywhere(C33, FIRST, "measure", "students.window_change"),
            ["needs 'students'", "neither"],
        ),
        (
            lambda: everywhere(C33, FIRST, "measure", "economy.energy_share_before"),
            ["grid axis does nothing"],
        ),
        (
            lambda: everywhere(C33, FIRST, "settings", {"economies": "KAZ"}),
            ["'economies' is no choice", "the claim gives it"],
        ),
        (lambda: changed(["declared_on"], "2999-01-01"), ["declared_on", "in the future"]),
        (lambda: changed(["declared_on"], in_days(2)), ["declared_on", "in the future"]),
        (lambda: changed(["article", "sentence"], 9), ["article", "no sentence 9"]),
        (
            lambda: changed(["article", "sha256"], "0" * 64),
            ["article", "hash is not that of the sentence"],
        ),
    ],
)
def test_what_could_not_work_is_named_with_its_field(spec, words):
    found = "\n".join(faults(spec()))
    assert all(w in found for w in words), found


def test_an_article_of_the_future_is_named(monkeypatch):
    """Every run of it would fail: what is known on its day nobody can say."""
    later = registry.article().model_copy(update={"date": dt.date(2999, 1, 1)})
    monkeypatch.setattr(registry, "article", lambda: later)
    (fault,) = faults(ClaimSpec.model_validate(C33))
    assert fault == "registry/article.yaml: date: 2999-01-01 is in the future"


def declared(measure: str, kind: str, comparison: str, threshold: float, **more: Any) -> list[str]:
    """What is said of a criterion by a generic measure."""
    given = {"measure": measure, "kind": kind, "comparison": comparison, "threshold": threshold}
    first = registry.claim("C33").readings[0].criteria[0]
    return list(misdeclared(measures.find(measure), first.model_copy(update=given | more)))


def test_the_kind_is_that_of_a_generic_measure():
    assert declared("trade.share", "share", ">", 0.2) == []
    (said,) = declared("trade.share", "percent", ">", 0.2)
    assert said == "kind: trade.share gives a share, and no percent"


@pytest.mark.parametrize(
    ("kind", "comparison", "threshold", "said"),
    [
        ("share", ">", 20.0, "a share is a number from 0 to 1, so > 20 is always true of it, or"),
        ("share", ">", 1.0, "so > 1 is"),
        ("share", ">=", 0.0, "so >= 0 is"),
        ("rank", "<", 1.0, "a rank is a whole number of 1 or more, so < 1 is"),
        ("rank", ">=", 1.0, "so >= 1 is"),
        ("rank", "<=", 0.5, "of 1 or more"),
        ("rank", "==", 1.5, "a whole number"),
        ("count", "<", 0.0, "so < 0 is"),
        ("share", ">", 0.0, ""),
        ("share", "==", 0.5, ""),
        ("rank", "<=", 1.0, ""),
        ("rank", "==", 1.0, ""),
        ("rank", "<", 1.5, ""),
        ("ratio", ">", 0.0, ""),
        ("count", ">", 0.0, ""),
    ],
)
def test_what_every_figure_of_a_generic_measure_meets_or_none_is_refused(
    kind, comparison, threshold, said
):
    """It was well formed, and the verdict a firm one."""
    for table in ("facts", "trade"):
        found = "\n".join(declared(f"{table}.{kind}", kind, comparison, threshold))
        assert said in found and bool(said) == bool(found), found


@pytest.mark.parametrize(
    ("kind", "settings", "said"),
    [
        ("growth", {}, ""),
        ("percent", {"of": "share"}, ""),
        ("change", {"by": "difference"}, ""),
        ("share", {"by": "difference", "of": "share"}, ""),
        ("share", {}, "by percent of value gives growth or percent, and no share"),  # 4,000%
        ("p", {}, "and no p"),
        ("growth", {"by": "difference"}, "and no growth"),  # 10,000% for 10,000 books
        ("points", {"by": "difference", "of": "share"}, "gives change or share, and no points"),
    ],
)
def test_the_kind_of_a_change_follows_from_its_choices(kind, settings, said):
    found = "".join(declared("facts.change", kind, ">", 40.0, settings=settings, axes=()))
    assert said in found and bool(said) == bool(found), found


@pytest.mark.parametrize(
    ("settings", "axis", "refused"),
    [
        ({}, "by", True),
        ({"by": "difference"}, "of", True),
        ({"by": "percent"}, "of", False),
        ({}, "year", False),
    ],
)
def test_per_cent_and_units_are_not_ways_to_calculate_one_number(settings, axis, refused):
    found = declared("facts.change", "growth", ">", 40.0, settings=settings, axes=(axis,))
    assert ["figures of unlike units" in fault for fault in found] == [True] * refused, found


@pytest.mark.parametrize(
    ("want", "said"),
    [
        ({"cells": {"reportr": "{economy}"}}, "unknown column of trade 'reportr'"),
        ({"cells": {"reporter": "{econmy}"}}, "unknown slot {econmy}"),
        ({"cells": {"flow": "improt"}}, "unknown flow of trade 'improt'"),
        ({"cells": {"partner": ["CHN", "CHX"]}}, "economy 'CHX'"),
        ({"what": "exports of {country}"}, "unknown slot {country}"),
    ],
)
def test_a_figure_that_no_table_could_hold_is_not_wanted(want, said):
    fine = {"criteria": [FIRST], "what": "own report of {economy}", "table": "trade"}
    fine["cells"] = {"reporter": "{economy}", "flow": "import", "partner": "CHN"}
    assert faults(changed(["wanted"], [fine])) == []
    assert said in "\n".join(faults(changed(["wanted"], [fine | want])))


def test_a_share_of_figures_in_per_cent_is_named():
    """It would be shown times a hundred: 2,812% for 28.12 per cent."""
    share = everywhere(C33, FIRST, "kind", "share").model_dump(mode="json")
    (found,) = faults(everywhere(share, FIRST, "unit", "per cent"))
    assert f"criteria.{FIRST}: kind" in found and "times a hundred" in found
    assert faults(everywhere(share, FIRST, "unit", "share of all trade")) == []


def rule(supported: Any, contradicted: Any) -> ClaimSpec:
    return changed(
        ["readings", 0, "rule"],
        C33["readings"][0]["rule"] | {"supported": supported, "contradicted": contradicted},
    )


def test_a_rule_must_be_able_to_go_both_ways_and_never_both_at_once():
    names = [c["name"] for c in C33["readings"][0]["criteria"]]
    all_hold, any_fails = (
        {"all": [f"{n} holds" for n in names]},
        {"any": [f"{n} fails" for n in names]},
    )
    assert faults(rule(all_hold, any_fails)) == []
    both = "\n".join(faults(rule({"any": [f"{n} holds" for n in names]}, any_fails)))
    assert "both supported and contradicted" in both
    never = {"all": [f"{names[0]} holds", f"{names[0]} fails", *all_hold["all"][1:]]}
    assert "no state of the criteria would make it supported" in "\n".join(
        faults(rule(never, any_fails))
    )
    assert "no state of the criteria would make it contradicted" in "\n".join(
        faults(rule(all_hold, never))
    )


@pytest.mark.parametrize(
    ("comparison", "threshold", "fine"),
    [
        (">", 1, False),
        (">", 0, True),
        (">=", 0, False),
        (">=", 1, True),
        ("<", 0, False),
        ("<=", 1, False),
        ("==", 2, False),
    ],
)
def test_a_threshold_outside_what_the_measure_can_be_is_refused(comparison, threshold, fine):
    def build() -> ClaimSpec:
        content = copy.deepcopy(C33)
        for reading in content["readings"]:
            for criterion in reading["criteria"]:
                if criterion["name"] == FIRST:
                    criterion |= {
                        "comparison": comparison,
                        "threshold": threshold,
                        "bounds": [0, 1],
                    }
        return ClaimSpec.model_validate(content)

    if fine:
        assert build()
    else:
        with pytest.raises(ValidationError, match="always true or never"):
            build()


def test_every_sentence_has_a_claim_or_a_reason():
    found = [f for f in check.register({}, {}) if "no claim rests on" in f]
    reasoned = [s for s in registry.article().sentences if s.none]
    assert len(found) == len(registry.article().sentences) - len(reasoned)
    assert reasoned


# --- stored verdicts
# ---------------------------------------------------------------------------------------


def stored(verdict: str, **changes: Any) -> dict[str, Any]:
    spec = registry.claim("C33")
    criteria = [
        {
            "name": c.name,
            "label": c.label,
            "state": "holds",
            "main_met": True,
            "estimate": 3.0,
            "low": 3.0,
            "high": 3.0,
            "cells": [{"economy": code} for code in ("KAZ", "KGZ", "TJK", "TKM", "UZB")],
            "counted": "economies",
        }
        for c in spec.readings[0].criteria
    ]
    return {
        "claim": "C33",
        "reading": "literal",
        "leads": True,
        "title": "t",
        "as_of": "latest",
        "params": {},
        "verdict": verdict,
        "deciding": [c.name for c in spec.readings[0].criteria],
        "rule_sha256": spec.rule_sha256,
        "rule_sha256_2": spec.rule_sha256_2,
        "criteria": criteria,
        "coverage": {"from": 2010, "to": 2022},
        "sources": ["KAZ_BNS"],
    } | changes


def test_a_verdict_that_follows_has_no_fault():
    assert check.verdict(stored("supported")) == []


def test_a_verdict_that_its_criteria_do_not_imply_is_named():
    (fault,) = check.verdict(stored("contradicted"))
    assert "C33, reading literal" in fault and "imply 'supported'" in fault


def test_criteria_that_did_not_decide_are_named():
    (fault,) = check.verdict(stored("supported", deciding=["first_mirror"]))
    assert "says that ['first_mirror'] decided, and not" in fault


def test_missing_criteria_and_unknown_readings_are_named_and_old_rules_are_left_alone():
    assert "not those declared" in check.verdict(stored("supported", criteria=[]))[0]
    assert "no such reading" in check.verdict(stored("supported", reading="free"))[0]
    old = stored("contradicted", rule_sha256="0" * 64)
    assert check.stale(old) and check.verdict(old) == []


# --- two days
# ----------------------------------------------------------------------------------------------


def test_differences_name_verdict_state_number_year_and_sources():
    before = stored("supported")
    after = copy.deepcopy(
        stored("not enough evidence", sources=["KGZ_NSC"], coverage={"from": 2010, "to": 2024})
    )
    after["criteria"][0] |= {"state": "undecided", "estimate": 2.0, "low": 2.0, "high": 4.0}
    after["criteria"][1] |= {"estimate": 4.0}
    lines = differences(before, after)
    turned = "“yes” before, 3 of 5 countries; “cannot be said” now, 2 of 5 countries"
    label, other = (c["label"] for c in after["criteria"][:2])
    came, went = (f"{source_words(one)}." for one in ("KGZ_NSC", "KAZ_BNS"))
    assert lines == [
        f"{label}: {turned} (2 cannot be said).",
        f"{other}: 3 of 5 countries before, 4 of 5 countries now.",
        "The newest figures are of 2024; before, they were of 2022.",
        f"New among the sources: {came}",
        f"No longer among the sources: {went}",
    ]
    assert differences(before, after, decisive=True) == [lines[0], *lines[2:]]
    assert differences(before, before) == []


def test_differences_tell_a_criterion_in_its_own_sentences_and_each_once():
    before, after = stored("supported"), copy.deepcopy(stored("supported"))
    for old, new in zip(before["criteria"][:2], after["criteria"][:2], strict=True):
        old["says"], new["says"], new["state"] = "China leads.", "Russia leads.", "fails"
    assert differences(before, after) == ["Before: China leads. Now: Russia leads."]


def test_differences_name_few_sources_and_count_the_rest():
    known = sorted(s.source_id for s in registry.sources().values() if s.publisher)[:40]
    (line,) = differences(stored("supported"), stored("supported", sources=["KAZ_BNS", *known]))
    assert line.count("more") == 1 and line.endswith(" more.")


def test_a_changed_kind_moves_the_second_hash_of_a_rule_and_not_the_first():
    spec = registry.claim("C35")
    reading = spec.readings[1]
    other = reading.criteria[0].model_copy(update={"kind": "ratio"})
    moved = spec.model_copy(
        update={
            "readings": (
                spec.readings[0],
                reading.model_copy(update={"criteria": (other, *reading.criteria[1:])}),
                *spec.readings[2:],
            )
        }
    )
    assert moved.rule_sha256 == spec.rule_sha256
    assert moved.rule_sha256_2 != spec.rule_sha256_2
    assert check.stale(
        {"claim": "C35", "rule_sha256": spec.rule_sha256, "rule_sha256_2": moved.rule_sha256_2}
    )
