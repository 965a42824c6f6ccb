"""The site: executed notebooks in, pages out."""

from .read import Page, read_page, read_pages
from .render import write_site

__all__ = ["Page", "read_page", "read_pages", "write_site"]
