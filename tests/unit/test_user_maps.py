"""How a user's file is read: by a map in words, by its headings, and what is said of the rest."""

import pytest

from ca_research import registry, sources
from ca_research.ground.errors import UsageError
from ca_research.sources.mapping import of_user

GOODS = {"reporter": "KAZ", "flow": "import", "product": "TOTAL", "valuation": "cif"}
GOODS |= {"scope": "goods"}
ABOUT = {"publisher": "Office", "title": "Invented", "licence": "none", "published": "2024-05-01"}
LONG = "Partner;Year;Value\nChina;2021;5\nRussia;2022;7\n"


@pytest.fixture
def read(tmp_path):
    """What is made of a text: (partner, year, value, ...) of each row, by a map."""

    def understood(text, columns=None, fixed=GOODS, **said):
        spec, file = registry.table("trade"), tmp_path / "figures.csv"
        file.write_text(text)
        columns = {k: {"is": v} for k, v in fixed.items()} | (columns or {})
        given = sources.read(file)
        mapped, _ = sources.understand(given, spec, of_user({**said, "columns": columns}, spec))
        return sources.apply(given, mapped, spec)

    return understood


def figures(found):
    assert not found.faults
    return [*found.rows[["partner", "year", "value_usd"]].itertuples(index=False, name=None)]


# --- a map in the user's words


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ("decimal: ';'", "decimal"),
        ("year: {colum: Year}", "columns.year"),
        ("year: [Year]", "columns.year.column"),
        ("value_usd: {column: Value, times: million}", "columns.value_usd.times"),
        ("flow: {column: Way, words: {yes: import}}", "columns.flow.words"),
        ("header: first", "header"),
        ("only: {column: Year}", "only"),
        ("only: [{column: Year}]", "only.0.among"),
        ("fills: value_usd", "`fills` without `across`"),
        ("across: [{column: '2022', gives: {year: 2022}}]", "`across` without `fills`"),
        ("{fills: worth, across: [{column: '2022', gives: {year: 2022}}]}", "'worth' is no column"),
        ("{fills: value_usd, across: [{column: A, gives: {day: 2022}}]}", "'day' is no column"),
        ("totals: {product: TOTAL}", "`totals` without `sums`"),
        ("columns: [a, b]", "a map is a mapping"),
        ("[a, b]", "a map is a mapping"),
    ],
)
def test_a_slip_in_a_map_is_named_with_its_file_and_field(tmp_path, command, said, field):
    """It was a fault of ca-research itself."""
    (tmp_path / "figures.csv").write_text(LONG)
    (tmp_path / "map.yaml").write_text(said)
    about = [word for k, v in ABOUT.items() for word in (f"--{k}", v)]
    fixed = [word for k, v in GOODS.items() for word in ("--set", f"{k}={v}")]
    how = ["--table", "trade", "--source", "OWN", "--map", str(tmp_path / "map.yaml"), "--dry-run"]
    for more in ([], fixed):
        code, _, error = command("data", "add", str(tmp_path / "figures.csv"), *how, *about, *more)
        assert code == 2 and field in error and "map.yaml" in error
        assert "next:" in error and "fault of ca-research" not in error


def test_numbers_in_a_map_are_the_text_of_cells(read):
    """YAML makes a number of 2021, also where the hints of the tool propose it."""
    only = [{"column": "Year", "among": [2021], "why": "another year"}]
    found = read(LONG, only=only)
    assert figures(found) == [("CHN", "2021", "5")] and found.left_out == {"another year": 1}
    wide = "Partner;2021;2022\nChina;5;6\n"
    across = [{"column": 2022, "gives": {"year": 2022}}]
    assert figures(read(wide, across=across, fills="value_usd")) == [("CHN", "2022", "6")]
    flows = {"flow": {"column": "Way", "words": {1: "import"}}}
    text = "Partner;Year;Way;Value\nChina;2021;1;5\n"
    assert read(text, flows).rows["flow"].tolist() == ["import"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"year": {"column": "Year", "times": 2}}, "year: `times` changes nothing"),
        ({"value_usd": {"column": "Value", "span": "last"}}, "value_usd: `span` changes nothing"),
        ({"value_usd": {"column": "Value", "width": 2}}, "value_usd: `width` changes nothing"),
        ({"partner": {"column": "Partner", "first": 2}}, "partner: `first` changes nothing"),
        ({"layout": "comtrade"}, "`layout` is found by the headings"),
    ],
)
def test_what_would_change_nothing_is_refused(said, words):
    """It was shown as understood, and ignored."""
    with pytest.raises(UsageError, match=words) as error:
        of_user(said, registry.table("trade"))
    assert error.value.hint


def test_lines_of_a_heading_count_without_its_place(read):
    """They were left to the guess, and the headings that it took were not those that were read."""
    text = "Partner;Year;Value\n;;(thousand USD)\nChina;2021;5\n"
    assert figures(read(text, header_rows=2)) == [("CHN", "2021", "5000")]
