"""Figures that a user adds: beside the snapshot, part of everything, gone without a trace."""

import io
import json

import openpyxl
import pandas as pd
import pytest

import ca_research as ca
from ca_research import registry, tables
from ca_research.ground.errors import (
    DataError,
    FileError,
    IntegrityError,
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
TEXT = (
    "Who,With,When,Way,USD\nKAZ,CHN,2020,export,2\nKAZ,CHN,2021,export,4\nKGZ,CHN,2020,export,7\n"
)


@pytest.fixture
def figures(tmp_path):
    """Writes a file for adding."""

    def write(text=TEXT, name="figures.csv", encoding="utf-8"):
        file = tmp_path / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return file

    return write


def add(file, **more):
    return ca.add(file, **{"table": "trade", "source": "OWN", "map": MAP, **ABOUT, **more})


def tree(folder):
    return {
        str(f.relative_to(folder)): f.read_bytes()
        for f in sorted(folder.rglob("*"))
        if f.is_file() and "processed" not in f.parts and "added" not in f.parts
    }


def test_added_rows_are_part_of_everything_at_once(built, figures):
    before, counted = tree(built.home), len(ca.load("trade"))
    found = add(figures())
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
    assert tree(built.home) == before


def test_what_it_says_of_cells_on_which_others_spoke(built, figures):
    found = add(figures())
    said = found.compared.set_index(["reporter", "year"])["said"].to_dict()
    assert said == {
        ("KAZ", 2020): "repeats",
        ("KAZ", 2021): "new",
        ("KGZ", 2020): "contradicts",
    }
    assert "1 row new, 1 repeat and 1 contradict" in str(found)
    assert "7 here, 1 by S_STATED" in str(found)


def against(table, new, old):
    spec = registry.table(table)
    frame = pd.DataFrame([*new, *old]).assign(source_id=["NEW"] * len(new) + ["OLD"] * len(old))
    new, old = frame[: len(new)], frame[len(new) :]
    return added.against(spec, new, old)["said"].tolist(), added.copied(spec, new, old)


def test_empty_figures_repeat_each_other_and_say_nothing_of_others():
    """An edition of projects contradicted itself where it gives no amount: nan here, nan there."""

    def project(number, amount):
        return {"project_id": number, "amount_usd": amount, "price_basis": "current USD"}

    none = float("nan")
    old = [project("1", none), project("2", 5.0), project("3", none), project("4", 7.0)]
    new = [project("1", none), project("2", none), project("3", 5.0), project("4", 8.0)]
    said, copied = against("projects", new, old)
    assert said == ["repeats", "new", "new", "contradicts"] and copied == []
    assert against("projects", old, old) == (["repeats"] * 4, ["OLD"])


def test_figures_in_unlike_units_are_not_compared():
    """The same product in millions contradicted itself."""

    def product(value, unit):
        cell = {"economy": "KAZ", "year": 2020, "indicator": "GDP"}
        return [cell | {"value": value, "unit": unit}]

    old = product(1e9, "current USD")
    assert against("macro", product(1000, "million USD"), old) == (["new"], [])
    assert against("macro", product(2e9, "current USD"), old)[0] == ["contradicts"]


def test_the_value_stands_for_a_quantity_that_is_not_known():
    def sold(quantity, value, unit):
        cell = {"exporter": "KAZ", "importer": "CHN", "year": 2020, "commodity": "lng"}
        return [cell | {"unit": unit, "quantity": quantity, "value_usd": value}]

    none = float("nan")
    assert against("energy", sold(none, 9.0, "USD"), sold(none, 5.0, "USD"))[0] == ["contradicts"]
    assert against("energy", sold(5.0, 9.0, "bcm"), sold(5.0, none, "bcm"))[0] == ["repeats"]


def test_as_of_holds_for_added_rows(built, figures):
    add(figures())
    assert ca.load("trade", source="OWN", as_of="2024-04-30").empty
    assert len(ca.load("trade", source="OWN", as_of="2024-05-01")) == 3
    ca.remove("OWN")
    add(figures(), lag=90)
    early = ca.load("trade", source="OWN", as_of="2021-04-01")
    assert early["year"].unique().tolist() == [2020]
    assert early.attrs["revised_sources"] == ["OWN"]  # this edition is later than that day


def test_removed_is_as_if_it_had_never_been(built, figures):
    key, rows = tables.content_key(), ca.load("trade")
    file = table_file("trade").read_bytes()
    add(figures())
    assert tables.content_key() != key
    gone = ca.remove("OWN")
    assert gone.rows == 3 and tables.content_key() == key
    assert table_file("trade").read_bytes() == file
    pd.testing.assert_frame_equal(ca.load("trade"), rows)
    assert "OWN" not in registry.sources()
    with pytest.raises(UnknownNameError, match="added source 'OWN'"):
        ca.remove("OWN")


def test_what_may_be_passed_on_is_said_where_figures_are_added(built, figures, tmp_path, command):
    """Every added source was marked `figures`, whatever its licence, and no command said `no`."""
    assert add(figures()).entry.source.redistribution == "figures"
    with pytest.raises(UnknownNameError, match="redistribution 'never'"):
        add(figures(), source="OTHER", redistribution="never")
    (tmp_path / "map.yaml").write_text(json.dumps(MAP))
    told = {"table": "trade", "source": "SECRET", "redistribution": "no"}
    told |= {"map": str(tmp_path / "map.yaml"), **ABOUT}
    words = [w for k, v in told.items() for w in (f"--{k}", v)]
    code, _, err = command("data", "add", str(figures()), *words, "--yes")
    assert code == 0, err
    assert registry.sources()["SECRET"].redistribution == "no"


@pytest.mark.parametrize("source", ["S_STATED", "a b", "../up", "", "1a"])
def test_an_id_that_exists_or_is_none_is_refused(built, figures, source):
    with pytest.raises(UsageError):
        add(figures(), source=source)


def test_twice_the_same_source_is_refused(built, figures):
    add(figures())
    with pytest.raises(UsageError, match="was added before"):
        add(figures())


def test_every_faulty_cell_is_named_and_nothing_is_added(built, figures):
    text = TEXT + "KAZ,Atlantis,2020,export,1\nKAZ,RUS,1066,export,-3\nKAZ,RUS,2020,sideways,?\n"
    with pytest.raises(DataError) as error:
        add(figures(text))
    faults = {(f.line, f.column, f.value) for f in error.value.faults}
    assert faults == {
        (5, "With", "Atlantis"),
        (6, "When", "1066"),
        (7, "Way", "sideways"),
        (7, "USD", "?"),
    }
    assert "nothing was added" in str(error.value)
    assert not registry.added() and not list(built.home.glob("data/added/*"))


def test_faulty_rows_are_left_out_on_request_and_listed(built, figures):
    text = TEXT + "KAZ,Atlantis,2020,export,1\nKAZ,RUS,2020,export,-3\n"
    found = add(figures(text), skip_bad=True)
    assert len(found.rows) == 3 and registry.added()["OWN"].skipped == 2
    listed = pd.read_csv(built.home / "data/added/OWN/skipped.csv")
    assert listed["line"].tolist() == [5, 6]
    assert listed["rule"].str.contains("negative").tolist() == [False, True]


def test_two_rows_of_one_key_are_a_fault(built, figures):
    with pytest.raises(DataError, match="duplicate key"):
        add(figures(TEXT + "KAZ,CHN,2020,export,3\n"))


def test_a_dry_run_adds_nothing(built, figures):
    found = add(figures(), dry_run=True)
    assert not found.kept and len(found.rows) == 3
    assert str(found).endswith("nothing was added") and not registry.added()


def test_what_is_not_said_of_the_source_is_asked_for_by_name(built, figures):
    with pytest.raises(UsageError, match="licence, published") as error:
        add(figures(), licence=None, published=None)
    assert "--licence" in error.value.hint and "--published" in error.value.hint


@pytest.mark.parametrize("day", ["yesterday", "2024-13", "2024-02-30", "01.05.2024"])
def test_a_day_that_is_none_is_refused(built, figures, day):
    with pytest.raises(UsageError):
        add(figures(), published=day)


COPY = "Who,With,When,Way,USD\nKAZ,CHN,2019,export,1\nKAZ,CHN,2020,export,2.0015\n"


def origin(source="OWN"):
    return registry.sources()[source].origin_group


@pytest.mark.parametrize("large", [False, True])
def test_a_copy_of_figures_is_no_second_origin(built, figures, monkeypatch, large):
    """It made a verdict certain: two independent sources."""
    monkeypatch.setattr(stream, "FROM", -1 if large else 1 << 40)
    found = add(figures(COPY))
    assert found.count("repeats") == 2 and origin() == "S_CALENDAR"
    assert "of one origin with S_CALENDAR: no second source (if it is one: --origin OWN)" in str(
        found
    )
    add(figures(COPY + "KAZ,CHN,2021,export,4\n"), source="MORE")
    assert origin("MORE") == "MORE"
    add(figures(COPY + "\n"), source="APART", origin="APART")
    assert origin("APART") == "APART"


@pytest.mark.parametrize("large", [False, True])
def test_one_file_under_two_ids_is_one_origin(built, figures, monkeypatch, large):
    monkeypatch.setattr(stream, "FROM", -1 if large else 1 << 40)
    add(figures())
    found = add(figures(), source="AGAIN", map=MAP | {"partner": {"is": "RUS"}}, skip_bad=True)
    assert found.count("new") and origin("AGAIN") == origin() == "OWN"


def test_a_copy_of_what_has_no_figure_repeats_every_word(built, figures):
    rows = ca.load("events", source="S_CALENDAR").drop(columns=["source_id", "known_on"])
    about = {"table": "events", "map": {}}
    add(figures(rows.to_csv(index=False)), **about)
    assert origin() == "S_CALENDAR"
    rows.loc[0, "date"] = "2013-08"
    add(figures(rows.to_csv(index=False)), source="OTHER", **about)
    assert origin("OTHER") == "OTHER"


def test_an_origin_is_that_of_a_source_or_a_group_that_is_known(built, figures):
    add(figures(), origin="S_STATED")
    assert origin() == "S_STATED"
    add(figures(TEXT + "\n"), source="BY_GROUP", origin="COMTRADE")
    assert origin("BY_GROUP") == "COMTRADE"
    with pytest.raises(UnknownNameError, match="origin 'S_STATE'"):
        add(figures(TEXT + "\n\n"), source="NONE", origin="S_STATE")


@pytest.mark.parametrize("more", [{}, {"lag": 90}])
@pytest.mark.parametrize("large", [False, True])
def test_figures_of_a_year_after_their_publication_are_refused(
    built, figures, monkeypatch, more, large
):
    """2013 for 2023: figures of 2021 were known in 2013, and settled a claim as of 2020."""
    monkeypatch.setattr(stream, "FROM", -1 if large else 1 << 40)
    with pytest.raises(UsageError, match=r"figures of 2021 .* published on 2020-12-31") as told:
        add(figures(), published="2020-12-31", **more)
    assert "--published" in told.value.hint and not registry.added()
    assert add(figures(), published="2021", dry_run=True, **more).count("new") == 1


def test_an_academic_year_may_be_named_by_the_year_after_its_publication(figures):
    text = "origin,destination,year,students\nKAZ,CHN,2023/24,5\n"
    said = {"level": "all", "precision": "exact", "statistic": "enrolled"}
    said = {column: {"is": value} for column, value in said.items()}
    asked = {"table": "students", "map": said, "dry_run": True}
    assert add(figures(text), published="2023-10-01", **asked).rows["year"].tolist() == [2024]
    with pytest.raises(UsageError, match="figures of 2024"):
        add(figures(text), published="2022-10-01", **asked)


def test_a_day_to_come_is_no_day_of_publication(built, figures):
    with pytest.raises(UsageError, match="a day in the future: 2999-05-01") as told:
        add(figures(), published="2999-05-01")
    assert "a day up to 20" in told.value.hint and not registry.added()


def test_a_column_that_nothing_fills_is_asked_for(built, figures):
    text = "Who,With,When,USD\nKAZ,CHN,2020,2\n"
    with pytest.raises(UsageError, match="nothing says what flow is") as error:
        add(figures(text), map={k: v for k, v in MAP.items() if k != "flow"})
    assert "--set flow=...,".rstrip(",") in error.value.hint
    given = {k: v for k, v in MAP.items() if k != "flow"} | {"flow": {"is": "import"}}
    assert add(figures(text), map=given).rows["flow"].tolist() == ["import"]


def test_rows_that_were_changed_on_disk_are_not_built(built, figures):
    add(figures())
    file = built.home / "data/added/OWN/rows.parquet"
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    built.edit(title="Another title")  # so that something is to be built
    with pytest.raises(IntegrityError, match="not those that were added"):
        tables.build()


def test_rows_that_no_longer_keep_the_rules_are_not_built(built, figures):
    add(figures())
    columns = {**registry.table("trade").model_dump(exclude_none=True)["columns"]}
    columns["value_usd"] |= {"max": 5, "reason": "invented"}
    built.edit(columns=json.loads(json.dumps(columns)))
    with pytest.raises(IntegrityError, match="no longer keep the rules"):
        tables.build()


def test_a_source_of_one_id_in_the_register_and_added_is_an_error(built, figures):
    from ca_research.ground.errors import RegistryError

    add(figures())
    built.sources(
        *({"source_id": s, "published": "2021", "release_basis": "stated"} for s in ("OWN", "B"))
    )
    with pytest.raises(RegistryError, match="stands in the register too"):
        registry.sources()


def test_the_command_says_what_it_needs_where_nobody_can_be_asked(
    built, figures, tmp_path, command
):
    words = ["data", "add", str(figures()), "--table", "trade", "--source", "OWN"]
    code, _, err = command(*words)
    assert code == 2 and "nothing says what reporter, partner, year, flow is" in err
    (tmp_path / "map.yaml").write_text(json.dumps(MAP))
    words += ["--map", str(tmp_path / "map.yaml")]
    code, _, err = command(*words)
    assert code == 2 and "--published" in err
    words += [w for k, v in ABOUT.items() for w in (f"--{k}", v)]
    code, out, err = command(*words)  # it said that nobody can be asked before it had read a line
    assert code == 2 and "1 row new" in out and "--yes" in err and not registry.added()


def test_the_command_adds_lists_and_removes(built, figures, tmp_path, command):
    plan = tmp_path / "map.yaml"
    plan.write_text(json.dumps({k: v for k, v in MAP.items() if k != "flow"}))
    about = [w for k, v in ABOUT.items() for w in (f"--{k}", v)]
    words = ["data", "add", str(figures()), "--table", "trade", "--source", "OWN"]
    words += ["--map", str(plan), "--set", "flow=export", "--yes", *about]
    code, out, err = command(*words)
    assert code == 0, err
    assert "added to trade as OWN" in out and "always export" in out
    code, out, _ = command("data", "list")
    assert "OWN" in out
    code, out, _ = command("data", "remove", "OWN")
    assert code == 0 and "3 rows of OWN taken out of trade" in out


def test_a_file_that_is_none(built, tmp_path):
    with pytest.raises(FileError):
        add(tmp_path / "nowhere.csv")


KNOWN = {
    "reporter": {"is": "KAZ"}, "flow": {"is": "import"}, "product": {"is": "TOTAL"},
    "valuation": {"is": "cif"}, "scope": {"is": "goods"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("heads", "found"),
    [  # cells are 12, 112, ... from the left, or China, Russia
        ("Partner;Year;Value growth;Value USD", 112),
        ("Partner;Year;Value LCU;Value USD", 112),
        ("Partner;Year;Value per capita;Value", 112),
        ("Partner;Year;Amount of shipments;Amount, USD", 112),
        ("Partner;Year;Value FOB;Value CIF", "could be value_usd: Value FOB, Value CIF"),
        ("Partner;Year;Объем;Стоимость", "could be value_usd: Объем, Стоимость"),
        ("Страна происхождения;Страна отправления;Year;Value", "could be partner: Страна"),
        ("Country of consignment;Country of production;Year;Value", "could be partner: Country"),
    ],
)
def test_of_several_columns_that_fit_the_first_is_not_taken(figures, heads, found):
    """The growth of a value stood as dollars, and a quantity as its worth."""
    two, columns = heads.startswith(("Страна", "Country")), heads.split(";")
    cells = ["China", "Russia", "2022", "12"] if two else ["China", "2022", "12", "112"]
    file = figures(heads + "\n" + ";".join(cells[: len(columns)]) + "\n")
    if isinstance(found, int):
        rows = add(file, map=KNOWN, dry_run=True).rows
        assert rows["value_usd"].tolist() == [found]
    else:
        with pytest.raises(UsageError, match=found):
            add(file, map=KNOWN, dry_run=True)


def test_a_code_and_a_name_of_one_economy_are_one_column(figures):
    file = figures("Country;ISO3;Year;Value\nChina;CHN;2022;5\n")
    assert add(file, map=KNOWN, dry_run=True).rows["partner"].tolist() == ["CHN"]
    file = figures("Country;ISO3;Year;Value\nChina;CHN;2022;5\nWorld;;2022;9\n")
    assert add(file, map=KNOWN, dry_run=True).rows["partner"].tolist() == ["CHN", "WLD"]
    counts = "Origin;Year;Students female;Students total\nKazakhstan;2022;6;13\n"
    said = {"destination": "CHN", "level": "all", "precision": "exact", "statistic": "enrolled"}
    known = {column: {"is": value} for column, value in said.items()}
    with pytest.raises(UsageError, match="could be students: Students female") as told:
        add(figures(counts), table="students", map=known, dry_run=True)
    assert told.value.hint == "say in the map which, students: Students female"
    named = add(figures(counts), table="students", map={**known, "students": "Students total"},
                dry_run=True)  # fmt: skip
    assert named.rows["students"].tolist() == [13]


def test_a_proposal_names_the_sheet_that_is_read_and_those_that_are_not(figures):
    """Neither was told, and a user could not see that a sheet was left."""
    book, content = openpyxl.Workbook(), io.BytesIO()
    book.active.title = "Imports"
    for row in (("Partner", "Year", "Value"), ("China", 2022, 5)):
        book.active.append(row)
    notes = book.create_sheet("Notes")
    for text in ("By the office", "as of 1 May 2023"):
        notes.append([text])
    book.create_sheet("empty")
    book.save(content)
    told = add(figures(content.getvalue(), "book.xlsx"), map=KNOWN, dry_run=True)
    assert "book.xlsx, sheet 'Imports', read by its headings" in str(told)
    assert "left out: 1 (sheets not read: Notes)" in str(told)


def test_flows_told_by_numbers_are_asked_for(figures):
    """1 was an import, as in Comtrade; other offices count exports first."""
    file = figures("Partner;Year;Flow;Value\nChina;2022;1;5\nChina;2022;2;7\n")
    known = {name: value for name, value in KNOWN.items() if name != "flow"}
    with pytest.raises(DataError, match=r"Flow = '1'.*have its meaning in the map"):
        add(file, map=known, dry_run=True)
    said = {"flow": {"column": "Flow", "words": {"1": "export", "2": "import"}}}
    rows = add(file, map={"columns": {**known, **said}}, dry_run=True).rows
    assert rows["flow"].tolist() == ["export", "import"]


PARTS = {  # of one form, some of which would pass for years
    "2022-04-01": ("2022-01-01", "2022-04-01", "2022-07-01"),
    "2022-03-31": ("2022-03-31", "2022-12-31"),
    "2022.25": ("2022.0", "2022.25", "2022.5"),
}


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("part", PARTS)
def test_one_quarter_does_not_stand_for_its_year(figures, monkeypatch, part, large):
    """The other quarters were left out as faulty, and the first was the year's figure."""
    monkeypatch.setattr(stream, "FROM", -1 if large else 1 << 40)
    rows = (f"China;{day};{n + 5}\n" for n, day in enumerate(PARTS[part]))
    file = figures("Partner;Year;Value\n" + "".join(rows))
    for skip_bad in (False, True):
        with pytest.raises(UsageError, match=f"would pass for years: Year {part}") as told:
            add(file, map=KNOWN, dry_run=True, skip_bad=skip_bad)
        assert "whole years" in told.value.hint
    rows = (f"China;{year}-01-01;{year - 2015}\n" for year in (2020, 2021))
    file = figures("Partner;Year;Value\n" + "".join(rows) + "China;2022 Q1;9\n")
    found = add(file, map=KNOWN, dry_run=True, skip_bad=True)
    assert found.rows["year"].tolist() == [2020, 2021]


@pytest.mark.parametrize("large", [False, True])
def test_quarters_that_are_left_out_are_none_of_a_year(figures, monkeypatch, large):
    monkeypatch.setattr(stream, "FROM", -1 if large else 1 << 40)
    rows = "A;2022-01-01;5\nQ;2022-01-01;1\nQ;2022-04-01;2\n"
    file = figures(
        "Partner;Kind;Year;Value\n" + rows.replace("A;", "China;A;").replace("Q;", "China;Q;")
    )
    only = [{"column": "Kind", "among": ["A"], "why": "quarters"}]
    found = add(file, map={"columns": KNOWN, "only": only}, dry_run=True)
    assert found.rows["value_usd"].tolist() == [5] and found.left_out == {"quarters": 2}


def test_quarters_across_do_not_stand_for_their_year(figures):
    for heads in ("2022-01-01;2022-04-01", "2022;2022.25"):
        file = figures(f"Partner;{heads}\nChina;5;6\n")
        with pytest.raises(UsageError, match="would pass for years: a heading 2022"):
            add(file, map=KNOWN, dry_run=True, skip_bad=True)
