"""What a worker and its parent say to each other: messages with a kind, JSON values, and bytes.

A message is its kind (one byte), the lengths of its JSON and of its bytes (four bytes each, little-endian), and both.
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, BinaryIO

_HEAD = struct.Struct("<BII")
MAX_SAID, MAX_DATA = 32 << 20, 64 << 20
"""Bytes of JSON and of data that one message may have: tags are 1 MiB of text, an index of 24 hours of audio 2 MiB, a
picture 10 MB. More is nonsense from a worker that went astray."""

MAX_READ = 64 << 10
"""Bytes of an original that a worker reads at once: no more than what counts as progress, so that a slow read shows."""


class Kind(IntEnum):
    """What a message is. A parent sends jobs and bytes of originals, a worker the rest."""

    JOB = 1
    ANSWER = 2
    BEAT = 3
    """How far a job is: `read`, bytes of the original so far, and whether it is `waiting` for more of them."""
    READ = 4
    """Bytes [offset, offset + size) of the job's original are wanted."""
    BYTES = 5
    """Those bytes; or `error`, the name of an OriginError, and its `message`."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message: JSON values by name, and bytes."""

    kind: Kind
    said: Mapping[str, Any] = field(default_factory=dict)
    data: bytes = b""

    def to_bytes(self) -> bytes:
        """The message as it is sent; lone surrogates in names survive as JSON escapes."""
        said = json.dumps(self.said, ensure_ascii=True).encode() if self.said else b""
        return _HEAD.pack(self.kind, len(said), len(self.data)) + said + self.data


def read_message(stream: BinaryIO) -> Message | None:
    """The next message of a stream, None at its end. Raises ValueError for what is none, or is cut short."""
    head = stream.read(_HEAD.size)
    if not head:
        return None
    if len(head) < _HEAD.size:
        raise ValueError("a message that is cut short")
    kind, said_length, data_length = _HEAD.unpack(head)
    if said_length > MAX_SAID or data_length > MAX_DATA:
        raise ValueError(f"a message of {said_length} + {data_length} bytes")
    said, data = stream.read(said_length), stream.read(data_length)
    if len(said) < said_length or len(data) < data_length:
        raise ValueError("a message that is cut short")
    values = json.loads(said) if said else {}
    if not isinstance(values, dict):
        raise ValueError("a message that is no object")  # noqa: TRY004 - what a stranger wrote, not who calls
    return Message(Kind(kind), values, data)
