"""From a number to its rows, from a figure to its data, from a claim to its neighbours and to a
citation: by real clicks in pages that ask for nothing and complain of nothing.
"""

import csv
import io
import json
import re
import urllib.parse

from tests.browser.conftest import kept

import ca_research as ca
from ca_research import registry
from ca_research.site.read import MOST_DRAWN

PAGE = "c30-as-of-latest.html"
UNFOLD_AROUND = "e => { for (; e; e = e.parentElement) if (e.tagName === 'DETAILS') e.open = true }"


def records(text):
    return list(csv.DictReader(io.StringIO(text)))


def held(link):
    """What a link with its data in itself leads to."""
    return urllib.parse.unquote(link.get_attribute("href").split(",", 1)[1])


def opened(page):
    return page.locator(".whence:popover-open")


# --- a number and its rows


def test_a_number_opens_its_rows_and_escape_closes_them(open_page):
    page = open_page(PAGE)
    page.locator("#criteria > summary").click()
    page.locator("#c-rise-observed ~ .scroll .num").first.click()
    source = "moe_brief_stats_peijin"
    figures = ca.load("students", origin=["KAZ"], destination="CHN", level="all", source=source)
    newest = figures.loc[figures["year"].idxmax()]
    rows = opened(page).locator("tbody tr").all_inner_texts()
    wanted = {str(newest["year"]), f"{newest['students']:,.0f}"}
    assert any(all(words in row for words in wanted) for row in rows)
    assert "students.window_change" in opened(page).inner_text()
    page.keyboard.press("Escape")
    assert opened(page).count() == 0


def test_by_keyboard_too_and_a_source_in_the_rows_leads_to_its_reference(open_page):
    page = open_page(PAGE)
    page.locator(".sides .num").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.className") == "num"
    page.keyboard.press("Enter")
    link = opened(page).locator("td a").first
    target = link.get_attribute("href")
    link.click()
    assert page.url.endswith(target) and page.locator(target).is_visible()
    assert opened(page).count() == 0


def test_a_number_of_any_table_opens_its_row_unrounded_with_the_source_of_that_row(open_page):
    page = open_page("brief-as-of-latest-economy-uzb.html")
    table = page.locator("figure:has(table)", has_text="Aid, grants and loans").first
    table.evaluate(UNFOLD_AROUND)
    stored = ca.load("investment", host=["UZB"]).set_index(["source_id", "year"])["value_usd"]
    numbers = table.locator("tbody .num").all()
    assert len(numbers) > 10
    for number in numbers[::4]:
        number.click()
        heads, cells = (opened(page).locator(tag).all_inner_texts() for tag in ("dt", "dd"))
        said = dict(zip(heads, cells, strict=True))
        (source,) = opened(page).locator("dd a[data-source]").all()
        exact = float(said["value (million US dollars)"])
        found = stored.loc[[(source.get_attribute("data-source"), int(said["year"]))]] / 1e6
        assert any(abs(found / exact - 1) < 1e-9)
        shown = number.inner_text().replace(",", "")
        assert float(shown) == round(exact, len(shown.partition(".")[2]))
        page.keyboard.press("Escape")


# --- a figure and its data


def test_the_data_of_a_figure_are_those_of_its_table_and_can_be_looked_at(open_page):
    page = open_page(PAGE)
    figure = page.locator("figure:has(svg)").first
    assert "Table students" in figure.locator(".origin").inner_text()
    _, csv_file = kept(page, figure.locator("a[download$='.csv']"))
    drawn = records(csv_file.decode())
    keys = ["origin", "year", "level", "source_id"]
    known = ca.load("students", destination="CHN").astype({"year": str}).set_index(keys)["students"]
    assert all(float(row["students"]) == known[tuple(row[key] for key in keys)] for row in drawn)
    figure.locator(".origin .num", has_text="Figures").click()
    rows = opened(page).locator("tbody tr")
    assert rows.count() == min(len(drawn), MOST_DRAWN)
    assert f"{len(drawn)} rows" in opened(page).inner_text()
    assert rows.filter(has_not=page.locator("a[href^='#source-']")).count() == 0


def test_a_citation_is_copied_whole(open_page):
    page = open_page(PAGE)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#sources > summary").click()
    page.evaluate("window.setTimeout = () => 0")  # what is said for two seconds stays to be seen
    for name in ("bibtex", "csl"):
        fold = page.locator("details.copy", has=page.locator(f"#cite-{name}"))
        fold.locator("summary").click()
        fold.locator("button").click()
        fold.locator("button", has_text="Copied").wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == page.locator(f"#cite-{name}").inner_text()
    listed = page.locator(".refs li > code").all_inner_texts()
    assert {item["id"] for item in json.loads(copied)} == {*listed}


# --- a page and its neighbours


def test_an_address_within_a_fold_opens_it_and_so_does_an_entry_of_the_register(open_page):
    page = open_page("c25-as-of-latest.html")
    assert not page.locator("#c-total-length").is_visible()
    page.goto(page.url + "#c-total-length")
    assert page.locator("#c-total-length").is_visible()
    page = open_page("register.html")
    page.goto(page.url + "#c30")
    entry, spec = page.locator("#c30[open]").inner_text(), registry.claim("C30")
    assert spec.rule_sha256[:16] in entry
    assert all(criterion.why in entry for criterion in spec.criteria().values())


# --- the index


def visible(page):
    return page.locator(".card:visible").all_inner_texts()


def test_filters_keep_the_claims_that_match_and_count_what_they_leave(open_page):
    page = open_page("index.html")
    everything, opinions = len(visible(page)), page.locator(".card.opinion").count()
    judged = everything - opinions
    shown = f"{judged} of {judged} claims shown, {opinions} of {opinions} sentences of opinion"
    assert page.locator("#shown").inner_text() == shown
    badges = page.locator(".theme .card .word .badge").all_inner_texts()
    for item in page.locator(".tally li").all():
        count, word = (item.locator(f"> {part}").inner_text() for part in ("strong", "span"))
        page.select_option("#by-verdict", word)
        assert (
            badges.count(word) == int(count) == page.locator(".card:not(.opinion):visible").count()
        )
    page.select_option("#by-verdict", "")
    page.select_option("#by-kind", "universal")
    for option in page.locator("#by-verdict option").all():
        said = int(re.search(r"\((\d+)\)$", option.inner_text())[1])
        page.select_option("#by-verdict", option.get_attribute("value"))
        assert len(visible(page)) == said


def test_what_is_chosen_stands_in_the_address_and_is_found_again(open_page):
    page = open_page("index.html")
    page.select_option("#by-theme", "people")
    people = [c.title for c in registry.claims().values() if c.theme == "people"]
    cards = visible(page)
    assert len(cards) == len(people)
    assert all(title in card for title, card in zip(people, cards, strict=True))
    page.fill("#search", "students")
    shown = visible(page)
    assert 0 < len(shown) < len(people) and page.url.endswith("#theme=people&q=students")
    page.reload()
    assert visible(page) == shown
    page.locator("#filters button[type=reset]").click()
    page.locator(".card[hidden]").first.wait_for(state="detached")
    assert page.url.endswith("index.html#")


def test_search_reads_quotations_findings_and_answers(open_page, stored):
    page = open_page("index.html")
    first = {claim: next(iter(stored(claim, "latest").values())) for claim in ("C16", "C30")}
    for claim, text in (
        ("C25", registry.claim("C25").quotation),
        ("C16", first["C16"]["finding"]),
        ("C30", first["C30"]["answer"]),
    ):
        page.fill("#search", text)
        assert claim in page.locator(".card:visible .id").all_inner_texts()
