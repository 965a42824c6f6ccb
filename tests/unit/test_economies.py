"""Codes, names and memberships: facts of the world, not of the code. Names: cases/values.yaml."""

import random

import pytest
from tests.cases import cases

from ca_research import registry
from ca_research.ground import economies as eco
from ca_research.ground.errors import RegistryError, UnknownNameError, suggest

MEMBERS = cases(__file__, "members")


def test_no_label_stands_for_two_codes():
    assert {label: eco.resolve(label) for label, _ in eco._labels()} == dict(eco._labels())


def test_names_are_known_as_publishers_print_them_and_groups_are_not_taken_for_countries():
    for publisher, known in cases(__file__, "publishers_names").items():
        refused = known.pop("none", [])
        assert {name: eco.resolve(name) for name in known} == known, publisher
        assert {name: near_to(name) for name in refused} == {n: [] for n in refused}, publisher


def near_to(name):
    with pytest.raises(UnknownNameError) as caught:
        eco.resolve(name)
    return caught.value.near


def test_a_hint_names_what_was_misspelt_or_nothing():
    draw, hinted = random.Random(1), 0
    known = [*eco._labels(), *eco._written().items()]
    for label, code in draw.choices(known, k=400):
        at, letter = draw.randrange(len(label)), draw.choice("aeiorstlKяи")
        misspelt = label[:at] + letter + label[at + draw.randrange(2) :]
        if eco.code_of(misspelt) is None:
            near = {eco.resolve(one) for one in near_to(misspelt)}
            assert near <= {code} or code in near, (misspelt, label)
            hinted += bool(near)
    assert hinted > 200
    assert suggest("AZE", eco.CA5) == suggest("Azerbaijan", eco.CA5) == []
    for wrong in ("AZR", "AZZ", "Azerbaijn", "Азербайжан"):
        assert {"AZE"} <= {eco.resolve(one) for one in near_to(wrong)} <= {"AZE", "ARG"}


def test_economies_and_aggregates_are_apart_and_members_are_economies():
    economies = eco.codes() - set(eco.AGGREGATES)
    for aggregate in eco.AGGREGATES.values():
        assert set(aggregate.members) <= economies, aggregate.code
    assert set(eco.CA5) <= economies and set(registry.article().partners) <= eco.codes()


def test_unions_have_the_members_of_the_year():
    for union, years in MEMBERS["sizes"].items():
        assert {year: len(eco.members(union, year)) for year in years} == years
    for union, economy, first, last in MEMBERS["spans"]:
        years = {year for year in range(1950, 2031) if economy in eco.members(union, year)}
        assert years == set(range(first, (last or 2030) + 1)), (union, economy)
    assert eco.members("EU27", 1958) == eco.members("European Union", 2020)


@pytest.mark.parametrize(("before", "after"), MEMBERS["broken"])
def test_a_list_of_economies_that_says_nothing_is_refused(project, before, after):
    file = project.home / "registry" / "economies.csv"
    text = file.read_text()
    file.write_text(text.replace(before, after, 1)) if before else file.unlink()
    project.forget()
    with pytest.raises(RegistryError) as caught:
        list(eco.AGGREGATES)
    assert "registry/economies.csv" in str(caught.value) and caught.value.hint


def test_a_group_is_that_of_the_project_also_where_it_is_a_default(project):
    before = eco.CA5
    assert list(before) == ["KAZ", "KGZ", "TJK", "TKM", "UZB"]
    file = project.home / "registry" / "economies.csv"
    text = file.read_text()
    file.write_text(text.replace("CA5;CA4;", "CA4;", 1))
    project.forget()
    four = ("KGZ", "TJK", "TKM", "UZB")
    assert eco.CA5 is before and before == four == tuple(before) and before[1:] == four[1:]
    assert eco.members("CA5", 2020) == before.codes and "KAZ" not in before
