"""The registry refuses what is not whole, and says file, field and expectation."""

import json

import jsonschema
import pytest
import yaml
from tests.cases import cases

from ca_research import registry
from ca_research.ground import paths
from ca_research.ground.errors import RegistryError

CASES = cases(__file__, "registry")
LAGGED = {"release_lag_days": "31", "release_basis": "calendar", "release_reason": "invented"}


def refusal(read):
    registry.forget()
    with pytest.raises(RegistryError) as caught:
        read()
    return caught.value


@pytest.mark.parametrize(("field", "value", "named"), CASES["tables"], ids=str)
def test_a_broken_table_names_file_and_field(project, field, value, named):
    declared = yaml.safe_load(project.spec().read_text())
    *above, last = field
    holder = declared
    for name in above:
        holder = holder[name]
    holder[last] = value
    if value is None:
        del holder[last]
    project.spec().write_text(yaml.safe_dump(declared))
    error = refusal(registry.tables)
    assert error.where == "registry/tables/trade.yaml" and error.hint and named in error.what


@pytest.mark.parametrize(("text", "line"), CASES["texts"])
def test_a_file_that_is_no_mapping_names_its_line(project, text, line):
    project.spec().write_text(text)
    assert refusal(registry.tables).where == f"registry/tables/trade.yaml{line}"


def test_a_day_given_as_a_number_is_refused(project):
    file = project.home / "registry" / "article.yaml"
    file.write_text(file.read_text().replace("'2023-05-19'", "1684454400"))
    assert "1684454400" in refusal(registry.article).what


@pytest.mark.parametrize(("fields", "named"), CASES["sources"], ids=str)
def test_a_broken_source_names_its_row_and_field(project, fields, named):
    project.sources({"source_id": "S_GOOD", **LAGGED}, {"source_id": "S_BAD", **LAGGED, **fields})
    error = refusal(registry.sources)
    assert error.where == "registry/sources.csv, row 2 (S_BAD)" and named in error.what


def test_a_source_that_stands_twice_is_refused(project):
    project.sources(*({"source_id": "S_SAME", **LAGGED},) * 2)
    assert "row 2" in refusal(registry.sources).where


@pytest.mark.parametrize("surplus", [True, False])
def test_a_row_with_too_many_or_too_few_fields_is_refused(project, surplus):
    file = project.home / "registry" / "sources.csv"
    *lines, last = file.read_text().splitlines()
    lines.append(f"{last},surplus" if surplus else "S_SHORT,title")
    file.write_text("\n".join(lines) + "\n")
    assert refusal(registry.sources).where == "registry/sources.csv, line 4"


# --- JSON Schemas


def entries(kind):
    """Real entries as a program would hand them over: sources as typed rows, tables and claims as
    they lie in YAML.
    """
    if kind == "source":
        return [s.model_dump(mode="json") for s in registry.sources().values()]
    files = sorted((paths.registry_dir() / f"{kind}s").glob("*.yaml"))
    read = [yaml.safe_load(f.read_text()) for f in files]
    return json.loads(json.dumps(read, default=str))


@pytest.mark.parametrize("kind", ["source", "table", "claim"])
def test_schemas_accept_the_real_entries(kind):
    validator = jsonschema.Draft202012Validator(registry.schemas()[kind])
    validator.check_schema(validator.schema)
    found = entries(kind)
    assert found
    for entry in found:
        validator.validate(entry)
