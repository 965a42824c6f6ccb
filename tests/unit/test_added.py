"""Figures that a user adds: beside the snapshot, part of everything, gone without a trace. How a
file is understood: tests/files.
"""

import json
from collections import Counter

import pandas as pd
import pyarrow as pa
import pytest
from pandas.testing import assert_frame_equal
from tests.cases import cases

import ca_research as ca
from ca_research import registry, tables
from ca_research.ground.errors import (
    DataError,
    IntegrityError,
    RegistryError,
    UnknownNameError,
    UsageError,
)
from ca_research.sources import stream
from ca_research.tables.build import table_file
from ca_research.tables.compared import compare
from ca_research.tables.database import connect

CASES = cases(__file__, "adding")
ABOUT, MAP = CASES["about"], CASES["map"]
HEAD = "Who,With,When,Way,USD\n"
TEXT = HEAD + "KAZ,CHN,2020,export,2\nKAZ,CHN,2021,export,4\nKGZ,CHN,2020,export,7\n"


@pytest.fixture
def add(tmp_path):
    """Adds a text, a frame, or a file."""

    def added_(text=TEXT, **more):
        file = tmp_path / "figures.csv"
        if isinstance(text, pd.DataFrame):
            text = text.to_csv(index=False)
        file.write_text(text)
        return ca.add(file, **{"table": "trade", "source": "OWN", "map": MAP, **ABOUT, **more})

    return added_


@pytest.fixture(params=[False, True], ids=["small", "streamed"])
def sizes(request, monkeypatch):
    monkeypatch.setattr(stream, "FROM", -1 if request.param else 1 << 40)


def origin(source="OWN"):
    return registry.sources()[source].origin_group


def raw(home):
    files = (f for f in home.rglob("*") if f.is_file())
    return {f: f.read_bytes() for f in files if not {"processed", "added"} & {*f.parts}}


def test_added_rows_are_part_of_everything_and_leave_no_trace(built, add):
    before, rows, key = raw(built.home), ca.load("trade"), tables.content_key()
    file = table_file("trade").read_bytes()
    assert add().kept and len(ca.load("trade")) == len(rows) + 3
    mine = ca.load("trade", source="OWN")
    assert mine["value_usd"].tolist() == [2, 4, 7]
    assert mine["known_on"].eq(pd.Timestamp("2024-05-01")).all()
    assert ca.cite(mine).startswith("[OWN] Office. Invented trade. 2024. https://example.org")
    assert ca.sql("select count(*) as n from trade where source_id = 'OWN'")["n"][0] == 3
    assert registry.sources()["OWN"].redistribution == "figures"
    assert raw(built.home) == before and tables.content_key() != key
    with pytest.raises(UsageError):  # twice the same source
        add()
    assert ca.remove("OWN").rows == 3 and tables.content_key() == key
    assert table_file("trade").read_bytes() == file and "OWN" not in registry.sources()
    assert_frame_equal(ca.load("trade"), rows)
    with pytest.raises(UnknownNameError):
        ca.remove("OWN")


def test_a_dry_run_waits_for_nobody_and_writes_nothing(built, add):
    """It took the lock of added figures, and a folder beside them."""
    assert not add(dry_run=True).kept
    assert not (built.home / "data/added").exists()


def test_it_says_which_rows_are_new_repeat_or_contradict(built, add):
    found = add(dry_run=True)
    said = found.compared.set_index(["reporter", "year"])["said"].to_dict()
    assert said == {("KAZ", 2020): "repeats", ("KGZ", 2020): "contradicts"}
    assert {found.count(word) for word in ("new", *said.values())} == {1}
    assert not found.kept and not registry.added()


@pytest.mark.usefixtures("sizes")
@pytest.mark.parametrize("times", [1e3, 1e6, 1e-3])
def test_figures_in_another_unit_than_those_that_stand_are_refused(built, add, times):
    text = HEAD + "KAZ,CHN,2019,export,1.1\nKAZ,CHN,2020,export,1.9\nKAZ,CHN,2021,export,9\n"
    mapped = MAP | {"value_usd": {"column": "USD", "times": times}}
    with pytest.raises(UsageError) as told:
        add(text, map=mapped)
    assert "--times" in told.value.hint and not registry.added()
    assert add(text, map=MAP | {"value_usd": {"column": "USD", "times": 20}}, dry_run=True)


@pytest.mark.parametrize("case", CASES["compared"].values(), ids=CASES["compared"])
def test_figures_are_compared_that_can_be(case):
    new, old = (
        pa.Table.from_pandas(
            pd.DataFrame(case[source], columns=case["columns"]).assign(
                source_id=source, **case["alike"]
            )
        )
        for source in ("new", "old")
    )

    def compared(good, stood):
        with connect() as connection:
            connection.register("good", good)
            connection.register("stood", stood)
            return compare(connection, registry.table(case["table"]), "from stood")

    found = compared(new, old)
    assert Counter(found.said) == Counter(case["said"])
    assert found.copied == (["old"] if set(case["said"]) == {"repeats"} else [])
    assert compared(old, old).said["repeats"] == len(old)


def test_as_of_holds_for_added_rows(built, add):
    add()
    assert ca.load("trade", source="OWN", as_of="2024-04-30").empty
    assert len(ca.load("trade", source="OWN", as_of="2024-05-01")) == 3
    ca.remove("OWN")
    add(lag=90)
    early = ca.load("trade", source="OWN", as_of="2021-04-01")
    assert early["year"].unique().tolist() == [2020]
    assert early.attrs["revised_sources"] == ["OWN"]  # this edition is later than that day


@pytest.mark.parametrize("said", CASES["refused"], ids=str)
def test_what_a_source_cannot_be_is_refused(built, add, said):
    with pytest.raises(UsageError) as error:
        add(**said)
    assert error.value.hint and not registry.added()


@pytest.mark.usefixtures("sizes")
def test_figures_of_a_year_after_their_publication_are_refused(built, add):
    """2013 for 2023: figures of 2021 were known in 2013, and settled a claim as of 2020."""
    with pytest.raises(UsageError) as told:
        add(published="2020-12-31")
    assert "--published" in told.value.hint and not registry.added()
    assert add(published="2021", dry_run=True).count("new") == 1


def test_every_faulty_cell_is_named_and_on_request_left_out(built, add):
    with pytest.raises(DataError) as error:
        add(TEXT + CASES["faulty"])
    found = [[f.line, f.column, f.value] for f in error.value.faults]
    assert sorted(found, key=str) == sorted(CASES["faults"], key=str)
    assert not registry.added() and not list(built.home.glob("data/added/[!.]*"))
    left_out = add(TEXT + CASES["faulty"], skip_bad=True)
    listed = pd.read_csv(built.home / "data/added/OWN/skipped.csv")
    assert set(listed["line"]) == {line for line, *_ in CASES["faults"]}
    assert len(left_out.rows) == 2
    assert registry.added()["OWN"].skipped == len(left_out.skipped) == len(listed)


COPY = HEAD + "KAZ,CHN,2019,export,1\nKAZ,CHN,2020,export,2.0015\n"


@pytest.mark.usefixtures("sizes")
def test_a_copy_of_figures_is_no_second_origin(built, add):
    """It made a verdict certain: two independent sources."""
    assert add(COPY).count("repeats") == 2
    add(COPY + "KAZ,CHN,2021,export,4\n", source="MORE")
    add(COPY + "\n", source="APART", origin="APART")
    add(source="OTHER")
    again = MAP | {"partner": {"is": "RUS"}}  # the same file
    assert add(source="AGAIN", map=again, skip_bad=True).count("new")
    origins = {s: origin(s) for s in ("OWN", "MORE", "APART", "OTHER", "AGAIN")}
    wanted = {"OWN": "S_CALENDAR", "MORE": "MORE", "APART": "APART"}
    assert origins == wanted | {"OTHER": "OTHER", "AGAIN": "OTHER"}


def test_rows_that_break_a_rule_declared_since_are_not_built(built, add):
    add()
    columns = registry.table("trade").model_dump(exclude_none=True, mode="json")["columns"]
    columns["value_usd"] |= {"max": 5, "reason": "invented"}
    built.edit(columns=columns)
    with pytest.raises(IntegrityError):
        tables.build()


def test_a_source_of_one_id_in_the_register_and_added_is_an_error(built, add):
    add()
    built.sources(
        *({"source_id": s, "published": "2021", "release_basis": "stated"} for s in ("OWN", "B"))
    )
    with pytest.raises(RegistryError):
        registry.sources()


def test_the_command_adds_lists_and_removes(built, command, tmp_path):
    """And adds nothing where nobody can be asked what is not said."""
    (tmp_path / "figures.csv").write_text(TEXT)
    (tmp_path / "map.yaml").write_text(json.dumps({k: v for k, v in MAP.items() if k != "flow"}))
    said = {"table": "trade", "source": "OWN", "map": str(tmp_path / "map.yaml"), **ABOUT}
    options = [word for name, value in said.items() for word in (f"--{name}", value)]
    words = ("data", "add", str(tmp_path / "figures.csv"), *options)
    assert command(*words)[0] == 2 and not registry.added()
    code, out, error = command(*words, "--set", "flow=export", "--redistribution", "no", "--yes")
    assert code == 0 and "OWN" in out, error
    assert set(ca.load("trade", source="OWN")["flow"]) == {"export"}
    assert registry.sources()["OWN"].redistribution == "no"
    assert "OWN" in command("data", "list")[1]
    assert command("data", "remove", "OWN")[0] == 0 and not registry.added()


def test_a_figure_is_corrected_in_place(built, add, tmp_path, command):
    """The rows that a file of the same form says otherwise change, after they were shown."""
    add()
    entry, file = registry.added()["OWN"], tmp_path / "corrected.csv"
    file.write_text(HEAD + "KAZ,CHN,2021,export,5\nKGZ,CHN,2020,export,7\n")
    code, said, _ = command("data", "amend", "OWN", str(file), "--dry-run")
    assert code == 0 and "value_usd 4 before, 5 after" in said and registry.added()["OWN"] == entry
    assert not ca.amend("OWN", file, confirm=lambda _: False).kept
    changes = ca.amend("OWN", file).changes
    assert changes[["column", "before", "after"]].to_numpy().tolist() == [["value_usd", 4, 5]]
    assert ca.load("trade", source="OWN")["value_usd"].tolist() == [2, 5, 7]
    file.write_text(HEAD + "KAZ,CHN,2020,export,3\n")
    later = ca.amend("OWN", file).entry
    assert later.amended == ("corrected.csv",) * 2 and later.source == entry.source
    with tables.added.alone():  # which takes the rows that gave way
        kept = {f.name for f in (built.home / "data/added/OWN").iterdir()}
    assert kept == {"source.yaml", "rows-amended2.parquet"}
    assert ca.load("trade", source="OWN")["value_usd"].tolist() == [3, 5, 7]
    for text in ("KAZ,CHN,2020,export,3\n", "KAZ,RUS,2020,export,3\n"):  # as it is; not there
        file.write_text(HEAD + text)
        with pytest.raises(UsageError):
            ca.amend("OWN", file)
    assert ca.remove("OWN").rows == 3 and not list(built.home.glob("data/added/[!.]*"))
