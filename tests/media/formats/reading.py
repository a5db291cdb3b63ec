"""Files in memory, looked into as a scan does it."""

from collections.abc import Callable
from typing import Any

from sound import FORMATS, source_file

from musfuse.media.formats.port import Opened, Reading
from musfuse.media.reading import read_original
from musfuse.media.retag.pieces import Kept, Piece
from musfuse.model import Picture
from musfuse.origins import MemoryOrigin, all_or_nothing


def scanned(data: bytes, name: str = "a.x") -> Reading:
    """What a scan keeps of these bytes."""
    origin = MemoryOrigin("m", {name: data})
    return read_original(FORMATS, origin, source_file(origin, name))


def looked_at(data: bytes, look: Callable[[Opened], Any], name: str = "a.x") -> Any:
    """What a reader makes of these bytes."""
    origin = MemoryOrigin("m", {name: data})
    file = source_file(origin, name)
    with all_or_nothing(origin, file) as reader:
        known, start = FORMATS.sniff(reader)
        return look(Opened(known, origin, file, reader, start))


def assembled(pieces: list[Piece], data: bytes, load: Callable[[Picture], bytes] = lambda _: b"") -> bytes:
    """The bytes of a planned file whose original is `data`; pages cannot be among the pieces."""
    made = b""
    for piece in pieces:
        if isinstance(piece, Kept):
            made += data[piece.start : piece.start + piece.length]
        else:
            assert isinstance(piece, bytes | Picture)
            made += load(piece) if isinstance(piece, Picture) else piece
    return made
