"""Tables as a paper prints them: to HTML, LaTeX and Word, with the sources of their figures."""

from .frame import table
from .regression import regression_table
from .summary import summary_table
from .table import PaperTable

__all__ = ["PaperTable", "regression_table", "summary_table", "table"]


def __dir__() -> list[str]:
    return __all__
