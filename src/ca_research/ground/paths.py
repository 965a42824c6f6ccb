"""Where things are: the project folder and the rooms in it.

The project folder is `CA_RESEARCH_HOME` if set, else the nearest project at or above the current
folder, else the checkout this package was imported from, else the copy inside the installed wheel;
a wheel is read-only, so its products go to the user's data folder.
"""

from __future__ import annotations

import os
from pathlib import Path

from .errors import UsageError

_PACKAGE = Path(__file__).resolve().parents[1]
_CHECKOUT = _PACKAGE.parent.parent
_BUNDLED = _PACKAGE / "_project"
_MARK = Path("registry", "article.yaml")
"""A folder with this file is a project."""


def home() -> Path:
    """The project folder: holds registry/, data/raw/ and notebooks/."""
    chosen = os.environ.get("CA_RESEARCH_HOME")
    if chosen:
        folder = Path(chosen).expanduser().resolve()
        if not (folder / "registry").is_dir():
            raise UsageError(
                "CA_RESEARCH_HOME does not hold a project (no registry/ in it)",
                where=str(folder),
                hint="point it at a checkout of ca-research, or unset it",
            )
        return folder
    return _around() or of_package()


def of_package() -> Path:
    """The project that comes with the package: the checkout, or the copy in the wheel."""
    return _CHECKOUT if (_CHECKOUT / "registry").is_dir() else _BUNDLED


def decided_by() -> str:
    """What decides which project is meant: `CA_RESEARCH_HOME`, or the current folder."""
    return os.environ.get("CA_RESEARCH_HOME") or _here()


def _here() -> str:
    try:
        return os.getcwd()  # noqa: PTH109 - asked a hundred thousand times for one claim
    except OSError:  # a folder that was removed
        return ""


def _around() -> Path | None:
    """The nearest project at or above the current folder."""
    if not (here := _here()):
        return None
    folders = (Path(here), *Path(here).parents)
    return next((f for f in folders if (f / _MARK).is_file()), None)


def _products() -> Path:
    folder = home()
    if folder != _BUNDLED:
        return folder
    from platformdirs import user_data_path

    return user_data_path("ca-research", appauthor=False)


def registry_dir() -> Path:
    return home() / "registry"


def raw_dir() -> Path:
    return home() / "data" / "raw"


def added_dir() -> Path:
    """Where figures lie that a user has added: a folder for each source."""
    return _products() / "data" / "added"


def added_entries() -> list[Path]:
    """The register entries of added figures; what is still being written, in a hidden folder, is
    none.
    """
    return sorted(added_dir().glob("[!.]*/source.yaml"))


def vintages_dir() -> Path:
    """Where fetches are kept as they were received: a folder for each source, in it one for each
    fetch.
    """
    return _products() / "data" / "vintages"


def processed_dir() -> Path:
    return _products() / "data" / "processed"


def first_runs() -> Path:
    """When figures of each claim were first computed; git keeps it."""
    return _products() / "data" / "first_runs.csv"


def notebooks_dir() -> Path:
    return home() / "notebooks"


def measures_dir() -> Path:
    """Where a project keeps measures of its own; most have none."""
    return home() / "measures"


def baseline_dir() -> Path:
    """Where the accepted verdicts lie; of an installed wheel it may only be read."""
    return home() / "baseline"


def bundled() -> bool:
    """Whether the project is the copy inside the installed wheel, in which nothing is written."""
    return home() == _BUNDLED


def own_home() -> Path:
    """The folder of a project of one's own; raises UsageError where it is that copy."""
    if bundled():
        raise UsageError(
            "this needs a project of yours; the one in the installed package is only read",
            hint="ca-research init my-project --extend, then go there",
        )
    return home()


def reports_dir() -> Path:
    """`reports/` of the project; outside a checkout, `reports/` of the current folder.

    `CA_RESEARCH_REPORTS` names another: a run that writes elsewhere tells its notebooks so.
    """
    if named := os.environ.get("CA_RESEARCH_REPORTS"):
        return Path(named)
    return Path.cwd() / "reports" if bundled() else home() / "reports"


def shown(path: Path) -> str:
    """A path as a user should see it: relative to the project where it lies inside (no user names
    in pages).
    """
    try:
        return path.resolve().relative_to(home()).as_posix()
    except ValueError:
        return path.name
