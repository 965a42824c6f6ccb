"""The fast way through raw files reads what the careful one reads, or leaves it alone."""

import csv

import pandas as pd
import pyarrow as pa
import pytest
from pandas.testing import assert_frame_equal

from ca_research import registry
from ca_research.ground.errors import DataError
from ca_research.tables.fast import accepted
from ca_research.tables.raw import read_raw
from ca_research.tables.rules import dtype
from ca_research.tables.validate import schema, validate_rows

COLUMNS = ("reporter", "partner", "year", "flow", "value_usd", "note", "source_id")
ROWS = (  # invented: codes of real economies, values 1, 2, 3
    ("KAZ", "CHN", "2019", "export", "1", "", "S_CALENDAR"),
    ("KAZ", "CHN", "2020", "export", "2", "", "S_CALENDAR"),
    ("KAZ", "WLD", "2020", "export", "3", "", "S_CALENDAR"),
    ("KGZ", "CHN", "2020", "export", "1", "as printed", "S_STATED"),
    ("TUR", "EU27", "2021", "import", "2", "", "S_LATE"),
)

HEADER = ",".join(COLUMNS) + "\n"
PLAIN = "".join(",".join(row) + "\n" for row in ROWS)
SHORT = "".join(",".join((*row[:5], row[6])) + "\n" for row in (COLUMNS, *ROWS))
"""Without the column that may be empty."""
FIRST = "KAZ,CHN,2019,export,1,,S_CALENDAR"


def careful(table: registry.Table):
    try:
        return validate_rows(table, read_raw(table))
    except DataError:
        return None


@pytest.mark.parametrize("name", [n for n, t in registry.tables().items() if t.files])
def test_every_table_of_the_snapshot_goes_the_fast_way_and_reads_alike(name):
    table = registry.table(name)
    fast = accepted(table)
    assert fast is not None
    assert_frame_equal(fast.cast(schema(table)).to_pandas(), careful(table))


@pytest.mark.parametrize(
    ("text", "fast"),
    [
        (HEADER + PLAIN, True),
        (SHORT, True),
        (SHORT.replace("value_usd,", ""), False),
        ((HEADER + PLAIN).replace("\n", "\r\n"), True),
        ((HEADER + PLAIN).rstrip("\n"), True),
        (HEADER + PLAIN.replace("as printed", '"a ""quoted"", word\nin two lines"'), True),
        (HEADER + PLAIN.replace("as printed", 'an inch, or "'), False),
        (HEADER + PLAIN.replace("as printed", '12" wide'), False),
        (HEADER + PLAIN.replace("as printed", '"open'), False),
        (HEADER + PLAIN.replace("as printed", '"closed" early'), False),
        (HEADER + PLAIN.replace("as printed", "NA"), True),
        (HEADER + PLAIN.replace("as printed", " with spaces "), True),
        (HEADER + PLAIN.replace("as printed", "a\rb"), False),
        (HEADER + PLAIN.replace("as printed", "a\x00b"), False),
        (HEADER + PLAIN.replace("as printed", "a\uffffb"), False),
        (HEADER + PLAIN + "\n", False),
        (HEADER.replace("note,", ""), False),
        ("\ufeff" + HEADER + PLAIN, False),
        (HEADER, False),
        ("", False),
        *(
            (HEADER + PLAIN.replace(FIRST, FIRST.replace("export,1", f"export,{value}")), fast)
            for value, fast in [
                ("+1.50", True),
                (".5", True),
                ("1e5", True),
                ("-0", True),
                ("1e400", False),
                ("nan", False),
                ("inf", False),
                (" 1", False),
                ("1_0", False),
                ("0x1", False),
                ("\u0661", False),
                ("", False),
            ]
        ),
        *(
            (HEADER + PLAIN.replace("2019", year), fast)
            for year, fast in [("2019.0", True), ("2020.0", False), ("2019.5", False)]
        ),
    ],
)
def test_the_fast_way_takes_what_is_plain_and_nothing_that_is_refused(project, text, fast):
    project.write(text)
    table = registry.table("trade")
    found, frame = accepted(table), careful(table)
    assert (found is not None) == fast
    if fast:
        assert_frame_equal(found.cast(schema(table)).to_pandas(), frame)


def test_a_field_longer_than_the_careful_reader_takes_is_left_to_it(project):
    project.write(HEADER + PLAIN.replace("as printed", "x" * 1000))
    table = registry.table("trade")
    assert accepted(table) is not None
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
    table = registry.table("trade")
    fast = accepted(table)
    assert fast is not None
    assert_frame_equal(fast.cast(schema(table)).to_pandas(), careful(table))


@pytest.mark.parametrize("name", sorted(registry.tables()))
def test_types_are_those_that_arrow_finds_in_a_frame(name):
    """`schema` puts them together from one of each kind."""
    table = registry.table(name)
    types = {n: dtype(c) for n, c in table.columns.items()} | {"day": "datetime64[ms]"}
    frame = pd.DataFrame(
        {n: pd.Series(["" if kind == "str" else None], dtype=kind) for n, kind in types.items()}
    )
    expected = pa.Schema.from_pandas(frame, preserve_index=False)
    assert schema(table, day="datetime64[ms]").equals(expected, check_metadata=True)
