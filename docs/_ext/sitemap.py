"""A map of the site for search engines, where it is known at which address the site will stand (SITE_URL)."""

from __future__ import annotations

import pathlib
from html import escape
from typing import Any

from sphinx.application import Sphinx

EVERYBODY = "User-agent: *\nAllow: /\n"


def sitemap(base: str, pages: list[str]) -> str:
    """The map, in the words of sitemaps.org.

    >>> print(sitemap("https://docs.example/", ["index.html"]))
    <?xml version="1.0" encoding="utf-8"?>
    <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
    <url><loc>https://docs.example/index.html</loc></url>
    </urlset>
    """
    urls = "\n".join(f"<url><loc>{escape(base.rstrip('/'))}/{escape(page)}</loc></url>" for page in pages)
    return f"""<?xml version="1.0" encoding="utf-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
{urls}
</urlset>"""


def put(app: Sphinx, failed: Exception | None) -> None:
    """Write it, and robots.txt, beside the pages."""
    if failed is not None or app.builder.format != "html":
        return
    folder, base = pathlib.Path(app.outdir), app.config.html_baseurl
    pages = [app.builder.get_target_uri(name) for name in sorted(app.env.found_docs)]
    if base:
        (folder / "sitemap.xml").write_text(sitemap(base, pages), encoding="utf-8")
    where = f"Sitemap: {base.rstrip('/')}/sitemap.xml\n" if base else ""
    (folder / "robots.txt").write_text(EVERYBODY + where, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx's entry."""
    app.connect("build-finished", put)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
