"""The registry refuses what is not whole, and says file, field and expectation."""

import datetime as dt
import json

import jsonschema
import pytest
import yaml

from ca_research import registry
from ca_research.ground import paths
from ca_research.ground.errors import RegistryError, UnknownNameError


def refusal(read):
    with pytest.raises(RegistryError) as caught:
        read()
    return caught.value


def changed(column, **fields):
    """An edit that changes one column of the declaration of `trade`; None takes the field away."""

    def edit(declared):
        declared["columns"][column] |= fields
        declared["columns"][column] = {
            k: v for k, v in declared["columns"][column].items() if v is not None
        }

    return edit


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda d: d.update(colour="red"), ["colour", "Extra inputs are not permitted", "'red'"]),
        (lambda d: d.pop("title"), ["title", "Field required"]),
        (
            lambda d: d.update(known="sometime"),
            ["known", "'year', 'date' or 'source'", "'sometime'"],
        ),
        (lambda d: d["key"].append("product"), ["key column 'product' is not among the columns"]),
        (lambda d: d["key"].append("note"), ["key column 'note' may not be nullable"]),
        (lambda d: d.update(known="date"), ["known: date needs a column `date`"]),
        (
            lambda d: d["files"]["trade/small.csv"].update(sha256="abc"),
            ["files.trade/small.csv.sha256", "'abc'"],
        ),
        (lambda d: d.update(table="trades"), ["the table calls itself trades"]),
        (
            changed("value_usd", reason=None),
            ["columns.value_usd", "a bound carries a written `reason`"],
        ),
        (
            changed("value_usd", unit=None),
            ["columns.value_usd", "a numeric column names its `unit`"],
        ),
        (changed("value_usd", type="money"), ["columns.value_usd.type", "'money'"]),
        (changed("flow", values=None), ["columns.flow", "a category column lists its `values`"]),
        (changed("flow", meaning=""), ["columns.flow.meaning", "at least 1 character"]),
    ],
)
def test_a_broken_table_names_file_field_and_expectation(project, edit, words):
    declared = yaml.safe_load(project.spec().read_text())
    edit(declared)
    project.spec().write_text(yaml.safe_dump(declared))
    registry.forget()
    error = refusal(registry.tables)
    assert error.where == "registry/tables/trade.yaml" and error.hint
    assert all(word in error.what for word in words), error.what


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("table: trade\nkey: [a, b\ntitle: x\n", 3),
        ("table: trade\n\tkey: a\n", 2),
        ("a: b: c\n", 1),
    ],
)
def test_broken_yaml_names_file_and_line(project, text, line):
    project.spec().write_text(text)
    registry.forget()
    error = refusal(registry.tables)
    assert error.what.startswith("not valid YAML")
    assert error.where == f"registry/tables/trade.yaml, line {line}"


@pytest.mark.parametrize("text", ["", "just words\n", "- a\n- b\n"])
def test_a_file_that_is_no_mapping_is_refused(project, text):
    project.spec().write_text(text)
    registry.forget()
    assert "Input should be a valid dictionary" in refusal(registry.tables).what


@pytest.mark.parametrize(
    ("column", "field", "value"),
    [
        ("year", "min", True),
        ("year", "min", "1992"),
        ("value_usd", "min", float("nan")),
        ("note", "nullable", "yes"),
    ],
)
def test_a_value_that_would_be_read_as_another_is_refused(project, column, field, value):
    declared = yaml.safe_load(project.spec().read_text())
    declared["columns"][column][field] = value
    project.spec().write_text(yaml.safe_dump(declared))
    registry.forget()
    assert f"columns.{column}.{field}" in refusal(registry.tables).what


def test_a_day_given_as_a_number_is_refused(project):
    file = project.home / "registry" / "article.yaml"
    file.write_text(file.read_text().replace("'2023-05-19'", "1684454400"))
    registry.forget()
    assert "date: 1684454400 would be read as '2023-05-19'" in refusal(registry.article).what


LAGGED = {"release_lag_days": "31", "release_basis": "calendar", "release_reason": "invented"}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"release_basis": "stated"}, ["release_basis 'stated' needs the date in `published`"]),
        (
            {"release_basis": "calendar"},
            ["release_basis 'calendar' needs release_lag_days and release_reason"],
        ),
        (LAGGED | {"release_reason": ""}, ["needs release_lag_days and release_reason"]),
        (
            LAGGED | {"release_lag_days": "-1"},
            ["release_lag_days", "greater than or equal to 0", "'-1'"],
        ),
        (LAGGED | {"release_lag_days": "soon"}, ["release_lag_days", "valid integer", "'soon'"]),
        (
            LAGGED | {"redistribution": "perhaps"},
            ["redistribution", "'yes', 'figures' or 'no'", "'perhaps'"],
        ),
        (LAGGED | {"citation": ""}, ["citation", "at least 1 character"]),
        (LAGGED | {"accessed": "May 2023"}, ["accessed", "'May 2023'"]),
        (LAGGED | {"published": "2021-02-30"}, ["published", "'2021-02-30'"]),
        (LAGGED | {"edition": "2021-13"}, ["edition", "'2021-13'"]),
    ],
)
def test_a_broken_source_names_its_row_and_field(project, fields, words):
    project.sources({"source_id": "S_GOOD", **LAGGED}, {"source_id": "S_BAD", **fields})
    error = refusal(registry.sources)
    assert error.where == "registry/sources.csv, row 2 (S_BAD)"
    assert all(word in error.what for word in words), error.what


def test_a_source_that_stands_twice_is_refused(project):
    project.sources(*({"source_id": "S_SAME", **LAGGED},) * 2)
    error = refusal(registry.sources)
    assert error.what == "source 'S_SAME' stands twice" and "row 2" in error.where


NAMES = len(registry.Source.model_fields)


@pytest.mark.parametrize(("ending", "cells"), [(",surplus", NAMES + 1), (None, 2)])
def test_a_row_with_too_many_or_too_few_fields_is_refused(project, ending, cells):
    file = project.home / "registry" / "sources.csv"
    *lines, last = file.read_text().splitlines()
    file.write_text("\n".join([*lines, last + ending if ending else "S_SHORT,title"]) + "\n")
    registry.forget()
    error = refusal(registry.sources)
    assert error.where == "registry/sources.csv, line 4"
    assert error.what == f"a row of {cells} cells under {NAMES} names"


def test_missing_sources_say_where_they_should_be(project):
    (project.home / "registry" / "sources.csv").unlink()
    registry.forget()
    assert "list of sources" in refusal(registry.sources).what


def test_what_is_not_known_stays_null(project):
    source = registry.sources()["S_CALENDAR"]
    unknown = (source.publisher, source.original, source.found_in, source.accessed)
    assert {*unknown, source.published} == {None}
    assert source.release_lag_days == 31


@pytest.mark.parametrize(
    ("read", "name", "near"),
    [
        (registry.table, "trad", "trade"),
        (registry.table, "Facts", "facts"),
        (registry.claim, "C1", "known"),
    ],
)
def test_unknown_names_are_refused(project, read, name, near):
    with pytest.raises(UnknownNameError, match=near):
        read(name)


# --- JSON Schemas
# ------------------------------------------------------------------------------------------


def entries(kind):
    """Real entries as a program would hand them over: sources as typed rows, tables and claims as
    they lie in YAML.
    """
    if kind == "source":
        return [s.model_dump(mode="json") for s in registry.sources().values()]
    files = sorted((paths.registry_dir() / f"{kind}s").glob("*.yaml"))
    as_json = [
        json.dumps(yaml.safe_load(f.read_text(encoding="utf-8")), default=dt.date.isoformat)
        for f in files
    ]
    return [json.loads(text) for text in as_json]


@pytest.mark.parametrize("kind", ["source", "table", "claim"])
def test_schemas_accept_the_real_entries(kind):
    schema = registry.schemas()[kind]
    jsonschema.Draft202012Validator.check_schema(schema)
    validator, found = jsonschema.Draft202012Validator(schema), entries(kind)
    assert found
    for entry in found:
        validator.validate(entry)


@pytest.mark.parametrize(
    ("kind", "broken", "at"),
    [
        ("source", {"redistribution": "perhaps"}, "redistribution"),
        ("source", {"release_lag_days": "31"}, "release_lag_days"),
        ("source", {"colour": "red"}, None),
        ("table", {"known": "sometime"}, "known"),
        ("table", {"columns": {"a": {"type": "money", "meaning": "x"}}}, "columns"),
        ("claim", {"id": "30"}, "id"),
        ("claim", {"readings": []}, "readings"),
    ],
)
def test_schemas_refuse_a_broken_entry(kind, broken, at):
    with pytest.raises(jsonschema.ValidationError) as caught:
        jsonschema.validate(entries(kind)[0] | broken, registry.schemas()[kind])
    assert (caught.value.path[0] if caught.value.path else None) == at
