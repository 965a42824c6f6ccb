"""The pages in a real browser: no request, no console message, clicks do what they say, phone and
desktop, light and dark.
"""

import csv
import io
import json
import re

from ca_research import registry


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
            page.locator(f".tally li:nth-child({i + 1}) > {part}").inner_text()
            for part in ("strong", "span")
        )
        page.select_option("#by-verdict", word)
        assert page.locator(".card:not(.opinion):visible").count() == int(count), word
        assert page.locator("#shown").inner_text().startswith(f"{count} of "), word


def test_a_claim_opens_from_the_index_and_its_code_unfolds(open_page):
    page = open_page("index.html")
    page.get_by_role("link", name="Three neighbours").click()
    assert page.locator(".printed .badge").inner_text() == "supported"
    fold = page.locator("#methods details").first
    assert not fold.locator("pre").is_visible()
    page.locator("#methods > summary").click()
    fold.locator("summary").click()
    assert fold.locator("pre").is_visible()


def test_the_csv_beside_a_figure_holds_the_figures_drawn(open_page):
    page = open_page("c25-as-of-latest.html")
    with page.expect_download() as download:
        page.locator("#figure a[download]").first.click()
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
    for _ in range(120):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                "document.activeElement.id || document.activeElement.textContent.trim().slice(0, "
                "20)"
            )
        )
    assert seen[0] == "main" or seen[0].startswith("Skip")
    assert {"theme", "search", "by-verdict", "by-theme", "by-kind"} <= set(seen)


def test_readable_without_script(open_page):
    page = open_page("c33-as-of-latest-economy-ca5.html", java_script_enabled=False)
    assert page.locator(".printed .badge").is_visible()
    assert not page.locator("#theme").is_visible()


def test_order_of_a_page_is_that_of_the_design(open_page):
    page = open_page("c23-as-of-latest.html")
    order = ["figure", "against", "missing", "readings", "rule", "specifications", "criteria"]
    order += ["days", "sample", "methods", "sources", "again"]
    tops = [page.locator(f"#{anchor}").bounding_box()["y"] for anchor in order]
    assert page.locator(".quote").bounding_box()["y"] < page.locator(".verdict").bounding_box()["y"]
    assert page.locator(".verdict").bounding_box()["y"] < tops[0]
    assert tops == sorted(tops)
    folded = page.locator(".fold > details")
    assert folded.evaluate_all("all => all.map(d => d.open)") == [False] * folded.count()


def test_the_answer_stands_first_then_the_sentence_as_printed_and_its_tests(open_page, report):
    page = open_page("c25-as-of-latest.html")
    stored = json.loads((report / "verdicts.json").read_text(encoding="utf-8"))
    head = next(v for v in stored if v["claim"] == "C25" and v["as_of"] == "latest")
    box = page.locator(".verdict")
    assert box.locator(".answer").inner_text() == head["answer"]
    assert f"Certainty: {head['certainty']['level']}" in box.inner_text()
    tops = [box.locator(part).bounding_box()["y"] for part in (".answer", ".printed", ".tests")]
    assert tops == sorted(tops)
    speaks = page.locator(".sides > div").first.inner_text()
    assert all(c["says"] in speaks for c in head["criteria"] if c["speaks"] == "for")


def test_what_is_chosen_stands_in_the_address_and_is_found_again(open_page):
    page = open_page("index.html")
    page.select_option("#by-theme", "people")
    page.fill("#search", "students")
    shown = page.locator(".card:visible").all_inner_texts()
    assert 0 < len(shown) < len([c for c in registry.claims().values() if c.theme == "people"])
    assert page.url.endswith("#theme=people&q=students")
    page.reload()
    assert page.locator(".card:visible").all_inner_texts() == shown
    page.locator("#filters button[type=reset]").click()
    page.locator(".card[hidden]").first.wait_for(state="detached")
    assert page.url.endswith("index.html#")


def test_search_reads_quotations_findings_and_answers(open_page, report):
    page = open_page("index.html")
    stored = json.loads((report / "verdicts.json").read_text(encoding="utf-8"))
    heads = {v["claim"]: v for v in stored if v["leads"] and v["as_of"] == "latest"}
    for claim, text in (
        ("C25", registry.claim("C25").quotation),
        ("C16", heads["C16"]["finding"]),
        ("C30", heads["C30"]["answer"]),
    ):
        page.fill("#search", text)
        assert claim in page.locator(".card:visible .id").all_inner_texts()


def test_each_choice_says_how_many_claims_it_leaves(open_page):
    page = open_page("index.html")
    page.select_option("#by-kind", "universal")
    for option in page.locator("#by-verdict option").all():
        said = int(re.search(r"\((\d+)\)$", option.inner_text())[1])
        page.select_option("#by-verdict", option.get_attribute("value"))
        assert page.locator(".card:visible").count() == said


def test_what_is_fragile_can_be_asked_for_as_often_as_the_tally_says(open_page):
    page = open_page("index.html")
    said = page.locator(".tally").inner_text()
    page.select_option("#by-footing", "fragile")
    fragile = sum(int(n) for n in re.findall(r"(\d+) fragile", said))
    assert 0 < page.locator(".card:not(.opinion):visible").count() == fragile
    assert page.url.endswith("#footing=fragile")


def test_the_top_of_a_page_is_one_row_on_a_phone(open_page):
    page = open_page("index.html")
    page.set_viewport_size({"width": 375, "height": 812})
    boxes = [x.bounding_box() for x in page.locator(".top :is(a, button):visible").all()]
    middles = [box["y"] + box["height"] / 2 for box in boxes]
    assert len(middles) > 3 and max(middles) - min(middles) < 10
    shown = page.locator(".top nav a:visible").count() + page.locator(".more-pages a").count()
    assert shown == page.locator(".top nav a").count()


def test_a_claim_leads_to_its_countries_and_back(open_page):
    page = open_page("c33-as-of-latest-economy-ca5.html")
    page.locator("#countries + ul a", has_text="Kazakhstan").first.click()
    assert page.url.endswith("c33-as-of-latest-economy-kaz.html")
    page.locator("#countries + ul a", has_text="all about Kazakhstan").click()
    assert page.url.endswith("brief-as-of-latest-economy-kaz.html")
    page.locator("#countries + ul a").first.click()
    assert page.url.endswith("c33-as-of-latest-economy-kaz.html")


def test_pages_lead_to_their_neighbours_by_title(open_page):
    page = open_page("c25-as-of-latest.html")
    page.get_by_role("link", name=registry.claim("C26").title).click()
    assert page.locator("h1").inner_text() == registry.claim("C26").title


def test_an_address_within_a_fold_opens_it(open_page):
    page = open_page("c25-as-of-latest.html")
    assert not page.locator("#c-total-length").is_visible()
    page.goto(page.url + "#c-total-length")
    assert page.locator("#c-total-length").is_visible()
