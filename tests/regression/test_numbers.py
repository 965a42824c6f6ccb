"""Numbers as data: what the package says beside what was published and what the raw rows give.

A case of `cases/*.yaml` names a call of the package, or a table that is loaded, and the figures
that are read from its answer (`said`), and sets them against a query over the files of data/raw
(`raw`), a published number (`is`), or both. Queries are SQL: `raw` knows each table of data/raw by
its name, and the codings of documents as `acts`, `conditions`, `counting` and `partners`. The last
column is the figure, what stands before it is its name.
"""

from pathlib import Path

import duckdb
import pandas as pd
import pytest
import yaml
from tests.regression.answers import answer_of, said_of, same

from ca_research.ground import economies as eco
from ca_research.ground import paths
from ca_research.registry.codings import coding


def filled(value, words):
    """A part of a case with words in the place of the braces; braces alone keep a number."""
    if isinstance(value, dict):
        return {filled(name, words): filled(one, words) for name, one in value.items()}
    if isinstance(value, list):
        return [filled(one, words) for one in value]
    if not isinstance(value, str):
        return value
    for name, word in words.items():
        if value == "{" + name + "}":
            return word
        value = value.replace("{" + name + "}", str(word))
    return value


def spread(case):
    """A case with `each` stands for one case for each of its rows."""
    return [filled(case, words) for words in case.pop("each", [{}])]


pytestmark = pytest.mark.usefixtures("remembered")
CASES_OF = Path(__file__).with_name("cases")
CASES = {
    f"{file.stem}: {case['name']}": case
    for file in sorted(CASES_OF.glob("*.yaml"))
    for whole in yaml.safe_load(file.read_text())
    for case in spread(whole)
}


@pytest.fixture(scope="module")
def rows():
    """The files of data/raw as they lie there, a view for each folder."""
    with duckdb.connect() as found:
        for folder in filter(Path.is_dir, paths.raw_dir().iterdir()):
            files = f"'{folder}/*.csv', union_by_name=true, sample_size=-1, nullstr=''"
            found.execute(f"create table {folder.name} as from read_csv({files})")
        for name in ("acts", "conditions", "counting", "partners"):
            codes = ({"claim": r.claim, "item": r.item} | r.codes for r in coding(name).rows)
            found.register(name, pd.DataFrame(codes))
        for name, codes in (("aggregates", eco.AGGREGATES), ("eu27", eco.members("EU27", 2020))):
            found.register(name, pd.DataFrame({"code": list(codes)}))
        yield found


def figures(rows):
    """Figures by their names."""
    return {" ".join(map(str, names)): figure for *names, figure in rows}


def differences(found, wanted, within):
    """By name, what was found and what was wanted, where they are not the same."""
    wanted = wanted if isinstance(wanted, dict) else {"": wanted}
    wanted = {str(name): figure for name, figure in wanted.items()}
    assert found.keys() == wanted.keys()
    pairs = {name: (found[name], wanted[name]) for name in wanted}
    return {name: pair for name, pair in pairs.items() if not same(*pair, within)}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_package_says_what_was_published_and_what_the_rows_give(case, rows):
    by_hand = figures(rows.execute(case["raw"]).fetchall()) if "raw" in case else None
    found = figures(said_of(answer_of(case), case["said"])) if "said" in case else by_hand
    assert by_hand is None or differences(found, by_hand, 1e-9) == {}
    assert "is" not in case or differences(found, case["is"], case.get("within", 1e-9)) == {}


WORDS = pd.read_csv(CASES_OF / "words.csv", keep_default_na=False)


@pytest.mark.parametrize(("name", "day"), [("then", "2023-05-19"), ("now", "latest")])
def test_the_words_that_the_numbers_lead_to(name, day, stored):
    """Of the day of the article and of all figures; why stands in the last column."""
    told = WORDS[WORDS[name] != ""].set_index(["claim", "reading"])[name].to_dict()
    found = {(c, r): stored(c, day)[r]["verdict"] for c, r in told}
    assert found == told
