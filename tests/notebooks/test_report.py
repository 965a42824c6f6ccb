"""The whole way, once: papermill, pages, verdicts.json."""

import html
import json
import os
import re
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser

from ca_research import registry
from ca_research.runs import plan
from ca_research.runs.store import CARDS, made_here
from ca_research.site import moves


def test_verdicts_json_has_the_form_of_the_design(report, stored_keys):
    verdicts = json.loads((report / "verdicts.json").read_text(encoding="utf-8"))
    assert {v["claim"] for v in verdicts} == set(registry.claims())
    assert set(registry.claims()) == {f"C{n:02d}" for n in range(1, 36)} | {
        f"O{n:02d}" for n in range(1, 14)
    }
    for v in verdicts:
        assert v.keys() >= stored_keys[0]
        assert v["verdict"] in registry.VERDICTS
        assert v["rule_sha256"] == registry.claim(v["claim"]).rule_sha256
        assert set(v["sources"]) <= set(registry.sources())
        for c in v["criteria"]:
            assert c.keys() >= stored_keys[1]
            assert c["state"] in ("holds", "fails", "mixed", "undecided")


def test_every_file_bears_the_mark_of_a_report(report):
    """Without it a later report would take it for the user's, and leave it."""
    for form in ("*.html", "notebooks/*.ipynb", CARDS):
        assert [f.name for f in report.glob(form) if not made_here(f)] == []


def test_each_claim_is_judged_for_both_days(report):
    verdicts = json.loads((report / "verdicts.json").read_text(encoding="utf-8"))
    for claim, spec in registry.claims().items():
        expected = {"latest"} if spec.kind == "opinion" else {"2023-05-19", "latest"}
        assert {v["as_of"] for v in verdicts if v["claim"] == claim} == expected, claim
        if spec.kind == "opinion":
            assert [v["verdict"] for v in verdicts if v["claim"] == claim] == ["not testable"]
            assert all(v["reason"] for v in verdicts if v["claim"] == claim)


def test_every_page_has_figures_a_verdict_and_no_error(report):
    judged = {
        f"{run.run_id}.html": registry.claim(run.claim)
        for run in plan()
        if run.claim in registry.claims()
    }
    others = {f"{run.run_id}.html" for run in plan()} - judged.keys()
    assert {p.name for p in report.glob("*.html")} == judged.keys() | others | {
        "index.html",
        "register.html",
        "methods.html",
        "amendments.html",
        "glossary.html",
    }
    for page in report.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert 'class="error"' not in text, page.name
        assert len(text) < 1_000_000, page.name
        spec = judged.get(page.name)
        if spec and any(
            r.criteria for r in spec.readings
        ):  # a page without criteria has documents to show, no picture
            assert text.count('role="img"') >= 2, f"{page.name}: a figure is missing"


def test_references_of_all_sources_lie_beside_the_pages_and_a_long_list_names_them(report):
    kept = {entry["id"] for entry in json.loads((report / "references.json").read_text("utf-8"))}
    bibtex = (report / "references.bib").read_text(encoding="utf-8")
    assert bibtex.count("@misc{") == len(kept) > 900
    verdicts = json.loads((report / "verdicts.json").read_text(encoding="utf-8"))
    assert {source for v in verdicts for source in v["sources"]} <= kept
    data = (report / "data-as-of-latest.html").read_text(encoding="utf-8")
    assert 'href="references.bib"' in data and "@misc{" not in data


def test_every_main_number_can_be_followed_to_its_rows_or_says_why_not(report):
    verdicts = json.loads((report / "verdicts.json").read_text(encoding="utf-8"))
    for run in (r for r in plan() if r.claim in registry.claims()):
        text = (report / f"{run.run_id}.html").read_text(encoding="utf-8")
        targets = set(re.findall(r'popovertarget="(w-[^"]+)"', text))
        assert targets <= set(re.findall(r'popover id="(w-[^"]+)"', text)), run.run_id
        mine = [v for v in verdicts if v["claim"] == run.claim and v["params"] == run.params]
        names = {c["name"].replace("_", "-") for v in mine for c in v["criteria"]}
        assert {f"w-{name}" for name in names} <= targets, run.run_id
        for name in re.findall(r'href="#(source-[^"]+)"', text):
            assert f'id="{name}"' in text, f"{run.run_id}: {name} is cited and not listed"


def test_every_figure_and_table_names_its_run_and_offers_its_data(report):
    for page in report.glob("c*.html"):
        text = page.read_text(encoding="utf-8")
        figures = text.count("<figure ")
        assert (
            figures
            and text.count('<div class="origin"><span class="get"><a href="data:text/csv')
            == figures
        ), page.name
        key = re.search(r" · run <code>([0-9a-f]{64})</code>", text)
        assert key and text.count(f"Run <code>{key[1][:10]}</code>") == figures, page.name


def test_every_verdict_has_a_small_picture_and_a_description_for_previews(report):
    for run in (r for r in plan() if r.claim in registry.claims()):
        text = (report / f"{run.run_id}.html").read_text(encoding="utf-8")
        told = dict(re.findall(r'<meta (?:name|property)="([\w:]+)" content="([^"]*)">', text))
        assert told["og:image"] == f"share/{run.run_id}.png"
        assert (report / told["og:image"]).read_bytes().startswith(b"\x89PNG")
        assert told["description"] == told["og:description"]
        assert told["description"].rstrip(".").endswith(registry.PRINTED), run.run_id
    assert {f.stem for f in report.glob("share/*.png")} == {
        r.run_id for r in plan() if r.claim in registry.claims()
    }


def test_amendments_stand_on_one_page_in_order_of_time(report):
    text = (report / "amendments.html").read_text(encoding="utf-8")
    made = [(a.date, c.id, a) for c in registry.claims().values() for a in c.amendments]
    assert made
    days = re.findall(r'id="day-([\d-]+)"', text)
    corrected = {c.date.isoformat() for c in registry.article().corrections}
    assert days == sorted({str(date) for date, _, _ in made} | corrected)
    assert text.count('<div class="amendment">') == len(made) + len(registry.article().corrections)
    for _, claim, a in made:
        assert a.rule_sha256_before[:16] in text, claim
        assert registry.claim(claim).rule_sha256[:16] in text, claim


def test_the_verdicts_before_and_after_each_amendment_stand_in_columns(report):
    text = (report / "amendments.html").read_text(encoding="utf-8")
    rows = re.findall(r'<tr data-way=".*?</tr>', text, re.S)
    made = [
        (a.date, c.id, n, a) for c in registry.claims().values() for n, a in enumerate(c.amendments)
    ]
    made = sorted(made, key=lambda entry: entry[0])[::-1]
    assert len(rows) == len(made) > 20
    for row, (_, claim, _, a) in zip(rows, made, strict=True):
        cells = re.findall(r"<td>(.*?)</td>", row)
        for told, stated in zip(cells, (a.before, a.after), strict=False):
            words = {word or "–" for word in (stated.then, stated.now)}
            said = told.replace(" on publication day", "").replace(" with all figures", "")
            assert set(said.split(", ")) == words, claim


def test_index_is_small_and_links_every_claim(report):
    text = (report / "index.html").read_text(encoding="utf-8")
    assert len(text) < 500_000
    assert all(f"{claim.lower()}-as-of-latest" in text for claim in registry.claims())


class _External(HTMLParser):
    """Collects every attribute that could make a browser fetch something."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            fetches = name in ("src", "srcset", "poster", "data", "action", "xlink:href") or (
                name == "href" and tag != "a"
            )
            if fetches and value and not value.startswith(("data:", "#")):
                self.found.append((tag, name, value))


def test_no_page_names_an_external_resource(report):
    for page in report.glob("*.html"):
        parser = _External()
        parser.feed(page.read_text(encoding="utf-8"))
        assert parser.found == [], page.name


def test_nothing_of_this_machine_is_in_pages_or_notebooks(report):
    from pathlib import Path

    from ca_research.ground import paths

    for file in [
        *report.glob("*.html"),
        *report.glob("notebooks/*.ipynb"),
        report / "verdicts.json",
    ]:
        text = file.read_text(encoding="utf-8")
        assert str(paths.home()) not in text, file.name
        assert str(Path.home()) + "/" not in text, file.name


def test_amendments_lead_with_whose_way_each_moved_its_verdict(report):
    text = (report / "amendments.html").read_text(encoding="utf-8")
    rows = [html.unescape(way) for way in re.findall(r'<tr data-way="([^"]+)">', text)]
    assert len(rows) == sum(len(c.amendments) for c in registry.claims().values())
    counts = text.partition('id="verdicts"')[0]
    total = re.search(r'<th scope="row">all days</th>(.*?)</tr>', counts)[1]
    numbers = list(map(int, re.findall(r'class="n">(\d+)<', total)))
    assert numbers == [*(Counter(rows)[way] for way in moves.WAYS), len(rows)]
    assert text.index('id="ways"') < text.index('id="verdicts"') < text.index('class="amendment"')


def test_each_head_has_the_answer_the_sentence_as_printed_and_its_tests(report):
    stored = json.loads((report / "verdicts.json").read_text(encoding="utf-8"))
    heads = Counter(v["leads"] for v in stored)[True]
    found = 0
    for file in [*report.glob("c*-as-of-*.html"), *report.glob("o*-as-of-latest.html")]:
        if not re.fullmatch(r"[co]\d\d-.*", file.stem):
            continue
        head = re.search(r'<section class="verdict".*?</section>', file.read_text("utf-8"), re.S)[0]
        parts = ('<p class="answer">', '<p class="printed">', '<ul class="tests"')
        places = [head.index(part) for part in parts]
        assert places == sorted(places), file.name
        answer = html.unescape(re.search(r'class="answer">(.*?)</p>', head, re.S)[1])
        mine = next(
            v
            for v in stored
            if v["leads"]
            and v["answer"] == re.sub("<.*?>", "", answer)
            and file.stem.startswith(f"{v['claim'].lower()}-as-of-{v['as_of']}")
        )
        run = [mine[name] for name in ("claim", "as_of", "params")]
        tests = [v for v in stored if [v[n] for n in ("claim", "as_of", "params")] == run]
        words = re.findall(r'<strong class="word [^"]*">([a-z ]+)</strong>', head)
        assert words == [v["verdict"] for v in tests], file.name
        assert re.search(r'class="badge[^>]*>([a-z ]+)<', head)[1] == mine["as_printed"], file.name
        found += 1
    assert found == heads


def test_a_repeated_run_gives_the_same_verdicts(report, tmp_path):
    subprocess.run(
        [
            sys.executable,
            "-m",
            "ca_research.app.cli",
            "run",
            "C25",
            "--as-of",
            "latest",
            "--out",
            str(tmp_path),
        ],
        check=True,
        capture_output=True,
        env=os.environ,
    )
    again = json.loads((tmp_path / "verdicts.json").read_text(encoding="utf-8"))
    before = [
        v
        for v in json.loads((report / "verdicts.json").read_text(encoding="utf-8"))
        if v["claim"] == "C25" and v["as_of"] == "latest"
    ]
    assert again == before
