"""How the site is built: `python docs/make_site.py` does it, and checks the result."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE / "_ext")]
os.environ.setdefault("MPLBACKEND", "Agg")

import lessons  # noqa: E402

import tinygrad_edu  # noqa: E402

project = "tinygrad_edu"
copyright = "the authors of tinygrad_edu, MIT licence"
version = release = tinygrad_edu.__version__
language = "en"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_gallery.gen_gallery",
    "docstrings",
    "lessons",
    "decision_tree",
    "layers_map",
    "reference",
    "running",
]
exclude_patterns = ["_build", "_made", "_ext", "sg_execution_times.rst"]
default_role = "code"  # in lessons and docstrings, single backticks are code
nitpicky = True

myst_heading_anchors = 3

sphinx_gallery_conf = lessons.configuration()

html_theme = "furo"
html_title = "tinygrad_edu"
html_logo = html_favicon = "_static/icon.svg"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_extra_path = ["_made/published"]
html_copy_source = False
(HERE / "_made" / "published").mkdir(parents=True, exist_ok=True)
html_theme_options = {
    "navigation_with_keys": True,
}

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings say what things are
autodoc_inherit_docstrings = False
napoleon_attr_annotations = False
