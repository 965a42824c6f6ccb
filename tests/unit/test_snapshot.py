"""The embedded snapshot: its files are the declared ones, and what may not be passed on is not in
it.
"""

import csv
import hashlib
import re
from itertools import product

import pytest

import ca_research as ca
from ca_research import registry
from ca_research.ground import paths
from ca_research.tables.dates import bounds, is_date

RAW = paths.raw_dir()
TABLES = registry.tables()
FILES = {name: table for table in TABLES.values() for name in table.files}
EXCERPTS = {"wiiw_kaz_fdi", "M_GAL_US", "M_GAL_CN"}
"""The only sources marked `no`: anything of them is carried as an excerpt."""
NOWHERE = r"\b(COW_TRADE4|cgit_\w+|koica_2009|bu_cgef_2020|M_COLT_?\w*|M_VITAE)\b"


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_the_declared_one_in_plain_text_sorted_by_key(name):
    table, content = FILES[name], (RAW / name).read_bytes()
    assert hashlib.sha256(content).hexdigest() == table.files[name].sha256
    assert not content.startswith(b"\xef\xbb\xbf") and b"\r" not in content
    assert content.endswith(b"\n")
    rows = csv.DictReader(content.decode("utf-8").splitlines())
    header = rows.fieldnames or ()  # a column that may be empty may be left out
    assert header == [n for n, c in table.columns.items() if n in header or not c.nullable]
    keys = [tuple(row[c] for c in table.key) for row in rows]
    assert keys == sorted(keys) and len(keys) == table.files[name].rows


def test_sources_used_and_sources_declared_are_the_same():
    assert {source for table in TABLES.values() for source in table.rows} == set(registry.sources())
    assert list(ca.load("sources").source_id) == list(registry.sources())


# --- what may not be passed on
# -----------------------------------------------------------------------------


def rows_of(source):
    """Its rows, by table."""
    frames = {name: ca.load(name) for name in TABLES if source in registry.table(name).rows}
    return {name: rows[rows["source_id"] == source] for name, rows in frames.items()}


def test_only_the_excerpts_carry_the_mark_no():
    sources = registry.sources().values()
    assert {s.source_id for s in sources if s.redistribution == "no"} == EXCERPTS


def test_of_the_vienna_institute_only_the_stock_of_nine_investors():
    ((table, frame),) = rows_of("wiiw_kaz_fdi").items()
    assert table == "investment"
    assert set(frame["measure"]) == {"fdi_stock"} and set(frame["host"]) == {"KAZ"}
    nine = ("CHN", "HKG", "RUS", "USA", "NLD", "TUR", "KOR", "FRA", "WLD")
    wanted = {*product(nine, range(2010, 2022))} - {("KOR", 2016)}
    assert len(frame) == len(wanted)
    assert set(zip(frame["investor"], frame["year"], strict=True)) == wanted


def test_of_gallup_at_most_thirty_values():
    gallup = {s for s in registry.sources() if s.startswith("M_GAL_")}
    assert gallup <= EXCERPTS
    assert 0 < sum(len(f) for s in gallup for f in rows_of(s).values()) <= 30


def test_sources_that_may_not_be_passed_on_are_nowhere():
    assert not [s for s in registry.sources() if re.fullmatch(NOWHERE, s)]
    for name in FILES:
        assert not re.search(NOWHERE, (RAW / name).read_text()), name


PAGE = re.compile(r"(?<!\d)(20\d\d)[-/]?(\d\d)(?:[-/](\d\d))?(?!\d)")


def test_no_page_has_a_date_from_before_its_address():
    """One whose address is of a day after the article was not known on its day."""
    stated = {i: s for i, s in registry.sources().items() if s.release_basis == "stated"}
    day = registry.article().date
    early = [
        i
        for i, s in stated.items()
        for found in PAGE.finditer(f"{s.original} {s.found_in}")
        if found[3] and is_date(written := "-".join(found.groups()))
        if bounds(written)[0] > day >= bounds(s.published)[1]
    ]
    assert not early
