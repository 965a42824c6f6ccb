"""Pages on a phone: pictures fit the column and are as legible as elsewhere; rows of tables are cards."""

import re
from pathlib import Path

import pytest

from ca_research.ground.display import INK

FIGURES = """() => [...document.querySelectorAll("figure .scroll")].filter(b => b.querySelector("svg")).map(b => {
  const shown = [...b.querySelectorAll("svg")].filter(s => s.checkVisibility());
  const sizes = [], out = [];
  for (const s of shown) { const frame = s.getBoundingClientRect(), scale = frame.width / s.viewBox.baseVal.width;
    for (const t of s.querySelectorAll("text")) { if (!t.textContent.trim()) continue;
      const r = t.getBoundingClientRect(); sizes.push(parseFloat(getComputedStyle(t).fontSize) * scale);
      if (r.left < frame.left - 6 || r.right > frame.right + 6) out.push(t.textContent) } }
  return {id: b.closest("figure").id, shown: shown.length, drawn: b.querySelectorAll("svg").length,
    over: b.scrollWidth - b.clientWidth, letter: Math.min(...sizes), out}})"""


def wide_and_narrow(page):
    """Folds open, at the width of a desktop, then of a phone."""
    page.evaluate("document.querySelectorAll('main details').forEach(d => d.open = true)")
    for width in (1280, 375):
        page.set_viewport_size({"width": width, "height": 900})
        yield width


def test_pictures_fit_the_screen_and_a_phones_letters_can_be_read(each_page):
    """One picture of a figure is shown: of two that are drawn the wide one or the narrow one."""
    drawn = []
    for name, page in each_page():
        for width in wide_and_narrow(page):
            for figure in page.evaluate(FIGURES):
                where = f"{name}#{figure['id']} at {width}"
                drawn.append(figure["drawn"])
                assert figure["shown"] == 1, where
                if width == 375:
                    assert figure["over"] <= 1, f"{where} has to be scrolled"
                    assert figure["letter"] >= 10, f"{where}: letters of {figure['letter']:.1f} px"
                    assert figure["out"] == [], where
    assert 2 in drawn


TABLES = """() => [...document.querySelectorAll("figure table")].filter(t => t.checkVisibility()).map(t => {
  const heads = [...t.querySelectorAll("thead th")].map(h => h.textContent), row = t.querySelector("tbody tr");
  const cells = row ? [...row.cells] : [];
  return {id: t.closest("figure").id, columns: heads.length, heads: heads.slice(1),
    card: getComputedStyle(row || t).display === "block", over: t.parentElement.scrollWidth - t.parentElement.clientWidth,
    said: cells.slice(1).map(c => getComputedStyle(c, "::before").content)}})"""


def test_rows_of_wide_tables_are_cards_on_a_phone_only(each_page):
    seen = 0
    for name, page in each_page():
        for width in wide_and_narrow(page):
            cards = width == 375
            for table in page.evaluate(TABLES):
                where = f"{name}#{table['id']} at {width}"
                assert table["over"] <= 1 or table["columns"] > 12, where
                if not cards or table["columns"] not in range(3, 13):
                    assert not table["card"], where
                elif table["columns"] > 3:
                    assert table["card"], where
                seen += table["card"]
                if table["card"] and len(table["said"]) == len(table["heads"]):
                    said = [
                        s.strip('"').replace('\\"', '"').removesuffix(": ") for s in table["said"]
                    ]
                    assert said == table["heads"], where
    assert seen


def test_cards_are_told_as_rows_of_a_table(open_page, names):
    """A style that makes a row a block takes its role from it, unless the role is written."""
    page = open_page(next(n for n in names if n.startswith("c28-")), width=375)
    page.evaluate("document.querySelectorAll('main details').forEach(d => d.open = true)")
    table = page.locator("table.rows").first
    assert table.get_attribute("role") == "table"
    row = table.locator("tbody tr[role=row]").first
    assert row.evaluate("r => getComputedStyle(r).display") == "block"
    told = row.evaluate("r => [...r.cells].map(c => c.getAttribute('role'))")
    assert told[0] == "rowheader" and set(told[1:]) == {"cell"}
    heads = table.locator("thead th").evaluate_all("h => h.map(e => e.getAttribute('role'))")
    assert set(heads) == {"columnheader"}


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize(("kind", "start"), [("SVG", b"<svg"), ("PNG", b"\x89PNG")])
def test_a_picture_can_be_kept_in_the_colours_of_a_light_page(open_page, names, width, kind, start):
    page = open_page(next(n for n in names if n.startswith("c30-")), width=width, scheme="dark")
    page.evaluate("document.querySelectorAll('main details').forEach(d => d.open = true)")
    with page.expect_download() as download:
        page.locator("figure .file", has_text=kind).first.click()
    whole = Path(download.value.path()).read_bytes()
    assert whole.startswith(start)
    assert download.value.suggested_filename.endswith(kind.lower())
    if kind == "SVG":
        text = whole.decode()
        assert "var(--" not in text and 'xmlns="http://www.w3.org/2000/svg"' in text
        assert INK in text.lower()  # and not that of the dark page, which is shown
        assert float(re.search(r'width="([\d.]+)pt"', text)[1]) > 500  # the wide one


@pytest.mark.parametrize("width", [375, 1280])
def test_one_picture_of_several_is_chosen_by_keyboard_and_kept(open_page, width):
    page = open_page("c33-as-of-latest-economy-ca5.html", width=width)
    figure = page.locator("#figure figure").first
    pictures, options = figure.locator(".by"), figure.locator(".switch input")

    def seen():
        return [i for i in range(pictures.count()) if pictures.nth(i).is_visible()]

    assert options.count() == pictures.count() == 3 and seen() == [0]
    options.first.focus()
    page.keyboard.press("ArrowDown")
    assert seen() == [1] and options.nth(1).is_checked()
    with page.expect_download() as download:
        figure.locator(".file", has_text="SVG").click()
    kept = Path(download.value.path()).read_text()
    assert options.nth(1).get_attribute("value") in download.value.suggested_filename
    first, second = (set(pictures.nth(i).locator(".wide text").all_text_contents()) for i in (0, 1))
    assert all(f">{words}<" in kept for words in second)
    assert second and not any(f">{words}<" in kept for words in first - second)
