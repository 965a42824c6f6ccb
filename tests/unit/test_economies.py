"""Codes, names and memberships: facts of the world, not of the code."""

import unicodedata

import pytest

from ca_research import registry
from ca_research.ground import economies as eco
from ca_research.ground.errors import AggregateError, RegistryError, UnknownNameError, UsageError


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("KAZ", "KAZ"),
        ("kaz", "KAZ"),
        ("Kazakhstan", "KAZ"),
        ("Türkiye", "TUR"),
        ("turkiye", "TUR"),
        ("Turkey", "TUR"),
        ("Cote d'Ivoire", "CIV"),
        ("CÔTE D’IVOIRE".replace("’", "'"), "CIV"),
        ("EU", "EU"),
        ("European Union", "EU"),
        ("EU-27", "EU27"),
        ("Central Asia", "CA5"),
        ("World", "WLD"),
        ("_X", "_X"),
        (" Viet Nam ", "VNM"),
    ],
)
def test_names_and_codes_are_understood(name, code):
    assert eco.resolve(name) == code


@pytest.mark.parametrize(
    ("name", "near"),
    [("Kazahkstan", "Kazakhstan"), ("Usbekistan", "Uzbekistan"), ("KAX", "KAZ"), ("EU28", "EU27")],
)
def test_a_misspelt_name_is_refused_with_a_suggestion(name, near):
    with pytest.raises(UnknownNameError) as caught:
        eco.resolve(name)
    assert name in caught.value.what and near in caught.value.hint


@pytest.mark.parametrize("name", ["", " ", "中国", "Қазақстан", "?"])
def test_a_name_without_a_latin_letter_is_nobody(name):
    with pytest.raises(UnknownNameError):
        eco.resolve(name)


def test_no_label_stands_for_two_codes():
    labels = [
        (label, code)
        for code, (name, aliases) in eco._economies().items()
        for label in (code, name, *aliases)
    ]
    labels += [
        (label, a.code) for a in eco.AGGREGATES.values() for label in (a.code, a.name, *a.aliases)
    ]
    assert {label: eco.resolve(label) for label, _ in labels} == dict(labels)


def test_every_accent_may_be_left_out():
    accented = [
        label
        for name, more in eco._economies().values()
        for label in (name, *more)
        if not label.isascii()
    ]
    assert {"Türkiye", "Côte d'Ivoire", "Åland Islands"} <= set(accented)
    for label in accented:
        bare = "".join(
            c for c in unicodedata.normalize("NFD", label) if not unicodedata.combining(c)
        )
        assert bare.isascii() and eco.resolve(bare) == eco.resolve(label.upper()) == eco.resolve(
            label
        ), label


def test_economies_and_aggregates_are_apart_and_members_are_economies():
    economies = set(eco._economies())
    assert not economies & set(eco.AGGREGATES)
    assert eco.codes() == economies | set(eco.AGGREGATES)
    for aggregate in eco.AGGREGATES.values():
        assert set(aggregate.members) <= economies, aggregate.code
    assert set(eco.CA5) <= economies and set(registry.article().partners) <= eco.codes()


@pytest.mark.parametrize(
    ("year", "count"),
    [
        (1958, 6),
        (1973, 9),
        (1981, 10),
        (1986, 12),
        (1995, 15),
        (2004, 25),
        (2007, 27),
        (2012, 27),
        (2013, 28),
        (2020, 27),
    ],
)
def test_size_of_the_european_union(year, count):
    assert len(eco.members("EU", year)) == count


def test_fixed_membership_does_not_change():
    assert eco.members("EU27", 1958) == eco.members("EU27", 2030) == eco.members("EU", 2020)
    assert eco.members("CA5", 1990) == eco.CA5
    assert set(eco.CA5) - set(eco.members("CA4", 2020)) == {"TKM"}


@pytest.mark.parametrize(
    ("aggregate", "economy", "first", "last"),
    [
        ("EU", "HRV", 2013, None),
        ("EU", "GBR", 1973, 2019),
        ("SCO", "IND", 2017, None),
        ("SCO", "IRN", 2023, None),
        ("CIS", "GEO", 1993, 2009),
        ("CIS", "UKR", 1992, 2018),
        ("EAEU", "KGZ", 2015, None),
        ("OTS", "UZB", 2019, None),
    ],
)
def test_accessions_and_departures(aggregate, economy, first, last):
    assert economy not in eco.members(aggregate, first - 1)
    assert economy in eco.members(aggregate, first)
    assert (economy in eco.members(aggregate, last or 2100)) and (
        last is None or economy not in eco.members(aggregate, last + 1)
    )


@pytest.mark.parametrize("code", ["WLD", "BIL", "AIIB", "_X"])
def test_bodies_and_rests_have_no_members(code):
    assert eco.is_aggregate(code) and eco.members(code, 2020) == ()


@pytest.mark.parametrize("name", ["EU", "European Union", "european union", "World", "EU-27"])
def test_an_aggregate_is_known_by_its_names_too(name):
    """By name none was an aggregate, and the members of none were known."""
    assert eco.is_aggregate(name)
    assert eco.members(name, 2012) == eco.members(eco.resolve(name), 2012)


@pytest.mark.parametrize("name", ["Germany", "DEU", "MINE", "", None, 5])
def test_what_is_no_aggregate_has_no_members(name):
    assert not eco.is_aggregate(name)
    with pytest.raises(UnknownNameError, match="unknown aggregate"):
        eco.members(name, 2020)


def test_turkmenistan_is_in_no_bloc_of_the_neighbours():
    assert not any("TKM" in eco.members(bloc, 2023) for bloc in ("CIS", "SCO", "EAEU", "OTS"))


@pytest.mark.parametrize(
    ("used", "year", "named"),
    [
        (["CA5", "KAZ"], 2020, "CA5 stands beside its members KAZ"),
        (["EU27", "CHN", "FRA"], 2020, "EU27 stands beside its members FRA"),
        (["EU", "GBR"], 2019, "EU stands beside its members GBR"),
        (["WLD", "CHN"], 2020, "WLD stands beside its members CHN"),
        (["European Union", "Germany"], 2020, "EU stands beside its members DEU"),
        (["World", "MINE"], 2020, "WLD stands beside its members MINE"),
    ],
)
def test_an_aggregate_beside_its_member_is_refused(used, year, named):
    with pytest.raises(AggregateError, match=named):
        eco.refuse_overlap(used, year)


@pytest.mark.parametrize(
    ("used", "year"),
    [
        (["EU", "GBR"], 2020),
        (["EU27", "CHN"], 2020),
        (["WLD"], 2020),
        (["KAZ", "KGZ"], 2020),
        (["European Union", "EU", "United Kingdom", "MINE"], 2020),
        ([], 2020),
    ],
)
def test_what_does_not_overlap_is_let_through(used, year):
    assert eco.refuse_overlap(used, year) is None


def test_short_names():
    assert eco.name_of("TUR") == "Türkiye"
    assert eco.name_of("CA5") == "Central Asia (five)"
    assert eco.name_of("nobody") == "nobody"


def test_a_missing_list_says_where_it_should_be(project):
    (project.home / "registry" / "economies.csv").unlink()
    registry.forget()
    with pytest.raises(RegistryError, match=r"list of economies(.|\n)*economies\.csv"):
        eco.codes()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (";SCO:2001-;", ";SCO:always;", "member of 'SCO:always'"),
        (";SCO:2001-;", ";NATO;", "member of 'NATO'"),
        ("member_of", "groups", "no column 'member_of'"),
    ],
)
def test_a_membership_that_says_nothing_is_refused_with_its_line(project, before, after, said):
    file = project.home / "registry" / "economies.csv"
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), encoding="utf-8")
    project.forget()
    with pytest.raises(RegistryError, match=said) as caught:
        eco.codes()
    assert caught.value.where.startswith("registry/economies.csv") and caught.value.hint


def test_a_group_is_that_of_the_project_also_where_it_is_a_default(project):
    before = eco.CA5
    assert list(before) == ["KAZ", "KGZ", "TJK", "TKM", "UZB"]
    file = project.home / "registry" / "economies.csv"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("CA5;CA4;", "CA4;", 1), encoding="utf-8")
    project.forget()
    assert eco.CA5 is before and tuple(before) == ("KGZ", "TJK", "TKM", "UZB")
    assert before == ("KGZ", "TJK", "TKM", "UZB") and before[1:] == ("TJK", "TKM", "UZB")
    assert eco.members("CA5", 2020) == before.codes and "KAZ" not in before


@pytest.mark.parametrize("what", [None, ["KAZ", "KGZ"], 398, float("nan")])
def test_what_is_no_text_is_no_economy(what):
    with pytest.raises(UsageError, match="by its code or name, not by"):
        eco.resolve(what)
