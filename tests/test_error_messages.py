"""Every message on the site is on its page word for word, in the index, and, where it can be, understood by `explain`."""

from __future__ import annotations

import json
import pathlib
import re
import sys

import pytest

from lstm_shapes.messages import MESSAGES, explain_error
from lstm_shapes.remarks import REMARKS

ROOT = pathlib.Path(__file__).parent.parent
sys.path.append(str(ROOT / "docs" / "_ext"))

from error_index import FRONT, collected  # noqa: E402

INDEX = [(message, page) for listed in collected(ROOT / "docs").values() for message, page in listed]
SAID = json.loads((ROOT / "tests/frameworks/pytorch-2.13.0-said.json").read_text(encoding="utf-8"))["errors"]
# Messages that name no shape and no layer: there is nothing for `explain` to read in them.
NOT_EXPLAINED = {
    "'<=' not supported between instances of 'tuple' and 'int'",
    "too many values to unpack (expected 3)",
    "Matrix size-incompatible: In[0]: [2,20], In[1]: [40,160]",
    "(128,512)x(512,512)->(1,512)",
    "'Sequential' object has no attribute 'reset_states'",
    "list index out of range",
    "IndexError: list index out of range",
    "Invalid filepath extension for saving.",
    "File format not supported",
    "use_cudnn=True was specified, but cuDNN is not supported for this layer configuration with this backend.",
    "'tuple' object has no attribute 'dim'",
}


def flat(text: str) -> str:
    """One line, without Markdown's marks."""
    return re.sub(r"\s+", " ", re.sub(r"[*`\\]", "", text))


def body(page: str) -> str:
    """A page without its front matter."""
    return FRONT.sub("", (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8"))


def test_there_are_messages():
    assert len(INDEX) > 30
    assert len({message for message, _ in INDEX}) == len(INDEX), "a message has one page"


@pytest.mark.parametrize(("message", "page"), INDEX)
def test_a_message_is_on_its_page(message, page):
    assert flat(message) in flat(body(page))


@pytest.mark.parametrize("message", [message for message, _ in INDEX])
def test_explain_understands_a_message_or_is_known_not_to(message):
    assert bool(explain_error(message)) == (message not in NOT_EXPLAINED), message


@pytest.mark.parametrize("known", [*MESSAGES, *REMARKS], ids=lambda known: known.pattern[:40])
def test_what_explain_knows_is_in_the_index(known):
    """Each row of the two tables has a message on the site that it recognises."""
    assert any(re.search(known.pattern, re.sub(r"\s+", " ", message)) for message, _ in INDEX)


def test_what_pytorch_says_is_what_it_said():
    of_pytorch = [message for message, _ in collected(ROOT / "docs")["PyTorch"]]
    said = "\n".join(SAID.values())
    assert [message for message in of_pytorch if message not in said] == []


@pytest.mark.parametrize("tried", SAID)
def test_explain_understands_pytorch(tried):
    assert bool(explain_error(SAID[tried])) == all(word not in SAID[tried] for word in NOT_EXPLAINED)
