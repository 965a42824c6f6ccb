"""An article about other powers and another region: claims without code, told without sentences of
their authors.
"""

import pytest
import yaml
from tests.cases import cases

import ca_research as ca
from ca_research import registry
from ca_research.app.scaffold import new_claim
from ca_research.claims import check
from ca_research.claims.claim import wanted
from ca_research.registry.schedule import tables_by_notebook
from ca_research.site.read import read_page

pytest_plugins = ["own_project"]

CASES = cases(__file__, "any_article")
KINDS = {"years": "share", "change": "growth"}


@pytest.fixture
def second(own):
    """The project with its figures."""
    lines = ["reporter,partner,year,flow,product,value_usd,valuation,scope"]
    for row in CASES["figures"]:
        lines += [
            f"{row['reporter']},{partner},{year},{row['flow']},TOTAL,{value}000000,,goods"
            for year, partners in row["of"].items()
            for partner, value in partners.items()
        ]
    file = own.home / "trade.csv"
    file.write_text("\n".join(lines) + "\n")
    about = {"title": "Trade (invented)", "publisher": "nobody", "licence": "none"}
    ca.add(file, table="trade", source="MADE", published="2024-02-01", lag=30, **about)
    return own


def declare(home, measure="trade.rank", settings=None, bar="== 1", over=("GEO",), year=2023, **_):
    """A claim as an author would write it into the template's file."""
    new_claim("C01", measure=measure, axis="year")
    file = home / "registry" / "claims" / "C01.yaml"
    claim = yaml.safe_load(file.read_text())
    (criterion,) = claim["readings"][0]["criteria"]
    kind = measure.partition(".")[2]
    comparison, threshold = bar.split()
    criterion |= {"settings": settings, "comparison": comparison, "threshold": float(threshold)}
    criterion |= {"kind": KINDS.get(kind, kind), "over": {"economies": [*over], "at_least": 1}}
    criterion["over"] = criterion["over"] if over else None
    claim["grid"]["axes"][0] |= {"values": [year], "main": year}
    file.write_text(yaml.safe_dump(claim, allow_unicode=True))
    registry.forget()


@pytest.mark.parametrize("case", CASES["told"], ids=lambda case: case["answer"][:40])
def test_an_answer_has_country_year_size_and_bar(second, case):
    declare(second.home, **case)
    assert check.register(registry.claims(), tables_by_notebook()) == []
    verdict = ca.check("C01")
    assert verdict.answer == case["answer"]
    assert len(verdict.finding) <= 110 and not verdict.finding.endswith(".")
    assert ("figures are invented" in str(verdict)) == bool(verdict.sources)


@pytest.mark.parametrize("case", CASES["refused"], ids=lambda case: case["says"])
def test_what_the_run_would_refuse_is_found_by_the_check(second, case):
    declare(second.home, **case)
    (fault,) = check.register(registry.claims(), tables_by_notebook())
    assert case["says"] in fault


def test_a_notebook_that_asks_for_another_criterion_or_claim_is_found(second):
    declare(second.home, settings={"partner": "TUR", "flow": "imports", "listed": 3})
    second.edit(
        "notebooks/c01.ipynb", r"plots\.show_answer\(evidence, criterion\)", "evidence.main('rank')"
    )
    second.edit("notebooks/c01.ipynb", r'ca\.claim\(\\"C01\\"\)', "ca.claim('C02')")
    faults = check.register(registry.claims(), tables_by_notebook())
    assert "unknown criterion 'rank'" in faults[0] and "judges C02, not C01" in faults[1]


def test_figures_of_a_year_to_come_are_asked_for(second):
    settings = {"partner": "CHN", "to": "RUS", "flow": "imports"}
    declare(second.home, "trade.ratio", settings, bar="> 1", year=2090)
    (want,) = wanted("C01").to_dict("records")
    cells = {"reporter": ["GEO"], "partner": ["CHN", "RUS"], "year": [2090], "flow": ["import"]}
    assert want["figures"] == 2 and want["cells"] == cells | {"product": ["TOTAL"]}


@pytest.mark.long
def test_pages_say_what_is_so_in_this_project(second, command):
    declare(second.home, settings={"partner": "TUR", "flow": "imports", "listed": 3})
    new_claim("C02", "1.2", opinion=True)
    assert command("new", "overview")[0] == command("run")[0] == 0
    reports = second.home / "reports"
    page = read_page(reports / "notebooks" / "c01-as-of-latest.ipynb")
    (picture,) = page.of("main")
    assert picture.title == "Türkiye was first of three suppliers of Georgia in 2023"
    assert "Its figures are invented." in (reports / "c01-as-of-latest.html").read_text()
    index, methods = ((reports / name).read_text() for name in ("index.html", "methods.html"))
    assert "Amendments" not in index + methods and "Central Asia" not in index + methods
    assert "opinion article" not in methods and "blind votes" not in methods
