"""How Sphinx builds these pages: offline, with search; notebooks run, warnings are errors."""

import os
import sys
from pathlib import Path

from jupyter_client import KernelManager

import ca_research

sys.path.insert(0, str(Path(__file__).with_name("_ext")))

os.environ.setdefault("CA_RESEARCH_HOME", str(Path(__file__).parents[1]))  # notebooks run elsewhere

project = "ca-research"
version = release = ca_research.__version__
language = "en"
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc"]
extensions += ["ca_reference", "ca_registry", "ca_methods"]  # in _ext
exclude_patterns = ["_build"]

# Pages with `file_format: mystnb` are notebooks: they run at every build, and nothing is kept.
nb_execution_mode = "force"
nb_execution_timeout = 300  # for a cell, on a busy machine
nb_execution_in_temp = True
nb_execution_show_tb = True
nb_merge_streams = True
# The kernel takes keys; without them each guide warns. MyST-NB hands no settings to its managers.
KernelManager.transport_encryption.default_value = "auto"
nb_ipywidgets_js = {}  # scripts from elsewhere
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

default_role = "py:obj"  # `name` in a docstring: a link where it is a public name
autodoc_typehints = "none"  # numpydoc's Parameters have them, in words
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
add_module_names = False
toc_object_entries_show_parents = "hide"
autosummary_generate = False
numpydoc_show_class_members = False
# With -n every link has a target but what docstrings name in single backticks (parameters, columns)
# and types of other packages, of which there is no copy here.
nitpick_ignore_regex = [("py:obj", ".*"), ("py:class", ".*")]

html_show_search_summary = False  # it would fetch pages, which browsers refuse to do for files
html_theme = "pydata_sphinx_theme"
html_title = "ca-research"
html_static_path = ["_static"]
html_css_files = ["docs.css"]
html_show_copyright = html_show_sphinx = html_copy_source = False
html_sidebars = {"index": [], "first-hour": [], "search": []}
html_theme_options = {
    "header_links_before_dropdown": 5,
    "navbar_end": ["theme-switcher"],
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": [],
    "footer_end": [],
    "show_prev_next": True,
    "navigation_with_keys": False,
}


def setup(app):
    """Links to CONTRIBUTING.md, which lies beside this folder, lead to its page here."""
    app.connect("source-read", _beside)


def _beside(app, docname, source):
    source[0] = source[0].replace("](../CONTRIBUTING.md)", "](contributing.md)")
