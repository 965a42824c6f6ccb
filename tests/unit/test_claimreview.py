"""ClaimReview: the shape of schema.org, written down here by its own page, and nothing filled in
that is not known.
"""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from ca_research import registry
from ca_research.site.claimreview import claim_review, claim_reviews, dataset

TEXT = {"type": "string", "minLength": 1}
DATE = {"type": "string", "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$"}


def typed(
    name: str, required: dict[str, Any], optional: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A schema.org type with the properties that are used; any other property is a fault."""
    return {
        "type": "object",
        "properties": {"@type": {"const": name}, "@id": TEXT, **required, **(optional or {})},
        "required": ["@type", *required],
        "additionalProperties": False,
    }


ORGANIZATION = typed("Organization", {"name": TEXT})
RATING = typed(
    "Rating",
    {"alternateName": {"enum": list(registry.VERDICTS)}, "ratingExplanation": TEXT},
    {
        "ratingValue": {"type": "number"},
        "worstRating": {"type": "number"},
        "bestRating": {"type": "number"},
    },
) | {"dependentRequired": {"ratingValue": ["worstRating", "bestRating"]}}
DATASET = typed(
    "Dataset",
    {"identifier": TEXT, "name": TEXT, "description": TEXT},
    {"creator": ORGANIZATION, "license": TEXT, "url": TEXT, "datePublished": DATE},
)
ARTICLE = typed("OpinionNewsArticle", {"headline": TEXT, "datePublished": DATE})
CLAIM = typed("Claim", {"name": TEXT, "text": TEXT}, {"appearance": ARTICLE, "citation": ARTICLE})
BESIDE = typed("PropertyValue", {"name": TEXT, "value": {}})
REVIEW = typed(
    "ClaimReview",
    {
        "claimReviewed": TEXT,
        "reviewAspect": TEXT,
        "reviewBody": TEXT,
        "temporalCoverage": DATE,
        "author": ORGANIZATION,
        "reviewRating": RATING,
        "itemReviewed": CLAIM,
        "additionalProperty": {"type": "array", "items": BESIDE, "minItems": 1},
        "isBasedOn": {"type": "array", "items": DATASET},
    },
)
DOCUMENT = {
    "type": "object",
    "properties": {
        "@context": {"const": "https://schema.org"},
        "@graph": {"type": "array", "items": REVIEW},
    },
    "required": ["@context", "@graph"],
    "additionalProperties": False,
}


def verdict(word: str, **given: Any) -> dict[str, Any]:
    return {
        "claim": "C25",
        "reading": "literal",
        "title": "Together",
        "statement": "s",
        "rule": "r",
        "nearness": 2,
        "as_printed": word,
        "fragile": True,
        "certainty": {"level": "low"},
        "coverage": {"from": 2010, "to": 2023},
        "verdict": word,
        "answer": "So it is.",
        "as_of": "latest",
        "params": {"as_of": "latest"},
        "sources": ["KAZ_BNS", "P023"],
    } | given


def test_a_verdict_on_one_country_is_no_rating_of_the_claim():
    """It stood under the words of the claim on five, with nothing but its id to tell it apart."""
    whole, one = (
        claim_review(verdict("contradicted", params={"economy": code})) for code in ("CA5", "KAZ")
    )
    for name in ("claimReviewed", "reviewAspect"):
        assert "for Kazakhstan alone" in one[name] and "alone" not in whole[name]


def test_all_that_is_known_goes_as_far_as_the_newest_source(monkeypatch):
    assert claim_review(verdict("supported"))["temporalCoverage"] == registry.newest_publication()
    early = claim_review(verdict("supported", as_of="2020-01-01"))
    assert early["temporalCoverage"] == "2020-01-01"
    monkeypatch.setattr(registry, "newest_publication", lambda: None)
    assert "temporalCoverage" not in claim_review(verdict("supported"))


@pytest.mark.parametrize("word", registry.VERDICTS)
def test_each_verdict_is_a_claim_review(word):
    jsonschema.validate(claim_reviews([verdict(word)]), DOCUMENT)


def test_the_real_report_has_one_for_each_claim_and_day(report):
    import json

    document = json.loads((report / "claimreview.jsonld").read_text(encoding="utf-8"))
    jsonschema.validate(document, DOCUMENT)
    verdicts = json.loads((report / "verdicts.json").read_text(encoding="utf-8"))
    assert len(document["@graph"]) == sum(v["leads"] for v in verdicts)
    assert len({r["@id"] for r in document["@graph"]}) == len(document["@graph"])


def test_the_rating_is_explained_by_the_answer():
    assert claim_review(verdict("supported"))["reviewRating"]["ratingExplanation"] == "So it is."


def test_only_what_lies_on_one_scale_has_a_value():
    values = {
        w: claim_review(verdict(w))["reviewRating"].get("ratingValue") for w in registry.VERDICTS
    }
    assert values["contradicted"] < values["partly supported"] < values["supported"]
    assert values["not enough evidence"] is None and values["not testable"] is None


def test_unknown_properties_are_left_out_and_known_ones_are_the_registrys():
    form = jsonschema.validators.validator_for(DATASET)(DATASET)
    for source in registry.sources().values():
        found = dataset(source.source_id)
        form.validate(found)
        assert found["name"] == source.title
        published = source.publisher and source.kind != "derived"  # else computed here
        assert ("creator" in found) == bool(published)
    review = claim_review(verdict("supported"))
    cited = review["itemReviewed"]["citation"]
    assert cited["datePublished"] == registry.article().date.isoformat()
    assert [d["identifier"] for d in review["isBasedOn"]] == ["KAZ_BNS", "P023"]


@pytest.mark.parametrize("nearness", [None, 0, 1, 2, 3])
def test_the_words_of_the_article_are_rated_only_where_the_test_says_what_they_say(nearness):
    """A printing press had made "keeps trying to bring about riots" true, three of three."""
    review = claim_review(verdict("supported", nearness=nearness))
    about, quotation = review["itemReviewed"], registry.claim("C25").quotation
    assert review["claimReviewed"] == "s"
    assert (about["text"] == quotation) == ("appearance" in about) == (nearness == 3)
    assert nearness == 3 or quotation not in str(review)


def test_a_rating_carries_what_it_must_not_be_read_without():
    given = verdict("supported", as_printed="depends on the reading")
    beside = {p["name"]: p["value"] for p in claim_review(given)["additionalProperty"]}
    assert beside == {
        "as printed": "depends on the reading",
        "nearness": 2,
        "the test": "says most of it",
        "fragile": True,
        "certainty": "low",
        "first year": 2010,
        "last year": 2023,
    }
