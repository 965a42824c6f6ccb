"""Verdicts as schema.org ClaimReview (`templates/claimreview.json.j2`)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from .. import registry
from ..claims.printed import NEARNESS
from ..claims.words import invented, judged_alone
from .read import Stored, setting_of

_TEMPLATES = Environment(loader=PackageLoader("ca_research.site"), undefined=StrictUndefined)


def claim_reviews(verdicts: Iterable[Stored]) -> dict[str, Any]:
    """A JSON-LD document with one ClaimReview for each verdict that leads and rests on no invented
    figure; verdicts: entries of verdicts.json.
    """
    told = (v for v in verdicts if v["leads"] and not invented(v["sources"]))
    reviews = [claim_review(v) for v in told]
    return {"@context": "https://schema.org", "@graph": reviews}


def claim_review(verdict: Stored) -> dict[str, Any]:
    """One verdict as a ClaimReview: the statement that was tested, the article, the rating, the
    datasets.
    """
    text = _TEMPLATES.get_template("claimreview.json.j2").render(
        v=verdict,
        claim=registry.claim(verdict["claim"]),
        article=registry.article(),
        sources=[registry.sources()[source] for source in verdict["sources"]],
        whom=judged_alone(verdict["params"]),
        setting=setting_of(verdict["params"]),
        nearness=NEARNESS,
        says_it=verdict["nearness"] == max(filter(None, NEARNESS)),
        newest=registry.newest_publication(),
    )
    review: dict[str, Any] = json.loads(text, object_hook=_known)
    return review


def _known(properties: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if value is not None}
