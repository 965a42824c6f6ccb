"""`claims check`: a change to a claim's file is refused, found at its place, or well; and a stored
verdict that its criteria do not imply is named.
"""

import copy
import datetime as dt
from collections import defaultdict

import pytest
from pydantic import ValidationError
from tests.unit.engine import STORED, cases

import ca_research as ca
from ca_research import registry
from ca_research.claims import check, measures
from ca_research.claims.unseen import unseen
from ca_research.estimates.kinds import misdeclared
from ca_research.ground import periods
from ca_research.registry import ClaimSpec

REGISTER, GENERIC, MOVED = cases("register"), cases("generic"), cases("rule_hash")
IMPLIED = cases("implied")
NOTEBOOKS = {"trade_priority.ipynb": {"trade", "facts"}}
NEWEST = periods.newest_day()
DAYS = {"{today}": NEWEST.isoformat(), "{later}": (NEWEST + dt.timedelta(days=2)).isoformat()}


def dated(value):
    """A value of a case with days for its words."""
    if isinstance(value, dict):
        return {name: dated(one) for name, one in value.items()}
    if isinstance(value, list):
        return [dated(one) for one in value]
    return DAYS.get(value, value) if isinstance(value, str) else value


def changed(claim_id, fields, first=None):
    """The content of a claim's file, changed at dotted places and in its first criterion."""
    content = copy.deepcopy(registry.claim(claim_id).model_dump(mode="json"))
    for place, value in fields.items():
        *steps, last = [int(s) if s.isdigit() else s for s in place.split(".")]
        at = content
        for step in steps:
            at = at[step]
        at[last] = dated(value)
    name = content["readings"][0]["criteria"][0]["name"] if first else None
    for reading in content["readings"]:
        for criterion in reading["criteria"]:
            criterion |= first if criterion["name"] == name else {}
    return content


def faults_of(content):
    """Faults of one claim by their place; that other sentences have no claim is another matter."""
    found = defaultdict(list)
    for fault in check.register({"C33": ClaimSpec.model_validate(content)}, NOTEBOOKS):
        if "no claim rests on" not in fault:
            file, place, said = fault.split(": ", 2)
            assert file == "registry/claims/C33.yaml"
            found[place].append(said)
    return found


@pytest.mark.parametrize("case", REGISTER.values(), ids=REGISTER)
def test_a_change_to_a_claims_file_is_refused_found_or_well(case):
    content = changed("C33", case.get("set", {}), case.get("first"))
    if "refused" in case:
        with pytest.raises(ValidationError) as refused:
            ClaimSpec.model_validate(content)
        for error in refused.value.errors():
            assert ".".join(map(str, error["loc"])).startswith(case["refused"])
            assert case.get("names", "") in error["msg"]
        return
    places = case.get("places", {})
    found = faults_of(content)
    assert set(found) == set(places)
    assert all(word in "\n".join(found[place]) for place, word in places.items())


@pytest.mark.parametrize("case", GENERIC.values(), ids=GENERIC)
def test_a_generic_measure_has_its_kind_and_a_threshold_that_it_could_miss(case):
    """It was well formed, and the verdict a firm one."""
    first = registry.claim("C33").readings[0].criteria[0]
    criterion = first.model_copy(update={"axes": (), "settings": {}} | case["declared"])
    assert bool(list(misdeclared(measures.find(criterion.measure), criterion))) is case["refused"]


def rows(table, columns):
    return ca.load(table)[columns]


def test_every_word_of_the_register_that_rows_alone_know_is_in_one():
    assert list(unseen(registry.claims(), rows)) == []


def test_every_sentence_has_a_claim_or_a_reason():
    found = [f for f in check.register({}, {}) if "no claim rests on" in f]
    reasoned = [s for s in registry.article().sentences if s.none]
    assert reasoned and len(found) == len(registry.article().sentences) - len(reasoned)


# the hash of a rule


@pytest.mark.parametrize("case", MOVED.values(), ids=MOVED)
def test_the_hash_of_a_rule_moves_with_what_decides_and_not_with_prose(case):
    before = registry.claim(case.get("claim", "C33"))
    content = changed(before.id, case["set"])
    assert content != before.model_dump(mode="json"), "the change changes nothing"
    after = ClaimSpec.model_validate(content)
    moved = [
        number
        for number in ("rule_sha256", "rule_sha256_2")
        if getattr(after, number) != getattr(before, number)
    ]
    assert moved == case["moves"]


# stored verdicts


def stored(**changes):
    """A verdict on C33 whose criteria all hold, in three of the five."""
    spec, cells = registry.claim("C33"), [{"economy": code} for code in ca.economies.CA5]
    told = [
        STORED["criterion"] | {"name": c.name, "label": c.label, "cells": cells}
        for c in spec.readings[0].criteria
    ]
    about = {"claim": "C33", "sources": ["KAZ_BNS"], "coverage": {"from": 2010, "to": 2022}}
    about |= {name: getattr(spec, name) for name in ("rule_sha256", "rule_sha256_2")}
    about |= {"criteria": told, "deciding": [one["name"] for one in told]}
    return STORED["verdict"] | about | changes


@pytest.mark.parametrize("case", IMPLIED.values(), ids=IMPLIED)
def test_a_stored_verdict_that_its_criteria_do_not_imply_is_named(case):
    verdict = stored(**case["set"])
    found = check.verdict(verdict)
    assert len(found) == case["faults"] and all("C33, reading " in fault for fault in found)
    assert check.stale(verdict) == ("rule_sha256" in case["set"])
