"""The gallery's figures: lines as SVG, sharp at every size; pixels as WebP without loss, at one and at two to the point."""

from __future__ import annotations

from typing import Any


def has_pixels(figure: Any) -> bool:
    """Whether a figure shows an array cell by cell: as SVG each cell would be a path."""
    from matplotlib.collections import QuadMesh

    return any(
        axes.images or any(isinstance(one, QuadMesh) for one in axes.collections) for axes in figure.axes
    )


def scraper(block: Any, block_vars: Any, gallery_conf: Any) -> str:
    """sphinx-gallery's own, told which format serves the figures of this block."""
    import matplotlib as mpl
    import matplotlib.pyplot as plt
    from sphinx_gallery.scrapers import matplotlib_scraper

    if any(has_pixels(plt.figure(number)) for number in plt.get_fignums()):
        lossless = {"lossless": True, "quality": 100, "method": 6}
        return matplotlib_scraper(block, block_vars, gallery_conf, format="webp", pil_kwargs=lossless)
    with mpl.rc_context({"svg.hashsalt": "lstm_shapes"}):  # the same bytes for the same figure
        once = {**gallery_conf, "image_srcset": []}
        return matplotlib_scraper(block, block_vars, once, format="svg", metadata={"Date": None})
