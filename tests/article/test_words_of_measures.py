"""What a measure takes: words and economies. What a claim file could not say is refused
where the claim is read, and where somebody calls the measure by hand, before a table is read.
"""

import inspect
from typing import Literal, get_args, get_origin, get_type_hints

import pytest

import ca_research as ca
from ca_research import registry
from ca_research.claims import measures
from ca_research.ground.errors import UnknownNameError, UsageError

MEASURES = {name: measures.find(name) for name in measures.names()}


HINTS = {
    (name, choice): hint
    for name, function in MEASURES.items()
    for choice, hint in get_type_hints(function).items()
    if choice in inspect.signature(function).parameters
}
WORDS = {key: get_args(hint) for key, hint in HINTS.items() if get_origin(hint) is Literal}
"""The words of every choice that has them, by measure and choice."""


def faults(name, choice, word):
    (criterion, *_) = registry.claim("C25").criteria().values()
    given = {"measure": name, "settings": {choice: word}, "axes": ()}
    taken = inspect.signature(MEASURES[name]).parameters
    return list(measures.signature_faults(criterion.model_copy(update=given), (), (), taken))


def asked(name, **given):
    """What the measure answers of no table at all: it has to refuse before it reads one."""
    parameters = inspect.signature(MEASURES[name]).parameters.values()
    free = [p.name for p in parameters if p.default is p.empty]
    needed = {choice: (*WORDS.get((name, choice), ()), None)[0] for choice in free}
    return MEASURES[name](**(needed | given))


@pytest.mark.parametrize(("name", "choice"), WORDS)
def test_a_misspelt_word_is_refused_when_the_claim_is_read_and_when_the_measure_is_called(
    name, choice
):
    for word in WORDS[name, choice]:
        assert not faults(name, choice, word)
        assert len(faults(name, choice, f"{word}x")) == 1
    if isinstance(WORDS[name, choice][0], str):
        with pytest.raises(UnknownNameError):
            asked(name, **{choice: "misspelt"})


@pytest.mark.parametrize("name", MEASURES)
def test_economies_are_known_and_some(name):
    taken = inspect.signature(MEASURES[name]).parameters
    for given in (["Kasakhstann"], []) if "economies" in taken else ():
        with pytest.raises(UsageError):
            asked(name, economies=given)


def test_economies_have_names_and_are_measured_once():
    change, students = MEASURES["students.window_change"], ca.load("students")
    twice, one = (change(students, economies=who) for who in (["Kazakhstan", "KAZ"], "Kazakhstan"))
    assert twice["economy"].tolist() == ["KAZ"]
    assert one["estimate"].tolist() == twice["estimate"].tolist()
