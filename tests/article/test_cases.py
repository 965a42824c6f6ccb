"""Every measure on tables of a few invented rows: the cases of `cases/`, by registered names."""

import inspect
import json
from functools import cache

import pandas as pd
import pytest
from invented_tables import CASES, frame, read
from tests.regression.answers import answer_of, said_of, same

import ca_research as ca
from ca_research.claims import measures
from ca_research.claims.compute import Call, Computation
from ca_research.estimates import ESTIMATE_COLUMNS

pytestmark = pytest.mark.usefixtures("invented_codings_throughout", "remembered")

ANSWER = {"estimate", "low", "high", "n", "first_year", "last_year", "sources", "interval", "about"}


def cases():
    for file in sorted(CASES.glob("*.yaml")):
        content = read(file)
        for name, measure in content.get("measures", {}).items():
            for title, several in measure["cases"].items():
                for number, case in enumerate(several, 1):
                    given = {k: measure.get(k, {}) | case.get(k, {}) for k in ("asked", "rows")}
                    unit = measure.get("divided_by", 1)
                    whole = case | given | {"measure": name, "of": content, "unit": unit}
                    yield pytest.param(whole, id=f"{name}: {title} {number}")


def calls():
    """What functions of the article answer on invented rows, and on real ones."""
    for file in sorted(CASES.glob("*.yaml")):
        content = read(file)
        for call in content.get("calls", []):
            yield pytest.param(call | {"of": content}, id=f"{file.stem}: {call['name']}")


CASES_OF_ALL = list(cases())
every_case = pytest.mark.parametrize("case", CASES_OF_ALL)
ANSWERED = [case for case in CASES_OF_ALL if "gives" in case.values[0]]
FIRST_OF_EACH = [case for case in ANSWERED if case.id.endswith(" 1")]


def rows_of(case):
    """Rows of a case by table: equal rows are one frame, of which parts are made once."""
    same, sets = case["of"].get("same", {}), case["of"].get("sets", {})
    given = {name: [rows, same.get(name, {}), sets] for name, rows in case["rows"].items()}
    return json.dumps(given, default=str)


@cache
def tables(given):
    return {name: frame(name, *of) for name, of in json.loads(given).items()}


@cache
def turned(given):
    return {n: rows.iloc[::-1].set_axis([7] * len(rows)) for n, rows in tables(given).items()}


@cache
def without(given, source):
    return {name: rows[rows["source_id"] != source] for name, rows in tables(given).items()}


@cache
def computation(given):
    return Computation(tables(given))


def ask(case, given):
    return measures.find(case["measure"])(**given, **case["asked"])


def number(given):
    """A number, or a hand calculation: '100/3'."""
    above, _, below = str(given).partition("/")
    return float(above) / float(below or 1)


def whole_answer(given):
    """A number alone is an estimate, two are a range, three a range with an estimate in it;
    nothing is a reason and no estimate.
    """
    if isinstance(given, list):
        names = ("low", "high") if len(given) == 2 else ("low", "estimate", "high")
        return dict(zip(names, given, strict=True))
    return given if isinstance(given, dict) else {"estimate": given}


def compared(row, expected, unit):
    for bound in ("estimate", "low", "high"):
        if expected.get(bound) is None:
            assert pd.isna(row[bound]), (bound, row[bound])
        else:
            assert row[bound] == pytest.approx(number(expected[bound]) / unit, rel=1e-5), bound
    nothing = all(pd.isna(row[bound]) for bound in ("estimate", "low", "high"))
    assert bool(row["missing"]) == nothing, "a figure, or the reason why there is none"
    if expected.keys() & {"about"}:
        told = {k: list(v) if isinstance(v, tuple) else v for k, v in row["about"].items() if v}
        assert told == expected["about"]
    for name in expected.keys() & {"n", "first_year", "last_year", "interval"}:
        assert row[name] == expected[name], name
    if "sources" in expected:
        assert list(row["sources"]) == expected["sources"]


@every_case
def test_a_measure_gives_what_was_calculated_by_hand(case):
    if error := case.get("refused"):
        with pytest.raises(getattr(ca.errors, error)):
            ask(case, tables(rows_of(case)))
        return
    found, given = ask(case, tables(rows_of(case))), case["gives"]
    of_no_economy = not isinstance(given, dict) or given.keys() <= ANSWER
    expected = {"": given} if of_no_economy else given
    assert found["economy"].tolist() == list(expected)
    for row in found.to_dict("records"):
        compared(row, whole_answer(expected[row["economy"]]), case["unit"])


def compared_with(answer, case):
    found = answer
    if "said" in case:
        rows = said_of(answer, case["said"])
        found = [list(row) if len(row) > 1 else row[0] for row in rows]
    assert same(found, case["is"], case.get("within", 1e-9)), found


@pytest.mark.parametrize("case", list(calls()))
def test_a_function_answers_what_was_calculated_by_hand(case):
    for one in case.get("each", [{}]):  # the same call with other choices, or other words of it
        whole = case | one | {"given": case.get("given", {}) | one.get("given", {})}
        if error := whole.get("refused"):
            with pytest.raises(getattr(ca.errors, error)):
                answer_of(whole)
        else:
            compared_with(answer_of(whole), whole)


def figures(found):
    """Rows of estimates as they can be compared: without the path of the data, and a float's
    last digits."""
    names = [name for name in ESTIMATE_COLUMNS if name not in ("path", "rows")]
    rows = found.to_dict("records") if isinstance(found, pd.DataFrame) else found

    def plain(value):
        gone = value is None or (not isinstance(value, (tuple, dict)) and pd.isna(value))
        return "" if gone else f"{value:.9g}" if isinstance(value, float) else str(value)

    return [[plain(row[name]) for name in names] for row in rows]


@pytest.mark.parametrize("case", ANSWERED)
def test_neither_the_order_of_rows_nor_their_index_says_anything(case):
    if "first_row" in case:
        pytest.skip(f"the first row {case['first_row']}")
    given = rows_of(case)
    assert figures(ask(case, turned(given))) == figures(ask(case, tables(given)))


@pytest.mark.parametrize("case", FIRST_OF_EACH)
def test_a_claim_gets_the_same_with_its_parts_made_once_and_without_a_source(case):
    """A part that leaves a source out by itself gives what the rest of the rows would give."""
    given, asked = rows_of(case), dict(case["asked"])
    function = measures.find(case["measure"])
    of_all = inspect.signature(function).parameters.get("economies")
    economies = asked.pop("economies", of_all.default if of_all else ())
    call = Call(case["measure"], tuple(sorted(asked.items())), tuple(economies), function)
    every = computation(given)
    assert figures(every.run(call)) == figures(ask(case, tables(given)))
    for source in sorted({s for rows in tables(given).values() for s in rows["source_id"]})[:3]:
        try:
            expected = figures(ask(case, without(given, source)))
        except ca.errors.CaResearchError as error:
            with pytest.raises(type(error)):
                every.without(source).run(call)
        else:
            assert figures(every.without(source).run(call)) == expected, source
