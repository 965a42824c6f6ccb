"""A page of each kind in the browser, as readers have it: on a phone and on paper, in the dark, with
large letters, by keyboard alone, for a screen reader.
"""

import re

import pytest
from axe_playwright_python.base import AXE_SCRIPT as AXE
from tests.browser.conftest import kept, look, resize
from tools import lengths

from ca_research import registry
from ca_research.ground.display import INK
from ca_research.runs import plan

# AXE is axe-core 4.12, from a package for tests; the browser puts it into the page, which itself
# loads nothing
EVERYTHING = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]  # the rules whose answer depends on the scheme
BUT_COLOURS = {"runOnly": EVERYTHING, "rules": {rule: {"enabled": False} for rule in COLOURS}}
RUN_AXE = """asked => axe.run(document, {...asked, resultTypes: ["violations"], preload: false})
  .then(r => r.violations.flatMap(v => v.nodes.map(n => `${v.id}: ${n.target.join(" ")}`)))"""
EMPTY = "document.querySelectorAll('figure svg').forEach(s => s.replaceChildren())"
PAPER = (680, 1002)
"""Pixels of A4 within the margins of @page."""


def axe(page, **asked):
    page.evaluate(AXE)
    return page.evaluate(RUN_AXE, asked)


def test_axe_finds_nothing_in_light_or_dark_and_targets_are_large_on_a_phone(each_kind):
    for name, page in each_kind(thin=True):
        page.evaluate(EMPTY)  # to a reader a figure is one image; `faint` looks at its text
        assert axe(page, **BUT_COLOURS) == [], name
        resize(page, 375)
        assert axe(page, runOnly=["target-size"]) == [], name
        look(page, "fewTexts")
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)
            assert axe(page, runOnly=COLOURS) == [], f"{name} ({scheme})"


SETTINGS = {
    "as it is": ([1280, 768, 640, 375, 320], "0"),  # 640 is 1280 at a zoom of 200 %
    "letters twice as large": ([1280], "document.documentElement.style.fontSize = '200%'"),
    "wide spacing": ([320], None),
}


@pytest.mark.parametrize("setting", SETTINGS)
def test_no_page_scrolls_sideways_and_nothing_is_cut(each_kind, setting):
    widths, change = SETTINGS[setting]
    size = "parseFloat(getComputedStyle(document.querySelector('main p')).fontSize)"
    for name, page in each_kind():
        before = page.evaluate(size)
        page.evaluate(change) if change else look(page, "spaced")
        assert page.evaluate(size) == (2 * before if "twice" in setting else before)
        for width in widths:
            resize(page, width)
            whats = ["sideways", "cut", "stuck"] + ["sticksOut"] * (setting == "as it is")
            assert [what for what in whats if look(page, what)] == [], (name, width)
        resize(page, 1280)


def test_pictures_can_be_read_in_any_light_and_on_a_phone(each_kind):
    """One picture of a figure is shown: of two that are drawn the wide one or the narrow one."""
    drawn = set()
    for name, page in each_kind(reduced_motion="reduce"):
        assert look(page, "moves") == [], name
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)
            assert look(page, "faint") == [], f"{name} ({scheme})"
        for width in (1280, 375):
            resize(page, width)
            for figure in look(page, "pictures"):
                drawn.add(figure["drawn"])
                assert figure["shown"] == 1, (name, figure)
                fits = figure["over"] <= 1 and figure["letter"] >= 10 and not figure["out"]
                assert fits or width > 375, (name, figure)
        resize(page, 1280)
    assert 2 in drawn


def test_rows_of_wide_tables_are_cards_on_a_phone_only(each_kind):
    seen = 0
    for name, page in each_kind():
        for width in (1280, 375):
            resize(page, width)
            for table in look(page, "tables"):
                columns, card = table["columns"], table["card"]
                assert table["over"] <= 1 or columns > 12, (name, table)
                assert not card or (width == 375 and 3 <= columns <= 12), (name, table)
                assert card or width > 375 or not 4 <= columns <= 12, (name, table)
                said = [s.strip('"').replace('\\"', '"').removesuffix(": ") for s in table["said"]]
                assert not card or len(said) != len(table["heads"]) or said == table["heads"]
                seen += card
        resize(page, 1280)
    assert seen


def test_the_tab_key_reaches_everything_in_order_and_shows_where_it_is(each_kind):
    for name, page in each_kind(thin=True, reduced_motion="reduce"):
        page.evaluate("document.querySelectorAll('main details').forEach((d, i) => d.open = i % 2)")
        wanted = look(page, "canTakeFocus")
        look(page, "listen")
        for _ in range(wanted):
            page.keyboard.press("Tab")
        page.wait_for_timeout(50)  # focus events of the last key
        stops = page.evaluate("walk")
        assert [s["order"] for s in stops] == [str(i) for i in range(wanted)], name
        assert [s["html"] for s in stops if not (s["ring"] and s["inside"])] == [], name


def test_skip_link_folds_and_filters_work_by_keys_alone(open_page):
    page = open_page("c30-as-of-latest.html")
    page.keyboard.press("Tab")
    assert page.locator(":focus").bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    fold = page.locator("main details").first
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    assert fold.evaluate("d => d.open")
    page = open_page("index.html")
    everything = page.locator(".card:visible").count()
    page.locator("#by-verdict").focus()
    page.keyboard.press("s")  # the first option that begins so
    assert 0 < page.locator(".card:visible").count() < everything


def test_dark_and_light_follow_the_scheme_and_the_switch_which_is_kept(open_page):
    light, dark = (open_page("c30-as-of-latest.html", scheme=s) for s in ("light", "dark"))
    want = {"light": look(light, "colours"), "dark": look(dark, "colours")}
    inks = look(light, "inks"), look(dark, "inks")
    assert want["light"]["--paper"] != want["dark"]["--paper"]
    light.locator("#theme").click()
    dark.locator("#theme").click()
    light.reload()
    assert (look(light, "colours"), look(dark, "colours")) == (want["dark"], want["light"])
    assert (look(light, "inks"), look(dark, "inks")) == inks[::-1], "pictures follow"


def test_pages_can_be_read_without_script(open_page):
    page = open_page("c30-as-of-latest.html", java_script_enabled=False)
    assert page.locator(".printed .badge").is_visible()
    assert not page.locator("#theme").is_visible()
    page.locator(".sides .num").first.click()
    assert page.locator(".whence:popover-open").count() == 1


@pytest.mark.parametrize("screen", lengths.SCREENS, ids=lambda screen: screen.name)
def test_pages_are_short_and_their_pictures_near(open_page, report, screen):
    specs = registry.claims()
    runs = [r.run_id for r in plan() if r.name in specs and specs[r.name].criteria()]
    page = open_page("index.html", width=screen.width)
    resize(page, screen.width, screen.height)
    found = lengths.measured(page, [report / f"{run_id}.html" for run_id in runs[::8]])
    assert all(top is not None for _, top, _ in found.values())
    assert lengths.faults(screen, found) == []


# --- pictures taken away


@pytest.mark.parametrize("kind", ["SVG", "PNG"])
def test_a_picture_can_be_kept_in_the_colours_of_a_light_page(open_page, kind):
    page = open_page("c30-as-of-latest.html", width=375, scheme="dark")
    page.evaluate("document.querySelectorAll('main details').forEach(d => d.open = true)")
    name, whole = kept(page, page.locator("figure .file", has_text=kind).first)
    assert name.endswith(kind.lower())
    if kind == "PNG":
        assert whole.startswith(b"\x89PNG")
        return
    text = whole.decode()
    assert "var(--" not in text and 'xmlns="http://www.w3.org/2000/svg"' in text
    assert INK in text.lower()  # and not that of the dark page, which is shown
    assert float(re.search(r'width="([\d.]+)pt"', text)[1]) > 500  # the wide one


def test_one_picture_of_several_is_chosen_by_keyboard_kept_and_all_are_printed(open_page):
    page = open_page("c33-as-of-latest-economy-ca5.html")
    figure = page.locator("#figure figure").first
    pictures, options = figure.locator(".by"), figure.locator(".switch input")

    def seen():
        return [picture.is_visible() for picture in pictures.all()]

    assert seen() == [True, False, False] and options.count() == 3
    options.first.focus()
    page.keyboard.press("ArrowDown")
    assert seen() == [False, True, False] and options.nth(1).is_checked()
    name, svg = kept(page, figure.locator(".file", has_text="SVG"))
    assert options.nth(1).get_attribute("value") in name
    first, second = ({*pictures.nth(i).locator(".wide text").all_text_contents()} for i in (0, 1))
    assert all(f">{words}<" in svg.decode() for words in second)
    assert not any(f">{words}<" in svg.decode() for words in first - second)
    names = [words.strip() for words in figure.locator(".switch label").all_inner_texts()]
    page.emulate_media(media="print")
    assert seen() == [True] * 3 and pictures.locator(".paper").all_inner_texts() == names


# --- paper


def test_paper_has_all_text_is_light_and_cuts_nothing(each_kind):
    width, height = PAPER
    for name, page in each_kind(width=width):
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = false)")
        page.emulate_media(media="print", color_scheme="light")
        inks = look(page, "inks")
        for what in ("sideways", "lost", "ofTheScreen", "emptyHeadings"):
            assert look(page, what) == [], f"{name}: {what}"
        for figure, tall, right, drawn, rule in look(page, "sheets"):
            assert rule == "avoid" and drawn > 0 and tall <= height, f"{name}#{figure}"
            assert right <= width + 1, f"{name}#{figure}"
        rules = "[...document.querySelectorAll('tr')].map(e => getComputedStyle(e).breakInside)"
        assert {*page.evaluate(rules)} <= {"avoid"}, name
        foot = page.locator("footer .paper").inner_text()
        assert foot.startswith(name) and re.search(r"made on \d+ \w+ \d{4}$", foot), name
        page.emulate_media(media="print", color_scheme="dark")
        assert look(page, "inks") == inks, name
        page.evaluate("document.documentElement.dataset.theme = 'dark'")  # the reader's own switch
        assert look(page, "inks") == inks, name
        page.emulate_media(media="screen")
        assert look(page, "inks") != inks, name
