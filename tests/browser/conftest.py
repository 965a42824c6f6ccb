"""A Chromium for each module, and pages of the report opened in it."""

import os
import shutil
from pathlib import Path

import pytest

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 120_000
"""Milliseconds that a step may take where others keep the machine busy."""
LOOKS = (Path(__file__).parent / "looks.js").read_text()


def look(page, what):
    """What a function of looks.js says of a page."""
    return page.evaluate(f"() => {{ {LOOKS}; return {what}() }}")


def resize(page, width, height=900):
    page.set_viewport_size({"width": width, "height": height})


def kept(page, link):
    """The name and the bytes of what a link lets readers keep."""
    with page.expect_download() as waiting:
        link.click()
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()


@pytest.fixture(
    scope="module"
)  # its event loop would stand in the way of other tests of the same worker
def browser():
    if CHROMIUM is None:
        if os.environ.get("CA_RESEARCH_REQUIRE_BROWSER"):
            pytest.fail("no Chromium is installed, and CA_RESEARCH_REQUIRE_BROWSER is set")
        pytest.skip("no Chromium is installed: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS, timeout=PATIENCE
        )
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser, report):
    """Opens a page of the report and fails the test if it asks for anything or writes to the
    console.
    """
    contexts, complaints, asked = [], [], []

    def opener(name, width=1280, scheme="light", **more):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            accept_downloads=True,
            **more,
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(f"console: {m.text}"))
        page.on("pageerror", lambda e: complaints.append(f"error: {e}"))
        page.on("request", lambda r: asked.append(r.url))
        page.goto((report / name).as_uri())
        return page

    yield opener
    for context in contexts:
        context.close()
    assert complaints == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


@pytest.fixture
def one_of_each(report):
    """A page of each kind that there is: of a claim with readings, of one on one economy, of an
    opinion, brief, overview, and the rest.
    """
    names = sorted(p.name for p in report.glob("*.html"))
    wanted = ("c30-", "c33-as-of-latest-economy-ca5", "o01-", "brief-", "overview-")
    single = [next(n for n in names if n.startswith(w)) for w in wanted]
    runs = ("c", "o0", "o1", "brief-", "overview-")
    return sorted({*single, *(n for n in names if not n.startswith(runs))})


@pytest.fixture
def each_kind(open_page, report, one_of_each):
    """Opens a page of each kind, one after another in one window, with its folds open: `for name,
    page in each_kind(width=320)`; with `thin=True` two rows of each shape alone.
    """

    def walk(thin=False, **more):
        page = open_page(one_of_each[0], **more)
        for name in one_of_each:
            page.goto((report / name).as_uri())
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            if thin:
                look(page, "thin")
            yield name, page

    return walk
