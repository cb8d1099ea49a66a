"""What Sphinx, the theme and the gallery leave open, finished on every page.

- a Content-Security-Policy: no script but the site's own files, and the one that the theme has in each page, by its hash;
- pictures: their size (nothing jumps while they load), and those below the first are loaded when they come near;
- what a validator or a screen reader misses in the pages that others wrote (`MENDED`);
- styles and scripts of the gallery on pages of the gallery alone.
"""

from __future__ import annotations

import base64
import hashlib
import pathlib
import re
from typing import Any

import furo
import imagesize
from sphinx.application import Sphinx

# `csp_pages` in conf.py gives a page more: {"page": {"script-src": "'wasm-unsafe-eval'"}}.
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",  # and the theme's hash
    "style-src": "'self' 'unsafe-inline'",  # Furo's and our drawings' style attributes have no hash of their own
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
}
MENDED = (
    # Sphinx's captions of the table of contents: a heading has a level.
    (re.compile(r' role="heading"(?! aria-level)'), ' role="heading" aria-level="2"'),
    # sphinx-gallery's thumbnails: `tooltip` is no attribute; the place for tags stands in each section, with one id.
    (re.compile(r' tooltip="'), ' title="'),
    (re.compile(r"<div id='sg-tag-list' class='sphx-glr-tag-list'></div>"), ""),
    # docutils' own viewport, beside the theme's.
    (re.compile(r'<meta name="viewport"[^>]*/>\n?'), ""),
)
PICTURE = re.compile(r"<img\b[^>]*?(/?)>")
SOURCE = re.compile(r'\bsrc="([^"?]+)')


def mended(html: str) -> str:
    """Others' HTML as it should be.

    >>> mended('<p class="caption" role="heading">Start here</p>')
    '<p class="caption" role="heading" aria-level="2">Start here</p>'
    """
    for pattern, better in MENDED:
        html = pattern.sub(better, html)
    return html


def theme_hashes() -> str:
    """The hashes of the scripts that Furo writes into each page, in the words of the policy."""
    base = pathlib.Path(furo.__file__).parent / "theme" / "furo" / "base.html"
    scripts = re.findall(r"<script>(.*?)</script>", base.read_text(encoding="utf-8"), re.DOTALL)
    digests = [hashlib.sha256(script.encode()).digest() for script in scripts]
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def policy(more: dict[str, str]) -> str:
    """The policy of a page, as a `<meta>`.

    >>> print(policy({"worker-src": "'self'"}).split("; ")[-1])
    worker-src 'self'">
    """
    words = {**POLICY, "script-src": f"{POLICY['script-src']} {theme_hashes()}"}
    for key, value in more.items():
        words[key] = f"{words[key]} {value}" if key in words else value
    content = "; ".join(f"{key} {value}" for key, value in words.items())
    return f'<meta http-equiv="Content-Security-Policy" content="{content}">'


def sized(html: str, size_of: Any) -> str:
    """Pictures with the size that `size_of` tells of their file; all but the first are loaded late.

    >>> sized('<img src="a.png"><img src="b.png" width="9"/>', {"a.png": (4, 3), "b.png": (9, 9)}.get)
    '<img src="a.png" width="4" height="3" decoding="async"><img src="b.png" width="9" loading="lazy" decoding="async">'
    """
    first = True

    def better(found: re.Match[str]) -> str:
        nonlocal first
        tag = found[0].removesuffix("/>").removesuffix(">").rstrip()
        source, more = SOURCE.search(tag), ""
        size = size_of(source[1]) if source else None
        if size and not re.search(r"\b(width|height)[=:]", tag):
            more = ' width="{}" height="{}"'.format(*size)
        lazy, first = "" if first else ' loading="lazy"', False
        return f'{tag}{more}{lazy} decoding="async">'

    return PICTURE.sub(better, html)


def pictures(app: Sphinx) -> Any:
    """A function that tells a picture's size; Sphinx itself copies pictures only when all pages are written."""
    own = {name: pathlib.Path(app.srcdir, path) for path, name in getattr(app.builder, "images", {}).items()}

    def size_of(address: str) -> tuple[int, int] | None:
        name = pathlib.PurePosixPath(address).name
        written = pathlib.Path(app.outdir, "_images", name)
        path = own.get(name, written)
        if not path.exists() or path.suffix not in (".png", ".webp", ".svg", ".jpg"):
            return None
        width, height = imagesize.get(path)
        return (round(width), round(height)) if width > 0 else None

    return size_of


def wanted(name: str, page: str) -> bool:
    """Whether a page needs a style or a script: those of the gallery, its own pages alone.

    >>> wanted("_static/sg_gallery.css", "why/gru-bias"), wanted("_static/sg_gallery.css", "gallery/index")
    (False, True)
    """
    file = name.rsplit("/", 1)[-1].split("?")[0]
    if file in (
        "sg-tags.js",
        "sg_gallery-binder.css",
        "sg_gallery-dataframe.css",
        "sg_gallery-rendered-html.css",
    ):
        return False
    return file != "sg_gallery.css" or page.startswith("gallery/")


def finish(app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: Any) -> None:
    """All of it, on one page; the last word before it is written."""
    own = policy(app.config.csp_pages.get(page, {})) if app.config.csp else ""
    context["metatags"] = f"\n    {own}\n{mended(context.get('metatags') or '')}"
    for key in ("body", "furo_navigation_tree"):
        context[key] = mended(context.get(key) or "")
    context["body"] = sized(context["body"], pictures(app))
    for key in ("css_files", "script_files"):
        context[key] = [one for one in context[key] if wanted(str(one.filename), page)]


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx's entry."""
    app.add_config_value("csp", True, "html", [bool])  # `make serve` puts a script of its own into each page
    app.add_config_value("csp_pages", {}, "html", [dict])
    app.connect("html-page-context", finish, priority=950)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
