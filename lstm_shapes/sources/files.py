"""Opening a path that somebody gave: only a regular file, without ever waiting for one."""

from __future__ import annotations

import contextlib
import errno
import os
import stat

from lstm_shapes.sources.listing import SourceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}
REASONS = {
    errno.ENOENT: "does not exist: is the path right?",
    errno.ENOTDIR: "does not exist: a part of its path is no folder",
    errno.EACCES: "may not be read: you have no permission",
    errno.EPERM: "may not be read: you have no permission",
    errno.EIO: "cannot be read to its end: it was changed or moved meanwhile, or its disk fails; try it again",
    errno.ELOOP: "is a symbolic link that leads to itself",
    errno.ENAMETOOLONG: "does not exist: the path is too long",
}


@contextlib.contextmanager
def opened(path: str, follow: bool = True) -> Iterator[BinaryIO]:
    """A regular file, open for reading; with `follow` false, no symbolic link either."""
    flags = (
        os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    )
    if not follow:
        flags |= getattr(os, "O_NOFOLLOW", 0)
    try:
        mode = os.stat(path, follow_symlinks=follow).st_mode
        if not stat.S_ISREG(mode):  # looked at before it is opened: opening a device may already do something
            raise SourceError(f"is {KINDS.get(stat.S_IFMT(mode), 'no regular file')}: a file was expected")
        handle = os.open(path, flags)
    except OSError as error:
        raise SourceError(reason(error)) from None
    with open(handle, "rb", buffering=0) as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise SourceError("is no regular file")
        yield file


def reason(error: OSError) -> str:
    """What the operating system objects to, in a reader's words."""
    return REASONS.get(error.errno or 0, f"cannot be read: {error.strerror}")
