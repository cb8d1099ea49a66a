"""The words of a text, for the site's search: `_static/find.js` takes a question apart in the same way.

Names of code are one word and also their parts (`recurrent_kernel`, `RepeatVector`), numbers are words (`80`,
`19 360`; four is `4`), and of prose the stem is kept.
Stop words and stemmer are Sphinx's, which has both in Python and JavaScript.
"""

from __future__ import annotations

import re
from itertools import pairwise

from sphinx.search.en import SearchEnglish

ENGLISH = SearchEnglish({})
# What a reader calls it, and what the pages call it: the words on the right are looked for as well, at a lower weight.
ALSO = {
    "autoencoder": "encoder decoder",
    "bilstm": "bidirectional lstm",
    "blstm": "bidirectional lstm",
    "c_n": "state",
    "ckpt": "checkpoint",
    "column": "gate order",
    "cudnnlstm": "cudnn lstm",
    "cudnngru": "cudnn gru",
    "ct": "cell state",
    "dimension": "shape",
    "feature": "input_dim",
    "h_n": "state",
    "h5": "file checkpoint",
    "hdf5": "file checkpoint",
    "hidden_size": "units",
    "ht": "hidden state",
    "initial_state": "state",
    "input_size": "input_dim",
    "layout": "order",
    "load": "checkpoint",
    "load_weights": "load checkpoint",
    "memory": "cell state",
    "neuron": "units",
    "param": "parameter",
    "save": "checkpoint",
    "seq2seq": "encoder decoder",
    "set_weights": "get_weights shape",
    "state_dict": "pytorch",
    "sum": "add",
    "timestep": "time step",
    "torch": "pytorch",
    "u_f": "recurrent_kernel",
    "variable": "feature weight",
    "visualise": "plot draw",
    "visualize": "plot draw",
    "w_f": "kernel gate",
    "weight_hh": "recurrent_kernel pytorch",
    "weight_ih": "kernel pytorch",
}
NUMBERS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
# Numbers; words whose stem would be another word's (that of "importance" is "import"), or that Sphinx's script cuts otherwise.
STEMS = {word: str(number) for number, word in enumerate(NUMBERS)}
STEMS |= {"importance": "importance", "important": "importance", "internal": "intern"}
DIGITS = re.compile(r"(?<=\d)[\u00a0\u202f,](?=\d{3}(?!\d))")
WORD = re.compile(r"[^\W_]+(?:_[^\W_]+)*")
CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\x00-\x7f]+")


def words(text: str) -> list[str]:
    r"""Stems of what a text says, in its order, the parts of a name after the name.

    >>> words("What is the 80 in recurrent_kernel?")
    ['80', 'recurrent_kernel', 'recurr', 'kernel']
    >>> words("RepeatVector has 19\u00a0360 weights")
    ['repeatvector', 'repeat', 'vector', '19360', 'weight']
    """
    found = []
    for name in WORD.findall(DIGITS.sub("", text)):
        parts = [part for piece in name.split("_") for part in CAMEL.findall(piece)]
        plain = name.lower() in (part.lower() for part in parts)
        found += [stem(name)] if plain else [name.lower(), *map(stem, parts)]
    return [word for word in found if word]


def stem(word: str) -> str:
    """A word's stem; nothing for a word that every text has, or a single letter."""
    low = word.lower()
    if low in STEMS:
        return STEMS[low]
    if low in ENGLISH.stopwords or (len(low) == 1 and not low.isdigit()):
        return ""
    return ENGLISH.stem(low)


def pairs(found: list[str]) -> list[str]:
    """Two words that stand together are a word too: `expect ndim`."""
    return [f"{one} {two}" for one, two in pairwise(found)]
