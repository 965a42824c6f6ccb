"""The site: executed notebooks in, pages out."""

from .read import Page, read_page, read_pages
from .write import CHANGED, verdict_files, write_changed, write_site, write_verdicts

__all__ = [
    "CHANGED",
    "Page",
    "read_page",
    "read_pages",
    "verdict_files",
    "write_changed",
    "write_site",
    "write_verdicts",
]
