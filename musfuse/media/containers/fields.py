"""Fields of headers."""

import struct
from typing import Any, BinaryIO

from musfuse.errors import MalformedError


def unpack(layout: struct.Struct, reader: BinaryIO, at: int) -> tuple[Any, ...]:
    """What stands at byte `at`. Raises MalformedError where the file ends before."""
    reader.seek(at)
    data = reader.read(layout.size)
    if len(data) < layout.size:
        raise MalformedError("cut short within its header")
    return layout.unpack(data)
