"""Values of settings and axes: given to measures in their type, shown by their label, hashed by
their text.
"""

import datetime as dt

import pytest
import yaml
from pydantic import ValidationError
from tests.cases import cases

import ca_research as ca
from ca_research.claims import check
from ca_research.ground import paths
from ca_research.ground.errors import UsageError
from ca_research.registry import ClaimSpec
from ca_research.registry.choices import GridAxis, canonical
from ca_research.registry.words import axis_words, choice_words


def written(claim_id):
    file = paths.registry_dir() / "claims" / f"{claim_id}.yaml"
    return yaml.safe_load(file.read_text())


def axis_of(content, name):
    return next(a for a in content["grid"]["axes"] if a["name"] == name)


def grid(*values, main, **more):
    return GridAxis.model_validate(
        {"name": "floor", "meaning": "m", "values": values, "main": main} | more
    )


def test_values_keep_the_type_in_which_they_are_written():
    given = [1, 0.5, True, "1.5", dt.date(2023, 5, 19), "2023-05-19x"]
    axis = grid(*given, main=0.5)
    assert [(type(v), v) for v in axis.choices] == [(type(v), v) for v in given]
    assert list(map(canonical, given)) == ["1", "0.5", "true", "1.5", "2023-05-19", "2023-05-19x"]


@pytest.mark.parametrize(("values", "main"), cases(__file__, "choices")["axes"], ids=str)
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


def faults(content):
    spec = ClaimSpec.model_validate(content)
    return list(check.register({spec.id: spec}, {spec.notebook: set(spec.data)}))


def test_an_axis_of_another_type_is_refused_also_where_a_claim_is_judged():
    content = written("C29")
    axis_of(content, "span").update(values=["5", "4"], main="5")
    assert any("span of relations.examinee_growth" in fault for fault in faults(content))
    spec = ClaimSpec.model_validate(content)
    with pytest.raises(UsageError):
        ca.claims.Claim(spec).gather(**{name: ca.load(name) for name in spec.data})
