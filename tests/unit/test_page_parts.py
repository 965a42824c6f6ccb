"""What a claim's page says beside its numbers: sides, gaps, days, what was asked for."""

from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from ca_research import registry
from ca_research.claims import rule
from ca_research.claims.answers import ways
from ca_research.claims.measures import measure_words
from ca_research.claims.verdict import CriterionResult
from ca_research.claims.words import source_words
from ca_research.site import parts
from ca_research.site.read import MOST_CITED, Item
from ca_research.site.render import environment

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "words_of_pages.yaml").read_text("utf-8"))


def speaks(supported, contradicted, state):
    """The side on which a criterion stands; a mixed one speaks as its main figure does."""
    reading = SimpleNamespace(rule=SimpleNamespace(supported=supported, contradicted=contradicted))
    empty = dict.fromkeys(f.name for f in fields(CriterionResult))
    sure = CriterionResult(**empty | {"name": "a", "state": state})
    mixed = CriterionResult(**empty | {"name": "a", "state": "mixed", "main_met": state == "holds"})
    side = rule.speaks(reading, sure)
    assert state == "undecided" or rule.speaks(reading, mixed) == side
    return side


CLAIM = environment().get_template("claim.html.j2").module
SAYS = {
    "could_become": lambda verdict: CLAIM.could_become(verdict).strip(),
    "nothing_missing": CLAIM.nothing_missing,
    "speaks": speaks,
    "ways": ways,
    "declared_bar": lambda claim, name: parts.declared_bar(registry.claim(claim).criteria()[name]),
    "cell": environment().filters["cell"],
    "head": environment().filters["head"],
}
TABLE = [
    pytest.param(name, *case, id=f"{name}-{n}")
    for name, cases in CASES.items()
    if isinstance(cases, list)
    for n, case in enumerate(cases)
]


@pytest.mark.parametrize(("name", "given", "words"), TABLE)
def test_what_a_page_says(name, given, words):
    said = SAYS.get(name) or getattr(parts, name)
    assert said(*given) == words if name != "ways" else words in ways(*given)


def test_sources_are_named_by_publisher_and_year_and_one_that_reads_alike_once():
    dated = next(s for s in registry.sources().values() if s.publisher and s.published)
    told, more = parts.cited([dated.source_id] * 2 + list(registry.sources())[:9], most=3)
    assert told[0][1] == f"{dated.publisher}, {dated.published[:4]}"
    assert len({words for _, words in told}) == 3 and more > 0


def test_a_row_names_its_own_sources_or_the_few_of_its_table_and_never_all_of_a_page():
    few, many = ["KAZ_BNS"], [f"S{i}" for i in range(MOST_CITED + 1)]
    for sources, origins, cited in ((few, [], few), (many, [], []), (many, [few], few)):
        assert Item("table", {"sources": sources, "origins": origins}, 1).cited(0) == cited


def test_origins_of_documents_are_named_by_the_best_document_of_each():
    columns = ["item", "origin_group", "strength", "text_seen", "source_id"]
    far, near = "E1_TELEGRAPH_20230301", "P166"
    rows = [
        ["far", "NYT_2023_02", "secondary", "full", far],
        ["near", "NYT_2023_02", "primary", "excerpt", near],
        ["own", "USA_GOVERNMENT", "primary", "full", near],
    ]
    named = parts.origin_names({"columns": columns, "rows": rows})
    assert named == {"NYT_2023_02": source_words(near)}


def test_each_declared_measure_is_told_in_words():
    measures = {
        c.measure for claim in registry.claims().values() for c in claim.criteria().values()
    }
    assert [name for name in measures if not measure_words(name)] == []
    assert measure_words("no.such") == ""


def test_the_rule_is_told_in_sentences(snapshot):
    claims = [registry.claim(name) for name in ("C01", "C25")]
    assert [parts.otherwise(claim) for claim in claims] == snapshot
    assert parts.otherwise(claims[0].model_copy(update={"readings": ()})) == ""
