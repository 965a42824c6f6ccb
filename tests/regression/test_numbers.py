"""Numbers as data: what the package says beside what was published and what the raw rows give.

A case of `cases/*.yaml` names a call of the package, or a table that is loaded, and the figures
that are read from its answer (`said`), and sets them against a query over the files of data/raw
(`raw`), a published number (`is`), or both. Queries are SQL: `raw` knows each table of data/raw by
its name, and the codings of documents as `acts`, `conditions`, `counting` and `partners`. The last
column is the figure, what stands before it is its name.
"""

import functools
import importlib
import json
import math
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import yaml

import ca_research as ca
from ca_research.claims.measures import find
from ca_research.ground import economies as eco
from ca_research.ground import paths
from ca_research.registry.codings import coding

AMOUNTS = """create macro amounts(note) as list_transform(
  regexp_extract_all(note, '\\d[\\d,]*\\.\\d'), lambda n: replace(n, ',', '')::double)"""
"""The amounts that a note names, those with a decimal."""


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


CASES_OF = Path(__file__).with_name("cases")
CASES = {
    f"{file.stem}: {case['name']}": case
    for file in sorted(CASES_OF.glob("*.yaml"))
    for whole in yaml.safe_load(file.read_text(encoding="utf-8"))
    for case in spread(whole)
}


@pytest.fixture(scope="module")
def rows():
    """The files of data/raw as they lie there, a view for each folder."""
    with duckdb.connect() as found:
        for folder in paths.raw_dir().iterdir():
            files = f"'{folder}/*.csv', union_by_name=true, sample_size=-1, nullstr=''"
            found.execute(f"create table {folder.name} as from read_csv({files})")
        for name in ("acts", "conditions", "counting", "partners"):
            codes = ({"claim": r.claim, "item": r.item} | r.codes for r in coding(name).rows)
            found.register(name, pd.DataFrame(codes))
        for name, codes in (("aggregates", eco.AGGREGATES), ("eu27", eco.members("EU27", 2020))):
            found.register(name, pd.DataFrame({"code": list(codes)}))
        yield found


@functools.cache
def load(table, filters):
    return ca.load(table, **json.loads(filters))


@functools.cache
def check(claim, given):
    return ca.check(claim, **dict(given))


def cells_of(call):
    """The cells of every criterion of a claim as it is judged, in the order of its file."""
    given = {name: call[name] for name in ("economy", "as_of") if name in call}
    return pd.DataFrame(
        {"reading": verdict.reading, "verdict": verdict.verdict, "place": place}
        | {"criterion": one.name, "state": one.state, "number": one.estimate}
        | {"sole_sources": one.sole_sources, "economy": cell.economy, "year": cell.year}
        | {"estimate": cell.estimate, "met": cell.met}
        for verdict in check(call["verdict"], tuple(given.items())).all()
        for place, one in enumerate(verdict.criteria)
        for cell in one.cells
    )


def answer_of(call):
    """The frame that a call gives: its tables are loaded, its settings those of a criterion."""
    if "verdict" in call:
        return cells_of(call)
    if "load" in call:
        return load(call["load"], json.dumps(call.get("where", {})))
    given = dict(call.get("given", {}))
    for name, filters in call.get("tables", {}).items():
        given[name] = load(name, json.dumps(filters or {}))
    if "made" in call:  # one measure of the answer of another
        given["made"] = answer_of(call["made"])
    if "criterion" in call:
        claim, name = call["criterion"].split()
        criterion = ca.claim(claim).spec.criteria()[name]
        kept = {k: v for k, v in criterion.settings.items() if k != call.get("but")}
        return pd.DataFrame(find(criterion.measure)(**kept | given))
    module, _, name = call["call"].rpartition(".")
    found = getattr(importlib.import_module(f"ca_research.{module}"), name)(**given)
    return getattr(found, call["part"]) if "part" in call else found


def plain(cell):
    """Lists of sources as words, so that SQL can read them, and what is missing as null."""
    if isinstance(cell, tuple):
        return ";".join(map(str, cell))
    return None if isinstance(cell, float) and math.isnan(cell) else cell


def figures(query, connection):
    """Figures by their names."""
    return {
        " ".join(map(str, names)): figure for *names, figure in connection.execute(query).fetchall()
    }


def same(found, wanted, within):
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(same, found, wanted, [within] * len(wanted)))
    if found is None or wanted is None or isinstance(wanted, str):
        return found == wanted
    return math.isclose(found, wanted, rel_tol=1e-9, abs_tol=within)


def differences(found, wanted, within):
    """By name, what was found and what was wanted, where they are not the same."""
    wanted = wanted if isinstance(wanted, dict) else {"": wanted}
    wanted = {str(name): figure for name, figure in wanted.items()}
    assert found.keys() == wanted.keys()
    pairs = {name: (found[name], wanted[name]) for name in wanted}
    return {name: pair for name, pair in pairs.items() if not same(*pair, within)}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_package_says_what_was_published_and_what_the_rows_give(case, rows):
    assert "is" in case or {"said", "raw"} <= set(case), "a case compares two things"
    by_hand = figures(case["raw"], rows) if "raw" in case else None
    found = by_hand
    if "said" in case:
        with duckdb.connect() as answers:
            answers.execute(AMOUNTS)
            answers.register("said", answer_of(case).map(plain))
            found = figures(case["said"], answers)
    assert by_hand is None or differences(found, by_hand, 1e-9) == {}
    assert "is" not in case or differences(found, case["is"], case.get("within", 1e-9)) == {}


WORDS = pd.read_csv(CASES_OF / "words.csv", keep_default_na=False)


@pytest.mark.parametrize(("name", "day"), [("then", "2023-05-19"), ("now", "latest")])
def test_the_words_that_the_numbers_lead_to(name, day, stored):
    """Of the day of the article and of all figures; why stands in the last column."""
    told = WORDS[WORDS[name] != ""].set_index(["claim", "reading"])[name].to_dict()
    found = {(c, r): stored(c, day)[r]["verdict"] for c, r in told}
    assert found == told
