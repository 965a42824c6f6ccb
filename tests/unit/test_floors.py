"""The house of DESIGN section 1: a module imports only from floors below its own."""

import ast
from pathlib import Path

import pytest

import ca_research

PACKAGE = Path(ca_research.__file__).parent
FLOORS = {
    "ground": 0,
    "registry": 1,
    "stats": 2,
    "tables": 2,
    "sources": 2,
    "estimates": 3,
    "trade": 4,
    "investment": 4,
    "students": 4,
    "claims": 5,
    "plots": 6,
    "article": 7,
    "kernels": 8,
    "runs": 9,
    "site": 10,
    "verify": 10,
    "app": 11,
}

NETWORK = {
    "requests",
    "urllib",
    "urllib3",
    "http",
    "socket",
    "httpx",
    "aiohttp",
    "ftplib",
    "ssl",
    "wbgapi",
    "pooch",
}
HEAVY = {"pandas", "numpy", "pyarrow", "duckdb", "matplotlib", "statsmodels", "pandera"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def room(file: Path) -> str:
    return file.relative_to(PACKAGE).with_suffix("").parts[0]


def imports(file: Path) -> set[str]:
    """Full names of what a module imports, at its top or later, also through importlib with a fixed
    name.
    """
    parts = ["ca_research", *file.relative_to(PACKAGE).with_suffix("").parts]
    package = parts[:-1]  # an __init__ and its siblings share the folder
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Import():
                found |= {alias.name for alias in node.names}
            case ast.ImportFrom():
                base = package[: len(package) - node.level + 1] if node.level else []
                base += node.module.split(".") if node.module else []
                found |= {".".join([*base, alias.name]) for alias in node.names}
            case ast.Call(args=[ast.Constant(value=str(name)), *_]) if "import" in ast.unparse(
                node.func
            ):
                found.add(name)
    return found


def rooms_used(file: Path) -> set[str]:
    names = (name.split(".") for name in imports(file))
    return {
        name[1]
        for name in names
        if name[0] == "ca_research" and len(name) > 1 and name[1] in FLOORS
    }


def test_every_module_has_its_floor():
    assert {room(f) for f in MODULES} - {"__init__"} <= set(FLOORS)


def test_imports_are_seen():
    """The reader of imports finds what is known to be there, so that the checks below mean
    something.
    """
    assert {"registry", "ground"} <= rooms_used(PACKAGE / "tables" / "load.py")
    assert {"runs", "tables"} <= rooms_used(PACKAGE / "app" / "cli.py")
    assert "pandas" in imports(PACKAGE / "tables" / "load.py")


@pytest.mark.parametrize(
    "file",
    [f for f in MODULES if room(f) != "__init__"],
    ids=lambda f: f.relative_to(PACKAGE).as_posix(),
)
def test_a_module_imports_only_from_below(file):
    own = room(file)
    upward = {used for used in rooms_used(file) - {own} if FLOORS[used] >= FLOORS[own]}
    assert upward == set(), f"floor {FLOORS[own]} imports from its own floor or from above"


@pytest.mark.parametrize(
    "file",
    [f for f in MODULES if FLOORS.get(room(f), 9) <= 1],
    ids=lambda f: f.relative_to(PACKAGE).as_posix(),
)
def test_the_ground_floor_is_light(file):
    assert not {name.split(".")[0] for name in imports(file)} & HEAVY


@pytest.mark.parametrize("file", MODULES, ids=lambda f: f.relative_to(PACKAGE).as_posix())
def test_no_module_touches_a_network(file):
    names = imports(file)
    harmless = {"urllib.parse"}
    if room(file) == "kernels":  # sockets of the file system, between processes of one user
        source = file.read_text(encoding="utf-8")
        assert "AF_INET" not in source and "create_connection" not in source
        harmless.add("socket")
    touching = {
        n
        for n in names
        if n.split(".")[0] in NETWORK and not any(n.startswith(h) for h in harmless)
    }
    assert touching == set()
