"""Any day of knowledge has its report: a notebook whose figures were not known says so and ends."""

import json

import pytest
from tests.commands import cli

NOT_SO = "gives another number than the rule is judged by"
NOT_KNOWN = "What would stand here needs figures that were not known on this day."


@pytest.mark.parametrize("day", ["1900-01-01", "2014-01-01"])
def test_every_notebook_ends_on_an_early_day(tmp_path, day):
    cli("run", "--as-of", day, "--out", tmp_path)
    verdicts = json.loads((tmp_path / "verdicts.json").read_text())
    assert verdicts and {v["as_of"] for v in verdicts} == {day}
    if day == "1900-01-01":
        told = {v["verdict"] for v in verdicts}
        assert told == {"not testable", "not enough evidence"}
        page = (tmp_path / "c25-as-of-1900-01-01.html").read_text()
        assert NOT_KNOWN in page


def test_no_page_of_the_report_lacks_what_it_would_show(report):
    """On the declared days figures are there for every picture but those of later years."""
    pages = {page.name: page.read_text() for page in report.glob("c*.html")}
    assert [name for name, text in pages.items() if NOT_KNOWN in text or NOT_SO in text] == []
