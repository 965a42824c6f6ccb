"""ca.check: from the tables to the verdict in one call, the same as the claim's notebook stores."""

import json

import pytest
from tests.cases import cases

import ca_research as ca
from ca_research import paths
from ca_research.ground import errors

CASES = cases(__file__, "checked")
STORED = json.loads((paths.baseline_dir() / "verdicts.json").read_text())


def stored(claim, day, economy):
    return {
        v["reading"]: v
        for v in STORED["verdicts"]
        if (v["claim"], v["as_of"]) == (claim, day) and v["params"].get("economy", "CA5") == economy
    }


LESS = pytest.param("C22", "CA5", "latest", marks=pytest.mark.long)
"""Its notebook loads less of the table."""


@pytest.mark.parametrize(("claim", "economy", "day"), [*CASES["stored"], LESS])
def test_it_is_what_the_notebook_stored(claim, economy, day):
    found = {v.reading: v for v in ca.check(claim, economy=economy, as_of=day).all()}
    accepted = stored(claim, day, economy)
    assert found.keys() == accepted.keys()
    for reading, old in accepted.items():
        new = found[reading]
        assert (new.verdict, new.fragile, new.as_of) == (old["verdict"], old["fragile"], day)
        for criterion in new.criteria:
            (before,) = (c for c in old["criteria"] if c["name"] == criterion.name)
            assert criterion.state == before["state"]
            assert criterion.specifications == before["specifications"]
            assert (criterion.estimate is None) == (before["estimate"] is None)
            if criterion.estimate is not None:
                assert criterion.estimate == pytest.approx(before["estimate"], rel=1e-9)


def test_an_economy_goes_by_its_name_and_stands_in_the_parameters():
    assert ca.check("C25").params == {}
    verdict = ca.check("C33", economy="Kazakhstan")
    assert verdict.params == {"economy": "KAZ"}
    accepted = stored("C33", "latest", "KAZ")[verdict.reading]
    assert (verdict.verdict, verdict.as_printed) == (accepted["verdict"], accepted["as_printed"])


@pytest.mark.parametrize(("words", "wrong"), CASES["refused"])
def test_what_it_cannot_do_is_refused(words, wrong):
    with pytest.raises(getattr(errors, wrong)):
        ca.check(**words)


def test_the_command_says_the_verdict_and_ends_well(command):
    code, said, _ = command("check", "C25")
    assert code == 0 and said.startswith(f"C25: {ca.check('C25').answer}\nAs printed: supported.")
    code, said, _ = command("check", "C25", "--as-of", "2023-05-19", "--format", "json")
    lead = json.loads(said)[0]
    assert (code, lead["claim"], lead["as_of"]) == (0, "C25", "2023-05-19")


def test_a_source_is_left_out_as_if_it_had_published_nothing():
    said = [f for f in ca.check("C27").fragility if f.startswith("without the source ")]
    assert len({words.partition(": ")[2] for words in said[:2]}) == 2, "verdicts of both kinds"
    for words in said[:2]:
        source, _, verdict = words.removeprefix("without the source ").partition(": ")
        without = ca.check("C27", without=source)
        assert without.verdict == verdict
        assert source not in without.sources and without.params == {"without": source}
        assert f"without {source}" in repr(without)


def test_a_criterion_that_rests_on_the_source_alone_is_left_open_with_its_reason():
    """`check C33 --without WTO_HSM` ended in: unknown evidence, first_mirror_eu."""
    verdict = ca.check("C33", without="WTO_HSM")
    (with_eu,) = (v for v in verdict.all() if v.reading == "eu_as_one")
    only = next(c for c in with_eu.criteria if c.name == "first_mirror_eu")
    assert (only.state, only.specifications) == ("undecided", 0)
    assert all(cell.missing for cell in only.cells)


def test_economies_that_are_not_named_are_those_that_the_claim_counts_over():
    """Seven partners of C03, which has no figure of the five."""
    claim = ca.claim("C03")
    evidence = claim.gather(**{name: ca.load(name) for name in claim.spec.data})
    assert set(evidence.economies) == {"CHN", "EU27", "IND", "JPN", "RUS", "TUR", "USA"}
    assert evidence.main("seven")["estimate"].notna().all()
