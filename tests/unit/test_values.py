"""What small functions make of a value: the tables of cases/values.yaml, one for each function."""

import datetime as dt
import importlib

import pytest
from tests.cases import cases

from ca_research.ground import errors

TABLES = cases(__file__, "values")
del TABLES["defaults"]
ROWS = [(function, *row) for function, rows in TABLES.items() for row in rows]


def plain(found):
    if isinstance(found, dt.date):
        return found.isoformat()
    return [plain(part) for part in found] if isinstance(found, (list, tuple)) else found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(map(str, row))[:90])
def test_a_value_gives_what_its_table_says(row):
    """A row has the arguments, and last what comes of them: a value, or an error and a name that
    it has to offer or to tell.
    """
    function, *given, wanted = row
    module, name = function.rsplit(".", 1)
    call = getattr(importlib.import_module(f"ca_research.{module}"), name)
    if not (isinstance(wanted, dict) and "error" in wanted):
        assert plain(call(*given)) == wanted
        return
    with pytest.raises(getattr(errors, wanted["error"])) as caught:
        call(*given)
    assert wanted.get("names", "") in str(caught.value)
