"""A table in files of Parquet behind HTTP, or on a path, and what is wrong with it. That it answers
as any other: test_kinds.py.
"""

import io
import json
import sys

import pyarrow.parquet as pq
import pytest
from pandas.testing import assert_frame_equal
from places import CASES, PASSWORD, ROWS, ask, frame, parquet
from tests.cases import refused

import ca_research as ca
from ca_research import tables
from ca_research.ground import errors
from ca_research.sources.fetch import transport
from ca_research.tables.build import current


@pytest.fixture
def lies(files, move):
    """Puts rows, or bytes, where the table lives, and builds; gives the address."""

    def at(content=None, name="a.parquet", **more):
        address = files.put(name, content if isinstance(content, bytes) else parquet(content))
        move(parquet=[address], **more)
        return address

    return at


def copied(name="trade"):
    return json.loads((current() / f"{name}.location.json").read_text())


# --- what is wrong with a place


@pytest.mark.parametrize("case", CASES["other forms"])
def test_a_table_of_another_form_is_refused_by_column_and_place(lies, files, case):
    column, value, _ = CASES["other forms"][case]
    rows = frame().drop(columns=column)
    with pytest.raises(errors.ContractError) as told:
        lies(rows if value is None else rows.assign(**{column: [value] * len(rows)}))
    assert told.value.where == files.at("a.parquet") and repr(column) in told.value.what


def test_a_unit_that_the_file_states_must_be_that_of_the_table(lies):
    table = pq.read_table(io.BytesIO(parquet()))
    n = table.schema.get_field_index("value_usd")

    def stated(unit):
        buffer = io.BytesIO()
        field = table.schema.field(n).with_metadata({"unit": unit})
        pq.write_table(table.cast(table.schema.set(n, field)), buffer)
        return buffer.getvalue()

    with pytest.raises(errors.ContractError):
        lies(stated("thousand USD"))
    lies(stated("USD"))


def test_rows_that_break_a_rule_are_refused_with_their_values(lies, files):
    lies()
    rows = frame()
    for n, (column, value) in enumerate(CASES["rules"]):
        rows.loc[n, column] = value
    address = files.put("a.parquet", parquet(rows))
    for way in (tables.build, tables.check):
        with pytest.raises(errors.DataError) as told:
            way()
        found = told.value.faults
        assert {f.column for f in found} == {column for column, _ in CASES["rules"]}
        assert {f.file for f in found} == {f"table 'trade' at {address}"}
    assert len(ca.load("trade")) == len(ROWS), "the build before stands"


def test_two_rows_of_one_key_are_refused(lies, files):
    lies()
    files.put("a.parquet", parquet(frame([*ROWS, ROWS[0]])))
    for way in (tables.build, tables.check):
        with pytest.raises(errors.IntegrityError, match="reporter KAZ, partner CHN, year 1992"):
            way()


@pytest.mark.parametrize("bad", CASES["days"])
def test_a_bad_day_of_the_host_is_a_typed_error_and_the_build_before_stands(
    lies, files, bad, monkeypatch
):
    address = lies()
    before = current().name
    files.bad["a.parquet"] = bad
    monkeypatch.setattr(transport, "TIMEOUT", (60, 0.3))
    for way in (lambda: tables.build(force=True), tables.check):
        with refused(CASES["days"][bad]) as told:
            way()
        assert told.value.where == address and told.value.hint
        assert PASSWORD not in str(told.value)
    assert current().name == before and len(ca.load("trade", reporter="KAZ")) == 340


def test_a_host_that_is_away_is_told_by_a_build_and_by_nothing_else(lies, files):
    address = lies()
    files.close()
    assert len(ca.load("trade")) == len(ROWS) == len(ca.relation("trade"))
    with pytest.raises(errors.UnreachableError) as told:
        tables.build()
    assert told.value.where == address and told.value.hint


def test_a_redirect_on_the_same_host_is_followed(lies, files):
    files.bad = {"b.parquet": "moved"}
    files.put("a.parquet", parquet())
    lies(name="b.parquet")
    assert len(ca.load("trade")) == len(ROWS)


def test_files_that_are_no_table_are_told(lies, files, move, project):
    (project.home / "data" / "empty").mkdir()
    other = parquet(frame().rename(columns={"note": "remark"}))
    files.put("a.parquet", b"year,value\n2020,1\n")
    files.put("b.parquet", parquet()[:3000])
    files.put("c.parquet", parquet())
    files.put("d.parquet", other)
    for error, names in CASES["no tables"]:
        with refused(error):
            move(parquet=[name if "/" in name else files.at(name) for name in names])


# --- in which state it is


def on_a_path(files, move, home, rows):
    (home / "data" / "a.parquet").write_bytes(parquet(rows))
    return lambda: move(build=False, parquet=["data/a.parquet"])


def behind_http(files, move, home, rows):
    address = files.put("a.parquet", parquet(rows))
    return lambda: move(build=False, parquet=[address])


@pytest.mark.parametrize("put", [on_a_path, behind_http])
def test_another_state_is_seen_by_the_next_build(files, move, project, put):
    put(files, move, project.home, frame())()
    tables.build()
    built, before = current(), copied()
    assert not tables.build().fresh and current() == built
    put(files, move, project.home, frame())  # the same rows in another file: nothing stands anew
    assert tables.build().rows["trade"] == len(ROWS)
    assert copied() == before and current() == built
    put(files, move, project.home, frame(ROWS[:-1]))
    assert len(ca.load("trade")) == len(ROWS), "what was copied is what is read"
    found = tables.build()
    assert found.fresh and found.rows["trade"] == len(ROWS) - 1 == len(ca.load("trade"))
    assert copied() != before and tables.rows_of("trade") == {"S_CALENDAR": len(ROWS) - 1}


def test_a_copy_stays_when_another_table_is_built_anew(lies, files, project):
    lies()
    files.asked.clear()
    entry = next((project.home / "registry" / "tables").glob("[!t]*.yaml"))
    entry.write_text(entry.read_text() + "\n# read again\n")
    assert tables.build().fresh and len(ca.load("trade")) == len(ROWS)
    assert len(files.asked) == 1, "only the state was asked for"


def test_a_host_that_tells_no_state_is_copied_at_each_build(lies, files):
    files.bad["a.parquet"] = "nameless"
    lies()
    before = copied()
    assert tables.build().fresh and copied() == before


def test_a_token_goes_to_the_host_and_nowhere_else(lies, files, monkeypatch, project, command):
    monkeypatch.setenv("CA_RESEARCH_TOKEN", PASSWORD)
    lies(key="CA_RESEARCH_TOKEN")
    assert len(ca.load("trade")) == len(ROWS)
    assert {h.get("Authorization") for h in files.headers} == {f"Bearer {PASSWORD}"}
    files.bad["a.parquet"] = "403"
    for words in (["data", "build"], ["data", "check"]):
        code, out, err = command("--debug", *words)
        assert code == 1 and "AccessKeyError" in err and PASSWORD not in out + err
    kept = [f.read_bytes() for f in project.home.rglob("*") if f.is_file()]
    assert kept and not any(PASSWORD.encode() in content for content in kept)


@pytest.mark.parametrize("place", CASES["refused"], ids=str)
def test_a_location_that_cannot_be_is_refused(project, move, place):
    with pytest.raises(errors.RegistryError) as told:
        move(**place)
    assert "trade.yaml" in told.value.where and "secret" not in str(told.value)


def test_reading_asks_nobody_and_nothing_is_added(lies, files, monkeypatch, tmp_path):
    (tmp_path / "a.csv").write_text("x\n1\n")
    lies()
    files.asked.clear()
    with pytest.raises(errors.UsageError):
        ca.add(tmp_path / "a.csv", table="trade", source="OWN")
    for cases in CASES["not asked"].values():
        for kind, said, error in cases:
            with refused(error):
                ask(kind, said)
        # and then in a notebook that declares another table
        monkeypatch.setenv("CA_RESEARCH_READS", json.dumps({"table": ["facts"], "registry": []}))
    assert not files.asked


def test_more_rows_than_a_frame_may_have_are_counted(here, lies, monkeypatch):
    """The page on the data read tables as a whole, and stopped at one too large for a frame."""
    asked = ({"codes": ["KAZ", "KGZ"]}, {"since": 2000})
    wanted = [ca.holes("trade", **one) for one in asked]
    lies()
    monkeypatch.setattr(sys.modules["ca_research.tables.load"], "ROWS", 500)
    for one, holes in zip(asked, wanted, strict=True):
        assert_frame_equal(ca.holes("trade", **one), holes)
    with pytest.raises(errors.UsageError) as told:
        ca.load("trade")
    assert "ca.relation" in told.value.hint
    assert len(ca.load("trade", reporter="KAZ")) == 340
