"""Values of settings and axes: given to measures in their type, shown by their label, hashed by
their text.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
from typing import Any

import pandas as pd
import pytest
import yaml
from pydantic import ValidationError

import ca_research as ca
from ca_research import plots, registry
from ca_research.claims import check
from ca_research.claims.evidence import _labelled, _typed, universe
from ca_research.claims.measures import wrong_choices
from ca_research.claims.trace import trace
from ca_research.ground import arguments, paths
from ca_research.ground.errors import UsageError
from ca_research.registry import ClaimSpec
from ca_research.registry.choices import GridAxis, canonical
from ca_research.registry.words import axis_words, choice_words
from ca_research.site import render


def written(claim_id: str) -> dict[str, Any]:
    file = paths.registry_dir() / "claims" / f"{claim_id}.yaml"
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def axis_of(content: dict[str, Any], name: str) -> dict[str, Any]:
    return next(a for a in content["grid"]["axes"] if a["name"] == name)


def model(content: dict[str, Any]) -> ClaimSpec:
    return ClaimSpec.model_validate(copy.deepcopy(content))


def grid(*values: Any, main: Any, **more: Any) -> GridAxis:
    return GridAxis.model_validate(
        {"name": "floor", "meaning": "m", "values": values, "main": main} | more
    )


# --- one value: its type, its text, its label
# ------------------------------------------------------------------------------------------


def test_values_keep_the_type_in_which_they_are_written():
    given = [1, 0.5, True, "1.5", dt.date(2023, 5, 19), "2023-05-19x"]
    axis = grid(*given, main=0.5)
    assert [(type(v), v) for v in axis.choices] == [(type(v), v) for v in given]
    assert list(map(canonical, given)) == ["1", "0.5", "true", "1.5", "2023-05-19", "2023-05-19x"]


@pytest.mark.parametrize(
    ("values", "main", "told"),
    [
        ([1, 2], "1", "main value '1' is not among the values"),
        ([1, 2], True, "main value True is not among"),
        ([5, "5"], 5, "values that stand twice: 5"),
        (
            [{"value": 1, "label": "one"}, {"value": 2, "label": "one"}],
            1,
            "labels that stand twice",
        ),
        ([{"value": 1, "label": ""}, 2], 2, "at least 1 character"),
        ([None, 2], 2, "valid"),
        ([[1], 2], 2, "valid"),
    ],
)
def test_an_axis_that_cannot_be_read_one_way_is_refused(values, main, told):
    with pytest.raises(ValidationError, match=told):
        grid(*values, main=main)


def test_a_value_is_shown_by_its_label_else_by_the_words_of_the_register():
    axis = grid({"value": 1_000_000, "label": "one million"}, "newest-1", main="newest-1")
    assert axis.choices == (1_000_000, "newest-1")
    assert choice_words(axis, 1_000_000) == "one million"
    assert choice_words(axis, "1000000") == "one million", "as JSON or a CSV may give it back"
    assert choice_words(axis, "newest-1") == "the year before"
    assert axis_words(axis) == "least value counted"
    assert axis_words(grid(1, main=1, label="least worth")) == "least worth"


# --- the hash knows values, not labels and not types
# ------------------------------------------------------------------------------------------


def test_labels_are_not_in_the_hash_and_values_are():
    content = written("C22")
    before = model(content).rule_sha256
    floor = axis_of(content, "floor")
    assert {"value": 1_000_000, "label": "1 million dollars"} in floor["values"]
    floor["values"] = [{**v, "label": v["label"] + " a year"} for v in floor["values"]]
    assert model(content).rule_sha256 == before
    floor["values"] = [v["value"] for v in floor["values"]]
    floor["label"] = "least worth"
    assert model(content).rule_sha256 == before
    floor["values"][1] += 1
    assert model(content).rule_sha256 != before


def test_a_number_and_its_text_are_one_rule():
    content = written("C33")
    before = model(content)
    for reading in content["readings"]:
        for criterion in reading.get("criteria", []):
            criterion["settings"]["since"] = "2018"
    assert model(content).rule_sha256 == before.rule_sha256
    assert model(content).rule_sha256_2 == before.rule_sha256_2
    content["readings"][0]["criteria"][0]["settings"]["since"] = 2014
    assert model(content).rule_sha256 != before.rule_sha256


def test_every_setting_is_in_the_hash_also_one_that_is_called_as_a_field_of_prose():
    content = written("C04")
    before = model(content)
    for reading in content["readings"]:
        for criterion in reading["criteria"]:
            if "says" in criterion["settings"]:
                criterion["settings"]["says"] = "last"
    assert model(content).rule_sha256 != before.rule_sha256
    assert model(content).rule_sha256_2 != before.rule_sha256_2


# --- a mistyped value is refused before anything is computed
# ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim_id", "name", "value", "told"),
    [
        ("C33", "since", "2013", "since of trade.lead: a whole number is wanted, and '2013'"),
        ("C33", "since", 2013.0, "a whole number is wanted, and 2013.0 is a number"),
        ("C33", "since", True, "a whole number is wanted, and True is true or false"),
        ("C33", "basis", 1, "basis of trade.lead: 'reporter' or 'mirror' or 'interval' or"),
        ("C27", "reading", 1, "a text is wanted, and 1 is a whole number"),
        ("C31", "since", "2023-05-19", "a date is wanted, and '2023-05-19' is a text"),
    ],
)
def test_a_setting_of_another_type_is_refused_with_file_and_measure(claim_id, name, value, told):
    content = written(claim_id)
    for reading in content["readings"]:
        for criterion in reading.get("criteria", []):
            if name in criterion.get("settings", {}):
                criterion["settings"][name] = value
    spec = model(content)
    tables = {spec.notebook: set(spec.data)}
    faults = check.register({claim_id: spec}, tables)
    assert any(f.startswith(f"registry/claims/{claim_id}.yaml") and told in f for f in faults)


def test_an_axis_of_another_type_is_refused_also_where_a_claim_is_judged():
    content = written("C29")
    span = axis_of(content, "span")
    span["values"], span["main"] = ["5", "4"], "5"
    spec = model(content)
    told = "span of relations.examinee_growth: a whole number is wanted, and '5' is a text"
    assert any(told in f for f in check.register({"C29": spec}, {spec.notebook: set(spec.data)}))
    with pytest.raises(UsageError, match="a whole number is wanted"):
        ca.claims.Claim(spec).gather(**{name: ca.load(name) for name in spec.data})


def test_an_exclusion_that_would_exclude_nothing_is_refused():
    content = written("C22")
    content["grid"]["exclude"][-1]["when"]["until"] = "2019"
    with pytest.raises(ValidationError, match="an exclusion names no value of until: '2019'"):
        model(content)


def test_no_claim_gives_a_measure_a_value_of_another_type():
    for spec in registry.claims().values():
        for criterion in spec.criteria().values():
            assert not list(wrong_choices(criterion, spec.axes_of(criterion)))


@pytest.mark.parametrize(
    ("wanted", "value"),
    [
        (arguments.whole_number, "2013"),
        (arguments.whole_number, 2013.5),
        (arguments.whole_number, True),
        (arguments.number, float("nan")),
        (arguments.day, "2023-05-19"),
        (arguments.day, pd.NaT),
    ],
)
def test_what_a_function_is_given_is_not_turned_into_another_type(wanted, value):
    with pytest.raises(UsageError, match="since must be"):
        wanted("since", value)


def test_a_moment_is_of_its_day():
    assert arguments.day("until", pd.Timestamp("2023-05-19 10:00")) == dt.date(2023, 5, 19)


# --- from the claim file to the page
# ------------------------------------------------------------------------------------------


def test_choices_reach_the_evidence_in_their_type_beside_criteria_without_the_axis():
    common = {"spec": 0, "is_main": True, "without": "", "rows": None}
    made = _typed(
        [{"criterion": "a", "floor": 1_000_000} | common, {"criterion": "b"} | common], ["floor"]
    )
    assert made["floor"].tolist() == [1_000_000, None]
    assert type(made["floor"].iloc[0]) is int, "not 1000000.0"


def test_what_is_left_out_is_named_by_its_label():
    spec = registry.claim("C12")
    criterion = spec.criteria()["russia_always"]
    chosen = list(universe(spec, criterion))
    rows = _labelled(spec, criterion, [{"spec": n, **c} for n, c in enumerate(chosen)])
    assert {row["without"] for row in rows} == {
        "",
        "period: the documents before 2001",
        "period: the documents from 2017 on",
    }


def test_specifications_are_listed_by_labels():
    listed = ca.claim("C22").specifications()
    gains = listed[listed["criterion"] == "chapters"]
    assert set(gains["floor"]) == {"1 million dollars", "0.1 million dollars", "10 million dollars"}
    assert set(gains["until"]) == {"2018", "2019"}


def test_a_curve_is_labelled_and_a_stored_choice_keeps_its_value():
    spec = registry.claim("C29")
    data = pd.DataFrame(
        {
            "spec": [0, 1],
            "is_main": [True, False],
            "value": [1.0, 2.0],
            "low": [1.0, 2.0],
            "high": [1.0, 2.0],
            "met": [True, True],
            "threshold": [0.0, 0.0],
            "span": [5, 4],
        }
    )
    figure = plots.specification_curve(
        data, ["span"], unit="per cent", words=ca.claim("C29").choice_words
    )
    marks = [t.get_text() for ax in figure.axes for t in ax.get_yticklabels()]
    assert {"5 years", "4 years"} <= set(marks)
    kept = trace("examinees", {"span": 5, "since": dt.date(2023, 5, 19)}, [])
    back = json.loads(json.dumps(kept))["choices"]
    assert back == {"span": 5, "since": "2023-05-19"}
    assert render._choices(back, spec) == "span: 5 years, since: 2023-05-19"
