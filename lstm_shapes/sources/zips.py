"""Zip archives read in place: the directory at the end, then single entries by name; nothing is extracted.

Source: PKWARE APPNOTE.TXT: local file header, central directory, end records; tests/test_sources.py repacks archives
with the zipfile module.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass

from lstm_shapes.sources.bounds import MAX_ENTRIES, MAX_UNPACKED
from lstm_shapes.sources.listing import SourceError, shown
from lstm_shapes.sources.window import Window, over

STORED, DEFLATED = 0, 8
END, END64, LOCATOR64, CENTRAL, LOCAL = b"PK\5\6", b"PK\6\6", b"PK\6\7", b"PK\1\2", b"PK\3\4"
TAIL = 22 + 65_535  # an end record and the longest comment
AS_64 = 0xFFFFFFFF


@dataclass(frozen=True)
class Entry:
    """One entry as the central directory has it."""

    name: str
    method: int
    packed: int
    size: int
    header: int  # where its local header is, from the beginning of the archive


@dataclass(frozen=True)
class Archive:
    """A zip: its entries, and the window that their headers count from."""

    window: Window
    entries: dict[str, Entry]


def archive(window: Window) -> Archive:
    """The directory of a zip.

    Raises
    ------
    SourceError
        If there is none, it is too long, an entry is encrypted, or a name occurs twice.
    """
    end, count, size, start = _end(window)
    first = end - size  # where the directory really is: text before the zip shifts every offset
    if count > MAX_ENTRIES:
        raise SourceError(f"is a zip of {count:,} entries: at most {MAX_ENTRIES:,} were expected")
    if first < start or size < 46 * count or size > (46 + 512) * count:
        raise SourceError("is a damaged zip: its directory does not lie where it should")
    body = window.part(first - start, start + size)
    return Archive(body, _entries(window.read(first, size), count))


def _end(window: Window) -> tuple[int, int, int, int]:
    """Where the directory ends, how many entries, how many bytes, and its claimed start."""
    tail = window.upto(max(0, window.size - 22), 22)
    if not (tail.startswith(END) and tail.endswith(b"\0\0")):
        tail = window.upto(max(0, window.size - TAIL), TAIL)
    at = tail.rfind(END)
    if at < 0 or len(tail) - at < 22:
        raise SourceError("is a zip cut short: its directory, at the end, is missing; copy the file again")
    end = window.size - len(tail) + at
    count, size, start = struct.unpack_from("<HII", tail, at + 10)
    if end >= 20 and (locator := window.read(end - 20, 20)).startswith(LOCATOR64):
        where = end - 76  # the record of 56 bytes stands right before its locator
        record = window.read(where, 56) if where >= 0 else b""
        if not record.startswith(END64):
            where = struct.unpack_from("<Q", locator, 8)[0]
            record = window.read(where, 56)
        if not record.startswith(END64):
            raise SourceError("is a damaged zip: its 64-bit end record is missing")
        count, size, start = struct.unpack_from("<QQQ", record, 32)
        end = where
    return end, count, size, start


def _entries(data: bytes, count: int) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    at = 0
    for _ in range(count):
        if data[at : at + 4] != CENTRAL or at + 46 > len(data):
            raise SourceError("is a damaged zip: its directory is broken")
        flags, method = struct.unpack_from("<HH", data, at + 8)
        packed, size, name_size, extra_size, comment_size = struct.unpack_from("<IIHHH", data, at + 20)
        header = struct.unpack_from("<I", data, at + 42)[0]
        name = data[at + 46 : at + 46 + name_size].decode("utf-8" if flags & 0x800 else "cp437", "replace")
        if flags & 1:
            raise SourceError(f"is a zip with an encrypted entry {shown(name)}: no checkpoint is encrypted")
        if name in found:
            raise SourceError(
                f"is a zip with two entries {shown(name)}: which one counts depends on the reader"
            )
        extra = data[at + 46 + name_size : at + 46 + name_size + extra_size]
        size, packed, header = _wide(extra, [size, packed, header])
        found[name] = Entry(name, method, packed, size, header)
        at += 46 + name_size + extra_size + comment_size
    return found


def _wide(extra: bytes, values: list[int]) -> list[int]:
    """Size, packed size and header, with the 64-bit ones that the extra field (id 1) holds."""
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        if kind == 1:
            wide = iter(struct.unpack_from(f"<{min(size, len(extra) - at - 4) // 8}Q", extra, at + 4))
            return [next(wide, value) if value == AS_64 else value for value in values]
        at += 4 + size
    return values


def _packed(zipped: Archive, name: str) -> Window:
    """The bytes of one entry as they stand in the file, behind a local header that agrees with the directory."""
    found = zipped.entries[name]
    head = zipped.window.read(found.header, 30)
    name_size, extra_size = struct.unpack_from("<HH", head, 26)
    if not head.startswith(LOCAL):
        raise SourceError(f"is a damaged zip: entry {shown(name)} is not where the directory says")
    own = zipped.window.read(found.header + 30, name_size)
    if own.decode("utf-8", "replace") != name and own.decode("cp437", "replace") != name:
        raise SourceError(f"is a damaged zip: entry {shown(name)} has another name at its place")
    return zipped.window.part(found.header + 30 + name_size + extra_size, found.packed)


def entry(zipped: Archive, name: str, limit: int = MAX_UNPACKED) -> Window:
    """The bytes of one entry: a window in place where it is stored, in memory where it is compressed."""
    found, body = zipped.entries[name], _packed(zipped, name)
    if found.method == STORED:
        if found.size != found.packed:
            raise SourceError(f"is a damaged zip: entry {shown(name)} claims two sizes")
        return body
    if found.method != DEFLATED:
        raise SourceError(
            f"is a zip whose entry {shown(name)} is compressed by method {found.method}: pack it again, stored"
        )
    return over(io.BytesIO(_inflate(body, found, limit)))


def content(zipped: Archive, name: str, limit: int) -> bytes:
    """All bytes of one small entry."""
    if zipped.entries[name].size > limit:
        raise SourceError(
            f"has {zipped.entries[name].size:,} bytes in {shown(name)}: at most {limit:,} were expected"
        )
    window = entry(zipped, name, limit)
    return window.read(0, window.size)


def _inflate(body: Window, found: Entry, limit: int) -> bytes:
    if found.size > limit:
        raise SourceError(
            f"is a zip whose entry {shown(found.name)} unpacks to {found.size:,} bytes, more than {limit:,}: "
            "pack it again without compression, as frameworks write it"
        )
    data = begin(body, found.size + 1)
    if len(data) != found.size:
        raise SourceError(f"is a damaged zip: entry {shown(found.name)} does not unpack to its claimed size")
    return data


def begin(body: Window, count: int) -> bytes:
    """At most `count` bytes that a deflated stream begins with."""
    import zlib

    engine, out, at = zlib.decompressobj(-15), b"", 0
    parts = []
    try:
        while count > 0 and not engine.eof and (chunk := body.upto(at, 1 << 16)):
            at += len(chunk)
            while count > 0 and (out := engine.decompress(chunk, min(count, 1 << 20))):
                parts.append(out)
                count -= len(out)
                chunk = engine.unconsumed_tail
    except zlib.error:
        raise SourceError("is a damaged zip: a compressed entry does not unpack") from None
    return b"".join(parts)


def peek(zipped: Archive, name: str, count: int) -> bytes:
    """At most `count` bytes that an entry begins with, unpacked."""
    found = zipped.entries[name]
    if found.method != DEFLATED:
        return entry(zipped, name).upto(0, count)
    return begin(_packed(zipped, name), count)
