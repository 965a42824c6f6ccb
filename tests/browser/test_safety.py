"""A report asks the network for nothing and runs nothing but its own script; hostile text is shown
as text. That no page names anything to load: notebooks/test_report.py.
"""

import json
import re
import shutil

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import yaml
from tests.cases import cases
from tests.commands import cli
from tests.loopback import Handler, Loopback
from tests.pages import Reader, outside
from tests.unit import test_pictures_kept

from ca_research.ground import paths
from ca_research.plots.show import to_svg
from ca_research.site.render import svg_markup
from ca_research.site.svg import INHERITED, clean

CASES = cases(__file__, "hostile")
HOSTILE = cases(test_pictures_kept.__file__, "hostile_pictures")
NAMED = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
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


@pytest.fixture
def listener():
    """A server on this machine, and the paths that it was asked for."""
    asked = []

    class Noting(Handler):
        def do_GET(self):
            asked.append(self.path)
            self.send(200, b"", {})

    server = Loopback(Noting)
    yield server.address, asked
    server.close()


@pytest.mark.parametrize("policy", [True, False])
def test_the_policy_holds_in_the_browser(browser, report, listener, policy):
    """Scripts, handlers, frames, pictures, styles and requests put into a real page are refused;
    without the policy they are not.
    """
    at, asked = listener
    page = browser.new_context(bypass_csp=not policy).new_page()
    page.goto((report / "index.html").as_uri())
    hit = page.evaluate(ATTACK, at)
    assert (hit is None, asked == []) == (policy, policy), (hit, asked)
    page.context.close()


# --- pictures


def test_a_hostile_picture_does_nothing(browser):
    page, done = browser.new_page(), []
    page.on("request", lambda request: done.append(request.url))
    page.expose_function("hit", lambda *_: done.append("hit"))
    page.goto("about:blank")
    for name, inside in HOSTILE["hostile"].items():
        svg = f'<svg {NAMED} width="9pt" viewBox="0 0 9 9">{inside}</svg>'
        page.set_content(f"<!doctype html><main>{svg_markup(svg, 'p', 'words')}</main>")
        page.wait_for_timeout(100)
        assert done == [], name
    page.set_content(
        f"<!doctype html><svg {NAMED}>{HOSTILE['hostile']['a page behind the picture']}</svg>"
    )
    page.wait_for_timeout(100)
    assert done, "it would be seen"
    page.close()


def test_a_drawing_looks_as_it_was_drawn(browser):
    rng = np.random.default_rng(0)
    figure, (left, right) = plt.subplots(1, 2)
    left.plot(rng.random(9), "o--", label="a < b")
    left.legend()
    left.bar(["x", "y"], [1, 2], hatch="//", alpha=0.5)
    right.imshow(rng.random((4, 4)))
    raw = to_svg(figure)
    plt.close(figure)
    shots = []
    for svg in (raw, clean(raw).replace("<svg", f'<svg style="{INHERITED}"', 1)):
        page = browser.new_page()
        page.set_content(f"<!doctype html>{svg}")
        shots.append(page.locator("svg").screenshot())
        page.close()
    assert shots[0] == shots[1]


# --- hostile text, from the registry and the notebook to the page

EVIL, SHORT = CASES["evil"], CASES["short"]
TITLES = CASES["titles"]
PLANTED = CASES["environment"]


def plant(content, key=""):
    """What a YAML file holds, with hostile text after each sentence of it."""
    if isinstance(content, dict):
        themes = content.get("themes", {})
        found = {k: plant(v, k) for k, v in content.items()}
        return found | ({"themes": {k: v + EVIL for k, v in themes.items()}} if themes else {})
    if isinstance(content, list):
        return [plant(one) for one in content]
    evil = EVIL if key in TITLES else SHORT if key == "label" else ""
    return content + evil if evil and isinstance(content, str) else content


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A report of C25 from a project whose titles, prose, notes, names and sources are hostile,
    made by the command line.
    """
    home = tmp_path_factory.mktemp("planted-folder") / "project"
    others = shutil.ignore_patterns("[CO][0-13-9]*.yaml", "C2[0-46-9].yaml")
    shutil.copytree(paths.home() / "registry", home / "registry", ignore=others)
    for folder in ("notebooks", "data", "planted-home"):
        (home / folder).mkdir()
    (home / "data" / "raw").symlink_to(paths.home() / "data" / "raw", target_is_directory=True)
    for file in (home / "registry" / "claims" / "C25.yaml", home / "registry" / "article.yaml"):
        content = plant(yaml.safe_load(file.read_text()))
        file.write_text(yaml.safe_dump(content, sort_keys=False))
    for name, columns in CASES["columns"].items():
        file = home / "registry" / name
        rows = pd.read_csv(file, dtype=str, keep_default_na=False)
        rows[columns] += SHORT if columns == ["name"] else EVIL
        rows.to_csv(file, index=False)
    name = "borders_with_china.ipynb"
    notebook = json.loads((paths.notebooks_dir() / name).read_text())
    prose = next(c for c in notebook["cells"] if c["cell_type"] == "markdown")
    links = "[x](javascript:alert(1)) ![x](http://127.0.0.1:9/x.png)"
    prose["source"] = ["".join(prose["source"]), f"\n\n{EVIL}\n\n{links}\n"]
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if "plots.show" in source:  # title, note and alt of a table or a figure
            told = re.sub(r'\b((?:title|note|alt)=)(f?")', r"\1EVIL + \2", source)
            cell["source"] = [f"EVIL = {EVIL!r}\n{told}"]
    (home / "notebooks" / name).write_text(json.dumps(notebook))
    own = {"HOME": home / "planted-home", "CA_RESEARCH_HOME": home, "CA_RESEARCH_CACHE": home / "c"}
    out = home / "out"
    cli("run", "C25", "--as-of", "latest", "--out", out, beside=PLANTED | own, cwd=home)
    return out


UNSAFE = "img:not([src^='data:']), [onerror], [onclick], a[href^='javascript:' i], script + script"


def test_hostile_text_on_its_real_way_is_shown_and_never_run(browser, hostile):
    """Without the policy: the text itself must be harmless."""
    shown = 0
    for file in sorted(hostile.glob("*.html")):
        page, told = browser.new_context(bypass_csp=True).new_page(), []
        page.on("dialog", lambda d, told=told: (told.append(d.message), d.dismiss()))
        page.on("request", lambda r, told=told: told.append(r.url))
        page.goto(file.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        page.wait_for_timeout(100)
        assert page.evaluate("[window.hit, document.scripts.length]") == [None, 1], file.name
        assert page.locator(UNSAFE).count() == 0, file.name
        assert [one for one in told if not one.startswith(("file:", "data:"))] == [], file.name
        words = page.evaluate("document.body.textContent")
        assert "49}" not in words.replace("{{7*7}}", ""), f"{file.name}: a template ran twice"
        shown += words.count("<script>window.hit=2</script>{{7*7}}")
        assert outside(Reader(file.read_text())) == [], file.name
        page.context.close()
    assert shown > 20, "the hostile text reached the pages"
    page = (hostile / "c25-as-of-latest.html").read_text()
    assert "<svg" in page and "Kazakhstan&lt;script&gt;hit=3&lt;/script&gt;" in page


def test_the_environment_of_a_run_is_in_none_of_its_files(hostile):
    files = [f for f in hostile.rglob("*") if f.is_file() and f.suffix != ".png"]
    assert any(f.suffix == ".ipynb" for f in files)
    words = {*PLANTED.values(), "planted-home", "planted-folder"}
    found = {f.name for f in files for word in words if word in f.read_text()}
    assert found == set()
