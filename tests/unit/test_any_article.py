"""An article about other powers and another region: claims without code, told without sentences of
their authors.
"""

import csv
import json
import re
import zipfile
from urllib.parse import unquote

import pytest
import yaml
from tests.cases import cases

import ca_research as ca
from ca_research import registry
from ca_research.app.scaffold import new_claim
from ca_research.claims import check
from ca_research.claims.claim import wanted
from ca_research.ground.errors import UsageError
from ca_research.registry.schedule import tables_by_notebook
from ca_research.site.read import read_page

pytest_plugins = ["own_project"]

CASES = cases(__file__, "any_article")
SHOWN = {".html", ".json", ".jsonld", ".csv", ".tex", ".bib", ".ipynb"}
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


def test_who_is_no_country_is_left_out_with_its_size(second):
    declare(second.home, settings={"partner": "TUR", "flow": "imports", "listed": 3})
    (cell,) = ca.check("C01").criteria[0].cells
    left_out = "“Other Asia, not elsewhere specified” (10% of what is compared)"
    assert cell.about == {"listed": "3", "left_out": left_out}


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
    assert "not elsewhere specified” (10% of" in (reports / "c01-as-of-latest.html").read_text()
    assert "opinion article" not in methods and "blind votes" not in methods
    (second.home / "registry" / "claims" / "C02.yaml").unlink()  # a claim that is given up
    (second.home / "notebooks" / "c02.ipynb").unlink()
    registry.forget()
    code, _, told = command("report", "--zip")
    assert code == 1 and "c02" in told
    assert (reports / "c02-as-of-latest.html").is_file()
    code, _, told = command("run", "C01")
    assert code == 0, told
    assert not [*reports.rglob("c02*")] and command("report", "--zip")[0] == 0


_FIGURE = re.compile(r"1\.17|1\.1666|140[ ,]?000[ ,]?000|140 million|1\.4e\+?08")
"""What the invented figures of the claim come to, as files write it."""


@pytest.mark.long
def test_what_is_invented_says_so_in_every_file(second, command, tmp_path):
    """In each file of a report that has the figure, in each picture, download and summary."""
    declare(second.home, "trade.ratio", {"partner": "CHN", "to": "RUS", "flow": "imports"}, "> 2")
    assert command("new", "overview")[0] == command("run")[0] == 0
    assert command("report", "--zip", str(tmp_path / "r.zip"), "--notebooks")[0] == 0
    reports = second.home / "reports"
    shown = [f for f in reports.rglob("*") if f.suffix in SHOWN]
    files = {f.relative_to(reports).as_posix(): f.read_text() for f in shown}
    with zipfile.ZipFile(tmp_path / "r.zip") as packed:
        inside = {n.partition("/")[2]: packed.read(n).decode() for n in packed.namelist()}
    carrying = {name for name, text in files.items() if _FIGURE.search(text)}
    assert carrying >= {"index.html", "c01-as-of-latest.html", "verdicts.json", "verdicts.csv"}
    assert carrying >= {"verdicts_countries.csv", "verdicts.tex", "sentences.json", "sentences.csv"}
    for name in carrying:
        assert "invented" in files[name].replace("(invented)", ""), name
        assert "invented" in inside[name].replace("(invented)", ""), name
    for name in carrying & {n for n in files if n.endswith(".html")}:
        parts = re.findall(
            r'<svg.*?</svg>|<meta [^>]*description" content="[^"]*', files[name], re.S
        )
        parts += re.findall(r'href="data:(?:text/csv|application/x-tex)[^"]*', files[name])
        if "overview" in name:  # whose pictures are of verdicts
            parts = parts[:2] + [one for one in parts if _FIGURE.search(unquote(one))]
        assert len(parts) > (1 if name.startswith("embed/") else 2) and all(
            "invented" in unquote(one) for one in parts
        ), name
    for name in ("references.bib", "references.json"):
        assert "Invented figures" in files[name]
    assert json.loads(files["claimreview.jsonld"])["@graph"] == []
    with second.home.joinpath("reports", "verdicts_countries.csv").open() as text:
        assert [row["invented"] for row in csv.DictReader(text)] == ["yes", "yes"]


def test_invented_figures_are_no_publishers_own(second):
    """A file in the form of a known publisher is asked for all that is said of any other."""
    file = second.home / "comtrade.csv"
    file.write_text(CASES["comtrade"])
    about = {"table": "trade", "source": "OFF", "published": "2024-01-01", "dry_run": True}
    with pytest.raises(UsageError, match="title, publisher, licence") as refusal:
        ca.add(file, **about)
    hint = refusal.value.hint
    assert "--publisher 'UN Comtrade'" in hint
    said = {"title": "T", "licence": "L", "publisher": "UN Comtrade"}
    own, other = ca.add(file, **about, **said), ca.add(file, **about, **said, invented=True)
    assert own.entry.source.original and own.entry.source.origin_group == "COMTRADE"
    assert other.entry.source.original is None and other.entry.source.origin_group == "OFF"
    assert other.entry.source.invented and not own.entry.source.invented


def test_frames_and_references_say_what_is_invented(second):
    rows = ca.load("trade", reporter="GEO", year=2023)
    assert "invented figures: MADE" in ca.text(rows)
    assert all("Invented figures" in ca.cite(rows, style) for style in ("text", "bibtex", "csl"))
