"""The site: executed notebooks in, pages out."""

from .read import Page, Shelf, read_page, read_pages
from .write import CHANGED, share_out, verdicts_of, write_changed, write_site, write_verdicts

__all__ = [
    "CHANGED",
    "Page",
    "Shelf",
    "read_page",
    "read_pages",
    "share_out",
    "verdicts_of",
    "write_changed",
    "write_site",
    "write_verdicts",
]
