"""Codes, names and groups of economies: `from ca_research.economies import CA5`."""

import sys

from .ground import economies

sys.modules[__name__] = economies
