"""What a claim's page says beside its numbers: sides, gaps, days, what was asked for."""

import re
from dataclasses import fields
from types import SimpleNamespace

import pytest
from tests.cases import cases

from ca_research import registry
from ca_research.claims import rule
from ca_research.claims.answers import ways
from ca_research.claims.measures import measure_words
from ca_research.claims.verdict import CriterionResult
from ca_research.registry.claims import Rule
from ca_research.site import parts
from ca_research.site.render import environment

CASES = cases(__file__, "words_of_pages")


def speaks(supported, contradicted, state):
    """The side on which a criterion stands; a mixed one speaks as its main figure does."""
    ends = {"supported": supported, "contradicted": contradicted}
    reading = SimpleNamespace(rule=Rule(**ends, words=""))
    empty = dict.fromkeys(f.name for f in fields(CriterionResult))
    sure = CriterionResult(**empty | {"name": "a", "state": state})
    mixed = CriterionResult(**empty | {"name": "a", "state": "mixed", "main_met": state == "holds"})
    side = rule.speaks(reading, sure)
    assert state == "undecided" or rule.speaks(reading, mixed) == side
    return side


TOOLS = environment().globals
CLAIM = environment().get_template("claim.html.j2").module


def lines(html):
    """The text of some lines of a page."""
    return [re.sub("<.*?>", "", line).strip() for line in html.splitlines() if line.strip()]


SAYS = {
    "heads": lambda part: [TOOLS["head_of"](column, part) for column in part["columns"]],
    "gaps": lambda verdict: lines(CLAIM.gaps_of(verdict)),
    "could_become": lambda verdict: CLAIM.could_become(verdict).strip(),
    "nothing_missing": CLAIM.nothing_missing,
    "speaks": speaks,
    "declared_bar": lambda claim, name: parts.declared_bar(registry.claim(claim).criteria()[name]),
}
TABLE = [
    pytest.param(name, *case, id=f"{name}-{n}")
    for name, cases in CASES.items()
    if isinstance(cases, list)
    for n, case in enumerate(cases)
]


@pytest.mark.parametrize(("name", "given", "words"), TABLE)
def test_what_a_page_says(name, given, words):
    said = SAYS.get(name) or TOOLS[name]
    assert said(*given) == words if name != "ways" else words in ways(*given)


def test_of_criteria_that_say_the_same_one_stands_on_a_side():
    about = {"sources": [], "state": "fails", "says": "Two of 12."}
    criteria = [about | {"name": side, "speaks": side} for side in ("against", "", "against")]
    html = CLAIM.sides(
        {"criteria": criteria, "against": "", "reading": "substance"}, registry.claim("C09"), []
    )
    assert html.count("Two of 12.") == 1 and html.index("<h3>Against") < html.index("Two of 12.")


def test_each_declared_measure_is_told_in_words():
    measures = {
        c.measure for claim in registry.claims().values() for c in claim.criteria().values()
    }
    assert [name for name in measures if not measure_words(name)] == []
    assert measure_words("no.such") == ""
