"""What claims want: filled in with made-up figures, each want answers what it is wanted for."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from ca_research import claim, load, registry
from ca_research.claims.claim import check
from ca_research.claims.compute import Call, Computation
from ca_research.claims.evidence import counted, universe
from ca_research.claims.given import economies_of
from ca_research.claims.logic import decide
from ca_research.claims.wanted import publishers, template, unanswered
from ca_research.claims.wanted import wanted as wants

WANTING = [i for i, spec in registry.claims().items() if spec.wanted]
SLOW = ("C07", "C33", "C34")
"""Those that read all of trade: tried with the long tests alone."""
SPEAKER = {  # of each table, a source whose figures count as the reporter's own
    "trade": "KAZ_BNS",
    "students": "moe_brief_stats_peijin",
    "macro": "OPENNUMBERS_WDI",
    "facts": "P131",
    "investment": "wiiw_kaz_fdi",
    "culture": "hsk_2025",
    "opinion": "M_GAL_CN",
}
ONE_WAY = {
    ("C24", "containers"),  # the wider count of the same trains stays the upper end
    ("C34", "share_kept"),
}
"""Criteria of which these made-up figures can tell only one answer."""

TOGETHER = {("C33", "first_interval")}
"""A range needs both sides, so what two entries want answers only together: replay/test_page.py."""


def made_up(rows, growth, of_china, base):
    """Values that grow or shrink over the years, with China's larger or smaller than the others,
    and ever more or less so.
    """
    declared = registry.table(rows.attrs["table"])
    numbers = declared.of_type("number")
    value = next((c for c in numbers if declared.columns[c].role == "value"), numbers[0])
    year = (rows["period"].str[-4:] if "period" in rows else rows["year"]).astype(int)
    size = pd.Series(base * growth ** (year - year.min()), rows.index, dtype=float)
    other = next((c for c in ("partner", "investor") if c in rows), None)
    if other:
        more = 1 + np.sign(growth - 1) * (year - year.min()) / 20
        size = size.where(rows[other] != "CHN", size * of_china**more)
    return rows.assign(**{value: size, "year": year})


SIZES = {"facts": (30, -9, 9e5), "opinion": (30, 75), "culture": (1000, 30_000)}
"""Sizes that a table's figures may have; elsewhere a thousand."""


def fills(table):
    return product((0.7, 1.3), (50, 0.02), SIZES.get(table, (1000,)))


@pytest.fixture(scope="module")
def open_claim():
    """A claim's tables and calls, and which economies its wanting criteria leave open."""
    made = {}

    def of(claim_id):
        if claim_id not in made:
            spec = registry.claim(claim_id)
            judged = list(economies_of(spec))
            calls = {c.name: Call.of(c, counted(c, judged)) for c in spec.criteria().values()}
            taken = Computation(dict.fromkeys(spec.data)).taken(calls.values())
            tables = {name: load(name) for name in sorted(taken)}
            once = Computation(tables)
            left = {}
            for want in spec.wanted:
                for name in want.criteria:
                    c = spec.criteria()[name]
                    main = once.run(calls[name], **universe(spec, c).main)
                    left[name] = unanswered(c, main, counted(c, judged))
            made[claim_id] = spec, calls, tables, wants(spec, left, tables)
        return made[claim_id]

    return of


def answers(claim_, name, entry, fill):
    """What a criterion says of an economy once its want is filled in."""
    spec, calls, tables, _ = claim_
    growth, of_china, base = fill
    held = tables[entry["table"]]
    rows = template(entry["table"], [entry], held)
    rows.attrs["table"] = entry["table"]
    filled = made_up(rows, growth, of_china, base).assign(
        source_id=SPEAKER[entry["table"]], known_on=pd.Timestamp("2025-01-01"), is_aggregate=False
    )
    both = pd.concat([held, filled[list(held.columns)]], ignore_index=True)
    both.attrs = {}
    c = spec.criteria()[name]
    found = Computation(tables | {entry["table"]: both}).run(calls[name], **universe(spec, c).main)
    row = next(row for row in found if row["economy"] == entry["economy"])
    numbers = [None if pd.isna(row[k]) else float(row[k]) for k in ("estimate", "low", "high")]
    return decide(*numbers, c.comparison, c.threshold)


def one_each(entries):
    """The first of each want."""
    return {entry["what"]: entry for entry in reversed(entries)}.values()


@pytest.mark.parametrize("claim_id", [i for i in WANTING if i not in SLOW])
def test_figures_filled_in_answer_both_ways(claim_id, open_claim):
    asked = open_claim(claim_id)
    assert asked[3], "nothing is wanted any more: take the want out of the claim"
    both_ways(claim_id, asked, one_each(asked[3]))


@pytest.mark.long
@pytest.mark.parametrize("claim_id", WANTING)
def test_figures_of_every_country_answer_both_ways(claim_id, open_claim):
    asked = open_claim(claim_id)
    both_ways(claim_id, asked, asked[3])


def both_ways(claim_id, asked, entries):
    for entry in entries:
        for name in entry["criteria"]:
            if (claim_id, name) in TOGETHER:
                continue
            said = set()
            for fill in fills(entry["table"]):
                said |= {answers(asked, name, entry, fill)} - {None}
                if len(said) == 2:
                    break
            one_way = (claim_id, name) in ONE_WAY
            assert said == {True, False} or (one_way and said), (name, entry["economy"], said)


def test_the_verdict_goes_both_ways_when_the_wanted_students_are_counted():
    counts = load("students")
    before = check("C30")
    assert [w["economy"] for w in before.wanted] == ["KAZ", "KGZ", "TJK", "TKM", "UZB"]
    blank = template("students", before.wanted, counts)
    verdicts = {}
    for now in (500, 90_000):
        filled = blank.assign(
            students=blank["year"].map({2019: 10_000.0, 2021: float(now)}),
            source_id="moe_brief_stats_peijin",
            known_on=pd.Timestamp("2025-01-01"),
            is_aggregate=False,
        )
        both = pd.concat([counts, filled[counts.columns]], ignore_index=True)
        asked = claim("C30")
        verdicts[now] = asked.judge(asked.gather(students=both, as_of="latest"))
    assert before.verdict == "not enough evidence"
    assert {now: v.verdict for now, v in verdicts.items()} == {
        500: "contradicted",
        90_000: "supported",
    }
    assert not verdicts[500].wanted


def test_nothing_is_wanted_of_a_day_that_has_passed():
    assert not check("C30", as_of="2023-05-19").wanted


@pytest.mark.parametrize(
    ("claim", "publisher"),
    [
        ("C24", "Kazakhstan Temir Zholy"),
        ("C29", "Chinese Testing International"),
        ("C31", "Central Asia Barometer"),
    ],
)
def test_of_a_table_with_figures_of_many_kinds_those_who_publish_this_kind_are_named(
    claim, publisher
):
    """Whoever counts the candidates of a test was named for containers and for polls."""
    want = registry.claim(claim).wanted[0]
    cells = {c: given if isinstance(given, tuple) else (given,) for c, given in want.cells.items()}
    entry = {"table": want.table, "economy": "TJK", "cells": cells}
    assert [holder.publisher for holder in publishers(entry)] == [publisher]
