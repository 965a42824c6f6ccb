"""A frame that is odd but plausible is refused, or answered as the one in good order, or as a
declared rule says; outcomes.yaml says which, for each public measure and each corruption.
"""

import inspect
from collections import Counter

import case_frames as cases
import duckdb
import pandas as pd
import pytest
from corruptions import corruptions
from pandas.testing import assert_frame_equal

import ca_research as ca
from ca_research.ground.errors import CaResearchError

WINGS = ("trade", "investment", "students")
MEASURES = cases.read("measures.yaml")
OUTCOMES = cases.read("outcomes.yaml")
LABELS = {"year", "partner", "reporter", "investor", "destination", "origin", "economy", "other"}


def outcome(measure, frames, clean):
    """A refusal's class, what the answer is to that of the clean frame, or an answer of its own."""
    columns = measure.get("answer", [])
    try:
        found = cases.answer(cases.call(measure, frames), columns)
    except CaResearchError as refused:
        assert refused.what
        return type(refused).__name__
    except Exception as bare:
        return f"bare {type(bare).__name__}"
    rows, good = Counter(map(repr, found)), Counter(map(repr, clean))
    if rows == good:
        return "same"
    if not found:
        return "nothing"
    if "missing" in columns and all(row[-1] for row in found):
        return "unknown"
    if rows < good or rows > good:
        return "part" if rows < good else "more"
    if figures(found, columns) == figures(clean, columns):
        return "renamed"
    return sorted(found, key=repr)


def figures(answer, columns):
    kept = [n for n, column in enumerate(columns) if column not in LABELS]
    return sorted(repr([row[n] for n in kept]) for row in answer) if kept else [repr(answer)]


def frames_of(measure):
    frames = {name: cases.frame_of(told) for name, told in measure["frames"].items()}
    return frames, measure.get("spoils") or next(iter(frames))


def outcomes(measure, made=lambda frame: frame):
    """What comes of each corruption, in a frame or in what is made of it."""
    frames, spoilt = frames_of(measure)
    clean = cases.answer(cases.call(measure, frames), measure.get("answer", []))
    assert_frame_equal(frames[spoilt], frames_of(measure)[0][spoilt])  # is not touched
    assert clean
    found = {}
    for name, corrupted in corruptions(frames[spoilt]):
        if (frame := made(corrupted(frames[spoilt]))) is not None:
            found[name] = outcome(measure, frames | {spoilt: frame}, clean)
    return found


def declared(name):
    """outcome: [corruptions] turned round; answers of their own stand under `answers`."""
    by_outcome = dict(OUTCOMES[name])
    answers = by_outcome.pop("answers", {})
    found = {one: kind for kind, several in by_outcome.items() for one in several}
    return found | {one: sorted(cells, key=repr) for one, cells in with_decimals(answers).items()}


def with_decimals(answers):
    """Whole numbers as those with decimals, which an answer has."""
    return {
        one: [[cases.plain(cell) for cell in row] for row in rows] for one, rows in answers.items()
    }


def relation(frame):
    """The frame as a relation of DuckDB, None where no relation can be so odd."""
    if not isinstance(frame, pd.DataFrame):
        return frame
    if frame.columns.empty or frame.columns.has_duplicates or frame.index.names != [None]:
        return None
    return duckdb.connect().from_df(frame)


def quick(name):
    """Of every public measure the first entry; further ones, and measures of claims, are long."""
    return name == MEASURES[name]["call"] and name.split(".")[0] in WINGS


ALL = [pytest.param(n, marks=[] if quick(n) else pytest.mark.long) for n in MEASURES]


@pytest.mark.parametrize("name", ALL)
def test_each_odd_frame_comes_to_what_is_declared(name):
    assert outcomes(MEASURES[name]) == declared(name)


@pytest.mark.long  # a relation is some twenty times slower than a frame of ten rows
@pytest.mark.parametrize("name", [n for n, measure in MEASURES.items() if measure.get("relation")])
def test_an_odd_relation_comes_to_what_its_frame_comes_to(name):
    told = declared(name) | MEASURES[name].get("but", {})
    found = outcomes(MEASURES[name], relation)
    assert len(found) > 50 and found == {one: told[one] for one in found}


ELSEWHERE = {"trade.gravity", "trade.treated_pairs", "investment.loan_terms", "investment.deflate"}
"""Whose odd frames are cases of their own, in cases/, or those of what they call."""


def test_every_public_measure_of_a_frame_is_looked_at():
    public = {
        f"{wing}.{name}"
        for wing in WINGS
        for name, function in inspect.getmembers(getattr(ca, wing), inspect.isfunction)
        if name in getattr(ca, wing).__all__
        and name == function.__name__  # short names are the same functions
        and any("DataFrame" in str(p) for p in inspect.signature(function).parameters.values())
    }
    assert (
        public
        == {told["call"] for told in MEASURES.values() if told["call"].split(".")[0] in WINGS}
        | ELSEWHERE
    )
