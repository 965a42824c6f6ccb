"""The fast way through raw files reads what the careful one reads, or leaves it alone."""

import csv
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
import yaml
from pandas.testing import assert_frame_equal

from ca_research import registry
from ca_research.ground.errors import DataError
from ca_research.tables.fast import accepted
from ca_research.tables.raw import read_raw
from ca_research.tables.rules import dtype
from ca_research.tables.validate import schema, validate_rows

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "fast_reading.yaml").read_text("utf-8"))


def careful(table: registry.Table):
    try:
        return validate_rows(table, read_raw(table))
    except DataError:
        return None


def reads_alike(table):
    """Whether the fast way takes the table, which then is that of the careful one."""
    fast, frame = accepted(table), careful(table)
    if fast is not None:
        assert_frame_equal(fast.cast(schema(table)).to_pandas(), frame)
    return fast is not None


@pytest.mark.parametrize("name", [n for n, t in registry.tables().items() if t.files])
def test_every_table_of_the_snapshot_goes_the_fast_way_and_reads_alike(name):
    assert reads_alike(registry.table(name))


@pytest.mark.parametrize("name", CASES)
def test_the_fast_way_takes_what_is_plain_and_nothing_that_is_refused(project, name):
    case, text = CASES[name], project.raw().read_text()
    text = text.replace("as printed", case.get("note", "as printed"))
    text = text.replace("2019,export,1", f"2019,export,{case.get('value', 1)}")
    text = text.replace("2019", case.get("year", "2019"))
    text = text.replace(case.get("was", "\0\0"), case.get("is", ""))
    text = case.get("before", "") + text[: len(text) - case.get("cut", 0)] + case.get("more", "")
    project.write(text)
    assert reads_alike(registry.table("trade")) == case["fast"]


@pytest.mark.parametrize(
    ("column", "fast"), [("note", True), ("value_usd", False)], ids=["may be empty", "may not"]
)
def test_a_column_that_may_be_empty_may_be_missing(project, column, fast):
    frame = pd.read_csv(project.raw(), dtype=str, keep_default_na=False).drop(columns=column)
    project.write(frame.to_csv(index=False))
    assert reads_alike(registry.table("trade")) == fast


def test_nothing_and_a_heading_alone_are_left_alone(project):
    heading = project.raw().read_text().split("\n")[0] + "\n"
    for text in ("", heading):
        project.write(text)
        assert not reads_alike(registry.table("trade"))


def test_a_field_longer_than_the_careful_reader_takes_is_left_to_it(project):
    project.write(project.raw().read_text().replace("as printed", "x" * 1000))
    table = registry.table("trade")
    assert reads_alike(table)
    before = csv.field_size_limit(999)
    try:
        assert accepted(table) is None and careful(table) is None
    finally:
        csv.field_size_limit(before)


def test_a_key_of_many_columns_is_ordered_whatever_the_number_of_its_combinations(project):
    """Seven columns of a thousand values have more combinations than a whole number has."""
    names = [f"k{n}" for n in range(7)]
    column = {"type": "string", "meaning": "part of a key"}
    source = {"source_id": {"type": "source", "meaning": "source"}}
    rows = [[str((i * (n + 3)) % 1009) for n in range(7)] + ["S_LATE"] for i in range(1009)]
    project.edit(columns=dict.fromkeys(names, column) | source, key=names, known="source")
    project.rows(*rows)
    assert reads_alike(registry.table("trade"))


def test_types_are_those_that_arrow_finds_in_a_frame():
    """`schema` puts them together from one of each kind."""
    for name, table in registry.tables().items():
        types = {n: dtype(c) for n, c in table.columns.items()} | {"day": "datetime64[ms]"}
        frame = pd.DataFrame(
            {n: pd.Series(["" if kind == "str" else None], dtype=kind) for n, kind in types.items()}
        )
        expected = pa.Schema.from_pandas(frame, preserve_index=False)
        assert schema(table, day="datetime64[ms]").equals(expected, check_metadata=True), name
