"""HDF5's own words read directly: groups, links, attributes, shapes; never an array's numbers.

The C library crashed or hung on 3 of 2,620 damaged files (h5py 3.14.0, HDF5 1.14.6), and follows links into other files; what a
checkpoint needs of the format is small, so it is read here, within the bounds of `window`.

Source: HDF5 File Format Specification 3.0; compared with h5py on every HDF5 file of the corpus, and on every way of
keeping a group, in tests/test_sources.py.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from lstm_shapes.sources.bounds import MAX_ARRAYS, MAX_DEPTH, MAX_JSON, MAX_NAME
from lstm_shapes.sources.listing import SourceError, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from lstm_shapes.sources.window import Window

SIGNATURE = b"\x89HDF\r\n\x1a\n"
NOWHERE = 0xFFFFFFFFFFFFFFFF
MAX_BEFORE = 1 << 20  # bytes before the signature; a user block has some thousands
MAX_MESSAGES = 5_000  # in one object header; Keras writes up to twenty attributes
LINK_INFO, LINK, CONTINUATION, SYMBOLS = 0x02, 0x06, 0x10, 0x11
HARD, SOFT, EXTERNAL = "hard", "soft", "external"


@dataclass(frozen=True)
class Link:
    """Where a name in a group leads; only a hard link has an address, and only that is followed."""

    kind: str
    address: int = NOWHERE


@dataclass(frozen=True)
class Message:
    """One message of an object header."""

    kind: int
    flags: int
    data: bytes


@dataclass(frozen=True)
class H5:
    """An open HDF5 file; addresses count from the beginning of `window`.  What was read is kept."""

    window: Window
    root: int
    kept: dict[tuple[str, int], Any] = field(default_factory=dict)


def once(file: H5, what: str, address: int, make: Callable[[H5, int], Any]) -> Any:
    """`make(file, address)`, done once for each address: hard links may lead to one object 20,000 times."""
    key = what, address
    if key not in file.kept:
        file.kept[key] = make(file, address)
    return file.kept[key]


def signature_at(window: Window) -> int | None:
    """Where the file begins: at 0, 512, 1024, 2048, ...; what stands before is the user's own."""
    at = 0
    while at + 8 <= min(window.size, MAX_BEFORE):
        if window.read(at, 8) == SIGNATURE:
            return at
        at = at * 2 or 512
    return None


def open_file(window: Window) -> H5:
    """The superblock: where the root group is."""
    at = signature_at(window)
    if at is None:
        raise SourceError("is no HDF5 file")
    head = window.read(at, 16)
    version = head[8]
    if version > 3:
        raise SourceError(f"is an HDF5 file with superblock version {version}: 0 to 3 were expected")
    sizes = head[13:15] if version < 2 else head[9:11]
    if sizes != b"\x08\x08":
        raise SourceError(
            "is an HDF5 file whose addresses do not have 8 bytes: write it again with any HDF5 library"
        )
    if version < 2:
        base, _, end, _, _, root = struct.unpack("<6Q", window.read(at + 24 + 4 * version, 48))
    else:
        base, _, end, root = struct.unpack("<4Q", window.read(at + 12, 32))
    if end - base > window.size - at:
        raise SourceError(
            f"is an HDF5 file cut short: it should have {end - base + at:,} bytes and has {window.size:,}; "
            "copy or download it again"
        )
    return H5(window.part(at, window.size - at), root)


def messages(file: H5, address: int) -> tuple[Message, ...]:
    """All messages of an object header, its continuation blocks included."""
    found: tuple[Message, ...] = once(file, "messages", address, _messages)
    return found


def _messages(file: H5, address: int) -> tuple[Message, ...]:
    start = file.window.read(address, 6)
    new = start.startswith(b"OHDR")
    if not new and start[0] != 1:
        raise SourceError(f"is a damaged HDF5 file: no object at byte {address:,}")
    return tuple(_messages_2(file, address) if new else _messages_1(file, address))


def _messages_1(file: H5, address: int) -> list[Message]:
    total, _, size = struct.unpack("<HII", file.window.read(address + 2, 10))
    found: list[Message] = []
    blocks, done = [(address + 16, size)], 0
    while blocks and done < total:
        data, at = _block(file, *blocks.pop(0)), 0
        while at + 8 <= len(data) and done < total:
            kind, size, flags = struct.unpack_from("<HHB", data, at)
            _keep(found, blocks, kind, flags, data[at + 8 : at + 8 + size])
            at += 8 + size
            done += 1
    return found


def _messages_2(file: H5, address: int) -> list[Message]:
    flags = file.window.read(address, 6)[5]
    at = address + 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
    width = 1 << (flags & 3)
    head = 6 if flags & 4 else 4
    found: list[Message] = []
    blocks = [(at + width, int.from_bytes(file.window.read(at, width), "little"))]
    first = True
    while blocks:
        data, at = _block(file, *blocks.pop(0)), 0
        if not first:
            if data[:4] != b"OCHK":
                raise SourceError("is a damaged HDF5 file: a header is not continued where it says")
            data = data[4:-4]  # a checksum ends the block
        first = False
        while at + head <= len(data):
            kind, size, mark = struct.unpack_from("<BHB", data, at)
            _keep(found, blocks, kind, mark, data[at + head : at + head + size])
            at += head + size
    return found


def _block(file: H5, at: int, size: int) -> bytes:
    if size > MAX_JSON:
        raise SourceError(f"is a damaged HDF5 file: a header of {size:,} bytes")
    return file.window.read(at, size)


def _keep(found: list[Message], blocks: list[tuple[int, int]], kind: int, flags: int, data: bytes) -> None:
    if kind == CONTINUATION:
        blocks.append(struct.unpack_from("<QQ", data))
    else:
        found.append(Message(kind, flags, data))
    if len(found) + len(blocks) > MAX_MESSAGES:
        raise SourceError(f"has an object with more than {MAX_MESSAGES:,} properties")


def children(file: H5, address: int) -> dict[str, Link] | None:
    """The links of a group, `{name: link}`, numbers by their value; None of anything else."""
    found: dict[str, Link] | None = once(file, "children", address, _children)
    return found


def _children(file: H5, address: int) -> dict[str, Link] | None:
    found: dict[str, Link] | None = None
    for message in messages(file, address):
        if message.kind not in (LINK_INFO, LINK, SYMBOLS):
            continue
        found = {} if found is None else found
        if message.kind == LINK:
            found.update([link(message.data)])
        elif message.kind == SYMBOLS:
            tree, heap = struct.unpack_from("<QQ", message.data)
            _symbol_table(file, tree, heap, found)
        else:
            from lstm_shapes.sources.hdf5_dense import objects  # rare: only newer file versions

            heap, tree = struct.unpack_from("<QQ", message.data, 10 if message.data[1] & 1 else 2)
            found.update(link(data) for data in objects(file, heap, tree, kind=5))
    return dict(sorted(found.items(), key=_natural)) if found else found


def _natural(item: tuple[str, Link]) -> tuple[int, int, str]:
    name = item[0]
    number = name.isascii() and name.isdigit() and len(name) < 10
    return (0, int(name), name) if number else (1, 0, name)


def link(data: bytes) -> tuple[str, Link]:
    """A link message: its name and where it leads."""
    flags = data[1]
    kind = data[2] if flags & 8 else 0
    at = 2 + (1 if flags & 8 else 0) + (8 if flags & 4 else 0) + (1 if flags & 0x10 else 0)
    width = 1 << (flags & 3)
    size = int.from_bytes(data[at : at + width], "little")
    name = _name(data[at + width : at + width + size])
    if kind == 0:
        return name, Link(HARD, struct.unpack_from("<Q", data, at + width + size)[0])
    return name, Link(SOFT if kind == 1 else EXTERNAL)


def _name(raw: bytes) -> str:
    if len(raw) > MAX_NAME:
        raise SourceError(f"has a name of {len(raw):,} bytes: at most {MAX_NAME:,} were expected")
    return raw.decode("utf-8", "backslashreplace")


def _symbol_table(file: H5, tree: int, heap: int, found: dict[str, Link]) -> None:
    """A group of the older kind: a B-tree of nodes, names in a heap."""
    head = file.window.read(heap, 32)
    if head[:4] != b"HEAP":
        raise SourceError("is a damaged HDF5 file: a group's names are missing")
    size, _, data = struct.unpack_from("<QQQ", head, 8)
    names = file.window.part(data, size)
    nodes = [tree]
    seen: set[int] = set()
    while nodes:
        at = nodes.pop()
        if at in seen:
            raise SourceError("is a damaged HDF5 file: a group contains itself")
        seen.add(at)
        start = file.window.read(at, 8)
        if start[:4] == b"TREE" and start[4] == 0:
            count = struct.unpack_from("<H", start, 6)[0]
            keys = struct.unpack(f"<{2 * count}Q", file.window.read(at + 24, 16 * count))
            nodes.extend(keys[1::2])
        elif start[:4] == b"SNOD":
            _symbols(file, at, struct.unpack_from("<H", start, 6)[0], names, found)
        else:
            raise SourceError("is a damaged HDF5 file: a group's list is missing")


def _symbols(file: H5, at: int, count: int, names: Window, found: dict[str, Link]) -> None:
    """One node of a group's list: `count` entries of 40 bytes."""
    data = file.window.read(at + 8, 40 * count)
    for where, address, cache in struct.iter_unpack("<QQI20x", data):
        raw = names.upto(where, 64)
        if b"\0" not in raw:
            raw = names.upto(where, MAX_NAME + 1)
        found[_name(raw.split(b"\0")[0])] = Link(SOFT) if cache == 2 else Link(HARD, address)
    if len(found) > MAX_ARRAYS:
        raise SourceError(f"has a group of more than {MAX_ARRAYS:,} names: no checkpoint has")


def find(file: H5, address: int, path: str) -> Link | None:
    """Where a relative path leads, along hard links only."""
    here = Link(HARD, address)
    parts = path.split("/")
    if len(parts) > MAX_DEPTH:
        raise SourceError(f"names an array {len(parts):,} groups deep: at most {MAX_DEPTH} were expected")
    for part in parts:
        if part in ("", "."):
            continue
        if here.kind != HARD:
            return here
        following = (children(file, here.address) or {}).get(part)
        if following is None:
            return None
        here = following
    return here


def target(file: H5, address: int, path: str) -> int:
    """As `find`, where something must be: its address.

    Raises
    ------
    SourceError
        If the path leads nowhere, or along a link into another place or another file.
    """
    found = find(file, address, path)
    if found is None:
        raise SourceError(f"lists {shown(path)}, and there is no such thing in it")
    if found.kind != HARD:
        raise SourceError(
            f"has a link at {shown(path)} ({found.kind}): links are not followed; save the model again"
        )
    return found.address
