"""Packages that only part of the library needs: what to install where one is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata

_DISTRIBUTIONS = {
    "dask": "distributed",
    "docx": "python-docx",
    "IPython": "ipykernel",
}
"""Packages by the name that is imported, where it is not that of what is installed."""


class MissingPackageError(ImportError):
    """Something was asked for whose packages are not installed.

    It is no error of the library's own kind: a measure without its packages has no answer, and must
    not pass for one without figures.
    """

    exit_code = 2

    def _render_traceback_(self) -> list[str]:  # IPython's hook
        from .tracebacks import rendered

        return rendered(self)


@contextmanager
def needed() -> Iterator[None]:
    """Around an import: where it fails, the error says which extra has the package."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise missing(error) or error from None


def missing(error: ModuleNotFoundError) -> MissingPackageError | None:
    """What to raise in the place of an import that failed; None where no extra has the package.

    Examples
    --------
    >>> print(missing(ModuleNotFoundError(name="distributed")))
    this needs distributed, which is not installed
      next:  pip install "ca-research[cluster]"
    """
    top = str(error.name).partition(".")[0]
    name = _DISTRIBUTIONS.get(top, top).replace("_", "-").lower()
    for line in metadata.requires("ca-research") or []:
        package, _, marker = line.partition(";")
        extra = re.search(r"extra == ['\"]([\w-]+)['\"]", marker)
        if extra and extra[1] != "all" and re.match(rf"{re.escape(name)}\b(?!-)", package.strip()):
            return MissingPackageError(
                f"this needs {name}, which is not installed\n"
                f'  next:  pip install "ca-research[{extra[1]}]"',
                name=error.name,
            )
    return None
