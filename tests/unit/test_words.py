"""The words for codes are the project's. Numbers as a reader sees them: cases/values.yaml."""

import yaml

from ca_research import registry
from ca_research.registry.words import value_words


def test_the_words_for_codes_are_the_projects(project):
    """A project without a list has its codes with spaces; one with a list has its own words."""
    assert value_words("own_else_partners") == "own else partners"
    said = {"codes": {"own_else_partners": "either"}, "values": {"uis": {"old": "older"}}}
    (project.home / "registry" / "words.yaml").write_text(yaml.safe_dump(said))
    registry.forget()
    assert value_words("own_else_partners") == "either"
    assert value_words("old", "uis") == "older" and value_words("old") == "old"
