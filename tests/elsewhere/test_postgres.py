"""A table of a PostgreSQL database, on a server that the tests start: as any other, or a typed
error.
"""

import socket

import pytest
from places import CASES, COLUMNS, PASSWORD, ROWS, Database, postgres

import ca_research as ca
from ca_research import tables
from ca_research.ground import errors
from ca_research.sources.elsewhere import postgres as module
from ca_research.tables.build import current


@pytest.mark.parametrize("case", CASES["other forms"])
def test_a_table_of_another_form_is_refused_by_column_and_place(lake, case):
    column, _, type_ = CASES["other forms"][case]
    lake.table([], **{column: type_})
    with pytest.raises(errors.ContractError) as told:
        lake.to()
    assert told.value.where == f"{lake.address}, lake.flows" and repr(column) in told.value.what


def test_a_unit_that_the_database_states_must_be_that_of_the_table(lake):
    lake.run("comment on column lake.flows.value_usd is 'imports; unit: thousand USD'")
    with pytest.raises(errors.ContractError):
        lake.to()
    lake.run("comment on column lake.flows.value_usd is 'imports; unit: USD'")
    lake.to()


@pytest.mark.parametrize("held", CASES["holders"])
@pytest.mark.parametrize("case", CASES["changes"])
def test_a_change_of_the_rows_is_seen_by_the_next_build(lake, held, case):
    name, state, made = CASES["holders"][held]
    change = CASES["changes"][case]
    stored = "lake.flows"
    if held == "parts":
        stored, change = name, change.replace("lake.flows", name)
    lake.run(*made)
    lake.to(name=name, state=state)
    before, built = ca.load("trade"), current()
    lake.run(f"vacuum (freeze, analyze) {stored}")
    assert tables.build().fresh is (held == "view"), "the same rows, however they are kept"
    lake.run(change)
    assert ca.load("trade").equals(before) and current() == built
    assert tables.build().fresh and current() != built
    assert not ca.load("trade").equals(before) and len(ca.load("trade", reporter="KAZ")) == 340


def test_who_may_read_some_columns_only_reads_them(lake, monkeypatch):
    lake.run(
        "drop role if exists reader",
        "create role reader login password 'reader'",
        "grant usage on schema lake to reader",
        f"grant select ({', '.join(COLUMNS)}) on lake.flows to reader",
    )
    with monkeypatch.context() as patch:
        patch.setenv("PGUSER", "reader")
        patch.setenv("PGPASSWORD", "reader")
        lake.to(state=[])
        assert len(ca.load("trade", reporter="KAZ")) == 340
    lake.run("drop owned by reader", "drop role reader")


@pytest.mark.parametrize("user", ["librarian", "guest"])
def test_a_server_that_lets_nobody_in_is_told_without_a_name(lake, monkeypatch, command, user):
    lake.to()
    lake.run("drop role if exists guest", "create role guest login password 'guest'")
    monkeypatch.setenv("PGUSER", user)
    monkeypatch.setenv("PGPASSWORD", {"guest": "guest"}.get(user, "wrong"))
    with pytest.raises(errors.AccessKeyError) as told:
        tables.build()
    code, out, err = command("--debug", "data", "build")
    assert code == 1
    for secret in (PASSWORD, user, "wrong"):
        assert secret not in f"{told.value} {out} {err}"


def test_no_database_no_table_and_no_column_of_the_state(lake):
    for other in (
        {"name": "lake.gone"},
        {"postgresql": f"{lake.address}_gone"},
        {"state": ["updated"]},
    ):
        with pytest.raises(errors.ServiceError) as told:
            lake.to(**other)
        assert "trade.yaml" in told.value.hint and "librarian" not in str(told.value)


@pytest.mark.parametrize("listens", [False, True], ids=["away", "silent"])
def test_a_server_that_is_away_or_silent_is_told(lake, monkeypatch, listens):
    monkeypatch.setattr(module, "CONNECT", 2)
    with socket.socket() as held:  # bound, so that nobody else listens there
        held.bind(("127.0.0.1", 0))
        if listens:
            held.listen()
        with pytest.raises(errors.UnreachableError):
            lake.to(postgresql=f"postgresql://127.0.0.1:{held.getsockname()[1]}/postgres")


def test_a_server_that_stops_in_the_middle_leaves_no_half_of_a_build(move, database):
    with postgres() as (port, log):
        own = Database(port, log)
        own.table()
        own.run(
            "create function lake.ends() returns text stable language plpgsql as $$ begin "
            "perform pg_terminate_backend(pg_backend_pid()); return null; end $$",
            "create view lake.cut as select reporter, partner, year, flow, value_usd, source_id, "
            "loaded, case when reporter = 'KGZ' and partner = 'DEU' and year = 2020 "
            "then lake.ends() end as note from lake.flows",
        )
        move(postgresql=own.address, name="lake.flows")
        built = current()
        with pytest.raises(errors.CaResearchError):
            move(postgresql=own.address, name="lake.cut", state=["loaded"])
        assert current() == built and len(ca.load("trade")) == len(ROWS)
        assert not list(built.parent.glob(".build-*"))
