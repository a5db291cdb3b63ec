"""Requests and answers of SFTP, version 3, as bytes (draft-ietf-secsh-filexfer-02): what reading files takes."""

import struct
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

from musfuse.errors import MalformedError
from musfuse.model import Stamp

VERSION = 3
MAX_PACKET = 128 * 1024
"""Bytes of an answer at most: nobody asks for more than half of it at once."""
MAX_HANDLE = 256
_LENGTH, _HEAD, _NUMBER, _READ = struct.Struct(">I"), struct.Struct(">IBI"), struct.Struct(">I"), struct.Struct(">QI")
_SIZE, _OWNER, _MODE, _TIMES = 1, 2, 4, 8
_FOR_READING = struct.pack(">II", 1, 0)


class Kind(IntEnum):
    """What a packet is."""

    INIT = 1
    VERSION = 2
    OPEN = 3
    CLOSE = 4
    READ = 5
    FSTAT = 8
    STATUS = 101
    HANDLE = 102
    DATA = 103
    ATTRS = 105


class Facts(NamedTuple):
    """Mode and version of a file, as a server tells them."""

    mode: int
    stamp: Stamp


class Packets:
    """Takes a stream apart."""

    def __init__(self) -> None:
        self._left = bytearray()

    def take(self, data: bytes) -> Iterator[tuple[int, int, bytes]]:
        """(kind, number, rest) of each packet that is whole with this. Raises MalformedError for one that is larger
        than any that was asked for, or has no number."""
        self._left += data
        at = 0
        try:
            while len(self._left) >= at + _LENGTH.size:
                (length,) = _LENGTH.unpack_from(self._left, at)
                if not _HEAD.size - _LENGTH.size <= length <= MAX_PACKET:
                    raise MalformedError(f"an answer of {length} bytes")
                end = at + _LENGTH.size + length
                if len(self._left) < end:
                    return
                _, kind, number = _HEAD.unpack_from(self._left, at)
                rest = bytes(memoryview(self._left)[at + _HEAD.size : end])
                at = end
                yield kind, number, rest
        finally:
            del self._left[:at]


def init() -> bytes:
    """The first packet; that of the answer has the version of the server in the place of its number."""
    return _HEAD.pack(_HEAD.size - _LENGTH.size, Kind.INIT, VERSION)


def request(kind: Kind, number: int, *parts: bytes) -> bytes:
    """A request, with what it asks for."""
    rest = b"".join(parts)
    return _HEAD.pack(_HEAD.size - _LENGTH.size + len(rest), kind, number) + rest


def text(raw: bytes) -> bytes:
    """A string, as it is sent."""
    return _NUMBER.pack(len(raw)) + raw


def for_reading(path: bytes) -> bytes:
    """What OPEN asks for."""
    return text(path) + _FOR_READING


def part(offset: int, size: int) -> bytes:
    """What READ asks for, behind the handle."""
    return _READ.pack(offset, size)


def text_of(rest: bytes) -> bytes:
    """The string that an answer is. Raises MalformedError."""
    if len(rest) < _NUMBER.size or _NUMBER.unpack_from(rest)[0] != len(rest) - _NUMBER.size:
        raise MalformedError("an answer that is cut short")
    return rest[_NUMBER.size :]


def facts_of(rest: bytes) -> Facts | None:
    """What ATTRS tells; None where that is not all that a version is known by. Raises MalformedError."""
    try:
        (flags,) = _NUMBER.unpack_from(rest)
        if flags & (_SIZE | _MODE | _TIMES) != _SIZE | _MODE | _TIMES:
            return None
        owner = "8x" if flags & _OWNER else ""
        size, mode, mtime = struct.unpack_from(f">Q{owner}I4xI", rest, _NUMBER.size)
    except struct.error as error:
        raise MalformedError("facts that are cut short") from error
    return Facts(mode, Stamp(size, mtime * 1_000_000_000))
