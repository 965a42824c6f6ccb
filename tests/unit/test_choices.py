"""Values of settings and axes: given to measures in their type, shown by their label, hashed by
their text.
"""

from __future__ import annotations

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
from ca_research.claims.evidence import _typed
from ca_research.claims.trace import trace
from ca_research.ground import paths
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


def settings(content: dict[str, Any]) -> list[dict[str, Any]]:
    criteria = [c for r in content["readings"] for c in r.get("criteria", [])]
    return [c["settings"] for c in criteria if "settings" in c]


def hashes(content: dict[str, Any]) -> tuple[str, str]:
    spec = ClaimSpec.model_validate(content)
    return spec.rule_sha256, spec.rule_sha256_2


def grid(*values: Any, main: Any, **more: Any) -> GridAxis:
    return GridAxis.model_validate(
        {"name": "floor", "meaning": "m", "values": values, "main": main} | more
    )


def test_values_keep_the_type_in_which_they_are_written():
    given = [1, 0.5, True, "1.5", dt.date(2023, 5, 19), "2023-05-19x"]
    axis = grid(*given, main=0.5)
    assert [(type(v), v) for v in axis.choices] == [(type(v), v) for v in given]
    assert list(map(canonical, given)) == ["1", "0.5", "true", "1.5", "2023-05-19", "2023-05-19x"]


@pytest.mark.parametrize(
    ("values", "main"),
    [
        ([1, 2], "1"),
        ([1, 2], True),
        ([5, "5"], 5),
        ([{"value": 1, "label": "one"}, {"value": 2, "label": "one"}], 1),
        ([{"value": 1, "label": ""}, 2], 2),
        ([None, 2], 2),
        ([[1], 2], 2),
    ],
)
def test_an_axis_that_cannot_be_read_one_way_is_refused(values, main):
    with pytest.raises(ValidationError):
        grid(*values, main=main)


def test_a_value_is_shown_by_its_label_else_by_the_words_of_the_register():
    axis = grid({"value": 1_000_000, "label": "one million"}, "newest-1", main="newest-1")
    assert axis.choices == (1_000_000, "newest-1")
    assert choice_words(axis, 1_000_000) == "one million"
    assert choice_words(axis, "1000000") == "one million", "as JSON or a CSV may give it back"
    assert choice_words(axis, "newest-1") == "the year before"
    assert axis_words(axis) == "least value counted"
    assert axis_words(grid(1, main=1, label="least worth")) == "least worth"


def test_labels_are_not_in_the_hash_and_values_are():
    content = written("C22")
    before, floor = hashes(content), axis_of(content, "floor")
    floor["values"] = [{**v, "label": v["label"] + " a year"} for v in floor["values"]]
    assert hashes(content) == before
    floor["values"] = [v["value"] for v in floor["values"]]
    floor["label"] = "least worth"
    assert hashes(content) == before
    floor["values"][1] += 1
    assert hashes(content) != before


def test_a_number_and_its_text_are_one_rule_and_every_setting_is_in_it():
    content = written("C33")
    before = hashes(content)
    for chosen in settings(content):
        chosen["since"] = "2018"
    assert hashes(content) == before
    settings(content)[0]["since"] = 2014
    assert hashes(content) != before
    content = written("C04")  # also one that is called as a field of prose
    before = hashes(content)
    for chosen in settings(content):
        chosen |= {"says": "last"} if "says" in chosen else {}
    assert all(one != other for one, other in zip(hashes(content), before, strict=True))


def faults(content: dict[str, Any]) -> list[str]:
    spec = ClaimSpec.model_validate(content)
    return list(check.register({spec.id: spec}, {spec.notebook: set(spec.data)}))


@pytest.mark.parametrize(
    ("claim_id", "name", "value"),
    [
        ("C33", "since", "2013"),
        ("C33", "since", 2013.0),
        ("C33", "since", True),
        ("C33", "basis", 1),
        ("C27", "reading", 1),
        ("C31", "since", "2023-05-19"),
    ],
)
def test_a_setting_of_another_type_is_refused_with_file_and_measure(claim_id, name, value):
    content = written(claim_id)
    for chosen in settings(content):
        chosen |= {name: value} if name in chosen else {}
    place = f"registry/claims/{claim_id}.yaml"
    assert any(f.startswith(place) and f"{name} of " in f for f in faults(content))


def test_an_axis_of_another_type_is_refused_also_where_a_claim_is_judged():
    content = written("C29")
    axis_of(content, "span").update(values=["5", "4"], main="5")
    assert any("span of relations.examinee_growth" in fault for fault in faults(content))
    spec = ClaimSpec.model_validate(content)
    with pytest.raises(UsageError):
        ca.claims.Claim(spec).gather(**{name: ca.load(name) for name in spec.data})


def test_an_exclusion_that_would_exclude_nothing_is_refused():
    content = written("C22")
    content["grid"]["exclude"][-1]["when"]["until"] = "2019"
    with pytest.raises(ValidationError):
        ClaimSpec.model_validate(content)


def test_choices_reach_the_evidence_in_their_type_beside_criteria_without_the_axis():
    common = {"spec": 0, "is_main": True, "without": "", "rows": None}
    rows = [{"criterion": "a", "floor": 1_000_000} | common, {"criterion": "b"} | common]
    made = _typed(rows, ["floor"])["floor"].tolist()
    assert made == [1_000_000, None] and type(made[0]) is int, "not 1000000.0"


def test_specifications_are_listed_by_labels():
    listed = ca.claim("C22").specifications()
    gains = listed[listed["criterion"] == "chapters"]
    assert set(gains["floor"]) == {"1 million dollars", "0.1 million dollars", "10 million dollars"}
    assert set(gains["until"]) == {"2018", "2019"}


def test_a_curve_is_labelled_and_a_stored_choice_keeps_its_value():
    rows = {"spec": [0, 1], "is_main": [True, False], "met": True, "threshold": 0.0, "span": [5, 4]}
    data = pd.DataFrame(rows | dict.fromkeys(("value", "low", "high"), 1.0))
    words = ca.claim("C29").choice_words
    figure = plots.specification_curve(data, ["span"], unit="per cent", words=words)
    marks = {t.get_text() for ax in figure.axes for t in ax.get_yticklabels()}
    assert {"5 years", "4 years"} <= marks
    kept = trace("examinees", {"span": 5, "since": dt.date(2023, 5, 19)}, [])
    back = json.loads(json.dumps(kept))["choices"]
    assert back == {"span": 5, "since": "2023-05-19"}
    shown = render._choices(back, registry.claim("C29"))
    assert shown == "span: 5 years, since: 2023-05-19"
