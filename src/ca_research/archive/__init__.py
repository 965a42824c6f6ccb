"""A project as others replicate it: its README in the form of data editors, and an archive."""

from .bundle import Packed, pack
from .readme import FILE, statement

__all__ = ["FILE", "Packed", "pack", "statement"]
