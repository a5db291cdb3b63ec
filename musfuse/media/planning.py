"""What an original is made of once it has other tags: the pieces of the served file. Nothing here reads the audio."""

from collections.abc import Callable
from typing import BinaryIO

from musfuse.errors import MalformedError, UnsupportedError
from musfuse.media.containers.mpeg import is_flac_frame
from musfuse.media.formats.port import Format
from musfuse.media.formats.registry import FormatRegistry
from musfuse.media.retag.pieces import Kept, Piece, joined
from musfuse.media.tags.edit import TagEdit
from musfuse.model import Picture

Load = Callable[[Picture], bytes]

_MP3 = "mp3"


def plan(
    formats: FormatRegistry, reader: BinaryIO, size: int, edit: TagEdit, load: Load, known: str = ""
) -> list[Piece]:
    """The pieces of an original of `size` bytes after an edit; `load` gives the bytes of a picture,
    `known` is the container as a scan found it.

    Raises UnsupportedError for containers without a planner, MalformedError where the file is not as its kind should
    be, OSError where it cannot be read.
    """
    found = _format(formats, reader, known)
    if found.plan is None:
        raise UnsupportedError(f"tags of {found.spoken} files are not rewritten")
    try:
        pieces = joined(found.plan(reader, size, edit, load))
    except (IndexError, ValueError, OverflowError) as error:
        raise MalformedError("its tags cannot be rewritten: they are damaged") from error
    for piece in pieces:
        if isinstance(piece, Kept) and not 0 <= piece.start <= piece.start + piece.length <= size:
            raise MalformedError(f"its tags reach outside of it ({piece.start} + {piece.length} of {size} bytes)")
    return pieces


def _format(formats: FormatRegistry, reader: BinaryIO, known: str) -> Format:
    """What the file is, whatever its name says."""
    found, start = formats.sniff(reader)
    reader.seek(start)
    if is_flac_frame(reader.read(16)):  # its sync looks like that of MPEG audio
        found, start = formats.unframed, 0
    if not found.name and (start or known == _MP3):  # a tag, then padding or junk before the first frame
        found = formats.get(_MP3) or found
    return found
