"""The cases of this folder's YAML files: a call, its frames and choices, and what it gives or which
refusal it is. `each` gives a case again with other frames or choices.
"""

import case_frames as cases
import duckdb
import pandas as pd
import pytest
from pandas.api.types import is_numeric_dtype

OUTCOME = {"gives", "refused", "answered"}


def varied(case, other):
    """The case as `other` has it: frames and choices one by one, what comes of it as a whole."""
    merged = {k: v for k, v in case.items() if k not in OUTCOME or not OUTCOME & other.keys()}
    merged |= other
    for several in ("frames", "choices"):
        merged[several] = case.get(several, {}) | other.get(several, {})
    for gone in other.get("without", ()):
        del merged["choices"][gone]
    return merged


def told():
    for file in sorted((cases.HERE / "cases").glob("*.yaml")):
        for case in cases.read(f"cases/{file.name}"):
            first = {k: v for k, v in case.items() if k != "each"}
            several = [first] if OUTCOME & first.keys() else []
            several += [varied(first, other) for other in case.get("each", ())]
            for number, one in enumerate(across(several)):
                named = f"{file.stem}-{case['it']}-{number}"
                yield pytest.param(one, False, id=named)
                if one.get("relation"):
                    yield pytest.param(one, True, id=f"{named}-relation")


def across(several):
    """Each case with each of the calls, or of the values of a choice, that it is told `across`."""
    for case in several:
        ((name, values),) = case.get("across", {"": [None]}).items()
        for value in values:
            own = {name: value} if name in ("call", "take") else {"choices": {name: value}}
            yield varied(case, own) if name else case


@pytest.mark.parametrize(("case", "relation"), list(told()))
def test_a_case_gives_what_it_is_said_to_give(case, relation):
    frames = {name: cases.frame_of(frame) for name, frame in case.get("frames", {}).items()}
    if relation:
        frames = {name: duckdb.connect().from_df(frame) for name, frame in frames.items()}
    if "refused" in case:
        with pytest.raises(cases.error(case["refused"])):
            cases.call(case, frames)
        return
    found = cases.call(case, frames)
    if "answered" in case:
        assert found is not None
        return
    found = found.df() if hasattr(found, "df") else found
    if not isinstance(case["gives"], dict):
        assert alike(found, case["gives"], case)
        return
    if not isinstance(found, pd.DataFrame):
        found = pd.DataFrame([vars(found) if hasattr(found, "__dict__") else found])
    rows = found.query(case["only"]) if "only" in case else found
    for column, expected in case["gives"].items():
        assert column in rows, f"{column} is none of {list(rows)}"
        if relation:  # in which rows have no order
            several = [number(one) if is_numeric_dtype(rows[column]) else one for one in expected]
            assert sorted(map(repr, map(cases.plain, rows[column]))) == sorted(
                map(repr, map(cases.plain, several))
            )
        else:
            assert len(rows) == len(expected), rows
            for cell, one in zip(rows[column], expected, strict=True):
                assert alike(cell, one, case), f"{column}: {list(rows[column])}"


def number(told):
    """A number as it is worked out by hand: '40 / 60'."""
    return pd.eval(told) if isinstance(told, str) and told[:1] in "0123456789(" else told


def alike(found, expected, case):
    if isinstance(expected, bool) and isinstance(found, str):
        return bool(found) == expected  # whether a reason is given
    plain = cases.plain(found)
    if isinstance(plain, float):
        expected = number(expected)
        if case.get("exactly"):
            return found == expected
        if "digits" in case:
            return round(plain / case.get("in", 1), case["digits"]) == expected
        return expected is not None and plain == pytest.approx(expected, rel=1e-8, abs=1e-12)
    return plain == cases.plain(expected)
