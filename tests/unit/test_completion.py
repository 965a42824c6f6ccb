"""What IPython offers within calls of the library: names from the registry and the tables."""

from types import SimpleNamespace

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from tests.cases import cases
from traitlets.config import Config

import ca_research as ca
from ca_research import registry
from ca_research.desk import shell as desk
from ca_research.desk.completion import about


@pytest.fixture(scope="module")
def shell():
    had = InteractiveShell.initialized()
    # without history, to whose file the kernels of other tests write
    one = InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
    one.user_ns |= {"ca": ca, "load": ca.load, "frame": ca.load("students", origin="KAZ")}
    desk.meet()
    yield one
    if not had:
        InteractiveShell.clear_instance()


HELD = sorted(ca.load("students")["origin"].unique())
OFFERED = cases(__file__, "completion")
OFFERED |= {f'ca.{name}("': [*registry.claims()] for name in ("claim", "check", "wanted")}
OFFERED |= {
    'ca.load("': [*registry.tables()],
    'ca.load("students", origin="': [*sorted(map(ca.economies.name_of, HELD)), *HELD],
}


def kind(offered):
    return about(offered).replace(" ", "\u00a0")


@pytest.mark.parametrize("text", OFFERED)
def test_what_is_offered(text, shell):
    with provisionalcompleter():
        found = list(shell.Completer.completions(text, len(text)))
    known = ("dict key", "<unknown>")
    told = [one.text for one in found if one.type in (kind(one.text), *known)]
    assert told == OFFERED[text]


def test_a_claim_a_table_and_a_source_say_what_they_are():
    assert about("C33") == registry.claim("C33").title
    assert about("trade") == registry.table("trade").title
    assert about("KGZ_NSC") == "National Statistical Committee of the Kyrgyz Republic"


class Trap:
    def __getattr__(self, name):
        raise AssertionError(f"{name} was read")


ELSEWHERE = (
    'print("Ka',
    'ca.load("trade", "',
    'other.load("',
    'frame.merge("',
    "x = '",
    "",
    'trap.load("',
)


@pytest.mark.parametrize("text", [*ELSEWHERE, 'ca.load("nothing", reporter="'])
def test_nothing_is_offered_elsewhere_and_no_property_of_the_users_is_touched(text, shell):
    shell.user_ns["trap"] = Trap()
    at = {"cursor_line": text.count("\n"), "cursor_position": len(text)}
    found = desk._matcher(SimpleNamespace(full_text=text, **at))
    assert (found["completions"], found["suppress"]) == ([], False)


def test_the_shell_is_told_once(shell):
    count = len(shell.Completer.custom_matchers)
    desk.meet()
    assert len(shell.Completer.custom_matchers) == count
