"""What no file may exceed, each with its reason, and JSON read within these bounds."""

from __future__ import annotations

import json
import math
import re
from itertools import accumulate

from lstm_shapes.sources.listing import SourceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_READS = (
    300_000  # looks into one file: about a second; HDF5 takes twelve for an array, ONNX twenty for a node
)
MAX_BYTES = (
    96 << 20
)  # read from one file, all in all; a listing needs 100 kB, compressed weights all of theirs
MAX_ARRAYS = 20_000  # in one file; the largest language models have some thousands
MAX_RANK = 32  # HDF5's own limit (H5S_MAX_RANK); NumPy's is 64, nobody's weights have 8
MAX_SIZE = 2**63 - 1  # of an axis or an array: what fits the frameworks' own integers
MAX_NAME = 1024  # characters in the name of one array or layer; long ones have a hundred
MAX_DEPTH = 64  # groups, graphs or dictionaries inside one another; deep networks stay below 20
MAX_JSON = 16 << 20  # bytes; a vocabulary of 100,000 words inside a config takes 2 MB
MAX_JSON_ITEMS = 1_000_000  # commas and brackets; each costs up to 100 bytes of memory once parsed
MAX_JSON_DEPTH = 500  # brackets in one another; the corpus has 16, and how deep Python can go differs
MAX_ENTRIES = 20_000  # of a zip; PyTorch writes one for each tensor
MAX_UNPACKED = 64 << 20  # bytes of compressed weights unpacked in memory; frameworks store uncompressed
MAX_PICKLE = 16 << 20  # bytes; a thousand tensors take 150 kB
MAX_OPCODES = 350_000  # of a pickle: about a second
MAX_NOTES = 20  # lines that nobody reads


def parse_json(data: bytes, what: str, pairs: Any = None) -> Any:
    """JSON from a stranger; `pairs` as `json.loads`'s `object_pairs_hook`.

    >>> parse_json(b'{"units": 20}', "config.json")
    {'units': 20}
    >>> parse_json(b"[" * 5000, "config.json")
    Traceback (most recent call last):
    lstm_shapes.sources.listing.SourceError: config.json is nested too deeply
    """
    if len(data) > MAX_JSON:
        raise SourceError(f"{what} has {len(data):,} bytes: at most {MAX_JSON:,} were expected")
    if sum(data.count(mark) for mark in b",[{") > MAX_JSON_ITEMS:
        raise SourceError(f"{what} has more than {MAX_JSON_ITEMS:,} items: a config has some thousands")
    if sum(data.count(mark) for mark in b"[{") > MAX_JSON_DEPTH and _depth(data) > MAX_JSON_DEPTH:
        raise SourceError(f"{what} is nested too deeply")
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=pairs)
    except RecursionError:  # of whoever called us: a few hundred brackets are left to us
        raise SourceError(f"{what} is nested too deeply") from None
    except SourceError:
        raise
    except UnicodeDecodeError as error:
        raise SourceError(f"{what} is not UTF-8 text (byte {error.start})") from None
    except json.JSONDecodeError as error:
        raise SourceError(f"{what} is not JSON: {error.msg} (character {error.pos})") from None
    except ValueError:  # Python refuses to convert an integer of more than 4300 digits
        raise SourceError(f"{what} has a number with too many digits") from None


_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_STEPS = bytes({ord("["): 1, ord("{"): 1, ord("]"): 255, ord("}"): 255}.get(byte, 0) for byte in range(256))


def _depth(data: bytes) -> int:
    r"""How many brackets are open at once, at most; those in strings do not count.

    >>> _depth(b'{"[[[": [0, {}], "\\"[": []}')
    3
    """
    steps = _STRING.sub(b"", data).translate(_STEPS).replace(b"\0", b"")
    return max(accumulate(memoryview(steps).cast("b")), default=0)  # 255, with a sign, is one down


def json_object(data: bytes, what: str) -> dict[str, Any]:
    """As `parse_json`, where only an object makes sense."""
    found = parse_json(data, what)
    if not isinstance(found, dict):
        raise SourceError(f"{what} is a JSON {type(found).__name__}: an object was expected")
    return found


def whole(numbers: Any, what: str) -> tuple[int, ...]:
    """Whole numbers from 0, few of them: sizes, strides, offsets.

    >>> whole([3, -4], "a tensor")
    Traceback (most recent call last):
    lstm_shapes.sources.listing.SourceError: a tensor has '-4' where a whole number from 0 was expected
    """
    if not isinstance(numbers, (list, tuple)):
        raise SourceError(f"{what} is no list of numbers")
    found = tuple(numbers)
    if len(found) > MAX_RANK:
        raise SourceError(f"{what} has {len(found):,} axes: at most {MAX_RANK} were expected")
    for number in found:
        if type(number) is not int or not 0 <= number <= MAX_SIZE:
            given = (
                str(number)[:24] if not isinstance(number, int) or abs(number) < 1 << 64 else "a huge number"
            )
            raise SourceError(f"{what} has {given!r} where a whole number from 0 was expected")
    return found


def checked_shape(shape: Any, what: str) -> tuple[int, ...]:
    """A shape that could be one: whole numbers, and a product that a computer can count."""
    sizes = whole(shape, what)
    if math.prod(size or 1 for size in sizes) > MAX_SIZE:
        raise SourceError(f"{what} would have more than 2^63 elements: no array has such a shape")
    return sizes
