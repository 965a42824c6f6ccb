"""Cases of tests as data: YAML files in the folder `cases` beside a test."""

from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from ca_research.ground import errors


def cases(test_file, name, loader=yaml.SafeLoader):
    """What the file of that name says."""
    file = Path(test_file).parent / "cases" / f"{name}.yaml"
    return yaml.load(file.read_text(), loader)


@contextmanager
def refused(name):
    """What ends in the typed error that a case names, and in no other of its kind."""
    with pytest.raises(getattr(errors, name)) as caught:
        yield caught
    assert type(caught.value).__name__ == name


def one_in_short(ways):
    """Of several ways to one end: the first is in the short tests, the others are in the long."""
    first, *others = ways
    return [first, *(pytest.param(way, marks=pytest.mark.long) for way in others)]
