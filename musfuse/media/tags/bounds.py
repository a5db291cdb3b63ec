"""How much of anything a file may hold. What holds more is refused before it costs memory or time: readers of tags copy
what is left for each value that they find, and look through what they have for each that they add.
"""

import zlib

from musfuse.errors import ExcessiveError

MAX_ENTRIES = 4096
"""Frames, items or atoms of one tag. A thousand is a lot; readers' time grows with the square."""
MAX_COMMENTS = 50_000
"""Vorbis comments of one file, which take no more time than their number. Players are tested with 20,000."""
MAX_VALUES = 50_000
"""Values of all fields together."""
MAX_INFLATED = 16 << 20
"""Bytes of all that is compressed in one tag: a picture of 10 MB, and all texts there can be."""
MAX_COPIED = 1 << 29
"""Bytes that are copied while the values of one tag are told from each other: half a second on a slow machine."""


def check_entries(count: int, what: str) -> None:
    """Raise ExcessiveError for more than MAX_ENTRIES."""
    if count > MAX_ENTRIES:
        raise ExcessiveError(f"{count} {what} are more than the {MAX_ENTRIES} that are read")


def check_comments(count: int) -> None:
    """Raise ExcessiveError for more than MAX_COMMENTS."""
    if count > MAX_COMMENTS:
        raise ExcessiveError(f"{count} comments are more than the {MAX_COMMENTS} that are read")


def inflated(raw: bytes, room: int) -> bytes:
    """What a zlib stream inflates to. Raises ExcessiveError for more than `room` bytes, zlib.error for no stream."""
    unpacker = zlib.decompressobj()
    made = unpacker.decompress(raw, room + 1)
    if len(made) > room:
        raise ExcessiveError(f"{len(raw)} compressed bytes of its tags inflate to more than {room}")
    if not unpacker.eof:
        raise zlib.error("a stream that is cut short")
    return made
