"""What tools of the project look at before a commit and before a release is well."""

import importlib.util

import pytest

from ca_research.ground import paths


@pytest.mark.parametrize(("tool", "looks"), [("schemas", "faults"), ("release", "versions")])
def test_a_tool_finds_nothing(tool, looks):
    file = paths.home() / "tools" / f"{tool}.py"
    spec = importlib.util.spec_from_file_location(tool, file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert list(getattr(module, looks)()) == []
