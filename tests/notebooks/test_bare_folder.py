"""`ca-research run FILE.ipynb`: a notebook of anybody's, in a folder that is no project. It imports
nothing of the package and declares nothing; what it opens are its inputs.
"""

import json

import nbformat
import pytest
from tests.commands import cli
from tests.small_runs import book

CELLS = {
    "parameters": "until: int = 2020\nname = 'a'",
    "code": (
        "import pandas as pd\nimport seaborn as sns\n"
        "prices = pd.read_csv('prices.csv').query('year <= @until')\n"
        "sns.lineplot(prices, x='year', y='price');"
    ),
    "shown": "prices.describe()",
}


def write(file, *sources):
    made = book(*sources, parameters=True)
    made.cells.insert(0, nbformat.v4.new_markdown_cell("# Prices by year"))
    nbformat.write(made, file)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return tmp_path_factory.mktemp("any-store")


@pytest.fixture
def bare(tmp_path, store, monkeypatch):
    """A folder with a notebook and a file; gives a function that runs a command in it."""
    monkeypatch.setenv("CA_RESEARCH_CACHE", str(store))
    write(tmp_path / "prices.ipynb", *CELLS.values())
    (tmp_path / "prices.csv").write_text("year,price\n2019,1\n2020,2\n2021,3\n")

    def run(*words, ends=0):
        return cli("run", *words, ends=ends, cwd=tmp_path)

    run.folder = tmp_path
    return run


def manifest(bare):
    held = json.loads((bare.folder / "reports" / "manifest.json").read_text())["runs"]
    return {r["run_id"]: r for r in held}


def test_it_runs_several_at_once_and_again_only_where_an_input_has_changed(bare):
    grid = ("prices.ipynb", "--grid", "until=2019,2020,2021")
    bare(*grid)
    ids = [f"prices-until-{year}" for year in (2019, 2020, 2021)]
    made = manifest(bare)
    assert sorted(made) == ids and not any(r["stored"] for r in made.values())
    for run_id in ids:
        page = (bare.folder / "reports" / f"{run_id}.html").read_text()
        assert "Prices by year" in page and "<img" in page
    index = (bare.folder / "reports" / "index.html").read_text()
    assert all(f"{run_id}.html" in index for run_id in ids)

    assert "nothing has changed" in bare(*grid).stdout
    (bare.folder / "note.txt").write_text("which it does not open")
    assert "nothing has changed" in bare(*grid).stdout
    with (bare.folder / "prices.csv").open("a") as file:
        file.write("2018,9\n")
    bare(*grid)
    assert not any(r["stored"] for r in manifest(bare).values())
    assert all("data/./prices.csv" in r["inputs"] for r in manifest(bare).values())


def test_wrong_values_are_refused_before_the_start(bare):
    for given in ("until=soon", "unti=2020", "as_of=2020"):
        bare("prices.ipynb", "-p", given, ends=2)
        assert not (bare.folder / "reports").exists()


def test_what_lies_outside_is_no_input_that_a_key_could_cover(bare, tmp_path_factory):
    """It ran once and was served for ever after, whatever became of the file."""
    other = tmp_path_factory.mktemp("elsewhere") / "prices.csv"
    other.write_text("year,price\n2019,1\n2020,2\n")
    text = CELLS["code"].replace("prices.csv", str(other))
    write(bare.folder / "outside.ipynb", CELLS["parameters"], text)
    for _ in range(2):
        assert "outside of the project" in bare("outside.ipynb").stderr
        assert not manifest(bare)["outside"]["stored"]


def test_tables_and_claims_that_it_reads_are_its_inputs(bare):
    code = "import ca_research as ca\nca.load('students', source='preferred')\nca.check('C25')"
    write(bare.folder / "reads.ipynb", "x = 1", code)
    bare("reads.ipynb")
    held = manifest(bare)["reads"]["inputs"]
    assert {"data/students", "data/facts", "data/geography"} <= held.keys()
    assert "register/claims/*.yaml" in held and "data/trade" not in held


def test_an_error_in_it_ends_the_command_and_stands_on_its_page(bare):
    write(bare.folder / "fails.ipynb", "x = 1", "raise ValueError('odd prices')")
    assert "odd prices" in bare("fails.ipynb", ends=1).stderr
    assert "odd prices" in (bare.folder / "reports" / "fails.html").read_text()
    bare("nowhere.ipynb", ends=2)
