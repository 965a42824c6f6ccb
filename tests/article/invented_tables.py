"""Tables of a few invented rows, read from `cases/`, and a home with invented codings."""

import csv
import itertools
import re
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
import yaml

import ca_research as ca
from ca_research import registry
from ca_research.ground import paths

CASES = Path(__file__).parent / "cases"


@cache
def columns(table):
    """A table without a row: its columns and their types."""
    return ca.load(table).iloc[:0]


def spelled_out(cell):
    """'export & import' stands for two rows, '2010..2012' for three."""
    found = []
    for part in cell.split(" & "):
        if ends := re.fullmatch(r"(\w*?)(\d\d)\.\.\1(\d\d)", part):
            first, last = int(ends[2]), int(ends[3])
            found += [f"{ends[1]}{number:02}" for number in range(first, last + 1)]
        else:
            found.append(part)
    return found


def rows_of(given, sets):
    """Rows from the name of a set, from lines with commas, or from a list of any of these."""
    if isinstance(given, list):
        for part in given:
            yield from rows_of(part, sets)
    elif isinstance(given, dict):
        yield {name: str(value) for name, value in given.items() if value is not None}
    elif "\n" not in given:
        yield from () if given == "none" else rows_of(sets[given], sets)
    else:
        lines = csv.DictReader(given.splitlines(), skipinitialspace=True)
        for line in lines:
            yield {name.strip(): cell.strip() for name, cell in line.items()}


def frame(table, lines, same=(), sets=()):
    """Rows as `ca.load` gives them: every column of the table, in its type, is there.

    same: what stands where a row gives nothing.
    """
    rows = []
    for row in rows_of(lines, sets):
        given = dict(same) | {name: cell for name, cell in row.items() if cell}
        cells = {name: spelled_out(str(cell)) for name, cell in given.items()}
        rows += [dict(zip(cells, one, strict=True)) for one in itertools.product(*cells.values())]
    empty = columns(table)
    found = pd.DataFrame(rows, columns=list(empty), dtype=object)
    found = found.where(found.notna() & (found != ""), None)
    for number, name in enumerate(found):
        if name.endswith("_id") and name != "source_id":
            found[name] = [f"{number}-{i}" for i in range(len(found))]
        elif empty[name].dtype == bool:
            found[name] = found[name].eq("True")
        elif pd.api.types.is_bool_dtype(empty[name].dtype):
            found[name] = found[name].map({"True": True, "False": False})
        elif pd.api.types.is_numeric_dtype(empty[name].dtype):
            found[name] = pd.to_numeric(found[name])
    return found.astype(empty.dtypes.to_dict())


def read(file):
    return yaml.safe_load(file.read_text())


@contextmanager
def codings_of_cases(home):
    """The real register, but with the codings of `cases/codings`."""
    (home / "registry").mkdir()
    for part in paths.registry_dir().iterdir():
        mine = CASES / "codings" if part.name == "coding" else part
        (home / "registry" / part.name).symlink_to(mine)
    (home / "data").symlink_to(paths.home() / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CA_RESEARCH_HOME", str(home))
        registry.forget()
        yield
    registry.forget()


@pytest.fixture(scope="module")
def invented_codings_throughout(tmp_path_factory):
    with codings_of_cases(tmp_path_factory.mktemp("home")):
        yield
