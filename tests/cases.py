"""Cases of tests as data: YAML files in the folder `cases` beside a test."""

from pathlib import Path

import yaml


def cases(test_file, name, loader=yaml.SafeLoader):
    """What the file of that name says."""
    file = Path(test_file).parent / "cases" / f"{name}.yaml"
    return yaml.load(file.read_text(), loader)
