"""Sphinx: MyST pages from docs/, executed scripts from gallery/, one static site that asks no other host."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parent
sys.path[:0] = [str(ROOT), str(ROOT / "docs" / "_ext")]
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # the same sums on every machine
warnings.filterwarnings("ignore", category=DeprecationWarning)

import addresses  # noqa: E402
import figures  # noqa: E402

import lstm_shapes  # noqa: E402

project = "lstm_shapes"
author = "the lstm_shapes founders"
copyright = "2026, the lstm_shapes founders. Apache-2.0"
version = release = lstm_shapes.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_gallery.gen_gallery",
    "lstm_shapes.sphinx_ext",
    "mathml",
    "calculator",
    "linked",
    "evidence",
    "framework_pages",
    "find",
    "learn",
    "shape_index",
    "related",
    "cheat_sheet",
    "questions",
    "sphinx_reredirects",
    "error_index",
    "drop",
    "finish",
    "sitemap",
    "notfound.extension",
    "sphinxext.opengraph",
    "rosetta_table",
]
exclude_patterns = [
    "gallery/**/*.ipynb",
    "gallery/**/*.py",
    "gallery/sg_execution_times.rst",
    "sg_execution_times.rst",
]
templates_path = ["docs/_templates"]  # the search page
default_role = "code"
nitpicky = True
nitpick_ignore_regex = [
    (
        "py:(class|exc)",
        r"[^.]*",
    ),  # a word of a NumPy-style docstring, or Python's own; dotted names must resolve
    ("py:.*", r"(collections|typing|argparse|numpy|sphinx|docutils|matplotlib|xarray|keras|tf_keras)\..*"),
]

# One model each: pages say {lstm}`parameters encoder`, and no number is typed by hand.
lstm_shapes_models = {
    "encoder": "--input 100 --units 20 --bidirectional --merge-mode sum",
    "decoder": "--input 20 --units 100 --bidirectional --merge-mode sum --timesteps 45 --return-sequences",
    "autoencoder": "encoder + decoder",
    "one": "--input 100 --units 20",
    "gru": "--cell gru --input 100 --units 20",
    "gru_before": "--cell gru --input 100 --units 20 --no-reset-after",
    "simple": "--cell simple_rnn --input 100 --units 20",
}

# The page that explains a dropped file brings Python with it, 14 MB; DROP_TOOL=0 make site leaves that out.
drop_tool = os.environ.get("DROP_TOOL", "1") != "0"

autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_rtype = False

myst_enable_extensions = ["attrs_block", "attrs_inline", "colon_fence", "deflist", "dollarmath", "fieldlist"]
myst_heading_anchors = 3
myst_links_external_new_tab = False

sphinx_gallery_conf = {
    "examples_dirs": ["../gallery"],
    "gallery_dirs": ["gallery"],
    "filename_pattern": r"[/\\]plot_",
    "abort_on_example_error": True,
    "within_subsection_order": "FileNameSortKey",
    "first_notebook_cell": "# In a clone of lstm_shapes, where its pyproject.toml is:\n%pip install -q '.[docs]'",
    "image_scrapers": (figures.scraper,),
    "image_srcset": ["2x"],
    "matplotlib_animations": False,
    "remove_config_comments": True,
    "show_signature": False,
    "write_computation_times": False,
    "min_reported_time": 10_000,
    "nested_sections": False,
    "subsection_order": ["../gallery/questions", "../gallery/inside", "../gallery/training"],
    "plot_gallery": "True",
    "capture_repr": (),
    "reset_modules": ("matplotlib",),
}
suppress_warnings = ["config.cache"]  # a part of sphinx_gallery_conf cannot be pickled; it is small

redirects = addresses.moved(ROOT / "docs/addresses.txt")  # addresses are kept

# Where the site will stand, if that is known: SITE_URL=https://… make site adds its cards, its map and its canonical links.
html_baseurl = ogp_site_url = os.environ.get("SITE_URL", "")
ogp_social_cards = {"enable": bool(html_baseurl)}
notfound_urls_prefix = urlsplit(html_baseurl).path or "/"

# What a page needs beside the policy of docs/_ext/finish.py: here Python runs, compiled to WebAssembly, in a worker.
csp_pages = {"start/drop-your-checkpoint": {"script-src": "'wasm-unsafe-eval'", "worker-src": "'self'"}}

html_theme = "furo"
html_title = "lstm_shapes"
html_favicon = "docs/_static/favicon.svg"
html_static_path = ["docs/_static"]
html_css_files = ["custom.css"]
html_js_files = [("site.js", {"defer": "defer"})]
html_show_sourcelink = False
html_copy_source = False
html_math_renderer = "mathml"
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#1f5fa8", "color-brand-content": "#1f5fa8"},
    "dark_css_variables": {"color-brand-primary": "#7fb8ff", "color-brand-content": "#7fb8ff"},
}
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
