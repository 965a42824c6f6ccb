"""Fixtures of the tests of the article."""

from invented_tables import invented_codings_throughout

__all__ = ["invented_codings_throughout"]
