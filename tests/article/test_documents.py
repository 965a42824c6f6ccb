"""The protocol for documents: lists and sides on invented rows, codings, and one protocol for every
claim. Counts are in `cases/documents.yaml`.
"""

from __future__ import annotations

import csv
from collections import Counter

import pandas as pd
import pytest
from invented_tables import CASES, frame, read
from pydantic import ValidationError

import ca_research as ca
from ca_research import registry
from ca_research.article import document_pages
from ca_research.article.documents import measures as docs
from ca_research.ground import paths
from ca_research.registry import codings
from ca_research.registry.codings import Coding
from ca_research.registry.words import words

FILE = read(CASES / "documents.yaml")
ROWS = frame("evidence", "of_all_kinds", FILE["same"]["evidence"], FILE["sets"])
invented = pytest.mark.usefixtures("invented_codings")


def test_sides_show_the_best_text_of_each_origin_and_no_unseen_one():
    table = docs.sides(ROWS, claim="C90").set_index(["reading", "side", "origin_group"])
    best = table.loc[("r", "supports", "A")]
    assert best[["strength", "text_seen", "statement", "rows", "year", "sources"]].tolist() == [
        *("primary", "full", "says a1", 2, 2001, ("S_a1", "S_a2"))
    ]
    assert not {"D", "E", "I"} & set(table.index.get_level_values("origin_group"))
    assert table["both_sides"].to_dict() == {k: k[2] == "B" for k in table.index}


@invented
def test_a_document_set_aside_is_listed_with_the_reason_and_one_moved_on_its_side():
    def listed(direction, **counting):
        return docs.document_list(ROWS, claim="C90", direction=direction, **counting)

    every = listed("supports").set_index("source_id")
    six = ["S_a1", "S_a2", "S_b1", "S_c1", "S_d1", "S_i1"]
    assert sorted(every.index) == six
    assert listed("context")["says"].tolist() == ["says h1", "says e1"]
    counted = listed("supports", counting="counting").set_index("source_id")
    assert sorted(counted.index) == sorted([*six, "S_g1"]) and counted.loc["S_c1", "origin"] == "A"
    told = counted["text"].loc[six] != every["text"].loc[six]
    assert told[told].index.tolist() == ["S_b1"]
    against = listed("refutes", counting="counting")
    assert against["source_id"].tolist() == ["S_b2", "S_f1"]
    sides = docs.sides(ROWS, claim="C90", counting="counting").set_index(["side", "origin_group"])
    assert sides.loc[("supports", "A"), "sources"] == ("S_a1", "S_a2", "S_c1")
    assert not sides["both_sides"].any()


def test_the_documents_seen_are_all_but_the_unseen_and_read_without_codes():
    seen = docs.documents_seen(ROWS)
    assert set(seen["source_id"]) == set(ROWS.loc[ROWS["text_seen"] != "none", "source_id"])
    shown = docs.readable(seen, {"r": "Words"})
    assert set(shown["side"]) == {"for", "against", "context"} and "Words" in set(shown["about"])
    letter = dict(zip(shown["source_id"], shown["one origin"], strict=True))
    assert letter["S_a1"] == letter["S_a2"] != letter["S_c1"]
    named = [("r", "supports", "B, 2003", 2003, ("b",)), ("r", "supports", "A, 2001", 2001, ("a",))]
    given = pd.DataFrame(named, columns=["reading", "side", "name", "year", "sources"])
    (row,) = docs.side_lists(given, labels={}).to_dict("records")
    assert (row["for"], row["sources"]) == ("A, 2001; B, 2003", ("a", "b")), "the oldest first"


@invented
def test_what_is_drawn_is_what_is_counted():
    asked = {"claim": "C90", "coding": "acts", "codes": "narrow;broad"}
    drawn = docs.case_origins(ROWS, **asked)
    strict = drawn[drawn["counted"] == "strict"].groupby("case")["origin_group"].nunique()
    assert strict.to_dict() == {"Kyrgyzstan: press 2005": 2, "Tajikistan: road": 3}
    assert docs.documented_cases(ROWS, **asked)["estimate"].item() == strict.max()
    two = docs.case_origins(ROWS, claim="C90", coding="of_two_years", codes="narrow")
    assert two["case"].nunique() == 2, "loans of two years are two cases"


def test_specifications_that_look_through_the_same_rows_are_one():
    """There is no commentary on the other reading, so strength asks nothing."""
    asked = {"claim": "C90", "reading": "other", "direction": "supports"}
    one, other = (docs.independent_sources(ROWS, **asked, **s) for s in ({}, {"strength": "any"}))
    assert one["path"].item() == other["path"].item()


def test_acts_are_coded_as_most_of_the_blind_coders_coded_them():
    codes = {(r.claim, r.item): r.codes for r in codings.coding("acts").rows}
    asked = {"act": "strict", "interference": "interference", "string": "string"}
    with (paths.registry_dir() / "coding" / "acts_blind.csv").open(encoding="utf-8") as votes:
        for vote in csv.DictReader(votes):
            given = codes[vote["claim"], vote["item"]]
            for question, field in asked.items():
                counts = Counter(v for name, v in vote.items() if name[:-2] == question)
                ((most, n),) = counts.most_common(1)
                assert n * 2 > counts.total() and given[field] == most, (vote["item"], question)
            others = {v for name, v in vote.items() if name[:-2] == "act"} - {given["strict"]}
            assert given.get("wide", given["strict"]) in (others or {given["strict"]})


ROW = {"claim": "C90", "item": "a", "reason": "r"}


@pytest.mark.parametrize(
    "change",
    [
        {"rows": [ROW | {"codes": {"strict": "hardly"}}]},
        {"rows": [ROW | {"codes": {"wide": "hardly"}}]},
        {"rows": [ROW | {"codes": {"tone": "none"}}]},
        {"rows": [ROW | {"codes": {"strict": "none"}}] * 2},
        {"fields": {"wide": {"meaning": "m", "like": "strict"}}, "rows": []},
        {"cases": {"idle": "A case that no row has"}},
    ],
)
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


def test_every_group_of_documents_has_words_and_no_code_is_shown(capsys):
    rows = ca.load("evidence")
    assert not set(rows["reading"]) - ca.economies.codes() - set(words().cells["reading"])
    document_pages.show_document_lists("C17", ca.load("evidence", claim="C17"))
    document_pages.show_sides("C17", ca.load("evidence", claim="C17"))
    shown = capsys.readouterr().out
    assert shown and "direction is" not in shown and "narrow_acts" not in shown


def test_what_is_known_beside_the_documents_is_shown_though_other_figures_are_not(capsys):
    tables = ("evidence", "facts", "opinion", "investment", "macro")
    never = {name: ca.load(name, as_of="2003-01-01") for name in tables[:3]}
    for claim in ("C10", "C15"):
        document_pages.show_beside(claim, never)
    assert "svg" not in capsys.readouterr().out
    document_pages.show_beside("C09", never)
    shown = capsys.readouterr().out
    assert "not known on this day" in shown and "Government visits" in shown
    document_pages.show_beside("C14", {name: ca.load(name) for name in tables})
    assert "recipient,year,donor," in capsys.readouterr().out, "grants have both ends"
