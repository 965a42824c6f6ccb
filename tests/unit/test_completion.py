"""What IPython offers within calls of the library: names from the registry and the tables."""

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import ca_research as ca
from ca_research import registry
from ca_research.desk import shell as desk
from ca_research.desk.completion import call_at


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


@pytest.fixture
def offered(shell):
    def ask(text):
        with provisionalcompleter():
            found = list(shell.Completer.completions(text, len(text)))
        return [one.text for one in found if one.type in ("value", "dict key", "<unknown>")]

    return ask


@pytest.mark.parametrize("call", ["ca.load(", "load(", "ca.load('trade').join(ca.load("])
def test_names_of_tables(call, offered):
    assert offered(f'{call}"') == list(registry.tables())
    assert offered(f"{call}'tr") == ["trade"]


def test_names_and_codes_of_the_economies_that_a_column_holds(offered):
    whole = offered('ca.load("students", origin="')
    held = sorted(ca.load("students")["origin"].unique())
    assert whole == [*sorted(map(ca.economies.name_of, held)), *held]
    assert offered('ca.load("trade", reporter="ka') == ["Kazakhstan", "KAZ"]
    assert offered('ca.load("trade", partner=["KAZ", "South K') == ["South Korea"]
    assert offered('ca.load(\n    "trade",\n    year=2020,\n    partner="Kyr') == ["Kyrgyzstan"]


@pytest.mark.parametrize(
    ("text", "some"),
    [
        ('ca.load("trade", flow="', ["export", "import"]),
        ('ca.load("trade", fl', ["flow="]),
        ('ca.load("trade", flow="export", source="KG', ["KGZ_NSC"]),
        ('ca.coverage("students", by=["or', ["origin"]),
        ('ca.check("C33", economy="Uz', ["Uzbekistan", "UZB"]),
        ('ca.check("C33", without="KG', ["KGZ_NSC"]),
        ('ca.explore("stu', ["students"]),
        ('ca.trade.rank(rows, basis="', ["reporter", "mirror", "interval", "reconciled"]),
        ('ca.trade.gravity(rows, estimator="', ["ppml", "ols"]),
        ('ca.trade.mirror_gap("Kyr', ["Kyrgyzstan"]),
        ('ca.cite(rows, style="b', ["bibtex"]),
        ('result.plot(size="', ["journal-single", "journal-double", "slide"]),
        ('frame["dest', ["destination"]),
        ('ca.economies.AGGREGATES["EU2', ["EU27"]),
        ('ca.plots.SIZES["sl', ["slide"]),
    ],
)
def test_what_is_offered(text, some, offered):
    if text.startswith("result"):
        text = text.replace("result", "frame")
    assert offered(text) == some


def test_claims_are_offered_to_what_takes_one(offered):
    for name in ("claim", "check", "wanted"):
        assert offered(f'ca.{name}("') == list(registry.claims())


@pytest.mark.parametrize(
    "text",
    ['print("Ka', 'other.load("', 'frame.merge("', 'ca.load("nothing", reporter="', "x = '", ""],
)
def test_nothing_is_offered_elsewhere(text, shell):
    found = desk._matcher(Context(text))
    assert (found["completions"], found["suppress"]) == ([], False)


class Context:
    def __init__(self, text):
        self.full_text = text
        self.cursor_line = text.count("\n")
        self.cursor_position = len(text.rpartition("\n")[2])


def test_no_property_of_the_users_is_touched(shell):
    class Trap:
        def __getattr__(self, name):
            raise AssertionError(f"{name} was read")

    shell.user_ns["trap"] = Trap()
    assert desk._matcher(Context('trap.load("'))["completions"] == []


def test_calls_are_told_apart_from_what_looks_like_them():
    assert call_at('f(g("a", b=[1, (2)]), x="y').keyword == "x"
    assert call_at('f("it\'s", "') is None, "a second string without a name is nobody's"
    assert call_at("f(1)") is None
    assert call_at('f("a").g(').begun == ""
    assert (call_at('f("a').callee, call_at('f("a').begun) == ("f", "a")


def test_the_shell_is_told_once(shell):
    count = len(shell.Completer.custom_matchers)
    desk.meet()
    assert len(shell.Completer.custom_matchers) == count
