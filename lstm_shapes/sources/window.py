"""A part of a file, read in small pages: never past its end, never more looks than `bounds.MAX_READS`."""

from __future__ import annotations

import os

from lstm_shapes.sources.bounds import MAX_BYTES, MAX_READS
from lstm_shapes.sources.listing import SourceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

PAGE = 1024  # metadata lies scattered: small pages read little of a large file
MAX_PAGES = 16_384  # kept at a time: 16 MB


class Pages:
    """A file, its pages read so far, and the count of looks and bytes."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.pages: dict[int, bytes] = {}
        self.looks = self.bytes = 0
        self.seen: list[tuple[int, int]] | None = None  # from where to where, if somebody wants to know

    def read(self, at: int, count: int) -> bytes:
        """The bytes from `at`; fewer at the end of the file."""
        self.looks += 1
        if self.looks > MAX_READS:
            raise SourceError(f"takes more than {MAX_READS:,} steps to list: no checkpoint of its kind does")
        if self.seen is not None:
            self.seen.append((at, at + count))
        if count > 16 * PAGE:
            return self.fetch(at, count)
        first, last = at // PAGE, (at + count - 1) // PAGE
        data = self.pages.get(first) if first == last else None
        if data is None:
            if any(number not in self.pages for number in range(first, last + 1)):
                self.load(first, last)
            data = b"".join(self.pages[number] for number in range(first, last + 1))
        start = at - first * PAGE
        return data[start : start + count]

    def load(self, first: int, last: int) -> None:
        """Keep the pages `first` to `last`."""
        if len(self.pages) > MAX_PAGES:
            self.pages.clear()
        data = self.fetch(first * PAGE, (last - first + 1) * PAGE)
        for number in range(first, last + 1):
            self.pages[number] = data[(number - first) * PAGE :][:PAGE]

    def fetch(self, at: int, count: int) -> bytes:
        """The bytes themselves; a file that grows shorter meanwhile gives fewer."""
        self.file.seek(at)
        data = self.file.read(count)
        self.bytes += len(data)
        if self.bytes > MAX_BYTES:
            raise SourceError(f"takes more than {MAX_BYTES:,} bytes to list: no checkpoint of its kind does")
        return data


class Window:
    """Bytes `start` to `start + size` of a file, addressed from 0."""

    __slots__ = ("pages", "size", "start")

    def __init__(self, pages: Pages, start: int, size: int) -> None:
        self.pages, self.start, self.size = pages, start, size

    def read(self, at: int, count: int) -> bytes:
        """Exactly `count` bytes.

        Raises
        ------
        SourceError
            If they lie outside the window.
        """
        if at < 0 or count < 0 or at + count > self.size:
            raise SourceError(
                f"is cut short or damaged: it points at byte {at + count:,}, and there are {self.size:,}"
            )
        if not count:
            return b""
        data = self.pages.read(self.start + at, count)
        if len(data) < count:
            raise SourceError("became shorter while it was read")
        return data

    def upto(self, at: int, count: int) -> bytes:
        """At most `count` bytes: fewer, or none, where the window ends."""
        return self.read(at, min(count, self.size - at)) if 0 <= at < self.size else b""

    def part(self, start: int, size: int) -> Window:
        """A window inside this one."""
        if start < 0 or size < 0 or start + size > self.size:
            raise SourceError(
                f"is cut short or damaged: a part of it would end at byte {start + size:,} of {self.size:,}"
            )
        return Window(self.pages, self.start + start, size)


def over(file: BinaryIO) -> Window:
    """A window over a whole open file."""
    return Window(Pages(file), 0, file.seek(0, os.SEEK_END))
