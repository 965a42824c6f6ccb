"""What the article's measures look for is data, read into types, with faults named by file and
field.
"""

import shutil

import pytest

from ca_research.article.settings import settings
from ca_research.ground import paths
from ca_research.ground.errors import RegistryError

FILE = "registry/article/settings.yaml"
REAL = paths.home() / FILE


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("launch: 2013-09-07", "launch: soon", "belt_and_road.launch"),
        ("imports_late_from: 2010", "imports_late_from: early", "belt_and_road.imports_late_from"),
        ("  sections: UNCTAD_TMATRIX\n", "", "industry.sections"),
        ("joint_texts:", "other_texts:", "other_texts"),
        ("", None, FILE.rpartition("/")[2]),  # a project without them
    ],
)
def test_a_fault_names_the_file_and_the_field(project, before, after, said):
    there = project.home / FILE
    there.parent.mkdir()
    shutil.copy(REAL, there)
    text = there.read_text()
    assert before in text
    there.unlink() if after is None else there.write_text(text.replace(before, after))
    project.forget()
    with pytest.raises(RegistryError) as caught:
        settings()
    assert caught.value.where == FILE and said in f"{caught.value} {FILE}"
