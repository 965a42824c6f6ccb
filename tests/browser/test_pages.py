"""The pages in a real browser: no request, no console message, clicks do what they say, phone and
desktop, light and dark.
"""

import csv
import io

from ca_research import registry


def test_every_page_opens_offline_without_a_complaint(each_page):
    for name, page in each_page():
        assert page.locator("h1").count() == 1, name


def test_filters_keep_the_claims_that_match(open_page):
    page = open_page("index.html")
    cards = page.locator(".card:visible")
    everything, opinions = cards.count(), page.locator(".card.opinion").count()
    judged = everything - opinions
    shown = f"{judged} of {judged} claims shown, {opinions} of {opinions} sentences of opinion"
    assert page.locator("#shown").inner_text() == shown
    page.select_option("#by-theme", "people")
    people = [c for c in registry.claims().values() if c.theme == "people"]
    assert cards.count() == len(people) < everything
    assert all(c.title in cards.nth(i).inner_text() for i, c in enumerate(people))
    page.select_option("#by-theme", "")
    page.select_option("#by-verdict", "supported")
    assert {cards.nth(i).get_attribute("data-verdict") for i in range(cards.count())} == {
        "supported"
    }


def test_the_filter_keeps_as_many_claims_as_the_tally_counts(open_page):
    page = open_page("index.html")
    for i in range(page.locator(".tally li").count()):
        count, word = (
            page.locator(f".tally li:nth-child({i + 1}) {part}").inner_text()
            for part in ("strong", "span")
        )
        page.select_option("#by-verdict", word)
        assert page.locator(".card:not(.opinion):visible").count() == int(count), word
        assert page.locator("#shown").inner_text().startswith(f"{count} of "), word


def test_a_claim_opens_from_the_index_and_its_code_unfolds(open_page):
    page = open_page("index.html")
    page.get_by_role("link", name="Three neighbours").click()
    assert page.locator(".verdict .badge").inner_text() == "supported"
    fold = page.locator("#methods ~ details").first
    assert not fold.locator("pre").is_visible()
    fold.locator("summary").click()
    assert fold.locator("pre").is_visible()


def test_the_csv_beside_a_figure_holds_the_figures_drawn(open_page):
    page = open_page("c25-as-of-latest.html")
    with page.expect_download() as download:
        page.locator("#figure ~ figure a[download]").first.click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8"))))
    # lengths in the World Factbook's profiles (source FBK): 1,765 + 1,063 + 477 km
    assert {r["economy"]: float(r["value"]) for r in rows} == {"KAZ": 1765, "KGZ": 1063, "TJK": 477}
    assert {r["source_id"] for r in rows} == {"FBK"}


def test_dark_and_light_can_be_switched_and_figures_follow(open_page):
    page = open_page("c30-as-of-latest.html")
    colour = "getComputedStyle(document.body).backgroundColor"
    ink = "getComputedStyle(document.querySelector('figure svg text')).fill"
    before = page.evaluate(f"[{colour}, {ink}]")
    page.get_by_role("button", name="Switch to dark colours").click()
    after = page.evaluate(f"[{colour}, {ink}]")
    assert before[0] != after[0] and before[1] != after[1]
    page.reload()
    assert page.evaluate(f"[{colour}, {ink}]") == after, "the choice is kept"


def test_dark_scheme_is_followed_without_a_click(open_page):
    light = open_page("index.html").evaluate("getComputedStyle(document.body).backgroundColor")
    dark = open_page("index.html", scheme="dark").evaluate(
        "getComputedStyle(document.body).backgroundColor"
    )
    assert light != dark


def test_keyboard_reaches_filters_and_claims(open_page):
    page = open_page("index.html")
    seen = []
    for _ in range(14):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                "document.activeElement.id || document.activeElement.textContent.trim().slice(0, "
                "20)"
            )
        )
    assert seen[0] == "main" or seen[0].startswith("Skip")
    assert {"theme", "by-verdict", "by-theme"} <= set(seen)


def test_readable_without_script(open_page):
    page = open_page("c33-as-of-latest-economy-ca5.html", java_script_enabled=False)
    assert page.locator(".verdict .badge").is_visible()
    assert not page.locator("#theme").is_visible()


def test_order_of_a_page_is_that_of_the_design(open_page):
    page = open_page("c23-as-of-latest.html")
    order = [
        "rule",
        "figure",
        "specifications",
        "criteria",
        "against",
        "change",
        "missing",
        "sample",
        "methods",
        "sources",
        "again",
    ]
    tops = [page.locator(f"h2#{anchor}").bounding_box()["y"] for anchor in order]
    assert page.locator(".verdict").bounding_box()["y"] < tops[0]
    assert tops == sorted(tops)
