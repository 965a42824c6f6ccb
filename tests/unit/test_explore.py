"""`ca.explore`: what can be chosen, the code that follows, and that it is the code that ran."""

import datetime as dt
from unittest.mock import Mock

import matplotlib.pyplot as plt
import pandas as pd
import pytest

import ca_research as ca
from ca_research import registry
from ca_research.desk import explorer
from ca_research.desk.views import Name, call
from ca_research.ground.errors import UnknownNameError, UsageError

MEASURES = [
    {"measure": "mirror_gap", "economy": "KGZ", "partner": "CHN"},
    {"measure": "rank", "economy": "UZB", "basis": "mirror", "years": (2021, 2022)},
    {"measure": "growth", "economy": "UZB", "partner": "RUS"},
    {"measure": "hhi", "economy": "KGZ", "years": (2015, 2020)},
]


@pytest.fixture
def trade():
    return ca.explore("trade")


@pytest.fixture
def run_code(monkeypatch):
    """The code that is really run."""
    ran = []
    plain = explorer.run
    monkeypatch.setattr(explorer, "run", lambda code: ran.append(code) or plain(code))
    return ran


@pytest.mark.parametrize("chosen", MEASURES, ids=lambda c: c["measure"])
def test_the_code_shown_is_the_code_that_ran_and_gives_what_is_shown(chosen, trade, run_code):
    trade.set(**{"years": (2010, 2025)} | chosen)
    shown = trade.result
    assert run_code == [trade.code]
    names = {}
    exec(trade.code, names)
    pd.testing.assert_frame_equal(shown, names["result"])
    assert chosen["measure"] in trade.code and len(trade.code.splitlines()) <= 15
    title = " ".join(names["ax"].get_title("left").split())
    picture = trade._now().picture
    assert title.split(":")[0].split("'")[0] in picture and picture.startswith("<svg")
    plt.close("all")


def test_widgets_choose_and_grey_what_the_code_does_not_heed(trade):
    trade.set(**MEASURES[0], years=(2015, 2020))
    title, economy, partner, measure, basis, years = trade._widgets().children
    assert title.value == "<b>Trade</b>" and years.value == (2015, 2020)
    assert (partner.disabled, basis.disabled) == (False, True)
    assert ("Kazakhstan", "KAZ") in economy.options and economy.value == "KGZ"
    measure.value = "rank"
    assert (partner.disabled, basis.disabled) == (True, False)
    years.value = (2018, 2019)
    basis.value = "interval"
    assert 'economy="KGZ", basis="interval"' in trade.code and "since=2018" in trade.code


def test_what_is_chosen_by_name_stays_when_a_widget_is_moved(trade):
    _, economy, partner, measure, basis, years = trade._widgets().children
    trade.set(economy="KGZ", measure="rank", years=(2015, 2020))
    assert (economy.value, measure.value, years.value) == ("KGZ", "rank", (2015, 2020))
    assert (partner.disabled, basis.disabled) == (True, False)
    basis.value = "mirror"
    chosen = {"economy": "KGZ", "measure": "rank", "basis": "mirror", "years": (2015, 2020)}
    assert chosen.items() <= trade.chosen.items()
    _, again, *_ = trade._widgets().children
    again.value = "UZB"
    assert trade.chosen["economy"] == economy.value == "UZB" and basis.value == "mirror"
    claim = ca.explore("C30")
    *_, day, _ = claim._widgets().children
    claim.set(as_of=dt.datetime(2023, 5, 19, 12))
    assert day.value == dt.date(2023, 5, 19) and claim.chosen["as_of"] == "2023-05-19"
    day.value = dt.date(2999, 1, 1)
    assert "a day in the future" in claim._now().error, "told where the figures would stand"
    assert claim.set(as_of="latest").chosen["as_of"] == "latest" and day.value is None


def test_what_is_shown_follows_what_is_chosen(trade, monkeypatch):
    """As a notebook does: three outputs, updated in place."""
    outputs = []

    class Handle:
        def __init__(self, content):
            outputs.append(content)
            self.place = len(outputs) - 1

        def update(self, content, raw):
            assert raw
            outputs[self.place] = content

    def display(content, raw=False, display_id=None):
        return Handle(content) if display_id else None

    monkeypatch.setattr("IPython.display.display", display)
    trade.set(**MEASURES[0], years=(2010, 2025))
    trade._ipython_display_()
    picture, table, code = outputs
    assert picture["image/svg+xml"].startswith("<svg") and "mirror_gap" in code["text/markdown"]
    assert "<th>mirror<br><small>USD</small></th>" in table["text/html"]
    trade.set(**MEASURES[3])
    assert "ca.trade.hhi" in outputs[2]["text/plain"] and "<th>hhi</th>" in outputs[1]["text/html"]
    assert outputs[0]["image/svg+xml"] != picture["image/svg+xml"]
    trade.set(**MEASURES[2] | {"economy": "TKM"})
    assert "no growth is known" in outputs[1]["text/plain"]
    assert outputs[0]["text/plain"] == "", "no picture of something else stays"
    trade._handles = {}


def test_an_exploration_leaves_no_figure_behind(trade):
    before = plt.get_fignums()
    trade.set(**MEASURES[0], years=(2012, 2016)).result  # noqa: B018
    assert plt.get_fignums() == before


@pytest.mark.parametrize("table", sorted(set(registry.tables()) - {"trade"}))
def test_every_table_can_be_explored(table):
    looked = ca.explore(table)
    names = {}
    assert looked._now().error == ""
    exec(looked.code, names)
    plt.close("all")
    pd.testing.assert_frame_equal(looked.result, names["result"])
    assert len(names["result"]), "what is chosen at first has rows"
    bundles = looked._bundles()
    assert bundles["table"]["text/html"].startswith("<table>"), "and they are shown"
    plt.close("all")


def test_a_gap_stays_a_gap_and_an_empty_choice_is_told_in_words():
    looked = ca.explore("students").set(
        origin="AFG", destination="KGZ", level="degree", years=(2004, 2020)
    )
    names = {}
    exec(looked.code, names)
    held = looked.result.set_index("source_id")["year"]
    for line in names["ax"].lines:
        known = pd.Series(line.get_ydata(), index=line.get_xdata()).dropna()
        assert len(line.get_xdata()) == 17
        assert list(known.index) == sorted(held[[line.get_label()]])
    plt.close("all")
    looked.set(years=(1995, 1996))
    assert looked.result.empty and looked._now().error.startswith("no row of what is chosen")
    names = {}
    exec(ca.explore("macro").code, names)
    assert names["ax"].get_ylabel() == names["result"]["unit"].iloc[0]
    plt.close("all")


def test_years_below_a_table_are_whole():
    looked, names = ca.explore("macro"), {}
    for span, told in (((2018, 2019), ["2018", "2019"]), ((2018, 2018), ["2018"])):
        exec(looked.set(years=span).code, names)
        names["ax"].figure.draw_without_rendering()
        assert [label.get_text() for label in names["ax"].get_xticklabels()] == told
    plt.close("all")


def test_a_claim_is_judged_as_chosen(run_code):
    looked = ca.explore("C30").set(economy="KAZ", as_of="2023-05-19")
    verdict = looked.result
    assert run_code == [looked.code] and verdict.as_of == "2023-05-19"
    assert 'ca.check("C30", economy="KAZ", as_of="2023-05-19")' in looked.code
    assert looked._now().table().startswith("<pre") and verdict.answer[:30] in looked._now().table()
    bare = ca.explore("C25").set(without="FBK")
    assert 'ca.check("C25", without="FBK")' in bare.code
    assert bare.result.verdict != ca.check("C25").verdict
    *_, day, gone = bare._widgets().children
    assert day.value is None and gone.value == "FBK"
    gone.value = ""
    assert 'ca.check("C25")' in bare.code


def test_a_claim_of_all_together_offers_no_single_economy():
    assert [c.name for c in ca.explore("C25")._view.choices] == ["as_of", "without"]
    assert [c.name for c in ca.explore("C30")._view.choices] == ["economy", "as_of", "without"]
    with pytest.raises(UnknownNameError, match="choice 'economy'"):
        ca.explore("C25").set(economy="KAZ")


def test_what_was_computed_is_kept_while_its_files_stand(run_code, monkeypatch):
    looked = ca.explore("C30")
    one, other = looked.set(economy="KAZ").result, looked.set(economy="KGZ").result
    assert looked.set(economy="KAZ").result is one and looked.set(economy="KGZ").result is other
    assert len(run_code) == 2
    monkeypatch.setattr(explorer, "_state", lambda: "figures were added")
    assert looked.result is not other and len(run_code) == 3


def test_widgets_say_that_they_compute(monkeypatch):
    looked = ca.explore("C30")
    looked._handles = dict.fromkeys(("picture", "table", "code"), Mock())
    head, economy, *_ = looked._widgets().children
    said, plain = [], explorer.run
    monkeypatch.setattr(explorer, "run", lambda code: said.append(head.value) or plain(code))
    economy.value = "KGZ"
    assert said[0].endswith("computing …") and "computing" not in head.value
    economy.value = "KAZ"
    economy.value = "KGZ"
    assert len(said) == 2


def test_what_is_offered_comes_from_the_registry(trade):
    economies = dict(trade._view.choices[0].options)
    reported = set(ca.load("trade", year=2020, aggregates=False)["reporter"])
    assert reported <= set(economies.values())
    claim = ca.explore("C25")._view.choices
    assert {s for _, s in claim[-1].options} >= set(ca.check("C25").sources) | {""}


def test_a_choice_may_be_told_by_the_words_of_its_menu(trade):
    assert trade.set(economy="Kazakhstan").chosen["economy"] == "KAZ"
    assert ca.explore("C30").set(economy="Kyrgyzstan").chosen["economy"] == "KGZ"


def test_wrong_choices_are_refused(trade):
    with pytest.raises(UnknownNameError, match="table or claim 'tade'"):
        ca.explore("tade")
    with pytest.raises(UnknownNameError, match="choice 'land'"):
        trade.set(land="KAZ")
    with pytest.raises(UnknownNameError, match="economy 'Nowhere'"):
        trade.set(economy="Nowhere")
    before = trade.chosen
    for years, told in (
        (2015, "a first and a last one"),
        ((2015, 2016, 2017), "a first and a last one"),
        ((2010.9, 2015), "a whole number"),
        ((2010, "2015"), "a number"),
        ((2020, 2010), "cannot be 2020 to 2010"),
        ((1500, 2500), "cannot be 1500 to 2500"),
    ):
        with pytest.raises(UsageError, match=told) as caught:
            trade.set(years=years)
        assert "years=(" in caught.value.hint
    with pytest.raises(UnknownNameError, match="partner 'XXX'"):
        trade.set(economy="KGZ", partner="XXX")
    with pytest.raises(UnknownNameError, match="economy"):
        trade.set(economy=["KGZ"])
    assert trade.chosen == before, "nothing is chosen by halves"
    claim = ca.explore("C30")
    for day in ("", "nonsense", 5, dt.date(2999, 1, 1)):
        with pytest.raises(UsageError, match="as_of"):
            claim.set(as_of=day)
    assert claim.chosen["as_of"] == "latest"


def test_calls_are_written_as_people_type_them():
    assert call("f", "a", Name("rows"), b=[1, "c"]) == 'f("a", rows, b=[1, "c"])'
    long = call(
        "ca.load",
        "trade",
        reporter="KAZ",
        partner=["CHN", "RUS", "TUR"],
        product="TOTAL",
        since=2010,
    )
    assert long.splitlines()[0] == "ca.load(" and long.endswith("\n)")
    assert call("f", 'say "no"') == 'f("say \\"no\\"")'
