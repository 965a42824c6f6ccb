"""The bottom line: computed from whatever verdicts there are, without an empty slot."""

import random
import re

import pytest
from invented_tables import CASES, read

from ca_research import registry
from ca_research.claims.bottom_line import statements

ECONOMIES = ("KAZ", "KGZ", "TJK", "TKM", "UZB")
REPORTS = read(CASES / "words" / "bottom_line.yaml")
SAME = {"params": {}, "as_of": "latest", "leads": True, "fragile": False, "deciding": ["first"]}


def verdict(claim, verdict, certainty=None, lacking=None, **given):
    words = {
        "as_printed": verdict,
        "answer": f"Answer of {claim}.",
        "finding": f"Finding of {claim}",
    }
    cells = [
        {"economy": e, "met": e not in (lacking or ()) or None, "about": {}} for e in ECONOMIES
    ]
    criteria = [{"name": "first", "cell_threshold": 1.0, "cells": cells}]
    about = {"claim": claim, "verdict": verdict, "criteria": [] if lacking is None else criteria}
    level = {"level": certainty, "reason": ""} if certainty else {}
    return SAME | words | about | {"certainty": level} | given


@pytest.mark.parametrize("name", REPORTS)
def test_what_is_said_of_a_report(name, snapshot):
    assert statements([verdict(**one) for one in REPORTS[name]], "latest") == snapshot


@pytest.mark.parametrize("seed", range(15))
def test_any_set_of_verdicts_gives_whole_sentences(seed):
    draw = random.Random(seed)
    claims = draw.sample(sorted(registry.claims()), draw.randint(1, len(registry.claims())))
    given = [
        verdict(
            *(
                claim,
                draw.choice(registry.VERDICTS),
                draw.choice(["high", "moderate", "low", None]),
            ),
            draw.choice([None, draw.sample(ECONOMIES, draw.randint(0, 5))]),
            as_of=day,
        )
        for claim in claims
        for day in ("latest", "2023-05-19")
    ]
    found = statements(given, "latest")
    assert bool(found) is any(c.startswith("C") for c in claims) and len(found) <= 5
    for about, text, ids in found:
        assert about and not text[0].islower() and text.endswith("."), text
        assert not re.search(r"None(?! of the)|  | [,.;]|\(\)|[{}\[\]]|\.\.|:\.", text), text
        assert set(ids) <= set(claims)
