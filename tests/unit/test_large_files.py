"""Large files: read in bounded memory by the rules of small ones, and kept in parts. That each
case of tests/files is read alike by both ways is told there.
"""

import random
import sys

import pandas as pd
import pytest
import yaml
from pandas.testing import assert_frame_equal, assert_series_equal
from tests.cases import cases

import ca_research as ca
from ca_research import registry, tables
from ca_research.ground import paths
from ca_research.ground.errors import (
    CaResearchError,
    DataError,
    FileError,
    UsageError,
)
from ca_research.sources import sheets, stream
from ca_research.tables import added, reading

REAL = paths.of_package() / "registry" / "tables" / "trade.yaml"
FAR_BELOW = cases(__file__, "far_below")
CASES = cases(__file__, "large_files")
ADDING = cases(__file__, "adding")
ABOUT, MAP = ADDING["about"], ADDING["map"]
HEAD = "Who,With,When,Way,USD\n"
GOODS = CASES["goods"]


def add(file, **more):
    return ca.add(file, **{"table": "trade", "source": "OWN", **ABOUT, **more})


@pytest.fixture
def with_products(project):
    """The tiny project, with the columns of the real table of trade."""
    declared = yaml.safe_load(REAL.read_text())
    project.edit(columns=declared["columns"], key=declared["key"])
    project.rows(
        ("KAZ", "CHN", 2019, "export", "TOTAL", 3, "fob", "goods", "", "", "", "", "S_CALENDAR")
    )
    tables.build()
    return project


@pytest.fixture
def streamed(monkeypatch):
    """Every file is streamed, and what only the small way understands goes it."""
    monkeypatch.setattr(stream, "FROM", -1)


@pytest.fixture
def written(tmp_path):
    def write(text, name="figures.csv"):
        file = tmp_path / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    return write


@pytest.fixture
def ways(written, monkeypatch):
    """What a file read at once and one read in parts come to: the same."""
    monkeypatch.setattr(stream, "PART", 20)

    def way(file, size, **more):
        monkeypatch.setattr(stream, "FROM", size)
        monkeypatch.setattr(sheets, "MAX_BYTES", min(size, 300_000_000))
        try:
            found = add(file, dry_run=True, **more)
        except CaResearchError as error:
            return type(error), error.what, sorted(map(str, getattr(error, "faults", ())))
        said = [found.count(s) for s in ("new", "repeats", "contradicts")]
        told = [dict(found.left_out), said, found.entry.rows, found.entry.file_sha256]
        return found, told, sorted(map(str, found.skipped))

    def both(text, **more):
        file = written(text)
        (small, *told), (big, *others) = way(file, 1 << 40, **more), way(file, -1, **more)
        assert told == others
        if isinstance(small, type):
            assert small is big
        else:
            assert_frame_equal(small.rows, big.rows, rtol=1e-15)
        return big

    return both


@pytest.mark.parametrize(
    "seed",  # of the first no cell is odd, and of the second cells of each kind
    [15, 16, *(pytest.param(n, marks=pytest.mark.long) for n in range(17, 40))],
)
def test_cells_of_any_kind_are_read_as_in_a_small_file(built, ways, seed):
    draw = random.Random(seed)
    pools = [usual + odd * draw.randrange(2) for usual, odd in CASES["cells"]]
    lines = [",".join(map(draw.choice, pools)) for _ in range(60)]
    for skip_bad in (False, True):
        ways(HEAD + "\n".join(lines) + "\n", map=MAP, skip_bad=skip_bad)


@pytest.mark.parametrize(("factor", "said"), [(1, "repeats"), (2, "contradicts")])
def test_empty_figures_are_compared_as_in_small_files(ways, factor, said):
    """Of the real table: of energy sold only the value may be known."""
    stood = ca.load("energy", source="M_MINEX")
    assert stood["quantity"].isna().all()
    stood["value_usd"] *= factor
    names = [n for n in registry.table("energy").columns if n != "source_id"]
    text = stood[names].to_csv(index=False)
    found = ways(text, table="energy", map={name: name for name in names})
    assert found.count(said) == 1 == len(found.rows)


# --- what only a part of a large file says


@pytest.mark.parametrize("name", FAR_BELOW)
def test_what_is_said_far_below_counts(with_products, written, monkeypatch, name):
    """The first thousand rows spoke for all: `below` are the last six of 32."""
    case = FAR_BELOW[name]
    monkeypatch.setattr(stream, "FROM", 100)
    monkeypatch.setattr(stream, "_SHOWN", 20)
    mark, ends = case["head"][len("Partner")], [case["above"]] * 26 + [case["below"]] * 6
    rows = [mark.join(("China", str(1992 + n), f"{n + 1}{end}")) for n, end in enumerate(ends)]
    file = written("\n".join([case["head"], *rows, *case.get("last", [])]) + "\n")
    with pytest.raises((DataError, FileError, UsageError)) as error:
        add(file, map=GOODS, times="millions", dry_run=True)
    assert case["names"] in str(error.value)


COMTRADE = "freqCode,reporterCode,partnerCode,refYear,flowCode,cmdCode,primaryValue\n"


def comtrade(*cells):
    """A file of Comtrade's form: year, flow, code and value of each row."""
    return COMTRADE + "".join(f"A,398,156,{y},{f},{code},{value}\n" for y, f, code, value in cells)


def test_all_codes_of_a_large_file_of_comtrade_are_looked_at(
    with_products, written, streamed, monkeypatch
):
    """The codes of the first rows spoke: chapters were left out as finer than subheadings."""
    monkeypatch.setattr(stream, "_SHOWN", 20)
    codes = [*(f"01{n:06}" for n in range(80)), "01", "27", "TOTAL"]
    found = add(written(comtrade(*((2022, "M", code, 1) for code in codes))), dry_run=True)
    assert sorted(found.rows["product"]) == codes[-3:]
    assert dict(found.left_out) == {"finer than HS subheadings": 80}


BORDERS = "refYear,reporterCode,partnerCode,cmdCode,flowCode,cifvalue,fobvalue,primaryValue\n"


@pytest.mark.parametrize("far_below", [False, True])
def test_imports_at_the_exporter_s_border_are_told_apart_in_small_files_alone(
    with_products, written, monkeypatch, streamed, far_below
):
    """The first rows spoke for all, and such imports were taken for cif."""
    rows = [f"2020,398,{n},TOTAL,M,{n + 1},{n},{n + 1}\n" for n in range(2_500 if far_below else 9)]
    rows += ["2020,398,156,27,X,,7,7\n", "2020,36,156,TOTAL,M,0,5.0,5\n"]
    file = written(BORDERS + "".join(rows))
    found = add(file, dry_run=True, skip_bad=True).rows.set_index("reporter")["valuation"]
    assert found["AUS"] == "fob" and set(found["KAZ"]) == {"cif", "fob"}


@pytest.mark.parametrize("name", CASES["many faults"])
def test_very_many_faulty_rows_are_left_out_only_where_the_user_says_so(
    with_products, written, streamed, monkeypatch, name
):
    """Every other row is faulty; the first five are listed, and the others counted."""
    monkeypatch.setattr(reading, "FAULTS", 5)
    case = CASES["many faults"][name]
    rows = [case["row"].format(y, "one" if y % 2 else 1) for y in range(case["since"], 2014)]
    file = written("\n".join([case["head"], *rows]) + "\n")
    asked = case.get("asked", {})
    with pytest.raises(DataError) as told:
        add(file, **asked)
    assert "--skip-bad" in told.value.hint
    found = add(file, skip_bad=True, **asked)
    assert found.kept and found.entry.rows == case["rows"] == len(ca.load("trade", source="OWN"))
    assert [fault.line for fault in found.skipped] == [2, 4, 6, 8, 10, 0]
    assert found.skipped[-1].value == str(case["more"])


# --- kept in parts


@pytest.fixture
def baci(tmp_path, monkeypatch, with_products):
    """Makes files of BACI's form."""
    monkeypatch.syspath_prepend(paths.of_package() / "benchmarks")
    import baci

    return lambda rows, **more: baci.write(tmp_path / "baci", rows, **more)


@pytest.fixture
def own(baci):
    """Rows of two years in BACI's form, added as a large source."""
    return add(baci(4_000, years=2)[0].parent)


def test_several_files_are_one_source_and_their_totals_lie_apart(own):
    assert own.entry.parts == ("2019.parquet", "2020.parquet", "totals.parquet")
    whole = ca.load("trade", source="OWN")
    assert len(whole) == own.entry.rows and whole["year"].nunique() == 2
    totals = whole["product"] == "TOTAL"
    pair = ["reporter", "partner", "year"]
    sums = whole[~totals].groupby(pair)["value_usd"].sum()
    told = whole[totals].set_index(pair)["value_usd"].sort_index()
    assert_series_equal(sums, told, rtol=1e-12)
    assert ca.load("trade", source="OWN", as_of="2024-04-30").empty
    alone = added.large("trade")
    ca.remove("OWN")
    assert not any(f.exists() for f in alone) and len(ca.load("trade")) == 1


def test_a_file_of_baci_is_read_alike_in_steps(baci, ways, monkeypatch):
    monkeypatch.setattr(sys.modules["ca_research.tables.add"], "FEW", 10_000)
    ways(baci(4_000)[0].read_bytes())


def test_files_of_other_headings_and_too_little_memory_add_nothing(baci, written, monkeypatch):
    first, second = baci(20_000, years=2)
    other = written(second.read_text().replace("t,i,j", "t,j,i"))
    with pytest.raises(FileError):
        add([first, other])
    monkeypatch.setattr(stream, "MEMORY", "1MB")
    with pytest.raises(CaResearchError):
        add([first, second])
    assert not any(ca.paths.added_dir().glob("*OWN*"))


def test_parts_that_were_changed_are_not_built_with(baci):
    parts = add(baci(400, years=2)).entry.parts
    file = ca.paths.added_dir() / "OWN" / added.PARTS / parts[0]
    file.write_bytes(file.read_bytes() + b"x")
    with pytest.raises(CaResearchError):
        tables.build(force=True)


def test_coverage_counts_rows_of_large_sources(own):
    for filters in ({}, {"reporter": "KAZ"}, {"product": "TOTAL", "since": 2020}):
        found = pd.DataFrame(ca.coverage("trade", source="OWN", **filters))
        rows = ca.load("trade", source="OWN", **filters)
        counted = rows.groupby([*found.columns[:-1]], as_index=False).size()
        assert found.to_numpy().tolist() == counted.to_numpy().tolist() != []
