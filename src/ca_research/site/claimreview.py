"""Verdicts as schema.org ClaimReview, with the figures behind them as schema.org Dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .. import registry
from ..claims.printed import NEARNESS
from ..claims.words import judged_alone

SCALE = {"contradicted": 1, "partly supported": 2, "supported": 3}
"""The verdicts that lie on one scale. 'Not enough evidence' and 'not testable' are no degree of
truth: they carry their name and no value."""

SCHEMA = "https://schema.org"

SAYS_IT = max(near for near in NEARNESS if near is not None)
"""Nearness of a test that says what the sentence says."""


def claim_reviews(verdicts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A JSON-LD document with one ClaimReview for each verdict; verdicts: entries of
    verdicts.json.
    """
    return {"@context": SCHEMA, "@graph": [claim_review(v) for v in verdicts]}


def claim_review(verdict: Mapping[str, Any]) -> dict[str, Any]:
    """One verdict as a ClaimReview: the statement that was tested, the article, the rating, the
    datasets.

    What is rated is the test, never the article's words, unless blind readers found that it says
    what they say. Of some countries alone it says so, for its rating is not that of the claim.
    Nothing is filled in that is not known: the article's author and address are left out.
    """
    spec, article = registry.claim(verdict["claim"]), registry.article()
    setting = "".join(
        f"_{k}-{v}" for k, v in sorted(verdict["params"].items()) if k not in ("claim", "as_of")
    )
    rating: dict[str, Any] = {
        "@type": "Rating",
        "alternateName": verdict["verdict"],
        "ratingExplanation": verdict["answer"],
    }
    if verdict["verdict"] in SCALE:
        rating |= {
            "ratingValue": SCALE[verdict["verdict"]],
            "worstRating": min(SCALE.values()),
            "bestRating": max(SCALE.values()),
        }
    whom = judged_alone(verdict["params"])
    tested = f"{verdict['statement']} Judged for {whom} alone." if whom else verdict["statement"]
    said = verdict["nearness"] == SAYS_IT
    text = {
        "@type": "OpinionNewsArticle",
        "headline": article.title,
        "datePublished": article.date.isoformat(),
    }
    day = registry.newest_publication() if verdict["as_of"] == "latest" else verdict["as_of"]
    review = {
        "@type": "ClaimReview",
        "@id": f"#{verdict['claim']}-{verdict['reading']}{setting}_as-of-{verdict['as_of']}",
        "claimReviewed": tested,
        "reviewAspect": f"{verdict['title']}, for {whom} alone" if whom else verdict["title"],
        "reviewBody": f"{verdict['statement']} {verdict['rule']}".strip(),
        "additionalProperty": [
            {"@type": "PropertyValue", "name": name, "value": value}
            for name, value in _beside(verdict).items()
        ],
        "temporalCoverage": day,
        "author": {"@type": "Organization", "name": "ca-research"},
        "reviewRating": rating,
        "itemReviewed": {
            "@type": "Claim",
            "name": verdict["title"],
            "text": spec.quotation if said else tested,
            "appearance" if said else "citation": text,
        },
        "isBasedOn": [dataset(source) for source in verdict["sources"]],
    }
    return {name: value for name, value in review.items() if value is not None}


def _beside(verdict: Mapping[str, Any]) -> dict[str, Any]:
    """What a rating must not be read without: how near the test is to the sentence (and in words),
    what the sentence comes to as printed, on what the rating stands, the years of the figures.
    """
    years = [verdict["coverage"].get(end) for end in ("from", "to")]
    beside = {
        "as printed": verdict["as_printed"],
        "nearness": verdict["nearness"],
        "the test": NEARNESS[verdict["nearness"]],
        "fragile": verdict["fragile"],
        "certainty": verdict["certainty"].get("level"),
        "first year": years[0],
        "last year": years[1],
    }
    return {name: value for name, value in beside.items() if value is not None}


def dataset(source_id: str) -> dict[str, Any]:
    """A source of the registry as a schema.org Dataset; what is not known is left out."""
    source = registry.sources()[source_id]
    known = {
        "@type": "Dataset",
        "identifier": source.source_id,
        "name": source.title,
        "description": source.citation,
        "creator": {"@type": "Organization", "name": source.publisher}
        if source.publisher and source.kind != "derived"
        else None,
        "license": source.licence,
        "url": source.original,
        "datePublished": source.published,
    }
    return {k: v for k, v in known.items() if v}
