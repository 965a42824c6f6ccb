"""Nothing leaves a page, nothing gets into it: outside resources, the policy, hostile text, and
what the maker's machine knows.
"""

import base64
import csv
import getpass
import hashlib
import http.server
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml

from ca_research.ground import paths

LOADS = {
    "src",
    "srcset",
    "data",
    "poster",
    "action",
    "formaction",
    "background",
    "ping",
    "manifest",
    "xlink:href",
    "cite",
}
FORBIDDEN = {
    "base",
    "iframe",
    "frame",
    "object",
    "embed",
    "applet",
    "audio",
    "video",
    "source",
    "portal",
}


class Reader(HTMLParser):
    """Start tags with their attributes, and the text of styles and scripts, of one page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.raw: dict[str, list[str]] = {"style": [], "script": []}
        self.inside = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, {k: v or "" for k, v in attrs}))
        self.inside = tag if tag in self.raw else ""

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        if self.inside:
            self.raw[self.inside].append(data)

    def of(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture(scope="module")
def read(report):
    return {p.name: Reader(p.read_text(encoding="utf-8")) for p in sorted(report.glob("*.html"))}


def outside(page: Reader) -> list[str]:
    """What in a page would be loaded, sent or run from elsewhere."""
    found = [f"<{tag}>" for tag, _ in page.tags if tag in FORBIDDEN]
    for tag, attrs in page.tags:
        for name, value in attrs.items():
            runs = name.startswith("on") or value.strip().lower().startswith(
                ("javascript:", "vbscript:")
            )
            loads = name in LOADS or (name == "href" and tag != "a")
            if runs or (loads and not value.startswith(("data:", "#"))):
                found.append(f"{tag} {name}={value[:60]}")
    css = "".join(page.raw["style"]) + "".join(a.get("style", "") for _, a in page.tags)
    found += [
        u for u in re.findall(r"url\(\s*['\"]?([^)'\"]*)", css) if not u.startswith(("#", "data:"))
    ]
    return found + re.findall(r"@import[^;]*", css)


def test_no_page_loads_anything_from_outside(read):
    assert {name: outside(page) for name, page in read.items() if outside(page)} == {}


@pytest.mark.parametrize(
    "html",
    [
        "<img src='https://example.org/x.png'>",
        "<svg><image xlink:href='x.png'/></svg>",
        "<link rel=stylesheet href=//example.org/x.css>",
        "<p style='background:url(x.png)'>",
        "<style>@import 'x.css';</style>",
        "<a onclick='x()'>",
        "<a href='javascript:x()'>",
        "<iframe srcdoc=x>",
    ],
)
def test_what_would_be_loaded_is_seen(html):
    assert outside(Reader(html)) != []


def test_links_lead_to_what_is_there_and_tell_the_other_side_nothing(read, report):
    ids = {name: {a["id"] for _, a in page.tags if "id" in a} for name, page in read.items()}
    for name, page in read.items():
        assert {"name": "referrer", "content": "no-referrer"} in page.of("meta"), name
        for attrs in page.of("a"):
            file, _, anchor = attrs["href"].partition("#")
            if attrs["href"].startswith(("data:", "https://", "http://")):
                continue
            assert not file or (report / file).is_file(), f"{name}: {attrs['href']}"
            assert not anchor or unquote(anchor) in ids[file or name], f"{name}: {attrs['href']}"


def test_the_policy_stands_first_and_allows_the_pages_own_script_alone(read):
    for name, page in read.items():
        metas = [(tag, a) for tag, a in page.tags if tag in ("meta", "style", "script", "link")]
        first = next(
            i for i, (_, a) in enumerate(metas) if a.get("http-equiv") == "Content-Security-Policy"
        )
        assert all(tag == "meta" for tag, _ in metas[:first]), (
            f"{name}: something stands before the policy"
        )
        rules = dict(r.strip().split(" ", 1) for r in metas[first][1]["content"].split(";"))
        scripts = page.raw["script"]
        digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
        assert len(scripts) == 1 and rules["script-src"] == f"'sha256-{digest}'", name
        assert (
            rules["default-src"] == "'none'"
            and rules["base-uri"] == "'none'"
            and rules["form-action"] == "'none'"
        ), name
        assert rules["img-src"] == "data:" and set(rules) == {
            "default-src",
            "style-src",
            "img-src",
            "script-src",
            "base-uri",
            "form-action",
        }, name


@pytest.fixture
def listener():
    """A server on this machine, and the paths that it was asked for."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


ATTACK = """async at => {
  const add = (tag, more) => document.body.append(Object.assign(document.createElement(tag), more));
  add("script", {textContent: "window.hit = 'script'"});
  add("script", {src: at + "/x.js"});
  add("img", {src: at + "/x.png", onerror: null});
  add("iframe", {src: at + "/frame"});
  add("link", {rel: "stylesheet", href: at + "/x.css"});
  add("div", {innerHTML: "<img src='data:,' onerror='window.hit = 1'><a id=evil href='#' onclick='window.hit = 2'>x</a>"});
  document.getElementById("evil").click();
  try { await fetch(at + "/fetch") } catch { }
  await new Promise(done => setTimeout(done, 300));
  return window.hit ?? null
}"""


@pytest.mark.parametrize("policy", [True, False])
def test_the_policy_holds_in_the_browser(browser, report, listener, policy):
    """Scripts, handlers, frames, pictures, styles and requests put into a real page are refused;
    without the policy they are not.
    """
    at, asked = listener
    context = browser.new_context(bypass_csp=not policy)
    page = context.new_page()
    page.goto((report / "index.html").as_uri())
    hit = page.evaluate(ATTACK, at)
    assert (hit is None, asked == []) == (policy, policy), (hit, asked)
    context.close()


def test_pages_are_small_enough_to_send(report, names):
    sizes = {name: (report / name).stat().st_size for name in names}
    assert sizes["index.html"] < 500_000
    assert {n: s for n, s in sizes.items() if s >= 1_000_000} == {}


def written(folder: Path) -> dict[str, str]:
    """Every text file of a report."""
    kinds = {".html", ".ipynb", ".json", ".jsonld", ".csv", ".tex", ".md", ".txt", ".xml"}
    found = (p for p in folder.rglob("*") if p.suffix in kinds)
    return {str(p.relative_to(folder)): p.read_text(encoding="utf-8") for p in found}


COMMON = {"root", "user", "runner", "runneradmin", "localhost", "nobody", "ubuntu", "/", "/root"}


def test_nothing_of_this_machine_is_in_the_report(report):
    """The real home, folder, host, user and environment; words that any machine may have, and the
    project's own, tell nothing.
    """
    public = "".join(
        (paths.home() / name).read_text(encoding="utf-8")
        for name in ("README.md", "pyproject.toml")
    )
    known = {
        str(Path.home()),
        str(Path.cwd()),
        str(paths.home()),
        str(report),
        sys.prefix,
        socket.gethostname(),
    }
    known |= {v for v in os.environ.values() if len(v) >= 12 and v not in public} | {
        getpass.getuser()
    }
    folders = re.compile(r"(?<![\w./-])(?:/root/|/home/\w+/|/Users/\w+/|/tmp/\w)")
    found = []
    for name, text in written(report).items():
        for value in known - COMMON:
            if value in text and re.search(
                rf"(?<![\w.-]){re.escape(value)}(?![\w-])", text
            ):  # not inside another word
                found.append(f"{name}: {value}")
        found += [f"{name}: {text[m.start() : m.end() + 40]}" for m in folders.finditer(text)]
    assert found == []


# --- hostile text, from the registry and the notebook to the page

EVIL = """"'><img src=x onerror="window.hit=1"></script></style></title><script>window.hit=2</script>{{7*7}}${7*7}<!--&lt;"""
SHORT = "<script>hit=3</script>"  # where a figure has room for a name
PLANTED = {
    "HOME": "planted-home",
    "USER": "planted-user",
    "LOGNAME": "planted-login",
    "HOSTNAME": "planted-host",
    "COMTRADE_API_KEY": "planted-key-31415926",
}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A report of C25 from a project whose titles, prose, notes, names and sources are hostile,
    made by the command line.
    """
    home = tmp_path_factory.mktemp("planted-folder") / "project"
    shutil.copytree(paths.home() / "registry", home / "registry")
    (home / "notebooks").mkdir()
    (home / "data").mkdir()
    (home / "data" / "raw").symlink_to(paths.home() / "data" / "raw", target_is_directory=True)
    for file in (home / "registry" / "claims").glob("*.yaml"):
        if file.stem != "C25":
            file.unlink()
    file = home / "registry" / "claims" / "C25.yaml"
    claim = yaml.safe_load(file.read_text(encoding="utf-8"))
    for key in ("title", "restatement", "known_before", "expected"):
        claim[key] += EVIL
    for reading in claim["readings"]:
        for key in ("title", "statement", "against", "would_change"):
            reading[key] += EVIL
        if "rule" in reading:
            reading["rule"]["words"] += EVIL
        for criterion in reading.get("criteria", []):
            criterion["label"] += SHORT
            for key in ("statement", "why"):
                criterion[key] += EVIL
    file.write_text(yaml.safe_dump(claim, sort_keys=False, allow_unicode=True), encoding="utf-8")
    file = home / "registry" / "article.yaml"
    article = yaml.safe_load(file.read_text(encoding="utf-8"))
    for key in ("title", "report_title", "report_summary"):
        article[key] += EVIL
    article["themes"] = {k: v + EVIL for k, v in article["themes"].items()}
    file.write_text(yaml.safe_dump(article, sort_keys=False, allow_unicode=True), encoding="utf-8")
    for name, columns, evil in (
        ("economies.csv", ["name"], SHORT),
        ("sources.csv", ["title", "publisher", "citation", "licence"], EVIL),
    ):
        file = home / "registry" / name
        with file.open(encoding="utf-8", newline="") as text:
            rows = list(csv.DictReader(text))
        for row in rows:
            row |= {c: row[c] + evil for c in columns}
        with file.open("w", encoding="utf-8", newline="") as text:
            writer = csv.DictWriter(text, rows[0], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    notebook = json.loads((paths.notebooks_dir() / claim["notebook"]).read_text(encoding="utf-8"))
    prose = next(c for c in notebook["cells"] if c["cell_type"] == "markdown")
    prose["source"] = [
        "".join(prose["source"])
        + "\n\n"
        + EVIL
        + "\n\n[x](javascript:alert(1)) ![x](http://127.0.0.1:9/x.png)\n"
    ]
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if "plots.show_table(" in source:  # title and note of a table
            cell["source"] = [
                f"EVIL = {EVIL!r}\n"
                + source.replace('title="', 'title=EVIL + "').replace('note="', 'note=EVIL + "')
            ]
        if "alt=" in source and "plots.show(" in source:  # title and alt of a figure
            cell["source"] = [
                f"EVIL = {EVIL!r}\n"
                + source.replace("title=f", "title=EVIL + f").replace('alt="', 'alt=EVIL + "')
            ]
    (home / "notebooks" / claim["notebook"]).write_text(json.dumps(notebook), encoding="utf-8")
    out = home.parent / "out"
    planted = PLANTED | {"HOME": str(home.parent / PLANTED["HOME"])}
    Path(planted["HOME"]).mkdir()
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "ca_research.app.cli",
            "run",
            "C25",
            "--as-of",
            "latest",
            "--out",
            str(out),
        ],
        env=os.environ
        | planted
        | {"CA_RESEARCH_HOME": str(home), "CA_RESEARCH_CACHE": str(home.parent / "cache")},
        cwd=home.parent,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return out


def test_hostile_text_on_its_real_way_is_shown_and_never_run(browser, hostile):
    shown = 0
    for file in sorted(hostile.glob("*.html")):
        context = browser.new_context(
            bypass_csp=True
        )  # the text itself must be harmless, not only the policy strict
        page = context.new_page()
        dialogs, asked = [], []
        page.on("dialog", lambda d, dialogs=dialogs: (dialogs.append(d.message), d.dismiss()))
        page.on("request", lambda r, asked=asked: asked.append(r.url))
        page.goto(file.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        page.wait_for_timeout(100)
        assert page.evaluate("window.hit === undefined") and dialogs == [], file.name
        assert page.evaluate("document.scripts.length") == 1, file.name
        assert page.locator("img:not([src^='data:']), [onerror], [onclick]").count() == 0, file.name
        assert page.locator("a[href^='javascript:' i]").count() == 0, file.name
        assert [u for u in asked if not u.startswith(("file:", "data:"))] == [], file.name
        words = page.evaluate("document.body.textContent")
        assert "49}" not in words.replace("{{7*7}}", ""), (
            f"{file.name}: a template ran over its own output"
        )
        shown += words.count("<script>window.hit=2</script>{{7*7}}")
        assert outside(Reader(file.read_text(encoding="utf-8"))) == [], file.name
        context.close()
    assert shown > 20, "the hostile text reached the pages"
    page = (hostile / "c25-as-of-latest.html").read_text(encoding="utf-8")
    assert (
        "<svg" in page
        and "Laid end to end" in page
        and "Kazakhstan&lt;script&gt;hit=3&lt;/script&gt;" in page
    )


def test_the_environment_of_a_run_is_in_none_of_its_files(hostile):
    files = written(hostile)
    assert any(n.endswith(".ipynb") for n in files)
    for value in (*PLANTED.values(), "planted-folder"):
        assert [n for n, text in files.items() if value in text] == [], value
