"""What the floors of the house may touch outside it; what they import from one another is held by
import-linter (`make lint`; the contract stands in pyproject.toml).
"""

import ast
from pathlib import Path

from tests.cases import cases

import ca_research

PACKAGE = Path(ca_research.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
RULES = cases(__file__, "floors")
NETWORK, MAY = RULES["network"], RULES["may"]


def shown(file):
    return file.relative_to(PACKAGE).as_posix()


def imports(file):
    """What a module imports from outside, at its top or later, also through importlib with a fixed
    name.
    """
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        match node:
            case ast.Import():
                found |= {alias.name for alias in node.names}
            case ast.ImportFrom(level=0):
                found |= {f"{node.module}.{alias.name}" for alias in node.names}
            case ast.Call(args=[ast.Constant(value=str(name)), *_]) if "import" in ast.unparse(
                node.func
            ):
                found.add(name)
    return found


def network(file):
    """What of a module's imports could touch a network, and is not allowed to it."""
    names, harmless = imports(file), {"urllib.parse", *MAY.get(shown(file), ())}
    if file.parent.name == "kernels":  # sockets of the file system, between processes of one user
        harmless.add("socket")
    return {
        n
        for n in names
        if n.split(".")[0] in NETWORK and not any(n.startswith(h) for h in harmless)
    }


def test_imports_are_seen():
    assert "pandas" in imports(PACKAGE / "tables" / "load.py")
    assert "socket" in imports(PACKAGE / "kernels" / "protocol.py")
    for name, by in MAY.items():
        assert set(by) <= {n.split(".")[0] for n in imports(PACKAGE / name)}


def test_the_lowest_floors_are_light():
    low = [f for f in MODULES if f.parent.name in RULES["low"]]
    heavy = {shown(f): {n.split(".")[0] for n in imports(f)} & {*RULES["heavy"]} for f in low}
    assert {name: found for name, found in heavy.items() if found} == {}


def test_no_module_touches_a_network():
    assert {shown(f): found for f in MODULES if (found := network(f))} == {}
    for file in (PACKAGE / "kernels").glob("*.py"):
        text = file.read_text()
        assert "AF_INET" not in text and "create_connection" not in text, file.name
