"""axe-core in the browser: what stands in the way of readers, by the rules of WCAG 2.2 AA."""

from __future__ import annotations

import functools
import pathlib
import sys
from typing import Any

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "docs" / "_ext"))

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
# What another colour scheme, or a narrow window, can change.
COLOURS = ("color-contrast", "link-in-text-block")
NARROW = ("scrollable-region-focusable", "target-size")
RUN = """
const [where, type, values, done] = arguments;
const words = (node) => [...node.any, ...node.all, ...node.none].map(one => one.message).join("; ");
axe.run(where, {preload: false, runOnly: {type, values}, resultTypes: ["violations"]}).then(
  found => done(found.violations.flatMap(rule => rule.nodes.map(
    node => [rule.id, node.target.join(" "), node.html.slice(0, 120), words(node)].join(" | ")))),
  error => done([String(error)]));
"""


@functools.cache
def source() -> str:
    """The script itself."""
    import npm_packages

    return npm_packages.members("axe-core", "axe.min.js")[0].decode()


def violations(driver: Any, rules: tuple[str, ...] = (), without: tuple[str, ...] = ()) -> list[str]:
    """What axe finds in the open page; with `rules`, by these alone; not in the parts `without`."""
    if not driver.execute_script("return 'axe' in window"):
        driver.execute_script(source())
    where = {"include": [["html"]], "exclude": [[selector] for selector in without]}
    chosen = ("rule", list(rules)) if rules else ("tag", list(WCAG))
    found: list[str] = driver.execute_async_script(RUN, where, *chosen)
    return found
