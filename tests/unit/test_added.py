"""Figures that a user adds: beside the snapshot, part of everything, gone without a trace. How a
file is understood: tests/files.
"""

import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import yaml

import ca_research as ca
from ca_research import registry, tables
from ca_research.ground.errors import (
    DataError,
    FileError,
    IntegrityError,
    RegistryError,
    UnknownNameError,
    UsageError,
)
from ca_research.sources import stream
from ca_research.tables import added
from ca_research.tables.build import table_file

ABOUT = {
    "publisher": "Office",
    "title": "Invented trade",
    "licence": "none",
    "published": "2024-05-01",
    "address": "https://example.org/figures",
}
MAP = {"reporter": "Who", "partner": "With", "year": "When", "flow": "Way", "value_usd": "USD"}
CASES = yaml.safe_load((Path(__file__).parent / "cases" / "adding.yaml").read_text("utf-8"))
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


def test_added_rows_are_part_of_everything_at_once(built, add):
    before, counted = raw(built.home), len(ca.load("trade"))
    found = add()
    assert found.kept and len(found.rows) == 3
    assert len(ca.load("trade")) == counted + 3
    mine = ca.load("trade", source="OWN")
    assert mine["value_usd"].tolist() == [2, 4, 7]
    assert mine["known_on"].eq(pd.Timestamp("2024-05-01")).all()
    assert ca.cite(mine).startswith("[OWN] Office. Invented trade. 2024. https://example.org")
    assert ca.sql("select count(*) as n from trade where source_id = 'OWN'")["n"][0] == 3
    assert "OWN" in set(ca.coverage("trade")["source_id"])
    assert registry.rows_of("trade")["OWN"] == 3 and "OWN" not in registry.table("trade").rows
    assert tables.of_role(["OWN"], "compilation") == {"OWN"}
    assert registry.sources()["OWN"].redistribution == "figures"
    assert raw(built.home) == before


def test_it_says_which_rows_are_new_repeat_or_contradict(built, add):
    found = add(dry_run=True)
    said = found.compared.set_index(["reporter", "year"])["said"].to_dict()
    assert said == {("KAZ", 2020): "repeats", ("KAZ", 2021): "new", ("KGZ", 2020): "contradicts"}
    assert [found.count(s) for s in ("new", "repeats", "contradicts")] == [1, 1, 1]
    assert "7 here, 1 by S_STATED" in str(found)
    assert not found.kept and not registry.added()


@pytest.mark.parametrize("case", CASES["compared"].values(), ids=CASES["compared"])
def test_figures_are_compared_that_can_be(case):
    spec, (new, old) = (
        registry.table(case["table"]),
        (
            pd.DataFrame(case[source], columns=case["columns"]).assign(
                source_id=source, **case["alike"]
            )
            for source in ("new", "old")
        ),
    )
    assert added.against(spec, new, old)["said"].tolist() == case["said"]
    assert added.copied(spec, new, old) == (["old"] if set(case["said"]) == {"repeats"} else [])
    assert set(added.against(spec, old, old)["said"]) == {"repeats"}


def test_as_of_holds_for_added_rows(built, add):
    add()
    assert ca.load("trade", source="OWN", as_of="2024-04-30").empty
    assert len(ca.load("trade", source="OWN", as_of="2024-05-01")) == 3
    ca.remove("OWN")
    add(lag=90)
    early = ca.load("trade", source="OWN", as_of="2021-04-01")
    assert early["year"].unique().tolist() == [2020]
    assert early.attrs["revised_sources"] == ["OWN"]  # this edition is later than that day


def test_removed_is_as_if_it_had_never_been(built, add):
    key, rows = tables.content_key(), ca.load("trade")
    file = table_file("trade").read_bytes()
    add()
    assert tables.content_key() != key
    gone = ca.remove("OWN")
    assert gone.rows == 3 and tables.content_key() == key
    assert table_file("trade").read_bytes() == file
    pd.testing.assert_frame_equal(ca.load("trade"), rows)
    assert "OWN" not in registry.sources()
    with pytest.raises(UnknownNameError):
        ca.remove("OWN")


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


def test_an_academic_year_may_be_named_by_the_year_after_its_publication(add):
    text = "origin,destination,year,students\nKAZ,CHN,2023/24,5\n"
    said = {"level": "all", "precision": "exact", "statistic": "enrolled"}
    asked = {"table": "students", "map": {k: {"is": v} for k, v in said.items()}, "dry_run": True}
    assert add(text, published="2023-10-01", **asked).rows["year"].tolist() == [2024]
    with pytest.raises(UsageError):
        add(text, published="2022-10-01", **asked)


def test_twice_the_same_source_is_refused(built, add):
    add()
    with pytest.raises(UsageError):
        add()


def test_every_faulty_cell_is_named_and_nothing_is_added(built, add):
    text = TEXT + "KAZ,Atlantis,2020,export,1\nKAZ,RUS,1066,export,-3\nKAZ,RUS,2020,sideways,?\n"
    with pytest.raises(DataError) as error:
        add(text + "KAZ,CHN,2020,export,3\n")
    key = "reporter+partner+year+flow+source_id"
    assert {(f.line, f.column, f.value) for f in error.value.faults} == {
        (2, key, "KAZ,CHN,2020,export,OWN"),
        (5, "With", "Atlantis"),
        (6, "When", "1066"),
        (7, "Way", "sideways"),
        (7, "USD", "?"),
        (8, key, "KAZ,CHN,2020,export,OWN"),
    }
    assert not registry.added() and not list(built.home.glob("data/added/*"))


def test_faulty_rows_are_left_out_on_request_and_listed(built, add):
    text = TEXT + "KAZ,Atlantis,2020,export,1\nKAZ,RUS,2020,export,-3\n"
    found = add(text, skip_bad=True)
    assert len(found.rows) == 3 and registry.added()["OWN"].skipped == 2
    listed = pd.read_csv(built.home / "data/added/OWN/skipped.csv")
    assert listed[["line", "column"]].to_numpy().tolist() == [[5, "With"], [6, "value_usd"]]


COPY = HEAD + "KAZ,CHN,2019,export,1\nKAZ,CHN,2020,export,2.0015\n"


@pytest.mark.usefixtures("sizes")
def test_a_copy_of_figures_is_no_second_origin(built, add):
    """It made a verdict certain: two independent sources."""
    found = add(COPY)
    assert found.count("repeats") == 2 and origin() == "S_CALENDAR" and "S_CALENDAR" in str(found)
    add(COPY + "KAZ,CHN,2021,export,4\n", source="MORE")
    assert origin("MORE") == "MORE"
    add(COPY + "\n", source="APART", origin="APART")
    assert origin("APART") == "APART"


@pytest.mark.usefixtures("sizes")
def test_one_file_under_two_ids_is_one_origin(built, add):
    add()
    found = add(source="AGAIN", map=MAP | {"partner": {"is": "RUS"}}, skip_bad=True)
    assert found.count("new") and origin("AGAIN") == origin() == "OWN"


def test_a_copy_of_what_has_no_figure_repeats_every_word(built, add):
    rows = ca.load("events", source="S_CALENDAR").drop(columns=["source_id", "known_on"])
    add(rows, table="events", map={})
    assert origin() == "S_CALENDAR"
    rows.loc[0, "date"] = "2013-08"
    add(rows, table="events", map={}, source="OTHER")
    assert origin("OTHER") == "OTHER"


def test_an_origin_is_that_of_a_source_or_a_group_that_is_known(built, add):
    add(origin="S_STATED")
    add(TEXT + "\n", source="BY_GROUP", origin="COMTRADE")
    assert origin() == "S_STATED" and origin("BY_GROUP") == "COMTRADE"


@pytest.mark.parametrize("change", ["bytes", "rules"])
def test_rows_that_are_no_longer_those_that_were_added_are_not_built(built, add, change):
    add()
    file = built.home / "data/added/OWN/rows.parquet"
    if change == "bytes":
        file.write_bytes(file.read_bytes()[:-1] + b"x")
        built.edit(title="Another title")  # so that something is to be built
    else:
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


def test_a_file_that_is_none(built, tmp_path):
    with pytest.raises(FileError):
        ca.add(tmp_path / "nowhere.csv", table="trade", source="OWN", map=MAP, **ABOUT)


def test_a_proposal_names_the_sheet_that_is_read_and_those_that_are_not(built, tmp_path):
    """Neither was told, and a user could not see that a sheet was left."""
    book, file = openpyxl.Workbook(), tmp_path / "book.xlsx"
    book.active.title = "Imports"
    for row in (["Who", "With", "When", "Way", "USD"], ["KAZ", "China", 2022, "import", 5]):
        book.active.append(row)
    for line in (["By the office"], ["as of May"]):
        (book["Notes"] if "Notes" in book else book.create_sheet("Notes")).append(line)
    book.save(file)
    asked = {"table": "trade", "source": "OWN", "map": MAP, "dry_run": True, **ABOUT}
    told = str(ca.add(file, **asked))
    assert "sheet 'Imports'" in told and "sheets not read: Notes" in told


def words(said):
    return [word for name, value in said.items() for word in (f"--{name}", str(value))]


@pytest.fixture
def asked(tmp_path):
    """The words of `data add` for a file, with or without a map and what is known of the source."""

    def of(mapping=None, about=ABOUT):
        (tmp_path / "figures.csv").write_text(TEXT)
        said = {"table": "trade", "source": "OWN"}
        if mapping is not None:
            said["map"] = tmp_path / "map.yaml"
            said["map"].write_text(json.dumps(mapping))
        return ["data", "add", str(tmp_path / "figures.csv"), *words(said | about)]

    return of


def test_the_command_says_what_it_needs_where_nobody_can_be_asked(built, command, asked):
    for mapping, about, more, lacks in (
        (None, {}, (), "reporter, partner, year, flow"),
        (MAP, {}, (), "--published"),
        (MAP, ABOUT, (), "--yes"),  # after it has shown what would be added
        (MAP, ABOUT, ("--set", "flow"), "--set flow=import"),
        (MAP, ABOUT, ("--preference", "-5"), "whole numbers from 0"),
        (["a", "b"], ABOUT, (), "map.yaml"),
        ({"columns": ["a", "b"]}, ABOUT, (), "map.yaml"),
        (MAP | {"year": {"colum": "When"}}, ABOUT, (), "columns.year"),
    ):
        code, _, error = command(*asked(mapping, about), *more)
        assert code == 2 and lacks in error and "next:" in error
    assert not registry.added()


def test_the_command_adds_lists_and_removes(built, command, asked):
    mapped = {k: v for k, v in MAP.items() if k != "flow"}
    more = ["--set", "flow=export", "--redistribution", "no", "--yes"]
    code, out, error = command(*asked(mapped), *more)
    assert code == 0, error
    assert "added to trade as OWN" in out and "always export" in out
    assert registry.sources()["OWN"].redistribution == "no"
    assert "OWN" in command("data", "list")[1]
    code, out, _ = command("data", "remove", "OWN")
    assert code == 0 and "3 rows of OWN" in out and not registry.added()
