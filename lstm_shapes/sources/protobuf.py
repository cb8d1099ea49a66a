"""Protocol buffers skimmed: the fields of a message as numbers and places, long ones passed over.

Source: protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

from lstm_shapes.sources.listing import SourceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_shapes.sources.window import Window

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


def fields(window: Window) -> Iterator[tuple[int, int | Window]]:
    """Number and value of each field: an int, or a window over the bytes, which are not read.

    Raises
    ------
    SourceError
        If the bytes are no protocol buffer.
    """
    at = 0
    while at < window.size:
        head = window.upto(at, 20)  # a tag and a length or number: at most ten bytes each
        tag, size = varint(head, 0)
        number, kind = tag >> 3, tag & 7
        if kind == VARINT:
            value, size = varint(head, size)
            at += size
            yield number, value
        elif kind in (FIXED64, FIXED32):
            width = 8 if kind == FIXED64 else 4
            yield number, int.from_bytes(window.read(at + size, width), "little")
            at += size + width
        elif kind == BYTES:
            length, size = varint(head, size)
            yield number, window.part(at + size, length)
            at += size + length
        else:
            raise SourceError("is no protocol buffer, or a damaged one")
        if not number:
            raise SourceError("is no protocol buffer, or a damaged one")


def varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of 7 bits a byte, and where the next field begins.

    >>> varint(bytes([0x96, 0x01]), 0)
    (150, 2)
    """
    value = shift = 0
    for place in range(at, min(at + 10, len(data))):
        value |= (data[place] & 0x7F) << shift
        shift += 7
        if data[place] < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, place + 1
    raise SourceError("is no protocol buffer, or a damaged one: a number does not end")


def signed(value: int) -> int:
    """A 64-bit number that may be negative."""
    return value - (1 << 64) if value >> 63 else value


def numbers(value: int | Window) -> list[int]:
    """A repeated number: one of it, or all of them packed."""
    if isinstance(value, int):
        return [signed(value)]
    data = value.read(0, min(value.size, 4096))
    found, at = [], 0
    while at < len(data):
        number, at = varint(data, at)
        found.append(signed(number))
    return found


def text(value: int | Window, limit: int = 4096) -> str:
    """A text, or an error where a number stands in its place or it is too long."""
    if isinstance(value, int) or value.size > limit:
        raise SourceError(f"is a damaged protocol buffer: a text of at most {limit:,} bytes was expected")
    return value.read(0, value.size).decode("utf-8", "backslashreplace")
