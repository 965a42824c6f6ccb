"""The protocol for documents on invented rows: what counts, what counts once, and what never
counts.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter

import pandas as pd
import pytest
from pydantic import ValidationError

from ca_research import registry
from ca_research.article.documents import measures as docs
from ca_research.ground import paths
from ca_research.ground.errors import UnknownNameError, UsageError
from ca_research.registry import codings
from ca_research.registry.codings import CodeField, Coding
from ca_research.registry.words import cell_words, words

# invented: item, reading, direction, origin_group, strength, text_seen, date
ROWS = (
    ("a1", "r", "supports", "A", "primary", "full", "2001-05-06"),
    ("a2", "r", "supports", "A", "secondary", "excerpt", "2003"),  # the same origin again
    ("b1", "r", "supports", "B", "secondary", "excerpt", "2004"),
    ("c1", "r", "supports", "C", "commentary", "full", "2005"),
    ("d1", "r", "supports", "D", "primary", "none", "2005"),  # not seen
    ("e1", "r", "context", "E", "primary", "full", "2005"),
    ("b2", "r", "refutes", "B", "primary", "full", "2006"),  # stands on both sides
    ("f1", "r", "refutes", "F", "secondary", "excerpt", None),
    ("g1", "other", "refutes", "G", "primary", "full", "2007"),
    ("h1", "quiet", "context", "H", "primary", "full", "2008"),
    ("i1", "unseen", "supports", "I", "primary", "none", "2008"),
)


def frame(rows=ROWS, claim="C90") -> pd.DataFrame:
    columns = ["item", "reading", "direction", "origin_group", "strength", "text_seen", "date"]
    out = pd.DataFrame(list(rows), columns=columns)
    out["claim"] = claim
    out["statement"] = "says " + out["item"]
    out["source_id"] = "S_" + out["item"]
    return out


def count(**choices) -> float | None:
    given = {"claim": "C90", "reading": "r", "direction": "supports"} | choices
    row = docs.independent_sources(frame(), **given).iloc[0]
    return None if row["missing"] else row["estimate"]


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        ({}, 2),  # A (once) and B; not the commentary, not the unseen, not the context
        ({"strength": "any"}, 3),
        ({"strength": "primary"}, 1),
        ({"direction": "refutes"}, 2),  # B stands here too
        ({"seen": "full"}, 1),
        ({"texts": "seen_in_excerpt"}, 1),
        ({"single": "source_in_favour"}, 1),
        ({"single": "source_against"}, 2),  # the other side's loss
        ({"direction": "refutes", "single": "source_against"}, 1),
        ({"apart_from": "A"}, 1),
        ({"apart_from": "A; B"}, 0),
        ({"reading": "other"}, 0),  # somebody was heard, on the other side only
        ({"reading": "r;other", "direction": "refutes"}, 3),
        ({"reading": "quiet"}, None),  # context alone: nobody was heard
        ({"reading": "unseen"}, None),
        ({"reading": "other", "single": "source_in_favour"}, 0),  # never below nothing
    ],
)
def test_each_origin_counts_once_on_each_side(choices, expected):
    assert count(**choices) == expected


def test_who_cannot_speak_is_somebody():
    with pytest.raises(UnknownNameError, match="origin group 'AR'"):
        count(apart_from="AR")
    assert count(apart_from="ART") == 2  # of the register, with no row here


def test_codes_and_fields_are_those_of_the_coding():
    given = {"claim": "C13", "coding": "acts"}
    with pytest.raises(UsageError, match="no code of acts"):
        docs.documented_cases(frame(), codes="", **given)
    with pytest.raises(UnknownNameError, match="code of acts 'unrst'"):
        docs.case_origins(frame(), codes="unrst", **given)
    with pytest.raises(UnknownNameError, match="field of acts 'read'"):
        docs.cases_read(frame(), **given)


def test_what_was_looked_through_is_the_path_and_what_is_counted_the_sources():
    found = docs.independent_sources(frame(), claim="C90", reading="r", direction="supports").iloc[
        0
    ]
    assert found["sources"] == ("S_a1", "S_a2", "S_b1") and found["n"] == 5
    assert found["origins"] == ("A", "B") and list(found["rows"].frame["item"]) == [
        "a1",
        "a2",
        "b1",
    ]
    assert (found["first_year"], found["last_year"]) == (2001, 2006)
    other = docs.independent_sources(frame(), claim="C90", reading="other", direction="supports")
    assert other["sources"].iloc[0] == ("S_g1",), "nought rests on all that was looked through"
    wider = docs.independent_sources(
        frame(), claim="C90", reading="other", direction="supports", strength="any"
    )
    assert other["path"].iloc[0] == wider["path"].iloc[0], (
        "no commentary there: one specification, not two"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"direction": "context"},
        {"strength": "strong"},
        {"seen": "none"},
        {"texts": "x"},
        {"single": "source"},
    ],
)
def test_a_choice_that_is_none_is_refused(wrong):
    with pytest.raises(UnknownNameError):
        count(**wrong)


def test_sides_show_the_best_text_of_each_origin():
    table = docs.sides(frame(), claim="C90").set_index(["reading", "side", "origin_group"])
    assert ("r", "supports", "D") not in table.index and "E" not in table.index.get_level_values(2)
    best = table.loc[("r", "supports", "A")]
    assert (best["strength"], best["text_seen"], best["statement"], best["rows"]) == (
        "primary",
        "full",
        "says a1",
        2,
    )
    assert best["year"] == 2001 and best["sources"] == ("S_a1", "S_a2")
    assert table["both_sides"].to_dict() == {k: k[2] == "B" for k in table.index}
    assert pd.isna(table.loc[("r", "refutes", "F"), "year"])


def test_lists_hold_every_document_of_a_direction():
    listed = docs.document_list(frame(), claim="C90", direction="supports")
    assert sorted(listed["source_id"]) == ["S_a1", "S_a2", "S_b1", "S_c1", "S_d1", "S_i1"]
    assert listed.loc[listed["source_id"] == "S_d1", "text"].item() == "primary, seen: none"
    assert docs.document_list(frame(), claim="C90", direction="context")["says"].tolist() == [
        "says h1",
        "says e1",
    ]


def test_a_list_is_read_without_codes():
    listed = docs.document_list(frame(), claim="C90", direction="supports")
    listed["date"] = ["2016-06", "2023-05-19", "2006/2018", "2018", pd.NA, "2001"]
    read = docs.readable(listed, {"r": "Words"})
    assert set(read["about"]) == {"Words", "unseen"}, "a reading without words of its own"
    assert read["date"].tolist()[:4] == ["June 2016", "19 May 2023", "2006 to 2018", "2018"]
    letters = dict(zip(read["source_id"], read["one origin"], strict=True))
    assert letters["S_a1"] == letters["S_a2"] != "" == letters["S_b1"]
    assert "origin" not in read and read["source"].tolist() == read["source_id"].tolist()
    sides = docs.readable(docs.documents_seen(frame()))["side"]
    assert set(sides) <= {"for", "against", "context"}


def test_the_documents_seen_are_all_but_the_unseen_side_by_side():
    listed = docs.documents_seen(frame())
    assert listed["source_id"].tolist() == [
        "S_g1",
        "S_h1",
        "S_e1",
        *listed["source_id"][3:],
    ]  # by reading, side, date
    assert set(listed["source_id"]) == {f"S_{row[0]}" for row in ROWS if row[5] != "none"}
    assert listed.loc[listed["source_id"] == "S_b2", ["direction", "says", "origin"]].iloc[
        0
    ].tolist() == [
        "refutes",
        "says b2",
        "B",
    ]


# --- coded documents
# -------------------------------------------------------------------------------------------------

RULES = {"narrow": "invented", "broad": "invented", "whole": "invented", "none": "invented"}
# item, strict, wide, case
CODES = (
    ("a1", "narrow", None, "kgz_press_2005"),
    ("a2", "narrow", None, "kgz_press_2005"),
    ("b1", "narrow", None, "kgz_press_2005"),
    ("c1", "narrow", None, "kgz_press_2005"),
    ("d1", "narrow", None, "kgz_press_2005"),
    (
        "e1",
        "none",
        "narrow",
        "kgz_press_2005",
    ),  # context by its direction; its code counts all the same
    ("b2", "broad", None, "tjk_road"),
    ("f1", "narrow", None, "tjk_road"),
    ("g1", "broad", "narrow", "tjk_road"),
    ("h1", "none", None, None),
    ("i1", "none", None, None),
)


def scheme(codes=CODES, **more) -> Coding:
    rows = [
        {
            "claim": "C90",
            "item": i,
            "reason": "invented",
            "codes": {k: v for k, v in {"strict": s, "wide": w, "case": c}.items() if v},
        }
        for i, s, w, c in codes
    ]
    fields = {
        "strict": {"meaning": "m", "values": RULES},
        "wide": {"meaning": "m", "like": "strict"},
        "case": {"meaning": "m"},
        "read": {"meaning": "m", "values": {"contract": "invented"}},
    }
    content = {
        "title": "t",
        "declared_on": dt.date(2026, 11, 25),
        "about": "a",
        "fields": fields,
        "rows": rows,
    }
    return Coding.model_validate(content | more)


@pytest.fixture
def invented(monkeypatch):
    monkeypatch.setattr(docs, "registry_coding", lambda name: scheme())


def cases(**choices) -> float:
    given = {"claim": "C90", "coding": "x", "codes": "narrow"} | choices
    return docs.documented_cases(frame(), **given)["estimate"].iloc[0]


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        ({}, 2),  # A and B on the press; the road has one
        ({"case": "any"}, 3),  # and F on the road
        ({"strength": "any"}, 3),  # C's commentary on the press
        ({"doubtful": "wide"}, 3),  # E by its wide code
        ({"codes": "narrow;broad"}, 3),  # B, F and G on the road
        ({"codes": "broad"}, 2),
        ({"codes": "broad", "doubtful": "wide"}, 1),  # a document counts by one code at a time
        ({"codes": "whole"}, 0),
        ({"codes": "whole", "case": "any"}, 0),
        ({"single": "source"}, 1),
        ({"codes": "narrow;broad", "single": "source"}, 2),
        ({"texts": "seen_in_excerpt"}, 1),
        ({"codes": "whole", "single": "source"}, 0),
    ],
)
def test_cases_count_origins_on_one_and_the_same(invented, choices, expected):
    assert cases(**choices) == expected


def test_cases_that_differ_in_the_year_alone_stay_apart(monkeypatch):
    codes = [
        (i, "narrow", None, "tkm_loan_2009")
        if i == "a1"
        else (i, "narrow", None, "tkm_loan_2011")
        if i == "b1"
        else (i, "none", None, None)
        for i, *_ in CODES
    ]
    monkeypatch.setattr(docs, "registry_coding", lambda name: scheme(codes))
    drawn = docs.case_origins(frame(), claim="C90", coding="x", codes="narrow")
    assert (
        sorted(drawn["case"]) == ["Turkmenistan: loan 2009", "Turkmenistan: loan 2011"]
        and cases() == 1
    )


def test_losing_one_source_costs_nothing_where_two_cases_have_as_many(monkeypatch):
    codes = [
        (i, s, w, "one" if i in ("a1", "b1") else "two" if i in ("f1", "g1") else None)
        for i, s, w, _ in CODES
    ]
    codes = [(i, "narrow" if c else "none", None, c) for i, s, w, c in codes]
    monkeypatch.setattr(docs, "registry_coding", lambda name: scheme(codes))
    assert cases() == 2 and cases(single="source") == 2


def test_a_document_without_a_code_and_a_code_without_a_rule_are_refused(invented):
    with pytest.raises(UnknownNameError, match="z1"):
        more = frame((*ROWS, ("z1", "r", "supports", "Z", "primary", "full", "2009")))
        docs.documented_cases(more, claim="C90", coding="x", codes="narrow")
    with pytest.raises(UnknownNameError, match="nearly"):
        cases(codes="nearly")


def test_no_document_is_no_answer(monkeypatch):
    monkeypatch.setattr(docs, "registry_coding", lambda name: scheme())
    row = docs.documented_cases(frame(ROWS[4:5]), claim="C90", coding="x", codes="narrow").iloc[0]
    assert pd.isna(row["estimate"]) and row["missing"] and row["path"] == ""


def test_an_unsure_act_is_undecided_and_one_called_none_counts_for_nothing(monkeypatch):
    """By the strict code A and B show the press, C, D and E the road (invented)."""
    coded = scheme()
    words = dict(zip("abcde", ("yes", "unsure", "yes", "no", "unsure"), strict=True))
    fields = {"interference": {"meaning": "m", "values": dict.fromkeys(words.values(), "v")}}
    rows = [
        row.model_copy(
            update={"codes": {**row.codes, "interference": words.get(row.item[0], "no")}}
        )
        for row in coded.rows
    ]
    changed = coded.model_copy(
        update={
            "rows": tuple(rows),
            "fields": coded.fields | {k: CodeField.model_validate(v) for k, v in fields.items()},
        }
    )
    monkeypatch.setattr(docs, "registry_coding", lambda name: changed)
    asked = {"claim": "C90", "coding": "x", "codes": "narrow;broad", "sure": "interference"}
    (row,) = docs.documented_cases(frame(), **asked).to_dict("records")
    assert pd.isna(row["estimate"])
    assert (row["low"], row["high"]) == (1, 2)
    assert set(row["about"]) == {"case", "in_doubt", "beside"}
    with pytest.raises(UnknownNameError):
        docs.documented_cases(frame(), **asked | {"sure": "mood"})


def test_that_nobody_inquired_is_no_answer_where_it_is_declared_so(invented):
    asked = {"claim": "C90", "coding": "x", "codes": "whole"}
    assert docs.documented_cases(frame(), **asked)["estimate"].iloc[0] == 0
    (row,) = docs.documented_cases(frame(), **asked, nothing="open").to_dict("records")
    assert pd.isna(row["estimate"]) and row["missing"]


def test_sides_are_lists_by_name_the_oldest_first():
    rows = [
        ("r", "supports", "B paper, 2003", 2003, ("b",)),
        ("r", "supports", "A paper, 2001", 2001, ("a",)),
        ("s", "refutes", "D paper, 2005", 2005, ("d",)),
    ]
    given = pd.DataFrame(rows, columns=["reading", "side", "name", "year", "sources"])
    found = docs.side_lists(given, labels={"r": "What they say"}).to_dict("records")
    assert found == [
        {
            "about": "What they say",
            "for": "A paper, 2001; B paper, 2003",
            "against": "",
            "sources": ("a", "b"),
        },
        {"about": "s", "for": "", "against": "D paper, 2005", "sources": ("d",)},
    ]


def test_acts_are_coded_as_most_of_the_blind_coders_coded_them():
    codes = {(r.claim, r.item): r.codes for r in codings.coding("acts").rows}
    asked = {"act": "strict", "interference": "interference", "string": "string"}
    with (paths.registry_dir() / "coding" / "acts_blind.csv").open(encoding="utf-8") as votes:
        for vote in csv.DictReader(votes):
            given = codes[vote["claim"], vote["item"]]
            for question, field in asked.items():
                counts = Counter(v for name, v in vote.items() if name[:-2] == question)
                ((most, n),) = counts.most_common(1)
                assert n * 2 > counts.total(), "a majority"
                assert given[field] == most, (vote["item"], question)
            others = {v for name, v in vote.items() if name[:-2] == "act"} - {given["strict"]}
            assert given.get("wide", given["strict"]) in (others or {given["strict"]})


def test_few_sources_are_told_by_name_and_year():
    given = {"claim": "C90", "reading": "r", "direction": "supports"}
    few = docs.independent_sources(frame(), **given).iloc[0]["about"]["named"]
    assert few == "S_a1, 2001; S_b1, 2004", "each origin by its best text and oldest year"
    three = docs.independent_sources(frame(), **given, strength="any").iloc[0]["about"]["named"]
    assert three == "", "three are not named"


def test_contracts_read_are_cases_not_documents(monkeypatch):
    read = scheme()
    rows = [r.model_copy(update={"codes": {**r.codes, "read": "contract"}}) for r in read.rows[:3]]
    monkeypatch.setattr(
        docs,
        "registry_coding",
        lambda name: read.model_copy(update={"rows": (*rows, *read.rows[3:])}),
    )
    assert docs.cases_read(frame(), claim="C90", coding="x")["estimate"].iloc[0] == 1


def test_what_is_drawn_is_what_is_counted(invented):
    drawn = docs.case_origins(frame(), claim="C90", coding="x", codes="narrow;broad")
    strict = drawn[drawn["counted"] == "strict"].groupby("case")["origin_group"].nunique()
    assert strict.to_dict() == {"Kyrgyzstan: press 2005": 2, "Tajikistan: road": 3}
    assert drawn[drawn["counted"] == "wide"]["origin_group"].tolist() == ["E"]
    assert strict.max() == cases(codes="narrow;broad")
    assert drawn["first_year"].dropna().min() == 2001


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("kaz_loan_2009", "Kazakhstan: loan 2009"),
        ("lender_rules", "lender rules"),
        ("tjk_one_china", "Tajikistan: one china"),
    ],
)
def test_cases_in_words(case, words):
    assert docs.case_name(case) == words


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            {"rows": [{"claim": "C90", "item": "a", "reason": "r", "codes": {"strict": "hardly"}}]},
            "hardly",
        ),
        (
            {"rows": [{"claim": "C90", "item": "a", "reason": "r", "codes": {"wide": "hardly"}}]},
            "hardly",
        ),
        (
            {"rows": [{"claim": "C90", "item": "a", "reason": "r", "codes": {"tone": "none"}}]},
            "tone",
        ),
        (
            {
                "rows": [{"claim": "C90", "item": "a", "reason": "r", "codes": {"strict": "none"}}]
                * 2
            },
            "twice",
        ),
        ({"fields": {"wide": {"meaning": "m", "like": "strict"}}, "rows": []}, "no field"),
    ],
)
def test_a_coding_that_breaks_its_own_rules_is_refused(change, says):
    with pytest.raises(ValidationError, match=says):
        scheme(**change)


# --- how documents count
# ---------------------------------------------------------------------------------------------


@pytest.fixture
def counting(monkeypatch):
    """b1 counts nowhere, a1 and c1 under one origin, g1 on the other side (invented)."""
    fields = {
        "counts": {"meaning": "m", "values": {"nowhere": "n"}},
        "origin": {"meaning": "m"},
        "side": {"meaning": "m"},
    }
    rows = [
        {"claim": "C90", "item": "b1", "reason": "another matter", "codes": {"counts": "nowhere"}},
        {"claim": "C90", "item": "c1", "reason": "same office", "codes": {"origin": "A"}},
        {"claim": "C90", "item": "g1", "reason": "a second place", "codes": {"side": "supports"}},
        {"claim": "C91", "item": "a1", "reason": "another claim", "codes": {"counts": "nowhere"}},
    ]
    made = Coding.model_validate(
        {"title": "t", "declared_on": "2026-11-25", "about": "a", "fields": fields, "rows": rows}
    )
    monkeypatch.setattr(docs, "registry_coding", {"tried": made}.__getitem__)
    return "tried"


def test_rows_set_aside_and_shared_origins(counting):
    assert (count(strength="any"), count(strength="any", counting=counting)) == (3, 1), (
        "A, B, C; then A with C alone"
    )
    assert count(direction="refutes", counting=counting) == 2, "b2 is another row of B and counts"
    table = docs.sides(frame(), claim="C90", counting=counting).set_index(
        ["reading", "side", "origin_group"]
    )
    assert ("r", "supports", "B") not in table.index and ("r", "supports", "C") not in table.index
    assert table.loc[("r", "supports", "A"), "sources"] == ("S_a1", "S_a2", "S_c1")
    assert not table.loc[("r", "refutes", "B"), "both_sides"]
    listed = docs.document_list(
        frame(), claim="C90", direction="supports", counting=counting
    ).set_index("source_id")
    assert listed.loc["S_b1", "text"].endswith("; does not count: another matter")
    assert (
        not listed.drop("S_b1")["text"].str.contains("does not count").any()
        and listed.loc["S_c1", "origin"] == "A"
    )
    assert "S_g1" in listed.index and count(reading="other", counting=counting) == 1, (
        "moved to the side it stands on"
    )
    assert docs.document_list(frame(), claim="C90", direction="refutes", counting=counting)[
        "source_id"
    ].tolist() == ["S_b2", "S_f1"]


def test_every_claim_with_rows_in_the_coding_of_counting_names_it():
    coded = {row.claim for row in registry.coding("counting").rows}
    for claim in registry.claims().values():
        counts = [
            c for c in claim.criteria().values() if c.measure == "relations.independent_sources"
        ]
        named = {c.settings.get("counting", "") for c in counts if c.settings["reading"] != "quote"}
        if counts:
            assert named <= ({"counting"} if claim.id in coded else {""}), claim.id


# --- one protocol for every power, in the register itself
# ------------------------------------------------------------

COUNTS = ("relations.independent_sources", "relations.documented_cases")


def test_two_sources_are_enough_for_every_claim_and_every_power():
    found = {
        (claim.id, c.name): c.threshold
        for claim in registry.claims().values()
        for c in claim.criteria().values()
        if c.measure in COUNTS
    }
    apart = {
        ("C06", "quote_seen"),
        ("C06", "quote_refuted"),
    }  # words in one text: that text settles it
    assert {k for k, v in found.items() if v != docs.ENOUGH} == apart and len(found) > 20


def test_both_powers_are_judged_by_one_coding_one_grid_and_mirrored_rules():
    us, china = registry.claim("C13"), registry.claim("C17")
    assert us.grid == china.grid
    assert us.readings[0].name == china.readings[0].name == "broad", "at the same breadth"
    for name in ("broad_acts", "force_acts", "narrow_acts", "none_on_the_whole"):
        one, other = us.criteria()[name], china.criteria()[name]
        differ = {k for k in type(one).model_fields if getattr(one, k) != getattr(other, k)}
        assert differ <= {"statement", "settings", "why", "label", "says"}
        assert {k: v for k, v in one.settings.items() if k != "claim"} == {
            k: v for k, v in other.settings.items() if k != "claim"
        }
        charge = " Riots, the sentence's own charge, are judged apart."
        words = one.says.model_dump_json().replace(charge, "")
        words = words.replace("an American", "a Chinese").replace("An American", "A Chinese")
        assert words.replace("American", "Chinese") == other.says.model_dump_json()
    # the one says that there are acts, the other that there are none
    for name in ("broad", "force", "narrow"):
        asserts = next(r for r in us.readings if r.name == name).rule
        denies = next(r for r in china.readings if r.name == name).rule
        assert (asserts.supported, asserts.contradicted) == (denies.contradicted, denies.supported)
        assert asserts.otherwise == denies.otherwise == "not enough evidence"


def test_lists_of_documents_are_named_in_plain_words(capsys):
    import ca_research as ca
    from ca_research.article import document_pages

    rows = ca.load("evidence", claim="C17")
    document_pages.show_document_lists("C17", rows)
    document_pages.show_sides("C17", rows)
    shown = capsys.readouterr().out
    assert "Documents that take neither side" in shown and "direction is context" not in shown
    assert "Acts that they show still count" in shown and "Acts of any kind" in shown
    assert "Acts or conditions" not in shown
    assert document_pages.group_name("literal", "C16") == "Conditions of any kind"


def test_every_group_of_documents_has_words_wherever_it_stands():
    import ca_research as ca

    groups = set(ca.load("evidence")["reading"]) - ca.economies.codes()
    assert not groups - set(words().cells["reading"])
    assert cell_words("reading", "conduct") == "work on the ground"
    assert cell_words("reading", "named_act") == "named acts"


def test_grants_have_a_donor_and_a_recipient(capsys):
    import ca_research as ca
    from ca_research.article import document_pages

    frames = {name: ca.load(name) for name in ("evidence", "investment", "macro")}
    document_pages.show_beside("C14", frames)
    assert "recipient,year,donor," in capsys.readouterr().out


def test_what_is_known_beside_the_documents_is_shown_though_other_figures_are_not(capsys):
    import ca_research as ca
    from ca_research.article import document_pages

    frames = {name: ca.load(name, as_of="2003-01-01") for name in ("evidence", "facts", "opinion")}
    for claim in ("C10", "C15"):
        document_pages.show_beside(claim, frames)
    assert "svg" not in capsys.readouterr().out
    document_pages.show_beside("C09", frames)
    shown = capsys.readouterr().out
    assert "not known on this day" in shown and "Government visits" in shown
