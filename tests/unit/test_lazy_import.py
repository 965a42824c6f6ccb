"""Importing the package and asking for help loads nothing heavy."""

import importlib
import json
import shutil

import pytest
from tests.cases import cases
from tests.commands import python

import ca_research
from ca_research.ground import paths

CASES = cases(__file__, "lazy_import")
HEAVY = CASES["heavy"]
LOADED = f"import sys, json; print(json.dumps([m for m in {HEAVY} if m in sys.modules]))"
HELP = """
import sys
sys.argv = ["ca-research", *{words}]
from ca_research.app.cli import main
try:
    main()
except SystemExit as leave:
    assert not leave.code, leave.code
"""


def fresh(code):
    """What a fresh interpreter prints last, as JSON, and everything before it."""
    *text, last = python("-c", code).stdout.splitlines()
    return json.loads(last), "\n".join(text)


def test_import_loads_nothing_heavy():
    assert fresh("import ca_research\n" + LOADED) == ([], "")


VERSION = [["--version"], ca_research.__version__, []]


@pytest.mark.parametrize(("words", "shown", "allowed"), [*CASES["help"], VERSION])
def test_help_loads_nothing_heavy(words, shown, allowed):
    loaded, text = fresh(HELP.format(words=words) + LOADED)
    assert set(loaded) <= set(allowed) and shown in text


@pytest.mark.parametrize("words", CASES["refused"])
def test_a_run_is_refused_before_anything_heavy_is_loaded(words):
    code = HELP.format(words=["run", *words]).replace("assert not", "assert") + LOADED
    loaded, _ = fresh(code)
    assert set(loaded) <= {"pydantic"}


def test_what_is_used_is_loaded():
    loaded, _ = fresh("import ca_research\nca_research.load\n" + LOADED)
    assert {"pandas", "pyarrow"} <= set(loaded), "else the tests above would pass for nothing"


def test_dir_lists_the_public_names():
    names = dir(ca_research)
    assert names == sorted(ca_research.__all__)
    assert all(getattr(ca_research, name) is not None for name in names)
    for room in (
        "economies",
        "trade",
        "stats",
        "investment",
        "students",
        "plots",
        "paper",
        "tables",
    ):
        module = importlib.import_module(f"ca_research.{room}")
        assert dir(module) == sorted(module.__all__)
    assert importlib.import_module("ca_research.economies") is ca_research.economies


def test_an_unknown_attribute_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'ca_research' has no attribute 'lood'"):
        ca_research.lood  # noqa: B018
    assert not hasattr(ca_research, "pandas")


HELD = """
import importlib, json, pkgutil, sys
import ca_research
for module in pkgutil.walk_packages(ca_research.__path__, "ca_research."):
    if "__main__" not in module.name and ".lab." not in module.name:
        importlib.import_module(module.name)
own = {n: m for n, m in sys.modules.items() if n.startswith("ca_research")}
del own["ca_research.ground.remember"]  # what it keeps, it keeps by file
print(json.dumps([
    f"{name}.{key}" for name, module in own.items() for key, value in vars(module).items()
    if not key.startswith("__") and isinstance(value, (str, tuple, list, dict, set, frozenset))
    and "Qazaqstan" in repr(value)
]))
"""


@pytest.mark.long
def test_no_module_keeps_what_a_registry_said_when_it_was_imported(tmp_path, monkeypatch):
    """A server of kernels imports the package once, for whatever project asks it next."""
    shutil.copytree(paths.home() / "registry", tmp_path / "registry")
    for folder in ("notebooks", "data/raw"):
        (tmp_path / folder).mkdir(parents=True)
    names = tmp_path / "registry" / "economies.csv"
    text = names.read_text()
    assert "KAZ,Kazakhstan" in text
    names.write_text(text.replace("KAZ,Kazakhstan", "KAZ,Qazaqstan"))
    monkeypatch.setenv("CA_RESEARCH_HOME", str(tmp_path))
    assert fresh(HELD)[0] == []
    said = fresh("import json, ca_research as ca; print(json.dumps(ca.economies.name_of('KAZ')))")
    assert said[0] == "Qazaqstan"
