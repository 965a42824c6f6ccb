"""From a number to its rows, from a figure to its data, from a page to a citation: by real clicks."""

import csv
import io
import json
import re
import urllib.parse

import ca_research as ca

PAGE = "c30-as-of-latest.html"


def rows_of(dialog):
    return dialog.locator("tbody tr").all_inner_texts()


def test_a_number_opens_the_rows_it_rests_on_and_escape_closes_them(open_page):
    page = open_page(PAGE)
    number = page.locator("#c-rise-observed ~ .scroll .num").first
    dialog = page.locator(f"#{number.get_attribute('popovertarget')}")
    assert not dialog.is_visible()
    number.click()
    assert dialog.is_visible() and "students.window_change" in dialog.inner_text()
    figures = ca.load("students", origin=["KAZ"], destination="CHN", level="all", source=ca.students.MINISTRY)
    newest = figures.loc[figures["year"].idxmax()]
    assert any(str(newest["year"]) in row and f"{newest['students']:,.0f}" in row for row in rows_of(dialog))
    page.keyboard.press("Escape")
    assert not dialog.is_visible()


def test_a_source_in_the_rows_leads_to_its_reference(open_page):
    page = open_page(PAGE)
    page.locator(".verdict .num").first.click()
    link = page.locator(".whence:popover-open td a").first
    target = link.get_attribute("href")
    link.click()
    assert page.url.endswith(target) and page.locator(target).is_visible()
    assert page.locator(".whence:popover-open").count() == 0


def test_numbers_are_reached_and_opened_by_keyboard(open_page):
    page = open_page(PAGE)
    page.locator(".verdict .num").first.focus()
    page.keyboard.press("Enter")
    assert page.locator(".whence:popover-open").count() == 1
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.className") == "num"


def test_rows_can_be_read_without_script(open_page):
    page = open_page(PAGE, java_script_enabled=False)
    page.locator(".verdict .num").first.click()
    assert page.locator(".whence:popover-open").count() == 1


def test_a_citation_is_copied_whole(open_page):
    page = open_page(PAGE)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for name, check in (("bibtex", lambda t: t.startswith("@misc{")), ("csl", lambda t: bool(json.loads(t)))):
        shown = page.locator(f"#cite-{name}")
        page.locator(
            "summary", has=page.locator(f"text=References as {'BibTeX' if name == 'bibtex' else 'CSL-JSON'}")
        ).click()
        page.locator(f"[data-copy=cite-{name}]").click()
        page.locator(f"[data-copy=cite-{name}]", has_text="Copied").wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == shown.inner_text() and check(copied)
    listed = page.locator(".refs li > code").all_inner_texts()
    assert {item["id"] for item in json.loads(copied)} == set(listed)


def test_a_table_is_had_as_latex_with_the_same_cells(open_page):
    page = open_page(PAGE)
    figure = page.locator("figure:has(table)").first
    link = figure.locator("a[download$='.tex']")
    latex = urllib.parse.unquote(link.get_attribute("href").split(",", 1)[1])
    assert latex.count(r"\toprule") >= 1
    first = figure.locator("tbody tr").first.locator("th, td").all_inner_texts()
    assert all(cell.replace("%", r"\%").replace("−", "$-$").replace("–", "--") in latex for cell in first)


def test_the_data_of_a_figure_are_those_of_the_table_it_names(open_page):
    page = open_page(PAGE)
    figure = page.locator("figure:has(svg)").first
    assert "Table students" in figure.locator(".origin").inner_text()
    with page.expect_download() as waiting:
        figure.locator("a[download$='.csv']").click()
    rows = list(csv.DictReader(io.StringIO(waiting.value.path().read_text(encoding="utf-8"))))
    stored = ca.load("students", destination="CHN")
    known = {(r.origin, str(r.year), r.level, r.source_id): f"{r.students:g}" for r in stored.itertuples()}
    for row in rows:
        value = known[row["origin"], row["year"], row["level"], row["source_id"]]
        assert float(row["students"]) == float(value)


def test_the_register_opens_the_entry_that_is_linked_to(open_page):
    page = open_page("register.html")
    page.goto(page.url + "#c30")
    entry = page.locator("#c30")
    assert entry.get_attribute("open") is not None
    spec = ca.registry.claim("C30")
    assert spec.rule_sha256[:16] in entry.inner_text()
    for criterion in spec.criteria().values():
        assert criterion.why in entry.inner_text()


def test_the_tally_counts_the_verdicts_below_it(open_page):
    page = open_page("index.html")
    badges = page.locator(".theme .card .answer > p:first-child .badge").all_inner_texts()
    for item in page.locator(".tally li").all():
        count, word = re.fullmatch(r"(\d+)\s+(.+)", item.inner_text(), re.S).groups()
        assert badges.count(word) == int(count), word
    assert len(badges) == len([c for c in ca.registry.claims().values() if c.kind != "opinion"])


def test_the_data_page_shows_every_table_and_its_licences(open_page):
    page = open_page("data-as-of-latest.html")
    body = page.inner_text("main")
    for name, table in ca.registry.tables().items():
        assert name == "sources" or table.title in body
    assert page.locator(".refs li").count() == ca.load("sources")["source_id"].nunique()
