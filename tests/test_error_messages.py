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
    "(128,512)x(512,512)->(1,512)",
    "'Sequential' object has no attribute 'reset_states'",
    "list index out of range",
    "IndexError: list index out of range",
    "Invalid filepath extension for saving.",
    "File format not supported",
    "use_cudnn=True was specified, but cuDNN is not supported for this layer configuration with this backend.",
    "'tuple' object has no attribute 'dim'",
}


ONLY_ON_A_GPU = {  # read in PyTorch's source, not run
    "RNN module weights are not part of single contiguous chunk of memory.",
    "cudnn RNN backward can only be called in training mode",
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
    said = flat("\n".join(SAID.values()))
    assert {message for message in of_pytorch if flat(message) not in said} == ONLY_ON_A_GPU


@pytest.mark.parametrize("tried", SAID)
def test_explain_understands_pytorch(tried):
    assert bool(explain_error(SAID[tried])) == all(word not in SAID[tried] for word in NOT_EXPLAINED)


CAUSES = {  # what was done -> words of the one cause
    "a model loads the same model in DataParallel": "take 'module.' off the beginning of each key",
    "a model in DataParallel loads the same model": "if it is the model, load into model.module",
    "a model with `rnn` loads one with `lstm`": "the model calls its layer rnn, the file lstm",
    "LSTMCell(10, 5) loads LSTM(10, 5)": "whose names have no _l0",
    "LSTM(10, 5) loads LSTM(10, 5, 2)": "raise num_layers",
    "LSTM(10, 5, bias=False) loads LSTM(10, 5)": "build the model with bias=True",
    "LSTM(10, 5) loads LSTM(10, 5, proj_size=2)": "with its proj_size",
    "LSTM(10, 5, bidirectional=True) loads LSTM(10, 5)": "bidirectional=False",
}


@pytest.mark.parametrize("tried", CAUSES)
def test_keys_of_pytorch_lead_to_one_cause(tried):
    for text in (SAID[tried], flat(SAID[tried])):  # as it was said, and pasted in one line
        (cause,) = explain_error(text).causes
        assert CAUSES[tried] in cause


@pytest.mark.parametrize("place", ["saved", "model"])
def test_a_file_in_dataparallel_that_differs_besides_is_not_only_renamed(place):
    """Different arrays are no renaming."""
    one, other = '"module.rnn.weight_ih_l0", "module.rnn.weight_hh_l0"', '"rnn.weight_ih_l0"'
    lists = (one, other) if place == "saved" else (other, one)
    text = "Missing key(s) in state_dict: {}.\n\tUnexpected key(s) in state_dict: {}.".format(*lists)
    assert not any("same arrays" in cause for cause in explain_error(text).causes)
