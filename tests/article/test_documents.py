"""The protocol for documents: lists and sides on invented rows, codings, and one protocol for every
claim. Counts are in `cases/documents.yaml`.
"""

import csv
from collections import Counter

import pytest
from invented_tables import CASES, frame, read
from pydantic import ValidationError

import ca_research as ca
from ca_research import registry
from ca_research.article import document_pages
from ca_research.estimates import documents as docs
from ca_research.ground import paths
from ca_research.registry import codings
from ca_research.registry.codings import Coding

FILE = read(CASES / "documents.yaml")
ROWS = frame("evidence", "of_all_kinds", FILE["same"]["evidence"], FILE["sets"])


def test_specifications_that_look_through_the_same_rows_are_one():
    """There is no commentary on the other reading, so strength asks nothing."""
    asked = {"claim": "C90", "reading": "other", "direction": "supports"}
    one, other = (docs.origins(ROWS, **asked, **s) for s in ({}, {"strength": "any"}))
    assert one["path"].item() == other["path"].item()


def test_acts_are_coded_as_most_of_the_blind_coders_coded_them():
    codes = {(r.claim, r.item): r.codes for r in codings.coding("acts").rows}
    asked = {"act": "strict", "interference": "interference", "string": "string"}
    with (paths.registry_dir() / "coding" / "acts_blind.csv").open() as votes:
        for vote in csv.DictReader(votes):
            given = codes[vote["claim"], vote["item"]]
            for question, field in asked.items():
                counts = Counter(v for name, v in vote.items() if name[:-2] == question)
                ((most, n),) = counts.most_common(1)
                assert n * 2 > counts.total() and given[field] == most, (vote["item"], question)
            others = {v for name, v in vote.items() if name[:-2] == "act"} - {given["strict"]}
            assert given.get("wide", given["strict"]) in (others or {given["strict"]})


@pytest.mark.parametrize("change", FILE["codings_that_break_their_rules"])
def test_a_coding_that_breaks_its_own_rules_is_refused(change):
    content = read(CASES / "codings" / "acts.yaml")
    assert Coding.model_validate(content)
    with pytest.raises(ValidationError):
        Coding.model_validate(content | change)


CRITERIA = [(c, k) for c in registry.claims().values() for k in c.criteria().values()]
COUNTS = ("relations.independent_sources", "relations.documented_cases")


def test_two_sources_are_enough_for_every_claim_and_every_power():
    found = {(c.id, k.name): k.threshold for c, k in CRITERIA if k.measure in COUNTS}
    apart = {("C06", "quote_seen"), ("C06", "quote_refuted")}  # words in one text settle it
    assert {k for k, v in found.items() if v != docs.ENOUGH} == apart and len(found) > 20


def test_every_claim_with_rows_in_the_coding_of_counting_names_it():
    coded = {row.claim for row in registry.coding("counting").rows}
    for claim, criterion in CRITERIA:
        asked = criterion.settings
        if criterion.measure == COUNTS[0] and asked["reading"] != "quote":
            expected = {"counting"} if claim.id in coded else {""}
            assert {asked.get("counting", "")} <= expected, claim.id


def test_both_powers_are_judged_by_one_coding_one_grid_and_mirrored_rules():
    us, china = registry.claim("C13"), registry.claim("C17")
    assert us.grid == china.grid
    assert us.readings[0].name == china.readings[0].name == "broad", "at the same breadth"
    for name in ("broad_acts", "force_acts", "narrow_acts", "none_on_the_whole"):
        one, other = (
            c.criteria()[name].model_dump(exclude={"statement", "why", "label", "says"})
            for c in (us, china)
        )
        one["settings"]["claim"] = other["settings"]["claim"]
        assert one == other
        one, other = (c.criteria()[name].says.model_dump_json() for c in (us, china))
        same = one.replace(" Riots, the sentence's own charge, are judged apart.", "")
        for american, chinese in (("an A", "a C"), ("An A", "A C"), ("A", "C")):
            same = same.replace(f"{american}merican", f"{chinese}hinese")
        assert same == other
    # the one says that there are acts, the other that there are none
    for name in ("broad", "force", "narrow"):
        asserts, denies = (next(r for r in c.readings if r.name == name).rule for c in (us, china))
        assert (asserts.supported, asserts.contradicted) == (denies.contradicted, denies.supported)
        assert asserts.otherwise == denies.otherwise == "not enough evidence"


def test_what_is_known_beside_the_documents_is_shown_though_other_figures_are_not(capsys):
    texts = ca.load("evidence", as_of="2003-01-01")
    document_pages.show_ranks("C09", "partners", ca.claim("C09").gather(evidence=texts), texts)
    document_pages.show_goals("C12", ca.claim("C12").gather(evidence=texts), texts)
    assert capsys.readouterr().out.count("not known on this day") == 2
    money = ca.load("investment")
    given = ca.claim("C14").gather(investment=money, evidence=ca.load("evidence"))
    document_pages.show_grants(given, money, ca.load("macro"))
    assert "recipient,year,donor," in capsys.readouterr().out, "grants have both ends"
