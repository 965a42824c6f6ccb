"""Verdicts as schema.org ClaimReview, with the figures behind them as schema.org Dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .. import registry
from ..claims.words import judged_alone

SCALE = {"contradicted": 1, "partly supported": 2, "supported": 3}
"""The verdicts that lie on one scale. 'Not enough evidence' and 'not testable' are no degree of
truth: they carry their name and no value."""

SCHEMA = "https://schema.org"


def claim_reviews(verdicts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A JSON-LD document with one ClaimReview for each verdict; verdicts: entries of
    verdicts.json.
    """
    return {"@context": SCHEMA, "@graph": [claim_review(v) for v in verdicts]}


def claim_review(verdict: Mapping[str, Any]) -> dict[str, Any]:
    """One verdict as a ClaimReview: the claim in the project's words, the article it appears in,
    the rating, the datasets.

    Of some countries alone it says so, for its rating is not that of the claim. Nothing is filled
    in that is not known: the article's author and address are left out.
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
    day = registry.newest_publication() if verdict["as_of"] == "latest" else verdict["as_of"]
    review = {
        "@type": "ClaimReview",
        "@id": f"#{verdict['claim']}-{verdict['reading']}{setting}_as-of-{verdict['as_of']}",
        "claimReviewed": f"{spec.restatement} Judged for {whom} alone."
        if whom
        else spec.restatement,
        "reviewAspect": f"{verdict['title']}, for {whom} alone" if whom else verdict["title"],
        "reviewBody": f"{verdict['statement']} {verdict['rule']}".strip(),
        "temporalCoverage": day,
        "author": {"@type": "Organization", "name": "ca-research"},
        "reviewRating": rating,
        "itemReviewed": {
            "@type": "Claim",
            "name": spec.title,
            "text": spec.quotation,
            "appearance": {
                "@type": "OpinionNewsArticle",
                "headline": article.title,
                "datePublished": article.date.isoformat(),
            },
        },
        "isBasedOn": [dataset(source) for source in verdict["sources"]],
    }
    return {name: value for name, value in review.items() if value is not None}


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
