"""A rule whose criteria test a part of what a reading says goes no further than 'partly'."""

import pytest

from ca_research.claims.rule import apply_rule, deciding, reachable
from ca_research.registry import claim

GAIN = next(r for r in claim("C32").readings if r.name == "win_win")


@pytest.mark.parametrize(
    ("completion", "debt_low", "word"),
    [
        ("holds", "holds", "partly supported"),
        ("holds", "fails", "not enough evidence"),
        ("fails", "fails", "contradicted"),
        ("undecided", "holds", "not enough evidence"),
    ],
)
def test_what_speaks_for_a_reading_in_part_supports_it_in_part(completion, debt_low, word):
    states = {"completion": completion, "debt_low": debt_low}
    mains = {name: {"holds": True, "fails": False}.get(state) for name, state in states.items()}
    assert apply_rule(GAIN, states, mains)[0] == word
    if word == "partly supported":
        assert deciding(GAIN, states, word) == ("completion", "debt_low")


def test_it_is_never_supported():
    assert "supported" not in reachable(GAIN)


def test_a_rule_that_says_nothing_of_it_has_the_hash_that_it_had():
    spec = claim("C32")
    told = [r for r in spec.readings if r.rule and r.rule.at_most != "supported"]
    assert [r.name for r in told] == ["win_win"]
    free = GAIN.rule.model_copy(update={"at_most": "supported"})
    other = spec.model_copy(
        update={
            "readings": tuple(
                r.model_copy(update={"rule": free}) if r.name == GAIN.name else r
                for r in spec.readings
            )
        }
    )
    assert other.rule_sha256 != spec.rule_sha256, "it decides, so it is in the hash"
