"""The project of fourteen claims for the tests of a module."""

import pytest
from tests.fourteen import fill, make

from ca_research import registry


@pytest.fixture(scope="module")
def fourteen(tmp_path_factory):
    """The project, which is the current folder for the tests of a module."""
    folder = tmp_path_factory.mktemp("fourteen")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CA_RESEARCH_HOME", raising=False)
        patch.chdir(folder)
        registry.forget()
        home = make(folder / "project")
        patch.chdir(home)
        registry.forget()
        fill(home)
        yield home
    registry.forget()
