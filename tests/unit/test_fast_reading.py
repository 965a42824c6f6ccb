"""The fast way through raw files reads what the careful one reads, or leaves it alone."""

import pytest
from pandas.testing import assert_frame_equal
from tests.cases import cases

from ca_research import registry
from ca_research.ground.errors import DataError
from ca_research.tables.fast import accepted
from ca_research.tables.raw import read_raw
from ca_research.tables.validate import schema, validate_rows

CASES = cases(__file__, "fast_reading")


def careful(table):
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
