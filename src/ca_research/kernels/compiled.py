"""Compiled code that is believed for its source's content.

Python takes a compiled file for its source's where both say the same size and the same second. Two
sources unpacked from archives can be equal in both, and so can two saves within one second: the
code of the one then ran under the key of the other.
"""

from __future__ import annotations

import contextlib
import py_compile
from importlib.util import cache_from_source
from pathlib import Path

from ..ground.files import walk

_CHECKED = (0b11).to_bytes(4, "little")
"""Flags of a compiled file that holds its source's hash, and is to be checked against it."""


def by_content(*folders: Path) -> None:
    """Compile anew what is believed for its date; from then on Python itself compares contents.

    What has not been compiled is left, and so is what this user may not write.
    """
    for source in (file for folder in folders for file in walk(folder, ".py")):
        with contextlib.suppress(OSError):
            if not _is_checked(Path(cache_from_source(str(source)))):
                mode = py_compile.PycInvalidationMode.CHECKED_HASH
                py_compile.compile(str(source), invalidation_mode=mode, quiet=2)


def _is_checked(compiled: Path) -> bool:
    with compiled.open("rb") as file:
        return file.read(8)[4:] == _CHECKED
