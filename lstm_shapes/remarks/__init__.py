"""Messages of recurrent layers that are not about two shapes of one weight: what each says, and what to do.

Tables and nothing else.  Of several rows that fit the same words the first counts.  A new message is a new row.
"""

from __future__ import annotations

import re

from lstm_shapes.remarks import files, pytorch, shapes

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from collections.abc import Iterator

REMARKS = (*shapes.REMARKS, *files.REMARKS, *pytorch.REMARKS)


def remarks(text: str) -> Iterator[tuple[str, str]]:
    """What each message in the text says, and what to do about it.

    >>> [(means, cause)] = remarks("expected ndim=3, found ndim=4. Full shape received: (None, 64, 4, 850)")
    >>> means
    'a recurrent layer reads three axes, (batch, time, features), and got 4'
    """
    taken: list[tuple[int, int]] = []
    for remark in REMARKS:
        for found in re.finditer(remark.pattern, text):
            if not any(a <= found.start() < b for a, b in taken):
                taken.append(found.span())
                yield remark.means.format(**found.groupdict()), remark.cause.format(**found.groupdict())
