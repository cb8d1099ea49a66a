"""PyTorch's "Missing key(s)" and "Unexpected key(s)": which names differ, and why.

A table of what a name alone tells, and a table of how the same arrays come to have two names.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Iterator

KEYS = r'key\(s\) in state_dict: ((?:"[^"]*"[,\s]*)+)'
LISTED = (("missing in the file", f"Missing {KEYS}"), ("unknown to the model", f"Unexpected {KEYS}"))
# pattern of a key -> what it means if it is missing in the file, and if it is unknown to the model
KEY_CAUSES = (
    (r"_reverse$", "the file has one direction and the model two: build it with bidirectional=False",
     "the file is bidirectional and the model is not: build it with bidirectional=True"),
    (r"(weight|bias)_(ih|hh)_l[1-9]", "the model has more layers than the file: lower num_layers",
     "the file has more layers than the model: raise num_layers"),
    (r"bias_(ih|hh)_l0$", "the file has no biases: build the model with bias=False",
     "the file has biases: build the model with bias=True"),
    (r"weight_hr_", "the file has no projection: build the model without proj_size",
     "the file has a projection: build the model with its proj_size"),
)  # fmt: skip
# The same arrays under two names: what is taken off a key before the two are compared -> what it means.
RENAMED = (
    (r"^module\.", "The same arrays under another name: one of the two was in DataParallel. If it was the file, take 'module.' "
     "off the beginning of each key; if it is the model, load into model.module."),
    (r"_l0$", "The same arrays under another name: one is a layer, the other a cell (LSTMCell), whose names have no _l0. Rename "
     "the file's keys."),
    (r"^.*\.", "The same arrays under another name: the model calls its layer {missing}, the file {unknown}. Rename the file's "
     "keys, or load into the submodule."),
)  # fmt: skip


def about_keys(text: str) -> Iterator[tuple[str, list[str]]]:
    """What each list of keys in the text says, and what to do about it.

    >>> [(means, causes)] = about_keys('Missing key(s) in state_dict: "rnn.weight_ih_l0_reverse".')
    >>> causes
    ['The file has one direction and the model two: build it with bidirectional=False.']
    """
    found = {what: [key for listed in re.findall(pattern, text) for key in re.findall(r'"([^"]+)"', listed)]
             for what, pattern in LISTED}  # fmt: skip
    missing, unknown = found.values()
    renamed = _renamed(missing, unknown)
    for what, keys in found.items():
        if keys:
            more = " ..." if len(keys) > 6 else ""
            yield (
                f"{what}: {', '.join(keys[:6])}{more}",
                [renamed] if renamed else _causes(keys, keys is missing),
            )


def _renamed(missing: list[str], unknown: list[str]) -> str:
    """Why the two lists name the same arrays; empty if they do not."""
    for pattern, words in RENAMED:
        bare = [sorted(re.sub(pattern, "", key) for key in keys) for keys in (missing, unknown)]
        if missing and bare[0] == bare[1]:
            first = {
                side: keys[0].rpartition(".")[0] or "nothing"
                for side, keys in (("missing", missing), ("unknown", unknown))
            }
            return words.format(**first)
    return ""


def _causes(keys: list[str], missing: bool) -> list[str]:
    words = [
        (if_missing if missing else if_unknown)
        for pattern, if_missing, if_unknown in KEY_CAUSES
        if any(re.search(pattern, key) for key in keys)
    ]
    return [f"{one[0].upper()}{one[1:]}." for one in words]
