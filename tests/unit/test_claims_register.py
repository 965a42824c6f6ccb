"""The register as it stands: every declared claim can be run as declared, quotes the article
rightly and has a hash of its own.
"""

import inspect
import re

import pytest
from pydantic import ValidationError
from tests.cases import cases

from ca_research import registry, runs
from ca_research.claims import article, check
from ca_research.claims.evidence import universe
from ca_research.claims.measures import find
from ca_research.ground import paths
from ca_research.ground.errors import UnknownNameError
from ca_research.registry import ClaimSpec
from ca_research.registry.schedule import tables_by_notebook

CLAIMS = registry.claims()
CRITERIA = [(spec, criterion) for spec in CLAIMS.values() for criterion in spec.criteria().values()]


def test_the_whole_register_is_there_and_nothing_in_it_could_not_work():
    wanted = [*(f"C{n:02d}" for n in range(1, 36)), *(f"O{n:02d}" for n in range(1, 14))]
    assert list(CLAIMS) == wanted
    assert check.register(CLAIMS, tables_by_notebook()) == []
    with pytest.raises(UnknownNameError):
        registry.claim("c30")
    with pytest.raises(UnknownNameError):
        find("trade.leed")


def test_main_values_are_the_measures_own_defaults():
    """A reader who calls the measure bare gets the main specification."""
    others = []
    for spec, criterion in CRITERIA:
        parameters = inspect.signature(find(criterion.measure)).parameters
        for name, value in universe(spec, criterion).main.items():
            if name not in criterion.bars.values():  # the claim's own bar, which no measure knows
                default = parameters[name].default
                # None: as the project's settings have it
                fits = default in (value, None, inspect.Parameter.empty)
                others += [] if fits else [(spec.id, criterion.name, name)]
    assert others == []


@pytest.mark.parametrize("claim_id", CLAIMS)
def test_the_notebook_takes_the_runs_that_are_declared(claim_id):
    spec = CLAIMS[claim_id]
    file = paths.notebooks_dir() / spec.notebook
    assert [runs.check(file, dict(given)) for given in spec.runs] == [dict(r) for r in spec.runs]
    years = [v for axis in spec.grid.axes if axis.name == "year" for v in axis.values]
    assert all(re.fullmatch(r"newest(-\d)?", year) for year in years)


def test_a_name_stands_for_one_criterion():
    content = CLAIMS["C30"].model_dump(mode="json")
    content["readings"][1]["criteria"][0]["threshold"] = 5.0  # rise_observed, in two readings
    with pytest.raises(ValidationError, match="rise_observed"):
        ClaimSpec.model_validate(content)


# quotations

TEXT = "A title\n2023-05-19 somewhere\nFirst one. “Second” one, it’s here.\n"


def test_quotations_stay_within_their_limit():
    assert article.check(CLAIMS) == []
    long = CLAIMS["C25"].model_copy(update={"quotation": "word " * 26})
    assert len(article.check({"C25": long})) == 1
    assert "half" in article.check({"C25": CLAIMS["C25"]}, "A title\nFour words in all.\n")[0]


QUOTED = cases(__file__, "choices")["quotations"]


@pytest.mark.parametrize(("at", "quotation", "sentence", "fault"), QUOTED)
def test_quotations_are_checked_against_the_article(at, quotation, sentence, fault):
    digest = article.sentence_sha256(sentence)
    place = {"paragraph": at[0], "sentence": at[1], "sha256": digest}
    where = CLAIMS["C25"].article.model_copy(update=place)
    spec = CLAIMS["C25"].model_copy(update={"article": where, "quotation": quotation})
    found = article.check({"C25": spec}, TEXT)
    assert [fault in f for f in found] == ([True] if fault else [])
