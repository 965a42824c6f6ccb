"""Each kind of figure in each state, of none, one and several countries: from the sentence a reader
that shares no code with its writer reads back the number, its direction and the side of the bar.
"""

import datetime as dt
import itertools
import math
import re

import pytest
from tests.property import reader

from ca_research.claims import plain
from ca_research.claims.criteria import judge_criterion
from ca_research.estimates import estimate_row, measure
from ca_research.estimates.kinds import KINDS
from ca_research.ground import economies as eco
from ca_research.registry import Criterion

CODES = ("VNM", "LAO", "KHM", "THA", "BRN")
UNITS = {"growth": "per cent", "percent": "per cent", "points": "percentage points"}
UNITS |= {"count": "ports", "level": "tonnes"}
DAY = float(dt.date(2013, 9, 7).toordinal())
SIZES = (0.0, 4.0, 14.0, 250.0)
SIGNED = (*SIZES, -4.0, -14.0)
FIGURES = {
    # kind: (kinds of numbers, figures, bars)
    "level": (("level", "points", "percent"), (*SIGNED, 1250000.0), (4.0, 30.0, -4.0)),
    "share": (("share",), (0.0, 0.04, 0.25, 0.63, 1.0), (0.25, 0.5)),
    "change": (("growth", "points", "level", "count"), SIGNED, (0.0, 4.0, 30.0, -4.0, -7.0)),
    "change a year": (("growth",), SIGNED, (0.0, 8.0, -4.0)),
    "ratio": (("ratio",), (0.25, 1.0, 1.17, 36.0), (1.0, 2.0)),
    "rank": (("rank",), (1.0, 2.0, 4.0, 12.0), (1.0, 3.0)),
    "count": (("count",), (0.0, 1.0, 4.0, 31.0), (1.0, 3.0)),
    "years in which": (("share",), (0.0, 0.25, 0.75, 1.0), (0.5, 1.0)),
    "date": (("date",), (2013.0, 2019.0, DAY), (2015.0, DAY + 3)),
    "days between": (("days",), SIGNED, (0.0, 4.0, -4.0, 30.0)),
    "days outside": (("days",), SIZES, (0.0, 4.0)),
    "yes or no": (("yes_no",), (0.0, 1.0), (1.0, 0.0)),
    "p": (("p",), (0.0, 0.04, 0.25), (0.05,)),
}
BEFORE = ("the second event ", "the dates ", "came to ", "a ratio of ", "was ", "held in ", "p = ")
"""What stands between the thing and its figure."""
SINCE, LAST = 2016, 2023
YEARS = LAST - SINCE + 1


def criterion(kind, number, comparison, bar, codes):
    return Criterion(
        name="figure",
        label="The thing",
        statement="s",
        measure=f"own.{KIND_NAMES[kind]}",
        settings={"since": SINCE} if kind.startswith(("change", "years")) else {},
        comparison=comparison,
        threshold=bar,
        kind=number,
        unit=UNITS.get(number, number),
        why="w",
        over={"economies": codes, "at_least": max(1, len(codes) - 1)} if codes else None,
    )


KIND_NAMES = {kind: kind.replace(" ", "_") for kind in KINDS}
STUBS = {
    f"own.{name}": measure(f"own.{name}", kind=kind)(lambda *, since=0: [])
    for kind, name in KIND_NAMES.items()
}


@pytest.fixture(autouse=True)
def stubs(monkeypatch):
    monkeypatch.setattr(plain, "find", STUBS.__getitem__)


def judged(rule, codes, figures):
    """The result by the real judging, and its sentence; a figure is a number, a range or None."""
    rows = []
    for code, figure in zip(codes or ("",), figures, strict=True):
        ends = {"estimate": figure}
        if isinstance(figure, tuple):
            ends = dict(zip(("low", "high"), figure, strict=True))
        about = {"economy": code, "missing": "" if figure is not None else "not counted"}
        years = {"first_year": SINCE, "last_year": LAST} if figure is not None else {}
        path = "" if figure is None else "p"
        row = estimate_row() | {"spec": 0, "is_main": True, "criterion": "figure", "path": path}
        rows.append(row | ends | about | years)
    result = judge_criterion(rule, rows, [], list(codes))
    return result, plain.plain(rule, result)


def possible(kind, bar, comparison):
    """No comparison that every figure meets, which a check refuses."""
    if kind == "yes or no":
        turns = ((">", 0.0), (">=", 1.0), ("<", 1.0), ("<=", 0.0))
        return comparison == "==" or (comparison, bar) in turns
    if kind == "rank":
        return (comparison, bar) not in (("<", 1.0), (">=", 1.0))
    if kind == "years in which":
        return (comparison, bar) not in ((">", 1.0), ("<=", 1.0))
    if kind in ("days outside", "count", "p"):
        return (comparison, bar) not in (("<", 0.0), (">=", 0.0))
    return True


CASES = [
    (kind, number, comparison, bar)
    for kind, (numbers, _, bars) in FIGURES.items()
    for number, bar in itertools.product(numbers, bars)
    for comparison in (">", ">=", "<", "<=", "==")
    if possible(kind, bar, comparison)
]


def ranges(kind, figures):
    """Ranges between figures, and those of which one end is known."""
    same_sort = [f for f in figures if (f > 9999) == (figures[0] > 9999)]
    low, *_, high = sorted({*same_sort})
    yield from itertools.combinations(sorted(same_sort), 2)
    if kind != "yes or no":
        yield from ((low, None), (high, None), (None, high))


def fits(read, low, high):
    """Whether what was read is the figure: an end that is nought need not be said."""
    wanted = (-math.inf if low is None else low, math.inf if high is None else high)
    return all(
        a == pytest.approx(b, rel=1e-6) or (math.isinf(a) and b == 0.0)
        for a, b in zip(read, wanted, strict=True)
    )


def body_of(text, kind):
    """What a sentence says of the thing, and what follows the comma."""
    body, _, end = text.removesuffix(".").removeprefix("The thing").partition(", ")
    body = body.removeprefix(" in Vietnam").lstrip(": ")
    if kind not in ("date",):
        body = re.sub(r" (from \d{4} to \d{4}|(in|by) \d{4})$", "", body)
    for words in BEFORE:
        body = body.removeprefix(words)
    return (body.removeprefix("came ") if kind == "date" else body).replace(" a year", ""), end


@pytest.mark.parametrize("kind", FIGURES)
def test_a_sentence_about_one_figure_says_it_its_direction_and_its_side_of_the_bar(kind):
    _, figures, _ = FIGURES[kind]
    for _, number, comparison, bar in (case for case in CASES if case[0] == kind):
        for figure, codes in itertools.product((*figures, *ranges(kind, figures)), ((), ("VNM",))):
            rule = criterion(kind, number, comparison, bar, codes)
            result, text = judged(rule, codes, [figure])
            assert len(text) <= plain.MOST and "  " not in text and text.endswith("."), text
            assert ("came to" not in text) or kind in ("level", "share", "count", "ratio", "p"), (
                text
            )
            assert ("in Vietnam" in text) == bool(codes), text
            low, high = figure if isinstance(figure, tuple) else (figure, figure)
            body, end = body_of(text, kind)
            share = number == "share"
            assert fits(reader.ends(body, kind, share, YEARS), low, high), (text, figure)
            _read_side(text, end, kind, share, result, (low, high), rule)


def _read_side(text, end, kind, share, result, ends, rule):
    low, high = ends
    bar, met = rule.threshold, result.cells[0].met
    if kind == "rank":
        if end and met is not None:
            test, last = reader.asked(end, kind)
            assert test(low if low is not None else high, last), text
        assert (met is None) == end.startswith("which leaves open"), text
        return
    if kind == "yes or no":
        assert bool(end) == (met is not True), text
        return
    side = reader.side(end, kind)
    if side == "":  # the figure itself says it
        assert bar == 0 or (kind == "years in which" and low == bar == 1), text
    elif side is None:
        assert met is None, text
    else:
        over = low is not None and (low > bar if low == high else low >= bar)
        assert side == (0 if low == high == bar else 1 if over else -1), (text, ends)
    if end:
        assert reader.bar(end, kind, share) == pytest.approx(bar), text


@pytest.mark.parametrize("kind", FIGURES)
def test_a_sentence_about_several_countries_puts_each_where_its_figure_belongs(kind):
    _, figures, _ = FIGURES[kind]
    for _, number, comparison, bar in (case for case in CASES if case[0] == kind):
        for count, shift in itertools.product((2, 5), range(len(figures))):
            codes = CODES[:count]
            cycle = [figures[(shift + i) % len(figures)] for i in range(count)]
            cycle[-1] = None if shift % 2 else cycle[-1]
            rule = criterion(kind, number, comparison, bar, codes)
            result, text = judged(rule, codes, cycle)
            assert len(text) <= plain.MOST and "  " not in text and "None" not in text, text
            _read_countries(text, kind, number == "share", result)


def _read_countries(text, kind, share, result):
    if all(cell.estimate is None for cell in result.cells):
        assert text.startswith("No figures that can answer"), text
        return
    head, _, lists = text.removesuffix(".").rpartition(": ")
    head, _ = body_of(head, kind)
    head = re.sub(r" in (none|one|two|three|four|both|all|no|Vietnam|Laos)\b.*$", "", head)
    body, _ = body_of(f"The thing: {head}.", kind)
    test, bar = reader.asked(body, kind, share)
    parts = [part for part in lists.split("; ") if "asked for" not in part]
    groups = {True: "", False: "", None: ""}
    for part in parts:
        if part.endswith("cannot be said"):
            groups[None] = part
        elif part.startswith("not ") or not any(cell.met for cell in result.cells):
            groups[False] = part.removeprefix("not ")
        else:
            groups[True] = part
    for met, said in groups.items():
        cells = {eco.in_prose(cell.economy): cell for cell in result.cells if cell.met is met}
        places = {name: said.find(name) for name in map(eco.in_prose, CODES) if name in said}
        assert places.keys() == cells.keys(), (text, met)
        read = []
        for name in sorted(places, key=places.get) if met is not None else ():
            figure = re.match(rf"{name} ?(.*?)(, | and [A-Z]|$)", said[places[name] :])[1]
            if kind == "yes or no":
                figure = "yes" if met == (bar == 1.0) else "no"
            value, _ = reader.ends(figure, kind, share)
            assert value == pytest.approx(cells[name].estimate), (text, name)
            assert test(value, bar) is met, (text, name)
            read.append(value)
        assert read in (sorted(read), sorted(read, reverse=True)), text


def test_more_than_ten_thousand_sentences_are_read():
    figures = {kind: [*given, *ranges(kind, given)] for kind, (_, given, _) in FIGURES.items()}
    assert sum(2 * len(figures[kind]) for kind, *_ in CASES) > 10_000
