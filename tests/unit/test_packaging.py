"""The files that say what the project needs agree with each other."""

import re
import tomllib

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ca_research.ground import paths

HOME = paths.home()
PROJECT = tomllib.loads((HOME / "pyproject.toml").read_text())
CONDA = yaml.safe_load((HOME / "environment.yml").read_text())
LOCK = (HOME / "requirements.lock").read_text()
CONDA_NAMES = {
    "python-duckdb": "duckdb",
    "matplotlib-base": "matplotlib",
    "seaborn-base": "seaborn",
}


def ranges(requirements):
    return {canonicalize_name(r.name): str(r.specifier) for r in map(Requirement, requirements)}


def everything():
    """What the project and all its extras need."""
    extras = {k: v for k, v in PROJECT["project"]["optional-dependencies"].items() if k != "all"}
    return [*PROJECT["project"]["dependencies"], *(r for v in extras.values() for r in v)]


def test_the_extra_all_is_all_of_them():
    extras = PROJECT["project"]["optional-dependencies"]
    (whole,) = map(Requirement, extras["all"])
    assert whole.extras == set(extras) - {"all"}


def locked():
    """Requirements of the lock file as (requirement, hashes)."""
    for block in re.sub(r"\\\n", " ", LOCK).splitlines():
        if block.strip() and not block.lstrip().startswith("#"):
            text, *hashes = block.split(" --hash=")
            yield Requirement(text.strip()), [h.strip() for h in hashes]


def test_conda_and_pip_name_the_same_packages_with_the_same_ranges():
    plain = [d for d in CONDA["dependencies"] if isinstance(d, str) and d != "pip"]
    plain += [
        d
        for part in CONDA["dependencies"]
        if isinstance(part, dict)
        for d in part["pip"]
        if d != "-e ."
    ]
    conda = {CONDA_NAMES.get(name, name): text for name, text in ranges(plain).items()}
    python = conda.pop("python")
    assert conda == ranges(everything())
    assert (
        Requirement(f"python{PROJECT['project']['requires-python']}").specifier
        == Requirement(f"python{python}").specifier
    )
    assert CONDA["channels"] == ["conda-forge"]


def test_the_lock_pins_and_hashes_everything():
    requirements = list(locked())
    assert len(requirements) > 50
    for requirement, hashes in requirements:
        assert [s.operator for s in requirement.specifier] == ["=="], requirement
        assert hashes and all(re.fullmatch(r"sha256:[0-9a-f]{64}", h) for h in hashes), requirement


def test_the_lock_carries_no_address():
    assert "://" not in LOCK and not re.search(
        r"\s--?(index-url|extra-index-url|find-links|i|f)\b|\s@\s", LOCK
    )


def test_the_lock_fits_the_declared_ranges():
    pins = {}
    for requirement, _ in locked():
        pins.setdefault(canonicalize_name(requirement.name), []).append(
            next(iter(requirement.specifier)).version
        )
    groups = PROJECT["dependency-groups"]
    grouped = [d for name in groups for d in groups[name] if isinstance(d, str)]
    for text in [*everything(), *grouped]:
        wanted = Requirement(text)
        versions = pins.get(canonicalize_name(wanted.name), [])
        assert versions and all(wanted.specifier.contains(v) for v in versions), (
            f"{text}: locked {versions}"
        )
