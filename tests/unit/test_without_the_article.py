"""The library and the engine stand without this article: nothing of them knows its claims or its
powers, and they work where its room and its claims are gone.
"""

import os
import re
import sys
from pathlib import Path

from tests.cases import cases
from tests.commands import ran

import ca_research
from ca_research import registry

PACKAGE = Path(ca_research.__file__).parent
REST = [f for f in sorted(PACKAGE.rglob("*.py")) if f.relative_to(PACKAGE).parts[0] != "article"]
CASES = cases(__file__, "without")


def faults(file):
    """Claims, and lists of the powers of this article, that a module names."""
    text = file.read_text()
    named = re.findall(r"\b[CO]\d{2}\b", text)
    code = re.sub(r'"""(?:.|\n)*?"""|#.*', "", text)
    powers = set(registry.article().partners)
    listed = [
        part
        for part in re.findall(r"[(\[{][^()\[\]{}]*[)\]}]", code)
        if len(powers & set(re.findall(r'"(\w+)"', part))) > 1
    ]
    return [*named, *listed, *re.findall("RIVALS", text)]


def test_no_claim_and_no_list_of_its_powers_stands_outside_the_article():
    names = {file: file.relative_to(PACKAGE).as_posix() for file in REST}
    found = {n: faults(f) for f, n in names.items() if n not in CASES["publishers"]}
    claims = re.compile(r"[CO]\d{2}").fullmatch
    kept = {
        name: [one for one in told if not (name in CASES["examples"] and claims(one))]
        for name, told in found.items()
    }
    assert {name: told for name, told in kept.items() if told} == {}


def python(folder, *words):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("CA_RESEARCH", "PYTEST"))}
    return ran(sys.executable, *words, cwd=folder, env=kept | {"PYTHONPATH": folder / "src"})


def test_every_module_of_the_rest_imports(rest):
    done = python(
        rest,
        "-c",
        "import ca_research, importlib, pkgutil\n"
        "for m in pkgutil.walk_packages(ca_research.__path__, 'ca_research.'):\n"
        "    importlib.import_module(m.name)\n"
        "print(ca_research.__file__, hasattr(ca_research, 'article'), ca_research.economies.CA5)",
    )
    assert done.stdout.startswith(str(rest)) and "False ('KAZ'," in done.stdout


def test_other_tests_pass_without_it(rest):
    files = [f"tests/unit/test_{name}.py" for name in CASES["tests"]]
    done = python(rest, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *files)
    assert " passed" in done.stdout and "skipped" not in done.stdout
