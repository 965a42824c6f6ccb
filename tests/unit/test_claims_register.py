"""The register: every declared claim can be run as declared, its rule can go both ways, and its
hash guards what decides.
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from pydantic import ValidationError

import ca_research as ca
from ca_research import registry, runs
from ca_research.claims import article, check
from ca_research.claims.evidence import gather, universe
from ca_research.claims.measures import AGE, find
from ca_research.ground.errors import RegistryError, UnknownNameError, UsageError
from ca_research.registry import ClaimSpec
from ca_research.runs.parameters import notebook_file

CLAIMS = registry.claims()
CRITERIA = [
    pytest.param(s, c, id=f"{s.id}-{c.name}")
    for s in CLAIMS.values()
    for c in s.criteria().values()
]
RULES = [
    pytest.param(r.rule, id=f"{s.id}-{r.name}")
    for s in CLAIMS.values()
    for r in s.readings
    if r.rule
]
SPECS = [pytest.param(s, id=s.id) for s in CLAIMS.values()]


def test_the_whole_register_is_there():
    assert list(CLAIMS) == [
        *(f"C{n:02d}" for n in range(1, 36)),
        *(f"O{n:02d}" for n in range(1, 14)),
    ]
    with pytest.raises(UnknownNameError, match="C30"):
        registry.claim("c30")


def test_nothing_in_the_register_could_not_work():
    assert check.register(CLAIMS, runs.tables_by_notebook()) == []


@pytest.mark.parametrize(("spec", "criterion"), CRITERIA)
def test_a_measure_takes_what_the_claim_gives_it(spec, criterion):
    parameters = inspect.signature(find(criterion.measure)).parameters
    given = {*criterion.axes, *criterion.settings} - {AGE}
    assert given <= set(parameters)
    assert not set(criterion.axes) & set(criterion.settings)
    needed = {n for n, p in parameters.items() if p.default is p.empty} - given
    assert needed <= {*spec.data, "economies"}, (
        "a required argument that no table of the claim provides"
    )


@pytest.mark.parametrize(("spec", "criterion"), CRITERIA)
def test_main_values_are_the_measures_own_defaults(spec, criterion):
    # a reader who calls the measure bare gets the main specification
    parameters = inspect.signature(find(criterion.measure)).parameters
    for name, value in universe(spec, criterion).main.items():
        if name in criterion.bars.values():
            continue  # the claim's own bar, which no measure knows
        if parameters[name].default is not inspect.Parameter.empty:
            # None: as the project's settings have it
            assert parameters[name].default in (value, None)


@pytest.mark.parametrize(("spec", "criterion"), CRITERIA)
def test_thresholds_are_finite_and_reasoned(spec, criterion):
    assert math.isfinite(criterion.threshold)
    assert len(criterion.why.split()) >= 4
    assert "above" not in criterion.why.lower().split()[:2], "a reason stands by itself"


@pytest.mark.parametrize("spec", SPECS)
def test_years_of_the_grid_are_words_the_measures_know(spec):
    for axis in spec.grid.axes:
        if axis.name == "year":
            assert all(re.fullmatch(r"newest(-\d)?", v) for v in axis.values)


@pytest.mark.parametrize(("spec", "criterion"), CRITERIA)
def test_counts_run_over_the_five_or_some_of_them(spec, criterion):
    if criterion.over:
        assert set(criterion.over.economies) <= {*ca.economies.CA5, *registry.article().partners}
        if set(criterion.over.economies) <= set(ca.economies.CA5):
            assert criterion.counted == "economies"
            assert 2 * criterion.over.at_least > len(criterion.over.economies), (
                "a majority at least"
            )


@pytest.mark.parametrize("spec", SPECS)
def test_the_notebook_takes_the_runs_that_are_declared(spec):
    file = notebook_file(spec.notebook)
    for given in spec.runs:
        assert runs.check(file, dict(given)) == dict(given)
    assert "as_of" in runs.declared(file)
    assert set(spec.data) <= set(registry.tables())


def test_specifications_are_the_product_minus_the_exclusions():
    table = ca.claim("C33").specifications()
    per = table.groupby("criterion")["excluded"].agg(["size", lambda s: (s != "").sum()])
    # source 2 x partners 2 x countries needed 2 = 8, of which compiled with every: 2
    assert per.loc["first_reporter"].tolist() == [8, 2]
    assert per.loc["first_mirror"].tolist() == [2, 0]  # countries needed 2
    assert table.groupby("criterion")["is_main"].sum().eq(1).all()
    assert len(ca.claim("C25").specifications()) == 2 + 2


# quotations


def test_quotations_stay_within_their_limit():
    assert sum(len(c.quotation.split()) for c in CLAIMS.values()) <= 790 // 2  # half the article
    assert article.check(CLAIMS) == []
    long = CLAIMS["C25"].model_copy(update={"quotation": "word " * 26})
    assert "26" in article.check({"C25": long})[0]
    assert "half" in article.check({"C25": CLAIMS["C25"]}, "A title\nFour words in all.\n")[0]


TEXT = "A title\n2023-05-19 somewhere\nFirst one. “Second” one, it’s here.\n"


@pytest.mark.parametrize(
    ("at", "quotation", "sentence", "fault"),
    [
        ((1, 2), "it's here", "“Second” one, it’s here.", None),
        (
            (1, 2),
            "Second ... here",
            '"Second" one,  it\'s here.',
            None,
        ),  # plain quotation marks and spaces
        ((1, 2), "it is here", "“Second” one, it’s here.", "does not stand"),
        ((1, 2), "it's here", "Another sentence.", "hash"),
        ((1, 3), "it's here", "“Second” one, it’s here.", "no such sentence"),
        ((0, 1), "A title", "A title", None),
    ],
)
def test_quotations_are_checked_against_the_article(at, quotation, sentence, fault):
    where = CLAIMS["C25"].article.model_copy(
        update={"paragraph": at[0], "sentence": at[1], "sha256": article.sentence_sha256(sentence)}
    )
    spec = CLAIMS["C25"].model_copy(update={"article": where, "quotation": quotation})
    found = article.check({"C25": spec}, TEXT)
    assert [fault in f for f in found] == ([True] if fault else [])


# the hash


def changed(claim_id: str, path: list[str | int], value: Any) -> ClaimSpec:
    content = CLAIMS[claim_id].model_dump(mode="json")
    at = content
    for step in path[:-1]:
        at = at[step]
    assert at[path[-1]] != value, "the change changes nothing"
    at[path[-1]] = value
    return ClaimSpec.model_validate(content)


FIRST = ["readings", 0, "criteria", 0]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ([*FIRST, "threshold"], 1.01),
        ([*FIRST, "comparison"], ">="),
        ([*FIRST, "measure"], "trade.leads"),
        ([*FIRST, "settings"], {"basis": "mirror", "eu": "apart"}),
        ([*FIRST[:-1], 1, "axes"], ["source"]),
        (
            ["readings", 0, "rule", "supported"],
            {"at_least": 3, "of": [f"first_{b} holds" for b in ("reporter", "mirror", "interval")]},
        ),
        (["readings", 0, "rule", "otherwise"], "not enough evidence"),
        (["grid", "axes", 0, "main"], "compiled"),
        (["grid", "axes", 0, "values"], ["office_first", "compiled", "panel"]),
        (["grid", "axes", 0, "kind"], "method"),
        (["grid", "exclude"], []),
    ],
)
def test_the_hash_moves_with_what_decides(path, value):
    assert changed("C33", path, value).rule_sha256 != CLAIMS["C33"].rule_sha256


def test_the_hash_moves_with_how_many_are_needed():
    """Of a claim whose grid does not set it: there the two must agree."""
    path = ["readings", 0, "criteria", 0, "over", "at_least"]
    assert changed("C14", path, 3).rule_sha256 != CLAIMS["C14"].rule_sha256


@pytest.mark.parametrize(
    "path",
    [
        *([*FIRST, k] for k in ("why", "statement", "label", "unit")),
        *(["readings", 0, k] for k in ("title", "statement", "against", "would_change")),
        ["readings", 0, "rule", "words"],
        ["grid", "axes", 0, "meaning"],
        ["grid", "exclude", 0, "reason"],
        ["expected"],
        ["title"],
        ["restatement"],
    ],
)
def test_the_hash_does_not_move_with_prose(path):
    assert changed("C33", path, "other words").rule_sha256 == CLAIMS["C33"].rule_sha256


def test_claims_have_different_hashes_which_do_not_depend_on_the_run():
    assert len({s.rule_sha256 for s in CLAIMS.values()}) == len(CLAIMS)
    for spec in CLAIMS.values():
        assert (
            ClaimSpec.model_validate(spec.model_dump(mode="json")).rule_sha256 == spec.rule_sha256
        )


# what a register may not say


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ([*FIRST, "over", "at_least"], 6, "cannot be met"),
        ([*FIRST, "name"], "another", "not declared"),
        ([*FIRST, "axes"], ["planet"], "does not declare"),
        (["grid", "axes", 0, "main"], "oldest", "not among the values"),
        (["grid", "exclude", 0, "when"], {"planet": "mars"}, "unknown axes"),
        (["readings", 0, "rule", "supported"], {"all": ["first_reporter wins"]}, "holds"),
        (["readings", 0, "rule", "supported"], {"none": ["first_reporter holds"]}, "expected"),
        (["readings", 0, "not_testable"], "a reason", "either criteria"),
        (["readings", 0, "rule"], None, "need a rule"),
        (["blind"], True, "reason"),
        (["kind"], "hunch", "kind"),
        ([*FIRST, "over"], {"economies": ["KAZ", "KAZ"], "at_least": 2}, "stand twice: KAZ"),
        ([*FIRST, "over"], {"economies": ["KGX"], "at_least": 1}, "no code .* KGZ .*meant"),
        ([*FIRST, "over"], {"economies": ["Kyrgyzstan"], "at_least": 1}, "is KGZ meant"),
        (["data"], ["trade", "trade"], "tables that stand twice: trade"),
        ([*FIRST, "axes"], ["eu", "eu"], "axes that stand twice: eu"),
        ([*FIRST, "axes"], ["source"], "leaves out nothing.* source, partners"),
    ],
)
def test_a_faulty_declaration_is_refused(path, value, words):
    with pytest.raises(ValidationError, match=words):
        changed("C33", path, value)


def alone(edit: Callable[[dict[str, Any]], Any]) -> str:
    """What is said of C33 with one reading, edited."""
    content = CLAIMS["C33"].model_dump(mode="json")
    content["readings"] = content["readings"][:1]
    edit(content["readings"][0])
    with pytest.raises(ValidationError) as refused:
        ClaimSpec.model_validate(content)
    return registry.explain(refused.value)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (
            lambda reading: reading["criteria"][0].update(treshold=3),
            "readings.0.criteria.0.treshold: Extra inputs are not permitted (got 3)",
        ),
        (
            lambda reading: reading["criteria"][0].update(threshold=math.nan),
            "readings.0.criteria.0.threshold: Input should be a finite number (got nan)",
        ),
        (
            lambda reading: reading["criteria"].append(reading["criteria"][0]),
            "readings.0: Value error, criteria that stand twice: first_reporter",
        ),
    ],
)
def test_one_fault_is_told_once(edit, said):
    """It was followed by 'at least 1 item' and the whole reading."""
    assert alone(edit) == said


def test_a_list_that_is_too_short_is_told_and_a_long_value_is_cut():
    said = alone(lambda reading: reading.update(against=[*range(100)]))
    assert said.endswith("(got [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16...)")
    with pytest.raises(ValidationError) as refused:
        changed("C33", ["readings"], [])
    assert "readings: Tuple should have at least 1 item" in registry.explain(refused.value)


@pytest.mark.parametrize("path", [["grid", "axes"], [*FIRST[:-1]], ["readings"]])
def test_of_two_of_one_name_the_second_would_replace_the_first(path):
    content = CLAIMS["C33"].model_dump(mode="json")
    for step in path:
        content = content[step]
    with pytest.raises(ValidationError, match="that stand twice"):
        changed("C33", path, [*content, content[0]])


def test_a_name_stands_for_one_criterion():
    spec = changed(
        "C30", ["readings", 1, "criteria", 0, "threshold"], 5.0
    )  # rise_observed, in two readings
    with pytest.raises(RegistryError, match="rise_observed"):
        spec.criteria()


def test_gathering_refuses_what_it_cannot_use():
    students = pd.DataFrame(
        columns=["origin", "destination", "year", "level", "students", "precision", "source_id"]
    )
    spec = CLAIMS["C30"]
    with pytest.raises(UsageError, match="needs students"):
        gather(spec, {})
    with pytest.raises(UsageError, match="not judged by trade"):
        gather(spec, {"students": students, "trade": students})
    with pytest.raises(UsageError, match="of different days"):
        gather(
            CLAIMS["C25"],
            {"facts": ca.load("facts", as_of="2023-05-19"), "geography": ca.load("geography")},
        )
    with pytest.raises(UnknownNameError, match=r"trade\.lead"):
        find("trade.leed")
