"""ClaimReview: the shape of schema.org (cases/claimreview.schema.yaml), and nothing filled in that
is not known.
"""

import json

import jsonschema
import pytest
import yaml
from tests.unit.engine import CASES, STORED

from ca_research import registry
from ca_research.site.claimreview import claim_review, claim_reviews

SCHEMA = yaml.safe_load((CASES / "claimreview.schema.yaml").read_text(encoding="utf-8"))


def review(word="supported", **given):
    return claim_review(STORED["verdict"] | {"verdict": word} | given)


def test_every_verdict_is_a_claim_review_and_only_what_lies_on_one_scale_has_a_value():
    stored = [STORED["verdict"] | {"verdict": word} for word in registry.VERDICTS]
    jsonschema.validate(claim_reviews(stored), SCHEMA)
    values = {w: review(w)["reviewRating"].get("ratingValue") for w in registry.VERDICTS}
    assert values["contradicted"] < values["partly supported"] < values["supported"]
    assert values["not enough evidence"] is None and values["not testable"] is None


def test_the_real_report_has_one_for_each_claim_and_day(report):
    document = json.loads((report / "claimreview.jsonld").read_text(encoding="utf-8"))
    jsonschema.validate(document, SCHEMA)
    verdicts = json.loads((report / "verdicts.json").read_text(encoding="utf-8"))
    assert len(document["@graph"]) == sum(v["leads"] for v in verdicts)
    assert len({r["@id"] for r in document["@graph"]}) == len(document["@graph"])


def test_a_verdict_on_one_country_is_no_rating_of_the_claim():
    """It stood under the words of the claim on five, with nothing but its id to tell it apart."""
    whole, one = (review("contradicted", params={"economy": code}) for code in ("CA5", "KAZ"))
    for name in ("claimReviewed", "reviewAspect"):
        assert "Kazakhstan alone" in one[name] and "alone" not in whole[name]


def test_all_that_is_known_goes_as_far_as_the_newest_source():
    assert review()["temporalCoverage"] == registry.newest_publication()
    assert review(as_of="2020-01-01")["temporalCoverage"] == "2020-01-01"


def test_unknown_properties_are_left_out_and_known_ones_are_the_registrys():
    form = jsonschema.Draft202012Validator({"$ref": "#/$defs/Dataset", "$defs": SCHEMA["$defs"]})
    datasets = review(sources=list(registry.sources()))["isBasedOn"]
    for source, found in zip(registry.sources().values(), datasets, strict=True):
        form.validate(found)
        assert found["name"] == source.title
        published = source.publisher and source.kind != "derived"  # else computed here
        assert ("creator" in found) == bool(published)
    cited = review()["itemReviewed"]["citation"]
    assert cited["datePublished"] == registry.article().date.isoformat()
    assert [d["identifier"] for d in review()["isBasedOn"]] == ["KAZ_BNS", "P023"]


@pytest.mark.parametrize("nearness", [None, 0, 1, 2, 3])
def test_the_words_of_the_article_are_rated_only_where_the_test_says_what_they_say(nearness):
    """A printing press had made "keeps trying to bring about riots" true, three of three."""
    made, quotation = review(nearness=nearness), registry.claim("C25").quotation
    about = made["itemReviewed"]
    assert made["claimReviewed"] == "s"
    assert (about["text"] == quotation) == ("appearance" in about) == (nearness == 3)
    assert nearness == 3 or quotation not in str(made)


def test_a_rating_carries_what_it_must_not_be_read_without(snapshot):
    assert review()["reviewRating"]["ratingExplanation"] == STORED["verdict"]["answer"]
    assert {p["name"]: p["value"] for p in review()["additionalProperty"]} == snapshot
