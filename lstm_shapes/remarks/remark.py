"""What a message says and what to do about it: a row of a table.

`means` and `cause` are sentences with the pattern's groups in them.
"""

from __future__ import annotations

from collections import namedtuple

Remark = namedtuple("Remark", "pattern means cause framework source")
