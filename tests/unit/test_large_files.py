"""Large files: read in bounded memory by the rules of small ones, and kept in parts."""

import random
import sys
from contextlib import closing

import pandas as pd
import pytest
import yaml

import ca_research as ca
from ca_research import registry, sources, tables
from ca_research.ground import paths
from ca_research.ground.errors import (
    CaResearchError,
    CoverageError,
    DataError,
    FileError,
    MixedUnitsError,
    UnknownNameError,
    UsageError,
)
from ca_research.sources import sheets, stream
from ca_research.tables import added, large
from ca_research.trade import pushed

REAL = paths.of_package() / "registry" / "tables" / "trade.yaml"
ABOUT = {"publisher": "Office", "title": "Invented", "licence": "none", "published": "2024-05-01"}
MAP = {"reporter": "Who", "partner": "With", "year": "When", "flow": "Way", "value_usd": "USD"}
HEAD = "Who,With,When,Way,USD\n"
BACI = "t,i,j,k,v,q\n"


def add(file, **more):
    return ca.add(file, **{"table": "trade", "source": "OWN", **ABOUT, **more})


@pytest.fixture
def ways(tmp_path, monkeypatch):
    """What the way of small files and that of large ones make of a text."""

    def way(file, size, **more):
        monkeypatch.setattr(stream, "FROM", size)
        whole = size if size < 0 else 300_000_000  # the small way never steps in
        monkeypatch.setattr(sheets, "MAX_BYTES", whole)
        try:
            found = add(file, dry_run=True, **more)
        except DataError as error:
            return sorted(map(str, error.faults))
        except CaResearchError as error:
            return type(error).__name__, error.what
        return {
            "rows": found.rows,
            "left out": dict(found.left_out),
            "said": {k: found.count(k) for k in ("new", "repeats", "contradicts")},
            "count": found.entry.rows,
            "skipped": sorted(map(str, found.skipped)),
            "hash": found.entry.file_sha256,
        }

    def both(text, name="figures.csv", **more):
        file = tmp_path / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        small, large = way(file, 1 << 40, **more), way(file, -1, **more)
        if isinstance(small, dict) and isinstance(large, dict):
            rows = [one.pop("rows") for one in (small, large)]
            pd.testing.assert_frame_equal(*rows, rtol=1e-15)
        assert small == large
        return large

    return both


@pytest.fixture
def with_products(project):
    """The tiny project, with the columns of the real table of trade."""
    declared = yaml.safe_load(REAL.read_text(encoding="utf-8"))
    project.edit(columns=declared["columns"], key=declared["key"])
    project.rows(("KAZ", "CHN", 2019, "export", "TOTAL", 3, "fob", "goods", "", "S_CALENDAR"))
    tables.build()
    return project


CELLS = {
    "plain": "KAZ,CHN,2020,export,2\nKAZ,CHN,2021,export,4\nKGZ,CHN,2020,export,7\n",
    "empty lines": "KAZ,CHN,2020,export,2\n\n   \nKAZ,CHN,2021,export,\n\n,,,,\n",
    "short rows": "KAZ,CHN,2020,export,2\nKAZ,CHN\n",
    "quotes": '"KAZ","CHN",2020,"export","2"\n"KAZ","CHN, mainland",2021,export,4\n',
    "a line break in quotes": 'KAZ,"CHN\n",2020,export,x\nKAZ,CHN,2021,export,y\n',
    "names and words": "Kazakhstan,China,2020,Export,2\n"
    "\u041a\u0438\u0442\u0430\u0439,RUS,2020,import,2\n",
    "groups and totals": "KAZ,Total,2020,export,2\nKAZ,Areas nes,2020,export,2\n"
    "KAZ,CHN,2020,export,1\n",
    "missing figures": "KAZ,CHN,2020,export,n/a\nKAZ,RUS,2020,export,..\nKAZ,USA,2020,export,5*\n",
    "forms of numbers": "KAZ,CHN,2020,export,1e3\nKAZ,RUS,2020,export,.5\n"
    "KAZ,USA,2020,export, 1 234 \n",
    "no numbers": "KAZ,CHN,2020,export,12%\nKAZ,RUS,2020,export,(3)\nKAZ,USA,2020,export,1e999\n",
    "below zero": "KAZ,CHN,2020,export,-1\nKAZ,RUS,2020,export,1\n",
    "unknown words": "KAZ,Nowhere,2020,export,2\nKAZ,CHN,2020,sideways,2\nKAZ,CHN,20,export,2\n",
    "years": "KAZ,CHN,2020.0,export,2\nKAZ,CHN,1950,export,2\nKAZ,CHN,2019/20,export,2\n",
    "two faults in a row": "Nowhere,Total,2020,sideways,x\nNowhere,CHN,20,sideways,x\n",
    "twice": "KAZ,CHN,2020,export,2\nKAZ,China,2020,export,3\n"
    "KAZ,RUS,2020,export,-2\nKAZ,RUS,2020,export,3\n",
    "no row": "KAZ,Total,2020,export,2\n",
    "points and commas": 'KAZ,CHN,2020,export,"1,5"\nKAZ,RUS,2020,export,1.5\n',
    "a comma that may be either": 'KAZ,CHN,2020,export,"1,234"\nKAZ,RUS,2020,export,15\n',
    "thousands": 'KAZ,CHN,2020,export,"1,234.5"\nKAZ,RUS,2020,export,"1,234"\n',
    "decimal commas": 'KAZ,CHN,2020,export,"1,5"\nKAZ,RUS,2020,export,"1.234,5"\n'
    "KAZ,USA,2020,export,7\n",
}


SKIP = [False, pytest.param(True, marks=pytest.mark.long)]


@pytest.mark.parametrize("skip_bad", SKIP)
@pytest.mark.parametrize("case", CELLS)
def test_a_large_file_is_read_as_a_small_one(built, ways, case, skip_bad):
    ways(HEAD + CELLS[case], map=MAP, skip_bad=skip_bad)


def test_headings_units_and_words_of_a_map(built, ways):
    said = {
        "columns": {
            "reporter": "Wer",
            "partner": "Mit",
            "year": "Jahr",
            "value_usd": {"column": "Wert", "times": 1000000},
            "flow": {"column": "Weg", "words": {"Einfuhr": "import"}},
            "note": {"is": "invented"},
        },
        "header": 2,
    }
    text = (
        "Zahlen\nWer\tMit\tJahr\tWert\tWeg\n"
        "KAZ\tCHN\t2021\t839,5\tEinfuhr\nKAZ\tRUS\t2021\t1,1\tExport\n"
    )
    found = ways(text, name="zahlen.tsv", map=said)
    assert found["count"] == 2


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ({"year": {"2022": "2021"}}, {2020: 2, 2021: 0.5}),
        ({"year": {"2022-04-01": "2022"}, "value_usd": {"..": "0"}}, {2022: 0}),
        ({"value_usd": {"..": "0", "0.5": "n/a"}}, {2020: 2, 2021: 0}),
        ({"value_usd": {"0.5": "1e3"}}, {2020: 2, 2022: 1000}),
        ({"value_usd": {"nil": "0,5"}}, "both ways"),
    ],
)
def test_words_of_years_and_of_figures(built, ways, tmp_path, words, value):
    """They were shown in the proposal, and changed nothing."""
    rows = ["2020,export,2", "2021,export,..", "2022,export,0.5"]
    if "2022-04-01" in words.get("year", ()):
        rows = ["2022-04-01,export,..", "2022-01-01,import,n/a"]
    if "nil" in words.get("value_usd", ()):
        rows.append("2023,export,nil")
    said = {**MAP, **{k: {"column": MAP[k], "words": v} for k, v in words.items()}}
    found = ways(HEAD + "".join(f"KAZ,CHN,{row}\n" for row in rows), map=said)
    if isinstance(value, str):
        assert value in str(found)
    else:
        rows = add(tmp_path / "figures.csv", map=said, dry_run=True).rows
        assert dict(zip(rows["year"], rows["value_usd"], strict=True)) == value


@pytest.mark.parametrize("said", ["1.234", 1.234, 0.125, 1000])
@pytest.mark.parametrize("decimal", [None, ","])
def test_numbers_of_a_map_have_a_point_in_any_file(built, ways, tmp_path, said, decimal):
    """They were read by the mark of the file: 1.234 became 1234, or the file was refused."""
    text = HEAD + 'KAZ,CHN,2020,export,"2,5"\nKAZ,CHN,2021,export,about\n'
    told = MAP | {"value_usd": {"column": "USD", "words": {"about": said}}}
    more = {"decimal": decimal} if decimal else {}
    assert ways(text, map={"columns": told, **more})["count"] == 2
    rows = add(tmp_path / "figures.csv", map={"columns": told, **more}, dry_run=True).rows
    assert rows["value_usd"].tolist() == [2.5, float(said)]
    told = MAP | {"value_usd": {"is": said}}
    assert ways(text, map={"columns": told, "decimal": ","})["count"] == 2
    rows = add(tmp_path / "figures.csv", map={"columns": told, "decimal": ","}, dry_run=True).rows
    assert rows["value_usd"].tolist() == [float(said)] * 2


def test_a_faulty_cell_is_named_with_its_line_and_value(built, ways):
    text = HEAD + CELLS["plain"] + "\nKAZ,Nowhere,2020,export,2\n"
    assert ways(text, map=MAP) == [
        "figures.csv:6: With = 'Nowhere': partner: no economy of the project's list goes by this "
        "name or code"
    ]


@pytest.mark.parametrize(
    "seed", [4, *(pytest.param(n, marks=pytest.mark.long) for n in range(5, 30))]
)
def test_cells_of_any_kind_are_read_as_in_a_small_file(built, ways, seed):
    draw = random.Random(seed)
    pools = (
        ["KAZ", "CHN", "Kazakhstan", "KG", "398"] + ["Total", "Nowhere", ""] * bool(seed % 2),
        ["RUS", "USA", "643", "China"] + ["World", '"Areas, nes"'] * bool(seed % 2),
        ["2019", "2020", "2021.0"] + ["2019/20", "1950", "20", ""] * (seed % 3 == 1),
        ["export", "Import"] + ["sideways"] * (seed % 3 == 2),
        ["1", "2.5", "1e2", "7*", "n/a", "-1"] + ['"1,5"', "(2)", "-5%"] * (seed % 5 > 3),
    )
    lines = [",".join(map(draw.choice, pools)) for _ in range(60)]
    for skip_bad in (False, True):
        ways(HEAD + "\n".join(lines) + "\n", map=MAP, skip_bad=skip_bad)


BACI_CELLS = {
    "sums": "2019,398,156,10121,1.5,1\n2019,398,156,010129,2,NA\n2019,398,842,270900,4,1\n",
    "unknown economies": "2019,398,156,10121,1.5,1\n2019,58,156,10121,1,1\n"
    "2019,398,490,270900,4,1\n",
    "years beyond the table": "1980,398,156,270900,1,1\n2019,398,156,270900,1,1\n",
    "a wrong figure": "2019,398,156,270900,x,1\n2019,398,156,270800,2,1\n2019,398,4,270800,2,1\n",
    "no figure": "2019,398,156,270900,NA,1\n2019,398,156,270800,2,1\n",
    "a wrong chapter": "2019,398,156,AB0900,1,1\n2019,398,156,270800,2,1\n",
    "a sum beyond the bounds": "2019,398,156,270900,3e9,1\n2019,398,156,270800,2e9,1\n"
    "2019,398,4,270800,1,1\n",
    "a total beyond the bounds": "2019,398,156,270900,3e9,1\n2019,398,156,280800,2e9,1\n"
    "2019,398,4,270800,1,1\n",
}


@pytest.mark.parametrize("skip_bad", SKIP)
@pytest.mark.parametrize("case", BACI_CELLS)
def test_baci_is_added_up_as_from_a_small_file(with_products, ways, case, skip_bad):
    ways(BACI + BACI_CELLS[case], skip_bad=skip_bad)


def test_imports_at_the_exporter_s_border_are_told_apart_in_small_files_alone(
    with_products, tmp_path, monkeypatch
):
    monkeypatch.setattr(stream, "FROM", -1)
    heads = "refYear,reporterCode,partnerCode,cmdCode,flowCode,cifvalue,fobvalue,primaryValue\n"
    rows = "2020,36,156,TOTAL,M,,5,5,\n2020,398,156,TOTAL,M,6,,6,\n2020,398,156,27,X,,7,7,\n"
    file = tmp_path / "figures.csv"
    file.write_text(heads + rows)
    found = add(file, dry_run=True).rows.set_index("reporter")["valuation"]
    assert found["AUS"] == "fob" and set(found["KAZ"]) == {"cif", "fob"}
    monkeypatch.setattr(sheets, "MAX_BYTES", 1)
    for text in (heads + rows, heads + rows.splitlines()[0] + "\n"):
        file.write_text(text)
        with pytest.raises(FileError, match="the exporter's border") as error:
            add(file, dry_run=True)
        assert "cut it into parts" in error.value.hint


def test_a_row_that_stands_twice_is_not_added_up(with_products, ways):
    once = "2019,398,156,270900,2,1\n2019,398,156,10121,1.5,1\n2019,398,643,10121,1.5,1\n"
    assert isinstance(ways(BACI + once + "2019,58,156,10121,1,1\n" * 2), dict)  # no economy here
    for more in ("2019,398,156,010121,3,1\n", "2019,398,156,10121,1.5,1\n"):
        for skip_bad in (False, True):
            kind, what = ways(BACI + once + more + "2019,398,156,270900,,1\n", skip_bad=skip_bad)
            assert kind == "FileError" and what.endswith("once: t 2019, i 398, j 156, k 010121")


def test_rows_that_a_user_adds_up_may_be_alike_in_what_is_read(with_products, ways):
    rows = "KAZ,CHN,2020,export,2,north\nKAZ,CHN,2020,export,3,south\n"
    words = {n: {"is": v} for n, v in WHOLE.items()}
    found = ways(HEAD.strip() + ",part\n" + rows, map=MAP | words | {"sums": True})
    assert isinstance(found, dict) and found["count"] == 1


@pytest.fixture
def baci(tmp_path, monkeypatch):
    """Makes files of BACI's form."""
    monkeypatch.syspath_prepend(paths.of_package() / "benchmarks")
    import baci

    return lambda rows, **more: baci.write(tmp_path / "baci", rows, **more)


@pytest.fixture
def own(with_products, baci):
    """Rows of two years in BACI's form, added as a large source."""
    return add(baci(4_000, years=2))


def test_several_files_are_one_source_and_their_totals_lie_apart(
    with_products, ways, baci, monkeypatch
):
    files = baci(4_000, years=2)
    found = add(files[0].parent)
    assert found.entry.parts == ("2019.parquet", "2020.parquet", "totals.parquet")
    assert found.entry.file == "BACI_HS17_Y2019_V202501.csv and 1 more"
    whole = ca.load("trade", source="OWN")
    assert len(whole) == found.entry.rows and whole["year"].nunique() == 2
    assert whole["known_on"].eq(pd.Timestamp("2024-05-01")).all()
    totals = whole[whole["product"] == "TOTAL"].set_index(["reporter", "partner", "year"])
    sums = whole[whole["product"] != "TOTAL"].groupby(["reporter", "partner", "year"])
    pd.testing.assert_series_equal(
        sums["value_usd"].sum(), totals["value_usd"].sort_index(), rtol=1e-12
    )
    assert ca.load("trade", source="OWN", as_of="2024-04-30").empty
    counted = whole.groupby(["reporter", "flow", "source_id", "year"], as_index=False).size()
    covered = ca.coverage("trade", source="OWN").rename(columns={"figures": "size"})
    pd.testing.assert_frame_equal(pd.DataFrame(covered), counted)
    asked = ca.sql(
        "select count(*) as n, bool_or(is_aggregate) as g from trade where source_id = 'OWN'"
    )
    assert asked["n"][0] == found.entry.rows and not asked["g"][0]
    assert tables.build().rows["trade"] == found.entry.rows + 1
    alone = added.large("trade")
    ca.remove("OWN")
    assert not any(f.exists() for f in alone) and len(ca.load("trade")) == 1
    monkeypatch.setattr(sys.modules["ca_research.tables.large"], "FEW", 10_000)
    ways(files[0].read_bytes())


def test_files_of_other_headings_are_no_one_source(with_products, baci, tmp_path):
    file = baci(50)[0]
    other = tmp_path / "other.csv"
    other.write_text(file.read_text().replace("t,i,j", "t,j,i"))
    with pytest.raises(FileError, match="headings are not those of the first"):
        add([file, other])
    assert not any((ca.paths.added_dir()).glob("*OWN*"))


def test_less_memory_than_a_step_needs_is_said_in_a_line(with_products, baci, monkeypatch):
    monkeypatch.setattr(stream, "MEMORY", "1MB")
    with pytest.raises(CaResearchError, match="nothing was added: Out of Memory"):
        add(baci(20_000, years=2))
    assert not any(ca.paths.added_dir().glob("*OWN*"))


def test_a_folder_is_added_from_the_command_line(with_products, baci, command):
    files = baci(200, years=2)
    words = ("--table", "trade", "--source", "OWN", "--published", "2024-05-01", "--yes")
    code, out, _ = command("data", "add", *map(str, files), *words)
    assert code == 0 and out.splitlines()[0].endswith("Y2019_V202501.csv and 1 more, read as: baci")
    assert out.splitlines()[-1] == "added to trade as OWN"


def test_a_table_too_large_for_a_frame_is_refused(with_products, baci, monkeypatch):
    add(baci(400, years=2))
    monkeypatch.setattr(sys.modules["ca_research.tables.load"], "ROWS", 300)
    with pytest.raises(UsageError, match=r"rows are more than the 300 that a frame may have"):
        ca.load("trade")
    assert len(ca.load("trade", year=2019, product="TOTAL", source="OWN")) < 300


def test_parts_that_were_changed_are_not_built_with(with_products, baci):
    found = add(baci(400, years=2))
    file = ca.paths.added_dir() / "OWN" / added.PARTS / found.entry.parts[0]
    file.write_bytes(file.read_bytes() + b"x")
    with pytest.raises(CaResearchError, match="added figures are not those that were added"):
        tables.build(force=True)


BY = ["reporter", "year", "flow", "product"]
ACCOUNTS = [  # what is asked for, what an account is, and whether its sums are there
    ({}, BY, True),
    ({"aggregates": False}, [*BY, "source_id"], True),
    ({"reporter": "KAZ", "since": 2020, "as_of": "2024-06-01"}, BY, True),
    ({"product": "TOTAL"}, BY[:3], True),
    ({"product": "TOTAL", "year": [2019, 2020]}, BY[:3], True),
    ({"product": ["27", "TOTAL"], "year": 2019, "flow": "export"}, BY, True),
    ({"partner": ["CHN", "DEU", "USA", "RUS"]}, BY, False),
    ({"valuation": "fob"}, BY, False),
    ({"product": "TOTAL"}, BY[:2], False),
]


def test_sums_made_on_the_way_in_are_used_where_they_suffice(own, monkeypatch):
    asked, add_up = [], pushed.Accounts.add_up
    monkeypatch.setattr(
        pushed.Accounts, "add_up", lambda *words: asked.append(words) or add_up(*words)
    )

    def said(rows, keys):
        shares = ca.trade.partner_shares(rows, by=keys)
        return ca.trade.hhi(shares, by=keys), shares.order(", ".join([*keys, "partner"])).df()

    for filters, keys, suffice in ACCOUNTS:
        rows = ca.relation("trade", source="OWN", **filters)
        asked.clear()
        try:
            found = said(rows, keys)
        except MixedUnitsError:
            assert filters == {"product": "TOTAL"} and keys == BY[:2]
            continue
        assert (not asked) == suffice
        for one, other in zip(found, said(rows.filter("true"), keys), strict=True):
            pd.testing.assert_frame_equal(one, other, rtol=1e-12)
            assert asked and len(one)
    with pytest.raises(CoverageError):
        said(ca.relation("trade", source="OWN", as_of="2024-04-30"), BY)


def test_sums_tell_coverage_and_are_watched_like_the_rows(with_products, own):
    file = ca.paths.added_dir() / "OWN" / added.ACCOUNTS
    for filters in ({}, {"reporter": "KAZ"}, {"product": "TOTAL", "since": 2020}):
        rows = ca.relation("trade", source="OWN", **filters)
        keys = "reporter, flow, source_id, year"
        counted = rows.aggregate(f"{keys}, count(*) as figures", keys).order(keys).df()
        found = pd.DataFrame(ca.coverage("trade", source="OWN", **filters))
        pd.testing.assert_frame_equal(found, counted, check_dtype=False)
        assert len(found)
    by_partner = ca.coverage("trade", by=["partner"], source="OWN")
    assert by_partner["figures"].sum() == len(ca.load("trade", source="OWN"))
    content = file.read_bytes()
    for broken in (b"", content + b"x"):
        file.write_bytes(broken) if broken else file.unlink()
        with pytest.raises(CaResearchError, match="added figures are not those that were added"):
            tables.build(force=True)


def test_coverage_chooses_a_source_as_before_a_large_one_was_added(own, monkeypatch):
    """A line that worked became "unknown source_id 'preferred'" once a table had grown."""
    roles = {"OWN": "compilation", "S_CALENDAR": "office"}
    known = {i: s.model_copy(update={"role": roles.get(i)}) for i, s in registry.sources().items()}
    monkeypatch.setattr(registry, "sources", lambda: known)
    chosen = {"source": "preferred", "reporter": "KAZ", "product": "TOTAL"}
    rows = ca.load("trade", **chosen)
    both = ca.load("trade", reporter="KAZ", product="TOTAL")
    assert set(rows["source_id"]) == {"OWN", "S_CALENDAR"} and len(rows) < len(both)
    counted = rows.groupby(["reporter", "flow", "source_id", "year"], as_index=False).size()
    covered = ca.coverage("trade", **chosen).rename(columns={"figures": "size"})
    pd.testing.assert_frame_equal(pd.DataFrame(covered), counted, check_dtype=False)
    assert ca.holes("trade", "KAZ", **chosen)["figures"].tolist() == [len(rows)]
    with pytest.raises(UnknownNameError, match="fetched source 'OWN'"):
        ca.coverage("trade", source="OWN", vintage="2026")


def test_no_sums_where_a_group_stands_among_the_rows(built, tmp_path, monkeypatch):
    monkeypatch.setattr(stream, "FROM", -1)
    declared = yaml.safe_load(built.spec().read_text())["columns"]
    declared["partner"]["role"], declared["value_usd"]["role"] = "counterpart", "value"
    built.edit(columns=declared)
    file = tmp_path / "figures.csv"
    file.write_text(HEAD + "KAZ,CHN,2020,export,2\nKAZ,EU27,2020,export,2\n")
    add(file, map=MAP)
    assert added.accounts("trade", "OWN") is None
    ca.remove("OWN")
    file.write_text(HEAD + "KAZ,CHN,2020,export,2\nKAZ,DEU,2020,export,2\n")
    add(file, map=MAP)
    assert added.accounts("trade", "OWN").is_file()


def test_what_only_the_small_way_understands_goes_it_or_is_refused(built, tmp_path, monkeypatch):
    monkeypatch.setattr(stream, "FROM", -1)
    file = tmp_path / "wide.csv"
    file.write_text("Who,With,Way,2019,2020\nKAZ,CHN,export,1,2\n")
    said = {"map": {"reporter": "Who", "partner": "With", "flow": "Way"}}
    found = add(file, dry_run=True, **said)
    assert len(found.rows) == 2
    monkeypatch.setattr(sheets, "MAX_BYTES", 1)
    with pytest.raises(FileError, match="years across") as error:
        add(file, **said)
    assert "cut it into parts" in error.value.hint
    assert not any(ca.paths.added_dir().glob("*OWN*"))


@pytest.mark.parametrize(
    "content, said",
    [
        (b"Who,With\xff\n", "not UTF-8"),
        (b"Who,With\n\x00,1\n", "control character"),
        (b"Who,With\nKAZ,CHN,3\n" + b"x" * 1_200_000, "no table"),
        (b"x" * 1_200_000, "no line ends within"),
    ],
)
def test_what_is_no_table_is_refused_in_a_line(built, tmp_path, monkeypatch, content, said):
    monkeypatch.setattr(stream, "FROM", -1)
    monkeypatch.setattr(sheets, "MAX_BYTES", 1)
    file = tmp_path / "figures.csv"
    file.write_bytes(content)
    with pytest.raises(FileError, match=said):
        add(file, map=MAP)
    assert not any(ca.paths.added_dir().glob("*OWN*"))


def test_parquet_is_read_as_a_small_file(built, ways, tmp_path):
    rows = {
        "Who": ["KAZ", "KAZ", None],
        "With": ["China", "RUS", "CHN"],
        "When": [2020, 2021, 2021],
    }
    rows |= {"Way": "export", "USD": [1.5, float("nan"), -3.0]}
    for frame in (
        pd.DataFrame(rows),
        pd.DataFrame(rows).astype({"USD": "string", "When": "float64"}),
    ):
        frame.to_parquet(file := tmp_path / "frame.parquet")
        for skip_bad in (False, True):
            ways(file.read_bytes(), name="figures.parquet", map=MAP, skip_bad=skip_bad)


def test_very_many_faulty_rows_are_left_out_only_where_the_user_says_so(
    built, tmp_path, monkeypatch
):
    monkeypatch.setattr(stream, "FROM", -1)
    monkeypatch.setattr(large, "FAULTS", 5)
    cells = [f"KAZ,CHN,{year},export,{'one' if year % 2 else 1}" for year in range(1993, 2013)]
    file = tmp_path / "figures.csv"
    file.write_text(HEAD + "\n".join(cells) + "\n")
    with pytest.raises(DataError, match="more than 5 rows are like these") as told:
        add(file, map=MAP)
    assert "--skip-bad" in told.value.hint
    found = add(file, map=MAP, skip_bad=True)
    assert found.entry.rows == 10 and found.kept
    lines = [fault.line for fault in found.skipped]
    assert lines == [2, 4, 6, 8, 10, 0]  # the first of 1993 to 2001, and a word on the others
    assert str(found.skipped[-1]).endswith("(rows) = '5': so many more faulty rows were left out")
    assert ca.load("trade", source="OWN")["year"].tolist() == list(range(1994, 2013, 2))
    kept = pd.read_csv(paths.added_dir() / "OWN" / "skipped.csv")
    assert len(kept) == 6 and found.entry.skipped == 6


def test_very_many_faults_behind_sums_too(with_products, tmp_path, monkeypatch):
    monkeypatch.setattr(stream, "FROM", -1)
    monkeypatch.setattr(large, "FAULTS", 5)
    cells = [f"2020,398,156,{n:02}0000,one,1" for n in range(1, 20)]
    file = tmp_path / "BACI_HS17_Y2020_V202501.csv"
    file.write_text(BACI + "\n".join([*cells, "2020,398,156,270900,2,1"]) + "\n")
    with pytest.raises(DataError, match="more than 5 rows are like these"):
        add(file)
    found = add(file, skip_bad=True)
    assert [fault.line for fault in found.skipped] == [2, 3, 4, 5, 6, 0]
    assert found.skipped[-1].value == "14"
    rows = ca.load("trade", source="OWN", reporter="KAZ")
    assert rows["product"].tolist() == ["27", "TOTAL"]


@pytest.mark.parametrize("place", [1, 3_000])
def test_a_comma_within_a_number_is_no_new_column(with_products, tmp_path, monkeypatch, place):
    monkeypatch.setattr(stream, "FROM", -1)
    lines = [f"KAZ,CHN,{1992 + n % 30},export,2" for n in range(4_000)]
    lines[place] = "KAZ,CHN,2020,export,1,234"
    file = tmp_path / "a.csv"
    file.write_text(HEAD + "\n".join(lines) + "\n")
    with pytest.raises(FileError, match=r"more cells than|line"):
        add(file, map=MAP | {c: {"is": v} for c, v in WHOLE.items()}, dry_run=True)


WHOLE = {"product": "TOTAL", "valuation": "fob", "scope": "goods"}


GOODS = {
    "reporter": {"is": "KAZ"}, "flow": {"is": "import"}, "product": {"is": "TOTAL"},
    "valuation": {"is": "cif"}, "scope": {"is": "goods"},
}  # fmt: skip


def written(folder, *texts):
    files = [folder / f"{n}.csv" for n, _ in enumerate(texts)]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text)
    return files


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (
            "Imports, mln USD\nP;Year;Value\n",
            "Imports, thousand USD\nP;Year;Value\n",
            "other units",
        ),
        ("P;Year;Value;Unit\n#;mln USD", "P;Year;Value;Unit\n#;thousand USD", "several units"),
        ("Imports, USD\nP;Year;Value\n", "Imports, mln tenge\nP;Year;Value\n", "tenge"),
        ("P;Year;Value;Month\n#;total", "P;Year;Value;Month\n#;March", "rows of parts"),
        ("P;Year;Value;Basis\n#;year", "P;Year;Value;Basis\n#;9M 2023", "part of a year: 9M 2023"),
        ("P;Year;Value\n", "P;Year;Value\n#\nNote: in thousand USD;;", "speaks of the unit"),
    ],
)
def test_a_second_file_in_other_units_is_not_taken_for_the_first(
    with_products, tmp_path, first, second, said
):
    """Its figures came in by the unit of the first, and a month as a year."""
    texts = [
        text.replace("P;", "Partner;").replace("#", f"China;{year};400")
        + ("" if "#" in text else f"China;{year};400\n")
        for year, text in ((2022, first), (2023, second))
    ]
    with pytest.raises(UsageError, match=said):
        add(written(tmp_path, *texts), map=GOODS, dry_run=True)
    alike = "Imports, mln USD\nPartner;Year;Value\nChina;{};400\n"
    found = add(written(tmp_path, alike.format(2022), alike.format(2023)), map=GOODS, dry_run=True)
    assert found.rows["value_usd"].tolist() == [4e8, 4e8]


@pytest.mark.parametrize(
    ("head", "then", "said"),
    [
        (";Unit\n", (";million USD", ";thousand USD"), "several units"),
        (";Month\n", (";total", ";March"), "rows of parts"),
        (";Coverage\n", (";year", ";January-June"), "part of a year: January-June"),
        (";Kind\n", (";import", ";re-imports"), "part of exports or imports: re-imports"),
        (";Kind\n", (";Import", ";Export"), "always import, and cells say Export"),
        (";Kind\n", (";Balance", ";Exports of goods"), "cells say Exports of goods"),
        (";Reporter\n", (";KAZ", ";UZB"), "always KAZ, and cells say UZB"),
    ],
)
def test_what_is_said_far_below_counts(with_products, tmp_path, monkeypatch, head, then, said):
    """The first thousand rows spoke for all."""
    monkeypatch.setattr(stream, "FROM", 100)
    monkeypatch.setattr(stream, "_SHOWN", 20)
    rows = (f"China;{1992 + n};{n + 1}{then[n > 25]}\n" for n in range(32))
    files = written(tmp_path, f"Partner;Year;Value{head}" + "".join(rows))
    with pytest.raises(UsageError, match=said):
        add(files[0], map=GOODS, dry_run=True)


def test_all_codes_of_a_large_file_of_comtrade_are_looked_at(with_products, tmp_path, monkeypatch):
    """Of more than 6,000 codes those of the first rows spoke: the other chapters were left out as
    finer than chapters.
    """
    monkeypatch.setattr(stream, "FROM", 1_000)
    monkeypatch.setattr(stream, "_SHOWN", 20)
    chapters = [f"{n:02}" for n in range(1, 98) if n != 77]
    codes = [*(f"{c}{n:04}" for c in chapters[:90] for n in range(80)), "TOTAL", *chapters]
    head = "freqCode,reporterCode,partnerCode,refYear,flowCode,cmdCode,primaryValue\n"
    rows = (f"A,398,156,2022,M,{code},{n + 1}\n" for n, code in enumerate(codes))
    files = written(tmp_path, head + "".join(rows))
    found = add(files[0], dry_run=True)
    assert sorted(found.rows["product"]) == sorted(["TOTAL", *chapters])
    assert dict(found.left_out) == {"finer than HS chapters": 7200}
    monkeypatch.setattr(stream, "LISTED", 1_000)
    monkeypatch.setattr(sheets, "MAX_BYTES", 1)
    with pytest.raises(FileError, match="too many different cells under 'cmdCode'"):
        add(files[0], dry_run=True)


@pytest.mark.parametrize(
    ("said", "words"),
    [({"flow": "import"}, "always import, and cells say X"), ({"year": 2020}, "always 2020")],
)
def test_what_is_said_of_all_rows_is_held_against_a_layout(
    with_products, ways, monkeypatch, said, words
):
    """The last row alone says otherwise."""
    monkeypatch.setattr(stream, "_SHOWN", 5)
    head = "freqCode,reporterCode,partnerCode,refYear,flowCode,cmdCode,primaryValue\n"
    rows = "".join(f"A,398,156,2020,M,{n:02},{n}\n" for n in range(1, 40))
    said = {name: {"is": value} for name, value in said.items()}
    assert ways(head + rows, map=said)["count"] == 39
    assert words in str(ways(head + rows + "A,398,156,2021,X,TOTAL,5\n", map=said))


def test_a_text_beside_a_mark_is_no_note(with_products, ways, monkeypatch):
    """Where the least cell of the figures was a mark, texts of columns that are not read stood
    beside it, and were notes that spoke of a unit.
    """
    monkeypatch.setattr(stream, "_SHOWN", 5)
    rows = "".join(f"China;{1992 + n};{n + 1};customs\n" for n in range(30))
    more = "China;2023;-;customs\nChina;2024;7;goods of less than 2 million USD in thousand USD\n"
    found = ways("Partner;Year;Value;Remark\n" + rows + more, map=GOODS)
    assert isinstance(found, dict) and found["count"] == 31


SAID = "refYear,reporterCode,partnerCode,cmdCode,flowCode,cifvalue,fobvalue,primaryValue\n"


@pytest.mark.parametrize("cif", ["", "0"])
def test_one_import_at_the_exporter_s_border_far_below_is_seen(
    with_products, tmp_path, monkeypatch, cif
):
    """The first rows spoke for all, and such imports were taken for cif."""
    monkeypatch.setattr(stream, "FROM", -1)
    rows = [f"{1992 + n % 30},398,{n},TOTAL,M,{n + 1},{n},{n + 1}\n" for n in range(2_500)]
    rows += [f"{1992 + n},398,156,TOTAL,X,,{n + 1},{n + 1}\n" for n in range(30)]
    file = tmp_path / "figures.csv"
    file.write_text(SAID + "".join(rows))
    assert set(add(file, dry_run=True, skip_bad=True).rows["valuation"]) == {"cif", "fob"}
    file.write_text(SAID + "".join(rows) + f"2020,36,156,TOTAL,M,{cif},5.0,5\n")
    found = add(file, dry_run=True, skip_bad=True)  # the small way tells them apart
    assert found.rows.query("flow == 'import'")["valuation"].tolist().count("fob") == 1
    monkeypatch.setattr(sheets, "MAX_BYTES", 1)
    with pytest.raises(FileError, match="the exporter's border"):
        add(file, dry_run=True, skip_bad=True)


@pytest.mark.parametrize("large", [False, True])
def test_all_codes_of_a_file_with_headings_of_the_world_bank_are_compared(tmp_path, large):
    """Those of the first 900 rows were, which are of one country or two."""
    head = "Country Name,Country Code,Indicator Name,Indicator Code,2019\n"
    rows = "".join(f"Kazakhstan,KAZ,Indicator (USD),A.{n},1\n" for n in range(2_000))
    rows += "China,CHN,Indicator (USD),A.1,1\nCanada,CAN,Indicator (USD),A.1,1\n"
    file, spec = tmp_path / "figures.csv", registry.table("macro")
    for more, refused in (("", False), ("China,CAN,Indicator (USD),A.1,1\n", True)):
        file.write_text(head + rows + more)
        if large:
            (folder := tmp_path / f"work{len(more)}").mkdir()
            with closing(stream.Stream([file], folder)) as cells:
                given = cells.given()
        else:
            given = sources.read(file)
        if refused:
            with pytest.raises(UsageError, match="not of its form: Country Code CAN beside China"):
                sources.understand(given, spec, {})
        else:
            assert sources.understand(given, spec, {})[1].name == "world bank, wide"


def test_metadata_of_a_large_parquet_count(with_products, tmp_path, ways):
    """They were not looked at: millions came in as dollars."""
    frame = pd.DataFrame({"Partner": ["China"], "Year": [2022], "Value": [4.0]})
    frame.attrs = {"units": {"Value": "million USD"}}
    frame.to_parquet(file := tmp_path / "told.parquet")
    found = ways(file.read_bytes(), name="figures.parquet", map=GOODS)
    assert isinstance(found, dict) and found["count"] == 1
    assert add(file, map=GOODS, dry_run=True).rows["value_usd"].tolist() == [4e6]


def test_decimals_split_off_far_below_are_seen(with_products, ways, monkeypatch):
    monkeypatch.setattr(stream, "_SHOWN", 5)
    rows = "".join(f"China,{1992 + n},{n + 1},\n" for n in range(30))
    kind, what = ways("Partner,Year,Value,\n" + rows + "China,2022,4,5\n", map=GOODS)
    assert kind == "UsageError" and what.endswith("without a heading, behind 'Value': 5")


def test_empty_figures_are_compared_as_in_small_files(ways):
    """Of the real table: of energy sold only the value may be known."""
    stood = ca.load("energy", source="M_MINEX")
    assert stood["quantity"].isna().all()
    names = [n for n in registry.table("energy").columns if n != "source_id"]
    for factor, said in ((1, "repeats"), (2, "contradicts")):
        text = stood[names].assign(value_usd=factor * stood["value_usd"]).to_csv(index=False)
        found = ways(text, table="energy", map={name: name for name in names})["said"]
        assert found == {"new": 0, "repeats": 0, "contradicts": 0} | {said: 1}
