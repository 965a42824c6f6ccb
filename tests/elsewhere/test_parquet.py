"""A table in files of Parquet behind HTTP, or on a path: what is sent, and what is wrong with it.
That it answers as any other: test_kinds.py.
"""

import io
import json
import sys

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from pandas.testing import assert_frame_equal
from places import CASES, PASSWORD, ROWS, ask, frame, parquet
from tests.cases import refused

import ca_research as ca
from ca_research import registry, tables
from ca_research.ground import economies, errors
from ca_research.sources.elsewhere import ranges
from ca_research.sources.fetch import transport
from ca_research.tables.build import current

COUNT = "select count(*) from trade"


@pytest.fixture
def lies(files, move, monkeypatch):
    """Puts rows, or bytes, where the table lives, and builds; gives the address."""
    monkeypatch.setattr(ranges, "PAUSE", 0)

    def at(content=None, name="a.parquet", **more):
        address = files.put(name, content if isinstance(content, bytes) else parquet(content))
        move(parquet=[address], **more)
        return address

    return at


def test_the_preferred_source_is_found_there_too(lies, monkeypatch):
    """`load` knew it, and a relation and coverage said "unknown source_id 'preferred'"."""
    roles = {"S_CALENDAR": "office", "S_LATE": "compilation"}
    known = {i: s.model_copy(update={"role": roles.get(i)}) for i, s in registry.sources().items()}
    monkeypatch.setattr(registry, "sources", lambda: known)
    early = frame().query("year < 2000 or reporter != 'KGZ'")
    lies(pd.concat([early, frame().assign(source_id="S_LATE")]))
    asked = {"source": "preferred", "partner": "DEU"}
    found, rows = ca.load("trade", **asked), ca.relation("trade", **asked).df()
    assert sorted(rows["source_id"]) == sorted(found["source_id"])
    assert found["source_id"].nunique() == 2 and len(found) == len(frame()) / 5
    assert ca.coverage("trade", **asked)["figures"].sum() == len(found)


def test_only_what_is_asked_for_is_sent(lies, files):
    rng = np.random.default_rng(1)
    columns = {
        "reporter": ("KAZ", "KGZ", "TJK", "TKM", "UZB"),
        "partner": sorted(economies.codes() - set(economies.AGGREGATES)),
        "year": range(1992, 2026),
    }
    rows = pd.MultiIndex.from_product(columns.values(), names=columns).to_frame(index=False)
    rows = rows.assign(flow="export", value_usd=rng.random(len(rows)), source_id="S_LATE")
    content = parquet(rows.assign(note=[f"remark {n}" for n in range(len(rows))]))
    lies(content)
    assert files.bytes < 0.25 * len(content)  # a build looks at the end of a file
    for kind, said, least, most in CASES["sent"]:
        files.asked.clear()
        ask(kind, said)
        assert least <= files.bytes / len(content) < most, said


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


def test_rows_that_break_a_rule_are_refused_however_they_are_read(lies):
    rows = frame()
    for n, (column, value) in enumerate(CASES["rules"]):
        rows.loc[n, column] = value
    address = lies(rows)
    for way in (lambda: ca.load("trade"), lambda: ca.sql("from trade"), tables.check):
        with pytest.raises(errors.DataError) as told:
            way()
        found = told.value.faults
        assert {f.column for f in found} == {column for column, _ in CASES["rules"]}
        assert {f.file for f in found} == {f"table 'trade' at {address}"}
    assert len(ca.load("trade", reporter="UZB")) == 340  # whose rows have no fault


def test_two_rows_of_one_key_are_refused(lies):
    lies(frame([*ROWS, ROWS[0]]))
    for way in (lambda: ca.load("trade", reporter="KAZ"), tables.check):
        with pytest.raises(errors.IntegrityError):
            way()
    assert len(ca.load("trade", reporter="KGZ")) == 340


@pytest.mark.parametrize("bad", CASES["days"])
def test_a_bad_day_of_the_host_is_a_typed_error(lies, files, bad, monkeypatch):
    address = lies()
    before = current().name
    files.bad["a.parquet"] = lambda n: bad
    with monkeypatch.context() as patch:
        if bad == "slow":
            patch.setattr(transport, "TIMEOUT", (60, 0.3))
        for way in (lambda: ca.sql("select max(year) from trade"), tables.build):
            with refused(CASES["days"][bad]) as told:
                way()
            assert told.value.where == address and told.value.hint
            assert PASSWORD not in str(told.value)
    files.bad.clear()
    assert current().name == before and len(ca.load("trade", reporter="KAZ")) == 340


QUERIES = [  # of the user's own, on a relation whose host goes away
    lambda rows: rows.df(),
    len,
    lambda rows: ca.trade.partner_shares(rows.filter("not is_aggregate")).df(),
    lambda rows: ca.load("trade"),
    lambda rows: tables.build(),
]


def test_a_host_that_is_away_is_told(lies, files):
    address = lies()
    rows = ca.relation("trade", year=2020)
    files.close()
    for read in QUERIES:
        with pytest.raises(errors.UnreachableError) as told:
            read(rows)
        assert told.value.where == address and told.value.hint


def test_a_fault_that_passes_is_given_a_second_try_and_a_redirect_followed(lies, files):
    lies()
    days = iter(["cut", "", "500", "", ""])
    files.bad["a.parquet"] = lambda n: next(days, "")
    assert len(ca.load("trade")) == len(ROWS)
    files.bad = {"/a.parquet": lambda n: "moved"}  # on the same host
    lies(name="/a.parquet")
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


def test_a_file_that_changes_is_read_in_its_new_state_after_a_build_only(lies, files):
    address = lies()
    built = current()
    assert not tables.build().fresh and current() == built
    files.put("a.parquet", parquet(frame(ROWS[:-1])))
    for way in (lambda: ca.load("trade"), lambda: ca.sql(COUNT)):
        with pytest.raises(errors.IntegrityError) as told:
            way()
        assert told.value.where == address and "data build" in told.value.hint
    found = tables.build()
    assert found.fresh and found.rows["trade"] == len(ROWS) - 1 == len(ca.load("trade"))


def test_a_file_that_changes_while_it_is_read_is_noticed(lies, files):
    lies()
    files.asked.clear()
    files.bad["a.parquet"] = lambda n: "changed" if n == 1 else ""
    with pytest.raises(errors.IntegrityError):
        ca.load("trade")


def test_a_path_is_known_by_size_and_moment(project, move):
    file = project.home / "data" / "a.parquet"
    file.write_bytes(parquet())
    move(parquet=["data/a.parquet"])
    file.write_bytes(parquet(frame(ROWS[:-1])))
    with pytest.raises(errors.IntegrityError):
        ca.load("trade")
    assert tables.build().rows["trade"] == len(ROWS) - 1


def test_a_token_goes_to_the_host_and_nowhere_else(lies, files, monkeypatch, project, command):
    monkeypatch.setenv("CA_RESEARCH_TOKEN", PASSWORD)
    lies(key="CA_RESEARCH_TOKEN")
    assert len(ca.load("trade")) == len(ROWS)
    assert {h.get("Authorization") for h in files.headers} == {f"Bearer {PASSWORD}"}
    files.bad["a.parquet"] = lambda n: "403"
    for words in (["sql", "select max(year) from trade"], ["data", "build"], ["data", "check"]):
        code, out, err = command("--debug", *words)
        assert code == 1 and "AccessKeyError" in err and PASSWORD not in out + err
    kept = [f.read_bytes() for f in project.home.rglob("*") if f.is_file()]
    assert kept and not any(PASSWORD.encode() in content for content in kept)


@pytest.mark.parametrize("place", CASES["refused"], ids=str)
def test_a_location_that_cannot_be_is_refused(project, move, place):
    with pytest.raises(errors.RegistryError) as told:
        move(**place)
    assert "trade.yaml" in told.value.where and "secret" not in str(told.value)


def test_what_cannot_be_asked_is_refused_before_the_host_is(lies, files, monkeypatch, tmp_path):
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


def test_what_it_holds_is_counted_where_it_lives(here, lies, monkeypatch):
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
