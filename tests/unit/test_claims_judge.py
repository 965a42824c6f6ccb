"""The judge on evidence made by hand: states, thresholds, collapse, counts, fragility, and what a
verdict stores.
"""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pandas as pd
import pytest

from ca_research import registry
from ca_research.claims import Evidence, slots, universe
from ca_research.claims.criteria import judge_criterion, scaled, specification_truths
from ca_research.claims.judge import judge
from ca_research.ground import economies as eco
from ca_research.ground.periods import day_in_words
from ca_research.registry import VERDICTS, ClaimSpec, Over

CA5 = list(eco.CA5)
HASH = "0" * 64


def criterion(name: str = "size", **changes: Any) -> dict[str, Any]:
    return {
        "name": name,
        "label": name.title(),
        "statement": "s",
        "measure": "trade.lead",
        "comparison": ">",
        "threshold": 1,
        "kind": "level",
        "unit": "u",
        "why": "w",
        "axes": ["pick", "how"],
    } | changes


def claim(
    *criteria: dict, supported: Any = None, contradicted: Any = None, **changes: Any
) -> ClaimSpec:
    names = [c["name"] for c in criteria]
    rule = {
        "supported": supported or {"all": [f"{n} holds" for n in names]},
        "contradicted": contradicted or {"any": [f"{n} fails" for n in names]},
        "words": "w",
    }
    reading = {
        "name": "literal",
        "title": "t",
        "statement": "s",
        "criteria": criteria,
        "rule": rule,
        "against": "a",
        "would_change": "c",
    }
    whole = {
        "id": "C99",
        "title": "t",
        "theme": "trade",
        "quotation": "q",
        "restatement": "r",
        "kind": "quantity",
        "article": {"paragraph": 1, "sentence": 1, "sha256": HASH},
        "declared_on": "2026-01-01",
        "known_before": "k",
        "expected": "supported",
        "notebook": "n.ipynb",
        "data": ["trade"],
        "readings": [reading],
        "rivals": ["r"],
        "grid": {
            "axes": [
                {"name": "pick", "meaning": "m", "values": ["a", "b"], "main": "a"},
                {
                    "name": "how",
                    "meaning": "m",
                    "kind": "method",
                    "values": ["x", "y"],
                    "main": "x",
                },
            ]
        },
    } | changes
    return ClaimSpec.model_validate(whole)


def row(
    spec: int, estimate: float | None = None, *, name: str = "size", **given: Any
) -> dict[str, Any]:
    failed = estimate is None and given.get("low") is None and given.get("high") is None
    return {
        "criterion": name,
        "spec": spec,
        "is_main": spec == 0,
        "without": "",
        "pick": "a",
        "how": "x",
        "economy": "",
        "estimate": estimate,
        "low": None,
        "high": None,
        "n": 0 if failed else 2,
        "first_year": 2010,
        "last_year": 2018,
        "sources": () if failed else ("KAZ_BNS",),
        "path": "" if failed else f"p{spec}",
        "missing": "not published" if failed else "",
    } | given


def evidence(*rows: dict, **given: Any) -> Evidence:
    frame = pd.DataFrame(list(rows))
    frame[["estimate", "low", "high"]] = frame[["estimate", "low", "high"]].astype("float64")

    def again(source: str) -> list[dict]:  # measures made by hand have nothing to fall back upon
        rows = frame[(frame["without"] == "") & ~frame["sources"].map(lambda cell: source in cell)]
        return rows.to_dict("records")

    return Evidence(frame, **({"economies": eco.CA5, "again": again} | given))


def judged(*rows: dict, **changes: Any):
    spec = claim(criterion(**changes))
    return judge_criterion(spec.criteria()["size"], evidence(*rows).frame, ["how"], CA5)


def barred(kind: str, values: list[float], main: float) -> dict[str, Any]:
    """A grid with one axis that sets a bar."""
    axis = {"name": "bar", "meaning": "m", "kind": kind, "values": values, "main": main}
    return {"axes": [axis]}


def under_bars(rows: list[dict], grid: dict[str, Any], **changes: Any):
    spec = claim(criterion(axes=[], **changes), grid=grid)
    return judge_criterion(spec.criteria()["size"], evidence(*rows).frame, ["bar"], CA5)


def test_an_axis_sets_the_threshold() -> None:
    rows = [row(0, 45, bar=50, path="p"), row(1, 45, bar=40, path="p")]
    asked = {"comparison": "<", "threshold": 50, "bars": {"threshold": "bar"}}
    result = under_bars(rows, barred("method", [50, 40], 50), **asked)
    assert (result.main_met, result.specifications, result.agreeing) == (True, 2, 1)
    assert (result.state, result.threshold) == ("mixed", 50)


def test_an_axis_sets_how_many_economies_are_needed() -> None:
    held = {"KAZ", "KGZ", "TJK"}
    rows = [
        row(spec, 2 if code in held else 0, economy=code, bar=bar, path=f"p{code}")
        for spec, bar in enumerate((4, 3))
        for code in CA5
    ]
    asked = {"over": {"economies": CA5, "at_least": 4}, "bars": {"at_least": "bar"}}
    result = under_bars(rows, barred("method", [4, 3], 4), **asked)
    assert (result.state, result.main_met, result.threshold) == ("mixed", False, 4)
    assert result.share_of_specifications == 0.5


@pytest.mark.parametrize(
    ("grid", "fault"),
    [
        (barred("data", [50, 40], 50), "kind 'method'"),
        (barred("method", [50, 40], 40), "main value is 50"),
    ],
)
def test_a_bar_that_an_axis_cannot_set_is_refused(grid: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        claim(criterion(axes=[], threshold=50, bars={"threshold": "bar"}), grid=grid)


def values(main: float, others: list[float | None]) -> list[dict]:
    return [row(n, v) for n, v in enumerate([main, *others])]


@pytest.mark.parametrize(
    ("main", "others", "state", "share"),
    [
        (2, [2, 2, 2, 0], "holds", 0.8),  # exactly four fifths
        (2, [2] * 6 + [0, 0], "mixed", 7 / 9),  # 78 %
        (0, [0, 0, 0, 2], "fails", 0.2),
        (0, [0] * 6 + [2, 2], "mixed", 2 / 9),
        (0, [2, 2, 2, 2], "mixed", 0.8),  # the main specification says no
        (2, [0, 0, 0, 0], "mixed", 0.2),
        (2, [], "holds", 1.0),
        (1, [1], "fails", 0.0),  # one is not more than one
        (2, [2, 2, 2, None, None, None], "holds", 1.0),  # failed specifications have no vote
    ],
)
def test_state_of_a_criterion(main, others, state, share):
    found = judged(*values(main, others))
    assert (found.state, found.share_of_specifications) == (state, pytest.approx(share))
    assert found.failed == others.count(None)
    assert found.run == 1 + len(others)
    assert found.specifications == found.run - found.failed


def test_a_specification_whose_range_is_open_counts_but_for_neither_side():
    rows = [*values(2, [2, 2, 2]), row(4, low=0, high=2)]
    assert (judged(*rows).state, judged(*rows).share_of_specifications) == ("holds", 0.8)
    assert judged(*rows, row(5, low=0, high=2)).state == "mixed"  # 4 of 6


def test_without_the_main_specification_there_is_no_answer():
    absent = judged(row(0), row(1, 2), row(2, 2))
    assert (absent.state, absent.share_of_specifications, absent.estimate) == (
        "undecided",
        None,
        None,
    )
    assert (
        judged(row(0, low=0, high=2), row(1, 2), row(2, 2), row(3, 2), row(4, 2)).state
        == "undecided"
    )


def test_one_data_path_is_one_vote():
    # three of four hold, but the three are one: one of two remains
    same = [row(n, 2, path="p", pick="ab"[n % 2]) for n in range(3)]
    found = judged(*same, row(3, 0))
    assert (found.state, found.specifications, found.share_of_specifications) == ("mixed", 2, 0.5)
    # as choices of method they would be three
    methods = [row(n, 2, path="p", how=f"m{n}") for n in range(4)]
    assert judged(*methods, row(4, 0)).state == "holds"


def test_bounds_are_carried_and_a_range_over_specifications_is_named_as_one():
    assert (judged(row(0, low=1.5, high=3)).low, judged(row(0, low=1.5, high=3)).high) == (1.5, 3)
    spread = judged(*values(2, [5, 3]))
    assert (spread.estimate, spread.low, spread.high) == (2, 2, 5)
    assert spread.interval == "range across three ways to calculate it"
    assert judged(row(0, 2)).interval == "one figure"
    assert judged(row(0, 2), row(1, 2)).interval == "the same in both ways"


def span(*rows: dict) -> tuple[float | None, float | None, str]:
    found = judged(*rows)
    return found.low, found.high, found.interval


def test_the_range_over_all_ways_takes_in_the_bounds_of_those_that_are_ranges():
    """It was 'one figure' beside a second way that left the question open."""
    two = [row(0, 4), row(1, low=1.5, high=4)]
    assert span(*two) == (1.5, 4, "range across two ways to calculate it")
    assert span(*two, row(2, 1)) == (1, 4, "range across three ways to calculate it")
    assert judged(*two, row(2, 1)).specifications == 3
    assert span(row(0, 4), row(1, low=3)) == (3, None, "range across two ways to calculate it")
    assert span(row(0, 4), row(1, high=5), row(2, low=3))[:2] == (None, None)
    assert slots.values(judged(row(0, 4), row(1, low=3)))["range"] == "at least 3"


def test_bounds_are_of_the_kind_that_the_measure_says():
    found = judged(row(0, 2, low=1.5, high=3, interval="95% interval"), row(1, 9))
    assert (found.low, found.high, found.interval) == (1.5, 3, "95% interval")
    assert found.cells[0].interval == "95% interval"
    assert judged(row(0, low=1.5)).interval == "bounds from what is not reported"
    assert judged(row(0, 2, interval="years")).cells[0].interval == "", "there are no bounds"


OVER = {"economies": CA5, "at_least": 3}


@pytest.mark.parametrize(("n", "k"), [(5, 3), (4, 3), (3, 2), (2, 2), (1, 1), (0, 1)])
def test_three_of_five_keeps_its_share_rounded_up(n, k):
    assert scaled(Over(**OVER), n) == k


@pytest.mark.parametrize(
    ("estimates", "state", "low", "high"),
    [
        ([2, 2, 2, None, None], "holds", 3, 5),
        ([2, 0, 0, 0, None], "fails", 1, 2),
        ([2, 2, 0, 0, None], "undecided", 2, 3),
        ([2, 2, 2, 0, 0], "holds", 3, 3),
        ([None] * 5, "undecided", 0, 5),
    ],
)
def test_a_count_carries_its_missing_economies(estimates, state, low, high):
    found = judged(*[row(0, v, economy=e) for e, v in zip(CA5, estimates, strict=True)], over=OVER)
    assert (found.state, found.estimate, found.low, found.high) == (state, low, low, high)
    assert (found.threshold, found.comparison, found.cell_threshold, found.cell_comparison) == (
        3,
        ">=",
        1,
        ">",
    )
    assert [c.met for c in found.cells] == [None if v is None else v > 1 for v in estimates]


def test_an_economy_without_a_row_is_unobserved():
    found = judged(row(0, 2, economy="KAZ"), row(0, 2, economy="KGZ"), over=OVER)
    assert (found.state, found.low, found.high) == ("undecided", 2, 5)


def test_a_specification_that_failed_as_a_whole_says_why_for_each_economy():
    found = judged(row(0, missing="no year in common"), over=OVER)
    assert found.state == "undecided"
    assert {c.missing for c in found.cells} == {"no year in common"}


def test_a_count_over_economies_that_are_not_judged_is_undecided():
    """Figures there are, but of nobody who is judged: that is no refutation."""
    over = {"economies": ["KAZ"], "at_least": 1}
    spec = claim(criterion(over=over)).criteria()["size"]
    found = judge_criterion(spec, evidence(row(0, 0, economy="KAZ")).frame, ["how"], ["UZB"])
    assert (found.state, found.main_met) == ("undecided", None)
    assert found.cells[0].missing == "none of the economies that it counts is judged here"
    table = specification_truths(spec, evidence(row(0, 0, economy="KAZ")).frame, ["UZB"])
    assert table["met"].tolist() == [None]


def test_specification_truths_agree_with_the_criterion():
    spec = claim(criterion(over=OVER)).criteria()["size"]
    rows = [
        row(s, v, economy=e)
        for s, vs in enumerate(([2, 2, 2, 0, None], [0, 0, 0, 2, 2]))
        for e, v in zip(CA5, vs, strict=True)
    ]
    table = specification_truths(spec, evidence(*rows).frame, CA5)
    assert table["met"].tolist() == [True, False]
    assert table[["value", "high"]].values.tolist() == [[3, 4], [2, 2]]


# verdicts


def verdict(*rows: dict, spec: ClaimSpec | None = None, **given: Any):
    return judge(spec or claim(criterion(over=OVER)), evidence(*rows, **given), {"economy": "CA5"})


def five(estimates: list[float | None], spec: int = 0, **given: Any) -> list[dict]:
    return [row(spec, v, economy=e, **given) for e, v in zip(CA5, estimates, strict=True)]


@pytest.mark.parametrize(
    ("sizes", "word"),
    [
        ((2, 2), "supported"),
        ((2, 0), "contradicted"),
        ((2, None), "not enough evidence"),
        ((0, None), "contradicted"),
    ],
)
def test_the_rule_joins_criteria(sizes, word):
    spec = claim(criterion("size"), criterion("other"))
    found = verdict(row(0, sizes[0]), row(0, sizes[1], name="other"), spec=spec)
    assert found.verdict == word
    if word == "not enough evidence":
        assert "undecided" in found.reason
        assert found.coverage["missing"] == ["Other: not published"]


@pytest.mark.parametrize(
    ("otherwise", "word"), [("partly supported",) * 2, ("not enough evidence",) * 2]
)
def test_a_mixed_criterion_gives_what_the_rule_says(otherwise, word):
    spec = claim(criterion())
    rule = spec.readings[0].rule.model_copy(update={"otherwise": otherwise})
    spec = spec.model_copy(
        update={"readings": (spec.readings[0].model_copy(update={"rule": rule}),)}
    )
    assert verdict(row(0, 2), row(1, 0), spec=spec).verdict == word


def test_leaving_out_one_economy_can_flip():
    flipped = verdict(*five([2, 2, 2, 0, 0]))  # 3 of 5; without KAZ 2 of 4, where 3 are asked for
    assert (flipped.verdict, flipped.fragile) == ("supported", True)
    assert set(flipped.fragility) >= {
        f"without {n}: contradicted" for n in ("Kazakhstan", "Kyrgyzstan", "Tajikistan")
    }
    firm = verdict(*five([2] * 5), *five([2] * 5, 1, sources=("KGZ_NSC",)))
    assert (firm.verdict, firm.fragile, firm.fragility) == ("supported", False, ())


def test_leaving_out_one_source_can_flip_and_the_only_one_always_does():
    rows = [
        *five([2] * 5, 0),
        *five([0] * 5, 1, sources=("KGZ_NSC",)),
        *five([0] * 5, 2, sources=("UZB_STAT",)),
    ]
    found = verdict(*rows)
    assert (found.verdict, found.fragile) == ("partly supported", True)
    assert found.fragility == ("without the source KAZ_BNS: contradicted",)
    assert found.sole_sources == ()
    alone = verdict(*five([2] * 5))
    assert alone.sole_sources == ("KAZ_BNS",)
    assert alone.fragility == ("without the source KAZ_BNS: not enough evidence",)
    assert alone.criteria[0].sole_sources == ("KAZ_BNS",)


def test_printing_a_verdict_tells_what_it_hangs_on_and_why_something_cannot_be_said():
    values, other = [2, 2, 2, 2, None], {"sources": ("KGZ_NSC",)}
    lines = str(verdict(*five(values), *five(values, 1, **other))).splitlines()
    assert "Cannot be said: Uzbekistan: Size: not published." in lines
    assert not any(line.startswith("Fragile") for line in lines)
    values = [2, 2, 2, 0, 0]
    lines = str(verdict(*five(values), *five(values, 1, **other))).splitlines()
    reasons = (f"without {n}: contradicted" for n in ("Kazakhstan", "Kyrgyzstan", "Tajikistan"))
    assert f"Fragile: {'; '.join(reasons)}." in lines
    lines = str(verdict(*five([None] * 5))).splitlines()
    (open_,) = (line for line in lines if line.startswith("Cannot be said: "))
    assert open_.count("not published") == 3 and open_.endswith("; and two more.")


def test_nothing_that_is_left_out_answers_what_the_main_specification_leaves_open():
    """Without a source that no figure rests on the first other way took its place."""
    spec = claim(criterion())
    found = verdict(row(0), row(1, 2), row(2, 2, sources=("WTO_HSM",)), spec=spec)
    assert (found.verdict, found.fragile, found.fragility) == ("not enough evidence", False, ())
    lost = verdict(row(0, 2), row(1, 2, sources=("WTO_HSM",)), row(2, 0), spec=spec)
    assert "without the source KAZ_BNS: supported" in lost.fragility, "another takes its place"


def test_not_testable_needs_no_evidence_and_is_not_fragile():
    reading = {
        "name": "needed",
        "title": "t",
        "statement": "s",
        "not_testable": "no published measure",
        "against": "a",
        "would_change": "c",
    }
    base = claim(criterion()).model_dump()
    spec = ClaimSpec.model_validate(base | {"readings": [*base["readings"], reading]})
    found = verdict(row(0, 2), spec=spec)
    assert (found.verdict, found.leads) == ("supported", True)
    (beside,) = found.beside
    assert (beside.verdict, beside.reason) == ("not testable", "no published measure")
    assert (beside.fragile, beside.leads, beside.criteria) == (False, False, ())


def test_as_of_and_pseudo_flag_come_from_the_evidence_that_was_used():
    given = {"as_of": "2023-05-19", "dropped": 7}
    assert verdict(row(0, 2), spec=claim(criterion()), **given).pseudo_as_of is False
    used = verdict(row(0, 2), spec=claim(criterion()), revised_sources=("KAZ_BNS",), **given)
    assert (used.as_of, used.pseudo_as_of, used.dropped_as_of) == ("2023-05-19", True, 7)
    other = verdict(row(0, 2), spec=claim(criterion()), revised_sources=("UZB_STAT",), **given)
    assert other.pseudo_as_of is False  # a source that is not used does not make it pseudo


def test_the_stored_form_is_the_designs_and_strict_json(stored_keys):
    open_end = row(1, low=2, high=float("inf"), economy="KAZ")
    found = verdict(*five([2, 2, 2, float("nan"), None], n=1), open_end)
    assert (
        verdict(row(0, low=2, high=float("inf")), spec=claim(criterion())).as_dict()["criteria"][0][
            "high"
        ]
        is None
    )
    for stored in found.bundle():
        again = json.loads(json.dumps(stored, allow_nan=False))  # no NaN, no infinity
        assert set(again) >= stored_keys[0]
        assert again["params"] == {"economy": "CA5"}
        assert again["verdict"] in VERDICTS
        assert set(again["coverage"]) == {"from", "to", "missing"}
        assert all(set(c) >= stored_keys[1] for c in again["criteria"])
        assert again["rule_sha256"] == claim(criterion(over=OVER)).rule_sha256
        assert again["criteria"][0]["n"] == 5  # figures of the main specification


# removals: for fragility alone


def with_removal(*values: float) -> tuple[ClaimSpec, Evidence]:
    axis = {
        "name": "part",
        "meaning": "m",
        "kind": "removal",
        "values": ["none", "left", "right"],
        "main": "none",
    }
    spec = claim(criterion(axes=["pick", "part"]), grid={"axes": [AXES[0], axis]})
    names = ("", "part: left", "part: right")
    rows = [
        row(n, value, without=without, part=without[6:] or "none", is_main=n == 0)
        for n, (value, without) in enumerate(zip(values, names, strict=True))
    ]
    return spec, evidence(*rows)


AXES = [{"name": "pick", "meaning": "m", "values": ["a", "b"], "main": "a"}]


def test_a_removal_takes_no_part_in_the_criterion_and_its_flip_is_named():
    verdict = judge(*with_removal(2.0, 0.0, 3.0), {})
    assert verdict.verdict == "supported"
    assert (verdict.criteria[0].specifications, verdict.criteria[0].share_of_specifications) == (
        1,
        1.0,
    )
    assert verdict.fragile and verdict.fragility[0] == "without left: contradicted"


def test_a_removal_does_not_answer_what_the_main_specification_leaves_open():
    spec, found = with_removal(2.0, 2.0, 2.0)
    frame = found.frame.assign(path=["", "p1", "p2"], sources=[(), ("A",), ("A",)])
    frame.loc[0, "estimate"] = None
    verdict = judge(spec, dataclasses.replace(found, frame=frame), {})
    assert (verdict.verdict, verdict.fragility) == ("not enough evidence", ())


def test_a_removal_that_changes_nothing_is_not_named():
    verdict = judge(*with_removal(2.0, 2.5, 3.0), {})
    assert verdict.verdict == "supported"
    assert not any("left" in told or "right" in told for told in verdict.fragility)


def test_removals_are_made_one_at_a_time():
    other = {
        "name": "who",
        "meaning": "m",
        "kind": "removal",
        "values": ["none", "x", "y"],
        "main": "none",
    }
    part = {
        "name": "part",
        "meaning": "m",
        "kind": "removal",
        "values": ["none", "left"],
        "main": "none",
    }
    spec = claim(criterion(axes=["pick", "part", "who"]), grid={"axes": [*AXES, part, other]})
    found = [
        (c["part"], c["who"]) for c in universe(spec, spec.criteria()["size"]) if c["pick"] == "a"
    ]
    assert sorted(found) == [("left", "none"), ("none", "none"), ("none", "x"), ("none", "y")]


def test_what_was_not_known_on_the_day_of_the_article_is_not_said_on_its_page():
    of = claim(criterion(over=OVER))
    reading = of.readings[0].model_copy(update={"against": "It is old.", "against_since": "Newer."})
    of = of.model_copy(update={"readings": (reading,)})
    rows = five([2, 2, 2, 2, 2])
    published = registry.article().date.isoformat()
    assert verdict(*rows, spec=of, as_of=published).against == "It is old."
    assert verdict(*rows, spec=of, as_of="latest").against == "It is old. Newer."


def test_what_was_written_for_all_and_for_another_day_says_so_beside_the_verdict_on_one():
    """Pages of one country said that figures of its neighbours would change their verdict."""
    of, rows = claim(criterion(over=OVER)), five([2, 2, 2, 2, 2])
    published = registry.article().date
    whole = verdict(*rows, spec=of, as_of=published.isoformat())
    assert (whole.against, whole.would_change) == ("a", "c")
    one = verdict(*rows, spec=of, economies=("KAZ",))
    assert one.would_change == "For all five countries together: c"
    early = verdict(*rows, spec=of, as_of="2020-01-01")
    assert early.against == f"As of {day_in_words(published)}: a"
    both = verdict(*rows, spec=of, economies=("KAZ",), as_of="2020-01-01")
    assert both.against == f"For all five countries together, as of {day_in_words(published)}: a"
