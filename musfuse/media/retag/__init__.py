"""Originals served with other tags: a header made here, the encoded audio as it is.

`plan` gives the pieces of the served file for every container that can be retagged; nothing here reads the audio.
"""

from collections.abc import Callable
from typing import BinaryIO

from musfuse.errors import MalformedError, UnsupportedError
from musfuse.media.containers.mpeg import is_flac_frame
from musfuse.media.containers.sniff import SPOKEN, sniff_reader
from musfuse.media.retag.ape import plan_ape
from musfuse.media.retag.flac import plan_flac
from musfuse.media.retag.mp3 import plan_mp3
from musfuse.media.retag.mp4 import plan_mp4
from musfuse.media.retag.ogg import plan_ogg
from musfuse.media.retag.pieces import Kept, Piece, joined
from musfuse.media.retag.riff import plan_aiff, plan_wav
from musfuse.media.tags.edit import TagEdit
from musfuse.model import Picture

Load = Callable[[Picture], bytes]
Planner = Callable[[BinaryIO, int, TagEdit, Load], list[Piece]]

_PLANNERS: dict[str, Planner] = {
    "flac": lambda reader, size, edit, _: plan_flac(reader, size, edit),
    "mpeg": lambda reader, size, edit, _: plan_mp3(reader, size, edit),
    "tta": lambda reader, size, edit, _: plan_mp3(reader, size, edit),
    "ogg": plan_ogg,
    "mp4": lambda reader, size, edit, _: plan_mp4(reader, size, edit),
    "wav": lambda reader, size, edit, _: plan_wav(reader, size, edit),
    "rf64": lambda reader, size, edit, _: plan_wav(reader, size, edit),
    "aiff": lambda reader, size, edit, _: plan_aiff(reader, size, edit),
    "ape": plan_ape,
    "wavpack": plan_ape,
    "mpc": plan_ape,
}


def plan(reader: BinaryIO, size: int, edit: TagEdit, load: Load, known: str = "") -> list[Piece]:
    """The pieces of an original of `size` bytes after an edit; `load` gives the bytes of a picture,
    `known` is the container as a scan found it.

    Raises UnsupportedError for containers without a planner, MalformedError where the file is not as its kind should
    be, OSError where it cannot be read.
    """
    container = _container(reader) or ("mpeg" if known == "mp3" else "")
    planner = _PLANNERS.get(container)
    if planner is None:
        raise UnsupportedError(f"tags of {SPOKEN.get(container, 'such')} files are not rewritten")
    try:
        pieces = joined(planner(reader, size, edit, load))
    except (IndexError, ValueError, OverflowError) as error:
        raise MalformedError("its tags cannot be rewritten: they are damaged") from error
    for piece in pieces:
        if isinstance(piece, Kept) and not 0 <= piece.start <= piece.start + piece.length <= size:
            raise MalformedError(f"its tags reach outside of it ({piece.start} + {piece.length} of {size} bytes)")
    return pieces


def _container(reader: BinaryIO) -> str:
    """What the file is, whatever its name says."""
    found, start = sniff_reader(reader)
    reader.seek(start)
    if is_flac_frame(reader.read(16)):
        return ""  # its sync looks like that of MPEG audio
    return found or ("mpeg" if start else "")  # a tag, then padding or junk before the first frame
