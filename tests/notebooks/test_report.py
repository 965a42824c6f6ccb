"""The whole report, every page of it, by one reader of HTML: what all pages have in common."""

import base64
import getpass
import hashlib
import html
import json
import os
import re
import socket
import sys
from collections import Counter
from pathlib import Path

import pytest
from tests.cases import cases
from tests.pages import Reader, ill_formed, outside

from ca_research import registry
from ca_research.ground import paths
from ca_research.runs import plan
from ca_research.runs.store import ABOUT_ALL, made_here
from ca_research.site import moves
from ca_research.site.first_use import anchor

WORDS = cases(__file__, "words")


@pytest.fixture(scope="module")
def texts(report):
    return {p.name: p.read_text() for p in sorted(report.glob("*.html"))}


@pytest.fixture(scope="module")
def read(texts):
    return {name: Reader(text) for name, text in texts.items()}


@pytest.fixture(scope="module")
def verdicts(report):
    return json.loads((report / "verdicts.json").read_text())


@pytest.fixture(scope="module")
def judged(texts):
    """The pages of claims: run, claim and text."""
    claims = registry.claims()
    return [
        (run, claims[run.name], texts[f"{run.run_id}.html"]) for run in plan() if run.name in claims
    ]


def of_run(verdicts, run):
    about = (run.name, run.params["as_of"], run.params.get("economy", "CA5"))
    return [
        v for v in verdicts if (v["claim"], v["as_of"], v["params"].get("economy", "CA5")) == about
    ]


def faults(pieces):
    """What no reader should have to read, by rule."""
    for allowed in WORDS["allowed"]:
        pieces = [re.sub(allowed, "", piece) for piece in pieces]
    found = [
        f"{why}: {p}" for why, rule in WORDS["faults"].items() for p in pieces if re.search(rule, p)
    ]
    return found[:3]


def on_all(read, rule):
    return {name: rule(page) for name, page in read.items() if rule(page)}


def test_no_page_loads_anything_from_outside(read):
    assert on_all(read, outside) == {}


def test_every_page_can_be_read_without_eyes_or_mouse(read):
    assert on_all(read, ill_formed) == {}
    titles = Counter(re.sub(r"\s+", " ", page.pieces[0]) for page in read.values())
    assert titles.most_common(1)[0][1] == 1


def test_no_page_says_what_a_reader_cannot_read(read):
    assert on_all(read, lambda page: faults(page.pieces)) == {}


@pytest.mark.parametrize("markup", WORDS["broken"])
def test_what_would_be_loaded_or_missed_is_seen(markup):
    head = "<html lang=en><title>t</title><header></header><footer></footer>"
    whole = head + "<main><h1>h</h1>{}</main>"
    assert not outside(Reader(whole)) and not ill_formed(Reader(whole))
    page = Reader(whole.format(markup))
    assert outside(page) or ill_formed(page)


@pytest.mark.parametrize("text", WORDS["wrong"])
def test_a_word_that_is_wrong_is_seen(text):
    assert faults(Reader(f"<p>{text}</p>").pieces)


@pytest.mark.parametrize("text", WORDS["right"])
def test_a_word_that_is_right_passes(text):
    assert not faults(Reader(f"<p>{text}</p>").pieces)


def test_links_lead_to_what_is_there_and_tell_the_other_side_nothing(read, report):
    for name, page in read.items():
        assert {"name": "referrer", "content": "no-referrer"} in page.of("meta"), name
        for link in (a["href"] for a in page.of("a")):
            if not link.startswith(("data:", "https://", "http://", "#")):
                file, _, place = link.partition("#")
                assert (report / file).is_file(), f"{name}: {link}"
                assert not place or place in read[file].ids, f"{name}: {link}"


def test_the_policy_stands_first_and_allows_the_pages_own_script_alone(read):
    for name, page in read.items():
        heads = [a for tag, a in page.tags if tag in ("meta", "style", "script", "link")]
        policy = next(i for i, a in enumerate(heads) if "http-equiv" in a)
        assert heads[:policy] == [{"charset": "utf-8"}], name
        digest = base64.b64encode(hashlib.sha256(page.raw["script"].encode()).digest()).decode()
        assert heads[policy]["content"] == (
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
            f"script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
        ), name


def test_nothing_of_this_machine_is_in_the_report(report):
    """The real home, folder, host, user and environment; words that any machine may have, and the
    project's own, tell nothing.
    """
    public = "".join((paths.home() / name).read_text() for name in ("README.md", "pyproject.toml"))
    known = {str(Path.home()), str(Path.cwd()), str(paths.home()), str(report), sys.prefix}
    known |= {v for v in os.environ.values() if len(v) >= 12 and v not in public}
    known |= {socket.gethostname(), getpass.getuser()}
    known -= {"root", "user", "runner", "localhost", "nobody", "ubuntu", "/", "/root"}
    folders = re.compile(r"(?<![\w./-])(?:/root/|/home/\w+/|/Users/\w+/|/tmp/\w)")
    for file in report.rglob("*.*"):
        text = file.read_text(encoding="utf-8")
        text = re.sub(r"base64,[\w+/=\s]+", "", text)  # letters of a picture are no words
        for value in (value for value in known if value in text):  # and not inside another word
            assert not re.search(rf"(?<![\w.-]){re.escape(value)}(?![\w-])", text), file.name
        assert not folders.search(text), file.name


def test_verdicts_json_has_the_form_of_the_design(report, verdicts, stored_keys):
    ids = [f"C{n:02d}" for n in range(1, 36)] + [f"O{n:02d}" for n in range(1, 14)]
    assert sorted(registry.claims()) == sorted({v["claim"] for v in verdicts}) == ids
    for v in verdicts:
        assert v.keys() >= stored_keys[0] and v["verdict"] in registry.VERDICTS
        assert (report / f"{v['run']}.html").is_file() and v["run"].startswith(v["claim"].lower())
        assert v["rule_sha256"] == registry.claim(v["claim"]).rule_sha256
        assert set(v["sources"]) <= registry.sources().keys()
        assert all(c.keys() >= stored_keys[1] for c in v["criteria"])
    for claim, spec in registry.claims().items():
        mine = [v for v in verdicts if v["claim"] == claim]
        opinion = spec.kind == "opinion"
        assert {v["as_of"] for v in mine} == {"latest"} | ({"2023-05-19"} if not opinion else set())
        assert not opinion or [(v["verdict"], bool(v["reason"])) for v in mine] == [
            ("not testable", True)
        ]


def test_the_report_has_the_pages_of_its_plan_and_all_bear_its_mark(report, texts, judged):
    """Without the mark a later report would take a file for the user's, and leave it."""
    assert texts.keys() == {f"{run.run_id}.html" for run in plan()} | {*ABOUT_ALL}
    files = [f for form in ("*.html", "notebooks/*.ipynb") for f in report.glob(form)]
    assert [f.name for f in files if not made_here(f)] == []
    assert [n for n, text in texts.items() if 'class="error"' in text or len(text) >= 1e6] == []
    assert len(texts["index.html"]) < 500_000
    index = texts["index.html"]
    assert [c for c in registry.claims() if f"{c.lower()}-as-of-latest" not in index] == []
    for run, spec, text in judged:  # what has no criteria has documents to show, no picture
        assert text.count('role="img"') >= 2 or not spec.criteria(), run.run_id


def test_each_head_has_the_answer_the_sentence_as_printed_and_its_tests(judged, verdicts):
    for run, _, text in judged:
        mine = of_run(verdicts, run)
        head = re.search(r'<section class="verdict".*?</section>', text, re.S)[0]
        parts = [head.index(f'class="{name}"') for name in ("answer", "printed", "tests")]
        assert parts == sorted(parts), run.run_id
        answer = re.search(r'class="answer">(.*?)</p>', head, re.S)[1]
        assert html.unescape(re.sub("<.*?>", "", answer)) == mine[0]["answer"]
        assert re.search(r'class="badge[^>]*>([a-z ]+)<', head)[1] == mine[0]["as_printed"]
        words = re.findall(r'<strong class="word [^"]*">([a-z ]+)</strong>', head)
        assert words == [v["verdict"] for v in mine], run.run_id


def test_every_verdict_has_a_description_for_previews(judged, report):
    for run, _, text in judged:
        told = dict(re.findall(r'<meta (?:name|property)="([\w:]+)" content="([^"]*)">', text))
        assert told["description"] == told["og:description"]
        assert told["description"].rstrip(".").endswith(registry.PRINTED), run.run_id


def test_references_of_all_sources_lie_beside_the_pages_and_lead_to_publisher_and_copy(
    report, texts, verdicts
):
    kept = {entry["id"] for entry in json.loads((report / "references.json").read_text())}
    assert (report / "references.bib").read_text().count("@misc{") == len(kept) > 900
    assert {source for v in verdicts for source in v["sources"]} <= kept
    data = html.unescape(texts["data-as-of-latest.html"])
    assert 'href="references.bib"' in data and "@misc{" not in data
    for source in registry.sources().values():
        entry = data.partition(f'<li id="source-{anchor(source.source_id)}">')[2]
        entry = entry.partition("</li>")[0]
        assert f'href="{source.original}"' in entry or not source.original, source.source_id
        assert "Read from: " in entry or not source.found_in, source.source_id


def test_amendments_stand_on_one_page_with_days_hashes_and_whose_way(texts):
    text = texts["amendments.html"]
    made = [(a.date, claim, a) for claim in registry.claims().values() for a in claim.amendments]
    corrections = registry.article().corrections
    days = {str(one.date) for one in [*(a for *_, a in made), *corrections]}
    assert re.findall(r'id="day-([\d-]+)"', text) == sorted(days)
    assert text.count('<div class="amendment">') == len(made) + len(corrections)
    newest_first = sorted(made, key=lambda m: m[0])[::-1]
    ways = [moves.way(a.before, a.after) for *_, a in newest_first]
    assert [html.unescape(way) for way in re.findall(r'<tr data-way="([^"]*)">', text)] == ways
    counted = re.findall(r">(\d+)<", re.search(r">all days</th>(.*?)</tr>", text)[1])
    assert [int(n) for n in counted] == [*map(ways.count, moves.WAYS), len(ways)]
    for _, claim, a in made:
        assert a.rule_sha256_before[:16] in text and claim.rule_sha256[:16] in text
