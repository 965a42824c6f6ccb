"""`ca.explore`: what can be chosen, the code that follows, and that it is the code that ran."""

import datetime as dt

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from tests.designs import cases

import ca_research as ca
from ca_research import registry
from ca_research.desk import explorer, views
from ca_research.ground.errors import UsageError

CASES = cases(__file__, "explore")
GAP = {"measure": "mirror_gap", "economy": "KGZ", "partner": "CHN"}


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.fixture
def trade():
    return ca.explore("trade")


@pytest.fixture
def run_code(monkeypatch):
    """The code that is really run."""
    ran, plain = [], explorer.run
    monkeypatch.setattr(explorer, "run", lambda code: ran.append(code) or plain(code))
    return ran


def executed(looked):
    names = {}
    exec(looked.code, names)
    assert_frame_equal(looked.result, names["result"])
    return names


@pytest.mark.parametrize(("table", "chosen", "last"), CASES["shown"])
def test_the_code_shown_is_the_code_that_ran_and_gives_what_is_shown(table, chosen, last, run_code):
    before = plt.get_fignums()
    looked = ca.explore(table).set(**chosen)
    outcome = looked._now()
    assert (outcome.error, bool(outcome.picture)) == ("", True)
    assert run_code == [looked.code] and plt.get_fignums() == before, "no figure is left behind"
    executed(looked)
    assert {n: looked.result[n].iloc[-1] for n in last} == pytest.approx(last, rel=0.003)
    widest = max(map(len, looked.code.splitlines()))
    assert widest <= 80, "Lab breaks longer lines anywhere"


def test_every_view_that_is_declared_is_tried():
    tried = {
        (table, chosen.get("measure") or chosen["view"]) for table, chosen, _ in CASES["shown"]
    }
    assert tried >= {(table, name) for table, looks in views._LOOKS.items() for name in looks}


def test_widgets_choose_by_hand_and_by_name_and_grey_what_the_code_does_not_heed(trade):
    trade.set(**GAP, years=(2015, 2020))
    _, economy, partner, measure, basis, years = trade._widgets().children
    assert (economy.value, years.value) == ("KGZ", (2015, 2020))
    assert (partner.disabled, basis.disabled) == (False, True)
    measure.value, basis.value, years.value = "rank", "interval", (2018, 2019)
    assert (partner.disabled, basis.disabled) == (True, False)
    trade.set(economy="UZB")
    chosen = {"economy": "UZB", "measure": "rank", "basis": "interval", "years": (2018, 2019)}
    assert chosen.items() <= trade.chosen.items(), "what is chosen stays when another is"
    assert economy.value == "UZB"


def test_a_day_of_a_claim_is_chosen_by_hand_and_by_name():
    claim = ca.explore("C30").set(as_of=dt.datetime(2023, 5, 19, 12))
    *_, day, _ = claim._widgets().children
    assert day.value == dt.date(2023, 5, 19) and claim.chosen["as_of"] == "2023-05-19"
    day.value = dt.date(2999, 1, 1)
    assert claim._now().error, "told where the figures would stand"


@pytest.mark.parametrize("table", sorted(set(registry.tables()) - {"trade"}))
def test_every_table_can_be_explored_and_what_is_chosen_at_first_has_rows(table):
    looked = ca.explore(table)
    assert looked._now().error == "" and len(executed(looked)["result"])


def test_a_gap_stays_a_gap_and_an_empty_choice_is_told():
    looked = ca.explore("students")
    looked.set(origin="AFG", destination="KGZ", level="degree", years=(2004, 2020))
    held = looked.result["year"]
    (line,) = (one for one in executed(looked)["ax"].lines if len(one.get_xdata()) > 2)
    known = pd.Series(line.get_ydata(), index=line.get_xdata())
    assert list(known.index) == [*range(held.min(), held.max() + 1)]
    assert list(known.dropna().index) == sorted(held)
    looked.set(years=(1995, 1996))
    assert looked.result.empty and looked._now().error


def test_a_claim_is_judged_as_chosen(run_code):
    looked = ca.explore("C30").set(economy="KAZ", as_of="2023-05-19")
    assert looked.result.as_of == "2023-05-19" and run_code == [looked.code]
    assert 'ca.check("C30", economy="KAZ", as_of="2023-05-19")' in looked.code
    bare = ca.explore("C25").set(without="FBK")
    assert bare.result.verdict != ca.check("C25").verdict


@pytest.mark.parametrize(("table", "choice", "error"), CASES["refused"])
def test_wrong_choices_are_refused_and_nothing_is_chosen_by_halves(table, choice, error):
    looked = ca.explore(table)
    before = looked.chosen
    with pytest.raises(UsageError) as refused:
        looked.set(**choice)
    assert type(refused.value).__name__ == error and looked.chosen == before
