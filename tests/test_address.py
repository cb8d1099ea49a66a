"""What the site says of itself to others, where its address is known: cards, a map, canonical links."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest
from conftest import ROOT

EXTENSIONS = "myst_parser,mathml,finish,sitemap,notfound.extension,sphinxext.opengraph"
PAGE = "# What is the 80?\n\n**It is `4 * units`: one block of columns for each gate.**\n"


@pytest.fixture(scope="module", params=["", "https://docs.example/manual/"], ids=["nowhere", "somewhere"])
def built(request, tmp_path_factory):
    """A site of two pages, by the project's own conf.py."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "index.md").write_text(PAGE + "\n```{toctree}\nwhy/gates\n```\n")
    (folder / "why").mkdir()
    (folder / "why" / "gates.md").write_text(PAGE.replace("80", "60"))
    words = [
        "-q",
        "-c",
        str(ROOT),
        "-b",
        "html",
        "-D",
        f"extensions={EXTENSIONS}",
        str(folder),
        str(folder / "out"),
    ]
    environment = {**os.environ, "SITE_URL": request.param}
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *words], capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr
    return request.param, folder / "out"


def test_cards_map_and_canonical_links_have_the_address_or_are_not_there(built):
    address, site = built
    page = (site / "why" / "gates.html").read_text(encoding="utf-8")
    cards = re.findall(r'<meta property="og:image" content="([^"]*)"', page)
    canonical = re.findall(r'<link rel="canonical" href="([^"]*)"', page)
    robots = (site / "robots.txt").read_text()
    assert '<meta name="description" content="It is 4 * units' in page
    assert '<meta property="og:title" content="What is the 60?"' in page
    if not address:
        assert (cards, canonical, (site / "sitemap.xml").exists()) == ([], [], False)
        assert "Sitemap" not in robots
        return
    assert canonical == [f"{address}why/gates.html"]
    assert (site / cards[0].removeprefix(address)).read_bytes().startswith(b"\x89PNG")
    places = [one.text for one in ET.parse(site / "sitemap.xml").iter() if one.tag.endswith("loc")]
    assert places == [f"{address}index.html", f"{address}why/gates.html"]
    assert f"Sitemap: {address}sitemap.xml" in robots


def test_the_page_for_lost_addresses_works_at_any_depth(built):
    address, site = built
    page = (site / "404.html").read_text(encoding="utf-8")
    styles = re.findall(r'<link rel="stylesheet"[^>]*href="([^"]*)"', page)
    assert styles
    root = "/manual/" if address else "/"
    assert [one for one in styles if not one.startswith(f"{root}_static/")] == []
    assert f'href="{root}why/gates.html"' in page
