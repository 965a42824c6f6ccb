"""What a claim's page says beside its numbers: sides, gaps, days, what was asked for."""

from __future__ import annotations

from typing import Any

import pytest

from ca_research import registry
from ca_research.claims import rule
from ca_research.claims.answers import ways
from ca_research.claims.measures import measure_words
from ca_research.claims.verdict import CriterionResult
from ca_research.claims.words import source_words
from ca_research.registry import Reading
from ca_research.site import parts
from ca_research.site.read import MOST_CITED, Cell, Item, Page
from ca_research.site.render import environment


def cell(economy: str, met: bool | None, missing: str = "") -> dict[str, Any]:
    return {"economy": economy, "met": met, "missing": missing}


def criterion(**given: Any) -> dict[str, Any]:
    return {
        "label": "More trade",
        "state": "holds",
        "kind": "count",
        "counted": "economies",
        "threshold": 3.0,
        "comparison": ">=",
        "cell_threshold": 1.0,
        "cell_comparison": ">",
        "cells": [cell("KAZ", True), cell("KGZ", True)],
    } | given


def test_gaps_are_told_once_for_each_reason_with_all_countries_and_criteria():
    one = criterion(cells=[cell("TJK", None, "no counts after 2018"), cell("KAZ", True)])
    two = criterion(
        label="More students",
        cells=[cell("TKM", None, "no counts after 2018"), cell("KGZ", None)],
    )
    first, second = parts.gaps([{"criteria": [one]}, {"criteria": [two]}])
    assert first == {
        "reason": "No counts after 2018",
        "who": "Tajikistan and Turkmenistan",
        "asked": ["More trade", "More students"],
    }
    assert second["who"] == "Kyrgyzstan" and "range" in second["reason"]


@pytest.mark.parametrize(
    ("verdict", "possible", "state", "words"),
    [
        ("not enough evidence", ["supported", "contradicted"], "undecided", "supported or contra"),
        ("partly supported", ["partly supported"], "undecided", "could not change this verdict"),
        ("supported", ["supported"], "holds", ""),
    ],
)
def test_what_missing_figures_could_still_do_is_said(verdict, possible, state, words):
    told = {"verdict": verdict, "possible": possible, "criteria": [criterion(state=state)]}
    said = parts.could_become(told)
    assert words in said and bool(said) is bool(words)


def test_of_criteria_that_say_the_same_one_stands_on_a_side():
    """C01 asks for a half and for a third, and both come to the same sentence."""
    half, third = (
        criterion(name=name, says="China leads in two of 12.", speaks="against")
        for name in ("half", "third")
    )
    silent = criterion(name="open", says="It cannot be said.", speaks="")
    told = parts.sides({"criteria": [half, third, silent]})
    assert told == {"for": [], "against": [half]}


def test_nothing_missing_is_no_answer_where_the_evidence_is_not_enough():
    assert "does not settle it" in parts.nothing_missing({"verdict": "not enough evidence"})
    assert "settle" not in parts.nothing_missing({"verdict": "contradicted"})


def test_what_was_asked_for_is_said_in_words():
    assert parts.needed(criterion()) == "more than one, in at least three countries"
    alone = criterion(cell_threshold=None, kind="share", threshold=0.5, comparison=">", cells=[{}])
    assert parts.needed(alone) == "more than 50%"
    assert parts.needed(alone | {"kind": "days", "threshold": 0, "comparison": "=="}) == "none"
    assert parts.needed(alone | {"threshold": 1, "comparison": ">="}) == "100%"
    assert parts.needed(criterion(cell_threshold=0, kind="count")).startswith("more than 0, in")
    every = criterion(cells=[{}] * 3)
    assert parts.needed(every) == "more than one, in all three countries"


@pytest.mark.parametrize(
    ("claim", "criterion", "words"),
    [
        ("C01", "lead_observed", "more than 50% of the comparisons that can be made"),
        ("C02", "days_match", "no difference"),
        ("C03", "seven", "at least one dated meeting, in all seven"),
        ("C03", "standing", "at least one dated meeting or body, in all seven"),
        ("C07", "ideal_spread", "less than 1 unit of the scale, in at least three of five"),
        ("C21", "terminal_denied", "fewer than two independent sources"),
        ("C25", "total_length", "more than 3,000 km"),
        ("C30", "rise_recent", "more than 0 persons, in at least four of five"),
        ("C34", "value_kept", "at least 1: ratio to 2022, in at least four of five"),
        ("C07", "concentration", "no rise, in at least three of five"),
        ("C07", "war", "all these votes, in at least four of five"),
        ("C09", "rank", "place 2 or better, in at least three of five"),
        ("C29", "openings", "at least one institute, in at least four of five"),
        ("C35", "level_excess", "above what is implied"),
    ],
)
def test_what_a_rule_asks_for_is_said_in_words(claim, criterion, words):
    assert parts.declared_bar(registry.claim(claim).criteria()[criterion]) == words


def test_the_other_day_is_named_with_its_verdict():
    published = registry.article().date.isoformat()
    head = {"as_printed": "supported", "as_of": "latest"}
    same = parts.other_day(head, {"as_printed": "supported", "as_of": published})
    assert same == "The same on publication day, 19 May 2023"
    moved = parts.other_day(head, {"as_printed": "contradicted", "as_of": published})
    assert moved == "On publication day, 19 May 2023: contradicted"
    back = parts.other_day({"as_printed": "contradicted"}, head)
    assert back == "With all figures available now: supported"


def test_sources_are_named_by_publisher_and_year_and_one_that_reads_alike_once():
    dated = next(s for s in registry.sources().values() if s.publisher and s.published)
    assert parts.source_words(dated.source_id) == f"{dated.publisher}, {dated.published[:4]}"
    ids = [dated.source_id, dated.source_id, *list(registry.sources())[:9]]
    told, more = parts.cited(ids, most=3)
    assert len(told) == 3 and more > 0
    assert len({words for _, words in told}) == 3


def result(state: str, main_met: bool | None = None) -> CriterionResult:
    numbers = {"estimate": None, "low": None, "high": None, "share_of_specifications": None}
    texts = dict.fromkeys(("label", "statement", "interval", "unit", "why", "measure"), "")
    counts = dict.fromkeys(("specifications", "run", "failed", "n"), 0)
    about = {"name": "a", "threshold": 0.0, "comparison": ">", "kind": "count"}
    return CriterionResult(**numbers, **texts, **counts, **about, state=state, main_met=main_met)


@pytest.mark.parametrize(
    ("supported", "contradicted", "state", "side"),
    [
        ("a holds", "a fails", "holds", "for"),
        ("a holds", "a fails", "fails", "against"),
        ("a fails", "a holds", "holds", "against"),
        ("a fails", "a holds", "fails", "for"),
        ("a holds", "b fails", "fails", "against"),
        ({"any": ["b holds", "a holds"]}, {"all": ["b fails", "a fails"]}, "undecided", ""),
    ],
)
def test_a_criterion_speaks_for_or_against_as_the_rule_reads_it(
    supported, contradicted, state, side
):
    reading = Reading.model_construct(
        rule=registry.claims()["C25"]
        .readings[0]
        .rule.model_copy(update={"supported": supported, "contradicted": contradicted})
    )
    assert rule.speaks(reading, result(state)) == side
    if state in ("holds", "fails"):  # a mixed one speaks as its main figure does
        assert rule.speaks(reading, result("mixed", state == "holds")) == side


@pytest.mark.parametrize(
    ("ways_", "agreeing", "main", "said"),
    [
        (0, 0, None, "it could not be calculated"),
        (1, 1, True, "single computation"),
        (2, 1, False, "two computations"),
        (2, 2, True, "two computations"),
        (2, 0, None, "two computations"),
        (4, 3, True, "three of four"),
        (5, 4, False, "80%"),
        (6, 1, False, "17%"),
    ],
)
def test_a_share_is_said_in_per_cent_from_five_ways_on(ways_, agreeing, main, said):
    whole = ways({"specifications": ways_, "agreeing": agreeing, "main_met": main})
    assert said in whole and ("%" in whole) == (ways_ >= 5)


@pytest.mark.parametrize(
    ("value", "column", "words"),
    [
        ("undecided", "state", "cannot be said"),
        ("not met", "state", "no"),
        ("EI.gas_consumption", "indicator", "gas consumption"),
        ("KAZ", "economy", "Kazakhstan"),
        (2021, "year", "2021"),
        (2013.0, "since", "2013"),
        ("False", "after", "no"),
        (True, "contiguous", "yes"),
        ("gallup_approve", "measure", "Gallup: approve of its leadership"),
        ("fob", "valuation", "without freight and insurance (fob)"),
        ("", "source", "–"),
        (1234.5, "value", "1,234"),
        (None, "value", "–"),
    ],
)
def test_a_row_behind_a_number_is_told_in_words(value, column, words):
    assert environment().filters["cell"](value, column) == words


@pytest.mark.parametrize(
    ("name", "words"),
    [("value_usd", "value (US dollars)"), ("CHN", "China"), ("ets damped", "damped smoothing")],
)
def test_a_column_behind_a_number_is_headed_in_words(name, words):
    assert environment().filters["head"](name) == words


def of_template(name: str) -> Any:
    return environment().get_template(name).module


def test_where_no_condition_is_met_the_verdict_is_told_in_sentences():
    claim = registry.claim("C01")
    told = parts.otherwise(claim)
    assert told.startswith("If neither condition is met and no figures are missing, the verdict")
    partly, other = told.split(". ")[1].split("; ")
    assert partly.startswith("For “The comparisons that can be made” and “First or second”: “part")
    assert other == "for “All thirty comparisons”: “not enough evidence”."
    shown = of_template("claim.html.j2").declared(Page("r", "C01", {}, "", "", "", ""), claim, None)
    assert told in shown
    alone = parts.otherwise(registry.claim("C25"))
    assert "the verdict is “partly supported” when" in alone
    assert parts.otherwise(claim.model_copy(update={"readings": ()})) == ""


def undecided(*met: bool | None) -> dict[str, Any]:
    """The headline of C29, where nothing is decided."""
    cells = [{"economy": "UZB", "met": one} for one in met]
    told = {"name": "learning", "says": "It did in Uzbekistan.", "sources": [], "speaks": ""}
    return {
        "reading": "literal",
        "against": "",
        "criteria": [told | {"state": "undecided", "cells": cells}],
    }


def test_what_holds_in_some_countries_is_said_where_nothing_is_settled():
    claim, both = registry.claim("C29"), of_template("claim.html.j2").sides

    def sides(verdict):
        return both(verdict, claim, [verdict])

    some, none = sides(undecided(True, None)), sides(undecided(None, False))
    assert "Nothing that settles it. What there is:" in some and "It did in Uzbekistan." in some
    assert "Nothing that settles it." in none and "It did in Uzbekistan." not in none
    refuted = undecided(False)
    refuted["criteria"][0] |= {"state": "fails", "speaks": "against"}
    assert "Nothing that the rule counts." in sides(refuted)


def test_sources_without_which_a_question_has_no_figure_are_called_so():
    told = {
        "label": "Began in February",
        "n": 2,
        "sole_sources": ["KAZ_BNS", "KGZ_NSC"],
    }
    head = {
        "criteria": [told],
        "coverage": {"from": None, "to": None},
        "dropped_as_of": 0,
        "fragility": [],
    }
    page = Page("r", "C19", {}, "", "", "", "", verdicts=[head])
    shown = of_template("claim.html.j2").sample(page)
    assert "<dt>Has no answer without</dt><dd>Began in February: " in shown
    assert "Rests on one source" not in shown


def test_a_row_names_its_own_sources_or_the_few_of_its_table_and_never_all_of_a_page():
    few, many = ["KAZ_BNS"], [f"S{i}" for i in range(MOST_CITED + 1)]
    assert Item("table", {"sources": few, "origins": []}, 1).cited(0) == few
    assert Item("table", {"sources": many, "origins": []}, 1).cited(0) == []
    assert Item("table", {"sources": many, "origins": [few]}, 1).cited(0) == few


def test_a_description_ends_in_one_mark():
    def described(title: str, **setting: str) -> str:
        page = Page("r", "brief", setting, "", "", "", "")
        page.cells.append(Cell("markdown", f"# {title}"))
        block = environment().get_template("notebook.html.j2")
        context = block.new_context({"page": page})
        return "".join(block.blocks["about"](context))

    assert described("How far?").startswith("How far? ")
    assert described("Country brief", economy="KAZ").startswith("Kazakhstan: country brief. ")


@pytest.mark.parametrize("column", ["year", "date", "period", "first year"])
def test_a_year_has_no_mark_of_thousands(column):
    assert environment().filters["cell"](2014, column) == "2014"
    assert environment().filters["cell"](2014, "students") == "2,014"


def test_the_overview_says_that_rules_were_changed():
    text = environment().loader.get_source(environment(), "index.html.j2")[0]
    assert "by rules declared beforehand" in text and 'href="amendments.html"' in text


def test_origins_of_documents_are_named_by_the_best_document_of_each():
    columns = ["item", "origin_group", "strength", "text_seen", "source_id"]
    far, near = ("E1_TELEGRAPH_20230301", "P166")
    rows = [
        ["far", "NYT_2023_02", "secondary", "full", far],
        ["near", "NYT_2023_02", "primary", "excerpt", near],
        ["own", "USA_GOVERNMENT", "primary", "full", near],
    ]
    named = parts.origin_names({"columns": columns, "rows": rows})
    assert named == {"NYT_2023_02": source_words(near)}
    cell = environment().filters["cell"]
    assert cell("USA_GOVERNMENT", "origin_group") == "government of the United States"
    assert cell("GALLUP", "origin_group") == "Gallup World Poll"
    assert cell("ART", "source").startswith("Striving balance among great powers")
    assert parts.origin_names({"columns": ["year"], "rows": [[2020]]}) == {}


def test_a_picture_of_documents_names_their_origins_once():
    csv = "name,origin_group,source_id\nReuters,REUTERS_2023_02,KAZ_BNS\n"
    assert Item("figure", {"csv": csv}, 1).drawn().columns == ["name"]


def test_what_documents_speak_of_is_the_title_of_the_reading():
    cell = environment().filters["cell"]
    assert cell("substance", "reading", "C06") == registry.claim("C06").readings[1].title
    assert cell("doctrine_rank", "reading", "C09") == "order of partners"
    assert cell("substance", "reading") == "aims, as others see them"
    assert cell("conduct", "reading", "C14") == "work on the ground"


def test_a_measure_is_told_in_words():
    assert measure_words("relations.date_gap") == (
        "Days by which the dates of an event miss a window"
    )
    assert measure_words("trade.rank") == measure_words("debt.rank") != ""
    declared = {
        criterion.measure
        for claim in registry.claims().values()
        for criterion in claim.criteria().values()
    }
    assert not [name for name in declared if not measure_words(name)]
    assert measure_words("no.such") == ""
    told = {"label": "", "statement": "", "n": 0, "name": "n", "specifications": 1}
    told |= {"agreeing": 1, "measure": "relations.date_gap"}
    whence = of_template("macros.html.j2").whence("w", told, None, None, registry.claim("C19"))
    assert "miss a window. <code>ca_research.relations.date_gap</code>" in whence


def test_rows_on_grants_are_headed_by_donor_and_recipient():
    part = {"columns": ["host", "measure", "investor"], "rows": [["KAZ", "official_grant", "USA"]]}
    assert parts.heads(part) == ["recipient", "measure", "donor"]
    stock = part | {"rows": [["KAZ", "fdi_stock", "USA"]]}
    assert parts.heads(stock) == part["columns"] and parts.heads({"columns": [], "rows": []}) == []
