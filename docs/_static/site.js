/* A box that scrolls sideways can be reached with the tab key, as long as it scrolls. */
"use strict";
const reachable = new ResizeObserver((boxes) => {
  for (const { target } of boxes) {
    if (target.scrollWidth > target.clientWidth || target.scrollHeight > target.clientHeight + 1) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
document.querySelectorAll(":is(pre, .table-wrapper, .math-block, .lstm-formula, .linked-scroll, .linked-equations, .toc-scroll):not([tabindex])")
  .forEach((box) => reachable.observe(box));
