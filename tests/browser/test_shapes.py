"""Pages of an article on other numbers of countries than five: on a desk, on a phone and on paper;
and what other people's pages show of them.
"""

import re
from pathlib import Path

import pytest
import yaml
from tests.browser.conftest import PATIENCE, look
from tests.commands import shell
from tests.pages import Reader

from ca_research.app.init_command import make

COUNTRIES = [
    "IDN",
    "MMR",
    "PHL",
    "VNM",
    "THA",
    "MYS",
    "SGP",
    "BRN",
    "LAO",
    "KHM",
    "DEU",
    "FRA",
    "ITA",
    "ESP",
    "POL",
    "CZE",
    "AUT",
    "HUN",
    "SWE",
    "FIN",
    "DNK",
    "NLD",
    "BEL",
    "PRT",
    "GRC",
    "IRL",
    "GBR",
]
NUMBERS = (2, 5, 10, 27)
ADDRESS = "https://example.org/town"


def figures():
    """Imports from three partners; a quarter of the countries have none, a third are led by one."""
    rows = ["reporter,partner,year,flow,product,value_usd,valuation,scope"]
    for place, country in enumerate(COUNTRIES):
        first = (30, 10, 5)[place % 3]
        for partner, value in {"CHN": first, "USA": 15, "JPN": 12}.items():
            row = f"{country},{partner},2023,import,TOTAL,{value + place}000000,,goods"
            rows += [row] * (place % 4 != 3)
    return "\n".join(rows) + "\n"


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """The report of four claims, on 2, 5, 10 and 27 countries."""
    folder = tmp_path_factory.mktemp("shapes")
    text = folder / "article.txt"
    text.write_text("A town\n2024-03-01\nOne. Two. Three. Four.\n")
    home = folder / "own"
    make(home, text)
    (home / "t.csv").write_text(figures())
    about = '--title "Trade (invented)" --publisher nobody --licence none --published 2024-02-01'
    new = [f"ca-research new claim C{n:02d} --measure trade.rank --axis year" for n in NUMBERS]
    add = f"ca-research data add t.csv --table trade --source MADE --yes --lag 30 {about}"
    shell(add, *new, folder=home)
    for n in NUMBERS:
        file = home / f"registry/claims/C{n:02d}.yaml"
        claim = yaml.safe_load(file.read_text())
        (criterion,) = claim["readings"][0]["criteria"]
        criterion["settings"] = {"partner": "CHN", "flow": "imports", "listed": 3}
        criterion["over"] = {"economies": COUNTRIES[:n], "at_least": 2}
        claim["grid"]["axes"][0] |= {"values": [2023], "main": 2023}
        file.write_text(yaml.safe_dump(claim, allow_unicode=True))
    entry = home / "registry/article.yaml"
    entry.write_text(f"address: {ADDRESS}/\n" + entry.read_text())
    shell("ca-research run --as-of latest", folder=home)
    return home / "reports"


@pytest.fixture
def opened(browser, reports):
    """Opens a page of the report at a width; it may ask for nothing, and say nothing."""
    told = []

    def opener(name, width, **more):
        page = browser.new_page(viewport={"width": width, "height": 900}, **more)
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda m: told.append(m.text))
        page.on("request", lambda r: r.url.startswith(("file:", "data:")) or told.append(r.url))
        page.goto((reports / name).as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        return page

    yield opener
    assert told == []


PAGES = ("index.html", *(f"c{n:02d}-as-of-latest.html" for n in NUMBERS))


@pytest.mark.parametrize("name", PAGES)
def test_countries_stay_in_their_column_whole_and_dark_on_paper(opened, reports, name):
    for width in (1280, 375):
        page = opened(name, width)
        for what in ("sideways", "sticksOut", "cut", "tiles", "unlinked"):
            assert look(page, what) == [], f"{width}: {what}"
        assert [p for p in look(page, "pictures") if p["out"]] == []
        assert look(page, "faint") == []
    page = opened(name, 680)
    page.emulate_media(media="print")
    for what in ("sideways", "tiles", "lost"):
        assert look(page, what) == [], what
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    assert all(right <= 681 for _, _, right, _, _ in look(page, "sheets"))


def test_a_figure_stands_alone_for_other_pages(opened, reports):
    for n in NUMBERS:
        name = f"c{n:02d}-as-of-latest"
        text = (reports / "embed" / f"{name}.html").read_text()
        assert "<script" not in text and "nobody, 2024" in text and "figures are invented" in text
        assert f'{ADDRESS}/{name}.html"' in text and 'class="badge' in text
        links = {
            attrs.get("href") for _, attrs in Reader((reports / f"{name}.html").read_text()).tags
        }
        assert f"embed/{name}.html" in links
        for width, scheme in ((700, "light"), (320, "dark")):
            page = opened(f"embed/{name}.html", width, color_scheme=scheme)
            assert look(page, "sideways") == [] == look(page, "faint")


def test_links_have_an_address_and_a_picture_only_where_one_is_known(reports):
    def properties(name):
        tags = Reader((reports / name).read_text()).tags
        return {a["property"]: a["content"] for tag, a in tags if "property" in a}

    about = properties("c10-as-of-latest.html")
    assert about["og:url"] == f"{ADDRESS}/c10-as-of-latest.html"
    picture = reports / about["og:image"].removeprefix(f"{ADDRESS}/")
    assert picture.read_bytes()[16:24] == (1200).to_bytes(4) + (630).to_bytes(4)
    home = reports.parent
    entry = home / "registry/article.yaml"
    entry.write_text(re.sub("address: .*\n", "", entry.read_text()))
    file = home / "registry/claims/C27.yaml"
    file.unlink()
    (home / "notebooks/c27.ipynb").unlink()
    shell("ca-research run --as-of latest", folder=home)
    assert not {"og:url", "og:image"} & properties("c10-as-of-latest.html").keys()
    kept = {f"c{n:02d}-as-of-latest.html" for n in NUMBERS[:-1]}
    assert {file.name for file in Path(reports / "embed").iterdir()} == kept
    shell("ca-research report --zip --out reports", folder=home)
